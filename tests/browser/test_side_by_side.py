"""« Côte à côte » as it is used: from a department's page, read, changed, on a telephone too, open to everybody."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import served
from tests.browser.screen import open_page, settled

pytestmark = pytest.mark.browser
COMPARED = "/cote-a-cote?departement=Zou&avec=Borgou"


def page_of(chromium, app: str, path: str, viewport=served.SCREEN) -> Page:
    page = served.visit(chromium, viewport=viewport).context.new_page()
    open_page(page, app + path)
    return page


def serious(page: Page) -> list[str]:
    """What axe finds that is serious, but of the menu, which Streamlit makes of its own lists on a telephone."""
    menu = {"exclude": [["[data-testid=stSidebar]"]]}
    return [
        f"{v['id']}: {[node['target'] for node in v['nodes']][:4]}"
        for v in Axe().run(page, context=menu).response["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def test_a_department_is_compared_with_another_from_its_page(chromium, app):
    page = page_of(chromium, app, "/departement?departement=Zou")
    page.locator(".st-key-comparer_avec input").click()
    page.get_by_role("option", name="Borgou").click()
    page.wait_for_url("**/cote-a-cote?*")
    settled(page)
    expect(page.locator("h1")).to_contain_text("Borgou reçoit plus de monde par jour ouvert")
    assert "avec=Borgou" in page.url and "departement=Zou" in page.url
    row = page.get_by_role("row").filter(has_text="Usagers par jour ouvert")
    expect(row).to_contain_text("≠ Borgou reçoit plus de monde par jour ouvert.")
    page.get_by_text("Centres", exact=True).last.click()
    page.wait_for_url("**centre=*")
    settled(page)
    expect(page.locator(".ccsp-table th").nth(1)).not_to_contain_text("Zou")


@pytest.mark.parametrize("size", [served.SCREEN, served.TELEPHONE], ids=["desk", "telephone"])
def test_it_is_read_on_both_sizes_by_everybody(chromium, app, size):
    page = page_of(chromium, app, COMPARED, size)
    expect(page.locator("h1")).to_contain_text("Borgou")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert serious(page) == []


def test_a_name_that_does_not_exist_is_said_in_french(chromium, app):
    page = page_of(chromium, app, "/cote-a-cote?departement=Zou&avec=Nulle-Part")
    expect(page.get_by_text("« Nulle-Part » n'est pas un département connu")).to_be_visible()
    expect(page.get_by_text("Choisir deux à quatre centres")).to_be_visible()
