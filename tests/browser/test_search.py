"""« Chercher »: a press or « / » on any page, a word or two, and the page of the answer."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.browser.screen import open_page, settled, until

pytestmark = pytest.mark.browser


def type_words(page: Page, words: str) -> None:
    """Open the box by its key, and type."""
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Chercher")).to_be_focused()
    page.keyboard.type(words)


def test_a_centre_is_two_presses_away_from_the_opening_page_with_its_figure(page, app):
    open_page(page, app)
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "/chercher/" in one.url else None)
    page.get_by_role("button", name="Chercher").click()
    page.keyboard.type("nikki atente")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("Nikki · attente médiane")
    expect(first).to_contain_text(re.compile(r"\d+\smin"))
    assert len([url for url in asked if url.endswith("/index")]) == 1
    assert len([url for url in asked if "/valeurs" in url]) < len("nikki atente") / 2
    page.evaluate("window.still = true")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("CCSP de Nikki")
    assert page.evaluate("window.still")  # without loading the application anew
    assert "centre=ccsp-nikki" in page.url


def test_the_box_is_a_combobox_that_the_keyboard_alone_can_use_and_nothing_in_it_is_at_fault(
    page, app
):
    open_page(page, app)
    type_words(page, "attente")
    box = page.get_by_role("combobox", name="Chercher")
    expect(box).to_have_attribute("aria-expanded", "true")
    options = page.get_by_role("option")
    first = box.get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    second = box.get_attribute("aria-activedescendant")
    assert first != second and page.locator(f"#{second}").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") == first
    assert options.count() > 3
    found = Axe().run(page, context="#ccsp-search")
    assert found.violations_count == 0, found.generate_report()
    box.fill("budget")
    expect(options.first).to_contain_text("Aucune dépense")
    box.fill("qzxw")
    expect(page.get_by_role("dialog")).to_contain_text("Rien ici ne répond")
    # Nobody changes these data.
    page.route("**/chercher/sans-reponse", lambda route: route.fulfill(json={}))
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("given_up_by", ["Escape", "Enter"])
def test_what_is_given_up_is_told_once_by_words_of_the_index_and_a_name_stays_in_the_browser(
    page, app, given_up_by
):
    sent = []

    def keep(route):
        sent.append(route.request.post_data)
        route.fulfill(json={})

    open_page(page, app)
    page.context.route("**/chercher/sans-reponse", keep)
    type_words(page, "budget Gbaguidi 97001122")
    expect(page.get_by_role("dialog")).to_contain_text("Mot inconnu ici : gbaguidi")
    assert sent == []
    page.keyboard.press(given_up_by)
    page.keyboard.press("Escape")
    type_words(page, "")
    page.keyboard.press("Escape")
    until(page, lambda: sent)
    page.evaluate(
        "async () => { await (await fetch('/livez')).text(); }"
    )  # a second would be there
    [told] = sent
    assert told.endswith("&mots=budget&autres=2")
    page.context.unroute("**/chercher/sans-reponse")


def test_what_is_found_and_opened_or_was_never_typed_is_not_told(page, app):
    asked = []
    page.on("request", lambda one: asked.append(one.url) if "sans-reponse" in one.url else None)
    open_page(page, app)
    type_words(page, "nikki gbaguidi")
    page.get_by_role("option").first.click()
    settled(page)
    type_words(page, "complet")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    assert asked == []


def test_a_definition_is_brought_into_sight(page, app):
    open_page(page, app)
    type_words(page, "definition gt1pki11")
    page.keyboard.press("Enter")
    expect(page.locator("[id^=taux-de-couverture]")).to_be_in_viewport(timeout=15_000)


@pytest.mark.parametrize("late", ["**/chercher/index", "**/ccsp-search-box.js*"])
def test_enter_pressed_before_the_box_or_its_index_came_opens_the_answer_once_it_is_there(
    page, app, late
):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(late, hold)
    open_page(page, app)
    page.keyboard.press("/")
    until(page, lambda: held)
    page.keyboard.type("definition gt1pki11")
    page.keyboard.press("Enter")
    assert "/guide" not in page.url
    held[0].continue_()
    expect(page.locator("[id^=taux-de-couverture]")).to_be_in_viewport(timeout=15_000)
    expect(page.locator("#ccsp-search")).not_to_have_attribute("open", "")


def test_a_plain_page_has_the_same_box_and_escape_closes_it(page, app):
    page.goto(f"{app}/referentiel")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    type_words(page, "complet")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    type_words(page, "zou")
    page.get_by_role("option", name="Zou", exact=False).first.click()
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zou")


def test_a_figure_is_brought_into_sight_and_not_the_top_of_its_page(page, app):
    open_page(page, app)
    type_words(page, "plaintes par prestation")
    page.get_by_role("option", name="par prestation").first.click()
    settled(page)
    title = page.get_by_role("heading", name="par prestation", exact=False)
    expect(title).to_be_in_viewport(timeout=15_000)
    type_words(page, "nikki satisfaction")
    page.get_by_role("option", name="Nikki · ").first.click()
    expect(page.locator(".ccsp-card:has(#aide-satisfaction)")).to_be_in_viewport(timeout=15_000)
