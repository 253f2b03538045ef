"""The access journal for pages: note what a person viewed or exported, and list both journals in words."""

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
    "looked at returns": "a lu les mots des canevas",
    "guest link made": "a fait un lien d'invités",
    "guest link closed": "a fermé un lien d'invités",
    "exported": "a emporté un fichier",
    "imported": "a remis un fichier",
    "withdrawn": "a retiré un lot",
    "dated": "a donné une autre date à un lot",
    "targeted": "a fixé une cible",
    "untargeted": "a retiré une cible",
    "decided": "a noté une décision",
    "carried out": "a dit une décision faite",
    "reopened": "a dit une décision pas encore faite",
    "undecided": "a retiré une décision",
    "reminded": "a noté des relances",
    "rebased": "a fait repartir une courbe",
    "accepted level": "a accepté un nouveau niveau",
    "refused level": "a refusé un nouveau niveau",
    "kept story": "a gardé une présentation",
    "acknowledged": "a vérifié des lignes",
    "took back check": "a repris une vérification",
    "looked at register rows": "a vu des lignes du registre",
    "removed story": "a supprimé une présentation",
    "added": "a ajouté un mot à une liste",
    "changed reference": "a changé une référence",
    "undid reference": "a annulé un changement de référence",
    "loaded": "a chargé des limites",
    "seeded": "a chargé les références",
    "purged": "a supprimé les données fictives",
    "migrated": "a mis les tables à jour",
    "spelled alike": "a écrit d'une seule façon les numéros qui se lisaient de même",
    "restored": "a restauré une copie",
    "went back": "est revenu à une copie",
    "retained": "a effacé ce qui avait passé son terme",
    "erased words": "a effacé les mots d'une plainte",
    "erased return words": "a effacé les mots d'un canevas",
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
    "change": "changement",
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
    "rule": "règle",
    "acknowledgement": "vérification",
}
UNSAID = frozenset(("undo", "undone"))  # by which a change is undone
# How somebody signs in.
BY = {
    "password": "mot de passe",
    "provider": "identité du ministère",
    "link": "lien d'invités",
    "first": "lien de première connexion",
}
# One thread writes the lines: a page does not wait for an import to end.
BACKGROUND = ThreadPoolExecutor(1, "journal")


class Line(NamedTuple):
    """A line of a journal in French words. at: by Benin's clock."""

    at: datetime
    who: str
    did: str
    details: str


def note(person: Person, did: str, details: dict[str, Any]) -> None:
    """Write a line to the access journal; nothing for a person without an account, on whose own machine there is
    nothing to protect."""
    if person.id:
        access_journal.add(engine(), person.name, did, details)


def note_in_background(person: Person, did: str, details: dict[str, Any]) -> Future[None]:
    """As `note`, in a thread of its own; a failure is logged."""
    done = BACKGROUND.submit(note, person, did, details)
    done.add_done_callback(_log_failure)
    return done


def _log_failure(future: Future[None]) -> None:
    """Log the failure of a line that was written in the background."""
    if error := future.exception():
        LOG.error("what was looked at could not be noted", exc_info=error)


def lines(person: Person, first: date, last: date, search: str = "") -> list[Line]:
    """The lines of both journals between two days, latest first, that contain the words searched for. Raises
    NotAllowed."""
    require_right(person, "journal")
    found = access_journal.lines(engine(), first, last)
    told = [
        Line(to_local_time(at), who, DID.get(did, did), _detail_in_words(detail, why))
        for at, who, did, detail, why in found
    ]
    looked_for = french.fold_accents(search).split()
    return [
        one
        for one in told
        if all(word in french.fold_accents(" ".join(one[1:])) for word in looked_for)
    ]


def _day_in_french(value: object) -> object:
    """The day as French writes it, where the value is an ISO day; else the value."""
    if isinstance(value, str) and DAY.fullmatch(value):
        return french.date_short(date.fromisoformat(value))
    return value


def _detail_in_words(detail: dict[str, Any], reason: str) -> str:
    """The details and the reason of a line: « compte kofi · rôle directeur »."""
    if "role" in detail:
        detail = {**detail, "role": ROLES.get(detail["role"], detail["role"])}
    if "by" in detail:
        detail = {**detail, "by": BY.get(detail["by"], detail["by"])}
    parts = [
        f"{WITH.get(name, name)} {', '.join(map(str, value)) if isinstance(value, list) else _day_in_french(value)}"
        for name, value in detail.items()
        if name not in UNSAID and value not in (None, "", [])
    ]
    return " · ".join([*parts, *([reason] if reason else [])])
