"""English is known when it is there, French is not taken for it, and neither the calendar nor a lost address speaks it.

Every page: test_every_page.py.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import choose, open_page, settled
from tests.browser.words import english, said

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "text",
    [
        "Show data: Attente",
        "Help for Usagers",
        "24 options available.",
        "Next month",
        "line mark",
        "Search",
        "Open",
    ],
)
def test_english_is_known_when_it_is_there(text):
    assert english([text])


@pytest.mark.parametrize(
    "text",
    [
        "Voir les chiffres, et s'y fier",
        "Réponses des plus de 90 jours, à la main",
        "CCSP d'Or",
        "page",
    ],
)
def test_french_is_not_taken_for_it(text):
    assert not english([text])


HIDDEN = {
    "by a style sheet": '<p style="display:none"><button aria-label="{}"></button></p>',
    "until the pointer comes": '<p style="visibility:hidden"><img alt="{}"></p>',
    "in a fold": '<details><input placeholder="{}"></details>',
    "in a part of its own": '<div style="opacity:0"><a href="/" title="{}"></a></div>',
}


@pytest.mark.parametrize("how", HIDDEN)
def test_a_name_is_found_though_what_bears_it_is_not_shown(page, app, how):
    page.goto(f"{app}/livez")
    add = "html => { document.body.innerHTML = html; }"
    page.evaluate(add, HIDDEN[how].format("Show data: Attente"))
    assert english(said(page)) == ["Show data: Attente"]
    page.evaluate(add, f'<div aria-hidden="true">{HIDDEN[how].format("Show data: Attente")}</div>')
    assert not english(said(page))


def test_the_calendar_of_a_period_speaks_french(page, app):
    open_page(page, app + "/attentes")
    choose(page, "filtre_periode", "Autre période…")
    settled(page)
    found = english(said(page))
    page.locator(".st-key-periode_libre [role=spinbutton]").first.click()
    expect(page.get_by_role("grid")).to_be_visible()
    found += english(said(page))
    page.keyboard.press("Backspace")
    found += english(said(page))
    page.keyboard.type("01012031")  # after the last day of the data
    page.keyboard.press("Enter")
    expect(page.get_by_text("le jour doit être")).to_be_visible()
    assert not found + english(said(page))


@pytest.mark.parametrize(
    ("name", "french"),
    [
        ("Remove Alibori", "Retirer Alibori"),  # one of several that are chosen
        ("Selected values", "Valeurs choisies"),
        ("Increment", "Augmenter"),
        ("Decrement", "Diminuer"),
    ],
)
def test_what_streamlit_calls_a_part_of_a_field_is_said_in_french(page, app, name, french):
    assert english([name]) and not english([french])
    open_page(page, f"{app}/definitions")
    page.locator("h1").evaluate(
        "(e, name) => e.insertAdjacentHTML('afterend', `<button aria-label='${name}'>·</button>`)",
        name,
    )
    expect(page.get_by_role("button", name=french, exact=True)).to_be_attached()


def test_an_address_that_is_no_page_says_so_in_french(session, app):
    page = session.context.new_page()
    page.goto(f"{app}/nulle-part")
    expect(page.get_by_role("heading")).to_have_text("Cette page n'existe pas.")
    assert not english(said(page))
    session.errors.clear()  # the browser notes that the address answers 404
