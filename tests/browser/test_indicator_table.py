"""The table of indicators: sorted at a heading, filtered as one types, its address kept, on a telephone and on a projector."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import open_page
from tests.browser.served import TELEPHONE

pytestmark = pytest.mark.browser

TABLE, FIELD = ".ccsp-indicators", ".ccsp-typed input"
LONG = 20_000  # milliseconds


def names(page: Page) -> list[str]:
    """What the rows that can be seen are called, without the whole's."""
    return page.locator(f"{TABLE} tbody tr:visible th").all_inner_texts()


def test_a_heading_sorts_and_the_address_and_the_keyboard_follow(page, app):
    open_page(page, f"{app}/departement")
    expect(page.locator(TABLE)).to_be_visible(timeout=LONG)
    at_first = names(page)
    assert len(at_first) == 12
    page.locator(f"{TABLE} thead a", has_text="Plaintes pour").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{TABLE} th[aria-sort=descending]")).to_contain_text(
        "Plaintes", timeout=LONG
    )
    expect(page.locator(f"{TABLE} th[aria-sort] a")).to_be_focused(timeout=LONG)
    assert "tri=-complaints_per_1000" in page.url and sorted(names(page)) == sorted(at_first)
    values = page.locator(f"{TABLE} tbody tr td:nth-of-type(5)").evaluate_all(
        "cells => cells.map((cell) => parseFloat(cell.firstChild.textContent.replace(',', '.')))"
    )
    assert values == sorted(values, reverse=True) and len(set(values)) > 5
    expect(page.locator(f"{TABLE} tfoot th")).to_have_text("L'ensemble")


def test_rows_are_filtered_as_one_types_and_the_address_says_so_afterwards(page, app):
    open_page(page, f"{app}/departement?lignes=centres")
    expect(page.locator(f"{TABLE} tbody tr")).to_have_count(24, timeout=LONG)
    page.locator(FIELD).fill("ZÔU cove")
    assert names(page) == ["CCSP de Covè"]
    expect(page).to_have_url(f"{app}/departement?lignes=centres&filtre=Z%C3%94U+cove", timeout=LONG)
    expect(page.locator(FIELD)).to_be_focused()
    page.locator(FIELD).fill("xyz")
    expect(page.locator(".ccsp-none")).to_be_visible()
    page.locator(FIELD).fill("")
    assert len(names(page)) == 24
    expect(page).to_have_url(f"{app}/departement?lignes=centres", timeout=LONG)


def test_an_address_brings_its_columns_order_and_words(page, app):
    asked = "lignes=centres&colonnes=left,satisfaction&tri=-left&filtre=alibori"
    open_page(page, f"{app}/departement?{asked}")
    expect(page.locator(FIELD)).to_have_value("alibori", timeout=LONG)
    assert sorted(names(page)) == ["CCSP de Kandi", "CCSP de Malanville"]
    heads = page.locator(f"{TABLE} thead th a").all_inner_texts()
    assert [head.replace("\xa0", " ") for head in heads] == [
        "Centre",
        "Partis sans être reçus",
        "Satisfaits, selon le registre",
    ]
    page.get_by_text("Prestations", exact=True).click()
    expect(page.locator(f"{TABLE} thead th").first).to_have_text("Prestation", timeout=LONG)
    assert "lignes=prestations" in page.url and "filtre" not in page.url
    assert "colonnes=left" in page.url


def test_on_a_telephone_the_table_scrolls_by_itself_and_its_names_stay(page, app):
    page.set_viewport_size(TELEPHONE)
    open_page(page, f"{app}/departement")
    expect(page.locator(TABLE)).to_be_visible(timeout=LONG)
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    first = page.locator(f"{TABLE} tbody th").first
    left = first.bounding_box()["x"]
    moved = page.locator(TABLE).evaluate(
        "table => { table.scrollLeft = 200; return [table.scrollLeft, table.scrollWidth > table.clientWidth]; }"
    )
    assert moved == [200, True] and abs(first.bounding_box()["x"] - left) < 2


def test_on_a_telephone_a_name_stands_beside_its_box_and_the_first_figures_are_on_the_screen(
    telephone, app
):
    open_page(telephone, app)
    rows = telephone.locator(f"{TABLE} tbody tr")
    rows.first.scroll_into_view_if_needed()
    for row in rows.all():
        box, name = (row.locator(part).bounding_box() for part in (".ccsp-tick input", "th a"))
        assert box and name and box["x"] + box["width"] <= name["x"]
        wait = row.locator("td:visible").nth(1).bounding_box()
        assert wait and wait["x"] + wait["width"] <= TELEPHONE["width"]
