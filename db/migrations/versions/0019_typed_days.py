"""What a site types of its days: closings, and registers that it promises"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SAID = "what a site typed of its days: closures that nobody confirmed yet, closings, promises"
SAID_BEFORE = "closures that a site declared itself: confirmed by nobody yet"


def upgrade() -> None:
    op.create_table(
        "promised_register",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["import_batch.id"],
            name=op.f("fk_promised_register_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_promised_register_site_id_site")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["import_batch.id"],
            name=op.f("fk_promised_register_superseded_by_import_batch"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promised_register")),
        sa.UniqueConstraint(
            "site_id", "day", "batch_id", name=op.f("uq_promised_register_site_id_day_batch_id")
        ),
    )
    op.create_index(op.f("ix_promised_register_batch_id"), "promised_register", ["batch_id"])
    op.create_index(
        "ix_promised_register_superseded_by",
        "promised_register",
        ["superseded_by"],
        sqlite_where=sa.text("superseded_by IS NOT NULL"),
        postgresql_where=sa.text("superseded_by IS NOT NULL"),
    )
    _describe(SAID, SAID_BEFORE)


def downgrade() -> None:
    op.drop_table("promised_register")
    _describe(SAID_BEFORE, SAID)


def _describe(now: str, before: str) -> None:
    """Say what import_batch.declared holds, where the database keeps comments: SQLite has none."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("import_batch", "declared", comment=now, existing_comment=before)
