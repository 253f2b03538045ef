"""The map: sites are there, a click or a key fills the panel, and the map is never rebuilt."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert, select

from db.engine import make_engine
from db.models import Commune, Site, SiteLocation
from db.shared_types import BEGINNING
from db.write_lock import write_transaction
from tests.browser import served
from tests.browser.screen import (
    choose,
    enlarge,
    figure,
    filter_by,
    frame_of_map,
    map_frame,
    open_page,
    panel,
    settled,
    site_name,
    sites,
    stands,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(page, app) -> Page:
    """The opening page, its map drawn; a note is left in the map's window, which a rebuilt frame would lose."""
    open_page(page, app)
    expect(sites(page)).to_have_count(24)
    map_frame(page).locator("body").evaluate("() => { window.mark = 'here' }")
    return page


def not_rebuilt(page: Page) -> None:
    """The note is still there."""
    assert map_frame(page).locator("body").evaluate("() => window.mark") == "here"


def test_both_panes_show_their_sites(opened):
    assert map_frame(opened).locator("path.site-south").count() == 12
    names = {site_name(mark) for mark in sites(opened).all()}
    assert len(names) == 24 and all(n.startswith(("CCSP", "GSRU")) for n in names)


@pytest.mark.pitfall(39)
@pytest.mark.parametrize("pane", ["site", "site-south"])
def test_a_click_fills_the_panel_and_keeps_the_map(opened, pane):
    mark = map_frame(opened).locator(f"path.{pane}").last  # the smallest: nothing lies on it
    name = site_name(mark)
    mark.click()
    expect(panel(opened, name)).to_be_visible()
    assert "centre=" in opened.url
    expect(mark).to_have_attribute("aria-pressed", "true")
    not_rebuilt(opened)
    opened.get_by_role("button", name="Revenir à l'ensemble").click()
    expect(panel(opened, name)).to_have_count(0)
    not_rebuilt(opened)


def test_an_enlarged_map_stays_so(opened):
    frame = frame_of_map(opened)
    enlarge(frame)
    mark = map_frame(opened).locator("path.site-south").last
    watched = sites(opened).first
    before = watched.bounding_box()
    mark.click()
    expect(panel(opened, site_name(mark))).to_be_visible()
    stands(frame)
    after = watched.bounding_box()
    assert (after["width"], after["height"]) == pytest.approx(
        (before["width"], before["height"]), abs=0.5
    )
    first = map_frame(opened).locator("path.department").first.bounding_box()
    assert first["width"] > 0
    assert (after["x"], after["y"]) == pytest.approx((before["x"], before["y"]), abs=1)
    not_rebuilt(opened)


def test_a_filter_and_an_indicator_redraw_the_same_map(opened):
    filter_by(opened, "departement", "Zou")
    expect(sites(opened)).not_to_have_count(24)
    assert sites(opened).count() > 0
    choose(opened, "filtre_indicateur", "Part des femmes")
    expect(map_frame(opened).locator(".legend b")).to_have_text(
        re.compile(r"^Part des femmes,\s\S+\s\d{4}\sà\s\S+\s\d{4}\s*$")
    )
    filter_by(opened, "departement", "Tous les départements")
    expect(sites(opened)).to_have_count(24)
    not_rebuilt(opened)


@pytest.mark.pitfall(30)
def test_the_keyboard_alone_picks_a_site(opened):
    focused = "() => document.activeElement?.matches('.site') ? document.activeElement.getAttribute('aria-label') : ''"
    opened.locator(".st-key-filtre_indicateur input").focus()
    for _ in range(12):
        opened.keyboard.press("Tab")
        label = map_frame(opened).locator("body").evaluate(focused)
        if label:
            break
    assert label, "no site within twelve presses of Tab"
    opened.keyboard.press("ArrowDown")
    label = map_frame(opened).locator("body").evaluate(focused)
    opened.keyboard.press("Enter")
    expect(panel(opened, label.split(",")[0])).to_be_visible()
    assert (
        map_frame(opened).locator("body").evaluate(focused).split(",")[0] == label.split(",")[0]
    ), "focus stays"
    not_rebuilt(opened)


@pytest.mark.pitfall(30)
def test_the_list_picks_a_site(opened):
    name = site_name(sites(opened).nth(3))
    whole = figure(opened).inner_text()
    choose(opened, "liste_centres", name)
    expect(panel(opened, name)).to_be_visible()
    expect(figure(opened)).not_to_have_text(whole)
    opened.get_by_role("link", name="Ouvrir la page de ce centre").click()
    expect(opened.locator("h1")).to_contain_text(name)


def framed(page: Page) -> set[str]:
    """The sites that bear a frame."""
    names = (
        map_frame(page)
        .locator("body")
        .evaluate("() => ccsp.data.sites.filter(s => s.sign && s.sign.letter).map(s => s.id)")
    )
    assert map_frame(page).locator("path.sign-frame").count() >= len(names)
    return set(names)


def named_in_lines(page: Page) -> set[str]:
    """The sites to whose pages the answer on what gets worse leads."""
    lines = page.locator(".ccsp-answers > div").filter(has_text="Ce qui se dégrade").locator("dd a")
    return {parse_qs(urlparse(a.get_attribute("href")).query)["centre"][0] for a in lines.all()}


def test_the_sites_that_are_framed_are_those_named_beside_the_map(opened):
    """Whatever figure gives the colours, and in each department."""
    seen = named_in_lines(opened)
    assert len(seen) > 3 and framed(opened) == seen
    for figure_chosen in ("Part des femmes", "Usagers satisfaits, selon le registre"):
        choose(opened, "filtre_indicateur", figure_chosen)
        expect(map_frame(opened).locator(".legend b")).to_contain_text(figure_chosen)
        assert framed(opened) == named_in_lines(opened) == seen
    expect(map_frame(opened).locator(".legend")).to_contain_text("quel que soit le chiffre")
    for department in ("Borgou", "Donga"):
        filter_by(opened, "departement", department)
        expect(sites(opened)).not_to_have_count(24)
        settled(opened)
        assert framed(opened) == named_in_lines(opened) <= seen
        filter_by(opened, "departement", "Tous les départements")
        expect(sites(opened)).to_have_count(24)
    not_rebuilt(opened)


# ---- more sites than can be named ---------------------------------------------------------------------------------

MANY = 90


@pytest.fixture(scope="module")
def grown(shared, tmp_path_factory) -> Iterator[str]:
    """The address of an application whose network has MANY sites, most of which have handed in nothing yet."""
    engine = make_engine(f"sqlite:///{shared}")
    with write_transaction(engine) as connection:
        communes = connection.execute(select(Commune).order_by(Commune.name)).all()
        for n in range(len(connection.execute(select(Site.id)).all()), MANY):
            at, name = communes[n % len(communes)], f"Site inventé {n}"
            new = insert(Site).values(code=f"s{n}", kind="CCSP", name=name, host="", aliases="")
            (site,) = connection.execute(new).inserted_primary_key
            place = {"commune_id": at.id, "lat": at.lat, "lon": at.lon, "valid_from": BEGINNING}
            connection.execute(insert(SiteLocation).values(site_id=site, **place))
    engine.dispose()
    with served.serve(f"sqlite:///{shared}", tmp_path_factory.mktemp("grown") / "log") as address:
        yield address


def named(page: Page) -> set[str]:
    """The names that stand on both panes of the map."""
    return set(map_frame(page).locator(".names text:not(.silent)").all_text_contents())


def counted(page: Page) -> tuple[int, int]:
    """How many sites have a name of how many are shown, as the legend says."""
    said = map_frame(page).locator(".legend .naming").inner_text()
    assert "muets ou avec un signal, puis les plus fréquentés" in said
    numbers = re.match(r"Centres nommés\s:\s(\d+) sur (\d+),", said)
    assert numbers, said
    return int(numbers[1]), int(numbers[2])


@pytest.mark.xdist_group("grown")
@pytest.mark.parametrize("tool", ["page", "telephone"])
def test_of_many_sites_the_map_says_which_are_named(grown, request, tool):
    page = request.getfixturevalue(tool)
    open_page(page, grown)
    expect(sites(page)).to_have_count(MANY)
    assert counted(page) == (len(named(page)), MANY) and 24 <= len(named(page)) <= 60
    assert "Bembèrèkè" in {name.replace("CCSP de ", "") for name in named(page)}, "which is silent"


@pytest.mark.xdist_group("grown")
@pytest.mark.parametrize("tool", ["page", "telephone"])
def test_a_mark_without_a_name_says_it_when_it_is_pressed(grown, request, tool):
    page = request.getfixturevalue(tool)
    open_page(page, grown)
    expect(sites(page)).to_have_count(MANY)
    bare = map_frame(page).locator("path.site[aria-label^='Site inventé 8']").last
    name, written = site_name(bare), map_frame(page).locator(".names text")
    before, count = named(page), written.count()
    bare.scroll_into_view_if_needed()
    bare.tap() if tool == "telephone" else bare.click()
    expect(map_frame(page).locator(".card b")).to_have_text(name)
    expect(panel(page, name)).to_be_visible()
    expect(written).to_have_count(count + 1)
    assert named(page) > before, "its own, on the map too"


@pytest.mark.xdist_group("grown")
def test_names_appear_where_the_map_is_enlarged(grown, page):
    open_page(page, grown)
    expect(sites(page)).to_have_count(MANY)
    before, (_, shown) = named(page), counted(page)
    for _ in range(2):
        enlarge(frame_of_map(page))
    assert named(page) - before and counted(page)[1] < shown
    map_frame(page).get_by_role("button", name="Revenir à la vue d'ensemble").click()
    expect(map_frame(page).locator(".legend .naming")).to_contain_text(f"sur {MANY}")
    assert named(page) == before
