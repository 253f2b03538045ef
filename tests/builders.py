"""Small register files and the office that hands them in. Days are ISO text; what a test does not say is blank."""

import csv
import io
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, inspect, text

from dashboard.forms.formats import FORMATS
from dashboard.indicators import INDICATORS, Figure, compute
from dashboard.period import today
from dashboard.settings import ROOT
from db import read, rollup, supersede, write
from db.batch_effects import Effect
from db.engine import make_engine
from db.facts import gather
from db.form_tables import DESTINATIONS
from db.intake import Options, Outcome, import_file
from db.targets_and_decisions import decide

SAMPLES = ROOT / "tests" / "samples"
# All that files brought, and what was computed from it.
BROUGHT = (
    "import_batch",
    "batch_site",
    "whole_day",
    *(d.table for d in DESTINATIONS.values()),
    "complaint_text",
    "rollup",
    "journal",
)
with (ROOT / "data/reference/sites.csv").open(encoding="utf-8") as _file:
    EVERY_SITE = tuple(row["code"] for row in csv.DictReader(_file))
KANDI, NIKKI, COVE, COTONOU = "ccsp-kandi", "ccsp-nikki", "ccsp-cove", "gsru-cotonou"


def visit(
    site=KANDI,
    day="2025-03-03",
    arrived="",
    called="",
    ended="",
    kind="requête",
    service="",
    sex="",
    satisfied="",
    outcome="",
    ref="",
) -> list:
    """A line of the register."""
    return [site, day, arrived, called, ended, kind, service, sex, satisfied, outcome, ref]


def waited(minutes: int, **cells) -> list:
    """A line of the register: someone who came at 8 and was served after so many minutes."""
    return visit(
        arrived="08:00",
        called=f"{8 + minutes // 60:02}:{minutes % 60:02}",
        outcome="servi",
        **cells,
    )


def complaint(
    ref,
    site=KANDI,
    received="2025-03-03",
    resolved="",
    service="",
    category="",
    channel="",
    outcome="",
    subject="",
) -> list:
    """A line of the complaints register."""
    return [ref, site, received, category, service, channel, resolved, outcome, subject]


def closing(site=KANDI, day="2025-03-03", declared=1, agent="") -> list:
    """A day closed."""
    return [site, day, agent, declared]


def closure(site=KANDI, first="2025-03-03", last=None, start="", end="", reason="") -> list:
    """A site that could not serve."""
    return [site, first, last or first, start, end, reason]


def monthly(
    site=KANDI, month="03/2025", received="", satisfied="", reasons="", difficulties=""
) -> list:
    """A monthly return."""
    return [site, month, received, satisfied, reasons, difficulties, "", ""]


def csv_text(form: str, *lines: list, delimiter: str = ";") -> str:
    """The file of a form with these lines."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(
        [[c.heading for c in FORMATS[form].columns], *lines]
    )
    return out.getvalue()


class Figures(dict):
    """Figures by (key, indicator): figures["nation", "visits"].value."""


@dataclass
class Office:
    """A database, and a folder for the files that are handed in to it."""

    engine: Engine
    folder: Path
    numbers: count = field(default_factory=lambda: count(1))

    def path(self, form: str, *lines: list, name: str | None = None) -> Path:
        """A file of a form, on disk."""
        path = self.folder / (name or f"{form}-{next(self.numbers)}.csv")
        path.write_text(csv_text(form, *lines), encoding="utf-8")
        return path

    def take(self, path: Path, *, as_of: str | None = None, **options) -> Outcome:
        """Hand in a file that exists. as_of: ISO text."""
        moment = datetime.fromisoformat(as_of) if as_of else None
        return import_file(self.engine, path, Options(as_of=moment, **options), by="test")

    def hand_in(self, form: str, *lines: list, name: str | None = None, **options) -> Outcome:
        """Write a file of a form and hand it in; it must be accepted."""
        outcome = self.take(self.path(form, *lines, name=name), **options)
        assert outcome.accepted, [str(p) for p in outcome.problems]
        return outcome

    def withdraw(self, batch: int) -> Effect:
        """Take a batch out."""
        return write.withdraw(self.engine, batch, by="test")

    def withdraw_all(self) -> None:
        """Take every batch out that is in."""
        for (batch,) in self.rows("SELECT id FROM import_batch WHERE withdrawn_at IS NULL"):
            self.withdraw(batch)

    def figures(
        self,
        first="2025-01-01",
        last="2025-12-31",
        by="nation",
        sites=read.ALL,
        service=None,
        as_of=None,
    ) -> Figures:
        """The figures of every indicator, as pages and the command line have them."""
        days = date.fromisoformat(first), date.fromisoformat(last)
        with self.engine.connect() as connection:
            facts = gather(
                connection, sites, *days, by, service, date.fromisoformat(as_of) if as_of else None
            )
        return Figures(((f.key, f.indicator), f) for f in compute(facts, INDICATORS))

    def figure(self, indicator: str, key: str = "nation", **question) -> Figure:
        """One figure."""
        return self.figures(**question)[key, indicator]

    def differences(self) -> list[str]:
        """What differs from what the files say: rows that stand, rollups. Nothing, if all is well."""
        with self.engine.connect() as connection:
            return [*supersede.verify(connection), *rollup.verify(connection)]

    def rows(self, query: str, **values) -> list[tuple]:
        """The rows of a query."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def contents(self) -> dict[str, list[tuple]]:
        """Everything that files brought and what was computed from it, for comparison before and after."""
        there = set(inspect(self.engine).get_table_names())  # an older version lacks some
        return {
            table: sorted(self.rows(f"SELECT * FROM {table}"), key=repr)  # noqa: S608
            for table in BROUGHT
            if table in there
        }


def add_decisions(url: str, *scopes: str) -> None:
    """A decision on the median wait for each scope, of today."""
    engine = make_engine(url)
    for scope in scopes:
        what = f"guichet de plus ({scope})"
        decide(engine, "wait_p50", scope, today(), "le directeur", what, None, by="test")
    engine.dispose()


def close_site(connection: Connection, code: str, day: date | None) -> None:
    """Let the service of a site end before a day; for None, go on."""
    connection.execute(
        text(
            "UPDATE site_period SET closes_on = :day"
            " WHERE site_id = (SELECT id FROM site WHERE code = :code)"
        ),
        {"day": day, "code": code},
    )


def launch_site(connection: Connection, code: str, day: date) -> None:
    """Let a site have opened on a day: from then on its days are expected."""
    connection.execute(
        text("UPDATE site SET launched_on = :day WHERE code = :code"), {"day": day, "code": code}
    )


def never_answer(url: str) -> None:
    """No complaint was ever answered: each department has some to list, whatever chance made of the day."""
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE complaint SET resolved_on = NULL, outcome = NULL"))
    engine.dispose()


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


def shell(url: str, *argv, **environ: str) -> Said:
    """Run `python -m …` in a process of its own against the database at `url`; environ: other variables."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, argv)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "DATABASE_URL": url, **environ},
        timeout=300,
    )
    return Said(done.returncode, done.stdout, done.stderr)
