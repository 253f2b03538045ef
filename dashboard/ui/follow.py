"""What is followed month by month: signals, targets, decisions; and what figures rest on. Cut to the person who asks."""
from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from dashboard.access import Person
from dashboard.period import ONE_DAY, add_months, month_end, today
from dashboard.signals import CHARTED, Signal, signal
from dashboard.trust import Ground
from dashboard.ui import store
from db.frames import ALL

EVERYTHING = store.Question(date.min, date.max)
MONTHS = 60  # of history behind a control chart
EPOCH = date(1970, 1, 1).toordinal()


def signals(person: Person, scopes: Sequence[str]) -> dict[str, dict[str, Signal]]:
    """Every charted indicator's signal, by scope, over all services, up to the last whole month. A scope of which the
    person may see no site has none, nor has the nation for whoever may not see all of it."""
    book, seen = store.book_of(person, EVERYTHING)  # once for all scopes: each asking is a question to the database
    table = _seen(book, seen)
    # The nation's limits, target and new starts are not those of a part of it.
    chosen = {"nation": seen if len(table) == len(book.sites) else frozenset(),
              **{d: frozenset(codes) for d, codes in table.groupby("department")["code"]},
              **{code: frozenset({code}) for code in table["code"]}}
    return {scope: _signals(book.version, today(), chosen[scope], scope, book) for scope in scopes if chosen.get(scope)}


@st.cache_resource(max_entries=store.KEPT, show_spinner=False)
def _signals(version: str, day: date, chosen: frozenset[str] | str, scope: str, _book: store.Ledger) -> dict[str, Signal]:
    last = last_whole_month(_book.as_of)
    first = max(add_months(last.replace(day=1), 1 - MONTHS), date.fromordinal(_book.origin + EPOCH).replace(day=1))
    monthly = store.figures_of(_book, chosen, store.Question(first, last), "month") if first <= last else {}
    months = [date.fromisoformat(f"{m}-01") for m in sorted(monthly)]
    homes = dict(zip(_book.sites["code"], _book.sites["department"], strict=True))
    nearest = [s for s in (scope, homes.get(scope), "nation") if s]
    return {code: signal(code, scope, months, [monthly[m][code] for m in sorted(monthly)],
                         target_in_force(_book.targets, code, nearest, day),
                         [m for i, s, m, *_ in _book.rebases if (i, s) == (code, scope)]) for code in CHARTED}


def _seen(book: store.Ledger, chosen: frozenset[str] | str) -> pd.DataFrame:
    return book.sites if chosen == ALL else book.sites[book.sites["code"].isin(chosen)]


def last_whole_month(as_of: date | None) -> date:
    """The last day of the last month of which the data hold every day."""
    last = as_of or date.today()
    return last if last == month_end(last) else last.replace(day=1) - ONE_DAY


def target_in_force(targets: Sequence[tuple], indicator: str, scopes: Sequence[str], day: date) -> float | None:
    """The target on that day of the first of the scopes (the nearest first) that has one; None where there is none."""
    for wanted in scopes:
        found = [v for i, s, v, start, _ in targets if (i, s) == (indicator, wanted) and start <= day]
        if found:
            return found[-1]
    return None


def targets() -> Sequence[tuple]:
    """(indicator, scope, value, valid_from, source) of every target."""
    return store.ledger().targets


def decisions(person: Person) -> list[tuple]:
    """(id, indicator, scope, decided_on, who, what, due_on) of the decisions on what the person may see."""
    book, seen = store.book_of(person, EVERYTHING)
    table = _seen(book, seen)
    scopes = {*table["code"], *table["department"]}
    if len(table) == len(book.sites):
        scopes.add("nation")
    return [d for d in book.decisions if d[2] in scopes]


def ground(person: Person, question: store.Question) -> Ground:
    """What the question's figures rest on, beside their own counts."""
    book, chosen = store.book_of(person, question)
    table = _seen(book, chosen)
    last = min(question.last, book.as_of or question.last)
    days, rows = book.days(question.first, last), table.index
    closed = book.closed[rows, days]
    seen = (book.visited[rows, days] > 0).any(axis=1) | closed.any(axis=1)
    due = ((book.starts[rows] <= last.toordinal() - EPOCH) & (book.ends[rows] >= question.first.toordinal() - EPOCH))
    fresh = store.freshness()
    partial = question.last > last or (question.last == book.as_of and question.last != month_end(question.last))
    return Ground(fresh.as_of, fresh.age_days, partial, tuple(table["name"][due & ~seen]),
                  int(book.declared[rows, days][closed].sum()), int(book.visited[rows, days][closed].sum()), fresh.demo)
