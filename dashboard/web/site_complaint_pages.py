"""Complaints below « Remonter »: which ones wait for an answer, that one was answered, that one came.

Before: `dashboard.actions.site_complaints`, which decides and keeps; the HTML stands in `dashboard/web/templates`. After:
`dashboard.web.hand_in_pages`.
"""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import uuid4

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.actions import site_complaints
from dashboard.actions.site_complaints import (
    OUTCOMES,
    NotAnswered,
    Proposed,
    Refused,
    SiteComplaint,
    Told,
    Waiting,
)
from dashboard.period import today
from dashboard.web.html_templates import part
from dashboard.web.plain_answers import PageRequest, PlainAnswer

HOME = "/remonter"
ADDRESS = f"{HOME}/plaintes"
NOTE, ANSWER = f"{ADDRESS}/noter", f"{ADDRESS}/repondre"
NOT_THERE = "Cette plainte n'est plus dans le registre du centre."
IF_KNOWN = "Choisir, si vous le savez"
UNKNOWN = "catégorie non renseignée"


def links(person: Person) -> dict[str, str]:
    """What « Remonter » says of complaints, by list, note (addresses) and finding (how many wait, "" for none); nothing for who
    may not note them."""
    places = site_complaints.sites(person) if site_complaints.may_note(person) else ()
    if not places:
        return {}
    alone = places[0].code if len(places) == 1 else ""
    found = site_complaints.waiting(person)
    return {
        "list": _address(ADDRESS, alone),
        "note": _address(NOTE, alone),
        "finding": waiting_in_words(found) if found.number else "",
    }


def answer(request: PageRequest, asked: Mapping[str, str], name: str) -> PlainAnswer:
    """The page of the complaints that wait, of one that is noted, of one that is answered; or what was said there. asked: of the
    address; name: of the page below ADDRESS, "" for the list. Raises NotAllowed."""
    places = site_complaints.sites(request.person)
    code = request.fields.get("centre") or asked.get("centre", "")
    if not code and len(places) == 1:
        code = places[0].code
    if name == "noter":
        return _note(request, code) if request.is_form else _note_page(request, code)
    if name == "repondre" and code:
        reference = request.fields.get("plainte") or asked.get("plainte", "")
        if request.is_form:
            return _answer(request, code, reference)
        return _answer_page(request, code, reference)
    return _list_page(request, code, status=404 if name or request.is_form else 200)


def waiting_in_words(found: Waiting) -> str:
    """« 3 plaintes attendent une réponse, la plus ancienne reçue le 05/01/2026 »: by its day, for other pages count days up to
    the date of the data, this one up to today."""
    if found.since is None:
        return "aucune plainte connue n'attend une réponse"
    many = french.plural(
        found.number, "plainte attend une réponse", "plaintes attendent une réponse"
    )
    since = f"reçue le {french.date_short(found.since)}"
    return f"{many}, {since}" if found.number == 1 else f"{many}, la plus ancienne {since}"


# --- those that wait ------------------------------------------------------------------------------------------------
def _list_page(request: PageRequest, code: str, why: str = "", status: int = 200) -> PlainAnswer:
    """The open complaints of a site, or of all those of the person, the oldest first."""
    found = site_complaints.waiting(request.person, code)
    listed = site_complaints.open_complaints(request.person, code)
    names = _names(request)
    body = part(
        "site_complaints.html",
        home=HOME,
        why=why,
        action=ADDRESS,
        note=_address(NOTE, code),
        site=code,
        sites=site_complaints.sites(request.person),
        complaints=[
            {
                "address": _address(ANSWER, one.site, plainte=one.reference),
                "reference": one.reference,
                "age": french.days((today() - one.received_on).days),
                "received": french.date_short(one.received_on),
                "category": one.category or UNKNOWN,
                "site": "" if code else names[one.site],
            }
            for one in listed
        ],
        more=french.number(found.number - len(listed)) if found.number > len(listed) else "",
    )
    said = waiting_in_words(found)
    heading = f"{names[code]} : {said}" if code else french.upper_first(said)
    return PlainAnswer(body, french.bind_punctuation(heading), status)


# --- one that came --------------------------------------------------------------------------------------------------
def _note(request: PageRequest, code: str) -> PlainAnswer:
    fields = request.fields
    told = Told(
        fields.get("recue", ""),
        fields.get("categorie", ""),
        fields.get("prestation", ""),
        fields.get("canal", ""),
        fields.get("reference", ""),
        fields.get("proposee", ""),
    )
    try:
        number = site_complaints.note(request.person, code, told, fields.get("cle", ""))
    except Refused as reason:
        return _note_page(request, code, str(reason), 409)
    return PlainAnswer(redirect=f"{HOME}/recu/{number}")


def _note_page(request: PageRequest, code: str, why: str = "", status: int = 200) -> PlainAnswer:
    """The form of a complaint that came, with the reference that it will bear; without a site, the sites to choose from."""
    person, typed = request.person, request.fields
    proposal = site_complaints.proposed_reference(person, code) if code else Proposed("", "", None)
    proposed = proposal.reference
    words = site_complaints.lists(person, code) if code else {}
    body = part(
        "site_complaint_note.html",
        action=NOTE,
        list=_address(ADDRESS, code),
        token=request.token,
        why=why,
        site=code,
        sites=site_complaints.sites(person),
        proposed=proposed,
        last_reference=proposal.last,
        last_received=french.date_long(proposal.received_on) if proposal.received_on else "",
        fields=(
            ("categorie", "Catégorie", words.get("category_id", ()), "Choisir"),
            ("prestation", "Prestation", words.get("service_id", ()), IF_KNOWN),
            ("canal", "Comment est-elle venue ?", words.get("channel_id", ()), IF_KNOWN),
        ),
        typed=typed,
        last=today().isoformat(),
        key=uuid4().hex,
    )
    heading = "Quel centre a reçu la plainte ?"
    if code:
        heading = f"{_names(request)[code]} : noter une plainte reçue"
    if proposed:
        heading = f"Cette plainte portera la référence {proposed}"
    return PlainAnswer(body, french.bind_punctuation(heading), status)


# --- one that was answered ------------------------------------------------------------------------------------------
def _answer(request: PageRequest, code: str, reference: str) -> PlainAnswer:
    key = request.fields.get("cle", "")
    try:
        number = site_complaints.answer(request.person, code, reference, request.fields, key)
    except NotAnswered as reason:
        return _list_page(request, code, str(reason))
    except Refused as reason:
        return _answer_page(request, code, reference, str(reason), 409)
    return PlainAnswer(redirect=f"{HOME}/recu/{number}")


def _answer_page(
    request: PageRequest, code: str, reference: str, why: str = "", status: int = 200
) -> PlainAnswer:
    """The form of one complaint's answer; where it was answered meanwhile, that it was."""
    found = site_complaints.find(request.person, code, reference)
    if found is None:
        return _list_page(request, code, why or NOT_THERE, status if why else 404)
    body = part(
        "site_complaint_answer.html",
        action=ANSWER,
        list=_address(ADDRESS, code),
        token=request.token,
        why=why,
        site=code,
        complaint=found,
        received=f"{french.date_long(found.received_on)}, {_names(request)[code]}",
        about=", ".join(filter(None, (found.category or UNKNOWN, found.service, found.channel))),
        outcomes=OUTCOMES,
        typed=request.fields,
        first=found.received_on.isoformat(),
        last=today().isoformat(),
        key=uuid4().hex,
    )
    return PlainAnswer(body, french.bind_punctuation(_answer_heading(found)), status)


def _answer_heading(found: SiteComplaint) -> str:
    if found.resolved_on is not None:
        answered = french.date_long(found.resolved_on)
        outcome = site_complaints.outcome_in_words(found)
        return f"Plainte {found.reference} : déjà {outcome} le {answered}"
    age = (today() - found.received_on).days
    since = f"attend depuis {french.days(age)}" if age else "reçue aujourd'hui"
    return f"Plainte {found.reference} : {since}"


def _names(request: PageRequest) -> dict[str, str]:
    return {place.code: place.name for place in site_complaints.sites(request.person)}


def _address(path: str, site: str, **more: str) -> str:
    """An address with a site, where one is chosen."""
    asked = {**({"centre": site} if site else {}), **more}
    return f"{path}?{urlencode(asked)}" if asked else path
