"""Somebody at a page: presses what is there and says what came of it, a file that opens, a page that is none of error, something
that changes or is said. What nothing comes of is dead."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Download, ElementHandle, Locator, Page, WebSocket
from playwright.sync_api import Error as Failed
from streamlit.proto.BackMsg_pb2 import BackMsg

from dashboard.navigation import NO_SUCH_PAGE
from tests.browser import files, served
from tests.browser.controls import FINDING, Control, Found, found
from tests.browser.screen import QUIET, ends_a_run
from tests.browser.words import english, said

TYPED = "essai.parcours"
# Milliseconds. PATIENCE: how long a page at rest must show nothing to be called dead.
AT_ONCE, LATE, PATIENCE, OF_A_FILE, OF_AN_ACT = 60, 30_000, 4_000, 60_000, 30_000
# The server has more to send, or the browser to load what it needs to draw what was sent.
RUNNING = f"""document.querySelector('[data-testid=stApp]')
    && (!document.querySelector('{QUIET}') || document.querySelector('[data-testid=stSkeleton]'))"""
OF_ONE_GROUP = "[...e.closest('[role=radiogroup]').querySelectorAll('[role=radio]')]"
CHOSEN = f"e => {OF_ONE_GROUP}.find(o => o.ariaChecked === 'true')?.textContent ?? ''"


# Whether there is something of it to point at: Streamlit hides what is for readers of screens in a box of one point.
IN_SIGHT = """e => { const own = e.getBoundingClientRect(), box = e.parentElement.getBoundingClientRect();
    return own.bottom > 0 && own.width > 1 && box.width > 1; }"""


class Dead(AssertionError):
    """Nothing came of a press, or it could not be pressed."""


class Hand:
    """Somebody at a page of a session. folder: where files go."""

    def __init__(self, visit: served.Visit, folder: Path) -> None:
        self.visit, self.folder = visit, folder
        visit.context.add_init_script(path=FINDING)
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = visit.context.new_page()
        self.french: set[str] = set()  # what was said and is known to be
        self.downloads: list[Download] = []  # since the last press
        self.windows: list[Page] = []
        self.before = ""  # what was seen before the last press
        self.held = ""  # what the field, list or choice that was pressed last stood at before
        self.asked = False  # the server has been, and has not said yet that it is done
        self.page.on("websocket", self._overhear)
        self.page.on("download", self._given)
        self.page.on("popup", self._opened)

    def _given(self, one: Download) -> None:
        self.downloads.append(one)

    def _opened(self, one: Page) -> None:
        self.windows.append(one)

    def _overhear(self, link: WebSocket) -> None:
        link.on("framesent", self._sent)
        link.on("framereceived", self._received)
        link.on("close", self._done)

    def _sent(self, data: bytes | str) -> None:
        message = BackMsg()
        if isinstance(data, bytes):
            message.ParseFromString(data)
            self.asked |= message.WhichOneof("type") == "rerun_script"

    def _received(self, data: bytes | str) -> None:
        self.asked &= not ends_a_run(data)

    def _done(self, _: WebSocket) -> None:
        self.asked = False

    # --- looking ---------------------------------------------------------------------------------------------------------
    def seen(self) -> str:
        """All that somebody sees, with the address, as a number."""
        frames = [frame.evaluate("controls.seen()") for frame in self.page.frames]
        return " ".join([self.page.url, *frames])

    def steady(self) -> None:
        """Wait until the server has no more to send and as much can be pressed as a moment before."""
        before = None
        for _ in range(OF_A_FILE // AT_ONCE):
            try:
                now = None
                if not (self.asked or self.page.evaluate(RUNNING)):
                    now = [frame.evaluate("controls.count()") for frame in self.page.frames]
                if now is not None and now == before:
                    return
            except Failed:  # another page is on its way
                now = None
            before = now
            self.page.wait_for_timeout(AT_ONCE)
        raise Dead("the page never comes to rest")

    def sound(self) -> None:
        """Nothing on the page is an error or a word of English, and nothing went wrong in the browser."""
        heading = self.page.locator("h1")
        assert heading.count(), "no heading"
        assert NO_SUCH_PAGE not in heading.first.inner_text(), "leads nowhere"
        for sign in ("[data-testid=stException]", "text=/Signaler l'incident/"):
            assert not self.page.locator(sign).count(), sign
        new = set(said(self.page)) - self.french
        assert not (words := english(sorted(new))), words
        self.french |= new
        assert not (faults := self.visit.forget()), faults

    def find(self, one: Control, patience: int = LATE) -> Found:
        """It, on the page as it is now. Raises Dead where it is not there, and does not come."""
        for _ in range(1 + patience // AT_ONCE):
            for other in found(self.page):
                if other.control == one:
                    return other
            self.page.wait_for_timeout(AT_ONCE)
        raise Dead(f"{one.words} is gone")

    # --- pressing --------------------------------------------------------------------------------------------------------
    def press(self, one: Control) -> str:
        """Press it; what came of it, in a word or two. Raises Dead where nothing did, AssertionError where it is no good."""
        self.downloads.clear()
        self.windows.clear()
        pressed = self.find(one)
        # In the middle of the screen: at its edge a list is opened, scrolled into sight, and closed by that.
        pressed.handle().evaluate("e => e.scrollIntoView({ block: 'center' })")
        self.before, address = self.seen(), self.page.url
        HOW.get(one.kind, Hand.click)(self, pressed)
        if pressed.address == address:
            return "here"
        came = self._came(one.kind == "file", address)
        if came == "file":
            return self._file()
        for window in self.windows:
            window.wait_for_load_state()
            window.close()
        self.steady()
        self.sound()
        return came

    def _came(self, is_file: bool, address: str) -> str:
        """What comes of a press in time. Raises Dead where nothing does."""
        at_rest = 0  # milliseconds in which nothing was to be waited for, and nothing had come
        for _ in range(OF_A_FILE // AT_ONCE):
            self.page.wait_for_timeout(AT_ONCE)
            try:
                if self.downloads:
                    return "file"
                if self.windows:
                    return "window"
                if is_file or self.asked or self.page.evaluate(RUNNING):
                    continue
                if urlsplit(self.page.url).path != urlsplit(address).path:
                    return f"page {urlsplit(self.page.url).path}"
                if self.seen() != self.before:
                    return "change"
                at_rest += AT_ONCE
                if at_rest >= PATIENCE:
                    break
            except Failed:  # another page is on its way
                continue
        raise Dead("nothing comes of it")

    def _file(self) -> str:
        (given,) = self.downloads
        assert given.failure() is None, f"{given.suggested_filename}: {given.failure()}"
        path = self.folder / given.suggested_filename
        given.save_as(path)
        files.opened(path, path.name)
        path.unlink()
        self.steady()
        self.sound()
        return f"file {path.suffix}"

    def click(self, one: Found) -> None:
        """As with a mouse; what is out of sight until the keyboard comes, by the keyboard."""
        element = one.handle()
        if not element.is_visible():  # until the pointer is over what it is for
            code = over(element, "[data-testid=stCode]")
            code.scroll_into_view_if_needed(timeout=OF_AN_ACT)
            code.hover(timeout=OF_AN_ACT)
            element.wait_for_element_state("visible", timeout=OF_AN_ACT)
        if element.evaluate(IN_SIGHT):
            element.click(timeout=OF_AN_ACT, no_wait_after=True)
        else:
            element.focus()
            element.press("Enter", no_wait_after=True)

    def hover(self, one: Found) -> None:
        """As who wants to know what it means."""
        one.handle().hover(timeout=OF_AN_ACT)

    def switch(self, one: Found) -> None:
        """Streamlit draws a switch beside its field."""
        over(one.handle(), "label").click(timeout=OF_AN_ACT)

    def choose(self, one: Found) -> None:
        """One of several: the one that is chosen already is chosen anew after another."""
        element = one.handle()
        self.held = str(element.evaluate(CHOSEN))
        if element.get_attribute("aria-checked") == "true":
            element.evaluate(f"e => {OF_ONE_GROUP}.find(other => other !== e).click()")
            self.steady()
            element = self.find(one.control).handle()
            self.before = self.seen()
        element.click(timeout=OF_AN_ACT)

    def pick(self, one: Found) -> None:
        """Another entry of a list than the one that is in force."""
        element = one.handle()
        if element.evaluate("e => e.tagName") == "SELECT":
            self.held = ""
            element.evaluate("""e => { e.selectedIndex = (e.selectedIndex + 1) % e.options.length;
                e.dispatchEvent(new Event('change', { bubbles: true })); }""")
            return
        self.held = element.input_value()
        options = self._entries(element)
        words = [text.strip() for text in options.all_inner_texts()]
        others = [n for n, text in enumerate(words) if text not in ("", self.held.strip())]
        if others:
            options.nth(others[min(1, len(others) - 1)]).click(timeout=OF_AN_ACT)
        else:  # the only one there is
            self.page.keyboard.press("Escape")

    def _entries(self, element: ElementHandle) -> Locator:
        """What a list offers, once it is open."""
        element.evaluate("e => e.scrollIntoView({ block: 'center' })")
        self.page.wait_for_timeout(2 * AT_ONCE)  # that it was scrolled would close it
        options = self.page.get_by_role("option")
        for _ in range(
            2
        ):  # what still came in above it may have moved it, which closes it: whoever sees that opens it again
            element.click(timeout=OF_AN_ACT)
            with suppress(Failed):
                options.first.wait_for(timeout=PATIENCE // 2)
                break
        options.first.wait_for(timeout=OF_AN_ACT)
        return options

    def write(self, one: Found) -> None:
        """Something in a field."""
        element = one.handle()
        self.held = element.input_value()
        kind = element.get_attribute("type") or "text"
        usual = {"number": "80", "email": "essai@exemple.bj"}.get(kind, TYPED)
        self._written(element, usual if usual != self.held else f"{usual} encore")

    def _written(self, element: ElementHandle, text: str) -> None:
        """Left as for no other: the calendar of a day opens as soon as one comes to it."""
        element.fill(text, timeout=OF_AN_ACT)
        element.evaluate("e => e.blur()")

    def date(self, one: Found) -> None:
        """A day, by the calendar."""
        one.handle().click(timeout=OF_AN_ACT)
        self.page.get_by_role("grid").wait_for(timeout=OF_AN_ACT)

    def fill(self, fields: list[Control], *, empty: bool) -> None:
        """The fields of a form: nothing is written in them, or something; what is chosen nowhere yet is, if something."""
        for one in fields:
            element = self.find(one).handle()
            if one.kind == "field" and empty:
                self._written(element, "")
            elif one.kind == "field":
                self.write(self.find(one))
            elif one.kind == "list" and not empty and not element.evaluate("e => e.value"):
                self.pick(self.find(one))
            self.steady()

    def take_back(self, one: Control) -> None:
        """Put it as it was before it was pressed last, where that can be done with it alone and it is still called the same."""
        element = self.find(one, 0).handle()
        if one.kind == "switch":
            self.switch(self.find(one))
        elif one.kind == "choice":
            again = f"(e, held) => {OF_ONE_GROUP}.find(o => o.textContent === held)?.click()"
            element.evaluate(again, self.held)
        elif one.kind == "list" and self.held:
            entry = self._entries(element).get_by_text(self.held, exact=True)
            entry.first.click(timeout=OF_AN_ACT)
        elif one.kind == "field":
            self._written(element, self.held)
        else:
            self.page.keyboard.press("Escape")
            self.page.mouse.move(0, 0)
        self.steady()


def over(element: ElementHandle, what: str) -> ElementHandle:
    """The innermost such thing that the element is in."""
    there = element.evaluate_handle("(e, what) => e.closest(what) ?? e", what).as_element()
    assert there
    return there


HOW: dict[str, Callable[[Hand, Found], None]] = {
    "hint": Hand.hover,
    "switch": Hand.switch,
    "choice": Hand.choose,
    "list": Hand.pick,
    "field": Hand.write,
    "day": Hand.date,
}
