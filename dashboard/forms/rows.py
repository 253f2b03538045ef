"""The cells of a form's rows read into values, with the rules within a row and the check for repeated rows.

Rows are read by column, in chunks: each different cell text is read once (see cells.Memo), which makes reading and
checking about as fast as splitting the lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from dashboard import french
from dashboard.forms.blank_rows import EXAMPLE, is_example_row
from dashboard.forms.cells import SHORTENED, column_memos
from dashboard.forms.checks import Values
from dashboard.forms.csv_losses import CsvLossChecks
from dashboard.forms.form_sheets import FormSheet
from dashboard.forms.formats import Column
from dashboard.forms.problem import Report
from dashboard.forms.reference_names import KnownReferences
from dashboard.forms.row_blocks import Block
from db.shared_types import Cell

POWER = ("E+", "E-", "e+", "e-")  # without which no number is shortened
# A text without these holds no formula, no error of a spreadsheet and nothing of an example. A marked cell is no key (_is_key).
SUSPECT = ("=", "#", "Err", "err", "ERR", EXAMPLE)


class Rows(NamedTuple):
    """Some rows of a sheet, by field: values, the texts that they were read from, and the line where each begins.
    keyless: the rows whose key cannot be read."""

    values: Values
    texts: dict[str, Sequence[str]]
    lines: Sequence[int]
    keyless: set[int]


@dataclass
class Reader:
    """Reads the sheets of one file, all of the same form; problems go to `report`. repeated_rows: how many rows
    repeat another; unwritten_rows: how many nobody wrote (`blank_rows`), and centres_alone, how many of these name their
    centre; loss_checks: of a CSV."""

    references: KnownReferences
    today: date
    report: Report
    first_sheet: FormSheet
    repeated_rows: int = 0
    unwritten_rows: int = 0
    centres_alone: int = 0

    def __post_init__(self) -> None:
        sheet, self.form = self.first_sheet, self.first_sheet.form
        self._memos = column_memos(
            self.form, self.references, self.today, from_workbook=sheet.from_workbook
        )
        self._content_by_key: dict[tuple[Cell, ...], int] = {}
        self.loss_checks = (
            None if sheet.from_workbook else CsvLossChecks(sheet, self._memos, self.report)
        )

    def read(self, block: Block, places: dict[str, int]) -> Rows:
        """The rows of a block; places: field to place in a row. A cell that is refused is None."""
        cells, lines = block.cells, block.lines
        days = cells[places[self.form.day]]
        if EXAMPLE in block.text or not all(map(str.strip, days)):  # a line that nobody wrote?
            kept = self._written(list(zip(*cells, strict=True)), places["site_id"])
            cells = [tuple(column[i] for i in kept) for column in cells]
            lines = [lines[i] for i in kept]
        rows = Rows({}, {field: cells[place] for field, place in places.items()}, lines, set())
        if lines:
            plain = not any(sign in block.text for sign in SUSPECT)
            if self.loss_checks:
                self.loss_checks.check_rows(
                    cells, lines, has_line_breaks="\n" in block.text or "\r" in block.text
                )
            for column in self.form.columns:
                rows.values[column.field] = self._column(column, rows, plain=plain)
            self._settle_sites(rows)
            for field, faulty, message, others in self.form.check(rows.values):
                for i in faulty:
                    self._report_cell(rows, i, field, message, others)
        return rows

    def _written(self, rows: Sequence[tuple[str, ...]], site: int) -> list[int]:
        """Which rows somebody wrote: neither blank, nor the example of a blank form, nor a line of one that has nothing but
        its centre. site: the place of that cell."""
        filled = [i for i, row in enumerate(rows) if "".join(row).strip()]
        own = [i for i in filled if not is_example_row(rows[i])]
        is_site = self._memos["site_id"].can_read
        kept = [
            i
            for i in own
            if "".join((*rows[i][:site], *rows[i][site + 1 :])).strip()
            or not is_site(rows[i][site])
        ]
        self.unwritten_rows += len(filled) - len(kept)
        self.centres_alone += len(own) - len(kept)
        return kept

    def _column(self, column: Column, rows: Rows, *, plain: bool) -> list[Cell]:
        """The values of one column."""
        texts, memo = rows.texts[column.field], self._memos[column.field]
        if (
            plain
            and column.field == self.form.key[-1]
            and column.cell == "text"
            and not column.required
            and max(map(len, texts)) <= column.limit
            and _is_key("".join(texts))
        ):
            return [t.strip() or column.blank for t in texts]  # all different: not remembered
        values = list(map(memo.__getitem__, texts))
        if memo.reasons:
            faulty = [i for i, text in enumerate(texts) if text in memo.reasons]
            for i in faulty:
                self.report(rows.lines[i], column.heading, texts[i], memo.reasons[texts[i]])
            if column.field in self.form.key:
                rows.keyless.update(faulty)
        return values

    def _settle_sites(self, rows: Rows) -> None:
        """Settle the communes whose site depends on the day."""
        choices = self._memos["site_id"].choices
        if not choices:
            return
        for i, text in enumerate(rows.texts["site_id"]):
            choice, day = choices.get(text), rows.values[self.form.day][i]
            if choice is None or not isinstance(day, str):
                continue
            if site := choice.site_on(date.fromisoformat(day)):
                rows.values["site_id"][i] = site.id
                continue
            rows.keyless.add(i)
            names = ", ".join(s.code for s in choice.candidates)
            self.report(
                rows.lines[i],
                "Centre",
                text,
                f"cette commune n'a pas un seul centre ouvert ce jour-là ; écrire le code : {names}.",
            )

    def unique_rows(self, rows: Rows) -> Values:
        """The values without rows that repeat one before them; another content under the same key is a problem."""
        values = rows.values
        keys = list(zip(*(values[f] for f in self.form.key), strict=True))
        contents = list(map(hash, zip(*(values[f] for f in self.form.fields), strict=True)))
        without = rows.keyless or (self.form.blank_key and None in values[self.form.key[-1]])
        fresh = dict(zip(keys, contents, strict=True))
        if (
            not without
            and len(fresh) == len(keys)
            and self._content_by_key.keys().isdisjoint(fresh)
        ):
            self._content_by_key.update(fresh)
            return values
        again = set()
        for i, (key, content) in enumerate(zip(keys, contents, strict=True)):
            if i in rows.keyless or (self.form.blank_key and key[-1] is None):
                continue
            if key not in self._content_by_key:
                self._content_by_key[key] = content
            elif self._content_by_key[key] == content:
                again.add(i)
            else:
                self._report_cell(
                    rows,
                    i,
                    self.form.key[-1],
                    f"une ligne plus haut a les mêmes {self._key_in_words()}, avec un contenu différent ;"
                    " corriger l'une des deux, ou n'en garder qu'une.",
                )
        self.repeated_rows += len(again)
        if not again:
            return values
        return {
            field: [v for i, v in enumerate(column) if i not in again]
            for field, column in values.items()
        }

    def _key_in_words(self) -> str:
        """The headings of the key: « Centre » et « Référence »."""
        return french.join_words([f"« {self.form.column(f).heading} »" for f in self.form.key])

    def _report_cell(
        self, rows: Rows, i: int, field: str, message: str, others: tuple[str, ...] = ()
    ) -> None:
        """Report a problem of row `i`, at the cell of `field`. others: fields of the cells that it does not agree with."""
        heading = self.form.column(field).heading
        also = tuple(self.form.column(other).heading for other in others)
        self.report(rows.lines[i], heading, rows.texts[field][i].strip(), message, also=also)


def _is_key(texts: str) -> bool:
    """Whether all of these texts, joined, are stored as they are."""
    usual = texts.isascii() and texts.isprintable() and "  " not in texts
    return usual and not (any(e in texts for e in POWER) and SHORTENED.search(texts))
