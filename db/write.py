"""Every change to the data. Each function opens and commits its own transaction: all of it happens, or nothing.

Before: `dashboard.forms.parse`, whose rows come in. After: `db.packed_visits` and `db.rollup.apply`, in the same
transaction.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy import (
    Connection,
    Engine,
    column,
    delete,
    func,
    insert,
    select,
    table,
    text,
    update,
)

from db import (
    accounts_and_sessions,
    bulk_insert,
    database_identity,
    erasure_guard,
    journal,
    monthly_returns,
    packed_visits,
    rollup,
)
from db.batch_changes import Changes, changes_of
from db.batch_effects import Effect, SettledRows, effect_of
from db.codes import NATION
from db.engine import is_sqlite
from db.form_tables import DESTINATIONS, Destination
from db.models import (
    Base,
    BatchSite,
    Complaint,
    ComplaintText,
    ImportBatch,
    MonthlyReturn,
    Retention,
    Visit,
)
from db.shared_types import Chunk
from db.supersede import settle_dated, settle_import, settle_withdrawal
from db.write_lock import write_transaction

HOUR = timedelta(hours=1)


NAMELESS_ROW = ", une ligne y étant sans référence"  # why a file replaces a whole day unasked

# What is kept for a time only of what files bring.
TERMS_OF_ROWS = [
    str(model.__tablename__) for model in (Visit, Complaint, ComplaintText, MonthlyReturn)
]


class Refused(Exception):
    """A change that was not made, with the reason in French; the database is as it was."""


class _DryRun(Exception):
    """Raised to undo a transaction that was only tried."""


class Parsing(Protocol):
    """A file being read: iterating gives chunks; then the rest is known.

    As in dashboard.forms.parse; db only needs this much of it.
    """

    form: str
    whole_days: set[tuple[int, str]]  # (site id, ISO day) for which the file is the whole register
    site_days: Counter[tuple[int | None, str]]  # (site id, ISO day): rows
    replace_days: bool

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the form: columns of its table, and the texts that go into a table of their own."""

    @property
    def problems(self) -> Sequence[object]:
        """What is wrong with the file; nothing, if it can be kept."""

    @property
    def coverage(self) -> dict[int, tuple[date, date, int]]:
        """Site id: first day, last day, rows."""

    def __iter__(self) -> Iterator[Chunk]: ...


@dataclass(frozen=True)
class File:
    """What is known of a file before it is read. as_of: None is the time of its import."""

    sha256: str
    name: str
    as_of: datetime | None
    by: str
    covers: tuple[date, date] | None = None
    sites: tuple[int, ...] = ()  # sites that the file covers, even without a row
    demo: bool = False
    covers_alone: bool = False  # it speaks for no other days, whatever its rows are of
    # Closures that a site says of itself, which explain its days until they are confirmed; or one complaint that is said by
    # itself, which tells nothing of the others.
    declared: bool = False


@dataclass
class Saved:
    """The outcome of a file. batch_id: the batch that holds it; was_known: it was there before; effect: what it
    changed; changes: its rows that other files had said before."""

    batch_id: int
    rows: int = 0
    was_known: bool = False
    effect: Effect = field(default_factory=Effect)
    changes: Changes = field(default_factory=Changes)
    absent_rows: list[str] = field(
        default_factory=list
    )  # rows known before on the same days, not in this file


@contextmanager
def _no_collection() -> Iterator[None]:
    """Millions of small tuples and no cycles: the cycle collector would only cost time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def find_batch(connection: Connection, sha256: str) -> int | None:
    """The live batch of a file with this sha256, or None."""
    return connection.execute(
        text("SELECT id FROM import_batch WHERE sha256 = :sha AND withdrawn_at IS NULL"),
        {"sha": sha256},
    ).scalar()


def as_of(connection: Connection, batch_id: int) -> datetime | None:
    """The date of a batch's content."""
    return connection.execute(
        select(ImportBatch.as_of).where(ImportBatch.id == batch_id)
    ).scalar_one_or_none()


After = Callable[[Connection, Saved], None]


def sites_of(connection: Connection, batch_id: int) -> frozenset[int]:
    """The ids of the sites of which a batch speaks."""
    found = connection.execute(select(BatchSite.site_id).where(BatchSite.batch_id == batch_id))
    return frozenset(found.scalars())


def is_replaced(connection: Connection, form: str, batch_id: int) -> bool:
    """Whether another file replaced a row of a batch."""
    table = DESTINATIONS[form].table
    asked = f"SELECT 1 FROM {table} WHERE batch_id = :batch AND superseded_by IS NOT NULL LIMIT 1"  # noqa: S608 (own names)
    return connection.execute(text(asked), {"batch": batch_id}).first() is not None


def replacement(connection: Connection, form: str, batch_id: int) -> tuple[int, int, list[int]]:
    """How many rows of a batch there are, how many others say otherwise since, and the numbers of the batches that do."""
    table = DESTINATIONS[form].table
    rows = connection.execute(
        text(
            f"SELECT superseded_by, count(*) FROM {table} WHERE batch_id = :batch"  # noqa: S608 (own names)
            " GROUP BY superseded_by"
        ),
        {"batch": batch_id},
    ).all()
    others = {by: count for by, count in rows if by is not None and by != batch_id}
    return sum(count for _, count in rows), sum(others.values()), sorted(others)


def save_batch(
    engine: Engine,
    parsing: Parsing,
    file: File,
    *,
    keep: bool = True,
    look: After | None = None,
    after: After | None = None,
) -> Saved:
    """Read a file to its end and save it, in one transaction: rows, what they supersede, rollups, journal. keep:
    False undoes all of it once the outcome is known. look: called in the transaction once all is saved, also where it is undone;
    after: where it is kept.

    The same file again changes nothing. Raises Refused, with nothing saved, if the file has a problem or if
    fictitious and real data would meet.
    """
    with suppress(_DryRun), _no_collection(), write_transaction(engine) as connection:
        known = find_batch(connection, file.sha256)
        if known:
            return Saved(known, was_known=True)
        saved = _take_in(connection, parsing, file)
        if look is not None:
            look(connection, saved)
        if not keep:
            raise _DryRun
        if after is not None:
            after(connection, saved)
    return saved


def _take_in(connection: Connection, parsing: Parsing, file: File) -> Saved:
    """Save a file that is not there yet."""
    refuse_mixture(connection, file.demo)
    destination = DESTINATIONS[parsing.form]
    batch_id = _begin(connection, parsing, file)
    tally = packed_visits.Tally()
    rows, words = _insert_rows(connection, destination, batch_id, parsing, tally)
    if parsing.problems:
        raise Refused(f"« {file.name} » est refusé en entier : rien n'a été enregistré.")
    _record_coverage(connection, parsing, file, batch_id, rows)
    if why := erasure_guard.refusal_reason(connection, parsing.form, batch_id):
        raise Refused(f"« {file.name} » est refusé en entier. {why}")
    settled = SettledRows()
    if destination.table != "visit" or _sites_seen_before(connection, batch_id, parsing.form):
        settled = settle_import(connection, parsing.form, batch_id, tally)
    if parsing.form == MonthlyReturn.form:
        monthly_returns.blank_erased(connection, batch_id)
    if words:  # once it is known which rows count: they say whose term is over
        _insert_subjects(connection, batch_id, _without_erased(connection, words))
    idle = sum(n for (batch, _), n in settled.ended.items() if batch == batch_id)
    why = "" if parsing.replace_days else NAMELESS_ROW
    saved = Saved(batch_id, rows, effect=effect_of(connection, batch_id, settled, rows - idle, why))
    if settled.ended:  # only a file that corrects another can miss rows of it
        saved.absent_rows = _absent_rows(connection, destination, batch_id)
        saved.changes = changes_of(connection, parsing.form, batch_id, settled.ended_ids)
    rollup.apply(connection, tally)
    journal.note(
        connection, file.by, "imported", {"batch": batch_id, "form": parsing.form, "rows": rows}
    )
    return saved


def _begin(connection: Connection, parsing: Parsing, file: File) -> int:
    """Add a new batch for the file and return its number: given here, since numbers say which came first, and what is
    undone leaves none out."""
    now = journal.utc_now()
    last = select(func.coalesce(func.max(ImportBatch.id), 0))
    number = connection.execute(last).scalar_one() + 1
    connection.execute(
        insert(ImportBatch).values(
            id=number,
            sha256=file.sha256,
            form=parsing.form,
            filename=file.name[-255:],
            as_of=file.as_of or now,
            rows=0,
            demo=file.demo,
            declared=file.declared,
            imported_by=file.by,
            imported_at=now,
        )
    )
    if not is_sqlite(connection):  # numbers that the database gives by itself go on from there
        sequence = func.pg_get_serial_sequence("import_batch", "id")
        connection.execute(select(func.setval(sequence, number)))
    return int(number)


def _holds_batch(connection: Connection, *, demo: bool) -> bool:
    """Whether the database holds a batch of fictitious data, or of real ones."""
    rows = connection.execute(
        text("SELECT 1 FROM import_batch WHERE demo = :demo LIMIT 1"), {"demo": demo}
    )
    return rows.first() is not None


def refuse_mixture(connection: Connection, demo: bool) -> None:
    """Raises Refused where the database holds the other kind of data, real or fictitious."""
    other = _holds_batch(connection, demo=not demo)
    if other and demo:
        raise Refused(
            "La base contient des données réelles : les données de démonstration n'y entrent pas."
        )
    if other:
        raise Refused(
            "La base contient des données fictives. Avant d'importer des données réelles, les retirer :"
            " python -m db purge-demo"
        )


def _insert_rows(
    connection: Connection,
    destination: Destination,
    batch_id: int,
    parsing: Parsing,
    tally: packed_visits.Tally,
) -> tuple[int, list[bulk_insert.Row]]:
    """Stream the file's rows into their table; visits also go into `tally`. Returns the number of rows, and the texts
    of complaints: site, reference, text."""
    rows = 0
    subjects: list[bulk_insert.Row] = []
    fields = [name for name in parsing.fields if name != "subject"]
    with bulk_insert.inserter(connection, destination.table, ("batch_id", *fields)) as put:
        for chunk in parsing:
            if parsing.problems:
                continue  # the file will be refused: read on only to list every problem
            columns = [chunk.values[name] for name in fields]
            size = len(columns[0])
            rows += size
            put(list(zip([batch_id] * size, *columns, strict=True)))
            if destination.table == "visit":
                tally.add(packed_visits.pack(chunk.numbers))
            if "subject" in parsing.fields:
                told = (chunk.values[name] for name in ("site_id", "reference", "subject"))
                subjects += [line for line in zip(*told, strict=True) if line[2]]
    return rows, subjects


def _without_erased(
    connection: Connection, subjects: list[bulk_insert.Row]
) -> list[bulk_insert.Row]:
    """The texts without those that were erased one by one, which a register may well bring again."""
    erased = erasure_guard.erased_words(connection)
    rows = connection.execute(text("SELECT id, code FROM site")) if erased else ()
    codes = {row.id: row.code for row in rows}
    return [one for one in subjects if (codes.get(one[0]), one[1]) not in erased]


def _insert_subjects(
    connection: Connection, batch_id: int, subjects: list[bulk_insert.Row]
) -> None:
    """Save the texts of the batch's complaints, but for those whose texts are past their term already."""
    until = erasure_guard.term_reached(connection, "complaint_text")
    columns = ("site_id", "reference", "subject")
    with bulk_insert.temporary_table(
        connection, "subject", "site_id int, reference text, subject text"
    ) as name:
        bulk_insert.insert(connection, name, columns, subjects)
        told = table(name, *(column(one) for one in columns)).c
        same = (Complaint.site_id == told.site_id) & (Complaint.reference == told.reference)
        wanted = select(Complaint.id, told.subject).where(same, Complaint.batch_id == batch_id)
        if until:
            wanted = wanted.where(~erasure_guard.words_past_term(until.date()))
        connection.execute(insert(ComplaintText).from_select(["complaint_id", "subject"], wanted))


def _named_coverage(parsing: Parsing, file: File) -> dict[int, tuple[date, date, int]]:
    """Who says for which days he speaks is believed, of every site of the file and of those that he names; a row of another day
    speaks for its own site alone, and an answer that came months later for none of the days between."""
    assert file.covers
    days: dict[int, list[date]] = {
        site: list(file.covers) for site in (*file.sites, *parsing.coverage)
    }
    if not file.covers_alone:
        for site, day in parsing.site_days:
            if site in days:
                days[site].append(date.fromisoformat(day))
    rows = {site: n for site, (_, _, n) in parsing.coverage.items()}
    return {site: (min(own), max(own), rows.get(site, 0)) for site, own in days.items()}


def _record_coverage(
    connection: Connection, parsing: Parsing, file: File, batch_id: int, rows: int
) -> None:
    """Save which sites and days the batch covers, and the site-days for which it is the whole register.

    Unless the file says for which days it speaks, each site is covered as the parsing says, and one without rows on all days
    of the file."""
    coverage = dict(parsing.coverage)
    if file.covers:
        coverage = _named_coverage(parsing, file)
    elif coverage:
        whole = [d for a, b, _ in coverage.values() for d in (a, b)]
        coverage = dict.fromkeys(file.sites, (min(whole), max(whole), 0)) | coverage
    days = [d for a, b, _ in coverage.values() for d in (a, b)]
    bulk_insert.insert(
        connection,
        "batch_site",
        ("batch_id", "site_id", "first_day", "last_day", "rows"),
        [(batch_id, site, a.isoformat(), b.isoformat(), n) for site, (a, b, n) in coverage.items()],
    )
    bulk_insert.insert(
        connection,
        "whole_day",
        ("batch_id", "site_id", "day"),
        [(batch_id, *pair) for pair in sorted(_whole_days(parsing, file))],
    )
    connection.execute(
        update(ImportBatch)
        .where(ImportBatch.id == batch_id)
        .values(rows=rows, first_day=min(days, default=None), last_day=max(days, default=None))
    )


def _whole_days(parsing: Parsing, file: File) -> set[tuple[int, str]]:
    """The (site id, ISO day) of which the batch is the whole register; site 0 is the whole network. Where it replaces
    days, these are those of its rows and, for all sites that it covers, those that its options name."""
    whole = set() if DESTINATIONS[parsing.form].replaces_covered_days else set(parsing.whole_days)
    if parsing.replace_days and file.covers:
        first, last = file.covers
        days = [(first + timedelta(days=i)).isoformat() for i in range((last - first).days + 1)]
        sites = {site or NATION for site, _ in parsing.site_days} | set(file.sites)
        whole |= {(site, day) for site in sites for day in days}
    return whole


def _sites_seen_before(connection: Connection, batch_id: int, form: str) -> bool:
    """Whether an earlier live batch of the form covers one of the batch's sites: else nothing can be replaced."""
    return (
        connection.execute(
            text(
                "SELECT 1 FROM batch_site s JOIN import_batch b ON b.id = s.batch_id WHERE b.form = :form AND b.id <> :batch"
                " AND b.withdrawn_at IS NULL AND s.site_id IN (SELECT site_id FROM batch_site WHERE batch_id = :batch) LIMIT 1"
            ),
            {"form": form, "batch": batch_id},
        ).first()
        is not None
    )


def _absent_rows(connection: Connection, destination: Destination, batch_id: int) -> list[str]:
    """The rows that still count from older files, on the site-days that this file covers: worth a remark."""
    if not destination.replaces_days or destination.replaces_covered_days:
        return []
    table, day, label = destination.table, destination.day, destination.label.format("o")
    rows = connection.execute(
        text(
            f"SELECT s.code, o.{day}, {label} FROM (SELECT DISTINCT site_id, {day} AS day FROM {table}"  # noqa: S608 (own names)
            f" WHERE batch_id = :batch) d JOIN {table} o ON o.site_id = d.site_id AND o.{day} = d.day"
            " JOIN site s ON s.id = o.site_id JOIN import_batch b ON b.id = o.batch_id JOIN import_batch m ON m.id = :batch"
            " WHERE o.superseded_by IS NULL AND o.batch_id <> :batch AND (b.as_of, b.id) < (m.as_of, m.id)"
            " ORDER BY 1, 2, 3 LIMIT 1001"
        ),
        {"batch": batch_id},
    ).all()
    return [f"{code}, {day}, {name or 'sans référence'}" for code, day, name in rows]


def withdraw(
    engine: Engine,
    batch_id: int,
    by: str,
    reason: str = "",
    *,
    keep: bool = True,
    look: Callable[[Connection], None] | None = None,
) -> Effect:
    """Withdraw a batch: its rows no longer count, and those it had superseded count again. keep: False undoes it once it is
    known what it would change; look: called in the transaction before that.

    Returns what that changed. Raises Refused if there is no such batch or it is withdrawn already.
    """
    effect = Effect()
    with suppress(_DryRun), _no_collection(), write_transaction(engine) as connection:
        form = _form_of(connection, batch_id)
        if erasure_guard.has_retained_rows(connection, batch_id):
            raise Refused(
                f"Le lot {batch_id} tient des lignes dont le terme est passé : ce qu'elles remplaçaient est effacé,"
                " et les retirer changerait les chiffres d'un passé clos."
            )
        connection.execute(
            update(ImportBatch)
            .where(ImportBatch.id == batch_id)
            .values(withdrawn_at=journal.utc_now())
        )
        tally = packed_visits.Tally()
        settled = settle_withdrawal(connection, form, batch_id, tally)
        rollup.apply(connection, tally)
        effect = effect_of(connection, batch_id, settled, 0)
        detail = {
            "batch": batch_id,
            "rows": effect.rows_ended + sum(effect.restored_by_file.values()),
        }
        journal.note(connection, by, "withdrawn", detail, reason)
        if look is not None:
            look(connection)
        if not keep:
            raise _DryRun
    return effect


def date_anew(
    engine: Engine, batch_id: int, as_of: datetime | None, by: str, reason: str = ""
) -> tuple[datetime, Effect]:
    """Give a live batch another date of content, in UTC; by default the latest that its import allows: that of the
    next file, or now.

    Returns the date, and what it changed. Raises Refused if there is no such batch, or it is withdrawn.
    """
    with _no_collection(), write_transaction(engine) as connection:
        form = _form_of(connection, batch_id)
        before, when = (
            _as_of(connection, batch_id),
            as_of or _time_before_next_file(connection, batch_id),
        )
        connection.execute(update(ImportBatch).where(ImportBatch.id == batch_id).values(as_of=when))
        if erasure_guard.has_retained_rows(connection, batch_id) or erasure_guard.is_before(
            connection, form, when
        ):
            raise Refused(
                f"Le lot {batch_id} tient des lignes dont le terme est passé, ou serait daté d'avant : ce qu'elles"
                " remplaçaient est effacé, et la date reste ce qu'elle est."
            )
        tally = packed_visits.Tally()
        settled = settle_dated(connection, form, batch_id, tally)
        rollup.apply(connection, tally)
        effect = _effect_of_all_rows(connection, DESTINATIONS[form], batch_id, settled)
        detail = {"batch": batch_id, "from": before.isoformat(), "to": when.isoformat()}
        journal.note(connection, by, "dated", detail, reason)
        return when, effect


def _as_of(connection: Connection, batch_id: int) -> datetime:
    return connection.execute(
        select(ImportBatch.as_of).where(ImportBatch.id == batch_id)
    ).scalar_one()


def _time_before_next_file(connection: Connection, batch_id: int) -> datetime:
    """The time of the next import that no clock dated after now; now, where there is none. A file that was dated by
    its import counts by that date, which earlier versions took before they had read the file."""
    now = journal.utc_now()
    later = connection.execute(
        select(ImportBatch.as_of, ImportBatch.imported_at).where(
            ImportBatch.id > batch_id, ImportBatch.imported_at <= now
        )
    )
    return min((as_of if at - HOUR < as_of < at else at for as_of, at in later), default=now)


def _effect_of_all_rows(
    connection: Connection, destination: Destination, batch_id: int, settled: SettledRows
) -> Effect:
    """The effect of what was settled, with all rows of the batch as they stand now."""
    table = destination.table
    stand = connection.execute(
        text(
            f"SELECT superseded_by, count(*) FROM {table} WHERE batch_id = :batch GROUP BY superseded_by"  # noqa: S608
        ),
        {"batch": batch_id},
    )
    counting = 0
    for winner, number in stand:
        if winner is None:
            counting = number
        else:
            settled.ended[batch_id, winner] = number
    return effect_of(connection, batch_id, settled, counting)


def _form_of(connection: Connection, batch_id: int) -> str:
    """The form of a live batch. Raises Refused where there is none."""
    batch = connection.execute(
        select(ImportBatch.form, ImportBatch.withdrawn_at).where(ImportBatch.id == batch_id)
    ).first()
    if batch is None:
        raise Refused(f"Il n'y a pas de lot numéro {batch_id}.")
    if batch.withdrawn_at is not None:
        raise Refused(f"Le lot {batch_id} est déjà retiré.")
    return str(batch.form)


def purge_demo(engine: Engine, by: str) -> int:
    """Delete everything that demonstration batches brought. Returns the number of batches deleted."""
    with write_transaction(engine) as connection:
        if _holds_batch(connection, demo=False):
            raise Refused("La base contient aussi des données réelles : rien n'est effacé.")
        count = int(connection.execute(text("SELECT count(*) FROM import_batch")).scalar_one())
        for table in (
            "complaint_text",
            *(d.table for d in DESTINATIONS.values()),
            "whole_day",
            "batch_site",
            "rollup",
            "receipt",
            "upload_preview",
            "unanswered_search",
            "simulated_chance",
            "import_batch",
        ):
            connection.execute(Base.metadata.tables[table].delete())
        # What came to its term among fictitious data is no reason to refuse real ones, nor to erase them.
        connection.execute(delete(Retention).where(Retention.what.in_(TERMS_OF_ROWS)))
        database_identity.begin_anew(connection, engine)
        accounts_and_sessions.close_open_base(connection)
        journal.note(connection, by, "purged", {"batches": count})
        return count
