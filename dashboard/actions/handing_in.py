"""A file is handed in by a page: read, checked, mended, confirmed. Rights are checked here; nothing counts before somebody
confirms, and what is checked and what is kept go through one function (`db.intake.take_table`).

Between the two, the cells of the form's own columns wait in the database for a day, under a key that only the browser has
(`waiting_files`). Of which days it speaks: `file_days`; what is mended in the page: `file_faults`, by `mending`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from dashboard import memory, metrics
from dashboard.accounts import rights
from dashboard.accounts.rights import NotAllowed, Person, Role, require_right
from dashboard.accounts.sealing import open_sealed, seal
from dashboard.actions import file_days
from dashboard.actions.file_faults import faults
from dashboard.actions.handing_in_words import change_lines, effect_sentence
from dashboard.actions.verdicts import (
    DaysAfter,
    Verdict,
    days_sentences,
    effect_of_verdict,
    version_of,
)
from dashboard.actions.waiting_files import Summary, WaitingFile, memory_file
from dashboard.answers.cache import AnswerCache
from dashboard.answers.context import (
    engine,
    engine_to_write,
    latest_snapshot,
    show_as_they_are,
    view,
)
from dashboard.answers.network import closed_days, freshness, visits_by_day
from dashboard.answers.reference_changes import view_in
from dashboard.answers.signal_changes import signal_changes
from dashboard.forms.cells import OLDEST, column_memos
from dashboard.forms.choices import choices
from dashboard.forms.formats import FORMATS
from dashboard.forms.problem import Problem
from dashboard.forms.repairs import repaired, with_words
from dashboard.forms.spellings import Spellings
from dashboard.forms.stored_table import Place as CellPlace
from dashboard.forms.stored_table import StoredTable
from dashboard.one_run_at_a_time import release_while_waiting
from dashboard.period import ONE_DAY, month_end, today
from db import file_spellings, intake, upload_previews, uploads, write
from db.codes import ALL
from db.intake import Options, Outcome
from db.shared_types import Place
from db.write import Refused

__all__ = [
    "NoSuchPreview",
    "Refused",
    "abandon",
    "allowed_ids",
    "choices_of",
    "confirm",
    "files_waiting",
    "judge",
    "left_out",
    "look",
    "not_kept",
    "open_waiting",
    "receipt_of",
    "send",
    "sites",
    "table",
]

NO_SUCH_PREVIEW = "Ce fichier n'attend plus : il a été confirmé, abandonné, ou plus d'un jour a passé. Le choisir de nouveau."
IN_ANOTHER_BROWSER = "Ce fichier attend dans le navigateur qui l'a envoyé : le confirmer là, ou le choisir de nouveau ici."
FICTITIOUS = "Données fictives : ici on essaie, et rien ne compte."
WITHOUT_ACCOUNT = "Ici on essaie, et rien n'est gardé : on est entré sans compte."
CHANGED = "Ce fichier, ou ce qui est déjà remis, a changé depuis que cette page l'a montré : relire, puis confirmer."
NOT_AGREED = "Dire d'abord si ces colonnes sont les bonnes."
LISTED = 30  # files that wait
LARGE = 200_000  # bytes of a file, or of what is stored of it: some ten thousand rows
# The last verdicts, for who looks again at what he has just sent.
VERDICTS: "AnswerCache[Verdict]" = AnswerCache(20)
ENDINGS = frozenset((".csv", ".txt", ".xlsx", ".xlsm"))  # of the name under which a file is kept


class NoSuchPreview(Refused):
    """The preview is not there for this person and browser."""


class ChangedMeanwhile(Refused):
    """The file is not as it was when it was shown: what it would do has to be read again."""


# --- who and where --------------------------------------------------------------------------------------------------
def sites(person: Person) -> tuple[Place, ...]:
    """The sites for which the person hands in, by name. Raises NotAllowed."""
    require_right(person, "hand_in")
    allowed = _allowed(person)
    places = view(person).network.places
    return places if allowed == ALL else tuple(p for p in places if p.code in allowed)


def _allowed(person: Person) -> frozenset[str] | str:
    network = view(person).network
    return rights.sites(person, "hand_in", network.departments_of_sites)


def _site(person: Person, code: str) -> Place | None:
    """One of the person's sites; None for "", those that the file names. Raises NotAllowed for another one."""
    if not code:
        return None
    found = next((place for place in sites(person) if place.code == code), None)
    if found is None:
        raise NotAllowed(f"{person.name} : hand_in, {code}")
    return found


def allowed_ids(person: Person, chosen: str) -> frozenset[int] | None:
    """The ids of the sites of which a file may speak: the one that was chosen, else those of the person; None for all."""
    allowed = frozenset({chosen}) if chosen else _allowed(person)
    if allowed == ALL:
        return None
    return frozenset(p.id for p in view(person).network.places if p.code in allowed)


def not_kept(person: Person) -> str:
    """Why nothing that the person confirms is kept: who came in without an account only looks, at fictitious data or at real
    ones; "" for who hands in."""
    if person.role != Role.READER:
        return ""
    return FICTITIOUS if freshness(person).demo else WITHOUT_ACCOUNT


def choices_of(person: Person, form: str) -> dict[str, list[tuple[str, str]]]:
    """What may be written in the columns of a form that have a list, by field: (word, how it is shown); for the centre the sites
    for which the person hands in."""
    references = intake.load_known_references(engine())
    own = sites(person)
    if not own:
        return {}
    found = {
        name: [(word, word) for word in words]
        for name, words in choices(FORMATS[form], references, references.by_id[own[0].id]).items()
    }
    return {**found, "site_id": [(place.code, place.name) for place in own]}


# --- a file ---------------------------------------------------------------------------------------------------------
def send(person: Person, key: str, name: str, content: bytes, site: str, month: date) -> Verdict:
    """Read and check a file of a site for a month; nothing counts yet. key: of the browser. month: any day of it. Raises
    NotAllowed; Refused for what is no month."""
    place = _site(person, site)
    first = month.replace(day=1)
    if first > today():
        raise Refused("Ce mois n'est pas encore venu.")
    if first < OLDEST:
        raise Refused("Ce mois est trop ancien : vérifier l'année.")
    last = min(month_end(first), today())
    references = intake.load_known_references(engine())
    known = Spellings()
    if (own := one_site(person, site)) is not None:  # what one site writes is not what another does
        with engine().connect() as connection:
            known = file_spellings.spellings(connection, {own})
    _note_size(content)
    with memory_file(content, name) as path:
        upload = uploads.read_upload(path, name, references, spellings=known)
    if upload.table is None:
        metrics.FILES.labels("unreadable").inc()
        return Verdict("", upload.outcome, place, first, last, 0)
    memos = column_memos(FORMATS[upload.table.form], references, today(), from_workbook=True)
    ours, words = with_words(upload.table, known, memos)
    better, repairs = repaired(ours, first, last)
    waiting = WaitingFile(
        better,
        site,
        first,
        last,
        (*words, *repairs),
        tuple((one.written, one.column.field) for one in upload.proposed),
        known=upload.known,
    )
    verdict = judge(person, waiting, "")
    _count(verdict.outcome)
    if verdict.is_known:
        return verdict
    number = upload_previews.save(engine(), person.id, seal(key, waiting.to_bytes()))
    return replace(verdict, preview=number)


def _count(outcome: Outcome) -> None:
    """Count a file that was read, and its rows with a fault; for who watches the server."""
    said = "known" if outcome.was_known else "in_order" if outcome.accepted else "faulty"
    metrics.FILES.labels(said).inc()
    at = {
        (one.sheet, one.line) for one in outcome.problems if isinstance(one, Problem) and one.line
    }
    metrics.ROWS_REFUSED.inc(len(at) + outcome.more_problems)


def one_site(person: Person, chosen: str) -> int | None:
    """The id of the site that was chosen, or of the person's only one; None where there are several."""
    allowed = allowed_ids(person, chosen)
    return next(iter(allowed)) if allowed is not None and len(allowed) == 1 else None


def files_waiting(person: Person, key: str) -> list[tuple[str, datetime, Summary]]:
    """The person's files that wait for a confirmation in this browser: number, when it was sent, what it is. Raises
    NotAllowed."""
    require_right(person, "hand_in")
    with engine().connect() as connection:
        found = upload_previews.newest(connection, person.id)
    opened = ((number, at, open_sealed(key, sealed)) for number, at, sealed in found)
    mine = [(number, at, Summary.from_bytes(content)) for number, at, content in opened if content]
    return mine[:LISTED]


def look(person: Person, key: str, number: str) -> Verdict:
    """The verdict of a file that waits. Raises NoSuchPreview, NotAllowed."""
    return judge(person, open_waiting(person, key, number)[0], number)


def left_out(person: Person, key: str, number: str) -> StoredTable:
    """The rows that were put aside of a file that waits. Raises NoSuchPreview, NotAllowed."""
    return open_waiting(person, key, number)[0].table_left_out


def table(person: Person, key: str, number: str) -> tuple[StoredTable, Outcome]:
    """The rows of a file that waits, and what is wrong with them. Raises NoSuchPreview, NotAllowed."""
    waiting, _ = open_waiting(person, key, number)
    return waiting.table, judge(person, waiting, number).outcome


def abandon(person: Person, number: str) -> None:
    """Forget a file that waits. Raises NoSuchPreview where it was confirmed, or is not there."""
    require_right(person, "hand_in")
    with engine().connect() as connection:
        if upload_previews.read(connection, number, person.id) is None:
            raise NoSuchPreview(NO_SUCH_PREVIEW)
    upload_previews.remove(engine(), number, person.id)


def receipt_of(person: Person, number: str) -> int | None:
    """The number of the receipt of a file that waited, once it was confirmed; None before, and for who may not have it."""
    with engine().connect() as connection:
        batch = upload_previews.batch_of_preview(connection, number)
        found = upload_previews.receipts(connection, _allowed(person), batch) if batch else []
    return batch if found else None


def confirm(person: Person, key: str, number: str, version: str) -> int:
    """Keep a file that waits; returns the number of its receipt, the same however often it is confirmed. version: of the verdict
    that was read. Raises NoSuchPreview, NotAllowed; ChangedMeanwhile where it is another one by now; Refused where it can no
    longer be kept."""
    require_right(person, "hand_in")
    if why := not_kept(person):
        raise Refused(why)
    with engine().connect() as connection:
        batch = upload_previews.batch_of_preview(connection, number)
        kept = upload_previews.receipts(connection, _allowed(person), batch) if batch else []
    if batch is not None:
        if not kept:
            raise NotAllowed(f"{person.name} : {batch}")
        return batch
    waiting, _ = open_waiting(person, key, number)
    if waiting.proposed and not waiting.agreed:
        raise Refused(NOT_AGREED)
    shown = judge(person, waiting, number)
    if version != shown.version:
        raise ChangedMeanwhile(CHANGED)
    detail = {
        "sha256": waiting.original.sha256,
        "days": days_sentences(shown),
        "signals": shown.signals,
        "mended": len(waiting.mends),
        "emptied": sum(not one.after for one in waiting.mends),
        "repaired": len(waiting.repairs),
        "left out": waiting.left_out,
        "remembered": len(waiting.spellings),
    }

    def note(connection: Connection, saved: write.Saved) -> None:
        effect = effect_sentence(saved.rows, saved.effect, saved.changes, waiting.form)
        if effect != effect_of_verdict(shown):
            raise ChangedMeanwhile(CHANGED)  # somebody else was faster
        said = {**detail, "effect": effect}
        upload_previews.note_receipt(connection, saved.batch_id, number, said)
        file_spellings.remember(connection, saved.batch_id, waiting.spellings, person.name)
        if waiting.left_out:  # a cut line loses none of it
            aside = seal(key, waiting.of_rows_left_out().to_bytes())
            upload_previews.add(connection, person.id, aside)

    outcome, _ = _take(person, waiting, check=False, after=note)
    if not outcome.accepted or outcome.batch_id is None:
        raise Refused("Ce fichier ne peut plus être gardé tel quel : le revoir.")
    return outcome.batch_id


def open_waiting(person: Person, key: str, number: str) -> tuple[WaitingFile, bytes]:
    """A file that waits, and as it is stored. Raises NoSuchPreview, NotAllowed."""
    require_right(person, "hand_in")
    with engine().connect() as connection:
        sealed = upload_previews.read(connection, number, person.id)
    if sealed is None:
        raise NoSuchPreview(NO_SUCH_PREVIEW)
    content = open_sealed(key, sealed)
    if content is None:
        raise NoSuchPreview(IN_ANOTHER_BROWSER)
    _note_size(content)
    waiting = WaitingFile.from_bytes(content)
    _site(person, waiting.site)  # the right may have ended since
    return waiting, sealed


def _note_size(content: bytes) -> None:
    """Note that a file is large, whose cells leave holes in memory."""
    if len(content) > LARGE:
        memory.MANY_OBJECTS.set()


def _kept_name(waiting: WaitingFile, name: str) -> str:
    """The name under which a file is kept: of its form, site and month. What people call their files may say who they are."""
    ending = Path(name).suffix.lower()
    parts = (waiting.form, waiting.site, f"{waiting.first:%Y-%m}")
    return "-".join(filter(None, parts)) + (ending if ending in ENDINGS else "")


def _take(
    person: Person,
    waiting: WaitingFile,
    *,
    check: bool,
    after: write.After | None = None,
    look: write.After | None = None,
) -> tuple[Outcome, dict[date, int]]:
    """Check a file that waits, or keep it: nothing is kept where something is wrong with it. Second: of a register of one site,
    the visits of each day of its month once it is kept. after, look: as for intake.take_table."""
    is_closed = closed_days(person, waiting.site)
    references = intake.load_known_references(engine())
    own = file_days.problems_of_days(waiting, is_closed, references)
    check = check or bool(own)
    options = Options(
        waiting.form,
        # Of a register of several sites each speaks for the days of its own rows.
        covers=file_days.days_covered(waiting, is_closed)
        if waiting.site or waiting.form != file_days.REGISTER
        else None,
        sites=(waiting.site,)
        if waiting.site and waiting.form in (file_days.REGISTER, file_days.COMPLAINTS)
        else (),
        check=check,
        demo=freshness(person).demo,
        covers_alone=waiting.form == file_days.COMPLAINTS,
    )
    bind = engine() if check else engine_to_write(person)
    by_day: dict[date, int] = {}
    place = _site(person, waiting.site)

    def count(connection: Connection, saved: write.Saved) -> None:
        if look is not None:
            look(connection, saved)
        if place is not None and waiting.form == file_days.REGISTER:
            by_day.update(uploads.visits_of_days(connection, place.id, waiting.first, waiting.last))

    allowed = allowed_ids(person, waiting.site)
    kept = replace(waiting.table, file=_kept_name(waiting, waiting.table.file))
    # Who reads pages goes before who reads files, and beside who writes them: others wait for the base, not for a turn.
    outcome = intake.take_table(
        bind,
        kept,
        options,
        person.name,
        allowed,
        references,
        after=after,
        look=count,
        saving=release_while_waiting,
    )
    outcome.name = waiting.table.file
    if own and not outcome.was_known:
        outcome.accepted, outcome.problems = False, [*outcome.problems, *own]
    return outcome, by_day


def judge(person: Person, waiting: WaitingFile, number: str) -> Verdict:
    """The verdict of a file that waits under this number; kept until the data change, for who looks again, as whoever has just
    sent it does."""
    key = (latest_snapshot(), person.id, _allowed(person), waiting.version)
    found = VERDICTS.get(key, lambda: _judge(person, waiting))
    return replace(found, preview=number, version=version_of(found, waiting.version))


def _judge(person: Person, waiting: WaitingFile) -> Verdict:
    """The verdict of a file that waits, under no number."""
    show_as_they_are(person)  # not as readers are shown them, some seconds ago
    then, after = view(person), []

    def note(connection: Connection, saved: write.Saved) -> None:
        concerned = write.sites_of(connection, saved.batch_id)
        after.append((view_in(person, connection), concerned))

    outcome, by_day = _take(person, waiting, check=True, look=note)
    # Judged once others may write again.
    signals = [signal_changes(then, now, concerned, "Ce fichier") for now, concerned in after]
    references = intake.load_known_references(engine())
    open_question = () if waiting.agreed or outcome.was_known else waiting.proposed
    headings = {c.field: c.heading for c in FORMATS[waiting.form].columns}
    return Verdict(
        "",
        outcome,
        _site(person, waiting.site),
        waiting.first,
        waiting.last,
        waiting.table.rows,
        waiting.repairs,
        len(waiting.mends),
        waiting.left_out,
        () if open_question else faults(waiting, outcome.problems, references),
        file_days.days_covered(waiting, closed_days(person, waiting.site)),
        tuple((text, *_first_cells(waiting.table, name)) for text, name in open_question),
        tuple(change_lines(outcome.changes, outcome.form, references)),
        waiting.mends,
        len(cells_to_empty(waiting, outcome)),
        _days_after(person, waiting, outcome, by_day) if outcome.accepted else None,
        "",
        tuple((text, headings[name]) for text, name in waiting.known if name in headings),
        tuple((one.written, one.word) for one in waiting.spellings if one.word),
        signals="".join(signals),
    )


def cells_to_empty(waiting: WaitingFile, outcome: Outcome) -> list[CellPlace]:
    """The cells that are refused and may be empty: none by which a row is known."""
    form = FORMATS[waiting.form]
    columns = {c.heading: c for c in form.columns if not c.required and c.field not in form.key}
    sheets = {sheet.name: n for n, sheet in enumerate(waiting.table.sheets)}
    return [
        (sheets[p.sheet], p.line, columns[p.column].field)
        for p in outcome.problems
        if isinstance(p, Problem) and p.line and p.column in columns and p.cell_text.strip()
    ]


def _days_after(
    person: Person, waiting: WaitingFile, outcome: Outcome, after: Mapping[date, int]
) -> DaysAfter | None:
    """What is known of a register's days once it is kept; None for other files, and for those of several sites."""
    is_closed = closed_days(person, waiting.site)
    covers = file_days.days_covered(waiting, is_closed)
    if waiting.form != file_days.REGISTER or not waiting.site or covers is None:
        return None
    before = visits_by_day(person, waiting.site, waiting.first, waiting.last)
    there = {when for _, _, when in file_days.rows_with_days(waiting.table) if when}
    days = [covers[0] + n * ONE_DAY for n in range((covers[1] - covers[0]).days + 1)]
    emptied = [d for d in sorted(before) if not after.get(d) and d not in days]
    return DaysAfter(
        tuple(d for d in [*days, *emptied] if not is_closed(d) and not after.get(d)),
        sum(after.get(d, 0) for d in there) - outcome.effect.rows_counting,
        any(d > covers[1] for d in after),
    )


def _first_cells(of: StoredTable, field: str, most: int = 3) -> tuple[str, tuple[str, ...]]:
    """The heading of a field, and the first different cells under it."""
    at = of.places[field]
    texts = (row[at].strip() for sheet in of.sheets for row in sheet.cells)
    found = tuple(dict.fromkeys(text for text in texts if text))[:most]
    return FORMATS[of.form].column(field).heading, found
