"""What a decision is to bring, and that it was carried out"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "decision",
        sa.Column(
            "aim",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="what is expected of it; empty: nothing was said",
        ),
    )
    op.add_column("decision", sa.Column("done_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("decision", "done_on")
    op.drop_column("decision", "aim")
