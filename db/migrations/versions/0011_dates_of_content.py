"""Dates of content by Benin's clock; of two files dated alike the later arrival counts"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BATCH = sa.table("import_batch", sa.column("id", sa.Integer), sa.column("as_of", sa.DateTime))
HOUR = timedelta(hours=1)  # Benin is that far ahead of UTC


def upgrade() -> None:
    # The rule's other half is code: rows are settled anew after every migration (db.backup.migrate).
    _move(-HOUR)


def _move(by: timedelta) -> None:
    """A date that somebody typed was kept as if it were UTC. What the clock gave is UTC, and has fractions of a second."""
    connection = op.get_bind()
    for number, as_of in connection.execute(sa.select(BATCH.c.id, BATCH.c.as_of)).all():
        if as_of.microsecond == 0:
            connection.execute(
                sa.update(BATCH).where(BATCH.c.id == number).values(as_of=as_of + by)
            )


def downgrade() -> None:
    _move(HOUR)
