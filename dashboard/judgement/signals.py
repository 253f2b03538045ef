"""What a monthly series of figures allows one to say: which chart suits it, its limits, its signal, its assurance.

Figures in, Signal out. The months given are whole ones: a month half over is no point.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboard import french
from dashboard.indicators import BY_CODE, Figure, choices, codes
from dashboard.period import Period, add_months, month_end
from dashboard.statistics import attributes, sentences, xmr
from dashboard.statistics.variation import (
    MINIMUM_POINTS,
    Assurance,
    Chart,
    ChartKind,
    Variation,
    assurance,
    variation,
)

# Read from INDICATORS, where each entry says how it is charted and whether it is followed.
FOLLOWED = codes(lambda i: i.followed)  # whose signals are the alerts
CHARTED = (*FOLLOWED, *choices(lambda i: i.chart and not i.followed))
SKEWED = frozenset(codes(lambda i: i.skewed))  # charted on a log scale
SHARES = frozenset(codes(lambda i: i.chart == "share"))
RATES = frozenset(codes(lambda i: i.chart == "rate"))

Counts = list[float | None]  # of each month, None where missing


@dataclass(frozen=True)
class Signal:
    """The state of one indicator in one scope.

    months: first days of the points' months (of quarters where `kind` is BY_QUARTER). values, chart: of these points;
    chart is None where there are too few. latest: the last point's month. n: counts behind each point.
    """

    indicator: str
    scope: str
    months: tuple[date, ...]
    values: tuple[float | None, ...]
    n: tuple[int, ...]
    kind: ChartKind
    chart: Chart | None
    variation: Variation
    assurance: Assurance
    target: float | None
    latest: date | None
    rebases: tuple[date, ...] = ()

    @property
    def points(self) -> int:
        """How many points the present limits rest on, at most 24."""
        return (
            min(self.chart.points[-1], 24)
            if self.chart
            else sum(v is not None for v in self.values)
        )

    @property
    def base(self) -> int:
        """How many the last point rests on; 0 without a chart."""
        last = self.chart.last if self.chart else None
        return 0 if last is None else self.n[last]

    def within(self, first: date, last: date) -> bool:
        """Whether the last point, a month or a quarter, lies in a period at least in part."""
        if self.latest is None:
            return False
        end = month_end(
            add_months(self.latest, 2) if self.kind == ChartKind.BY_QUARTER else self.latest
        )
        return self.latest <= last and first <= end

    @property
    def when(self) -> str:
        """The last point's month, or quarter: « octobre 2026 »; "" without a point."""
        if self.latest is None:
            return ""
        return (
            quarter_label(self.latest)
            if self.kind == ChartKind.BY_QUARTER
            else french.month_label(self.latest)
        )

    @property
    def flagged(self) -> bool:
        """Whether the last point is a signal."""
        return self.variation in (Variation.IMPROVEMENT, Variation.CONCERN, Variation.NEUTRAL)


def signal(
    indicator: str,
    scope: str,
    months: Sequence[date],
    figures: Sequence[Figure],
    target: float | None = None,
    rebases: Sequence[date] = (),
) -> Signal:
    """The signal of a series: figures (n) of the months (n), in order. rebases: months that begin new limits.

    A hidden or missing value is no point; the counts of a share are used even where its value is hidden.
    """
    months, n = list(months), [f.n for f in figures]
    values = [f.value for f in figures]
    kind, chart = _chart(indicator, months, figures, rebases)
    if kind == ChartKind.BY_QUARTER:
        months, numerators, denominators = attributes.by_quarter(months, *_counts(figures))
        scale = BY_CODE[indicator].scale
        values = [
            None if a is None or not d else scale * a / d
            for a, d in zip(numerators, denominators, strict=True)
        ]
        n = [int(d or 0) for d in denominators]
    direction = BY_CODE[indicator].direction
    points = [m for m, v in zip(months, values, strict=True) if v is not None]
    return Signal(
        indicator,
        scope,
        tuple(months),
        tuple(values),
        tuple(n),
        kind,
        chart,
        variation(chart, direction) if chart else Variation.TOO_FEW,
        assurance(chart, target, direction)
        if chart
        else Assurance.TOO_FEW
        if target is not None
        else Assurance.NO_TARGET,
        target,
        points[-1] if points else None,
        tuple(sorted(set(rebases))),
    )


def _chart(
    indicator: str, months: list[date], figures: Sequence[Figure], rebases: Sequence[date]
) -> tuple[ChartKind, Chart | None]:
    values = [f.value for f in figures]
    counted = indicator in SHARES | RATES
    numerators, denominators = _counts(figures)
    share = indicator in SHARES
    events = (
        attributes.expected_events(numerators, denominators, proportion=share) if counted else None
    )
    kind = attributes.chart_kind(
        values, denominators if counted else None, events, proportion=share
    )
    if kind == ChartKind.TOO_FEW:
        return kind, None
    if kind == ChartKind.BY_QUARTER:
        quarters, numerators, denominators = attributes.by_quarter(months, numerators, denominators)
        return kind, _counted(
            share, numerators, denominators, indicator, _positions(quarters, rebases)
        )
    at = _positions(months, rebases)
    if kind != ChartKind.XMR:
        return kind, _counted(share, numerators, denominators, indicator, at)
    return kind, xmr.chart(
        values,
        rebases=at,
        log=indicator in SKEWED,
        lowest=0,
        highest=100 if share else None,
        resolution=BY_CODE[indicator].step,
    )


def _counted(
    share: bool, numerators: Counts, denominators: Counts, indicator: str, rebases: list[int]
) -> Chart:
    make = attributes.p_chart if share else attributes.u_chart
    return make(numerators, denominators, scale=BY_CODE[indicator].scale, rebases=rebases)


def _counts(figures: Sequence[Figure]) -> tuple[Counts, Counts]:
    """Numerators and denominators; a denominator 0 is missing."""
    pairs = [(f.numerator, f.denominator) if f.denominator else (None, None) for f in figures]
    return [a for a, _ in pairs], [d for _, d in pairs]


def _positions(months: Sequence[date], rebases: Sequence[date]) -> list[int]:
    """Where new limits begin: the first point not before each rebase, if it has points before it."""
    at = {next((i for i, m in enumerate(months) if m >= r), len(months)) for r in rebases}
    return sorted(i for i in at if 0 < i < len(months))


MOST = {
    "percent": (100, "un pourcentage ne dépasse pas 100"),
    "minutes": (
        french.LONGEST_WAIT,
        f"au-delà de {french.LONGEST_WAIT} minutes, les attentes ne sont plus distinguées",
    ),
}


def impossible(indicator: str, target: float) -> str:
    """Why a target is none: the indicator can never have that value; "" where it can."""
    if not math.isfinite(target):
        return "Il faut une valeur."
    most, why = MOST.get(BY_CODE[indicator].unit, (math.inf, ""))
    if 0 <= target <= most:
        return ""
    wanted = french.number(target, 0 if float(target).is_integer() else 1)
    return f"{wanted} n'est pas une valeur possible : {'elle est au-dessous de 0' if target < 0 else why}."


def verdict(series: Signal, subject: str = "", *, limits: bool = True) -> str:
    """What the last point says, in a sentence: signal, no signal or too few. subject: by default the indicator. limits:
    with what is to be known of the limits; without it is a headline, and has no full stop."""
    subject = subject or BY_CODE[series.indicator].label
    if series.chart is None or series.latest is None:
        if series.kind == ChartKind.TOO_FEW and series.points >= MINIMUM_POINTS:
            return sentences.too_few_events(subject)
        return sentences.too_few(subject, series.points)
    sentence = sentences.signal(
        subject, series.chart, BY_CODE[series.indicator].direction, series.when
    )
    return sentence if limits else sentence.split(" (limites")[0]


def quarter_label(start: date) -> str:
    """« 3ᵉ trimestre 2026 », from its first day."""
    return Period(start, month_end(add_months(start, 2))).label
