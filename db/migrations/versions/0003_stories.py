"""Presentations that people keep"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "story",
        sa.Column("name", sa.String(length=60), nullable=False, comment="what a link carries"),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON of dashboard.stories.to_json"),
        sa.Column("kept_by", sa.String(length=80), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_story")),
    )


def downgrade() -> None:
    op.drop_table("story")
