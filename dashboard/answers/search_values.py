"""The values of lines that « Chercher » offers: « 8 min » beside « Nikki · attente médiane ».

Before: `figures`, `dashboard.search`. After: `dashboard.web.search_pages`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dashboard import french
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.figures import figures, overall_figures
from dashboard.answers.network import (
    departments,
    distinct_names,
    services,
    short_name,
    silences,
    sites,
)
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, Figure
from dashboard.indicators.measures import FEW
from dashboard.period import clip_period, resolve_period
from dashboard.wording import basis_with_nouns, shown_value

CUTS = ("department", "site", "service")


@dataclass(frozen=True)
class Asked:
    """What a line asks, read from its key. rank: "+" for the most, "-" for the least, "" for neither."""

    place: str
    subject: str
    cut: str
    rank: str
    service: str
    period: str


def _read_key(key: str) -> Asked | None:
    """What the key of a line asks: place ~ subject ~ cut ~ service ~ period; None where it is none."""
    parts = key.split("~")
    if len(parts) != 5 or len(key) > 120:
        return None
    place, subject, cut, service, period = parts
    by = cut.rstrip("+-")
    return Asked(place, subject, by, cut[len(by) :], service, period)


@uncached
def values(view: View, keys: Iterable[str]) -> dict[str, str]:
    """The words of each line that has a value, by key."""
    return {key: words for key in keys if (words := _value(view, key))}


@cached
def _value(view: View, key: str) -> str:
    """The words of one line; "" where it has none, or names what the person may not see."""
    asked = _read_key(key)
    question = _question_of(view, asked) if asked else None
    if asked is None or question is None:
        return ""
    if not asked.subject:
        return _of_place(view, question)
    if asked.subject not in BY_CODE:
        found = OTHERS.get(asked.subject)
        return found(view, question) if found else ""
    if asked.cut in CUTS:
        return _extremes(view, question, asked)
    if asked.cut:
        return ""
    told, unsure = (
        _one(overall_figures(view, question)[asked.subject]),
        BY_CODE[asked.subject].unsure_before,
    )
    return f"{told} · {unsure[1]}" if unsure and question.first < unsure[0] else told


def _question_of(view: View, asked: Asked) -> Question | None:
    """The question of a line; None where its place, service or period is none that the person may ask for."""
    end = view.network.known_until or view.snapshot.day
    whole = resolve_period(asked.period or "12m", end, view.snapshot.day)
    period = clip_period(whole, end) if whole else None
    if period is None or (asked.service and asked.service not in services(view)):
        return None
    question = Question(period.period.first, period.period.last, service=asked.service or None)
    if not asked.place:
        return question
    there = sites(view)
    if any(p.code == asked.place for p in there):
        return question.at_place(None, asked.place)
    if asked.place in departments(view) and any(p.department == asked.place for p in there):
        return question.at_place(asked.place, None)
    return None


def _one(figure: Figure) -> str:
    """« 8 min · 1 234 attentes mesurées », « 79 482 usagers »: the value with its unit, and what it rests on in words."""
    basis = basis_with_nouns(figure)
    if figure.value is None or figure.value == figure.n or not basis:  # a count is its own n
        return _with_unit(figure)
    return f"{_with_unit(figure)} · {basis}"


def _with_unit(figure: Figure) -> str:
    """« 13,8 visites par jour ouvert »: the value, and of what it is a number or a rate."""
    return " ".join(filter(None, (shown_value(figure), _unit(figure))))


def _unit(figure: Figure) -> str:
    """The words after a value that is a number alone; "" for a percentage, minutes and days, which say theirs."""
    of = BY_CODE[figure.indicator]
    counted = of.basis.counted or ("", "")
    if figure.value is None:
        return ""
    if of.unit == "per_1000":
        return f"{counted[1]} pour 1{french.SPACE}000 {of.basis.cases[1]}"
    if of.unit == "rate":
        return f"{counted[1]} par {of.basis.cases[0]}"
    if of.unit == "count" and figure.value > 1:
        return of.noun or of.basis.cases[1]
    return ""


def _of_place(view: View, question: Question) -> str:
    """« 25,0 usagers par jour ouvert · attente médiane 10 min »."""
    found = overall_figures(view, question)
    day, wait = found["visits_per_day"], found["wait_p50"]
    known = (
        [f"{shown_value(day)} usagers par jour ouvert"]
        if day.value is not None
        else [shown_value(day)]
    )
    if wait.value is not None:
        known.append(f"attente médiane {shown_value(wait)}")
    return " · ".join(known)


def _extremes(view: View, question: Question, asked: Asked) -> str:
    """« Tanguiéta 21 min · Nikki 8 min »: the most, and the least, of those that a cut compares."""
    found = figures(view, question, asked.cut)
    names = _names(view, asked.cut)
    known = [
        (one[asked.subject].value, names.get(key, key), one[asked.subject])
        for key, one in found.items()
        if key in names and one[asked.subject].value is not None
    ]
    if not known:
        return ""
    known.sort(key=lambda one: (one[0] or 0, one[1]))
    least, most = known[0], known[-1]
    if asked.rank:
        chosen = most if asked.rank == "+" else least
        return f"{chosen[1]}, {_with_unit(chosen[2])}"
    if len(known) == 1:
        return f"{most[1]}, {_with_unit(most[2])}"
    told = f"de {shown_value(least[2])} ({least[1]}) à {_with_unit(most[2])} ({most[1]})"
    # Of those that are not told the least or the most may be one.
    of = sum(key in names for key in found)
    return told if len(known) == of else f"{told}, pour {len(known)} sur {of}"


def _names(view: View, cut: str) -> dict[str, str]:
    """The names of what a cut compares, by key."""
    if cut == "site":
        return dict(distinct_names(sites(view)))
    if cut == "service":
        return {code: label for code, label in services(view).items() if code != "inconnu"}
    return {name: name for name in departments(view)}


SHOWN = 2  # services that are named
FEWEST = 10  # visits of which shares are told


def _services(view: View, question: Question) -> str:
    """« Acte de naissance / NPI 27 % · Passeport 14 %, sur 5 430 visites »: what is asked for most, of visits whose service is
    known."""
    found, names = figures(view, question, "service"), services(view)
    counts = {
        code: round(one["visits"].value)
        for code, one in found.items()
        if code != "inconnu" and code in names and one["visits"].value
    }
    total = sum(counts.values())
    if total < FEWEST:
        return FEW if total else ""
    most = sorted(counts, key=lambda code: (-counts[code], names[code]))[:SHOWN]
    said = " · ".join(
        f"{names[code]} {french.percent(100 * counts[code] / total)}" for code in most
    )
    return f"{said}, sur {french.plural(total, 'visite')}"


def _opening(view: View, question: Question) -> str:
    """« ouvert le 21/12/2021 »; of several, the last that was opened."""
    known = [(p.launched_on, short_name(p)) for p in sites(view, question) if p.launched_on]
    if not known:
        return "date non renseignée"
    last = max(day for day, _ in known)
    if question.site:
        return f"ouvert le {french.date_short(last)}"
    names = sorted((name for day, name in known if day == last), key=french.alphabetical)
    words = "le dernier" if len(names) == 1 else "les derniers"
    return f"{words}{french.SPACE}: {french.join_first(names, SHOWN)}, le {french.date_short(last)}"


def _silent(view: View, question: Question) -> str:
    """« Bembèrèkè (36 jours) »: the silent sites; of one site, the last day known of it."""
    known = silences(view, question)
    short = {p.code: short_name(p) for p in sites(view, question)}
    if question.site:
        one = known.get(question.site)
        return (
            f"dernier jour connu{french.SPACE}: {french.date_short(one.last)}"
            if one and one.last
            else ""
        )
    silent = sorted((one for one in known.values() if one.is_silent), key=lambda one: one.order)
    names = [f"{short[one.code]} ({french.days(one.days)})" for one in silent]
    return french.join_first(names, SHOWN) if names else "aucun"


# The values of subjects that are no indicator.
OTHERS: Mapping[str, Callable[[View, Question], str]] = {
    "services": _services,
    "opening": _opening,
    "silent": _silent,
}
