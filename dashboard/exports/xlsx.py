"""Workbooks: the tables of panels, numbers as numbers and days as days; first a sheet to read, last the definitions.

No text of the data can act: no formula and no link to the outside is ever written, and text that would become a
formula when somebody edits its cell is marked as text.
"""

import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from numbers import Real
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname
from xlsxwriter.worksheet import Worksheet

from dashboard import french, palette
from dashboard.indicators import INDICATORS
from dashboard.one_run_at_a_time import yield_to_others
from dashboard.panel import Cell, Deck, Message, Panel, Table, make_table, text_cell
from dashboard.partial_counts import AT_LEAST, known_alone
from dashboard.wording import NOT_IN_FILES, UNITS

S = french.SPACE
FICTIVE = f"DONNÉES FICTIVES, pour la démonstration{S}: aucun chiffre n'est réel."
FIRST, LAST = "À lire", "Définitions"
# What a workbook can hold: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MOST_ROWS, LONGEST_CELL, LONGEST_NAME = 1_048_576, 32_767, 31
ABOVE = 5  # rows at most before those of a table: title, fictitious data, caption, trust, headings
WIDEST, LINE, PAGE = (
    60,
    100,
    160,
)  # characters: of a column, of a sentence above a table, of a page that is read
HEADED = {
    "percent",
    "per_1000",
    "minutes",
    "days",
}  # units that a heading says; the others say themselves
LOOKS = {
    "count": "#,##0",
    "rate": "#,##0.0",
    "percent": "0.0",
    "per_1000": "#,##0.0",
    "days": "#,##0",
    "day": "dd/mm/yyyy",
    "month": "[$-40C]mmmm yyyy",
    "minutes": f'[>={french.LONGEST_WAIT}]0" et plus";0',
}  # a program in French writes 1 234,5
ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
NOT_IN_A_NAME = str.maketrans(
    {":": "–", "/": "-", "\\": "-", "[": "(", "]": ")", "*": " ", "?": " "}
)
# What a spreadsheet may take for a formula when the cell is edited, or the file saved as CSV and opened; some take the wide forms
# of East Asian keyboards too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "line": {"italic": True, "font_color": palette.QUIET},
    "text": {"align": "left", "indent": 1},
    "number": {},
    "missing": {"align": "right"},  # words where a number would stand
    "label": {"bold": True},
    "band": {"bold": True, "bg_color": palette.NOTICE, "font_color": palette.ON_NOTICE},
    "heading": {
        "bold": True,
        "bg_color": palette.MAIN,
        "font_color": palette.PAPER,
        "border": 1,
        "border_color": palette.LINE,
    },
    "link": {"font_color": palette.MAIN, "underline": 1},
}
STYLES["heading of numbers"] = {**STYLES["heading"], "align": "right"}
TEXTS_STAY_TEXTS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
READING = (
    "Les nombres ont toute leur précision, même là où l'affichage arrondit. Les pourcentages vont de 0 à 100. Un mot à la"
    " place d'un nombre dit pourquoi il manque (non mesuré, trop peu de cas, sans objet)"
    f"{S}: ce n'est jamais zéro. La dernière feuille définit chaque indicateur."
)


class TooManyRows(ValueError):
    """A table is longer than a sheet; the message, in French, says so."""


def xlsx(
    title: str, about: Sequence[tuple[str, str]], panels: Sequence[Panel], *, demo: bool
) -> bytes:
    """The workbook of the panels that have a table. about: (label, words) to know first: filters, period, who
    reported.

    demo: whether the data are fictitious, which every sheet then says. Raises TooManyRows.
    """
    return _workbook(title, about, [(p, p.title) for p in panels], demo)


def deck_workbook(deck: Deck) -> bytes:
    """The workbook of a story: a sheet for each slide that has a table, listed under its headline. Raises
    TooManyRows."""
    about = [
        ("Sujet", deck.scope),
        ("Période", deck.period),
        *([("Filtres", deck.filters)] if deck.filters not in ("", deck.period) else []),
        ("Remontées", deck.who_reported),
        ("Données au", french.date_long(deck.as_of) if deck.as_of else "aucune donnée"),
        *([("Fichier", deck.made_by)] if deck.made_by else []),
    ]
    return _workbook(deck.title, about, [(s.panel, s.headline) for s in deck.slides], deck.demo)


def _workbook(
    title: str, about: Sequence[tuple[str, str]], panels: Sequence[tuple[Panel, str]], demo: bool
) -> bytes:
    """The bytes of a workbook of these panels, each with its line in the list of the first sheet."""
    held_back = [(p.title, NOT_IN_FILES) for p, _ in panels if p.content == Message(NOT_IN_FILES)]
    about, panels = [*about, *held_back], [(p, line) for p, line in panels if p.table.columns]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, **TEXTS_STAY_TEXTS}) as book:
        book.set_properties(
            {
                "title": clean(title, 200),
                "subject": "Tableau de bord CCSP",
                "comments": FICTIVE if demo else "",
            }
        )
        style = styles(book)
        names = sheet_names([p.title for p, _ in panels])
        listed = [
            *zip(names, (line for _, line in panels), strict=True),
            (LAST, "Ce que veut dire chaque indicateur"),
        ]
        _write_first_sheet(book.add_worksheet(FIRST), style, title, about, listed, demo)
        for name, (panel, _) in zip(names, panels, strict=True):
            yield_to_others()
            _sheet(book.add_worksheet(name), style, panel, demo)
        _sheet(book.add_worksheet(LAST), style, _definitions(), demo)
    return out.getvalue()


Style = Callable[..., Format]


def styles(book: xlsxwriter.Workbook, looks: Mapping[str, Mapping[str, Any]] = STYLES) -> Style:
    """A function style(name, look="", quoted=False) that gives the formats of the workbook, each made once. looks: what
    xlsxwriter is told of each name."""
    made: dict[tuple[str, str, bool], Format] = {}

    def style(name: str, look: str = "", quoted: bool = False) -> Format:
        key = (name, look, quoted)
        if key not in made:
            asked = {"text_wrap": True, "valign": "top", **looks[name]}
            made[key] = book.add_format({**asked, **({"num_format": look} if look else {})})
            made[key].set_quote_prefix(quoted)
        return made[key]

    return style


def clean(text: str, longest: int = LONGEST_CELL) -> str:
    """The text without what XML cannot hold, cut with « … » where it is longer (in UTF-16 units, as office programs count)."""
    text = ILLEGAL.sub("", text)
    if len(text) * 2 <= longest or len(text.encode("utf-16-le")) // 2 <= longest:
        return text
    return text.encode("utf-16-le")[: 2 * (longest - 1)].decode("utf-16-le", "ignore") + "…"


def sheet_names(titles: Sequence[str]) -> list[str]:
    """A name for the sheet of each title: short enough, without forbidden characters, all different."""
    taken, names = {FIRST.casefold(), LAST.casefold(), "history", "historique"}, []
    for title in titles:
        plain = " ".join(clean(title).translate(NOT_IN_A_NAME).split()).strip("' ") or "Tableau"
        name, n = clean(plain, LONGEST_NAME), 1
        while name.casefold() in taken:
            n += 1
            name = f"{clean(plain, LONGEST_NAME - len(f' ({n})'))} ({n})"
        taken.add(name.casefold())
        names.append(name)
    return names


def write_text(
    sheet: Worksheet,
    row: int,
    column: int,
    text: str,
    style: Style,
    name: str = "text",
    look: str = "",
) -> None:
    """Write a text into a cell, which never is a formula, whatever it begins with; an empty one not at all."""
    if text := clean(text):
        sheet.write_string(row, column, text, style(name, look, text.startswith(FORMULA)))


def _write_first_sheet(
    sheet: Worksheet,
    style: Style,
    title: str,
    about: Sequence[tuple[str, str]],
    listed: Sequence[tuple[str, str]],
    demo: bool,
) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 96)
    row = _write_above(sheet, style, [("title", title), ("band", FICTIVE if demo else "")], 1, 130)
    for label, text in about:
        write_text(sheet, row, 0, label, style, "label")
        write_text(sheet, row, 1, text, style)
        row += 1
    write_text(sheet, row, 0, "Comment lire", style, "label")
    write_text(sheet, row, 1, READING, style)
    row += 2
    write_text(sheet, row, 0, "Feuille", style, "heading")
    write_text(sheet, row, 1, "Ce qu'elle contient", style, "heading")
    for name, words_ in listed:
        row += 1
        sheet.write_url(
            row,
            0,
            f"internal:{quote_sheetname(name)}!A1",
            style("link", quoted=name.startswith(FORMULA)),
            name,
        )
        write_text(sheet, row, 1, words_, style)
    set_up_page(sheet, demo)


def _write_above(
    sheet: Worksheet, style: Style, lines: Sequence[tuple[str, str]], last: int, width: int
) -> int:
    """Write sentences above a table, (style, text), each over the columns 0 to `last` of so many characters; returns
    the next row."""
    row = 0
    for name, given in lines:
        if not given:
            continue
        tall, room = (19, width * 0.75) if name == "title" else (15, width)
        text = clean(given, 2_000)
        sheet.set_row(
            row, tall * sum(max(1, math.ceil(len(part) / room)) for part in text.split("\n"))
        )
        look = style(name, quoted=text.startswith(FORMULA))
        sheet.merge_range(row, 0, row, last, "", look)
        sheet.write_string(row, 0, text, look)
        row += 1
    return row


def _sheet(sheet: Worksheet, style: Style, panel: Panel, demo: bool) -> None:
    one = panel.table
    if len(one.rows) + ABOVE > MOST_ROWS:
        raise TooManyRows(
            f"« {clean(panel.title, 200)} » a {french.plural(len(one.rows), 'ligne')}{S}: une feuille de classeur"
            f" n'en tient que {french.number(MOST_ROWS)}. Choisir une période plus courte ou moins de centres."
        )
    widths = _widths(one)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    last, width = len(widths) - 1, sum(widths)
    while (
        width < LINE or last < 1
    ):  # a narrow table: its sentences go on beyond it, over columns of the usual width
        last, width = last + 1, width + 8
    heading = _write_above(
        sheet,
        style,
        [
            ("title", panel.title),
            ("band", FICTIVE if demo else ""),
            ("line", panel.caption),
            ("line", panel.trust_line and f"Puis-je m'y fier{S}? {panel.trust_line}"),
        ],
        last,
        width,
    )
    for column, c in enumerate(one.columns):
        name = "heading of numbers" if c.unit else "heading"
        write_text(sheet, heading, column, heading_with_unit(c.name, c.unit), style, name)
    for row, cells in enumerate(one.rows, heading + 1):
        for column, cell in enumerate(cells):
            unit = one.columns[column].unit
            _cell(
                sheet,
                row,
                column,
                cell,
                _unit_in_next_cell(cells, column) if unit == "mixed" else unit,
                style,
            )
    sheet.freeze_panes(heading + 1, 0)
    sheet.autofilter(heading, 0, heading + max(len(one.rows), 1), len(one.columns) - 1)
    sheet.repeat_rows(heading)
    set_up_page(sheet, demo)


def heading_with_unit(name: str, unit: str) -> str:
    """A heading with its unit: « Attente médiane (min) »."""
    word = UNITS[unit] if unit in HEADED else ""
    return f"{name} ({word})" if word and word not in name else name


def _unit_in_next_cell(cells: Sequence[Cell], column: int) -> str:
    """The unit of a number whose column has none: the next cell says it in words."""
    beside = cells[column + 1].text if column + 1 < len(cells) else ""
    return next((unit for unit, word in UNITS.items() if word == beside), "")


def _cell(sheet: Worksheet, row: int, column: int, cell: Cell, unit: str, style: Style) -> None:
    value = cell.value
    if isinstance(value, date) and value.year > 1900:  # a workbook's days begin there
        sheet.write_datetime(
            row, column, value, style("number", LOOKS["month" if unit == "month" else "day"])
        )
    elif isinstance(value, Real) and math.isfinite(value):
        look = LOOKS.get(unit, "General")
        # A number that is only a floor, or only what is known, remains one, and reads like one.
        least = f'"{AT_LEAST}"' if cell.text.startswith(AT_LEAST) else ""
        known = f'"{known_alone(value)}"' if cell.text.endswith(known_alone(value)) else ""
        sheet.write_number(row, column, value, style("number", least + look + known))
    else:
        write_text(sheet, row, column, cell.text, style, "missing" if unit else "text")


def _widths(one: Table) -> list[int]:
    """The width of each column: its longest cell, within reason; headings may take several lines."""
    widths = [
        max(
            9,
            min(len(heading_with_unit(c.name, c.unit)) + 3, 26),
            *(len(w) + 3 for w in c.name[:WIDEST].split()),
        )
        for c in one.columns
    ]
    for cells in one.rows:
        for column, cell in enumerate(cells):
            widths[column] = max(widths[column], len(cell.text) + 2)
    widest = WIDEST
    while (
        sum(min(width, widest) for width in widths) > PAGE and widest > 24
    ):  # smaller columns, of more lines
        widest -= 4
    return [min(width, widest) for width in widths]


def set_up_page(sheet: Worksheet, demo: bool) -> None:
    """Have a sheet printed on A4, as wide as it is. demo: whether its foot says that the data are fictitious."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(
        f"&L{'DONNÉES FICTIVES' if demo else 'Tableau de bord CCSP'}&C&A&RPage &P sur &N"
    )


def _definitions() -> Panel:
    rows = [
        (
            text_cell(i.label),
            text_cell(i.definition),
            text_cell(i.numerator if i.denominator == "—" else f"{i.numerator} ÷ {i.denominator}"),
            text_cell(UNITS[i.unit]),
            Cell(french.number(i.minimum), i.minimum),
            text_cell(i.limits),
        )
        for i in INDICATORS
    ]
    columns = (
        ("Indicateur", ""),
        ("Définition", ""),
        ("Calcul", ""),
        ("Unité", ""),
        ("Minimum", "count"),
        ("Limites", ""),
    )
    return Panel(
        "definitions",
        LAST,
        table=make_table(columns, rows),
        caption="Un chiffre qui repose sur moins d'observations que son minimum n'est pas affiché.",
    )
