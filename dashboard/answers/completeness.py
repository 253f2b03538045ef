"""Who has handed in: days not closed, silent sites, declared closures."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dashboard import french
from dashboard.answers.figures import whole
from dashboard.answers.network import Silence, at_date, silences, sites
from dashboard.answers.question import Question
from dashboard.answers.trust import strip
from dashboard.answers.view import View, answer, quick
from dashboard.panel import Message, Panel, count, day, table, words
from dashboard.period import day_of
from dashboard.wording import base, shown, who_reported
from db.shapes import Closure

UP_TO_DATE = 3  # days since the last known one
LISTED = 8  # days without closing in a cell


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
    """Which working days have no closing, and which sites have been silent."""
    figures, heard = whole(view, question), silences(view, question)
    rows = [
        (
            words(u.name),
            count(len(u.days)),
            words(_since(heard.get(u.code))),
            words(", ".join(f"{d:%d/%m}" for d in u.days[-LISTED:])),
        )
        for u in unclosed(view, question)
    ]
    return Panel(
        key,
        "Qui n'a pas remonté ses journées",
        table=table(
            (
                ("Centre", ""),
                ("Jours non clôturés", "count"),
                ("Dernier jour connu", ""),
                ("Les derniers jours non clôturés", ""),
            ),
            rows,
        ),
        caption=f"Jours non clôturés depuis le {french.date_short(question.first)} et dernier jour connu, {at_date(view)}."
        f" Sur la période, {who_reported(figures['visits'])}. Jours clôturés : {shown(figures['completeness'])}"
        f" ({base(figures['completeness'])}).",
        strip=strip(view, question, "completeness"),
    )


def _since(heard: Silence | None) -> str:
    if heard is None:
        return "centre fermé"
    if heard.silent or heard.days is None:
        return heard.words
    return "à jour" if heard.days <= UP_TO_DATE else f"il y a {french.days(heard.days)}"


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
    return Panel(
        key,
        title,
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
