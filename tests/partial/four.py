"""`python -m tests.partial.four FOLDER`: the four databases that readers are shown, each a file of SQLite in that folder.

The demonstration; nothing; one file of one site for one month; and a network of which single forms are silent: three sites stop
in August, one hands in complaints alone, one closings alone, one every second week, eight nothing, the others all, for nineteen
months, so that sites are judged.
"""

import argparse
import os
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from sqlalchemy import Engine

from dashboard.period import today
from db import schema
from db.engine import make_engine
from db.seed import seed
from tests import clock
from tests.builders import COVE, EVERY_SITE, Office, closing, complaint, waited
from tests.partial.world import File
from tests.questions.raw_rows import prepare

MONTHS, STOP = 19, 14  # of history; the day of August
COMPLAINTS_ALONE, CLOSINGS_ALONE, EVERY_SECOND_WEEK = "ccsp-pobe", "ccsp-lokossa", "ccsp-ouesse"
STOPPED = ("ccsp-kandi", "ccsp-nikki", "ccsp-djougou")
SILENT = (
    "ccsp-malanville",
    "ccsp-pehunco",
    "ccsp-tanguieta",
    "ccsp-allada",
    "ccsp-aplahoue",
    "ccsp-adjohoun",
    "gsru-natitingou",
    "gsru-cotonou",
)


def silent_forms(day: date, sites: tuple[str, ...] = EVERY_SITE) -> list[File]:
    """The files of the network of silent forms, up to the day before."""
    r, month = random.Random(51), day.year * 12 + day.month - MONTHS
    first, last = date(month // 12, month % 12 + 1, 1), day - timedelta(days=1)
    august = date(day.year - (day.month <= 8), 8, STOP)
    off = set(holidays.country_holidays("BJ", years=range(first.year, day.year + 1)))
    files = []
    for site in EVERY_SITE:
        end = min(august, last) if site in STOPPED else last
        days = [first + timedelta(days=n) for n in range((end - first).days + 1)]
        works = [d for d in days if d.weekday() < 5 and d not in off]
        of_site = _of_site(r, site, days, works) if site not in SILENT else []
        files += of_site if site in sites else []
    return files


def _of_site(r: random.Random, site: str, days: list[date], works: list[date]) -> list[File]:
    files = []
    came = [d for d in works if site != EVERY_SECOND_WEEK or d.isocalendar().week % 2]
    if site not in (CLOSINGS_ALONE, COMPLAINTS_ALONE):
        for run in _runs(came):
            lines = [
                waited(max(0, round(r.gauss(17, 9))), site=site, day=d.isoformat())
                for d in run
                for _ in range(r.randint(2, 5))
            ]
            files.append(File("registre", tuple(lines), (run[0], run[-1]), (site,)))
    if site != COMPLAINTS_ALONE:
        lines = [closing(site, d.isoformat(), declared=r.randint(2, 5)) for d in came]
        files.append(File("cloture", tuple(lines)))
    if site != CLOSINGS_ALONE:
        many = 60 if site == COMPLAINTS_ALONE else 20
        lines = [_complaint(r, site, r.choice(days), days[-1]) for _ in range(many)]
        files.append(File("plaintes", tuple(lines), (days[0], days[-1]), (site,)))
    return files


def _complaint(r: random.Random, site: str, received: date, end: date) -> list:
    answered = received + timedelta(days=r.randint(1, 40))
    there = answered <= end and r.random() < 0.6
    return complaint(
        f"P-{r.randrange(10**9)}",
        site,
        received.isoformat(),
        resolved=answered.isoformat() if there else "",
    )


def _runs(days: list[date]) -> list[list[date]]:
    """The days in rows: a week without any begins another."""
    found: list[list[date]] = []
    for day in days:
        if found and (day - found[-1][-1]).days <= 7:
            found[-1].append(day)
        else:
            found.append([day])
    return found


def one_file(day: date) -> list[File]:
    """The register of one site of the last whole month."""
    r, last = random.Random(51), day.replace(day=1) - timedelta(days=1)
    days = [last.replace(day=n + 1) for n in range(last.day)]
    lines = [
        waited(max(0, round(r.gauss(17, 9))), site=COVE, day=d.isoformat())
        for d in days
        if d.weekday() < 5
        for _ in range(r.randint(2, 9))
    ]
    return [File("registre", tuple(lines))]


def hand_in(engine: Engine, folder: Path, files: list[File]) -> None:
    """Hand the files in."""
    office = Office(engine, folder)
    for file in files:
        office.hand_in(file.form, *file.lines, covers=file.covers, sites=file.sites)


def _demonstration(engine: Engine, _: Path) -> None:
    prepare(engine, 60_000, 20211221)


DATABASES: dict[str, Callable[[Engine, Path], None]] = {
    "demonstration": _demonstration,
    "nothing": lambda _engine, _folder: None,
    "one-file": lambda engine, folder: hand_in(engine, folder, one_file(today())),
    "silent-forms": lambda engine, folder: hand_in(engine, folder, silent_forms(today())),
}


def main() -> None:
    """Make them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    os.environ.setdefault("PYTEST_VERSION", pytest.__version__)  # the clock is a test's
    clock.begin()
    for name, fill in DATABASES.items():
        files = folder / name
        files.mkdir(parents=True)
        engine = make_engine(f"sqlite:///{folder}/{name}.db")
        schema.upgrade(engine)
        seed(engine)
        fill(engine, files)
        engine.dispose()
        print(folder / f"{name}.db")


if __name__ == "__main__":
    main()
