"""What sites write in their monthly « canevas »: reasons of dissatisfaction, difficulties, solutions, remarks; by month and
department, for who may see the rows of their sites. Free text, that may name people: no answer with it is kept."""

from collections.abc import Sequence

from dashboard import french
from dashboard.answers.context import View, uncached
from dashboard.answers.question import Question
from dashboard.panel import Message, Panel, make_table, month_cell, site_cell, text_cell
from db import monthly_returns
from db.monthly_returns import ReturnText
from db.shared_types import Place

S = french.SPACE
TITLE = "Ce qu'écrivent les canevas"
RIGHT = "return_texts"
FIELDS = ("reasons", "difficulties", "solutions")  # that are counted
NOT_YOURS = "Ce qu'écrivent les canevas se lit par ceux qui répondent des centres."
NO_RETURN = "Aucun canevas n'est remis pour cette période."
NO_WORDS = "Les canevas de cette période sont sans commentaire."


@uncached
def are_readable(view: View, question: Question) -> bool:
    """Whether the words of the canevas of some of the question's sites may be read."""
    return RIGHT in view.access.rights and bool(view.sites_of_rows(question))


@uncached
def texts(view: View, question: Question) -> tuple[ReturnText, ...]:
    """The words of the canevas of the question's months, of the sites whose rows may be seen: the latest month first, then by
    department and site."""
    if not are_readable(view, question):
        return ()
    places = _places(view)
    found = view.read(
        lambda connection: monthly_returns.texts(
            connection, view.sites_of_rows(question), question.first, question.last
        )
    )

    def order(one: ReturnText) -> tuple[int, str, str]:
        place = places[one.site]
        names = french.alphabetical(place.department), french.alphabetical(place.name)
        return -one.month.toordinal(), *names

    return tuple(sorted(found, key=order))


@uncached
def by_month(view: View, question: Question, key: str, typed: str = "") -> Panel:
    """A panel of these words by month, department and site, or why there are none. typed: all its words are to be found, without
    regard to case and accents, in a canevas, its department's or its site's name."""
    if not are_readable(view, question):
        return Panel(key, TITLE, Message(NOT_YOURS))
    every, places = texts(view, question), _places(view)
    found = [one for one in every if _matches(one, places[one.site], typed)]
    rows = [
        (
            month_cell(one.month),
            text_cell(places[one.site].department),
            site_cell(places[one.site].name, one.site),
            *map(text_cell, (one.reasons, one.difficulties, one.solutions, one.remarks)),
        )
        for one in found
    ]
    if not rows:
        sought = f"Aucun des {french.plural(len(every), 'canevas', 'canevas')} ne contient «{S}{typed}{S}»."
        return Panel(key, TITLE, Message(sought if every else _why_none(view, question)))
    columns = (
        ("Mois", "month"),
        ("Département", ""),
        ("Centre", ""),
        ("Raisons d'insatisfaction", ""),
        ("Difficultés", ""),
        ("Solutions", ""),
        ("Observations", ""),
    )
    return Panel(
        key,
        TITLE,
        table=make_table(columns, rows),
        finding=_finding(found, len(every), typed, of_one=bool(question.site)),
        has_complaint_rows=True,
    )


def _why_none(view: View, question: Question) -> str:
    """Why there are no words: no canevas came of the question's months, or those that came say nothing."""
    came = view.read(
        lambda connection: monthly_returns.declarations(
            connection, view.sites_of_rows(question), question.last
        )
    )
    first = question.first.replace(day=1)
    return NO_WORDS if any(one.month >= first for one in came) else NO_RETURN


def _places(view: View) -> dict[str, Place]:
    """The sites by code."""
    return {p.code: p for p in view.network.places}


def _matches(one: ReturnText, place: Place, typed: str) -> bool:
    """Whether a canevas holds all words that were typed."""
    told = french.fold_accents(" ".join((*one[2:], place.department, place.name)))
    return all(word in told for word in french.fold_accents(typed).split())


def _finding(found: Sequence[ReturnText], every: int, typed: str, *, of_one: bool) -> str:
    """« 38 canevas de 12 centres sont commentés : raisons d'insatisfaction dans 30, difficultés dans 25 et solutions dans 20 »;
    of what was sought « 5 canevas sur 38, de 3 centres, contiennent « réseau » ». of_one: of one site alone."""
    sites = french.plural(len({one.site for one in found}), "centre")
    many = french.plural(len(found), "canevas", "canevas")
    if typed.strip():
        verb = "contient" if len(found) == 1 else "contiennent"
        where = "" if of_one else f", de {sites},"
        return f"{many} sur {french.number(every)}{where} {verb} «{S}{typed.strip()}{S}»"
    counts = [sum(bool(getattr(one, field).strip()) for one in found) for field in FIELDS]
    names = ("raisons d'insatisfaction", "difficultés", "solutions")
    given = [f"{name} dans {french.number(n)}" for n, name in zip(counts, names, strict=True) if n]
    more = f"{S}: {french.join_words(given)}" if given else ""
    where = "" if of_one or len(found) == 1 else f" de {sites}"
    return f"{many}{where} {'est commenté' if len(found) == 1 else 'sont commentés'}{more}"
