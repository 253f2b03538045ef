"""docs/command-line.md: its examples, typed one after the other in a database of their own, do what it says."""

import csv
import json
import re
import shlex
from datetime import timedelta

import pytest

from dashboard.__main__ import main as dashboard
from dashboard.period import today
from dashboard.settings import ROOT, load_settings
from db.__main__ import main as db

PAPER = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
MAINS = {"db": db, "dashboard": dashboard}
LATER = re.compile(r'\$\(date -d "\+(\d+) days" \+%F\)')
EXAMPLES = re.findall(
    r"^python -m .+$", "".join(re.findall(r"^```\n(.*?)^```$", PAPER, re.M | re.S)), re.M
)


def command_of(line: str) -> tuple[str, ...]:
    """What a line asks for: the program, the command, and of accounts the action."""
    _, _, program, name, *more = shlex.split(line, comments=True)
    return (program, name, more[0]) if name == "accounts" else (program, name)


@pytest.fixture
def place(monkeypatch, tmp_path):
    """An empty folder with the settings of the paper, and limits of communes as somebody was given them."""
    monkeypatch.chdir(tmp_path)
    exported = re.search(r"^export (.*)$", PAPER, re.M)[1]
    for name, value in (pair.split("=", 1) for pair in exported.split()):
        monkeypatch.setenv(name, value)
    load_settings.cache_clear()
    (tmp_path / "build").mkdir()
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    with (ROOT / "data" / "reference" / "communes.csv").open(encoding="utf-8") as file:
        communes = [row["commune"] for row in csv.DictReader(file)]
    ring = [[2.0, 8.0], [2.1, 8.0], [2.0, 8.1], [2.0, 8.0]]
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for name in communes
    ]
    (tmp_path / "build" / "communes.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8"
    )
    yield tmp_path
    load_settings.cache_clear()


def test_every_example_does_what_it_says(place, capsys):
    for line in EXAMPLES:
        dated = LATER.sub(lambda found: str(today() + timedelta(days=int(found[1]))), line)
        _, _, program, *arguments = shlex.split(dated, comments=True)
        code = MAINS[program](arguments)
        said = capsys.readouterr()
        assert code == (1 if "# refused" in line else 0), f"{line}\n{said.out}{said.err}"
        assert said.out or said.err or "sessions" in line, line  # nobody is signed in
    written = {path.name for path in (place / "build").rglob("*")}
    assert {"try.db", "ccsp.db", "ccsp-sans-mots.db", "zou"} <= written
    assert {path.suffix for path in (place / "build" / "zou").iterdir()} == {".txt", ".xlsx"}


def test_every_command_of_the_tables_has_an_example():
    tables = [line for line in PAPER.splitlines() if line.startswith("| `python -m ")]
    told = {command_of(re.search(r"`([^`]+)`", line)[1]) for line in tables}
    told |= {  # « · `close NAME` »: a second command of the row's own kind
        ("dashboard", "accounts", word) for line in tables for word in re.findall(r"· `(\w+)", line)
    }
    assert told == {command_of(line) for line in EXAMPLES}


def test_every_option_of_import_has_an_example():
    options = set(re.findall(r"^\| `(--[\w-]+)", PAPER, re.M))
    shown = " ".join(line for line in EXAMPLES if line.startswith("python -m db import"))
    assert {option for option in options if option not in shown} == {"--as-of"}
    assert "--as-of" in " ".join(EXAMPLES)
