"""Control charts judged month by month with what was known then: limits from the first 24 points of a level, a new
level after twelve points on one side, and signals that stay as they were given.

A level is provisional from 12 points, with limits on all of them, and fixed at 24. Twelve points in a row on one side
of the centre begin a new level at the first of them, in force at once; it is *proposed* until somebody accepts or
refuses it. Making Data Count has no formula for this and calls it a judgement: hence the proposal, and the rates of
false alarm with it, which `python -m tests.benchmarks.rules` prints.
"""

import numpy as np

from dashboard.statistics.control_chart_levels import JudgedSeries
from dashboard.statistics.control_limits import (
    NONE,
    ON_ONE_SIDE,
    OUTSIDE,
    RUN,
    Family,
    Fit,
    fit,
    outside_side,
    run_lengths,
    sides,
)
from dashboard.statistics.variation import FROZEN_POINTS, MINIMUM_POINTS

NEW_LEVEL = 12  # points in a row on one side


def judge_series(
    events: np.ndarray,
    bases: np.ndarray | None = None,
    *,
    family: Family = Family.INDIVIDUALS,
    set_at: np.ndarray | None = None,
    refused: np.ndarray | None = None,
    accepted: np.ndarray | None = None,
    aside: np.ndarray | None = None,
    runs: bool = True,
) -> JudgedSeries:
    """Judge every month of some series with what was known then.

    events, bases: (k, n), months in order, NaN (or a base of 0) where missing. Without bases the values stand in
    `events`, each month counting alike; a mean (of log-waits) has its n as bases and its sums as events, so that the
    centre is that of all waits together and `reference_bases` counts them.

    set_at: (k, n), True where somebody has begun a new level. refused, accepted: (k, n), True at any month between
    the first of a proposed level and its proposal. A refused run begins no level and stays a signal. aside: (k, n), True
    at months that are held against the limits of the point before, and count in no limits, run or level. runs: whether
    the rule of points in a row on one side applies; it does not with few events, since most months lie under their
    mean. Raises ValueError for a share with more events than cases.
    """
    if aside is None or not aside.any():
        return _judge_points(events, bases, family, runs, set_at, refused, accepted).judged_series()
    events = np.asarray(events, dtype=float)
    bases = np.ones(events.shape) if bases is None else np.asarray(bases, dtype=float)
    without = np.where(aside, np.nan, events)
    series = _judge_points(without, bases, family, runs, set_at, refused, accepted)
    return _with_months_aside(series, events, bases, aside)


def flag_signals(
    events: np.ndarray, bases: np.ndarray | None, family: Family, *, runs: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Which months have limits, and which of them are signals, (k, n) each; arguments as for `judge_series`.

    The simulation of false alarms needs no more, in a quarter of the time.
    """
    series = _judge_points(events, bases, family, runs)
    return series.place_at_months(np.isfinite(series.usual), False), series.place_at_months(
        series.rule != NONE, False
    )


def _judge_points(
    events: np.ndarray,
    bases: np.ndarray | None,
    family: Family,
    runs: bool,
    set_at: np.ndarray | None = None,
    refused: np.ndarray | None = None,
    accepted: np.ndarray | None = None,
) -> "_Series":
    """All points of some series, judged; arguments as for `judge_series`."""
    events = np.asarray(events, dtype=float)
    bases = np.ones(events.shape) if bases is None else np.asarray(bases, dtype=float)
    point = np.isfinite(events) & np.isfinite(bases) & (bases > 0)
    if family == Family.SHARE and (events[point] > bases[point]).any():
        raise ValueError("a share has more events than cases")
    order = np.argsort(~point, axis=-1, kind="stable")
    series = _Series(
        family,
        np.take_along_axis(np.where(point, events, 0), order, -1),
        np.take_along_axis(np.where(point, bases, 1), order, -1),
        point.sum(axis=-1),
        order,
        *(_at_points(marks, point) for marks in (set_at, refused, accepted)),
        runs=runs,
    )
    for t in range(int(series.points.max(initial=0))):
        series.judge(t)
    return series


def _with_months_aside(
    series: "_Series", events: np.ndarray, bases: np.ndarray, aside: np.ndarray
) -> JudgedSeries:
    """The judged series with the months that were left aside, each held against the limits in force at the point before it; one
    without a point before it stays missing. events, bases, aside: (k, n)."""
    judged = series.judged_series()
    at = np.where(np.isfinite(judged.values), np.arange(events.shape[-1]), -1)
    before = np.maximum.accumulate(at, axis=-1)
    point = aside & np.isfinite(events) & np.isfinite(bases) & (bases > 0) & (before >= 0)
    rows, months = np.nonzero(point)
    last = before[rows, months]
    mine, of = events[rows, months], bases[rows, months]
    spread = series.place_at_months(series.spread, np.nan)[rows, last]
    fit = Fit(judged.usual[rows, last], spread, judged.usual_bases[rows, last])
    limited = np.isfinite(fit.centre)
    side = np.zeros(len(rows), np.int8)
    some = Fit(fit.centre[limited], fit.spread[limited], fit.reference_bases[limited])
    side[limited] = outside_side(series.family, some, mine[limited], of[limited])
    for values, new in (
        (judged.values, mine / of),
        (judged.bases, of),
        (judged.rule, np.where(side != 0, OUTSIDE, NONE)),
        (judged.side, side),
        (judged.usual, fit.centre),
        (judged.usual_bases, fit.reference_bases),
        (judged.is_aside, True),
        *(
            (values, values[rows, last])
            for values in (
                judged.level_start,
                judged.centre,
                judged.spread,
                judged.reference_bases,
            )
        ),
    ):
        values[rows, months] = new
    return judged


def _at_points(marks: np.ndarray | None, point: np.ndarray) -> np.ndarray:
    """Marks of months as marks of points: each is moved to the first point that is not before it."""
    at = np.zeros((len(point), point.shape[-1] + 1), dtype=bool)
    if marks is not None:
        row, month = np.nonzero(marks)
        at[row, (np.cumsum(point, axis=-1) - point)[row, month]] = True
    return at[:, :-1]


class _Series:
    """The points of some series without their gaps, (k, m), and the state of each series at the point judged last,
    (k,)."""

    def __init__(
        self,
        family: Family,
        events: np.ndarray,
        bases: np.ndarray,
        points: np.ndarray,
        order: np.ndarray,
        set_at: np.ndarray,
        refused: np.ndarray,
        accepted: np.ndarray,
        *,
        runs: bool,
    ) -> None:
        k, m = events.shape
        self.family, self.events, self.bases, self.points = family, events, bases, points
        self.order = order  # the month of each point
        self.set_at, self.refused, self.accepts = set_at, refused, accepted
        self.runs = runs
        self.level_begin, self.run = np.zeros(k, dtype=int), np.zeros(k, dtype=int)
        self.last_side = np.zeros(k, dtype=np.int8)
        self.fit = Fit(*(np.full(k, np.nan) for _ in range(3)))
        self.at_start = Fit(
            *(np.full((k, m), np.nan) for _ in range(3))
        )  # of the level begun there
        self.rule, self.side = np.zeros((k, m), np.int8), np.zeros((k, m), np.int8)
        self.start, self.in_force_from = np.full((k, m), -1), np.full((k, m), -1)
        self.proposed, self.accepted = np.zeros((k, m), bool), np.zeros((k, m), bool)
        self.usual, self.usual_bases = np.full((k, m), np.nan), np.full((k, m), np.nan)
        self.spread = np.full((k, m), np.nan)  # in force at the point, like `usual`
        self.in_reference = np.zeros((k, m), bool)

    def judge(self, t: int) -> None:
        """Judge the points at t: new limits where they are not yet fixed, then the two rules, then a new level."""
        active = t < self.points
        new = active & (self.set_at[:, t] if t else True)
        self.level_begin[new], self.run[new], self.in_force_from[new, t] = t, 0, t
        self.start[active, t] = self.level_begin[active]
        length = t - self.level_begin + 1
        fitting = active & (length >= MINIMUM_POINTS) & (length <= FROZEN_POINTS)
        self._fit(np.flatnonzero(fitting), t)
        rows = np.flatnonzero(active & (length >= MINIMUM_POINTS))
        now = self._fits(rows)
        side = sides(self.family, now, self.events[rows, t], self.bases[rows, t])
        self._extend_runs(rows[~fitting[rows]], side[~fitting[rows]])
        beyond = outside_side(self.family, now, self.events[rows, t], self.bases[rows, t])
        in_run = self.runs & (self.run[rows] >= RUN)
        rule = np.where(beyond != 0, OUTSIDE, np.where(in_run, ON_ONE_SIDE, NONE))
        self.rule[rows, t], self.side[rows, t] = rule, np.where(rule != NONE, side, 0)
        self.usual[rows, t], self.usual_bases[rows, t] = now.centre, now.reference_bases
        self.spread[rows, t] = now.spread
        self.in_reference[rows, t] = fitting[rows]
        self._judge_the_first(np.flatnonzero(fitting & (length == MINIMUM_POINTS)), t)
        if self.runs:
            self._propose(rows[self.run[rows] >= NEW_LEVEL], t)

    def _fits(self, rows: np.ndarray) -> Fit:
        """The fits of these series."""
        return Fit(self.fit.centre[rows], self.fit.spread[rows], self.fit.reference_bases[rows])

    def _fit(self, rows: np.ndarray, t: int) -> None:
        """Fit the limits of these series' present levels to their points up to t, 24 at most; and count their runs."""
        if not len(rows):
            return
        columns = self.level_begin[rows, None] + np.arange(FROZEN_POINTS)
        known = columns <= t
        columns = np.minimum(columns, t)
        events, bases = self.events[rows[:, None], columns], self.bases[rows[:, None], columns]
        new = fit(self.family, events, bases, known)
        if self.family == Family.STANDARDISED:  # nothing is expected but 0, until it has moved
            given = ~self.proposed[rows, self.level_begin[rows]]
            at_zero = fit(self.family, events, bases, known, np.zeros(len(rows)))
            new = Fit(
                np.where(given, 0, new.centre),
                np.where(given, at_zero.spread, new.spread),
                new.reference_bases,
            )
        for name in ("centre", "spread", "reference_bases"):
            getattr(self.fit, name)[rows] = getattr(new, name)
            getattr(self.at_start, name)[rows, self.level_begin[rows]] = getattr(new, name)
        broad = Fit(new.centre[:, None], new.spread[:, None], new.reference_bases[:, None])
        side = np.where(known, sides(self.family, broad, events, bases), 0)
        latest = np.arange(len(rows)), known.sum(axis=-1) - 1
        self.run[rows], self.last_side[rows] = run_lengths(side)[latest], side[latest]

    def _extend_runs(self, rows: np.ndarray, side: np.ndarray) -> None:
        """Count one more point on this side in the runs of these series."""
        going_on = np.where(side == self.last_side[rows], self.run[rows], 0) + 1
        self.run[rows], self.last_side[rows] = np.where(side != 0, going_on, 0), side

    def _judge_the_first(self, rows: np.ndarray, t: int) -> None:
        """Judge the points before a level had limits by its first limits, except of a proposed level, whose points
        were judged."""
        rows = rows[~self.proposed[rows, self.level_begin[rows]]]
        columns = t - np.arange(MINIMUM_POINTS - 1, 0, -1)
        at = (rows[:, None], columns[None, :])
        now = self._fits(rows)
        broad = Fit(now.centre[:, None], now.spread[:, None], now.reference_bases[:, None])
        side = outside_side(self.family, broad, self.events[at], self.bases[at])
        self.rule[at], self.side[at] = np.where(side != 0, OUTSIDE, NONE), side

    def _propose(self, rows: np.ndarray, t: int) -> None:
        """Begin a new level at the first point of the run, in force at once, unless it was refused."""
        if not len(rows):
            return
        first = t - self.run[rows] + 1
        index = np.arange(self.start.shape[-1])
        in_run = (index >= first[:, None]) & (index <= t)
        free = ~(self.refused[rows] & in_run).any(axis=-1)
        rows, first, in_run = rows[free], first[free], in_run[free]
        self.level_begin[rows], self.in_force_from[rows, first] = first, t
        self.proposed[rows, first] = True
        self.accepted[rows, first] = (self.accepts[rows] & in_run).any(axis=-1)
        self.start[rows] = np.where(in_run, first[:, None], self.start[rows])
        self._fit(rows, t)

    def place_at_months(self, values: np.ndarray, missing: float) -> np.ndarray:
        """The points' values at their months, `missing` elsewhere, (k, n)."""
        none = np.arange(self.order.shape[-1]) >= self.points[:, None]
        out = np.empty(values.shape, values.dtype)
        np.put_along_axis(out, self.order, np.where(none, missing, values).astype(values.dtype), -1)
        return out

    def judged_series(self) -> JudgedSeries:
        """The judged series, each value at its month."""
        order, placed = self.order, self.place_at_months
        own = np.maximum(self.start, 0)
        level = Fit(
            np.take_along_axis(self.at_start.centre, own, -1),
            np.take_along_axis(self.at_start.spread, own, -1),
            np.take_along_axis(self.at_start.reference_bases, own, -1),
        )
        month = np.take_along_axis(order, own, -1)  # of the first point of a level
        known = np.where(
            self.in_force_from >= 0,
            np.take_along_axis(order, np.maximum(self.in_force_from, 0), -1),
            -1,
        )

        return JudgedSeries(
            family=self.family,
            values=placed(self.events / self.bases, np.nan),
            bases=placed(self.bases, np.nan),
            rule=placed(self.rule, NONE),
            side=placed(self.side, 0),
            level_start=placed(month, -1),
            centre=placed(level.centre, np.nan),
            spread=placed(level.spread, np.nan),
            reference_bases=placed(level.reference_bases, np.nan),
            usual=placed(self.usual, np.nan),
            usual_bases=placed(self.usual_bases, np.nan),
            in_reference=placed(self.in_reference, False),
            in_force_from=placed(known, -1),
            is_proposed=placed(self.proposed, False),
            is_accepted=placed(self.accepted, False),
            is_aside=np.zeros(order.shape, bool),
        )
