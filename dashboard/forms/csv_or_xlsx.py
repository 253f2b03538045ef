"""A file, CSV or XLSX, as sheets of rows of text."""

import csv
import re
import stat
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from dashboard.forms import workbook
from dashboard.forms.digest import Digest, read_as_text
from dashboard.forms.encoding import OLD, encoding_of
from dashboard.forms.headings import HEADING_LINES, nearest_headings
from dashboard.forms.problem import Unreadable
from dashboard.forms.reference_names import KnownReferences
from dashboard.forms.sheet_layout import Layout

DELIMITERS = ";,\t"
# What a first line « sep=… » may name: a quote or a letter would make no table of anything.
NAMED = DELIMITERS + "|"
CELL_LIMIT = 100_000
XLSX_MAGIC = b"PK\x03\x04"
WORKBOOKS = (".xlsx", ".xlsm")
TEXT_BYTES = 2_000 * workbook.MEGABYTE  # some thirty million visits: minutes, not hours
EMPTY = "Le fichier est vide : il n'a pas même d'intitulés."
# What some programs export under the name of a workbook, or of a CSV.
MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|html|head|meta|table|workbook|office:)", re.IGNORECASE
)
SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)


@dataclass
class Sheet:
    """The rows of a table, from its first line on. name: of a workbook's sheet, "" where there is but one, or none.

    from_workbook: then a text that begins with « = » is a formula, blank cells at the end of a row may be left out,
    and a line break in a cell begins no line. layout: merged and hidden cells. remarks: for the reader of the file.
    """

    rows: Iterator[list[str]]
    name: str = ""
    hidden: bool = False
    from_workbook: bool = False
    layout: Layout = Layout()
    delimiter: str = ";"
    remarks: list[str] = field(default_factory=list)


def check_file(path: Path) -> None:
    """Raises Unreadable for what is no file, or is too large, before it is opened: opening a pipe would wait for
    ever."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise Unreadable("Il n'y a pas de fichier à ce nom.") from None
    if stat.S_ISDIR(status.st_mode):
        raise Unreadable("C'est un dossier : donner les fichiers qu'il contient.")
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("Ce n'est pas un fichier ordinaire (tube, périphérique ou prise).")
    if (
        not status.st_size
    ):  # nor are files of the system's own without a size, some of which never end
        raise Unreadable(EMPTY)
    largest = workbook.limits_in_force().file_bytes
    if status.st_size > largest and _is_workbook(path):
        raise Unreadable(workbook.too_large(largest))
    if status.st_size > TEXT_BYTES:
        raise Unreadable(
            f"Ce fichier pèse plus de {TEXT_BYTES // workbook.MEGABYTE}\u00a0Mo. Répartir les lignes dans"
            " plusieurs fichiers, par exemple un par centre ou par année."
        )


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as stream:
        return (
            stream.read(4) in (XLSX_MAGIC, workbook.OLE_MAGIC) or path.suffix.lower() in WORKBOOKS
        )


def open_sheets(path: Path, references: KnownReferences, digest: Digest) -> Iterator[Sheet]:
    """The sheets of the file at `path`, in order; each must be read, or left, before the next is asked for. digest:
    is updated with the bytes that rows are read from, all of them once all are read.

    Raises Unreadable, at once or while rows are read.
    """
    with path.open("rb") as stream:
        start = stream.read(1_000)
    if not start:
        raise Unreadable(EMPTY)
    if _is_workbook(path):
        yield from _workbook(path, digest)
    elif MARKUP.match(start):
        raise Unreadable(
            "Ce fichier est une page web, ou du XML, et non un tableau en texte. L'ouvrir dans Excel ou LibreOffice, puis"
            " l'enregistrer au format .xlsx."
        )
    else:
        yield from _csv(path, references, digest)


def _workbook(path: Path, digest: Digest) -> Iterator[Sheet]:
    for sheet, rows in groupby(workbook.rows(path, digest=digest), itemgetter(0)):
        yield Sheet(
            map(itemgetter(1), rows),
            sheet.name,
            sheet.hidden,
            from_workbook=True,
            layout=sheet.layout,
        )


def _csv(path: Path, references: KnownReferences, digest: Digest) -> Iterator[Sheet]:
    encoding = encoding_of(path, references)
    csv.field_size_limit(CELL_LIMIT)
    delimiter = _delimiter(path, encoding)
    remarks = (
        [f"Texte lu en {OLD[encoding]}, d'après ses mots."]
        if encoding in OLD and encoding != "cp1252"
        else []
    )
    with closing(
        _csv_rows(path, encoding, delimiter, digest)
    ) as rows:  # whether all are read or not
        yield Sheet(rows, delimiter=delimiter, remarks=remarks)


def _delimiter(path: Path, encoding: str) -> str:
    """The delimiter that makes most headings of the first lines; else the one that the file names (« sep=; »), else
    the one that its first line has most of."""
    with path.open(encoding=encoding, newline="", errors="replace") as stream:
        top = list(islice(stream, 3 * HEADING_LINES))
    mark = SEP.fullmatch(top[0].strip()) if top else None
    named = mark[1] if mark and mark[1] in NAMED else ""
    first = next((line for line in top if line.strip()), "")

    def fits(delimiter: str) -> tuple[int, bool, int]:
        try:
            headings = nearest_headings(
                list(islice(csv.reader(top, delimiter=delimiter), HEADING_LINES))
            )
        except csv.Error:  # raised again, with its line, when the rows are read
            headings = None
        return headings.match_count if headings else 0, delimiter == named, first.count(delimiter)

    return max(DELIMITERS + named, key=fits)


def _csv_rows(
    path: Path, encoding: str, delimiter: str, digest: Digest
) -> Generator[list[str], None, None]:
    """The rows of a CSV; a first line « sep=; », which is for Excel, is a blank row."""
    start = 0
    try:
        with path.open("rb", buffering=0) as file, read_as_text(file, encoding, digest) as stream:
            rows = csv.reader(stream, delimiter=delimiter, strict=True)
            for row in rows:
                # Its own separator may have cut it in two.
                mark = not start and SEP.fullmatch(delimiter.join(row).strip())
                yield [] if mark else row
                start = rows.line_num
    except csv.Error as error:
        if "field larger" in str(error):
            raise Unreadable(
                "une case de plus de 100 000 caractères commence ici ; c'est le plus souvent un guillemet"
                " ouvert et jamais fermé.",
                start + 1,
            ) from None
        raise Unreadable(
            "un guillemet n'est pas fermé ou mal placé ; s'il fait partie du texte, le doubler (\"\").",
            start + 1,
        ) from None
