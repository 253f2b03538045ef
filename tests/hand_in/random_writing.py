"""A random file written down: as a CSV or as a workbook, its columns in any order, its headings in any spelling."""

import csv
import io
import random
from collections.abc import Iterator

import openpyxl

from dashboard import french
from tests.hand_in.random_cells import Cell, native_text
from tests.hand_in.random_files import RandomFile


def _tables(file: RandomFile, chance: random.Random) -> Iterator[list[list[object]]]:
    """The cells of each sheet; the rows are told their lines."""
    columns = list(file.form.columns)
    if chance.random() < 0.3:
        chance.shuffle(columns)
    if file.broken:
        columns.remove(file.form.column("site_id"))
    heading = chance.choice((str, str, str.upper, french.fold_accents))
    more = ["Nom de l'usager"] if chance.random() < 0.2 else []
    for sheet in range(file.sheets):
        table: list[list[object]] = [["Mois entier"], []] if chance.random() < 0.1 else []
        table.append([*(heading(c.heading) for c in columns), *more])
        for row in file.rows:
            if row.sheet == sheet:
                table.append([native_text(row.cells.get(c.field, Cell("", None))) for c in columns])
                table[-1] += ["Quelqu'un" for _ in more if row.cells and not row.lone]
                row.line = len(table)
        yield table


def as_csv(file: RandomFile, chance: random.Random) -> bytes:
    """The file as a CSV, whose separator, encoding and ends of lines are of chance."""
    out = io.StringIO()
    table = next(_tables(file, chance))
    width = max(map(len, table))
    end = chance.choice(("\n", "\r\n"))
    writer = csv.writer(out, delimiter=chance.choice(";;,\t"), lineterminator=end)
    writer.writerows([*row, *[""] * (width - len(row))] for row in table)
    encoding = chance.choice(("utf-8", "utf-8-sig", "cp1252"))
    text = out.getvalue()
    if encoding == "cp1252":  # a space of its own could be of several such encodings
        text = text.replace("\u00a0", " ")
    return text.encode(encoding)


def as_workbook(file: RandomFile, chance: random.Random) -> bytes:
    """The file as a workbook of one or more sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, table in enumerate(_tables(file, chance)):
        sheet = book.create_sheet(f"Feuille {number + 1}")
        for row in table:
            sheet.append([None if cell == "" else cell for cell in row])
        for cells in sheet.iter_rows():
            for cell in cells:
                if cell.is_date:
                    clock = cell.number_format.startswith("h")
                    cell.number_format = "hh:mm" if clock else "dd/mm/yyyy"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
