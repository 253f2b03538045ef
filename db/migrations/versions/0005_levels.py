"""Levels of a series are begun, refused or accepted"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rebase", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.String(length=10),
                server_default="set",
                nullable=False,
                comment="set, refused or accepted: db.codes",
            )
        )


def downgrade() -> None:
    # Without the kind, a level that somebody refused would be one that somebody began.
    op.execute("DELETE FROM rebase WHERE kind <> 'set'")
    with op.batch_alter_table("rebase", schema=None) as batch_op:
        batch_op.drop_column("kind")
