"""Signals: a line of the bulletin opens its chart, a decision is on the chart for good, a target is on the map."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from dashboard.indicators import BY_CODE
from tests.browser import served
from tests.browser.screen import choose, map_frame, open_page, settled, sites, still

pytestmark = pytest.mark.browser
WHAT = "ouvrir un second guichet"


@pytest.fixture(scope="module")
def own(shared, tmp_path_factory) -> Iterator[str]:
    """The address of an application on data which may be changed: one test notes a decision, the other sets a target."""
    with served.serve(f"sqlite:///{shared}", tmp_path_factory.mktemp("log") / "log") as address:
        yield address


def drawn_beside(page: Page, code: str) -> None:
    """Wait until the chart beside the bulletin is that of the indicator: its heading says so."""
    expect(page.locator(".st-key-serie_zone h2").first).to_contain_text(BY_CODE[code].label)


def test_each_line_of_the_bulletin_opens_its_chart_and_keeps_the_filters(page, app):
    open_page(page, f"{app}/signaux?departement=Zou")
    page.evaluate("() => { window.mark = 'here' }")
    found = page.locator(".ccsp-bulletin a")
    expect(found.nth(4)).to_be_attached()
    settled(page)
    for n in range(found.count()):
        link = found.nth(n)
        if link.locator("xpath=ancestor::details[not(@open)]").count():
            page.get_by_text("Le bulletin du mois").click()  # the sentences above it are unfolded
        query = parse_qs(urlparse(link.get_attribute("href")).query)
        link.click()
        settled(page)
        assert urlparse(page.url).path == "/signaux" and parse_qs(urlparse(page.url).query)[
            "departement"
        ] == ["Zou"]
        drawn_beside(page, query["indicateur"][0])
    assert page.evaluate("() => window.mark") == "here", "the application is not loaded anew"


def test_why_and_since_when_stand_in_sight_beside_each_signal(page, app):
    open_page(page, f"{app}/signaux")
    table = page.locator(".ccsp-table").first
    expect(table.locator("tbody tr").first).to_contain_text(
        "alerte, hors de ses variations habituelles"
    )
    assert table.evaluate("t => t.scrollWidth <= t.clientWidth"), "« Depuis » is not cut off"


def test_a_link_of_the_bulletin_can_be_sent(page, app):
    open_page(page, f"{app}/signaux")
    address = page.locator(".ccsp-bulletin a").filter(has_text=BY_CODE["left"].short).first
    open_page(page, f"{app}/{address.get_attribute('href').lstrip('./')}")
    drawn_beside(page, "left")


@pytest.mark.xdist_group("entered")
def test_a_decision_is_kept_for_the_series_it_is_about(own, page):
    open_page(page, f"{own}/signaux")
    page.get_by_text("Noter une décision", exact=True).click()
    still(page)  # it moves as it unfolds, and a list opened meanwhile closes again
    page.get_by_label("Ce qui est décidé").fill(WHAT)
    waited = page.locator("[data-testid=stDateInput] [data-placeholder=true]")
    assert waited.evaluate_all(
        "all => all.map(e => [getComputedStyle(e).fontSize, getComputedStyle(e, '::after').content.split('\"')[1]])"
    ) == [["0px", "jj"], ["0px", "mm"], ["0px", "aaaa"]], "an empty day waits in French"
    page.get_by_role("button", name="Noter").click()
    expect(page.get_by_text("Il faut dire qui agit.")).to_be_visible()
    page.get_by_label("Qui (une fonction, pas un nom)").fill("le directeur")
    page.get_by_role("button", name="Noter").click()
    expect(page.get_by_text("figure sur la courbe de suivi de la série")).to_be_visible()
    settled(page)
    open_page(page, page.url)  # again, with nothing kept in the browser
    expect(page.locator("td").filter(has_text=WHAT)).to_have_count(1)
    assert "centre=" in page.url, "the chart beside the bulletin is that of the series"


@pytest.mark.xdist_group("entered")
def test_a_target_is_on_the_map_until_it_is_removed(own, page):
    open_page(page, f"{own}/cibles")  # where it was: the address leads on
    page.get_by_text("Fixer une cible").click()
    still(page)  # it moves as it unfolds, and a list opened meanwhile closes again
    page.get_by_label("Valeur visée").fill("130")
    page.get_by_label("Source (texte, décision, plan)").fill("plan d'essai")
    choose(page, "cible_indicateur", BY_CODE["wait_within_30"].label)
    page.get_by_role("button", name="Fixer la cible").click()
    expect(page.get_by_text("n'est pas une valeur possible")).to_be_visible()
    page.get_by_label("Valeur visée").fill("5")
    page.get_by_role("button", name="Fixer la cible").click()
    expect(page.get_by_text("La cible est fixée")).to_be_visible()
    settled(page)
    open_page(page, f"{own}/?indicateur=wait_within_30")
    expect(sites(page).first).to_be_visible()
    expect(map_frame(page).locator(".legend")).to_contain_text("cible atteinte régulièrement")
    open_page(page, f"{own}/cibles")  # where it was: the address leads on
    page.get_by_text("Fixer une cible").click()
    still(page)  # it moves as it unfolds, and a list opened meanwhile closes again
    page.get_by_text("Retirer une cible", exact=True).click()
    page.get_by_role("button", name="Retirer", exact=True).click()
    expect(page.get_by_text("Aucune cible n'est fixée")).to_be_visible()
    settled(page)
    open_page(page, f"{own}/?indicateur=wait_within_30")
    expect(map_frame(page).locator(".legend")).to_contain_text("Taille")
    expect(map_frame(page).locator(".legend")).not_to_contain_text("cible")
