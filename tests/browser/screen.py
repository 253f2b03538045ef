"""What a person does on the screen, in the words of the tests."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread

from playwright.sync_api import Frame, FrameLocator, Locator, Page, Response, expect
from playwright.sync_api import TimeoutError as Late
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.navigation import PAGES
from dashboard.web import security_headers

CARD = ".ccsp-card"
SHORT = 200  # bytes: that a run of a page is done is said in fewer
QUIET = "[data-testid=stApp][data-test-script-state=notRunning]"
# Whether everything on the page stands where it stood when this was last asked.
STILL = """() => {
  const places = [...document.querySelectorAll('[data-testid=stApp] :is(div, svg, iframe, table, input, button)')]
    .map(e => { const box = e.getBoundingClientRect(); return [box.x, box.y, box.width, box.height]; }).join();
  const before = window.places;
  window.places = places;
  return places === before;
}"""


def path(url_path: str) -> str:
    """The path of a page's address; the first page is at the root."""
    return "/" if url_path == PAGES[0].url_path else f"/{url_path}"


def open_page(page: Page, address: str) -> None:
    """Go there and wait until everything is drawn."""
    page.goto(address)
    settled(page)


def let_pass(page: Page, seconds: int) -> None:
    """Let so many seconds of the page's own clock pass, which stands in its context since before it was opened. What it asks of
    the server between two of them has been answered as soon as one more question is."""
    for _ in range(seconds):
        page.clock.run_for(1_000)
        page.evaluate("async () => { await (await fetch('/livez')).text(); }")


NEVER = 120_000  # milliseconds: what does not come by then does not come


def until(page: Page, true: Callable[[], object]) -> None:
    """Wait until it is true, and let the browser say meanwhile what happens."""
    for _ in range(NEVER // 50):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came")


def reopened_until(page: Page, address: str, true: Callable[[], object]) -> None:
    """Open a page, and again, until what it shows is so: a state of the data is shown once it is ready, and not too soon after
    the one before."""
    for _ in range(NEVER // 500):
        open_page(page, address)
        if true():
            return
        page.wait_for_timeout(500)
    raise AssertionError("it never came")


def settled(page: Page) -> None:
    """Wait until the page has its heading and the server has no more to send."""
    expect(page.locator("h1")).to_have_count(1, timeout=20_000)
    expect(page.locator(QUIET)).to_be_visible(timeout=20_000)
    expect(page.locator("[data-stale=true]")).to_have_count(0)


def ends_a_run(data: bytes | str) -> bool:
    """Whether this is what the server says at the end of a run of a page."""
    message = ForwardMsg()
    return (
        isinstance(data, bytes)
        and len(data) < SHORT
        and bool(message.ParseFromString(data))
        and message.WhichOneof("type") == "script_finished"
    )


def still(page: Page) -> None:
    """Wait until nothing on the page moves: a chart just drawn or a fold just opened pushes down what stands below."""
    page.evaluate("() => { window.places = null; }")
    page.wait_for_function(STILL, polling=100)


# Where the sites of a map are.
PLACES = """() => [...document.querySelectorAll('path.site')]
  .map(e => { const box = e.getBoundingClientRect(); return [box.x, box.y]; }).join()"""


def frame_of_map(page: Page) -> Frame:
    """The map's frame, for what is asked of it by script."""
    handle = page.locator("iframe[title^=Carte]").element_handle()
    frame = handle.content_frame() if handle else None
    assert frame
    return frame


def stands(map_: Page | Frame) -> None:
    """Wait until no site of a map moves any more."""
    map_.evaluate("() => { window.places = null; }")
    map_.wait_for_function(
        f"() => {{ const before = window.places; window.places = ({PLACES})(); return window.places === before; }}",
        polling=100,
    )


def enlarge(map_: Page | Frame) -> None:
    """Enlarge a map, and wait until its zoom, which is animated, is over."""
    before = map_.evaluate(PLACES)
    map_.get_by_role("button", name="Agrandir").click()
    map_.wait_for_function(f"before => ({PLACES})() !== before", arg=before)
    stands(map_)


def unfold(page: Page) -> None:
    """Open every fold that is closed, all at once, and wait for what they hold."""
    folds = page.locator("[data-testid=stExpander] summary")
    # Pressed at one moment they are sent as one, to the part of the page in which the first stands: what is read of complaints
    # is a part by itself, and never the last.
    folds.evaluate_all("all => all.reverse().forEach(e => e.parentElement.open || e.click())")
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stExpanderDetails]')].every(e => e.innerText.trim())"
    )
    settled(page)


def unguarded(page: Page) -> list[str]:
    """What the page is answered from now on without the headers that an answer is to carry: all of them what is shown or framed,
    those that it needs what a page fetches."""
    bare, always = [], {*security_headers.ALWAYS, "content-security-policy"}
    shown = always | security_headers.SHOWN.keys()

    def look(answer: Response) -> None:
        wanted = shown if answer.request.resource_type == "document" else always
        if answer.url.startswith("http") and not wanted <= answer.headers.keys():
            bare.append(answer.url)

    page.on("response", look)
    return bare


class Watch:
    """From now on the page notes when somebody presses and when `shown` (JavaScript) first holds; a thread of the test, how
    long a busy machine lets wait whoever would go on."""

    def __init__(self, page: Page, shown: str):
        self.page, self.late, self.over = page, 0.0, Event()
        page.evaluate(f"""() => {{
          window.noted = {{ shown: 0, pressed: 0 }};
          for (const kind of ['pointerdown', 'keydown'])
            addEventListener(kind, () => {{ noted.pressed ||= Date.now(); }}, true);
          clearInterval(window.watching);
          window.watching = setInterval(() => {{ if ({shown}) noted.shown ||= Date.now(); }}, 20);
        }}""")
        Thread(target=self._sleep, daemon=True).start()

    def _sleep(self) -> None:
        last = time.monotonic()
        while not self.over.wait(0.02):
            now = time.monotonic()
            self.late, last = self.late + max(0, now - last - 0.021), now

    def delay(self, since: float = 0) -> float:
        """Seconds from `since` (time.time(); 0: the press) until it was shown, but for those in which the machine let wait."""
        self.page.wait_for_function("() => noted.shown", timeout=40_000)
        self.over.set()
        noted = self.page.evaluate("noted")
        return (noted["shown"] - (1_000 * since or noted["pressed"])) / 1_000 - self.late


def choose(page: Page, key: str, option: str) -> None:
    """Pick an option of a drop-down list."""
    wanted = page.get_by_role("option", name=option, exact=True)
    page.locator(f".st-key-{key} input").click()
    for _ in range(3):
        with suppress(
            Late
        ):  # a page that is drawn anew meanwhile shuts the list: people press again
            wanted.click(timeout=5_000)
            return
        if not wanted.is_visible():
            page.locator(f".st-key-{key} input").click()
    wanted.click()


def filter_by(page: Page, name: str, option: str) -> None:
    """Set a filter of the bar to another value, and wait until the page has taken it."""
    before = page.url
    choose(page, f"filtre_{name}", option)
    page.wait_for_url(lambda url: url != before)


def go(page: Page, title: str) -> None:
    """Another page, through the menu."""
    section = next(spec.section for spec in PAGES if spec.title == title)
    if section:
        page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    link = "stTopNavDropdownLink" if section else "stTopNavLink"
    page.get_by_test_id(link).filter(has_text=re.compile(f"^{title}$")).click()


def map_frame(page: Page) -> FrameLocator:
    """What the map's frame holds."""
    return page.frame_locator("iframe[title^=Carte]")


def sites(page: Page) -> Locator:
    """The sites on the main map."""
    return map_frame(page).locator("path.site")


def site_name(mark: Locator) -> str:
    """The name of a site, as a screen reader says it."""
    return mark.get_attribute("aria-label").split(",")[0]


def panel(page: Page, name: str) -> Locator:
    """The heading of a site's panel."""
    return page.get_by_role("heading", level=3, name=name, exact=True)


def figure(page: Page, label: str = "") -> Locator:
    """The value of a headline card: the first, or the one with this label."""
    card = page.get_by_role("region", name=label, exact=True) if label else page.locator(CARD)
    return card.first.locator("strong")


def figures(page: Page) -> list[str]:
    """The values of all headline cards."""
    return values(page).all_inner_texts()


def values(page: Page) -> Locator:
    """The values of all headline cards, as places on the page."""
    return page.locator(f"{CARD} strong")
