"""A complaint is noted and answered by tap: from the page into the database and on to the figure, on a telephone and at a desk,
without script."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard import french
from tests.browser import handing_in, served
from tests.browser.handing_in import NARROW, Base, fits, says, working_days
from tests.browser.house import SITE, House
from tests.builders import Office, complaint

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("empty house")]
DAYS = working_days()
OPEN, OPEN_TOO, NEXT = (f"P-KAN-{DAYS[0]:%Y}-{n:03}" for n in (1, 2, 3))


@pytest.fixture(scope="module")
def house(empty_house) -> House:
    """A server on a base without any row."""
    return empty_house


@pytest.fixture(autouse=True)
def _register(house, tmp_path) -> Iterator[None]:
    """The registers of last month: two complaints wait for an answer."""
    with house.engine() as engine:
        office = Office(engine, tmp_path)
        office.hand_in("registre", *handing_in.register("avant"))
        lines = [
            complaint(ref, SITE, f"{DAYS[n]:%d/%m/%Y}", category="Accueil", channel="guichet")
            for n, ref in enumerate((OPEN, OPEN_TOO))
        ]
        office.hand_in("plaintes", *lines, covers=(DAYS[0], DAYS[-1]))
    yield
    house.restore()


def choose(page: Page, label: str, word: str) -> None:
    page.get_by_label(label).select_option(word)


def note(page: Page) -> None:
    """Fill in that a complaint came on the first day of the last month."""
    page.get_by_label("Reçue le").fill(DAYS[3].isoformat())
    choose(page, "Catégorie", "Délai")
    choose(page, "Comment est-elle venue ?", "téléphone")
    page.get_by_role("button", name="Noter cette plainte").click()


def take_back(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Annuler")).click()
    says(page, "Retiré, ne compte plus")


def looked_at(page: Page, script: bool) -> None:
    """Nothing is wider than the screen, and axe finds nothing (it needs script)."""
    fits(page)
    if script:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("screen", [NARROW, served.SCREEN], ids=["telephone", "desk"])
def test_a_complaint_is_noted_and_answered_from_the_page_to_the_figure(
    house, chromium, screen, script
):
    base = Base(house)
    oldest = f"la plus ancienne reçue le {french.date_short(DAYS[0])}"
    with handing_in.focal(house, chromium, viewport=screen, java_script_enabled=script) as page:
        page.goto(f"{house.at}/remonter")
        said = page.get_by_role("link", name=re.compile("2 plaintes attendent une réponse"))
        assert oldest in said.inner_text().replace("\xa0", " ").replace("\u202f", " ")

        page.get_by_role("link", name="Noter une plainte reçue").click()
        says(page, f"Cette plainte portera la référence {NEXT}")
        looked_at(page, script)
        note(page)
        says(page, "C'est noté")
        expect(page.get_by_text(f"{NEXT}, à écrire aussi dans le registre")).to_be_visible()
        looked_at(page, script)
        assert base.figure("complaints_open") == 3

        page.goto(f"{house.at}/remonter/plaintes")
        looked_at(page, script)
        assert page.locator("ul.receipts a").all_inner_texts() == [OPEN, OPEN_TOO, NEXT]
        page.get_by_role("link", name=OPEN).click()
        says(page, f"Plainte {OPEN}")
        assert page.locator("input:checked").count() == 0
        assert page.get_by_label("Répondue le").input_value() == ""
        looked_at(page, script)
        page.get_by_label("Oui").check()
        page.get_by_role("button", name="Noter la réponse").click()
        expect(page.get_by_role("alert")).to_contain_text("Dire quel jour")
        expect(page.get_by_label("Oui")).to_be_checked()
        page.get_by_label("Répondue le").fill(DAYS[5].isoformat())
        page.get_by_label("Rejetée").check()
        page.get_by_role("button", name="Noter la réponse").click()
        says(page, "C'est noté")
        expect(page.get_by_role("link", name=re.compile("^2 plaintes attendent"))).to_be_visible()
        assert base.figure("complaints_open") == 2
        take_back(page)
        assert base.figure("complaints_open") == 3
