"""How complete a month is, in French: « En novembre, 412 jours sur 447 sont reçus (92 %) ; manquent surtout Bembèrèkè (18) et
Adjarra (9) »."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from dashboard import french

S = french.SPACE
MOST_NAMED = 2  # sites in the first sentence
MOST_DAYS = 4  # days of a single site in it
ROW = 3  # days in a row from which on they are « du 4 au 12 »
FEWEST = 5  # expected days from which on a share is said


class DayCounts(NamedTuple):
    """Expected days, and how many of them are received, received on time, and explained by the site itself."""

    expected: int = 0
    received: int = 0
    on_time: int = 0
    explained: int = 0

    @property
    def missing(self) -> int:
        """The days that are neither received nor explained."""
        return self.expected - self.received - self.explained

    @property
    def not_received(self) -> int:
        """The days that are not received, explained or not."""
        return self.expected - self.received

    def plus(self, other: "DayCounts") -> "DayCounts":
        """The sum of both."""
        return DayCounts(*(a + b for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True)
class SiteDaysMissing:
    """A site's days of the month that are not received, explained or not."""

    name: str
    days: tuple[date, ...]


def share(part: int, whole: int) -> str:
    """« 92 % »: never 100 % where one is missing, nor 0 % where one is there; "" under FEWEST."""
    if whole < FEWEST:
        return ""
    rounded = int(100 * part / whole + 0.5)
    if part and not rounded:
        return f"moins de {french.percent(1)}"
    return french.percent(99 if rounded == 100 and part < whole else rounded)


def with_share(part: int, whole: int) -> str:
    """« 389 (87 %) »."""
    said = share(part, whole)
    return f"{french.number(part)} ({said})" if said else french.number(part)


def month_sentence(
    month: date,
    counts: DayCounts,
    late_sites: Sequence[SiteDaysMissing],
    today: date,
    *,
    complete: Sequence[str] = (),
    is_over: bool = True,
) -> str:
    """The first sentence of a month. late_sites: those that miss days, the most first; complete: the names of those of which all
    expected days are received; is_over: whether no day of it is still to come."""
    when = in_month(month, today)
    if not counts.expected:
        yet = "" if is_over else " encore"
        return french.upper_first(f"{when}, aucun jour n'est{yet} attendu")
    if not counts.not_received:
        return french.upper_first(f"{when}, {_all_received(counts.expected)}")
    said = share(counts.received, counts.expected)
    are = "est reçu" if counts.received < 2 else "sont reçus"
    days = f"{french.plural(counts.received, 'jour')} sur {french.number(counts.expected)} {are}{f' ({said})' if said else ''}"
    if not counts.received:
        days = f"aucun des {french.number(counts.expected)} jours attendus n'est reçu"
        if counts.expected == 1:
            days = "le seul jour attendu n'est pas reçu"
    return french.upper_first(f"{when}, {days}{_who(late_sites, complete)}")


def not_counted(names: Sequence[str]) -> str:
    """« ; 4 centres ne sont pas comptés, ouverture non renseignée : Abomey (GSRU), Parakou (GSRU) et 2 autres », to follow a
    sentence; "" for none. names: of the sites of which neither opening nor data are known."""
    if not names:
        return ""
    counted = "n'est pas compté" if len(names) == 1 else "ne sont pas comptés"
    many = french.plural(len(names), "centre")
    return f"{S}; {many} {counted}, ouverture non renseignée{S}: {french.join_first(list(names))}"


def _who(late_sites: Sequence[SiteDaysMissing], complete: Sequence[str]) -> str:
    """« ; manquent surtout Bembèrèkè (18) et Adjarra (9) », « ; manquent le 4, le 12 et le 13 »; the days of a single site are
    named where they are few. late_sites: of the question; with an empty name, its only one."""
    if len(late_sites) == 1 and not late_sites[0].name:
        days = late_sites[0].days
        if len(days) > MOST_DAYS:
            return ""
        verb = "manque" if len(days) == 1 else "manquent"
        return f"{S}; {verb} {french.join_words([f'le{S}{day_of_month(d)}' for d in days])}"
    most = len(late_sites[0].days) if late_sites else 0
    tied = [one for one in late_sites if len(one.days) == most]
    if len(tied) > MOST_NAMED:  # nobody is named for the place of his name in the alphabet
        if len(tied) == len(late_sites):
            return f"{S}; {_all_alike(most, len(tied), complete)}"
        return f"{S}; manquent surtout {len(tied)} centres ({french.number(most)} chacun)"
    named = list(late_sites[:MOST_NAMED])
    if len(late_sites) > MOST_NAMED and len(late_sites[MOST_NAMED].days) == len(named[-1].days):
        named = tied
    words = [_with_number(one.name, len(one.days)) for one in named]
    verb = "manque" if len(late_sites) == 1 else "manquent"
    above_all = " surtout" if len(late_sites) > len(named) else ""
    return f"{S}; {verb}{above_all} {french.join_words(words)}"


def _all_alike(missing: int, sites: int, complete: Sequence[str]) -> str:
    """« il en manque 21 à chacun des 20 centres dont des jours sont attendus », « Covè est complet, il en manque 22 à chacun des
    19 autres »: so many sites that miss the same number of days, and those that miss none."""
    each = f"il en manque {french.number(missing)} à chacun des {sites}"
    if not complete:
        return f"{each} centres dont des jours sont attendus"
    several = len(complete) > MOST_NAMED
    who = french.plural(len(complete), "centre") if several else french.join_words(complete)
    return f"{who} {'est complet' if len(complete) == 1 else 'sont complets'}, {each} autres"


def _with_number(name: str, number: int) -> str:
    """« Adjarra (9) », « Abomey (GSRU, 9) »."""
    if name.endswith(")"):
        return f"{name[:-1]}, {french.number(number)})"
    return f"{name} ({french.number(number)})"


def _all_received(expected: int) -> str:
    if expected == 1:
        return "le seul jour attendu est reçu"
    return f"les {french.number(expected)} jours attendus sont tous reçus"


def in_month(month: date, today: date) -> str:
    """« en novembre »; with its year where it is not of the last twelve months."""
    label = french.month_label(month)
    recent = (today.replace(day=1) - month).days < 330
    return f"en {label.rpartition(' ')[0] if recent else label}"


def runs_in_words(days: Sequence[date], working: Sequence[date]) -> str:
    """« le 4 et du 12 au 13 »: days of a month, those in a row by their first and last. working: the site's days in order, by
    which two days are in a row."""
    at = {day: n for n, day in enumerate(working)}
    runs: list[list[date]] = []
    for day in days:
        if runs and at[day] == at[runs[-1][-1]] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return french.join_words([words for of in runs for words in _run(of)])


def _run(days: Sequence[date]) -> list[str]:
    if len(days) < ROW:
        return [f"le{S}{day_of_month(day)}" for day in days]
    return [f"du{S}{day_of_month(days[0])} au{S}{day_of_month(days[-1])}"]


def day_of_month(day: date) -> str:
    """« 1er », « 12 »."""
    return "1er" if day.day == 1 else str(day.day)


def days_received(counts: DayCounts) -> str:
    """« 1 jour reçu sur 19 », « 42 jours reçus sur 56 »."""
    received = french.plural(counts.received, "jour reçu", "jours reçus")
    return f"{received} sur {french.number(counts.expected)}"


def detail(counts: DayCounts) -> str:
    """« 389 à l'heure (87 %), 23 en retard. 35 ne sont pas reçus, dont 8 expliqués par le centre et 27 sans explication. »"""
    if not counts.expected:
        return ""
    late = counts.received - counts.on_time
    parts = [f"{with_share(counts.on_time, counts.expected)} à l'heure"]
    if late:
        parts.append(f"{french.number(late)} en retard")
    text = f"{', '.join(parts)}."
    if not counts.not_received:
        return text
    verb = "n'est pas reçu" if counts.not_received == 1 else "ne sont pas reçus"
    alone = not (counts.explained and counts.missing)
    why = f", {_why(counts).partition(' ')[2]}" if alone else f"{S}: {_why(counts)}"
    return f"{text} {french.number(counts.not_received)} {verb}{why}."


def _why(counts: DayCounts) -> str:
    many = "expliqué" if counts.explained == 1 else "expliqués"
    explained = f"{french.number(counts.explained)} {many} par le centre"
    missing = f"{french.number(counts.missing)} sans explication"
    parts = [explained] * bool(counts.explained) + [missing] * bool(counts.missing)
    return french.join_words(parts)


SINCE = (
    "Les jours d'un centre se comptent depuis son ouverture officielle ; si elle n'est pas connue,"
    " depuis ses premières données."
)
RULE = (
    "Un jour est attendu le jour ouvré suivant, avant midi. Fermé et confirmé, hors service ou à venir, il n'est pas attendu."
    " Un registre vaut, pour chacun de ses centres, du premier au dernier de ses propres jours."
    f" {SINCE}"
    " Ce qu'un centre dit lui-même (fermé, personne n'est venu, registre annoncé) explique un jour, et ne le remplace pas."
)
