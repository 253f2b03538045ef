"""An indicator month by month as a control chart, and the waits of each site side by side."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from dashboard import charts, french
from dashboard.answers import control_charts, signals
from dashboard.answers.change_dates import since_at_least, since_when
from dashboard.answers.closures import closures
from dashboard.answers.context import View, cached
from dashboard.answers.figures import figures, overall_figures, trend
from dashboard.answers.network import short_name, site_names, sites, until_data_date
from dashboard.answers.question import Question
from dashboard.answers.trust import followed_scope, scope_signals, trust_line
from dashboard.indicators import BY_CODE, Figure
from dashboard.indicators.measures import FEW, OUT_OF_SCOPE, UNMEASURED
from dashboard.judgement.control_charts import SKEWED, ControlChart
from dashboard.judgement.signal_sentences import gap_origin, limits_basis, rule_in_words, verdict
from dashboard.judgement.signals import Signal
from dashboard.panel import (
    Cell,
    Chart,
    Column,
    Message,
    Panel,
    Table,
    count_cell,
    figure_cell,
    make_table,
    month_cell,
    text_cell,
    value_cell,
)
from dashboard.period import add_months, month_end
from dashboard.statistics import sentences
from dashboard.statistics.control_chart_levels import Origin
from dashboard.statistics.quantile import quantile
from dashboard.statistics.variation import ChartKind, Variation
from dashboard.wording import NOT_HANDED, axis_words, basis_in_words, shown_value, value_with_unit
from db import facts
from db.codes import REFUSED, SET

METHODS = {
    ChartKind.SHARE: "limites p′ (Laney), probabilités exactes",
    ChartKind.RATE: "limites u′ (Laney), probabilités exactes",
    ChartKind.BY_QUARTER: "courbe par trimestre, trop peu d'événements par mois",
    ChartKind.RARE: "peu d'événements : chaque mois jugé par sa probabilité exacte, sans la règle des huit de suite",
    ChartKind.WAIT: "courbe de la moyenne de ln(1 + minutes), proche de la médiane et plus fine qu'elle",
    ChartKind.MEASURE: "valeurs de chaque mois, écarts extrêmes écartés du calcul des limites",
    ChartKind.YEAR: "trop peu d'événements par mois : les douze derniers mois ensemble, comparés aux deux ans d'avant par la"
    " probabilité exacte",
    ChartKind.STOCK: "ce qui reste à la fin de chaque mois, comparé à la moyenne de deux ans par la probabilité exacte ; deux"
    " fins de mois se ressemblent, et huit de suite ne disent rien",
    ChartKind.EXPECTED: "l'habitude est celle de chaque centre, à ses visites du mois : une autre répartition entre centres"
    " ne fait pas un signal",
    ChartKind.VOLUME: "saison commune aux centres et droite de 24 mois, les trois derniers mis à part",
}
DRAWN = 60  # months
SEASON = "la saison, la même dans tous les centres, en fait partie"
NOTHING = "Pas assez de données pour tracer ces mois."
# Why months before the first that has data have no value: the curve and its table leave them out.
NOT_YET = (NOT_HANDED, OUT_OF_SCOPE, UNMEASURED)
# Of a month that is not on the curve though its figure has a value.
IN_PART, NOT_SETTLED = "en partie", "pas encore échu"
NOT_FOLLOWED = "Ces filtres ne laissent pas de série suivie : rien n'est conclu de cette courbe."
OF_SITES_ALONE = "Suivi centre par centre : la part de chacun dans l'ensemble fait bouger cette courbe, rien n'en est conclu."
RULE = "signal : un mois hors des limites, ou huit de suite du même côté"
RULE_WITHOUT_RUNS = "signal : hors des limites"
WITHOUT_RUNS = (ChartKind.RARE, ChartKind.YEAR, ChartKind.STOCK)


@cached
def by_month(view: View, question: Question, code: str, key: str, height: int = 230) -> Panel:
    """A panel of one indicator month by month: a control chart where the filters leave a followed series, else plain points.
    height: in pixels."""
    signal = scope_signals(view, question).get(code)
    if signal is None:
        return _plain(view, question, code, key)
    i, scope, chart = BY_CODE[code], followed_scope(question), _drawn(signal)
    shown_values = [None if math.isnan(v) else float(v) for v in chart.values]
    values = [value_with_unit(i, v) if v is not None else "" for v in shown_values]
    if "" in values:
        why = _missing(view, question, code, chart.months)
        values = [value or word for value, word in zip(values, why, strict=True)]
    months, none = chart.months, _why_none(values)
    begun, before = _begun(chart.months, values)
    chart, values = chart.since(chart.months[begun]) if begun else chart, values[begun:]
    decided = [
        (d, f"{what} ({who})")
        for _, c, s, d, who, what, *_ in control_charts.decisions(view)
        if (c, s) == (code, scope) and chart.months and d >= chart.months[0]
    ]
    typical, words_of = ("Attente typique" if i.chart == "wait" else i.short), values
    listed = "Attente typique" if i.chart == "wait" else i.short
    if np.isnan(chart.values).all():
        if none and none != _why_not_yet(view, question, code, months):  # of the month that runs
            none = ""
        return Panel(
            key,
            f"{i.label}, par mois",
            Message(f"Il n'y a rien à tracer{french.SPACE}: {none}." if none else NOTHING),
            table=_table(chart, listed, values),
            finding=f"{_subject(view, question, code)}{french.SPACE}: {none}"
            if none
            else verdict(signal, limits=False),
            trust_line=before,
        )
    if chart.median is not None:
        medians = [
            value_with_unit(i, v) if not math.isnan(v) else "—" for v in chart.median.tolist()
        ]
        words_of = [
            f"{w}, médiane{french.SPACE}: {m}" for w, m in zip(values, medians, strict=True)
        ]
    closed = _events(view, question, chart)
    spec = charts.control_chart(
        replace(signal, chart=chart),
        words_of,
        direction=i.direction,
        unit=typical,
        axis="attente typique, en minutes" if chart.median is not None else axis_words(i),
        decisions=decided,
        events=closed,
        height=height,
    )
    aim = "" if signal.target is None else value_with_unit(i, signal.target)
    finding = verdict(signal, _subject(view, question, code), limits=False)
    if since := since_at_least(view, signal):
        finding += f", {since}"
    caption = [
        f"{finding}.",
        gap_origin(signal, site_names(view)),
        sentences.target(aim, signal.assurance) if aim else "",
        *levels(view, signal),
    ]
    # How limits are computed is in the fold below the chart.
    details = [
        trust_line(view, question, code),
        before,
        _rule_in_words(view, signal),
        limits_basis(signal),
        _young_sites_in_words(view, signal),
        _method(signal),
    ]
    if not aim:
        details.insert(2, sentences.target(aim, signal.assurance))
    return Panel(
        key,
        f"{i.label}, par mois",
        Chart(
            spec,
            charts.legend_sentence(
                chart, i.direction, has_closures=bool(closed), has_decisions=bool(decided)
            ),
        ),
        alt=f"Courbe de suivi : {i.label}, par mois.",
        table=_table(chart, listed, values),
        caption=" ".join(part for part in caption if part),
        finding=finding,
        trust_line=" ".join(f"{_begin_sentence(part).rstrip('.')}." for part in details if part),
    )


@cached
def first_curve(view: View, question: Question, codes: Sequence[str]) -> str:
    """Which of some indicators is drawn until another is chosen: the first where it is judged; else an alert, one that is judged,
    one that has figures."""
    signals = scope_signals(view, question)
    judged = [code for code in codes if (one := signals.get(code)) and one.is_judged]
    if codes[0] in judged:
        return codes[0]
    alerts = [code for code in judged if signals[code].variation == Variation.ALERT]
    if alerts or judged:
        return (alerts or judged)[0]
    drawn = (by_month(view, question, code, "") for code in codes)
    has_figures = (not isinstance(panel.content, Message) for panel in drawn)
    return next((c for c, some in zip(codes, has_figures, strict=True) if some), codes[0])


def _begun(months: Sequence[date], words: Sequence[str]) -> tuple[int, str]:
    """The position of the first month of which there is something, the last where there is nothing, and what the months before
    are: « Avant octobre 2026 : non remonté. »; "" for none. words: each month's value, or why it has none."""
    at = next((at for at, word in enumerate(words) if word not in NOT_YET), len(words) - 1)
    if at < 1:
        return 0, ""
    why = " ou ".join(dict.fromkeys(words[:at]))
    return at, f"Avant {french.month_label(months[at])}{french.SPACE}: {why}."


def _why_none(words: Sequence[str]) -> str:
    """« non remonté »: why no month has a figure, where all have none for one reason; "" where some have one that is not on the
    curve, or too few cases. words: each month's value, or why it has none."""
    said = [word for word in dict.fromkeys(words) if word != NOT_HANDED] or [*words[:1]]
    why = said[0] if len(said) == 1 else ""
    known = why in (IN_PART, NOT_SETTLED) or why.startswith(FEW) or any(map(str.isdigit, why))
    return "" if known else why


def _why_not_yet(view: View, question: Question, code: str, months: Sequence[date]) -> str:
    """Why an indicator has no figure of the time from the first of the months to the date of the data."""
    asked = replace(until_data_date(view, question), first=months[0])
    return _why_missing(overall_figures(view, asked)[code], is_settled=True)


def _drawn(signal: Signal) -> ControlChart:
    """The last months of a signal's chart, as many as one reads, and its own; they stay what they were judged by."""
    chart = signal.chart
    if not chart.months:
        return chart
    first = add_months(chart.months[-1], 1 - DRAWN)
    return chart.since(min(first, signal.latest or first))


def _subject(view: View, question: Question, code: str) -> str:
    """The indicator's label; for visits per open day of several sites, that they are those of one site."""
    i = BY_CODE[code]
    return (
        f"{i.label} et par centre"
        if i.chart == "volume" and len(sites(view, question)) > 1
        else i.label
    )


def _rule_in_words(view: View, signal: Signal) -> str:
    """« Signal : au-dessus de ce que le hasard permet, depuis juin 2026 (entre mai et juillet) »; "" without a signal."""
    if not signal.is_signal:
        return ""
    why = ", ".join(filter(None, (rule_in_words(signal), since_when(view, signal))))
    return f"Signal{french.SPACE}: {why}" if why else ""


def _young_sites_in_words(view: View, signal: Signal) -> str:
    """Which sites have visits but are too new for a usual value, so that the comparison leaves them out; "" for none."""
    known, control_charts_by_scope = site_names(view), control_charts.control_charts(view)
    young = []
    for code in signal.young_sites:
        chart = control_charts_by_scope.get(code, {}).get(signal.indicator)
        at = chart.position(signal.latest) if chart and signal.latest else None
        if chart and at is not None and not math.isnan(chart.values[at]):
            young.append(known[code])
    if not young:
        return ""
    return f"Hors de la comparaison, moins de douze mois de données{french.SPACE}: {french.join_words(young)}."


def _table(chart: ControlChart, name: str, words_of: Sequence[str]) -> Table:
    """The table of a control chart: value, usual value and limits by month; for waits also the median, which is the figure
    people know. words_of: the values as text."""
    code, unit = chart.indicator, BY_CODE[chart.indicator].unit
    columns = [("Mois", "month"), (name, unit)]
    cells = [
        [month_cell(m) for m in chart.months],
        [
            Cell(w, None if math.isnan(v) else v)
            for w, v in zip(words_of, chart.values.tolist(), strict=True)
        ],
    ]
    lower, upper = chart.limits
    # The curve of waits is of typical waits: what is usual of these is not what is usual of medians, which titles say.
    usual = ("D'habitude", "Limite basse", "Limite haute")
    if chart.median is not None:
        usual = ("Typique, d'habitude", "Typique, limite basse", "Typique, limite haute")
    more = list(zip(usual, (chart.usual, lower, upper), strict=True))
    if chart.median is not None:
        more.insert(0, (BY_CODE[code].short, chart.median))
    for heading, values in more:
        columns.append((heading, unit))
        cells.append([value_cell(code, None if math.isnan(v) else v) for v in values.tolist()])
    columns.append(("n", "count"))
    cells.append([count_cell(n) for n in chart.n.tolist()])
    return make_table(columns, zip(*cells, strict=True))


def levels(view: View, signal: Signal) -> list[str]:
    """A sentence for each level of a series: since when it holds, whether it is proposed, and what people decided about it."""
    code, scope = signal.indicator, signal.scope
    words = {
        when: (f"{why.rstrip('. ')} ({who})" if who else why.rstrip(". "), kind)
        for when, why, who, kind in control_charts.level_changes(view, code, scope)
    }
    lines = []
    for level in signal.chart.levels:
        since = f"Nouveau niveau{{}} depuis {french.month_label(level.start)}"
        why, _ = words.get(level.start, ("", ""))
        if level.origin == Origin.PROPOSED:
            lines.append(f"{since.format(' (proposé)')}.")
        elif level.origin == Origin.ACCEPTED:
            lines.append(f"{since.format(' (accepté)')}{f'{french.SPACE}: {why}' if why else ''}.")
    for when, (why, kind) in words.items():
        if kind == SET:
            lines.append(
                f"Nouveau niveau à partir {french.elide('de', french.month_label(when))}{french.SPACE}: {why}."
            )
        elif kind == REFUSED:
            lines.append(
                f"Nouveau niveau refusé, de {french.month_label(when)}{french.SPACE}: {why}."
            )
    return lines


def _events(view: View, question: Question, chart: ControlChart) -> list[tuple[date, str]]:
    """Closures of entire days to mark on the chart: (day, words). For a department, only those of the network: those of single
    sites would cover it."""
    first = chart.months[0] if chart.months else question.first
    asked = Question(first, question.last, question.departments, site=question.site)
    return [
        (c.first_day, f"{c.reason} ({name})")
        for c, name in closures(view, asked)
        if c.from_minute is None and (c.site_id is None or question.site)
    ]


def _missing(view: View, question: Question, code: str, months: Sequence[date]) -> list[str]:
    """Why each month is not on the curve, in a few words."""
    asked = replace(question, first=months[0], last=month_end(months[-1]))
    by_month = figures(view, asked, "month")
    found = [by_month.get(f"{m:%Y-%m}", {}).get(code) for m in months]
    settled = add_months(months[-1], -BY_CODE[code].settled_after)
    return [_why_missing(f, is_settled=m <= settled) for m, f in zip(months, found, strict=True)]


def _why_missing(f: Figure | None, *, is_settled: bool) -> str:
    """Why a month is not on the curve: what its figure says; of one that has a value, that it is of a part of the month, or may
    move still. is_settled: whether it has had the time after which it moves no more."""
    if f is None:
        return NOT_HANDED
    if f.value is None:
        words = shown_value(f)
        return f.note.partition(", ")[0] if words == "—" and f.note else words
    return IN_PART if is_settled else NOT_SETTLED


def _method(signal: Signal) -> str:
    """How the chart was computed, in a line."""
    if not signal.chart.is_judged:
        return ""
    log = ", échelle logarithmique" if signal.indicator in SKEWED else ""
    season = f"{french.SPACE}; {SEASON}" if signal.has_season else ""
    rule = RULE_WITHOUT_RUNS if signal.kind in WITHOUT_RUNS else RULE
    return f"{french.upper_first(METHODS[signal.kind])}{log}{season}{french.SPACE}; {rule}."


def _begin_sentence(part: str) -> str:
    """The text with a capital; « n = 8 628 » keeps its small letter."""
    return part if part.startswith("n ") else french.upper_first(part)


def _plain(view: View, question: Question, code: str, key: str) -> Panel:
    """The panel of an indicator by month without limits or judgement."""
    figures = trend(view, question, 25)
    months = [(date.fromisoformat(f"{m}-01"), figures[m][code]) for m in sorted(figures)]
    begun, before = _begun([m for m, _ in months], [shown_value(f) for _, f in months])
    months = months[begun:]
    rows = [(m, f.value, shown_value(f)) for m, f in months]
    listed = [(month_cell(m), figure_cell(f), text_cell(basis_in_words(f))) for m, f in months]
    known = next(((m, f) for m, f in reversed(months) if f.value is not None), None)
    last = (
        f"en {french.month_label(known[0])}{french.SPACE}: {shown_value(known[1])}" if known else ""
    )
    return Panel(
        key,
        f"{BY_CODE[code].label}, par mois",
        Chart(charts.lines(rows, unit=BY_CODE[code].short, axis=axis_words(BY_CODE[code])))
        if known
        else Message(NOTHING),
        table=make_table(
            (("Mois", "month"), (BY_CODE[code].label, BY_CODE[code].unit), ("Base", "")), listed
        ),
        alt=f"{BY_CODE[code].label} par mois.",
        caption=NOT_FOLLOWED if followed_scope(question) is None else OF_SITES_ALONE,
        finding=last and f"{_subject(view, question, code)} {last}",
        trust_line=". ".join(filter(None, (trust_line(view, question, code), before))),
    )


@cached
def medians(view: View, question: Question) -> tuple[tuple[str, date, int, int], ...]:
    """(site name, month, waits measured, median wait) of every month in which a site measured waits, by name then month."""
    known_months, waits = facts.waits_by_month(view.facts(question))
    measured, p50 = waits.sum(axis=-1), quantile(waits, 0.5)
    rows = [
        (p.name, m, int(measured[i, j]), int(p50[i, j]))
        for i, p in enumerate(sites(view, question))
        for j, m in enumerate(known_months)
        if measured[i, j]
    ]
    return tuple(sorted(rows, key=lambda r: (french.alphabetical(r[0]), r[1])))


def _sites_that_moved(view: View, question: Question) -> str:
    """« en hausse à Djougou, en baisse à Nikki, en octobre 2026 ; rien d'inhabituel dans les 16 autres centres jugés »; "" where
    the filters leave no followed wait."""
    judged = [
        (name, s)
        for name, s in signals.site_signals(view, question)
        if s.indicator == "wait_p50" and s.is_judged
    ]
    if question.service or not judged:
        return ""
    when = judged[0][1].month_in_words
    short = {p.name: short_name(p) for p in sites(view, question)}
    ways = []
    for side, way in ((1, "en hausse"), (-1, "en baisse")):
        where = [short[name] for name, s in judged if s.is_signal and s.side == side]
        ways += [f"{way} à {french.join_words(where)}"] if where else []
    all_judged, calm = len(judged) == len(short), sum(not s.is_signal for _, s in judged)
    if not ways:
        return f"rien d'inhabituel {when}{'' if all_judged else f' dans {_judged_sites(calm)}'}"
    rest = "ailleurs" if all_judged else f"dans {_judged_sites(calm, other=True)}"
    elsewhere = f"{french.SPACE}; rien d'inhabituel {rest}" if calm else ""
    return f"{', '.join([*ways, when])}{elsewhere}"


def _judged_sites(n: int, *, other: bool = False) -> str:
    """« les 16 autres centres jugés », « le seul centre jugé »: n of them. other: than those named before."""
    if n == 1:
        return "l'autre centre jugé" if other else "le seul centre jugé"
    return f"les {french.number(n)} {'autres ' if other else ''}centres jugés"


@cached
def multiples(view: View, question: Question, key: str) -> Panel:
    """A panel of each site's median wait by month, all on one scale."""
    title, finding = "Attente de chaque centre, mois par mois", _sites_that_moved(view, question)
    title = f"{title}{french.SPACE}: {finding}" if finding else title
    measured = list(medians(view, question))
    points = [(name, m, p50) for name, m, n, p50 in measured if n >= BY_CODE["wait_p50"].minimum]
    if not points:
        few = "Trop peu d'attentes mesurées chaque mois, dans chaque centre."
        some = any(n for _, _, n, _ in measured)
        return Panel(
            key, title, Message(few if some else "Aucune attente mesurée sur cette période.")
        )
    rows = [(name, m, float(p50), french.minutes(p50)) for name, m, p50 in points]
    values = {(name, m): float(p50) for name, m, p50 in points}
    months = sorted({m for _, m, _ in points})
    listed = [
        (text_cell(name), *(value_cell("wait_p50", values.get((name, m))) for m in months))
        for name in dict.fromkeys(name for name, _, _ in points)
    ]
    return Panel(
        key,
        title,
        Chart(charts.small_multiples(rows, unit="Attente médiane")),
        table=Table(
            (Column("Centre"), *(Column(french.month_short(m), "minutes") for m in months)),
            tuple(listed),
        ),
        alt="Attente médiane de chaque centre, par mois, sur une même échelle.",
        trust_line=trust_line(view, question, "wait_p50"),
    )
