"""What the map frames is what the lines beside it tell, whatever figure gives its colours; and each says why."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import (
    context,
    headlines,
    map,
    network,
    opening_answers,
    wait_headlines,
)
from dashboard.answers.question import Question
from dashboard.map_classes import CLASSES
from dashboard.period import add_months, month_end
from dashboard.settings import load_settings
from db.engine import make_engine
from tests.builders import COTONOU, KANDI, NIKKI, Office
from tests.invented import CHANGING, hand_in

OCTOBER = date(2026, 10, 1)
YEAR = Question(add_months(OCTOBER, -11), month_end(OCTOBER))
PLAIN = str.maketrans("\xa0\u202f", "  ")


@pytest.fixture(scope="module")
def planted(databases, tmp_path_factory) -> Iterator[str]:
    """The address of a network with a wait that grows, a fall and a rise of visits, a wait that shrinks, one bad month."""
    with databases.fresh() as url:
        engine = make_engine(url)
        hand_in(Office(engine, tmp_path_factory.mktemp("files")), CHANGING, OCTOBER, 46, 7)
        engine.dispose()
        yield url


@pytest.fixture
def told(planted, monkeypatch) -> Iterator[None]:
    """It, in use."""
    monkeypatch.setenv("DATABASE_URL", planted)
    load_settings.cache_clear()
    yield
    context.close_databases()
    load_settings.cache_clear()


def third(question: Question = YEAR) -> opening_answers.Reply:
    """The answer on what gets worse."""
    return opening_answers.replies(LOCAL_READER, question)[2]


def named(question: Question = YEAR) -> set[str]:
    """The sites that it names."""
    return {dict(n.link.filters)["centre"] for s in third(question).statements for n in s.names}


def in_alert(question: Question = YEAR) -> set[str]:
    """Those that it names for an alert, and not for a change or because they do better."""
    return {
        dict(n.link.filters)["centre"]
        for s in third(question).statements
        if "changement" not in s.words and "mieux" not in s.words
        for n in s.names
    }


def framed(question: Question, code: str) -> dict[str, str]:
    """The letter of each frame on the opening page's map, by site."""
    marks = map.plot(LOCAL_READER, question, code, every_signal=True).marks
    return {m["id"]: m["sign"]["letter"] for m in marks if m["sign"] and m["sign"]["letter"]}


def test_every_framed_site_is_named_beside_the_map_and_no_other(told):
    everywhere = [(), *((d,) for d in network.departments(LOCAL_READER))]
    assert len(named()) == len(CHANGING) - 1, "all but the one of which there is nothing to say"
    for departments in everywhere:
        question = replace(YEAR, departments=departments)
        for code in CLASSES:
            frames = framed(question, code)
            assert frames.keys() == named(question), (departments, code)
            assert {s for s, letter in frames.items() if letter == "!"} == in_alert(question)


def test_under_a_service_or_without_a_whole_month_neither_says_anything(told):
    for question in (
        replace(YEAR, service="cip"),
        Question(date(2026, 10, 5), date(2026, 10, 20)),
    ):
        assert not named(question) and not framed(question, "wait_p50")


def test_the_legend_says_that_frames_are_of_all_figures_and_a_slide_has_its_own(told):
    def rows(**how: bool) -> list[str]:
        legend = map.plot(LOCAL_READER, YEAR, "satisfaction", **how).legend
        return [r["label"].translate(PLAIN) for r in legend.rows if r.get("sign")]

    page, slide = rows(every_signal=True), rows()
    assert page and all(", quel que soit le chiffre, oct. 2026" in row for row in page)
    assert slide == ["alerte, oct. 2026"], "of satisfaction alone"


def test_a_mark_says_each_signal_and_why_and_a_large_gap_why_it_has_no_frame(told):
    marks = {
        m["id"]: m for m in map.plot(LOCAL_READER, YEAR, "satisfaction", every_signal=True).marks
    }
    tips = {site: "\n".join(m["tip"]).translate(PLAIN) for site, m in marks.items()}
    assert "Attente médiane, alerte ; octobre seul : " in tips[KANDI]
    assert "d'habitude, hors de ses variations habituelles" in tips[KANDI]
    assert "Alerte ; octobre seul : " in tips[COTONOU], "of the map's own figure"
    assert "changement ; octobre seul : " in tips[NIKKI]


def test_where_waits_are_in_alert_the_title_of_waits_says_so_first(told):
    said = wait_headlines.waits(LOCAL_READER, YEAR).translate(PLAIN)
    assert re.match(r"alertes? à .+ en octobre 2026 ; un usager sur deux a attendu", said)


def test_a_large_fall_of_visits_is_told_after_what_is_grave_and_as_a_change(told):
    statements = list(third().statements)
    names = [[n.text for n in s.names] for s in statements]
    at = next(n for n, s in enumerate(statements) if "de moins que d'habitude" in s.words)
    assert names[at : at + 2] == [["Malanville"], ["Nikki"]]
    before = [s.words.translate(PLAIN) for s in statements[:at]]
    assert before and all("(hors de ses variations habituelles" in words for words in before)
    first, others = statements[at], statements[at + 2 :]
    assert not any("contre" in s.words and "mieux" not in s.words for s in others)
    words = first.words.translate(PLAIN)
    assert (
        " % de moins que d'habitude en cette saison (changement, hors de ses variations habituelles"
        in words
    )
    assert "alerte" not in words and "mieux" not in words
    last = [s for s in others if "de plus que d'habitude en cette saison (changement" in s.words]
    assert [n.text for s in last for n in s.names] == ["Djougou"]
    assert (
        "bien moins d'usagers que d'habitude à Malanville et Nikki, en octobre 2026"
        in headlines.department(LOCAL_READER, YEAR)
    )
    assert "bien moins d'usagers que d'habitude en octobre 2026 (changement)" in headlines.site(
        LOCAL_READER, replace(YEAR, site=NIKKI)
    )


def test_what_gets_better_is_a_line_of_the_same_answer(told):
    better = [s for s in third().statements if "mieux" in s.words]
    assert [(s.join_names([n.text for n in s.names]), s.words) for s in better] == [
        ("Abomey (GSRU) et Covè", "vont mieux")
    ]
    assert third().statements[-1] == better[-1]
