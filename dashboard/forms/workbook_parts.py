"""The parts of a workbook: its archive, checked for what openpyxl would ignore, and the layout of each sheet.

For `workbook_child` alone: what is not of the standard library is imported once the limits of that process hold.
"""

import re
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any
from xml.etree import ElementTree

LAST_ROW = 1_048_576  # Excel's own last row
OWN_FORMATS = 164  # numbers of formats from this one on are the file's own
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# « Strict Open XML » has other names for the same things.
STRICT = re.compile(rb"(=\s*[\"'])http://purl\.oclc\.org/ooxml/(\w+)/")
TRANSITIONAL = rb"\1http://schemas.openxmlformats.org/\2/2006/"
ESCAPED = re.compile(
    r"_x([0-9A-Fa-f]{4})_"
)  # how a workbook writes a character that XML may not hold
TAG = rb"<(?:[\w.-]+:)?"
COLUMN = re.compile(TAG + rb"col\s([^>]*)>")
HIDDEN_LINE = re.compile(
    TAG + rb"row\s([^>]*?\b(?:hidden\s*=\s*[\"'](?:1|true)|ht\s*=\s*[\"']0(?:\.0*)?)[\"'][^>]*)>"
)
MERGED = re.compile(TAG + rb"mergeCell\s[^>]*?\bref\s*=\s*[\"']([^\"']*)[\"']")
ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*[\"']([^\"']*)[\"']")
# Kinds of archives that are no workbook of this sort, by a name that each holds.
OTHERS = {
    "xl/workbook.bin": "xlsb",
    "META-INF/manifest.xml": "ods",
    "content.xml": "ods",
    "Index/Document.iwa": "numbers",
}


Limits = dict[str, int]  # workbook.Limits, by name


class Refused(Exception):
    """The workbook will not be read; carries a code of workbook.REASONS and what its sentence needs."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.answer: dict[str, object] = {"refused": code, **details}


def check_archive(file: IO[bytes], limits: Limits) -> None:
    """Raise Refused by the archive's table of contents; zipfile never unpacks more than the size declared there."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise Refused("not_xlsx") from None
    if len(entries) > limits["entries"]:
        raise Refused("entries")
    if sum(entry.file_size for entry in entries) > limits["unpacked_bytes"]:
        raise Refused("unpacked")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    names = {entry.filename for entry in entries}
    for name, kind in OTHERS.items():
        if name in names:
            raise Refused(kind)
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Refused("not_xlsx")


class Archive(zipfile.ZipFile):
    """The archive; « Strict Open XML » in it is read under the names of the usual sort."""

    def open(self, name: Any, mode: Any = "r", *more: Any, **options: Any) -> IO[bytes]:
        """A part, read whole: its size is known to be no larger than it says."""
        with super().open(name, mode, *more, **options) as part:
            content: bytes = part.read()
        return BytesIO(
            STRICT.sub(TRANSITIONAL, content) if b"//purl.oclc.org/ooxml" in content else content
        )


def open_workbook(file: IO[bytes], limits: Limits) -> Any:
    """openpyxl's workbook, read row by row; it is imported here, once the limits hold.

    Its numbers stay numbers, dates too: `number_formats` says how they are shown. Of the rest (charts, themes, names,
    properties) nothing is read, nor can it be in the way.
    """
    # openpyxl would import numpy, for nothing here: time, and memory for each core.
    sys.modules["numpy"] = None  # type: ignore[assignment]  # so Python is told that there is none
    from openpyxl.reader import excel
    from openpyxl.worksheet import _read_only

    class Reader(excel.ExcelReader):
        def read_chartsheet(self, sheet: Any, rel: Any) -> None:
            """A chart has no rows."""

    vars(excel)["ZipFile"] = Archive
    vars(excel)["read_string_table"] = shared_texts
    vars(_read_only)["WorkSheetParser"] = _strict_parser(limits)
    # The size a sheet claims is often false.
    setattr(_read_only.ReadOnlyWorksheet, "_get_size", lambda _: None)  # noqa: B010 (of no public name)
    reader = Reader(file, read_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    reader.read_worksheets()
    return reader.wb


def _strict_parser(limits: Limits) -> type:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet._reader import WorkSheetParser

    class StrictParser(WorkSheetParser):
        """Refuses what openpyxl passes over: it drops a row out of order and keeps the last of two cells."""

        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = super().parse_cell(element)
            if element.get("t") in ("inlineStr", "str") and isinstance(cell["value"], str):
                cell["value"] = unescape(cell["value"])
            return cell

        def parse_row(self, row: Any) -> tuple[int, list[dict[str, Any]]]:
            before = self.row_counter
            index, cells = super().parse_row(row)
            self.row_dimensions.clear()  # heights and styles, one dictionary a row, that nobody reads
            if index <= before or any(cell["row"] != index for cell in cells):
                raise Refused("unreadable")
            columns = [cell["column"] for cell in cells]
            if any(left >= right for left, right in zip(columns, columns[1:], strict=False)):
                raise Refused("unreadable")
            if index > LAST_ROW:
                raise Refused("rows")
            beyond = [cell for cell in cells if cell["column"] > limits["columns"]]
            filled = next((cell for cell in beyond if cell["value"] is not None), None)
            if filled:
                raise Refused("columns", cell=f"{get_column_letter(filled['column'])}{index}")
            return index, cells[: len(cells) - len(beyond)]

    return StrictParser


# --- texts and formats ------------------------------------------------------------------------------------------------
def unescape(text: str) -> str:
    """The text with escaped characters resolved: « _x000D_ » is the end of a line. One that XML cannot hold is
    U+FFFD."""
    if "_x" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        return "\ufffd" if 0xD800 <= code < 0xE000 or code >= 0xFFFE else chr(code)

    return ESCAPED.sub(character, text)


def shared_texts(stream: IO[bytes]) -> list[str]:
    """The shared texts of the cells, each whole, without phonetic hints."""
    texts = []
    for _, node in ElementTree.iterparse(stream):
        if node.tag == f"{MAIN}si":
            runs = [node, *node.iterfind(f"{MAIN}r")]  # parts in letters of their own
            texts.append(unescape("".join(run.findtext(f"{MAIN}t", "") for run in runs)))
            node.clear()
    return texts


def number_formats(book: Any) -> list[tuple[int, str]]:
    """The number format of each style of cells: its number in the list that every spreadsheet has, and its code."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    if "xl/styles.xml" not in book._archive.namelist():
        return []
    root = ElementTree.fromstring(book._archive.read("xl/styles.xml"))
    own = {
        int(f.get("numFmtId", "")): f.get("formatCode", "")
        for f in root.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")
    }
    used = [int(f.get("numFmtId", "0")) for f in root.iterfind(f"{MAIN}cellXfs/{MAIN}xf")]
    return [(n, own.get(n) or BUILTIN_FORMATS.get(n, "General")) for n in used]


# --- how a sheet lies -------------------------------------------------------------------------------------------------
def layout(xml: bytes, limits: Limits) -> dict[str, list[Any]]:
    """The merged cells (first and last line, first and last column), and the hidden lines and columns as ranges.

    It is needed before the rows, though merged cells stand behind them in the file: so the file's bytes are searched.
    """
    if not xml.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise Refused("unreadable")  # in another encoding, in which nothing would be found
    start, end = xml.find(b"sheetData"), xml.rfind(b"sheetData")
    found = _ranges(_hidden_columns(xml[: max(start, 0)]))
    return {
        "merged": _merged(xml[max(end, 0) :], limits["columns"]),
        "hidden_lines": _ranges(_hidden_lines(xml)),
        "hidden_columns": [[a - 1, min(b, limits["columns"]) - 1] for a, b in found],
    }


def _attributes(text: bytes) -> dict[bytes, bytes]:
    return dict(ATTRIBUTE.findall(text))


def _hidden_lines(xml: bytes) -> Iterator[tuple[int, int]]:
    for match in HIDDEN_LINE.finditer(xml):
        held = _attributes(match[1])
        if b"r" not in held:
            raise Refused("unreadable")
        yield int(held[b"r"]), int(held[b"r"])


def _hidden_columns(xml: bytes) -> Iterator[tuple[int, int]]:
    for match in COLUMN.finditer(xml):
        held = _attributes(match[1])
        if held.get(b"hidden") in (b"1", b"true") or float(held.get(b"width", b"1")) == 0:
            yield int(held[b"min"]), int(held[b"max"])


def _ranges(pairs: Iterator[tuple[int, int]]) -> list[list[int]]:
    """The pairs as ranges, adjoining ones joined."""
    found: list[list[int]] = []
    for first, last in pairs:
        if found and found[-1][1] + 1 == first:
            found[-1][1] = last
        else:
            found.append([first, last])
    return found


def _merged(xml: bytes, columns: int) -> list[list[int]]:
    """The merged cells from the top, up to the last column that is read. Raises Refused for those that overlap."""
    from openpyxl.utils import range_boundaries

    found = []
    for match in MERGED.finditer(xml):
        left, top, right, bottom = (n or 0 for n in range_boundaries(match[1].decode()))
        if left <= columns and (top, left) != (bottom, right):
            found.append([top, left - 1, bottom, min(right, columns) - 1])
    found.sort()
    open_now: list[list[int]] = []
    for cell in found:
        open_now = [o for o in open_now if o[2] >= cell[0]]
        if any(o[1] <= cell[3] and cell[1] <= o[3] for o in open_now):
            raise Refused("unreadable")
        open_now.append(cell)
    return found
