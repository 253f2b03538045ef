"""Tables are sorted by their headings, and the names in them lead on without the application being loaded anew."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import open_page, settled, still

pytestmark = pytest.mark.browser

TABLE = ".ccsp-table"


def column(page: Page, at: int) -> list[str]:
    """The words of a column of the page's first table, from the top."""
    return page.locator(TABLE).first.locator(f"tbody tr > :nth-child({at})").all_inner_texts()


def test_a_heading_sorts_the_table_up_then_down_by_value(page, app):
    open_page(page, f"{app}/site")
    heading = page.locator(TABLE).first.get_by_role("button", name="Ouvert le", exact=True)

    def days() -> list[str]:
        cells = page.locator(TABLE).first.locator("tbody tr > :nth-child(3)[data-v]")
        return cells.evaluate_all("cells => cells.map((cell) => cell.dataset.v)")

    heading.click()
    assert days() == sorted(days()) and len(days()) > 10
    heading.focus()
    page.keyboard.press("Enter")
    assert days() == sorted(days(), reverse=True)
    assert page.locator("th[aria-sort=descending]").count() == 1
    page.locator(TABLE).first.get_by_role("button", name="Centre", exact=True).click()
    names = column(page, 1)
    assert names.index("CCSP d'Ouèssè") < names.index("CCSP d'Ouidah")


def test_a_sites_name_leads_to_its_page_with_the_filters_and_without_loading_anew(page, app):
    open_page(page, f"{app}/?periode=2025&departement=Zou")
    page.evaluate("window.still = 'the same document'")
    page.locator(TABLE).first.get_by_role("link", name="CCSP de Covè").click()
    expect(page).to_have_url(f"{app}/site?periode=2025&departement=Zou&centre=ccsp-cove")
    expect(page.get_by_text("commune de Covè")).to_be_visible(timeout=20_000)
    assert page.evaluate("window.still") == "the same document"
    page.go_back()
    expect(page.locator("iframe[title^=Carte]")).to_be_visible(timeout=20_000)
    expect(page).to_have_url(f"{app}/?periode=2025&departement=Zou")


def test_a_complaint_leads_to_its_site_and_the_list_of_departments_to_each(page, app):
    open_page(page, f"{app}/departement")
    page.locator(TABLE).first.get_by_role("link", name="Zou").click()
    expect(page).to_have_url(f"{app}/departement?departement=Zou")
    expect(page.locator("h1")).to_contain_text("usagers reçus sur 12", timeout=20_000)
    open_page(page, f"{app}/plaintes")
    waiting = page.locator(TABLE).first
    expect(waiting.locator("tbody tr").nth(5)).to_be_attached(timeout=20_000)
    days = waiting.locator("tbody tr > :nth-child(4)").evaluate_all(
        "cells => cells.map(cell => Number(cell.dataset.v))"
    )
    assert days == sorted(days, reverse=True) and len(days) > 5
    name = waiting.locator("tbody tr").first.get_by_role("link").nth(1).inner_text()
    waiting.locator("tbody tr").first.get_by_role("link").first.click()
    expect(page.locator(".st-key-filtre_centre input")).to_have_value(name, timeout=20_000)
    expect(page.locator("h1")).to_contain_text(name)


def test_without_a_site_the_page_of_sites_lists_them_all(page, app):
    open_page(page, f"{app}/site")
    expect(page.locator(f"{TABLE} tbody tr")).to_have_count(24, timeout=20_000)
    page.locator(TABLE).first.get_by_role("link", name="CCSP de Covè").click()
    expect(page).to_have_url(f"{app}/site?centre=ccsp-cove")
    expect(page.get_by_text("commune de Covè")).to_be_visible(timeout=20_000)


def test_a_press_on_a_bar_leads_where_the_link_of_its_table_leads(page, app):
    bars = ".mark-rect.role-mark path"
    for address, chart in (("plaintes?periode=2025", 0), ("attentes?departement=Zou", 0)):
        open_page(page, f"{app}/{address}")
        page.evaluate("window.still = 'the same document'")
        drawn = page.get_by_test_id("stVegaLiteChart").filter(has=page.locator(bars)).nth(chart)
        drawn.scroll_into_view_if_needed()
        fold = drawn.locator(
            "xpath=following::*[@data-testid='stExpander'][1]"  # of this chart
        )
        fold.locator("summary").click()
        link = fold.locator(".ccsp-table tbody a").first
        expect(link).to_be_visible(timeout=20_000)
        leads = link.evaluate("a => a.href")
        settled(page)
        still(page)
        bar, at = drawn.locator(bars).first, {"x": 5, "y": 5}
        bar.hover(position=at)
        expect(bar).to_have_css("cursor", "pointer")
        bar.click(position=at)
        expect(page).to_have_url(leads)
        assert page.evaluate("window.still") == "the same document"
        assert len(page.context.pages) == 1
        settled(page)
