"""A setting changed is a word changed, everywhere: no page, slide, file or command keeps the usual value."""

import ast
import csv
import io
import os
import re
import subprocess
import sys
from datetime import timedelta

import openpyxl
import pptx
import pytest

from dashboard.answers.network import Fresh
from dashboard.period import today
from dashboard.settings import ROOT, load
from db.demo_load import load_demo
from db.engine import make_engine

CHANGED = {"WAIT_THRESHOLD_MINUTES": "20", "OPERATING_DAYS": "45", "STALE_DAYS": "12"}
BLANK = r"[\s\u00a0\u202f]*"
# Not the bar « 26 à 30 min » of a distribution, nor a wait that happens to be of 30 minutes.
USUAL = re.compile(
    rf"(?:\ben|d.au plus|après|courte est de) 30{BLANK}min|30{BLANK}derniers{BLANK}jours"
)
# What opens every page in turn and prints all its words.
PAGES = """
from dashboard.ui.navigation import PAGES
from tests.pages.app import sound, tables, visit_page, words
from tests.builders import KANDI
for spec in PAGES:
    at = sound(visit_page(spec.url_path, **({"centre": KANDI} if spec.url_path == "site" else {})))
    print(*words(at), *map(str, at), tables(at), sep="\\n")
"""
WRITTEN_OUT = re.compile(
    rf"\b(?:30|trente){BLANK}(?:min\b|minutes)|\b(?:30|trente|10|dix){BLANK}derniers jours"
)


@pytest.fixture(scope="module")
def url(sqlite):
    """The address of a database of fictitious data: words do not depend on the kind of database."""
    with sqlite.fresh() as found:
        engine = make_engine(found)
        load_demo(engine, 6_000, 20211221, by="test", progress=False)
        engine.dispose()
        yield found


@pytest.fixture(scope="module")
def said(url):
    """What Python prints with these arguments, under the changed settings."""

    def run(*argv: object) -> str:
        done = subprocess.run(
            [sys.executable, *map(str, argv)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env={**os.environ, **CHANGED, "DATABASE_URL": url},
        )
        assert done.returncode == 0, done.stderr[-2_000:]
        return done.stdout

    return run


def check(text: str, *wanted: str) -> None:
    """The words hold the changed settings, and nowhere the usual ones."""
    assert [found[0] for found in USUAL.finditer(text)] == []
    plain = re.sub(BLANK.replace("*", "+"), " ", text)
    assert [words for words in wanted if words not in plain] == []


def test_every_page_says_the_setting_in_force(said):
    check(
        said("-c", PAGES),
        "Reçus en 20 min ou moins",
        "Reçus en 20 minutes ou moins",
        "servis avec une attente d'au plus 20 minutes",
        "Le seuil d'une attente courte est de 20 minutes.",
        "dans les 45 derniers jours de la période",
        "une visite ou une clôture dans les 45 derniers jours.",
    )


@pytest.mark.parametrize("story", ["national", "attentes"])
def test_every_file_of_a_story_says_the_setting_in_force(said, tmp_path, story):
    said(
        *f"-m dashboard report --story {story} --format pptx,html,xlsx,txt --out".split(), tmp_path
    )
    files = {path.suffix: path for path in tmp_path.iterdir()}
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


def test_the_command_counts_with_the_setting_in_force(said, url):
    days = f"--from {today() - timedelta(days=365)} --to {today()}"
    text = said(*f"-m dashboard indicators {days} --by nation".split())
    check(text)
    shares = [
        next(
            row for row in csv.DictReader(io.StringIO(out)) if row["indicator"] == "wait_within_30"
        )
        for out in (text, usual(url, days))
    ]
    assert 0 < float(shares[0]["numerator"]) < float(shares[1]["numerator"])
    assert shares[0]["denominator"] == shares[1]["denominator"]


def usual(url: str, days: str) -> str:
    """What the command prints under the usual settings."""
    return subprocess.run(
        [sys.executable, *f"-m dashboard indicators {days} --by nation".split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DATABASE_URL": url},
    ).stdout


@pytest.mark.parametrize("days, stale", [("12", False), ("11", True)])
def test_data_are_old_from_the_setting_on(monkeypatch, days, stale):
    monkeypatch.setenv("STALE_DAYS", days)
    load.cache_clear()
    assert Fresh(today(), demo=False, age_days=12, empty=False).stale == stale
    load.cache_clear()


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
