"""README's straight line: a file that is handed in passes through every stop of it on its way to a card on the screen."""

import importlib
import inspect
import sys
import threading
from types import CodeType, FrameType

from dashboard.indicators import BY_CODE
from dashboard.settings import ROOT
from db.__main__ import main
from tests.pages.app import cards, visit_page
from tests.test_papers import STOPS

FILE = ROOT / "tests" / "samples" / "good" / "registre-a.csv"


def codes(stop: str) -> set[CodeType]:
    """What runs when one passes through a stop: a function, or one of a class."""
    module, _, name = stop.rpartition(".")
    found = getattr(importlib.import_module(module), name)
    every = vars(found).values() if inspect.isclass(found) else [inspect.unwrap(found)]
    return {one.__code__ for one in every if inspect.isfunction(one)}


def test_a_file_passes_through_every_stop_on_its_way_to_the_screen(command):
    passed: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            passed.add(frame.f_code)

    threading.setprofile(note)  # of the thread that makes the page
    sys.setprofile(note)
    try:
        assert command(main, "import", FILE).code == 0
        at = visit_page("attentes")
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert [stop for stop in STOPS if not codes(stop) & passed] == []
    assert any(card.label == BY_CODE["wait_within_30"].short for card in cards(at))
