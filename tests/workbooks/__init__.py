"""Workbooks that LibreOffice makes of tables as people write them: each is read as whoever looks at it reads it, or refused where
nobody could.

A table is what somebody means. It is written into a workbook in the ways of `cells`, laid out as people lay out (merged cells,
titles, hidden parts, filters, more sheets), and converted by LibreOffice, half of them by way of its own format. Two oracles:
what was meant, and what LibreOffice itself shows of each cell.
"""

import csv
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.forms import workbook
from dashboard.forms.cell_display import ROUNDED, TEXT, split_mark
from dashboard.forms.formats import ANSWER, FORMATS, Column, Format
from dashboard.forms.number_format import HASHES
from db.codes import MAN, WOMAN
from tests.forms.reading import COTONOU, KANDI, Read
from tests.workbooks.cells import ENGLISH, WRONG, Written, reference, written

WORDS: dict[str, dict[str, object]] = {
    "site_id": {
        "CCSP de Kandi": KANDI,
        "ccsp-kandi": KANDI,
        "Kandi centre": KANDI,
        "GSRU de Cotonou": COTONOU,
    },
    "kind": {"requête": 0, "Plainte": 1, "demande d'information": 2, "0": 0, "1": 1, "2": 2},
    "sex": {"F": WOMAN, "femme": WOMAN, "M": MAN, "Homme": MAN},
    "outcome": {"servi": 1, "Servi": 1, "rejetée": "rejected", "sans suite": "dropped"},
    "service_id": {"Suivi de carrière": 1, "cip": 2},
    "category_id": {"délai": 1},
    "channel_id": {"Téléphone": 2},
    "reason_id": {"électricité": 3},
}
NUMBERS = (0, 7, 45, 1_234, 45_678)
FIRST_DAY = date(2022, 1, 3)
SHEET = "Saisie"
LOCALES = ("fr-FR", "fr-FR", "fr-FR", ENGLISH)
# Over which columns people merge lines; those are left out on which a rule between cells rests.
MERGED = (
    "site_id",
    "day",
    "kind",
    "service_id",
    "sex",
    "satisfied",
    "category_id",
    "channel_id",
    "reason_id",
)
MERGED += (
    "resolved_on",
    "last_day",
    "agent",
    "subject",
    "reasons",
    "remarks",
    "declared",
    "received",
)
# The profile says which country's signs LibreOffice writes; as shown: cells as they look, each sheet in a file.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{}</value></prop></item></oor:items>
"""
AS_SHOWN = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,true,false,false,-1"
SECONDS = 1_200  # for LibreOffice to convert one batch


@dataclass
class Made:
    """A workbook that was written. rows: what is to be read of it; wrong: line and heading of what is to be refused; width: of
    its table; kinds: what it has of each sort."""

    number: int
    form: Format
    locale: str
    rows: list[dict[str, object]] = field(default_factory=list)
    wrong: set[tuple[int | None, str]] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """Its file's, without an ending."""
        return f"classeur-{self.number:04}"


# --- what is meant ------------------------------------------------------------------------------------------------------
def meant(rng: Random, form: Format, number: int, *, national: bool) -> dict[str, object]:
    """A row, by field: what somebody means. Words stand as he writes them; each row has days and numbers of its own."""
    day = FIRST_DAY + timedelta(37 * number + rng.randrange(3))
    row = {c.field: _meant(rng, form, c, day, number) for c in form.columns}
    if national:
        row["site_id"] = None
    start = rng.randrange(8 * 60, 15 * 60)
    for name, later in (("arrived_at", 0), ("called_at", 20), ("ended_at", 45)):
        if row.get(name) is not None:
            row[name] = start + later
    if "from_minute" in row:
        row["from_minute"] = row["to_minute"] and start
        row["to_minute"] = row["to_minute"] and start + 60
    if "received_on" in row:
        row["outcome"] = row["resolved_on"] and rng.choice((None, "rejetée", "sans suite"))
    elif row.get("outcome"):
        row["outcome"] = rng.choice(("servi", "Servi"))
    if "received" in row:
        row["satisfied"] = row["received"] and 0
    return row


def _meant(rng: Random, form: Format, column: Column, day: date, number: int) -> object:
    if not column.required and column.field not in form.key and rng.random() < 0.25:
        return None
    if column.cell == "month":
        return day.replace(day=1)
    if column.cell == "day":
        return day + timedelta(5 if column.field in ("resolved_on", "last_day") else 0)
    if column.cell == "clock":
        return 1
    if column.cell == "whole":
        return rng.choice(NUMBERS)
    if column.cell is ANSWER:
        return rng.random() < 0.5
    return rng.choice(list(WORDS[column.field])) if column.field in WORDS else f"texte {number}"


def value_of(column: Column, said: object) -> object:
    """What is to be read where somebody means that."""
    if said is None:
        return column.blank
    if isinstance(said, date):
        return said.isoformat()
    return WORDS[column.field][str(said)] if column.field in WORDS else said


# --- how it is written --------------------------------------------------------------------------------------------------
class Writer:
    """Writes one table into a sheet, as somebody would who means its rows."""

    def __init__(self, rng: Random, made: Made) -> None:
        self.rng, self.made, self.book = rng, made, Workbook()
        self.sheet: Worksheet = self.book.active
        self.sheet.title = SHEET
        if rng.random() < 0.3:
            self.book.epoch = CALENDAR_MAC_1904
            made.kinds["1904"] += 1
        self.columns: list[Column | None] = [*made.form.columns]
        if rng.random() < 0.5:
            rng.shuffle(self.columns)
        if rng.random() < 0.4:
            self.columns.insert(rng.randrange(len(self.columns) + 1), None)
        self.wrong = 0.02 if rng.random() < 0.25 else 0.0  # in how many cells nobody could be sure

    def write(self) -> Workbook:
        """The workbook; what is to be read of it, or refused, is noted beside."""
        head = self._head()
        rng, form = self.rng, self.made.form
        national = form.name == "fermetures" and rng.random() < 0.2
        rows = [meant(rng, form, i, national=national) for i in range(1, rng.randint(2, 15))]
        lines = []
        for _ in rows:  # some lines are left empty
            lines.append((lines[-1] if lines else head) + rng.choice((1, 1, 1, 1, 1, 2)))
        for line, row in zip(lines, rows, strict=True):
            self.made.rows.append(self._row(line, row))
        for _ in range(rng.choice((0, 0, 1, 2, 3))):
            self._merge(lines, rows)
        if rng.random() < 0.08:
            self._merge_across(rng.choice(lines))
        self._hide(head, lines)
        self._more_sheets()
        return self.book

    def _head(self) -> int:
        """A title, or none, and the headings on one line or two; returns the line of the last."""
        line = 1
        if self.rng.random() < 0.4:
            self.sheet.cell(1, 1, "Registre du centre")
            self.sheet.merge_cells(start_row=1, start_column=1, end_row=2, end_column=5)
            line = 4
        two = self.rng.random() < 0.2
        for place, column in enumerate(self.columns, 1):
            self.sheet.cell(line, place, column.heading if column else "Nom de l'usager")
            if two:
                self.sheet.merge_cells(
                    start_row=line, start_column=place, end_row=line + 1, end_column=place
                )
        self.made.kinds["headings on two lines"] += two
        return line + two

    def _row(self, line: int, row: dict[str, object]) -> dict[str, object]:
        read = {}
        for place, column in enumerate(self.columns, 1):
            if column is None:
                self.sheet.cell(line, place, "Personne Inventée")
                continue
            is_key = column.cell == "text" and column.field in self.made.form.key
            cell = (
                reference(self.rng, line, self.rng.random() < self.wrong)
                if is_key
                else written(self.rng, column, row[column.field], self.wrong, self.made.locale)
            )
            read[column.field] = self._put(line, place, column, cell, row[column.field])
        if read.get("resolved_on") and not read["outcome"]:
            read["outcome"] = "handled"
        return read

    def _put(self, line: int, place: int, column: Column, cell: Written, said: object) -> object:
        target = self.sheet.cell(line, place)
        target.value = cell.value
        target.number_format = cell.format
        if cell.read is WRONG:
            self.made.wrong.add((line, column.heading))
            self.made.kinds["wrong cells"] += 1
            return None
        return value_of(column, said) if cell.read is None else cell.read

    def _merge(self, lines: list[int], rows: list[dict[str, object]]) -> None:
        """Merge some lines of a column, so that the first one's cell holds for all."""
        rng, form = self.rng, self.made.form
        columns = [
            c
            for c in self.columns
            if c and c.field in MERGED and not (c.field == "day" and form.name == "canevas")
        ]
        column = rng.choice(columns)
        place = self.columns.index(column) + 1
        first = rng.randrange(len(lines))
        last = min(len(lines) - 1, first + rng.randint(1, 4))
        above = [self.sheet.cell(lines[i], place) for i in range(first, last + 1)]
        if first == last or any(cell.coordinate in self.sheet.merged_cells for cell in above):
            return
        if any((lines[i], column.heading) in self.made.wrong for i in range(first, last + 1)):
            return
        if column.field in (
            "resolved_on",
            "last_day",
        ):  # the latest of them, so that it ends after each began
            first_of = max(
                range(first, last + 1), key=lambda i: str(self.made.rows[i][column.field] or "")
            )
            if any(self.made.rows[i][column.field] is None for i in range(first, last + 1)):
                return
            above[0].value, above[0].number_format = (
                above[first_of - first].value,
                above[first_of - first].number_format,
            )
            self.made.rows[first][column.field] = self.made.rows[first_of][column.field]
        if above[0].value is None and column.required:
            return
        self.sheet.merge_cells(
            start_row=lines[first], start_column=place, end_row=lines[last], end_column=place
        )
        self.made.kinds["merged"] += 1
        if column.cell == "whole" and above[0].value is not None:
            self.made.wrong.add((lines[first], column.heading))
        for i in range(first, last + 1):
            self.made.rows[i][column.field] = self.made.rows[first][column.field]

    def _merge_across(self, line: int) -> None:
        place = self.rng.randrange(1, len(self.columns))
        right = self.columns[place]
        cells = [self.sheet.cell(line, place), self.sheet.cell(line, place + 1)]
        if (
            any(c.coordinate in self.sheet.merged_cells for c in cells)
            or cells[0].value is None
            or not right
        ):
            return
        self.sheet.merge_cells(
            start_row=line, start_column=place, end_row=line, end_column=place + 1
        )
        self.made.wrong.discard((line, right.heading))
        self.made.wrong.add((line, right.heading))
        self.made.kinds["merged across"] += 1

    def _hide(self, head: int, lines: list[int]) -> None:
        rng = self.rng
        if rng.random() < 0.3:
            self.sheet.auto_filter.ref = (
                f"A{head}:{get_column_letter(len(self.columns))}{lines[-1]}"
            )
            self.made.kinds["filtered"] += 1
        if rng.random() < 0.08:
            hidden = sorted(rng.sample(lines, rng.randint(1, len(lines) // 2 + 1)))
            for line in hidden:
                self.sheet.row_dimensions[line].hidden = True
            self.made.wrong.add((hidden[0], ""))
            self.made.kinds["hidden lines"] += 1
        if rng.random() < 0.12:
            place = rng.randrange(len(self.columns))
            column = self.columns[place]
            self.sheet.column_dimensions[get_column_letter(place + 1)].hidden = True
            self.made.kinds["hidden columns"] += 1
            filled = [n for n in lines if self.sheet.cell(n, place + 1).value is not None]
            if column and filled:
                self.made.wrong.add((filled[0], column.heading))

    def _more_sheets(self) -> None:
        rng = self.rng
        if rng.random() < 0.3:
            notes = self.book.create_sheet("Lisez-moi", rng.randrange(2))
            notes.append(["Comment remplir"])
            self.made.kinds["more sheets"] += 1
        if rng.random() < 0.2:
            lists = self.book.create_sheet("Listes")
            lists.append(["requête"])
            lists.sheet_state = "hidden"
        if rng.random() < 0.1:
            self.book.create_chartsheet("Graphique").add_chart(BarChart())


def made_of(seed: int, number: int) -> tuple[Workbook, Made]:
    """Workbook `number` of the run, and what is to come of it."""
    rng = Random(f"{seed}-{number}")
    form = rng.choice(list(FORMATS.values()))
    made = Made(number, form, LOCALES[number % len(LOCALES)])
    return Writer(rng, made).write(), made


# --- LibreOffice --------------------------------------------------------------------------------------------------------
def convert(folder: Path, locale: str, kind: str, into: str, files: list[Path]) -> list[Path]:
    """Have LibreOffice convert the files, all at once."""
    if not files:
        return []
    profile = folder / f"profil-{locale}"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE.format(locale))
    out = folder / into
    office = shutil.which("soffice") or "soffice"
    command = [
        office,
        f"-env:UserInstallation=file://{profile}",
        "--headless",
        "--convert-to",
        kind,
    ]
    subprocess.run(
        [*command, "--outdir", str(out), *map(str, files)],
        check=True,
        timeout=SECONDS,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return [out / f"{path.stem}.{kind}" for path in files]


def make(folder: Path, seed: int, numbers: Iterable[int]) -> list[Made]:
    """Write these workbooks and have LibreOffice make its own of them: in `xlsx`, and as shown in `csv`."""
    all_made = []
    (folder / "tables").mkdir(parents=True)
    for number in numbers:
        book, made = made_of(seed, number)
        book.save(folder / "tables" / f"{made.name}.xlsx")
        all_made.append(made)
    for locale in dict.fromkeys(m.locale for m in all_made):
        here = [m for m in all_made if m.locale == locale]
        files = [folder / "tables" / f"{m.name}.xlsx" for m in here]
        own = convert(folder, locale, "ods", "ods", files[1::2])
        done = convert(folder, locale, "xlsx", "xlsx", [*files[::2], *own])
        convert(folder, locale, AS_SHOWN, "csv", done)
    return all_made


# --- what comes of it ---------------------------------------------------------------------------------------------------
def faults(folder: Path, made: Made) -> list[str]:
    """What is wrong with how the workbook that LibreOffice made is read."""
    path = folder / "xlsx" / f"{made.name}.xlsx"
    found = Read(path)
    places = {(line, column) for line, column, _ in found.places}
    unlike = _unlike_libreoffice(folder, path) if made.locale != ENGLISH else []
    told = [f"{made.name} ({made.form.name}): {fault}" for fault in unlike]
    if made.wrong:
        missed = made.wrong - places
        if missed:
            told.append(
                f"{made.name}: not refused {sorted(missed, key=str)}; {found.sentences[:300]}"
            )
        beside = {p for p in places if p[0] not in {line for line, _ in made.wrong}}
        if beside:
            told.append(
                f"{made.name}: refused beside it {sorted(beside, key=str)}; {found.sentences[:300]}"
            )
    elif found.places:
        told.append(f"{made.name}: refused {found.sentences[:600]}")
    elif found.rows != made.rows:
        unlike = [
            (i, f, row.get(f), wanted[f])
            for i, (row, wanted) in enumerate(zip(found.rows, made.rows, strict=False))
            for f in wanted
            if row.get(f) != wanted[f]
        ]
        told.append(f"{made.name}: {len(found.rows)} rows for {len(made.rows)}; {unlike[:3]}")
    return told


def _unlike_libreoffice(folder: Path, path: Path) -> list[str]:
    """Cells that are told otherwise than LibreOffice itself shows them."""
    file = next(
        (folder / "csv").glob(f"{path.stem}-{SHEET}.csv"), folder / "csv" / f"{path.stem}.csv"
    )
    with file.open(encoding="utf-8", newline="") as stream:
        theirs = list(csv.reader(stream, delimiter=";"))
    try:
        rows = [row for sheet, row in workbook.rows(path) if sheet.name in ("", SHEET)]
    except workbook.WorkbookRefused as refused:
        return [str(refused)]
    told = []
    for number, (row, their) in enumerate(zip(rows, theirs, strict=False), 1):
        for place, text in enumerate(row):
            cell = split_mark(text)
            if (
                cell.mark not in ("", ROUNDED, TEXT)
                or cell.text == HASHES
                or "," in cell.text
                and "E" in cell.text
            ):
                continue
            if _alike(cell.text) != _alike(their[place] if place < len(their) else ""):
                told.append(
                    f"{get_column_letter(place + 1)}{number}: {cell.text!r}, LibreOffice {their[place]!r}"
                )
    return told


def _alike(text: str) -> str:
    """The text without what differs from country to country."""
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split()).replace(" %", "%")
