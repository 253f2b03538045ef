"""The presentation: by keys alone, without the server, readable from the back of the room."""

import signal
from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as Late

from dashboard.exports import EXPORTS
from tests.browser import files, served
from tests.browser.screen import Watch, choose, open_page, settled

ROOM = "#ccsp-presentation"
# Every text in sight of the slide on show, with its size on the screen in pixels.
SIZES = """() => {
  const room = document.querySelector('#ccsp-presentation').shadowRoot, found = [];
  const walk = document.createTreeWalker(room, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const said = node.textContent.trim(), element = node.parentElement;
    if (!said || ['STYLE', 'TITLE', 'DESC'].includes(element.tagName.toUpperCase())) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (!box.width || !element.checkVisibility({ visibilityProperty: true })) continue;
    const svg = element.closest('svg');
    const scale = svg ? Math.hypot(element.getScreenCTM().a, element.getScreenCTM().b)
      : room.querySelector('.stage').getBoundingClientRect().width / 1280;
    const size = scale * parseFloat(getComputedStyle(element).fontSize);
    found.push([said.slice(0, 40), size, box.left, box.right, box.top, box.bottom]);
  }
  return found;
}"""

SHADOW = "document.querySelector('#ccsp-presentation')?.shadowRoot"
SAID = (
    f"{SHADOW}?.querySelector('.wait .message')?.textContent.includes('Le serveur ne répond pas')"
)
COUNTS = {
    "national": 12,
    "attentes": 13,
    "plaintes": 11,  # nothing was decided yet
    "departement&departement=Zou": 12,
    "site&centre=ccsp-allada": 11,
}


def start(page: Page, address: str, story: str = "national") -> None:
    """Open the page and start the presentation, by keys alone: the button has the focus."""
    open_page(page, f"{address}/presenter?histoire={story}")
    expect(page.get_by_role("button", name="Commencer la présentation")).to_be_focused(
        timeout=30_000
    )
    page.keyboard.press("Enter")
    expect(page.locator(f"{ROOM} .count")).to_have_text(f"1 / {COUNTS[story]}")


def test_a_press_is_seen_before_the_first_slide_is_there(page, app):
    open_page(page, f"{app}/presenter?departement=Mono")  # nobody has asked this before
    page.evaluate("""() => { window.read = []; new MutationObserver(() => {
      const room = document.querySelector('#ccsp-presentation');
      if (!room) return;
      const note = () => { const said = room.shadowRoot.querySelector('.wait .message')?.textContent;
        if (said && window.read.at(-1) !== said) window.read.push(said); };
      note(); new MutationObserver(note).observe(room.shadowRoot, {childList: true, subtree: true, characterData: true});
    }).observe(document.body, {childList: true}); }""")
    page.get_by_role("button", name="Commencer la présentation").click()
    expect(page.locator(f"{ROOM} .count")).to_have_text("1 / 9", timeout=30_000)
    expect(page.locator(f"{ROOM} .wait")).to_have_count(0)
    expect(page.locator(f"{ROOM} .foot .said")).to_contain_text("Mono")
    # The room saw at once that it was pressed; a server that a busy machine lets wait may be said to be away after that.
    assert page.evaluate("window.read[0]") == "La présentation se prépare…"


@pytest.mark.xdist_group("mortal")
@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGSTOP], ids=lambda s: s.name)
def test_a_press_while_the_server_is_away_is_said_and_can_be_left(chromium, mortal, way):
    visit = served.visit(chromium)
    page = visit.context.new_page()
    try:
        open_page(page, f"{mortal.address}/presenter")
        begin = page.get_by_role("button", name="Commencer la présentation")
        expect(begin).to_be_visible()
        mortal.strike(way)
        begin.click()
        expect(page.locator(f"{ROOM} .wait .message")).to_contain_text("Le serveur ne répond pas")
        for key in ("ArrowRight", "n", "f", "a", "End"):
            page.keyboard.press(key)
        page.keyboard.press("Escape")
        expect(page.locator(ROOM)).to_have_count(0)
        expect(begin).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(f"{ROOM} .wait .message")).to_contain_text("Le serveur ne répond pas")
        mortal.come_back()
        expect(page.locator(f"{ROOM} .count")).to_have_text("1 / 12", timeout=40_000)
    finally:
        visit.context.close()
    assert [f for f in visit.faults() if f.startswith(("outside", "dialog", "script"))] == []


@pytest.mark.seconds
@pytest.mark.xdist_group("mortal")
@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGSTOP], ids=lambda s: s.name)
def test_a_press_while_the_server_is_away_is_said_within_three_seconds(chromium, mortal, way):
    visit = served.visit(chromium)
    page = visit.context.new_page()
    try:
        open_page(page, f"{mortal.address}/presenter")
        begin = page.get_by_role("button", name="Commencer la présentation")
        expect(begin).to_be_visible()
        mortal.strike(way)
        watch = Watch(page, SAID)
        begin.click()
        assert watch.delay() < 3
    finally:
        visit.context.close()


@pytest.mark.xdist_group("mortal")
def test_a_presentation_keeps_its_slides_when_the_server_begins_anew(chromium, mortal):
    visit = served.visit(chromium)
    page = visit.context.new_page()
    try:
        start(page, mortal.address)
        page.keyboard.press("ArrowRight")
        mortal.strike(signal.SIGKILL)
        expect(page.locator(f"{ROOM} .cut")).to_be_visible(timeout=20_000)
        mortal.come_back()
        expect(page.locator(f"{ROOM} .cut")).to_be_hidden(timeout=20_000)
        # Streamlit has found it again; the first run there, of what is asked next, knows nothing of the press.
        expect(page.locator("[data-test-connection-state=CONNECTED]")).to_have_count(1)
        expect(page.locator(f"{ROOM} .count")).to_have_text("2 / 12")
        page.keyboard.press("f")
        page.locator(f"{ROOM} .filters").get_by_label("Département").select_option("Zou")
        page.locator(f"{ROOM} .filters").get_by_role("button", name="Appliquer").click()
        expect(page.locator(f"{ROOM} .foot .said")).to_contain_text("Zou", timeout=60_000)
        expect(page.locator(f"{ROOM} .count")).to_have_text("2 / 12")
    finally:
        visit.context.close()


def test_another_story_or_filter_after_closing_starts_with_its_own_slides(page, app):
    start(page, app)
    page.keyboard.press("Escape")
    settled(page)
    choose(page, "choix_histoire", "Les attentes")
    settled(page)
    page.get_by_role("button", name="Commencer la présentation").click()
    expect(page.locator(f"{ROOM} .count")).to_have_text("1 / 13")
    page.keyboard.press("Escape")
    settled(page)
    choose(page, "filtre_departement", "Zou")
    settled(page)
    page.get_by_role("button", name="Commencer la présentation").click()
    expect(page.locator(f"{ROOM} .foot .said")).to_contain_text("Zou")


@pytest.mark.xdist_group("mortal")
def test_the_story_goes_on_when_the_server_is_gone(chromium, mortal):
    visit = served.visit(chromium)
    page = visit.context.new_page()
    start(page, mortal.address)
    for number in (2, 3):
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"{ROOM} .count")).to_have_text(f"{number} / 12")
    expect(page.locator(f"{ROOM} .cut")).to_be_hidden()
    mortal.strike(signal.SIGTERM)
    seen = {page.locator(f"{ROOM} .slide:visible h2").inner_text()}
    for number in range(4, 13):
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"{ROOM} .count")).to_have_text(f"{number} / 12")
        expect(page.locator(f"{ROOM} .slide:visible")).to_have_count(1)
        seen.add(page.locator(f"{ROOM} .slide:visible h2").inner_text())
    assert len(seen) == 10 and all(seen)
    expect(page.locator(f"{ROOM} .cut")).to_have_text("Hors connexion")
    expect(page.locator(f"{ROOM} .cut")).to_be_visible()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    expect(page.locator(f"{ROOM} .notes")).to_contain_text("Usagers reçus")
    page.keyboard.press("Escape")
    expect(page.locator(f"{ROOM} .notes")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator(ROOM)).to_have_count(0)
    page.keyboard.press("Enter")  # closed by mistake, it starts again
    expect(page.locator(f"{ROOM} .count")).to_have_text("1 / 12")
    page.keyboard.press("Escape")
    expect(page.locator(ROOM)).to_have_count(0)
    assert [f for f in visit.faults() if f.startswith(("outside", "dialog", "script"))] == []
    visit.context.close()


@pytest.mark.parametrize("story", COUNTS)
def test_every_word_is_large_enough_and_on_the_screen(page, app, story):
    start(page, app, story)
    for number in range(1, COUNTS[story] + 1):
        expect(page.locator(f"{ROOM} .count")).to_have_text(f"{number} / {COUNTS[story]}")
        with suppress(Late):  # a busy browser may show a map before it gives it its place
            page.wait_for_function(
                f"() => ({SIZES})().every(f => f[0].length < 2 || f[1] >= 23.9)", timeout=30_000
            )
        found = [
            f for f in page.evaluate(SIZES) if len(f[0]) > 1
        ]  # a sign alone is part of a mark of the map
        assert found
        assert [f for f in found if f[1] < 23.9] == [], number
        assert [f for f in found if f[2] < 0 or f[3] > 1281 or f[4] < 0 or f[5] > 721] == [], number
        # A short table is written larger where that costs no row.
        assert page.locator(f"{ROOM} .slide:visible .table.few + .rest").count() == 0, number
        page.keyboard.press("ArrowRight")


def test_filters_act_during_the_presentation(page, app):
    start(page, app)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("f")
    choice = page.locator(f"{ROOM} .filters").get_by_label("Département")
    choice.focus()
    page.keyboard.press("f")  # folds the filters again; a letter is not a choice in the list
    expect(page.locator(f"{ROOM} .filters")).to_be_hidden()
    page.keyboard.press("f")
    choice.select_option("Zou")
    expect(page.locator(f"{ROOM} .foot .said")).not_to_contain_text("Zou")
    page.locator(f"{ROOM} .filters").get_by_role("button", name="Appliquer").click()
    expect(page.locator(f"{ROOM} .foot .said")).to_contain_text("Zou", timeout=20_000)
    expect(page.locator(f"{ROOM} .count")).to_have_text("2 / 12")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{app}/presenter?histoire=national&departement=Zou")


def test_the_back_button_leaves_the_slides_and_not_the_page(page, app):
    open_page(page, f"{app}/attentes")
    start(page, app)
    page.keyboard.press("ArrowRight")
    page.go_back()
    expect(page.locator(ROOM)).to_have_count(0)
    expect(page.locator("h1")).to_contain_text("Présenter")
    page.keyboard.press("Enter")
    expect(page.locator(f"{ROOM} .count")).to_have_text("1 / 12")
    page.keyboard.press("Escape")
    expect(page.locator(ROOM)).to_have_count(0)
    settled(page)
    expect(page.locator("h1")).to_contain_text("Présenter")


def test_the_speaker_has_notes_on_a_second_screen(page, app):
    start(page, app)
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    second = opened.value
    page.keyboard.press("ArrowRight")
    expect(second.locator("h1")).to_contain_text("2 / 12")
    second.keyboard.press("ArrowRight")
    expect(second.locator("h1")).to_contain_text("3 / 12")
    second.keyboard.press("ArrowLeft")
    expect(second.locator("body")).to_contain_text("Ensuite :")


def test_slides_go_on_by_themselves_when_asked(page, app):
    open_page(page, f"{app}/presenter")
    choose(page, "secondes_diapo", "10")
    settled(page)
    page.get_by_role("button", name="Commencer la présentation").click()
    expect(page.locator(f"{ROOM} .count")).to_have_text("1 / 12")
    page.keyboard.press("a")
    expect(page.locator(f"{ROOM} .count")).to_have_text("2 / 12", timeout=30_000)
    page.keyboard.press("a")
    expect(page.locator(f"{ROOM} .playing")).to_be_hidden()


@pytest.mark.parametrize("width", [360])
def test_on_a_telephone_slides_scroll_instead_of_shrinking(page, app, width):
    page.set_viewport_size({"width": width, "height": 740})
    start(page, app)
    page.keyboard.press("ArrowRight")
    assert (
        page.evaluate(
            "document.querySelector('#ccsp-presentation').shadowRoot.querySelector('.room').scrollWidth"
        )
        <= width
    )


def test_every_file_of_a_story_opens_as_what_its_name_says(page, app):
    open_page(page, f"{app}/presenter?histoire=departement&departement=Zou")
    downloads = page.locator(".st-key-emporter_histoire").get_by_test_id("stDownloadButton")
    expect(downloads).to_have_count(sum(bool(export.button) for export in EXPORTS.values()))
    for download in downloads.all():
        with page.expect_download(timeout=60_000) as given:
            download.get_by_role("button").click()
        assert given.value.failure() is None, given.value.suggested_filename
        said = files.opened(given.value.path(), given.value.suggested_filename)
        assert "Zou" in said and "fictives" in said.lower(), given.value.suggested_filename


def test_a_page_leads_to_its_presentation_with_the_filters(page, app):
    open_page(page, f"{app}/attentes?departement=Zou")
    page.locator(".st-key-gestes").get_by_role("link", name="Présenter le Zou").click()
    expect(page.locator("h1")).to_contain_text("Présenter")
    expect(page.locator(".st-key-choix_histoire input")).to_have_value("Les attentes")
    expect(page.locator(".st-key-filtre_departement input")).to_have_value("Zou")
