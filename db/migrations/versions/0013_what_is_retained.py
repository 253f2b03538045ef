"""What came to its term is said by columns, not by a name; a database has an identity of its own"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

RETAINED = "came to its term: counted for ever, and nothing else is known of it"
ROWS = {"visit": "day", "complaint": "resolved_on"}
FORMS = {"visit": "registre", "complaint": "plaintes"}
# How the reference of a complaint was written that had been erased: this and the row's number.
NAMELESS = "effacée-"


def upgrade() -> None:
    op.create_table(
        "database_identity",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("own", sa.String(length=32), nullable=False, comment="of chance, never reused"),
        sa.Column("ancestors", sa.JSON(), nullable=False, comment="whose copies were put into it"),
        sa.Column(
            "place",
            sa.Text(),
            nullable=False,
            comment="its address when it was last known; at another it is another database",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_identity")),
    )
    op.execute(
        "INSERT INTO database_identity (id, own, ancestors, place)"  # noqa: S608 (a number of chance)
        f" VALUES (1, '{uuid4().hex}', '[]', '')"
    )
    of_batch = "rows of it came to their term: it stays for ever"
    for table, comment in (
        ("import_batch", of_batch),
        ("visit", RETAINED),
        ("complaint", RETAINED),
    ):
        column = sa.Column(
            "retained", sa.Boolean(), server_default=sa.false(), nullable=False, comment=comment
        )
        op.add_column(table, column)
    with op.batch_alter_table("complaint") as complaint:
        complaint.alter_column(
            "reference",
            existing_type=sa.Text(),
            nullable=True,
            comment="null: erased at its term",
        )
    for table, day in ROWS.items():
        _mark(table, day)


def _mark(table: str, day: str) -> None:
    """Say of the rows whose term was carried out, and of the batches that brought some, that it was."""
    before = f"(SELECT date(before) FROM retention WHERE what = '{table}')"  # noqa: S608 (own names)
    past = f"{day} < {before} AND superseded_by IS NULL"
    if table == "complaint":
        # Whoever went back to a version without terms has such rows too, and no day before which.
        op.execute(
            "UPDATE complaint SET reference = NULL, retained = true WHERE superseded_by IS NULL"  # noqa: S608
            f" AND resolved_on IS NOT NULL AND reference = '{NAMELESS}' || CAST(id AS text)"
        )
    else:
        op.execute(f"UPDATE visit SET retained = true WHERE {past} AND source_ref IS NULL")  # noqa: S608
    op.execute(
        "UPDATE import_batch SET retained = true WHERE"  # noqa: S608
        f" id IN (SELECT batch_id FROM {table} WHERE retained)"
        f" OR form = '{FORMS[table]}' AND (as_of < {before}"
        f" OR id IN (SELECT batch_id FROM whole_day WHERE day < {before}))"
    )


def downgrade() -> None:
    op.execute(
        f"UPDATE complaint SET reference = '{NAMELESS}' || CAST(id AS text) WHERE reference IS NULL"  # noqa: S608
    )
    with op.batch_alter_table("complaint") as complaint:
        complaint.alter_column("reference", existing_type=sa.Text(), nullable=False, comment=None)
    for table in ("complaint", "visit", "import_batch"):
        op.drop_column(table, "retained")
    op.drop_table("database_identity")
