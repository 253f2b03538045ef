"""What README says to do to add something to what is shown and taken away is enough: done in a copy, it comes out."""

import json
from collections.abc import Iterator
from pathlib import Path

import pptx
import pytest

from tests.project import copied, run

# Each as the table of README says: a file or lines put after the last line of one, or before a line of it.
EXPORT = '''"""A story's headlines, one a line."""

from dashboard.panel import Deck


def headlines(deck: Deck) -> str:
    return "\\n".join(slide.headline for slide in deck.slides)
'''
ENTRY = '    "md": Export("dashboard.exports.headlines", "headlines", "text/markdown", "Titres"),\n'
SLIDE = """

@slide("mot", "Un mot pour finir", question="Qui a quelque chose à dire ?")
def _word(about: Subject, _: str) -> HeadlineAndPanel:
    return f"Merci, {about.scope}", Panel("mot", "Mot", Lines(("La séance est levée.",)))
"""
STORY = '    "courte": ReadyStory("Une revue courte", _steps("ouverture mot")),\n'
PANEL = """

@cached
def counted(view: View, question: Question, key: str) -> Panel:
    rows = [(text_cell("Centres vus"), count_cell(len(view.network.places)))]
    return Panel(key, "Ce qui est vu", table=make_table((("Quoi", ""), ("Combien", "count")), rows))
"""
SHOWN = """
from dashboard.ui import panel_display

panel_display.panel(waits.counted(person, question, "centres_vus"))
"""

PAGES = """
import json
from dashboard.exports import EXPORTS
from tests.pages.app import go, link, read_tables, sound, visit_page

at = visit_page("carte", histoire="courte")
at.query_params["histoire"] = "courte"
story = sound(go(at, "presenter"))
story = sound(story.toggle(key="preparer").set_value(True).run())
waits = sound(visit_page("attentes"))
print(json.dumps({
    "buttons": [button.proto.label for button in story.get("download_button")],
    "kinds": story.selectbox(key="ajouter_quoi").options,
    "stories": story.selectbox(key="choix_histoire").options,
    "slides": [words.value for words in story.markdown],
    "tables": [sorted(table.head) for table in read_tables(waits)],
}))
"""


def put(path: Path, lines: str, before: str = "") -> None:
    """Write lines into a file, before the first line that begins with these words, or at its end."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    at = text.index(f"\n{before}") + 1 if before else len(text)
    path.write_text(text[:at] + lines + text[at:], encoding="utf-8")


@pytest.fixture(scope="module")
def project(sqlite, tmp_path_factory) -> Iterator[tuple[Path, str]]:
    """A copy with an export, a slide, a story and a panel more; and the address of fictitious data."""
    root = copied(tmp_path_factory.mktemp("project"))
    put(root / "dashboard/exports/headlines.py", EXPORT)
    put(root / "dashboard/exports/__init__.py", ENTRY, before='    "txt": Export(')
    put(root / "dashboard/answers/slides.py", SLIDE)
    put(root / "dashboard/stories.py", STORY, before='    "plaintes": ReadyStory(')
    put(root / "dashboard/answers/waits.py", PANEL)
    put(root / "pages/steering/waits.py", SHOWN)
    with sqlite.fresh(visits=6_000) as address:
        yield root, address


@pytest.fixture(scope="module")
def pages(project) -> dict:
    """What the copy's pages show."""
    root, address = project
    done = run(root, "-c", PAGES, DATABASE_URL=address)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def files(project, tmp_path_factory) -> dict[str, Path]:
    """The files of the story that was added, by extension, in every format that there is."""
    (root, address), folder = project, tmp_path_factory.mktemp("files")
    arguments = ("report", "--story", "courte", "--out", str(folder))
    done = run(root, "-m", "dashboard", *arguments, DATABASE_URL=address)
    assert done.returncode == 0, done.stderr[-3000:]
    return {path.suffix: path for path in folder.iterdir()}


HEADLINE = "Merci, Tout le réseau"


def test_an_export_is_a_function_and_an_entry(pages, files):
    assert pages["buttons"] == [
        "Diapositives (PowerPoint)",
        "Dossier (PDF)",
        "Dossier (une page web)",
        "Tableaux (Excel)",
        "Titres",
    ]
    assert set(files) == {".pptx", ".pdf", ".html", ".xlsx", ".md", ".txt"}
    assert files[".md"].read_text(encoding="utf-8").splitlines() == ["Une revue courte", HEADLINE]
    assert files[".md"].name.startswith("ccsp-courte-")


def test_a_slide_is_one_function(pages, files):
    assert "Un mot pour finir" in pages["kinds"]
    shown = list(pptx.Presentation(str(files[".pptx"])).slides)[-1]
    texts = [shape.text_frame.text for shape in shown.shapes if shape.has_text_frame]
    assert shown.shapes.title.text_frame.text == HEADLINE
    assert {"La séance est levée.", "À discuter\u00a0: Qui a quelque chose à dire ?"} <= set(texts)
    page = files[".html"].read_text(encoding="utf-8")
    assert HEADLINE in page and "La séance est levée." in page


def test_a_ready_made_story_is_one_entry(pages):
    assert "Une revue courte" in pages["stories"]
    assert sum("**Un mot pour finir**" in words for words in pages["slides"]) == 1


def test_a_panel_is_one_function_and_the_line_that_shows_it(pages):
    assert ["Combien", "Quoi"] in pages["tables"]
