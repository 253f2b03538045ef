"""The cells of a file that was read, of the form's own columns alone, so that it can be checked again without the file: with
cells mended, rows left out, and in the end kept.

Before: `dashboard.forms.parse`, which records it. After: `db.intake`, which parses it again; `db.upload_previews`.
"""

import json
import zlib
from collections.abc import Callable, Collection, Generator, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dashboard.forms.blank_rows import is_example_row
from dashboard.forms.form_sheets import FormSheet
from dashboard.forms.formats import EVERY_FORM, FORMATS
from dashboard.forms.row_blocks import Block

Place = tuple[int, int, str]  # a cell: number of the sheet, line, field


@dataclass(frozen=True)
class StoredSheet:
    """The rows of a sheet. lines: where each begins; cells: of each, in the order of the form's columns. The rest as
    FormSheet."""

    name: str
    from_workbook: bool
    delimiter: str
    lines: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class StoredTable:
    """A file's rows. form: its name; file: what it was called; sha256: of its bytes; remarks: of its headings and sheets, of
    which nothing else is kept; mends: what was changed since, a text for each cell and row: another file to whoever compares."""

    form: str
    file: str
    sha256: str
    sheets: list[StoredSheet] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    mends: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    # --- recording ------------------------------------------------------------------------------------------------
    def begin(self, sheet: FormSheet) -> None:
        """Add a sheet, whose rows follow."""
        self.sheets.append(StoredSheet(sheet.name, sheet.from_workbook, sheet.delimiter))

    def record(self, sheet: FormSheet, block: Block) -> None:
        """Add the rows of a block of the last sheet."""
        known = self.sheets[-1]
        columns = [block.cells[sheet.places[c.field]] for c in sheet.form.columns]
        known.lines.extend(block.lines)
        same = self.texts.setdefault
        known.cells.extend([same(text, text) for text in row] for row in zip(*columns, strict=True))

    @property
    def rows(self) -> int:
        """How many rows somebody wrote: those of a blank form that have its example, or their centre alone, are none."""
        site = self.places["site_id"] if self.sheets else 0
        return sum(
            any(map(str.strip, (*row[:site], *row[site + 1 :]))) and not is_example_row(row)
            for sheet in self.sheets
            for row in sheet.cells
        )

    @property
    def lines(self) -> int:
        """How many lines it has, blank ones too."""
        return sum(len(sheet.lines) for sheet in self.sheets)

    # --- reading again --------------------------------------------------------------------------------------------
    def form_sheets(self) -> Generator[FormSheet]:
        """Its sheets, as `form_sheets.form_sheets` gave those of the file."""
        form = EVERY_FORM[self.form]
        places = {column.field: i for i, column in enumerate(form.columns)}
        headings = tuple(column.heading for column in form.columns)
        for sheet in self.sheets:
            first = sheet.lines[0] if sheet.lines else 2
            yield FormSheet(
                form,
                sheet.name,
                _rows(sheet, first),
                first,
                headings,
                places,
                sheet.from_workbook,
                sheet.delimiter,
            )

    # --- mending --------------------------------------------------------------------------------------------------
    def row(self, sheet: int, line: int) -> list[str] | None:
        """The cells of a row, in the order of the form's columns; None where there is none."""
        if not 0 <= sheet < len(self.sheets) or line not in self.sheets[sheet].lines:
            return None
        return self.sheets[sheet].cells[self.sheets[sheet].lines.index(line)]

    @property
    def places(self) -> dict[str, int]:
        """The place of each field in a row."""
        return {column.field: i for i, column in enumerate(EVERY_FORM[self.form].columns)}

    def mended(
        self, cells: Mapping[Place, str], left_out: Collection[tuple[int, int]] = ()
    ) -> "StoredTable":
        """The same with other texts in some cells, and without some rows (number of the sheet, line). A place that does not
        exist is passed over."""
        of_fields, mends, sheets = self.places, list(self.mends), []
        for number, sheet in enumerate(self.sheets):
            lines, kept = [], []
            for line, row in zip(sheet.lines, sheet.cells, strict=True):
                if (number, line) in left_out:
                    mends.append(f"{number} {line}")
                    continue
                changed = list(row)
                for name, at in of_fields.items():
                    text = cells.get((number, line, name))
                    if text is not None and text != row[at]:
                        changed[at] = text
                        mends.append(f"{number} {line} {name} {text}")
                lines.append(line)
                kept.append(changed)
            sheets.append(replace(sheet, lines=lines, cells=kept))
        return replace(self, sheets=sheets, mends=mends)

    def whole_days(
        self, rows: Collection[tuple[int, int]], day_of: Callable[[str, str], Hashable]
    ) -> set[tuple[int, int]]:
        """These rows (number of the sheet, line), and where one of a site's day has no reference all of that day: the file is
        then the whole register of it, and one row less would say that nobody came. day_of: the site's day of two cells, centre
        and date, however they are spelled."""
        form, found = FORMATS[self.form], set(rows)
        if form.blank_key:
            of_days: dict[Hashable, list[tuple[tuple[int, int], bool]]] = {}
            for at, when, nameless in self._site_days(day_of):
                of_days.setdefault(when, []).append((at, nameless))
            for lines in of_days.values():
                if any(nameless for _, nameless in lines) and any(at in found for at, _ in lines):
                    found.update(at for at, _ in lines)
        return found

    def _site_days(
        self, day_of: Callable[[str, str], Hashable]
    ) -> Iterator[tuple[tuple[int, int], Hashable, bool]]:
        """Each row's place, its site's day, and whether it has no reference."""
        form, places = FORMATS[self.form], self.places
        key, day, site = (places[name] for name in (form.key[-1], form.day, "site_id"))
        for number, sheet in enumerate(self.sheets):
            for line, row in zip(sheet.lines, sheet.cells, strict=True):
                if any(cell.strip() for cell in row):
                    yield (number, line), day_of(row[site], row[day]), not row[key].strip()

    # --- storing --------------------------------------------------------------------------------------------------
    def to_bytes(self) -> bytes:
        """The table, compressed."""
        found = {**vars(self), "sheets": [vars(sheet) for sheet in self.sheets]}
        del found["texts"]
        return zlib.compress(json.dumps(found, ensure_ascii=False).encode(), 6)

    @classmethod
    def from_bytes(cls, content: bytes) -> "StoredTable":
        """The table that `to_bytes` gave."""
        found = json.loads(zlib.decompress(content))
        return cls(**{**found, "sheets": [StoredSheet(**sheet) for sheet in found["sheets"]]})


def _rows(sheet: StoredSheet, first: int) -> Iterator[list[str]]:
    """The rows, with blank ones between them where lines are missing, so that each begins on its own line again."""
    here = first
    for line, row in zip(sheet.lines, sheet.cells, strict=True):
        for _ in range(line - here):
            yield []
        yield list(row)
        here = line + 1
        if not sheet.from_workbook:  # there line breaks in cells begin lines
            text = "".join(row).replace("\r\n", "\n")
            here += text.count("\n") + text.count("\r")
