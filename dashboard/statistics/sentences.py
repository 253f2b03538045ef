"""The French sentences that the statistics allow, and no others: signal, no signal, too few, partial, hidden.

A sentence about a change needs a control chart: none can be had from two values. Subjects are labels followed by a
colon (« Attente médiane, CCSP de Kandi : … »), so that no article has to agree with them.
"""
import math
from collections.abc import Sequence
from datetime import date

from dashboard import french
from dashboard.statistics.alarms import WITHIN, Budget, Rate
from dashboard.statistics.funnel import Position
from dashboard.statistics.mix import Change
from dashboard.statistics.ranks import Rank
from dashboard.statistics.survival import Median
from dashboard.statistics.variation import (
    FROZEN_POINTS,
    MINIMUM_POINTS,
    Assurance,
    Chart,
    Rule,
    Status,
    Variation,
    variation,
)

S = french.SPACE
VARIATIONS = {
    Variation.IMPROVEMENT: "signal d'amélioration",
    Variation.CONCERN: "signal d'alerte",
    Variation.NEUTRAL: "signal de changement",
    Variation.NO_SIGNAL: "pas de signal",
    Variation.TOO_FEW: "trop peu de points",
}
ASSURANCES = {
    Assurance.CONSISTENTLY_MET: "cible atteinte régulièrement",
    Assurance.CONSISTENTLY_MISSED: "cible manquée régulièrement",
    Assurance.HIT_AND_MISS: "cible atteinte ou manquée au hasard des mois",
    Assurance.NO_TARGET: "sans cible",
    Assurance.TOO_FEW: "cible : trop peu de points",
}
POSITIONS = {
    Position.INSIDE: "dans les limites attendues du hasard",
    Position.BETWEEN_LOW: "au-dessous de la limite à 95 %, au-dessus de celle à 99,8 %",
    Position.BETWEEN_HIGH: "au-dessus de la limite à 95 %, au-dessous de celle à 99,8 %",
    Position.OUTSIDE_LOW: "au-dessous de la limite à 99,8 %",
    Position.OUTSIDE_HIGH: "au-dessus de la limite à 99,8 %",
    Position.NO_DATA: "aucune donnée",
}
POSITIONS = {k: v.replace(" %", f"{french.NARROW_SPACE}%") for k, v in POSITIONS.items()}
RULES = {
    (Rule.OUTSIDE, 1): "valeur au-dessus de la limite haute",
    (Rule.OUTSIDE, -1): "valeur au-dessous de la limite basse",
    (Rule.TREND, 1): "sept points ou plus en hausse continue",
    (Rule.TREND, -1): "sept points ou plus en baisse continue",
    (Rule.TWO_OF_THREE, 1): "deux points sur trois proches de la limite haute",
    (Rule.TWO_OF_THREE, -1): "deux points sur trois proches de la limite basse",
    (Rule.RUN, 1): "sept points ou plus de suite au-dessus de la moyenne",
    (Rule.RUN, -1): "sept points ou plus de suite au-dessous de la moyenne",
}
TOO_FEW_EVENTS = "trop peu d'événements pour conclure"
NO_CONCLUSION = "aucune conclusion"


def signal(subject: str, chart: Chart, direction: str, when: str) -> str:
    """What the last point of a chart says, and why. when: its month in words (« novembre 2026 ») or its quarter."""
    what = variation(chart, direction)
    if what == Variation.TOO_FEW:
        return too_few(subject, chart.points[-1])
    limits = _limits(chart.status[-1], chart.points[-1])
    if what == Variation.NO_SIGNAL:
        return _line(subject, f"pas de signal en {when}, la valeur reste dans les variations habituelles ({limits})")
    why = RULES[chart.rule[chart.last], int(chart.side[chart.last])]
    return _line(subject, f"{VARIATIONS[what]} en {when}, {why} ({limits})")


def _line(subject: str, said: str) -> str:
    return f"{subject}{S}: {said}."


def _limits(status: Status, points: int) -> str:
    if status == Status.FROZEN:
        return f"limites fixées sur {french.plural(FROZEN_POINTS, 'point')}"
    return f"limites provisoires, sur {french.plural(points, 'point')}"


def too_few(subject: str, points: int) -> str:
    """Under twelve points: how many there are, and how many are needed."""
    return _line(subject, f"trop peu de points pour conclure ({french.number(points)} sur les {MINIMUM_POINTS} nécessaires)")


def partial(subject: str, last: date, known: int, due: int) -> str:
    """A period that goes on: up to which day, and how many of its days are known. known, due: days."""
    return _line(subject, f"période partielle, données jusqu'au {french.date_long(last)}"
                          f" ({french.plural(known, 'jour')} sur {french.number(due)}), {NO_CONCLUSION}")


def hidden(minimum: int, noun: str, plural: str | None = None) -> str:
    """« moins de 10 réponses : non affiché »; noun: the singular of what is counted, plural where it is irregular."""
    return f"moins {french.elide('de', french.plural(minimum, noun, plural))}{S}: non affiché"


def reporting(sent: int, expected: int, when: str, missing: Sequence[str]) -> str:
    """Who sent the period and who did not. missing: names of sites, in the order to print."""
    verb, late = ("a", "N'a") if sent < 2 else ("ont", "N'a")
    said = f"{french.plural(sent, 'centre')} sur {french.number(expected)} {verb} transmis {when}."
    if not missing:
        return said
    late = "N'a" if len(missing) == 1 else "N'ont"
    return f"{said} {late} pas transmis{S}: {french.join_words(missing)}."


def points(change: float) -> str:
    """A difference of two percentages: « +10 points », « −1,5 point »; one decimal, none where it is whole."""
    rounded = round(abs(change), 1)
    sign = "" if rounded == 0 else "+" if change > 0 else "−"
    size = french.number(rounded, 0 if rounded.is_integer() else 1)
    return f"{sign}{size}{S}{'point' if rounded < 2 else 'points'}"


def between(low: str | None, high: str | None) -> str:
    """An interval, its ends in words: « entre 72 % et 98 % », « au moins 28 min », "" where there is neither."""
    if low and high:
        return f"entre {low} et {high}"
    return f"au moins {low}" if low else f"au plus {high}" if high else ""


def delay(median: Median, oldest: int) -> str:
    """The median time to answer complaints, open ones included. oldest: days, the age of the oldest case counted."""
    if median.days is None:
        return f"Plus de la moitié des plaintes encore en cours après {french.days(oldest)}."
    known = between(None if median.low is None else french.number(median.low),
                    None if median.high is None else french.days(median.high))
    if median.low is not None and median.high is None:
        known = f"au moins {french.days(median.low)}"
    return f"La moitié des plaintes ont une réponse en {french.days(median.days)}{f' ({known})' if known else ''}."


def target(target: str, found: Assurance) -> str:
    """What the limits say of a target, which is given in words (« 80 % »)."""
    if found == Assurance.NO_TARGET:
        return "Sans cible."
    return f"{ASSURANCES[found][:1].upper()}{ASSURANCES[found][1:]} (cible{S}: {target})."


def position(subject: str, where: Position, n: int) -> str:
    """Where a site stands on a funnel, with its n."""
    return _line(subject, f"{POSITIONS[where]} (n{S}={S}{french.number(n)})")


def rank(subject: str, found: Rank) -> str:
    """A rank with what chance does to it."""
    place = "1er" if found.rank == 1 else f"{french.number(found.rank)}e"
    said = f"{place} sur {french.number(found.of)}"
    if found.low == found.high:
        return _line(subject, said)
    reach = max(found.rank - found.low, found.high - found.rank)
    return _line(subject, f"{said}, entre le {_place(found.low)} et le {_place(found.high)} par le seul hasard{S};"
                          f" son rang n'est connu qu'à {french.plural(reach, 'place')} près")


def _place(n: int) -> str:
    return "1er" if n == 1 else f"{french.number(n)}e"


def alert_budget(found: int, budget: Budget) -> str:
    """How many signals there are, and how many chance alone would give."""
    if not budget.series:
        return f"Aucune série n'a les {MINIMUM_POINTS} points nécessaires{S}: aucun signal possible."
    low, high = math.floor(budget.expected), math.ceil(budget.expected)
    chance = french.plural(high, "signal", "signaux") if low == high else (
        f"{french.number(low)} à {french.plural(high, 'signal', 'signaux')}")
    verb = "est attendu" if high < 2 else "sont attendus"
    there = (f"il n'y en a {'aucun' if found == 0 else french.number(found)}" if found == 0 else
             f"il y en a {french.number(found)}")
    more = (", plus que le hasard n'en donne d'ordinaire" if found > budget.usual_most else
            ", ce que le hasard seul peut donner" if found else "")
    return (f"Sur {french.plural(budget.series, 'série')}, {chance} {verb} par période du seul hasard{S};"
            f" {there}{more}.")


def power(row: Rate) -> str:
    """What the rule finds, and what it misses, with series of so many points."""
    share = lambda x: french.percent(100 * x)  # noqa: E731
    return (f"Avec {french.plural(row.points, 'point')}, un changement durable de deux écarts types est vu en {WITHIN} mois"
            f" {share(row.shift_2)} du temps, d'un écart type {share(row.shift_1)} du temps{S}; sans aucun changement,"
            f" une série sur {french.number(1 / row.normal)} environ est signalée à tort chaque mois.")


def change(found: Change, unit: str = "points") -> list[str]:
    """What the change between two periods is made of; the warning first where the parts contradict the whole.

    unit: what follows a difference, "points" for percentages; the plural, of which the singular drops the s.
    """
    size = lambda x: _difference(x, unit)  # noqa: E731
    lines = []
    if found.simpson:
        lines.append(f"Attention{S}: l'ensemble a {'monté' if found.total > 0 else 'baissé'} alors qu'aucun centre n'a"
                     f" {'monté' if found.total > 0 else 'baissé'}{S}; c'est la répartition des visites qui a changé.")
    parts = [f"{size(found.rate)} des centres eux-mêmes", f"{size(found.mix)} de la répartition des visites"]
    if found.opened or found.closed:
        parts.append(f"{size(found.network)} des ouvertures et fermetures de centres")
    lines.append(f"De {french.number(found.before, 1)} à {french.number(found.after, 1)}, soit {size(found.total)}{S}:"
                 f" {french.join_words(parts)}.")
    return lines


def _difference(x: float, unit: str) -> str:
    rounded = round(abs(x), 1)
    sign = "" if rounded == 0 else "+" if x > 0 else "−"
    word = unit.removesuffix("s") if rounded < 2 else unit
    return f"{sign}{french.number(rounded, 1)}{S}{word}"
