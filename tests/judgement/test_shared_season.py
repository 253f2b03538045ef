"""A season that all sites share is no signal of the whole each year; a change on top of it is one, from its first month."""

from datetime import date

import numpy as np
import pytest

from dashboard.judgement.signal_sentences import gap_origin
from dashboard.judgement.signals import signal
from dashboard.period import add_months
from dashboard.statistics.variation import Variation
from tests.judgement.series import counted, follow, waited

LAST = date(2026, 10, 1)
MONTHS = 58  # January 2022 to October 2026
SITES = 5
NATION = {"nation": range(SITES), "two of them": (0, 1)}
AUGUSTS = [date(year, 8, 1) for year in (2024, 2025, 2026)]
# Highest in August, lowest in February: a quarter longer and a quarter shorter.
SEASON = 0.25 * np.sin((np.arange(MONTHS) - 4) * np.pi / 6)


def waits(rise: float = 0.0, since: int = MONTHS):
    """Five sites with 150 waits a month around levels of their own; from `since` on all longer by a part."""
    random = np.random.default_rng(20)
    levels = np.log([12, 15, 18, 22, 9])[:, None] + SEASON
    levels = levels + np.log1p(rise) * (np.arange(MONTHS) >= since)
    return waited(np.exp(levels[..., None] + 0.8 * random.standard_normal((SITES, MONTHS, 150))))


def shares(fall: float = 0.0, since: int = MONTHS):
    """Shares of five sites, 12 points lower in August, of 400 cases each."""
    random = np.random.default_rng(21)
    levels = np.linspace(0.6, 0.85, SITES)[:, None] - SEASON / 2
    levels = levels - fall * (np.arange(MONTHS) >= since)
    return counted("wait_within_30", random.binomial(400, levels), np.full(levels.shape, 400))


@pytest.mark.parametrize("scope", NATION)
@pytest.mark.parametrize("code, series", [("wait_p50", waits()), ("wait_within_30", shares())])
def test_a_season_that_all_sites_share_is_no_signal_of_the_whole(code, series, scope):
    chart = follow(code, series, LAST, NATION)[scope]
    months = [add_months(LAST, -i) for i in range(30)]
    judged = [signal(chart, month) for month in months]
    assert all(one.is_judged for one in judged)
    assert sum(one.is_signal for one in judged) <= 1, "of thirty months chance flags one at most"
    assert not any(signal(chart, month).is_signal for month in AUGUSTS)
    low, high = chart.usual[-24:].min(), chart.usual[-24:].max()
    assert high > 1.2 * low, "what is usual has the season"
    assert judged[0].has_season


@pytest.mark.parametrize(
    "code, series, side",
    [
        ("wait_p50", waits(rise=0.15, since=MONTHS - 3), 1),
        ("wait_within_30", shares(fall=0.06, since=MONTHS - 3), -1),
    ],
)
def test_a_change_on_top_of_the_season_is_found(code, series, side):
    """From August 2026 on, when waits are at their longest anyway; and nothing of the Augusts before."""
    chart = follow(code, series, LAST, NATION)["nation"]
    for month in (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)):
        one = signal(chart, month)
        assert (one.variation, one.side) == (Variation.ALERT, side), month
    assert not any(signal(chart, month).is_signal for month in AUGUSTS[:2])


def test_the_rise_of_one_site_in_season_is_named_and_the_others_are_as_usual():
    """In August all wait longer: without the site that rose, the others show what is usual of August."""
    random = np.random.default_rng(22)
    levels = np.log([12, 15, 18, 22, 9])[:, None] + SEASON
    levels[2, -3] += 1
    minutes = np.exp(levels[..., None] + 0.8 * random.standard_normal((SITES, MONTHS, 150)))
    one = signal(follow("wait_p50", waited(minutes), LAST, NATION)["nation"], date(2026, 8, 1))
    assert one.variation == Variation.ALERT and one.causes == ("site 2",)
    assert gap_origin(one, {"site 2": "CCSP 2"}).endswith("rien d'inhabituel.")


def test_without_a_season_none_is_spoken_of():
    random = np.random.default_rng(23)
    calm = counted(
        "wait_within_30", random.binomial(400, 0.7, (SITES, MONTHS)), np.full((SITES, MONTHS), 400)
    )
    assert not signal(follow("wait_within_30", calm, LAST, NATION)["nation"], LAST).has_season


def test_beside_a_wait_stands_what_is_usual_of_its_time_of_year():
    """In August 2026 waits are 15 % longer than in other Augusts, and half as long again as in the mean of a year."""
    chart = follow("wait_p50", waits(rise=0.15, since=MONTHS - 3), LAST, NATION)["nation"]
    august = signal(chart, AUGUSTS[-1])
    assert august.displayed_value / august.displayed_usual == pytest.approx(1.15, abs=0.06)
    february = signal(chart, date(2026, 2, 1))
    assert not february.is_signal
    assert february.displayed_value == pytest.approx(february.displayed_usual, rel=0.1)
