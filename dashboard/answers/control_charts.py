"""Control charts, signals, targets and decisions of what may be seen, and the context that trust lines are written from."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from dashboard.answers.cache import AnswerCache
from dashboard.answers.context import Asker, View, cached, cached_by_weight, engine, view
from dashboard.answers.figures import figures
from dashboard.answers.network import freshness, sites
from dashboard.answers.question import EVERYTHING, Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import CHARTED, WAITS, ControlChart, MonthlySeries, Series
from dashboard.judgement.monthly_judgement import SiteJudgement, judge
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
# By all that each rests on: what a file did not change is not judged again.
SITE_JUDGEMENTS: AnswerCache[SiteJudgement] = AnswerCache(50_000)  # of some 5 KB each, 12 a site
NATION = "nation"


def signals(
    who: Asker, scopes: Iterable[str], last: date | None = None
) -> dict[str, Mapping[str, Signal]]:
    """The signals of every followed indicator by scope, over all services, at the last whole month up to `last` or the end of
    the data. A scope of which the person may see no site is left out, as is the nation for who may not see all of it."""
    asker_view = view(who)
    charts = control_charts(asker_view)
    month = judged_month(asker_view, last)
    found = _signals(asker_view, month)
    return {scope: found[scope] for scope in scopes if scope in charts}


def _signals_weight(found: Mapping[str, Mapping[str, Signal]]) -> int:
    """The memory of the signals of all scopes, in answers: of a scope some 4 KB."""
    return 1 + len(found) // 5


@cached_by_weight(_signals_weight)
def _signals(view: View, month: date) -> Mapping[str, Mapping[str, Signal]]:
    """The signals of every scope by indicator, at a month; each with the nearest target in force."""
    network = view.network
    home = {p.code: p.department for p in network.places}

    def aim(code: str, scope: str) -> float | None:
        nearest = [s for s in (scope, home.get(scope), NATION) if s]
        return target_in_force(network.targets, code, nearest, view.snapshot.day)

    return {
        scope: {code: signal(chart, month, aim(code, scope)) for code, chart in charts.items()}
        for scope, charts in control_charts(view).items()
    }


def judged_month(view: View, last: date | None = None) -> date:
    """The first day of the last whole month that ends by `last`, and by the end of the data."""
    known = view.network.known_until or today()
    return last_whole_month(min(last, known) if last else known).replace(day=1)


@cached
def control_charts(view: View) -> Mapping[str, Mapping[str, ControlChart]]:
    """Every followed series as a control chart, by scope then indicator: of the sites that may be seen, of their departments,
    and of the nation where all of it may be seen."""
    monthly = _monthly(view)
    if monthly is None:
        return {}
    network = view.network
    home = {p.code: p.department for p in network.places}
    aggregates: dict[str, list[int]] = {}
    if len(monthly.sites) == len(network.places):
        aggregates[NATION] = list(range(len(monthly.sites)))
    for row, code in enumerate(monthly.sites):
        aggregates.setdefault(home[code], []).append(row)
    marks: dict[tuple[str, str], list[tuple[date, str]]] = {}
    for code, scope, month, _why, _who, kind in network.rebases:
        marks.setdefault((code, scope), []).append((month, kind))
    return judge(monthly, aggregates, marks, SITE_JUDGEMENTS.get_many)


def _monthly(view: View) -> MonthlySeries | None:
    """The monthly series of the sites that may be seen; None without a site, or without a whole month."""
    network = view.network
    last = last_whole_month(network.known_until)
    first = max(
        add_months(last.replace(day=1), 1 - MONTHS),
        day_from_number(network.origin).replace(day=1),
    )
    seen = view.sites(EVERYTHING)
    rows = [i for i, p in enumerate(network.places) if seen == ALL or p.code in seen]
    if first > last or not rows:
        return None
    # Over the entire network: the shared season is the same whoever asks.
    facts = gather(engine(), ALL, first, last, SITE_MONTH, network=network)
    starts = months(Period(first, last))
    shape = len(network.places), len(starts)
    parts = _is_partial(network, starts, facts, rows)
    by_code = {}
    for code in CHARTED:
        m = BY_CODE[code].measure(facts)
        hidden = m.n < BY_CODE[code].minimum
        numerator, denominator, value, n = (
            np.asarray(a, dtype=float).reshape(shape)[rows]
            for a in (m.numerator, m.denominator, np.where(hidden, np.nan, m.value), m.n)
        )
        waits = facts.waits.reshape(*shape, -1) if code in WAITS else None
        if waits is not None and len(rows) < len(waits):
            waits = waits[rows]
        # The share of closings handed in is itself about days that are missing.
        part = None if BY_CODE[code].closings else parts.get(BY_CODE[code].register)
        by_code[code] = Series(numerator, denominator, value, n, waits, part)
    per_day = BY_CODE["visits_per_day"].measure(facts).value.reshape(shape)
    return MonthlySeries(
        tuple(network.places[i].code for i in rows), tuple(starts), by_code, per_day
    )


def _is_partial(
    network: NetworkState, starts: Sequence[date], facts: Facts, rows: Sequence[int]
) -> Mapping[str, np.ndarray]:
    """By register, whether a site's month was handed in only in part: booleans, (K, M). As many missing days as a site may be
    late do not count."""
    spans = np.array([(day_number(m), day_number(month_end(m))) for m in starts])
    shape = len(network.places), len(starts)
    return {
        "visits": (facts.visit_whole.reshape(shape) == 0)[rows],
        "complaints": (network.sum_between("unrated", spans) > SILENT_DAYS).T[rows],
    }


def last_whole_month(known_to: date | None) -> date:
    """The last day of the last month that is known entirely. known_to: the last day up to which all is known; None: today."""
    last = known_to or today()
    return last if last == month_end(last) else last.replace(day=1) - ONE_DAY


def target_in_force(
    targets: Sequence[Target], indicator: str, scopes: Sequence[str], day: date
) -> float | None:
    """The target on a day of the first of the scopes that has one; None where none has. scopes: the nearest first."""
    for wanted in scopes:
        begun = [
            v for i, s, v, start, *_ in targets if (i, s) == (indicator, wanted) and start <= day
        ]
        if begun:
            return begun[-1]
    return None


@cached
def targets(view: View) -> Sequence[Target]:
    """Every target of the network, the oldest first."""
    return view.network.targets


@cached
def level_changes(view: View, indicator: str, scope: str) -> tuple[tuple[date, str, str, str], ...]:
    """What people decided about the levels of a series: (month, reason, who, kind) each. Rights are not checked here: it is for
    a series whose signal the person was given."""
    return tuple(
        (when, why, who, kind)
        for code, of, when, why, who, kind in view.network.rebases
        if (code, of) == (indicator, scope)
    )


@cached
def decisions(view: View) -> tuple[Decision, ...]:
    """The decisions on series that may be seen, the oldest first."""
    table = sites(view)
    scopes = {s for p in table for s in (p.code, p.department)}
    if len(table) == len(view.network.places):
        scopes.add("nation")
    return tuple(d for d in view.network.decisions if d[2] in scopes)


@cached
def trust_context(view: View, question: Question) -> TrustContext:
    """The context of the question's figures: age of the data, sites that did not report, declared and entered visits,
    complaints not counted yet."""
    network = view.network
    table = sites(view, question)
    rows = [network.row[p.id] for p in table]
    last = min(question.last, network.known_until or question.last)
    days = network.day_columns(question.first, last)
    closed, known = network.has_closing[rows, days], network.visits_known[rows, days]
    seen = (
        (network.register_visits[rows, days] > 0).any(axis=1)
        | closed.any(axis=1)
        | known.any(axis=1)
    )
    due = network.is_due(np.array([[day_number(question.first), day_number(last)]]))[0, rows]
    fresh = freshness(view)
    partial = question.last > last or (
        question.last == network.known_until and question.last != month_end(question.last)
    )
    return TrustContext(
        fresh.as_of,
        fresh.age_days,
        partial,
        tuple(p.name for p, missing in zip(table, due & ~seen, strict=True) if missing),
        # A day without a register has nothing to compare its closing with.
        int(network.declared_visits[rows, days][closed & known].sum()),
        int(network.register_visits[rows, days][closed & known].sum()),
        fresh.demo,
        sum(f["wait_p50"].n > 0 for f in figures(view, question, "site").values()),
        _complaints_later(view, question, rows),
        complaint_reporting(view.facts(question)).all_days_known,
        network.known_until,
    )


def _complaints_later(view: View, question: Question, rows: list[int]) -> int:
    """How many complaints of these sites were received after the last day up to which all is known; no figure counts them yet."""
    network = view.network
    if network.known_until is None or question.last < network.known_until:
        return 0
    c = network.complaints
    later = (c["received"] > day_number(network.known_until)) & np.isin(c["site"], rows)
    if question.service:
        later &= c["service"] == max(network.service_id(question.service), 0)
    return int(later.sum())
