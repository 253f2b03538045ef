"""What an adviser asks first, asked by keyboard alone; and nothing that moves for who wants no motion."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine

from tests.browser import served
from tests.browser.screen import open_page, settled
from tests.browser.test_first_sight import answer
from tests.demo.truths import LATE, Truths

pytestmark = pytest.mark.browser
MENU, NAME, SITE = "[data-testid=stTopNavLink]", ".ccsp-answers dd a", ".st-key-liste_centres input"
MOST = 60  # presses of Tab to the farthest thing of a page
MOVING = """() => document.getAnimations().filter(a => a.playState === 'running'
    && a.effect.getComputedTiming().duration * a.effect.getComputedTiming().iterations > 50)
    .map(a => [a.animationName || a.transitionProperty || 'animation', a.effect.target.outerHTML.slice(0, 120)])"""


def tab_to(page: Page, css: str, words: str = "") -> None:
    """Press Tab until the keyboard is there."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate(
            "([css, words]) => document.activeElement.matches(css) && document.activeElement.innerText.includes(words)",
            [css, words],
        ):
            return
    raise AssertionError(f"{words or css}: not reached by {MOST} presses of Tab")


def enter(page: Page) -> None:
    page.keyboard.press("Enter")
    settled(page)


@pytest.fixture
def late_in_zou(demo_file) -> str:
    """How the fictitious data answer the question of the Zou's complaints, counted from their rows: on some days none waits
    for long, on some none at all."""
    engine = create_engine(f"sqlite:///{demo_file}")
    with engine.connect() as connection:
        ages = Truths(connection).waiting_in_zou()["age"]
    engine.dispose()
    late = int((ages > LATE).sum())
    if late:
        return f"{late} {'attend' if late == 1 else 'attendent'} depuis plus de {LATE} jours"
    return f"aucune n'attend depuis plus de {LATE} jours" if len(ages) else "aucune en cours"


def test_the_ten_questions_are_answered_by_the_keyboard_alone(page, app, late_in_zou):
    open_page(page, app)
    # Five are answered before a key is pressed, and how many more came than a year ago.
    for label in (
        "Le plus fréquenté",
        "L'attente la plus longue",
        "Ce qui se dégrade ou change",
        "La plainte la plus ancienne",
        "Centres muets",
    ):
        expect(answer(page, label).locator("dd")).to_be_in_viewport()
    before = page.get_by_role("region", name="Usagers reçus", exact=True)
    expect(before).to_contain_text("qu'un an avant")
    expect(before).to_be_in_viewport()
    # What happened where it gets worse?
    worse = answer(page, "Ce qui se dégrade ou change").locator("dd a").first.inner_text()
    tab_to(page, NAME, worse)
    enter(page)
    expect(page.locator("h1")).to_contain_text(worse)
    # Which service makes people wait longest?
    tab_to(page, MENU, "Attentes")
    enter(page)
    expect(page.locator("h2", has_text="Les prestations où l'on attend le plus")).to_be_attached()
    # How many complaints of more than 30 days are there in the Zou, and which?
    tab_to(page, ".st-key-filtre_departement input")
    page.keyboard.type("Zou")
    enter(page)
    tab_to(page, MENU, "Plaintes")
    enter(page)
    expect(page.locator("h1")).to_contain_text(f"Plaintes · Zou : {late_in_zou}")
    # When do most people come to Covè?
    tab_to(page, MENU, "Carte")
    enter(page)
    tab_to(page, SITE)
    page.keyboard.type("Covè")
    enter(page)
    # Seen first, as who presses Tab sees it.
    expect(page.get_by_role("link", name="Ouvrir la page de ce centre")).to_be_visible()
    settled(page)
    tab_to(page, "a", "Ouvrir la page de ce centre")
    enter(page)
    expect(page.locator("h1")).to_contain_text("CCSP de Covè")
    busiest = re.compile(
        "On vient|Quand viennent les usagers|Trop peu de visites"
    )  # the second where too few visits decide
    expect(page.locator("h2", has_text=busiest).first).to_be_attached()


def test_nothing_moves_for_who_wants_no_motion(chromium, app):
    found = served.visit(chromium, reduced_motion="reduce")
    page = found.context.new_page()
    open_page(page, f"{app}/plaintes")
    assert page.evaluate(MOVING) == []
    page.locator("[data-testid=stExpander] summary").first.click()
    assert page.evaluate(MOVING) == [], "a fold opens at once"
    page.locator(".st-key-filtre_departement input").click()
    assert page.evaluate(MOVING) == [], "and a list"
    found.context.close()
    assert found.faults() == []
