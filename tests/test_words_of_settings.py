"""A setting changed is a word changed, everywhere: no page, slide, file or command keeps the usual value."""

import ast
import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import openpyxl
import pptx
import pytest

from dashboard.__main__ import main
from dashboard.answers.network import Freshness
from dashboard.period import today
from dashboard.settings import ROOT, load_settings

CHANGED = {"WAIT_THRESHOLD_MINUTES": "20", "OPERATING_DAYS": "45", "STALE_DAYS": "12"}
BLANK = r"[\s\u00a0\u202f]*"
# Not the bar « 26 à 30 min » of a distribution, nor a wait that happens to be of 30 minutes.
USUAL = re.compile(
    rf"(?:\ben|d.au plus|après|courte est de) 30{BLANK}min|30{BLANK}derniers{BLANK}jours"
)
# Opens every page in turn, starts a presentation, then runs commands: the words of all pages, whether what draws pictures was
# loaded before the presentation and after it began, and what each command said.
SESSION = """
import contextlib, io, json, sys
import dashboard.ui.cache_warming
from dashboard.__main__ import main
from dashboard.accounts.rights import LOCAL_READER
from dashboard.navigation import pages_of
from tests.pages.app import sound, tables, visit_page, words
from tests.builders import KANDI
shown, answers = [], []
for spec in pages_of(LOCAL_READER):
    at = sound(visit_page(spec.url_path, **({"centre": KANDI} if spec.url_path == "site" else {})))
    shown += [*words(at), *map(str, at), tables(at)]
drawn = ["vl_convert" in sys.modules]
at = visit_page("presenter")
at.session_state["presentation"] = {"running": 1}
sound(at.run())
drawn.append("vl_convert" in sys.modules)
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert main(arguments) == 0
    answers.append(said.getvalue())
print(json.dumps(["\\n".join(shown), drawn, *answers]))
"""
WRITTEN_OUT = re.compile(
    rf"\b(?:30|trente){BLANK}(?:min\b|minutes)|\b(?:30|trente|10|dix){BLANK}derniers jours"
)


@pytest.fixture(scope="module")
def url(sqlite):
    """The address of a database of fictitious data: words do not depend on the kind of database."""
    with sqlite.fresh(visits=6_000) as found:
        yield found


DAYS = f"--from {today() - timedelta(days=365)} --to {today()}"
INDICATORS = f"indicators {DAYS} --by nation".split()
STORIES = ("national", "attentes")


@dataclass(frozen=True)
class Told:
    """What is said under the changed settings: all words of the pages, what the command prints, the files of each story; and
    whether what draws pictures was loaded before a presentation was started, and then."""

    pages: str
    drawn: list[bool]
    indicators: str
    stories: Path


@pytest.fixture(scope="module")
def told(url, tmp_path_factory) -> Told:
    """All of it, by one Python of its own: words are made of the settings when they are first read."""
    folder = tmp_path_factory.mktemp("stories")
    report = "report --format pptx,html,xlsx,txt --story".split()
    commands = [INDICATORS, *([*report, s, "--out", str(folder / s)] for s in STORIES)]
    done = subprocess.run(
        [sys.executable, "-c", SESSION, json.dumps(commands)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **CHANGED, "DATABASE_URL": url},
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    pages, drawn, indicators, *_ = json.loads(done.stdout.splitlines()[-1])
    return Told(pages, drawn, indicators, folder)


@pytest.fixture
def usual(url, monkeypatch, capsys) -> Iterator[str]:
    """What the command prints under the usual settings."""
    monkeypatch.setenv("DATABASE_URL", url)
    load_settings.cache_clear()
    assert main(INDICATORS) == 0
    yield capsys.readouterr().out
    load_settings.cache_clear()


def check(text: str, *wanted: str) -> None:
    """The words hold the changed settings, and nowhere the usual ones."""
    assert [found[0] for found in USUAL.finditer(text)] == []
    plain = re.sub(BLANK.replace("*", "+"), " ", text)
    assert [words for words in wanted if words not in plain] == []


def test_every_page_says_the_setting_in_force(told):
    check(
        told.pages,
        "Reçus en 20 min ou moins",
        "Reçus en 20 minutes ou moins",
        "servis avec une attente d'au plus 20 minutes",
        "Le seuil d'une attente courte est de 20 minutes.",
        "dans les 45 derniers jours de la période",
        "une visite ou une clôture dans les 45 derniers jours.",
    )


def test_no_page_loads_what_draws_pictures_before_a_presentation_is_started(told):
    """Here, where one Python opens every page, and nothing else."""
    assert told.drawn == [False, True]


@pytest.mark.parametrize("story", STORIES)
def test_every_file_of_a_story_says_the_setting_in_force(told, story):
    files = {path.suffix: path for path in (told.stories / story).iterdir()}
    texts = {kind: files[kind].read_text(encoding="utf-8") for kind in (".html", ".txt")}
    texts[".pptx"] = "\n".join(
        node.text or ""
        for slide in pptx.Presentation(files[".pptx"]).slides
        for part in (slide, *([slide.notes_slide] if slide.has_notes_slide else []))
        for node in part.element.iter("{*}t")
    )
    texts[".xlsx"] = "\n".join(
        str(cell)
        for sheet in openpyxl.load_workbook(files[".xlsx"])
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    )
    for text in texts.values():
        check(text, "en 20 min")


def test_the_command_counts_with_the_setting_in_force(told, usual):
    check(told.indicators)
    shares = [
        next(
            row for row in csv.DictReader(io.StringIO(out)) if row["indicator"] == "wait_within_30"
        )
        for out in (told.indicators, usual)
    ]
    assert 0 < float(shares[0]["numerator"]) < float(shares[1]["numerator"])
    assert shares[0]["denominator"] == shares[1]["denominator"]


@pytest.mark.parametrize("days, stale", [("12", False), ("11", True)])
def test_data_are_old_from_the_setting_on(monkeypatch, days, stale):
    monkeypatch.setenv("STALE_DAYS", days)
    load_settings.cache_clear()
    assert Freshness(today(), today(), False, 12, False, 24, 24).is_stale == stale
    load_settings.cache_clear()


def test_no_text_of_ours_writes_a_setting_out():
    texts = [
        (file.relative_to(ROOT).as_posix(), node.value)
        for folder in ("dashboard", "pages", "db")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    texts += [
        (path.name, path.read_text(encoding="utf-8"))
        for path in [ROOT / "docs" / "guide.md", *(ROOT / "static").glob("ccsp-*.js")]
    ]
    assert len(texts) > 1_000
    assert [(name, found[0]) for name, text in texts for found in WRITTEN_OUT.finditer(text)] == []
