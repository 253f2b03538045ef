"""What was drawn is kept to the last bit, whoever else keeps it at the same time, and goes when the series has other months."""

from datetime import timedelta

import numpy as np
import pytest

from dashboard.period import today
from db import simulated_chances
from db.simulated_chances import SimulatedChance, keep_chances, kept_chances

pytestmark = pytest.mark.both_databases


def of(number: int, series: str, *chances: float) -> SimulatedChance:
    return SimulatedChance(f"{number:064x}", series, np.array(chances))


def kept(engine, *wanted: SimulatedChance) -> dict[str, np.ndarray]:
    with engine.connect() as connection:
        return kept_chances(connection, [one.digest for one in wanted])


def test_what_was_drawn_is_found_to_the_last_bit(engine, monkeypatch):
    monkeypatch.setattr(simulated_chances, "AT_ONCE", 3)
    random = np.random.default_rng(1)
    drawn = [of(n, f"site {n}", *random.random(n), np.nan, 1 / 3) for n in range(10)]
    keep_chances(engine, today(), drawn)
    found = kept(engine, *drawn, of(99, "none"))
    assert found.keys() == {one.digest for one in drawn}
    for one in drawn:
        np.testing.assert_array_equal(found[one.digest], one.chances)
    assert kept(engine) == {}


def test_two_that_drew_the_same_keep_it_once(engine):
    keep_chances(engine, today(), [of(1, "a", 0.25), of(2, "b", 0.5)])
    keep_chances(engine, today(), [of(2, "b", 0.5), of(3, "c", 0.75)])
    assert [c.tolist() for c in kept(engine, of(1, ""), of(2, ""), of(3, "")).values()] == [
        [0.25],
        [0.5],
        [0.75],
    ]


def test_what_is_older_of_the_same_series_goes_once_nobody_is_shown_it(engine):
    day = today()
    keep_chances(engine, day, [of(1, "a", 0.1), of(2, "b", 0.2)])
    keep_chances(engine, day + timedelta(days=1), [of(3, "a", 0.3)])
    assert len(kept(engine, of(1, ""), of(2, ""), of(3, ""))) == 3
    keep_chances(engine, day + timedelta(days=2), [of(4, "a", 0.4)])
    assert kept(engine, *(of(n, "") for n in range(9))).keys() == {
        of(n, "").digest for n in (2, 3, 4)
    }
