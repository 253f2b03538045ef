"""What was sought and not found, counted"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unanswered_search",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "words",
            sa.String(length=200),
            nullable=False,
            comment="of the index of « Chercher », between blanks",
        ),
        sa.Column(
            "others",
            sa.SmallInteger(),
            nullable=False,
            comment="how many other words there were, none of them kept",
        ),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "words", "others", name=op.f("pk_unanswered_search")),
    )


def downgrade() -> None:
    op.drop_table("unanswered_search")
