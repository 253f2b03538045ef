"""What departments and the nation show beside what is usual of their sites, for `aggregates` to judge."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dashboard.judgement.control_charts import RATES, SHARES, WAITS, Series
from dashboard.statistics import observed_vs_expected
from dashboard.statistics.control_limits import Family
from dashboard.statistics.observed_vs_expected import Comparison, compare


class Reference(NamedTuple):
    """What sites usually show, (K, M) each, as JudgedSeries has it."""

    usual: np.ndarray
    usual_bases: np.ndarray
    in_reference: np.ndarray

    def held_from(self, month: int) -> "Reference":
        """The same, of each site from a month on as it was then, or once it is known."""
        known = np.isfinite(self.usual) & (np.arange(self.usual.shape[-1]) >= month)
        at = np.where(known.any(axis=-1), known.argmax(axis=-1), self.usual.shape[-1])
        later = np.arange(self.usual.shape[-1]) > at[:, None]
        then = np.minimum(at, self.usual.shape[-1] - 1)[:, None]
        usual, bases = (
            np.where(later, np.take_along_axis(part, then, -1), part)
            for part in (self.usual, self.usual_bases)
        )
        return Reference(usual, bases, self.in_reference & ~later)


class Compared(NamedTuple):
    """One indicator of an aggregate: what its sites show against what is usual of them with the season that they share; and, for
    the months before `since`, the first that is judged with that season, against what is usual without it. held_from: both,
    with what is usual of each site held as it was in a month."""

    code: str
    scope: str
    comparison: Comparison
    without_season: Comparison
    since: int
    held_from: Callable[[int], tuple[Comparison, Comparison]]


def comparisons(
    code: str,
    events: np.ndarray,
    bases: np.ndarray,
    family: Family,
    reference: Reference,
    series: Series,
    aggregates: Mapping[str, Sequence[int]],
) -> list[Compared]:
    """Observed against expected of each aggregate, for one indicator. events, bases: of all sites, (K, M) each; aggregates: the
    rows of each aggregate's sites."""
    season, since = series.season, np.full(len(events), events.shape[-1])
    if season is not None:
        since = season.since

    def of(rows: list[int], reference: Reference, *, seasonal: bool) -> Comparison:
        usual, error = reference.usual[rows], np.zeros((len(rows), events.shape[-1]))
        if seasonal and season is not None:
            usual, error = usual + season.index[rows], season.error[rows]
            if code in SHARES | RATES:
                usual = np.clip(usual, 0, 1 if code in SHARES else np.inf)
        variance = (
            series.logs.variance[rows]
            if code in WAITS and series.logs is not None
            else observed_vs_expected.case_variance(family, usual)
        )
        sites = (reference.usual_bases[rows], variance, reference.in_reference[rows], error)
        return compare(events[rows], bases[rows], usual, *sites)

    def both(rows: list[int], reference: Reference) -> tuple[Comparison, Comparison]:
        plain = of(rows, reference, seasonal=False)
        return plain if season is None else of(rows, reference, seasonal=True), plain

    found = []
    for scope, sites in aggregates.items():
        rows = list(sites)

        def held_from(month: int, rows: list[int] = rows) -> tuple[Comparison, Comparison]:
            return both(rows, reference.held_from(month))

        found.append(Compared(code, scope, *both(rows, reference), int(since[rows[0]]), held_from))
    return found
