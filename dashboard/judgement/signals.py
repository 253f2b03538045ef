"""What one month of a series allows one to say: signal or not, beside what is usual, and where a gap comes from. In French:
`dashboard.judgement.signal_sentences`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import FOLLOWED, ControlChart, Level, in_unit
from dashboard.period import Period, add_months, month_end
from dashboard.statistics import observed_vs_expected
from dashboard.statistics.control_limits import NONE, OUTSIDE, RUN
from dashboard.statistics.seasonal import YEAR
from dashboard.statistics.variation import (
    FROZEN_POINTS,
    Assurance,
    ChartKind,
    Variation,
    assurance,
    variation,
)

OTHER_SITES = (
    1.15  # a median so many times further from usual than the curve comes from other sites
)

SIGNALLED = (
    Variation.ALERT,
    Variation.IMPROVEMENT,
    Variation.NEUTRAL,
)  # in the order in which they are listed


@dataclass(frozen=True, eq=False)
class Signal:
    """What one month of a course says; at: its position, None where the month is not of the series. target: in force."""

    chart: ControlChart
    position: int | None
    target: float | None = None

    @property
    def indicator(self) -> str:
        """Of which indicator."""
        return self.chart.indicator

    @property
    def scope(self) -> str:
        """Of which site, department, or the nation."""
        return self.chart.scope

    @property
    def kind(self) -> ChartKind:
        """How it is judged."""
        return self.chart.kind

    @property
    def is_judged(self) -> bool:
        """Whether the month is held against something usual."""
        return self.variation not in (Variation.TOO_FEW, Variation.NO_DATA)

    @property
    def value(self) -> float | None:
        """The month's own value; None where it has none."""
        return None if self.position is None else _known(self.chart.values[self.position])

    @property
    def usual(self) -> float | None:
        """What was usual there when the month was judged."""
        return (
            None if self.position is None else _known(self.chart.usual_when_judged[self.position])
        )

    @property
    def displayed_value(self) -> float | None:
        """The month's value as it is said: of a wait its median, as on every card, where the curve follows the mean of its
        logarithms."""
        if self.chart.median is None:
            return self.value
        return None if self.position is None else _known(self.chart.median[self.position])

    @property
    def displayed_usual(self) -> float | None:
        """What was usual, as it is said beside `read`: of a wait the median of the months before on which its limits rest; None
        where it would say the contrary of the signal."""
        if self.chart.median is None or self.position is None or self.usual is None:
            return self.usual
        level = self.level
        begin = 0 if level is None else self.chart.months.index(level.start)
        there = (
            begin
            + np.flatnonzero(self.chart.level_start[begin : self.position] >= 0)[:FROZEN_POINTS]
        )
        if self.rule not in (NONE, OUTSIDE):
            there = there[there <= self.position - RUN]
        before = self.chart.median[there]
        if not np.isfinite(before).any():
            return None
        usual = float(np.nanmedian(before))
        against = (
            self.displayed_value is not None and (self.displayed_value - usual) * self.side <= 0
        )
        return None if (self.is_signal and against) or self._has_other_sites(usual) else usual

    def _has_other_sites(self, usual: float) -> bool:
        """Whether a whole's median is far from its usual one because other sites are in it this month: its curve, which is held
        against what these very sites usually show, is not as far from it."""
        read, value = self.displayed_value, self.value
        if self.kind != ChartKind.EXPECTED or self.is_signal:
            return False
        if not (read and usual and value and self.usual):
            return False
        more = math.log(read / usual) - math.log(value / self.usual)
        return abs(more) > math.log(OTHER_SITES)

    @property
    def year_before(self) -> float | None:
        """The value twelve months before; None where there is none, or of quarters."""
        if self.position is None or self.position < YEAR or self.kind == ChartKind.BY_QUARTER:
            return None
        return _known(self.chart.values[self.position - YEAR])

    @property
    def range(self) -> tuple[float, float] | None:
        """Between what the month usually lies; None without limits."""
        if self.position is None:
            return None
        low, high = (_known(end[self.position]) for end in self.chart.limits)
        return None if low is None or high is None else (low, high)

    @property
    def rule(self) -> int:
        """Which of the two rules makes it a signal; NONE where neither does."""
        return NONE if self.position is None else int(self.chart.rule[self.position])

    @property
    def side(self) -> int:
        """1 above, -1 below what is usual, 0 without a signal."""
        return 0 if self.position is None else int(self.chart.side[self.position])

    @property
    def points(self) -> int:
        """How many points the limits in force rested on, at most 24; without limits, how many there were."""
        if self.position is None:
            return 0
        level = self.chart.level(self.position)
        begin = 0 if level is None else self.chart.months.index(level.start)
        there = self.chart.level_start[begin : self.position + 1] >= 0
        return min(int(there.sum()), FROZEN_POINTS)

    @property
    def n(self) -> int:
        """How many the month's value rests on."""
        return 0 if self.position is None else int(self.chart.n[self.position])

    @property
    def latest(self) -> date | None:
        """The first day of the month, or of the quarter."""
        return None if self.position is None else self.chart.months[self.position]

    @property
    def month_label(self) -> str:
        """The month, or the quarter: « octobre 2026 »; "" without one."""
        if self.latest is None:
            return ""
        if self.kind == ChartKind.BY_QUARTER:
            return quarter_label(self.latest)
        return french.month_label(self.latest)

    @property
    def month_in_words(self) -> str:
        """« en octobre 2026 », « au 3ᵉ trimestre 2026 »; "" without a month."""
        return (
            self.month_label
            and f"{'au' if self.kind == ChartKind.BY_QUARTER else 'en'} {self.month_label}"
        )

    def is_within(self, first: date, last: date) -> bool:
        """Whether the month, or the quarter, lies in a period at least in part."""
        if self.latest is None:
            return False
        end = self.latest if self.kind != ChartKind.BY_QUARTER else add_months(self.latest, 2)
        return self.latest <= last and first <= month_end(end)

    @property
    def variation(self) -> Variation:
        """What the month says, by the direction that is good."""
        if self.position is None or self.chart.level_start[self.position] < 0:
            return Variation.NO_DATA
        # A point from before its level had limits was compared with the first ones.
        if self.usual is None and not self.side:
            return Variation.TOO_FEW
        return variation(self.side, BY_CODE[self.indicator].direction)

    @property
    def is_signal(self) -> bool:
        """Whether it is a signal."""
        return self.variation in SIGNALLED

    @cached_property
    def assurance(self) -> Assurance:
        """Whether the target is met always, never, or by chance, by the limits drawn at the month."""
        direction = BY_CODE[self.indicator].direction
        if self.target is None or direction == "neither":
            return Assurance.NO_TARGET
        return assurance(self.range, self.target, direction)

    @property
    def level(self) -> Level | None:
        """The level in force."""
        return None if self.position is None else self.chart.level(self.position)

    @cached_property
    def gap(self) -> observed_vs_expected.Gap | None:
        """Of a whole with a signal: the sites that it comes from; None elsewhere."""
        c, spread = self.chart.comparison, self.chart.spread
        if c is None or spread is None or self.position is None or not self.side:
            return None
        points = np.flatnonzero(self.chart.level_start[: self.position + 1] >= 0)
        first = self.position if self.rule == OUTSIDE else int(points[-RUN:][0])
        return observed_vs_expected.gap(
            c, slice(first, self.position + 1), float(spread[self.position])
        )

    @property
    def causes(self) -> tuple[str, ...]:
        """The codes of the sites without which the whole is as usual; empty where there are none, or more than a few."""
        gap = self.gap
        if gap is None or gap.spread != observed_vs_expected.Spread.NAMED:
            return ()
        return tuple(self.chart.sites[i] for i in gap.sites)

    @property
    def value_without_causes(self) -> float | None:
        """What the whole shows in the month without `causes`, and that is as usual; None where nobody is left."""
        c, gap = self.chart.comparison, self.gap
        if not self.causes or gap is None or c is None:
            return None
        left = [i for i in range(len(self.chart.sites)) if i not in gap.sites]
        n = float(c.bases[left, self.position].sum())
        if not n:
            return None
        return float(
            in_unit(self.indicator, c.observed[left, self.position].sum(keepdims=True) / n)[0]
        )

    @property
    def is_of_some_sites(self) -> bool:
        """Whether the value of a whole is of some of its sites alone: the others had cases too, and no usual of their own yet."""
        c = self.chart.comparison
        if c is None or self.position is None or self.chart.median is not None:
            return False
        return bool(self.chart.n[self.position] > c.bases[:, self.position].sum() + 0.5)

    @property
    def young_sites(self) -> tuple[str, ...]:
        """The codes of a whole's sites that had visits and stand outside: their usual is not known yet."""
        c = self.chart.comparison
        if c is None or self.position is None:
            return ()
        out = c.bases[:, self.position] == 0
        return tuple(s for s, o in zip(self.chart.sites, out, strict=True) if o)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def signal(chart: ControlChart, month: date, target: float | None = None) -> Signal:
    """The signal of a course at a month (its first day)."""
    return Signal(chart, chart.position(month), target)


MOST = {
    "percent": (100, "un pourcentage ne dépasse pas 100"),
    "minutes": (
        french.LONGEST_WAIT,
        f"au-delà de {french.LONGEST_WAIT} minutes, les attentes ne sont plus distinguées",
    ),
}


def target_problem(indicator: str, target: float) -> str:
    """Why a target is none: the indicator can never have that value; "" where it can."""
    if not math.isfinite(target):
        return "Il faut une valeur."
    most, why = MOST.get(BY_CODE[indicator].unit, (math.inf, ""))
    if 0 <= target <= most:
        return ""
    wanted = french.number(target, 0 if float(target).is_integer() else 1)
    return f"{wanted} n'est pas une valeur possible : {'elle est au-dessous de 0' if target < 0 else why}."


def rank(one: Signal) -> tuple[int, int]:
    """Where a signal stands among others, the gravest first: a month beyond what chance allows before a long run just beside
    what is usual; then what people feel before what only registers show, in the order of INDICATORS."""
    return int(one.rule != OUTSIDE), FOLLOWED.index(one.indicator)


def gravest_first(flagged: Iterable[tuple[str, Signal]]) -> list[tuple[str, Signal]]:
    """(site name, signal): alerts, then improvements, then changes; of each, the site with the gravest first, and its own
    together."""
    by_site: dict[tuple[Variation, str], list[Signal]] = {}
    for name, one in flagged:
        by_site.setdefault((one.variation, name), []).append(one)
    own = [(kind, name, sorted(found, key=rank)) for (kind, name), found in by_site.items()]
    own.sort(key=lambda o: (SIGNALLED.index(o[0]), rank(o[2][0]), french.alphabetical(o[1])))
    return [(name, one) for _, name, found in own for one in found]


def quarter_label(start: date) -> str:
    """« 3ᵉ trimestre 2026 », from its first day."""
    return Period(start, month_end(add_months(start, 2))).label
