"""A register is handed in by a line of 100 kbit/s and 600 ms: what it weighs; and what becomes of it where the line is cut."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as Cut

from tests.benchmarks.slow_line import Line, slow_line
from tests.browser import handing_in, served
from tests.browser.handing_in import NARROW, PASSWORD, Base, says
from tests.browser.house import PEOPLE, House
from tests.browser.screen import until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("empty house")]
FIRST, LATER = 80_000, 20_000  # bytes that come down the line
FAST = 4 * 10**6  # bits a second, where a line is only to be cut
A_MOMENT = 0.3  # seconds
NOBODY, GIVEN_UP = 9, "chrome-error:"  # a port where nobody answers; what the browser then shows
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
BACK = pytest.mark.parametrize("back_at_once", [False, True], ids=["gone a while", "back at once"])


@pytest.fixture(scope="module")
def house(empty_house) -> House:
    """A server on a base without any row."""
    return empty_house


@pytest.fixture(autouse=True)
def _as_it_was(house) -> Iterator[None]:
    yield
    house.restore()


# --- what it weighs ---------------------------------------------------------------------------------------------------
class Scales:
    """What a line carried down, step by step."""

    def __init__(self, line: Line) -> None:
        self.line, self.before, self.steps = line, line.down.carried, dict[str, int]()

    def step(self, name: str) -> None:
        """What came since the last one belongs to this."""
        now = -1
        while now != (now := self.line.down.carried):  # until nothing comes any more
            time.sleep(A_MOMENT)
        self.steps[name], self.before = now - self.before, now


@contextmanager
def telephone(chromium: Browser) -> Iterator[Page]:
    """A telephone that keeps what it fetched, as people's do: what a test looks at is kept by no browser."""
    context = chromium.new_context(locale="fr-FR", timezone_id="Africa/Porto-Novo", viewport=NARROW)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def hosts(page: Page) -> set[str]:
    """The hosts that the page asks from now on, as the browser says it."""
    found, wire = set[str](), page.context.new_cdp_session(page)

    def note(event: dict) -> None:
        found.add(urlparse(event["request"]["url"]).netloc)

    wire.on("Network.requestWillBeSent", note)
    wire.send("Network.enable")
    return found


def test_a_register_with_faults_is_handed_in_by_a_slow_line_and_weighs_little(
    house, chromium, tmp_path
):
    lines = handing_in.register("lent", faults=True)
    path = handing_in.write_csv(tmp_path, "registre.csv", "registre", lines)
    with slow_line(house.at) as (address, line), telephone(chromium) as page:
        asked, scales = hosts(page), Scales(line)
        page.goto(f"{address}/favicon.png")  # which a browser without windows leaves out
        scales.step("icon")
        page.goto(f"{address}/remonter")
        expect(page.get_by_role("button", name="Se connecter")).to_be_visible()
        handing_in.fits(page)
        scales.step("sign-in")
        page.get_by_label("Nom", exact=True).fill(PEOPLE["focal"].name)
        page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        expect(page.get_by_role("button", name=handing_in.CHECK)).to_be_visible()
        assert page.url == f"{address}/remonter"
        scales.step("start")
        handing_in.send(page, path)
        expect(page.get_by_role("button", name=handing_in.MEND)).to_be_visible()
        scales.step("verdict")
        handing_in.mend(page, handing_in.mends(lines))
        expect(page.get_by_role("button", name=handing_in.KEEP)).to_be_visible()
        handing_in.fits(page)
        scales.step("mended")
        handing_in.confirm(page)
        scales.step("receipt")
        page.get_by_role("link", name="Remettre un autre fichier").click()
        expect(page.get_by_role("link", name="Reçu n°")).to_be_visible()
        scales.step("start again")
        assert asked - {""} == {urlparse(address).netloc}  # "": a picture that the browser draws
    print("Bytes down the line:", scales.steps)
    weights = dict(scales.steps)
    assert sum(weights.pop(name) for name in ("icon", "sign-in", "start")) < FIRST
    assert max(weights.values()) < LATER, weights
    base = Base(house)
    assert base.count("visit") == len(lines) and base.figure("visits") == len(lines)


# --- where it is cut --------------------------------------------------------------------------------------------------
@contextmanager
def line_to_cut(
    house: House, chromium: Browser, *, script: bool = True
) -> Iterator[tuple[Page, str, Line]]:
    """The point focal's page by a line, its address and the line."""
    with slow_line(house.at, FAST, 0.02) as (address, line):
        found = served.visit(chromium, viewport=NARROW, java_script_enabled=script)
        house.enter("focal", found)  # a cookie knows no port: it is the line's too
        page = found.context.new_page()
        page.goto(f"{address}/remonter")
        yield page, address, line
        found.context.close()
        assert found.outside == [] and found.dialogs == []


def press(page: Page, name: re.Pattern) -> None:
    """Press a button, and wait for nothing: what it asks for may never come."""
    page.get_by_role("button", name=name).click(no_wait_after=True)


def lost(page: Page, line: Line, shown: str = "", *, back_at_once: bool = False) -> None:
    """Cut the line; it comes back once the browser has given up, or at once: then Chromium asks again by itself, whatever it
    had sent, and shows the page that says this."""
    port, line.port = line.port, line.port if back_at_once else NOBODY
    line.cut()
    until(page, lambda: is_over(page, shown))
    line.port = port


def is_over(page: Page, shown: str) -> bool:
    """Whether the browser, or a script of the page, says that nothing came, or the page that says this first is there."""
    if page.url.startswith(GIVEN_UP):
        return True
    with suppress(Cut):  # one page goes and another comes
        given_up = page.get_by_role("status").filter(has_text="coupée").count()
        there = page.get_by_role("heading", level=1).filter(has_text=shown).count()
        return bool(given_up or (shown and there))
    return False


def chosen(page: Page, folder: Path, mark: str, *, big: bool = False) -> list[list]:
    """Choose a register on the page, and send nothing yet; its lines."""
    lines = handing_in.register(mark)
    if big:
        lines = [[*line[:-1], f"{line[-1]} {n} {'x' * 150}"] for n in range(20) for line in lines]
    path = handing_in.write_csv(folder, f"{mark}.csv", "registre", lines)
    page.locator("input[type=file]").set_input_files(path)
    return lines


NOTHING = dict.fromkeys(handing_in.LEFT, 0)


@SCRIPT
def test_a_line_cut_amid_the_file_leaves_nothing_and_the_file_is_sent_again(
    house, chromium, tmp_path, script
):
    base = Base(house)
    with line_to_cut(house, chromium, script=script) as (page, address, line):
        chosen(page, tmp_path, "coupe", big=True)
        line.up.most = line.up.carried + 60_000
        press(page, handing_in.CHECK)
        until(page, lambda: line.up.carried > line.up.most - 3_000)
        lost(page, line)
        assert base.left() == NOTHING
        page.goto(f"{address}/remonter")
        expect(page.get_by_text("Rien n'a encore été remis")).to_be_visible()
        lines = chosen(page, tmp_path, "encore")
        page.get_by_role("button", name=handing_in.CHECK).click()
        says(page, f"Bon à garder : {len(lines)} lignes")
        handing_in.confirm(page)
    assert base.count("visit") == len(lines)


@SCRIPT
@BACK
def test_a_verdict_that_was_lost_on_the_way_counts_for_nothing_and_is_asked_again(
    house, chromium, tmp_path, script, back_at_once
):
    base = Base(house)
    with line_to_cut(house, chromium, script=script) as (page, address, line):
        lines = chosen(page, tmp_path, "perdu")
        line.down.most = line.down.carried + 20
        press(page, handing_in.CHECK)
        until(page, lambda: base.count("upload_preview"))
        lost(page, line, "Bon à garder", back_at_once=back_at_once)
        assert (base.count("import_batch"), base.count("visit")) == (0, 0)
        page.goto(f"{address}/remonter")
        expect(page.get_by_text("Rien n'a encore été remis")).to_be_visible()
        page.locator("input[type=file]").set_input_files(tmp_path / "perdu.csv")
        page.get_by_role("button", name=handing_in.CHECK).click()
        says(page, f"Bon à garder : {len(lines)} lignes")
        handing_in.confirm(page)
        expect(page.get_by_text("nouvelles")).to_be_visible()
    assert (base.count("import_batch"), base.count("visit")) == (1, len(lines))


@BACK
def test_a_receipt_that_was_lost_on_the_way_is_found_and_confirming_again_keeps_once(
    house, chromium, tmp_path, back_at_once
):
    base = Base(house)
    with line_to_cut(house, chromium) as (page, address, line):
        lines = chosen(page, tmp_path, "garde")
        page.get_by_role("button", name=handing_in.CHECK).click()
        expect(page.get_by_role("button", name=handing_in.KEEP)).to_be_visible()
        waiting = page.url
        other = page.context.new_page()  # another tab, which still shows it as waiting
        other.goto(waiting)
        line.down.most = line.down.carried + 20
        press(page, handing_in.KEEP)
        until(page, lambda: base.count("receipt"))
        lost(page, line, "C'est fait", back_at_once=back_at_once)
        assert (base.count("import_batch"), base.count("visit")) == (1, len(lines))
        handing_in.confirm(other)
        receipt = other.url
        assert "/remonter/recu/" in receipt
        with_receipt = page.context.new_page()
        with_receipt.goto(waiting)
        assert with_receipt.url == receipt
        with_receipt.goto(f"{address}/remonter")
        expect(with_receipt.get_by_role("link", name="Reçu n°")).to_have_count(1)
        try:  # and who asks his browser to show again what did not come
            page.reload()
        except Cut:
            page.goto(waiting)
        says(page, "C'est fait")
        assert page.url == receipt
    assert (base.count("import_batch"), base.count("visit")) == (1, len(lines))


@BACK
def test_a_correction_that_was_lost_on_the_way_is_there_on_return(
    house, chromium, tmp_path, back_at_once
):
    base = Base(house)
    lines = handing_in.register("corrige", faults=True)
    path = handing_in.write_csv(tmp_path, "corrige.csv", "registre", lines)
    with line_to_cut(house, chromium) as (page, _, line):
        handing_in.send(page, path)
        expect(page.get_by_role("button", name=handing_in.MEND)).to_be_visible()
        waiting, before = page.url, sealed(base)
        for name, words in handing_in.mends(lines).items():
            field = handing_in.asked(page, name)
            (field.select_option if name == "Type" else field.fill)(words)
        line.down.most = line.down.carried + 20
        press(page, handing_in.MEND)
        until(page, lambda: sealed(base) != before)
        lost(page, line, "Bon à garder", back_at_once=back_at_once)
        page.goto(waiting)
        says(page, f"Bon à garder : {len(lines)} lignes")
        assert (base.count("import_batch"), base.count("visit")) == (0, 0)
        handing_in.confirm(page)
        expect(page.get_by_text("3 cases corrigées")).to_be_visible()
    assert base.count("visit") == len(lines)


def sealed(base: Base) -> bytes:
    """What waits in the database."""
    return base.value("SELECT sealed FROM upload_preview")
