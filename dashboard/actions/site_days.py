"""What a site says of its days without a register: why one is missing, that it was open and nobody came, or when the register
follows. Each time is a batch of its own, with a receipt, and can be taken back.

Before: `dashboard.answers.missing_days`, which says which days are missing; `dashboard.actions.taps`, which keeps. After:
`dashboard.web.site_day_pages`.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from dashboard import french
from dashboard.accounts import rights
from dashboard.accounts.rights import Person, Reach
from dashboard.actions import taps
from dashboard.actions.receipts import days_in_words
from dashboard.actions.taps import Tap, Told, sites
from dashboard.answers import missing_days as answers
from dashboard.answers.question import Question
from dashboard.period import ONE_DAY, now
from db.shared_types import Place
from db.write import Refused

__all__ = ["PROMISE", "REASONS", "Reason", "Refused", "missing_days", "say_why", "sites"]


class Reason(NamedTuple):
    """A reason for which a day is missing. said: on the page; term: of the list of reasons, "" where the site was open."""

    code: str
    said: str
    term: str


REASONS = (
    Reason("ferme", "Centre fermé", "fermé"),
    Reason("courant", "Pas de courant", "électricité"),
    Reason("reseau", "Pas de réseau", "réseau"),
    Reason("greve", "Grève", "grève"),
    Reason("travaux", "Travaux", "travaux"),
    Reason("personne", "Ouvert, personne n'est venu", ""),
)
PROMISE = Reason("promesse", "Je remets son registre le", "")
NO_REASON = "Dire ce qui s'est passé : choisir une raison."
NO_DAY = "Choisir au moins un jour."
NO_PROMISE = "Dire quel jour le registre sera remis."
NOT_MISSING = "Ces jours ne manquent plus : relire la page."
DECLARED = (
    "La clôture du {} dit {} : remettre plutôt le registre de ce jour, ou dire quand il le sera."
)


def missing_days(person: Person, site: str, since: date, until: date) -> tuple[date, ...]:
    """The days of one of the person's sites that are due and missing without a reason, the newest first. Raises NotAllowed."""
    taps.site(person, site)
    found = answers.standings(person, Question(since, until, site=site), now()).sites
    days = [day for one in found if one.code == site for _, of in one.missing for day in of]
    return tuple(sorted(days, reverse=True))


def say_why(
    person: Person, site: str, days: Sequence[date], code: str, key: str, promised: str = ""
) -> int:
    """Keep why days of a site are missing, or when their registers follow; returns the number of the receipt, the same for the
    same form sent twice. code: of REASONS, or PROMISE's; promised: the day for which registers are promised, as typed; key: of
    the form, of chance. A reason of who does not manage the data explains the days until it is confirmed.

    Raises NotAllowed; Refused for what cannot be said."""
    place = taps.site(person, site)
    reason = next((one for one in (*REASONS, PROMISE) if one.code == code), None)
    if reason is None:
        raise Refused(NO_REASON)
    if not days:
        raise Refused(NO_DAY)
    if reason == PROMISE and not promised.strip():
        raise Refused(NO_PROMISE)
    days = sorted(set(days))
    confirmed = rights.reach_of_right(person, taps.RIGHT) == Reach.COUNTRY
    tap = Tap(place, *_rows(place, days, reason, promised), key, not (reason.term and confirmed))
    known = taps.known_receipt(person, tap)
    if known is not None:
        return known
    _refuse_what_is_known(person, place, days, reason)
    return taps.keep(person, tap, lambda _saved: Told(_in_words(place, days, reason, tap)))


def _refuse_what_is_known(
    person: Person, place: Place, days: Sequence[date], reason: Reason
) -> None:
    """Raises Refused for a day that is not missing, or whose closing says that somebody came where it is said to have been
    closed, or without anybody."""
    missing = missing_days(person, place.code, days[0], days[-1])
    if set(days) - set(missing):
        raise Refused(NOT_MISSING)
    for day in days if reason != PROMISE else ():
        known = answers.site_day(person, place.code, day)
        if known is not None and known.declared:
            visits = french.plural(known.declared, "visite")
            raise Refused(DECLARED.format(french.date_short(day), visits))


def _rows(
    place: Place, days: Sequence[date], reason: Reason, promised: str
) -> tuple[str, list[list[str]]]:
    """The form that says it, and its rows."""
    text = taps.day_text
    if reason == PROMISE:
        # Numbers of other scripts are numbers to Python, and no day to anybody here.
        said = promised.strip() if promised.isascii() else "?"
        return "annonces", [[place.code, text(day), said] for day in days]
    if reason.term:
        spans = _rows_of_days(days)
        return "fermetures", [[place.code, text(a), text(b), "", "", reason.term] for a, b in spans]
    return "cloture", [[place.code, text(day), "", "0"] for day in days]


def _in_words(place: Place, days: Sequence[date], reason: Reason, tap: Tap) -> str:
    """« CCSP de Covè : pas de réseau, du 7 au 8 octobre 2025 »; « le registre attendu le 7 octobre 2025 sera remis le … »."""
    when = _days_in_words(days)
    if reason != PROMISE:
        return f"{place.name} : {french.lower_first(reason.said)}, {when}"
    day = taps.promised_day(tap.rows[0][2])
    what = "le registre attendu" if len(days) == 1 else "les registres attendus"
    follows = "sera remis" if len(days) == 1 else "seront remis"
    return f"{place.name} : {what} {when} {follows} le {french.date_long(day)}"


def _rows_of_days(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in a row, as first and last ones."""
    spans: list[tuple[date, date]] = []
    for day in days:
        if spans and day == spans[-1][1] + ONE_DAY:
            spans[-1] = spans[-1][0], day
        else:
            spans.append((day, day))
    return spans


def _days_in_words(days: Sequence[date]) -> str:
    return french.join_words([days_in_words(*span) for span in _rows_of_days(days)])
