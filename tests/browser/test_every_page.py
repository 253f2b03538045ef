"""Every page, opened once at a desk and once on a telephone, with the network cut: it shows what it is for, in French,
printed and by ear too. What fails is named by its page and its matter."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as Late

from dashboard.accounts.rights import LOCAL_READER
from dashboard.navigation import PLAIN_PAGES, PageSpec, pages_of
from tests.browser import served
from tests.browser.screen import (
    filter_by,
    go,
    map_frame,
    open_page,
    path,
    settled,
    sites,
    still,
    unguarded,
)
from tests.browser.words import english, opened, pointed, said

pytestmark = pytest.mark.browser
Matter = Callable[[Page, PageSpec], None]
PAGES = pages_of(LOCAL_READER)
CHARTED = [s for s in PAGES if s.story and s is not PAGES[0] and s.url_path != "completude"]
# (what, at least how many) on each page.
METRICS, TABLES = ".ccsp-card", ".ccsp-table"
CHARTS = ":is([data-testid=stVegaLiteChart]) :is(canvas, svg)"
PARTS = {
    "carte": ((METRICS, 6), ("iframe[title^=Carte]", 1), (TABLES, 1)),
    "departement": ((METRICS, 6), (CHARTS, 4), (TABLES, 2)),
    "site": ((METRICS, 6), (CHARTS, 5), (TABLES, 2)),
    "attentes": ((METRICS, 4), (CHARTS, 6)),
    "plaintes": ((METRICS, 5), (CHARTS, 5)),
    "signaux": (("h2", 2), (TABLES, 1)),
    "completude": ((".ccsp-calendar tbody tr", 24), (".ccsp-calendar-legend li", 4), (TABLES, 2)),
    "nouveau": ((".ccsp-answers > div", 3),),
    "presenter": (("[data-testid=stDownloadButton]", 4), ("[data-testid=stMarkdown] ol li", 12)),
    "cote-a-cote": (("[data-testid=stMultiSelect]", 1), (CHARTS, 2), (TABLES, 1)),
    "definitions": ((".ccsp-definition h2", 15),),
    "guide": (("h2", 2),),
}
SEEN = """() => [document.body.innerText, ...[...document.querySelectorAll('[title],[placeholder]')]
    .filter(e => e.offsetParent && !e.value).map(e => e.title || e.placeholder)].join('\\n')"""
AT_A_GLANCE = re.compile(
    r"\b(the|choose|select|search|download|loading|running|deploy|rerun|settings|about|print|record|"
    r"no (results|options)|show|fullscreen|waits?|complaints?|unknown|none|null|nan|undefined|error|"
    r"true|false|january|monday|months?|years?)\b",
    re.I,
)
PAPER = {"width": 703, "height": 1017}  # CSS pixels of A4 within its margins
ACTS = "[data-testid=stHeader], [data-testid=stSelectbox], [data-testid=stButton], [data-testid=stDownloadButton]"
# Charts and tables that reach beyond the paper, and tables of which something is out of sight.
BEYOND_PAPER = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart] svg, .ccsp-table, .ccsp-calendar table')]
  .filter(e => e.checkVisibility())
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.scrollHeight > e.clientHeight + 2
    && e.matches('.ccsp-table'))
  .map(e => `${e.className.baseVal ?? e.className} ${e.getBoundingClientRect().right}`)"""
DRAWN = """() => {
  const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart]')];
  return charts.length && charts.every(c => c.querySelector('svg path'));
}"""


def begin(page: Page, app: str, spec: PageSpec) -> None:
    """Open the page; that of a site with a site, that of places side by side with two."""
    site = "?centre=ccsp-kandi" if "centre" in spec.filters else ""
    two = "?departement=Zou&avec=Borgou" if spec.url_path == "cote-a-cote" else ""
    open_page(page, app + path(spec.url_path) + (site or two))


# --- at a desk -------------------------------------------------------------------------------------------------------
def opens(page: Page, spec: PageSpec) -> None:
    """It shows what it is for, and that its data are fictitious."""
    named = {"site": "Kandi", "cote-a-cote": "Borgou"}  # in place of the page's name
    expect(page.locator("h1")).to_contain_text(named.get(spec.url_path, spec.heading))
    expect(page.get_by_text("Données fictives").first).to_be_visible()
    for what, least in PARTS[spec.url_path]:
        expect(page.locator(what).nth(least - 1)).to_be_attached()
    if "iframe[title^=Carte]" in dict(PARTS[spec.url_path]):
        expect(sites(page)).to_have_count(24)
        assert map_frame(page).locator("html").get_attribute("lang") == "fr"
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.get_by_test_id("stException").count() == 0
    assert not {w.group().lower() for w in AT_A_GLANCE.finditer(page.evaluate(SEEN))}


# Streamlit's own, in which we have no say: the id of a menu's button, and what its frames and lists are made of.
def is_open_to_all(page: Page, spec: PageSpec) -> None:
    """Axe finds nothing serious."""
    if spec in CHARTED:
        page.wait_for_function(DRAWN)
    serious = [
        f"{v['id']}: {[node['target'] for node in v['nodes']][:4]}"
        for v in Axe().run(page).response["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []


@contextmanager
def on_paper(page: Page) -> Iterator[None]:
    """The page as it is printed on A4, then as it was."""
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    try:
        yield
    finally:
        page.emulate_media(media="null")
        page.set_viewport_size(served.SCREEN)
        still(page)  # the menu finds its room again


def is_printed_whole(page: Page, spec: PageSpec) -> None:
    """On A4: its title, filters and date, whole tables and charts, and nothing that only acts."""
    if "departement" in spec.filters:
        filter_by(page, "departement", "Zou")
    with on_paper(page):
        if spec.filters:
            of = "Kandi" if "centre" in spec.filters else "Zou"
            expect(page.locator(".ccsp-fold")).to_contain_text(of)
        settled(page)
        still(page)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".ccsp-state")).to_contain_text("données au")
        for acting in page.locator(ACTS).all():
            expect(acting).to_be_hidden()
        assert page.evaluate(BEYOND_PAPER) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]
    if "departement" in spec.filters:
        filter_by(page, "departement", "Tous les départements")
        expect(page.locator(".ccsp-fold")).not_to_contain_text("Zou")  # the server has heard of it
        settled(page)


def says_in_french_and_once_what_the_pointer_finds(page: Page, spec: PageSpec) -> None:
    """Neither a word of English nor a field's letter nor all the digits of a number, and nothing twice."""
    if spec not in CHARTED:
        return
    page.set_viewport_size({"width": 1280, "height": 6000})
    page.wait_for_function(DRAWN)
    still(page)
    told = pointed(page)
    assert told and not english(sorted(told))
    for text in told:
        lines = [line.strip() for line in re.split(r"[\n\t]+", text) if line.strip()]
        assert len(lines) == len(set(lines)), text
        assert not [line for line in lines if re.fullmatch(r"[a-z]{1,2}", line)], text
        assert not re.search(r"\d[.,]\d{4}", text), text


def says_no_word_of_english_whatever_is_opened(page: Page, spec: PageSpec) -> None:
    """Menus, folds, lists, meanings and hints; of the menu and each filter, on the first page that has it."""
    found: set[str] = set()
    before = {name for other in PAGES[: PAGES.index(spec)] for name in other.filters}
    for texts in opened(page, shell=spec is PAGES[0] or not before.issuperset(spec.filters)):
        found.update(english(texts))
    assert not found


def gives_its_files(page: Page, spec: PageSpec) -> None:
    """The first two, from folds that are open by now."""
    for download in page.get_by_test_id("stDownloadButton").all()[:2]:
        with page.expect_download(timeout=60_000):
            download.get_by_role("button").click()


AT_A_DESK: tuple[Matter, ...] = (opens, is_open_to_all)
# What is tried where all is.
WHATEVER_IS_DONE: tuple[Matter, ...] = (
    is_printed_whole,
    says_in_french_and_once_what_the_pointer_finds,
    says_no_word_of_english_whatever_is_opened,
    gives_its_files,
)


@pytest.mark.pitfall(29)
@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_a_page_at_a_desk(page, app, spec, subtests):
    """And under the policy that every answer carries: the session fails at its end on any violation."""
    bare = unguarded(page)
    begin(page, app, spec)
    for matter in AT_A_DESK:
        with subtests.test(matter.__name__):
            matter(page, spec)
    assert bare == []


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_a_page_at_a_desk_whatever_is_done_there(page, app, spec, subtests):
    bare = unguarded(page)
    begin(page, app, spec)
    for matter in WHATEVER_IS_DONE:
        with subtests.test(matter.__name__):
            matter(page, spec)
        page.set_viewport_size(served.SCREEN)  # some look at it on another
    assert bare == []


def test_every_page_is_looked_at():
    assert PARTS.keys() == {spec.url_path for spec in PAGES}


def test_what_leaves_the_server_is_noticed_and_goes_nowhere(chromium, app):
    found = served.visit(chromium)
    page = found.context.new_page()
    open_page(page, app + "/definitions")
    assert found.faults() == []
    ask = "u => fetch(u, {mode: 'no-cors'}).catch(() => 0)"
    page.evaluate(
        ask, "http://example.org/never.js"
    )  # our pages' own policy stops it before it is asked for
    elsewhere = found.context.new_page()  # a page without one
    for address in ("http://example.org/x.js", "http://192.0.2.1/y.png"):
        elsewhere.evaluate(ask, address)
    page.evaluate("console.error('mine'); setTimeout(() => { throw new Error('mine too') })")
    page.evaluate("alert(1)")
    found.context.close()
    assert found.outside == ["http://example.org/x.js", "http://192.0.2.1/y.png"]
    assert any("never.js" in e or "connect-src" in e for e in found.errors)
    assert found.dialogs == ["1"]
    assert any("mine" in e for e in found.errors) and any("mine too" in e for e in found.errors)


# --- on a telephone --------------------------------------------------------------------------------------------------
# What makes the page scroll sideways: the innermost elements that reach beyond its right edge; none where it does not.
TOO_WIDE = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const widest = Math.max(main.scrollWidth, document.documentElement.scrollWidth);
    if (widest <= innerWidth) return [];
    const beyond = [...main.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
    return [`${widest} px`].concat(beyond.filter(e => !beyond.some(o => o !== e && e.contains(o)))
        .map(e => `${e.tagName} ${e.dataset.testid || e.className} in ${e.closest('[class*=st-key]')?.className}`));
}"""

# What is written in charts and reaches beyond them.
BEYOND_CHART = """() => [...document.querySelectorAll('[data-testid=stVegaLiteChart] svg')].flatMap(svg => {
  const edge = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('.mark-text:not(.role-axis-title) text')].filter(t => t.textContent.trim())
    .filter(t => t.getBoundingClientRect().right > edge.right + 1 || t.getBoundingClientRect().left < edge.left - 1)
    .map(t => t.textContent);
})"""


def does_not_scroll_sideways(page: Page, spec: PageSpec) -> None:
    """Nothing on it is wider than the screen."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].every(c => c.querySelector('svg'))"
    )
    still(page)
    # A table of which the browser has not told the width yet may be too wide for a moment.
    with suppress(Late):
        page.wait_for_function(f"() => !({TOO_WIDE})().length", timeout=30_000)
    assert page.evaluate(TOO_WIDE) == []


def cuts_no_word_of_a_chart(page: Page, spec: PageSpec) -> None:
    """What is written in charts stands whole on them."""
    if spec in CHARTED:
        page.wait_for_function(DRAWN)
        still(page)
    assert page.evaluate(BEYOND_CHART) == []


def unfolds_its_filters(page: Page, spec: PageSpec) -> None:
    """They are folded at first, and all on the screen once they are not."""
    fold = page.locator(".ccsp-fold")
    if spec.filters:
        expect(page.locator(".st-key-filtres")).not_to_be_visible()
        fold.click()
        expect(fold).to_have_attribute("aria-expanded", "true")
    for name in spec.filters:
        box = page.locator(f".st-key-filtre_{name} input")
        expect(box).to_be_visible()
        place = box.bounding_box()
        assert place["x"] >= 0 and place["x"] + place["width"] <= 360


def says_no_word_of_english(page: Page, spec: PageSpec) -> None:
    """Nor does its menu, which opens beside it."""
    found = english(said(page))
    page.get_by_role("button", name="Ouvrir le menu").click()
    expect(page.get_by_test_id("stSidebarNavLink")).to_have_count(
        sum(s.is_listed for s in (*PAGES, *PLAIN_PAGES.values()))
    )
    found += english(said(page))
    page.get_by_role("button", name="Fermer le menu").click()
    assert not found


ON_A_TELEPHONE: tuple[Matter, ...] = (
    does_not_scroll_sideways,
    cuts_no_word_of_a_chart,
    unfolds_its_filters,
    says_no_word_of_english,
)


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_a_page_on_a_telephone(telephone, app, spec, subtests):
    begin(telephone, app, spec)
    for matter in ON_A_TELEPHONE:
        with subtests.test(matter.__name__):
            matter(telephone, spec)


def test_a_long_list_goes_on_over_several_sheets_of_a4(page, app):
    open_page(page, f"{app}/departement")
    page.wait_for_function(DRAWN)
    printed = page.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", printed)
    assert len(sizes) > 2
    assert {(round(float(w)), round(float(h))) for w, h in sizes} <= {(595, 842), (596, 842)}


def test_a_printed_list_is_close_and_the_gaps_between_figures_are_small(page, app):
    """The list of complaints, half of an A4 page for thirty of them; no figure far from the next one's title."""
    open_page(page, f"{app}/plaintes")
    page.wait_for_function(DRAWN)
    with on_paper(page):
        rows = page.locator(".ccsp-table tbody tr")
        boxes = [row.bounding_box() for row in rows.all()]
        assert boxes and max(box["height"] for box in boxes) < 18
        headings = [h.bounding_box()["y"] for h in page.locator("h2:visible, h3:visible").all()]
        for chart in page.get_by_test_id("stVegaLiteChart").all():
            box = chart.bounding_box()
            below = [y for y in headings if y > box["y"]]
            assert not below or min(below) - box["y"] - box["height"] < 90


def test_the_map_has_no_buttons_on_paper(page, app):
    open_page(page, app)
    zoom = map_frame(page).locator(".leaflet-control-zoom")
    expect(zoom).to_be_visible()
    with on_paper(page):
        expect(zoom).to_be_hidden()


def test_going_back_shows_the_page_before(page, app):
    open_page(page, app + "/attentes")
    go(page, "Plaintes")
    expect(page.locator("h1")).to_contain_text("Plaintes")
    settled(page)
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Attentes")
    page.go_forward()
    expect(page.locator("h1")).to_contain_text("Plaintes")
