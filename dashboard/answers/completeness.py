"""Who has handed in: days not closed, silent sites, declared closures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard import french
from dashboard.answers.figures import whole
from dashboard.answers.network import SILENT_DAYS, Silence, at_date, silences, sites
from dashboard.answers.question import Question
from dashboard.answers.trust import strip
from dashboard.answers.view import View, answer, quick
from dashboard.panel import Cell, Message, Panel, count, day, site_name, table, words
from dashboard.period import day_of
from dashboard.wording import base, shown, who_reported
from db.shapes import Closure

S = french.SPACE
MOST = 3  # reasons of closures in a heading


@dataclass(frozen=True)
class Unclosed:
    """Working days of a site without a closing."""

    code: str
    name: str
    department: str
    days: tuple[date, ...]


@answer
def unclosed(view: View, question: Question) -> tuple[Unclosed, ...]:
    """Each of the question's sites, by name: its days from the period's first to the date of the data."""
    book = view.book
    span = book.days(question.first, book.as_of or question.last)
    table = []
    for p in sites(view, question):
        row = book.row[p.id]
        missing = (
            np.flatnonzero(book.open[row, span] & ~book.closed[row, span])
            + span.start
            + book.origin
        )
        table.append(
            Unclosed(
                p.code,
                p.name,
                p.department,
                tuple(map(day_of, missing.tolist())),
            )
        )
    return tuple(table)


@quick
def closures(view: View, question: Question) -> tuple[tuple[Closure, str], ...]:
    """Closures that touch the period, the oldest first, each with the name of its site or « Tout le réseau »."""
    names: dict[int | None, str] = {p.id: p.name for p in sites(view, question)}
    return tuple(
        (c, names.get(c.site_id, "Tout le réseau"))
        for c in view.book.closures
        if c.first_day <= question.last
        and c.last_day >= question.first
        and (c.site_id in names or c.site_id is None and names)
    )


@answer
def not_reported(view: View, question: Question, key: str) -> Panel:
    """Which working days have no closing, by site, those that have most first, and when each was last heard of."""
    figures, heard = whole(view, question), silences(view, question)
    known = sorted(
        unclosed(view, question), key=lambda u: (-len(u.days), french.alphabetical(u.name))
    )
    rows = [
        (
            site_name(u.name, u.code),
            count(len(u.days)),
            heard_of(heard.get(u.code)),
            words(_recent(u.days)),
        )
        for u in known
    ]
    return Panel(
        key,
        "Journées ouvertes non clôturées",
        table=table(
            (
                ("Centre", ""),
                ("Jours non clôturés", "count"),
                ("Dernier jour connu", "day"),
                ("La plus récente", ""),
            ),
            rows,
        ),
        caption=f"Depuis le {french.date_short(question.first)}, {at_date(view)}. Sur la période,"
        f" {who_reported(figures['visits'])}. Jours clôturés{S}: {shown(figures['completeness'])}"
        f" ({base(figures['completeness'])}).",
        finding=_left_open(known),
        strip=strip(view, question, "completeness"),
    )


def _left_open(known: Sequence[Unclosed]) -> str:
    """« CCSP de Covè a laissé 78 journées ouvertes non clôturées ; 2 autres centres, 15 ensemble »."""
    late = [u for u in known if u.days]
    if not late:
        return "Toutes les journées ouvertes sont clôturées"
    said = f"{late[0].name} a laissé {_days_open(len(late[0].days))}"
    if len(late) == 1:
        return said
    others = french.plural(len(late) - 1, "autre centre", "autres centres")
    together = " ensemble" if len(late) > 2 else ""
    return f"{said}{S}; {others}, {french.number(sum(len(u.days) for u in late[1:]))}{together}"


def _days_open(n: int) -> str:
    return french.plural(n, "journée ouverte non clôturée", "journées ouvertes non clôturées")


@answer
def each_day(view: View, question: Question, key: str) -> Panel:
    """The working days without a closing, a row for each site and day, the newest first."""
    known = unclosed(view, question)
    rows = sorted(
        ((d, u) for u in known for d in u.days), key=lambda row: (-row[0].toordinal(), row[1].name)
    )
    return Panel(
        key,
        "Journées non clôturées, une par une",
        table=table(
            (
                *([] if question.site else [("Centre", "")]),
                ("Jour", "day"),
                ("Jour de la semaine", ""),
            ),
            [
                (
                    *([] if question.site else [site_name(u.name, u.code)]),
                    day(d),
                    words(french.weekday(d)),
                )
                for d, u in rows
            ],
        ),
        caption=f"Depuis le {french.date_short(question.first)}, {at_date(view)}.",
        finding=_left_open(sorted(known, key=lambda u: -len(u.days))),
    )


@answer
def silent(view: View, question: Question, key: str) -> Panel:
    """The sites that are silent at the date of the data, for how long, the longest first."""
    home = {p.code: p.department for p in sites(view, question)}
    heard = silences(view, question)
    quiet = sorted(
        (s for s in heard.values() if s.silent),
        key=lambda s: (s.last or date.min, french.alphabetical(s.name)),
    )
    rows = [
        (
            site_name(s.name, s.code),
            words(home[s.code]),
            day(s.last, "jamais"),
            words("—") if s.days is None else Cell(french.days(s.days), s.days),
        )
        for s in quiet
    ]
    of = f"sur {french.number(len(heard))} {at_date(view)}".rstrip()
    return Panel(
        key,
        "Centres muets",
        table=table(
            (
                ("Centre", ""),
                ("Département", ""),
                ("Dernier jour connu", "day"),
                ("Muet depuis", "days"),
            ),
            rows,
        ),
        caption=f"Muet{S}: ni visite ni clôture depuis plus de {french.days(SILENT_DAYS)}, {at_date(view)}.",
        finding=f"{french.plural(len(quiet), 'centre muet', 'centres muets')} {of}"
        if quiet
        else f"Aucun centre muet {of}",
    )


def heard_of(heard: Silence | None) -> Cell:
    """« 20/10/2026, muet depuis 35 jours »: a cell of the last day that is known of a site. heard: None of a closed one."""
    if heard is None or heard.last is None:
        return words("centre fermé" if heard is None else heard.words)
    return Cell(", ".join(filter(None, (french.date_short(heard.last), heard.words))), heard.last)


def _recent(days: Sequence[date]) -> str:
    """« 24/11/2026 et 53 autres »: the newest, with its year."""
    return french.some([french.date_short(d) for d in reversed(days)], 1)


@answer
def closed(view: View, question: Question, key: str) -> Panel:
    """Declared closures of the period, the newest first."""
    title, declared = "Fermetures déclarées", closures(view, question)
    if not declared:
        return Panel(key, title, Message("Aucune fermeture déclarée sur cette période."))
    rows = [
        (words(name), day(c.first_day), day(c.last_day), words(_hours(c)), words(c.reason))
        for c, name in reversed(declared)
    ]
    reasons = Counter(c.reason for c, _ in declared).most_common(MOST)
    why = ", ".join(f"{reason}{S}{french.number(n)}" for reason, n in reasons)
    many = french.plural(len(declared), "fermeture déclarée", "fermetures déclarées")
    return Panel(
        key,
        title,
        finding=f"{many} sur la période{S}: {why}",
        table=table(
            (("Où", ""), ("Du", "day"), ("Au", "day"), ("Heures", ""), ("Motif", "")), rows
        ),
    )


def _hours(c: Closure) -> str:
    if c.from_minute is None:
        return "journée"
    return " à ".join(
        "" if m is None else f"{m // 60} h {m % 60:02}" for m in (c.from_minute, c.to_minute)
    )
