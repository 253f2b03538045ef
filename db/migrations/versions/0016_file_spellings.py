"""What a site's files write for our headings and words"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_spelling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("field", sa.String(40), nullable=False, comment="of the form's column"),
        sa.Column(
            "written", sa.String(80), nullable=False, comment="without case, accents and spaces"
        ),
        sa.Column(
            "word", sa.String(200), nullable=False, comment="what is meant; of a heading empty"
        ),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_file_spelling_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_spelling")),
    )
    with op.batch_alter_table("file_spelling", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_spelling_site_id"), ["site_id"], unique=False)


def downgrade() -> None:
    op.drop_table("file_spelling")
