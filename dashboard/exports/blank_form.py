"""The blank workbook of a form, for a site and a month: to be typed into and handed in as it is.

All of it is made from the form's entry in FORMATS and from the ministry's lists. Before: `dashboard.forms.blank_rows`, what
of it is never data. After: `dashboard.forms`, which reads it.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import xlsxwriter
from xlsxwriter.utility import quote_sheetname, xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from dashboard import french, palette
from dashboard.exports.xlsx import (
    STYLES,
    TEXTS_STAY_TEXTS,
    Style,
    clean,
    set_up_page,
    sheet_names,
    styles,
    write_text,
)
from dashboard.forms.blank_rows import GUIDE, example, title
from dashboard.forms.choices import choices
from dashboard.forms.formats import Column, Format
from dashboard.forms.reference_names import KnownReferences, KnownSite
from dashboard.period import month_end

S = french.SPACE
# Rows of the sheet to type into; the one below the title keeps it out of the table that a spreadsheet would sort.
TITLE, GAP, HEADINGS, EXAMPLE, FIRST = range(5)
CHECKED = 5_000  # the last row whose cells are checked as they are typed
MANY, FEW = 1_000, 200  # rows that have their centre: of a form of visits, of another
LONGEST_TITLE, LONGEST_MESSAGE = 32, 255  # characters of what a spreadsheet says of a cell
# How a cell shows what it holds; a text stays as it is typed: « 12/2025 » becomes no date, 0012 keeps its zeros.
LOOKS = {"day": "dd/mm/yyyy", "month": "mm/yyyy", "clock": "hh:mm", "whole": "0"}
AS_TYPED = "@"
FIRST_TIME, STEP = 8 * 60 + 5, 15  # minutes: the times of the example
NARROW, WIDE, WIDEST = 9, 34, 46  # characters: of a column, of one of free text, of any
BLANK_STYLES: Mapping[str, Mapping[str, Any]] = {
    **STYLES,
    "title": {"bold": True, "font_size": 13, "font_color": palette.MAIN, "bg_color": palette.PAPER, "text_wrap": False,
              "valign": "vcenter"},
    "what to do": {"font_color": palette.INK, "bg_color": palette.PAPER, "text_wrap": False, "valign": "vcenter"},
    "required": {**STYLES["heading"], "valign": "vcenter"},
    "heading": {**STYLES["heading"], "valign": "vcenter", "bg_color": palette.WASH, "font_color": palette.INK},
    "example": {"italic": True, "font_color": palette.SOFT, "bg_color": palette.RAISED, "bottom": 2,
                "bottom_color": palette.MAIN},
    "to fill": {"locked": False},
    "filled": {"locked": False, "font_color": palette.SOFT},
}  # fmt: skip


def blank_form(form: Format, site: KnownSite, month: date, references: KnownReferences) -> bytes:
    """The workbook: a sheet to type into and one that explains. month: any day of it; references: what the lists hold."""
    blank = _Blank(form, site, month.replace(day=1), choices(form, references, site))
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, TEXTS_STAY_TEXTS) as book:
        style = styles(book, BLANK_STYLES)
        (name,) = sheet_names([form.title])
        sheet, guide = book.add_worksheet(name), book.add_worksheet(GUIDE)
        _write_table(sheet, style, blank)
        lists = _write_guide(guide, style, blank, name)
        for column in form.columns:
            _check_cells(sheet, blank, column, lists.get(column.field))
        sheet.protect("", {"sort": True, "format_columns": True})
        guide.protect("")
    return out.getvalue()


@dataclass(frozen=True)
class _Blank:
    """A form for a site and a month (its first day), with the words of its lists by field."""

    form: Format
    site: KnownSite
    month: date
    words: Mapping[str, tuple[str, ...]]

    @property
    def first_monday(self) -> date:
        """A working day of the month, for the example."""
        return self.month + timedelta(-self.month.weekday() % 7)

    @property
    def lines(self) -> int:
        """How many lines have their centre: one, of a form of one line a month."""
        if self.form.column(self.form.day).cell == "month":
            return 1
        return MANY if self.form.visits else FEW

    def hint(self, column: Column) -> str:
        """What is written in a column of this very form."""
        if column.cell == "site":
            return f"«{S}{self.words[column.field][0]}{S}», déjà écrit"
        if column.field != self.form.day:
            return column.hint
        first, last = map(french.date_short, (self.month, month_end(self.month)))
        span = f"du {first} au {last}" if column.cell == "day" else f"{self.month:%m/%Y}"
        return f"{column.hint}{S}: {span}"

    def examples(self) -> dict[str, str]:
        """The cells of the example, by field: a day of the month, times in their order, a short word of each list."""
        minutes, said = FIRST_TIME, {}
        for column in self.form.columns:
            text = column.example if column.cell == "text" else "12"
            if words := self.words.get(column.field):
                text = min(words, key=len)
            elif column.cell == "clock":
                text, minutes = f"{minutes // 60:02}:{minutes % 60:02}", minutes + STEP
            elif column.cell in ("day", "month"):
                text = f"{self.first_monday:{'%d/%m/%Y' if column.cell == 'day' else '%m/%Y'}}"
            said[column.field] = example(text)
        return said


# --- the sheet to type into -------------------------------------------------------------------------------------------
def _write_table(sheet: Worksheet, style: Style, blank: _Blank) -> None:
    """Title, headings, example, then lines that have their centre; the cursor stands where to type."""
    form, examples = blank.form, blank.examples()
    for place, column in enumerate(form.columns):
        look = LOOKS.get(str(column.cell), AS_TYPED)
        words = (*blank.words.get(column.field, ()), *column.heading.split())
        least = WIDE if form.is_free(column) else NARROW
        longest = max(len(word) for word in (*words, examples[column.field]))
        sheet.set_column(place, place, min(max(least, longest + 2), WIDEST), style("to fill", look))
        for row in (TITLE, GAP):  # or they would be as free as their columns
            sheet.write_blank(row, place, None, style("what to do"))
        name = "required" if column.required else "heading"
        write_text(sheet, HEADINGS, place, column.heading, style, name)
        write_text(sheet, EXAMPLE, place, examples[column.field], style, "example")
    sheet.write_rich_string(
        TITLE,
        0,
        style("title"),
        clean(title(form.title, blank.site.name, blank.month), LONGEST_MESSAGE),
        style("what to do"),
        f"     Écrire dans les cases blanches, à partir de la ligne {FIRST + 1}. Intitulé foncé{S}: case toujours remplie."
        f" Aide{S}: feuille «{S}{GUIDE}{S}».",
        style("what to do"),
    )
    for row, height in ((TITLE, 24), (GAP, 4), (HEADINGS, 34), (EXAMPLE, 18)):
        sheet.set_row(row, height)
    own = form.columns.index(form.column("site_id"))
    for row in range(FIRST, FIRST + blank.lines):
        write_text(sheet, row, own, blank.words["site_id"][0], style, "filled", AS_TYPED)
    start = 0 if own else 1
    sheet.set_selection(FIRST, start, FIRST, start)
    sheet.freeze_panes(FIRST, 0)
    sheet.hide_gridlines(0)  # nor on paper
    sheet.repeat_rows(HEADINGS)
    set_up_page(sheet, demo=False)


# --- what a cell takes ------------------------------------------------------------------------------------------------
def _check_cells(sheet: Worksheet, blank: _Blank, column: Column, listed: str | None) -> None:
    """Have a column's cells checked; the first says what to write when the cursor comes to it. listed: where the words
    of its list stand."""
    place, heading = blank.form.columns.index(column), clean(column.heading, LONGEST_TITLE)
    hint = clean(french.upper_first(blank.hint(column)), LONGEST_MESSAGE)
    for first, last, said in (
        (FIRST, FIRST, {"input_title": heading, "input_message": hint}),
        (FIRST + 1, CHECKED, {}),
    ):
        rule, why = _rule(blank, column, listed, first + 1)
        told = {"error_title": heading, "error_message": clean(why, LONGEST_MESSAGE)}
        sheet.data_validation(first, place, last, place, {**rule, **told, **said})


def _rule(
    blank: _Blank, column: Column, listed: str | None, line: int
) -> tuple[dict[str, Any], str]:
    """What a spreadsheet is told to take in a column from a line on, and the sentence with which it refuses the rest."""
    form, hint = blank.form, blank.hint(column)
    if listed:
        rule = {"validate": "list", "source": listed}
        return rule, f"Un mot de la liste est attendu{S}: {hint}."
    if column.field == form.day:
        # A row that has an end too may have begun in another month: that is asked, and may be said.
        lasts = sum(c.cell == "day" for c in form.columns) > 1
        span = {"criteria": "between", "minimum": blank.month, "maximum": month_end(blank.month)}
        return (
            {"validate": "date", "error_type": "warning" if lasts else "stop", **span},
            f"Ce formulaire est celui {french.elide('de', french.month_label(blank.month))}. {hint}.",
        )
    if column.cell == "day":
        dated = form.column(form.day)
        start = f"=${xl_col_to_name(form.columns.index(dated))}{line}"
        return (
            {"validate": "date", "criteria": ">=", "value": start},
            f"Une date est attendue, qui n'est pas avant «{S}{dated.heading}{S}»{S}: {hint}.",
        )
    if column.cell == "clock":
        day = {"minimum": time(0), "maximum": time(23, 59, 59)}
        return (
            {"validate": "time", "criteria": "between", **day},
            f"Une heure est attendue, de 00:00 à 23:59, écrite avec deux-points{S}: 08:05.",
        )
    if column.cell == "whole":
        numbers = {"minimum": 0, "maximum": column.limit}
        return (
            {"validate": "integer", "criteria": "between", **numbers},
            f"Un nombre entier est attendu, de 0 à {french.number(column.limit)}.",
        )
    return (
        {"validate": "length", "criteria": "<=", "value": column.limit},
        f"Ce texte est trop long{S}: {french.number(column.limit)} signes au plus.",
    )


# --- the sheet that explains ------------------------------------------------------------------------------------------
def _write_guide(sheet: Worksheet, style: Style, blank: _Blank, name: str) -> dict[str, str]:
    """What to do, column by column, then the words of the lists; returns where these stand, by field. name: of the sheet to
    type into."""
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 84)
    sheet.set_row(0, 24)
    write_text(sheet, 0, 0, f"{GUIDE}{S}: {blank.form.title}", style, "title")
    row = 2
    for label, advice in _advice(name, blank.first_monday):
        write_text(sheet, row, 0, label, style, "label")
        write_text(sheet, row, 1, advice, style)
        row += 1
    row = _heads(sheet, style, row + 1, "Colonne", "Ce qu'on y écrit")
    for column in blank.form.columns:
        always = " Toujours rempli." if column.required else ""
        write_text(sheet, row, 0, column.heading, style, "label")
        write_text(sheet, row, 1, f"{french.upper_first(blank.hint(column))}.{always}", style)
        row += 1
    row = _heads(sheet, style, row + 1, "Liste", "Ses mots")
    lists = {}
    for field, words in blank.words.items():
        lists[field] = f"={quote_sheetname(GUIDE)}!$B${row + 1}:$B${row + len(words)}"
        write_text(sheet, row, 0, blank.form.column(field).heading, style, "label")
        for word in words:
            write_text(sheet, row, 1, word, style)
            row += 1
    set_up_page(sheet, demo=False)
    return lists


def _heads(sheet: Worksheet, style: Style, row: int, *texts: str) -> int:
    """Write the headings of a table of the sheet that explains; returns the row below."""
    for place, text in enumerate(texts):
        write_text(sheet, row, place, text, style, "required")
    return row + 1


def _advice(name: str, day: date) -> tuple[tuple[str, str], ...]:
    """What to do, in the order in which it is done, each with its subject. name: of the sheet to type into; day: one of the
    month."""
    return (
        (
            "Où écrire",
            f"Dans la feuille «{S}{name}{S}», à partir de la ligne {FIRST + 1}, une ligne pour chacun. Une ligne sautée ne gêne"
            " pas.",
        ),
        (
            "Le centre",
            f"Il est déjà écrit. Une ligne qui n'a que le centre ne compte pas{S}: inutile de l'effacer. Plus bas, le choisir"
            " dans la liste.",
        ),
        (
            "L'exemple",
            f"La ligne en gris, entre parenthèses, ne compte jamais, où qu'elle soit{S}: inutile de l'effacer.",
        ),
        (
            "Les listes",
            f"Une case qui a une liste montre une flèche à sa droite{S}: y choisir un mot. Au clavier{S}: Alt et flèche vers le"
            " bas.",
        ),
        (
            "Dates et heures",
            f"Une date s'écrit {french.date_short(day)}, une heure 08:05.",
        ),
        (
            "Ce qu'on ne sait pas",
            f"La case reste vide{S}: jamais 0, jamais un tiret.",
        ),
        (
            "Les personnes",
            f"Jamais de nom, de téléphone ni de matricule{S}: ni d'un usager, ni d'un agent.",
        ),
        (
            "La protection",
            "Elle est sans mot de passe, pour que les intitulés restent tels quels. On peut élargir une colonne, copier, coller"
            " et trier ses lignes.",
        ),
        (
            "À la fin",
            "Enregistrer, en .xlsx ou en CSV, puis remettre ce fichier tel quel. S'il a des fautes, chacune est nommée par sa"
            " ligne et sa colonne, et rien n'est compté avant qu'elles soient corrigées.",
        ),
    )
