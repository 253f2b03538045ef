"""Closures that a site declares itself"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch, which would make the table anew, without its triggers.
    op.add_column(
        "import_batch",
        sa.Column(
            "declared",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="closures that a site declared itself: confirmed by nobody yet",
        ),
    )


def downgrade() -> None:
    op.drop_column("import_batch", "declared")
