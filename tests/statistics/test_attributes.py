"""Charts of shares and rates with limits by point, and the choice between charts."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics import attributes, xmr
from dashboard.statistics.attributes import (
    by_quarter,
    chart_kind,
    expected_events,
    p_chart,
    u_chart,
)
from dashboard.statistics.variation import ChartKind, Rule, Status


def flat(chart, centre, n, **options):
    """A chart whose every point is its centre."""
    return chart([centre * n] * 20, [n] * 20, scale=1, **options)


# The tables of Montgomery, Introduction to Statistical Quality Control, charted by two R packages. Opened: luca-scr/qcc,
# docs/articles/qcc.html (commit af35099), and anhoej/qicharts2, tests/testthat/*.rds on R/sysdata.rda (commit 1b9487e).
@pytest.mark.parametrize(
    "centre, n, lower, upper",
    [
        # qcc, data orangejuice (30 samples of 50 cans, 347 leak; also NIST/SEMATECH e-Handbook 6.3.3.2), all and but two
        (347 / 1500, 50, 0.05242755, 0.4102391),
        (0.215, 50, 0.04070284, 0.3892972),
        # qicharts2, tbl_7.4_1.rds: purchase orders, 234 wrong of 2 450 in samples of unequal size
        (234 / 2450, 90, 0.002565, 0.188455),
        (234 / 2450, 100, 0.007335, 0.183686),
        (234 / 2450, 110, 0.011438, 0.179582),
        (234 / 2450, 120, 0.015017, 0.176003),
    ],
)
def test_limits_of_published_charts_of_shares(centre, n, lower, upper):
    chart = flat(p_chart, centre, n)
    assert (chart.centre[0], chart.lower[0], chart.upper[0]) == pytest.approx(
        (centre, lower, upper), abs=1e-6
    )


def test_a_published_chart_of_shares_from_its_counts():
    """qcc, data orangejuice2 (data/orangejuice.txt, samples 31 to 54): 0.1108333, 0 and 0.2440207."""
    counts = [9, 6, 12, 5, 6, 4, 6, 3, 7, 6, 2, 4, 3, 6, 5, 4, 8, 5, 6, 7, 5, 6, 3, 5]
    chart = p_chart(counts, [50] * 24, scale=1, widen=False)
    assert (chart.centre[0], chart.upper[0]) == pytest.approx((0.1108333, 0.2440207), abs=1e-7)
    assert chart.lower[0] < 0 and chart.drawn(chart.lower)[0] == 0
    assert Rule.OUTSIDE not in chart.rule


def test_a_published_chart_of_rates_from_its_counts():
    """qicharts2, ex_7.4_1.rds: errors in 20 weeks of 50 shipments; 0.074, 0 and 0.189412."""
    errors = [2, 3, 8, 1, 1, 4, 1, 4, 5, 1, 8, 2, 4, 3, 4, 1, 8, 3, 7, 4]
    chart = u_chart(errors, [50] * 20, scale=1, widen=False)
    assert (chart.centre[0], chart.upper[0]) == pytest.approx((0.074, 0.189412), abs=1e-6)
    assert chart.lower[0] < 0 and chart.drawn(chart.lower)[0] == 0


def test_published_limits_of_rates_by_point():
    """qicharts2, ex_7.5_1.rds: defects per 50 m² in ten rolls of dyed cloth, too few for a chart of ours."""
    metres = np.array([500, 400, 650, 500, 475, 500, 600, 525, 600, 625])
    defects = np.array([14, 12, 20, 11, 7, 10, 21, 16, 19, 23])
    centre, sigma = attributes.centre_and_deviation(ChartKind.U, defects, metres / 50, widen=False)
    assert centre[0] == pytest.approx(1.423256, abs=1e-6)
    assert centre - 3 * sigma == pytest.approx(
        [
            0.291474,
            0.157885,
            0.430617,
            0.291474,
            0.262072,
            0.291474,
            0.390085,
            0.318750,
            0.390085,
            0.410959,
        ],
        abs=1e-6,
    )
    assert centre + 3 * sigma == pytest.approx(
        [
            2.555038,
            2.688626,
            2.415894,
            2.555038,
            2.584440,
            2.555038,
            2.456427,
            2.527762,
            2.456427,
            2.435552,
        ],
        abs=1e-6,
    )


@pytest.mark.pitfall(14)
def test_limits_follow_the_denominator_of_each_point():
    denominators = [50, 200, 800] * 8
    chart = p_chart([n * 0.2 for n in denominators], denominators, scale=100)
    half = (chart.upper - chart.centre)[:3]
    assert half[0] / half[1] == pytest.approx(2) and half[1] / half[2] == pytest.approx(2)
    assert half[1] == pytest.approx(300 * np.sqrt(0.2 * 0.8 / 200))


def test_the_centre_is_the_pooled_share_never_the_mean_of_shares():
    chart = p_chart([1, 90] * 8, [10, 100] * 8, scale=100)
    assert chart.centre[0] == pytest.approx(100 * 91 / 110)


@pytest.mark.pitfall(14)
def test_a_small_month_that_strays_is_no_signal_where_a_large_one_is():
    numerators, denominators = [20, 80] * 12, [100, 400] * 12
    small, large = (
        p_chart([*numerators, 15], [*denominators, 50]),
        p_chart([*numerators, 120], [*denominators, 400]),
    )
    assert small.values[-1] == large.values[-1] == 30
    assert (small.rule[-1], large.rule[-1]) == (Rule.NONE, Rule.OUTSIDE)


def test_rules_are_those_of_standardised_values():
    random = np.random.default_rng(7)
    denominators = random.integers(40, 400, 40)
    numerators = random.binomial(denominators, np.linspace(0.2, 0.4, 40))
    chart = p_chart(numerators.tolist(), denominators.tolist(), scale=1, widen=False)
    centre = numerators[:24].sum() / denominators[:24].sum()
    z = (numerators / denominators - centre) / np.sqrt(centre * (1 - centre) / denominators)
    code, _ = xmr.flags(z, np.array(2.0), np.array(3.0))
    assert (
        chart.rule == [xmr.CODES[c] for c in code]
        and Rule.RUN in chart.rule
        and Rule.OUTSIDE in chart.rule
    )


def test_shares_that_differ_more_than_binomial_ones_have_wider_limits_and_never_narrower():
    """Laney 2002: standardised values ±z of neighbours have ranges of 2z, hence limits of 3 · 2z / 1.128 deviations."""
    n, share, deviation = 10_000, 0.5, 0.005
    tense = p_chart([n * (share + s * 4 * deviation) for s in (1, -1) * 12], [n] * 24, scale=1)
    assert tense.upper[0] - tense.centre[0] == pytest.approx(3 * deviation * 8 / (3 / 2.66))
    assert set(tense.rule) == {Rule.NONE}
    assert set(
        p_chart([n * (share + s * 4 * deviation) for s in (1, -1) * 12], [n] * 24, widen=False).rule
    ) == {Rule.OUTSIDE}
    calm = flat(p_chart, share, n)
    assert calm.upper[0] - share == pytest.approx(3 * deviation)


def test_pure_noise_is_seldom_flagged_whether_binomial_or_more_spread():
    random = np.random.default_rng(11)
    for spread in (0.0, 0.03):
        flagged = 0
        for _ in range(300):
            n = random.integers(200, 2000, 24)
            share = np.clip(random.normal(0.8, spread, 24), 0, 1)
            flagged += p_chart(random.binomial(n, share).tolist(), n.tolist()).rule[-1] != Rule.NONE
        assert flagged / 300 < 0.04


def test_short_missing_and_left_out_months():
    numerators, denominators = [20, None, 30, 90] * 6, [100, 100, None, 100] * 6
    chart = p_chart(numerators, denominators, left_out=[3])
    assert chart.points == [11] and chart.status == [Status.TOO_FEW] and np.isnan(chart.upper).all()
    assert p_chart([*numerators, 20], [*denominators, 100], left_out=[3]).status == [
        Status.PROVISIONAL
    ]
    assert p_chart([1, 0], [2, 0]).points == [1]


def test_a_rebase_has_its_own_rate():
    chart = u_chart([10] * 12 + [40] * 12, [1000] * 24, rebases=[12])
    assert chart.centre.tolist() == [10] * 12 + [40] * 12


def test_a_share_that_never_moved_is_left_by_any_move():
    chart = p_chart([100] * 24 + [99], [100] * 25)
    assert chart.rule == [Rule.NONE] * 24 + [Rule.OUTSIDE] and chart.side[-1] == -1


def test_more_events_than_cases_are_refused():
    with pytest.raises(ValueError, match="more events"):
        p_chart([3], [2])


@pytest.mark.pitfall(14)
@pytest.mark.parametrize(
    "values, denominators, events, proportion, kind",
    [
        ([5.0] * 24, None, None, True, ChartKind.XMR),
        ([5.0] * 24, [100] * 12 + [200] * 12, 40, True, ChartKind.XMR),
        ([5.0] * 24, [100] * 12 + [201] * 12, 40, True, ChartKind.P),
        ([5.0] * 24, [100] * 12 + [201] * 12, 40, False, ChartKind.U),
        ([5.0] * 12 + [None] * 12, [100] * 12 + [900] * 12, 40, True, ChartKind.XMR),
        ([5.0] * 11, [100] * 11, 40, True, ChartKind.TOO_FEW),
        ([5.0, None] * 11, None, None, True, ChartKind.TOO_FEW),
        ([5.0] * 36, [100] * 36, 4.9, True, ChartKind.BY_QUARTER),
        ([5.0] * 36, [100] * 36, 5, True, ChartKind.XMR),
        ([5.0] * 35, [100] * 35, 4.9, True, ChartKind.TOO_FEW),
        ([5.0] * 36, [100] * 36, 1.6, False, ChartKind.TOO_FEW),
    ],
)
def test_the_chart_follows_points_denominators_and_events(
    values, denominators, events, proportion, kind
):
    assert chart_kind(values, denominators, events, proportion=proportion) == kind


def test_events_are_the_rarer_ones_of_a_share():
    assert expected_events([97, None, 95], [100, 100, 100], proportion=True) == 4
    assert expected_events([3, 5], [100, 100], proportion=True) == 4
    assert expected_events([97, 95], [100, 100], proportion=False) == 96
    assert expected_events([None], [0], proportion=True) == 0


MONTHS = [date(2025 + m // 12, m % 12 + 1, 1) for m in range(14)]


def test_quarters_are_civil_and_sum_what_is_there():
    counts, visits = [1] * 14, [100] * 14
    counts[4], visits[12:] = None, [None, None]
    quarters, events, sizes = by_quarter(MONTHS, counts, visits)
    assert quarters == [
        date(2025, 1, 1),
        date(2025, 4, 1),
        date(2025, 7, 1),
        date(2025, 10, 1),
        date(2026, 1, 1),
    ]
    assert events == [3, 2, 3, 3, None] and sizes == [300, 200, 300, 300, None]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 99)), min_size=14, max_size=14))
def test_quarters_lose_nothing(pairs):
    _, events, sizes = by_quarter(MONTHS, *zip(*pairs, strict=True))
    assert sum(events) == sum(a for a, _ in pairs) and sum(sizes) == sum(n for _, n in pairs)


def test_the_width_of_a_standard_deviation_is_that_of_the_xmr_chart():
    assert pytest.approx(1.128, abs=5e-4) == attributes.D2
