"""A database that is told what to do by the command line alone, in this process or in one that is killed, and asked by SQL."""

import io
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import text

from dashboard.settings import ROOT, load_settings
from db import __main__, console, schema
from db.engine import make_engine
from db.network_state import NetworkState, load_network_state
from db.write_lock import write_transaction
from tests import clock
from tests.builders import Said, complaint, csv_text, visit
from tests.histories.model import COMPLAINTS, VISITS, Paper
from tests.network_states import FiguresByDigest, differences

# What the process that is killed runs: the command, and its end after so many seconds.
KILLED = """
import os, signal, sys, threading
from db import __main__
threading.Timer(float(sys.argv[1]), os.kill, (os.getpid(), signal.SIGKILL)).start()
code = __main__.main(sys.argv[2:])
sys.stdout.flush()
os._exit(code)
"""
EVENING = "T20:00"
GRAMMAR = cache(__main__.parser)  # to build it costs more than many a command
ASKED = {
    VISITS: "SELECT s.code, r.day, r.arrived_at, r.called_at - r.arrived_at, r.source_ref FROM visit r",
    COMPLAINTS: "SELECT s.code, r.received_on, r.resolved_on, r.reference FROM complaint r",
}


def lines(paper: Paper) -> list[list]:
    """The lines of a file as its form has them."""
    if paper.form == VISITS:
        return [
            visit(
                r.site, str(r.day), _time(r.arrived), _time(r.arrived + r.wait), outcome="servi", ref=r.reference
            )
            for r in paper.rows
        ]  # fmt: skip
    return [
        complaint(r.reference, r.site, str(r.day), str(r.answered or ""), subject=r.words)
        for r in paper.rows
    ]


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@dataclass
class Base:
    """A database, its folder of copies, and the day that it is there."""

    url: str
    folder: Path
    today: date
    state: NetworkState | None = None
    figures: FiguresByDigest = field(default_factory=FiguresByDigest)

    def __post_init__(self) -> None:
        self.engine = make_engine(self.url)

    def command(self, *argv: object, **settings: str) -> Said:
        """Run one command of `python -m db`."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**self._environment(), **settings}.items():
                patch.setenv(name, value)
            # One engine for all commands keeps the statements that it has compiled, half of the work.
            patch.setattr(console, "make_engine", lambda _: self.engine)
            patch.setattr(__main__, "parser", GRAMMAR)
            load_settings.cache_clear()
            with redirect_stdout(out), redirect_stderr(err):
                code = __main__.main([str(a) for a in argv])
        load_settings.cache_clear()
        return Said(code, out.getvalue(), err.getvalue())

    def _environment(self) -> dict[str, str]:
        ahead = clock.stand(f"{self.today}{EVENING}").total_seconds()
        place = str(self.folder / "copies")
        return {"DATABASE_URL": self.url, "COPIES": place, clock.CLOCK: str(ahead)}

    def killed(self, seconds: float, *argv: object, **settings: str) -> int | None:
        """Run one and kill it after so long; its exit code, None where it was killed."""
        self.engine.dispose()
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(seconds), *map(str, argv)],
            cwd=ROOT,
            env={**os.environ, **self._environment(), **settings},
            capture_output=True,
        )
        with write_transaction(self.engine):
            pass  # a server may still be undoing what it did
        return done.returncode if done.returncode >= 0 else None

    def write(self, paper: Paper) -> Path:
        """The file on disk."""
        path = self.folder / paper.name
        path.write_text(csv_text(paper.form, *lines(paper)), encoding="utf-8")
        return path

    def rows(self, query: str) -> list[tuple]:
        """The rows of a query."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def counts(self, form: str) -> Counter:
        """The rows of a form that count."""
        asked = f"{ASKED[form]} JOIN site s ON s.id = r.site_id WHERE r.superseded_by IS NULL"
        return Counter(
            tuple(str(v) if isinstance(v, date) else v for v in row) for row in self.rows(asked)
        )

    def words(self) -> Counter:
        """(site, reference, words) of all that are kept."""
        return Counter(
            self.rows(
                "SELECT s.code, c.reference, t.subject FROM complaint_text t"
                " JOIN complaint c ON c.id = t.complaint_id JOIN site s ON s.id = c.site_id"
            )
        )

    def stale_state(self) -> list[str]:
        """What differs between the state of the network as it is carried from one time to the next, and all of it read anew."""
        with self.engine.connect() as connection:
            self.state = load_network_state(connection, self.state)
            stale = differences(self.state, load_network_state(connection))
            return stale + self.figures.differences(connection, self.state)

    def batches(self) -> list[int]:
        """The numbers of all files that came in."""
        return [n for (n,) in self.rows("SELECT id FROM import_batch ORDER BY id")]

    def live(self) -> set[int]:
        """The numbers of those that were not taken out."""
        asked = "SELECT id FROM import_batch WHERE withdrawn_at IS NULL"
        return {n for (n,) in self.rows(asked)}

    def until(self) -> dict[str, date]:
        """Before which days the terms of rows were carried out."""
        rows = self.rows(
            "SELECT what, before FROM retention WHERE what IN ('visit', 'complaint', 'complaint_text')"
        )
        return {what: date.fromisoformat(str(before)[:10]) for what, before in rows}

    def listed(self) -> tuple[set[tuple[str, str]], dict[str, date]]:
        """What the list beside the copies says was erased: complaints, terms of rows."""
        ((own,),) = self.rows("SELECT own FROM database_identity")
        path = self.folder / "copies" / f"effacements-{own}.json"
        held = json.loads(path.read_text()) if path.exists() else {"words": [], "terms": {}}
        terms = {what: date.fromisoformat(day[:10]) for what, day in held["terms"].items()}
        of_rows = ("visit", "complaint", "complaint_text")
        return {tuple(w) for w in held["words"]}, {w: d for w, d in terms.items() if w in of_rows}

    def listed_texts(self) -> set[str]:
        """The digests of words that the list says went at a term."""
        ((own,),) = self.rows("SELECT own FROM database_identity")
        path = self.folder / "copies" / f"effacements-{own}.json"
        held = json.loads(path.read_text())["texts"] if path.exists() else {}
        return {one for some in held.values() for one in some}

    def leftovers(self) -> list[str]:
        """Whole copies under names that nobody knows."""
        return [
            p.name for p in self.folder.rglob("*") if p.name.startswith((".copie-", ".en-cours"))
        ]

    def go_down(self, revision: str) -> None:
        """An older version of the application is installed."""
        self.engine.dispose()
        schema.downgrade(self.engine, revision)

    def named_copies(self) -> list[Path]:
        """The copies that the application dated by itself."""
        return sorted((self.folder / "copies").glob("*-version-*"))

    def close(self) -> None:
        """Let it go."""
        self.engine.dispose()
