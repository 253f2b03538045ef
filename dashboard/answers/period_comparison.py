"""« Ce qui a changé »: the change of a rate between two periods, decomposed into change within parts and change of their mix;
and the months between, over all sites and over those with data in both periods."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from dashboard import charts, french
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.figures import figures, figures_of_sites
from dashboard.answers.network import services, site_names
from dashboard.answers.question import Question
from dashboard.answers.trust import trust_line
from dashboard.indicators import BY_CODE, Figure
from dashboard.indicators.measures import SERVICE_UNKNOWN
from dashboard.judgement import period_comparison
from dashboard.judgement.control_charts import RATES
from dashboard.panel import (
    Cell,
    Chart,
    Lines,
    Message,
    Panel,
    count_cell,
    figure_cell,
    make_table,
    month_cell,
    text_cell,
    value_cell,
)
from dashboard.period import Period, add_months, last_whole_month
from dashboard.statistics import sentences

PARTS = {"site": "Centre", "service": "Prestation", "both": "Centre et prestation"}
MONTHS = 13  # drawn at least


@cached
def sites_with_data(view: View, question: Question, code: str) -> frozenset[str]:
    """The codes of the sites that have counts for the indicator in the period."""
    by_site = figures(view, question, "site")
    # A site without a complaints register has no count: 0 would be wrong.
    return frozenset(
        k
        for k, f in by_site.items()
        if f[code].denominator and not (code in RATES and not f[code].sites_reporting)
    )


def _counts(view: View, question: Question, code: str, split: str) -> period_comparison.Counts:
    """Numerator and denominator of each part, by its name; None where missing. split: "site", "service" or "both"."""
    chosen, known, words_of = (
        sites_with_data(view, question, code),
        site_names(view, question),
        services(view),
    )
    if split == "site":
        return {
            known[k]: _numerator_and_denominator(f[code])
            for k, f in figures(view, question, "site").items()
            if k in chosen
        }
    if split == "service":
        by_service = figures_of_sites(view, chosen, question, "service") if chosen else {}
        return {words_of[k]: _numerator_and_denominator(f[code]) for k, f in by_service.items()}
    return {
        f"{known[site]}, {words_of[k]}": _numerator_and_denominator(f[code])
        for site in sorted(chosen)
        for k, f in figures_of_sites(view, frozenset({site}), question, "service").items()
    }


def _numerator_and_denominator(f: Figure) -> tuple[float | None, float | None]:
    """Numerator and denominator of a figure; None where missing."""
    return f.numerator, f.denominator


@cached
def explained_change(
    view: View, question: Question, code: str, before: Period, split: str
) -> period_comparison.ExplainedChange | None:
    """The change of an indicator between period `before` and the question's, decomposed; None where a period has too few
    cases."""
    i = BY_CODE[code]
    earlier = _counts(view, question.over_period(before), code, split)
    later = _counts(view, question, code, split)
    homes = (
        {part: part.rpartition(", ")[0] for part in (*earlier, *later)} if split == "both" else None
    )
    return period_comparison.explain(i.label, earlier, later, i.scale, i.minimum, split, homes)


@cached
def partial_registers(view: View, question: Question, before: Period) -> str:
    """« Registre incomplet : CCSP de Djidja… »: the sites whose register is partial in one of the periods; "" for none. A
    register that ends early changes the mix of visits, without any other change."""
    known, missing = site_names(view, question), set()
    for asked in (question.over_period(before), question):
        missing |= {k for k, f in figures(view, asked, "site").items() if f["visits"].sites_in_part}
    if not missing:
        return ""
    who = french.join_first(
        sorted((known[k] for k in missing if k in known), key=french.alphabetical)
    )
    return (
        f"Registre incomplet dans l'une des deux périodes{french.SPACE}: {who}. Ce qui manque change le poids des centres,"
        " et le chiffre avec lui, sans que rien ait changé sur place."
    )


def split_panel(
    change: period_comparison.ExplainedChange, code: str, split: str, note: str = ""
) -> Panel:
    """A panel of the sentences on a change, with a table of its parts. note: what to know before reading."""
    size = sentences.points if BY_CODE[code].unit == "percent" else period_comparison.with_sign
    rows = [
        (
            text_cell(r.part),
            value_cell(code, r.before),
            value_cell(code, r.after),
            Cell("—" if r.difference is None else size(r.difference), r.difference),
            Cell(french.percent(r.weight_before, 1), r.weight_before),
            Cell(french.percent(r.weight_after, 1), r.weight_after),
        )
        for r in change.rows
    ]
    unit = BY_CODE[code].unit
    return Panel(
        f"changements_{code}",
        f"{change.label}, par {PARTS[split].lower()}",
        Lines((*filter(None, (note,)), *change.sentences)),
        table=make_table(
            (
                (PARTS[split], ""),
                ("Avant", unit),
                ("Après", unit),
                ("Différence", unit),
                ("Poids avant", "percent"),
                ("Poids après", "percent"),
            ),
            rows,
        ),
    )


@cached
def months_panel(view: View, question: Question, code: str, before: Period) -> Panel:
    """A panel of the months up to the question's last whole one: over all sites, and over those with data in both periods."""
    key, title = "memes_centres", f"{BY_CODE[code].label}, par mois"
    seen = view.sites(question)
    same = sites_with_data(view, question, code) & sites_with_data(
        view, question.over_period(before), code
    )
    last = last_whole_month(min(question.last, view.network.known_until or question.last))
    first = min(before.first.replace(day=1), add_months(last.replace(day=1), 1 - MONTHS))
    if not same:
        return Panel(key, title, Message("Aucun centre n'a de données dans les deux périodes."))
    asked = replace(question, first=first, last=last)
    everywhere, there = (figures_of_sites(view, sites, asked, "month") for sites in (seen, same))
    pairs = [
        (date.fromisoformat(f"{m}-01"), everywhere[m][code], there[m][code])
        for m in sorted(everywhere)
    ]
    rows = [
        (
            month_cell(m),
            figure_cell(a),
            count_cell(a.sites_reporting),
            figure_cell(b),
            count_cell(b.sites_reporting),
        )
        for m, a, b in pairs
    ]
    spec = charts.two_lines(
        [(m, a.value, b.value) for m, a, b in pairs],
        names=("tous les centres", "les mêmes centres"),
        unit=BY_CODE[code].short,
    )
    return Panel(
        key,
        title,
        Chart(spec),
        alt=f"{BY_CODE[code].label} par mois : tous les centres, et les mêmes centres.",
        table=make_table(
            (
                ("Mois", "month"),
                ("Tous les centres", BY_CODE[code].unit),
                ("Centres", "count"),
                ("Les mêmes centres", BY_CODE[code].unit),
                ("Mêmes centres", "count"),
            ),
            rows,
        ),
        caption=_who(
            len(same),
            [a.value == b.value for _, a, b in pairs],
            partial_registers(view, question, before),
        ),
        trust_line=trust_line(view, question, code),
    )


def _who(same: int, equal: Iterable[bool], part: str) -> str:
    """Which sites the second line is over, in words. same: how many; equal: of each month, whether both lines are the same;
    part: the note on partial registers."""
    who = "« Les mêmes centres » : " + (
        f"les {french.plural(same, 'centre')} qui ont" if same > 1 else "le seul centre qui a"
    )
    rest = (
        "Les deux courbes se confondent : aucun centre n'est entré ni sorti."
        if all(equal)
        else "L'écart entre les deux courbes vient des centres entrés ou sortis."
    )
    return " ".join(
        filter(None, (f"{who} des données dans les deux périodes comparées.", rest, part))
    )


@uncached
def cannot_split(view: View, question: Question, code: str, before: Period, split: str) -> bool:
    """Whether a rate cannot be split by service, since too many visits of one of the periods have no known service."""
    return (
        split != "site"
        and code in RATES
        and any(
            f[code].note == SERVICE_UNKNOWN
            for asked in (question.over_period(before), question)
            for f in figures(view, asked, "service").values()
        )
    )
