"""The highest and the lowest of compared figures, and the value over all, in a sentence."""

import math
from collections.abc import Callable, Mapping

from dashboard import french
from dashboard.indicators import BY_CODE, Figure
from dashboard.judgement.standing_apart import Verdict
from dashboard.partial_counts import AT_LEAST
from dashboard.statistics.intervals import Interval, z_value
from dashboard.wording import at_least, basis_in_words, known_alone, shown_value
from db.codes import UNKNOWN_KEY

S = french.SPACE
NAMED = 2  # names, of several with the same value
# Of the median wait, in the words in which it is asked for.
LONGEST = {
    "service": ("La prestation", "Les prestations"),
    "hour": ("L'heure", "Les heures"),
    "department": ("Le département", "Les départements"),
}
WAITED = "où l'on attend le plus"
MOST_RIVALS = 3  # that a heading names, where they cannot be told apart
NONE_APART = {
    "service": "aucune prestation ne se distingue nettement",
    "hour": "aucune heure ne se distingue nettement",
    "department": "aucun département ne se distingue nettement",
}


def stands_out(most: int, second: int) -> bool:
    """Whether the highest of several counts is above the second by more than chance: two Poisson counts, at 95 %."""
    return most - second > z_value() * math.sqrt(most + second)


def extremes_in_words(
    figures: Mapping[str, Figure],
    names: Mapping[str, str],
    title: str,
    by: str,
    overall: Figure,
    verdicts: Mapping[str, Verdict] | None = None,
    likely: Mapping[str, Interval] | None = None,
) -> str:
    """« Attente médiane : 11 min à Nikki, 22 min à Djougou ; 15 min pour l'ensemble » for sites; for services, hours and
    departments the highest and the lowest. figures: of one indicator, by key; title: what is compared; by: the dimension;
    overall: the figure over all; verdicts: of each key, without which a wait is named whatever chance says; likely: the interval
    of each, by which the highest is told from the next."""
    known = {k: f for k, f in figures.items() if f.value is not None and k != UNKNOWN_KEY}
    values = {shown_value(f) for f in known.values()}
    compared = [k for k in figures if k != UNKNOWN_KEY]
    if by == "site" and len(known) == 1:
        ((alone, figure),) = known.items()
        others = any(f.n for key, f in figures.items() if key not in (alone, UNKNOWN_KEY))
        only = ", seul à avoir assez de cas" if others else ", seul centre où c'est connu"
        where = f"à {names.get(alone, alone)}{only if len(compared) > 1 else ''}"
        return f"{title}{S}: {shown_value(figure)} ({basis_in_words(figure)}) {where}"
    if len(known) < 2:
        on = f" ({basis_in_words(overall)})" if basis_in_words(overall) else ""
        return f"{title}{S}: {shown_value(overall)} pour l'ensemble{on}"
    if len({_shown_value(f) for f in known.values()}) == 1:
        least = max(values, key=len)  # « au moins 1 » of some is so of all
        if len(known) == len(compared):
            return f"{title}{S}: {least} partout"
        return f"{title}{S}: {least} partout où c'est connu ({len(known)} sur {len(compared)})"
    if verdicts and BY_CODE[overall.indicator].quantile is not None and by in NONE_APART:
        return _waits_in_words(known, names, title, by, overall, verdicts, likely or {})
    (most, many), (least, few) = (_at_end(known, names, end) for end in (max, min))
    if by == "site":
        return f"{title}{S}: {few} à {least}, {many} à {most}{S}; {shown_value(overall)} pour l'ensemble"
    if by == "service" and overall.indicator == "visits":
        of = f"{french.number(max(f.value or 0 for f in known.values()))} sur {french.number(overall.value or 0)}"
        # Of two lower bounds the one is no part of the other: the share is of what is known.
        known_alone = " parmi les visites connues" if at_least(overall) else ""
        return f"La prestation la plus demandée{known_alone}{S}: {most}, {of}"
    if overall.indicator == "wait_p50":
        return f"{LONGEST[by][0]} {WAITED}{S}: {most}, {many}{S}; le moins{S}: {least}, {few}"
    return f"{title}{S}: le plus, {most}, {many}{S}; le moins, {least}, {few}"


def _waits_in_words(
    known: Mapping[str, Figure],
    names: Mapping[str, str],
    title: str,
    by: str,
    overall: Figure,
    verdicts: Mapping[str, Verdict],
    likely: Mapping[str, Interval],
) -> str:
    """Where the wait is longest and shortest, as far as these stand apart; that none does; which have too few cases to say."""
    enough = {k: f for k, f in known.items() if verdicts.get(k) not in (None, Verdict.FEW)}
    ends = []
    for end, apart in ((max, Verdict.MORE), (min, Verdict.LESS)):
        found = {k: f for k, f in enough.items() if verdicts[k] == apart}
        ends.append(_at_end(found, names, end) if found else None)
    most, least = ends
    longest = max((f.value or 0 for f in enough.values()), default=0)
    higher = {k: f for k, f in known.items() if k not in enough and (f.value or 0) > longest}
    few = _with_few_cases(higher, names)
    if most and _at_end(enough, names, max)[1] != most[1]:
        return f"{title}{S}: nettement plus pour {', '.join(most)}{S}; {shown_value(overall)} pour l'ensemble{few}"
    if most:
        less = f"{S}; le moins{S}: {', '.join(least)}" if least else ""
        if overall.indicator != "wait_p50":
            return f"{title}{S}: nettement plus pour {', '.join(most)}{less}{few}"
        return f"{_longest_in_words(enough, names, by, likely)}{_shortest_in_words(enough, names, likely) if least else ''}{few}"
    if least:
        return f"{title}{S}: nettement moins pour {', '.join(least)}{S}; {shown_value(overall)} pour l'ensemble{few}"
    if not enough:
        return (
            f"{title}{S}: trop peu de cas pour comparer{S}; {shown_value(overall)} pour l'ensemble"
        )
    return f"{title}{S}: {NONE_APART[by]}{S}; {shown_value(overall)} pour l'ensemble{few}"


def _longest_in_words(
    figures: Mapping[str, Figure], names: Mapping[str, str], by: str, likely: Mapping[str, Interval]
) -> str:
    """« La prestation où l'on attend le plus : Actes de pension, 25 min »; « Les prestations … : Actes de pension (25 min) et
    Passeport (23 min) » where these cannot be told apart; of more than three « Parmi les prestations … »."""
    one, many = LONGEST[by]
    close = rivals(figures, likely.get, max)
    if not close:
        return f"{one} {WAITED}{S}: {', '.join(_at_end(figures, names, max))}"
    if len(close) > MOST_RIVALS:
        among = f"Parmi {french.lower_first(many)} {WAITED}"
        return f"{among}{S}: {', '.join(_at_end(figures, names, max))}"
    return f"{many} {WAITED}{S}: {_each(close, names)}"


def _shortest_in_words(
    figures: Mapping[str, Figure], names: Mapping[str, str], likely: Mapping[str, Interval]
) -> str:
    """« ; le moins : Casier judiciaire, 8 min », with those that cannot be told from it; of more than three « ; parmi
    les plus courtes attentes : Casier judiciaire, 8 min »."""
    close = rivals(figures, likely.get, min)
    if close and len(close) <= MOST_RIVALS:
        return f"{S}; le moins{S}: {_each(close, names)}"
    among = "parmi les plus courtes attentes" if close else "le moins"
    return f"{S}; {among}{S}: {', '.join(_at_end(figures, names, min))}"


def _each(figures: Mapping[str, Figure], names: Mapping[str, str]) -> str:
    """« Actes de pension (25 min) et Passeport (23 min) »."""
    return french.join_words([f"{names.get(k, k)} ({shown_value(f)})" for k, f in figures.items()])


def rivals(
    figures: Mapping[str, Figure],
    likely: Callable[[str], Interval | None],
    end: Callable[..., Figure],
) -> dict[str, Figure]:
    """The highest (or lowest) and those whose intervals touch its own, from that end on, no more than one beyond MOST_RIVALS;
    none where all of them are displayed alike, or no interval is known. likely: gives a key its interval; end: max or min."""
    order = sorted(figures, key=lambda k: figures[k].value or 0, reverse=end is max)
    ends = likely(order[0]) or (None, None)
    edge = ends[0] if end is max else ends[1]
    if edge is None:
        return {}

    def touches(low: float | None, high: float | None) -> bool:
        """An end that so few cases cannot give lies anywhere."""
        return (high is None or high >= edge) if end is max else (low is None or low <= edge)

    touching: dict[str, Figure] = {}
    shown: set[str] = set()
    for key in order:
        if (of_key := likely(key)) is not None and touches(*of_key):
            touching[key] = figures[key]
            shown.add(_shown_value(figures[key]))
        if len(touching) > MOST_RIVALS and len(shown) > 1:
            break
    return touching if len(shown) > 1 else {}


def _with_few_cases(higher: Mapping[str, Figure], names: Mapping[str, str]) -> str:
    """« ; plus long, mais sur trop peu de cas : Actes de carrière en ligne, 47 min »: of those that are higher than all that can
    be compared; "" for none."""
    each = [f"{names.get(k, k)}, {shown_value(f)}" for k, f in higher.items()]
    said = french.join_first(sorted(each, key=french.alphabetical), NAMED)
    return f"{S}; plus long, mais sur trop peu de cas{S}: {said}" if each else ""


def _shown_value(figure: Figure) -> str:
    """The value as displayed, without « au moins » or « connues »."""
    return shown_value(figure).removeprefix(AT_LEAST).removesuffix(known_alone(figure))


def _at_end(
    figures: Mapping[str, Figure], names: Mapping[str, str], end: Callable[..., Figure]
) -> tuple[str, str]:
    """The names of the keys that are displayed like the highest or lowest value, in words, and that value. end: min or max."""
    value = _shown_value(end(figures.values(), key=lambda f: f.value))
    alike = {k: names.get(k, k) for k, f in figures.items() if _shown_value(f) == value}
    value = max((shown_value(figures[k]) for k in alike), key=len)
    # Hours by the clock, all else by name.
    order = sorted(alike, key=lambda k: k if k.isdigit() else french.alphabetical(alike[k]))
    return french.join_first([alike[k] for k in order], NAMED), value
