"""On a slow line others act between what is asked and what is fetched: every button gives its file all the same."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import urlparse

from playwright.sync_api import Browser

from tests.accounts.asgi import run
from tests.benchmarks.viewer import Viewer
from tests.browser import files, served
from tests.browser.screen import open_page

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
