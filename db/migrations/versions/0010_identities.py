"""Identities of a provider"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column(
            "subject",
            sa.String(length=255),
            nullable=False,
            comment="the provider's mark of a person",
        ),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("bound_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_identity_account_id")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity")),
        sa.UniqueConstraint("account_id", name=op.f("uq_identity_account_id")),
    )
    op.add_column(
        "sign_in",
        sa.Column(
            "issuer",
            sa.String(length=200),
            nullable=True,
            comment="the provider that said who it is; null: a password, or a link",
        ),
    )


def downgrade() -> None:
    op.drop_column("sign_in", "issuer")
    op.drop_table("identity")
