"""One month of a series in French: beside its usual value, the rule that makes it a signal, and the sites that its gap comes
from."""

from collections.abc import Iterable, Mapping
from datetime import date

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import WAITS
from dashboard.judgement.signal_reasons import (
    CALM,
    VARIES,
    allows_all,
    is_far,
    reason,
    run,
    side_in_words,
)
from dashboard.judgement.signals import BEFORE_MONTH, PREPOSITIONS, Signal
from dashboard.judgement.usual_ranges import earlier_level_in_words, range_in_words
from dashboard.statistics import observed_vs_expected, sentences
from dashboard.statistics.control_limits import OUTSIDE, RUN
from dashboard.statistics.seasonal import HISTORY
from dashboard.statistics.stocks import APART
from dashboard.statistics.variation import FROZEN_POINTS, MINIMUM_POINTS, ChartKind, Variation
from dashboard.wording import distinct_values, value_with_unit

# What the limits rest on, where it is not the first months of a level.
BASES = {
    ChartKind.YEAR: "douze mois ensemble, à côté des deux ans d'avant",
    ChartKind.STOCK: "moyenne des fins de mois de deux ans, sans les trois dernières",
}

USUALLY = {ChartKind.YEAR: "auparavant", ChartKind.VOLUME: "d'habitude en cette saison"}
NO_RUNS = (ChartKind.BY_QUARTER, ChartKind.YEAR, ChartKind.STOCK, ChartKind.RARE)
NONE_WORSE = "aucune dégradation relevée"
FROM = f"signal dès {RUN}"  # months in a row on one side
NEARLY = (
    RUN - 2
)  # from here on they are told though they are no signal: shorter rows come by chance all the time


def value_with_state(one: Signal) -> str:
    """The month's own value beside its usual value: « 73 %, contre 75 % d'habitude à répartition égale (alerte) »; "" where it
    has no value or is not judged."""
    said = value_beside_usual(one)
    if not said:
        return ""
    mixed = one.kind == ChartKind.EXPECTED and one.is_signal and one.indicator not in WAITS
    mixed &= not one.is_of_some_sites  # which is said after it
    equal = " à répartition égale" if mixed else ""
    word = f" ({state(one)})" if one.is_signal else ""
    return f"{said}{equal}{word}"


def _with_month(subject: str, one: Signal) -> str:
    """The subject with the month: « Attente médiane en octobre 2026 », « Plaintes au 3ᵉ trimestre 2026 »."""
    comma = (
        "," if "," in subject else ""
    )  # « Usagers satisfaits, selon le registre, en octobre 2026 »
    return f"{subject}{comma} {one.month_in_words}"


def card_state(one: Signal, since: str = "") -> str:
    """The month in a card's short line, beside a figure of the whole period: what it is, when, beside what is usual, and why it
    is a signal or none. « alerte depuis juin 2026 ; octobre seul : 73 %, contre 80 % d'habitude, hors de ses variations
    habituelles (de 75 à 86 %) », « octobre seul : 74 %, rien d'inhabituel (75 % d'habitude) ». since: since when a signal
    lasts, in words."""
    said = value_beside_usual(one)
    if not said or one.latest is None:
        return sentences.VARIATIONS[one.variation]
    when = one.month_label.rsplit(" ", 1)[0]
    if one.kind not in BEFORE_MONTH:
        when += " seul"
    if not one.is_signal:
        told = (f"{when}{french.SPACE}: {said}{_how_long(one)}", earlier_level_in_words(one))
        return f"{french.SPACE}; ".join(filter(None, told))
    space = "" if not since else " " if since.startswith("depuis") else ", "
    head = f"{state(one)}{space}{since}{french.SPACE}; {PREPOSITIONS.get(one.kind, '')}{when}"
    return f"{head}{french.SPACE}: {said}, {_why(one)}"


def value_beside_usual(one: Signal) -> str:
    """The value beside its usual value, without the month: « 73 %, contre 75 % d'habitude », « 74 %, rien d'inhabituel (75 %
    d'habitude) », « 73 %, contre 80 % d'habitude, dans ses variations habituelles (de 70 à 89 %) », « 8,1 par jour,
    contre 11,1 d'habitude en cette saison »; for an aggregate that leaves out sites whose usual value is not known, that it is
    over the others."""
    said = _value_beside_usual(one)
    return (
        f"{said}, dans les centres dont on connaît l'habitude"
        if said and one.is_of_some_sites
        else said
    )


def _value_beside_usual(one: Signal) -> str:
    if one.displayed_value is None or not one.is_judged:
        return ""
    i, usually, before = BY_CODE[one.indicator], one.displayed_usual, _before(one)
    by_day = " par jour" if one.kind == ChartKind.VOLUME else ""
    value = f"{value_with_unit(i, one.displayed_value)}{by_day}"
    if usually is None:
        return value + ("" if one.is_signal else f", {CALM}")
    if one.is_signal:
        value, usual = distinct_values(i.code, one.displayed_value, usually)
        if value == usual:
            return f"{value}{by_day}, à peine {'plus' if one.side > 0 else 'moins'} que {before}"
        return f"{value}{by_day}, contre {usual} {before}"
    usual = value_with_unit(i, usually)
    if value == f"{usual}{by_day}":
        return f"{value}, comme {before}"
    if not is_far(one):
        return f"{value}, {CALM} ({usual} {before})"
    return f"{value}, contre {usual} {before}, {_why(one)}"


def _why(one: Signal) -> str:
    """« hors de ses variations habituelles (de 75 à 86 %) », « dans ses variations habituelles, mais 9 mois de suite au-dessous
    (signal dès 8) »: why the month is a signal, or is none although it is far from usual."""
    if one.is_signal and one.rule != OUTSIDE:
        return f"{VARIES}, mais {reason(one)} ({FROM})"
    bounds = "" if not one.is_signal and allows_all(one) else range_in_words(one)
    return f"{reason(one)}{f' ({bounds})' if bounds else ''}"


def _how_long(one: Signal) -> str:
    """« , 7 mois de suite au-dessous (signal dès 8) »: for how long a large gap that is nearly a signal has lasted; "" of a small
    or a short one, or where it is not of single months."""
    if not is_far(one) or one.value is None or one.usual is None or one.kind in NO_RUNS:
        return ""
    side = 1 if one.value > one.usual else -1
    n = len(run(one, side))
    return f", {n}{french.SPACE}mois de suite {side_in_words(side)} ({FROM})" if n >= NEARLY else ""


def state(one: Signal) -> str:
    """« alerte », « amélioration », « changement »; « alerte légère » of a long run within what is usual."""
    words = sentences.STATES if one.rule == OUTSIDE else sentences.SLIGHT
    return words[one.variation]


def named(one: Signal) -> str:
    """« signal d'alerte », « signal d'alerte légère », « signal de changement »; of a month that is none, « pas de signal »."""
    if not one.is_signal:
        return sentences.VARIATIONS[one.variation]
    return f"signal {french.elide('de', state(one))}"


def _before(one: Signal) -> str:
    """What the usual value is called: that of the two years before, where twelve months are compared with it; of visits, that of
    their season."""
    return USUALLY.get(one.kind, "d'habitude")


def volume_gap(one: Signal) -> float | None:
    """How far visits per open day are from those of their season, relative to these: −0.36 for 36 % under; None where they are
    not judged."""
    if one.kind != ChartKind.VOLUME or not one.usual or one.value is None or not one.is_judged:
        return None
    return one.value / one.usual - 1


def volume_change_in_words(one: Signal, since: str) -> str:
    """« 9,9 usagers par jour, 36 % de moins que d'habitude en cette saison (changement, hors de ses variations habituelles,
    depuis août) »: a signal of visits per open day, which is neither an alert nor an improvement."""
    gap, value = volume_gap(one) or 0, one.displayed_value or 0
    users = "usager" if value < 2 else "usagers"
    way = "de plus" if gap > 0 else "de moins"
    said = f"{value_with_unit(BY_CODE[one.indicator], value)} {users} par jour, {french.percent(100 * abs(gap))} {way}"
    why = ", ".join(filter(None, (state(one), reason(one), since)))
    return f"{said} que d'habitude en cette saison ({why})"


def rule_in_words(one: Signal) -> str:
    """The rule that makes the month a signal: « au-dessus de ce que le hasard permet »; "" where none does."""
    rule = sentences.RULES.get((one.rule, one.side), "")
    return rule.replace("mois", "trimestres") if one.kind == ChartKind.BY_QUARTER else rule


def gap_origin(one: Signal, names: Mapping[str, str]) -> str:
    """The sites that an aggregate's signal comes from, and what the others show: « Sans compter le CCSP de Djougou : 78 %, contre
    77 % d'habitude, rien d'inhabituel. »; "" where there are none to name. names: of sites, by code."""
    if not one.is_signal or one.gap is None:
        return ""
    if not one.causes:
        everywhere = one.gap.spread == observed_vs_expected.Spread.EVERYWHERE
        return "Plusieurs centres s'en écartent à la fois." if everywhere else ""
    these = french.join_words([f"le {names[c]}" for c in one.causes])
    if one.gap.rest != observed_vs_expected.Rest.NOBODY:
        return f"Sans compter {these}{french.SPACE}: {_rest_in_words(one, one.gap.rest)}."
    if len(one.chart.sites) == 1:
        return ""  # an aggregate of one site: there is nothing to name
    alone = "Seul centre jugé" if len(one.causes) == 1 else "Seuls centres jugés"
    return f"{alone}{french.SPACE}: {these}."


REST = {
    observed_vs_expected.Rest.USUAL: "rien d'inhabituel",
    observed_vs_expected.Rest.TOO_FEW: "trop peu de cas pour conclure",
    observed_vs_expected.Rest.ABOVE: "un écart dans l'autre sens",
    observed_vs_expected.Rest.BELOW: "un écart dans l'autre sens",
}


def _rest_in_words(one: Signal, rest: observed_vs_expected.Rest) -> str:
    """What the sites show that are not named, over the months that make the signal, beside what is usual of them."""
    value, usually = one.value_without_causes, one.usual_without_causes
    # For waits these values are on the curve's scale, and no medians.
    if one.indicator in WAITS:
        return REST[rest]
    if value is None or usually is None:  # of fewer cases than may be read
        return REST[observed_vs_expected.Rest.TOO_FEW]
    when = "" if one.months_behind == 1 else " sur huit mois"
    said, usual = (value_with_unit(BY_CODE[one.indicator], x) for x in (value, usually))
    if rest == observed_vs_expected.Rest.USUAL and said == usual:
        return f"{said}{when}, comme d'habitude"
    said, usual = distinct_values(one.indicator, value, usually)
    return f"{said}{when}, contre {usual} d'habitude, {REST[rest]}"


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
    if one.kind in BASES:
        return BASES[one.kind]
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


def none_worse(judged: Iterable[Signal]) -> str:
    """« aucune dégradation relevée »; where none of what is judged is of visits, in which figures alone: « … dans le seul chiffre
    jugé, fiches de clôture remises ». judged: those that are, none of them an alert."""
    codes = list(dict.fromkeys(one.indicator for one in judged))
    if any(BY_CODE[c].register == "visits" and not BY_CODE[c].closings for c in codes):
        return NONE_WORSE
    where = "le seul chiffre jugé" if len(codes) == 1 else "les seuls chiffres jugés"
    return f"{NONE_WORSE} dans {where}, {french.join_words([french.lower_first(BY_CODE[c].short) for c in codes])}"


def too_few(one: Signal) -> str:
    """Why a month with a value is not judged, in French."""
    if one.kind == ChartKind.VOLUME:
        needed = f"il faut {HISTORY + 1} mois de données pour connaître les saisons"
        if one.value is None or one.year_before is None:
            return f"trop tôt pour juger ({needed})"
        i = BY_CODE[one.indicator]
        # With several sites, the two counts may be over different ones.
        before = f", {value_with_unit(i, one.year_before)} le même mois un an avant"
        said = f"{value_with_unit(i, one.value)} par jour en {one.month_label}"
        return f"{said}{'' if one.chart.of_several else before} ; {needed}"
    enough = MINIMUM_POINTS + (APART + 1 if one.kind == ChartKind.STOCK else 0)
    if one.kind == ChartKind.EXPECTED:  # each month is compared with what is usual at the sites
        usual = "l'habitude des centres n'est"
        if not one.points:
            return f"trop tôt pour juger ({usual} pas encore connue)"
        return f"trop tôt pour juger ({usual} connue que pour {_points(one, one.points)}, il en faut {enough})"
    # Not all months of the curve are points: of some a part is missing, or there are too few cases.
    known = "où assez de cas sont connus"
    if not one.points:
        return f"trop tôt pour juger (il faut {_points(one, enough)} {known})"
    return f"trop tôt pour juger ({_points(one, one.points)} {known}, il en faut {enough})"


def _points(one: Signal, n: int) -> str:
    """« 24 mois », « 1 trimestre »: n points of a signal's chart."""
    if one.kind == ChartKind.BY_QUARTER:
        return french.plural(n, "trimestre")
    return french.plural(n, "mois", "mois")


def months_in_words(signals: Iterable[Signal]) -> str:
    """The months, quarters and years of these signals, the latest first: « en octobre 2026 », « en octobre 2026 (au 3ᵉ trimestre
    2026 pour les chiffres qui ont peu de cas par mois) »."""
    known = (one for one in signals if one.latest)
    latest_first = sorted(known, key=lambda one: one.latest or date.min, reverse=True)
    said: dict[bool, dict[str, None]] = {False: {}, True: {}}
    for one in latest_first:
        if one.kind == ChartKind.STOCK:  # of the end of the month that the others are of
            said[False].setdefault(f"en {french.month_label(one.latest or date.min)}")
        else:
            said[one.kind in (ChartKind.BY_QUARTER, ChartKind.YEAR)].setdefault(one.month_in_words)
    of_months, of_more = (french.join_words(list(one), "ou") for one in (said[False], said[True]))
    if not of_months or not of_more:
        return of_months or of_more
    return f"{of_months} ({of_more} pour les chiffres qui ont peu de cas par mois)"
