"""What is followed month by month: signals, targets, decisions; and what figures rest on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from dashboard.answers.context import Asker, View, cached, engine, view
from dashboard.answers.figures import figures
from dashboard.answers.network import freshness, sites
from dashboard.answers.question import EVERYTHING, Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import CHARTED, WAITS, ControlChart, MonthlySeries, Series
from dashboard.judgement.monthly_judgement import judge
from dashboard.judgement.signals import Signal, signal
from dashboard.judgement.trust_sentences import TrustContext
from dashboard.period import (
    ONE_DAY,
    Period,
    add_months,
    day_from_number,
    day_number,
    month_end,
    months,
    today,
)
from db.codes import ALL, SILENT_DAYS, SITE_MONTH
from db.facts import complaint_reporting, gather
from db.network_state import NetworkState
from db.shared_types import Facts

# indicator, scope, value, valid_from, source, who set it
Target = tuple[str, str, float, date, str, str]
# id, indicator, scope, decided_on, who, what, due_on, who noted it
Decision = tuple[int, str, str, date, str, str, date | None, str]
MONTHS = 60  # of history behind a control chart
NATION = "nation"


def signals(
    who: Asker, scopes: Iterable[str], last: date | None = None
) -> dict[str, Mapping[str, Signal]]:
    """Every followed indicator's signal by scope, over all services, at the last whole month that ends with `last` at the
    latest, or with the data. A scope of which the person may see no site has none, nor has the nation for whoever may
    not see all of it."""
    seen = view(who)
    found = control_charts(seen)
    month = judged_month(seen, last)
    wanted = [scope for scope in scopes if scope in found]
    return {scope: _signals(seen, scope, month) for scope in wanted}


@cached
def _signals(view: View, scope: str, month: date) -> Mapping[str, Signal]:
    book = view.book
    home = next((p.department for p in book.places if p.code == scope), None)
    nearest = [s for s in (scope, home, NATION) if s]
    return {
        code: signal(course, month, target_in_force(book.targets, code, nearest, view.moment.day))
        for code, course in control_charts(view).get(scope, {}).items()
    }


def judged_month(view: View, last: date | None = None) -> date:
    """The first day of the last whole month up to a day, and to the last day of the data."""
    known = view.book.known_until or today()
    return last_whole_month(min(last, known) if last else known).replace(day=1)


@cached
def control_charts(view: View) -> Mapping[str, Mapping[str, ControlChart]]:
    """Every series that is followed, by scope then indicator: of the sites that may be seen, their departments, and the
    nation where all of it may be."""
    monthly = _monthly(view)
    if monthly is None:
        return {}
    book = view.book
    home = {p.code: p.department for p in book.places}
    wholes: dict[str, list[int]] = {}
    if len(monthly.sites) == len(book.places):
        wholes[NATION] = list(range(len(monthly.sites)))
    for row, code in enumerate(monthly.sites):
        wholes.setdefault(home[code], []).append(row)
    marks: dict[tuple[str, str], list[tuple[date, str]]] = {}
    for code, scope, month, _why, _who, kind in book.rebases:
        marks.setdefault((code, scope), []).append((month, kind))
    return judge(monthly, wholes, marks)


def _monthly(view: View) -> MonthlySeries | None:
    """The series of the sites that may be seen, month by month; None where there is no site, or no whole month."""
    book = view.book
    last = last_whole_month(book.known_until)
    first = max(
        add_months(last.replace(day=1), 1 - MONTHS),
        day_from_number(book.origin).replace(day=1),
    )
    seen = view.sites(EVERYTHING)
    rows = [i for i, p in enumerate(book.places) if seen == ALL or p.code in seen]
    if first > last or not rows:
        return None
    # Of the whole network: the season that sites share is the same whoever asks.
    facts = gather(engine(), ALL, first, last, SITE_MONTH, network=book)
    starts = months(Period(first, last))
    shape = len(book.places), len(starts)
    parts = _in_part(book, starts, facts, rows)
    by_code = {}
    for code in CHARTED:
        m = BY_CODE[code].measure(facts)
        hidden = m.n < BY_CODE[code].minimum
        numerator, denominator, value, n = (
            np.asarray(a, dtype=float).reshape(shape)[rows]
            for a in (m.numerator, m.denominator, np.where(hidden, np.nan, m.value), m.n)
        )
        waits = facts.waits.reshape(*shape, -1)[rows] if code in WAITS else None
        # Days of which nobody handed in a closing are what their share is about.
        part = None if BY_CODE[code].closings else parts.get(BY_CODE[code].register)
        by_code[code] = Series(numerator, denominator, value, n, waits, part)
    per_day = BY_CODE["visits_per_day"].measure(facts).value.reshape(shape)
    return MonthlySeries(tuple(book.places[i].code for i in rows), tuple(starts), by_code, per_day)


def _in_part(
    book: NetworkState, starts: Sequence[date], facts: Facts, rows: Sequence[int]
) -> Mapping[str, np.ndarray]:
    """By register, whether less than all of a site's month was handed in, (K, M); but for as many days as a site may be late."""
    spans = np.array([(day_number(m), day_number(month_end(m))) for m in starts])
    shape = len(book.places), len(starts)
    return {
        "visits": (facts.visit_whole.reshape(shape) == 0)[rows],
        "complaints": (book.sum_between("unrated", spans) > SILENT_DAYS).T[rows],
    }


def last_whole_month(known_to: date | None) -> date:
    """The last day of the last month of which every day is known. known_to: up to which day all is."""
    last = known_to or today()
    return last if last == month_end(last) else last.replace(day=1) - ONE_DAY


def target_in_force(
    targets: Sequence[Target], indicator: str, scopes: Sequence[str], day: date
) -> float | None:
    """The target on that day of the first of the scopes (the nearest first) that has one; None where there is none."""
    for wanted in scopes:
        begun = [
            v for i, s, v, start, *_ in targets if (i, s) == (indicator, wanted) and start <= day
        ]
        if begun:
            return begun[-1]
    return None


@cached
def targets(view: View) -> Sequence[Target]:
    """Every target, the oldest first."""
    return view.book.targets


@cached
def level_changes(view: View, indicator: str, scope: str) -> tuple[tuple[date, str, str, str], ...]:
    """(month, reason, who, kind) of what somebody said of a series' levels; of a series whose signal the person was given."""
    return tuple(
        (when, why, who, kind)
        for code, of, when, why, who, kind in view.book.rebases
        if (code, of) == (indicator, scope)
    )


@cached
def decisions(view: View) -> tuple[Decision, ...]:
    """The decisions on what may be seen, the oldest first."""
    table = sites(view)
    scopes = {s for p in table for s in (p.code, p.department)}
    if len(table) == len(view.book.places):
        scopes.add("nation")
    return tuple(d for d in view.book.decisions if d[2] in scopes)


@cached
def trust_context(view: View, question: Question) -> TrustContext:
    """What the question's figures rest on, beside their own counts."""
    book = view.book
    table = sites(view, question)
    rows = [book.row[p.id] for p in table]
    last = min(question.last, book.known_until or question.last)
    days = book.day_columns(question.first, last)
    closed, heard = book.has_closing[rows, days], book.visits_known[rows, days]
    seen = (
        (book.register_visits[rows, days] > 0).any(axis=1) | closed.any(axis=1) | heard.any(axis=1)
    )
    due = book.is_due(np.array([[day_number(question.first), day_number(last)]]))[0, rows]
    fresh = freshness(view)
    partial = question.last > last or (
        question.last == book.known_until and question.last != month_end(question.last)
    )
    return TrustContext(
        fresh.as_of,
        fresh.age_days,
        partial,
        tuple(p.name for p, missing in zip(table, due & ~seen, strict=True) if missing),
        # Of a day whose register never came nobody knows how many it would have.
        int(book.declared_visits[rows, days][closed & heard].sum()),
        int(book.register_visits[rows, days][closed & heard].sum()),
        fresh.demo,
        sum(f["wait_p50"].n > 0 for f in figures(view, question, "site").values()),
        _complaints_later(view, question, rows),
        complaint_reporting(view.facts(question)).all_days_known,
        book.known_until,
    )


def _complaints_later(view: View, question: Question, rows: list[int]) -> int:
    """Complaints of these sites received after the day up to which all is known: no figure counts them yet."""
    book = view.book
    if book.known_until is None or question.last < book.known_until:
        return 0
    c = book.complaints
    later = (c["received"] > day_number(book.known_until)) & np.isin(c["site"], rows)
    if question.service:
        later &= c["service"] == max(book.service_id(question.service), 0)
    return int(later.sum())
