"""Every page as everybody: what can be pressed there is what the list says, and one thing of each kind does something.

What fails here has come or gone: whoever meant that runs `make walk`, which presses everything and writes the list anew.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import clock
from tests.browser import served
from tests.browser.controls import (
    LIST,
    THEN,
    Control,
    Kept,
    at_sight,
    changes,
    found,
    joined,
    read,
    written,
)
from tests.browser.house import PEOPLE, READER, House
from tests.browser.pressing import Dead, Hand
from tests.browser.screen import settled
from tests.browser.walk import AT_ONCE, VISITS, Walk, walking

pytestmark = pytest.mark.browser
TEXT = LIST.read_text(encoding="utf-8")
LISTED = at_sight(read(TEXT))
FIRST = "admin"  # whose pages are light: presses one of each kind that is there, the reader of what is left


@pytest.fixture(scope="module")
def demo(demo_file, tmp_path_factory) -> Path:
    """The fictitious data of the day of the list."""
    if os.environ.get(clock.AT, clock.DAY) == clock.DAY:
        return demo_file
    path = tmp_path_factory.mktemp("walk") / "demo.db"
    with clock.as_of(clock.DAY):
        served.make_demo(path, VISITS)
    return path


def of(who: str) -> Kept:
    """What the list has for one person."""
    mine = {
        page: {words: {who: often[who]} for words, often in all_.items() if who in often}
        for page, all_ in LISTED.items()
    }
    return {page: all_ for page, all_ in mine.items() if all_}


def kinds_of(who: str) -> set[str]:
    """The kinds of what the list has for one person."""
    return {words.split(THEN)[-1].split()[0] for all_ in of(who).values() for words in all_}


def press_each_kind(walk: Walk) -> None:
    """The first of each kind, on whatever page it is."""
    firsts: dict[str, tuple[str, Control]] = {}
    for page, all_ in walk.kept.items():
        for control in sorted(all_, key=lambda one: len(one.under)):
            if not control.off and control.kind not in AT_ONCE:
                firsts.setdefault(control.kind, (page, control))
    if walk.who != FIRST:
        firsts = {kind: first for kind, first in firsts.items() if kind not in kinds_of(FIRST)}
    walk.wanted = lambda page, control: firsts.get(control.kind) == (page, control)
    pages = {page for page, _ in firsts.values()}
    for spec in walk.pages():
        if spec.url_path in pages:
            walk.press(spec)
    assert walk.faults or len(walk.came) == len(firsts), walk.came


@pytest.fixture(scope="module")
def house(demo, tmp_path_factory) -> Iterator[House]:
    """A server where people sign in, for all who do: what is pressed there is pressed last."""
    folder = tmp_path_factory.mktemp("house")
    with clock.as_of(clock.DAY), House.opened(demo, folder, closed=True) as found:
        yield found


@pytest.mark.xdist_group("walk")
@pytest.mark.parametrize("who", [*(one for one in PEOPLE if one != FIRST), FIRST])
def test_what_can_be_pressed_is_what_the_list_says_and_does_something(
    who, demo, chromium, tmp_path, request
):
    with clock.as_of(clock.DAY), ExitStack() as stack:
        if who == READER:
            house = stack.enter_context(House.opened(demo, tmp_path, closed=False))
        else:
            house = request.getfixturevalue("house")
        walk = stack.enter_context(walking(chromium, house, who, tmp_path))
        for spec in walk.pages():
            walk.find(spec)
        said = "\n".join(changes(of(who), joined({}, {who: walk.kept})))
        assert not said, said
        if who in (FIRST, READER):
            press_each_kind(walk)
        assert not walk.faults, "\n".join(walk.faults)


def test_the_list_is_read_as_it_was_written():
    assert written(read(TEXT), PEOPLE) == TEXT


# Here alone: a button of which nothing comes, a link to no page of ours, one to a file of nothing.
FAULTY = """() => document.querySelector('[data-testid=stMain] h1').parentElement.insertAdjacentHTML('beforeend', `
  <button>Rien du tout</button> <a href="/nulle-part">Nulle part</a>
  <a href="data:text/plain," download="vide.txt">Vide</a>`)"""


@pytest.mark.parametrize(
    ("kind", "name", "fault"),
    [
        ("button", "Rien du tout", "nothing comes of it"),
        ("link", "Nulle part", "leads nowhere"),
        ("link", "Vide", "vide.txt"),
    ],
)
def test_what_does_nothing_leads_nowhere_or_gives_an_empty_file_is_a_fault(
    kind, name, fault, app, session, tmp_path
):
    hand = Hand(session, tmp_path)
    hand.page.goto(f"{app}/definitions")
    settled(hand.page)
    before = set(found(hand.page))
    hand.page.evaluate(FAULTY)
    (one,) = (c.control for c in found(hand.page) if c.control.name == name)
    assert one.kind == kind and one not in {c.control for c in before}
    with pytest.raises((Dead, AssertionError), match=fault):
        hand.press(one)
    session.forget()
