"""Every page opens with the network cut, shows what it is for, in French, on a screen and on a telephone."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import expect

from dashboard.ui.navigation import PAGES
from tests.browser import served
from tests.browser.screen import go, map_frame, open_page, path, settled, sites, unguarded

pytestmark = pytest.mark.browser
# (what, at least how many) on each page.
METRICS, TABLES = ".ccsp-card", ".ccsp-table"
CHARTS = ":is([data-testid=stVegaLiteChart]) :is(canvas, svg)"
PARTS = {
    "carte": ((METRICS, 6), ("iframe[title^=Carte]", 1), (TABLES, 1)),
    "departement": ((METRICS, 6), (CHARTS, 4), (TABLES, 2)),
    "site": ((METRICS, 6), (CHARTS, 5), (TABLES, 1)),
    "attentes": ((METRICS, 4), (CHARTS, 6)),
    "plaintes": ((METRICS, 6), (CHARTS, 5)),
    "signaux": (("h2", 2), (TABLES, 1)),
    "presenter": (("[data-testid=stDownloadButton]", 4), ("[data-testid=stButton]", 20)),
    "definitions": (("h3", 15),),
    "guide": (("h2", 2),),
}
SEEN = """() => [document.body.innerText, ...[...document.querySelectorAll('[title],[placeholder]')]
    .filter(e => e.offsetParent && !e.value).map(e => e.title || e.placeholder)].join('\\n')"""
ENGLISH = re.compile(
    r"\b(the|choose|select|search|download|loading|running|deploy|rerun|settings|about|print|record|"
    r"no (results|options)|show|fullscreen|waits?|complaints?|unknown|none|null|nan|undefined|error|"
    r"true|false|january|monday|months?|years?)\b",
    re.I,
)


@pytest.mark.pitfall(29)
@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_every_page_opens_with_the_network_cut(page, app, spec):
    """And under the policy that every answer carries: the session fails at its end on any violation."""
    bare = unguarded(page)
    open_page(
        page, app + path(spec.url_path) + ("?centre=ccsp-kandi" if spec.url_path == "site" else "")
    )
    expect(page.locator("h1")).to_contain_text(spec.heading)
    expect(page.get_by_text("Données fictives").first).to_be_visible()
    for what, least in PARTS[spec.url_path]:
        expect(page.locator(what).nth(least - 1)).to_be_attached()
    if "iframe[title^=Carte]" in dict(PARTS[spec.url_path]):
        expect(sites(page)).to_have_count(24)
        assert map_frame(page).locator("html").get_attribute("lang") == "fr"
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.get_by_test_id("stException").count() == 0
    left = {w.group().lower() for w in ENGLISH.finditer(page.evaluate(SEEN))}
    assert not left
    for summary in page.locator("[data-testid=stExpander] summary").all():
        summary.click()
    settled(page)
    for download in page.get_by_test_id("stDownloadButton").all()[:2]:
        with page.expect_download(timeout=60_000):
            download.get_by_role("button").click()
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


# What makes the page scroll sideways: the innermost elements that reach beyond its right edge; none where it does not.
TOO_WIDE = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const widest = Math.max(main.scrollWidth, document.documentElement.scrollWidth);
    if (widest <= innerWidth) return [];
    const beyond = [...main.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
    return [`${widest} px`].concat(beyond.filter(e => !beyond.some(o => o !== e && e.contains(o)))
        .map(e => `${e.tagName} ${e.dataset.testid || e.className} in ${e.closest('[class*=st-key]')?.className}`));
}"""


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_a_telephone_shows_every_page_without_scrolling_sideways(chromium, app, spec):
    found = served.visit(chromium, viewport={"width": 360, "height": 740}, has_touch=True)
    page = found.context.new_page()
    open_page(
        page, app + path(spec.url_path) + ("?centre=ccsp-kandi" if spec.url_path == "site" else "")
    )
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].every(c => c.querySelector('svg'))"
    )
    page.wait_for_timeout(400)
    # A table of which the browser has not told the width yet may be too wide for a moment.
    with suppress(Late):
        page.wait_for_function(f"() => !({TOO_WIDE})().length", timeout=5_000)
    assert page.evaluate(TOO_WIDE) == []
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
    found.context.close()
    assert found.faults() == []


def test_the_first_link_after_a_start_opens_its_page(chromium, demo_file, tmp_path):
    with served.serve(f"sqlite:///{demo_file}", tmp_path / "log") as address:
        found = served.visit(chromium)
        page = found.context.new_page()
        open_page(page, f"{address}/plaintes?departement=Zou")
        expect(page.locator("h1")).to_contain_text("Plaintes")
        expect(page.locator(".st-key-filtre_departement input")).to_have_value("Zou")
        expect(page.get_by_role("dialog")).to_have_count(0)
        found.context.close()
        assert found.faults() == []


def test_going_back_shows_the_page_before(page, app):
    open_page(page, app + "/attentes")
    go(page, "Plaintes")
    expect(page.locator("h1")).to_contain_text("Plaintes")
    settled(page)
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Attentes")
    page.go_forward()
    expect(page.locator("h1")).to_contain_text("Plaintes")
