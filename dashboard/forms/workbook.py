"""Rows of an uploaded Excel workbook, read by a limited process of its own (workbook_child.py).

A workbook is a ZIP of XML from outside: it may be made to unpack to a terabyte, or to keep a reader busy for hours.
The process that reads it has little memory, little time, no environment and may write no file; what it cannot read is
refused in a sentence, and the server goes on.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from dashboard import limited_process
from dashboard.forms.digest import Digest, private_copy
from dashboard.forms.problem import Unreadable
from dashboard.forms.sheet_layout import Layout, MergedCell
from dashboard.settings import load_settings

CHILD = Path(__file__).with_name("workbook_child.py")
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"  # an encrypted .xlsx, or an .xls of before 2007
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What a workbook may cost: bytes, counts and seconds."""

    file_bytes: int = 10 * MEGABYTE
    unpacked_bytes: int = (
        90 * MEGABYTE
    )  # about what is read in cpu_seconds: more would be refused only after them
    entries: int = 500
    columns: int = 64
    memory_bytes: int = 1_000 * MEGABYTE
    cpu_seconds: int = 20
    wait_seconds: float = 60  # for a reader that computes nothing


def limits_in_force() -> Limits:
    """The limits, with those that are settings."""
    return Limits(
        file_bytes=load_settings().upload_max_mb * MEGABYTE,
        wait_seconds=load_settings().workbook_seconds,
    )


SAVE_AGAIN = "Ouvrez-le dans Excel ou LibreOffice, puis enregistrez-le au format .xlsx."
SPLIT = "Répartissez les lignes dans plusieurs fichiers, ou enregistrez la feuille au format CSV."
REASONS = {
    "not_xlsx": f"Ce fichier n'est pas un classeur Excel (.xlsx). {SAVE_AGAIN}",
    "ole": f"Ce classeur est au format d'un Excel d'avant 2007 (.xls), qui n'est pas lu. {SAVE_AGAIN}",
    "xlsb": "Ce classeur est au format binaire d'Excel (.xlsb), qui n'est pas lu. "
    "Dans Excel : Fichier, Enregistrer sous, « Classeur Excel (.xlsx) ».",
    "ods": "Ce classeur est au format de LibreOffice (.ods), qui n'est pas lu. "
    "Dans LibreOffice : Fichier, Enregistrer sous, « Excel 2007-365 (.xlsx) ».",
    "numbers": "Ce classeur est celui de Numbers (.numbers), qui n'est pas lu. "
    "Dans Numbers : Fichier, Exporter vers, Excel (.xlsx).",
    "encrypted": "Ce fichier est protégé par un mot de passe. "
    "Dans Excel : Fichier, Informations, Protéger le classeur, Chiffrer avec mot de passe, vider la case ;"
    " puis enregistrez-le à nouveau.",
    "file": f"Ce fichier pèse plus de {{megabytes}}\u00a0Mo. {SPLIT}",
    "unpacked": f"Ce classeur est trop volumineux une fois ouvert. {SPLIT}",
    "entries": "Ce classeur contient trop d'éléments (images, feuilles, objets). "
    "Copiez le tableau seul dans un classeur neuf.",
    "empty": "Ce classeur ne contient aucune ligne. Vérifiez que le tableau est dans une feuille visible.",
    "rows": "Ce classeur contient plus de lignes qu'une feuille Excel n'en admet. " + SAVE_AGAIN,
    "columns": "La cellule {cell} est trop loin à droite\u00a0: effacez ce qui se trouve hors du tableau.",
    "text": "Le texte de la cellule {cell} est trop long. Raccourcissez-le.",
    "memory": f"La lecture de ce classeur demande trop de mémoire. {SPLIT}",
    "time": f"La lecture de ce classeur prend trop de temps. {SPLIT}",
    "unreadable": f"Ce classeur est endommagé et n'a pas pu être lu en entier. {SAVE_AGAIN}",
}


class WorkbookRefused(Unreadable):
    """The workbook was not read; its text is a French sentence for the person who handed it in."""


@dataclass(frozen=True)
class SheetName:
    """A sheet: its place in the workbook, its name ("" if it is the only one), whether nobody sees it."""

    place: int
    name: str
    hidden: bool
    layout: Layout = field(default=Layout(), compare=False)


def rows(
    path: Path, limits: Limits | None = None, digest: Digest | None = None
) -> Iterator[tuple[SheetName, list[str]]]:
    """Each row of each sheet with content, with the sheet, every cell as a CSV return spells it.

    The first of a sheet is Excel's row 1 and blank rows are empty lists, so counting them counts as Excel does. Rows
    come as they are read: keep none before the last has come, for a refusal may follow. digest: is updated with the
    bytes that are read. Raises WorkbookRefused, and OSError if the file itself cannot be opened.
    """
    limits = limits or limits_in_force()
    with (
        path.open("rb", buffering=0) as file,
        private_copy(file, limits.file_bytes + 1, digest or sha256()) as copy,
    ):
        _check_file(copy, limits)
        yield from _read(copy, limits)


def too_large(file_bytes: int) -> str:
    """The refusal of a workbook of more than so many bytes."""
    return REASONS["file"].format(megabytes=file_bytes // MEGABYTE)


def _check_file(file: IO[bytes], limits: Limits) -> None:
    if os.fstat(file.fileno()).st_size > limits.file_bytes:
        raise WorkbookRefused(too_large(limits.file_bytes))
    magic = file.read(4)
    if magic == OLE_MAGIC:
        # Excel puts what a password protects into a container of the old kind.
        raise WorkbookRefused(REASONS["encrypted" if ENCRYPTED in file.read() else "ole"])
    file.seek(0)
    if magic != ZIP_MAGIC:
        raise WorkbookRefused(REASONS["not_xlsx"])


def _read(file: IO[bytes], limits: Limits) -> Iterator[tuple[SheetName, list[str]]]:
    process = _start(file, limits)
    assert process.stdout is not None  # a pipe was asked for
    count, answer, sheet = 0, None, SheetName(0, "", False)
    try:
        for line in _lines(process, process.stdout.fileno(), limits.wait_seconds):
            content = json.loads(line)
            if not isinstance(content, dict):
                count += 1
                yield sheet, content
            elif "sheet" in content:
                sheet = SheetName(
                    sheet.place + 1, content["sheet"], content["hidden"], _layout(content)
                )
            else:
                answer = content
                break
        if answer is None:
            answer = _end_reason(process)
    finally:
        # Also when the caller stops early: the reader would wait for ever on a full pipe.
        limited_process.end(process)
    if answer != {"end": count}:
        raise WorkbookRefused(REASONS[answer.get("refused", "unreadable")].format(**answer))


def _layout(message: dict[str, Any]) -> Layout:
    """The layout of a sheet, from the child's message."""
    lines, columns = (
        frozenset(n for first, last in message[what] for n in range(first, last + 1))
        for what in ("hidden_lines", "hidden_columns")
    )
    return Layout(tuple(MergedCell(*cell) for cell in message["merged"]), lines, columns)


def _start(file: IO[bytes], limits: Limits) -> subprocess.Popen[bytes]:
    return limited_process.start_process(
        CHILD,
        json.dumps(asdict(limits)),
        stdin=file,
        memory_bytes=limits.memory_bytes,
        cpu_seconds=limits.cpu_seconds,
    )


def _lines(process: subprocess.Popen[bytes], pipe: int, seconds: float) -> Iterator[bytes]:
    """The complete lines that the child wrote, without one cut off at its end; raises WorkbookRefused where it computes nothing
    for so many seconds while it is waited for."""
    pending = b""
    while True:
        with limited_process.end_when_stuck(seconds, process) as stuck:
            chunk = os.read(pipe, 1 << 16)
        if stuck.is_set():
            raise WorkbookRefused(REASONS["time"])
        if not chunk:
            return
        *whole, pending = (pending + chunk).split(b"\n")
        yield from whole


def _end_reason(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The refusal for a child that ended without its last line: out of time, or a file damaged beyond its own
    catching."""
    return {"refused": "time" if limited_process.used_its_time(process) else "unreadable"}
