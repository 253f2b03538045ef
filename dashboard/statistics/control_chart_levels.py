"""What a series that was followed month by month is: its levels and why each begins, its limits, the signals that were
given. How it comes about: `dashboard.statistics.control_chart`.
"""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from dashboard.statistics.control_limits import Family, Fit, limits


class Origin(StrEnum):
    """Why a level begins where it does."""

    FIRST = "first"  # the series begins
    SET = "set"  # by somebody, for a reason
    PROPOSED = "proposed"  # by twelve points on one side
    ACCEPTED = "accepted"  # proposed, then accepted by somebody


@dataclass(frozen=True)
class Level:
    """start, known: positions of its first month, and of the month at which it came into force. points: of it so far."""

    start: int
    known: int
    origin: Origin
    points: int


@dataclass(frozen=True)
class JudgedSeries:
    """Some series, month by month: arrays (k, n), NaN (or -1, 0) where there is no point.

    values: events / bases. rule, side: the signal as it was given then; NONE and 0 where none was. start: position of the first
    month of the level to which the point belongs, as known at the end. centre, spread, behind: of that level
    (control_limits.Fit), NaN in one that has no limits yet; `limits` are drawn from them. usual, usual_behind, inside: the
    centre in force when the month was judged, the bases that it rested on, and whether the month was among them (for
    observed_vs_expected.compare). known: at the first month of a level, when it came into force, -1 elsewhere. proposed,
    accepted: whether the level that begins there is, or was, a proposal.
    """

    family: Family
    values: np.ndarray
    bases: np.ndarray
    rule: np.ndarray
    side: np.ndarray
    start: np.ndarray
    centre: np.ndarray
    spread: np.ndarray
    behind: np.ndarray
    usual: np.ndarray
    usual_behind: np.ndarray
    inside: np.ndarray
    known: np.ndarray
    proposed: np.ndarray
    accepted: np.ndarray

    @cached_property
    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and the upper limit to be drawn, (k, n) each."""
        return limits(self.family, Fit(self.centre, self.spread, self.behind), self.bases)

    def rows(self, which: slice) -> "JudgedSeries":
        """Some of the series."""
        parts = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "family"}
        return replace(self, **{name: values[which] for name, values in parts.items()})

    def levels(self, row: int = 0) -> list[Level]:
        """The levels of one series in order; of none, where it has no point."""
        starts = [int(s) for s in np.unique(self.start[row]) if s >= 0]
        return [
            Level(
                s,
                int(self.known[row, s]),
                self._origin(row, s, first=s == starts[0]),
                int((self.start[row] == s).sum()),
            )
            for s in starts
        ]

    def _origin(self, row: int, start: int, *, first: bool) -> Origin:
        if self.proposed[row, start]:
            return Origin.ACCEPTED if self.accepted[row, start] else Origin.PROPOSED
        return Origin.FIRST if first else Origin.SET

    def last(self, row: int = 0) -> int | None:
        """The position of the last point of one series; None where it has none."""
        points = np.flatnonzero(self.start[row] >= 0)
        return int(points[-1]) if len(points) else None
