"""Changes to reference data: sites, periods of service, locations, hours, holidays, directors, lists. Each is one
transaction with a line in the journal that holds what the rows were before and after, so that it can be undone.

Before: `db.models`. After: `db.reference_effects`, which says what a change does to figures; `dashboard.actions.reference`,
and the commands of `db.reference_commands`.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Engine,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from dashboard import french
from db.codes import LONGEST
from db.journal import note
from db.models import Base, Journal
from db.write import Refused
from db.write_lock import write_transaction

Row = dict[str, Any]
CHANGED, UNDONE = "changed reference", "undid reference"
REASON_WANTED = "Dire pourquoi : la raison reste au journal."
LATER_CHANGE = "Un changement plus récent porte sur la même chose : l'annuler d'abord."
IN_USE = "Des fichiers parlent déjà de ce que ce changement avait ajouté : il ne s'annule plus."
LISTED = 50  # changes that are listed


class RowChange(NamedTuple):
    """A row that changed: its table, its key, and its values before and after, None where there is none."""

    table: str
    key: Row
    before: Row | None
    after: Row | None


class Change(NamedTuple):
    """A change that was made. told: in words; batch: the number of the batch that it concerns, if any."""

    told: str
    batch: int | None = None


class Kept(NamedTuple):
    """A change of the journal. undone: whether another one has undone it; is_undoing: whether it undid another."""

    number: int
    at: datetime
    who: str
    told: str
    why: str
    undone: bool
    is_undoing: bool


class Recorder:
    """Writes rows of reference tables, and keeps what they were."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.changes: list[RowChange] = []

    def add(self, name: str, values: Mapping[str, Any]) -> Row:
        """Insert a row; returns it whole."""
        table = Base.metadata.tables[name]
        added = self.connection.execute(insert(table).values(values).returning(*table.primary_key))
        key = _as_json(dict(added.one()._mapping))
        self._note(name, key, None)
        return self.changes[-1].after or {}

    def change(self, name: str, key: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
        """Change a row; returns whether anything differs."""
        table, before = Base.metadata.tables[name], self._row(name, key)
        self.connection.execute(update(table).where(_is(table, key)).values(values))
        if before == self._row(name, key):
            return False
        self._note(name, key, before)
        return True

    def remove(self, name: str, key: Mapping[str, Any]) -> None:
        """Delete a row."""
        table, before = Base.metadata.tables[name], self._row(name, key)
        self.connection.execute(delete(table).where(_is(table, key)))
        self._note(name, key, before)

    def set_back(self, one: RowChange) -> None:
        """Give a row what it was before a change. Raises Refused where it is no longer what the change made of it."""
        now, table = self._row(one.table, one.key), Base.metadata.tables[one.table]
        if one.before is not None and one.after is not None and now is not None:
            # What others changed of the row beside it stays.
            mine = {k: v for k, v in one.before.items() if v != one.after[k]}
            if any(now[name] != one.after[name] for name in mine):
                raise Refused(LATER_CHANGE)
            self.change(one.table, one.key, _from_json(table, mine))
            return
        if now != one.after:
            raise Refused(LATER_CHANGE)
        if one.before is None:
            self.remove(one.table, one.key)
        else:
            self.connection.execute(insert(table).values(_from_json(table, one.before)))
            self._note(one.table, one.key, None)

    def has(self, name: str, key: Mapping[str, Any]) -> bool:
        """Whether there is a row with this key."""
        return self._row(name, key) is not None

    def _row(self, name: str, key: Mapping[str, Any]) -> Row | None:
        table = Base.metadata.tables[name]
        found = self.connection.execute(select(table).where(_is(table, key))).first()
        return None if found is None else _as_json(dict(found._mapping))

    def _note(self, name: str, key: Mapping[str, Any], before: Row | None) -> None:
        self.changes.append(RowChange(name, _as_json(key), before, self._row(name, key)))


Make = Callable[[Recorder], Change]
# Called before a change is made and after it, in its transaction.
Watch = Callable[[Connection], None]


class _Preview(Exception):
    """Undoes the transaction of a change that was only looked at."""


def look(engine: Engine, make: Make, watch: Watch) -> Change:
    """Make a change and undo it; returns what it would be. Raises Refused where it cannot be made."""
    found: list[Change] = []
    try:
        with write_transaction(engine) as connection:
            recorder = Recorder(connection)
            watch(connection)
            found.append(_made(make, recorder))
            # By this line readers know what to read again.
            _note(connection, "", CHANGED, found[0], recorder, "")
            watch(connection)
            raise _Preview
    except _Preview:
        return found[0]


def keep(engine: Engine, make: Make, by: str, why: str, watch: Watch | None = None) -> int:
    """Make a change and note it in the journal; returns the number of its line. Raises Refused where it cannot be made, or as
    `watch`."""
    return _keep(engine, make, by, why, CHANGED, watch)


def undo(engine: Engine, number: int, by: str, why: str, watch: Watch | None = None) -> int:
    """Undo a change of the journal, which may itself have undone another; the rest as `keep`."""
    return _keep(engine, undoing(number), by, why, UNDONE, watch, number)


def undoing(number: int) -> Make:
    """The change that undoes one of the journal. It raises Refused where that cannot be."""

    def make(recorder: Recorder) -> Change:
        line = recorder.connection.execute(
            select(Journal.did, Journal.detail).where(Journal.id == number)
        ).first()
        if line is None or line.did not in (CHANGED, UNDONE):
            raise Refused("Ce changement n'existe pas.")
        kept = change_of(recorder.connection, number)
        if kept is not None and kept.undone:
            raise Refused("Ce changement est déjà annulé.")
        for values in reversed(line.detail["undo"]):
            recorder.set_back(RowChange(*values))
        return Change(f"annulé : {line.detail['change']}", line.detail.get("batch"))

    return make


def changes(connection: Connection, most: int = LISTED) -> list[Kept]:
    """The last changes, the newest first."""
    return _kept(connection, Journal.did.in_((CHANGED, UNDONE)), most)


def _kept(connection: Connection, which: ColumnElement[bool], most: int = 1) -> list[Kept]:
    of_reference = Journal.did.in_((CHANGED, UNDONE))
    rows = connection.execute(
        select(Journal.id, Journal.at, Journal.who, Journal.did, Journal.detail, Journal.why)
        .where(of_reference, which)
        .order_by(Journal.id.desc())
        .limit(most)
    ).all()
    oldest = min((row.id for row in rows), default=0)
    later = connection.execute(
        select(Journal.detail).where(Journal.did == UNDONE, Journal.id > oldest)
    ).scalars()
    undone = {detail["undone"] for detail in later}
    return [
        Kept(
            row.id,
            row.at,
            row.who,
            row.detail["change"],
            row.why,
            row.id in undone,
            row.did == UNDONE,
        )
        for row in rows
    ]


def change_of(connection: Connection, number: int) -> Kept | None:
    """One change of the journal; None where there is none of that number."""
    return next(iter(_kept(connection, Journal.id == number)), None)


def one_line(text: str, most: int) -> str:
    """A text as it is kept: one line, blanks once. Raises Refused where it is too long, or holds what cannot be read."""
    text = " ".join(french.strip_invisible(text).split())
    if len(text) > most or not text.isprintable():
        raise Refused(f"« {text[:40]} … » : {most} caractères au plus, que l'on peut lire.")
    return text


def _keep(
    engine: Engine,
    make: Make,
    by: str,
    why: str,
    did: str,
    watch: Watch | None,
    undone: int | None = None,
) -> int:
    """Make a change and note what was done."""
    why = one_line(why, LONGEST["typed"])
    if not why:
        raise Refused(REASON_WANTED)
    with write_transaction(engine) as connection:
        recorder = Recorder(connection)
        if watch is not None:
            watch(connection)
        change = _made(make, recorder)
        if watch is not None:
            watch(connection)
        return _note(connection, by, did, change, recorder, why, undone)


def _note(
    connection: Connection,
    by: str,
    did: str,
    change: Change,
    recorder: Recorder,
    why: str,
    undone: int | None = None,
) -> int:
    """Note a change in the journal; returns the number of the line."""
    detail: Row = {"change": change.told, "undo": [list(one) for one in recorder.changes]}
    if change.batch is not None:
        detail["batch"] = change.batch
    if undone is not None:
        detail["undone"] = undone
    note(connection, by, did, detail, why)
    line: int = connection.execute(select(func.max(Journal.id))).scalar_one()
    return line


def _made(make: Make, recorder: Recorder) -> Change:
    try:
        change = make(recorder)
    except IntegrityError:
        raise Refused(IN_USE) from None
    if not recorder.changes:
        raise Refused("C'est déjà ainsi : rien ne change.")
    return change


def _is(table: Table, key: Mapping[str, Any]) -> Any:
    return and_(*(table.c[name] == value for name, value in _from_json(table, key).items()))


def _as_json(values: Mapping[str, Any]) -> Row:
    """The values as JSON has them: days and times as ISO text."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


def _from_json(table: Table, values: Mapping[str, Any]) -> Row:
    """The values as the columns of a table want them."""
    out = dict(values)
    for name, value in values.items():
        kind = table.c[name].type
        if isinstance(value, str) and isinstance(kind, DateTime):
            out[name] = datetime.fromisoformat(value)
        elif isinstance(value, str) and isinstance(kind, Date):
            out[name] = date.fromisoformat(value)
    return out
