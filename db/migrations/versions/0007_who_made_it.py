"""Who set a target, noted a decision, keeps a presentation"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEW = {"target": ("set_by", 80), "decision": ("noted_by", 80), "story": ("account_id", 16)}
COMMENTS = {"story": "of who kept it; empty: had none"}


def upgrade() -> None:
    for table, (column, length) in NEW.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column(
                    column,
                    sa.String(length=length),
                    server_default=sa.text("''"),
                    nullable=False,
                    comment=COMMENTS.get(table, "empty: not known"),
                )
            )
    _from_the_journal()


def _from_the_journal() -> None:
    """Who did it is known for what was entered before: the journal has a line for each."""
    connection = op.get_bind()
    lines = connection.execute(
        sa.text(
            "SELECT who, did, detail FROM journal WHERE did IN ('decided', 'targeted') ORDER BY id"
        )
    ).all()
    for who, did, detail in lines:
        told: dict[str, Any] = json.loads(detail) if isinstance(detail, str) else detail
        if did == "decided":
            connection.execute(
                sa.text("UPDATE decision SET noted_by = :who WHERE id = :decision"),
                {"who": who, "decision": told["decision"]},
            )
        else:  # the day from which it holds is not in the line
            connection.execute(
                sa.text(
                    "UPDATE target SET set_by = :who"
                    " WHERE indicator = :indicator AND scope = :scope AND value = :value"
                ),
                {"who": who, **{name: told[name] for name in ("indicator", "scope", "value")}},
            )


def downgrade() -> None:
    for table, (column, _) in NEW.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
