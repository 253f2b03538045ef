"""Signals: whether one month of a control chart is a signal, beside its usual value, and which sites its gap comes from. In
French: `dashboard.judgement.signal_sentences`."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import FOLLOWED, ControlChart, Level, family_of, in_unit
from dashboard.period import Period, add_months, month_end
from dashboard.statistics import observed_vs_expected
from dashboard.statistics.control_limits import NONE, OUTSIDE, RUN
from dashboard.statistics.seasonal import YEAR
from dashboard.statistics.variation import (
    FROZEN_POINTS,
    MINIMUM_POINTS,
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


# Words before a month, by kind: what the month stands for, and how it is brought into a sentence.
BEFORE_MONTH = {ChartKind.YEAR: "douze mois, jusqu'en ", ChartKind.STOCK: "fin "}
PREPOSITIONS = {ChartKind.BY_QUARTER: "au ", ChartKind.YEAR: "sur ", ChartKind.STOCK: ""}


@dataclass(frozen=True, eq=False)
class Signal:
    """One month of a control chart. position: of the month, None where it is outside the chart; target: the one in force."""

    chart: ControlChart
    position: int | None
    target: float | None = None

    @property
    def indicator(self) -> str:
        """The code of the indicator."""
        return self.chart.indicator

    @property
    def scope(self) -> str:
        """The scope: a site's code, a department, or the nation."""
        return self.chart.scope

    @property
    def kind(self) -> ChartKind:
        """How the series is judged."""
        return self.chart.kind

    @property
    def is_judged(self) -> bool:
        """Whether the month can be compared with a usual value."""
        return self.variation not in (Variation.TOO_FEW, Variation.NO_DATA)

    @property
    def value(self) -> float | None:
        """The month's own value; None where it has none."""
        return None if self.position is None else _known(self.chart.values[self.position])

    @property
    def usual(self) -> float | None:
        """The usual value when the month was judged; None without one."""
        return (
            None if self.position is None else _known(self.chart.usual_when_judged[self.position])
        )

    @property
    def displayed_value(self) -> float | None:
        """The month's value as displayed: for waits the median, as on every card, while the curve follows the mean of
        logarithms."""
        if self.chart.median is None:
            return self.value
        return None if self.position is None else _known(self.chart.median[self.position])

    @cached_property
    def displayed_usual(self) -> float | None:
        """The usual value as displayed beside `displayed_value`: for waits the median of the months on which its limits rest, of
        the same time of year where a season is taken out; None where it would contradict the signal."""
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
        if self.has_season:
            there = there[(self.position - there) % YEAR == 0]
        before = self.chart.median[there]
        if not np.isfinite(before).any():
            return None
        usual = float(np.nanmedian(before))
        against = (
            self.displayed_value is not None and (self.displayed_value - usual) * self.side <= 0
        )
        return None if (self.is_signal and against) or self._has_other_sites(usual) else usual

    def _has_other_sites(self, usual: float) -> bool:
        """Whether an aggregate's median is far from its usual one only because other sites have waits this month: its curve,
        which is compared with what these very sites usually show, is not as far."""
        read, value = self.displayed_value, self.value
        if self.kind != ChartKind.EXPECTED or self.is_signal:
            return False
        if not (read and usual and value and self.usual):
            return False
        more = math.log(read / usual) - math.log(value / self.usual)
        return abs(more) > math.log(OTHER_SITES)

    @property
    def year_before(self) -> float | None:
        """The value twelve months before; None without one, and for quarters."""
        if self.position is None or self.position < YEAR or self.kind == ChartKind.BY_QUARTER:
            return None
        return _known(self.chart.values[self.position - YEAR])

    @property
    def range(self) -> tuple[float, float] | None:
        """The lower and upper limit of the month; None without limits."""
        if self.position is None:
            return None
        low, high = (_known(end[self.position]) for end in self.chart.limits)
        return None if low is None or high is None else (low, high)

    @property
    def rule(self) -> int:
        """The rule that makes the month a signal: OUTSIDE or RUN; NONE where neither does."""
        return NONE if self.position is None else int(self.chart.rule[self.position])

    @property
    def side(self) -> int:
        """1 above, -1 below the usual value, 0 without a signal."""
        return 0 if self.position is None else int(self.chart.side[self.position])

    @property
    def points(self) -> int:
        """How many points the limits in force rest on, at most 24; without limits, how many points there are."""
        if self.position is None:
            return 0
        level = self.chart.level(self.position)
        begin = 0 if level is None else self.chart.months.index(level.start)
        there = self.chart.level_start[begin : self.position + 1] >= 0
        return min(int(there.sum()), FROZEN_POINTS)

    @property
    def n(self) -> int:
        """The number of cases of the month's value."""
        return 0 if self.position is None else int(self.chart.n[self.position])

    @property
    def latest(self) -> date | None:
        """The first day of the month or quarter; None outside the chart."""
        return None if self.position is None else self.chart.months[self.position]

    @property
    def month_label(self) -> str:
        """« octobre 2026 », « 3ᵉ trimestre 2026 », « douze mois, jusqu'en octobre 2026 », « fin octobre 2026 »; "" outside the
        chart."""
        if self.latest is None:
            return ""
        if self.kind == ChartKind.BY_QUARTER:
            return quarter_label(self.latest)
        return f"{BEFORE_MONTH.get(self.kind, '')}{french.month_label(self.latest)}"

    @property
    def month_in_words(self) -> str:
        """« en octobre 2026 », « au 3ᵉ trimestre 2026 », « sur douze mois, jusqu'en octobre 2026 »; "" without a month."""
        return self.month_label and f"{PREPOSITIONS.get(self.kind, 'en ')}{self.month_label}"

    @property
    def time(self) -> tuple[date | None, ChartKind | None]:
        """What the signal is of: a month, whether of it or of its end, or several, of which kind."""
        several = self.kind in (ChartKind.BY_QUARTER, ChartKind.YEAR)
        return self.latest, self.kind if several else None

    def is_within(self, first: date, last: date) -> bool:
        """Whether the month or quarter, or the one in which it is judged, overlaps a period."""
        if self.latest is None:
            return False
        later = 2 if self.kind == ChartKind.BY_QUARTER else self.chart.lag
        end = add_months(self.latest, later)
        return self.latest <= last and first <= month_end(end)

    @cached_property
    def variation(self) -> Variation:
        """The kind of signal: alert, improvement, change, none, too few cases or no data."""
        if self.position is None:
            return Variation.NO_DATA
        if self.chart.level_start[self.position] < 0:
            # Of a month that is no point either it is too early, as long as there were too few months with any value.
            months = int(np.isfinite(self.chart.values[: self.position + 1]).sum())
            return Variation.TOO_FEW if 0 < months < MINIMUM_POINTS else Variation.NO_DATA
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
        """Whether the target is met always, never or by chance, given the limits of the month."""
        direction = BY_CODE[self.indicator].direction
        if self.target is None or direction == "neither":
            return Assurance.NO_TARGET
        return assurance(self.range, self.target, direction)

    @property
    def level(self) -> Level | None:
        """The level in force; None without one."""
        return None if self.position is None else self.chart.level(self.position)

    @property
    def months_behind(self) -> int:
        """The number of points that make an aggregate's month a signal: of one beyond its limits 1, of a run RUN."""
        return 1 if self.rule == OUTSIDE else RUN

    @cached_property
    def gap(self) -> observed_vs_expected.Gap | None:
        """For an aggregate with a signal, the sites that the gap comes from; None for others, and where the gap beside what its
        sites usually show lies on the other side than the signal, which is beside a level of its own."""
        c, spread = self.chart.comparison, self.chart.spread
        if c is None or spread is None or self.position is None or not self.side:
            return None
        points = np.flatnonzero(self.chart.level_start[: self.position + 1] >= 0)
        found = observed_vs_expected.gap(
            c,
            slice(int(points[-self.months_behind :][0]), self.position + 1),
            float(spread[self.position]),
            family_of(self.indicator),
        )
        return found if found.z * self.side > 0 else None

    @property
    def causes(self) -> tuple[str, ...]:
        """The codes of the sites that an aggregate's gap comes from; empty where there are none, or too many to name."""
        gap = self.gap
        if gap is None or gap.spread != observed_vs_expected.Spread.NAMED:
            return ()
        return tuple(self.chart.sites[i] for i in gap.sites)

    @property
    def value_without_causes(self) -> float | None:
        """An aggregate's value without the sites of `causes`, of the months that make the signal; None without causes, or where
        too little is left."""
        return self._of_rest(None if self.gap is None else self.gap.rest_observed)

    @property
    def usual_without_causes(self) -> float | None:
        """What is usual of `value_without_causes`."""
        return self._of_rest(None if self.gap is None else self.gap.rest_expected)

    def _of_rest(self, value: float | None) -> float | None:
        """A value of the sites that are not named, in the displayed unit; None where it may not be read."""
        if not self.causes or self.gap is None or value is None:
            return None
        if not self.gap.rest_bases or self.gap.rest_bases < BY_CODE[self.indicator].minimum:
            return None
        return float(in_unit(self.indicator, np.array([value]))[0])

    @property
    def has_season(self) -> bool:
        """Whether an aggregate's month is held against a season that its sites share."""
        c = self.chart.comparison
        return (
            c is not None
            and self.position is not None
            and bool(c.shared_error[:, self.position].any())
        )

    @property
    def is_of_some_sites(self) -> bool:
        """Whether an aggregate's value is over some of its sites only: others had cases too, and no usual value yet."""
        c = self.chart.comparison
        if c is None or self.position is None or self.chart.median is not None:
            return False
        return bool(self.chart.n[self.position] > c.bases[:, self.position].sum() + 0.5)

    @property
    def young_sites(self) -> tuple[str, ...]:
        """The codes of an aggregate's sites that the comparison leaves out, since their usual value is not known yet."""
        c = self.chart.comparison
        if c is None or self.position is None:
            return ()
        out = c.bases[:, self.position] == 0
        return tuple(s for s, o in zip(self.chart.sites, out, strict=True) if o)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def signal(chart: ControlChart, month: date, target: float | None = None) -> Signal:
    """The signal of a control chart at a month (its first day), or of one beside it where that is graver, or alone judged.
    target: the one in force."""
    ways = [Signal(one, one.position(month), target) for one in (chart, *chart.beside)]
    return min(
        ways,
        key=lambda one: (
            SIGNALLED.index(one.variation) if one.is_signal else len(SIGNALLED),
            not one.is_judged,
        ),
    )


MOST = {
    "percent": (100, "un pourcentage ne dépasse pas 100"),
    "minutes": (
        french.LONGEST_WAIT,
        f"au-delà de {french.LONGEST_WAIT} minutes, les attentes ne sont plus distinguées",
    ),
}


def target_problem(indicator: str, target: float) -> str:
    """Why a value cannot be a target of the indicator, in French; "" where it can."""
    if not math.isfinite(target):
        return "Il faut une valeur."
    most, why = MOST.get(BY_CODE[indicator].unit, (math.inf, ""))
    if 0 <= target <= most:
        return ""
    wanted = french.number(target, 0 if float(target).is_integer() else 1)
    return f"{wanted} n'est pas une valeur possible : {'elle est au-dessous de 0' if target < 0 else why}."


def rank(one: Signal) -> tuple[int, int]:
    """The sort key of a signal, the gravest first: a month outside its limits before a run of months on one side; then in the
    order of FOLLOWED, what people feel first."""
    return int(one.rule != OUTSIDE), FOLLOWED.index(one.indicator)


def gravest_first(flagged: Iterable[tuple[str, Signal]]) -> list[tuple[str, Signal]]:
    """(site name, signal) sorted: alerts, then improvements, then changes; in each, the site with the gravest signal first,
    with all its signals together."""
    by_site: dict[tuple[Variation, str], list[Signal]] = {}
    for name, one in flagged:
        by_site.setdefault((one.variation, name), []).append(one)
    own = [(kind, name, sorted(found, key=rank)) for (kind, name), found in by_site.items()]
    own.sort(key=lambda o: (SIGNALLED.index(o[0]), rank(o[2][0]), french.alphabetical(o[1])))
    return [(name, one) for _, name, found in own for one in found]


def quarter_label(start: date) -> str:
    """« 3ᵉ trimestre 2026 », from its first day."""
    return Period(start, month_end(add_months(start, 2))).label
