"""How long a person waits: `python -m tests.browser.latency`, on fictitious data of 300 000 visits.

Times are taken inside the page, from the event to the change of the document, so that the tool's own polling does not
count. They depend on the machine and on what else it does: the load is printed beside them, and how many times as long as on a
page of two lines a filter takes, which depends on it less. DATABASE_URL names a
database to measure on; without it one is built in data/bench and kept.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from dashboard.accounts.rights import LOCAL_READER
from dashboard.navigation import pages_of
from dashboard.settings import ROOT
from tests.browser import served
from tests.browser.screen import map_frame, open_page, path, settled, sites

PAGES = pages_of(LOCAL_READER)

VISITS = 300_000
TARGETS = {"filter": 120, "click": 80, "menu": 300, "page": 1_000, "slide": 150}
DEPARTMENTS = (
    "Zou",
    "Borgou",
    "Ouémé",
    "Atacora",
    "Mono",
    "Tous les départements",
    "Atlantique",
    "Collines",
    "Plateau",
    "Donga",
    "Tous les départements",
)
CLICKS = 12
# Not those of the page before, which Streamlit leaves in place until the new ones come.
MAIN = ":is(iframe[title^=Carte], [data-testid=stVegaLiteChart] :is(canvas, svg)):not([data-stale=true] *)"

# Waits, in the page, until `ready` holds; the promise gives the milliseconds since `from`.
WATCH = """(ready, from) => new Promise((done, failed) => {
  const stop = setTimeout(() => { eye.disconnect(); failed(new Error('nothing changed in 20 s')); }, 20000);
  const look = () => { if (ready()) { clearTimeout(stop); eye.disconnect(); done(performance.now() - from()); } };
  const eye = new MutationObserver(look);
  eye.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
  look();
})"""
# Text as it is in the document, for to ask for it as it is seen has all of the page laid out at each look.
FIGURES = "[...document.querySelectorAll('.ccsp-card strong')].map(e => e.textContent)"
HEADING = "[document.querySelector('h1').textContent]"  # which says figures, on the pages that begin with a finding
HELLO = """import streamlit as st
name = st.selectbox("Nom", ["Afi", "Bio", "Codjo"], key="nom")
st.title(f"Bonjour {name}", anchor=False)
"""


def watch(page: Page, ready: str, event: str) -> None:
    """Begin to time, from the next `event` on the page until the expression `ready` holds."""
    page.evaluate(f"""() => {{
      let start = null;
      document.addEventListener('{event}', () => {{ start ??= performance.now(); }}, {{capture: true, once: true}});
      window.timed = ({WATCH})(() => start !== null && ({ready}), () => start);
    }}""")


def timed(page: Page) -> float:
    """The milliseconds of what `watch` began."""
    return page.evaluate("window.timed")


def pick(page: Page, key: str, option: str, ready: str) -> float:
    """Milliseconds from the press on an option of a list until `ready` holds."""
    page.locator(f".st-key-{key} input").click()
    choice = page.get_by_role("option", name=option, exact=True)
    choice.scroll_into_view_if_needed()
    watch(page, ready, "pointerdown")
    choice.click()
    return timed(page)


def filter_changes(page: Page, shown: int = 1, said: str = FIGURES) -> list[float]:
    """From the choice of a department until one of the first `shown` things said, by default headline figures, is another."""
    found = []
    for department in DEPARTMENTS:
        before = json.dumps(page.evaluate(said)[:shown], ensure_ascii=False, separators=(",", ":"))
        found.append(
            pick(
                page,
                "filtre_departement",
                department,
                f"{said}.length && JSON.stringify({said}.slice(0, {shown})) !== {json.dumps(before)}",
            )
        )
        settled(page)
    return found


def site_clicks(page: Page, count: int = CLICKS) -> list[float]:
    """From the press on a site of the map until the panel has its name. The clocks of both windows are compared."""
    found = []
    marks = sites(page)
    frame = page.query_selector("iframe[title^=Carte]").content_frame()
    for i in range(count):
        mark = marks.nth(-1 - i % 20)
        name = mark.get_attribute("aria-label").split(",")[0]
        frame.evaluate("""() => document.addEventListener('click',
          () => { window.parent.clicked = performance.now() + performance.timeOrigin; }, {capture: true, once: true})""")
        page.evaluate("(name) => { window.clicked = 0; window.wanted = name; }", name)
        page.evaluate(f"""() => {{ window.timed = ({WATCH})(
          () => window.clicked && [...document.querySelectorAll('h3')].some(h => h.textContent === window.wanted),
          () => window.clicked - performance.timeOrigin); }}""")
        mark.dispatch_event("click") if covered(page, mark) else mark.click()
        found.append(timed(page))
        settled(page)
    return found


def covered(page: Page, mark) -> bool:
    """Whether something lies on the middle of a site, so that a pointer would hit that instead."""
    return mark.evaluate("""e => { const b = e.getBoundingClientRect();
      return document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2) !== e; }""")


def opening(page: Page, address: str, main: str) -> float:
    """From the start of a navigation, the browser's cache being warm, until heading and main part are there."""
    page.goto(address, wait_until="commit")
    return page.evaluate(
        f"({WATCH})(() => document.querySelector('h1') && document.querySelector(`{main}`), () => 0)"
    )


def page_openings(context, app: str, repeats: int) -> dict[str, list[float]]:
    """Openings of each page by its link."""
    found = {}
    for spec in PAGES:
        page = context.new_page()
        link = app + path(spec.url_path) + ("?centre=ccsp-kandi" if spec.url_path == "site" else "")
        open_page(page, link)
        main = MAIN if page.locator(MAIN).count() else "h1"
        found[spec.title] = [opening(page, link, main) for _ in range(repeats)]
        page.close()
    return found


def page_changes(
    page: Page,
    titles: tuple[str, ...] = (
        "Plaintes",
        "Département",
        "Signaux",
        "Carte",
        "Présenter",
        "Attentes",
    ),
) -> dict[str, list[float]]:
    """From the press on a line of the menu until the page's heading and main part are there."""
    headings = {spec.title: spec.heading for spec in PAGES}
    found: dict[str, list[float]] = {title: [] for title in titles}
    for _ in range(3):
        for title in titles:
            link = page.get_by_test_id("stTopNavLink").get_by_text(title, exact=True)
            link.wait_for()
            watch(
                page,
                f"document.querySelector('h1')?.textContent.startsWith({json.dumps(headings[title])}) && "
                f"document.querySelector(`{'h1' if title == 'Présenter' else MAIN}`)",
                "pointerdown",
            )
            link.click()
            found[title].append(timed(page))
            settled(page)
    return found


@contextmanager
def opened(browser, address: str) -> Iterator[Page]:
    """A page of a session of its own, everything drawn."""
    visit = served.visit(browser)
    page = visit.context.new_page()
    open_page(page, address)
    page.wait_for_timeout(1_000)  # charts still settle
    yield page
    visit.context.close()


def map_kept(page: Page, act: Callable[[Page], list[float]]) -> tuple[list[float], bool]:
    """The times of what is done, and whether the map is still the same afterwards."""
    expect(sites(page)).to_have_count(24)
    map_frame(page).locator("body").evaluate("() => { window.mark = 'here' }")
    times = act(page)
    return times, map_frame(page).locator("body").evaluate("() => window.mark") == "here"


def slide_changes(page: Page, app: str) -> list[float]:
    """From the press on an arrow until the next slide of the national review is painted (two frames later)."""
    open_page(page, f"{app}/presenter")
    # Registered before the presentation's own listener, which lets nobody hear the key after it.
    page.evaluate("""() => { window.painted = []; window.addEventListener('keydown', () => { const pressed = performance.now();
      requestAnimationFrame(() => requestAnimationFrame(() => window.painted.push(performance.now() - pressed))); }, true); }""")
    page.get_by_role("button", name="Commencer la présentation").click()
    expect(page.locator("#ccsp-presentation .count")).to_have_text(
        "1 / 12"
    )  # until then there is no slide to turn
    page.evaluate("window.painted.length = 0")
    for key in [*["ArrowRight"] * 11, *["ArrowLeft"] * 11]:
        before = page.locator("#ccsp-presentation .count").inner_text()
        page.keyboard.press(key)
        page.wait_for_function(
            "(n) => document.querySelector('#ccsp-presentation').shadowRoot.querySelector('.count')"
            ".textContent !== n",
            arg=before,
        )
    page.wait_for_timeout(200)
    return page.evaluate("window.painted")


def weights(browser, app: str) -> list[tuple[int, int, int]]:
    """(bytes of files, bytes told by websocket, requests) of the opening page on a first and on a second visit, as transferred:
    compressed, headers included."""
    # Its own context: where requests are looked at, as elsewhere in these tests, the browser keeps nothing.
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 720})
    found = []
    for _ in range(2):
        page = context.new_page()
        wire = context.new_cdp_session(page)
        files: list[float] = []
        told: list[int] = []
        wire.on(
            "Network.loadingFinished", lambda e, files=files: files.append(e["encodedDataLength"])
        )
        wire.on(
            "Network.webSocketFrameReceived",
            # Binary messages come as base64.
            lambda e, told=told: told.append(len(e["response"]["payloadData"]) * 3 // 4),
        )
        wire.send("Network.enable")
        open_page(page, app)
        page.wait_for_timeout(3_000)
        found.append((int(sum(files)), sum(told), len(files)))
        page.close()
    context.close()
    return found


def hello_changes(page: Page, count: int = 10) -> list[float]:
    """Reruns of a page that has one list and one line."""
    names = ("Bio", "Codjo", "Afi")
    return [
        pick(
            page,
            "nom",
            names[i % 3],
            f"document.querySelector('h1').textContent.includes('{names[i % 3]}')",
        )
        for i in range(count)
    ]


def load() -> str:
    """How busy the machine is, in the system's words."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "inconnue"


def line(what: str, times: list[float], target: int | None) -> float:
    """Print a row of the table; gives the median."""
    middle = statistics.median(times)
    kept = (
        ""
        if target is None
        else f"  cible {target:>5} ms  {'tenue' if middle < target else 'MANQUÉE'}"
    )
    print(
        f"{what:<44}{middle:>7.0f} ms  ({min(times):.0f} à {max(times):.0f}, n = {len(times)}, charge {load()}){kept}",
        flush=True,
    )
    return middle


def measure(app: str, hello: str, repeats: int) -> None:
    """All measures, as a table."""
    with served.browsing() as browser:
        with opened(browser, app) as page:
            filter_changes(page)  # once before: what is kept in memory is kept
            times, kept = map_kept(page, filter_changes)
            filtered = {
                "Carte": line("Filtre : choix → nouveau chiffre (Carte)", times, TARGETS["filter"])
            }
            print(f"{'':<44}carte {'gardée' if kept else 'RECONSTRUITE'}")
            site_clicks(page)
            times, kept = map_kept(page, site_clicks)
            line("Clic sur un centre → son panneau", times, TARGETS["click"])
            print(f"{'':<44}carte {'gardée' if kept else 'RECONSTRUITE'}")
        with opened(browser, f"{app}/attentes") as page:
            filter_changes(
                page, 4
            )  # medians of two departments may well be the same: any of the four
            filtered["Attentes"] = line(
                "Filtre : choix → nouveau chiffre (Attentes)",
                filter_changes(page, 4),
                TARGETS["filter"],
            )
            for title, times in page_changes(page).items():
                line(f"Menu → {title}", times, TARGETS["menu"])
        for address, title in (("departement", "Département"), ("plaintes", "Plaintes")):
            with opened(browser, f"{app}/{address}") as page:
                filter_changes(page, said=HEADING)
                times = filter_changes(page, said=HEADING)
                filtered[title] = line(
                    f"Filtre : choix → nouveau titre ({title})", times, TARGETS["filter"]
                )
        with opened(browser, f"{app}/definitions") as page:
            line(
                "Présentation : flèche → diapositive suivante",
                slide_changes(page, app),
                TARGETS["slide"],
            )
        with opened(browser, hello) as page:
            floor = line("Page « Bonjour » de Streamlit : liste → titre", hello_changes(page), None)
            for title, changed in filtered.items():
                print(f"{f'Filtre ({title}) / page « Bonjour »':<44}{changed / floor:>7.1f} fois")
        context = served.visit(browser).context
        for title, times in page_openings(context, app, repeats).items():
            line(f"Ouverture par un lien, cache chaud : {title}", times, TARGETS["page"])
        for what, (files, told, requests) in zip(
            ("première", "seconde"), weights(browser, app), strict=True
        ):
            print(
                f"Poids de la carte, {what} visite : {files / 1000:.0f} Ko en {requests} demandes,"
                f" {told / 1000:.0f} Ko par websocket"
            )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.browser.latency", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--repeats", type=int, default=3, help="ouvertures de chaque page")
    arguments = parser.parse_args()
    url = os.environ.get("DATABASE_URL")
    if not url:
        file = ROOT / "data" / "bench" / f"latency-{VISITS}.db"
        url = f"sqlite:///{file}" if file.exists() else served.make_demo(file, VISITS)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "hello.py"
        script.write_text(HELLO, encoding="utf-8")
        with (
            served.serve(url, Path(folder) / "log") as app,
            served.serve(url, Path(folder) / "hello.log", script) as hello,
        ):
            measure(app, hello, arguments.repeats)


if __name__ == "__main__":
    main()
