"""Keys as nobody sees a difference between them: one spelling for all"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from dashboard.french import normalise_key
from db.journal import utc_now
from db.rollup import rebuild

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Of each table, the column of texts in its key, and the others.
KEYS = {
    "visit": ("source_ref", ("site_id",)),
    "complaint": ("reference", ("site_id",)),
    "daily_closing": ("agent", ("site_id", "day")),
}
OWN = {"id", "batch_id", "superseded_by"}  # of a row, not of what it says
LISTED = 1_000  # groups that the journal names; it counts the rest
UNUSUAL = {
    "sqlite": "{0} GLOB '*[^ -~]*' OR {0} LIKE '%  %' OR {0} LIKE ' %' OR {0} LIKE '% '",
    "postgresql": "{0} ~ '[^ -~]' OR {0} LIKE '%  %' OR {0} LIKE ' %' OR {0} LIKE '% '",
}
Row = dict[str, Any]


def upgrade() -> None:
    done: dict[str, list[list[Any]]] = {"joined": [], "left": []}
    renamed, doubles = 0, 0
    for table, (column, beside) in KEYS.items():
        for wanted, rows in _groups(table, column, beside):
            live = [r for r in rows if r["withdrawn_at"] is None]
            several = len({r[column] for r in live}) > 1
            said = {_content(r, column) for r in live}
            if _clash(rows, column) or several and len(said) > 1:
                done["left"].append([table, [r["id"] for r in live]])
                continue
            kept = _without_doubles(table, rows)
            doubles += (len(rows) - len(kept)) * (table == "visit")
            other = [r for r in kept if r[column] != wanted]
            _execute(f"UPDATE {table} SET {column} = :key WHERE id = :id", other, key=wanted)  # noqa: S608
            renamed += len(other)
            if several:
                done["joined"].append([table, [r["id"] for r in live if r in kept]])
    if doubles:
        rebuild(op.get_bind())
    if renamed or done["left"]:
        _note({what: [len(groups), groups[:LISTED]] for what, groups in done.items()}, renamed)


def _groups(table: str, column: str, beside: tuple[str, ...]) -> Iterator[tuple[str, list[Row]]]:
    """The rows, of files withdrawn too, whose keys are equal once all are spelled alike, where one is not yet."""
    connection = op.get_bind()
    unusual = UNUSUAL[connection.dialect.name].format(column)
    found: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for row in connection.execute(
        sa.text(f"SELECT DISTINCT {', '.join(beside)}, {column} FROM {table} WHERE {unusual}")  # noqa: S608 (own names)
    ).all():
        wanted = normalise_key(row[-1])
        if wanted != row[-1]:
            found[*row[:-1], wanted].update((row[-1], wanted))
    words = "c.subject" if table == "complaint" else "NULL"
    join = " LEFT JOIN complaint_text c ON c.complaint_id = r.id" if table == "complaint" else ""
    same = " AND ".join(f"r.{name} = :{name}" for name in beside)
    asked = sa.text(
        f"SELECT r.*, {words} AS words, b.withdrawn_at FROM {table} r JOIN import_batch b ON b.id = r.batch_id{join}"  # noqa: S608
        f" WHERE {same} AND r.{column} IN :spelled ORDER BY r.id"
    ).bindparams(sa.bindparam("spelled", expanding=True))
    for (*values, wanted), spelled in found.items():
        if not wanted:
            continue  # of signs alone that nobody sees: a row without a name, which is like no other
        given = dict(zip(beside, values, strict=True), spelled=sorted(spelled))
        yield wanted, [dict(row._mapping) for row in connection.execute(asked, given)]


def _content(row: Row, column: str) -> tuple[Any, ...]:
    return tuple(v for name, v in sorted(row.items()) if name not in {*OWN, column})


def _clash(rows: list[Row], column: str) -> bool:
    """Whether one file has two of these rows that differ."""
    said: dict[int, tuple[Any, ...]] = {}
    return any(said.setdefault(r["batch_id"], c) != c for r in rows if (c := _content(r, column)))


def _without_doubles(table: str, rows: list[Row]) -> list[Row]:
    """The rows without those that a file has twice, which are deleted: it would have been told so, and counted one."""
    first: dict[int, Row] = {}
    doubles = [r for r in rows if first.setdefault(r["batch_id"], r) is not r]
    if doubles:
        if table == "complaint":
            _execute("DELETE FROM complaint_text WHERE complaint_id = :id", doubles)
        _execute(f"DELETE FROM {table} WHERE id = :id", doubles)  # noqa: S608
        _execute("UPDATE import_batch SET rows = rows - 1 WHERE id = :batch_id", doubles)
        _execute(
            "UPDATE batch_site SET rows = rows - 1 WHERE batch_id = :batch_id AND site_id = :site_id",
            doubles,
        )
    return list(first.values())


def _execute(statement: str, rows: list[Row], **more: object) -> None:
    if rows:
        op.get_bind().execute(sa.text(statement), [{**row, **more} for row in rows])


def _note(done: dict[str, list[Any]], renamed: int) -> None:
    detail = {"renamed": renamed, **done}
    op.get_bind().execute(
        sa.text(
            "INSERT INTO journal (at, who, did, detail, why) VALUES (:at, :who, 'spelled alike', :detail, '')"
        ).bindparams(sa.bindparam("at", type_=sa.DateTime), sa.bindparam("detail", type_=sa.JSON)),
        {"at": utc_now(), "who": "mise à jour", "detail": detail},
    )


def downgrade() -> None:
    """What was spelled alike says the same: nothing to undo."""
