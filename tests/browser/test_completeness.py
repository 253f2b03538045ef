"""« Complétude » as it is used: a day that is missing is pressed, said, reminded of, handed in, and no longer missing."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from dashboard import french
from dashboard.period import add_months, month_end, today
from db.engine import make_engine
from tests.browser import served
from tests.browser.screen import open_page, settled
from tests.builders import COVE, Office, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("completeness")]
PLAIN = str.maketrans("\xa0\u202f", "  ")


def last_month() -> date:
    """The first day of the month before the running one."""
    return (today().replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture(scope="module")
def office(shared, tmp_path_factory) -> Iterator[tuple[str, Office, date]]:
    """The application on fictitious data of which Covè hands in last month anew, without one day; the office; that day."""
    engine = make_engine(f"sqlite:///{shared}")
    office = Office(engine, tmp_path_factory.mktemp("office"))
    month = last_month()
    missing = next(d for d in (month + timedelta(days=n) for n in range(9, 20)) if d.weekday() < 4)
    with engine.connect() as connection:
        spans = connection.execute(
            text(
                "SELECT DISTINCT s.batch_id FROM batch_site s JOIN site ON site.id = s.site_id"
                " WHERE site.code = :site AND s.first_day <= :day AND s.last_day >= :day"
            ),
            {"site": COVE, "day": missing},
        ).all()
    for (batch,) in spans:
        office.withdraw(batch)
    with served.serve(f"sqlite:///{shared}", tmp_path_factory.mktemp("log") / "log") as address:
        yield address, office, missing
    engine.dispose()


def page_of(chromium, address: str, viewport=served.SCREEN) -> Page:
    page = served.visit(chromium, viewport=viewport).context.new_page()
    open_page(page, f"{address}/completude?mois={last_month():%Y-%m}")
    return page


def cell(page: Page, day: date) -> Locator:
    """The cell of a day of Covè."""
    return (
        page.locator(".ccsp-calendar tr").filter(has_text="Covè").locator(f"td[data-d='{day.day}']")
    )


def test_a_missing_day_is_seen_pressed_reminded_of_handed_in_and_gone(chromium, office):
    address, desk, missing = office
    page = page_of(chromium, address)
    expect(page.locator("h1")).to_contain_text("manque")
    expect(cell(page, missing)).to_contain_text("manquant, sans explication")
    cell(page, missing).locator("a").click()
    chosen = page.locator(".ccsp-chosen")
    expect(chosen).to_contain_text(f"{french.weekday(missing)} {french.date_long(missing)}")
    expect(chosen.get_by_role("link", name="Dire pourquoi")).to_have_attribute(
        "href", re.compile(f"remonter/jours\\?centre={COVE}")
    )
    page.get_by_text(re.compile("^Relancer")).click()
    settled(page)
    expect(page.get_by_text(f"remonter/jours?centre={COVE}")).to_be_visible()
    page.locator(".st-key-relance_ccsp-cove label").click()
    page.get_by_role("button", name="Noter comme envoyés").click()
    expect(page.get_by_text("1 relance notée.")).to_be_visible()
    expect(page.get_by_text("rien n'est venu")).to_be_visible()
    for (day,) in _missing_days(page):
        when = missing.replace(day=day)
        desk.hand_in(
            "registre",
            visit(COVE, str(when), ref=f"r{day}"),
            covers=(when, when),
            sites=(COVE,),
            demo=True,
        )
    desk.hand_in("registre", covers=(missing, missing), sites=(COVE,), demo=True)
    page.reload()
    settled(page)
    expect(cell(page, missing)).not_to_contain_text("manquant", timeout=30_000)
    expect(page.get_by_role("cell", name="tout est remis")).to_be_visible(timeout=30_000)


def _missing_days(page: Page) -> list[tuple[int]]:
    """The days of Covè that are missing."""
    cells = page.locator(".ccsp-calendar tr").filter(has_text="Covè").locator("td.missing")
    return [(int(one.get_attribute("data-d") or 0),) for one in cells.all()]


def test_arrow_keys_go_from_cell_to_cell_and_one_stop_leads_past_them(chromium, office):
    page = page_of(chromium, office[0])
    page.locator(".ccsp-calendar").focus()
    page.keyboard.press("ArrowRight")
    first = page.evaluate("document.activeElement.title")
    page.keyboard.press("ArrowDown")
    below = page.evaluate("document.activeElement.title")
    assert first and below and first != below
    assert first.partition(", ")[2].partition(" : ")[0].translate(PLAIN)
    stops = page.locator(".ccsp-calendar tbody td a:not([tabindex='-1'])").count()
    assert stops == 0


def test_on_a_telephone_a_sentence_names_the_days_and_nothing_is_cut(chromium, office):
    address, _, missing = office
    page = page_of(chromium, address, {"width": 360, "height": 740})
    row = page.locator(".ccsp-calendar tr.late").first
    expect(row.locator("small")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    whole = page.locator(".ccsp-calendar tr.whole").first
    expect(whole.locator("td").first).to_be_hidden()
    for box in (one.bounding_box() for one in row.locator("td a").all()):
        assert box is None or box["width"] >= 24


def test_a_month_of_23_working_days_is_whole_at_1280(chromium, office):
    months = [add_months(last_month(), -n) for n in range(12)]
    weekdays = {
        m: sum(m.replace(day=d).weekday() < 5 for d in range(1, month_end(m).day + 1))
        for m in months
    }
    longest = max(weekdays, key=lambda m: weekdays[m])
    assert weekdays[longest] == 23
    page = page_of(chromium, office[0])
    open_page(page, f"{office[0]}/completude?mois={longest:%Y-%m}")
    wide = "table => [table.scrollWidth, table.clientWidth]"
    needed, there = page.locator(".ccsp-calendar").evaluate(wide)
    assert needed <= there


def test_two_years_lead_to_a_month(chromium, office):
    page = page_of(chromium, office[0])
    page.get_by_text("Mois par mois, sur deux ans").click()
    settled(page)
    expect(page.locator("h1")).to_contain_text("des jours attendus sont reçus")
    link = page.locator(".ccsp-calendar.years tfoot td a").last
    link.click()
    settled(page)
    expect(page.locator(".ccsp-calendar:not(.years)")).to_be_visible()


def test_a_day_that_is_entered_but_not_closed_leads_to_its_closing_and_to_its_site(
    chromium, office
):
    page = page_of(chromium, office[0])
    page.locator(".ccsp-calendar td.unclosed a").first.click()
    settled(page)
    chosen = page.locator(".ccsp-chosen")
    to_site = chosen.get_by_role("link", name="Voir le centre").get_attribute("href") or ""
    closing = chosen.get_by_role("link", name="Clore ce jour")
    day = re.search(r"jour=(\d{4}-\d\d-\d\d)", closing.get_attribute("href") or "")
    assert day
    closing.click()
    expect(page).to_have_url(re.compile(r"/remonter/cloture\?"))
    expect(page.locator("input[type=date], select[name=jour]").first).to_have_value(day[1])
    site = re.search(r"centre=([\w-]+)", page.url)
    assert site and site[1] in to_site
    page.goto(office[0] + "/" + to_site.lstrip("/"))
    settled(page)
    expect(page).to_have_url(re.compile(rf"/site\?.*{site[1]}"))
    expect(page.locator("h1")).to_contain_text(re.compile("^(CCSP|GSRU) d"))
