"""The dossier opened as whoever receives it opens it: from a file, without network, on any screen, by ear or by eye."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context, deck, network
from dashboard.answers.question import Question
from dashboard.exports import html
from dashboard.palette import SOFT
from dashboard.period import clip_period, resolve_period
from dashboard.settings import load_settings
from dashboard.stories import ready_story
from tests.browser import served
from tests.exports import decks

pytestmark = pytest.mark.browser
STORIES = ("national", "departement:Zou", "site:ccsp-allada", "plaintes", "attentes")
LIMIT = 500_000  # bytes: what a message carries where the network is poor


@pytest.fixture(scope="module")
def stories(demo_file):
    """The ready-made stories over the fictitious data, as dossiers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"sqlite:///{demo_file}")
        load_settings.cache_clear()
        last = network.freshness(LOCAL_READER).as_of
        period = clip_period(resolve_period("12m", last), last)
        question = Question(period.period.first, period.period.last)
        yield {
            name: html.dossier(deck.build(LOCAL_READER, question, ready_story(name), period))
            for name in STORIES
        }
        context.close_databases()
    load_settings.cache_clear()


@pytest.fixture
def opened(chromium, tmp_path):
    """opened(text, **settings): the file in a browser; at the end it asked for nothing and nothing went wrong."""
    sessions, path = [], tmp_path / "dossier.html"

    def show(text: str, **settings):
        path.write_text(text, encoding="utf-8")
        found = served.visit(chromium, **settings)
        sessions.append(found)
        page = found.context.new_page()
        page.goto(path.as_uri())
        return page

    yield show
    for found in sessions:
        found.context.close()
        assert [fault for fault in found.faults() if fault != f"outside: {path.as_uri()}"] == []


def serious(page) -> list[str]:
    """What axe finds serious or worse, and where."""
    return [
        f"{v['id']}: {v['nodes'][0]['target']}"
        for v in Axe().run(page).response["violations"]
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.xdist_group("stories")
@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_light_and_open_to_all(stories, opened, name):
    assert len(stories[name].encode()) < LIMIT
    page = opened(stories[name])
    assert serious(page) == []
    assert (
        page.locator("main > section").count() >= 11 and page.locator("svg[role=img]").count() >= 5
    )


@pytest.mark.parametrize(
    "settings",
    [{"color_scheme": "dark"}, {"viewport": {"width": 360, "height": 640}}],
    ids=["dark", "telephone"],
)
@pytest.mark.parametrize("name", ["whole", "extreme"])
def test_it_is_open_to_all_in_the_dark_and_on_a_telephone(opened, name, settings):
    page = opened(html.dossier(decks.DECKS[name]()), **settings)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_what_stands_on_dark_paper_is_light(opened):
    page = opened(html.dossier(decks.whole()), color_scheme="dark")
    seen = "e => getComputedStyle(e).fill"
    red, green, blue = (int(SOFT.dark[n : n + 2], 16) for n in (1, 3, 5))
    for words in ("Reçus en 30 min ou moins", "lundi"):
        axis = page.locator("svg text", has_text=words).first
        assert axis.evaluate(seen) == f"rgb({red}, {green}, {blue})"


def test_hostile_texts_do_nothing(opened):
    page = opened(html.dossier(decks.hostile()))
    assert page.locator("img, script, a[href^=http]").count() == 0
    assert page.get_by_text("<script>alert(1)</script>").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_contents_lead_to_the_part_named(opened):
    page = opened(html.dossier(decks.whole()))
    page.get_by_role("link", name="Centres comparés").first.click()
    assert page.locator("#partie-13").evaluate("e => Math.abs(e.getBoundingClientRect().top) < 40")


def test_on_paper_tables_are_whole(opened):
    page = opened(html.dossier(decks.whole()))
    table = page.locator(".table").filter(has_text="CCSP n° 39").first
    whole = "e => e.clientHeight >= e.scrollHeight"
    assert not table.evaluate(whole)
    page.emulate_media(media="print")
    assert table.evaluate(whole)


BEYOND = """() => [...document.querySelectorAll('.scroll')].flatMap(e => [...e.querySelectorAll('text')]
    .filter(t => t.getBoundingClientRect().right > e.getBoundingClientRect().right + 1).map(t => t.textContent))"""


@pytest.mark.parametrize("story", STORIES)
def test_no_word_of_a_figure_is_cut_where_another_typeface_is_wider(opened, stories, story):
    page = opened(stories[story])
    page.add_style_tag(content="text{font-family:'DejaVu Sans',Verdana,sans-serif!important}")
    assert page.evaluate(BEYOND) == []
