"""Control charts, signals, targets and decisions of what may be seen, and the context that trust lines are written from."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from dashboard.answers.cache import AnswerCache
from dashboard.answers.complaint_register import known_until_in_words, register_now
from dashboard.answers.context import Asker, View, cached, cached_by_weight, view
from dashboard.answers.figures import figures
from dashboard.answers.network import freshness, sites
from dashboard.answers.question import Question
from dashboard.answers.site_series import monthly_series
from dashboard.judgement.control_charts import CHARTED, VOLUMES, ControlChart, LevelMarks
from dashboard.judgement.monthly_judgement import SiteJudgement, judge
from dashboard.judgement.signals import Signal, signal
from dashboard.judgement.trust_sentences import TrustContext
from dashboard.period import day_number, last_whole_month, month_end, today
from db.facts import complaint_reporting
from db.known_forms import known_forms
from db.network_state import NetworkState
from db.read import Decision

# indicator, scope, value, valid_from, source, who set it
Target = tuple[str, str, float, date, str, str]
# By all that each rests on: what a file did not change is not judged again.
SITE_JUDGEMENTS: AnswerCache[SiteJudgement] = AnswerCache(0)  # of some 5 KB each
SITE_SIGNALS: AnswerCache[Signal] = AnswerCache(0)  # of a judgement that is kept, some 1 KB each
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
    """The signals of every scope by indicator, at a month; each with the nearest target in force. Those of charts that a file
    left as they were are kept: of sites, but for visits, which share their season."""
    network, charts = view.network, control_charts(view)
    home = {p.code: p.department for p in network.places}
    aims = targets_in_force(network.targets, view.snapshot.day)
    aimed = {code for code, _ in aims}

    def aim(code: str, scope: str) -> float | None:
        if code not in aimed:
            return None
        nearest = ((code, s) for s in (scope, home.get(scope), NATION))
        return next((aims[one] for one in nearest if one in aims), None)

    each = {
        (scope, code): (chart, month, aim(code, scope))
        for scope, of in charts.items()
        for code, chart in of.items()
    }
    lasting = [one for one in each if one[0] in home and one[1] not in VOLUMES]
    SITE_SIGNALS.most = _most_kept(network)
    kept = SITE_SIGNALS.get_many(
        [each[one] for one in lasting],
        lambda missing: [signal(*each[lasting[i]]) for i in missing],
    )
    found = dict(zip(lasting, kept, strict=True))
    return {
        scope: {code: found.get((scope, code)) or signal(*each[scope, code]) for code in of}
        for scope, of in charts.items()
    }


def _most_kept(network: NetworkState) -> int:
    """How many judgements of sites are kept: of states that are still shown beside the newest."""
    return 3 * len(CHARTED) * len(network.places)


def judged_month(view: View, last: date | None = None) -> date:
    """The first day of the last whole month that ends by `last`, and by the end of the data."""
    known = view.network.known_until or today()
    return last_whole_month(min(last, known) if last else known).replace(day=1)


@cached
def control_charts(view: View) -> Mapping[str, Mapping[str, ControlChart]]:
    """Every followed series as a control chart, by scope then indicator: of the sites that may be seen, of their departments,
    and of the nation where all of it may be seen."""
    monthly = monthly_series(view)
    if monthly is None:
        return {}
    network = view.network
    home = {p.code: p.department for p in network.places}
    aggregates: dict[str, list[int]] = {}
    if len(monthly.sites) == len(network.places):
        aggregates[NATION] = list(range(len(monthly.sites)))
    for row, code in enumerate(monthly.sites):
        aggregates.setdefault(home[code], []).append(row)
    SITE_JUDGEMENTS.most = _most_kept(network)
    return judge(monthly, aggregates, level_marks(view), SITE_JUDGEMENTS.get_many)


def is_judged_as_its_site(view: View, scope: str) -> bool:
    """Whether a scope is a department of one site, without a level of its own: `judge` gives it the series of that site."""
    homes = [p.department for p in view.network.places]
    return homes.count(scope) == 1 and all(marked != scope for _, marked in level_marks(view))


def level_marks(view: View) -> LevelMarks:
    """Where people set, refused or accepted a level, by indicator and scope."""
    marks: dict[tuple[str, str], list[tuple[date, str]]] = {}
    for code, scope, month, _why, _who, kind in view.network.rebases:
        marks.setdefault((code, scope), []).append((month, kind))
    return marks


def targets_in_force(targets: Sequence[Target], day: date) -> dict[tuple[str, str], float]:
    """The target on a day of each indicator and scope that has one. targets: the oldest first."""
    return {(i, scope): value for i, scope, value, start, *_ in targets if start <= day}


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
    span = np.array([[day_number(question.first), day_number(last)]])
    forms, due = known_forms(network, span), network.is_due(span)[0, rows]
    seen, alone = forms.heard[0, rows], forms.closings_alone[0, rows]
    fresh = freshness(view)
    partial = question.last > last or (
        question.last == network.known_until and question.last != month_end(question.last)
    )
    return TrustContext(
        fresh.known_to,
        (view.snapshot.day - fresh.known_to).days if fresh.known_to else None,
        partial,
        tuple(p.name for p, missing in zip(table, due & ~seen, strict=True) if missing),
        # A day without a register has nothing to compare its closing with.
        int(network.declared_visits[rows, days][closed & known].sum()),
        int(network.register_visits[rows, days][closed & known].sum()),
        fresh.demo,
        sum(f["wait_p50"].n > 0 for f in figures(view, question, "site").values()),
        _complaints_later(view, question, rows),
        complaint_reporting(view.facts(question)).all_days_known,
        question.first,
        tuple(p.name for p, only in zip(table, alone, strict=True) if only),
        int(network.declared_visits[rows, days][closed & ~known].sum()),
        _complaints_to(view, question),
    )


def _complaints_to(view: View, question: Question) -> str:
    """The days up to which complaints that wait are known, in words."""
    known = register_now(view, question)
    return known_until_in_words(view, question, known.where(known.is_open))


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
