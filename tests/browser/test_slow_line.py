"""On a slow line there is soon something to read, nothing is fetched that no page shows, and nothing twice. Others act between
what is asked and what is fetched: every button gives its file all the same.

How long it takes: `python -m tests.benchmarks.slow_line`.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.accounts.rights import LOCAL_READER
from dashboard.navigation import pages_of
from dashboard.settings import load_settings
from dashboard.web import page_fonts
from tests.accounts.asgi import run
from tests.benchmarks import slow_line as line
from tests.benchmarks.viewer import Viewer
from tests.browser import files, served
from tests.browser.screen import QUIET, open_page, sites, until

ASKED = b"GET /media/"
DEPARTMENT = "filtre_departement"


@contextmanager
def slow_line(app: str, meanwhile: Callable[[], None]) -> Iterator[str]:
    """Another address of the application, where each question for a file takes as long as what is done meanwhile."""
    place = urlparse(app)

    def pass_on(here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError), here, there:
            while data := here.recv(2**16):
                if data.startswith(ASKED):
                    meanwhile()
                there.sendall(data)

    def come(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                browser, _ = listening.accept()
                server = socket.create_connection((place.hostname, place.port))
                for ends in ((browser, server), (server, browser)):
                    Thread(target=pass_on, args=ends, daemon=True).start()

    with socket.create_server((served.HOST, 0)) as listening:
        Thread(target=come, args=(listening,), daemon=True).start()
        yield f"http://{served.HOST}:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


async def others_act(app: str, times: int = 2) -> None:
    """Another reader opens a page, and chooses so many times."""
    async with Viewer(app) as other:
        await other.open("attentes")
        for _ in range(times):
            await other.choose({DEPARTMENT: other.lists[DEPARTMENT].others()[0]})


def test_a_file_comes_down_a_slow_line_whatever_others_do_meanwhile(app, chromium: Browser):
    acted = []

    def meanwhile() -> None:
        run(others_act(app))
        acted.append(True)

    visit = served.visit(chromium)
    with slow_line(app, meanwhile) as slow:
        page = visit.context.new_page()
        open_page(page, f"{slow}/plaintes")
        for _ in range(2):
            with page.expect_download(timeout=60_000) as given:
                page.get_by_role("button", name="Emporter").click()
            assert files.opened(given.value.path(), given.value.suggested_filename)
        visit.context.close()
    assert len(acted) >= 2 and visit.faults() == []


def test_a_button_that_the_browser_still_shows_gives_its_file_while_its_page_is_drawn_again(app):
    async def tried() -> bytes:
        async with Viewer(app) as mine:
            await mine.open("plaintes")
            shown = dict(mine.files)
            await mine.choose({DEPARTMENT: mine.lists[DEPARTMENT].others()[0]})
            assert mine.files["emporter"] != shown["emporter"]
            await others_act(app)
            mine.files = shown
            return await mine.press("emporter")

    assert run(tried()).startswith(b"PK")


# --- what comes first, and what comes at all --------------------------------------------------------------------------
FAST = 10**8  # bits a second
FILES = (".js", ".css", ".woff2", ".png")


@contextmanager
def first_visit(chromium: Browser) -> Iterator[BrowserContext]:
    """A session in which requests are not looked at: the browser keeps what it fetched."""
    found = chromium.new_context(locale="fr-FR", viewport=served.SCREEN)
    yield found
    found.close()


def received(page: Page) -> dict[str, dict]:
    """What comes from the server from now on, by address: `from_network` (bool), `headers`, `bytes` once it is there."""
    wire, found, of = page.context.new_cdp_session(page), {}, {}

    def answered(event: dict) -> None:
        answer = event["response"]
        kept = (
            answer.get("fromDiskCache")
            or answer.get("fromPrefetchCache")
            or event["requestId"] in known
        )
        of[event["requestId"]] = answer["url"]
        found[answer["url"]] = {"from_network": not kept, "headers": answer["headers"]}

    known = set()
    wire.on("Network.requestServedFromCache", lambda event: known.add(event["requestId"]))
    wire.on("Network.responseReceived", answered)
    wire.on(
        "Network.loadingFinished",
        lambda event: found.get(of.get(event["requestId"]), {}).update(
            bytes=event["encodedDataLength"]
        ),
    )
    wire.send("Network.enable")
    return found


def test_the_first_twenty_kilobytes_are_enough_to_read_what_this_is_and_that_it_comes(
    app, chromium
):
    """Nothing else arrives: neither script nor font, nor Streamlit's styles."""
    with line.slow_line(app, FAST, 0.05) as (slow, way), first_visit(chromium) as context:
        way.down.most = 20_000
        page = context.new_page()
        page.goto(slow, wait_until="commit")
        words = page.locator("#ccsp-loading")
        expect(words).to_contain_text("Chargement")
        expect(words).to_contain_text(load_settings().product_name)
        page.wait_for_function(
            "() => performance.getEntriesByName('first-contentful-paint').length"
        )
        assert page.title() == load_settings().product_name
        assert way.down.carried <= 20_000 and page.locator(QUIET).count() == 0
        way.cut()


@pytest.mark.seconds
def test_at_a_hundred_kilobits_a_second_there_is_something_to_read_within_five_seconds(
    app, chromium
):
    with line.slow_line(app) as (slow, _), first_visit(chromium) as context:
        page = context.new_page()
        page.goto(slow, wait_until="commit")
        page.wait_for_function(
            "() => performance.getEntriesByName('first-contentful-paint').length"
        )
        assert page.evaluate(line.PAINTED) < 5_000


def test_what_is_said_while_a_page_comes_is_gone_once_it_is_there(page, app):
    open_page(page, app)
    expect(page.locator("#ccsp-loading")).to_have_count(0)


def test_a_first_visit_fetches_small_fonts_and_a_second_one_no_file_again(app, chromium):
    with first_visit(chromium) as context:
        for visit in range(2):
            page = context.new_page()
            found = received(page)
            open_page(page, app)
            expect(sites(page).first).to_be_visible()
            page.wait_for_load_state("networkidle")
            files = {a: of for a, of in found.items() if urlparse(a).path.endswith(FILES)}
            assert len(files) > 90
            again = [a for a, of in files.items() if of["from_network"]]
            assert again == [] if visit else len(again) > 90
            if not visit:
                fonts = {a: of["bytes"] for a, of in files.items() if a.endswith(".woff2")}
                assert sum(fonts.values()) < 50_000 and len(fonts) == 2
                assert sum(of["bytes"] for of in found.values() if "bytes" in of) < 750_000
            page.close()


def test_what_an_open_page_asks_each_second_is_answered_in_few_bytes(app, chromium):
    with first_visit(chromium) as context:
        page = context.new_page()
        found = received(page)
        open_page(page, app)
        until(page, lambda: "bytes" in found.get(f"{app}/livez", {}))
        assert 0 < found[f"{app}/livez"]["bytes"] < 450


@pytest.mark.parametrize("viewport", [served.SCREEN, served.TELEPHONE], ids=["desk", "telephone"])
def test_no_page_fetches_a_whole_font_of_streamlit_s(app, chromium, viewport):
    """An italic is the upright, slanted; icons and letters are those that ours hold."""
    visit = served.visit(chromium, viewport=viewport)
    page, fonts = visit.context.new_page(), set()
    page.on("response", lambda a: fonts.add(urlparse(a.url).path) if "woff" in a.url else None)
    for spec in pages_of(LOCAL_READER):
        open_page(page, f"{app}/{spec.url_path}")
    visit.context.close()
    assert fonts == {f"/app/static/{font.file()}" for font in page_fonts.FONTS}


# Draws texts in a font at the sizes and weights that pages have.
DRAW = """async ([address, texts]) => {
  const face = new FontFace("tried", `url(${address})`, { weight: "100 900" });
  document.fonts.clear();
  document.fonts.add(await face.load());
  document.body.replaceChildren(...[12.5, 13.5, 15, 17, 22, 25].flatMap((size) => [400, 600, 700].map((weight) => {
    const part = document.createElement("div");
    part.style.cssText = `font: ${weight} ${size}px tried; display: flex; flex-wrap: wrap; gap: 4px`;
    part.append(...texts.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
    return part;
  })));
  await document.fonts.ready;
}"""


# Of which there are few: the machine's drawing of letters fits each to the others of its kind that the font has.
FITTED = "ªº¹²³₀₁₂₃ᵉʳµΣφτχ"


@pytest.mark.parametrize("font", page_fonts.FONTS, ids=lambda font: font.name)
def test_texts_look_as_they_do_in_streamlit_s_fonts(app, chromium, font):
    """Every character and every icon, pixel by pixel."""
    words = ["chiffres", "office", "flic", "12 345,6 %", "AVOIR", "ɖɔ́", "ɛ̃", "ọ̀"]
    letters = [c for c in map(chr, page_fonts.CHARACTERS) if c not in FITTED]
    texts = [*letters, *words] if font.of_letters else list(page_fonts.ICONS)
    with first_visit(chromium) as context:
        page = context.new_page()
        page.goto(f"{app}/livez")
        pictures = []
        for address in (f"/app/static/{font.file()}", f"/static/media/{font.path().name}"):
            page.evaluate(DRAW, [address, texts])
            pictures.append(page.screenshot(full_page=True))
    assert pictures[0] == pictures[1]
