"""Closures one by one: those that are declared of a period, and what each covers of open time."""

import numpy as np

from dashboard import french
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.lost_time import known_part, lost_time_of
from dashboard.answers.network import sites
from dashboard.answers.question import Question
from dashboard.judgement.lost_time import HOUR, time_in_words, title_of
from dashboard.panel import Cell, Message, Panel, day_cell, make_table, text_cell
from dashboard.period import MINUTES_A_DAY
from db.day_states import register_visits
from db.shared_types import Closure


@uncached
def closures(view: View, question: Question) -> tuple[tuple[Closure, str], ...]:
    """The declared closures that overlap the period, the oldest first: (closure, name of its site or « Tout le réseau »)."""
    names: dict[int | None, str] = {p.id: p.name for p in sites(view, question)}
    return tuple(
        (c, names.get(c.site_id, "Tout le réseau"))
        for c in view.network.closures
        if c.first_day <= question.last
        and c.last_day >= question.first
        and (c.site_id in names or c.site_id is None and names)
    )


@cached
def closures_with_losses(
    view: View, question: Question, without: str = ""
) -> tuple[tuple[Closure, str, int, int], ...]:
    """The closures that touch the period, the newest first: (closure, name of its site or « Tout le réseau », the minutes of open
    time that it covers up to the date of the data, whole days without known hours)."""
    lost = lost_time_of(view, question, without)
    number = len(lost.closures)
    whole = ~lost.hours_known[lost.site, lost.day] & (lost.covered == MINUTES_A_DAY)
    minutes = np.bincount(lost.closure, np.where(whole, 0, lost.covered), number)
    days = np.bincount(lost.closure, whole, number)
    taken = zip(map(int, minutes), map(int, days), strict=True)
    by_closure = dict(zip(lost.closures, taken, strict=True))
    return tuple(
        (c, name, *by_closure.get(c, (0, 0)))
        for c, name in reversed(closures(view, question))
        if c.reason != without and (not without or c in by_closure)
    )


@cached
def closures_listed(view: View, question: Question, key: str, without: str = "") -> Panel:
    """A panel of the closures of the period one by one, the newest first, with the open time that each covers and who says so.
    without: as `by_reason`."""
    listed, title = closures_with_losses(view, question, without), title_of("une par une", without)
    if not listed:
        return Panel(key, title, Message("Aucune fermeture connue sur cette période."))
    end = known_part(view, question).last
    rows = [
        (
            text_cell(name),
            day_cell(c.first_day),
            day_cell(c.last_day),
            text_cell(_hours(c)),
            text_cell(c.reason),
            Cell(
                "pas encore compté" if c.first_day > end else time_in_words(minutes, days),
                (minutes / HOUR) if not days else None,
            ),
            text_cell(_who_says(c, _visits_of(view, question, c))),
        )
        for c, name, minutes, days in listed
    ]
    return Panel(
        key,
        title,
        table=make_table(
            (
                ("Où", ""),
                ("Du", "day"),
                ("Au", "day"),
                ("Heures", ""),
                ("Motif", ""),
                ("Ouverture touchée", ""),
                ("Qui le dit", ""),
            ),
            rows,
        ),
        caption="Ce que deux fermetures touchent ensemble est dit pour chacune.",
        finding=_how_many(len(listed), sum(not c.confirmed for c, *_ in listed)),
    )


def _visits_of(view: View, question: Question, c: Closure) -> int:
    """The visits in the registers of the question's sites that a closure of whole days closes, on its days in the period."""
    network = view.network
    if c.from_minute is not None:
        return 0
    rows = [network.row[p.id] for p in sites(view, question) if c.site_id in (None, p.id)]
    first, last = max(c.first_day, question.first), min(c.last_day, question.last)
    return int(register_visits(network, first, last)[rows].sum())


def _who_says(c: Closure, visits: int) -> str:
    """« confirmée », « confirmée ; 12 visites ces jours-là, à vérifier »."""
    if not c.confirmed:
        return "dite par le centre"
    if not visits:
        return "confirmée"
    return f"confirmée ; {french.plural(visits, 'visite')} ces jours-là, à vérifier"


def _how_many(number: int, alone: int) -> str:
    """« 23 fermetures et coupures déclarées sur la période, dont 2 que personne n'a confirmées »."""
    some = french.plural(
        number, "fermeture ou coupure déclarée", "fermetures et coupures déclarées"
    )
    agreed = "confirmée" if alone == 1 else "confirmées"
    unsure = f", dont {french.number(alone)} que personne n'a {agreed}" if alone else ""
    return f"{some} sur la période{unsure}"


def _hours(c: Closure) -> str:
    if c.from_minute is None or c.to_minute is None:
        return "journée"
    return f"{french.clock_time(c.from_minute)} à {french.clock_time(c.to_minute)}"
