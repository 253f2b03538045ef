"""Open time that closures took, added up, and what is said of it: « 138 jours et 178 h d'ouverture en moins »."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from dashboard import french
from dashboard.partial_counts import AT_LEAST
from dashboard.statistics.matched_days import FEWEST_DAYS, MatchedDays

S = french.SPACE
AT_MOST = "au plus "
HOUR = 60
MOST_KEPT = 99.9  # percent, as long as anything was lost
A_DAY_OR_SO = 8 * HOUR  # what a day counts beside hours where both have to stand in one order
METHOD = (
    "Le temps perdu se compte sur les heures d'ouverture de chaque centre, minute par minute, les jours où il devait ouvrir"
    f" (ni jour férié, ni hors service){S}: une fermeture d'une journée vaut les heures de ce jour, une coupure ce qui en tombe"
    " dans l'ouverture. Une minute que plusieurs fermetures couvrent compte une fois, d'abord pour celle qui est confirmée."
    " Une journée que le centre seul dit fermée ne compte plus si son registre a des visites ce jour-là."
    " Là où les heures d'ouverture ne sont pas renseignées, une journée fermée compte pour un jour, une coupure pour les heures"
    " qui ont été dites. Une coupure que personne n'a déclarée n'y est pas. Sans les jours d'un motif, rien de ces jours n'est"
    " compté perdu, et l'ouverture reste la même."
)


@dataclass(frozen=True, slots=True)
class Lost:
    """Open and lost time of some days of sites; each number adds up over others.

    days: on which a site should have been open; unknown_days: those whose hours are not known; unheard: those without a
    register of visits, of which nothing was declared either. open_minutes, minutes: open and lost, of days with known hours;
    parts: the shares of their days that these are, added up. said_minutes: lost, as they were said, on days without known
    hours; whole_days: those that were closed for whole. touched: days that lost something. alone_minutes, alone_days: of the
    minutes and whole days, those that the site alone says.
    """

    days: int = 0
    unknown_days: int = 0
    unheard: int = 0
    open_minutes: int = 0
    minutes: int = 0
    parts: float = 0.0
    said_minutes: int = 0
    whole_days: int = 0
    touched: int = 0
    alone_minutes: int = 0
    alone_days: int = 0

    @classmethod
    def total(cls, parts: Sequence["Lost"]) -> "Lost":
        """The sum of some."""
        return cls(*(sum(getattr(part, f.name) for part in parts) for f in fields(cls)))

    @property
    def all_minutes(self) -> int:
        """The minutes lost, of days whose hours are known or not."""
        return self.minutes + self.said_minutes

    @property
    def is_none(self) -> bool:
        """Whether nothing was lost, as far as is declared."""
        return not self.touched

    @property
    def order(self) -> float:
        """By which most stands before little: never shown, since whole days have no hours."""
        return self.all_minutes + A_DAY_OR_SO * self.whole_days

    @property
    def kept(self) -> float | None:
        """The share of open time that was kept, in percent: of hours where all are known; else each day counts alike. None
        without a day."""
        if not self.days:
            return None
        if not self.unknown_days:
            return 100 * (1 - self.minutes / self.open_minutes)
        return 100 * (1 - (self.parts + self.whole_days) / self.days)

    @property
    def least_kept(self) -> float:
        """The least that `kept` may be: days of which nothing is known lost for whole, and those whose hours are not known where
        they lost some."""
        unsure = self.unheard + (min(self.unknown_days, self.touched) if self.said_minutes else 0)
        return max((self.kept or 0) - 100 * unsure / max(self.days, 1), 0)

    @property
    def is_heard(self) -> bool:
        """Whether anything of its days was handed in or declared."""
        return self.unheard < self.days

    @property
    def at_least(self) -> str:
        """« au moins » before what was lost, where days are not heard of; else ""."""
        return AT_LEAST if self.unheard else ""

    @property
    def kept_in_words(self) -> str:
        """« au plus 96,2 % »; "" without a day. What is unheard of, or has hours that are not known, may be less."""
        kept = self.kept
        if kept is None:
            return ""
        if self._is_nearly_whole:  # something was lost: never 100
            if self._is_unsure:
                return f"moins de {french.percent(100)}"
            return f"plus de {french.percent(MOST_KEPT, 1)}"
        return (
            f"{AT_MOST if self._is_unsure else ''}{french.percent(kept, 0 if kept == 100 else 1)}"
        )

    def left_in_words(self, of: str) -> str:
        """« , il en reste au plus 96,2 % », to follow what was lost; "" where it would say no more. of: « il en reste »."""
        says_nothing = self._is_nearly_whole and self._is_unsure
        return "" if says_nothing or not self.days else f", {of} {self.kept_in_words}"

    @property
    def _is_unsure(self) -> bool:
        return bool(self.unheard or self.said_minutes)

    @property
    def _is_nearly_whole(self) -> bool:
        return not self.is_none and (self.kept or 0) > MOST_KEPT

    @property
    def in_words(self) -> str:
        """« 138 jours et 178 h », « 2 h 30 »; « rien » where nothing was lost."""
        return time_in_words(self.all_minutes, self.whole_days)

    @property
    def drawn_in_words(self) -> str:
        """The same with what a share of open time leaves out after a plus: « 8 jours et 22 h + 33 h 30 », « + 3 h »."""
        if not self.said_minutes:
            return self.in_words
        known = self.minutes or self.whole_days
        drawn = f"{time_in_words(self.minutes, self.whole_days)} " if known else ""
        return f"{drawn}+{S}{duration(self.said_minutes)}"

    @property
    def alone_in_words(self) -> str:
        """What stands in `in_words` of what the site alone says; "" for nothing."""
        some = self.alone_minutes or self.alone_days
        return time_in_words(self.alone_minutes, self.alone_days) if some else ""


def time_in_words(minutes: int, days: int) -> str:
    """« 5 jours et 31 h »: minutes that were lost, and days whose hours are not known."""
    whole = french.days(days) if days else ""
    return french.join_words([w for w in (whole, duration(minutes)) if w]) or "rien"


def duration(minutes: int) -> str:
    """« 45 min », « 2 h 30 », « 1 318 h 05 »; "" for none. To the minute, so that rows add up to the total beside them."""
    hours, rest = divmod(minutes, HOUR)
    if hours:
        return f"{french.number(hours)}{S}h{f'{S}{rest:02}' if rest else ''}"
    return french.minutes(minutes) if minutes else ""


def by_most(lost: Mapping[str, Lost]) -> list[str]:
    """The keys from the most lost to the least, by name among equals."""
    return sorted(lost, key=lambda key: (-lost[key].order, french.alphabetical(key)))


def the_most(lost: Mapping[str, Lost]) -> tuple[list[str], str]:
    """The keys of those that lost the most, by name, and how much: « 9 h », of several « 9 h chacun »."""
    order = by_most(lost)
    most = lost[order[0]].in_words
    tied = [key for key in order if lost[key].in_words == most]
    return tied, f"{most} chacun" if len(tied) > 1 else most


def finding(
    when: str,
    total: Lost,
    by_reason: Mapping[str, Lost],
    by_site: Mapping[str, Lost],
    span: str = "",
    *,
    is_declared: bool = True,
) -> str:
    """« Coupures sur 12 mois : au moins 318 h d'ouverture en moins, il en reste au plus 96,2 % ; surtout : électricité, 201 h ;
    Djidja, 61 h ». by_site: by name; of one site, it is not named; span: the days of the
    period, where `when` does not say them; is_declared: as `none_in_words`."""
    about = f"Coupures {when}{S}:"
    if not total.days:
        return f"{about} aucun jour d'ouverture"
    if total.is_none:
        rest = (
            f"{S}; {unheard_in_words(total)}{f', {span}' if span else ''}" if total.unheard else ""
        )
        return f"{about} {none_in_words(is_declared=is_declared)}{rest}"
    left = total.left_in_words("il en reste")
    said = f"{about} {total.at_least}{total.in_words} d'ouverture en moins{left}"
    alone, most = [], []
    for what, parts in (("motif", by_reason), ("centre", by_site if len(by_site) > 1 else {})):
        lost = [key for key in by_most(parts) if not parts[key].is_none]
        if len(lost) == 1:
            alone.append(f"seul {what}{S}: {lost[0]}")
        elif lost:
            first, much = the_most(parts)
            if len(first) < len(lost):  # nothing is named for the place of its name in the alphabet
                most.append(f"{french.join_first(first)}, {much}")
    above_all = [f"surtout{S}: {f'{S}; '.join(most)}"] if most else []
    return f"{S}; ".join([said, *alone, *above_all])


def none_in_words(*, is_declared: bool) -> str:
    """That nothing was lost, as far as is declared. is_declared: whether any closure of the period is."""
    if not is_declared:
        return "aucune fermeture n'est connue"
    return "aucune fermeture déclarée ne prend de temps d'ouverture"


def month_finding(when: str, months: Mapping[str, Lost]) -> str:
    """« Octobre 2026 est le mois où il reste le moins d'ouverture : 91,3 %, 42 h en moins » where that is sure of all months of
    which something is known; else what was lost in all, or in the only one. months: by name."""
    heard = {name: part for name, part in months.items() if part.is_heard}
    total = Lost.total(list(heard.values()))
    sure = [
        name
        for name, part in heard.items()
        if all((part.kept or 0) < o.least_kept for n, o in heard.items() if n != name)
    ]
    if len(heard) == 1:
        (name,) = heard
        others = (
            f"{S}; des autres mois, aucun registre des visites n'est remonté"
            if len(months) > 1
            else ""
        )
        return (
            f"{french.upper_first(name)}{S}: {total.at_least}{total.in_words} d'ouverture en moins"
            f"{total.left_in_words('il en reste')}{others}"
        )
    if not sure:
        most, much = the_most(heard)
        return (
            f"{french.upper_first(when)}{S}: {total.at_least}{total.in_words} d'ouverture en moins{S}; le plus, pour ce qu'on en"
            f" sait, en {french.join_first(most)}{S}: {much}"
        )
    part = heard[sure[0]]
    said = f"{part.kept_in_words}, {part.at_least}{part.in_words} en moins"
    if len(heard) < len(months):
        of = f"Des {french.number(len(heard))} mois dont quelque chose est remonté, {sure[0]} est celui"
    else:
        of = f"{french.upper_first(sure[0])} est le mois"
    return f"{of} où il reste le moins d'ouverture{S}: {said}"


def unheard_in_words(total: Lost) -> str:
    """« 35 jours sans registre des visites ni fiche de clôture »: of a day, complaints may be there."""
    return f"{french.days(total.unheard)} sans registre des visites ni fiche de clôture"


def notes(total: Lost, sites_without_hours: int, sites: int) -> str:
    """What to know beside the figures: whose hours are not known, what a site alone says, which days nobody speaks of."""
    said = []
    if sites_without_hours:
        where = (
            "Les heures d'ouverture ne sont pas renseignées"
            if sites_without_hours == sites
            else f"Les heures d'ouverture de {french.plural(sites_without_hours, 'centre')} sur {french.number(sites)} ne sont"
            " pas renseignées"
        )
        said.append(
            f"{where}{S}: les jours y sont comptés entiers, les coupures comme elles ont été dites."
        )
    if total.alone_in_words:
        said.append(
            f"De tout cela, seuls les centres disent {total.alone_in_words}, que personne n'a confirmé."
        )
    if total.unheard and not total.is_none:
        said.append(
            f"S'y ajoute peut-être une part des {unheard_in_words(total)}, et sans motif."
            if total.unheard > 1
            else "Un jour, sans registre des visites ni fiche ni motif, s'y ajoute peut-être."
        )
    return " ".join(said)


def visits_in_words(when: str, days: MatchedDays) -> str:
    """« Sur 12 mois, il est venu 4,1 usagers par jour les 94 jours de coupure, contre 5,6 les mêmes jours de semaine sans
    coupure : entre 1,0 et 2,1 de moins, sans doute »; where chance explains it, or too few days are known, that."""
    when = french.upper_first(when)
    if days.days < FEWEST_DAYS:
        few = f"{french.number(days.days)} à comparer, il en faut {FEWEST_DAYS}"
        return f"{when}, trop peu de jours de coupure pour dire si les usagers viennent moins{S}: {few}"
    if not days.is_judged:
        return f"{when}, trop peu d'usagers pour dire s'ils viennent moins les jours de coupure"
    users = "usager" if round(days.observed, 1) < 2 else "usagers"
    said = (
        f"{when}, il est venu {french.number(days.observed, 1)}{S}{users} par jour les {french.days(days.days)} de coupure,"
        f" contre {french.number(days.usual, 1)} les mêmes jours de semaine sans coupure"
    )
    return f"{said}{S}: {difference_in_words(days)}"


def difference_in_words(days: MatchedDays) -> str:
    """« entre 1,0 et 2,1 de moins, sans doute », « le hasard suffit à l'expliquer », « trop peu pour le dire »."""
    if days.low is None or days.high is None:
        return "trop peu pour le dire"
    if not days.is_different:
        return "le hasard suffit à l'expliquer"
    ends = sorted((abs(days.low), abs(days.high)))
    way = "de moins" if days.high < 0 else "de plus"
    return f"entre {french.number(ends[0], 1)} et {french.number(ends[1], 1)} {way}, sans doute"


def title_of(what: str, without: str) -> str:
    """« Coupures et fermetures, par motif, sans les jours « grève » ». without: a cause, "" for none."""
    return f"Coupures et fermetures, {what}{without_in_words(without)}"


def without_in_words(reason: str) -> str:
    """« , sans les jours « grève » »; "" for no cause."""
    return f", sans les jours «{S}{reason}{S}»" if reason else ""
