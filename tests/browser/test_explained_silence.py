"""A silent site that said why, on the map and in the lists, wide and on a telephone."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard import french
from dashboard.period import today
from db.engine import make_engine
from tests.browser import served
from tests.browser.screen import map_frame, open_page, panel
from tests.builders import COVE, NIKKI, Office, closure

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("quiet")]
PLAIN = str.maketrans("\xa0\u202f", "  ")
QUIET = timedelta(days=20)  # of which two sites hand in nothing
REASON = timedelta(days=18)


def quiet_sites(database: Path, folder: Path) -> None:
    """Let Covè and Nikki be silent for the last days of fictitious data, and Covè say why."""
    engine = make_engine(f"sqlite:///{database}")
    office, last = Office(engine, folder), today()
    covers = (last - QUIET, last)
    for form in ("registre", "cloture"):
        office.hand_in(form, covers=covers, sites=(COVE, NIKKI), replace_days=True, demo=True)
    row = closure(COVE, str(last - REASON), str(last), reason="réseau")
    office.hand_in("fermetures", row, demo=True, declared=True)
    engine.dispose()


@pytest.fixture(scope="module")
def quiet(shared, tmp_path_factory) -> Iterator[str]:
    """The application on fictitious data with two more silent sites, of which one said why."""
    folder = tmp_path_factory.mktemp("quiet")
    quiet_sites(shared, folder)
    with served.serve(f"sqlite:///{shared}", folder / "log") as address:
        yield address


def quiet_page(chromium, address: str, viewport) -> Page:
    page = served.visit(chromium, viewport=viewport).context.new_page()
    open_page(page, address)
    return page


def _look_for(page: Page, name: str, words: str) -> Locator:
    """The option of a site in the list, found by typing; it must say this."""
    box = page.locator(".st-key-liste_centres input")
    box.scroll_into_view_if_needed()
    box.click()
    box.fill(name)
    option = page.get_by_role("option").filter(has_text=name)
    expect(option).to_have_text(re.compile(words))
    return option


@pytest.mark.parametrize("viewport", [served.SCREEN, served.TELEPHONE], ids=["screen", "telephone"])
def test_the_map_and_the_lists_tell_a_site_that_said_why_from_one_that_did_not(
    chromium, quiet, viewport
):
    page = quiet_page(chromium, quiet, viewport)
    since = f"pas de réseau depuis le {french.date_long(today() - REASON).split()[0]}"
    answer = page.get_by_text("centres muets, dont 1 l'a expliqué")
    expect(answer).to_be_visible()
    expect(page.get_by_text(since.replace("le ", f"le{french.SPACE}"))).to_be_visible()
    frame = map_frame(page)
    mark = frame.locator("path.site[aria-label*='Covè']").first
    expect(mark).to_have_attribute(
        "aria-label",
        re.compile(r"Muet depuis \d+\sjours, pas de réseau depuis le\s.*, selon le centre"),
    )
    other = frame.locator("path.site[aria-label*='Nikki']").first
    expect(other).to_have_attribute("aria-label", re.compile(r"Muet depuis \d+\sjours, au "))
    rings = frame.locator(".sign-silent.explained")
    assert rings.first.evaluate("e => getComputedStyle(e).strokeDasharray") != "none"
    rows = frame.locator(".legend li").all_inner_texts()
    explained = [row for row in rows if "muet, expliqué" in row]
    assert len(explained) == 1 and explained[0].split()[-1] == "1"
    assert any("sans explication" in row for row in rows)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    _look_for(page, "Nikki", r"\(muet\s\d+\sj\)")
    _look_for(page, "Covè", r"\(muet,\sexpliqué\)").click()
    expect(panel(page, "CCSP de Covè")).to_be_visible()
    expect(page.get_by_text(re.compile(r"· muet depuis \d+\sjours, pas de réseau"))).to_be_visible()
    open_page(page, f"{quiet}/departement?departement=Zou")
    expect(page.get_by_role("columnheader", name="Pourquoi")).to_be_attached()
    expect(
        page.get_by_text(re.compile(r"pas de réseau depuis le\s.*selon le centre")).first
    ).to_be_attached()
    page.context.close()
