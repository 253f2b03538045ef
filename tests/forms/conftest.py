"""Files in, as a test writes them: a text, bytes, lines of a form, or sheets of a workbook."""

import pytest
from openpyxl import Workbook

from dashboard.forms.formats import FORMATS
from tests.builders import csv_text
from tests.forms.reading import Read


@pytest.fixture
def read(tmp_path):
    """Read a text or bytes as a file, or lines of a form."""

    def reader(content, *lines, name="fichier.csv", encoding="utf-8", **options) -> Read:
        if content in FORMATS:
            content = csv_text(content, *lines)
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return Read(path, **options)

    return reader


@pytest.fixture
def read_workbook(tmp_path):
    """Read a workbook of these sheets: name to rows of cells. `hidden`: the names of those nobody sees."""

    def reader(sheets: dict[str, list], hidden=(), **options) -> Read:
        book = Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
            sheet.sheet_state = "hidden" if title in hidden else "visible"
        path = tmp_path / "classeur.xlsx"
        book.save(path)
        return Read(path, **options)

    return reader
