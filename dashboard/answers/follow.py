"""What is followed month by month: signals, targets, decisions; and what figures rest on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from dashboard.answers import figures
from dashboard.answers.network import freshness, sites
from dashboard.answers.question import EVERYTHING, Question
from dashboard.answers.view import Asker, View, answer, view
from dashboard.judgement.signals import CHARTED, Signal, signal
from dashboard.judgement.trust import Ground
from dashboard.period import ONE_DAY, add_months, day_number, day_of, month_end, today

Target = tuple[str, str, float, date, str]  # indicator, scope, value, valid_from, source
# id, indicator, scope, decided_on, who, what, due_on
Decision = tuple[int, str, str, date, str, str, date | None]
MONTHS = 60  # of history behind a control chart


def signals(who: Asker, scopes: Iterable[str]) -> dict[str, Mapping[str, Signal]]:
    """Every charted indicator's signal, by scope, over all services, up to the last whole month. A scope of which the
    person may see no site has none, nor has the nation for whoever may not see all of it."""
    seen = view(who)
    by_scope = {scope: _signals(seen, scope) for scope in scopes}
    return {scope: signals for scope, signals in by_scope.items() if signals}


@answer
def _signals(view: View, scope: str) -> Mapping[str, Signal]:
    book, chosen = view.book, _sites_of(view, scope)
    if not chosen:
        return {}
    last = last_whole_month(book.as_of)
    first = max(
        add_months(last.replace(day=1), 1 - MONTHS),
        day_of(book.origin).replace(day=1),
    )
    monthly = (
        figures.of_sites(view, chosen, Question(first, last), "month") if first <= last else {}
    )
    months = [date.fromisoformat(f"{m}-01") for m in sorted(monthly)]
    home = next((p.department for p in book.places if p.code == scope), None)
    nearest = [s for s in (scope, home, "nation") if s]
    return {
        code: signal(
            code,
            scope,
            months,
            [monthly[m][code] for m in sorted(monthly)],
            target_in_force(book.targets, code, nearest, view.moment.day),
            [m for i, s, m, *_ in book.rebases if (i, s) == (code, scope)],
        )
        for code in CHARTED
    }


def _sites_of(view: View, scope: str) -> frozenset[str] | str:
    """The sites whose series a scope's signals are: the whole network for the nation, since its limits, target and new
    starts are not those of a part of it."""
    seen = sites(view)
    if scope == "nation":
        return view.sites(EVERYTHING) if len(seen) == len(view.book.places) else frozenset()
    return frozenset(p.code for p in seen if scope in (p.code, p.department))


def last_whole_month(as_of: date | None) -> date:
    """The last day of the last month of which the data hold every day."""
    last = as_of or today()
    return last if last == month_end(last) else last.replace(day=1) - ONE_DAY


def target_in_force(
    targets: Sequence[Target], indicator: str, scopes: Sequence[str], day: date
) -> float | None:
    """The target on that day of the first of the scopes (the nearest first) that has one; None where there is none."""
    for wanted in scopes:
        begun = [
            v for i, s, v, start, _ in targets if (i, s) == (indicator, wanted) and start <= day
        ]
        if begun:
            return begun[-1]
    return None


@answer
def targets(view: View) -> Sequence[Target]:
    """Every target, the oldest first."""
    return view.book.targets


@answer
def restarts(view: View, indicator: str, scope: str) -> tuple[tuple[date, str], ...]:
    """(month, reason) of each new start of a series' chart; of a series whose signal the person was given."""
    return tuple(
        (when, why)
        for code, of, when, why, _ in view.book.rebases
        if (code, of) == (indicator, scope)
    )


@answer
def decisions(view: View) -> tuple[Decision, ...]:
    """The decisions on what may be seen, the oldest first."""
    table = sites(view)
    scopes = {s for p in table for s in (p.code, p.department)}
    if len(table) == len(view.book.places):
        scopes.add("nation")
    return tuple(d for d in view.book.decisions if d[2] in scopes)


@answer
def ground(view: View, question: Question) -> Ground:
    """What the question's figures rest on, beside their own counts."""
    book = view.book
    table = sites(view, question)
    rows = [book.row[p.id] for p in table]
    last = min(question.last, book.as_of or question.last)
    days = book.days(question.first, last)
    closed = book.closed[rows, days]
    seen = (book.visited[rows, days] > 0).any(axis=1) | closed.any(axis=1)
    due = (book.starts[rows] <= day_number(last)) & (book.ends[rows] >= day_number(question.first))
    fresh = freshness(view)
    partial = question.last > last or (
        question.last == book.as_of and question.last != month_end(question.last)
    )
    return Ground(
        fresh.as_of,
        fresh.age_days,
        partial,
        tuple(p.name for p, silent in zip(table, due & ~seen, strict=True) if silent),
        int(book.declared[rows, days][closed].sum()),
        int(book.visited[rows, days][closed].sum()),
        fresh.demo,
    )
