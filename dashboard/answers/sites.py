"""Sites side by side; one indicator compared by site, service, department or hour."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, cast

from dashboard import charts, french
from dashboard.answers import small_counts_for_guests
from dashboard.answers.context import View, cached
from dashboard.answers.figures import Figures, overall_figures
from dashboard.answers.figures import figures as figures_of
from dashboard.answers.network import services, short_name, site_names, sites
from dashboard.answers.question import Question
from dashboard.answers.row_verdicts import differ, verdicts_of
from dashboard.answers.site_comparisons import SiteComparison, site_comparison
from dashboard.answers.site_comparisons import with_funnel as draw_funnel
from dashboard.answers.table_request import Rows
from dashboard.answers.trust import trust_line
from dashboard.answers.uncertainty import intervals
from dashboard.answers.wait_headlines import longest_wait
from dashboard.indicators import BY_CODE, Figure, codes_placed_in
from dashboard.indicators.measures import FEW, HIDDEN, UNMEASURED
from dashboard.judgement.extremes import extremes_in_words
from dashboard.judgement.site_comparisons import (
    differ_beyond_chance,
    is_share_or_rate,
    ranks,
)
from dashboard.panel import (
    Cell,
    Chart,
    Link,
    Message,
    Panel,
    Table,
    count_cell,
    department_cell,
    figure_cell,
    make_table,
    site_cell,
    text_cell,
    value_cell,
)
from dashboard.statistics import sentences
from dashboard.statistics.intervals import Interval
from dashboard.wording import (
    NOT_HANDED,
    axis_words,
    basis_in_words,
    missing_reason,
    of_whole_months,
    shown_value,
    value_with_unit,
)
from db.codes import UNKNOWN_KEY

S = french.SPACE
Order = Literal["name", "value"]
Column = tuple[str, Mapping[str, str]]  # a heading, and the words of each key
LIKELY = f"Trait fin{S}: la marge d'erreur de chaque chiffre, à 95{S}%."
READING_BARS = "trait fin : marge d'erreur"
WHAT = {
    "site": "Centre",
    "service": "Prestation",
    "hour": "Heure d'arrivée",
    "department": "Département",
}
COLUMNS = codes_placed_in("sites")
HOURS = {**{f"{h:02}": f"{h} h" for h in range(24)}, "inconnu": "heure inconnue"}


def labels(view: View, question: Question, by: str) -> Mapping[str, str]:
    """The labels of the keys of dimension `by`; a department's key is its label."""
    if by == "site":
        return site_names(view, question)
    if by == "service":
        return services(view)
    return HOURS if by == "hour" else {}


@cached
def compare(
    view: View,
    question: Question,
    by: str,
    code: str,
    key: str,
    *,
    order: Order = "name",
    ranked: bool = False,
    funnel: bool = False,
    most: int | None = None,
) -> Panel:
    """A panel of one indicator by site, service, department or hour: bars with their intervals, or on request a funnel of
    sites.

    order: by name (or hour), or by value. ranked: with the ranks of sites, of a rate. funnel: draw
    a funnel where there are enough sites. most: draw at most so many bars: by value the highest and the lowest, else those with
    the most visits; the table has all.
    """
    figures, title = (
        figures_of(view, question, by),
        f"{BY_CODE[code].label}, par {WHAT[by].lower()}",
    )
    if not figures:
        return Panel(key, title, Message("Aucune donnée."))
    known = labels(view, question, by)
    keys = _ordered_keys(figures, code, known, by, order)
    comparison = site_comparison(view, question, code) if by == "site" else None
    columns = _columns(comparison, keys, code, ranked) if comparison else []
    names = [_name_cell(question, by, code, k, known.get(k, k)) for k in keys]
    listed = _table(
        figures, keys, names, WHAT[by], code, intervals(view, question, by, code), columns
    )
    caption = small_counts_for_guests.period_caption(view, (code,))
    panel = Panel(
        key, title, table=listed, caption=caption, trust_line=trust_line(view, question, code)
    )
    if comparison and funnel and comparison.differences.has_limits:
        return draw_funnel(view, question, code, comparison, panel)
    drawn, which = _keys_with_bars(figures, code, keys, order, most)
    if which:
        which = f" ({WHAT[by].lower()}s{S}: {which}, sur {len(keys)})"
    return _bars(view, question, figures, by, code, known, drawn, which, comparison, panel)


def _none(figure: Figure) -> str:
    """Why a figure has no value, in a word or two."""
    timed = BY_CODE[figure.indicator].register == "visits"
    words = shown_value(figure)
    if words == NOT_HANDED:
        return figure.note
    why = {
        HIDDEN: FEW,
        UNMEASURED: "attente non mesurée" if timed else "prestation trop rarement notée",
    }
    return (figure.note or "aucun chiffre") if words == "—" else why.get(words, words)


def _keys_with_bars(
    figures: Figures, code: str, keys: Sequence[str], order: Order, most: int | None
) -> tuple[Sequence[str], str]:
    """The keys that are drawn, at most so many, and which these are in words; "" where all are."""
    if most is None or len(keys) <= most:
        return keys, ""
    if (
        order == "value" and BY_CODE[code].unit != "count"
    ):  # the lowest counts are of little interest
        known = [k for k in keys if figures[k][code].value is not None]
        if len(known) <= most:
            return known or keys[:most], f"{len(known)} avec un chiffre"
        half = most // 2
        return (
            [*known[:half], *known[-half:]],
            f"{half} plus hautes et {half} plus basses valeurs",
        )
    busiest = sorted(keys, key=lambda k: -(figures[k]["visits"].value or 0))[:most]
    return [k for k in keys if k in busiest], f"les {most} qui reçoivent le plus"


def _ordered_keys(
    figures: Figures, code: str, known: Mapping[str, str], by: str, order: Order
) -> list[str]:
    """The keys in the order in which they are read; keys without a value come last."""
    keys = (
        sorted(figures)
        if by == "hour"
        else sorted(figures, key=lambda k: french.alphabetical(known.get(k, k)))
    )
    if order == "value":
        value = {k: figures[k][code].value for k in keys}
        keys.sort(key=lambda k: float("inf") if (v := value[k]) is None else -v)
    keys.sort(key=lambda k: k == UNKNOWN_KEY)  # the unknown service or hour comes last
    return keys


def _bars(
    view: View,
    question: Question,
    figures: Figures,
    by: str,
    code: str,
    known: Mapping[str, str],
    drawn: Sequence[str],
    which: str,
    comparison: SiteComparison | None,
    panel: Panel,
) -> Panel:
    """The panel with bars and intervals of the keys drawn; missing values as words, the value over all sites as a dashed line.
    which: which keys are drawn, in words."""
    i, everybody = BY_CODE[code], overall_figures(view, question)[code]
    if all(figures[k][code].value is None for k in drawn):
        reasons = sorted({_none(figures[k][code]) for k in drawn})
        why = (
            f"{'selon les centres, ' if len(reasons) > 1 else ''}{french.join_words(reasons, 'ou')}"
        )
        none = f"{i.label}, par {WHAT[by].lower()}"
        return replace(panel, content=Message(f"Rien à comparer{S}: {why}."), finding=none)
    drawn, others = _with_values(drawn, {k: figures[k][code] for k in drawn})
    likely = intervals(view, question, by, code)
    values = [v for k in drawn if (v := figures[k][code].value) is not None]
    is_rate = i.unit in ("percent", "minutes", "per_1000", "days")
    # The only bar that is the whole itself has no line beside it.
    reference = everybody.value if is_rate and values != [everybody.value] else None
    spec = charts.bars(
        [(known.get(k, k), figures[k][code].value, shown_value(figures[k][code])) for k in drawn],
        unit=f"{i.short if which else i.label}{which}",
        axis=f"{axis_words(i)}{which}",
        reference=reference,
        reference_words=f"l'ensemble{S}: {shown_value(everybody)}",
        intervals=[_in_words(code, likely.get(k)) for k in drawn] if likely else (),
    )
    line = "" if reference is None else f"Trait pointillé : l'ensemble, {shown_value(everybody)}"
    caption = (
        [f"L'ensemble{S}: {shown_value(everybody)} ({basis_in_words(everybody)})."] if line else []
    )
    if others:
        caption.insert(0, f"{others}.")
    if by == "service" and not view.access.guest:
        caption.append(of_whole_months((of[code] for of in figures.values()), everybody))
    if likely:
        caption.append(LIKELY)
    subject = i.label if by == "site" else panel.title
    return replace(
        panel,
        content=Chart(spec),
        alt=f"{i.label} par {WHAT[by].lower()}.",
        caption=" ".join(filter(None, (panel.caption, *caption))),
        reading=" · ".join(p for p in (others, line, READING_BARS if likely else "") if p),
        finding=f"{subject}{S}: {comparison.finding}"
        if comparison
        else _finding(view, question, figures, by, code, known, subject),
    )


def _with_values(drawn: Sequence[str], figures: Mapping[str, Figure]) -> tuple[Sequence[str], str]:
    """The keys to draw, and « 23 autres : non remonté » of those left out: all without a value, where they are most."""
    none = [k for k in drawn if figures[k].value is None]
    if 2 * len(none) <= len(drawn):
        return drawn, ""
    why = Counter(_none(figures[k]) for k in none)
    others = [f"{french.plural(n, 'autre')}{S}: {words}" for words, n in why.most_common()]
    return [k for k in drawn if figures[k].value is not None], f"{S}; ".join(others)


def _finding(
    view: View,
    question: Question,
    figures: Figures,
    by: str,
    code: str,
    known: Mapping[str, str],
    subject: str,
) -> str:
    """The headline of the bars: the highest and the lowest key, or that services, hours or departments show no clear
    difference."""
    if by == "site":
        if code == "wait_p50" and (longest := longest_wait(view, question)):
            return longest
        known = {p.code: short_name(p) for p in sites(view, question)}
    one = {k: f[code] for k, f in figures.items()}
    overall, verdicts = (
        overall_figures(view, question)[code],
        verdicts_of(view, question, cast(Rows, by), code),
    )
    if _is_chance(view, question, figures, by, code):
        found = "aucune différence nette n'est visible"
        if BY_CODE[code].unit == "days" and not intervals(view, question, by, code):
            found = ""  # of a delay by service nothing says how sure it is
        parts = [part for part in (found, _of_all(overall)) if part] or [overall.note]
        return f"{subject}{S}: {f'{S}; '.join(parts)}"
    likely = intervals(view, question, by, code)
    said = extremes_in_words(one, known, subject, by, overall, verdicts, likely)
    # What guests are told of complaints is of a time of its own.
    own_time = small_counts_for_guests.complaint_period(view, (code,))
    return f"{said}, {own_time}" if own_time else said


def _is_chance(view: View, question: Question, figures: Figures, by: str, code: str) -> bool:
    """Whether chance may explain how the keys differ, so that no title names the highest: of shares, rates and waits by their
    counts, of delays by the intervals of the longest and the shortest. Of counts, which are facts, never."""
    values = {
        k: value
        for k, f in figures.items()
        if k != UNKNOWN_KEY and (value := f[code].value) is not None
    }
    if len(values) < 2:
        return False
    if is_share_or_rate(code):
        return by != "site" and not differ_beyond_chance(figures, code)
    if BY_CODE[code].quantile is not None:
        # Which of them stand apart, if any, is said by name; « trop peu de cas » too.
        return (by == "site" or code != "wait_p50") and not differ(
            view, question, cast(Rows, by), code
        )
    if BY_CODE[code].unit != "days" or BY_CODE[code].is_current:
        return False
    likely = intervals(view, question, by, code)
    least, most = (likely.get(end(values, key=values.__getitem__)) for end in (min, max))
    apart = least and most and least[1] is not None and most[0] is not None and most[0] > least[1]
    return not apart


def _of_all(overall: Figure) -> str:
    """« 15 min pour l'ensemble », of waits and delays."""
    timed = BY_CODE[overall.indicator].unit in ("minutes", "days") and overall.value is not None
    return f"{shown_value(overall)} pour l'ensemble" if timed else ""


def _in_words(code: str, ends: Interval | None) -> tuple[float | None, float | None, str]:
    """An interval for a chart: (low, high, « entre 72 % et 98 % »)."""
    if ends is None:
        return None, None, ""
    low, high = (None if end is None else value_with_unit(BY_CODE[code], end) for end in ends)
    return *ends, sentences.between(low, high)


def _name_cell(question: Question, by: str, code: str, key: str, name: str) -> Cell:
    """The name of a key, with a link to what is known of it: a site's or a department's page, a service's figures."""
    if key == UNKNOWN_KEY or by == "hour":
        return text_cell(name)
    if by == "site":
        return site_cell(name, key)
    if by == "department":
        return department_cell(name)
    asked = ("prestation", key)
    if question.site:
        return Cell(name, link=Link("site", (("centre", question.site), asked)))
    of_complaints = BY_CODE[code].register == "complaints"
    return Cell(name, link=Link("plaintes" if of_complaints else "attentes", (asked,)))


def _table(
    figures: Figures,
    keys: Sequence[str],
    names: Sequence[Cell],
    heading: str,
    code: str,
    likely: Mapping[str, Interval],
    more: Sequence[Column],
) -> Table:
    """The table, a row for each key. names: of the keys; likely: intervals by key; more: (heading, words by key) of further
    columns."""
    unit = BY_CODE[code].unit
    rows = [
        (
            name,
            figure_cell(figures[k][code]),
            *((value_cell(code, end) for end in likely.get(k, (None, None))) if likely else ()),
            text_cell(basis_in_words(figures[k][code])),
            count_cell(figures[k][code].n),
            text_cell(missing_reason(figures[k][code])),
            *(text_cell(m[k]) for _, m in more),
        )
        for k, name in zip(keys, names, strict=True)
    ]
    ends = (("Sans doute au moins", unit), ("Sans doute au plus", unit)) if likely else ()
    return make_table(
        (
            (heading, ""),
            (BY_CODE[code].label, unit),
            *ends,
            ("Base", ""),
            ("n", "count"),
            ("Remarque", ""),
            *((name, "") for name, _ in more),
        ),
        rows,
    )


def _columns(
    comparison: SiteComparison, keys: Sequence[str], code: str, ranked: bool
) -> list[Column]:
    """The columns of each site's position and, on request, rank."""
    more: list[Column] = []
    if comparison.differences.has_limits:
        position = {k: sentences.POSITIONS[p] for k, p in comparison.position.items()}
        more.append(("Position", {k: position.get(k, "trop peu de données") for k in keys}))
    if ranked:
        more.append(("Rang", ranks(comparison.counts, code, keys)))
    return more
