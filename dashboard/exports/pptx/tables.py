"""The table of a panel on a slide: as many rows and columns as can be read, and how many more there are."""

from collections.abc import Sequence

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.slide import Slide as Page
from pptx.table import _Cell
from pptx.util import Inches

from dashboard import french
from dashboard.exports.pptx.shapes import Box, Run, add_rest_note, paint, set_alt_text, write
from dashboard.exports.pptx.text_fitting import BODY, cut, text_height, text_width, wrap_text
from dashboard.palette import INK, MAIN, PAPER, WASH
from dashboard.panel import Column, Panel, Table

PAD = 0.2  # inches of a cell's width that hold no text
REST = 0.36  # inches of the line that says how much more there is


def draw_table(page: Page, panel: Panel, box: Box, shaded: bool = False) -> None:
    """Draw the first rows and columns that fit, and how many more the workbook has. shaded: counts darken with their
    number."""
    table = panel.table.without_empty_columns
    widths = _widths(table, box.w)
    kept = table.columns[: len(widths)]
    heights, rows = _rows_that_fit(table, kept, widths, box.h)
    if shaded:  # a grid of numbers fills the height
        spare = box.h - sum(heights) - (0 if len(rows) == len(table.rows) else REST)
        heights = [h + min(max(spare / len(heights), 0), 0.3) for h in heights]
    frame = page.shapes.add_table(
        len(rows) + 1, len(kept), *Box(box.x, box.y, sum(widths), sum(heights)).emu()
    )
    grid = set_alt_text(frame, panel.title or "Tableau", panel.alt or panel.title).table
    for places, sizes, side in ((grid.columns, widths, "width"), (grid.rows, heights, "height")):
        for place, size in zip(places, sizes, strict=True):
            setattr(place, side, Inches(size))
    for j, (column, w) in enumerate(zip(kept, widths, strict=True)):
        _cell(grid.cell(0, j), cut(column.name, 3, w - PAD, BODY, True), column, MAIN, PAPER, True)
    numbers = [c.value for row in table.rows for c in row if isinstance(c.value, (int, float))]
    top = max(numbers, default=0) if shaded else 0
    for i, texts in enumerate(rows):
        for j, (column, text) in enumerate(zip(kept, texts, strict=True)):
            value = table.rows[i][j].value
            fill: str = WASH if i % 2 else PAPER
            ink = INK
            if top and isinstance(value, (int, float)):
                fill, ink = (
                    _mix_colours(WASH, MAIN, value / top),
                    PAPER if value / top > 0.55 else INK,
                )
            _cell(grid.cell(i + 1, j), text, column, fill, ink)
    more = [
        french.plural(n, one, many)
        for n, one, many in (
            (len(table.rows) - len(rows), "autre ligne", "autres lignes"),
            (len(table.columns) - len(kept), "autre colonne", "autres colonnes"),
        )
        if n
    ]
    if more:
        add_rest_note(
            page.shapes,
            Box(box.x, box.y + sum(heights) + 0.06, box.w, 0.3),
            french.join_words(more),
        )


def _rows_that_fit(
    table: Table, columns: Sequence[Column], widths: Sequence[float], room: float
) -> tuple[list[float], list[list[str]]]:
    """The heights of the headings and of the rows that fit, in inches, and the texts of these."""
    head = max(
        len(wrap_text(c.name, w - PAD, BODY, True)) for c, w in zip(columns, widths, strict=True)
    )
    heights, rows = [text_height(min(head, 3), BODY) + 0.12], list[list[str]]()
    for row in table.rows:
        texts = [cut(c.text, 5, w - PAD, BODY) for c, w in zip(row, widths, strict=False)]
        lines = max(len(wrap_text(t, w - PAD, BODY)) for t, w in zip(texts, widths, strict=True))
        high = text_height(lines, BODY) + 0.1
        last = len(rows) + 1 == len(table.rows) and len(columns) == len(table.columns)
        if rows and sum(heights) + high > room - (0 if last else REST):
            break
        heights.append(high)
        rows.append(texts)
    return heights, rows


def _widths(table: Table, room: float) -> list[float]:
    """The columns' widths within a room: as they need, the widest giving way first; fewer columns where words would
    be cut."""
    texts = [
        [(c.name, True), *((row[j].text[:200], False) for row in table.rows[:30])]
        for j, c in enumerate(table.columns)
    ]
    least = [
        min(max(text_width(w, BODY, b) for t, b in column for w in t.split(" ")), 2.6) + 0.24
        for column in texts
    ]
    while len(least) > 1 and sum(least) > room:
        least.pop()
    want = [
        max(max(text_width(t, BODY, b) for t, b in column) + 0.24, low)
        for column, low in zip(texts, least, strict=False)
    ]
    if sum(want) <= room:
        return [w * (1 + min(room / sum(want) - 1, 0.6)) for w in want]
    # The widest give way: a column that asks for less than its part of what is left keeps its own width.
    widths, share = list(least), room
    for n, j in enumerate(sorted(range(len(want)), key=lambda j: want[j]), 1):
        widths[j] = max(min(want[j], share / (len(want) - n + 1)), least[j])
        share -= widths[j]
    return _balance_widths([w * room / sum(widths) for w in widths], least, texts)


def _balance_widths(
    widths: list[float], least: list[float], texts: list[list[tuple[str, bool]]]
) -> list[float]:
    """The same room shared out so that the first rows take fewer lines: a little from one column to another, while it
    helps."""

    def lines(tried: list[float]) -> int:
        return sum(
            max(
                len(wrap_text(t, round(w - PAD, 2), BODY, b))
                for (t, b), w in zip(row, tried, strict=True)
            )
            for row in rows
        )

    rows = list(zip(*(column[:10] for column in texts[: len(widths)]), strict=True))
    best, places = lines(widths), range(len(widths))
    for step, a, b in (
        (step, a, b) for step in (0.6, 0.3, 0.15) for a in places for b in places if a != b
    ):
        tried = [w + step * ((i == b) - (i == a)) for i, w in enumerate(widths)]
        if tried[a] >= least[a] and (found := lines(tried)) < best:
            widths, best = tried, found
    return widths


def _cell(
    cell: _Cell, text: str, column: Column, fill: str, colour: str, bold: bool = False
) -> None:
    paint(cell.fill, fill)
    write(
        cell.text_frame,
        Run(text, BODY, colour, bold),
        align=PP_ALIGN.LEFT if column.unit in ("", "day", "mixed") else PP_ALIGN.RIGHT,
    )
    cell.margin_left = cell.margin_right = Inches(PAD / 2)
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE


def _mix_colours(low: str, high: str, share: float) -> str:
    a, b = (tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in (low, high))
    return "#" + "".join(
        f"{round(x + (y - x) * min(max(share, 0), 1)):02x}" for x, y in zip(a, b, strict=True)
    )
