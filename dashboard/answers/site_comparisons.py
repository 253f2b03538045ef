"""How sites differ in a share or a rate, each compared with what chance allows at its size (funnel)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dashboard import charts, french
from dashboard.answers.context import Asker, View, cached
from dashboard.answers.figures import figures as figures_of
from dashboard.answers.network import short_name, site_names, sites
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import RATES, SHARES
from dashboard.judgement.site_comparisons import (
    compare_counts,
    furthest_key,
    large_enough_counts,
)
from dashboard.panel import Chart, Panel
from dashboard.statistics import sentences
from dashboard.statistics.dispersion import Differences
from dashboard.statistics.funnel import OUTSIDE, Position
from dashboard.wording import shown_value, value_with_unit

S = french.SPACE
FEWEST = 2  # sites that can differ
USUAL = "compte tenu des différences habituelles entre centres"
READING = (
    "Un point : un centre · trait : {} · zones : 95 et 99,8 % · pointillé : 99,8 %, le hasard seul"
)


@dataclass(frozen=True)
class SiteComparison:
    """How sites with enough cases differ in a rate. counts: the two counts of each, by code; differences: the test and the
    limits; finding: the headline."""

    counts: Mapping[str, tuple[float, float]]
    differences: Differences
    finding: str

    @property
    def position(self) -> dict[str, Position]:
        """The position of each site, by code, where there are enough sites for limits; else empty."""
        return dict(zip(self.counts, self.differences.position, strict=False))


@cached
def site_comparison(view: View, question: Question, code: str) -> SiteComparison | None:
    """How the question's sites differ in an indicator; None where it is no share or rate, or fewer than two sites have enough
    cases."""
    if code not in SHARES | RATES:
        return None
    figures, known = figures_of(view, question, "site"), site_names(view, question)
    counts = large_enough_counts(
        figures, sorted(figures, key=lambda k: french.alphabetical(known[k])), code
    )
    whole = compare_counts(counts, code)
    if whole is None or whole.sites < FEWEST:
        return None
    of_all = value_with_unit(BY_CODE[code], whole.target)
    apart = [
        f"{known[k]} ({shown_value(figures[k][code])}, pour {of_all} dans l'ensemble)"
        for k, p in zip(counts, whole.position, strict=False)
        if p in OUTSIDE
    ]
    furthest = ""
    if not apart and (found := furthest_key(counts, code)):
        key, elsewhere = found
        events, size = counts[key]
        alike = [k for k, (a, n) in counts.items() if n and a * size == events * n]
        # The surest gap, and not always the largest: a site with few cases may lie further off by chance.
        are = (
            "l'écart le plus net est celui"
            if len(alike) == 1
            else "les écarts les plus nets sont ceux"
        )
        these = french.join_first([f"du {known[k]}" for k in alike])
        furthest = (
            f"{are} {these} ({shown_value(figures[key][code])}, pour"
            f" {value_with_unit(BY_CODE[code], elsewhere)} {'dans les autres' if len(alike) == 1 else 'ailleurs'})"
        )
    finding = sentences.differences(whole.p_value, apart, whole.has_limits, furthest)
    if len({a / n for a, n in counts.values()}) == 1:
        same = value_with_unit(BY_CODE[code], whole.target)
        finding = f"tous les centres ont le même chiffre ({same})"
    return SiteComparison(counts, whole, finding)


def has_funnel(who: Asker, question: Question, by: str, code: str) -> bool:
    """Whether the comparison can be drawn as a funnel: sites, a share or a rate, enough of them."""
    comparison = site_comparison(who, question, code) if by == "site" else None
    return comparison is not None and comparison.differences.has_limits


def has_ranks(who: Asker, question: Question, by: str, code: str) -> bool:
    """Whether sites can be ranked: three or more, in a rate of which one direction is good."""
    comparison = site_comparison(who, question, code) if by == "site" else None
    return (
        comparison is not None
        and len(comparison.counts) > 2
        and BY_CODE[code].direction != "neither"
    )


def with_funnel(
    view: View, question: Question, code: str, comparison: SiteComparison, panel: Panel
) -> Panel:
    """The panel with a funnel chart of the sites; all are named where there is room."""
    i, position, figures = BY_CODE[code], comparison.position, figures_of(view, question, "site")
    places = sites(view, question)
    known, short = {p.code: p.name for p in places}, {p.code: short_name(p) for p in places}
    line = _line_in_words(comparison, known)
    spec = charts.funnel_chart(
        comparison.differences,
        [short[k] for k in comparison.counts],
        [size for _, size in comparison.counts.values()],
        [shown_value(figures[k][code]) for k in comparison.counts],
        unit=i.short,
        base=i.denominator,
        line=line,
    )
    apart = [known.get(k, k) for k, p in position.items() if p in OUTSIDE]
    limits = (
        f"Hors des limites à 99,8 % : {french.join_words(apart)}."
        if apart
        else "Aucun centre hors des limites à 99,8 %."
    )
    reading = (
        f"Zones : 95 et 99,8 %, {USUAL} ; pointillés : 99,8 %, le hasard seul. Trait plein : {line},"
        f" {value_with_unit(i, comparison.differences.target)}."
    )
    return replace(
        panel,
        content=Chart(spec),
        caption=" ".join(filter(None, (panel.caption, limits, reading))),
        alt=f"Entonnoir : {i.label} de chaque centre selon sa taille.",
        finding=f"{i.label}{S}: {comparison.finding}",
        reading=READING.format(line),
    )


def _line_in_words(comparison: SiteComparison, known: Mapping[str, str]) -> str:
    """What the line of a funnel is: « l'ensemble », or « l'ensemble sans Djougou », where a site apart is no measure of
    the others."""
    alike = comparison.differences.alike.tolist()
    left = [known.get(k, k) for k, kept in zip(comparison.counts, alike, strict=True) if not kept]
    if not left:
        return "l'ensemble"
    if len(left) <= sentences.NAMED:
        return f"l'ensemble sans {french.join_words(left, 'ni')}"
    return f"l'ensemble sans les {french.number(len(left))} centres qui s'en écartent le plus"
