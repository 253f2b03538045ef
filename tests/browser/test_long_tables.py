"""A list of more rows than a page shows: gone through, also by the keyboard, sorted whole, at its first page after a filter."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser import served
from tests.browser.screen import choose, filter_by, go, open_page, settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("long tables")]
COLUMNS = "batch_id, site_id, received_on, category_id, service_id, channel_id, retained"
SAID = re.compile(r"Lignes ([\d\s]+) à ([\d\s]+) sur ([\d\s]+), page (\d+) sur (\d+)")


@pytest.fixture(scope="module")
def waiting(shared, tmp_path_factory) -> Iterator[str]:
    """The address of an application whose complaints were never answered, and came four times."""
    with closing(sqlite3.connect(shared)) as base, base:
        base.execute("UPDATE complaint SET resolved_on = NULL, outcome = NULL")
        for n in range(3):
            base.execute(
                f"INSERT INTO complaint (reference, {COLUMNS}) SELECT reference || '-' || ?, {COLUMNS} FROM complaint"  # noqa: S608
                " WHERE superseded_by IS NULL AND reference NOT LIKE '%-_'",
                (n,),
            )
    with served.serve(f"sqlite:///{shared}", tmp_path_factory.mktemp("log") / "log") as address:
        yield address


def said(page: Page) -> list[int]:
    """The first row, the last, how many there are, the page and how many pages, as the list says."""
    found = SAID.match(page.locator(".ccsp-rows").first.inner_text())
    assert found
    return [int("".join(part.split())) for part in found.groups()]


def stands_at(page: Page, number: int) -> None:
    """Wait until the list is at that page."""
    expect(page.locator(".ccsp-rows").first).to_contain_text(re.compile(rf"page {number} sur"))
    settled(page)


def references(page: Page) -> list[str]:
    """The references on the page of the list."""
    return page.locator(".ccsp-table").first.locator("tbody tr > :first-child").all_inner_texts()


def test_from_the_last_page_another_filter_leads_to_the_first(page, waiting):
    open_page(page, f"{waiting}/plaintes")
    assert len(references(page)) == 100
    first, last, total, number, pages = said(page)
    assert (first, last, number) == (1, 100, 1) and total > 200 and pages == -(-total // 100)
    number_field = page.get_by_role("spinbutton", name=f"Page, de 1 à {pages}")
    number_field.fill(str(pages))
    number_field.press("Enter")
    stands_at(page, pages)
    assert said(page)[1] == total and len(references(page)) == total - 100 * (pages - 1)
    expect(page.get_by_role("button", name="Suivantes")).to_be_disabled()
    go(page, "Attentes")
    settled(page)
    go(page, "Plaintes")
    stands_at(page, pages)  # the same question
    filter_by(page, "type", "CCSP")
    stands_at(page, 1)
    assert 200 < said(page)[2] < total


def test_the_keyboard_goes_on_from_page_to_page_and_no_row_is_lost(page, waiting):
    open_page(page, f"{waiting}/plaintes?departement=Zou,Borgou,Atlantique,Littoral,Mono")
    *_, total, _, pages = said(page)
    found = references(page)
    page.get_by_role("button", name="Suivantes").focus()
    for number in range(2, pages + 1):
        page.keyboard.press("Enter")
        stands_at(page, number)
        found += references(page)
    assert len(found) == len(set(found)) == total
    # The button is off now: what comes next is the list itself, and not the top of the page.
    page.keyboard.press("Tab")
    expect(page.locator(".ccsp-table").first).to_be_focused()


def test_all_rows_are_sorted_and_not_those_of_the_page(page, waiting):
    open_page(page, f"{waiting}/plaintes")
    assert page.locator(".ccsp-table").first.get_by_role("button").count() == 0
    oldest = page.locator(".ccsp-table").first.locator("tbody tr > :nth-child(5)").first
    before = oldest.get_attribute("data-v")
    choose(page, "en_cours_tri", "Reçue le, décroissant")
    expect(page.locator(".ccsp-rows").first).to_contain_text("par ordre décroissant de")
    settled(page)
    days = (
        page.locator(".ccsp-table")
        .first.locator("tbody tr > :nth-child(5)")
        .evaluate_all("cells => cells.map(cell => cell.dataset.v)")
    )
    assert days == sorted(days, reverse=True) and days[0] > before
    expect(page.locator("th[aria-sort=descending]").first).to_contain_text("Reçue le")


def test_on_paper_the_rows_are_named_and_nothing_that_only_acts_is_there(page, waiting):
    open_page(page, f"{waiting}/plaintes")
    page.emulate_media(media="print")
    expect(page.locator(".ccsp-rows").first).to_be_visible()
    expect(page.get_by_role("button", name="Suivantes")).to_be_hidden()
    expect(page.locator(".st-key-en_cours_page")).to_be_hidden()
    expect(page.locator(".st-key-en_cours_tri")).to_be_hidden()


def test_the_choices_fit_on_a_telephone(telephone, waiting):
    open_page(telephone, f"{waiting}/plaintes")
    for one in telephone.locator(".st-key-en_cours_lignes :is(button, input)").all():
        box = one.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 360
    assert telephone.evaluate("document.documentElement.scrollWidth") <= 360
