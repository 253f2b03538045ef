"""What is followed month by month: signals, targets, decisions; and what figures rest on. Cut to the person who asks."""
from collections.abc import Sequence
from datetime import date

import streamlit as st

from dashboard.access import Person
from dashboard.period import ONE_DAY, add_months, month_end
from dashboard.signals import CHARTED, Signal, signal
from dashboard.trust import Ground
from dashboard.ui import store

MONTHS = 60  # of history behind a control chart
EPOCH = date(1970, 1, 1).toordinal()


def scope_question(person: Person, scope: str) -> store.Question:
    """The question of a scope (nation, a department, a site's code), over no period yet."""
    table = store.sites(person)
    if scope in set(table["code"]):
        return store.Question(date.min, date.max, site=scope)
    return store.Question(date.min, date.max, department=None if scope == "nation" else scope)


def signals(person: Person, scopes: Sequence[str]) -> dict[str, dict[str, Signal]]:
    """Every charted indicator's signal, by scope, over all services, up to the last whole month. A scope of which the
    person may see no site has none."""
    found = {}
    for scope in scopes:
        book, chosen = store.book_of(person, scope_question(person, scope))
        if chosen:
            found[scope] = _signals(book.version, chosen, scope)
    return found


@st.cache_resource(max_entries=store.KEPT)
def _signals(version: int, chosen: frozenset[str] | str, scope: str) -> dict[str, Signal]:
    book = store.ledger()
    last = last_whole_month(book.as_of)
    first = max(add_months(last.replace(day=1), 1 - MONTHS), date.fromordinal(book.origin + EPOCH).replace(day=1))
    monthly = store.figures_of(book, chosen, store.Question(first, last), "month") if first <= last else {}
    months = [date.fromisoformat(f"{m}-01") for m in sorted(monthly)]
    return {code: signal(code, scope, months, [monthly[m][code] for m in sorted(monthly)],
                         target_in_force(book.targets, code, scope, last),
                         [m for i, s, m, *_ in book.rebases if (i, s) == (code, scope)]) for code in CHARTED}


def last_whole_month(as_of: date | None) -> date:
    """The last day of the last month of which the data hold every day."""
    last = as_of or date.today()
    return last if last == month_end(last) else last.replace(day=1) - ONE_DAY


def target_in_force(targets: Sequence[tuple], indicator: str, scope: str, day: date) -> float | None:
    """The target of the scope on that day, else the nation's; None where there is none."""
    for wanted in (scope, "nation"):
        found = [v for i, s, v, start, _ in targets if (i, s) == (indicator, wanted) and start <= day]
        if found:
            return found[-1]
    return None


def targets() -> Sequence[tuple]:
    """(indicator, scope, value, valid_from, source) of every target."""
    return store.ledger().targets


def decisions(person: Person) -> list[tuple]:
    """(id, indicator, scope, decided_on, who, what, due_on) of the decisions on what the person may see."""
    table = store.sites(person)
    scopes = {*table["code"], *table["department"]}
    book = store.ledger()
    if len(table) == len(book.sites):
        scopes.add("nation")
    return [d for d in book.decisions if d[2] in scopes]


def ground(person: Person, question: store.Question) -> Ground:
    """What the question's figures rest on, beside their own counts."""
    book, _ = store.book_of(person, question)
    table = store.sites(person, question)
    last = min(question.last, book.as_of or question.last)
    days, rows = book.days(question.first, last), table.index
    closed = book.closed[rows, days]
    seen = (book.visited[rows, days] > 0).any(axis=1) | closed.any(axis=1)
    due = ((book.starts[rows] <= last.toordinal() - EPOCH) & (book.ends[rows] >= question.first.toordinal() - EPOCH))
    fresh = store.freshness()
    partial = question.last > last or (question.last == book.as_of and question.last != month_end(question.last))
    return Ground(fresh.as_of, fresh.age_days, partial, tuple(table["name"][due & ~seen]),
                  int(book.declared[rows, days][closed].sum()), int(book.visited[rows, days][closed].sum()), fresh.demo)
