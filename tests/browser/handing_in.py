"""A point focal who hands in, for tests: a server on a base without any row, his account, his files, what he does on the page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import text

from dashboard.accounts import passwords
from dashboard.period import add_months, today
from db import accounts_and_sessions, write
from db.engine import make_engine
from db.write_lock import write_transaction
from tests.browser import served
from tests.browser.house import PEOPLE, SITE, House
from tests.builders import Office, csv_text, visit

PASSWORD = "trois lampes sous la pluie"
NARROW = {"width": 360, "height": 740}
MONTH = add_months(today().replace(day=1), -1)
KEEP = re.compile("^Confirmer")
CHECK, MEND = re.compile("^Vérifier(?! mes)"), re.compile("^Vérifier mes corrections")
PLAIN = str.maketrans("\xa0\u202f", "  ")
# What a file leaves behind: nothing of it may be half there.
LEFT = ("import_batch", "visit", "receipt", "upload_preview")


@contextmanager
def opened(empty: Path, folder: Path) -> Iterator[House]:
    """A server on a copy of a base without any row, where people sign in, the point focal with PASSWORD."""
    made = folder / "empty.db"
    made.write_bytes(empty.read_bytes())
    engine = make_engine(f"sqlite:///{made}")
    write.purge_demo(engine, "test")  # or it would be filled with fictitious data
    engine.dispose()
    with House.opened(made, folder, closed=True) as house:
        with house.engine() as engine, write_transaction(engine, queue=False) as connection:
            held = accounts_and_sessions.account_named(connection, PEOPLE["focal"].name)
            assert held
            kept = {"password": passwords.hash_password(PASSWORD), "must_change": False}
            accounts_and_sessions.change_account(connection, held.id, **kept)
        house.remember()
        yield house


@contextmanager
def focal(house: House, chromium: Browser, **settings) -> Iterator[Page]:
    """The page of the point focal's telephone, signed in; when it leaves there was no outside request, error or dialog."""
    found = served.visit(chromium, **{"viewport": NARROW, **settings})
    house.enter("focal", found)
    found.context.set_default_timeout(10_000)
    yield found.context.new_page()
    found.context.close()
    # A verdict « à corriger » of a file that waits nowhere is an answer of 422, of which the console hears.
    assert [f for f in found.faults() if "status of 4" not in f] == []


# --- files ------------------------------------------------------------------------------------------------------------
def working_days(month: date = MONTH) -> list[date]:
    """The days from Monday to Friday of a month."""
    days = (month + timedelta(n) for n in range(31))
    return [d for d in days if d.month == month.month and d.weekday() < 5]


def register(mark: str, *, faults: bool = False, days: list[date] | None = None) -> list[list]:
    """A register of the site: four visits a day. mark: begins its references; faults: whether three cells are wrong."""
    lines = [
        visit(
            SITE, f"{d:%d/%m/%Y}", "08:05", called="08:15", outcome="servi", ref=f"{mark} {d} {n}"
        )  # fmt: skip
        for d in days or working_days()
        for n in range(4)
    ]
    if faults:
        lines[1][3], lines[4][1], lines[7][5] = "25:15", f"32/{MONTH:%m/%Y}", "requette"
    return lines


def mends(lines: list[list]) -> dict[str, str]:
    """What mends the three faults, by heading."""
    second = working_days()[1]
    assert lines[5][1] == f"{second:%d/%m/%Y}"
    return {"Heure d'appel": "08:15", "Date": str(second), "Type": "requête"}


def write_csv(folder: Path, name: str, form: str, lines: list[list]) -> Path:
    """A file of a form."""
    path = folder / name
    path.write_text(csv_text(form, *lines), encoding="utf-8")
    return path


# --- what he does and sees --------------------------------------------------------------------------------------------
def says(page: Page, words: str) -> None:
    """Wait until the first sentence of the page holds these words."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def send(page: Page, *paths: Path, month: date = MONTH) -> None:
    """Choose the month and files, and have them checked."""
    page.get_by_label(re.compile("^Mois du fichier")).select_option(f"{month:%Y-%m}")
    page.locator("input[type=file]").set_input_files(paths)
    page.get_by_role("button", name=CHECK).click()


def asked(page: Page, heading: str) -> Locator:
    """Where the cell below that heading is mended."""
    group = page.get_by_role("group", name=re.compile(re.escape(heading)))
    return group.locator("select, input:not([type=checkbox])").first


def mend(page: Page, wanted: dict[str, str]) -> None:
    """Write what is right into the cells of the verdict, by heading, and have it checked."""
    for name, text_ in wanted.items():
        field = asked(page, name)
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(label=text_)
        else:
            field.fill(text_)
    page.get_by_role("button", name=MEND).click()


def confirm(page: Page) -> None:
    """Keep the file."""
    page.get_by_role("button", name=KEEP).click()
    says(page, "C'est fait")


def fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"], f"{wide} px: {page.url}"


# --- what was kept ----------------------------------------------------------------------------------------------------
@dataclass
class Base:
    """The database, from outside the server."""

    house: House

    def value(self, query: str) -> Any:
        """The one value that a query gives."""
        with self.house.engine() as engine, engine.connect() as connection:
            return connection.execute(text(query)).scalar()

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return self.value(f"SELECT count(*) FROM {table}")  # noqa: S608

    def left(self) -> dict[str, int]:
        """What files left behind, by table."""
        return {table: self.count(table) for table in LEFT}

    def figure(self, indicator: str, month: date = MONTH) -> float | None:
        """A figure of the site in a month, as `dashboard indicators` prints it."""
        last = add_months(month, 1) - timedelta(days=1)
        with self.house.engine() as engine:
            office = Office(engine, Path())
            return office.figure(indicator, SITE, first=str(month), last=str(last), by="site").value
