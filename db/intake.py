"""Imports: from a file on disk to a batch in the database, for the command line and the upload page alike.

It gives `dashboard.forms.parse` the file and `db.write` the rows.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from dashboard import french
from dashboard.forms.cells import OLDEST
from dashboard.forms.csv_or_xlsx import check_file
from dashboard.forms.parse import Parsing
from dashboard.forms.problem import Problem, Unreadable, make_visible
from dashboard.forms.reference_names import KnownReferences, known_references_from
from dashboard.forms.stored_table import StoredSheet, StoredTable
from dashboard.french import normalise_key
from dashboard.period import to_local_time, to_naive_utc, today
from db import error_messages, read, write
from db.batch_changes import Changes
from db.batch_effects import Effect
from db.codes import ALL, LONGEST
from db.form_tables import DESTINATIONS
from db.journal import utc_now
from db.models import Complaint
from db.working_days import public_holidays

# Lines of a file that is read before the transaction that keeps it begins: nobody else writes meanwhile.
READ_AHEAD = 40_000


@dataclass(frozen=True)
class Options:
    """How to import a file: form (None: recognised by its headings), date of its content (by Benin's clock where it
    has no offset), days and sites that it covers beyond its rows, whether it replaces whole days, whether it is only
    checked, whether it is fictitious, whether it speaks for the days of `covers` and for no others, whether it is what a
    site declares of itself (a closure) or of one complaint alone, which covers no day."""

    form: str | None = None
    as_of: datetime | None = None
    covers: tuple[date, date] | None = None
    sites: tuple[str, ...] = ()
    replace_days: bool = False
    check: bool = False
    demo: bool = False
    covers_alone: bool = False
    declared: bool = False


@dataclass
class Outcome:
    """The outcome of a file. accepted: it is in the database, or could be (`check`), or was there already
    (was_known). effect: what that changes of what counts; `db.batch_effects.import_sentence` says it. changes: its rows that
    other files had said before; absent_rows: those of the same days that it does not say, which stay."""

    name: str
    accepted: bool
    form: str = ""
    batch_id: int | None = None
    was_known: bool = False
    rows: int = 0
    effect: Effect = field(default_factory=Effect)
    changes: Changes = field(default_factory=Changes)
    absent_rows: list[str] = field(default_factory=list)
    problems: Sequence[Problem | str] = ()
    more_problems: int = 0
    remarks: list[str] = field(default_factory=list)


def load_known_references(engine: Engine) -> KnownReferences:
    """The references that files may name, as the database has them."""
    with engine.connect() as connection:
        spans = (date(2015, 1, 1), today())
        return known_references_from(
            read.places(connection, ALL),
            read.locations(connection, ALL),
            read.services(connection),
            read.terms(connection),
            frozenset(public_holidays(connection, *spans)),
        )


def dates_ahead(connection: Connection) -> list[str]:
    """One sentence for each file that is dated after now, or was after its import, with the command that dates it anew."""
    return [
        f"Le lot {number} (« {name} ») est daté du {to_local_time(as_of):%d/%m/%Y à %H:%M}, qui n'était pas encore venu : il"
        " l'emporte à tort sur ce qui le corrige. Le dater de son arrivée, ou du jour où il a été fait :"
        f" python -m db date {number} [--as-of AAAA-MM-JJ]"
        for number, name, as_of in read.dated_ahead(connection, utc_now())
    ]


def shown_file_name(path: Path) -> str:
    """The file's name as text that can be stored and shown: an old disk may have spelled it in Windows-1252."""
    try:
        return make_visible(os.fsencode(path.name).decode())
    except UnicodeDecodeError:
        return make_visible(os.fsencode(path.name).decode("cp1252", "replace"))


def sha256_of(path: Path) -> str:
    """The file's sha256, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content_digest(content: str, options: Options) -> str:
    """The digest by which a file is recognised when it comes again: its sha256, with what it covers beyond its rows,
    or replaces. An empty register of May is not the one of June, nor is a file that replaces days the one that does
    not."""
    spoken_of = (
        [d.isoformat() for d in options.covers or ()],
        sorted({*map(normalise_key, options.sites)}),
    )
    if not (any(spoken_of) or options.replace_days):
        return content
    said = json.dumps([content, *spoken_of, options.replace_days])
    return hashlib.sha256(said.encode()).hexdigest()


def try_import(
    engine: Engine, path: Path, options: Options, by: str, references: KnownReferences | None = None
) -> Outcome:
    """As `import_file`, for one file of several: whatever stops it becomes its outcome, and the next can be imported."""
    try:
        return import_file(engine, path, options, by, references)
    except write.Refused as reason:
        why = str(reason)
    except error_messages.failure_types() as error:
        why = error_messages.sentence(error)
    return Outcome(shown_file_name(path), False, problems=[why])


def import_file(
    engine: Engine, path: Path, options: Options, by: str, references: KnownReferences | None = None
) -> Outcome:
    """Import the file, or say why not; returns the outcome. A refused file changes nothing.

    Raises write.Refused where the fault is not the file's (fictitious and real data would meet, an unknown site in
    the options).
    """
    check_dates(options)
    try:
        check_file(path)
    except Unreadable as reason:
        return Outcome(shown_file_name(path), False, problems=[Problem(None, "", "", str(reason))])
    references, content = references or load_known_references(engine), sha256_of(path)
    file = _file(path, content, options, by, references)
    with engine.connect() as connection:
        batch = write.find_batch(connection, file.sha256)
        if not batch and file.sha256 != content and (same := write.find_batch(connection, content)):
            # The same rows with other options: their date stays that of the earlier import.
            file = replace(file, as_of=file.as_of or write.as_of(connection, same))
    if batch:
        return Outcome(file.name, True, batch_id=batch, was_known=True)
    may_be_empty = bool(options.covers and options.sites)  # « no complaint this month » is said so
    with closing(
        Parsing(
            path,
            references,
            today(),
            options.form,
            options.replace_days,
            may_be_empty,
            content,
            judged=not options.demo,  # nobody mistyped what is made up
            covers=options.covers,
        )
    ) as parsing:
        return _keep(engine, parsing, file, options)


def typed_table(form: str, name: str, digest: str, rows: Sequence[list[str]]) -> StoredTable:
    """The rows that somebody typed, as if a file had brought them. digest: by which they are known when they come again."""
    sheet = StoredSheet("", True, "", list(range(2, len(rows) + 2)), [*map(list, rows)])
    return StoredTable(form, name, digest, [sheet])


def take_table(
    engine: Engine,
    table: StoredTable,
    options: Options,
    by: str,
    allowed: frozenset[int] | None,
    references: KnownReferences | None = None,
    after: write.After | None = None,
    look: write.After | None = None,
    saving: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Outcome:
    """Check the cells of a file that was read (`options.check`), or keep them: the same function, so that what is kept is what
    was shown. allowed: ids of the sites of which it may speak, all where None; after: is called in the
    transaction that keeps it, look: in the one that keeps or undoes it; saving: stands around that transaction.

    The same cells again change nothing. Raises write.Refused as `import_file`.
    """
    check_dates(options)
    references = references or load_known_references(engine)
    content = table.sha256
    if table.mends:
        content = hashlib.sha256(json.dumps([content, *table.mends]).encode()).hexdigest()
    file = _file(Path(table.file), content, options, by, references)
    with engine.connect() as connection:
        while (batch := write.find_batch(connection, file.sha256)) and write.is_replaced(
            connection, table.form, batch
        ):
            # Another file says otherwise since: this one, handed in again, says it anew.
            file = replace(
                file, sha256=hashlib.sha256(f"{file.sha256} {batch}".encode()).hexdigest()
            )
    if batch:
        return Outcome(file.name, True, table.form, batch_id=batch, was_known=True)
    with closing(
        Parsing(
            table,
            references,
            today(),
            table.form,
            options.replace_days,
            allowed=allowed,  # and not empty: an untouched sheet must not say that nobody came
        )
    ) as parsing:
        if table.lines <= READ_AHEAD:
            parsing.read_ahead()
        with saving():
            return _keep(engine, parsing, file, options, after, look)


def _keep(
    engine: Engine,
    parsing: Parsing,
    file: write.File,
    options: Options,
    after: write.After | None = None,
    look: write.After | None = None,
) -> Outcome:
    """Save the rows of a file; returns the outcome."""
    outcome = Outcome(
        file.name, False, parsing.form, problems=parsing.problems, remarks=parsing.remarks
    )
    if options.replace_days and not parsing.problems:
        parsing.problems.extend(_cannot_replace_days(parsing.form, options))
    if not parsing.problems:
        _save(engine, parsing, file, outcome, keep=not options.check, after=after, look=look)
    outcome.more_problems = parsing.more_problems
    return outcome


def check_options(engine: Engine, options: Options, references: KnownReferences) -> None:
    """Raises write.Refused where no file can be imported with the options, or into this database, whatever is in it."""
    check_dates(options)
    _sites(options, references)
    with engine.connect() as connection:
        write.refuse_mixture(connection, options.demo)


def check_dates(options: Options) -> None:
    """Raises write.Refused where the options name a day that no file can cover: to come, or older than any centre."""
    named = [("--as-of", options.as_of.date())] if options.as_of else []
    named += [("--covers", day) for day in options.covers or ()]
    for option, day in named:
        if day < OLDEST:
            raise write.Refused(
                f"{option} : le {french.date_short(day)} est trop ancien ; vérifier l'année."
            )
    if options.as_of and to_naive_utc(options.as_of) > utc_now():
        raise write.Refused(
            f"--as-of : le {options.as_of:%d/%m/%Y} est dans l'avenir ; donner le jour où le fichier a été"
            " fait."
        )
    if options.covers and options.covers[1] > today():
        raise write.Refused(
            f"--covers : le {options.covers[1]:%d/%m/%Y} est dans l'avenir ; un fichier ne rend compte que de"
            " jours passés."
        )


def _cannot_replace_days(form: str, options: Options) -> list[Problem]:
    """Why a file of the form cannot replace whole days: one problem, or none."""
    destination = DESTINATIONS[form]
    if not destination.replaces_days:
        return [
            Problem(
                None,
                "",
                "",
                f"--replace-days n'a pas de sens pour le formulaire {form}, où chaque ligne remplace déjà"
                " celle qu'elle corrige. Relancer sans cette option.",
            )
        ]
    if destination.replaces_covered_days and not options.covers:
        return [
            Problem(
                None,
                "",
                "",
                f"pour le formulaire {form}, --replace-days demande --covers DU:AU, les jours dont toutes"
                " les fermetures sont dans ce fichier.",
            )
        ]
    return []


def _file(
    path: Path, content: str, options: Options, by: str, references: KnownReferences
) -> write.File:
    return write.File(
        content_digest(content, options),
        shown_file_name(path)[-LONGEST["filename"] :],
        to_naive_utc(options.as_of) if options.as_of else None,
        by,
        options.covers,
        _sites(options, references),
        options.demo,
        options.covers_alone,
        options.declared,
    )


def _sites(options: Options, references: KnownReferences) -> tuple[int, ...]:
    """The ids of the sites that the options name. Raises write.Refused for an unknown one."""
    codes = {s.code: s.id for s in references.by_id.values()}
    asked = [normalise_key(code) for code in options.sites]
    unknown = [c for c in asked if c not in codes]
    if unknown:
        raise write.Refused(f"Centre inconnu : {', '.join(unknown)}.")
    return tuple(codes[c] for c in asked)


def _save(
    engine: Engine,
    parsing: Parsing,
    file: write.File,
    outcome: Outcome,
    *,
    keep: bool,
    after: write.After | None = None,
    look: write.After | None = None,
) -> None:
    """Save the file, or do all of it and undo it."""
    try:
        saved = write.save_batch(engine, parsing, file, keep=keep, look=look, after=after)
    except write.Refused:
        if not parsing.problems:
            raise
        return
    outcome.accepted, outcome.was_known = True, saved.was_known
    outcome.batch_id = saved.batch_id if keep or saved.was_known else None
    outcome.rows, outcome.effect, outcome.changes = saved.rows, saved.effect, saved.changes
    outcome.absent_rows = saved.absent_rows
    if (
        parsing.replace_days
        and not file.covers
        and (silent := set(file.sites) - set(parsing.coverage))
    ):
        names = sorted(site.code for site in parsing.references.by_id.values() if site.id in silent)
        outcome.remarks.append(
            f"--replace-days n'a rien remplacé pour {', '.join(names)}, dont le fichier n'a aucune ligne : dire quels"
            " jours il couvre, avec --covers DU:AU."
        )
    outcome.remarks += _complaints_later(engine, parsing)
    if saved.absent_rows:
        count = "plus de 1 000" if len(saved.absent_rows) > 1000 else str(len(saved.absent_rows))
        some = make_visible(" ; ".join(saved.absent_rows[:5]))
        outcome.remarks.append(
            f"Lignes déjà connues absentes de ce fichier, gardées : {count} ({some}"
            f"{' ; …' if len(saved.absent_rows) > 5 else ''}). Pour les retirer : --replace-days"
        )


def _complaints_later(engine: Engine, parsing: Parsing) -> list[str]:
    """A remark for complaints of the file that are in no figure yet, since they came after the last day of which
    visits are known."""
    if parsing.form != Complaint.form:
        return []
    with engine.connect() as connection:
        as_of = read.data_as_of(read.coverage(read.handed_in(connection, ALL)))
    if as_of is None:
        return []
    later = sum(n for (_, day), n in parsing.site_days.items() if day > as_of.isoformat())
    if not later:
        return []
    received = french.plural(later, "plainte reçue", "plaintes reçues")
    return [
        f"{received} après le {french.date_short(as_of)}, dernier jour connu des visites et des clôtures : comptées"
        " quand celles de ces jours seront remises."
    ]
