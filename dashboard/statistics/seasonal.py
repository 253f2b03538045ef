"""Visits per open day judged by season and line: what a month usually is, with growth and time of year.

y = ln(visits per open day). The season is shared by the sites: of each calendar month, the median over sites and
years of y minus its centred mean of twelve months (classical decomposition; Kendall and Stuart, The Advanced Theory
of Statistics 3, ch. 46, with a median for their mean). Then for each site a line through the months t−27 to t−4,
without their season; the last three months stay out of the fit, so that a change does not hide itself.

Where those months hold a lasting step, and a year of them follows it, so does the line: the months before the step give
their slope and not their level (analysis of covariance, an intervention of Box and Tiao 1975, Journal of the American
Statistical Association 70). Else the line tilts, and a lasting fall is said to be a rise two years later.

R = (y − ŷ) / √(s²·(1 + h) + e²), e being the season's own error: without it the intervals of a nation cover 73 months
in 100 instead of 80. R is judged by the two rules as it is, although it follows Student's law with 22 degrees of
freedom and is beyond 3 in 66 months of 10 000 instead of 27: put on the normal scale it finds 3 to 4 fewer falls of
15 % in 100. Nothing of month t or later judges month t. Rates: `python -m tests.benchmarks.rules`.

Arrays are (…, k, n): what is simulated a hundred times goes through the same code at once, each network with its own
season.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from dashboard.statistics.control_limits import WIDTH

YEAR = 12
LINE = 24  # months of the line
APART = 3  # months between the line and the month that is judged
HISTORY = LINE + APART + YEAR  # 39 months, under which it is too early to judge
FEWEST = 20  # months of the line that must be there
STEP = (
    4.0  # t of the largest step of a line, from which on it is one: by chance in 4 lines of 1 000
)
EXACT = 1e-9  # a line that fits so well says nothing of how months vary


@dataclass(frozen=True)
class Line:
    """A line through some months of some series, (…, k), NaN where there are too few. middle: mean position of its
    months; mean, slope: at that position; deviation: standard deviation of its residuals; n: months; square:
    Σ(position − middle)²."""

    middle: np.ndarray
    mean: np.ndarray
    slope: np.ndarray
    deviation: np.ndarray
    n: np.ndarray
    square: np.ndarray

    def value_at(self, t: float, error: float | np.ndarray = 0) -> tuple[np.ndarray, np.ndarray]:
        """The line's value at position t, and the standard deviation of a month's distance from it, (…, k) each.
        error: of the season that is taken out."""
        away = t - self.middle
        leverage = 1 / self.n + away**2 / self.square
        return self.mean + self.slope * away, np.sqrt(self.deviation**2 * (1 + leverage) + error**2)

    @property
    def freedom(self) -> np.ndarray:
        """The degrees of freedom of `deviation`: 22 with all 24 months."""
        return self.n - 2


@dataclass(frozen=True)
class Season:
    """The season of some series. index: (…, 12) of January to December, in logarithms, summing to 0; NaN where no
    series gives a calendar month. error: (…,) standard error of an index, 0 where one year gives them all."""

    index: np.ndarray
    error: np.ndarray

    def index_of(self, month: np.ndarray) -> np.ndarray:
        """The index of some calendar months, (n,), to be subtracted from the series: (…, 1, n)."""
        return self.index[..., None, month - 1]


def season(y: np.ndarray, month: np.ndarray) -> Season:
    """The season that some series share.

    y: (…, k, n) logarithms, months in order, NaN where missing. month: (n,) calendar months, 1 to 12. The error is that of
    the years' own medians: months that are good or bad for every site at once are not averaged out by many sites.
    """
    n = y.shape[-1]
    return seasons_before(y, month, [n])[n]


def seasons_before(y: np.ndarray, month: np.ndarray, ends: Iterable[int]) -> dict[int, Season]:
    """The season of the months before each of some positions, as `season` gives it of them alone. ends: ascending. A month
    more changes the index of its own calendar month: the others are not worked out again."""
    weights = np.full(YEAR + 1, 1 / YEAR)
    weights[[0, -1]] /= 2
    half, networks = YEAR // 2, y.shape[:-2]
    distance, at = y[..., :0], month[:0]
    if y.shape[-1] > YEAR:
        windows = np.lib.stride_tricks.sliding_window_view(y, YEAR + 1, axis=-1)
        distance, at = y[..., half:-half] - windows @ weights, month[half : y.shape[-1] - half]
    of_months, seen, found = _medians(distance), 0, {}
    index = np.full((*networks, YEAR), np.nan)
    squares, freedom, years = np.zeros((3, YEAR, *networks))
    for end in ends:
        known = max(end - YEAR, 0)
        for m in np.unique(at[seen:known]) - 1:
            which = np.flatnonzero(at[:known] == m + 1)
            there = np.isfinite(of_years := of_months[..., which])
            n = there.sum(axis=-1)
            mean = np.where(there, of_years, 0).sum(axis=-1) / np.maximum(n, 1)
            index[..., m] = _medians(distance[..., which].reshape(*networks, -1, 1))[..., 0]
            squares[m] = (np.where(there, of_years - mean[..., None], 0) ** 2).sum(axis=-1)
            freedom[m], years[m] = np.maximum(n - 1, 0), n
        seen, given = known, (years > 0).sum(axis=0)
        of_a_year = np.maximum(years.sum(axis=0), 1) / np.maximum(given, 1)
        error = np.sqrt(sum(squares) / np.maximum(freedom.sum(axis=0), 1) / of_a_year)
        found[end] = Season(index - index.mean(axis=-1, keepdims=True), error)
    return found


def _medians(values: np.ndarray) -> np.ndarray:
    """The median of each column, missing values left out; (…, k, m) to (…, m). As np.nanmedian, ten times faster."""
    in_order, n = np.sort(values, axis=-2), np.isfinite(values).sum(axis=-2, keepdims=True)
    low = np.take_along_axis(in_order, np.maximum(n - 1, 0) // 2, -2)
    median: np.ndarray = (low + np.take_along_axis(in_order, n // 2, -2)) / 2
    return median[..., 0, :]


def line(y: np.ndarray, first: int, last: int) -> Line:
    """The least-squares line through the months first to last, last left out. y: (…, k, n), without its season."""
    values = y[..., first:last]
    known = np.isfinite(values)
    n = known.sum(axis=-1)
    enough = n >= FEWEST
    n = np.where(enough, n, 1).astype(float)
    x = np.arange(first, last)
    middle = (known * x).sum(axis=-1) / n
    there = np.where(known, values, 0)
    mean = there.sum(axis=-1) / n
    away = np.where(known, x - middle[..., None], 0)
    square = np.where(enough, (away**2).sum(axis=-1), 1)
    slope = (away * there).sum(axis=-1) / square
    residual = np.where(known, there - mean[..., None] - slope[..., None] * away, 0)
    s = np.sqrt((residual**2).sum(axis=-1) / np.maximum(n - 2, 1))
    return Line(*(np.where(enough, a, np.nan) for a in (middle, mean, slope, s, n, square)))


def line_with_step(y: np.ndarray, first: int, last: int) -> Line:
    """The line through the months first to last, last left out, with the largest step that a year of them follows, where its t
    is beyond STEP: then middle, mean and n are of the months since. y: (…, k, n), without its season."""
    plain = line(y, first, last)
    stepped, t = _steps(y, first, last)
    largest = t.argmax(axis=0)[None]
    use = np.take_along_axis(t, largest, 0)[0] > STEP
    if not use.any():
        return plain
    parts = ((getattr(stepped, f.name), getattr(plain, f.name)) for f in fields(Line))
    return Line(*(np.where(use, np.take_along_axis(a, largest, 0)[0], b) for a, b in parts))


def _steps(y: np.ndarray, first: int, last: int) -> tuple[Line, np.ndarray]:
    """The lines with a step before each month that a year of months follows, and |t| of these steps, 0 where there are too few
    months: (steps, …, k). By running sums around the middle of the months: a hundred draws of each series are asked for."""
    window, middle = y[..., first:last], (first + last - 1) / 2
    known, x = np.isfinite(window), np.arange(first, last) - middle
    level = np.where(known, window, 0).sum(axis=-1) / np.maximum(known.sum(axis=-1), 1)
    v = np.where(known, window - level[..., None], 0)
    sums = np.cumsum([known, known * x, v, known * x * x, v * x, v * v], axis=-1)
    before = sums[..., np.arange(last - first - YEAR)]
    parts = np.stack([before, sums[..., -1:] - before], axis=1)
    n, sx, sv, sxx, sxv, svv = np.moveaxis(parts, -1, 2)
    some = np.maximum(n, 1)
    at, mean = sx / some, sv / some
    enough = (n[0] > 0) & (n.sum(axis=0) >= FEWEST)
    square = np.where(enough, (sxx - n * at**2).sum(axis=0), 1)
    slope = (sxv - n * at * mean).sum(axis=0) / square
    rest = np.maximum((svv - n * mean**2).sum(axis=0) - slope**2 * square, 0)
    s = np.sqrt(rest / np.maximum(n.sum(axis=0) - 3, 1))
    apart = at[1] - at[0]
    step = np.abs(mean[1] - mean[0] - slope * apart)
    error = s * np.sqrt((1 / some).sum(axis=0) + apart**2 / square)
    t = np.divide(step, error, out=np.zeros(s.shape), where=enough & (error > EXACT))
    return Line(at[1] + middle, mean[1] + level, slope, s, n[1], square), t


@dataclass(frozen=True)
class Seasonal:
    """The judged months, (…, k, n) each, NaN where it is too early. usual, lower, upper: visits per open day expected
    by season and growth, and between which a month usually lies (± 3). z: R of the month, for
    control_limits.two_rules."""

    usual: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    z: np.ndarray


def seasonal(
    per_day: np.ndarray,
    month: np.ndarray,
    shared: np.ndarray | None = None,
    since: int = 0,
    seasons: Mapping[int, Season] | None = None,
) -> Seasonal:
    """Judge each month of some series with what was known before it.

    per_day: (…, k, n) visits per open day, months in order, NaN (or 0) where missing. month: (n,) calendar months.
    shared: (…, sites, n), the sites that give the season; by default the series themselves. seasons: of these, where they are
    known: `seasons_before` each month that is judged. A series is judged from its 40th month on, and not before position
    `since`.
    """
    y = logs(per_day)
    judged = range(max(HISTORY, since), y.shape[-1])
    if seasons is None:
        seasons = seasons_before(y if shared is None else logs(shared), month, judged)
    usual, width, z = (np.full(y.shape, np.nan) for _ in range(3))
    for t in judged:
        shape = seasons[t]
        fitted = line_with_step(y - shape.index_of(month), t - LINE - APART, t - APART)
        old = np.isfinite(y[..., : t - HISTORY + 1]).any(axis=-1)
        value, deviation = fitted.value_at(t, shape.error[..., None])
        usual[..., t] = np.where(old, value + shape.index_of(month[[t]])[..., 0], np.nan)
        away = y[..., t] - usual[..., t]
        np.divide(away, deviation, out=z[..., t], where=deviation > EXACT)
        width[..., t] = WIDTH * deviation
    return Seasonal(np.exp(usual), np.exp(usual - width), np.exp(usual + width), z)


def logs(per_day: np.ndarray) -> np.ndarray:
    """Logarithms, NaN where there is nothing above 0."""
    values = np.asarray(per_day, dtype=float)
    return np.log(np.where(values > 0, values, np.nan))


def same_sites(visits: np.ndarray, open_days: np.ndarray, t: int) -> np.ndarray:
    """The visits per open day of the sites that have all of the 40 months up to t, (n,): NaN before.

    visits, open_days: (k, n), NaN where missing. A department is judged on one set of sites, at each month its own.
    """
    per_day = np.divide(
        visits, open_days, out=np.full(visits.shape, np.nan), where=np.nan_to_num(open_days) > 0
    )
    window = slice(t - HISTORY, t + 1)
    present = np.isfinite(per_day[:, window]).all(axis=-1)
    whole = np.full(visits.shape[-1], np.nan)
    if present.any():
        whole[window] = per_day[present, window].sum(axis=0)
    return whole
