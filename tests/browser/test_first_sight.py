"""The opening page answers before it is asked; its names, cards and filters by mouse, keyboard and touch."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from db.engine import make_engine
from tests.browser import served
from tests.browser.screen import open_page, settled
from tests.builders import Office
from tests.invented import CHANGING, hand_in

pytestmark = pytest.mark.browser
ANSWERS = ".ccsp-answers > div"


def answer(page: Page, label: str):
    """The line of a question."""
    return page.locator(ANSWERS).filter(has=page.get_by_text(label, exact=True))


@pytest.mark.parametrize("where", ["", "?departement=Borgou", "?departement=Donga", "?type=GSRU"])
def test_five_answers_stand_beside_the_map_on_the_first_screen(page, app, where):
    open_page(page, f"{app}/{where}")
    expect(page.locator(ANSWERS)).to_have_count(5)
    for label in (
        "Le plus fréquenté",
        "L'attente"
        if "Donga" in where
        else "L'attente la plus longue",  # measured at one site there
        "Ce qui se dégrade ou change",
        "La plainte la plus ancienne",
        "Centres muets",
    ):
        line = answer(page, label)
        expect(line.locator("dd")).not_to_be_empty()
        place = line.bounding_box()
        assert place and place["y"] + place["height"] < 720, label


@pytest.fixture(scope="module")
def changing(sqlite, tmp_path_factory) -> Iterator[str]:
    """The address of an application on a network that is not the demonstration's: worse, better, more and fewer visits."""
    folder = tmp_path_factory.mktemp("changing")
    with sqlite.fresh() as url:
        engine = make_engine(url)
        hand_in(Office(engine, folder), CHANGING, date(2026, 10, 1), 46, 7)
        engine.dispose()
        with served.serve(url, folder / "log") as address:
            yield address


@pytest.mark.xdist_group("changing")
def test_what_gets_better_and_what_changes_are_lines_of_the_third_answer(page, changing):
    open_page(page, changing)
    third = answer(page, "Ce qui se dégrade ou change")
    lines = third.locator("dd p")
    expect(lines.filter(has_text="mieux")).to_have_count(1)
    changed = lines.filter(has_text="(changement")
    expect(changed.first).to_contain_text(
        re.compile(r"^Malanville .* de moins que d'habitude en cette saison")
    )
    told = lines.all_inner_texts()
    at = told.index(changed.first.inner_text())
    assert at and all("hors de ses variations habituelles" in text for text in told[:at]), told
    expect(page.locator(ANSWERS)).to_have_count(5)
    for line in page.locator(ANSWERS).all():
        place = line.bounding_box()
        assert place and place["y"] + place["height"] < 720, line.inner_text()


@pytest.mark.parametrize(
    "of", ["app", pytest.param("changing", marks=pytest.mark.xdist_group("changing"))]
)
def test_every_alert_of_the_opening_page_says_why(page, request, of):
    """A card, or a line, that is in alert says it: outside its limits, or so many months in a row."""
    open_page(page, request.getfixturevalue(of))
    why = re.compile(r"hors de ses variations habituelles|\d+\s(mois|trimestres) de suite au-dess")
    for card in page.locator(".ccsp-card.alert > p").all():
        expect(card).to_have_text(why)
    lines = answer(page, "Ce qui se dégrade ou change").locator("dd p")
    told = [text for text in lines.all_inner_texts() if "aussi une alerte" not in text]
    assert told and all(why.search(text) or "mieux" in text for text in told), told


def test_a_name_leads_to_its_site_and_back_by_the_keyboard(page, app):
    open_page(page, f"{app}/?periode=2025")
    page.evaluate("window.still = true")
    name = answer(page, "Le plus fréquenté").locator("dd a").first
    commune = name.inner_text()
    name.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(commune.removesuffix(" (GSRU)"))
    settled(page)
    assert "/site?" in page.url and "periode=2025" in page.url and "centre=" in page.url
    assert page.evaluate("window.still"), "the application is not loaded anew"


def test_a_question_leads_to_the_page_that_says_more(page, app):
    open_page(page, f"{app}/?departement=Zou")
    answer(page, "La plainte la plus ancienne").locator("dt a").click()
    expect(page.locator("h1")).to_contain_text("Plaintes · Zou")
    expect(page).to_have_url(f"{app}/plaintes?departement=Zou")


def test_the_name_of_a_card_opens_what_it_means_by_the_keyboard(page, app):
    open_page(page, app)
    card = page.get_by_role("region", name="Attente médiane", exact=True)
    card.get_by_role("button").focus()
    page.keyboard.press("Enter")
    meaning = card.locator("[popover]")
    expect(meaning).to_be_visible()
    expect(meaning).to_contain_text("La moitié")
    page.keyboard.press("Escape")
    expect(meaning).not_to_be_visible()


@pytest.mark.parametrize("width", [1024, 1200, 1280])
def test_no_curve_of_a_card_lies_over_its_figure_or_its_name(page, app, width):
    page.set_viewport_size({"width": width, "height": 768})
    try:
        open_page(page, app)
        over = page.locator(".ccsp-card").evaluate_all(
            """cards => cards.filter((card) => { const words = document.createRange(), curve = card.querySelector("i");
                const under = (one) => { words.selectNodeContents(card.querySelector(one));
                    const b = curve.getBoundingClientRect();
                    return b.width && [...words.getClientRects()].some((a) =>
                        a.right > b.left && a.bottom > b.top && a.top < b.bottom); };
                return curve && (under("strong") || under("button")); }).map((card) => card.innerText)"""
        )
        assert over == []
    finally:
        page.set_viewport_size(served.SCREEN)


def test_on_a_telephone_the_answers_come_first_then_the_map_then_the_figures(telephone, app):
    page = telephone
    open_page(page, f"{app}/?departement=Zou")
    expect(page.locator("iframe[title^=Carte]")).to_be_visible()
    at = lambda where: page.locator(where).first.bounding_box()["y"]  # noqa: E731
    assert at(".ccsp-fold") < 100 and page.locator(".ccsp-fold").inner_text().endswith("Zou")
    assert at(ANSWERS) < 200 < at("iframe[title^=Carte]") < at(".ccsp-card")


def test_several_departments_are_chosen_below_the_bar_and_travel_in_the_link(page, app):
    open_page(page, f"{app}/departement?departement=Zou")
    page.locator(".st-key-filtre_departement input").click()
    page.get_by_role("option", name="Plusieurs départements…").click()
    box = page.locator(".st-key-departements_choisis input")
    box.click()
    page.get_by_role("option", name="Borgou", exact=True).click()
    expect(page).to_have_url(f"{app}/departement?departement=Borgou%2CZou")
    expect(page.locator("h1")).to_contain_text("Borgou et Zou")
    settled(page)
    open_page(page, page.url)
    expect(page.locator("h1")).to_contain_text("Borgou et Zou")
    expect(page.locator(".st-key-filtre_departement input")).to_have_value("Borgou et Zou")


@pytest.mark.parametrize(
    ("old", "new", "heading"),
    [
        ("evolution?periode=2025", "?periode=2025&comparer=oui", "Ce qui a changé"),
        ("cibles?departement=Zou", "signaux?departement=Zou", "Cibles"),
    ],
)
def test_the_address_of_a_page_that_moved_leads_on_with_its_filters(page, app, old, new, heading):
    open_page(page, f"{app}/{old}")
    expect(page).to_have_url(f"{app}/{new}")
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def test_comparing_is_a_switch_that_the_link_keeps(page, app):
    open_page(page, f"{app}/attentes")
    switch = page.locator(".st-key-filtre_comparer")
    switch.get_by_text("Comparer deux périodes").click()
    expect(page.get_by_role("heading", name="Ce qui a changé", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{app}/attentes?comparer=oui")
    switch.get_by_text("Comparer deux périodes").click()
    expect(page.get_by_role("heading", name="Ce qui a changé", exact=True)).to_have_count(0)
    expect(page).to_have_url(f"{app}/attentes")
