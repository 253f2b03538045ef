"""« To add something » of the README is true: each thing is added to a copy by exactly what its row says, and comes out."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.project import copied, run

# What pages show, in words: opened in the copy without a browser.
OPENED = """
import io, json, re, sys
import openpyxl
import streamlit as st
from streamlit.testing.v1 import AppTest
from dashboard.exports.xlsx import xlsx
from dashboard.ui import panel_display
from dashboard.navigation import PAGES
from tests.pages.app import cards, heading, read_tables
menu, real = [], st.navigation
def navigation(pages, **more):
    menu[:] = [(section, page.title, page.url_path) for section, of in pages.items() for page in of]
    return real(pages, **more)
st.navigation = navigation
at = AppTest.from_file("streamlit_app.py", default_timeout=60)
at.query_params.update(json.loads(sys.argv[1]))
shown = {}
for address in sys.argv[2:]:
    if address != "carte":  # where it opens
        at.switch_page(next(p.path for p in PAGES if p.url_path == address))
    at.run()
    assert not at.exception and not at.error, [e.value for e in (*at.exception, *at.error)]
    book = xlsx("t", (), panel_display.panels(at.session_state["panels_shown"]), demo=True)
    sent = "".join(e.proto.json_args for e in at.get("component_instance"))
    shown[address] = {
        "menu": menu,
        "titles": [heading(at)],
        "texts": [e.value for e in (*at.text, *at.subheader, *at.markdown)] + [e.proto.body for e in at.get("html")],
        "cards": [m.label for m in cards(at)],
        "choices": {s.key: s.options for s in at.selectbox},
        "first cells": [row[0] for table in read_tables(at) for row in table.rows],
        "map": re.sub(r"\\\\+u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), sent),
        "workbook": [v for sheet in openpyxl.load_workbook(io.BytesIO(book)) for row in sheet.values for v in row],
    }
print(json.dumps(shown, default=str))
"""


@dataclass(frozen=True)
class Copy:
    """A copy of the project, and the address of fictitious data of its own."""

    root: Path
    url: str

    def __truediv__(self, name: str) -> Path:
        return self.root / name


def asked(project: Copy, *arguments: str, **environ: str) -> str:
    """What Python prints in the copy, which it must do without failing."""
    done = run(project.root, *arguments, DATABASE_URL=project.url, **environ)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def add(path: Path, before: str, text: str) -> None:
    """Write a text into a file before the first place where another one stands."""
    old = path.read_text(encoding="utf-8")
    assert before in old
    path.write_text(old.replace(before, f"{text}{before}", 1), encoding="utf-8")


def append(path: Path, text: str) -> None:
    """Write a text at the end of a file, or into a new one."""
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


INDICATOR = """    Indicator(
        code="men_share",
        label="Part des hommes",
        short="Part des hommes",
        definition="Hommes parmi les usagers dont le sexe est renseigné.",
        numerator="hommes",
        denominator="visites dont le sexe est renseigné",
        unit="percent",
        direction="neither",
        minimum=10,
        source=REGISTER,
        limits="Exemple inventé.",
        dimensions=EVERYWHERE,
        measure=m.men_share,
        chart="share",
        classes=(41, 46, 51, 56),
        places=_at("period", "sites"),
    ),
"""
MEASURE = '''

def men_share(f: Facts) -> Measure:
    """Men among those whose sex is known."""
    men, women = f.counter("men"), f.counter("women")
    return ratio(men, men + women, 100, "sexe non renseigné")
'''
SCRIPT = '"""Nouvelles: an example."""\n\nimport streamlit as st\n\nst.text("Rien de neuf.")\n'
PAGE = '    PageSpec("pages/reading/news.py", "Comprendre", "Nouvelles", "Du neuf", "nouvelles"),\n'
PLACE = (
    "ccsp-abomey-calavi,CCSP,CCSP d'Abomey-Calavi,Abomey-Calavi,Atlantique,commune,6.45,2.36,,\n"
)


@pytest.fixture(scope="module")
def project(sqlite, tmp_path_factory) -> Iterator[Copy]:
    """A copy of the project with an indicator, a page, a site and a word more, each put where its row says."""
    with sqlite.fresh(visits=6_000) as url:
        copy = Copy(copied(tmp_path_factory.mktemp("project")), url)
        append(copy / "dashboard/indicators/measures.py", MEASURE)
        add(copy / "dashboard/indicators/__init__.py", ")\nBY_CODE = ", INDICATOR)
        append(copy / "pages/reading/news.py", SCRIPT)
        add(copy / "dashboard/navigation.py", '    PageSpec("pages/reading/def', PAGE)
        append(copy / "data/reference/sites.csv", PLACE)
        asked(copy, "-m", "db", "init")
        asked(copy, "-m", "db", "add", "service", "Légalisation de signature")
        yield copy


@pytest.fixture(scope="module")
def pages(project) -> dict[str, dict]:
    """What pages of the copy show, one after the other in a session that a link with filters begins."""
    filters = json.dumps({"indicateur": "men_share"})
    shown = asked(project, "-c", OPENED, filters, "carte", "definitions", "nouvelles", "site")
    return json.loads(shown.splitlines()[-1])


def test_an_indicator_is_one_function_and_one_entry(project, pages):
    page, texts = pages["carte"], pages["definitions"]["texts"]
    assert "Part des hommes" in page["cards"]
    assert "Part des hommes" in page["choices"]["filtre_indicateur"]
    assert "46 à moins de 51" in page["map"] and "Part des hommes" in page["map"]
    assert "Part des hommes" in page["workbook"]
    (defined,) = [text for text in texts if "<h2>Part des hommes</h2>" in text]
    assert "Exemple inventé." in defined and "men_share" not in defined  # codes are in the guide
    months = ("--from", "2026-01-01", "--to", "2026-06-30", "--by", "nation")
    rows = csv.DictReader(asked(project, "-m", "dashboard", "indicators", *months).splitlines())
    values = {row["indicator"]: row["value"] for row in rows}
    assert float(values["men_share"]) + float(values["women_share"]) == pytest.approx(100)


def test_a_page_is_one_script_and_one_line(pages):
    page = pages["nouvelles"]
    assert ["Comprendre", "Nouvelles", "nouvelles"] in page["menu"]
    assert page["titles"] == ["Du neuf"] and "Rien de neuf." in page["texts"]


def test_a_site_is_one_line_and_a_command(pages):
    assert "CCSP d'Abomey-Calavi" in pages["site"]["choices"]["filtre_centre"]
    assert "CCSP d'Abomey-Calavi" in pages["carte"]["choices"]["liste_centres"]
    assert "CCSP d'Abomey-Calavi" in pages["carte"]["first cells"]
    assert "CCSP d'Abomey-Calavi" in pages["carte"]["map"]


def test_a_word_of_a_list_is_a_command(pages):
    assert "Légalisation de signature" in pages["carte"]["choices"]["filtre_prestation"]


def test_a_right_is_one_entry(project):
    rights = project / "dashboard/accounts/rights.py"
    add(
        rights,
        '    "rebase": Right(',
        '    "reports": Right({Role.READER: Reach.COUNTRY}, content=True),\n',
    )
    words = asked(
        project,
        "-c",
        "from dashboard.accounts.rights import LOCAL_READER, Person, access_of, may, require_right;"
        " require_right(LOCAL_READER, 'reports');"
        " print(may(LOCAL_READER, 'reports'), may(Person('inconnu', 'stagiaire'), 'reports'),"
        " sorted(access_of(LOCAL_READER, {}).rights))",
    )
    assert (
        words.strip() == "True False ['complaint_texts', 'completeness', 'reports', 'return_texts']"
    )


SETTING = '    ministry: str = _text("MTFP", "Short name of the ministry, on opening slides")\n'
LINE = "| `MINISTRY` | MTFP | short name of the ministry, on opening slides |\n"
BOUNDED = '    late_days: int = _whole(45, (1, 90), "A complaint this old is late, in days")\n'
LATE = "| `LATE_DAYS` | 45 | a complaint this old is late, in days (1 to 90) |\n"
IN_FORCE = "from dashboard.settings import load_settings; print(load_settings().ministry, load_settings().late_days)"


def test_a_setting_is_one_field_and_one_line(project):
    for text, line in ((SETTING, LINE), (BOUNDED, LATE)):
        add(project / "dashboard/settings.py", "\n\ndef fields_by_name", text)
        add(project / "docs/settings.md", "\nWhere they are explained", line)
    assert asked(project, "-c", IN_FORCE).strip() == "MTFP 45"
    changed = {"MINISTRY": " Travail ", "LATE_DAYS": "60"}
    assert asked(project, "-c", IN_FORCE, **changed).strip() == "Travail 60"
    refused = run(project.root, "-m", "db", "status", DATABASE_URL=project.url, LATE_DAYS="91")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "LATE_DAYS : un nombre entier de 1 à 90 est attendu, lu « 91 »" in refused.stderr
    # The project's own tests take them in: the table has them, with what they are without a variable and their bounds.
    own = ("tests/test_papers.py", "tests/test_settings.py")
    chosen = "the_setting_with or no_setting_that or what_it_may_be or taken_to_its_bounds"
    asked(project, "-m", "pytest", "-q", "-n", "0", *own, "-k", chosen)
