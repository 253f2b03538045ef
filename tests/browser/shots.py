"""The pictures of docs/: `python -m tests.browser.shots`, at 1280×720, of fictitious data, with the network cut."""

import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from dashboard.settings import ROOT
from tests.browser import hand_in_shots
from tests.browser.served import browsing, make_demo, serve

PAGES = {
    "carte": "/",
    "departement": "/departement?departement=Zou",
    "site": "/site?centre=ccsp-djougou",
    "attentes": "/attentes",
    "plaintes": "/plaintes",
    "signaux": "/signaux",
    "presenter": "/presenter",
    "premier-regard/centre-cove": "/site?centre=ccsp-cove",
    "premier-regard/plaintes-zou": "/plaintes?departement=Zou",
}
SCREEN, PHONE = {"width": 1280, "height": 720}, {"width": 360, "height": 740}
PARTS = {
    "carte-de-controle": ("/site?centre=ccsp-djougou", "site_mois_choix"),
    "entonnoir": ("/plaintes", "plaintes_centres_ordre"),
}  # each by a choice in it: its heading is what is found
SLIDES = {
    3: "atelier-carte",
    5: "atelier-carte-de-controle",
    6: "atelier-entonnoir",
}  # of the national review
UNDER_THE_BAR = "e => { e.style.scrollMarginTop = '60px'; e.scrollIntoView({block: 'start'}) }"
SETTLE = 2500  # milliseconds for charts to be drawn


def take(page: Page, name: str) -> None:
    """What the page shows, as docs/<name>.png, in 256 colours: a third of the size."""
    path = ROOT / "docs" / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path)
    picture = Image.open(path).convert("RGB").quantize(dither=Image.Dither.NONE)
    picture.save(path, optimize=True)


def main() -> None:
    """Take every picture."""
    with tempfile.TemporaryDirectory() as folder:
        url = make_demo(Path(folder) / "demo.db", 300_000)
        with serve(url, Path(folder) / "log") as app, browsing() as browser:
            page = browser.new_page(
                viewport=SCREEN,
                locale="fr-FR",
                timezone_id="Africa/Porto-Novo",
            )
            for name, path in PAGES.items():
                page.goto(app + path)
                page.locator("h1").wait_for()
                page.wait_for_timeout(SETTLE)
                take(page, name)
            for name, (path, choice) in PARTS.items():
                page.goto(app + path)
                part = page.get_by_test_id("stColumn").filter(has=page.locator(f".st-key-{choice}"))
                part.scroll_into_view_if_needed()
                page.wait_for_timeout(SETTLE)
                part.evaluate(UNDER_THE_BAR)
                page.wait_for_timeout(300)
                take(page, name)
            page.set_viewport_size(PHONE)
            page.goto(app)
            page.wait_for_timeout(SETTLE)
            take(page, "carte-telephone")
            page.set_viewport_size(SCREEN)
            page.goto(f"{app}/presenter")
            page.get_by_role("button", name="Commencer la présentation").click(timeout=30_000)
            page.locator("#ccsp-presentation .count").wait_for()
            for number in range(1, max(SLIDES) + 1):
                if number in SLIDES:
                    page.wait_for_timeout(300)
                    take(page, SLIDES[number])
                page.keyboard.press("ArrowRight")
            hand_in_shots.pictures(browser, Path(folder) / "demo.db", Path(folder), take)
    print(f"Images écrites dans docs/ : {', '.join([*PAGES, *PARTS, *SLIDES.values()])}.")


if __name__ == "__main__":
    main()
