"""A series judged month by month: its levels and why each begins, its limits, its signals. Computed by
`dashboard.statistics.control_chart`."""

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
    """A level of a series. start: position of its first month; in_force_from: of the month at which it came into
    force; points: how many it has."""

    start: int
    in_force_from: int
    origin: Origin
    points: int


@dataclass(frozen=True)
class JudgedSeries:
    """Some judged series, month by month: arrays (k, n), NaN (or -1, 0) where there is no point.

    values: events / bases. rule, side: the signal as it was given then; NONE and 0 where none was. level_start:
    position of the first month of the level to which the point belongs, as known at the end. centre, spread,
    reference_bases: of that level (control_limits.Fit), NaN in one that has no limits yet; `limits` are drawn from
    them. usual, usual_bases, in_reference: the centre in force when the month was judged, the sum of the bases that
    it rested on, and whether the month was among them (for observed_vs_expected.compare). in_force_from: at the first
    month of a level, when it came into force, -1 elsewhere. is_proposed, is_accepted: whether the level that begins
    there is, or was, a proposal. is_aside: whether the month was judged and counts in no level's limits.
    """

    family: Family
    values: np.ndarray
    bases: np.ndarray
    rule: np.ndarray
    side: np.ndarray
    level_start: np.ndarray
    centre: np.ndarray
    spread: np.ndarray
    reference_bases: np.ndarray
    usual: np.ndarray
    usual_bases: np.ndarray
    in_reference: np.ndarray
    in_force_from: np.ndarray
    is_proposed: np.ndarray
    is_accepted: np.ndarray
    is_aside: np.ndarray

    @cached_property
    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and the upper limit to be drawn, (k, n) each."""
        return limits(self.family, Fit(self.centre, self.spread, self.reference_bases), self.bases)

    def select_rows(self, rows: slice) -> "JudgedSeries":
        """The series of some rows."""
        parts = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "family"}
        return replace(self, **{name: values[rows] for name, values in parts.items()})

    def with_rows(self, rows: np.ndarray, other: "JudgedSeries") -> "JudgedSeries":
        """The same with the series of some rows, (r,), replaced by others."""
        parts = {f.name: getattr(self, f.name).copy() for f in fields(self) if f.name != "family"}
        for name, values in parts.items():
            values[rows] = getattr(other, name)
        return replace(self, **parts)

    def levels(self, row: int = 0) -> list[Level]:
        """The levels of one series in order; [] where it has no point."""
        starts = [int(s) for s in np.unique(self.level_start[row]) if s >= 0]
        return [
            Level(
                s,
                int(self.in_force_from[row, s]),
                self._origin(row, s, first=s == starts[0]),
                int(((self.level_start[row] == s) & ~self.is_aside[row]).sum()),
            )
            for s in starts
        ]

    def _origin(self, row: int, start: int, *, first: bool) -> Origin:
        """Why the level begins at `start`. first: whether it is the series' first."""
        if self.is_proposed[row, start]:
            return Origin.ACCEPTED if self.is_accepted[row, start] else Origin.PROPOSED
        return Origin.FIRST if first else Origin.SET

    def last_point(self, row: int = 0) -> int | None:
        """The position of the last point of one series; None where it has none."""
        points = np.flatnonzero(self.level_start[row] >= 0)
        return int(points[-1]) if len(points) else None
