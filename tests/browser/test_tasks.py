"""The fourteen tasks of docs/tasks.md, done by a director and by who hosts a workshop, as served, at 1280 × 720.

The network is cut but for the server.
"""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, expect

from dashboard.exports import EXPORTS
from dashboard.settings import ROOT
from tests.browser import files, served
from tests.browser.house import House
from tests.browser.screen import choose, filter_by, go, open_page, settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("house")]
PAPER = ROOT / "docs" / "tasks.md"
ROOM = "#ccsp-presentation"
Task = Callable[[Page, House], None]
TASKS: dict[str, Task] = {}


def task(title: str) -> Callable[[Task], Task]:
    """The task of the paper with this title."""

    def note(done: Task) -> Task:
        TASKS[title] = done
        return done

    return note


@pytest.fixture(scope="module")
def house(full_house) -> House:
    """The application, where people sign in."""
    return full_house


@pytest.fixture
def director(chromium, house) -> Iterator[Page]:
    """Somebody who answers for the Zou, signed in, on the opening page; nothing that he does leaves the server."""
    visit = served.visit(chromium)
    house.enter("director", visit)
    page = visit.context.new_page()
    open_page(page, house.at)
    yield page
    # What a cut of the network does is an error of the console; it is none of the page.
    faults = [one for one in visit.faults() if "ERR_INTERNET_DISCONNECTED" not in one]
    visit.context.close()
    assert faults == []


def find(page: Page, words: str) -> None:
    """Type in « Chercher », and take the first line."""
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Chercher")).to_be_focused()
    page.keyboard.type(words)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    settled(page)


@task("Les heures de ses centres")
def hours(page: Page, house: House) -> None:
    find(page, "horaires covè")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Covè")
    strip = page.locator("[data-testid=stApp]").get_by_text("Heures d'ouverture").first
    expect(strip).to_be_in_viewport()
    expect(page.get_by_text(re.compile("Ouvert le|Première activité")).first).to_be_in_viewport()


@task("Emporter les plaintes")
def complaints(page: Page, house: House) -> None:
    go(page, "Plaintes")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zou")
    said = taken(page, "Emporter")
    assert "Zou" in said and "données au" in said.lower() or "Données" in said
    assert "Plaintes pour 1 000 visites" in plainly(said)


@task("Qui n'a pas remonté")
def missing(page: Page, house: House) -> None:
    go(page, "Complétude")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"jours? sur \d+"))
    for name in ("Abomey", "Covè", "Djidja"):
        expect(page.get_by_role("row").filter(has_text=name).first).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Kandi")).to_have_count(0)


@task("Ce qui s'est dégradé, et depuis quand")
def worse(page: Page, house: House) -> None:
    go(page, "Signaux")
    settled(page)
    filter_by(page, "departement", "Tous les départements")
    settled(page)
    table = page.locator(".ccsp-table").first
    for heading in ("Centre", "Indicateur", "Signal", "Depuis"):
        expect(table.get_by_role("columnheader", name=heading, exact=True)).to_be_visible()
    row = table.locator("tbody tr").first
    expect(row).to_contain_text("contre")
    expect(row.locator("td").last).to_contain_text(re.compile(r"20\d\d"))


@task("Deux centres comparés")
def two(page: Page, house: House) -> None:
    find(page, "covè djidja")
    assert "/cote-a-cote" in page.url
    head = page.locator(".ccsp-table").first.locator("th")
    expect(head.filter(has_text="Covè")).to_have_count(1)
    expect(head.filter(has_text="Djidja")).to_have_count(1)
    row = page.get_by_role("row").filter(has_text="Attente médiane").first
    expect(row).to_contain_text(re.compile(r"[≠≈…]\s\S+"))


@task("Imprimer")
def paper(page: Page, house: House) -> None:
    go(page, "Département")
    settled(page)
    expect(page.get_by_text("CCSP de Covè").first).to_be_visible()
    settled(page)
    printed = page.pdf(format="A4")
    said = plainly(
        " ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(printed)).pages)
    )
    assert "Zou" in said and "CCSP de Covè" in said and "Attente médiane" in said
    assert "Emporter" not in said and "Chercher" not in said and "Complétude" not in said


@task("Partager")
def shared(page: Page, house: House) -> None:
    go(page, "Attentes")
    settled(page)
    before = page.get_by_role("heading", level=1).inner_text()
    filter_by(page, "periode", "3 derniers mois entiers")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(before)
    settled(page)
    card = page.locator(".ccsp-card strong").first.inner_text()
    heading = page.get_by_role("heading", level=1).inner_text()
    browser = page.context.browser
    assert browser
    other = served.visit(browser)
    house.enter("cabinet", other)
    seen = other.context.new_page()
    open_page(seen, page.url)
    expect(seen.get_by_role("heading", level=1)).to_have_text(heading)
    expect(seen.locator(".ccsp-card strong").first).to_have_text(card)
    assert "periode=3m" in seen.url and "departement=Zou" in seen.url
    assert other.faults() == []
    other.context.close()


@task("Une définition")
def definition(page: Page, house: House) -> None:
    go(page, "Attentes")
    settled(page)
    page.get_by_role("button", name=re.compile("^Attente médiane")).first.click()
    told = page.locator(".ccsp-help:popover-open")
    expect(told).to_contain_text("La moitié des usagers reçus ont attendu ce temps ou moins")
    told.get_by_role("button", name="Fermer").click()
    expect(told).to_have_count(0)


@task("Choisir une présentation")
def choose_story(page: Page, house: House) -> None:
    to_stories(page)
    expect(page.get_by_text(re.compile(r"^\d+\sdiapositives\."))).to_be_visible()
    expect(page.locator("ol li").first).to_contain_text("Titre")
    assert page.locator("ol li").count() > 8


@task("Changer une diapositive")
def change(page: Page, house: House) -> None:
    to_stories(page)
    page.get_by_text("Préparer la mienne").click()
    expect(page.locator("[class*=st-key-pas_]")).not_to_have_count(0)
    settled(page)
    second = page.locator("[class*=st-key-pas_]").nth(1)
    second.get_by_role("button", name="Modifier").click()
    field = page.get_by_label(re.compile(r"^Titre \("))
    expect(field).to_have_count(1)
    field.fill("Nos attentes, vues du Zou")
    field.press("Tab")
    expect(second).to_contain_text("Nos attentes, vues du Zou")
    settled(page)
    page.get_by_role("button", name="Commencer la présentation").click()
    expect(page.locator(f"{ROOM} .count")).to_have_text(re.compile("^1 / "))
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"{ROOM} .slide:visible h2")).to_have_text("Nos attentes, vues du Zou")
    page.keyboard.press("Escape")


@task("Présenter au clavier")
def present(page: Page, house: House) -> None:
    begin(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"{ROOM} .count")).to_have_text(re.compile("^2 / "))
    expect(page.locator(f"{ROOM} .slide:visible")).to_have_count(1)
    page.keyboard.press("n")
    expect(page.locator(f"{ROOM} .notes")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(f"{ROOM} .count")).to_have_text(re.compile("^1 / "))


@task("Donner tous les fichiers")
def hand_out(page: Page, house: House) -> None:
    to_stories(page)
    for export in EXPORTS.values():
        if export.button:
            assert "Attente" in taken(page, export.button), export.button
    page.get_by_text("Texte à coller dans un message").click()
    expect(page.locator("[data-testid=stCode]").first).to_contain_text("ttente")


@task("Continuer sans réseau")
def without_network(page: Page, house: House) -> None:
    begin(page)
    many = int(page.locator(f"{ROOM} .count").inner_text().split("/")[1])
    page.context.set_offline(True)
    seen = set()
    for number in range(2, many + 1):
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"{ROOM} .count")).to_have_text(f"{number} / {many}")
        seen.add(page.locator(f"{ROOM} .slide:visible h2").inner_text())
    assert len(seen) > many - 3
    expect(page.locator(f"{ROOM} .cut")).to_be_visible(timeout=30_000)
    page.context.set_offline(False)


@task("Quitter")
def leave(page: Page, house: House) -> None:
    begin(page)
    before = page.url
    page.keyboard.press("Escape")
    expect(page.locator(ROOM)).to_have_count(0)
    expect(page.get_by_role("button", name="Commencer la présentation")).to_be_focused()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("link", name="Se connecter")).to_be_visible()
    page.goto(before)
    expect(page.get_by_label("Mot de passe")).to_be_visible()


def to_stories(page: Page) -> None:
    """« Présenter », with the story of waits."""
    go(page, "Présenter")
    settled(page)
    choose(page, "choix_histoire", "Les attentes")
    settled(page)


def begin(page: Page) -> None:
    """The story of waits, its first slide on show."""
    to_stories(page)
    start = page.get_by_role("button", name="Commencer la présentation")
    start.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{ROOM} .count")).to_have_text(re.compile("^1 / "), timeout=30_000)


def taken(page: Page, button: str) -> str:
    """What is written in the file that a button gives."""
    with page.expect_download(timeout=60_000) as given:
        page.get_by_role("button", name=button, exact=True).click()
    return files.opened(Path(given.value.path()), given.value.suggested_filename)


def plainly(text: str) -> str:
    """With ordinary spaces."""
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.mark.parametrize("title", TASKS)
def test_a_task_is_done_as_the_paper_says(director, house, title):
    TASKS[title](director, house)


def test_every_task_of_the_paper_is_done_here():
    titles = re.findall(r"^### (.+)$", PAPER.read_text(encoding="utf-8"), re.MULTILINE)
    assert titles == list(TASKS) and len(titles) == 14
