"""What one month of a series allows one to say: signal or not, beside what is usual, and where a gap comes from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.judgement.courses import (
    CHARTED,
    FOLLOWED,
    RATES,
    SHARES,
    WAITS,
    Course,
    Level,
    in_unit,
)
from dashboard.period import Period, add_months, month_end
from dashboard.statistics import expected, sentences
from dashboard.statistics.limits import NONE, OUTSIDE, RUN
from dashboard.statistics.seasonal import HISTORY, YEAR
from dashboard.statistics.variation import (
    FROZEN_POINTS,
    MINIMUM_POINTS,
    Assurance,
    ChartKind,
    Variation,
    assurance,
    variation,
)
from dashboard.wording import amount

__all__ = [
    "CHARTED",
    "FOLLOWED",
    "RATES",
    "SHARES",
    "Signal",
    "against",
    "apart",
    "because",
    "beside",
    "impossible",
    "in_short",
    "origin",
    "rank",
    "settled",
    "signal",
    "told",
    "too_few",
    "verdict",
]


@dataclass(frozen=True, eq=False)
class Signal:
    """What one month of a course says; at: its position, None where the month is not of the series. target: in force."""

    course: Course
    at: int | None
    target: float | None = None

    @property
    def indicator(self) -> str:
        """Of which indicator."""
        return self.course.indicator

    @property
    def scope(self) -> str:
        """Of which site, department, or the nation."""
        return self.course.scope

    @property
    def kind(self) -> ChartKind:
        """How it is judged."""
        return self.course.kind

    @property
    def charted(self) -> bool:
        """Whether the month is held against something usual."""
        return self.variation not in (Variation.TOO_FEW, Variation.NO_DATA)

    @property
    def value(self) -> float | None:
        """The month's own value; None where it has none."""
        return None if self.at is None else _known(self.course.values[self.at])

    @property
    def usual(self) -> float | None:
        """What was usual there when the month was judged."""
        return None if self.at is None else _known(self.course.then[self.at])

    @property
    def year_before(self) -> float | None:
        """The value twelve months before; None where there is none, or of quarters."""
        if self.at is None or self.at < YEAR or self.kind == ChartKind.BY_QUARTER:
            return None
        return _known(self.course.values[self.at - YEAR])

    @property
    def range(self) -> tuple[float, float] | None:
        """Between what the month usually lies; None without limits."""
        if self.at is None:
            return None
        low, high = (_known(end[self.at]) for end in self.course.limits)
        return None if low is None or high is None else (low, high)

    @property
    def rule(self) -> int:
        """Which of the two rules makes it a signal; NONE where neither does."""
        return NONE if self.at is None else int(self.course.rule[self.at])

    @property
    def side(self) -> int:
        """1 above, -1 below what is usual, 0 without a signal."""
        return 0 if self.at is None else int(self.course.side[self.at])

    @property
    def points(self) -> int:
        """How many points the limits in force rested on, at most 24; without limits, how many there were."""
        if self.at is None:
            return 0
        level = self.course.level(self.at)
        begin = 0 if level is None else self.course.months.index(level.start)
        there = self.course.begin[begin : self.at + 1] >= 0
        return min(int(there.sum()), FROZEN_POINTS)

    @property
    def base(self) -> int:
        """How many the month's value rests on."""
        return 0 if self.at is None else int(self.course.n[self.at])

    @property
    def latest(self) -> date | None:
        """The first day of the month, or of the quarter."""
        return None if self.at is None else self.course.months[self.at]

    @property
    def when(self) -> str:
        """The month, or the quarter: « octobre 2026 »; "" without one."""
        if self.latest is None:
            return ""
        if self.kind == ChartKind.BY_QUARTER:
            return quarter_label(self.latest)
        return french.month_label(self.latest)

    def within(self, first: date, last: date) -> bool:
        """Whether the month, or the quarter, lies in a period at least in part."""
        if self.latest is None:
            return False
        end = self.latest if self.kind != ChartKind.BY_QUARTER else add_months(self.latest, 2)
        return self.latest <= last and first <= month_end(end)

    @property
    def variation(self) -> Variation:
        """What the month says, by the direction that is good."""
        if self.at is None or self.course.begin[self.at] < 0:
            return Variation.NO_DATA
        # A point from before its level had limits has been held against the first ones.
        if self.usual is None and not self.side:
            return Variation.TOO_FEW
        return variation(self.side, BY_CODE[self.indicator].direction)

    @property
    def flagged(self) -> bool:
        """Whether it is a signal."""
        return self.variation in (Variation.IMPROVEMENT, Variation.CONCERN, Variation.NEUTRAL)

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
        return None if self.at is None else self.course.level(self.at)

    @cached_property
    def gap(self) -> expected.Gap | None:
        """Of a whole with a signal: the sites that it comes from; None elsewhere."""
        c, spread = self.course.comparison, self.course.spread
        if c is None or spread is None or self.at is None or not self.side:
            return None
        points = np.flatnonzero(self.course.begin[: self.at + 1] >= 0)
        first = self.at if self.rule == OUTSIDE else int(points[-RUN:][0])
        return expected.gap(c, slice(first, self.at + 1), float(spread[self.at]))

    @property
    def causes(self) -> tuple[str, ...]:
        """The codes of the sites without which the whole is as usual; empty where there are none, or more than a few."""
        gap = self.gap
        if gap is None or gap.spread != expected.Spread.NAMED:
            return ()
        return tuple(self.course.sites[i] for i in gap.sites)

    @property
    def rest(self) -> float | None:
        """What the whole shows in the month without `causes`, and that is as usual; None where nobody is left."""
        c, gap = self.course.comparison, self.gap
        if not self.causes or gap is None or c is None:
            return None
        left = [i for i in range(len(self.course.sites)) if i not in gap.sites]
        n = float(c.bases[left, self.at].sum())
        if not n:
            return None
        return float(in_unit(self.indicator, c.observed[left, self.at].sum(keepdims=True) / n)[0])

    @property
    def young(self) -> tuple[str, ...]:
        """The codes of a whole's sites that had visits and stand outside: their usual is not known yet."""
        c = self.course.comparison
        if c is None or self.at is None:
            return ()
        out = c.bases[:, self.at] == 0
        return tuple(s for s, o in zip(self.course.sites, out, strict=True) if o)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def signal(course: Course, month: date, target: float | None = None) -> Signal:
    """The signal of a course at a month (its first day)."""
    return Signal(course, course.position(month), target)


TYPICAL = "attente typique de "  # what a wait's curve follows; a headline says the figure alone
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


def apart(indicator: str, value: float, usual: float) -> tuple[str, str]:
    """Both in words, with the decimals that tell them apart: « 4,02 % » and « 3,97 % », not « 4,0 % » twice."""
    i = BY_CODE[indicator]
    words = amount(i, value), amount(i, usual)
    for decimals in (1, 2):
        if words[0] != words[1]:
            break
        one, other = (french.number(x, decimals) for x in (value, usual))
        unit = {"percent": "%", "minutes": "min", "days": "jours"}.get(i.unit, "")
        words = (
            f"{one}{french.SPACE}{unit}".rstrip(f" {french.SPACE}"),
            f"{other}{french.SPACE}{unit}".rstrip(f" {french.SPACE}"),
        )
    return words


def told(one: Signal) -> str:
    """The month's own value beside what is usual: « 73 %, pour 75 % d'habitude à répartition égale (alerte) »; "" where the
    month has no value, or is not judged."""
    said = beside(one)
    if not said:
        return ""
    equal = " à répartition égale" if one.kind == ChartKind.EXPECTED and one.flagged else ""
    word = f" ({sentences.STATES[one.variation]})" if one.flagged else ""
    return f"{said}{equal}{word}"


def _dated(subject: str, one: Signal) -> str:
    """« Attente médiane en octobre 2026 », « Plaintes au 3ᵉ trimestre 2026 »."""
    comma = (
        "," if "," in subject else ""
    )  # « Usagers satisfaits, selon le registre, en octobre 2026 »
    return f"{subject}{comma} {'au' if one.kind == ChartKind.BY_QUARTER else 'en'} {one.when}"


def in_short(one: Signal) -> str:
    """The same for a card, where the end of a line may be cut: « alerte en octobre : 73 %, pour 75 % d'habitude »."""
    said = beside(one).removeprefix(TYPICAL)
    if not said or one.latest is None:
        return sentences.VARIATIONS[one.variation]
    quarter = one.kind == ChartKind.BY_QUARTER
    when = one.when.rsplit(" ", 1)[0]
    if (
        one.kind == ChartKind.VOLUME
    ):  # which has its season, and a year's figure may stand beside it
        said += f" en {when}"
    if one.flagged:
        when = f"{sentences.STATES[one.variation]} {'au' if quarter else 'en'} {when}"
    return f"{when}{french.SPACE}: {said}"


def beside(one: Signal) -> str:
    """The same without the month: « 73 %, pour 75 % d'habitude », « 74 %, dans l'habitude (75 %) », « 18,7 par jour ;
    d'habitude de 15,1 à 21,0 »."""
    if one.value is None or not one.charted:
        return ""
    i = BY_CODE[one.indicator]
    if one.kind == ChartKind.VOLUME and one.range:
        low, high = (amount(i, end) for end in one.range)
        return f"{amount(i, one.value)} par jour{french.SPACE}; d'habitude de {low} à {high}"
    typical = TYPICAL if i.code in WAITS else ""
    if one.usual is None:
        return f"{typical}{amount(i, one.value)}"
    if one.flagged:
        value, usual = apart(i.code, one.value, one.usual)
        return f"{typical}{value}, pour {usual} d'habitude"
    value, usual = amount(i, one.value), amount(i, one.usual)
    like = "comme d'habitude" if value == usual else f"dans l'habitude ({usual})"
    return f"{typical}{value}, {like}"


def rank(one: Signal) -> tuple[int, int]:
    """Where a signal stands among others, the gravest first: a month beyond what chance allows before a long run just beside
    what is usual; then what people feel before what only registers show, in the order of INDICATORS."""
    return int(one.rule != OUTSIDE), FOLLOWED.index(one.indicator)


def because(one: Signal) -> str:
    """The rule that makes the month a signal: « au-dessus de ce que le hasard permet »; "" where none does."""
    rule = sentences.RULES.get((one.rule, one.side), "")
    return rule.replace("mois", "trimestres") if one.kind == ChartKind.BY_QUARTER else rule


def origin(one: Signal, names: Mapping[str, str]) -> str:
    """Where a whole's gap comes from: « L'écart vient du CCSP de Djougou ; sans lui, 75 %, comme d'habitude. »; "" where
    there is none to explain. names: of sites, by code."""
    if not one.flagged or one.gap is None:
        return ""
    if not one.causes:
        everywhere = one.gap.spread == expected.Spread.EVERYWHERE
        return "L'écart vient de plusieurs centres à la fois." if everywhere else ""
    text = f"L'écart vient {french.join_words([f'du {names[c]}' for c in one.causes])}"
    if one.rest is None:
        return f"{text}."
    without = "lui" if len(one.causes) == 1 else "eux"
    rest = amount(BY_CODE[one.indicator], one.rest)
    return f"{text}{french.SPACE}; sans {without}, {rest}, comme d'habitude."


def against(one: Signal, whole: Signal | None) -> str:
    """Of a site with a signal: which way it went, and where that leaves it beside the whole: « en hausse par rapport à son
    habitude ; encore sous l'ensemble (75 %) »; "" without a signal."""
    if not one.flagged or one.value is None:
        return ""
    way = "en hausse" if one.side > 0 else "en baisse"
    text = f"{way} par rapport à son habitude"
    value = None if whole is None or whole.latest != one.latest else whole.value
    if value is None or (one.value - value) * one.side >= 0:
        return text
    place = "sous" if one.side > 0 else "au-dessus de"
    of = amount(BY_CODE[one.indicator], value)
    return f"{text}{french.SPACE}; encore {place} l'ensemble ({of})"


def settled(one: Signal) -> str:
    """How settled the limits are: « limites fixées sur 24 points »; "" without limits."""
    if not one.charted or one.kind == ChartKind.VOLUME:
        return "saison et croissance comprises" if one.charted else ""
    if one.points >= FROZEN_POINTS:
        return f"limites fixées sur {french.plural(FROZEN_POINTS, 'point')}"
    return f"limites provisoires, sur {french.plural(one.points, 'point')}"


def verdict(one: Signal, subject: str = "", *, limits: bool = True) -> str:
    """What the month says, in a sentence: signal, no signal or too few. subject: by default the indicator. limits: with
    what is to be known of the limits; without it is a headline, which says nothing of the rule either, and has
    no full stop."""
    subject = subject or BY_CODE[one.indicator].label
    colon = f"{subject}{french.SPACE}: "
    if one.variation == Variation.NO_DATA:
        text = f"{colon}aucune donnée en {one.when}" if one.when else f"{colon}aucune donnée"
    elif one.variation == Variation.TOO_FEW:
        text = f"{colon}{too_few(one)}"
    else:
        said = told(one) or sentences.VARIATIONS[one.variation]
        said = said if limits else said.removeprefix(TYPICAL)
        text = f"{_dated(subject, one)}{french.SPACE}: {said}"
        details = [because(one), settled(one)] if limits else []
        more = f"{french.SPACE}; ".join(d for d in details if d)
        text += f", {more}" if more else ""
    return f"{text}." if limits else text


def too_few(one: Signal) -> str:
    """Why a month with a value is not judged."""
    if one.kind == ChartKind.VOLUME:
        needed = f"il faut {HISTORY + 1} mois pour juger"
        if one.value is None or one.year_before is None:
            return f"trop tôt pour conclure, {needed}"
        i = BY_CODE[one.indicator]
        return (
            f"{amount(i, one.value)} par jour en {one.when}, {amount(i, one.year_before)} le même mois un an avant ;"
            f" {needed}"
        )
    have = french.number(one.points)
    return f"trop peu de points pour conclure ({have} sur les {MINIMUM_POINTS} nécessaires)"


def quarter_label(start: date) -> str:
    """« 3ᵉ trimestre 2026 », from its first day."""
    return Period(start, month_end(add_months(start, 2))).label
