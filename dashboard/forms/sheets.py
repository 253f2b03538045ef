"""The sheets of a file that are a form, all the same one; every other sheet is named, in a refusal or in a remark."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path

from dashboard.forms.cells import memos
from dashboard.forms.formats import FORMATS, Format
from dashboard.forms.headings import LOOKED, Headings, first_filled, nearest, what_to_do
from dashboard.forms.known import Known, normalise
from dashboard.forms.lines import real_lines, refuse_null
from dashboard.forms.problem import Unreadable, visible
from dashboard.forms.table import Sheet, open_sheets


@dataclass
class FormSheet:
    """A sheet whose headings are a form's. first_line: of the first of `rows`. places: field to place in a row.

    name: "" for a CSV, and for the only sheet of a workbook. typed: see table.Sheet.
    """

    form: Format
    name: str
    rows: Iterator[list[str]]
    first_line: int
    width: int
    places: dict[str, int]
    typed: bool


@dataclass(frozen=True)
class Other:
    """A sheet that is no form, or not the one asked for: its name, its first rows, whether nobody sees it."""

    name: str
    top: list[list[str]]
    hidden: bool


def form_sheets(
    path: Path, known: Known, today: date, form: str | None, problem: Callable, remarks: list[str]
) -> Generator[FormSheet, None, None]:
    """Each sheet that is a form of that name, or of the name of the first; its rows must be read before the next.

    What is wrong with headings and sheets goes to problem(line, column, found, message, sheet). Raises Unreadable.
    """
    first: FormSheet | None = None
    others: list[Other] = []
    for sheet in open_sheets(path, known):
        remarks += sheet.remarks
        top = list(islice(sheet.rows, LOOKED))
        lines, _ = (
            real_lines(top, range(1, len(top) + 1))
            if not sheet.typed
            else (range(1, len(top) + 1), 0)
        )
        refuse_null(top, range(1, len(top) + 1), typed=sheet.typed)
        found = nearest(top, form)
        if found is None or not found.enough:
            others.append(Other(sheet.name, top, sheet.hidden))
        elif sheet.hidden:
            _refuse_hidden(sheet, top[found.index + 1 :], problem)
        elif first and found.form is not first.form:
            _refuse_form(sheet.name, found, first, problem)
        else:
            found_sheet = _form_sheet(sheet, top, lines, found, problem, remarks)
            first = first or found_sheet
            yield found_sheet
    if first is None:
        _refuse_all([o for o in others if not o.hidden], form)
    else:
        _tell_others(others, first, known, today, problem, remarks)


def _form_sheet(
    sheet: Sheet, top: list, lines, found: Headings, problem: Callable, remarks: list[str]
) -> FormSheet:
    """The sheet below its headings; headings that are missing or doubled are problems, lines above them a remark."""
    line = lines[found.index]
    texts = [normalise(h) for h in found.texts]
    places = {}
    wrong = False
    for column in found.form.columns:
        here = [i for i, h in enumerate(texts) if h == normalise(column.heading)]
        if len(here) == 1:
            places[column.field] = here[0]
            continue
        wrong = True
        problem(
            None,
            column.heading,
            "",
            f"cet intitulé figure plusieurs fois à la ligne {line}."
            if here
            else f"cet intitulé manque à la ligne {line} ; tous ceux du formulaire « {found.form.name} » doivent y être.",
            sheet.name,
        )
    others = [
        h.strip() for i, h in enumerate(found.texts) if h.strip() and i not in places.values()
    ]
    if others and not wrong:
        _add(remarks, "Colonnes non reprises : " + ", ".join(h[:40] for h in others[:20]) + ".")
    if any(any(map(str.strip, row)) for row in top[: found.index]):
        said = first_filled(top)[1][:60]
        place = f"Feuille « {sheet.name} », intitulés" if sheet.name else "Intitulés"
        _add(
            remarks,
            f"{place} trouvés à la ligne {line} ; ce qui est au-dessus n'est pas repris : « {said} ».",
        )
    below = top[found.index + 1 :]
    first_line = lines[found.index + 1] if below else line + 1
    if not below and not sheet.typed:
        first_line += real_lines([list(found.texts)], [line])[1]
    rows = iter(()) if wrong else chain(below, sheet.rows)
    return FormSheet(
        found.form, sheet.name, rows, first_line, len(found.texts), places, sheet.typed
    )


def _add(remarks: list[str], remark: str) -> None:
    if visible(remark) not in remarks:  # twelve sheets alike need one remark
        remarks.append(visible(remark))


def _refuse_hidden(sheet: Sheet, below: list, problem: Callable) -> None:
    """A hidden form with rows was forgotten, or keeps an old state: a person must say which."""
    if any(any(map(str.strip, row)) for row in below):
        problem(
            None,
            "",
            "",
            "cette feuille masquée est un formulaire rempli ; l'afficher pour qu'elle soit lue, ou la"
            " supprimer.",
            sheet.name,
        )


def _refuse_form(name: str, found: Headings, first: FormSheet, problem: Callable) -> None:
    """A second form in the workbook: each form is a file."""
    problem(
        found.index + 1,
        "",
        "",
        f"cette feuille est un formulaire « {found.form.name} », et la feuille « {first.name} »"
        f" un formulaire « {first.form.name} » ; un fichier par formulaire.",
        name,
    )


def _refuse_all(others: list[Other], form: str | None) -> None:
    """No sheet is a form: what stands in each, and what to do."""
    if not others:
        raise Unreadable(
            "Le fichier n'a pas d'intitulés : une ligne doit les porter, au-dessus des données."
        )
    best = max(others, key=lambda o: found.matched if (found := nearest(o.top, form)) else 0)
    near = nearest(best.top, form) or nearest(best.top)
    index = near.index if near else first_filled(best.top)[0]
    said = " ; ".join(c.strip() for c in best.top[index] if c.strip()) if best.top else ""
    if not said:
        raise Unreadable(
            "Le fichier n'a pas d'intitulés : une ligne doit les porter, au-dessus des données."
        )
    line = (
        real_lines(best.top, range(1, len(best.top) + 1))[0][index] if not best.name else index + 1
    )
    also = [f"« {o.name} »" for o in others if o is not best]
    raise Unreadable(
        what_to_do(best.top, form)
        + (f" Les autres feuilles ({', '.join(also)}) n'en ont pas non plus." if also else ""),
        line,
        said,
        best.name,
    )


def _tell_others(
    others: list[Other],
    first: FormSheet,
    known: Known,
    today: date,
    problem: Callable,
    remarks: list[str],
) -> None:
    """Sheets beside the form: another form, or rows of this one without its headings, are a problem; the rest a remark."""
    plain = []
    for other in others:
        found = nearest(other.top)
        if found and found.enough:
            _refuse_form(other.name, found, first, problem)
        elif line := _row_of_the_form(other, first, known, today):
            problem(
                line,
                "",
                "",
                f"cette feuille a des lignes du formulaire « {first.form.name} » sans ses intitulés ;"
                " copier au-dessus ceux de l'autre feuille.",
                other.name,
            )
        elif not other.hidden:
            plain.append(f"« {other.name} »")
    if plain:
        _add(remarks, f"Feuilles non lues, sans intitulés de formulaire : {', '.join(plain)}.")


def _row_of_the_form(other: Other, first: FormSheet, known: Known, today: date) -> int | None:
    """The first line on which all that the form requires stands where the first sheet has it."""
    reading = memos(FORMATS[first.form.name], known, today, typed=True)
    required = [c.field for c in first.form.columns if c.required]
    for line, row in enumerate(other.top, 1):
        texts = {
            f: row[first.places[f]] if first.places[f] < len(row) else ""
            for f in required
            if f in first.places
        }
        if all(texts.values()) and all(reading[f][text] is not None for f, text in texts.items()):
            return line
    return None
