"""The words of a control chart, and what it allows one to say: of the change, and of a target.

One closed vocabulary for the screen, the map, the sentences and the exports. Roles and precedence follow
nhs-r-community/NHSRplotthedots (R/ptd_calculate_point_type.R, R/ptd_calculate_assurance_type.R, commit 050b07d).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

MINIMUM_POINTS = 12  # under which nothing is concluded
FROZEN_POINTS = (
    24  # the points on which limits are frozen; below, they are provisional and recomputed
)


class Rule(StrEnum):
    """Why a point is a signal; NONE where it is not. In order of precedence."""

    OUTSIDE = "outside"
    TREND = "trend"
    TWO_OF_THREE = "two of three"
    RUN = "run"
    NONE = "none"


class Status(StrEnum):
    """How settled the limits of a segment are."""

    TOO_FEW = "too few"
    PROVISIONAL = "provisional"
    FROZEN = "frozen"


class Variation(StrEnum):
    """What the last point says."""

    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    NEUTRAL = "neutral"  # a signal of an indicator that has no good direction
    NO_SIGNAL = "no signal"
    TOO_FEW = "too few"


class Assurance(StrEnum):
    """What the limits say of a target."""

    CONSISTENTLY_MET = "consistently met"
    CONSISTENTLY_MISSED = "consistently missed"
    HIT_AND_MISS = "hit and miss"
    NO_TARGET = "no target"
    TOO_FEW = "too few"


class ChartKind(StrEnum):
    """Which chart suits a series."""

    XMR = "XmR"
    P = "p"
    U = "u"
    BY_QUARTER = "by quarter"  # too few events a month: sum three months, then p or u
    TOO_FEW = "too few"


@dataclass(frozen=True)
class Chart:
    """A control chart: one entry per position of the series that was given (n of them), NaN where there is none.

    kind: XMR, P or U. values, centre, lower, upper: (n,), in the unit of the series; a position without a value is
    left out of everything. near_lower, near_upper: (n,), two thirds of the way to the limits.
    lowest, highest: what the quantity can be at all (0 for counts and durations; None: no bound); limits are judged
    as computed and drawn cut there. segment: (n,) number of the segment from 0, -1 where left out.
    rule, side: (n,); side is 1 above or rising, -1 below or falling, 0 without signal.
    status, points: of each segment. screened: extreme moving ranges were left out of the limits (p and u: of what
    widens them; False where nothing does).
    """

    kind: ChartKind
    values: np.ndarray
    centre: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    near_lower: np.ndarray
    near_upper: np.ndarray
    lowest: float | None
    highest: float | None
    segment: np.ndarray
    rule: list[Rule]
    side: np.ndarray
    status: list[Status]
    points: list[int]
    screened: bool

    def drawn(self, limit: np.ndarray) -> np.ndarray:
        """A limit as it is drawn: never beyond what the quantity can be."""
        low = -np.inf if self.lowest is None else self.lowest
        drawn: np.ndarray = np.clip(limit, low, np.inf if self.highest is None else self.highest)
        return drawn

    @property
    def last(self) -> int | None:
        """The position of the last point; None where there is none."""
        positions = np.flatnonzero(self.segment >= 0)
        return int(positions[-1]) if len(positions) else None

    @property
    def flag(self) -> tuple[Rule, int]:
        """The rule that makes the last point a signal, and its side; NONE and 0 where none does."""
        last = self.last
        return (Rule.NONE, 0) if last is None else (self.rule[last], int(self.side[last]))


def variation(chart: Chart, direction: str) -> Variation:
    """What the last point of the chart says; direction: "up", "down" (what is good) or "neither".

    Raises ValueError for another direction.
    """
    good = {"up": 1, "down": -1, "neither": 0}
    if direction not in good:
        raise ValueError(f"direction {direction!r} is not up, down or neither")
    if chart.last is None or chart.status[-1] == Status.TOO_FEW:
        return Variation.TOO_FEW
    _, side = chart.flag
    if side == 0:
        return Variation.NO_SIGNAL
    if direction == "neither":
        return Variation.NEUTRAL
    return Variation.IMPROVEMENT if side == good[direction] else Variation.CONCERN


def assurance(chart: Chart, target: float | None, direction: str) -> Assurance:
    """Whether the process, as it is now, meets its target always, never, or by chance.

    target: in the unit of the chart; direction: "up" or "down"; without a good direction there is no target.
    Judged on the limits of the last point, hence of the last segment.
    """
    if target is None or direction == "neither":
        return Assurance.NO_TARGET
    if chart.last is None or chart.status[-1] == Status.TOO_FEW:
        return Assurance.TOO_FEW
    always_above, always_below = target < chart.lower[chart.last], target > chart.upper[chart.last]
    if not (always_above or always_below):
        return Assurance.HIT_AND_MISS
    met = always_above == (direction == "up")
    return Assurance.CONSISTENTLY_MET if met else Assurance.CONSISTENTLY_MISSED
