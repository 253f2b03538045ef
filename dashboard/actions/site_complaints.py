"""What a site says of one complaint without a file: that it came, or that it was answered. Each time is a batch of its own, with
a receipt, and can be taken back; it tells nothing of the site's other complaints.

Before: `db.site_complaints`, `dashboard.forms.next_reference`. After: `dashboard.web.site_complaint_pages`.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection

from dashboard import french
from dashboard.accounts import rights
from dashboard.accounts.rights import NotAllowed, Person, require_right
from dashboard.actions.handing_in import not_kept
from dashboard.answers.context import engine, engine_to_write, view
from dashboard.answers.network import freshness
from dashboard.forms.cells import CellProblem, day
from dashboard.forms.choices import choices
from dashboard.forms.formats import COMPLAINT_OUTCOME, FORMATS
from dashboard.forms.next_reference import next_reference
from dashboard.forms.problem import Problem
from dashboard.forms.stored_table import StoredSheet, StoredTable
from dashboard.period import today
from db import intake, site_complaints, upload_previews, write
from db.codes import ALL
from db.intake import Options
from db.shared_types import Place
from db.site_complaints import MOST_LISTED, SiteComplaint, Waiting
from db.write import Refused

__all__ = [
    "MOST_LISTED",
    "OUTCOMES",
    "Proposed",
    "NotAnswered",
    "Refused",
    "SiteComplaint",
    "Told",
    "Waiting",
    "answer",
    "find",
    "lists",
    "may_note",
    "note",
    "open_complaints",
    "outcome_in_words",
    "proposed_reference",
    "sites",
    "waiting",
]

RIGHT = "note_complaints"
FORM = FORMATS["plaintes"]
LISTS = ("category_id", "service_id", "channel_id")
LONGEST_REFERENCE = 60  # characters of one that is typed
OUTCOMES = tuple(COMPLAINT_OUTCOME.values)
STORED = {stored: word for word, stored in COMPLAINT_OUTCOME.values.items()}

NO_REFERENCE = "Écrire la référence que cette plainte porte dans le registre."
LONG_REFERENCE = f"Cette référence est trop longue : {LONGEST_REFERENCE} signes au plus."
UNSEEN = "Cette référence contient un signe qui ne se voit pas : l'effacer, et la taper de nouveau."
NO_NUMBER = "Une référence a un numéro : écrire celle du registre, jamais un nom de personne."
TAKEN = "La référence « {} » est déjà celle d'une autre plainte de ce centre, {}."
TAKEN_NOW = "La référence « {} » vient d'être prise par une autre plainte : relire, puis noter."
NO_DAY = "Dire quel jour la plainte a été reçue."
PAST_TERM = "Les plaintes reçues avant le {} ont passé leur terme : aucune n'y est plus ajoutée."
NO_CATEGORY = "Choisir une catégorie de la liste."
NOT_LISTED = "Choisir dans la liste : « {} » n'y est pas."
NO_ANSWER_YET = "Dire d'abord si vous avez déjà répondu à l'usager."
NOT_ANSWERED = "Rien n'est noté : cette plainte attend toujours une réponse."
NO_ANSWER_DAY = "Dire quel jour l'usager a eu sa réponse."
NO_OUTCOME = "Dire ce que la plainte est devenue : traitée, rejetée ou sans suite."
TOO_EARLY = "La réponse ne peut pas être d'avant la réception, le {}."
ANSWERED = "Quelqu'un a déjà noté la réponse à cette plainte : {}, le {}."
GONE = "Cette plainte n'est plus dans le registre du centre : relire la liste."
CHANGED = "Cette plainte a changé à l'instant : relire, puis répondre."


class NotAnswered(Refused):
    """Nothing to keep: the complaint waits still."""


@dataclass(frozen=True)
class Told:
    """What somebody typed of a complaint that came; each is text, "" for nothing. proposed: the reference that the page said
    before; reference: another one, where he typed one."""

    received_on: str = ""
    category: str = ""
    service: str = ""
    channel: str = ""
    reference: str = ""
    proposed: str = ""


class Proposed(NamedTuple):
    """The reference that a site's next complaint bears, "" where its references follow no rule; that of the last one that is
    known, and the day on which it was received."""

    reference: str
    last: str
    received_on: date | None


# --- who and where --------------------------------------------------------------------------------------------------
def may_note(person: Person) -> bool:
    """Whether the person notes complaints of some site."""
    return rights.may(person, RIGHT)


def sites(person: Person) -> tuple[Place, ...]:
    """The sites for which the person notes complaints and answers, by name. Raises NotAllowed."""
    allowed = _allowed(person)
    places = view(person).network.places
    return tuple(p for p in places if allowed == ALL or p.code in allowed)


def _allowed(person: Person) -> frozenset[str] | str:
    require_right(person, RIGHT)
    return rights.sites(person, RIGHT, view(person).network.departments_of_sites)


def _site(person: Person, code: str) -> Place:
    found = next((place for place in sites(person) if place.code == code), None)
    if found is None:
        raise NotAllowed(f"{person.name} : {RIGHT}, {code}")
    return found


def _codes(person: Person, site: str) -> frozenset[str] | str:
    """The site, or all those of the person where none is chosen. Raises NotAllowed."""
    return frozenset({_site(person, site).code}) if site else _allowed(person)


# --- what is there --------------------------------------------------------------------------------------------------
def waiting(person: Person, site: str = "") -> Waiting:
    """How many complaints wait for an answer, and since when: of a site, by default of all those of the person. Raises
    NotAllowed."""
    allowed = _codes(person, site)
    with engine().connect() as connection:
        return site_complaints.waiting(connection, allowed)


def open_complaints(person: Person, site: str = "") -> list[SiteComplaint]:
    """The MOST_LISTED oldest complaints that wait for an answer, as `waiting`. Raises NotAllowed."""
    allowed = _codes(person, site)
    with engine().connect() as connection:
        return site_complaints.open_complaints(connection, allowed, MOST_LISTED)


def find(person: Person, site: str, reference: str) -> SiteComplaint | None:
    """A complaint of one of the person's sites; None where there is none. Raises NotAllowed."""
    _site(person, site)
    with engine().connect() as connection:
        found = site_complaints.find(connection, site, french.normalise_key(reference))
    return found if found and found.reference == french.normalise_key(reference) else None


def lists(person: Person, site: str) -> Mapping[str, tuple[str, ...]]:
    """The words that may be chosen, by field: category_id, service_id, channel_id. Raises NotAllowed."""
    place = _site(person, site)
    references = intake.load_known_references(engine())
    words = choices(FORM, references, references.by_id[place.id])
    return {name: words.get(name, ()) for name in LISTS}


def proposed_reference(person: Person, site: str) -> Proposed:
    """The next free reference by the site's own rule. Raises NotAllowed."""
    _site(person, site)
    with engine().connect() as connection:
        known = site_complaints.references(connection, site)
        last, received_on = known[0] if known else ("", None)
        while proposed := next_reference(known, today()):
            if site_complaints.find(connection, site, proposed) is None:
                break
            known.append((proposed, today()))
    return Proposed(proposed, last, received_on)


# --- a complaint came -----------------------------------------------------------------------------------------------
def note(person: Person, site: str, told: Told, key: str) -> int:
    """Keep that a complaint came; returns the number of the receipt, the same for the same form sent twice. key: of the form, of
    chance. Raises NotAllowed; Refused for what cannot be kept."""
    place = _site(person, site)
    received = _day(told.received_on, NO_DAY)
    reference = _reference(told)
    words = lists(person, site)
    if not told.category:
        raise Refused(NO_CATEGORY)
    for name, text in zip(LISTS, (told.category, told.service, told.channel), strict=True):
        if text and text not in words[name]:
            raise Refused(NOT_LISTED.format(text[:LONGEST_REFERENCE]))
    cells = {
        "reference": reference,
        "received_on": _text(received),
        "category_id": told.category,
        "service_id": told.service,
        "channel_id": told.channel,
    }
    about = ", ".join(filter(None, (told.category, told.service, told.channel)))
    said = f"{place.name} : une plainte reçue le {french.date_long(received)} ({about})"

    def refuse_known(connection: Connection) -> None:
        before = site_complaints.term_reached(connection)
        if before is not None and received < before:
            raise Refused(PAST_TERM.format(french.date_long(before)))
        found = site_complaints.find(connection, site, reference)
        if found is not None:
            raise Refused(TAKEN.format(found.reference, _state(found)))

    def refuse_replaced(connection: Connection, saved: write.Saved) -> None:
        if saved.effect.rows_counting != 1 or site_complaints.replaced_by(
            connection, saved.batch_id
        ):
            raise Refused(TAKEN_NOW.format(reference))

    return _keep(person, _Words(place, cells, said, key, refuse_known, refuse_replaced))


def _reference(told: Told) -> str:
    """The reference of a complaint, normalised as those of registers are."""
    text = told.reference.strip() or told.proposed.strip()
    if not text:
        raise Refused(NO_REFERENCE)
    if len(text) > LONGEST_REFERENCE:
        raise Refused(LONG_REFERENCE)
    if french.strip_invisible(text) != text or len(text.splitlines()) > 1:
        raise Refused(UNSEEN)
    if not any(sign.isdecimal() for sign in text):
        raise Refused(NO_NUMBER)
    return french.normalise_key(text)


def _state(found: SiteComplaint) -> str:
    """« reçue le 3 mars 2025 et qui attend une réponse »."""
    received = f"reçue le {french.date_long(found.received_on)}"
    if found.resolved_on is None:
        return f"{received} et qui attend une réponse"
    return f"{received} et {outcome_in_words(found)} le {french.date_long(found.resolved_on)}"


def outcome_in_words(found: SiteComplaint) -> str:
    """« traitée », « rejetée », « laissée sans suite », of a complaint that was answered."""
    word = STORED.get(found.outcome or "", OUTCOMES[0])
    return f"laissée {word}" if word == OUTCOMES[-1] else word


# --- a complaint was answered ---------------------------------------------------------------------------------------
def answer(person: Person, site: str, reference: str, said: Mapping[str, str], key: str) -> int:
    """Keep that a complaint was answered; returns the number of the receipt, the same for the same form sent twice. said: fields
    of the form: repondu (oui, non), le (a day), issue (of OUTCOMES); key: as in `note`. What the register says of the complaint
    beside that stays. Raises NotAllowed; Refused for what cannot be kept."""
    place = _site(person, site)
    if said.get("repondu") not in ("oui", "non"):
        raise Refused(NO_ANSWER_YET)
    if said["repondu"] == "non":
        raise NotAnswered(NOT_ANSWERED)
    found = find(person, site, reference)
    if found is None:
        raise Refused(GONE)
    answered, outcome = _day(said.get("le", ""), NO_ANSWER_DAY), said.get("issue", "")
    if answered < found.received_on:
        raise Refused(TOO_EARLY.format(french.date_long(found.received_on)))
    if outcome not in OUTCOMES:
        raise Refused(NO_OUTCOME)
    cells = {
        "reference": found.reference,
        "received_on": _text(found.received_on),
        "category_id": found.category,
        "service_id": found.service,
        "channel_id": found.channel,
        "resolved_on": _text(answered),
        "outcome": outcome,
    }
    told = (
        f"{place.name} : la plainte reçue le {french.date_long(found.received_on)} a eu sa réponse le"
        f" {french.date_long(answered)} ({outcome})"
    )

    def refuse_answered(_: Connection) -> None:
        if found.resolved_on is not None:
            day_of_answer = french.date_long(found.resolved_on)
            raise Refused(ANSWERED.format(outcome_in_words(found), day_of_answer))

    def refuse_changed(connection: Connection, saved: write.Saved) -> None:
        replaced = site_complaints.replaced_by(connection, saved.batch_id)
        if saved.effect.rows_counting != 1 or replaced != [found.id]:
            raise Refused(CHANGED)

    return _keep(person, _Words(place, cells, told, key, refuse_answered, refuse_changed))


# --- kept as a batch of its own -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Words:
    """What is said of one complaint. cells: of the form's columns, by field; said: in words, for the receipt; before, within:
    raise Refused where it cannot be kept, as the data are before it is written, and in its transaction."""

    place: Place
    cells: Mapping[str, str]
    said: str
    key: str = field(repr=False)
    before: Callable[[Connection], None] = field(repr=False)
    within: Callable[[Connection, write.Saved], None] = field(repr=False)

    def table(self, person: Person) -> StoredTable:
        """The row of the form that says it. Its digest knows the same form sent twice, and another one that has its key."""
        cells = [
            self.place.code if c.field == "site_id" else self.cells.get(c.field, "")
            for c in FORM.columns
        ]
        digest = sha256(json.dumps([person.id, self.key, cells]).encode()).hexdigest()
        name = f"{FORM.name}-{self.place.code}-{today():%Y-%m}"
        return StoredTable(FORM.name, name, digest, [StoredSheet("", True, "", [2], [cells])])


def _keep(person: Person, words: _Words) -> int:
    """Keep what was said, or give the receipt of the same form that was sent before."""
    if reason := not_kept(person):
        raise Refused(reason)
    table = words.table(person)
    with engine().connect() as connection:
        known = write.find_batch(connection, table.sha256)
        if known is not None:
            return known
        words.before(connection)

    def note_receipt(connection: Connection, saved: write.Saved) -> None:
        words.within(connection, saved)
        detail = {"said": words.said, "effect": words.said}
        upload_previews.note_receipt(connection, saved.batch_id, uuid4().hex, detail)

    outcome = intake.take_table(
        engine_to_write(person),
        table,
        # Declared: it covers no day, for it tells nothing of the other complaints of the site.
        Options(FORM.name, demo=freshness(person).demo, declared=True),
        person.name,
        frozenset({words.place.id}),
        after=note_receipt,
        saving=nullcontext,
    )
    if outcome.batch_id is None:
        why = [one.message if isinstance(one, Problem) else one for one in outcome.problems]
        raise Refused(french.upper_first(" ".join(why)) or CHANGED)
    return outcome.batch_id


def _day(text: str, missing: str) -> date:
    """A day that was typed. Raises Refused for what is none, and for one to come."""
    if not text.strip():
        raise Refused(missing)
    try:
        return date.fromisoformat(day(text.strip(), today()))
    except CellProblem as problem:
        raise Refused(french.upper_first(str(problem))) from None


def _text(when: date) -> str:
    return f"{when:%d/%m/%Y}"
