"""`python -m tests.partial.four FOLDER`: the four databases that readers are shown, each a file of SQLite in that folder.

The demonstration; nothing, after purge-demo; one file of one site for one month; and a network of which single forms are silent:
three sites stop in August, one hands in complaints alone, one closings alone, one every second week, eight nothing, the others
all, for nineteen months, so that sites are judged.

`--pages` writes beside each what the cabinet, a director, a point focal and the data manager see of it: of every page that is
theirs a picture at 1280 and at 360 pixels, and its text.
"""

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import holidays
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from dashboard.accounts.rights import may
from dashboard.navigation import PLAIN_PAGES, PageSpec, pages_of
from dashboard.period import today
from db import schema, write
from db.demo_load import load_demo
from db.engine import make_engine
from db.seed import seed
from tests.browser import served
from tests.browser.house import PEOPLE, SITE, House
from tests.browser.screen import path
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


def _nothing(engine: Engine, _: Path) -> None:
    """What is left where fictitious data were purged: a start brings none again."""
    load_demo(engine, 100, 1, by="test", progress=False)
    write.purge_demo(engine, by="test")


DATABASES: dict[str, Callable[[Engine, Path], None]] = {
    "demonstration": _demonstration,
    "nothing": _nothing,
    "one-file": lambda engine, folder: hand_in(engine, folder, one_file(today())),
    "silent-forms": lambda engine, folder: hand_in(engine, folder, silent_forms(today())),
}
# Who reads, and of which sites and departments each reads the page, beside those that are his.
READERS = ("cabinet", "director", "focal", "manager")
SITES = (COVE, SITE, COMPLAINTS_ALONE, CLOSINGS_ALONE, EVERY_SECOND_WEEK, "ccsp-allada")
DEPARTMENTS = ("Borgou", "Mono", "Plateau")
TALLEST = 6_000  # pixels of a picture
DRAWN = 1_500  # milliseconds that a page has to draw itself
MAIN = "(document.querySelector('[data-testid=stMain]') || document.body)"
HEIGHT, TEXT = f"() => {MAIN}.scrollHeight + 80", f"() => {MAIN}.innerText"


def show(database: Path, folder: Path, browser: Browser, readers: Sequence[str]) -> None:
    """Write what each of these readers sees of a database, into a folder for each."""
    with House.opened(database, folder, closed=True) as house:
        for who in readers:
            (folder / who).mkdir()
            for size in (served.SCREEN, served.TELEPHONE):
                visit = served.visit(browser, viewport=size)
                house.enter(who, visit)
                page = visit.context.new_page()
                for name, address in _addresses(who):
                    page.set_viewport_size(size)
                    page.goto(house.at + address)
                    _picture(page, folder / who / f"{name}-{size['width']}")
                visit.context.close()


def _addresses(who: str) -> Iterator[tuple[str, str]]:
    """The pages of a reader, each by the name of its files."""
    plain = [spec for spec in PLAIN_PAGES.values() if may(PEOPLE[who], spec.right)]
    for spec in (*pages_of(PEOPLE[who]), *plain):
        name = spec.url_path or "carte"
        for place in _places(spec):
            value = place.rpartition("=")[2]
            yield f"{name}-{value}".rstrip("-"), path(spec.url_path) + place


def _places(spec: PageSpec) -> list[str]:
    if "centre" in spec.filters:
        return [f"?centre={site}" for site in SITES]
    if spec.url_path == "departement":
        return [f"?departement={name}" for name in DEPARTMENTS]
    return [""]


def _picture(page: Page, file: Path) -> None:
    """Take a picture of all of the page, without scrolling, and write its text beside it."""
    page.locator("h1").first.wait_for()
    page.wait_for_timeout(DRAWN)
    size = page.viewport_size
    assert size
    height = min(max(page.evaluate(HEIGHT), size["height"]), TALLEST)
    page.set_viewport_size({"width": size["width"], "height": height})
    page.wait_for_timeout(DRAWN)
    page.screenshot(path=file.with_suffix(".png"))
    file.with_suffix(".txt").write_text(page.evaluate(TEXT), encoding="utf-8")


def main() -> None:
    """Make them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=DATABASES, action="append", help="not all four")
    parser.add_argument("--pages", action="store_true", help="what readers see of them too")
    parser.add_argument("--readers", choices=READERS, nargs="+", default=READERS)
    arguments = parser.parse_args()
    for name in arguments.only or DATABASES:
        files, database = arguments.folder / name, arguments.folder / f"{name}.db"
        files.mkdir(parents=True)
        engine = make_engine(f"sqlite:///{database}")
        schema.upgrade(engine)
        seed(engine)
        DATABASES[name](engine, files)
        engine.dispose()
        print(database, flush=True)
        if arguments.pages:
            with served.browsing() as browser:
                show(database, files, browser, arguments.readers)


if __name__ == "__main__":
    main()
