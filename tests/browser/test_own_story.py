"""What a person writes on a slide stays, whatever is pressed while the field still has the keyboard."""

import re

from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.screen import choose, open_page, settled

NOTE = "Note de l'orateur"


def prepared(page: Page, address: str) -> None:
    """The page « Présenter », its story being changed."""
    open_page(page, address)
    page.get_by_text("Préparer la mienne").click()
    expect(page.locator(".st-key-modifier_0, .st-key-ajouter")).not_to_have_count(0)
    settled(page)


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key}").get_by_role("button").click()


def note(page: Page, number: int) -> Locator:
    """The field of a slide's note."""
    return page.locator(f".st-key-note_{number}").get_by_label(NOTE)


def write(page: Page, number: int, words: str) -> None:
    """Type it, and do not leave the field."""
    note(page, number).click()
    try:
        note(page, number).fill("")
    except Error:  # drawn anew just then: it stands there twice for a moment
        expect(note(page, number)).to_have_count(1)
        note(page, number).fill("")
    # The one of the run before goes when the next has come.
    expect(note(page, number)).to_have_count(1)
    note(page, number).press_sequentially(words)


STEPS = "[...document.querySelectorAll('[class*=st-key-pas_]')].map((one) => one.className)"


def steps(page: Page) -> list[str]:
    """The slides, in their order."""
    return page.evaluate(STEPS)


def test_what_is_typed_on_a_slide_stays_whatever_is_pressed_next(page, app):
    prepared(page, f"{app}/presenter")
    for number in (1, 2):
        press(page, f"modifier_{number}")
        expect(note(page, number)).to_be_visible()
    for n, key in enumerate(("bas_1", "haut_2", "retirer_2", "modifier_1")):
        write(page, 1, f"mes mots {n}")
        before = steps(page)
        press(page, key)
        if key != "modifier_1":  # what is typed before the page has answered is typed over
            page.wait_for_function(f"before => ({STEPS}).join() != before.join()", arg=before)
        settled(page)
        if key == "modifier_1":  # it is folded, and opened again
            expect(note(page, 1)).to_have_count(0)
            press(page, key)
            settled(page)
        expect(note(page, 1)).to_have_value(f"mes mots {n}")
    write(page, 1, "avant d'en ajouter une")
    page.get_by_role("button", name="Ajouter à la fin").click()
    expect(page.locator("[class*=st-key-pas_]")).to_have_count(12)
    expect(note(page, 1)).to_have_value("avant d'en ajouter une")
    write(page, 1, "avant d'en voir une autre")
    choose(page, "choix_histoire", "Les plaintes")
    expect(note(page, 1)).to_have_count(0)
    page.get_by_role("button", name="Y revenir").click()
    expect(note(page, 1)).to_have_value("avant d'en voir une autre")
    press(page, "modifier_3")
    expect(note(page, 3)).to_be_visible()
    settled(page)
    press(page, "bas_1")
    write(page, 3, "pendant que la page se redessine")
    expect(page.locator("[class*=st-key-pas_]").nth(1)).to_have_class(re.compile("st-key-pas_3"))
    settled(page)
    expect(note(page, 3)).to_have_value("pendant que la page se redessine")
