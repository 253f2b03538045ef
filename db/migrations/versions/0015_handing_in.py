"""What is handed in by the page: previews that wait for a confirmation, and receipts"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload_preview",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(40), nullable=False, comment="the account"),
        sa.Column("made_at", sa.DateTime(), nullable=False, comment="kept for a day"),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="cells of the form's columns, under a key that only the browser has",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_preview")),
    )
    with op.batch_alter_table("upload_preview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_preview_made_at"), ["made_at"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("preview", sa.String(32), nullable=False, comment="which it was before"),
        sa.Column("detail", sa.JSON(), nullable=False, comment="counts, mends, remarks: no row"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_receipt_batch_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("preview", name=op.f("uq_receipt_preview")),
    )


def downgrade() -> None:
    op.drop_table("receipt")
    op.drop_table("upload_preview")
