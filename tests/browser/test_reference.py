"""A data manager closes a centre, opens another in its commune and moves a third, on a telephone and at a desk, with and without
script; a director sees it; and it is undone."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard.period import today
from tests.browser import served
from tests.browser.handing_in import NARROW, fits, says
from tests.browser.house import House
from tests.browser.screen import open_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("small house")]
MONTH = today().replace(day=1)


@pytest.fixture(scope="module")
def house(small_house) -> House:
    """A server on fictitious data, where people sign in."""
    return small_house


@pytest.fixture(autouse=True)
def _put_back(house) -> Iterator[None]:
    yield
    house.restore()


def looked_at(page: Page, script: bool) -> None:
    """Nothing is wider than the screen, and axe finds nothing (it needs script)."""
    fits(page)
    if script:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def keep(
    page: Page, script: bool, reason: str = "arrêté du ministre", verb: str = "Garder"
) -> None:
    """Read what a change does, say why, and keep it."""
    says(page, f"{verb} ce changement ?")
    looked_at(page, script)
    page.get_by_label("Pourquoi").fill(reason)
    page.get_by_role("button", name=f"{verb} ce changement").click()
    says(page, "C'est fait.")
    looked_at(page, script)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("screen", [NARROW, served.SCREEN], ids=["telephone", "desk"])
def test_a_centre_closes_another_opens_a_third_moves_and_a_director_sees_it(
    house, chromium, screen, script
):
    found = served.visit(chromium, viewport=screen, java_script_enabled=script)
    house.enter("manager", found)
    found.context.set_default_timeout(10_000)
    page = found.context.new_page()
    page.goto(f"{house.at}/referentiel")
    says(page, "Référentiel : 24 centres et guichets en service")
    looked_at(page, script)
    page.get_by_role("link", name="CCSP de Covè", exact=True).click()
    says(page, "CCSP de Covè : en service depuis")
    looked_at(page, script)
    page.get_by_text("Le fermer").click()
    looked_at(page, script)
    page.locator("details[open] [name=jour]").fill(MONTH.isoformat())
    page.locator("details[open] button").click()
    expect(page.get_by_text("Covè n'a plus de CCSP.")).to_be_visible()
    keep(page, script)
    closing = page.url

    page.goto(f"{house.at}/referentiel/ajouter")
    page.locator("[name=commune]").select_option("Covè")
    page.get_by_label("Ouvert le").fill(MONTH.isoformat())
    page.get_by_role("button", name="Voir ce que cela change").click()
    expect(page.get_by_role("alert")).to_contain_text("choisir un autre nom")
    expect(page.get_by_label("Ouvert le")).to_have_value(MONTH.isoformat())
    looked_at(page, script)
    page.locator("[name=nom]").fill("CCSP de Covè-Marché")
    page.get_by_role("button", name="Voir ce que cela change").click()
    expect(page.get_by_text("Covè a désormais un CCSP.")).to_be_visible()
    keep(page, script)

    page.goto(f"{house.at}/referentiel/centre/ccsp-nikki")
    page.get_by_text("Le déplacer").click()
    page.locator("details[open] [name=jour]").fill(MONTH.isoformat())
    page.get_by_text("Donner sa latitude et sa longitude").click()
    page.get_by_label("Latitude").fill("9,95")
    page.get_by_label("Longitude").fill("3,20")
    page.locator("details[open] button").first.click()
    keep(page, script)

    seen = served.visit(chromium, viewport=served.SCREEN)
    house.enter("director", seen)
    theirs = seen.context.new_page()
    open_page(theirs, f"{house.at}/site?centre=ccsp-cove")
    expect(theirs.get_by_text(re.compile(f"fermé le 01/{MONTH:%m/%Y}"))).to_be_visible()
    theirs.goto(f"{house.at}/referentiel")
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("pas parmi les vôtres")
    seen.context.close()

    page.goto(closing)
    page.get_by_role("button", name="Annuler ce changement").click()
    keep(page, script, "erreur de centre", "Annuler")
    page.goto(f"{house.at}/referentiel/centre/ccsp-cove")
    says(page, "CCSP de Covè : en service depuis")
    found.context.close()
    assert [f for f in found.faults() if "status of 4" not in f] == []


def test_hours_and_holidays_are_typed_at_a_desk_and_read_there(house, chromium):
    found = served.visit(chromium, viewport=served.SCREEN)
    house.enter("manager", found)
    page = found.context.new_page()
    page.goto(f"{house.at}/referentiel/centre/ccsp-cove")
    page.get_by_text("Ses heures d'ouverture").click()
    page.locator("details[open] [name=jour]").fill(MONTH.isoformat())
    for weekday in range(4):
        page.locator(f"[name='ouvre {weekday}']").fill("08:00")
        page.locator(f"[name='ferme {weekday}']").fill("17:30")
    looked_at(page, script=True)
    page.locator("details[open] button").click()
    expect(page.get_by_text(re.compile("jours? ouverts? de moins")).first).to_be_visible()
    keep(page, script=True)
    says(page, "du lundi au jeudi de 8")
    for path in ("/jours", "/departements", "/listes"):
        page.goto(f"{house.at}/referentiel{path}")
        looked_at(page, script=True)
    found.context.close()
    assert found.faults() == []


@pytest.mark.parametrize("who", ["manager", "director", "focal", "admin", "cabinet"])
def test_the_menu_and_what_stands_beside_it_do_not_cover_each_other(house, chromium, who):
    found = served.visit(chromium, viewport=served.SCREEN)
    house.enter(who, found)
    page = found.context.new_page()
    open_page(page, f"{house.at}/guide")
    items = page.locator("[data-testid=stTopNav] .rc-overflow-item:visible")
    expect(items.first).to_be_visible()
    expect(page.locator(".ccsp-state")).to_be_visible()
    boxes = [one for one in (items.nth(n).bounding_box() for n in range(items.count())) if one]
    assert (
        max(one["x"] + one["width"] for one in boxes)
        <= page.locator(".ccsp-state").bounding_box()["x"]
    )
    names = [p.bounding_box() for p in page.locator("[data-testid=stTopNavLink] p:visible").all()]
    gaps = [b["x"] - a["x"] - a["width"] for a, b in pairwise(names)]
    assert max(gaps, default=0) - min(gaps, default=0) < 2
    assert gaps or who == "admin"
    found.context.close()
