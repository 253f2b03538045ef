"""A file that somebody sends by the page, read: the cells of the form's own columns, and nothing written.

Before: `dashboard.forms.parse`. After: `db.intake.take_table`, which checks and keeps the cells.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from dashboard.forms.csv_or_xlsx import check_file
from dashboard.forms.form_sheets import first_lines
from dashboard.forms.formats import Format
from dashboard.forms.parse import Parsing
from dashboard.forms.problem import Problem, Unreadable, make_visible
from dashboard.forms.reference_names import KnownReferences, normalise
from dashboard.forms.spellings import Proposal, Spelling, Spellings, is_about_somebody, proposals
from dashboard.forms.stored_table import StoredTable
from dashboard.period import today
from db import read
from db.codes import ALL, LONGEST
from db.intake import Outcome, sha256_of

# How files begin that a telephone offers beside the right one.
OTHERS = {
    b"\xff\xd8\xff": "une photo",
    b"\x89PNG": "une image",
    b"GIF8": "une image",
    b"%PDF": "un PDF",
}


class Upload(NamedTuple):
    """A file that was sent. table: its cells; None where these alone do not say all that is wrong (a heading that is missing, a
    row that is cut), so that it must be sent again; outcome: what is wrong with it as a file; proposed: unknown headings, and
    for which of ours they were taken, which somebody must confirm; known: those that
    somebody confirmed with an earlier file, and the field of each."""

    table: StoredTable | None
    outcome: Outcome
    proposed: tuple[Proposal, ...] = ()
    known: tuple[tuple[str, str], ...] = ()


def visits_of_days(connection: Connection, site: int, first: date, last: date) -> dict[date, int]:
    """The visits of a site that count, by day, days without any left out: in the transaction that keeps a file, or undoes it."""
    return read.visits_of_days(connection, site, ALL, first, last)


def read_upload(
    path: Path,
    name: str,
    references: KnownReferences,
    form: str | None = None,
    spellings: Spellings | None = None,
) -> Upload:
    """Read a file that somebody sends. path: of its content; name: what it is called; spellings: what his files write for our
    headings. Where headings are missing and others may be them, it is read as if they were."""
    known = spellings or Spellings()
    shown = make_visible(name)[-LONGEST["filename"] :]
    try:
        check_file(path)
    except Unreadable as reason:
        return _refused(shown, str(reason))
    if what := not_a_table(path):
        return _refused(
            shown, f"Ce fichier est {what}, et non un tableau : choisir le classeur ou le CSV."
        )
    table, outcome, used = _read(path, shown, references, form, known)
    if table is not None:
        return Upload(table, outcome, known=used)
    try:
        of_form, found = proposals(
            first_lines(path, references), references, today(), form, known.our_headings
        )
    except Unreadable:
        return Upload(None, outcome)
    if found:
        taken = (Spelling(of_form, one.column.field, normalise(one.written)) for one in found)
        again, said, used = _read(path, shown, references, of_form, known.with_headings(taken))
        if again is not None and not any(_is_about_people(again, one) for one in found):
            new = {one.written for one in found}
            return Upload(
                again, said, tuple(found), tuple(one for one in used if one[0] not in new)
            )
    return Upload(None, outcome)


def _is_about_people(table: StoredTable, one: Proposal) -> bool:
    """Whether cells under a heading that was taken for one of texts are telephones, numbers of people, or names."""
    at = table.places[one.column.field]
    cells = (row[at] for sheet in table.sheets for row in sheet.cells)
    return one.column.cell == "text" and any(map(is_about_somebody, cells))


def _read(
    path: Path, name: str, references: KnownReferences, form: str | None, known: Spellings
) -> tuple[StoredTable | None, Outcome, tuple[tuple[str, str], ...]]:
    """The cells of a file, what is wrong with it, and the headings that are read as ours, with the field of each."""
    outcome = Outcome(name, False)
    used: dict[tuple[str, str], str] = {}

    def our_headings(candidate: Format, line: Sequence[str]) -> Sequence[str]:
        found = known.our_headings(candidate, line)
        fields = {c.heading: c.field for c in candidate.columns}
        for text, ours in zip(line, found, strict=True):
            if text != ours:
                used[candidate.name, text.strip()] = fields[ours]
        return found

    record = StoredTable("", name, sha256_of(path))
    with closing(
        Parsing(
            path,
            references,
            today(),
            form,
            may_be_empty=True,
            sha256=record.sha256,
            record=record,
            our_headings=our_headings,
        )
    ) as parsing:
        for _ in parsing:
            pass
        outcome.form, outcome.problems, outcome.remarks = (
            parsing.form,
            parsing.problems,
            parsing.remarks,
        )
        outcome.more_problems = parsing.more_problems
    table = replace(record, form=parsing.form, remarks=_of_headings(parsing.remarks))
    mapped = tuple((text, name) for (of, text), name in used.items() if of == parsing.form)
    return (None if parsing.beside_cells else table), outcome, mapped


def _refused(name: str, reason: str) -> Upload:
    return Upload(None, Outcome(name, False, problems=[Problem(None, "", "", reason)]))


def not_a_table(path: Path) -> str:
    """« une photo », « un PDF » where a file is one; "" else."""
    with path.open("rb") as stream:
        start = stream.read(12)
    if start[4:8] == b"ftyp":
        return "une photo ou une vidéo"
    return next((what for begin, what in OTHERS.items() if start.startswith(begin)), "")


def _of_headings(remarks: list[str]) -> list[str]:
    """The remarks that a file's headings and text make, which its cells alone do not repeat."""
    begin = ("Colonnes non reprises", "Texte lu en", "Intitulés", "Feuille")
    return [remark for remark in remarks if remark.startswith(begin)]
