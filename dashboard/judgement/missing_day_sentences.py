"""Which days a site has still to hand in, in French: « Covè : octobre est complet. En novembre il manque 3 jours : le 4, le 12
et le 13. »"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from dashboard import french
from dashboard.period import ONE_DAY, month_end

Days = tuple[date, ...]

S = french.SPACE
MOST_MONTHS = 3  # that are named in a sentence
MOST_PARTS = 5  # days, and days in a row, that are all named
SOME_PARTS = 3  # that are named where there are more
ROW = 3  # days in a row from which on they are « du 4 au 12 »


@dataclass(frozen=True)
class SiteDays:
    """The days of a site, in order, of which a sentence speaks. name: as it begins; today: the day on which it is said.

    opened_on, closed_on: None where unknown. since: the first day on which it is in service and asked about, None where there
    is none. begun: whether it ever handed in a register; closes: whether it hands in closings, and lacks none of a day that is
    due. expected: open days up to the first that is neither due nor handed in. Of these missing: due and not handed in;
    unclosed: the register has visits, and no closing came. explained:
    missing days of which the site said why, none of the expected. announced: missing days whose register is promised, each with
    the day for which it is, of the expected. nobody: days without a register of which the site says that nobody came, of the
    expected. silence: why it is silent, as a sentence without its full stop; "" where it is not, or did not say why.
    """

    name: str
    today: date
    opened_on: date | None
    closed_on: date | None
    since: date | None
    begun: bool
    closes: bool
    expected: Days
    missing: Days
    unclosed: Days
    explained: Days = ()
    announced: tuple[tuple[date, date], ...] = ()
    nobody: Days = ()
    silence: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether the site has closed for good."""
        return self.closed_on is not None and self.closed_on <= self.today


def by_month(days: Iterable[date]) -> tuple[tuple[date, Days], ...]:
    """The days by month, in order: (first day of the month, its days)."""
    return tuple((month, tuple(of)) for month, of in groupby(days, lambda d: d.replace(day=1)))


def site_sentence(days: SiteDays) -> str:
    """The sentences that say which days the site has still to hand in; at most three months are named beside those of its
    opening and its closing."""
    lead = _lead(days)
    first, *others = _sentences(days)
    begin = f"{lead} {french.upper_first(first)}" if lead else f"{days.name}{S}: {first}"
    more = filter(None, [*others, *_announced(days), *_explained(days), days.silence])
    return ". ".join([begin, *map(french.upper_first, more)]) + "."


def _lead(days: SiteDays) -> str:
    """What is to be known of the site first, as a sentence; "" for one that is open as it was last month."""
    opened = days.opened_on
    if days.closed_on is not None and days.is_closed:
        return f"{days.name} est fermé depuis le {_day(days, days.closed_on)}."
    if opened and opened > days.today:
        return f"{days.name} ouvre le {_day(days, opened)}."
    if opened and opened >= days.today.replace(day=1):
        return f"{days.name} est ouvert depuis le {_day(days, opened)}."
    return ""


def _sentences(days: SiteDays) -> list[str]:
    """The sentences without capitals and full stops."""
    if not days.expected:
        if days.is_closed:
            return ["rien n'est attendu"]
        if days.since is None and days.opened_on is None and not days.begun:
            return [
                "aucun registre des visites n'a encore été remis, et son ouverture n'est pas renseignée"
            ]
        return ["rien n'est attendu pour l'instant"]
    if not days.missing and not days.begun and (days.announced or days.nobody):
        return ["aucun registre des visites n'a encore été remis"]
    if not days.missing:
        return [_complete(days, _since(days)), *_to_close(days)]
    if not days.begun:
        yet = "" if days.is_closed else " encore"
        return [f"aucun registre des visites n'a{yet} été remis", _all_missing(days)]
    return _missing(days)


def _missing(days: SiteDays) -> list[str]:
    """What is missing by month, the last months; what is missing before, what is complete before and after."""
    tail = _missing_to_the_end(days)
    months = by_month(days.missing[: len(days.missing) - len(tail)])
    ends = (*tail[:1], *tail[-1:]) if days.is_closed else tail[:1]  # that the last sentence names
    room = MOST_MONTHS - len(ends)
    named = months[-room:]
    sentences = [_month_sentence(days, *month) for month in named]
    if earlier := sum(len(of) for _, of in months[:-room]):
        many, since = french.plural(earlier, "jour"), _month(days, named[0][0])
        sentences.insert(0, f"il manque {many} avant {since}")
    if tail:
        return [*sentences, _tail_sentence(days, tail)]
    last, end = days.missing[-1].replace(day=1), days.expected[-1].replace(day=1)
    if last < end:
        return [*sentences, f"depuis, {_complete(days)}"]
    before = (last - ONE_DAY).replace(day=1)
    if len(months) == 1 and _is_complete(days, before):
        month = _month(days, before)
        whole = f"{month} est complet"
        if not days.closes:  # of the other forms nothing is known
            whole = f"le registre des visites {french.elide('de', month)} est complet"
        return [whole, *sentences]
    return sentences


def _is_complete(days: SiteDays, month: date) -> bool:
    """Whether days of the month are expected, and none is missing, promised or unclosed."""
    known = dict(by_month(days.expected))
    due = {*days.missing, *days.unclosed, *days.nobody, *(day for day, _ in days.announced)}
    return month in known and not due & {*known[month]}


def _missing_to_the_end(days: SiteDays) -> Days:
    """The last missing days where all are missing from the first of them on, and they are of several months; else none."""
    rows = _rows(days.missing, days.expected)
    last = rows[-1]
    several = last[0].replace(day=1) < last[-1].replace(day=1)
    return last if several and last[-1] == days.expected[-1] else ()


def _tail_sentence(days: SiteDays, tail: Days) -> str:
    first, many = _day(days, tail[0]), french.plural(len(tail), "jour")
    when = f"du {first} au {_day(days, tail[-1])}" if days.is_closed else f"à partir du {first}"
    return f"aucun registre {when}, il manque {many}"


def _month_sentence(days: SiteDays, month: date, missing: Days) -> str:
    """« en novembre il manque 3 jours : le 4, le 12 et le 13 »; « en octobre il manque tout le mois : 22 jours »."""
    when, many = f"en {_month(days, month)} il manque", french.plural(len(missing), "jour")
    of_month = dict(by_month(days.expected)).get(month, missing)
    is_whole = days.since and days.since <= month and month_end(month) < days.expected[-1]
    if is_whole and len(missing) == len(of_month):
        return f"{when} tout le mois{S}: {many}"
    return f"{when} {many}{_listed(missing, days.expected)}"


def _all_missing(days: SiteDays) -> str:
    """What is missing of a site that never handed in anything: « il manque 18 jours : du 2 au 26 novembre »."""
    many = french.plural(len(days.missing), "jour")
    return f"il manque {many}{_in_one_month(days, days.missing)}"


def _since(days: SiteDays) -> str:
    """« du 1er septembre au » where more days of the site were expected before those that are asked about, else « jusqu'au »."""
    if days.since and days.opened_on and days.opened_on < days.since:
        return f"du {_day(days, days.since)} au"
    return "jusqu'au"


def _complete(days: SiteDays, until: str = "jusqu'au") -> str:
    """« tout est remis jusqu'au 26 novembre »; of a site with days to close, or that hands in no closings, its registers of
    visits; of one that promises some, or says why others are not there, the rest. Nothing is handed in of days of which the site
    only said that nobody came."""
    registers_alone = days.unclosed or not days.closes
    what = "les registres des visites sont remis" if registers_alone else "tout est remis"
    if days.announced or days.nobody or days.explained:
        what = "tout le reste est remis"
        if registers_alone:
            what = "les autres registres des visites sont remis"
    said = {*days.nobody, *(day for day, _ in days.announced)}
    given = [day for day in days.expected if day not in said]
    if not given:
        return "aucun registre n'est remis" if days.nobody else "rien n'est encore remis"
    return what if days.is_closed else f"{what} {until} {_day(days, given[-1])}"


def _to_close(days: SiteDays) -> list[str]:
    """« il reste 2 jours à clore : le 24 et le 25 novembre », or nothing."""
    if not days.unclosed:
        return []
    many = f"{french.plural(len(days.unclosed), 'jour')} à clore"
    return [f"il reste {many}{_in_one_month(days, days.unclosed)}"]


def _announced(days: SiteDays) -> list[str]:
    """« 2 registres sont annoncés : le 4 et le 5 novembre, le dernier pour le 9 novembre », or nothing."""
    if not days.announced:
        return []
    last = _day(days, max(promised for _, promised in days.announced))
    some = tuple(day for day, _ in days.announced)
    many = french.plural(len(some), "registre est annoncé", "registres sont annoncés")
    pour = f"pour le {last}" if len(some) == 1 else f"le dernier pour le {last}"
    return [f"{many}{_in_one_month(days, some)}, {pour}"]


def _explained(days: SiteDays) -> list[str]:
    """« 2 jours sont expliqués : le 4 et le 5 novembre », or nothing."""
    some = tuple(sorted({*days.explained, *days.nobody}))
    if not some:
        return []
    many = french.plural(len(some), "jour est expliqué", "jours sont expliqués")
    every = replace(days, expected=tuple(sorted({*days.expected, *some})))
    return [f"{many}{_in_one_month(every, some)}"]


def _in_one_month(days: SiteDays, some: Days) -> str:
    """« : du 2 au 26 novembre » for days of one month; for those of several « : le 29 septembre et le 2 octobre » where they are
    few, else « depuis le 2 octobre »."""
    months = by_month(some)
    if len(months) > 1 and len(some) > MOST_PARTS:
        return f" depuis le {_day(days, some[0])}"
    if len(months) > 1:
        return f"{S}: {french.join_words([f'le {_day(days, day)}' for day in some])}"
    return f"{_listed(some, days.expected)} {_month(days, months[0][0])}"


def _rows(some: Days, expected: Days) -> list[Days]:
    """Some days, by rows without another expected day between."""
    place = {day: n for n, day in enumerate(sorted({*expected, *some}))}
    rows = groupby(enumerate(some), lambda one: place[one[1]] - one[0])
    return [tuple(day for _, day in row) for _, row in rows]


def _listed(some: Days, expected: Days) -> str:
    """« : le 2, du 4 au 12 et le 20 » for days of one month; of very many parts « , dont ceux du 4 au 12 », the longest rows,
    of single days the last."""
    parts = [
        part
        for row in _rows(some, expected)
        for part in ([row] if len(row) >= ROW else [(day,) for day in row])
    ]
    if len(parts) <= MOST_PARTS:
        return f"{S}: {french.join_words([_part(part) for part in parts])}"
    chosen = sorted(sorted(parts, key=lambda part: (len(part), part))[-SOME_PARTS:])
    named = [f"ceux {_part(part)}" if len(part) > 1 else _part(part) for part in chosen]
    return f", dont {french.join_words(named)}"


def _part(days: Days) -> str:
    """« le 4 », « du 4 au 12 »."""
    if len(days) == 1:
        return f"le {_number(days[0])}"
    return f"du {_number(days[0])} au {_number(days[-1])}"


def _number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def _day(days: SiteDays, day: date) -> str:
    """« 26 novembre »; with the year where it is another one."""
    return f"{_number(day)} {_month(days, day)}"


def _month(days: SiteDays, day: date) -> str:
    if day.year != days.today.year:
        return french.month_label(day)
    return french.MONTHS[day.month - 1]
