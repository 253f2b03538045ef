"""Whatever is typed after a command, it ends soon with 0, 1 or 2 and a sentence: every argument of every command line, with
hostile days, numbers, words and files. Which arguments there are is asked of the parsers; a new command fails until it has a
line in USUAL."""

import argparse
import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import make_url

from dashboard.__main__ import day
from dashboard.__main__ import main as dashboard_main
from dashboard.__main__ import parser as dashboard_parser
from dashboard.accounts import account_changes, account_rules, guest_links
from dashboard.answers import context
from dashboard.period import today
from dashboard.settings import load_settings
from db import backup
from db.__main__ import main
from db.command_arguments import kept, parser, span
from db.engine import make_engine
from db.reference_commands import hours, point
from tests.builders import Office, Said, complaint, csv_text, monthly, visit
from tests.conftest import CHANCE
from tests.db.test_reference import collection, communes, outline

# A tenth of what is hostile is tried, the same in each run; ARGUMENTS=all tries each.
PART, EACH = 10, os.environ.get("ARGUMENTS") == "all"
SECONDS = 60  # some of what is asked for takes five; what has no end has no end
RUNS: dict[str, tuple[Callable[..., int], Callable[[], argparse.ArgumentParser]]] = {
    "db": (main, parser),
    "dashboard": (dashboard_main, dashboard_parser),
}

# What people type, by program and command; {names} are those of `Desk.names`.
USUAL: dict[tuple[str, ...], dict[str, str]] = {
    ("db", "init"): {},
    ("db", "demo"): {"visits": "40"},
    ("db", "purge-demo"): {},
    ("db", "import"): {"files": "{register}"},
    ("db", "withdraw"): {"batch": "1"},
    ("db", "date"): {"batch": "1"},
    ("db", "status"): {},
    ("db", "verify"): {},
    ("db", "retain"): {},
    ("db", "erase-text"): {"site": "ccsp-kandi", "reference": "P1"},
    ("db", "erase-return"): {"site": "ccsp-kandi", "month": "2025-03"},
    ("db", "backup"): {"file": "{new}"},
    ("db", "prove"): {"file": "{copy}"},
    ("db", "restore"): {"file": "{copy}", "force": ""},
    ("db", "go-back"): {"copy": "{copy}"},
    ("db", "add"): {"kind": "service", "label": "Carte"},
    ("db", "site", "add"): {"kind": "CCSP", "commune": "Abomey", "why": "essai"},
    ("db", "site", "set"): {"code": "ccsp-kandi", "name": "CCSP de Kandi-Centre", "why": "essai"},
    ("db", "site", "close"): {"code": "ccsp-kandi", "day": "2025-06-02", "why": "essai"},
    ("db", "site", "reopen"): {"code": "ccsp-kandi", "day": "2025-06-02", "why": "essai"},
    ("db", "site", "move"): {"code": "ccsp-kandi", "day": "2025-06-02", "commune": "Banikoara", "why": "essai"},
    ("db", "site", "hours"): {"code": "ccsp-kandi", "day": "2025-06-02", "hours": "lundi-vendredi=08:00-17:00", "why": "essai"},
    ("db", "holiday", "add"): {"day": "2025-06-04", "label": "Fête", "why": "essai"},
    ("db", "holiday", "remove"): {"day": "2025-08-01", "why": "essai"},
    ("db", "director"): {"department": "Zou", "director": "DDTFP du Zou", "day": "2025-01-01", "why": "essai"},
    ("db", "service"): {"code": "suivi-carriere", "deadline": "15", "why": "essai"},
    ("db", "reference", "list"): {},
    ("db", "reference", "undo"): {"number": "1", "why": "essai"},
    ("db", "boundaries"): {"file": "{outlines}", "source": "essai"},
    ("dashboard", "indicators"): {"first": "2025-01-01", "last": "2025-12-31", "by": "month"},
    ("dashboard", "target"): {"indicator": "wait_p50", "scope": "nation", "value": "15", "source": "plan"},
    ("dashboard", "decide"): {"indicator": "wait_p50", "scope": "nation", "who": "directeur", "what": "agir"},
    ("dashboard", "rebase"): {"indicator": "wait_p50", "scope": "nation", "month": "2025-01-01", "why": "travaux"},
    ("dashboard", "report"): {"story": "plaintes", "out": "{new}", "format": "txt"},
    ("dashboard", "table"): {"by": "site"},
    ("dashboard", "accounts", "add"): {"name": "kofi", "role": "cabinet"},
    ("dashboard", "accounts", "set"): {"name": "awa", "role": "cabinet"},
    ("dashboard", "accounts", "list"): {},
    ("dashboard", "accounts", "disable"): {"name": "awa"},
    ("dashboard", "accounts", "reset"): {"name": "awa"},
    ("dashboard", "accounts", "unbind"): {"name": "awa"},
    ("dashboard", "accounts", "close"): {"name": "awa"},
    ("dashboard", "accounts", "guest"): {"what": "atelier", "until": "{today}"},
    ("dashboard", "accounts", "guests"): {},
    ("dashboard", "accounts", "revoke"): {"number": "1"},
    ("dashboard", "accounts", "sessions"): {},
    ("dashboard", "check-server"): {},
}  # fmt: skip
# What is refused as it stands, for want of something to do; all else is done.
NOTHING_TO_DO = {
    ("db", "purge-demo"), ("dashboard", "accounts", "unbind"), ("db", "site", "reopen"), ("db", "reference", "undo"),
    ("dashboard", "check-server")
}  # fmt: skip
EMPTY = {("db", "demo")}  # what wants a database without anything
NUMBERS = count(1)

WORDS = [
    "",
    "\n\n",
    "x" * 100_000,
    "é" * 5_000,
    "'; DROP TABLE visit; --",
    "\u202e<b>&amp;",
    "%s {0} ${x}",
    "\udce9",
    ",,,",
]
DAYS = ["0001-01-01", "9999-12-31", "1999-12-31", "2025-02-29", "2025-13-01", "", "hier", "20250101", "2025-W01-1",
        "2025-01-01T00:00", "٢٠٢٥-٠١-٠١", "-1", "10000-01-01"]  # fmt: skip
MOMENTS = [*DAYS, "0001-01-01T00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "2025-11-30T24:00", "2025-11-30T10:00+99:00",
           "2025-11-30T10:00Z", "2025-11-30T10:00:00.000001+01:00"]  # fmt: skip
SPANS = [":", "a:b", "2025-01-01", "0001-01-01:9999-12-31", "0001-01-01:2025-01-01", "2025-01-01:9999-12-31",
         "2000-01-01:{today}", "2025-03-02:2025-03-01", "2025-03-01:2025-03-01:2025-03-01", ""]  # fmt: skip
WHOLE = ["0", "-1", "2147483648", "9223372036854775808", "1" * 5_000, "1e3", "", "٣", "0x10"]
REAL = ["nan", "inf", "-inf", "1e309", "-0.0", "5e-324", "", "1,5", "1_0", "-1", "1e15"]
FILES = ["", ".", "/", "/dev/null", "/dev/zero", "/proc/kmsg", "{pipe}", "{folder}", "{missing}", "{loop}", "{empty}",
         "{noise}", "{text}", "{database}", "x" * 300, "{copy}/x", "{deep}", "\udce9.csv", "{register}"]  # fmt: skip
HOURS = ["lundi", "lundi=", "lundi=8-17", "lundi=08:00-25:00", "lundi=17:00-08:00", "dimanche-lundi=08:00-17:00", "",
         "lundi=08:00-17:00;", "monday=08:00-17:00", "lundi=٠٨:00-17:00", "lundi=08:61-17:00"]  # fmt: skip
POINTS = [
    "",
    "7",
    "7,",
    ",2",
    "7,2,3",
    "nan,nan",
    "inf,2",
    "48.8,2.3",
    "7;2",
    "1e308,1e308",
    "-7,-2",
]
KEPT = [
    "",
    "7",
    "7,5",
    "7,5,12,1",
    "0,0,0",
    "-1,5,12",
    "7;5;12",
    "1e3,5,12",
    "٧,5,12",
    "9" * 5_000 + ",5,12",
]
KINDS = {kept: KEPT, day: DAYS, hours: HOURS,
         point: POINTS, date.fromisoformat: DAYS, datetime.fromisoformat: MOMENTS, span: SPANS,
         int: WHOLE, float: REAL, Path: FILES}  # fmt: skip


def leaves(
    top: argparse.ArgumentParser, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command of a parser, with its own parser."""
    below = [a for a in top._actions if isinstance(a, argparse._SubParsersAction)]
    if not below:
        yield path, top
    for action in below:
        for name, one in action.choices.items():
            yield from leaves(one, (*path, name))


COMMANDS = {
    path: one for program, (_, make) in RUNS.items() for path, one in leaves(make(), (program,))
}


def arguments(path: tuple[str, ...]) -> list[argparse.Action]:
    """What may be typed after a command, but its switches and its help."""
    return [a for a in COMMANDS[path]._actions if a.nargs != 0]


def hostile(action: argparse.Action) -> list[str]:
    """Values that nobody should type there."""
    return WORDS if action.choices else KINDS.get(action.type, WORDS)


def argv(path: tuple[str, ...], values: dict[str, str]) -> list[str]:
    """A command with values by destination, in the order of the parser; options with « = », for values may begin with a dash."""
    typed, placed = list(path[1:]), []
    for action in COMMANDS[path]._actions:
        if action.dest not in values:
            continue
        value = values[action.dest]
        if not action.option_strings:
            placed.append(value)
        else:
            option = max(action.option_strings, key=len)
            typed.append(option if action.nargs == 0 else f"{option}={value}")
    return [*typed, *(["--"] if any(v.startswith("-") for v in placed) else []), *placed]


class Endless(BaseException):
    """A command did not end."""


@contextmanager
def soon() -> Iterator[None]:
    """Within it, what takes longer than SECONDS is ended."""

    def end(*_: object) -> None:
        raise Endless

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Desk:
    """Somebody at a terminal, in a folder of his own, with databases that hold a little of everything."""

    def __init__(self, databases, folder: Path, monkeypatch, capsys) -> None:
        self.databases, self.folder = databases, folder
        self.patch, self.capsys = monkeypatch, capsys
        self.template: Path | None = None
        monkeypatch.chdir(folder)
        made = (
            "folder",
            "empty",
            "noise",
            "text",
            "deep",
            "loop",
            "pipe",
            "missing",
            "copy",
            "outlines",
            "register",
        )
        self.names = {"today": str(today()), **{name: str(folder / name) for name in made}}
        (folder / "folder").mkdir()
        (folder / "empty").touch()
        (folder / "noise").write_bytes(bytes(range(256)) * 64)
        (folder / "text").write_text('{"features": [[]], "x": "é"}', encoding="utf-8")
        (folder / "deep").write_text("[" * 100_000)
        (folder / "loop").symlink_to(folder / "loop")
        os.mkfifo(folder / "pipe")
        (folder / "outlines").write_text(collection(*map(outline, communes())), encoding="utf-8")
        (folder / "register").write_text(csv_text("registre", visit(ref="9")), encoding="utf-8")
        with databases.fresh() as url:
            fill(url, folder)
            engine = make_engine(url)
            backup.backup(engine, folder / "copy")
            engine.dispose()
            if databases.name == "sqlite":
                self.template = folder / "template"
                shutil.copyfile(engine.url.database, self.template)

    @contextmanager
    def database(self, *, filled: bool = True) -> Iterator[str]:
        """The address of a fresh one, which commands find."""
        with self.databases.fresh() as url:
            if filled and self.template:
                shutil.copyfile(self.template, make_url(url).database)
            elif filled:
                fill(url, self.folder)
            self.patch.setenv("DATABASE_URL", url)
            load_settings.cache_clear()
            yield url
            context.close_databases()
            load_settings.cache_clear()

    def type(self, path: tuple[str, ...], values: dict[str, str], url: str, number: int) -> Said:
        """What a command answers. number: of this try, whose new files have names of their own."""
        names = {
            **self.names,
            "new": str(self.folder / f"new-{number}"),
            "database": make_url(url).database,
        }
        typed = argv(path, {n: replaced(value, names) for n, value in values.items()})
        run, _ = RUNS[path[0]]
        self.capsys.readouterr()
        try:
            with soon():
                code = run(typed)
        except SystemExit as ended:
            code = ended.code
        except BaseException as error:
            error.add_note(f"after {[one[:80] for one in typed]}")
            raise
        return Said(code, *self.capsys.readouterr())


def replaced(value: str, names: dict[str, str]) -> str:
    for name, text in names.items():
        value = value.replace(f"{{{name}}}", text)
    return value


def fill(url: str, folder: Path) -> None:
    """A register, a complaint with its words, an account, a link of guests."""
    engine = make_engine(url)
    office = Office(engine, folder)
    office.hand_in("registre", visit(ref="1"), visit(day="2025-04-03"))
    office.hand_in("plaintes", complaint("P1", subject="attente"))
    office.hand_in("canevas", monthly(month="03/2025", reasons="attente"))
    account_changes.add(
        engine, "awa", account_rules.AccountChanges("cabinet", None, None, None), "test"
    )
    guest_links.make_link(engine, "atelier", today(), None, "test")
    engine.dispose()


@pytest.fixture
def desk(databases, tmp_path, monkeypatch, capsys, programs_of_the_server) -> Desk:
    return Desk(databases, tmp_path, monkeypatch, capsys)


def test_every_command_has_its_usual_line():
    assert set(USUAL) == set(COMMANDS)


@pytest.mark.parametrize("path", USUAL, ids=" ".join)
def test_whatever_is_typed_ends_soon_with_a_sentence(desk, path):
    filled = path not in EMPTY
    with desk.database(filled=filled) as url:
        said = desk.type(path, USUAL[path], url, 0)
        assert said.code == (path in NOTHING_TO_DO), said  # else what follows would try nothing
    typed = [(action.dest, value) for action in arguments(path) for value in hostile(action)]
    if typed and not EACH:
        typed = random.Random(" ".join(path) + CHANCE).sample(typed, 1 + len(typed) // PART)
    # A database for each, or on PostgreSQL, where one takes longer, for all.
    for some in [[one] for one in typed] if desk.template else [typed]:
        with desk.database(filled=filled) as url:
            for dest, value in some:
                said = desk.type(path, {**USUAL[path], dest: value}, url, next(NUMBERS))
                what = (path, dest, value[:60], said)
                assert said.code in (0, 1, 2), what
                assert "Traceback" not in said.out + said.err, what
                assert said.code == 0 or said.out + said.err, what
