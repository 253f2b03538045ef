"""Tables are sorted by their headings, and the names in them lead on without the application being loaded anew."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import open_page

pytestmark = pytest.mark.browser

TABLE = ".ccsp-table"


def column(page: Page, at: int) -> list[str]:
    """The words of a column of the page's first table, from the top."""
    return page.locator(TABLE).first.locator(f"tbody tr > :nth-child({at})").all_inner_texts()


def test_a_heading_sorts_the_table_up_then_down_by_value(page, app):
    open_page(page, f"{app}/")
    heading = page.locator(TABLE).first.get_by_role("button", name="Usagers reçus", exact=True)
    values = lambda: [  # noqa: E731
        int("".join(c for c in text if c.isdigit())) for text in column(page, 2)
    ]
    heading.click()
    assert values() == sorted(values()) and len(values()) > 20
    heading.focus()
    page.keyboard.press("Enter")
    assert values() == sorted(values(), reverse=True)
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
