"""« Clore la journée »: how many came to a site on a day, typed for all its agents together. A file of closings that speaks of
the day counts in its place.

Before: `dashboard.answers.missing_days`, which knows the day; `dashboard.actions.taps`, which keeps. After:
`dashboard.web.day_closing_pages`.
"""

from datetime import date

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.actions import taps
from dashboard.actions.taps import Tap, Told
from dashboard.answers import missing_days
from dashboard.answers.missing_days import SiteDay
from dashboard.forms.cells import CellProblem, whole_number_reader
from dashboard.period import ONE_DAY, today
from db.shared_types import Place
from db.write import Refused, Saved

MOST = 5_000  # visits of a centre in a day: more is a slip of the finger
NO_NUMBER = "Écrire combien d'usagers sont venus ; 0 si personne n'est venu."
LOOKED_BACK = 31  # days of which those to close are named


def is_open_today(person: Person, site: str) -> bool:
    """Whether one of the person's sites is to be open today. Raises NotAllowed."""
    taps.site(person, site)
    known = missing_days.site_day(person, site, today())
    return known is not None and known.is_open


def days_to_close(person: Person, site: str) -> tuple[date, ...]:
    """The days of one of the person's sites, of the last month and up to today, on which it was to be open and of which nobody
    said how many came, the newest first. Raises NotAllowed."""
    taps.site(person, site)
    days = (today() - n * ONE_DAY for n in range(LOOKED_BACK))
    found = ((day, missing_days.site_day(person, site, day)) for day in days)
    return tuple(day for day, of in found if of and of.is_open and of.declared is None)


def close_day(person: Person, site: str, day: str, visits: str, key: str) -> int:
    """Close a day of a site, with the visits of all its agents; returns the number of the receipt, the same for the same form
    sent twice. day, visits: as typed; key: of the form, of chance. One that was typed before is replaced.

    Raises NotAllowed; Refused for what cannot be said."""
    place = taps.site(person, site)
    when, many = taps.typed_day(day), _number(visits)
    tap = Tap(place, "cloture", [[place.code, taps.day_text(when), "", str(many)]], key)
    known = taps.known_receipt(person, tap)
    if known is not None:
        return known
    of_day = missing_days.site_day(person, site, when)
    if of_day is None:
        raise Refused(taps.NO_DAY)
    _refuse(place, when, of_day)
    return taps.keep(person, tap, lambda saved: _told(place, when, many, of_day, saved))


def _number(text: str) -> int:
    if not text.strip():
        raise Refused(NO_NUMBER)
    try:
        return whole_number_reader(MOST)(text.strip())
    except CellProblem as reason:
        raise Refused(f"Le nombre d'usagers : {reason}") from None


def _refuse(place: Place, day: date, of_day: SiteDay) -> None:
    """Raises Refused for a day on which the site was not in service, or closed, or that a file closed."""
    when = french.date_long(day)
    if of_day.opened_on is None:
        raise Refused(
            f"L'ouverture de {place.name} n'est pas renseignée : remettre d'abord un registre, ou la demander au ministère."
        )
    if day < of_day.opened_on:
        opened = french.date_long(of_day.opened_on)
        raise Refused(f"{place.name} est ouvert depuis le {opened} : le {when} est avant.")
    if of_day.closed_on is not None and day >= of_day.closed_on:
        closed = french.date_long(of_day.closed_on)
        raise Refused(f"{place.name} est fermé depuis le {closed} : le {when} ne se clôt plus.")
    if of_day.closed_for and of_day.is_confirmed:
        raise Refused(
            f"Le {when}, {place.name} est donné fermé ({of_day.closed_for}) : le dire au ministère si ce n'est pas juste."
        )
    if of_day.closed_for:
        raise Refused(
            f"Le {when} est dit fermé ({of_day.closed_for}) : annuler d'abord ce qui en est dit, par son reçu."
        )
    if of_day.declared is not None and not of_day.is_typed:
        visits = french.plural(of_day.declared, "visite")
        raise Refused(
            f"La fiche de clôture remise dit déjà {visits} le {when} : c'est elle qui compte."
            " Pour le corriger, remettre la fiche de ce mois."
        )


def _told(place: Place, day: date, visits: int, of_day: SiteDay, saved: Saved) -> Told:
    """« CCSP de Covè : journée du 7 octobre 2025 close, 15 visites (12 avant) », and what the register says of it."""
    many = french.plural(visits, "visite") if visits else "personne n'est venu"
    before = [row.changes["declared"][0] for row in saved.changes.rows if "declared" in row.changes]
    instead = f" ({french.number(int(before[0] or 0))} avant)" if before else ""
    said = f"{place.name} : journée du {french.date_long(day)} close, {many}{instead}"
    if of_day.entered is None and visits:
        return Told(said, "Le registre de ce jour reste à remettre : lui seul dit qui est venu.")
    if of_day.entered is not None and of_day.entered != visits:
        entered = french.plural(of_day.entered, "visite")
        return Told(said, f"Le registre de ce jour a {entered} : corriger l'un ou l'autre.")
    return Told(said)
