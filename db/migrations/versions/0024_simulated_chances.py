"""The chances that were drawn, kept"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "simulated_chance",
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256"),
        sa.Column(
            "series",
            sa.String(length=120),
            nullable=False,
            comment="whose: a site and an indicator",
        ),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column(
            "chances",
            sa.LargeBinary(),
            nullable=False,
            comment="of its months, or of its sites: float64, NaN where none judges it",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_simulated_chance")),
    )
    with op.batch_alter_table("simulated_chance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_simulated_chance_series"), ["series"], unique=False)


def downgrade() -> None:
    op.drop_table("simulated_chance")
