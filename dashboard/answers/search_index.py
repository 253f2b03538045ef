"""The index of « Chercher » for a person: what he may open, and the words by which it is found.

Before: `dashboard.search`. After: `dashboard.web.search_pages`; `static/ccsp-search.js` reads it.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from dashboard import french
from dashboard.accounts.rights import Person, may
from dashboard.answers import personal_data
from dashboard.answers.context import View, uncached
from dashboard.answers.network import services, short_name, sites, usual_period
from dashboard.answers.small_counts_for_guests import DUE, RECEIVED
from dashboard.indicators import BY_CODE, INDICATORS
from dashboard.navigation import PAGES, PLAIN_PAGES, pages_of
from dashboard.period import clip_period, resolve_period
from dashboard.search import guide_chapters
from dashboard.search.entries import Line, Subject, Target
from dashboard.search.subjects import SUBJECTS, phrases
from dashboard.search.unknown import UNKNOWN
from dashboard.search.words import OTHER_NAMES, PAGES_ASKED, SERVICES
from dashboard.stories import READY
from db.shared_types import Place

STARTERS = ("attente par centre", "plaintes en retard", "centre le plus fréquenté")
BESIDE = "cote-a-cote"  # the page that compares places
TOLD_BESIDE = frozenset({"services"})  # of subjects that are no indicators, what that page tells
WAYS = ("departement", "definitions", "guide")  # where to look for what is not found
IN_VAIN = Line(
    "page",
    "sans-reponse",
    "Recherches sans réponse",
    ("recherches sans réponse", "cherché et pas trouvé"),
    "/chercher#sans-reponse",
)
OF_COMPLAINTS = {
    "reasons",
    "plaintes",
}  # subjects and stories without an indicator, of which guests are told nothing


def index(who: Person) -> dict[str, Any]:
    """The index of a person, to be sent as JSON. The shape of each part is that of `prepare` in static/ccsp-search.js."""
    pages = {spec.url_path: spec for spec in pages_of(who)}
    subjects = [_subject(one, pages) for one in SUBJECTS if _may_know(who, one.code)]
    return {
        **places(who),
        "own": sorted(who.sites or who.departments or ()),
        "home": PAGES[0].url_path,
        "beside": BESIDE if BESIDE in pages else "",
        "pages": {name: " ".join(spec.filters) for name, spec in pages.items()},
        "subjects": [one for one in subjects if one[3] or one[4]] if "carte" in pages else [],
        "services": [
            [code, label, SERVICES.get(code, "")]
            for code, label in services(who).items()
            if code != "inconnu"
        ],
        "lines": [
            [one.kind, one.code, one.label, ";".join(one.asked), one.address, one.note]
            for one in _lines(who)
        ],
        "starters": STARTERS if "carte" in pages else (),
        "hint": "Un centre, un département, un chiffre, une prestation, un mot du guide : sans accents, au plus court.",
        "ways": [[spec.title, f"/{name}"] for name, spec in pages.items() if name in WAYS],
    }


@uncached
def places(view: View) -> dict[str, Any]:
    """The places that the person may see, communes without a site, the last known day, the usual period and its words."""
    there, end = sites(view), view.network.known_until or view.snapshot.day
    period = usual_period(view)
    asked = resolve_period(period, end, view.snapshot.day)
    known = clip_period(asked, end) if asked else None
    return {
        "places": [*map(_site, there), *_departments(there)],
        "communes": _communes(view, there),
        "end": end.isoformat(),
        "today": view.snapshot.day.isoformat(),
        "period": period,
        "words": known.label if known else "",
    }


def _site(one: Place) -> list[str]:
    """A site: code, name, kind, other names, department."""
    others = phrases(OTHER_NAMES.get(one.commune, ""))
    names = (
        one.name,
        *(n for n in (one.commune,) if n not in one.name),
        *phrases(one.aliases),
        *others,
    )
    return [one.code, short_name(one), one.kind, ";".join(names), one.department]


def _departments(there: Iterable[Place]) -> list[list[str]]:
    """The departments of sites: name, name, kind, other names, the names of its sites."""
    of: dict[str, list[str]] = {}
    for one in there:
        of.setdefault(one.department, []).append(short_name(one))
    return [
        [name, name, "department", "", ", ".join(of[name])]
        for name in sorted(of, key=french.alphabetical)
    ]


def _communes(view: View, there: Iterable[Place]) -> list[list[str]]:
    """The communes without a site, in departments that may be seen: name, department, its sites, other names."""
    covered, near = {one.commune for one in there}, {one[0]: one[4] for one in _departments(there)}
    return [
        [name, department, near[department], OTHER_NAMES.get(name, "")]
        for name, department, _ in view.network.communes
        if name not in covered and department in near
    ]


def _may_know(person: Person, code: str) -> bool:
    """Whether a person may be told of a subject: of complaints, guests see two figures."""
    indicator = BY_CODE.get(code)
    of_complaints = indicator.register == "complaints" if indicator else code in OF_COMPLAINTS
    return not of_complaints or may(person, "complaint_list") or code in (DUE, RECEIVED)


def _subject(one: Subject, pages: Mapping[str, object]) -> list[Any]:
    """A subject as the index has it, with those of its targets that may be opened."""
    beside = one.code in BY_CODE or one.code in TOLD_BESIDE
    flags = "".join(
        letter
        for letter, holds in (
            ("v", one.has_value),
            ("s", one.takes_service),
            ("u", one.usual),
            ("b", beside),
        )
        if holds
    )
    return [
        one.code,
        one.label,
        ";".join(one.asked),
        {scale: _target(to) for scale, to in one.places.items() if to.page in pages},
        {"/".join(which): _target(to) for which, to in one.cuts.items() if to.page in pages},
        flags,
    ]


def _target(to: Target) -> list[str]:
    return [to.page, urlencode(to.filters), *filter(None, (to.part,))]


def _lines(person: Person) -> list[Line]:
    """The fixed lines: pages, definitions, chapters of the guide, stories, questions that the data do not hold."""
    plain = (spec for spec in PLAIN_PAGES.values() if may(person, spec.right))
    pages = [
        Line(
            "page",
            spec.url_path,
            f"Page {spec.title}",
            (spec.title, spec.heading, *phrases(PAGES_ASKED.get(spec.url_path, ""))),
            f"/{spec.url_path}" if spec != PAGES[0] else "/",
        )
        for spec in (*pages_of(person), *plain)
        if spec.url_path not in ("chercher", "site")
    ]
    if may(person, "unanswered_searches"):
        pages.append(IN_VAIN)
    definitions = [
        Line("def", i.code, f"Définition : {french.lower_first(i.label)}", (f"définition {i.label}", *phrases(i.asked)),
             f"/definitions#{guide_chapters.anchor(i.label)}", i.definition)
        for i in INDICATORS
        if may(person, "understand") and _may_know(person, i.code)
    ]  # fmt: skip
    return [
        *pages,
        *definitions,
        *_chapters(),
        *_stories(person),
        *((_truth(person), *UNKNOWN) if may(person, "aggregates") else ()),
    ]


@uncached
def _truth(view: View) -> Line:
    """Whether the data are true or made up."""
    told = (
        "Tout est inventé, pour l'essai : aucun de ces chiffres n'est d'un vrai centre."
        if view.network.demo
        else "Ces chiffres sont comptés dans les registres, les fiches et les plaintes que les centres remettent."
    )
    asked = "vrai; vrais; vraies; exemple; fictif; fictives; réelles; inventé; démonstration; d'où viennent les données; source"
    return Line("guide", "truth", "Données vraies ou inventées ?", phrases(asked), "", told)


def _chapters() -> list[Line]:
    """The chapters of the guide."""
    return [
        Line(
            "guide",
            at,
            f"Guide : {french.lower_first(title)}",
            phrases(guide_chapters.ASKED.get(at, "")),
            f"/guide#{at}",
        )
        for title in (*guide_chapters.titles(), personal_data.TITLE)
        for at in (guide_chapters.anchor(title),)
    ]


def _stories(person: Person) -> list[Line]:
    """The ready-made stories that need no place."""
    if not may(person, "aggregates"):
        return []
    return [
        Line("story", name, f"Présentation : {french.lower_first(story.title)}", ("présenter", "diapositives", story.title),
             f"/presenter?histoire={name}")
        for name, story in READY.items()
        if not story.place and _may_know(person, name)
    ]  # fmt: skip
