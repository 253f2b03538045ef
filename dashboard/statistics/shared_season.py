"""A season that the sites of a network share, in shares, rates and waits: what a whole usually shows at that time of year.

Of each site and year a month's distance from the year's own mean, over sites weighted by their cases: a table of years by
calendar months, whose column means are the season (two-way layout without interaction; Scheffé 1959, The Analysis of
Variance, ch. 4). Years are the twelve months before the one that is judged, the twelve before these, and so on, so that
each holds every calendar month once and nothing of a month or later judges it. The season is taken out of a whole from the
first month at which the years agree on it (F test), and from then on: without a season almost nothing is ever taken out,
and power is what it was. Rates, with and without a season: `python -m tests.benchmarks.rules`.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from dashboard.statistics.seasonal import YEAR

FEWEST_YEARS, MOST_YEARS = 2, 5
AGREED = 0.001  # the chance of so much agreement without a season


@dataclass(frozen=True)
class SharedSeason:
    """The season of some networks, in the unit of events / bases. index: (…, n), to be added to what is usual, by what was known
    before each month, and of the months before `since` by what was known then; error: (…, n), its standard error; 0 each
    without a season. since: (…,), position of the first month judged by it, n without one."""

    index: np.ndarray
    error: np.ndarray
    since: np.ndarray

    def of_sites(self, sites: int) -> "SharedSeason":
        """The same, a row for each of so many sites of one network."""
        shape = sites, self.index.shape[-1]
        return SharedSeason(
            np.broadcast_to(self.index, shape),
            np.broadcast_to(self.error, shape),
            np.broadcast_to(self.since, (sites,)),
        )


def shared_season(events: np.ndarray, bases: np.ndarray) -> SharedSeason:
    """The season that the sites of each network share. events, bases: (…, k, n), months in order, NaN where missing."""
    networks, n = events.shape[:-2], events.shape[-1]
    index, error = np.zeros((2, *networks, n))
    since: np.ndarray = np.full(networks, n)
    if n < FEWEST_YEARS * YEAR:
        return SharedSeason(index, error, since)
    tables, present = _years(events, bases)
    for t in range(FEWEST_YEARS * YEAR, n):
        years = t - YEAR * np.arange(1, min(t // YEAR, MOST_YEARS) + 1)
        season, its_error, agreed = _agreement(tables[..., years, :], present[..., years])
        begins = agreed & (since == n)
        back = (np.arange(t) - t) % YEAR  # the season begins with the calendar month of t
        index[..., :t] = np.where(begins[..., None], season[..., back], index[..., :t])
        error[..., :t] = np.where(begins[..., None], its_error[..., None], error[..., :t])
        since = np.where(begins, t, since)
        index[..., t] = np.where(since <= t, season[..., 0], 0)
        error[..., t] = np.where(since <= t, its_error, 0)
    return SharedSeason(index, error, since)


def _years(events: np.ndarray, bases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distance of each month from the mean of its year, over the sites that have all of the year's months weighted by their
    bases, of the years that begin with each month, (…, n − 11, 12); and whether any site has them all, (…, n − 11)."""
    known = np.isfinite(events) & (np.nan_to_num(bases) > 0)
    values = np.divide(events, bases, out=np.full(events.shape, np.nan), where=known)
    by_year, cases = (
        np.lib.stride_tricks.sliding_window_view(a, YEAR, axis=-1)
        for a in (values, np.where(known, bases, 0))
    )
    mean = by_year.mean(axis=-1, keepdims=True)
    whole = np.isfinite(mean)
    weight = np.where(whole, cases.sum(axis=-1, keepdims=True), 0)
    total = weight.sum(axis=-3)
    away = np.where(whole, by_year - mean, 0) * weight
    return away.sum(axis=-3) / np.maximum(total, 1), total[..., 0] > 0


def _agreement(
    tables: np.ndarray, present: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The season of some years, (…, 12), its standard error and whether the years agree on it, (…,) each. tables: (…, years, 12);
    present: (…, years), years that count."""
    years = present.sum(axis=-1)
    season = tables.sum(axis=-2) / np.maximum(years, 1)[..., None]
    left = np.where(present[..., None], tables - season[..., None, :], 0)
    freedom = (YEAR - 1) * np.maximum(years - 1, 1)
    variance = (left**2).sum(axis=(-1, -2)) / freedom
    between = years * (season**2).sum(axis=-1) / (YEAR - 1)
    ratio = np.divide(between, variance, out=np.zeros(variance.shape), where=variance > 0)
    agreed = (years >= FEWEST_YEARS) & (special.fdtrc(YEAR - 1, freedom, ratio) < AGREED)
    return season, np.sqrt(variance / np.maximum(years, 1)), agreed
