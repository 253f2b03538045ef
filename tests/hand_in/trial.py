"""Somebody hands random files in to one database: sends each, mends it or leaves rows out (`mending`), confirms it or gives up.

All of it is compared with what the file says (`random_files`) and with what must count (`expected`, `kept`).
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Engine

from dashboard.accounts.rights import Person, Role
from dashboard.actions import handing_in
from dashboard.actions.handing_in import Refused
from dashboard.actions.verdicts import Verdict
from dashboard.forms import cells
from dashboard.period import today
from db import intake, write
from tests.builders import COVE, KANDI, NIKKI
from tests.hand_in.expected import Ledger
from tests.hand_in.kept import Kept
from tests.hand_in.mending import KEY, mended
from tests.hand_in.random_files import Drawer, RandomFile, Row
from tests.hand_in.random_writing import as_csv, as_workbook

ROUNDS = 4  # of mending, before somebody gives up
MONTHS = [date(2025, 10, 1), date(2025, 10, 1), date(2026, 11, 1)]
PEOPLE = [
    Person("donnees", Role.DATA_MANAGER, id="m"),
    Person("pf.cove", Role.FOCAL_POINT, sites=frozenset({COVE}), id="c"),
    Person("pf.deux", Role.FOCAL_POINT, sites=frozenset({KANDI, COVE}), id="d"),
]


@dataclass
class Tally:
    """What became of the files, and everything that differed."""

    seen: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


@dataclass
class Trial:
    """One database, into which files are handed one after the other."""

    engine: Engine
    chance: random.Random
    tally: Tally
    numbers: Iterator[int]

    def __post_init__(self) -> None:
        known = intake.load_known_references(self.engine)
        ids = {site.code: number for number, site in known.by_id.items()}
        sites = [ids[code] for code in (KANDI, NIKKI, COVE)]
        self.drawer = Drawer(self.chance, known, sites, PEOPLE, MONTHS)
        self.ledger = Ledger(known)
        self.kept = Kept(self.engine, self.ledger, self.differs)
        self.file: RandomFile | None = None
        self.waiting: list[tuple[RandomFile, Verdict, list[Row]]] = []

    def differs(self, what: str) -> None:
        """Note a difference."""
        name = self.file.name if self.file else ""
        self.tally.differences.append(f"{name}: {what}")

    # --- a file -----------------------------------------------------------------------------------------------------
    def run(self, files: int) -> None:
        """So many files; then those that somebody let wait."""
        for _ in range(files):
            self.file = self._drawn(next(self.numbers))
            self.tally.seen["files"] += 1
            with self._noting():
                self._hand_in(self.file)
        for file, verdict, rows in self.waiting:
            self.file = file
            with self._noting():
                self._keep(file, handing_in.look(file.person, KEY, verdict.preview), rows)
        self.kept.verify()

    def _drawn(self, number: int) -> RandomFile:
        file = self.drawer.draw(number)
        write_down = as_workbook if file.name.endswith(".xlsx") else as_csv
        file.content = write_down(file, self.chance)
        return file

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Whatever stops a file is a difference, and the next can be tried."""
        try:
            yield
        except Exception as error:
            self.differs(f"{type(error).__name__}: {error}")

    def _hand_in(self, file: RandomFile) -> None:
        """Send a file, mend it where somebody would, and keep it or leave it."""
        before = self.kept.dump()
        verdict = handing_in.send(file.person, KEY, file.name, file.content, file.site, file.month)
        rows = file.written
        self._judged(file, verdict, rows)
        first, bent = verdict, False
        for _ in range(ROUNDS):
            if verdict.accepted or not verdict.preview:
                break
            verdict, rows, turned = mended(self.chance, file, verdict, rows, self.differs)
            bent = bent or turned
        self._same(before, "before anybody confirms")
        if not verdict.accepted or verdict.is_known:
            self._left(file, verdict, before)
            return
        if not bent and any(row.faulty for row in rows):
            self.differs("accepted with a fault in it")
        self.tally.seen["mended" if verdict is not first else "accepted"] += 1
        if self.chance.random() < 0.1:
            self.waiting.append((file, verdict, rows))
            return
        number = self._keep(file, verdict, rows)
        self._afterwards(file, verdict, number, whole=verdict is first)

    def _judged(self, file: RandomFile, verdict: Verdict, rows: list[Row]) -> None:
        """The first verdict names the rows with a fault, and no others."""
        if file.broken:
            if verdict.accepted or verdict.preview:
                self.differs("a file without one of its headings is not refused")
            return
        planted = {(row.sheet, row.line) for row in rows if row.faulty}
        months = {str(row.cells[file.form.day].value)[:7] for row in rows}
        # A register of complaints without one of its month would say that there was none.
        elsewhere = file.form.name == "plaintes" and f"{file.month:%Y-%m}" not in months
        if not verdict.is_known and verdict.accepted == bool(planted or not rows or elsewhere):
            told = [str(p) for p in verdict.outcome.problems][:3]
            self.differs(f"accepted: {verdict.accepted}, faults in {sorted(planted)}, said {told}")
        found = {(fault.places[0][0], line) for fault in verdict.faults for line in fault.lines}
        if verdict.faults and found != planted:
            self.differs(f"faults in {sorted(planted)}, said of {sorted(found)}")
        if verdict.rows != len(rows) and verdict.preview:
            self.differs(f"{verdict.rows} rows announced of {len(rows)}")
        repaired = sum(cell.repaired for row in rows for cell in row.cells.values())
        if verdict.preview and len(verdict.repairs) != repaired:
            self.differs(f"{len(verdict.repairs)} cells repaired of {repaired}")

    # --- keeping ----------------------------------------------------------------------------------------------------
    def _keep(self, file: RandomFile, verdict: Verdict, rows: list[Row]) -> int:
        """Confirm a file, and compare what is kept with what was said."""
        again = handing_in.look(file.person, KEY, verdict.preview)
        if again.outcome != verdict.outcome:
            self.differs("another look says something else")
        self._no_day_is_halved(file, rows)
        return self.kept.confirm(
            file,
            verdict,
            rows,
            lambda: handing_in.confirm(file.person, KEY, verdict.preview, again.version),
        )

    def _no_day_is_halved(self, file: RandomFile, rows: list[Row]) -> None:
        """A day that has rows without a reference is kept whole, or left out whole: what is kept replaces all of it."""
        if not file.form.blank_key:
            return
        left = [row for row in file.written if not any(row is one for one in rows)]
        whole = {_day(row) for row in rows if row.cells[file.form.key[-1]].value is None}
        for row in left:
            site, day = row.cells["site_id"], row.cells["day"]
            # One that names another site or month is left to these.
            elsewhere = site.faulty and self.ledger.known.site(site.text)
            elsewhere = elsewhere or (day.faulty and readable_day(day.text))
            if _day(row) in whole and not elsewhere:
                names = [name for name in ("site_id", "day") if row.cells[name].faulty]
                self.differs(f"line {row.line}, faulty in {names}, left out of a day kept as whole")

    def _afterwards(self, file: RandomFile, verdict: Verdict, number: int, *, whole: bool) -> None:
        """It is confirmed once more, sent once more, or taken out."""
        before = self.kept.dump()
        if self.chance.random() < 0.1:
            if handing_in.confirm(file.person, KEY, verdict.preview, "") != number:
                self.differs("confirmed twice, it has two receipts")
            self._same(before, "by a second confirmation")
        if whole and self.chance.random() < 0.1:
            again = handing_in.send(file.person, KEY, file.name, file.content, file.site, file.month)  # fmt: skip
            if not again.is_known or again.preview:
                self.differs("sent again, it is not known")
            self._same(before, "by a file that is known")
        if self.chance.random() < 0.1:
            write.withdraw(self.engine, number, "test")
            del self.ledger.batches[number]
            self.kept.counts(file.form)

    def _left(self, file: RandomFile, verdict: Verdict, before: dict[str, list[str]]) -> None:
        """A file that is not accepted cannot be confirmed, and leaves nothing behind."""
        self.tally.seen["known" if verdict.is_known else "refused"] += 1
        if verdict.preview:
            try:
                handing_in.confirm(file.person, KEY, verdict.preview, verdict.version)
                self.differs("a file with faults was confirmed")
            except Refused:
                pass
            handing_in.abandon(file.person, verdict.preview)
        self._same(before, "by a file that was refused")

    def _same(self, before: dict[str, list[str]], when: str) -> None:
        now = self.kept.dump()
        if changed := [name for name in now if now[name] != before.get(name)]:
            self.differs(f"{', '.join(changed)} changed {when}")


def readable_day(text: str) -> bool:
    """Whether a text is a day of some month that has been."""
    try:
        cells.day(text.strip(), today())
    except cells.CellProblem:
        return False
    return True


def _day(row: Row) -> tuple[object, object]:
    """The site and the day that a row says, once it is mended."""
    return row.cells["site_id"].value, row.cells["day"].value
