"""What was handed in, counted anew: the files by DuckDB (tests/indicators/independent.py), the tables by SQL.

Nothing here asks the code that answers pages.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Engine, text

from dashboard.indicators import BY_CODE
from dashboard.period import add_months, month_end, today
from dashboard.wording import value_with_unit
from db import read, targets_and_decisions
from db.codes import ALL
from db.demo import DemoFile, files, sites_of
from db.demo_load import load_demo
from db.working_days import public_holidays
from tests.indicators import independent
from tests.indicators.independent import (
    COMPLAINTS,
    MINIMUM,
    WAITING,
    Answer,
    Independent,
    encoding_of,
)

Days = tuple[date, date]
# Databases of the demonstration that are asked: visits, seed. One alone could have been written for.
DATASETS = ((20_000, 20211221), (6_000, 7))


@dataclass(frozen=True)
class Site:
    """A site as the table has it."""

    code: str
    kind: str
    name: str
    commune: str
    department: str
    launched: date | None

    @property
    def short(self) -> str:
        """« Nikki », « Parakou (GSRU) »."""
        return self.commune if self.kind == "CCSP" else f"{self.commune} ({self.kind})"


class Raw:
    """The rows of a database of the demonstration, and of the files that it was made of."""

    def __init__(self, engine: Engine, folder: Path, visits: int, seed: int):
        self.engine = engine
        with engine.connect() as connection:
            places = read.places(connection, ALL)
            services = {code: label for _, code, label in read.services(connection)}
            begins = min(p.launched_on for p in places if p.launched_on)
            holidays = set(public_holidays(connection, begins, today()))
        made = list(
            files(
                sites_of(places),
                services,
                visits=visits,
                seed=seed,
                today=today(),
                holidays=holidays,
            )
        )
        # What a site alone says of its days, and nobody confirmed, explains them and counts for nothing.
        made = [file for file in made if not file.declared]
        for file in made:
            (folder / file.name).write_text(
                file.content.decode(encoding_of(file)), encoding="utf-8"
            )
        self.independent = self._counting(folder, made)
        self.services = services
        rows = self.rows(
            "SELECT s.code, s.kind, s.name, c.name AS commune, c.department, s.launched_on FROM site s"
            " JOIN site_location l ON l.site_id = s.id JOIN commune c ON c.id = l.commune_id ORDER BY s.code"
        )
        self.sites = {
            r[0]: Site(*r[:5], date.fromisoformat(str(r[5])) if r[5] else None) for r in rows
        }
        ((last,),) = self.rows(
            "SELECT max(b.last_day) FROM batch_site b JOIN import_batch i ON i.id = b.batch_id"
            " WHERE i.form IN ('registre', 'cloture') AND i.withdrawn_at IS NULL"
        )
        self.end = min(date.fromisoformat(str(last)), today())

    def _counting(self, folder: Path, made: list[DemoFile]) -> Independent:
        """The independent computation over the files; of which days they speak, the database knows: files of the demonstration
        come in by parts, and of some days nothing came."""
        spans = self.rows(
            "SELECT i.form, s.code, b.first_day, b.last_day FROM import_batch i JOIN batch_site b ON b.batch_id = i.id"
            " JOIN site s ON s.id = b.site_id WHERE i.withdrawn_at IS NULL"
        )
        values = ", ".join(
            f"('{form}', '{site}', date '{a}', date '{b}')" for form, site, a, b in spans
        )
        span = f"CREATE TABLE span AS SELECT * FROM (VALUES {values}) t(form, site, a, b);"  # noqa: S608 (of our own table)
        told, replaced = re.subn(
            r"CREATE TABLE span AS.*?;", span, independent.RAW, flags=re.DOTALL
        )
        assert replaced == 1
        with patch.object(independent, "RAW", told):
            return Independent(folder, made, today())

    def rows(self, query: str, **values: object) -> list[tuple]:
        """The rows of a query to the tables."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def days(self, period: str) -> Days:
        """The days of a period as an address has it: 12m, 3m, mois-1, annee, annee-1; now: the year up to the last known day."""
        if period == "now":
            return self.end - timedelta(days=364), self.end
        start = self.end.replace(day=1)
        whole = self.end if self.end == month_end(self.end) else start - timedelta(days=1)
        if period in ("12m", "3m"):
            return add_months(whole.replace(day=1), 1 - int(period[:-1])), whole
        if period == "mois-1":
            before = start - timedelta(days=1)
            return before.replace(day=1), before
        if period == "annee":
            return self.end.replace(month=1, day=1), self.end
        year = self.end.year - 1
        return date(year, 1, 1), date(year, 12, 31)

    @cache  # noqa: B019 (as long as the tests)
    def figures(
        self, by: str, period: str = "12m", where: str = "true", service: str | None = None
    ) -> dict[tuple[str, str], tuple[Answer, int]]:
        """Every figure of every key, and of how many cases."""
        found = self.independent.answers(by, *self.days(period), where, service)
        waits = dict(
            self.independent.db.execute("SELECT key, count(wait) FROM v GROUP BY key").fetchall()
        )
        received = dict(
            self.independent.db.execute(
                "SELECT key, count(*) FROM received GROUP BY key"
            ).fetchall()
        )
        cases = {"wait_p50": waits, "wait_p90": waits, "complaint_delay": received}
        return {
            (key, code): (
                answer,
                cases[code].get(key, 0) if code in cases else int(answer.denominator or 0),
            )
            for (key, code), answer in found.items()
        }

    def value(
        self, code: str, by: str = "nation", key: str = "nation", **asked: str
    ) -> float | None:
        """A figure; None where it is not known, or of too few. What is true of a day is that of the last one known."""
        if BY_CODE[code].is_current:
            asked["period"] = "now"
        answer, n = self.figures(by, **asked)[key, code]
        few = MINIMUM.get(code, 0)
        if answer.value is None or (few and code not in WAITING and n < few):
            return None
        hidden = code in COMPLAINTS - WAITING and answer.reporting == 0
        return None if hidden else answer.value

    def words(self, code: str, by: str = "nation", key: str = "nation", **asked: str) -> str | None:
        """The same in words."""
        value = self.value(code, by, key, **asked)
        return None if value is None else value_with_unit(BY_CODE[code], value)

    def most(self, code: str, by: str, least: bool = False, **asked: str) -> set[str]:
        """The keys with the highest value."""
        keys = {key for key, _ in self.figures(by, **asked)} - {"inconnu"}
        known = {key: v for key in keys if (v := self.value(code, by, key, **asked)) is not None}
        best = (min if least else max)(known.values(), default=None)
        return {key for key, v in known.items() if v == best}

    def name(self, by: str, key: str) -> str:
        """What a key is called in tables."""
        if by == "site":
            return self.sites[key].name
        if by == "service":
            return self.services[key]
        if by == "hour":
            return f"{int(key)} h"
        return key

    def of_department(self, department: str) -> list[Site]:
        """Its sites."""
        return [one for one in self.sites.values() if one.department == department]

    def holds(self, *columns: str) -> list[str]:
        """The columns of tables of what is handed in whose names have one of these words."""
        handed_in = (
            "visit",
            "complaint",
            "daily_closing",
            "closure",
            "monthly_return",
            "promised_register",
        )
        names = [r[1] for table in handed_in for r in self.rows(f"PRAGMA table_info({table})")]
        return [name for name in names if any(word in name for word in columns)]


HOURS = [(day, 8 * 60, 17 * 60) for day in range(5)]  # of Kandi: Monday to Friday, from 8 to 17
DECISIONS = (  # indicator, scope, days ago, who, what, due in days, done
    (
        "wait_p50",
        "ccsp-djougou",
        40,
        "le directeur",
        "ouvrir un second guichet le lundi",
        -5,
        False,
    ),
    (
        "complaints_late",
        "Borgou",
        20,
        "le point focal",
        "répondre aux plaintes chaque vendredi",
        30,
        False,
    ),
    ("completeness", "nation", 100, "la DCCSP", "appeler les centres muets", -30, True),
)
TARGETS = (
    ("wait_p50", "nation", 15.0, "plan d’action (inventé)"),
    ("satisfaction", "Borgou", 90.0, "revue départementale"),
)


def prepare(engine: Engine, visits: int, seed: int) -> None:
    """Fill a fresh database with the demonstration, and note there what people decide, and the hours of a site."""
    load_demo(engine, visits, seed, by="test", progress=False)
    for indicator, scope, ago, who, what, due, done in DECISIONS:
        decided = today() - timedelta(days=ago)
        number = targets_and_decisions.decide(
            engine, indicator, scope, decided, who, what, today() + timedelta(days=due), "test"
        )
        if done:
            targets_and_decisions.carry_out(engine, number, today() - timedelta(days=35), "test")
    for indicator, scope, value, source in TARGETS:
        targets_and_decisions.set_target(
            engine, indicator, scope, value, date(2026, 1, 1), source, "test"
        )
    with engine.begin() as connection:
        for weekday, opens, closes in HOURS:
            connection.execute(
                text(
                    "INSERT INTO site_hours SELECT id, '2025-01-01', :weekday, :opens, :closes"
                    " FROM site WHERE code = 'ccsp-kandi'"
                ),
                {"weekday": weekday, "opens": opens, "closes": closes},
            )
