"""When who signed in last gave a password"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sign_in",
        sa.Column(
            "proved_at",
            sa.DateTime(),
            nullable=True,
            comment="when a password was last given; null: nobody knows, or there is none",
        ),
    )


def downgrade() -> None:
    op.drop_column("sign_in", "proved_at")
