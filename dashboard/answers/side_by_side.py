"""Two to four centres or departments side by side: every indicator with what may be said of it, their months, their services."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from dashboard import french
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.figures import overall_figures
from dashboard.answers.network import distinct_names, sites
from dashboard.answers.place_days import place_days
from dashboard.answers.question import EVERYTHING, Question
from dashboard.answers.small_counts_for_guests import period_caption
from dashboard.indicators import BY_CODE
from dashboard.judgement.place_days import Chances, chances
from dashboard.judgement.side_by_side import Judged, judge, title
from dashboard.panel import Cell, Message, Panel, make_table, text_cell
from dashboard.statistics.two_places import different
from dashboard.wording import basis_in_words, shown_value

S = french.SPACE
Kind = Literal["site", "department"]
FEWEST, MOST = 2, 4
HEADING = "Ce que l'on peut dire"
LEGEND = "≠ l'écart est plus grand que le hasard · ≈ rien de sûr, la phrase dit pourquoi · … trop peu, non mesuré, ou sans objet."
CHOOSE = "Choisir deux à quatre centres, ou deux à quatre départements, à comparer."


@dataclass(frozen=True)
class Side:
    """One of the places that are compared. code: of its site, or the department's name; name: as it is said; question: about
    it alone."""

    code: str
    name: str
    question: Question


@uncached
def choices(view: View, question: Question | None, kind: Kind) -> Mapping[str, str]:
    """The places of a kind that may be compared, by code: sites that may be seen, or departments that have one. question: whose
    type of sites is asked for, None for all."""
    places = sites(view, replace(EVERYTHING, kind=question.kind) if question else EVERYTHING)
    if kind == "department":
        names = sorted({p.department for p in places}, key=french.alphabetical)
        return {name: name for name in names}
    named = distinct_names(places)
    return dict(sorted(named.items(), key=lambda pair: french.alphabetical(pair[1])))


@uncached
def sides(view: View, question: Question, kind: Kind, places: tuple[str, ...]) -> tuple[Side, ...]:
    """Those of some places (codes) that may be compared, each once, at most MOST, with the question about each."""
    known = choices(view, question, kind)
    there = [code for code in dict.fromkeys(places) if code in known][:MOST]
    if kind == "site":
        return tuple(Side(c, known[c], replace(question, departments=(), site=c)) for c in there)
    return tuple(Side(c, known[c], replace(question, departments=(c,), site=None)) for c in there)


@uncached
def refused(view: View, question: Question, kind: Kind, places: tuple[str, ...]) -> tuple[str, ...]:
    """Why some of these places (codes) are not compared, in sentences: not known, or not to be seen; named twice; too many."""
    known = choices(view, question, kind)
    there = [code for code in places if code in known]
    noun = "un centre" if kind == "site" else "un département"
    of_type = f" de ce type ({question.kind})" if question.kind else ""
    said = [
        f"« {_plain(code)} » n'est pas {noun} connu{of_type}{S}: il n'est pas comparé."
        for code in dict.fromkeys(places)
        if code not in known
    ]
    twice = [known[c] for c in dict.fromkeys(there) if there.count(c) > 1]
    said += [
        f"{name} ne se compare pas à lui-même{S}: il n'est compté qu'une fois." for name in twice
    ]
    left = [known[c] for c in list(dict.fromkeys(there))[MOST:]]
    if left:
        said.append(f"On en compare {MOST} au plus{S}: sans {french.join_words(left, 'ni')}.")
    return tuple(said[:MOST])


def _plain(text: str) -> str:
    """Text from an address, 40 characters at most, with « · » for all that could be Markdown."""
    return "".join(c if c.isalnum() or c in " .,-'’" else "·" for c in text[:40])


@uncached
def others_instead(
    view: View, question: Question, kind: Kind, places: tuple[str, ...]
) -> list[str]:
    """Of departments, a site of each, or those of the only one; of sites, their departments: codes, MOST at most."""
    compared = sides(view, question, kind, places)
    home = {p.code: p.department for p in sites(view, EVERYTHING)}
    if kind == "site":
        return list(dict.fromkeys(home[side.code] for side in compared))
    order, each = list(choices(view, question, "site")), 1 if len(compared) > 1 else MOST
    found = [[c for c in order if home[c] == side.code][:each] for side in compared]
    return [code for of_one in found for code in of_one]


@cached
def judged(
    view: View, question: Question, kind: Kind, places: tuple[str, ...]
) -> tuple[Judged, ...]:
    """Every indicator of the places, with what may be said of it; empty without two of them."""
    compared = sides(view, question, kind, places)
    if len(compared) < FEWEST:
        return ()
    figures = [overall_figures(view, side.question) for side in compared]
    found = _chances(view, question, kind, places)
    by_case = _chances(view, question, kind, places, by_case=True)
    return judge(kind, [side.name for side in compared], figures, found, by_case)


@cached
def _chances(
    view: View,
    question: Question,
    kind: Kind,
    places: tuple[str, ...],
    *,
    by_case: bool = False,
) -> Chances:
    """The probability of each difference that the page shows. by_case: as if each case stood by itself."""
    compared = sides(view, question, kind, places)
    if len(compared) < FEWEST:
        return {}
    figures = [overall_figures(view, side.question) for side in compared]
    days = [place_days(view, side.question) for side in compared]
    known = {
        code: [n for n, of in enumerate(figures) if of[code].value is not None]
        for code in figures[0]
        if BY_CODE[code].more and _is_judged(view, code)
    }
    return chances(days, known, by_case=by_case)


@cached
def surely_different(
    view: View, question: Question, kind: Kind, places: tuple[str, ...]
) -> frozenset[tuple[str, tuple[int, int]]]:
    """The indicators and services, and pairs of places, whose difference is more than chance, all of the page together."""
    found = _chances(view, question, kind, places)
    return different({key: p for key, p in found.items() if p is not None})


def _is_judged(view: View, code: str) -> bool:
    """Whether chance can judge an indicator for who asks: not its days of complaints, which guests are not given."""
    return not (view.access.guest and BY_CODE[code].register == "complaints")


@cached
def finding(view: View, question: Question, kind: Kind, places: tuple[str, ...]) -> str:
    """One thing that can be said of the places, and one that cannot; "" without two of them."""
    found = judged(view, question, kind, places)
    return title(found, [s.name for s in sides(view, question, kind, places)]) if found else ""


@cached
def table(
    view: View,
    question: Question,
    kind: Kind,
    places: tuple[str, ...],
    key: str,
    *,
    followed: bool = False,
) -> Panel:
    """A panel with a row for each indicator: the value of each place with its n, and what may be said. followed: of those
    that are followed alone."""
    name, found = "Chiffre par chiffre", judged(view, question, kind, places)
    if not found:
        return Panel(key, name, Message(CHOOSE))
    names = [(side.name, "") for side in sides(view, question, kind, places)]
    rows = [_row(one) for one in found if not followed or BY_CODE[one.code].followed]
    return Panel(
        key,
        name,
        table=make_table([("Chiffre", ""), (HEADING, ""), *names], rows),
        caption=" ".join(filter(None, (LEGEND, period_caption(view, tuple(BY_CODE))))),
        finding=french.upper_first(finding(view, question, kind, places)),
    )


def _row(one: Judged) -> list[Cell]:
    """The cells of an indicator: its name, what may be said, the value of each place with what it rests on."""
    words = [
        f"{shown_value(figure)} ({basis})"
        # A count is its own n.
        if (basis := basis_in_words(figure)) and figure.value != figure.n
        else shown_value(figure)
        for figure in one.figures
    ]
    said = Cell(f"{one.sign}{S}{one.words}", strong=bool(one.higher))
    return [text_cell(BY_CODE[one.code].short), said, *map(text_cell, words)]
