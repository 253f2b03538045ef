"""What is noted of who looked at rows or took a file away, beside the data and outside their version; and the journal read."""

import logging
import re
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from typing import Any, NamedTuple

from dashboard import french
from dashboard.accounts import access_journal
from dashboard.accounts.rights import ROLES, Person, require_right
from dashboard.answers.context import engine
from dashboard.period import to_local_time

LOG = logging.getLogger("ccsp")
DAY = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
# What a line of either journal says, in words.
DID = {
    "signed in": "s'est connecté",
    "signed out": "s'est déconnecté",
    "sign-in failed": "connexion manquée",
    "password changed": "a changé son mot de passe",
    "account added": "a ajouté un compte",
    "account changed": "a changé un compte",
    "account disabled": "a fermé un compte",
    "password reset": "a donné un nouveau mot de passe",
    "identity bound": "a lié son compte à son identité du ministère",
    "identity unbound": "a délié un compte de son identité du ministère",
    "sessions closed": "a fermé des sessions",
    "looked at complaints": "a vu la liste des plaintes",
    "read words": "a lu les mots d'une plainte",
    "guest link made": "a fait un lien d'invités",
    "guest link closed": "a fermé un lien d'invités",
    "exported": "a emporté un fichier",
    "imported": "a remis un fichier",
    "withdrawn": "a retiré un lot",
    "dated": "a donné une autre date à un lot",
    "targeted": "a fixé une cible",
    "untargeted": "a retiré une cible",
    "decided": "a noté une décision",
    "rebased": "a fait repartir une courbe",
    "accepted level": "a accepté un nouveau niveau",
    "refused level": "a refusé un nouveau niveau",
    "kept story": "a gardé une présentation",
    "removed story": "a supprimé une présentation",
    "added": "a ajouté un mot à une liste",
    "loaded": "a chargé des limites",
    "seeded": "a chargé les références",
    "purged": "a supprimé les données fictives",
    "migrated": "a mis les tables à jour",
    "spelled alike": "a écrit d'une seule façon les numéros qui se lisaient de même",
    "restored": "a restauré une copie",
    "went back": "est revenu à une copie",
    "retained": "a effacé ce qui avait passé son terme",
    "erased words": "a effacé les mots d'une plainte",
}
WITH = {
    "account": "compte",
    "role": "rôle",
    "departments": "départements",
    "sites": "centres",
    "from": "depuis",
    "by": "par",
    "to": "à",
    "file": "fichier",
    "page": "page",
    "batch": "lot",
    "batches": "lots",
    "copies": "copies",
    "form": "formulaire",
    "rows": "lignes",
    "indicator": "indicateur",
    "scope": "périmètre",
    "value": "valeur",
    "valid_from": "à partir du",
    "decision": "décision",
    "month": "mois",
    "name": "nom",
    "number": "nombre",
    "kind": "liste",
    "label": "mot",
    "boundaries": "limites",
    "copy": "copie",
    "kept": "gardée",
    "settled": "lignes revues",
    "link": "lien",
    "for": "pour",
    "until": "jusqu'au",
    "erased": "effacés",
    "on": "au",
    "site": "centre",
    "reference": "référence",
}
# How somebody signs in.
BY = {
    "password": "mot de passe",
    "provider": "identité du ministère",
    "link": "lien d'invités",
    "first": "lien de première connexion",
}
# One thread writes what was looked at: a page does not wait for an import to end.
BESIDE = ThreadPoolExecutor(1, "journal")


class Line(NamedTuple):
    """A line of the journal in words. at: by Benin's clock."""

    at: datetime
    who: str
    did: str
    what: str


def note(person: Person, did: str, what: dict[str, Any]) -> None:
    """Add a line to the journal of accesses; none of who has no account, on whose machine there is nothing to guard."""
    if person.id:
        access_journal.add(engine(), person.name, did, what)


def note_in_background(person: Person, did: str, what: dict[str, Any]) -> Future[None]:
    """The same, while the page goes on; a failure is said in the log."""
    done = BESIDE.submit(note, person, did, what)
    done.add_done_callback(_say)
    return done


def _say(done: Future[None]) -> None:
    if error := done.exception():
        LOG.error("what was looked at could not be noted", exc_info=error)


def lines(person: Person, first: date, last: date, wanted: str = "") -> list[Line]:
    """What both journals say of these days, the latest first, where a line holds the words that are looked for. Raises
    NotAllowed."""
    require_right(person, "journal")
    found = access_journal.lines(engine(), first, last)
    told = [
        Line(to_local_time(at), who, DID.get(did, did), _what(detail, why))
        for at, who, did, detail, why in found
    ]
    looked_for = french.fold_accents(wanted).split()
    return [
        one
        for one in told
        if all(word in french.fold_accents(" ".join(one[1:])) for word in looked_for)
    ]


def _day(value: object) -> object:
    """A day as French writes it, where the value is one."""
    if isinstance(value, str) and DAY.fullmatch(value):
        return french.date_short(date.fromisoformat(value))
    return value


def _what(detail: dict[str, Any], why: str) -> str:
    """« compte kofi · rôle directeur » and the reason that was given."""
    if "role" in detail:
        detail = {**detail, "role": ROLES.get(detail["role"], detail["role"])}
    if "by" in detail:
        detail = {**detail, "by": BY.get(detail["by"], detail["by"])}
    parts = [
        f"{WITH.get(name, name)} {', '.join(map(str, value)) if isinstance(value, list) else _day(value)}"
        for name, value in detail.items()
        if value not in (None, "", [])
    ]
    return " · ".join([*parts, *([why] if why else [])])
