"""Accounts, sign-ins, the journal of accesses, and whether the base is open"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The base closes with the first row that is not fictitious and with the first account, whoever writes them, in the same
# transaction. A later migration that rebuilds import_batch or account on SQLite has to make these again.
WATCHED = {
    "open_base_import": ("import_batch", "NOT NEW.demo"),
    "open_base_account": ("account", None),
}
# Lines of the journal after which a base is never open again.
CLOSED_BY = "('purged', 'restored', 'went back')"


def triggers(dialect: str) -> list[str]:
    """The statements that make them."""
    if dialect == "sqlite":
        return [
            *(
                f"CREATE TRIGGER access_journal_no_{verb.lower()} BEFORE {verb} ON access_journal"
                " BEGIN SELECT RAISE(ABORT, 'access_journal is append-only'); END"
                for verb in ("UPDATE", "DELETE")
            ),
            *(
                f"CREATE TRIGGER {name} AFTER INSERT ON {table} {f'WHEN {when}' if when else ''}"  # noqa: S608
                " BEGIN DELETE FROM open_base; END"
                for name, (table, when) in WATCHED.items()
            ),
        ]
    return [
        # The function is the journal's own: its sentence fits both.
        "CREATE TRIGGER access_journal_refuse BEFORE UPDATE OR DELETE ON access_journal"
        " FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
        "CREATE FUNCTION open_base_close() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN DELETE FROM open_base; RETURN NULL; END $$",
        *(
            f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW"
            f" {f'WHEN ({when})' if when else ''} EXECUTE FUNCTION open_base_close()"
            for name, (table, when) in WATCHED.items()
        ),
    ]


def upgrade() -> None:
    op.create_table(
        "access_journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column(
            "did", sa.String(length=40), nullable=False, comment="in the past participle: signed in"
        ),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.CheckConstraint("did <> ''", name=op.f("ck_access_journal_did")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_journal")),
    )
    with op.batch_alter_table("access_journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_journal_at"), ["at"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.String(length=16), nullable=False, comment="of chance, never reused"),
        sa.Column("name", sa.String(length=80), nullable=False, comment="in small letters"),
        sa.Column("email", sa.String(length=160), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column(
            "departments",
            sa.JSON(none_as_null=True),
            nullable=True,
            comment="null: not limited to departments",
        ),
        sa.Column(
            "sites",
            sa.JSON(none_as_null=True),
            nullable=True,
            comment="codes; null: not limited to sites",
        ),
        sa.Column("password", sa.Text(), nullable=True, comment="argon2id; null: none works"),
        sa.Column("must_change", sa.Boolean(), nullable=False, comment="the password works once"),
        sa.Column(
            "works_until", sa.DateTime(), nullable=True, comment="of a password that works once"
        ),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column(
            "epoch",
            sa.Integer(),
            nullable=False,
            comment="raised with role, places, password or state: open pages begin anew",
        ),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "failed_sign_in",
        sa.Column(
            "who",
            sa.String(length=64),
            nullable=False,
            comment="an account, or a digest of what was typed",
        ),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_failed_sign_in")),
    )
    op.create_table(
        "open_base",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_base")),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False, comment="SHA-256"),
        sa.Column(
            "browser",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of what it is known by",
        ),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column(
            "next_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="the one that went on with its pages after it had lapsed",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token", name=op.f("uq_sign_in_token")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_account_id"), ["account_id"], unique=False)

    connection = op.get_bind()
    for statement in triggers(connection.dialect.name):
        op.execute(statement)
    # A base that holds fictitious data alone, as it was made, stays as open as it was.
    connection.execute(
        sa.text(
            "INSERT INTO open_base (id, since) SELECT 1, :now"  # noqa: S608 (own words)
            " WHERE EXISTS (SELECT 1 FROM import_batch WHERE demo)"
            " AND NOT EXISTS (SELECT 1 FROM import_batch WHERE NOT demo)"
            f" AND NOT EXISTS (SELECT 1 FROM journal WHERE did IN {CLOSED_BY})"
        ).bindparams(sa.bindparam("now", type_=sa.DateTime())),
        {"now": datetime.now(UTC).replace(tzinfo=None)},
    )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (table, _) in WATCHED.items():
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION open_base_close")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_account_id"))

    op.drop_table("sign_in")
    op.drop_table("open_base")
    op.drop_table("failed_sign_in")
    op.drop_table("account")
    with op.batch_alter_table("access_journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_journal_at"))

    op.drop_table("access_journal")
