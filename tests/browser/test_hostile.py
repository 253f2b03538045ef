"""Texts from data stay texts, and a database that fails is said in a plain sentence."""
import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from db.engine import make_engine
from tests.browser import served
from tests.browser.screen import choose, filter_by, map_frame, open_page, panel, settled, sites

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=alert(1)> ${alert(1)} ](http://evil) **x** `y` {{7*7}}"


@pytest.fixture
def renamed(copied, tmp_path):
    """The application on a database where somebody gave evil names to a site, a service and a category."""
    engine = make_engine(f"sqlite:///{copied}")
    with engine.begin() as connection:
        for table, column in (("site", "name"), ("service", "label"), ("term", "label")):
            where = "code = 'ccsp-kandi'" if table == "site" else f"id = (SELECT min(id) FROM {table})"
            connection.execute(text(f"UPDATE {table} SET {column} = :evil WHERE {where}"), {"evil": EVIL})  # noqa: S608
    engine.dispose()
    with served.serve(f"sqlite:///{copied}", tmp_path / "log") as address:
        yield address


def as_text(page, where) -> None:
    """The evil name is read there as it was written; nothing of it came alive."""
    expect(where).to_be_visible()
    assert EVIL in where.inner_text()
    tame(page)


def tame(page) -> None:
    for frame in page.frames:
        assert frame.locator("img[src=x], a[href*=evil]").count() == 0


def test_names_from_data_stay_text_everywhere(page, session, renamed):
    open_page(page, f"{renamed}/?centre=ccsp-kandi")
    expect(sites(page)).to_have_count(24)
    as_text(page, panel(page, EVIL))
    mark = map_frame(page).locator(f'path.site[aria-label^="{EVIL[:8]}"]')
    mark.hover()
    card = map_frame(page).locator(".card")
    expect(card).to_contain_text(EVIL)
    mark.click()
    tame(page)
    choose(page, "liste_centres", EVIL)
    settled(page)
    tame(page)
    for path in ("/site?centre=ccsp-kandi", "/departement?departement=Alibori", "/attentes", "/plaintes"):
        open_page(page, renamed + path)
        for summary in page.locator("[data-testid=stExpander] summary").all():
            summary.click()
        settled(page)
        tame(page)
    open_page(page, f"{renamed}/site?centre=ccsp-kandi")
    as_text(page, panel(page, EVIL))
    expect(page.locator(".st-key-filtre_centre input")).to_have_value(EVIL)


def test_what_merits_attention_shows_names_as_text(page, renamed, copied):
    engine = make_engine(f"sqlite:///{copied}")
    with engine.begin() as connection:  # the site falls silent and its complaint stays open
        site = connection.execute(text("SELECT id FROM site WHERE code = 'ccsp-kandi'")).scalar_one()
        connection.execute(text("UPDATE complaint SET resolved_on = NULL, received_on = (SELECT min(received_on) FROM complaint)"
                                " WHERE id = (SELECT max(id) FROM complaint WHERE site_id = :site)"), {"site": site})
    engine.dispose()
    open_page(page, f"{renamed}/?departement=Alibori")
    as_text(page, page.get_by_test_id("stMarkdownContainer").filter(has_text="en cours depuis plus de 30"))


def test_a_database_that_is_not_there_is_said_plainly(page, copied, tmp_path):
    with served.serve(f"sqlite:///{copied}", tmp_path / "log") as address:
        copied.rename(tmp_path / "away.db")
        page.goto(address)
        alert = page.get_by_test_id("stAlert")
        expect(alert).to_contain_text("La base de données n'est pas encore prête", timeout=20_000)
        for leftover in tmp_path.glob("copy.db*"):
            leftover.unlink()
        assert page.get_by_test_id("stException").count() == 0 and "Traceback" not in page.content()


@pytest.mark.parametrize("what", ["page", "fragment"])
def test_a_database_that_breaks_is_said_plainly(page, copied, tmp_path, what):
    with served.serve(f"sqlite:///{copied}", tmp_path / "log") as address:
        open_page(page, address)
        expect(sites(page)).to_have_count(24)
        with copied.open("r+b") as file:
            file.write(b"\xff" * 65_536)
        for side in ("-wal", "-shm"):
            copied.with_name(copied.name + side).unlink(missing_ok=True)
        if what == "page":
            filter_by(page, "departement", "Zou")
        else:
            choose(page, "filtre_indicateur", "Part des femmes")
        alert = page.get_by_test_id("stAlert").filter(has_text="La base de données ne répond pas")
        expect(alert).to_be_visible(timeout=20_000)
        assert page.get_by_test_id("stException").count() == 0 and "Traceback" not in page.content()
