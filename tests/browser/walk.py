"""Goes through every page as every person who may open it, finds what can be pressed there, presses it, opens what it gets.

`python -m tests.browser.walk` presses everything for everybody, says what is dead, and writes the list anew
(tests/browser/controls.txt). The suite (test_walk.py) finds everything for everybody, holds it against that list, and presses
each kind of thing once. Pages are those of PAGES: a new one is walked without anybody saying so.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error as Failed

from dashboard.navigation import PageSpec, pages_of
from tests import clock
from tests.browser import served
from tests.browser.controls import (
    LIST,
    Control,
    changes,
    counted,
    found,
    joined,
    kinds,
    read,
    written,
)
from tests.browser.house import PEOPLE, READER, SITE, House
from tests.browser.pressing import Dead, Hand
from tests.browser.screen import path, unfold

VISITS = 30_000
TAKEN_BACK = frozenset({"switch", "choice", "list", "field", "popover", "hint", "day"})
AT_ONCE = frozenset({"fold", "sort", "meaning"})  # are pressed all together
FIELDS = frozenset({"field", "list", "day", "switch"})  # of a form
SHELL, PASSING = (
    frozenset({"menu", "top"}),
    frozenset({"day", "hint"}),
)  # on every page; gone at once
AWAY = ("/definitions", "/guide")  # pages that everybody has, and that cost little
DEEP = 3  # what is opened by what was opened by what was opened
Chain = tuple[Control, ...]  # what opens a part of a page, one after the other
State = tuple[str, Counter[Control]]  # an address, and what can be pressed there
Wanted = Callable[[str, Control], bool]


def address(spec: PageSpec) -> str:
    """Where a page is, with what it needs to show something."""
    return path(spec.url_path) + (f"?centre={SITE}" if "centre" in spec.filters else "")


@dataclass
class Walk:
    """One person's way through the pages. wanted: whether a control of a page is pressed."""

    house: House
    who: str
    hand: Hand
    wanted: Wanted = lambda *_: True
    kept: dict[str, Counter[Control]] = field(default_factory=dict)  # by page: what was found
    came: dict[tuple[str, Control], str] = field(default_factory=dict)  # of what was pressed
    faults: list[str] = field(default_factory=list)
    shell: set[Control] = field(default_factory=set)  # what was pressed that all pages have
    unfolded: bool = False  # whether what is in folds is pressed
    ways: Counter[str] = field(default_factory=Counter)  # how pages were come to anew

    def pages(self) -> tuple[PageSpec, ...]:
        """Those that are theirs."""
        return pages_of(PEOPLE[self.who])

    # --- going -----------------------------------------------------------------------------------------------------------
    def step(self, where: str) -> None:
        """To another page, as the menu goes: without loading the application anew."""
        page = self.hand.page
        if not page.url.startswith(self.house.at) or not page.locator("#root").count():
            self.load(where)
            return
        page.evaluate(
            "to => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate', { state: {} })); }",
            where,
        )
        page.wait_for_timeout(100)
        self.rest()

    def load(self, where: str) -> None:
        """The same, as who opens it for the first time."""
        self.hand.page.goto(self.house.at + where)
        if urlsplit(self.hand.page.url).path == "/connexion":
            self.house.enter(self.who, self.hand.visit)
            self.hand.page.goto(self.house.at + where)
        self.rest()

    def back(self, where: str) -> None:
        """To a page that was left for another."""
        if urlsplit(self.hand.page.url).path == urlsplit(where).path:
            raise Dead("it was not left")
        self.step(where)

    def anew(self, where: str) -> None:
        """The same page, as who comes to it from another."""
        self.step(next(one for one in AWAY if one != where))
        self.step(where)
        if self.hand.page.url != self.house.at + where:  # filters that were set on another page
            self.step(where)

    def restored(self, where: str) -> None:
        """The page of a database in which nothing was pressed yet."""
        self.house.restore()
        self.house.enter(self.who, self.hand.visit)
        self.load(where)

    def rest(self) -> None:
        """Wait until all is there, the marks of the map too."""
        page = self.hand.page
        self.hand.steady()
        if page.locator("iframe[title^=Carte]").count():
            page.frame_locator("iframe[title^=Carte]").locator("path.site").first.wait_for()
            self.hand.steady()

    def unfold(self) -> None:
        """Open all folds: each holds something."""
        unfold(self.hand.page)
        self.hand.steady()

    def state(self) -> State:
        """Where one is, and what can be pressed there."""
        return self.hand.page.url, counted(found(self.hand.page))

    # --- finding and pressing --------------------------------------------------------------------------------------------
    def find(self, spec: PageSpec) -> None:
        """Go to the page and note what is there, in its folds too; press what the browser does by itself, all at once."""
        self.step(address(spec))
        self.unfold()
        self.kept[spec.url_path] = self.state()[1]
        try:
            self.hand.sound()
        except AssertionError as reason:
            self._note(spec, "the page", reason)
        for frame in self.hand.page.frames:
            dead = frame.evaluate("controls.dead()")
            self.faults += [f"{self.who} {spec.url_path} {one}: does nothing" for one in dead]

    def _note(self, spec: PageSpec, what: str, reason: Exception) -> None:
        why = " ".join(f"{type(reason).__name__} {reason}".split())
        self.faults.append(f"{self.who} {spec.url_path} {what}: {why[:300]}")

    def press(self, spec: PageSpec) -> None:
        """Press what is wanted of a page, and of what that opens; then the same of what its folds hold."""
        self.unfolded = False
        self.load(address(spec))
        first = self.state()[1]
        self._each(spec, (), first, list(first))
        folded = [one for one in self.kept[spec.url_path] if one.under]
        if not any(self.wanted(spec.url_path, one) for one in folded):
            return
        self.load(address(spec))
        self.unfold()
        self.unfolded, inner = True, self.state()[1]
        self._each(spec, (), inner, [one for one in inner if one.under])

    def _each(
        self, spec: PageSpec, chain: Chain, known: Counter[Control], among: list[Control]
    ) -> None:
        """Press each of these, which stand where the chain leads. known: what was found up to here."""
        state = self.state()
        for one in among:
            own = one.after(chain)
            if one.off or one.kind in AT_ONCE or not self.wanted(spec.url_path, own):
                continue
            if one.where in SHELL and not chain:
                if one in self.shell:
                    continue
                self.shell.add(one)
            try:
                if self.state() != state:
                    state = self._reached(spec, chain, state)
                self._one(spec, chain, known, one)
            except (AssertionError, Failed, KeyError) as reason:
                self._note(spec, own.words, reason)
            if one.kind in TAKEN_BACK:
                with suppress(AssertionError, Failed):
                    self.hand.take_back(one)

    def _one(self, spec: PageSpec, chain: Chain, known: Counter[Control], one: Control) -> None:
        """Press it; of what it opens, press each. A form is sent empty first, then filled. Raises AssertionError."""
        if one.kind == "button" and (fields := self._fields(one)):
            state = self.state()
            self.hand.fill(fields, empty=True)
            came = self.hand.press(one)
            if one not in self.state()[1]:  # it wanted none of them, and is done
                self.came[(spec.url_path, one.after(chain))] = came
                return
            if self.state() != state:
                self._reached(spec, chain, state)
        came = self._sent(one)
        self.came[(spec.url_path, one.after(chain))] = came
        if came != "change" or one.kind in PASSING or len(chain) >= DEEP:
            return
        here = self.state()[1]
        if new := [c for c in here if c not in known]:
            longer = (*chain, one)
            self.kept[spec.url_path].update({c.after(longer): here[c] for c in new})
            self._each(spec, longer, known | here, new)

    def _sent(self, one: Control) -> str:
        """Press it, the fields of its form filled, if it has one; what came of it."""
        if one.kind == "button":
            self.hand.fill(self._fields(one), empty=False)
        return self.hand.press(one)

    def _fields(self, one: Control) -> list[Control]:
        """Those that are sent with this button."""
        all_, form = found(self.hand.page), self.hand.find(one).form
        return [o.control for o in all_ if form and o.form == form and o.control.kind in FIELDS]

    def _reached(self, spec: PageSpec, chain: Chain, state: State) -> State:
        """Go to the page anew, and to the part of it that the chain leads to: the state there, where there may be more by now
        than there was. Raises Dead where that cannot be done."""
        self.hand.visit.forget()
        why = ""
        for way in (self.back, self.anew, self.load, self.restored):
            try:
                way(address(spec))
                self.ways[way.__name__] += 1
                if self.unfolded:
                    self.unfold()
                for one in chain:
                    self._sent(one)
            except (AssertionError, Failed) as reason:
                why = f"lost: {reason}"
                continue
            now = self.state()
            # What was entered before is not there in a database as it was at first.
            gone = set() if way == self.restored else state[1].keys() - now[1].keys()
            if not gone and now[0] == state[0]:
                return now
            why = f"lost: {now[0]} {[one.words for one in gone]}"
        raise Dead(why)


# --- everybody -------------------------------------------------------------------------------------------------------
@contextmanager
def walking(browser: Browser, house: House, who: str, folder: Path) -> Iterator[Walk]:
    """Somebody who has come in, in a session of the browser's own."""
    visit = served.visit(browser)
    house.enter(who, visit)
    yield Walk(house, who, Hand(visit, folder))
    visit.context.close()


def walked(browser: Browser, demo: Path, who: str) -> Walk:
    """All that is there for somebody, found, then pressed, on a database that nobody else has."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        with (
            House.opened(demo, at, closed=who != READER) as house,
            walking(browser, house, who, at) as walk,
        ):
            for spec in walk.pages():
                walk.find(spec)
            for spec in walk.pages():
                began, before = time.monotonic(), len(walk.came)
                walk.press(spec)
                pressed, seconds = len(walk.came) - before, time.monotonic() - began
                print(f"{who} {spec.url_path}: {pressed} pressed, {seconds:.0f} s", flush=True)
    return walk


def main() -> int:
    """Press everything for those who were asked for; 1 where something is dead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("who", nargs="*", metavar="|".join(PEOPLE), default=[*PEOPLE])
    os.environ.setdefault("PYTEST_VERSION", pytest.__version__)  # the clock is a test's
    pressed = faults = 0
    with (
        clock.as_of(clock.DAY),
        tempfile.TemporaryDirectory() as folder,
        served.browsing() as browser,
    ):
        demo = Path(folder) / "demo.db"
        served.make_demo(demo, VISITS)
        for who in parser.parse_args().who:
            walk = walked(browser, demo, who)
            before = read(LIST.read_text(encoding="utf-8"))
            after = joined(before, {who: walk.kept})
            LIST.write_text(written(after, PEOPLE), encoding="utf-8")
            print("\n".join([*changes(before, after), *walk.faults]), flush=True)
            pressed, faults = pressed + len(walk.came), faults + len(walk.faults)
    print("\n".join(kinds(read(LIST.read_text(encoding="utf-8")))))
    print(f"{pressed} pressed, {faults} faults")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
