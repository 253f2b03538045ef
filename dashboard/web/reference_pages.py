"""« Référentiel »: a data manager chooses what changes, reads what it does to figures, says why, and keeps it; in plain HTML.

Before: `dashboard.actions.reference`, which decides and keeps; the HTML stands in `dashboard/web/templates`. After:
`dashboard.web.routes`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from dashboard import french
from dashboard.actions import reference
from dashboard.actions.reference import Kept, Overview, Refused
from dashboard.answers.reference_lists import lists as all_lists
from dashboard.answers.reference_lists import site_details
from dashboard.period import to_local_time
from dashboard.web.html_templates import part
from dashboard.web.plain_answers import PageRequest, PlainAnswer
from db.codes import SILENT_DAYS
from db.shared_types import Place

HOME = "/referentiel"
ACTION = f"{HOME}/changer"
LISTED = 15  # changes on the first page
SPELLINGS = 300  # that are listed
OF_SITE = ("fermer", "rouvrir", "deplacer", "heures", "nommer")
OF_LISTS = ("prestation", "mot", "renommer", "oublier")
OF_A_FORM = ("jeton", "quoi", "effet", "raison")
LIST_NAMES = {
    "category": "catégorie de plainte",
    "channel": "canal",
    "reason": "motif de fermeture",
}
WEEKDAYS = reference.WEEKDAYS


def answer(request: PageRequest) -> PlainAnswer:
    """What « Référentiel » answers, at its address and at those below it."""
    kind, _, name = request.rest.partition("/")
    try:
        if kind == "changer" and not name and request.is_form:
            return _change(request)
        if kind == "fait" and name.isascii() and name.isdigit():
            return _done(request, int(name[:9]))
        if kind in PAGES or kind == "centre":
            return _page(request, kind, name)
    except Refused as reason:
        return _page(request, "", "", str(reason), 404)
    return _page(request, "", "", "Cette adresse ne mène à rien : recommencer ici.", 404)


def _change(request: PageRequest) -> PlainAnswer:
    """What a change would do; or, once that was read and a reason given, the change itself."""
    kind = request.fields.get("quoi", "")
    reason, digest = request.fields.get("raison", ""), request.fields.get("effet", "")
    why = ""
    if digest:
        try:
            number = reference.keep(request.person, kind, request.fields, reason, digest)
            return PlainAnswer(redirect=f"{HOME}/fait/{number}?garde")
        except Refused as refusal:
            why = str(refusal)
    try:
        looked = reference.look(request.person, kind, request.fields)
    except Refused as refusal:
        return _refused(request, kind, str(refusal))
    body = part(
        "reference_change.html",
        action=ACTION,
        token=request.token,
        why=why,
        told=french.upper_first(looked.told),
        effects=looked.effects,
        shown=looked.shown,
        digest=looked.digest,
        fields=[("quoi", kind), *_own(request.fields)],
        reason=reason,
        back=_back(kind, request.fields),
        button="Annuler ce changement" if kind == "annuler" else "Garder ce changement",
    )
    asked = "Annuler" if kind == "annuler" else "Garder"
    return PlainAnswer(body, f"{asked} ce changement ?", 409 if why else 200)


def _own(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields of the change itself."""
    return [(name, value) for name, value in sorted(fields.items()) if name not in OF_A_FORM]


def _back(kind: str, fields: Mapping[str, str]) -> str:
    """The address of the page of a change."""
    page = _page_of(kind)
    if page == "centre":
        return f"{HOME}/centre/{fields.get('centre', '')[:60]}"
    if kind == "annuler":
        return f"{HOME}/fait/{fields.get('numero', '')[:9]}"
    return f"{HOME}/{page}" if page else HOME


def _page_of(kind: str) -> str:
    """The page on which a change is begun."""
    if kind in OF_SITE:
        return "centre"
    if kind in OF_LISTS:
        return "listes"
    return {
        "ajouter": "ajouter",
        "ferie": "jours",
        "travaille": "jours",
        "directeur": "departements",
    }.get(kind, "")


def _refused(request: PageRequest, kind: str, why: str) -> PlainAnswer:
    """The page of a change that cannot be made, with what was typed."""
    if kind == "annuler" and request.fields.get("numero", "").isdigit():
        return _done(request, int(request.fields["numero"][:9]), why, 409)
    try:
        return _page(request, _page_of(kind), request.fields.get("centre", ""), why, 409)
    except Refused:
        return _page(request, "", "", why, 409)


def _page(
    request: PageRequest, kind: str, name: str, why: str = "", status: int = 200
) -> PlainAnswer:
    """One of the pages. kind: its address; name: of the site."""
    found = reference.overview(request.person)
    common = {
        "action": ACTION,
        "token": request.token,
        "why": why,
        "typed": {k: v for k, v in request.fields.items() if k not in OF_A_FORM},
    }
    if kind == "centre":
        return _site(request, found, name, common, status)
    return PAGES[kind](request, found, common, status)


def _start(
    request: PageRequest, found: Overview, common: Mapping[str, Any], status: int
) -> PlainAnswer:
    """The sites by department, and what waits."""
    serving = sum(place.is_in_service(found.day) for place in found.sites)
    by_department: dict[str, list[dict[str, str]]] = {}
    for place in found.sites:
        line = {"code": place.code, "name": place.name, "state": _state(place, found.day)}
        by_department.setdefault(place.department, []).append(line)
    many = french.plural(
        len(found.declared), "fermeture déclarée attend", "fermetures déclarées attendent"
    )
    body = part(
        "reference.html",
        **common,
        declared_heading=f"{many} d'être confirmée{'s' if len(found.declared) > 1 else ''}",
        declared=[
            {
                "batch": one.batch,
                "said": f"{one.site}, {_span(one.first_day, one.last_day)} : {one.reason} (dit par {one.by})",
            }
            for one in found.declared
        ],
        departments=sorted(by_department.items(), key=lambda pair: french.alphabetical(pair[0])),
        directors=all_lists(request.person).directors_on(found.day),
        changes=[_told(one) for one in found.changes[:LISTED]],
    )
    many = french.plural(serving, "centre ou guichet", "centres et guichets")
    return PlainAnswer(body, f"Référentiel : {many} en service", status)


def _site(
    request: PageRequest, found: Overview, code: str, common: Mapping[str, Any], status: int
) -> PlainAnswer:
    """One site, and what may change of it. Raises Refused for an unknown one."""
    place = next((one for one in found.sites if one.code == code), None)
    if place is None:
        raise Refused("Ce centre n'existe pas.")
    week = place.week_on(found.day)
    hours = {weekday: (_clock(a), _clock(b)) for weekday, a, b in (week.hours if week else ())}
    typed = common["typed"] if request.fields.get("quoi") == "heures" else {}
    details = site_details(request.person, code)
    body = part(
        "reference_site.html",
        **common,
        site=place,
        closed=place.closed_on is not None,
        facts=_facts(place, found.day, details.host),
        open=request.fields.get("quoi", ""),
        communes=[(name, name) for name in details.communes],
        week=[
            {
                "number": n,
                "name": name,
                "opens": typed.get(f"ouvre {n}", hours.get(n, ("", ""))[0]),
                "closes": typed.get(f"ferme {n}", hours.get(n, ("", ""))[1]),
            }
            for n, name in enumerate(WEEKDAYS)
        ],
        host=details.host,
        launched=place.launched_on.isoformat() if place.launched_on else "",
        silence=place.silent_after or "",
        usual_silence=french.days(SILENT_DAYS),
        changes=[_told(one) for one in found.changes if place.name in one.told],
    )
    return PlainAnswer(body, f"{place.name} : {_state(place, found.day)}", status)


def _add(
    request: PageRequest, _found: Overview, common: Mapping[str, Any], status: int
) -> PlainAnswer:
    communes = [("", "Choisir…")]
    communes += [(c, f"{c} ({d})") for c, d in all_lists(request.person).communes]
    body = part("reference_add.html", **common, communes=communes)
    return PlainAnswer(body, "Ajouter un centre ou un guichet", status)


def _days(
    request: PageRequest, found: Overview, common: Mapping[str, Any], status: int
) -> PlainAnswer:
    """The holidays of last year, this one and the next."""
    lists = all_lists(request.person)
    body = part(
        "reference_days.html",
        **common,
        coming=_holidays(lists.holidays, lambda day: day >= found.day),
        past=_holidays(lists.holidays, lambda day: day < found.day)[::-1],
        worked=[f"{_long_day(day)} : {label}" for day, label in lists.worked],
    )
    coming = min((day for day in lists.holidays if day >= found.day), default=None)
    heading = "Jours fériés"
    if coming:
        heading = f"Prochain jour férié : {_long_day(coming)} ({lists.holidays[coming]})"
    return PlainAnswer(body, heading, status)


def _holidays(known: Mapping[date, str], which: Callable[[date], bool]) -> list[dict[str, str]]:
    """Some of the holidays, in order."""
    return [
        {"day": day.isoformat(), "said": f"{_long_day(day)} : {label}"}
        for day, label in sorted(known.items())
        if which(day)
    ]


def _departments(
    request: PageRequest, found: Overview, common: Mapping[str, Any], status: int
) -> PlainAnswer:
    lists = all_lists(request.person)
    known = lists.directors_on(found.day)
    names = sorted({d for _, d in lists.communes}, key=french.alphabetical)
    body = part(
        "reference_departments.html",
        **common,
        departments=[(name, name) for name in names],
        directors=[(name, known.get(name, "non renseigné")) for name in names],
    )
    unknown = sum(name not in known for name in names)
    heading = "Chaque département a qui le dirige"
    if unknown:
        many = french.plural(unknown, "département", "départements")
        heading = f"{many} sans personne renseignée pour le diriger"
    return PlainAnswer(body, heading, status)


def _lists(
    request: PageRequest, _found: Overview, common: Mapping[str, Any], status: int
) -> PlainAnswer:
    """Services and their deadlines, words of lists, and what files write."""
    lists, asked = all_lists(request.person), {**request.query, **request.fields}
    service = next(
        (
            {"code": c, "label": label, "deadline": limit or ""}
            for c, label, limit in lists.services
            if c == (asked.get("prestation") or asked.get("code"))
        ),
        None,
    )
    number = asked.get("mot") or asked.get("numero")
    word = next(
        (
            {"number": n, "label": label, "list": LIST_NAMES[kind]}
            for n, kind, label in lists.words
            if str(n) == number
        ),
        None,
    )
    body = part(
        "reference_lists.html",
        **common,
        service=service,
        word=word if not service else None,
        lists=list(LIST_NAMES.items()),
        words_of_lists=[
            (
                french.upper_first(name),
                [
                    {"number": n, "label": w, "own": w not in lists.fixed_words}
                    for n, kind, w in lists.words
                    if kind == of
                ],
            )
            for of, name in LIST_NAMES.items()
        ],
        services=[
            {
                "code": c,
                "label": label,
                "limit": french.days(limit) if limit else "délai non renseigné",
            }
            for c, label, limit in lists.services
        ],
        spellings=[
            {"number": n, "said": _spelling(*rest)} for n, *rest in lists.spellings[:SPELLINGS]
        ],
    )
    without = sum(limit is None for *_, limit in lists.services)
    heading = "Prestations, listes et écritures"
    if without:
        heading = f"{french.plural(without, 'prestation')} sans délai renseigné, sur {len(lists.services)}"
    return PlainAnswer(body, heading, status)


def _spelling(site: str, form: str, field: str, written: str, word: str) -> str:
    meant = f"« {word} »" if word else f"la colonne « {field} »"
    return f"{site}, {form} : « {written} » veut dire {meant}"


def _done(request: PageRequest, number: int, why: str = "", status: int = 200) -> PlainAnswer:
    """What was changed, and how to undo it."""
    change = reference.kept_change(request.person, number)
    body = part(
        "reference_done.html", action=ACTION, token=request.token, why=why, change=_told(change)
    )
    ended = " (annulé depuis)" if change.undone else ""
    just = request.scope["query_string"] == b"garde"
    lead = "C'est fait." if just else f"Changement du {_moment(change)}{french.SPACE}:"
    return PlainAnswer(body, f"{lead} {french.upper_first(change.told)}{ended}", status)


def _told(one: Kept) -> dict[str, Any]:
    """A change in words."""
    return {**one._asdict(), "at": _moment(one)}


def _moment(one: Kept) -> str:
    when = to_local_time(one.at)
    return f"{french.date_short(when.date())} à {when.hour} h {when:%M}"


def _state(place: Place, day: date) -> str:
    """« en service depuis le 21/12/2021 », « fermé depuis le 01/10/2026 »."""
    opens, closes = place.periods[-1]
    if closes is not None and closes <= day:
        return f"fermé depuis le {french.date_short(closes)}"
    if closes is not None:
        return f"en service, ferme le {french.date_short(closes)}"
    start = opens if len(place.periods) > 1 else place.begins_on
    if start is None:
        return "ouverture non renseignée"
    if start > day:
        return f"{'rouvre' if len(place.periods) > 1 else 'ouvre'} le {french.date_short(start)}"
    return f"en service depuis le {french.date_short(start)}"


def _facts(place: Place, day: date, host: str) -> Sequence[tuple[str, str]]:
    """What is known of a site."""
    week = place.week_on(day)
    moves = [
        f"{one.commune} ({french.number(one.lat, 4)} ; {french.number(one.lon, 4)})"
        f"{f' depuis le {french.date_short(one.valid_from)}' if n else ''}"
        for n, one in enumerate(place.locations)
    ]
    gaps = [
        _span(closes, following[0])
        for (_, closes), following in zip(place.periods, place.periods[1:], strict=False)
        if closes
    ]
    return [
        ("Code", place.code),
        ("Département", place.department),
        ("Lieu", " ; ".join(reversed(moves))),
        (
            "Heures",
            french.opening_hours(week.hours)
            if week
            else "non renseignées : compté du lundi au vendredi",
        ),
        *([("Fermé un temps", " ; ".join(gaps))] if gaps else []),
        ("Hôte", host or "non renseigné"),
        ("Autres écritures", place.aliases.replace(";", ", ") or "aucune"),
        ("Muet après", french.days(place.silent_after or SILENT_DAYS)),
    ]


def _span(first: date, last: date) -> str:
    if first == last:
        return f"le {french.date_short(first)}"
    return f"du {french.date_short(first)} au {french.date_short(last)}"


def _long_day(day: date) -> str:
    return f"le {french.weekday(day)} {french.date_long(day)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


PAGES = {
    "": _start,
    "ajouter": _add,
    "jours": _days,
    "departements": _departments,
    "listes": _lists,
}
