"""The sheets of a file that are a form, all of the same one; every other sheet is named, in a refusal or in a remark."""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import NoReturn

from dashboard.forms.blank_rows import GUIDE, is_title
from dashboard.forms.cells import column_memos
from dashboard.forms.csv_or_xlsx import Sheet, open_sheets
from dashboard.forms.digest import Digest
from dashboard.forms.formats import Format
from dashboard.forms.headings import (
    HEADING_LINES,
    Headings,
    OurHeadings,
    filled_text,
    first_filled,
    headings_advice,
    is_headings,
    nearest_headings,
)
from dashboard.forms.problem import Report, Unreadable, make_visible
from dashboard.forms.reference_names import KnownReferences, normalise
from dashboard.forms.row_blocks import real_lines, refuse_null
from dashboard.forms.sheet_layout import Layout, Table

LINES_SEARCHED_BELOW = 1_000  # lines
TOO_LOW = "ces intitulés sont trop bas : les mettre dans les vingt premières lignes, au-dessus des données."


@dataclass
class FormSheet:
    """A sheet whose headings are a form's. first_line: of the first of `rows`. places: field to place in a row.

    name: "" for a CSV, and for the only sheet of a workbook. from_workbook, delimiter: see csv_or_xlsx.Sheet.
    """

    form: Format
    name: str
    rows: Iterator[list[str]]
    first_line: int
    headings: tuple[str, ...]
    places: dict[str, int]
    from_workbook: bool
    delimiter: str

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.headings)


@dataclass(frozen=True)
class OtherSheet:
    """A sheet that is no form, or not the one asked for: its name, its first rows, whether it is hidden; the line and
    the text of headings that stand too far down in it."""

    name: str
    first_rows: list[list[str]]
    hidden: bool
    low_headings: tuple[int, str] | None


def form_sheets(
    path: Path,
    references: KnownReferences,
    today: date,
    form: str | None,
    report: Report,
    remarks: list[str],
    digest: Digest,
    our_headings: OurHeadings | None = None,
) -> Generator[FormSheet]:
    """Each sheet that is a form of that name, or of the name of the first; its rows must be read before the next.

    Faults of headings and sheets go to `report`, the bytes that are read to `digest`; our_headings: see
    `nearest_headings`. Raises Unreadable.
    """
    first: FormSheet | None = None
    others: list[OtherSheet] = []
    for sheet in open_sheets(path, references, digest):
        remarks += sheet.remarks
        top = list(islice(sheet.rows, HEADING_LINES))
        lines = _lines(top, from_workbook=sheet.from_workbook)
        refuse_null(top, range(1, len(top) + 1), from_workbook=sheet.from_workbook)
        headings = nearest_headings(sheet.layout.fill_headings(top), form, our_headings)
        if headings is None or not headings.is_enough:
            others.append(_other_sheet(sheet, top, first, references, today, report))
        elif sheet.hidden:
            _refuse_hidden(sheet.name, chain(top[headings.index + 1 :], sheet.rows), report)
        elif first and headings.form is not first.form:
            _refuse_form(sheet.name, headings, first, report)
        else:
            form_sheet = _form_sheet(sheet, top, lines, headings, report, remarks)
            first = first or form_sheet
            yield form_sheet
    if first is None:
        _refuse_all([o for o in others if not o.hidden], form)
    else:
        _report_others(others, first, references, today, report, remarks)


def _lines(top: list[list[str]], *, from_workbook: bool) -> Sequence[int]:
    """The line where each of the first rows of a sheet begins."""
    lines = range(1, len(top) + 1)
    return lines if from_workbook else real_lines(top, lines)[0]


def _form_sheet(
    sheet: Sheet,
    top: list[list[str]],
    lines: Sequence[int],
    headings: Headings,
    report: Report,
    remarks: list[str],
) -> FormSheet:
    """The sheet below its headings; headings that are missing or doubled are reported, lines above them become a
    remark."""
    line = lines[headings.index]
    places = _places(headings, line, sheet.name, report)
    complete = len(places) == len(headings.form.columns)
    others = [
        h.strip() for i, h in enumerate(headings.texts) if h.strip() and i not in places.values()
    ]
    if others and complete:
        _add(remarks, "Colonnes non reprises : " + ", ".join(h[:40] for h in others[:20]) + ".")
    above = [text for row in top[: headings.index] if (text := filled_text(row))]
    if above and not (len(above) == 1 and is_title(above[0], headings.form.title)):
        place = f"Feuille « {sheet.name} », intitulés" if sheet.name else "Intitulés"
        _add(
            remarks,
            f"{place} trouvés à la ligne {line} ; ce qui est au-dessus n'est pas repris : « {above[0][:60]} ».",
        )
    below = top[headings.index + 1 :]
    first_line = lines[headings.index + 1] if below else line + 1
    if not below and not sheet.from_workbook:
        first_line += real_lines([list(headings.texts)], [line])[1]
    rows = chain(below, sheet.rows) if complete else iter(())
    if complete and sheet.layout != Layout():
        table = Table(sheet.layout, headings.form, first_line, headings.texts, places, report)
        rows = table.visible_rows(rows)
    return FormSheet(
        headings.form,
        sheet.name,
        rows,
        first_line,
        headings.texts,
        places,
        sheet.from_workbook,
        sheet.delimiter,
    )


def _places(headings: Headings, line: int, sheet: str, report: Report) -> dict[str, int]:
    """The place of each field in a row; a heading that is missing or doubled is reported."""
    texts = [normalise(h) for h in headings.texts]
    places = {}
    for column in headings.form.columns:
        here = [i for i, h in enumerate(texts) if h == normalise(column.heading)]
        if len(here) == 1:
            places[column.field] = here[0]
            continue
        report(
            None,
            column.heading,
            "",
            f"cet intitulé figure plusieurs fois à la ligne {line}."
            if here
            else f"cet intitulé manque à la ligne {line} ; tous ceux du formulaire « {headings.form.name} »"
            " doivent y être.",
            sheet,
        )
    return places


def _add(remarks: list[str], remark: str) -> None:
    """Add a remark, once."""
    if make_visible(remark) not in remarks:  # twelve sheets alike need one remark
        remarks.append(make_visible(remark))


def _other_sheet(
    sheet: Sheet,
    top: list[list[str]],
    first: FormSheet | None,
    references: KnownReferences,
    today: date,
    report: Report,
) -> OtherSheet:
    """A sheet without headings in its first rows, read to its end: headings may stand further down, or rows without
    any."""
    line = len(top) + 1 + (0 if sheet.from_workbook else real_lines(top, range(1, len(top) + 1))[1])
    is_row = _row_reader(first, references, today) if first else None
    # A CSV without headings is refused as it is: only a little further down is looked, for a better word.
    for row in sheet.rows if sheet.from_workbook else islice(sheet.rows, LINES_SEARCHED_BELOW):
        if is_headings(row):
            if sheet.hidden:
                _refuse_hidden(sheet.name, sheet.rows, report)
            return OtherSheet(sheet.name, top, sheet.hidden, (line, filled_text(row)))
        if is_row and is_row(row):
            return OtherSheet(sheet.name, [[]] * (line - 1) + [row], sheet.hidden, None)
        line += 1 if sheet.from_workbook else 1 + real_lines([row], [line])[1]
    return OtherSheet(sheet.name, top, sheet.hidden, None)


def _refuse_hidden(name: str, below: Iterable[list[str]], report: Report) -> None:
    """Report a hidden form with rows: it was forgotten, or keeps an old state, and a person must say which."""
    if any(any(map(str.strip, row)) for row in below):
        report(
            None,
            "",
            "",
            "cette feuille masquée est un formulaire rempli ; l'afficher pour qu'elle soit lue, ou la"
            " supprimer.",
            name,
        )


def _refuse_form(name: str, headings: Headings, first: FormSheet, report: Report) -> None:
    """Report a second form in the workbook: each form is a file."""
    report(
        headings.index + 1,
        "",
        "",
        f"cette feuille est un formulaire « {headings.form.name} », et la feuille « {first.name} »"
        f" un formulaire « {first.form.name} » ; un fichier par formulaire.",
        name,
    )


def _refuse_all(others: list[OtherSheet], form: str | None) -> NoReturn:
    """Raise Unreadable since no sheet is a form: it says what stands in each, and what to do."""
    if other := next((o for o in others if o.low_headings), None):
        line, text = other.low_headings or (None, "")
        raise Unreadable(TOO_LOW, line, text, other.name)
    best = max(
        others,
        key=lambda o: near.match_count if (near := nearest_headings(o.first_rows, form)) else 0,
        default=None,
    )
    near = (
        (nearest_headings(best.first_rows, form) or nearest_headings(best.first_rows))
        if best
        else None
    )
    index, text = first_filled(best.first_rows) if best else (0, "")
    if best and near:
        index, text = near.index, filled_text(best.first_rows[near.index])
    if not best or not text:
        raise Unreadable(
            "Le fichier n'a pas d'intitulés : une ligne doit les porter, au-dessus des données."
        )
    also = [f"« {o.name} »" for o in others if o is not best]
    raise Unreadable(
        headings_advice(best.first_rows, form)
        + (f" Les autres feuilles ({', '.join(also)}) n'en ont pas non plus." if also else ""),
        _lines(best.first_rows, from_workbook=bool(best.name))[index],
        text,
        best.name,
    )


def _report_others(
    others: list[OtherSheet],
    first: FormSheet,
    references: KnownReferences,
    today: date,
    report: Report,
    remarks: list[str],
) -> None:
    """Report sheets beside the form that are another form, or rows of this one without its headings; the rest become
    remarks."""
    plain = []
    for other in others:
        headings = nearest_headings(other.first_rows)
        if headings and headings.is_enough:
            _refuse_form(other.name, headings, first, report)
        elif other.low_headings:
            if not other.hidden:
                report(other.low_headings[0], "", other.low_headings[1], TOO_LOW, other.name)
        elif line := _row_of_the_form(other, first, references, today):
            report(
                line,
                "",
                "",
                f"cette feuille a des lignes du formulaire « {first.form.name} » sans ses intitulés ;"
                " copier au-dessus ceux de l'autre feuille.",
                other.name,
            )
        elif not other.hidden and other.name != GUIDE:
            plain.append(f"« {other.name} »")
    if plain:
        _add(remarks, f"Feuilles non lues, sans intitulés de formulaire : {', '.join(plain)}.")


def _row_of_the_form(
    other: OtherSheet, first: FormSheet, references: KnownReferences, today: date
) -> int | None:
    """The first line on which all that the form requires stands where the first sheet has it; None where there is
    none."""
    is_row = _row_reader(first, references, today)
    return next((line for line, row in enumerate(other.first_rows, 1) if is_row(row)), None)


def _row_reader(
    first: FormSheet, references: KnownReferences, today: date
) -> Callable[[list[str]], bool]:
    """A function that says whether all that the form requires stands in a row where the first sheet has it."""
    reading = column_memos(first.form, references, today, from_workbook=True)
    required = [c.field for c in first.form.columns if c.required and c.field in first.places]

    def is_row(row: list[str]) -> bool:
        texts = {f: row[first.places[f]] for f in required if first.places[f] < len(row)}
        return len(texts) == len(required) and all(reading[f].can_read(t) for f, t in texts.items())

    return is_row


def first_lines(path: Path, references: KnownReferences) -> list[list[list[str]]]:
    """The first lines of each sheet that is shown: those among which headings are looked for, and as many below. Raises
    Unreadable."""
    return [
        sheet.layout.fill_headings(list(islice(sheet.rows, 2 * HEADING_LINES)))
        for sheet in open_sheets(path, references, hashlib.sha256())
        if not sheet.hidden
    ]
