"""The definition of a figure: a press on its name opens it, « Fermer » closes it and gives the keyboard back."""

import pytest
from playwright.sync_api import expect

from tests.browser.screen import open_page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("how", ["press", "keyboard"])
def test_a_definition_closes_by_its_own_button(page, app, how):
    open_page(page, f"{app}/attentes")
    name = page.get_by_role("button", name="Attente médiane : ce que cela veut dire")
    words = page.locator("#aide-wait_p50")
    name.click()
    expect(words).to_be_visible()
    close = words.get_by_role("button", name="Fermer")
    if how == "press":
        close.click()
    else:
        close.focus()
        page.keyboard.press("Enter")
    expect(words).to_be_hidden()
    expect(name).to_be_focused()


def test_on_a_telephone_the_button_is_in_sight(telephone, app):
    open_page(telephone, f"{app}/attentes")
    telephone.get_by_role("button", name="Attente médiane : ce que cela veut dire").click()
    close = telephone.locator("#aide-wait_p50").get_by_role("button", name="Fermer")
    expect(close).to_be_in_viewport(ratio=1)
    close.click()
    expect(telephone.locator("#aide-wait_p50")).to_be_hidden()
