"""The XmR chart against published charts, and its four rules one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.statistics import xmr
from dashboard.statistics.variation import Rule, Status

OUT, TREND, TWO, RUN, NO = Rule.OUTSIDE, Rule.TREND, Rule.TWO_OF_THREE, Rule.RUN, Rule.NONE
# The vignette "Deviations from Excel defaults" of NHSRplotthedots, commit 050b07d
OUTLIER = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
# R: set.seed(123); rnorm(20), the data of tests/testthat/test-ptd_spc_standard.R of the same
NORMAL = [
    -0.56047565,
    -0.23017749,
    1.55870831,
    0.07050839,
    0.12928774,
    1.71506499,
    0.46091621,
    -1.26506123,
    -0.68685285,
    -0.44566197,
    1.22408180,
    0.35981383,
    0.40077145,
    0.11068272,
    -0.55584113,
    1.78691314,
    0.49785048,
    -1.96661716,
    0.70135590,
    -0.47279141,
]
LEVELS = st.lists(st.integers(0, 40), min_size=12, max_size=60)


@pytest.mark.pitfall(13)
@pytest.mark.parametrize(
    "screen, lower, upper", [(True, -0.7156, 4.6044), (False, -3.0626, 6.9515)]
)
def test_both_methods_of_the_published_vignette(screen, lower, upper):
    """NHSRplotthedots, vignettes/deviations.Rmd, commit 050b07d: 1.94, −0.72 and 4.6 with screening, −3.06 and 6.95 as
    the Excel tool. To four digits, by hand: 35 / 18 ± 2.66 (1 with screening, 32 / 17 without)."""
    chart = xmr.chart(OUTLIER, screen=screen)
    assert chart.centre == pytest.approx(1.9444, abs=5e-5)
    assert chart.lower == pytest.approx(lower, abs=5e-5) and chart.upper == pytest.approx(
        upper, abs=5e-5
    )
    assert chart.screened is screen
    assert chart.rule == [OUT if v == 10 else NO for v in OUTLIER] and chart.side[4] == 1


@pytest.mark.parametrize(
    "fifteenth, screen, centre, lower, upper",
    [
        (None, True, 0.1416238, -3.01138, 3.294627),
        (10, True, 0.6694159, -2.383666, 3.722497),
        (10, False, 0.6694159, -4.596625, 5.935457),
    ],
)
def test_the_published_snapshots(fifteenth, screen, centre, lower, upper):
    """NHSRplotthedots, tests/testthat/_snaps/ptd_spc_standard.md, commit 050b07d."""
    values = [*NORMAL]
    if fifteenth is not None:
        values[14] = fifteenth
    chart = xmr.chart(values, screen=screen)
    assert chart.centre[0] == pytest.approx(centre, abs=1e-6)
    assert (chart.lower[0], chart.upper[0]) == pytest.approx((lower, upper), abs=1e-6)


def test_a_published_chart_of_single_values():
    """Montgomery, Introduction to Statistical Quality Control, table 6.7, costs of mortgages, first 20 weeks, as charted by
    anhoej/qicharts2, tests/testthat/ex_6.5_3.rds (commit 1b9487e): 300.5, 279.783 and 321.217, with 3 / 1.128 for our 2.66.
    """
    costs = [
        310,
        288,
        297,
        298,
        307,
        303,
        294,
        297,
        308,
        306,
        294,
        299,
        297,
        299,
        314,
        295,
        293,
        306,
        301,
        304,
    ]
    chart = xmr.chart(costs)
    assert (chart.centre[0], chart.lower[0], chart.upper[0]) == pytest.approx(
        (300.5, 279.783, 321.217), abs=0.004
    )
    assert set(chart.rule) == {NO}


def test_near_limits_are_two_thirds_of_the_way():
    chart = xmr.chart(OUTLIER)
    ranges = (chart.upper - chart.centre) / 2.66
    assert (chart.near_upper - chart.centre) / ranges == pytest.approx(1.7733, abs=5e-5)
    assert (chart.centre - chart.near_lower) / ranges == pytest.approx(1.7733, abs=5e-5)


def judged(distances) -> list[tuple[Rule, int]]:
    """Rules at given distances from the centre, near limits at ±2 and limits at ±3."""
    code, side = xmr.flags(np.array(distances, dtype=float), np.array(2.0), np.array(3.0))
    return [(xmr.CODES[c], int(s)) for c, s in zip(code, side, strict=True)]


def rules(distances) -> list[Rule]:
    return [rule for rule, _ in judged(distances)]


def test_strictly_outside_the_limits():
    assert judged([0, 3, 3.1, 0, -3, -3.1]) == [
        (NO, 0),
        (NO, 0),
        (OUT, 1),
        (NO, 0),
        (NO, 0),
        (OUT, -1),
    ]


@pytest.mark.parametrize(
    "distances, flagged",
    [
        ([1] * 6, []),
        ([1, 1.5] * 3 + [1], range(7)),
        ([1, 1.5] * 4 + [-1], range(8)),
        ([-1, -1.5] * 4 + [1], range(8)),
        ([1, 1.5, 1] + [0] + [1.5, 1, 1.5], []),
        ([1, 1.5, 1] + [-0.1] + [1.5, 1, 1.5], []),
    ],
)
def test_seven_on_one_side_and_a_point_on_the_mean_breaks_the_run(distances, flagged):
    """After the cases of NHSRplotthedots, tests/testthat/test-ptd_calculate_point_type.R, one side of the mean."""
    assert rules(distances) == [RUN if i in flagged else NO for i in range(len(distances))]
    assert {s for r, s in judged(distances) if r == RUN} <= {int(np.sign(distances[0]))}


@pytest.mark.parametrize(
    "steps, flagged, side",
    [
        ([1, 2, 3, 4, 5, 6], [], 0),
        ([1, 2, 3, 3, 4, 5, 6], [], 0),
        ([1, 2, 3, 4, 5, 6, 7], range(7), 1),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], range(1, 8), 1),
        ([7, 6, 5, 4, 3, 2, 1], range(7), -1),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], range(1, 8), -1),
    ],
)
def test_seven_rising_or_falling_and_equal_neighbours_break_it(steps, flagged, side):
    """After the cases of NHSRplotthedots, tests/testthat/test-ptd_calculate_point_type.R, trends."""
    found = judged([s / 10 - 0.4 for s in steps])
    assert [i for i, (r, _) in enumerate(found) if r == TREND] == [*flagged]
    assert {s for r, s in found if r == TREND} == ({side} if side else set())


@pytest.mark.parametrize(
    "distances, flagged",
    [
        ([0, 2.5, 1, 2.5, 0], [1, 3]),
        ([0, 2.5, 2.5, 1, 0], [1, 2]),
        ([0, 1, 2.5, 2.5, 0], [2, 3]),
        ([0, 2.5, 1, 1, 2.5, 0], []),
        ([0, 2.5, -1, 2.5, 0], []),
        ([0, 2.5, -2.5, 1, 0], []),
        ([0, 2.5, 0, 2.5, 0], []),
        ([0, 2, 1, 2.5, 0], []),
        ([2.5, 1, 1, 2.5, 2.5], [3, 4]),
        ([0, -2.5, -1, -2.5, 0], [1, 3]),
        ([2.5, 2.5], []),
    ],
)
def test_two_of_three_near_one_limit_and_all_three_on_that_side(distances, flagged):
    """After the cases of NHSRplotthedots, tests/testthat/test-ptd_calculate_point_type.R, two in three."""
    assert rules(distances) == [TWO if i in flagged else NO for i in range(len(distances))]


def test_a_point_outside_is_not_near():
    assert rules([0, 2.5, 3.5, 1, 0]) == [NO, NO, OUT, NO, NO]
    assert rules([0, 2.5, 3.5, 2.5, 0]) == [NO, TWO, OUT, TWO, NO]


def test_outside_comes_before_trend_before_two_of_three_before_run():
    rising = [0.5, 1, 1.5, 1.9, 2.2, 2.4, 2.6, 3.4]
    assert rules(rising) == [TREND] * 7 + [OUT]
    assert rules([1, 0.5, 1, 0.5, 1, 2.5, 2.6]) == [RUN] * 5 + [TWO] * 2


def test_the_turn_of_two_trends_belongs_to_the_one_that_begins_there():
    up_and_down = [0.1 * i - 0.35 for i in (1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1)]
    assert [s for _, s in judged(up_and_down)] == [1] * 6 + [-1] * 7
    assert [s for _, s in judged([-d for d in up_and_down])] == [-1] * 6 + [1] * 7


def test_opposite_ends_near_the_limits_are_no_signal():
    """NHSRplotthedots, test-ptd_spc_standard.R: two points near opposite limits."""
    assert xmr.chart([1, -1] * 7 + [5.5, -5.5]).rule[-2:] == [NO, NO]


@pytest.mark.pitfall(12)
@settings(max_examples=60)
@given(st.lists(st.integers(0, 40), min_size=24, max_size=50), st.integers(0, 40))
def test_a_new_point_leaves_frozen_limits_and_past_flags_unchanged(values, new):
    before, after = xmr.chart(values), xmr.chart([*values, new])
    n = len(values)
    assert (after.lower[:n] == before.lower).all() and (after.upper[:n] == before.upper).all()
    assert after.lower[n] == before.lower[0] and after.status == [Status.FROZEN]
    assert (
        after.rule[: n - 6] == before.rule[: n - 6]
    )  # a run or a trend may still take in its six points before
    assert all(b != NO for a, b in zip(before.rule, after.rule, strict=False) if a != NO)


@pytest.mark.pitfall(12)
@pytest.mark.parametrize(
    "points, status",
    [
        (2, Status.TOO_FEW),
        (11, Status.TOO_FEW),
        (12, Status.PROVISIONAL),
        (23, Status.PROVISIONAL),
        (24, Status.FROZEN),
        (60, Status.FROZEN),
    ],
)
def test_limits_are_provisional_up_to_24_points_and_absent_under_12(points, status):
    values = ([3, 5, 4, 8] * 15)[:points]
    chart = xmr.chart(values)
    assert (chart.status, chart.points) == ([status], [points])
    if status == Status.TOO_FEW:
        assert (
            np.isnan(chart.lower).all() and np.isnan(chart.centre).all() and set(chart.rule) == {NO}
        )
    else:
        assert chart.centre == pytest.approx(np.mean(values[:24]))


def test_provisional_limits_follow_every_new_point():
    assert xmr.chart([3, 5] * 7).centre[0] == 4 and xmr.chart([3, 5] * 7 + [19]).centre[0] == 5


@given(LEVELS, st.data())
def test_missing_and_left_out_months_are_as_if_they_were_not_there(values, data):
    plain = xmr.chart(values)
    gaps = data.draw(st.lists(st.integers(0, len(values)), max_size=5))
    holed, left_out = [*values], []
    for i, at in enumerate(sorted(gaps, reverse=True)):
        holed.insert(at, None if i % 2 else 1e6)
    left_out = [i for i, v in enumerate(holed) if v == 1e6]
    chart = xmr.chart(holed, left_out=left_out)
    kept = chart.segment >= 0
    assert chart.points == plain.points and kept.sum() == len(values)
    assert (chart.lower[kept] == plain.lower).all()
    assert [r for r, k in zip(chart.rule, kept, strict=True) if k] == plain.rule
    assert np.isnan(chart.values[~kept]).all() and {
        chart.rule[i] for i in np.flatnonzero(~kept)
    } <= {NO}


def test_a_rebase_starts_its_own_mean_limits_and_rules():
    first, second = [1, 2, 3, 2] * 4, [11, 14] * 7
    chart = xmr.chart(first + second, rebases=[16])
    assert chart.segment.tolist() == [0] * 16 + [1] * 14 and chart.points == [16, 14]
    for part, alone in ((slice(0, 16), xmr.chart(first)), (slice(16, 30), xmr.chart(second))):
        assert (chart.lower[part] == alone.lower).all() and chart.rule[part] == alone.rule


@pytest.mark.parametrize("rebases", [[0], [-1], [18], [3, 40]])
def test_a_rebase_outside_the_series_is_refused(rebases):
    with pytest.raises(ValueError, match="within the series"):
        xmr.chart(OUTLIER, rebases=rebases)


def test_a_series_that_never_changes_has_no_signal_until_it_does():
    assert set(xmr.chart([0.1] * 30).rule) == {NO}
    assert xmr.chart([0.1] * 30 + [0.2]).rule[-1] == OUT


def test_a_level_that_is_rarely_left_is_no_wall_of_signals():
    """Screening alone would leave ranges of 0 only, and put every point outside."""
    chart = xmr.chart([100] * 9 + [96] + [100] * 14)
    assert [r for r in chart.rule if r == OUT] == [OUT] and chart.rule[9] == OUT


def test_on_the_log_scale_limits_are_ratios_and_a_wait_may_be_0():
    values = [0, 3, 1, 7, 3, 1, 15, 3, 0, 7, 3, 1, 3, 7]
    chart, logs = xmr.chart(values, log=True), xmr.chart(np.log2(np.array(values) + 1).tolist())
    assert chart.centre == pytest.approx(2**logs.centre - 1) and chart.upper == pytest.approx(
        2**logs.upper - 1
    )
    assert chart.rule == logs.rule and chart.values.tolist() == values
    assert (chart.centre < np.mean(values)).all()
    with pytest.raises(ValueError, match="log"):
        xmr.chart([-1.0, *values], log=True)


@given(LEVELS, st.floats(0.01, 1000), st.integers(-100, 100))
def test_units_do_not_matter(values, factor, shift):
    assert xmr.chart([factor * v + shift for v in values]).rule == xmr.chart(values).rule


@given(LEVELS)
def test_upside_down_is_the_same_chart_upside_down(values):
    chart, mirrored = xmr.chart(values), xmr.chart([-v for v in values])
    assert mirrored.rule == chart.rule and (mirrored.side == -chart.side).all()
    assert mirrored.lower == pytest.approx(-chart.upper)


def test_many_series_at_once_are_the_same_as_one_by_one():
    many = np.random.default_rng(3).normal(size=(50, 30)).cumsum(axis=1)
    found = xmr.limits(many[:, :24])
    code, side = xmr.flags(
        many - found.centre[:, None],
        xmr.NEAR * found.mean_range[:, None],
        xmr.LIMIT * found.mean_range[:, None],
    )
    for i, series in enumerate(many):
        chart = xmr.chart(series.tolist())
        assert chart.rule == [xmr.CODES[c] for c in code[i]] and (chart.side == side[i]).all()
    assert {xmr.CODES[c] for c in code.ravel()} == {*Rule}


def test_rounding_to_whole_minutes_makes_no_signal():
    """Medians of 14 and 15 minutes, by rounding alone: limits of less than a minute would flag every 15."""
    rng = np.random.default_rng(11)
    values = np.round(rng.normal(14.4, 0.3, 40)).tolist()
    assert set(values) <= {14.0, 15.0}
    assert any(
        side for side in xmr.chart(values).side
    )  # as given, the rounding is taken for a signal
    assert not any(xmr.chart(values, resolution=1).side)
    assert not any(xmr.chart(values, resolution=1, log=True).side)


def test_a_real_shift_is_still_found_in_whole_minutes():
    rng = np.random.default_rng(12)
    values = np.round([*rng.normal(14, 1, 24), *rng.normal(20, 1, 3)]).tolist()
    assert xmr.chart(values, resolution=1, log=True).side[-1] == 1
