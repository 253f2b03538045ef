"""A printed page: A4, its title, filters and date, whole tables and charts, and nothing that only acts."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.ui.navigation import PAGES
from tests.browser.screen import open_page, path, settled

pytestmark = pytest.mark.browser
PAPER = {"width": 703, "height": 1017}  # CSS pixels of A4 within its margins
ACTS = "[data-testid=stHeader], [data-testid=stSelectbox], [data-testid=stButton], [data-testid=stDownloadButton]"
# Charts and tables that reach beyond the paper, and tables of which something is out of sight.
CUT = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart] svg, .ccsp-table')]
  .filter(e => e.checkVisibility())
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.scrollHeight > e.clientHeight + 2
    && e.matches('.ccsp-table'))
  .map(e => `${e.className.baseVal ?? e.className} ${e.getBoundingClientRect().right}`)"""


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_a_page_is_printed_whole_and_says_what_it_is_about(page, app, spec):
    site = "centre=ccsp-kandi" if "centre" in spec.filters else "departement=Zou"
    open_page(page, f"{app}{path(spec.url_path)}?{site}")
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    settled(page)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".ccsp-state")).to_contain_text("données au")
    if spec.filters:
        expect(page.locator(".ccsp-fold")).to_contain_text("Kandi" if "centre" in site else "Zou")
    for acting in page.locator(ACTS).all():
        expect(acting).to_be_hidden()
    assert page.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]


def test_a_long_list_goes_on_over_several_sheets_of_a4(page, app):
    open_page(page, f"{app}/departement")
    expect(page.locator("[data-testid=stVegaLiteChart] svg")).not_to_have_count(0)
    page.wait_for_timeout(1_000)  # for the others
    printed = page.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", printed)
    assert len(sizes) > 2
    assert {(round(float(w)), round(float(h))) for w, h in sizes} <= {(595, 842), (596, 842)}
