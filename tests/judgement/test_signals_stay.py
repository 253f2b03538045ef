"""A signal once given stays given: random histories of a small invented network, known month by month."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dashboard.judgement.control_charts import (
    RATES,
    SHARES,
    WAITS,
    ControlChart,
    MonthlySeries,
    Series,
)
from dashboard.judgement.monthly_judgement import judge, network_season
from dashboard.period import add_months
from dashboard.statistics.control_limits import NONE
from dashboard.statistics.log_waits import monthly_logs
from dashboard.statistics.variation import ChartKind
from tests.judgement.series import counted, follow, measured, waited

SITES, MONTHS, FIRST = 4, 90, date(2017, 5, 1)
STEP = 1 if os.environ.get("CHANCE") else 3  # months after which a history is looked at again
TIMES = tuple(add_months(FIRST, n) for n in range(MONTHS))
DEPARTMENTS = {"nation": range(SITES), "one": [0, 1], "other": [2, 3]}
COUNTS = ("satisfaction", "left", "complaints_per_1000", "completeness", "complaints_30d_due")
CENTRES = (0.8, 0.03, 0.01, 0.9, 0.85)
OTHERS = ("wait_p50", "complaint_delay", "complaints_open", "visits_per_day")
SEASON = np.exp(0.1 * np.sin(np.arange(MONTHS) * np.pi / 6))  # that all sites share


def history(seed: int) -> MonthlySeries:
    """Sites that grow or shrink tenfold, open later or close, miss months, and change for good or for a month."""
    r = np.random.default_rng(seed)
    age = np.arange(MONTHS)
    trend = np.exp(np.outer(r.uniform(-1.5, 1.5, SITES), np.linspace(-1, 1, MONTHS)))
    bases = r.poisson(r.uniform(40, 400, (SITES, 1)) * trend).astype(float)
    opens, closes = r.integers(0, 30, SITES), r.integers(60, 120, SITES)
    there = (age >= opens[:, None]) & (age < closes[:, None]) & (r.random(bases.shape) > 0.06)
    bases = np.where(there, bases, np.nan)
    each: dict[str, Series] = {}
    for code, centre in zip(COUNTS, CENTRES, strict=True):
        share = np.clip(centre * _moves(r, 0.25) / SEASON, 0, 1)
        size = {"complaints_per_1000": 3, "complaints_30d_due": 0.05}.get(code, 1)
        n = (np.nan_to_num(bases) * size).astype(int)
        events = r.poisson(n * share) if "1000" in code else r.binomial(n, share)
        each[code] = counted(
            code, np.where(there, events, np.nan), np.where(there, n, np.nan).astype(float)
        )
    minutes = (
        20
        * (SEASON * _moves(r, 0.3))[..., None]
        * np.exp(0.7 * r.standard_normal((*there.shape, 40)))
    )
    each["wait_p50"] = waited(np.where(there[..., None], minutes, -1))
    days = 12 * _moves(r, 0.3) * np.exp(0.2 * r.standard_normal(there.shape))
    each["complaint_delay"] = measured("complaint_delay", np.where(there, days, np.nan))
    stock = np.cumsum(r.integers(-2, 3, there.shape), axis=1) + 12 * _moves(r, 0.5)
    each["complaints_open"] = measured(
        "complaints_open", np.where(there, np.rint(np.maximum(stock, 0)), np.nan)
    )
    visits = np.where(there, r.poisson(np.nan_to_num(bases) * _moves(r, 0.3)), np.nan)
    each["visits_per_day"] = counted("visits_per_day", visits, np.where(there, 20, np.nan))
    partial = r.random(there.shape) < 0.05
    each = {code: replace(series, is_partial=partial) for code, series in each.items()}
    names = tuple(f"site {n}" for n in range(SITES))
    return MonthlySeries(names, TIMES, each, visits / 20)


def _moves(r: np.random.Generator, size: float) -> np.ndarray:
    """Factors of a level that changes for good once or twice at each site, and for one month at times, (SITES, MONTHS)."""
    factors = np.ones((SITES, MONTHS))
    for site in range(SITES):
        for at in r.integers(8, MONTHS, 2).tolist():
            factors[site, at:] *= np.exp(r.choice([-1, 1]) * size)
    once = r.random(factors.shape) < 0.03
    return factors * np.where(once, np.exp(3 * size * r.choice([-1, 1], factors.shape)), 1)


def known_at(whole: MonthlySeries, months: int) -> MonthlySeries:
    """The first months of a history."""

    def cut(series: Series) -> Series:
        parts = {
            name: getattr(series, name)[:, :months]
            for name in ("numerator", "denominator", "value", "n", "is_partial")
        }
        if series.waits is not None:
            waits = series.waits[:, :months]
            parts |= {"waits": waits, "logs": monthly_logs(waits)}
        return replace(series, **parts)

    each = {code: _with_season(code, cut(series)) for code, series in whole.by_indicator.items()}
    return MonthlySeries(whole.sites, TIMES[:months], each, whole.season[:, :months])


def _with_season(code: str, series: Series) -> Series:
    """The series with the season that its sites share."""
    if code not in SHARES | RATES | WAITS:
        return series
    return replace(series, season=network_season(code, series).of_sites(SITES))


Given = tuple[
    str, str, date, date, int
]  # scope, indicator, first and last month of the point, side


def given(charts: dict[str, dict[str, ControlChart]]) -> Iterator[Given]:
    """Every signal, by whatever way its month was judged."""
    for scope, of in charts.items():
        for code, chart in of.items():
            for way in (chart, *chart.beside):
                for at in np.flatnonzero(way.rule != NONE).tolist():
                    first = way.months[at]
                    yield scope, code, first, _last(way, at), int(way.side[at])


def contradictions(charts: dict[str, dict[str, ControlChart]]) -> list[str]:
    """Signals whose value does not lie on their side of the usual value that is said beside it, or that is impossible."""
    found = []
    for scope, of in charts.items():
        for code, chart in of.items():
            for way in (chart, *chart.beside):
                usual, flagged = way.usual_when_judged, way.rule != NONE
                wrong = flagged & np.isfinite(usual) & ~((way.values - usual) * way.side > 0)
                odd = (usual < 0) | ((usual > 100) & (code in SHARES))
                found += [f"{scope} {code} {way.kind} {at}" for at in np.flatnonzero(wrong | odd)]
    return found


def _last(chart: ControlChart, at: int) -> date:
    """The last month of a point."""
    return add_months(chart.months[at], 2 if chart.kind == ChartKind.BY_QUARTER else 0)


def lost(charts: dict[str, dict[str, ControlChart]], before: set[Given]) -> list[Given]:
    """The signals of before that no point of their months has any longer."""
    return [
        one
        for one in before
        for scope, code, first, last, side in (one,)
        for chart in (charts[scope][code],)
        if not any(
            way.rule[at] != NONE and way.side[at] == side
            for way in (chart, *chart.beside)
            for at, month in enumerate(way.months)
            if month <= last and first <= _last(way, at)
        )
    ]


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.chance) for n in (1, 2))])
def test_every_signal_that_was_given_is_still_given_when_later_months_are_known(seed):
    whole, before, kinds = history(seed), set(), {}
    for months in range(13, MONTHS + 1, STEP):
        charts = judge(known_at(whole, months), DEPARTMENTS, {})
        assert not lost(charts, before)
        assert not contradictions(charts)
        before |= set(given(charts))
        for scope, of in charts.items():
            for code, chart in of.items():
                kinds.setdefault((scope, code), set()).add(chart.kind)
    assert {scope for scope, *_ in before} >= {"nation", "one", "other", "site 1"}
    assert {code for _, code, *_ in before} == {*COUNTS, *OTHERS}
    assert any(len(mine) > 1 for mine in kinds.values()), "some came to have few events, or many"


def test_months_before_the_first_data_change_nothing():
    whole = history(7)
    later = MonthlySeries(
        whole.sites,
        TIMES[20:],
        {code: _since(series, 20) for code, series in whole.by_indicator.items()},
        whole.season[:, 20:],
    )
    empty = MonthlySeries(
        whole.sites,
        TIMES,
        {code: _emptied(series, 20) for code, series in whole.by_indicator.items()},
        np.where(np.arange(MONTHS) < 20, np.nan, whole.season),
    )
    one, other = (set(given(judge(m, DEPARTMENTS, {}))) for m in (later, empty))
    assert one == other and one


def _since(series: Series, at: int) -> Series:
    parts = {
        name: getattr(series, name)[:, at:]
        for name in ("numerator", "denominator", "value", "n", "is_partial")
    }
    if series.waits is not None:
        waits = series.waits[:, at:]
        parts |= {"waits": waits, "logs": monthly_logs(waits)}
    return replace(series, **parts)


def _emptied(series: Series, until: int) -> Series:
    gone = np.arange(MONTHS) < until
    parts = {
        name: np.where(gone, np.nan, getattr(series, name))
        for name in ("numerator", "denominator", "value")
    }
    parts["n"] = np.where(gone, 0, series.n)
    if series.waits is not None:
        waits = np.where(gone[:, None], 0, series.waits)
        parts |= {"waits": waits, "logs": monthly_logs(waits)}
    return replace(series, **parts)


@pytest.mark.parametrize(("early", "late"), [(2, 12), (12, 1), (0.5, 9), (9, 0.5)])
def test_a_series_whose_events_become_few_or_many_keeps_what_was_said(early, late):
    """A burst of complaints in the third or fourth year, and numbers that change for good in the fifth."""
    r = np.random.default_rng(3)
    level = np.where(np.arange(84) < 48, early, late).astype(float)
    level[40:44] *= 6
    events, last = r.poisson(level)[None], add_months(FIRST, 83)
    series = counted("complaints_per_1000", events, np.full((1, 84), 2_000))
    then = {}
    for months in (45, 48, 84):
        part = counted("complaints_per_1000", events[:, :months], series.n[:, :months])
        then[months] = follow("complaints_per_1000", part, add_months(last, months - 84))["site 0"]
    assert then[45].kind != then[84].kind
    before = set(given({"site 0": {"complaints_per_1000": then[45]}}))
    assert any(TIMES[40] <= last <= TIMES[44] for *_, last, _ in before), "the burst is found"
    assert not lost({"site 0": {"complaints_per_1000": then[84]}}, before)
