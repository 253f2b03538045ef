"""The closed vocabulary of a judged series: what a month says, and what its limits say of a target.

One vocabulary for the screen, the map, the sentences and the exports. Roles follow nhs-r-community/NHSRplotthedots
(R/ptd_calculate_point_type.R, R/ptd_calculate_assurance_type.R, commit 050b07d).
"""

from enum import StrEnum

MINIMUM_POINTS = 12  # under which nothing is concluded
FROZEN_POINTS = (
    24  # the points on which limits are frozen; below, they are provisional and recomputed
)


class Variation(StrEnum):
    """What a judged month says."""

    IMPROVEMENT = "improvement"
    ALERT = "alert"
    NEUTRAL = "neutral"  # a signal of an indicator that has no good direction
    NO_SIGNAL = "no signal"
    TOO_FEW = "too few"
    NO_DATA = "no data"  # the month has no value


class Assurance(StrEnum):
    """What the limits say of a target."""

    CONSISTENTLY_MET = "consistently met"
    CONSISTENTLY_MISSED = "consistently missed"
    HIT_AND_MISS = "hit and miss"
    NO_TARGET = "no target"
    TOO_FEW = "too few"


class ChartKind(StrEnum):
    """How a series is judged."""

    SHARE = "share"  # p′ chart
    RATE = "rate"  # u′ chart
    BY_QUARTER = (
        "by quarter"  # too few events a month: three months together, then as a share or a rate
    )
    WAIT = "wait"  # the mean of ln(1 + minutes)
    MEASURE = "measure"  # individual values
    EXPECTED = "expected"  # a whole: observed against what its sites usually show
    VOLUME = "volume"  # season and line
    RARE = "rare"  # too few events: months as they are, by exact tails, runs saying nothing
    YEAR = "year"  # too few events: the last twelve months together, beside those before
    STOCK = "stock"  # what is left at a month's end, beside two years before


def variation(side: int, direction: str) -> Variation:
    """What a judged month says. side: 1, -1, or 0 without a signal; direction: "up", "down" (what is good) or
    "neither".

    Raises ValueError for another direction.
    """
    good = {"up": 1, "down": -1, "neither": 0}
    if direction not in good:
        raise ValueError(f"direction {direction!r} is not up, down or neither")
    if side == 0:
        return Variation.NO_SIGNAL
    if direction == "neither":
        return Variation.NEUTRAL
    return Variation.IMPROVEMENT if side == good[direction] else Variation.ALERT


def assurance(limits: tuple[float, float] | None, target: float, direction: str) -> Assurance:
    """Whether the series, by its limits, meets its target always, never, or by chance.

    limits: lower and upper at the month, in the unit of the target, None without; direction: "up" or "down".
    """
    if limits is None:
        return Assurance.TOO_FEW
    always_above, always_below = target < limits[0], target > limits[1]
    if not (always_above or always_below):
        return Assurance.HIT_AND_MISS
    met = always_above == (direction == "up")
    return Assurance.CONSISTENTLY_MET if met else Assurance.CONSISTENTLY_MISSED
