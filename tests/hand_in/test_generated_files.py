"""Random files: what is shown of each before it is confirmed is what is kept of it, and what is refused leaves nothing.

The long run: python -m tests.hand_in.generated.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from sqlalchemy import text

from db import intake, write
from tests.hand_in.generated import Tally, hand_in

FILES, SEED = 40, 24


@pytest.fixture
def fresh(databases) -> Iterator[Callable[[], str]]:
    """What gives the address of a fresh database."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(databases.fresh())


def test_what_is_shown_of_a_file_is_what_is_kept_of_it(fresh):
    tally = hand_in(FILES, SEED, fresh, Tally())
    assert tally.differences == []
    assert all(tally.seen[what] for what in ("accepted", "mended", "refused")), tally.seen


@pytest.mark.parametrize("fault", ["effect", "changes", "remark", "row", "check"])
def test_a_difference_would_be_seen(sqlite, monkeypatch, fault):
    """One fault at a time is planted: in the effect, the changes or the remarks that are shown, in a row that is kept, in a
    check that writes."""
    take, save = intake.take_table, write.save_batch

    def shown(*given, **more):
        outcome = take(*given, **more)
        if fault == "effect":
            known = replace(outcome.effect, rows_counting=outcome.effect.rows_counting + 1)
            outcome.effect = known
        if fault == "changes":
            outcome.changes = replace(outcome.changes, unchanged=outcome.changes.unchanged + 1)
        if fault == "remark":
            outcome.remarks.append("Lignes répétées à l'identique, comptées une fois : 1.")
        return outcome

    def kept(engine, parsing, file, *, keep=True, **hooks):
        saved = save(engine, parsing, file, keep=keep, **hooks)
        if keep and fault == "row":
            with engine.begin() as connection:
                connection.execute(text("UPDATE visit SET sex = 3 - coalesce(sex, 1)"))
        if not keep and fault == "check":
            with engine.begin() as connection:
                connection.execute(text("UPDATE import_batch SET rows = rows + 1"))
        return saved

    monkeypatch.setattr(intake, "take_table", shown)
    monkeypatch.setattr(write, "save_batch", kept)
    with ExitStack() as stack:
        tally = hand_in(12, SEED, lambda: stack.enter_context(sqlite.fresh()), Tally())
    told = {
        "effect": "rows that count: said",
        "changes": "unchanged: said",
        "remark": "remarks: said",
        "row": "kept: ",
        "check": "import_batch changed before anybody confirms",
    }
    assert any(told[fault] in line for line in tally.differences), tally.differences
