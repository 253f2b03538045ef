"""What is added to the reference data while the application runs is there at the next run of a page, without a restart."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context, figures, map, network
from dashboard.answers.question import Question
from dashboard.period import today
from dashboard.settings import load_settings
from db.__main__ import main
from db.seed import REFERENCE, seed
from tests.builders import KANDI, visit, waited
from tests.db.test_reference import collection, communes, outline
from tests.pages.app import link, payload, sound, visit_page, widget_words, words

CODE, NAME = "ccsp-djougou-essai", "CCSP de Djougou (essai)"
LINE = f"{CODE},CCSP,{NAME},Djougou,Donga,commune,9.70853,1.66598,2021-12-21,"
YEAR = Question(today() - timedelta(days=365), today())


@pytest.fixture
def running(office, database_url, monkeypatch):
    """The application at work on a database that already holds visits of one site."""
    office.hand_in("registre", waited(12, day=(today() - timedelta(days=3)).isoformat()))
    monkeypatch.setenv("DATABASE_URL", database_url)
    load_settings.cache_clear()
    yield office
    context.close_databases()
    load_settings.cache_clear()


@pytest.fixture
def longer(tmp_path) -> Path:
    """The reference data with a site more."""
    folder = shutil.copytree(REFERENCE, tmp_path / "reference")
    with (folder / "sites.csv").open("a", encoding="utf-8") as file:
        file.write(LINE + "\n")
    return folder


def marks(at: AppTest) -> list[str]:
    """The sites that the map's frame is given to draw."""
    text = str(payload(at))
    return [code for code in (KANDI, CODE) if code in text]


def test_a_new_site_is_on_open_pages_at_their_next_run(running, longer):
    at = sound(visit_page())
    assert marks(at) == [KANDI] and NAME not in widget_words(at)
    seed(running.engine, longer)
    sound(at.run())
    assert marks(at) == [KANDI, CODE] and NAME in widget_words(at)
    sound(at.selectbox(key="liste_centres").set_value(CODE).run())
    assert link(at)["centre"] == CODE and NAME in " ".join(words(at))


def test_a_new_site_is_in_every_answer_and_takes_files(running, longer):
    def answered() -> list[bool]:
        return [
            CODE in network.site_names(LOCAL_READER),
            CODE in figures.figures(LOCAL_READER, YEAR, "site"),
            CODE in {m["id"] for m in map.plot(LOCAL_READER, YEAR, "wait_p50").marks},
        ]

    assert answered() == [False] * 3
    expected = figures.figures(LOCAL_READER, YEAR, "nation")["nation"]["visits"].sites_expected
    seed(running.engine, longer)
    assert answered() == [True] * 3
    after = figures.figures(LOCAL_READER, YEAR, "nation")["nation"]["visits"]
    assert after.sites_expected == expected + 1
    running.hand_in("registre", visit(CODE, (today() - timedelta(days=2)).isoformat()))
    assert figures.figures(LOCAL_READER, YEAR, "site")[CODE]["visits"].value == 1


def test_a_new_word_of_a_list_is_among_the_filters_at_the_next_run(running, command):
    at = sound(visit_page())
    assert "Permis d'essai" not in widget_words(at)
    assert command(main, "add", "service", "Permis d'essai").code == 0
    assert "Permis d'essai" in widget_words(sound(at.run()))


def test_limits_that_are_loaded_reach_the_map_at_the_next_question(running, command, tmp_path):
    path = tmp_path / "limites.geojson"
    path.write_text(collection(*(outline(name) for name in communes())), encoding="utf-8")
    assert network.commune_source(LOCAL_READER) == ""
    said = command(main, "boundaries", path, "--source", "essai, libre")
    assert said.code == 0, said.err
    assert network.commune_source(LOCAL_READER) == "essai, libre"
    assert map.plot(LOCAL_READER, YEAR, "wait_p50").legend.credit == "essai, libre"
