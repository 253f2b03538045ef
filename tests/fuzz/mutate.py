"""Good files of every form, and what may become of them on the way: in their cells, in their bytes."""

import csv
import io
import zipfile
from codecs import BOM_UTF8
from collections.abc import Callable
from random import Random

from openpyxl import Workbook
from openpyxl.cell import MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.forms.formats import FORMATS
from tests.builders import closing, closure, complaint, monthly, visit
from tests.forms.test_cells import LINES

Rows = list[list]
SITES = ("ccsp-kandi", "CCSP de Nikki", "Covè", "gsru-cotonou", "Bembèrèkè", "Dassa", "péhunco")
ENCODINGS = (
    *["utf-8"] * 6,
    "utf-8-sig",
    "utf-8-sig",
    "cp1252",
    "cp1252",
    "cp1252",
    "mac_roman",
    "cp850",
    "iso8859_15",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp437",
)
HOSTILE = (
    "",
    " ",
    "0",
    "-1",
    "1e9",
    "99999999",
    "2147483648",
    "9" * 40,
    "45719",
    "0.34375",
    "=ROW()-1",
    "=1+1",
    "#REF!",
    "#N/A",
    "Err:508",
    "30/02/2025",
    "2025-13-01",
    "01/01/2099",
    "29/02/2024",
    "00/00/0000",
    "24:00",
    "8h05",
    "08:60",
    "nan",
    "None",
    "NULL",
    "\\N",
    "\0",
    "\x1b[2J",
    "\x07",
    "\u202e",
    "\u200b",
    "\ufeff",
    "\ufffd",
    "\u2028",
    "a\nb",
    "a\rb",
    "a\r\nb",
    '"',
    '""',
    "'",
    ";",
    ",",
    "\t",
    "\\",
    "é" * 81,
    "x" * 201,
    "x" * 2_001,
    "x" * 32_768,
    "😀",
    "e\u0301",
    "Ǆ",
    "İ",
    "ß",
    "½",
    "٣",
    "²",
    "Ⅷ",
    "％",
    "oui",
    "NON",
    "servi",
    "parti",
    "requête",
    "plainte",
    "traitée",
    "Kandi",
    "ccsp-kandi",
    "F",
    "femme",
    "`${alert(1)}`",
    "<img src=x>",
    "'; DROP TABLE visit; --",
    "03/2025",
    "mars 2025",
    "novembre 2099",
    "1 234",
    "12,5",
    "＝１",
    "CCSP de Covè",
    "À",
    "Délai",
)


FORMATS_OF_NUMBERS = [
    "General",
    "0",
    "0000",
    "#,##0",
    "0%",
    "0.00E+00",
    "# ?/?",
    ";;;",
    '"n° "0',
    "@",
    "dd/mm/yyyy",
    "mm/dd/yy",
] + ["[h]:mm", "hh:mm", "mmm-yy", "[$-40C]d mmmm yyyy;@", "0;-0;", "[<5]0;#", "[", '"', "e", "_"]


def good(rng: Random, form: str) -> Rows:
    """Headings and a few good lines of a form."""
    national = rng.random() < 0.2

    def day() -> str:
        return f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/2025"

    def line() -> list:
        site, ref = rng.choice(SITES), f"R-{rng.randrange(10**6)}"
        if form == "registre":
            hour = rng.randint(8, 15)
            timed = rng.random() < 0.7
            return visit(
                site,
                day(),
                f"{hour:02}:05" if timed else "",
                f"{hour:02}:40" if timed else "",
                kind=rng.choice("012"),
                sex=rng.choice(["F", "M", ""]),
                satisfied=rng.choice(["oui", "non", ""]),
                ref=rng.choice([ref, ref, ""]),
            )
        if form == "plaintes":
            return complaint(
                ref,
                site,
                day(),
                category=rng.choice(["Délai", ""]),
                subject=rng.choice(["", "délai très long"]),
            )
        if form == "cloture":
            return closing(site, day(), rng.randint(0, 50), rng.choice(["", "A1", "A2"]))
        if form == "fermetures":
            first = day()
            return closure(
                "" if national else site,
                first,
                first,
                reason=rng.choice(["", "réseau", "électricité"]),
            )
        if form == "canevas":
            return monthly(
                site,
                f"{rng.randint(1, 12):02}/2025",
                rng.randint(50, 99),
                rng.randint(0, 50),
                "délai",
                "à suivre",
            )
        return [*LINES[form]]

    return [
        [c.heading for c in FORMATS[form].columns],
        *(line() for _ in range(rng.randint(1, 12))),
    ]


# --- cells ----------------------------------------------------------------------------------------------------------
def _cell(rng: Random, rows: Rows) -> None:
    row = rng.choice(rows)
    if row:
        row[rng.randrange(len(row))] = rng.choice(HOSTILE)


def _swap_cells(rng: Random, rows: Rows) -> None:
    row = rng.choice(rows)
    if len(row) > 1:
        a, b = rng.sample(range(len(row)), 2)
        row[a], row[b] = row[b], row[a]


def _drop_column(rng: Random, rows: Rows) -> None:
    place = rng.randrange(max(map(len, rows)) or 1)
    for row in rows:
        del row[place : place + 1]


def _extra_column(rng: Random, rows: Rows) -> None:
    place, heading = (
        rng.randrange(max(map(len, rows)) + 1),
        rng.choice(["Nom", "Téléphone", "", "Date", "Sexe"]),
    )
    for i, row in enumerate(rows):
        row.insert(place, heading if i == 0 else rng.choice(HOSTILE))


def _shuffle_columns(rng: Random, rows: Rows) -> None:
    order = list(range(max(map(len, rows))))
    rng.shuffle(order)
    rows[:] = [[row[i] for i in order if i < len(row)] for row in rows]


def _lines(rng: Random, rows: Rows) -> None:
    """A line more, less, twice, cut, or moved."""
    place = rng.randrange(len(rows))
    match rng.randrange(6):
        case 0:
            rows.insert(place, [])
        case 1:
            rows.insert(place, list(rng.choice(rows)))
        case 2 if len(rows) > 1:
            del rows[place]
        case 3:
            rows[place] = rows[place][: rng.randint(0, len(rows[place]))]
        case 4:
            rows.insert(place, ["" for _ in rows[0]])
        case _:
            rng.shuffle(rows)


def _title(rng: Random, rows: Rows) -> None:
    rows[:0] = [
        [rng.choice(["Registre des visites", "Année ; 2025", "a, b, c", "sep=;", "À"])],
        [],
    ][: rng.randint(1, 2)]


def _typo(rng: Random, rows: Rows) -> None:
    """A letter wrong in a heading or a word."""
    row = rng.choice(rows[:2])
    place = rng.randrange(len(row)) if row else 0
    if row and (word := str(row[place])):
        at = rng.randrange(len(word))
        row[place] = word[:at] + rng.choice("xé \u00a0'’-") + word[at + 1 :]


CELLS: tuple[Callable, ...] = (
    _cell,
    _cell,
    _cell,
    _cell,
    _swap_cells,
    _drop_column,
    _extra_column,
    _shuffle_columns,
    _lines,
    _lines,
    _title,
    _typo,
)


# --- bytes ----------------------------------------------------------------------------------------------------------
def _bytes(rng: Random, content: bytes) -> bytes:
    """The bytes with some of them changed, taken out, put in or cut off."""
    at = rng.randrange(len(content) + 1)
    match rng.randrange(8):
        case 0:
            return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
        case 1:
            return content[:at] + content[at + rng.randint(1, 40) :]
        case 2:
            return content[:at] + rng.randbytes(rng.randint(1, 20)) + content[at:]
        case 3:
            return content[:at]
        case 4:
            return (
                content[:at]
                + rng.choice([b"\0", b'"', b"\n", b"\r", b"\x1a", b"\xff\xfe", BOM_UTF8, b"\x81"])
                + content[at:]
            )
        case 5:
            return content[:at] + content[rng.randrange(len(content) + 1) :]
        case 6:
            return content.replace(
                rng.choice([b";", b"\n", b"/", b"\xc3", b" "]),
                rng.choice([b"", b"\t", b"\xe9", b'"', b"\0"]),
            )
        case _:
            return content + rng.choice([b'"', b"\0", b"\n" * 50, b";" * 200, b"\x1a", content])


def _text(rng: Random, rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(
        out,
        delimiter=rng.choice(";;;;;;,,,,,\t\t\t|"),
        lineterminator=rng.choice(["\n", "\r\n", "\r"]),
    ).writerows(rows)
    marked = rng.choice(["", "", "", "", "sep=;\n"]) + out.getvalue()
    content = marked.encode(rng.choice(ENCODINGS), "replace")
    for _ in range(rng.choice([0, 0, 0, 0, 0, 1, 1, 2, 5])):
        content = _bytes(rng, content)
    return content


def _workbook(rng: Random, sheets: list[Rows]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for i, rows in enumerate(sheets):
        sheet = book.create_sheet(rng.choice([f"Feuil{i}", "Été", "a'b!", "\u202eb", "Mois 1"]))
        for row in rows:
            # openpyxl writes no control characters; a text beginning with = becomes a formula, as is wanted
            sheet.append(
                [
                    "".join(c for c in v if c >= " " or c == "\n")[:32_767]
                    if isinstance(v, str)
                    else v
                    for v in row
                ]
            )
        if i and rng.random() < 0.2:
            sheet.sheet_state = rng.choice(["hidden", "veryHidden"])
        if rng.random() < 0.2:
            _lay_out(rng, sheet)
    out = io.BytesIO()
    book.save(out)
    content = out.getvalue()
    if rng.random() < 0.2:
        return _bytes(rng, content)
    return _inside(rng, content) if rng.random() < 0.3 else content


def _lay_out(rng: Random, sheet: Worksheet) -> None:
    """Merge, hide and format here and there."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        line, place = rng.randint(1, sheet.max_row + 1), rng.randint(1, sheet.max_column + 1)
        match rng.randrange(5):
            case 0:
                sheet.merge_cells(None, line, place, line + rng.randint(0, 4), place)
            case 1:
                sheet.merge_cells(
                    None, line, place, line + rng.randint(0, 2), place + rng.randint(0, 3)
                )
            case 2:
                sheet.row_dimensions[line].hidden = True
            case 3:
                sheet.column_dimensions[get_column_letter(place)].hidden = True
            case _:
                cell = sheet.cell(line, place)
                if not isinstance(cell, MergedCell):
                    cell.value = rng.choice(
                        [cell.value, 7, -0.3, 45_719, 45_719.35, 0.99999, 2e16, True]
                    )
                    cell.number_format = rng.choice(FORMATS_OF_NUMBERS)


def _inside(rng: Random, content: bytes) -> bytes:
    """The workbook with the XML of one of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(
        [*parts, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"]
    )
    parts[name] = _bytes(rng, parts[name])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    return out.getvalue()


def mutant(rng: Random, *, workbook: bool) -> tuple[str, bytes]:
    """A file's name and bytes."""
    forms = [rng.choice(list(FORMATS))]
    if workbook and rng.random() < 0.4:
        forms += rng.choices([forms[0], forms[0], rng.choice(list(FORMATS))], k=rng.randint(1, 3))
    sheets = [good(rng, form) for form in forms]
    if workbook and rng.random() < 0.2:
        sheets.insert(rng.randrange(len(sheets) + 1), [["Lisez-moi"], ["Une ligne par usager"]])
    for _ in range(rng.choice([0, 0, 0, 1, 1, 1, 2, 4])):
        rows = rng.choice(sheets)
        rng.choice(CELLS)(rng, rows)
        if not rows:
            rows.append([])
    if workbook:
        return "retour" + rng.choice([".xlsx", ".xlsx", ".csv"]), _workbook(rng, sheets)
    return "retour" + rng.choice([".csv"] * 30 + [".txt", ".xlsx"]), _text(rng, sheets[0])
