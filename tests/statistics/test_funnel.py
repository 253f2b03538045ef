"""Funnel limits against published ones, and over-dispersion against data whose dispersion is known."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from dashboard.statistics import funnel as funnels
from dashboard.statistics.dispersion import differences
from dashboard.statistics.funnel import (
    Position,
    Rest,
    arcsine_limits,
    limits,
    rate_limits,
    share_limits,
)
from dashboard.statistics.intervals import poisson

MANY = 1e12  # cases of a rest that is as good as known


def binomial_limits(n, target, level) -> tuple[float, float]:
    """The limits of a share beside a rest that is known: those of a binomial count."""
    return share_limits(n, target * MANY, MANY, [(1 - level) / 2])[0]


def poisson_limits(exposure, target, level) -> tuple[float, float]:
    """The limits of a rate beside a rest that is known: those of a Poisson count."""
    return rate_limits(exposure, target * MANY, MANY, [(1 - level) / 2])[0]


@pytest.mark.parametrize(
    "n, at95, at998",
    [
        (50, (0.6791, 0.8980), (0.6025, 0.9411)),
        (200, (0.7419, 0.8524), (0.7062, 0.8796)),
        (1000, (0.7746, 0.8242), (0.7595, 0.8376)),
    ],
)
def test_arcsine_limits(n, at95, at998):
    """Recomputed by hand, sin²(asin √0.8 ± z / 2√n), as R/calculate_limits.R of FunnelPlotR (commit 9020d49)."""
    found = arcsine_limits(n, Rest(0.8 * MANY, MANY))
    assert found == [pytest.approx(at95, abs=5.1e-5), pytest.approx(at998, abs=5.1e-5)]


def test_exact_limits_from_tables_of_chances():
    """Spiegelhalter 2005, A.1.1: the smallest r with P(X ≤ r) ≥ α/2, less (P(X ≤ r) − α/2) / P(X = r).

    The formula is that of the SAS program in R. Wicklin, « Funnel plots for proportions » (The DO Loop, 23 November 2011).
    Chances by hand, as any table prints them: binomial n = 20, p = 0.5: P(X ≤ 5) = 0.0207, P(X ≤ 6) = 0.0577; Poisson,
    mean 15: P(X ≤ 7) = 0.0180, P(X ≤ 8) = 0.0374.
    """
    low, high = binomial_limits(20, 0.5, 0.95)
    assert low == pytest.approx((6 - (0.0577 - 0.025) / (0.0577 - 0.0207)) / 20, abs=1e-4)
    assert high == pytest.approx(1 - low)
    assert poisson_limits(15, 1, 0.95)[0] == pytest.approx(
        (8 - (0.0374 - 0.025) / (0.0374 - 0.0180)) / 15, abs=5e-4
    )


@pytest.mark.parametrize(
    "limits_of, size, target, level, expected",
    [
        (binomial_limits, 1, 0.9, 0.95, (0.0, 1.0)),
        (binomial_limits, 37, 0.03, 0.95, (0.0, 0.10786742518257539)),
        (binomial_limits, 37, 0.9, 0.998, (0.7064345099178617, 1.0)),
        (binomial_limits, 60_000, 0.9, 0.95, (0.8975849098191396, 0.9024024701643851)),
        (binomial_limits, 60_000, 0.03, 0.998, (0.02786197055280675, 0.032182584617695055)),
        (poisson_limits, 3, 0.008, 0.95, (0.0, 0.33289435331445105)),
        (poisson_limits, 999, 0.008, 0.998, (0.00024514071878858803, 0.0186364555720151)),
        (poisson_limits, 60_000, 0.008, 0.95, (0.007283976464714447, 0.00873184565602087)),
        (poisson_limits, 60_000, 1.0, 0.998, (0.9873996263513574, 1.0126478806448351)),
    ],
)
def test_limits_are_those_of_the_chances_summed_one_by_one(
    limits_of, size, target, level, expected
):
    """Kept from a summation of every chance around the mean, without SciPy."""
    assert limits_of(size, target, level) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_chance_is_outside_the_limits_of_counts_as_often_as_published():
    """Seaton and Manktelow 2012, BMC Medical Research Methodology 12:98, table of the 95 % limits, « prediction ».

    Median, smallest and largest chance that a site like all others is below, and above, by hundredths of expected events:
    1 to 50, then to 100.
    """
    chances = []
    for expected in np.arange(100, 10_001) / 100:
        low, high = poisson_limits(expected, 1, 0.95)
        last = math.ceil(low * expected - 1e-9) - 1  # of the counts below
        chances.append(
            (
                special.pdtr(last, expected) if last >= 0 else 0.0,
                special.pdtrc(math.floor(high * expected + 1e-9), expected),
            )
        )
    below, above = np.transpose(chances)
    for share, published in (
        (below[:4901], (0.0186, 0, 0.0250)),
        (above[:4901], (0.0201, 0.0052, 0.0250)),
        (below[4901:], (0.0215, 0.0172, 0.0250)),
    ):
        assert (np.median(share), share.min(), share.max()) == pytest.approx(published, abs=5.1e-5)


def tail_counts(masses, tail) -> tuple[int, int]:
    """In fractions: the largest count so rare on the low side, and the smallest so rare on the high side."""
    low = max((k for k in range(len(masses)) if sum(masses[: k + 1]) < tail), default=-1)
    return low, min((k for k in range(len(masses)) if sum(masses[k:]) < tail), default=len(masses))


@settings(max_examples=30)
@given(st.integers(1, 60), st.integers(1, 19), st.sampled_from(("0.95", "0.998")))
def test_a_count_is_outside_just_when_chance_gives_it_or_worse_less_often_than_stated(
    n, twentieths, level
):
    p = Fraction(twentieths, 20)
    masses = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    rare_low, rare_high = tail_counts(masses, (1 - Fraction(level)) / 2)
    low, high = binomial_limits(n, float(p), float(level))
    assert [k for k in range(n + 1) if k / n < low - 1e-12] == [*range(rare_low + 1)]
    assert [k for k in range(n + 1) if k / n > high + 1e-12] == [*range(rare_high, n + 1)]


@pytest.mark.parametrize("expected", [1, 5, 15, 40])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_the_same_for_counts(expected, level):
    masses = [math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(200)]
    rare_low, rare_high = tail_counts(masses, (1 - level) / 2)
    low, high = poisson_limits(2 * expected, 0.5, level)
    assert [k for k in range(200) if k / (2 * expected) < low] == [*range(rare_low + 1)]
    assert [k for k in range(200) if k / (2 * expected) > high] == [*range(rare_high, 200)]


@settings(max_examples=30)
@given(st.integers(1, 25), st.integers(1, 40), st.data(), st.sampled_from(("0.95", "0.998", "0.8")))
def test_beside_few_cases_a_count_is_outside_just_when_fisher_calls_it_rarer_than_stated(
    n, rest, data, level
):
    """Of all tables with the sums of the two, in fractions: hypergeometric."""
    events, tail = data.draw(st.integers(0, rest)), (1 - Fraction(level)) / 2
    ((low, high),) = share_limits(n, events, rest, [float(tail)])
    for count in range(n + 1):
        of_sum = [
            math.comb(n, k) * math.comb(rest, count + events - k)
            for k in range(min(n, count + events) + 1)
        ]
        under, over = (
            Fraction(sum(part), math.comb(n + rest, count + events))
            for part in (of_sum[: count + 1], of_sum[count:])
        )
        assert (count / n < low - 1e-12) == (under < tail) and (count / n > high + 1e-12) == (
            over < tail
        )


@settings(max_examples=30)
@given(
    st.integers(1, 60), st.integers(1, 60), st.integers(0, 60), st.sampled_from(("0.95", "0.998"))
)
def test_the_same_for_counts_beside_few_of_them(size, rest, events, level):
    """Of the sum of two Poisson counts each falls to the one with the chance of its size: binomial."""
    tail, share = (1 - Fraction(level)) / 2, Fraction(size, size + rest)
    ((low, high),) = rate_limits(size, events, rest, [float(tail)])
    for count in range(80):
        of_sum = [
            math.comb(count + events, k) * share**k * (1 - share) ** (count + events - k)
            for k in range(count + events + 1)
        ]
        assert (count / size < low - 1e-12) == (sum(of_sum[: count + 1]) < tail)
        assert (count / size > high + 1e-12) == (sum(of_sum[count:]) < tail)


@given(st.integers(1, 5000), st.floats(0.01, 0.99))
def test_a_share_and_its_complement_are_judged_alike(n, target):
    low, high = binomial_limits(n, target, 0.95)
    assert binomial_limits(n, 1 - target, 0.95) == pytest.approx((1 - high, 1 - low), abs=1e-9)
    assert low <= target <= high


def test_large_sites_are_within_the_normal_limits():
    assert binomial_limits(400_000, 0.2, 0.998) == pytest.approx(
        (0.2 - 3.090232 * math.sqrt(0.16 / 400_000), 0.2 + 3.090232 * math.sqrt(0.16 / 400_000)),
        abs=1e-5,
    )
    known = Rest(0.02 * MANY, MANY)
    assert limits([400_000], known, proportion=False, scale=1).upper95[0] == pytest.approx(
        0.02 + 1.96 * math.sqrt(0.02 / 400_000), abs=1e-5
    )


def test_over_dispersion_by_hand():
    """Ten sites of 400, target 1/2: s = 1/40, z = 40 (asin √p − π/4). Two shares, five sites each, so that nothing is
    pulled in: φ = z², τ² = (10 φ − 9) / (16 000 − 1 600), as R/od_adjustment.R of FunnelPlotR."""
    events, sizes = np.array([160, 240] * 5), np.full(10, 400)
    z = 40 * (math.asin(math.sqrt(0.6)) - math.pi / 4)
    phi, tau2 = funnels.overdispersion(events, sizes, 0.5, proportion=True)
    assert phi == pytest.approx(z * z) and tau2 == pytest.approx((10 * z * z - 9) / 14_400)
    half = 1.959964 * math.sqrt(1 / 1600 + tau2)
    wide = limits([400], Rest(MANY / 2, MANY, tau2), proportion=True)
    assert wide.upper95[0] == pytest.approx(100 * math.sin(math.pi / 4 + half) ** 2, abs=1e-4)
    exact = limits([400] * 10, Rest(MANY / 2, MANY), proportion=True)
    assert set(funnels.positions(events / 4, exact)) == {
        Position.OUTSIDE_LOW,
        Position.OUTSIDE_HIGH,
    }


def test_a_published_dispersion():
    """FunnelPlotR, tests/testthat/test-classes_methods.R, commit 9020d49: φ = 2.948033, of logarithms, none left out."""
    observed, expected = (
        np.array([100, 150, 180, 80, 120, 225]),
        np.array([108, 112, 165, 95, 100, 220]),
    )
    s = 1 / np.sqrt(expected)
    assert funnels.between_sites(np.log(observed / expected) / s, s)[0] == pytest.approx(
        2.948033, abs=5.1e-7
    )


# Days in hospital, observed and expected, of 54 hospitals of Arizona in 1991: cran/COUNT, data/medpar.rda (commit b020ae0),
# summed by hospital. Expected by the Poisson model of FunnelPlotR's README (payer, death, age, type of admission), whose
# coefficients came out as printed there (2.26875, -0.07637, -0.24574, -0.02141, 0.24921, 0.74869).
STAYS = np.array(
    [
        (406, 523.70),
        (642, 612.98),
        (46, 53.79),
        (764, 763.72),
        (82, 120.94),
        (201, 250.19),
        (193, 155.49),
        (569, 484.71),
        (404, 362.22),
        (134, 188.93),
        (614, 554.38),
        (491, 616.74),
        (501, 360.15),
        (131, 245.61),
        (274, 263.56),
        (124, 154.66),
        (456, 475.02),
        (48, 38.93),
        (429, 445.10),
        (14, 28.80),
        (369, 347.54),
        (8, 7.56),
        (37, 73.21),
        (128, 118.11),
        (145, 273.34),
        (493, 449.79),
        (104, 172.38),
        (6, 19.20),
        (308, 321.86),
        (34, 36.56),
        (7, 19.96),
        (935, 851.72),
        (134, 198.94),
        (339, 302.39),
        (458, 410.16),
        (22, 45.87),
        (2, 9.67),
        (160, 212.34),
        (87, 38.92),
        (55, 31.74),
        (252, 285.64),
        (174, 186.66),
        (43, 33.98),
        (228, 255.65),
        (210, 242.03),
        (321, 279.48),
        (631, 619.26),
        (543, 626.13),
        (105, 145.67),
        (389, 413.86),
        (92, 111.26),
        (1012, 685.59),
        (283, 181.11),
        (95, 24.81),
    ]
)
OBSERVED, EXPECTED = STAYS.T


def test_54_hospitals_of_which_25_are_published_as_outside_and_9_once_over_dispersion_is_allowed_for():
    """FunnelPlotR, README.md and R/od_adjustment.R (nhs-r-community/FunnelPlotR, commit 9020d49), at 99.8 %."""
    ratios, k = OBSERVED / EXPECTED, len(STAYS)
    low, high = (
        np.transpose([poisson(e, 0.998) for e in EXPECTED]) / EXPECTED
    )  # the limits drawn there: see funnel.py
    assert k == 54 and ((ratios < low) | (ratios > high)).sum() == 25
    # There, by default: logarithms, without the tenths at each end. φ and τ² are ours.
    s = 1 / np.sqrt(EXPECTED)
    z = np.log(ratios) / s
    tenth = np.floor((z.argsort().argsort() + 1) * 10 / (k + 1))
    kept = (tenth > 0) & (tenth < 9)
    _, tau2 = funnels.between_sites(z[kept], s[kept])
    outside = np.abs(np.log(ratios)) > 3.090232 * np.sqrt(s**2 + tau2)
    assert outside.sum() == 9
    # Ours: exact limits of counts, then square roots, tenths pulled in; on that scale low ratios are less extreme.
    whole = differences(OBSERVED, EXPECTED, proportion=False, scale=1)
    far = lambda where: np.array(  # noqa: E731
        [p in (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH) for p in where]
    )
    known = limits(EXPECTED, Rest(MANY, MANY), proportion=False, scale=1, exact=True)
    exact = far(funnels.positions(ratios, known))
    assert exact.sum() == 23 and not (exact & (low < ratios) & (ratios < high)).any()
    apart = far(whole.position)
    assert apart.any() and outside[apart].all() and exact[apart].all()


def test_extremes_are_pulled_in_before_dispersion_is_measured():
    """R's quantile, type 7, at 10 and 90 %: of eleven values, the second and the tenth."""
    sizes = np.full(11, 400.0)
    events = np.array([0, 190, 192, 195, 198, 200, 202, 205, 208, 210, 400.0])
    z = np.sort(40 * (np.arcsin(np.sqrt(events / sizes)) - math.pi / 4))
    phi, _ = funnels.overdispersion(events, sizes, 0.5, proportion=True)
    assert phi == pytest.approx(np.mean(np.clip(z, z[1], z[9]) ** 2)) and z[1] != z[0]


@pytest.mark.pitfall(16)
@pytest.mark.parametrize("proportion", [True, False])
def test_of_24_equal_sites_chance_puts_about_one_outside_the_95_limits(proportion):
    random = np.random.default_rng(4)
    sizes = random.integers(40, 1800, 24)
    narrow = wide = 0
    for _ in range(200):
        events = random.binomial(sizes, 0.8) if proportion else random.poisson(sizes * 0.05)
        known = Rest((0.8 if proportion else 0.05) * MANY, MANY)
        at = limits(sizes, known, proportion=proportion, scale=1)
        where = funnels.positions(events / sizes, at)
        narrow += sum(p != Position.INSIDE for p in where)
        wide += sum(p in (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH) for p in where)
    assert 0.5 < narrow / 200 < 1.2 and wide / 200 < 0.06


def test_each_position_by_its_limits():
    at = limits([100] * 6 + [0], Rest(MANY / 2, MANY), proportion=True)
    assert (at.lower998[0], at.lower95[0]) == pytest.approx(
        (100 * binomial_limits(100, 0.5, 0.998)[0], 100 * binomial_limits(100, 0.5, 0.95)[0])
    )
    values = np.array([30, 38, 50, 62, 70, at.upper95[0], np.nan])
    assert funnels.positions(values, at) == [
        Position.OUTSIDE_LOW,
        Position.BETWEEN_LOW,
        Position.INSIDE,
        Position.BETWEEN_HIGH,
        Position.OUTSIDE_HIGH,
        Position.INSIDE,
        Position.NO_DATA,
    ]
