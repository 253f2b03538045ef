"""Reminders that were sent to sites of their missing days"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False, comment="UTC"),
        sa.Column("days", sa.Text(), nullable=False, comment="ISO, between blanks"),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_reminder_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index(op.f("ix_reminder_site_id"), "reminder", ["site_id"])


def downgrade() -> None:
    op.drop_table("reminder")
