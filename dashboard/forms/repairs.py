"""Repairs of cells that leave no doubt: a time or a date that a spreadsheet or a telephone wrote in its own way. Each is shown
with what was written; what could mean two things is left to a person.

Before: `dashboard.forms.stored_table`. After: `dashboard.actions.handing_in`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from dashboard.forms import cells
from dashboard.forms.cell_display import split_mark
from dashboard.forms.cells import Memo
from dashboard.forms.formats import FORMATS, Column
from dashboard.forms.reference_names import normalise
from dashboard.forms.spellings import Spellings
from dashboard.forms.stored_table import Place, StoredTable

CLOCK = re.compile(r"(\d{1,2})\s*(?:h|H|:)\s*(\d{2})?\s*(?:mn|min)?")
DAY = re.compile(r"(\d{1,2})[-. ](\d{1,2})[-. ](\d{4})")


class Repair(NamedTuple):
    """A cell that was repaired: where it is, the heading, what was written, what it reads as; remembered: whether somebody
    said so of an earlier file."""

    place: Place
    heading: str
    before: str
    after: str
    remembered: bool = False


def repaired(
    table: StoredTable, first: date | None = None, last: date | None = None
) -> tuple[StoredTable, list[Repair]]:
    """The table with its repairs made, and what they are. first, last: the days of which the file speaks: a number that would be
    another day is left to a person, for spreadsheets count from 1900 or from 1904."""
    found = [
        Repair((number, line, column.field), column.heading, text.strip(), better)
        for number, sheet in enumerate(table.sheets)
        for line, row in zip(sheet.lines, sheet.cells, strict=True)
        for column, text in zip(FORMATS[table.form].columns, row, strict=True)
        if (better := repair(column, text)) is not None and _is_of(better, column, first, last)
    ]
    return table.mended({one.place: one.after for one in found}), found


def with_words(
    table: StoredTable, spellings: Spellings, memos: Mapping[str, Memo]
) -> tuple[StoredTable, list[Repair]]:
    """The table with the words of lists that its files write in their own way as ours, and which they are. memos: of the form, by
    field: a word that reads already stays."""
    known = {
        column: spellings.words[table.form, column.field]
        for column in FORMATS[table.form].columns
        if (table.form, column.field) in spellings.words
    }
    found = [
        Repair((number, line, column.field), column.heading, text.strip(), word, remembered=True)
        for number, sheet in enumerate(table.sheets)
        for line, row in zip(sheet.lines, sheet.cells, strict=True)
        for column, text in zip(FORMATS[table.form].columns, row, strict=True)
        if column in known
        and (word := known[column].get(normalise(text)))
        and not memos[column.field].can_read(text)
    ]
    return table.mended({one.place: one.after for one in found}), found


def repair(column: Column, text: str) -> str | None:
    """What a cell reads as, where it needs a repair and there is one; None where it is fine, or nobody can know."""
    kind = column.cell
    mend = MENDS.get(kind) if isinstance(kind, str) else None
    written = split_mark(text).text.strip()
    return mend(written) if mend and written else None


def _is_of(text: str, column: Column, first: date | None, last: date | None) -> bool:
    """Whether a repaired day is one of those of which the file speaks; true of what is no day."""
    if column.cell != "day" or first is None or last is None:
        return True
    when = date.fromisoformat(cells.day(text, date.max))
    return first <= when <= last


def _clock(text: str) -> str | None:
    if cells.CLOCK.fullmatch(text):
        return None
    if match := CLOCK.fullmatch(text):
        hours, minutes = int(match[1]), int(match[2] or 0)
    elif cells.FRACTION.fullmatch(text):  # of a day, as spreadsheets count
        seconds = min(round(float(text.replace(",", ".")) * 86_400), cells.LAST_SECOND)
        hours, minutes = divmod(seconds // 60, 60)
    else:
        return None
    return f"{hours:02}:{minutes:02}" if hours < 24 and minutes < 60 else None


def _day(text: str) -> str | None:
    if match := DAY.fullmatch(text):
        year, month, day = int(match[3]), int(match[2]), int(match[1])
    elif (match := cells.SERIAL.fullmatch(text)) and match[1].isascii():
        when = cells.FIRST_OF_EXCEL + timedelta(int(match[1]))
        year, month, day = when.year, when.month, when.day
    else:
        return None
    try:
        when = date(year, month, day)
    except ValueError:
        return None
    return f"{when:%d/%m/%Y}" if 2000 <= when.year < 2100 else None


MENDS: dict[str, Callable[[str], str | None]] = {"clock": _clock, "day": _day}
