"""A register is handed in, mended, kept and taken out by the keyboard alone, and each stop of Tab is seen."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import handing_in
from tests.browser.handing_in import MONTH, Base, asked, says, working_days
from tests.browser.house import House

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("empty house")]
DAYS = working_days()


@pytest.fixture(scope="module")
def house(empty_house) -> House:
    """A server on a base without any row."""
    return empty_house


# Whether who presses Tab sees where he is: what has the focus stands on the screen, under nothing else, with a ring.
SEEN = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), look = getComputedStyle(e);
  const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    what: `${e.tagName} ${e.name || ''} ${e.innerText.slice(0, 40)}`,
    // The button in a field of a day or an hour has a ring of the browser's own.
    ring: !e.matches(':focus') || (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2),
    on_screen: box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth,
    on_top: !!at && (e.contains(at) || at.contains(e)),
  };
}"""
MONTHS = "select[name=mois][required]"
MOST = 30  # presses of Tab to the farthest thing of a page


class Keyboard:
    """Who has a keyboard alone; each stop of Tab is looked at."""

    def __init__(self, page: Page) -> None:
        self.page, self.unseen = page, set[str]()

    def look(self) -> None:
        """Note where what has the focus cannot be seen."""
        seen = self.page.evaluate(SEEN)
        if not all((seen["ring"], seen["on_screen"], seen["on_top"])):
            self.unseen.add(f"{self.page.url.rsplit('/', 2)[-2]}: {seen}")

    def to(self, css: str, words: str = "") -> None:
        """Press Tab until the focus is there."""
        here = "([css, words]) => document.activeElement.matches(css) && document.activeElement.innerText.includes(words)"
        for _ in range(MOST):
            if self.page.evaluate(here, [css, words]):
                return
            self.page.keyboard.press("Tab")
            self.look()
        raise AssertionError(f"{words or css}: not reached by {MOST} presses of Tab")

    def press(self, words: str, said: str) -> None:
        """Go to a button or a link and press Enter; what the next page says first."""
        self.to("main :is(button, a, summary)", words)
        self.page.keyboard.press("Enter")
        says(self.page, said)


def test_a_register_is_handed_in_by_the_keyboard_alone(house, chromium, tmp_path):
    lines = handing_in.register("clavier", faults=True)
    path = handing_in.write_csv(tmp_path, "registre.csv", "registre", lines)
    with handing_in.focal(house, chromium) as page:
        keys = Keyboard(page)
        page.goto(f"{house.at}/remonter")
        keys.to(MONTHS)
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowDown")
        expect(page.locator(MONTHS)).to_have_value(f"{MONTH:%Y-%m}")
        keys.to("input[type=file]")
        page.locator("input[type=file]").set_input_files(path)  # the system's own window
        keys.press("Vérifier", "3 cases à corriger")
        keys.to("input[name$=' called_at']")
        page.keyboard.type("0815")
        # The browser asks as its own language has it, whatever the page's is: this one perhaps for half a day more.
        american = not asked(page, "Heure d'appel").input_value()
        page.keyboard.type("AM" * american)
        expect(asked(page, "Heure d'appel")).to_have_value("08:15")
        keys.to("input[name$=' day']")
        page.keyboard.type(f"{DAYS[1]:{'%m%d%Y' if american else '%d%m%Y'}}")
        expect(asked(page, "Date")).to_have_value(str(DAYS[1]))
        keys.to("select[name$=' kind']")
        page.keyboard.press("ArrowDown")
        expect(asked(page, "Type")).to_have_value("requête")
        keys.press("Vérifier mes corrections", "Bon à garder")
        keys.press("Confirmer", "C'est fait")
        keys.press("Retirer ce fichier", "")
        keys.to("[name=raison]")
        page.keyboard.type("mauvais mois")
        keys.press("Retirer ce fichier", "a été retiré")
    assert keys.unseen == set()
    base = Base(house)
    assert base.count("visit") == len(lines) and not base.figure("visits")
