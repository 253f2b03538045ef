"""What a point focal says of his days by tap, on a telephone and at a desk, with and without script: page, database, the figure
on the director's page; and each is taken back with one press."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard import french
from dashboard.period import today
from tests.browser import handing_in, served
from tests.browser.handing_in import MONTH, PLAIN, Base, says, working_days
from tests.browser.house import SITE, House
from tests.browser.screen import reopened_until
from tests.builders import Office, closing

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("empty house")]
DAYS = working_days()[:10]
OPEN = DAYS[4]  # its closing is missing
MISSING = working_days()[10]


@pytest.fixture(scope="module")
def house(empty_house, tmp_path_factory) -> House:
    """A server on a base with the register of ten days, of which nine are closed."""
    with empty_house.engine() as engine:
        office = Office(engine, tmp_path_factory.mktemp("files"))
        office.hand_in("registre", *handing_in.register("avant", days=DAYS))
        closings = [closing(SITE, f"{d:%d/%m/%Y}", 4) for d in DAYS if d != OPEN]
        office.hand_in("cloture", *closings)
    return empty_house


@pytest.fixture(params=[(360, False), (360, True), (1280, False)], ids=lambda p: f"{p[0]} {p[1]}")
def focal(request, house, chromium) -> Iterator[tuple[Page, bool]]:
    """The point focal's page, and whether it has script."""
    width, script = request.param
    settings = {"viewport": {"width": width, "height": 740}, "java_script_enabled": script}
    with handing_in.focal(house, chromium, **settings) as page:
        yield page, script


def looked_at(page: Page, script: bool) -> None:
    """Nothing is wider than the screen, and axe finds nothing (it needs script)."""
    handing_in.fits(page)
    if script:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_day_is_closed_by_tap_and_the_director_s_figure_says_so(focal, house, chromium):
    page, script = focal
    base = Base(house)
    assert base.figure("completeness") == 90
    page.goto(f"{house.at}/remonter")
    looked_at(page, script)
    page.get_by_role("link", name="Clore la journée").click()
    says(page, "clore une journée")
    looked_at(page, script)
    page.locator("[name=jour]").fill(f"{OPEN}")
    page.get_by_label(re.compile("^Usagers venus")).fill("4")
    page.get_by_role("button", name="Clore la journée").click()
    says(page, f"journée du {french.date_long(OPEN)} close, 4")
    looked_at(page, script)
    assert base.figure("completeness") == 100
    # What a director is shown of it is the same for all three, and comes up to half a minute later where states keep coming.
    told = page.viewport_size == {"width": 360, "height": 740} and not script
    if told:
        shown_to_director(house, chromium, "100 %")
    page.get_by_role("button", name=re.compile("^Annuler")).click()
    says(page, "Retiré, ne compte plus")
    assert base.figure("completeness") == 90
    if told:
        shown_to_director(house, chromium, "90 %")


def shown_to_director(house: House, chromium, wanted: str) -> None:
    """Wait until the page of a department shows this share of days with a closing: where states keep coming, as they do in this
    file, the next one is shown up to half a minute after the one before."""
    seen = served.visit(chromium, viewport=served.SCREEN)
    house.enter("director", seen)
    page = seen.context.new_page()
    address = f"{house.at}/departement?departement=Alibori&periode={MONTH:%Y-%m}"
    said, body = f"Fiches de clôture remises : {wanted}", page.locator("body")
    reopened_until(page, address, lambda: said in body.inner_text().translate(PLAIN))
    seen.context.close()


def test_a_register_is_promised_hours_are_said_and_both_are_taken_back(focal, house):
    page, script = focal
    base = Base(house)
    page.goto(f"{house.at}/remonter")
    page.get_by_role("link", name=re.compile("^Dire pourquoi un jour manque")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("jours manquent"))
    looked_at(page, script)
    page.get_by_label(re.compile(french.date_long(MISSING))).check()
    page.get_by_label("Je remets son registre le").check()
    promised = today() + timedelta(days=3)
    page.get_by_label(re.compile("quel jour")).fill(f"{promised}")
    page.get_by_role("button", name="Le dire").click()
    says(page, f"sera remis le {french.date_long(promised)}")
    expect(page.get_by_text("1 registre est annoncé").first).to_be_visible()
    assert base.value("SELECT promised_on FROM promised_register WHERE superseded_by IS NULL") == str(promised)  # fmt: skip
    page.get_by_role("button", name=re.compile("^Annuler")).click()
    says(page, "Retiré, ne compte plus")
    assert base.value("SELECT count(*) FROM promised_register WHERE superseded_by IS NULL") == 0
    page.goto(f"{house.at}/remonter")
    page.get_by_role("link", name="Dire une coupure de quelques heures").click()
    says(page, "une coupure de quelques heures")
    looked_at(page, script)
    page.locator("[name=jour]").fill(f"{OPEN}")
    page.get_by_label("De", exact=True).fill("08:00")
    page.get_by_label("À", exact=True).fill("10:30")
    page.get_by_label("Pas de courant").check()
    page.get_by_role("button", name="Le dire").click()
    says(page, "pas de courant de 8")
    looked_at(page, script)
    assert base.value("SELECT to_minute FROM closure WHERE superseded_by IS NULL") == 630
    page.get_by_role("button", name=re.compile("^Annuler")).click()
    says(page, "Retiré, ne compte plus")
