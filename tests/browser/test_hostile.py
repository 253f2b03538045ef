"""Texts from data stay texts, and a database that fails is said in a plain sentence."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from db import error_messages
from db.engine import make_engine
from tests.browser import served
from tests.browser.screen import choose, map_frame, open_page, settled, sites, unfold

pytestmark = pytest.mark.browser
EVIL = (
    "<img src=x onerror=alert(1)> ${alert(1)} ](http://evil) ![i](http://evil.example/i.png) **x** `y` {{7*7}} "
    "[clic](https://evil.example) $x^2$ :red[x]"
)
JOINER = "\u2060"  # invisible; breaks a bare address


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """What that application writes."""
    return tmp_path_factory.mktemp("log") / "log"


@pytest.fixture(scope="module")
def renamed(shared, log):
    """The application on a database where somebody gave evil names to a site, a service and a category; the site fell
    silent and its complaint stays open. The last tests harm it, the worst last."""
    engine = make_engine(f"sqlite:///{shared}")
    with engine.begin() as connection:
        for change in (
            "UPDATE site SET name = :evil WHERE code = 'ccsp-kandi'",
            "UPDATE commune SET name = substr(:evil, 1, 80) WHERE name = 'Kandi'",
            "UPDATE service SET label = :evil WHERE id = (SELECT min(id) FROM service)",
            "UPDATE term SET label = :evil WHERE id = (SELECT min(id) FROM term)",
        ):
            connection.execute(text(change), {"evil": EVIL})
        connection.execute(
            text(
                "UPDATE complaint SET resolved_on = NULL, received_on ="
                " (SELECT min(received_on) FROM complaint)"
                " WHERE id = (SELECT max(complaint.id) FROM complaint JOIN site ON site.id = site_id"
                " WHERE site.code = 'ccsp-kandi')"
            )
        )
    engine.dispose()
    with served.serve(f"sqlite:///{shared}", log) as address:
        yield address


def as_text(page, where) -> None:
    """The evil name is read there as it was written; nothing of it came alive."""
    expect(where).to_be_visible()
    assert EVIL in where.inner_text().replace(JOINER, "")
    tame(page)


def tame(page) -> None:
    for frame in page.frames:
        assert frame.locator("img[src=x], img[src*=evil], a[href*=evil], .katex").count() == 0


def evil_heading(page):
    """The site's name above its figures."""
    return page.locator(":is(h2, h3)").filter(has_text="onerror").first


@pytest.mark.xdist_group("renamed")
@pytest.mark.pitfall(45)
def test_names_from_data_stay_text_everywhere(renamed, page):
    open_page(page, f"{renamed}/?centre=ccsp-kandi")
    expect(sites(page)).to_have_count(24)
    as_text(page, evil_heading(page))
    mark = map_frame(page).locator(f'path.site[aria-label^="{EVIL[:8]}"]')
    mark.hover()
    card = map_frame(page).locator(".card")
    expect(card).to_contain_text(EVIL)
    mark.click()
    tame(page)
    choose(page, "liste_centres", EVIL)
    settled(page)
    tame(page)
    for path in (
        "/site?centre=ccsp-kandi",
        "/departement?departement=Alibori",
        "/attentes",
        "/plaintes",
    ):
        open_page(page, renamed + path)
        unfold(page)
        tame(page)
    open_page(page, f"{renamed}/site?centre=ccsp-kandi")
    as_text(page, page.locator("h1").filter(has_text="onerror").first)
    expect(page.locator(".st-key-filtre_centre input")).to_have_value(EVIL)


@pytest.mark.xdist_group("renamed")
@pytest.mark.pitfall(45)
def test_a_presentation_of_hostile_names_and_titles_is_tame(renamed, page):
    open_page(page, f"{renamed}/presenter?histoire=site&centre=ccsp-kandi")
    page.get_by_role("button", name="Commencer la présentation").wait_for()
    page.get_by_text("Préparer la mienne").click()
    page.get_by_role("button", name="Modifier").first.click()
    page.get_by_label("Titre (vide : celui que disent les données)").first.fill(EVIL[:150])
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-pas_0")).not_to_contain_text(
        "Revue du centre"
    )  # the title is the one written
    expect(page.locator(".st-key-pas_0")).to_contain_text("onerror")
    settled(page)
    tame(page)
    page.get_by_role("button", name="Commencer la présentation").click()
    room = page.locator("#ccsp-presentation")
    expect(room.locator(".page:visible h2")).to_have_text(EVIL[:150].strip())
    for key in ["n", *["ArrowRight"] * 11]:
        page.keyboard.press(key)
        tame(page)
    expect(room.locator(".count")).to_have_text("12 / 12")


@pytest.mark.xdist_group("renamed")
def test_the_first_answers_show_names_as_text(renamed, page):
    open_page(page, f"{renamed}/?departement=Alibori")
    answer = page.locator(".ccsp-answers dd").filter(has_text="sans réponse")
    expect(answer).to_contain_text(EVIL[:80].strip())
    tame(page)


def no_traceback(page) -> None:
    """Not a word of Python on the screen."""
    assert page.get_by_test_id("stException").count() == 0
    shown = page.locator("body").inner_text()
    assert not any(word in shown for word in ("Traceback", "Error", "sqlalchemy", "sqlite", ".py"))


def rename(database, before: str, after: str) -> None:
    """Give a table another name."""
    engine = make_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))
    engine.dispose()


@pytest.mark.xdist_group("renamed")
def test_a_database_that_lacks_its_tables_is_said_plainly_until_it_has_them(
    renamed, shared, log, page
):
    with served.noticed_away(log):
        rename(shared, "journal", "elsewhere")
    page.goto(renamed)
    expect(page.get_by_test_id("stAlert")).to_contain_text(error_messages.NO_TABLES, timeout=20_000)
    no_traceback(page)
    rename(shared, "elsewhere", "journal")
    expect(sites(page)).to_have_count(24, timeout=20_000)  # by itself


def spoil(database) -> None:
    """Write nonsense over the database and what stands beside it, as a failing disk would."""
    for path in (
        database,
        *(database.with_name(database.name + side) for side in ("-wal", "-shm")),
    ):
        if path.exists():
            with path.open("r+b") as file:
                file.write(b"\xff" * min(path.stat().st_size, 65_536))


@pytest.mark.xdist_group("renamed")
def test_a_database_that_breaks_is_said_plainly(renamed, shared, log, session):
    asked = {"filtre_departement": "Zou", "filtre_indicateur": "Part des femmes"}
    pages = {key: session.context.new_page() for key in asked}  # a run of the page, and of its map
    for page in pages.values():
        open_page(page, renamed)
        expect(sites(page)).to_have_count(24)
    with served.noticed_away(log):
        spoil(shared)
    for key, page in pages.items():
        page.bring_to_front()
        choose(page, key, asked[key])
        alert = page.get_by_test_id("stAlert").filter(
            has_text="La base de données ne répond pas. Cette page revient d'elle-même"
        )
        expect(alert.first).to_be_visible()
        no_traceback(page)
