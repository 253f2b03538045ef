"""A reader seeks in vain; the data manager reads it, without his words that may be names, on a desk and on a telephone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from dashboard.period import today
from db.unanswered_searches import search_counts
from tests.browser import served
from tests.browser.handing_in import NARROW, fits
from tests.browser.house import House
from tests.browser.screen import open_page
from tests.browser.test_search import type_words
from tests.moved_time import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("small house")]


@pytest.fixture(scope="module")
def house(small_house) -> House:
    """A server on fictitious data, where people sign in."""
    return small_house


def wait_for(house: House, times: int) -> None:
    """Wait until so many searches are counted."""
    with house.engine() as engine:

        def counted() -> int:
            with engine.connect() as connection:
                return sum(one.times for one in search_counts(connection, today()))

        wait_until(lambda: counted() == times)


def test_who_seeks_in_vain_is_counted_and_the_data_manager_reads_it(house, chromium):
    visits = []

    def come(who, screen=served.SCREEN):
        visits.append(served.visit(chromium, viewport=screen))
        house.enter(who, visits[-1])
        return visits[-1].context.new_page()

    for who, typed in (("guest", "budget gbaguidi"), ("cabinet", "Budget Zinsou")):
        page = come(who)
        open_page(page, house.at)
        type_words(page, typed)
        expect(page.get_by_role("dialog")).to_contain_text("Il faudrait")
        with page.expect_response("**/chercher/sans-reponse") as told:
            page.keyboard.press("Escape")
        assert told.value.ok
    page = come("director")
    open_page(page, house.at)
    type_words(page, "âge des usagers")
    expect(page.get_by_role("dialog")).to_contain_text("Il faudrait")
    page.goto(f"{house.at}/guide")  # leaves with the box open
    wait_for(house, 3)
    for screen in (served.SCREEN, NARROW):
        page = come("manager", screen)
        open_page(page, house.at)
        type_words(page, "recherches sans réponse")
        page.keyboard.press("Enter")
        finding = page.get_by_role("heading", name="3 recherches sont restées sans réponse")
        expect(finding).to_be_in_viewport()
        row = page.get_by_role("row", name="« budget » et 1 autre mot")
        expect(row.get_by_role("cell").nth(1)).to_have_text("2")
        expect(page.locator("main")).not_to_contain_text("gbaguidi", ignore_case=True)
        fits(page)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page = come("cabinet")
    page.goto(f"{house.at}/chercher")
    expect(page.get_by_role("heading", name="Centres et départements")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("sans réponse")
    faults = [fault for one in visits for fault in one.faults()]
    for one in visits:
        one.context.close()
    assert faults == []
