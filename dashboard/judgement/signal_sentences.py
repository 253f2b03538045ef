"""One month of a series in French: beside its usual value, the rule that makes it a signal, and the sites that its gap comes
from."""

import math
from collections.abc import Iterable, Mapping
from datetime import date

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import SHARES, WAITS
from dashboard.judgement.signals import Signal
from dashboard.statistics import observed_vs_expected, sentences
from dashboard.statistics.seasonal import HISTORY
from dashboard.statistics.variation import FROZEN_POINTS, MINIMUM_POINTS, ChartKind, Variation
from dashboard.wording import value_with_unit

# Relative distance from the usual value from which a month without a signal is said to have too few cases, if that is why.
FAR = 0.15
FEW = 3.0  # standard deviations within which chance alone explains a gap


def distinct_values(indicator: str, value: float, usual: float) -> tuple[str, str]:
    """Both values in words, with enough decimals to differ: « 4,02 % » and « 3,97 % », not « 4,0 % » twice."""
    i = BY_CODE[indicator]
    words = value_with_unit(i, value), value_with_unit(i, usual)
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


def value_with_state(one: Signal) -> str:
    """The month's own value beside its usual value: « 73 %, contre 75 % d'habitude à répartition égale (alerte) »; "" where it
    has no value or is not judged."""
    said = value_beside_usual(one)
    if not said:
        return ""
    mixed = one.kind == ChartKind.EXPECTED and one.is_signal and one.indicator not in WAITS
    equal = " à répartition égale" if mixed else ""
    word = f" ({sentences.STATES[one.variation]})" if one.is_signal else ""
    return f"{said}{equal}{word}"


def _with_month(subject: str, one: Signal) -> str:
    """The subject with the month: « Attente médiane en octobre 2026 », « Plaintes au 3ᵉ trimestre 2026 »."""
    comma = (
        "," if "," in subject else ""
    )  # « Usagers satisfaits, selon le registre, en octobre 2026 »
    return f"{subject}{comma} {one.month_in_words}"


def card_state(one: Signal) -> str:
    """The signal in a card's short line: « alerte en octobre : 73 %, contre 75 % d'habitude »."""
    said = value_beside_usual(one)
    if not said or one.latest is None:
        return sentences.VARIATIONS[one.variation]
    quarter = one.kind == ChartKind.BY_QUARTER
    when = one.month_label.rsplit(" ", 1)[0]
    if one.kind == ChartKind.VOLUME:  # it has a season, and the card may show a year's figure
        said += f" en {when}"
    if one.is_signal:
        when = f"{sentences.STATES[one.variation]} {'au' if quarter else 'en'} {when}"
    return f"{when}{french.SPACE}: {said}"


def value_beside_usual(one: Signal) -> str:
    """The value beside its usual value, without the month: « 73 %, contre 75 % d'habitude », « 74 %, rien d'inhabituel (75 %
    d'habitude) », « 18,7 par jour ; d'habitude de 15,1 à 21,0 »; for an aggregate that leaves out sites whose month is not
    judged, that it is over the others."""
    said = _value_beside_usual(one)
    return f"{said}, dans les centres jugés" if said and one.is_of_some_sites else said


def _value_beside_usual(one: Signal) -> str:
    if one.displayed_value is None or not one.is_judged:
        return ""
    i, usually = BY_CODE[one.indicator], one.displayed_usual
    if one.kind == ChartKind.VOLUME and one.range:
        low, high = (value_with_unit(i, end) for end in one.range)
        return f"{value_with_unit(i, one.displayed_value)} par jour{french.SPACE}; d'habitude de {low} à {high}"
    if usually is None:
        return value_with_unit(i, one.displayed_value) + (
            "" if one.is_signal else ", rien d'inhabituel"
        )
    if one.is_signal:
        value, usual = distinct_values(i.code, one.displayed_value, usually)
        if value == usual:
            return f"{value}, à peine {'plus' if one.side > 0 else 'moins'} que d'habitude"
        return f"{value}, contre {usual} d'habitude"
    value, usual = value_with_unit(i, one.displayed_value), value_with_unit(i, usually)
    if value == usual:
        return f"{value}, comme d'habitude"
    far = abs(one.displayed_value - usually) > FAR * usually
    why = "trop peu de cas pour conclure" if far and _few(one, usually) else "rien d'inhabituel"
    return f"{value}, {why} ({usual} d'habitude)"


def _few(one: Signal, usual: float) -> bool:
    """Whether it is the small number of cases that explains the gap of a share, rather than how much months differ."""
    if one.indicator not in SHARES or not one.n:
        return False
    part = min(max(usual / 100, 0.01), 0.99)
    return abs((one.displayed_value or 0) - usual) <= FEW * 100 * math.sqrt(
        part * (1 - part) / one.n
    )


def rule_in_words(one: Signal) -> str:
    """The rule that makes the month a signal: « au-dessus de ce que le hasard permet »; "" where none does."""
    rule = sentences.RULES.get((one.rule, one.side), "")
    return rule.replace("mois", "trimestres") if one.kind == ChartKind.BY_QUARTER else rule


def gap_origin(one: Signal, names: Mapping[str, str]) -> str:
    """« Sans compter le CCSP de Djougou : 75 %, rien d'inhabituel. »: the sites that an aggregate's signal comes from; "" where
    there are none to name. names: of sites, by code."""
    if not one.is_signal or one.gap is None:
        return ""
    if not one.causes:
        everywhere = one.gap.spread == observed_vs_expected.Spread.EVERYWHERE
        return "Plusieurs centres s'en écartent à la fois." if everywhere else ""
    these = [f"le {names[c]}" for c in one.causes]
    if one.value_without_causes is None:
        return f"Surtout{french.SPACE}: {french.join_words(these)}."
    # For waits this value is on the curve's scale, and not a median.
    rest = (
        ""
        if one.indicator in WAITS
        else f" {value_with_unit(BY_CODE[one.indicator], one.value_without_causes)},"
    )
    return f"Sans compter {french.join_words(these)}{french.SPACE}:{rest} rien d'inhabituel."


def beside_aggregate(one: Signal, aggregate: Signal | None) -> str:
    """For a site with a signal, its direction and where that leaves it beside the aggregate: « en hausse par rapport à son
    habitude ; encore sous l'ensemble (75 %) »; "" without a signal."""
    if not one.is_signal or one.displayed_value is None:
        return ""
    way = "en hausse" if one.side > 0 else "en baisse"
    text = f"{way} par rapport à son habitude"
    value = (
        None if aggregate is None or aggregate.latest != one.latest else aggregate.displayed_value
    )
    if value is None or (one.displayed_value - value) * one.side >= 0:
        return text
    place = "sous" if one.side > 0 else "au-dessus de"
    of = value_with_unit(BY_CODE[one.indicator], value)
    return f"{text}{french.SPACE}; encore {place} l'ensemble ({of})"


def limits_basis(one: Signal) -> str:
    """How many months the limits rest on: « limites fixées sur 24 mois »; "" without limits."""
    if not one.is_judged or one.kind == ChartKind.VOLUME:
        return "saison et croissance comprises" if one.is_judged else ""
    if one.points >= FROZEN_POINTS:
        return f"limites fixées sur {_points(one, FROZEN_POINTS)}"
    return f"limites provisoires, sur {_points(one, one.points)}"


def verdict(one: Signal, subject: str = "", *, limits: bool = True) -> str:
    """The month in a sentence: signal, no signal or too few cases. subject: by default the indicator. limits: add the rule and
    the basis of the limits; without them it is a headline, without a full stop."""
    subject = subject or BY_CODE[one.indicator].label
    colon = f"{subject}{french.SPACE}: "
    if one.variation == Variation.NO_DATA:
        when = (
            f" {'le ' if one.kind == ChartKind.BY_QUARTER else ''}{one.month_label}"
            if one.month_label
            else ""
        )
        text = f"{colon}pas assez de données pour juger{when}"
    elif one.variation == Variation.TOO_FEW:
        text = f"{colon}{too_few(one)}"
    else:
        said = value_with_state(one) or sentences.VARIATIONS[one.variation]
        text = f"{_with_month(subject, one)}{french.SPACE}: {said}"
        details = [rule_in_words(one), limits_basis(one)] if limits else []
        more = f"{french.SPACE}; ".join(d for d in details if d)
        text += f", {more}" if more else ""
    return f"{text}." if limits else text


def too_few(one: Signal) -> str:
    """Why a month with a value is not judged, in French."""
    if one.kind == ChartKind.VOLUME:
        needed = (
            f"il faut plus de trois ans de données, {HISTORY + 1} mois, pour connaître les saisons"
        )
        if one.value is None or one.year_before is None:
            return f"trop tôt pour dire si ce chiffre est inhabituel ({needed})"
        i = BY_CODE[one.indicator]
        # With several sites, the two counts may be over different ones.
        before = f", {value_with_unit(i, one.year_before)} le même mois un an avant"
        said = f"{value_with_unit(i, one.value)} par jour en {one.month_label}"
        return f"{said}{'' if one.chart.of_several else before} ; {needed}"
    return f"trop tôt pour conclure ({one.points} des {_points(one, MINIMUM_POINTS)} nécessaires)"


def _points(one: Signal, n: int) -> str:
    """« 24 mois », « 1 trimestre »: n points of a signal's chart."""
    if one.kind == ChartKind.BY_QUARTER:
        return french.plural(n, "trimestre")
    return french.plural(n, "mois", "mois")


def months_in_words(signals: Iterable[Signal]) -> str:
    """The months and quarters of these signals, the latest first: « en octobre 2026 », « en octobre 2026 (au 3ᵉ trimestre 2026
    pour les chiffres qui ont peu de cas par mois) »."""
    known = (one for one in signals if one.latest)
    latest_first = sorted(known, key=lambda one: one.latest or date.min, reverse=True)
    said: dict[bool, dict[str, None]] = {False: {}, True: {}}
    for one in latest_first:
        said[one.kind == ChartKind.BY_QUARTER].setdefault(one.month_in_words)
    of_months, of_quarters = (
        french.join_words(list(one), "ou") for one in (said[False], said[True])
    )
    if not of_months or not of_quarters:
        return of_months or of_quarters
    return f"{of_months} ({of_quarters} pour les chiffres qui ont peu de cas par mois)"
