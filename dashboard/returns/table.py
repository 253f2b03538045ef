"""A file as headings and rows of text, whatever it is: CSV in its usual spellings, or an XLSX workbook."""
import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboard.returns import workbook

DELIMITERS = ";,\t"
CELL_LIMIT = 100_000
XLSX_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"


class Unreadable(Exception):
    """The file is not a table that can be read; the reason, in French."""


@dataclass
class Table:
    """Headings and rows. `first_line`: the line of the first row, headings counted as line 1 if they come first.

    padded: rows may leave out blank cells at their end (a workbook's do, a CSV's do not).
    """

    headings: list[str]
    rows: Iterator[list[str]]
    first_line: int
    padded: bool


def open_table(path: Path) -> Table:
    """The table in the file at `path`. Raises Unreadable."""
    with path.open("rb") as stream:
        start = stream.read(8)
    if not start:
        raise Unreadable("Le fichier est vide : il n'a pas même d'intitulés.")
    if path.suffix.lower() in (".xlsx", ".xlsm") or start.startswith(XLSX_MAGIC):
        return _headed(_workbook_rows(path), padded=True)
    if start.startswith(OLE_MAGIC) or path.suffix.lower() in (".xls", ".ods"):
        raise Unreadable("Ce format de classeur n'est pas lu : enregistrer le fichier au format XLSX ou CSV.")
    return _csv(path)


def _workbook_rows(path: Path) -> Iterator[list[str]]:
    try:
        yield from workbook.rows(path)
    except workbook.WorkbookRefused as refusal:
        raise Unreadable(str(refusal)) from None


def _headed(rows: Iterator[list[str]], *, padded: bool) -> Table:
    for line, row in enumerate(rows, 1):
        if any(cell.strip() for cell in row):
            return Table(row, rows, line + 1, padded)
    raise Unreadable("Le fichier n'a pas d'intitulés : la première ligne doit les porter.")


def encoding_of(path: Path) -> str:
    """UTF-8 (with or without mark), UTF-16 with a mark, else Windows-1252."""
    with path.open("rb") as stream:
        start = stream.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        block = start
        try:
            while block:
                decoder.decode(block)
                block = stream.read(1 << 20)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _csv(path: Path) -> Table:
    encoding = encoding_of(path)
    csv.field_size_limit(CELL_LIMIT)
    # Windows-1252 leaves five bytes undefined: a file that has them is not text of ours.
    stream = path.open(encoding=encoding, newline="", errors="strict")
    rows = _checked(stream, lambda: csv.reader(stream, delimiter=_delimiter(path, encoding), strict=True))
    return _headed(rows, padded=False)


def _delimiter(path: Path, encoding: str) -> str:
    """The delimiter that the first line that says anything has most of."""
    with path.open(encoding=encoding, newline="", errors="replace") as stream:
        first = next((line for line in stream if line.strip()), "")
    return max(DELIMITERS, key=first.count)


def _checked(stream, reader) -> Iterator[list[str]]:
    try:
        with stream:
            yield from reader()
    except UnicodeDecodeError:
        raise Unreadable("Le texte du fichier n'est ni en UTF-8 ni en Windows-1252.") from None
    except csv.Error as error:
        reason = ("une case est démesurée" if "field larger" in str(error) else
                  "un guillemet n'est pas fermé ou mal placé")
        raise Unreadable(f"Le fichier n'est pas un CSV lisible : {reason}.") from None
