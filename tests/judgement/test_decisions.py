"""What came of a decision is said by the limits of its chart: a change, what chance explains, or that it is too early."""

from datetime import date

import numpy as np
import pytest

from dashboard.judgement.decisions import (
    FALSE,
    OF_MEDIAN,
    WINDOWS,
    Outcome,
    Verdict,
    is_change,
    verdict,
)
from dashboard.period import add_months
from tests.benchmarks import decisions as simulated
from tests.judgement.series import follow, measured

LAST = date(2026, 10, 1)
PLAIN = str.maketrans("\xa0\u202f", "  ")


def chart_of(after: list[float], months: int = 30, level: float = 40):
    """A chart of the ninth decile, around a level, then as said."""
    r = np.random.default_rng(1)
    values = [*(level * np.exp(0.05 * r.standard_normal(months))), *after]
    return follow("wait_p90", measured("wait_p90", np.array([values])), LAST)["site 0"]


def said(after: list[float], ago: int) -> Verdict:
    """What is said of a decision in the month so many months before the last."""
    return verdict(chart_of(after), add_months(LAST, -ago).replace(day=10))


@pytest.mark.parametrize("points", [0, 1, 2])
def test_before_three_months_nothing_is_said(points):
    found = said([40.0] * points, points)
    assert found.outcome == Outcome.TOO_EARLY
    assert found.in_words == f"on ne peut pas encore le dire ({points} mois sur 3)"


def test_three_months_far_from_those_before_are_a_change_and_which_way():
    worse, better = said([80.0] * 3, 3), said([20.0] * 3, 3)
    assert worse.outcome == better.outcome == Outcome.CHANGE
    assert worse.is_better is False and better.is_better is True
    assert better.in_words.translate(PLAIN).startswith("3 mois après : 20 min pour ")
    assert better.in_words.endswith("c'est un changement en mieux")


def test_months_like_those_before_are_what_chance_explains():
    found = said([40.0, 41.0, 39.0], 3)
    assert found.outcome == Outcome.CHANCE and found.in_words.endswith(
        "le hasard suffit à l'expliquer"
    )


def test_a_single_far_month_before_or_after_is_no_change():
    assert said([40.0, 90.0, 40.0], 3).outcome == Outcome.CHANCE
    far_before = verdict(chart_of([90.0, 40.0, 40.0, 40.0, 41.0]), add_months(LAST, -3))
    assert far_before.outcome == Outcome.CHANCE


def test_what_was_done_later_is_judged_from_the_day_on_which_it_was_done():
    chart = chart_of([40.0, 41.0, 80.0, 81.0, 82.0])
    decided = add_months(LAST, -5).replace(day=10)
    assert verdict(chart, decided).outcome == Outcome.CHANCE, "three of five months were before it"
    done = [verdict(chart, decided, done_on=add_months(LAST, -n).replace(day=28)) for n in (3, 1)]
    assert (done[0].outcome, done[0].points) == (Outcome.CHANGE, 3)
    assert (done[1].outcome, done[1].points) == (Outcome.TOO_EARLY, 1)


def test_later_the_longest_window_that_is_full_counts():
    assert [said([80.0] * n, n).points for n in (3, 5, 6, 11, 12)] == [3, 3, 6, 6, 12]


def test_a_series_without_limits_or_months_before_cannot_be_judged():
    assert verdict(None, LAST).outcome == Outcome.UNKNOWN
    short = follow("wait_p90", measured("wait_p90", np.full((1, 5), 40.0)), LAST)["site 0"]
    assert verdict(short, add_months(LAST, -3)).outcome == Outcome.UNKNOWN
    early = verdict(chart_of([]), add_months(LAST, -29))
    assert "pas assez de mois connus avant" in early.in_words


def test_the_deviations_of_medians_are_those_of_normal_draws():
    r = np.random.default_rng(7)
    for n in WINDOWS:
        drawn = np.median(r.standard_normal((100_000, n)), axis=1).std()
        assert OF_MEDIAN[n] == pytest.approx(drawn, rel=0.02)
    assert not is_change(np.zeros(3), np.full(3, 2.8)) and is_change(np.zeros(3), np.full(3, 2.9))


def test_what_is_announced_holds_on_series_in_which_nothing_changes(monkeypatch):
    """The measure itself, on fewer series; `python -m tests.benchmarks.decisions` prints all."""
    monkeypatch.setattr(simulated, "SERIES", 80)
    every = simulated.rows("measure") + simulated.rows("share of 400 cases")
    assert all(one.at_any_time <= FALSE for one in every)
    assert min(one.found for one in every if one.family == "share of 400 cases") > 0.8
