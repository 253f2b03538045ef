"""Links of guests"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False, comment="SHA-256"),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False, comment="for which workshop"),
        sa.Column("uses", sa.Integer(), nullable=False, comment="how often somebody came in by it"),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_guest_link_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_link")),
        sa.UniqueConstraint("account_id", name=op.f("uq_guest_link_account_id")),
        sa.UniqueConstraint("token", name=op.f("uq_guest_link_token")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_browser"), ["browser"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_browser"))

    op.drop_table("guest_link")
