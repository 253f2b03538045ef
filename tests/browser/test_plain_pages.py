"""A page of plain HTML that tests alone mount, beside the pages that Streamlit draws: the same menu, header and policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import served
from tests.browser.screen import open_page, unguarded
from tests.web.plain_page import SERVED, SPEC

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("plain")]


@pytest.fixture(scope="module")
def mounted(demo_file, tmp_path_factory) -> Iterator[str]:
    """The address of the application, as it is served to people, with one route more."""
    log = tmp_path_factory.mktemp("plain") / "server.log"
    process, address = served.start(f"sqlite:///{demo_file}", log, code=SERVED)
    yield address
    served.end(process)


def streamlit_menu(page: Page) -> dict[str, list[str]]:
    """The words of the menu that Streamlit draws: the pages beside the sections, under "", and those of each section."""
    menu = {"": page.get_by_test_id("stTopNavLink").all_inner_texts()}
    for section in page.get_by_test_id("stTopNavSection").all():
        section.click()
        links = page.get_by_test_id("stTopNavDropdownLink")
        expect(links.first).to_be_visible()
        menu[section.inner_text().split("\n")[0].strip()] = links.all_inner_texts()
        page.keyboard.press("Escape")
        expect(links).to_have_count(0)
    return menu


def plain_menu(page: Page) -> dict[str, list[str]]:
    """The same of a plain page."""
    menu = {"": page.locator("nav .wide > a").all_inner_texts()}
    for section in page.locator("nav .wide details").all():
        section.locator("summary").click()
        menu[section.locator("summary").inner_text()] = section.locator("a").all_inner_texts()
    return menu


def test_it_has_the_menu_of_the_other_pages_and_leads_to_them(page, mounted):
    open_page(page, mounted)
    theirs = streamlit_menu(page)
    bare = unguarded(page)
    page.goto(f"{mounted}/{SPEC.url_path}")
    expect(page.get_by_role("heading", level=1)).to_have_text(SPEC.heading)
    assert page.locator("html").get_attribute("lang") == "fr"
    expect(page.locator("#qui")).to_contain_text("lecteur local")
    expect(page.locator("header")).to_contain_text("Données fictives")
    ours = plain_menu(page)
    assert ours[SPEC.section].pop() == SPEC.title
    assert ours == theirs
    current = page.locator("nav .wide [aria-current=page]")
    assert current.all_inner_texts() == [SPEC.title]
    height = page.locator("header").bounding_box()["height"]
    assert 40 <= height <= 60  # as that of the other pages
    assert bare == []
    page.locator("nav .wide").get_by_text("Attentes", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Attentes")


def test_on_a_telephone_it_is_no_wider_than_the_screen(telephone, mounted):
    telephone.goto(f"{mounted}/{SPEC.url_path}")
    expect(telephone.get_by_role("heading", level=1)).to_be_visible()
    assert telephone.evaluate("document.documentElement.scrollWidth") <= 360
