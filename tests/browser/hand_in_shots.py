"""The pictures of « Remonter » in docs/remonter: every state of a file, on a telephone, of fictitious data; for `make shots`."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from dashboard.period import add_months, today
from tests.browser import served
from tests.browser.house import SITE, House
from tests.builders import csv_text, visit

MONTH = add_months(today().replace(day=1), -1)
LONG = {"width": 360, "height": 1_500}  # as much as a page has to show
Take = Callable[[Page, str], None]


def register(path: Path, *, headings: dict[str, str] | None = None, faults: bool = True) -> Path:
    """A register of last month; headings: what is written for ours."""
    days = [MONTH + timedelta(days=n) for n in range(28)]
    lines = [
        visit(SITE, f"{d:%d/%m/%Y}", f"{8 + n}:05", called=f"{8 + n}:15", outcome="servi", ref=f"{i}-{n + 1}")
        for i, d in enumerate(days, 1)
        if d.weekday() < 5
        for n in range(4)
    ]  # fmt: skip
    lines[2][2] = "8h05"
    if faults:
        lines[5][1], lines[9][5] = f"32/{MONTH:%m/%Y}", "requette"
        lines[14][2:4] = ["10:45", "10:15"]
    content = csv_text("registre", *lines)
    for ours, theirs in (headings or {}).items():
        content = content.replace(ours, theirs, 1)
    path.write_text(content, encoding="utf-8")
    return path


def pictures(browser: Browser, demo: Path, folder: Path, take: Take) -> None:
    """Take every picture, on a copy of these data."""
    (folder / "house").mkdir()
    with House.opened(demo, folder / "house", closed=True) as house:
        visit_of = served.visit(browser, viewport=LONG, has_touch=True)
        house.enter("focal", visit_of)
        page = visit_of.context.new_page()

        def send(*paths: Path) -> None:
            page.goto(f"{house.at}/remonter")
            page.get_by_label("Mois du fichier").select_option(f"{MONTH:%Y-%m}")
            page.locator("input[type=file]").set_input_files(list(paths))
            page.get_by_role("button", name="Vérifier", exact=True).click()
            page.get_by_role(
                "link", name=re.compile("^Choisir (un autre fichier|d'autres)")
            ).wait_for()

        def press(name: str) -> None:
            page.get_by_role("button", name=name).click()

        page.goto(f"{house.at}/remonter")
        take(page, "remonter/1-choisir")
        photo = folder / "photo.jpg"
        photo.write_bytes(b"\xff\xd8\xff\xe0" + b"\0" * 900)
        send(photo)
        take(page, "remonter/2-refuse")
        other = {"Date": "Date visite", "Référence": "N° d'ordre"}
        send(register(folder / "registre du centre.csv", headings=other))
        take(page, "remonter/3-colonnes")
        press("Oui, ce sont elles")
        take(page, "remonter/4-a-corriger")
        press("Mettre de côté les lignes qui ne vont pas")
        take(page, "remonter/5-a-confirmer")
        press("Confirmer et garder")
        take(page, "remonter/6-recu")
        page.get_by_role("link", name="Retirer ce fichier…").click()
        take(page, "remonter/7-retirer")
        send(register(folder / "octobre.csv", faults=False), photo)
        take(page, "remonter/8-plusieurs")
        visit_of.context.close()
