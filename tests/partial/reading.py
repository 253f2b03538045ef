"""A world handed in to a database of its own, and every fault of what the application says of it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from dashboard.accounts.rights import Person
from dashboard.answers import context
from dashboard.period import today
from dashboard.settings import load_settings
from db.engine import make_engine
from tests.builders import Office
from tests.partial import said, world
from tests.partial.everywhere import everywhere
from tests.partial.placing import DENIES, fault
from tests.partial.truth import Truth


@contextmanager
def in_use(url: str):
    """The answers are of this database."""
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    load_settings.cache_clear()
    try:
        yield
    finally:
        context.close_databases()
        os.environ.pop("DATABASE_URL")
        if before is not None:
            os.environ["DATABASE_URL"] = before
        load_settings.cache_clear()


def hand_in(url: str, folder: Path, seed: int) -> world.World:
    """Make the world of that seed, and hand its files in to the database."""
    made = world.make(seed, today())
    engine = make_engine(url)
    office = Office(engine, folder)
    for file in made.files:
        office.hand_in(file.form, *file.lines, covers=file.covers, sites=file.sites)
    engine.dispose()
    return made


def read(
    url: str, folder: Path, seed: int, people: Sequence[Person] = ()
) -> tuple[int, int, list[str]]:
    """How many sentences were read, how many deny, and what is false or has no place. people: with the pages and files of
    these."""
    truth, faults, number, denying = Truth(hand_in(url, folder, seed)), {}, 0, 0
    with in_use(url):
        for one in chain(_answers(), everywhere(people)):
            number += bool(one.text)
            denying += bool(DENIES.search(one.text))
            if why := fault(one, truth):
                place = " ".join(filter(None, (one.where, one.row, one.site)))
                faults.setdefault(f"{why} — {place}: {one.text[:160]}", None)
    return number, denying, list(faults)


def _answers() -> Iterator[said.Said]:
    with context.page_run():
        yield from said.everything()
