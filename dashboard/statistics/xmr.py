"""The XmR chart: individual values and their moving ranges; a signal is what noise seldom does.

Constants and rules are those of nhs-r-community/NHSRplotthedots (R/ptd_spc_standard.R,
R/ptd_calculate_point_type.R, commit 050b07d); the screening of ranges is Nelson 1982, Journal of Quality Technology
14(3). The computing functions work on the last axis, so that one series and ten thousand simulated ones go through
the same code (alarms.py).

Three differences, on purpose: where screening would leave only ranges of 0, nothing is screened (a series that sits
at 100 % and rarely leaves it would have no limits but its mean); a series that never changes has its mean for
limits, and no signal; a point at the turn of two trends belongs to the one that begins there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.statistics.variation import (
    FROZEN_POINTS,
    MINIMUM_POINTS,
    Chart,
    ChartKind,
    Rule,
    Status,
)

LIMIT = 2.66  # 3 / 1.128: three standard deviations, in mean moving ranges
NEAR = 2 * LIMIT / 3  # two standard deviations
SCREENING = 3.267  # moving ranges of this many means, or more, are left out, once
RUN = 7  # points in a run on one side, and in a trend
ROUNDING = 1e-9  # relative: a point that misses the mean or a limit by rounding is on it

CODES = (
    Rule.NONE,
    Rule.OUTSIDE,
    Rule.TREND,
    Rule.TWO_OF_THREE,
    Rule.RUN,
)  # what `flags` returns is an index here


@dataclass(frozen=True)
class Limits:
    """Limits of one or many series: arrays of the shape of the series without its last axis."""

    centre: np.ndarray
    mean_range: np.ndarray  # after screening


def mean_moving_range(values: np.ndarray, screen: bool = True) -> np.ndarray:
    """The mean absolute difference of neighbours, extreme ones left out. values: (…, n), n ≥ 2; returns (…)."""
    ranges = np.abs(np.diff(values))
    plain: np.ndarray = ranges.mean(axis=-1)
    if not screen:
        return plain
    kept = ranges < SCREENING * plain[..., None]
    screened: np.ndarray = np.where(kept, ranges, 0).sum(axis=-1) / np.maximum(kept.sum(axis=-1), 1)
    return np.where(screened > 0, screened, plain)


def limits(values: np.ndarray, screen: bool = True) -> Limits:
    """The mean and the mean moving range of all the values. values: (…, n), n ≥ 2, no NaN."""
    values = np.asarray(values, dtype=float)
    return Limits(values.mean(axis=-1), mean_moving_range(values, screen))


def limits_and_distances(
    values: np.ndarray, *, screen: bool = True, log: bool = False, resolution: float = 0
) -> tuple[Limits, np.ndarray]:
    """The limits of whole segments, from their first 24 points, and how far each point is from the centre.

    values: (…, n), n ≥ 2, no NaN; where log, already log(1 + value). resolution: see chart; in the unit of the series.
    Returns limits (…) and distances (…, n), 0 for a point that the resolution cannot tell from the mean.
    """
    first = limits(values[..., :FROZEN_POINTS], screen)
    distance = values - first.centre[..., None]
    if not resolution:
        return first, distance
    centre = first.centre
    step = (
        np.log1p(np.expm1(centre) + resolution) - centre
        if log
        else np.full_like(centre, resolution)
    )
    distance = np.where(np.abs(distance) <= step[..., None] / 2, 0, distance)
    return Limits(centre, np.maximum(first.mean_range, step)), distance


def flags(
    distance: np.ndarray, near: np.ndarray, limit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Which rule, if any, makes each point of a segment a signal, and on which side.

    distance: (…, n) from the centre. near, limit: half-widths, broadcast against it. Returns indices into CODES and
    sides (1, -1, 0), both (…, n). Precedence: outside, trend, two of three, run.
    """
    near, limit = np.broadcast_to(near, distance.shape), np.broadcast_to(limit, distance.shape)
    code = np.zeros(distance.shape, dtype=np.int8)
    side = np.zeros(distance.shape, dtype=np.int8)
    above = np.sign(
        np.where(np.abs(distance) > ROUNDING * (1 + np.abs(limit)), distance, 0)
    ).astype(np.int8)
    outside = _beyond(distance, limit)
    is_near = _beyond(distance, near) & ~outside
    falling, rising = _trends(distance)
    signals = (  # last first: each overwrites those before it
        (4, _members(above == 1, RUN) | _members(above == -1, RUN), above),
        (
            3,
            is_near & (_two_of_three(is_near, above == 1) | _two_of_three(is_near, above == -1)),
            above,
        ),
        (2, falling | rising, np.where(rising, 1, -1)),
        (1, outside, above),
    )
    for number, where, which in signals:
        code[where], side[where] = number, which[where]
    return code, side


def _beyond(distance: np.ndarray, width: np.ndarray) -> np.ndarray:
    outside: np.ndarray = np.abs(distance) > width + ROUNDING * (1 + width)
    return outside


def _members(holds: np.ndarray, length: int) -> np.ndarray:
    """Whether each place belongs to a stretch of at least so many places where it holds. (…, n)."""
    if holds.shape[-1] < length:
        return np.zeros(holds.shape, dtype=bool)
    windows: np.ndarray = np.lib.stride_tricks.sliding_window_view(holds, length, axis=-1)
    return _spread(np.all(windows, axis=-1), length)


def _spread(windows: np.ndarray, length: int) -> np.ndarray:
    """The places covered by the windows that hold: (…, n - length + 1) gives (…, n)."""
    covered = np.zeros((*windows.shape[:-1], windows.shape[-1] + length - 1), dtype=bool)
    for i in range(length):
        covered[..., i : i + windows.shape[-1]] |= windows
    return covered


def _trends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points of seven or more falling in a row, and rising; the turn of two trends belongs to the later one."""
    steps = np.sign(np.diff(values))
    parts = []
    for sign in (-1, 1):
        members = _members(steps == sign, RUN - 1)
        parts.append(
            _spread(members, 2) if members.shape[-1] else np.zeros(values.shape, dtype=bool)
        )
    falling, rising = parts
    following = np.concatenate([steps, np.zeros((*values.shape[:-1], 1))], axis=-1)
    turn = falling & rising
    return falling & ~(turn & (following > 0)), rising & ~(turn & (following < 0))


def _two_of_three(is_near: np.ndarray, on_side: np.ndarray) -> np.ndarray:
    """Points of three in a row on one side of which at least two are near the limit."""
    if is_near.shape[-1] < 3:
        return np.zeros(is_near.shape, dtype=bool)
    window = np.lib.stride_tricks.sliding_window_view
    three = window(on_side, 3, axis=-1).all(axis=-1) & (
        window(is_near, 3, axis=-1).sum(axis=-1) >= 2
    )
    return _spread(three, 3)


def positions_of(
    values: Sequence[float | None], rebases: Collection[int], left_out: Collection[int]
) -> list[np.ndarray]:
    """The positions of the points of each segment: a rebase at position i begins a new one there.

    Positions without a value (None or NaN), and those left out (closed or unfinished months), are no points.
    Raises ValueError for a rebase outside the series.
    """
    if not all(0 < r < len(values) for r in rebases):
        raise ValueError(
            f"rebases {sorted(rebases)} must lie within the series, after its first position"
        )
    given = _numbers(values)
    is_point = np.isfinite(given)
    is_point[list(left_out)] = False
    bounds = [0, *sorted(set(rebases)), len(values)]
    return [np.flatnonzero(is_point[a:b]) + a for a, b in zip(bounds, bounds[1:], strict=False)]


def _numbers(values: Sequence[float | None]) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], dtype=float)


def status_of(points: int) -> Status:
    """How settled the limits of a segment of so many points are."""
    if points < MINIMUM_POINTS:
        return Status.TOO_FEW
    return Status.FROZEN if points >= FROZEN_POINTS else Status.PROVISIONAL


def chart(
    values: Sequence[float | None],
    *,
    rebases: Collection[int] = (),
    left_out: Collection[int] = (),
    log: bool = False,
    screen: bool = True,
    lowest: float | None = None,
    highest: float | None = None,
    resolution: float = 0,
) -> Chart:
    """The XmR chart of a series: limits on the first 24 points of each segment, on all while there are fewer.

    values: n values in time order, None where missing. rebases: positions at which a new segment begins.
    left_out: positions that have a value but are no points. log: limits are computed on log(1 + value), for skewed
    waits (a wait may be 0), and given back in the unit; the centre is then near the median. lowest, highest: see
    Chart. resolution: the step in which values are given (1 for whole minutes): ranges are not taken to be smaller than
    it, and a point within half of it from the mean is on the mean; else rounding alone makes signals (Wheeler and
    Chambers, Understanding Statistical Process Control, on inadequate measurement units). Under 12 points a segment
    has no limits and no signals. Raises ValueError for a value of -1 or less on the log
    scale, and for a rebase outside the series.
    """
    given = _numbers(values)
    if log and (given <= -1).any():
        raise ValueError("a log scale needs values above -1")
    scaled, back = (np.log1p(given), np.expm1) if log else (given, lambda x: x)
    n = len(given)
    lines = {
        name: np.full(n, np.nan)
        for name in ("centre", "lower", "upper", "near_lower", "near_upper")
    }
    segment, side, rule = np.full(n, -1), np.zeros(n, dtype=int), [Rule.NONE] * n
    segments = positions_of(values, rebases, left_out)
    for number, positions in enumerate(segments):
        segment[positions] = number
        if status_of(len(positions)) == Status.TOO_FEW:
            continue
        bounds, distance = limits_and_distances(
            scaled[positions], screen=screen, log=log, resolution=resolution
        )
        code, sides = flags(distance, NEAR * bounds.mean_range, LIMIT * bounds.mean_range)
        for i, c, s in zip(positions.tolist(), code.tolist(), sides.tolist(), strict=True):
            rule[i], side[i] = CODES[c], s
        for name, width in (
            ("centre", 0),
            ("lower", -LIMIT),
            ("upper", LIMIT),
            ("near_lower", -NEAR),
            ("near_upper", NEAR),
        ):
            lines[name][positions] = back(bounds.centre + width * bounds.mean_range)
    points = [len(p) for p in segments]
    shown = np.where(segment >= 0, given, np.nan)
    return Chart(
        ChartKind.XMR,
        shown,
        **lines,
        lowest=lowest,
        highest=highest,
        segment=segment,
        rule=rule,
        side=side,
        status=[status_of(p) for p in points],
        points=points,
        screened=screen,
    )
