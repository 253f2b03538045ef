"""Reminders of missing days: keeping that they were sent.

Before: `db.reminders`, which writes. After: `dashboard.ui.reminders`.
"""

from collections.abc import Collection
from datetime import date, datetime

from dashboard.accounts import rights
from dashboard.accounts.rights import NotAllowed, Person
from dashboard.actions.targets_and_decisions import Refused
from dashboard.answers import reminders
from dashboard.answers.context import engine_to_write, view
from dashboard.answers.question import EVERYTHING
from db import reminders as stored
from db.codes import ALL

RIGHT = "remind"
NOTHING_CHOSEN = "Cocher les centres à qui le message est envoyé."


def sites(person: Person) -> frozenset[str] | str:
    """The codes of the sites that the person may remind, or ALL."""
    return rights.sites(person, RIGHT, view(person).network.departments_of_sites)


def note_sent(person: Person, codes: Collection[str], month: date, moment: datetime) -> int:
    """Keep that these sites were reminded of their missing days of a month; returns how many. month: its first day; moment: at
    which the days are counted.

    Raises NotAllowed for a site of others; Refused where none is named, or none misses a day by now."""
    mine = sites(person)
    if mine != ALL and not set(codes) <= set(mine):
        raise NotAllowed(f"{person.name} : {RIGHT}, {sorted(codes)}")
    if not codes:
        raise Refused(NOTHING_CHOSEN)
    waiting = reminders.to_send(person, EVERYTHING, month, moment)
    due = {one.code: one.days for one in waiting if one.days}
    days = {code: due[code] for code in codes if code in due}
    if not days:
        raise Refused("Il ne manque plus de jour à ces centres.")
    stored.note_reminders(engine_to_write(person), days, person.name)
    return len(days)
