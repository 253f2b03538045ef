"""What somebody checked of what quality rules found"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_acknowledgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "rule",
            sa.String(40),
            nullable=False,
            comment="of dashboard.judgement.quality_rules",
        ),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column(
            "marks",
            sa.JSON(),
            nullable=False,
            comment="digests of the rows: another row, or the same changed, has another",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_quality_acknowledgement_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_acknowledgement")),
    )
    op.create_index(
        op.f("ix_quality_acknowledgement_site_id"), "quality_acknowledgement", ["site_id"]
    )


def downgrade() -> None:
    op.drop_table("quality_acknowledgement")
