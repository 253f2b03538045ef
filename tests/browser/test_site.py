"""A centre's page as it is used: who it is, when people come and wait side by side, a complaint opened from its list."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import served
from tests.browser.screen import open_page, settled

pytestmark = pytest.mark.browser
MAIN = "[data-testid=stMain]"  # what stands around it is looked at with every page
COMPLAINT = re.compile("^P-")
GRIDS = "[data-testid=stVegaLiteChart] svg"


def page_of(chromium, app: str, viewport: dict[str, int]) -> Page:
    page = served.visit(chromium, viewport=viewport).context.new_page()
    open_page(page, f"{app}/site?centre=ccsp-djougou")
    return page


@pytest.mark.parametrize("viewport", [served.SCREEN, served.TELEPHONE], ids=["screen", "telephone"])
def test_a_centre_is_told_in_one_strip_and_nothing_of_its_page_is_wider_than_the_screen(
    chromium, app, viewport
):
    page = page_of(chromium, app, viewport)
    strip = page.locator(".ccsp-strip")
    for label in ("Où", "Ouvert le", "Heures d'ouverture", "Dernier jour connu", "Direction"):
        expect(strip.locator("dt", has_text=label)).to_be_visible()
    expect(strip).to_contain_text("commune de Djougou, Donga")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    violations = [
        f"{v['id']}: {[node['target'] for node in v['nodes']][:3]}"
        for v in Axe().run(page, context=MAIN).response["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert violations == []
    page.context.close()


def test_both_grids_stand_side_by_side_on_the_same_axes_with_their_numbers_beneath(chromium, app):
    page = page_of(chromium, app, served.SCREEN)
    headings = page.get_by_role("heading", name=re.compile("^On (vient|attend)"))
    expect(headings).to_have_count(2)
    # Measured at one moment: what is drawn above meanwhile moves both.
    came, waits = headings.evaluate_all("all => all.map(e => e.getBoundingClientRect().y)")
    assert came == pytest.approx(waits, abs=2)
    left, right = page.locator(GRIDS).nth(0), page.locator(GRIDS).nth(1)
    for hour in ("8 h", "10 h", "16 h"):
        for grid in (left, right):
            expect(grid.get_by_text(hour, exact=True)).to_have_count(1)
    heights = page.locator(GRIDS).evaluate_all(
        "all => all.slice(0, 2).map(e => e.getBoundingClientRect().height)"
    )
    assert heights[0] == heights[1] > 0
    fold = page.locator(".st-key-site_attentes_pli summary")
    fold.click()
    table = page.locator(".ccsp-table[aria-label='Quand on attend']")
    expect(table.locator("tbody tr").first).to_contain_text("tous les jours")
    expect(table.locator("thead")).to_contain_text("Attentes")
    page.context.close()


def test_a_complaint_opens_from_its_list_and_closes_again(chromium, app):
    page = served.visit(chromium, viewport=served.SCREEN).context.new_page()
    open_page(page, f"{app}/plaintes")
    page.get_by_role("link", name=COMPLAINT).first.click()
    heading = page.get_by_role("heading", name=re.compile("^Plainte P-.* en cours depuis"))
    expect(heading).to_be_visible()
    assert re.search("/site.*plainte=[a-z-]+[.]P-", page.url)
    settled(page)
    page.get_by_role("button", name="Refermer la plainte").click()
    expect(heading).to_have_count(0)
    assert "plainte=" not in page.url
    page.context.close()
