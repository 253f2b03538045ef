"""The rows of a sheet in blocks, turned into columns, each row with the line where it begins."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from dashboard.forms.problem import Report, Unreadable
from dashboard.french import plural_phrase

BEYOND = "écrit à droite du tableau, dans une colonne sans intitulé : l'effacer, ou donner un intitulé à la colonne."
CHUNK = 2_000  # rows at a time: few enough for their texts to stay in the processor's cache


class Block(NamedTuple):
    """Some rows of a sheet: their columns of texts, the line where each row begins, and all their text in one."""

    cells: list[tuple[str, ...]]
    lines: Sequence[int]
    text: str


def blocks(
    rows: Iterator[list[str]], line: int, width: int, report: Report, *, from_workbook: bool
) -> Iterator[Block]:
    """The rows of a sheet in blocks; blank rows of a wrong width are left out, others are reported.

    line: of the first row. width: of the headings. from_workbook: rows may end early, and line breaks in cells begin
    no line. Raises Unreadable.
    """
    while batch := list(islice(rows, CHUNK)):
        lines: Sequence[int] = range(line, line + len(batch))
        line += len(batch)
        even = set(map(len, batch)) == {width}
        cells = list(zip(*batch, strict=True)) if even else []
        # Eleven columns are joined faster than two thousand rows.
        text = "".join(map("".join, cells or batch))
        if "\0" in text:
            refuse_null(batch, lines, from_workbook=from_workbook)
        if not from_workbook and ("\n" in text or "\r" in text):
            lines, more = real_lines(batch, lines)
            line += more
        if not even:
            batch, lines = _even(batch, lines, width, report, pad=from_workbook)
            cells = list(zip(*batch, strict=True))
        if cells:
            yield Block(cells, lines, text)


def _even(
    rows: list[list[str]], lines: Sequence[int], width: int, report: Report, *, pad: bool
) -> tuple[list[list[str]], list[int]]:
    """The rows of the right width; blank ones are left out, others of a wrong width are reported."""
    kept, kept_lines = [], []
    for row, line in zip(rows, lines, strict=True):
        if not any(map(str.strip, row)):
            continue
        if len(row) < width and pad:
            row.extend([""] * (width - len(row)))
        elif not any(map(str.strip, row[width:])):
            del row[width:]
        if len(row) != width:
            report(
                line,
                "",
                "" if not pad else " ; ".join(c.strip() for c in row[width:] if c.strip()),
                BEYOND
                if pad
                else f"{plural_phrase(len(row), 'case')} au lieu de {width} : la ligne est coupée ou mal séparée.",
            )
            continue
        kept.append(row)
        kept_lines.append(line)
    return kept, kept_lines


def real_lines(rows: Sequence[list[str]], lines: Sequence[int]) -> tuple[list[int], int]:
    """The line on which each row begins when some cells hold line breaks, and how many lines these add."""
    real, shift = [], 0
    for row, line in zip(rows, lines, strict=True):
        real.append(line + shift)
        text = "".join(row).replace("\r\n", "\n")
        shift += text.count("\n") + text.count("\r")
    return real, shift


def refuse_null(rows: Sequence[list[str]], lines: Sequence[int], *, from_workbook: bool) -> None:
    """Raises Unreadable at the first cell with a null character."""
    if not from_workbook:
        lines, _ = real_lines(rows, lines)
    for row, line in zip(rows, lines, strict=True):
        for cell in row:
            if "\0" in cell:
                raise Unreadable(
                    "cette case contient un caractère nul : le fichier est abîmé, ou n'est pas du texte."
                    " L'enregistrer à nouveau depuis le tableur.",
                    line,
                    cell,
                )
