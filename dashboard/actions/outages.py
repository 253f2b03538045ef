"""Hours of a day in which a site could not work, without power or network: kept as a closure between two hours, which closes no
day.

Before: `dashboard.actions.taps`, which keeps. After: `dashboard.web.outage_pages`.
"""

from datetime import date

from dashboard import french
from dashboard.accounts import rights
from dashboard.accounts.rights import Person, Reach
from dashboard.actions import taps
from dashboard.actions.site_days import REASONS, Reason
from dashboard.actions.taps import Tap, Told
from dashboard.answers import missing_days
from db.shared_types import Place
from db.write import Refused, Saved

# Those that may last some hours, the most frequent first.
OF_HOURS = tuple(sorted((one for one in REASONS if one.term), key=lambda one: one.code == "ferme"))
NO_REASON = "Dire ce qui s'est passé : choisir une raison."
NO_HOURS = "Dire de quelle heure à quelle heure. Pour une journée entière : « Dire pourquoi un jour manque »."
ODD_HOURS = "Une heure est attendue, écrite HH:MM, comme 08:30."


def say_hours(
    person: Person, site: str, day: str, hours: tuple[str, str], code: str, key: str
) -> int:
    """Keep the hours in which a site could not work; returns the number of the receipt, the same for the same form sent twice.
    day, hours (from, to): as typed; code: of OF_HOURS; key: of the form, of chance.

    Raises NotAllowed; Refused for what a file could not say either, and for a whole day."""
    place = taps.site(person, site)
    reason = next((one for one in OF_HOURS if one.code == code), None)
    if reason is None:
        raise Refused(NO_REASON)
    when = taps.typed_day(day)
    begins, ends = (text.strip() for text in hours)
    if not (begins and ends):
        raise Refused(NO_HOURS)
    if not (begins.isascii() and ends.isascii()):
        raise Refused(ODD_HOURS)
    if "24:00" in (begins, ends):
        raise Refused("Minuit s'écrit 00:00 ; la fin d'une journée, 23:59.")
    _refuse_out_of_service(person, place, when)
    text = taps.day_text(when)
    confirmed = rights.reach_of_right(person, taps.RIGHT) == Reach.COUNTRY
    rows = [[place.code, text, text, begins, ends, reason.term]]
    tap = Tap(place, "fermetures", rows, key, not confirmed)
    known = taps.known_receipt(person, tap)
    if known is not None:
        return known
    said = f"{_hours(begins, ends)}, le {french.date_long(when)}"
    return taps.keep(person, tap, lambda saved: _told(place, reason, said, saved))


def _refuse_out_of_service(person: Person, place: Place, day: date) -> None:
    """Raises Refused for a day on which the site does not serve: it has no hours to lose."""
    of_day = missing_days.site_day(person, place.code, day)
    if of_day is None or not place.serves_on(day):
        raise Refused(f"{place.name} n'est pas en service le {french.date_long(day)}.")
    if of_day.opened_on is not None and day < of_day.opened_on:
        opened = french.date_long(of_day.opened_on)
        raise Refused(
            f"{place.name} est ouvert depuis le {opened} : le {french.date_long(day)} est avant."
        )


def _told(place: Place, reason: Reason, said: str, saved: Saved) -> Told:
    """« CCSP de Covè : pas de courant de 8 h à 10 h 30, le 7 octobre 2025 », and until when it was said before."""
    before = [
        row.changes["to_minute"][0] for row in saved.changes.rows if "to_minute" in row.changes
    ]
    note = f"Remplace ce qui était dit : jusqu'à {_hour(int(before[0] or 0))}." if before else ""
    return Told(f"{place.name} : {french.lower_first(reason.said)} {said}", note)


def _hours(begins: str, ends: str) -> str:
    return f"de {_written(begins)} à {_written(ends)}"


def _written(text: str) -> str:
    """« 8 h 30 » of 08:30; the text where it is none, which the form will refuse."""
    hours, _, minutes = text.partition(":")
    known = hours.isdecimal() and minutes[:2].isdecimal()
    return _hour(int(hours) * 60 + int(minutes[:2])) if known else text


def _hour(minutes: int) -> str:
    """« 8 h », « 8 h 30 », with spaces that do not break."""
    hours, rest = divmod(minutes, 60)
    space = french.SPACE
    return f"{hours}{space}h{space}{rest:02}" if rest else f"{hours}{space}h"
