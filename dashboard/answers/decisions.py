"""Decisions: who does what by when and what for, whether it is done, and what the months after it say.

Before: `dashboard.judgement.decisions`. After: « Signaux », the opening page, a centre's page, slides and workshops.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard import french
from dashboard.answers import control_charts
from dashboard.answers.context import View, cached
from dashboard.answers.network import distinct_names, sites
from dashboard.answers.opening_answers import Name, Reply, Statement
from dashboard.answers.question import EVERYTHING, Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.decisions import FALSE, Verdict, verdict
from dashboard.panel import Link, Message, Panel, day_cell, make_table, text_cell
from db.read import Decision

S = french.SPACE
NATION = "nation"
DECIDED_LATER = (
    "Une décision reste sur la courbe de suivi, et se juge trois mois après qu'elle est faite."
)
NOT_DONE = "pas encore faite"
LISTED = 5  # decisions in a line; more are counted
HOW_JUDGED = (
    "« Ce qui a suivi » compare les trois mois d'avant la décision aux trois, six ou douze mois d'après, comptés du jour où"
    " elle est faite. C'est un changement quand l'écart sort de ce que le hasard permet, comme un point"
    " hors des limites de la courbe ; là où rien ne change, cela se dit à tort au plus"
    f" {100 * FALSE:.0f}{S}fois sur 100. Un changement ne dit pas que la décision en est la cause."
)


@dataclass(frozen=True)
class Told:
    """A decision as it is told. place: where, as it is called; state: « faite le … », « échue depuis 9 jours », « pour le … »;
    verdict: what the months after it was done say, None before that; link: to its chart."""

    decision: Decision
    place: str
    state: str
    verdict: Verdict | None
    link: Link

    @property
    def what(self) -> str:
        """« ouvrir un second guichet (le directeur, pour le 15/12/2026) »."""
        due = self.decision.due_on
        by = f", pour le {french.date_short(due)}" if due else ""
        return f"{self.decision.what} ({self.decision.who}{by})"

    @property
    def in_words(self) -> str:
        """« Attente médiane : ouvrir un second guichet (le directeur) ; faite le 12/11/2026 ; 3 mois après : … »."""
        label = BY_CODE[self.decision.indicator].short
        after = [self.verdict.in_words] if self.verdict else []
        return f"{label}{S}: {f'{S}; '.join([self.what, self.state, *after])}"


@cached
def told(view: View, question: Question) -> tuple[Told, ...]:
    """The decisions about the question's sites, and about the departments and the network that it includes, the newest first."""
    names = scopes(view, question)
    charts, homes = control_charts.control_charts(view), view.network.departments_of_sites
    found = [d for d in reversed(control_charts.decisions(view)) if d.scope in names]
    return tuple(
        Told(
            one,
            names[one.scope],
            state(one, view.snapshot.day),
            verdict(
                charts.get(one.scope, {}).get(one.indicator), one.decided_on, done_on=one.done_on
            )
            if one.done_on
            else None,
            _chart(one, one.scope in homes),
        )
        for one in found
        if one.indicator in BY_CODE
    )


@cached
def of_site(view: View, site: str) -> tuple[Told, ...]:
    """The decisions about one site, the newest first. site: its code."""
    return tuple(one for one in told(view, EVERYTHING) if one.decision.scope == site)


@cached
def due(view: View, question: Question) -> tuple[Told, ...]:
    """Those whose day has come and that are not done, the longest due first."""
    waiting = [one for one in told(view, question) if one.decision.is_due(view.snapshot.day)]
    return tuple(sorted(waiting, key=lambda one: one.decision.due_on or date.max))


@cached
def due_reply(view: View, question: Question) -> Reply:
    """The decisions that are due as an answer; without statements where none is."""
    waiting = due(view, question)
    statements = [
        Statement((Name(one.place, one.link),), f"{one.what}, {one.state}")
        for one in waiting[:LISTED]
    ]
    if (left := len(waiting) - LISTED) > 0:
        more = french.plural(left, "autre décision échue", "autres décisions échues")
        statements.append(Statement((), f"et {more}"))
    return Reply("Décisions à échéance", "signaux", "", tuple(statements))


@cached
def of_department_in_words(view: View, question: Question) -> str:
    """« À faire : Borgou, plaintes en retard : répondre chaque vendredi (le point focal, pour le 01/01/2027). » of the decisions
    about the question's only department and its sites that are not done, those that are due first; "" without one."""
    if question.department is None or question.site:
        return ""
    first = due(view, question)
    waiting = [one for one in told(view, question) if one.decision.done_on is None]
    each = [
        f"{one.place}, {french.lower_first(BY_CODE[one.decision.indicator].short)}{S}: {one.what}"
        + (f", {one.state}" if one in first else "")
        for one in (*first, *(one for one in waiting if one not in first))
    ]
    left = len(each) - LISTED
    more = [french.plural(left, "autre décision", "autres décisions")] if left > 0 else []
    return f"À faire{S}: {f'{S}; '.join([*each[:LISTED], *more])}." if each else ""


@cached
def last_time(view: View, question: Question) -> tuple[Told, ...]:
    """The decisions of the last day, before today, on which any was taken: what a workshop reads out again."""
    before = [one for one in told(view, question) if one.decision.decided_on < view.snapshot.day]
    last = max((one.decision.decided_on for one in before), default=None)
    return tuple(one for one in before if one.decision.decided_on == last)


@cached
def last_time_in_words(view: View, question: Question) -> tuple[str, ...]:
    """« La dernière fois, le 12/10/2026 : », then a sentence for each decision; empty without one."""
    found = last_time(view, question)
    if not found:
        return ()
    day = french.date_short(found[0].decision.decided_on)
    return (f"La dernière fois, le {day}{S}:", *(f"{one.place}, {one.in_words}" for one in found))


@cached
def panel(view: View, question: Question) -> Panel:
    """The decisions as a table, with what came of each."""
    taken = told(view, question)
    if not taken:
        return Panel("decisions", "Décisions", Message(f"Aucune n'est notée. {DECIDED_LATER}"))
    aimed = any(one.decision.aim for one in taken)  # without any the column is left out
    rows = [
        (
            day_cell(one.decision.decided_on),
            text_cell(one.place),
            text_cell(BY_CODE[one.decision.indicator].short),
            text_cell(one.decision.what),
            *([text_cell(one.decision.aim or "—")] if aimed else []),
            text_cell(one.decision.who),
            day_cell(one.decision.due_on),
            text_cell(one.state),
            text_cell(one.verdict.in_words if one.verdict else NOT_DONE),
            text_cell(one.decision.noted_by or "—"),
        )
        for one in taken
    ]
    columns = (
        ("Décidé le", "day"),
        ("Sur", ""),
        ("Indicateur", ""),
        ("Quoi", ""),
        *([("Ce qu'on en attend", "")] if aimed else []),
        ("Qui", ""),
        ("Pour le", "day"),
        ("État", ""),
        ("Ce qui a suivi", ""),
        ("Noté par", ""),
    )
    return Panel("decisions", "Décisions", table=make_table(columns, rows), caption=HOW_JUDGED)


def state(one: Decision, today: date) -> str:
    """« faite le 12/11/2026 », « échue depuis 9 jours », « à faire pour aujourd'hui », « à faire »."""
    if one.done_on is not None:
        return f"faite le {french.date_short(one.done_on)}"
    if one.due_on is None or one.due_on > today:
        return "à faire"
    days = (today - one.due_on).days
    return f"échue depuis {french.days(days)}" if days else "à faire pour aujourd'hui"


@cached
def scopes(view: View, question: Question) -> Mapping[str, str]:
    """The names of the scopes that a question includes and that may be seen: the network, departments, sites."""
    places = sites(view, question)
    names = dict(distinct_names(places))
    if not question.site:
        names |= {p.department: p.department for p in places}
    if not (question.departments or question.site) and len(sites(view)) == len(view.network.places):
        names = {NATION: "Le réseau", **names}
    return names


def _chart(one: Decision, is_site: bool) -> Link:
    """The link to the control chart of its series."""
    if is_site:
        return Link("signaux", (("centre", one.scope), ("indicateur", one.indicator)))
    department = "" if one.scope == NATION else one.scope
    return Link("signaux", (("departement", department), ("indicateur", one.indicator)))
