"""Completeness of what sites hand in: working days without a closing, silent sites."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard import french
from dashboard.answers.context import View, cached, cached_with_rows
from dashboard.answers.figures import overall_figures
from dashboard.answers.network import (
    SILENT_DAYS,
    data_date_in_words,
    silences,
    sites,
    until_data_date,
    with_data_date,
)
from dashboard.answers.question import Question
from dashboard.answers.trust import trust_line
from dashboard.indicators import Figure
from dashboard.indicators.measures import NO_CLOSINGS
from dashboard.judgement.silence import (
    NOTHING,
    NOTHING_OF_MANY,
    Silence,
    silent_in_words,
)
from dashboard.panel import (
    Cell,
    Listing,
    Message,
    Panel,
    count_cell,
    day_cell,
    make_table,
    site_cell,
    text_cell,
)
from dashboard.partial_counts import Count, Coverage
from dashboard.period import day_from_number
from dashboard.wording import NOT_HANDED, among_in_words, basis_in_words, shown_value, who_reported

S = french.SPACE
# In a column of days, of a site that never handed in a visit or a closing.
NOT_BEGUN, COMPLAINTS_ALONE = "rien de remis encore", "registre des plaintes seul"
NOT_LISTED = "Les jours d'un centre, un par un, se lisent par qui en répond"


@dataclass(frozen=True)
class UnclosedDays:
    """The working days of a site without a closing. days: None for a site that never handed in a closing, where nothing is
    known; due: how many working days were due."""

    code: str
    name: str
    department: str
    days: tuple[date, ...] | None
    due: int

    @property
    def known(self) -> tuple[date, ...]:
        """The known days without a closing; empty where none are known."""
        return self.days or ()


@cached
def unclosed_days(view: View, question: Question) -> tuple[UnclosedDays, ...]:
    """The days without a closing of each of the question's sites, by name, from the period's first day to the date of the
    data."""
    network = view.network
    span = network.day_columns(question.first, network.known_until or question.last)
    table = []
    for p in sites(view, question):
        row = network.row[p.id]
        due = network.is_open[row, span] | network.is_unconfirmed[row, span]
        missing = (
            np.flatnonzero(due & ~network.has_closing[row, span]) + span.start + network.origin
        )
        table.append(
            UnclosedDays(
                p.code,
                p.name,
                p.department,
                tuple(map(day_from_number, missing.tolist()))
                if network.hands_in_closings[row]
                else None,
                int(due.sum()),
            )
        )
    return tuple(table)


@cached_with_rows
def missing_closings(view: View, question: Question, key: str) -> Panel:
    """A panel of the working days without a closing by site, the most first, with the last day known of each site."""
    figures, silences_by_code = (
        overall_figures(view, until_data_date(view, question)),
        silences(view, question),
    )
    known = sorted(
        unclosed_days(view, question),
        key=lambda u: (u.days is None, -len(u.known), french.alphabetical(u.name)),
    )
    named = {u.code for u in known if view.access.sees_days(u.code)}
    if not any(u.known for u in known if u.code in named):
        named = set()  # there is none to name
    rows = [
        (
            site_cell(u.name, u.code),
            text_cell(NOT_HANDED) if u.days is None else count_cell(len(u.days)),
            last_known_day_cell(silences_by_code.get(u.code)),
            *([text_cell(_recent(u.known) if u.code in named else "—")] if named else []),
        )
        for u in known
    ]
    finding = _missing_in_words(known, _until_in_words(view, question))
    closed = _closings_in_words(known, figures["completeness"])
    who = f"{_days(view, question)}, {who_reported(figures['visits'])}."
    return Panel(
        key,
        "Fiches de clôture qui manquent",
        table=make_table(
            (
                ("Centre", ""),
                ("Fiches qui manquent", "count"),
                ("Dernier jour connu", "day"),
                *([("La plus récente", "")] if named else []),
            ),
            rows,
        ),
        caption=who if closed == f"{finding}." else f"{who} {closed}",
        finding=finding,
        trust_line=f"{_days(view, question)}, {trust_line(view, until_data_date(view, question), 'completeness')}",
    )


def _days(view: View, question: Question) -> str:
    """« Du 01/11/2025 au 24/11/2026 »: the days that are counted, up to the date of the data."""
    first = french.date_short(question.first)
    return (
        f"Du {first} {data_date_in_words(view)}"
        if data_date_in_words(view)
        else f"Depuis le {first}"
    )


def _closings_in_words(known: Sequence[UnclosedDays], closed: Figure) -> str:
    """« Fiches de clôture remises : 97 % (4 900 sur 5 050). », and how many sites hand in closings, where not all do."""
    if closed.note == NO_CLOSINGS:
        return f"{french.upper_first(NO_CLOSINGS)}."
    if closed.value is None and not basis_in_words(
        closed
    ):  # nothing was due, or it is not known what was
        return f"{french.upper_first(closed.note)}." if closed.note else ""
    few = closed.value is None  # « 1 sur 1 »: too few for a percentage
    share = basis_in_words(closed) if few else f"{shown_value(closed)} ({basis_in_words(closed)})"
    hand_in = _coverage(known)
    if 0 < hand_in.known < len(known):
        share += f", {among_in_words(hand_in.known, hand_in.expected)}"
    return f"Fiches de clôture remises{S}: {share}."


def _coverage(known: Sequence[UnclosedDays]) -> Coverage:
    """The coverage of closings over these sites."""
    hand_in = sum(u.days is not None for u in known)
    return Coverage("clôtures", len(known), hand_in, hand_in)


def _until_in_words(view: View, question: Question) -> str:
    """« du 01/10/2026 au 24/11/2026 » after a space, where the days counted go beyond the period; else ""."""
    known_until = view.network.known_until
    return (
        f" {french.lower_first(_days(view, question))}"
        if known_until and known_until > question.last
        else ""
    )


def _missing_in_words(known: Sequence[UnclosedDays], when: str) -> str:
    """« CCSP de Covè : 78 fiches de clôture manquent au 24/11/2026 ; 15 autres dans 2 autres centres »; where some sites hand
    in none: « 5 centres sur 24 n'ont remis aucune fiche ; dans les 19 autres, 940 fiches de clôture manquent, dont 73 au CCSP
    de Pobè »."""
    late, hand_in = [u for u in known if u.days], _coverage(known)
    if not hand_in.known:
        return french.upper_first(NO_CLOSINGS)
    if not late:
        every = Count(0, hand_in)
        return (
            every.deny("Toutes les fiches de clôture sont remises")
            if every.is_complete
            else f"{_none_of(known)}{S}; {_none_missing([u for u in known if u.days is not None])}"
        )
    if not hand_in.is_complete:
        return f"{_none_of(known)}{S}; {_missing_elsewhere(late, hand_in.known, when)}"
    words = f"{late[0].name}{S}: {_missing(len(late[0].known))}{when}"
    if len(late) == 1:
        return words
    others = french.plural(len(late) - 1, "autre centre", "autres centres")
    more = french.plural(sum(len(u.known) for u in late[1:]), "autre", "autres")
    return f"{words}{S}; {more} dans {others}"


def _missing_elsewhere(late: Sequence[UnclosedDays], hand_in: int, when: str) -> str:
    """« dans les 19 autres, 940 fiches de clôture manquent, dont 73 au CCSP de Pobè », after the sites that hand in none. late:
    sites with missing closings; hand_in: how many sites hand in closings."""
    many = sum(len(u.known) for u in late)
    first = late[0]
    if hand_in == 1:
        return f"dans l'autre, le {first.name}, {_missing(many)}{when}"
    if len(late) == 1:
        return f"dans les {hand_in} autres, {_missing(many)}{when}, au {first.name}"
    return f"dans les {hand_in} autres, {_missing(many)}{when}, dont {french.number(len(first.known))} au {first.name}"


def _none_missing(known: Sequence[UnclosedDays]) -> str:
    """« dans les 3 autres, les 45 fiches attendues sont remises »: that the sites that hand in closings miss none."""
    due, others = sum(u.due for u in known), len(known)
    where = "dans l'autre" if others == 1 else f"dans les {others} autres"
    if not due:
        return f"{where}, aucune fiche n'est encore attendue"
    all_of_them = f"les {french.number(due)} fiches attendues sont remises"
    return f"{where}, {all_of_them if due > 1 else 'la fiche attendue est remise'}"


def _none_of(known: Sequence[UnclosedDays]) -> str:
    """« 3 centres sur 24 n'ont remis aucune fiche »; a single one by its name."""
    never = [u.name for u in known if u.days is None]
    if len(never) == 1:
        return f"{never[0]} n'a remis aucune fiche"
    return f"{french.plural(len(never), 'centre')} sur {french.number(len(known))} n'ont remis aucune fiche"


def _missing(n: int) -> str:
    return french.plural(n, "fiche de clôture manque", "fiches de clôture manquent")


@cached_with_rows
def unclosed_days_listed(view: View, question: Question, key: str) -> Panel:
    """A panel of the working days without a closing, a row for each site and day, the newest first; of sites whose days the
    person may not read, how many alone."""
    known, when = unclosed_days(view, question), _until_in_words(view, question)
    mine = [u for u in known if view.access.sees_days(u.code)]
    rows = sorted(
        ((d, u) for u in mine for d in u.known), key=lambda row: (-row[0].toordinal(), row[1].name)
    )
    withheld = "" if len(mine) == len(known) else NOT_LISTED
    return Panel(
        key,
        "Fiches de clôture qui manquent, une par une",
        table=make_table(
            (
                *([] if question.site else [("Centre", "")]),
                ("Jour", "day"),
                ("Jour de la semaine", ""),
            ),
            [
                (
                    *([] if question.site else [site_cell(u.name, u.code)]),
                    day_cell(d),
                    text_cell(french.weekday(d)),
                )
                for d, u in rows
            ],
        ),
        caption=". ".join(filter(None, (_days(view, question), withheld))),
        content=Listing()
        if rows or _coverage(mine).known
        else Message(f"{_missing_in_words(known, when)}."),
        finding=_missing_in_words(sorted(known, key=lambda u: -len(u.known)), when),
    )


@cached
def silent_sites(view: View, question: Question, key: str) -> Panel:
    """A panel of the sites that are silent at the date of the data, those that did not say why first, then the longest; and of
    those that never handed in anything."""
    home = {p.code: p.department for p in sites(view, question)}
    silences_by_code = silences(view, question)
    quiet = sorted(
        (s for s in silences_by_code.values() if s.in_words),
        key=lambda s: s.order,
    )
    # Without any, the column is left out.
    said, any_silent = any(s.why for s in quiet), any(s.is_silent for s in quiet)
    rows = [
        (
            site_cell(s.name, s.code),
            text_cell(home[s.code]),
            day_cell(s.last, _not_begun(s)),
            *([_silent_cell(s)] if any_silent else []),
            *([text_cell(s.why_and_who or "—")] if said else []),
        )
        for s in quiet
    ]
    return Panel(
        key,
        "Centres muets",
        table=make_table(
            (
                ("Centre", ""),
                ("Département", ""),
                ("Dernier jour connu", "day"),
                *([("Muet depuis", "days")] if any_silent else []),
                *([("Pourquoi", "")] if said else []),
            ),
            rows,
        ),
        caption=with_data_date(
            view,
            f"Un centre est dit muet après plus de {french.days(SILENT_DAYS)} sans registre des visites ni fiche de clôture"
            f"{_own_delays(silences_by_code.values())}",
        ),
        finding=_silences_in_words(silences_by_code.values(), data_date_in_words(view)),
    )


def _silent_cell(one: Silence) -> Cell:
    """For how many days a site is silent; « — » of one that has not begun."""
    return text_cell("—") if one.days is None else Cell(french.days(one.days), one.days)


def _own_delays(silences: Collection[Silence]) -> str:
    """« , Kandi après 15 jours »: the sites that have a delay of their own; "" without any."""
    own = [f"{s.name} après {french.days(s.after)}" for s in silences if s.after != SILENT_DAYS]
    return f" ({french.join_first(own)})" if own else ""


def _silences_in_words(silences: Collection[Silence], at: str) -> str:
    """« 3 centres muets sur 24 au 23/11/2026, dont 1 l'a expliqué, et 2 autres qui n'ont encore remis ni registre ni fiche de
    clôture ». at: the date, in words."""
    never = sum(s.days is None for s in silences)
    silent_count = sum(s.is_silent for s in silences)
    of = f"sur {french.number(len(silences))} {at}".rstrip()
    have = NOTHING_OF_MANY if never > 1 else NOTHING
    others = "autre" if never == 1 else "autres"
    if not silences:
        return "Aucun centre ne correspond à ces filtres"
    if never == len(silences):
        (first, *_) = silences
        return (
            f"{first.name} {NOTHING}"
            if never == 1
            else f"Les {french.number(never)} centres {have}"
        )
    if not silent_count and never:
        return f"{french.plural(never, 'centre')} sur {french.number(len(silences))} {have}"
    more = f", et {french.number(never)} {others} qui {have}" if never else ""
    if silent_count:
        return f"{silent_in_words(silences, 'centre muet', 'centres muets', of)}{more}"
    if len(silences) == 1:
        (only,) = silences
        return f"{only.name} n'est pas muet {at}".rstrip()
    return f"Aucun des {french.number(len(silences))} centres n'est muet {at}".rstrip()


def last_known_day_cell(silence: Silence | None) -> Cell:
    """« 20/10/2026, muet depuis 35 jours »: a cell of a site's last day with data. silence: None for a closed site."""
    if silence is None or silence.last is None:
        return text_cell("centre fermé" if silence is None else _not_begun(silence))
    return Cell(
        ", ".join(filter(None, (french.date_short(silence.last), silence.in_words))), silence.last
    )


def _not_begun(silence: Silence) -> str:
    """What is said in place of the last day of a site that never handed in a visit or a closing."""
    return COMPLAINTS_ALONE if silence.complaints_alone else NOT_BEGUN


def _recent(days: Sequence[date]) -> str:
    """« 24/11/2026 et 53 autres »: the newest of the days, and how many others."""
    return french.join_first([french.date_short(d) for d in reversed(days)], 1)
