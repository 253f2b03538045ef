"""Sites side by side; one indicator compared by site, service, department or hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dashboard import charts, french
from dashboard.answers.figures import Figures, whole
from dashboard.answers.figures import figures as figures_of
from dashboard.answers.headlines import longest_wait
from dashboard.answers.network import names, services, sites
from dashboard.answers.question import Question
from dashboard.answers.trust import strip
from dashboard.answers.uncertainty import Interval, intervals
from dashboard.answers.view import Asker, View, answer
from dashboard.indicators import BY_CODE, placed
from dashboard.judgement.extremes import in_words
from dashboard.judgement.signals import RATES, SHARES
from dashboard.panel import (
    Chart,
    Message,
    Panel,
    Table,
    count,
    of_figure,
    of_value,
    site_name,
    table,
    words,
)
from dashboard.statistics import sentences
from dashboard.statistics.dispersion import Differences, differences
from dashboard.statistics.funnel import Position
from dashboard.statistics.ranks import ranks as fair_ranks
from dashboard.wording import amount, base, reason, short_name, shown
from db.codes import UNKNOWN_KEY

S = french.SPACE
Order = Literal["name", "value", "size"]
Column = tuple[str, Mapping[str, str]]  # a heading, and the words of each key
FEWEST = 2  # sites that can differ
OUTSIDE = (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH)
USUAL = "compte tenu des différences habituelles entre centres"
LIKELY = "Trait fin : entre quelles valeurs se trouve sans doute le vrai chiffre (19 fois sur 20)."
READING_BARS = "trait fin : où se trouve sans doute le vrai chiffre"
READING = "Un point : un centre · trait : l'ensemble · zones : 95 et 99,8 % · pointillé : 99,8 %, le hasard seul"
WHAT = {
    "site": "Centre",
    "service": "Prestation",
    "hour": "Heure d'arrivée",
    "department": "Département",
}
COLUMNS = placed("sites")
HOURS = {**{f"{h:02}": f"{h} h" for h in range(24)}, "inconnu": "heure inconnue"}


def labels(view: View, question: Question, by: str) -> Mapping[str, str]:
    """The words of the keys of `by`; those of departments are their own."""
    if by == "site":
        return names(view, question)
    if by == "service":
        return services(view)
    return HOURS if by == "hour" else {}


@answer
def side_by_side(view: View, question: Question, codes: Sequence[str] = COLUMNS) -> Panel:
    """The question's sites side by side, alphabetically."""
    figures, known = figures_of(view, question, "site"), names(view, question)
    if not figures:
        return Panel("centres", "Les centres", Message("Aucun centre ne correspond à ces filtres."))
    order = sorted(figures, key=lambda k: french.alphabetical(known.get(k, k)))
    rows = [
        (site_name(known.get(k, k), k), *(of_figure(figures[k][c]) for c in codes)) for k in order
    ]
    return Panel(
        "centres",
        "Les centres, par ordre alphabétique",
        table=table((("Centre", ""), *((BY_CODE[c].short, BY_CODE[c].unit) for c in codes)), rows),
    )


@answer
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
    """One indicator by site, service, department or hour: bars with their intervals; on request sites of a rate on a
    funnel, where there are enough of them.

    order: by name (or hour), by value, or by size, the largest first. ranked: with the ranks of sites, of a rate. most:
    draw so many bars at most, in order of value the highest and the lowest, else those who receive the most visits; the
    table has all.
    """
    figures, title = (
        figures_of(view, question, by),
        f"{BY_CODE[code].label}, par {WHAT[by].lower()}",
    )
    if not figures:
        return Panel(key, title, Message("Aucune donnée pour ces filtres."))
    known = labels(view, question, by)
    keys = _ordered(figures, code, known, by, order)
    found = differing(view, question, code) if by == "site" else None
    columns = _columns(found, keys, code, ranked) if found else []
    listed = _listed(
        figures, keys, known, WHAT[by], code, intervals(view, question, by, code), columns
    )
    panel = Panel(key, title, table=listed, strip=strip(view, question, code))
    if found and funnel and found.whole.funnel:
        return _funnel(figures, code, known, found, panel)
    drawn, which = _drawn(figures, code, keys, order, most)
    if which:
        which = f" ({WHAT[by].lower()}s{S}: {which}, sur {len(keys)})"
    return _bars(view, question, figures, by, code, known, drawn, which, found, panel)


def _drawn(
    figures: Figures, code: str, keys: Sequence[str], order: Order, most: int | None
) -> tuple[Sequence[str], str]:
    """The keys that get a bar, at most so many, and which those are, in words; "" where all do."""
    if most is None or len(keys) <= most:
        return keys, ""
    if order == "value" and BY_CODE[code].unit != "count":  # of a count, the lowest say little
        known = [k for k in keys if figures[k][code].value is not None]
        if len(known) <= most:
            return known or keys[:most], f"{len(known)} avec un chiffre"
        half = most // 2
        return (
            [*known[:half], *known[-half:]],
            f"les {half} plus hautes valeurs et les {half} plus basses",
        )
    busiest = sorted(keys, key=lambda k: -(figures[k]["visits"].value or 0))[:most]
    return [k for k in keys if k in busiest], f"les {most} qui reçoivent le plus"


@dataclass(frozen=True)
class Differing:
    """How the sites that have enough cases differ in a rate: their two counts by key, the comparison, its headline."""

    counts: Mapping[str, tuple[float, float]]
    whole: Differences
    finding: str

    @property
    def position(self) -> dict[str, Position]:
        """Of each site, where there are sites enough for limits."""
        return dict(zip(self.counts, self.whole.position, strict=False))


@answer
def differing(view: View, question: Question, code: str) -> Differing | None:
    """How sites differ; None where the indicator is no share or rate, or fewer than two sites have enough cases."""
    if code not in SHARES | RATES:
        return None
    figures, known = figures_of(view, question, "site"), names(view, question)
    counts = _enough(figures, sorted(figures, key=lambda k: french.alphabetical(known[k])), code)
    whole = differences(
        [a for a, _ in counts.values()],
        [d for _, d in counts.values()],
        proportion=code in SHARES,
        scale=BY_CODE[code].scale,
    )
    if whole is None or whole.sites < FEWEST:
        return None
    apart = [known[k] for k, p in zip(counts, whole.position, strict=False) if p in OUTSIDE]
    return Differing(counts, whole, sentences.differences(whole.chance, apart, whole.funnel))


def has_funnel(who: Asker, question: Question, by: str, code: str) -> bool:
    """Whether the comparison may be drawn as a funnel: sites, of a rate, enough of them."""
    found = differing(who, question, code) if by == "site" else None
    return found is not None and found.whole.funnel


def has_ranks(who: Asker, question: Question, by: str, code: str) -> bool:
    """Whether a rank can be given: of three sites or more, in a rate of which one direction is good."""
    found = differing(who, question, code) if by == "site" else None
    return found is not None and len(found.counts) > 2 and BY_CODE[code].direction != "neither"


def _ordered(
    figures: Figures, code: str, known: Mapping[str, str], by: str, order: Order
) -> list[str]:
    """The keys as they are to be read; what is missing comes last."""
    keys = (
        sorted(figures)
        if by == "hour"
        else sorted(figures, key=lambda k: french.alphabetical(known.get(k, k)))
    )
    if order == "value":
        value = {k: figures[k][code].value for k in keys}
        keys.sort(key=lambda k: float("inf") if (v := value[k]) is None else -v)
    if order == "size":
        keys.sort(key=lambda k: -figures[k][code].n)
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
    found: Differing | None,
    panel: Panel,
) -> Panel:
    """Bars with their intervals in the order given; missing values are written, the whole is a dashed line. which: those
    that are drawn, in words."""
    i, everybody = BY_CODE[code], whole(view, question)[code]
    likely = intervals(view, question, by, code)
    reference = everybody.value if i.unit in ("percent", "minutes", "per_1000", "days") else None
    spec = charts.bars(
        [(known.get(k, k), figures[k][code].value, shown(figures[k][code])) for k in drawn],
        unit=f"{i.label}{which}",
        reference=reference,
        intervals=[_in_words(code, likely.get(k)) for k in drawn] if likely else (),
    )
    line = "" if reference is None else f"Trait pointillé : l'ensemble, {shown(everybody)}"
    caption = [f"{line} ({base(everybody)})."] if line else []
    if likely:
        caption.append(LIKELY)
    subject = i.label if by == "site" else panel.title
    return replace(
        panel,
        content=Chart(spec),
        alt=f"{i.label} par {WHAT[by].lower()}.",
        caption=" ".join(caption),
        reading=" · ".join(p for p in (line, READING_BARS if likely else "") if p),
        finding=f"{subject}{S}: {found.finding}"
        if found
        else _first_sight(view, question, figures, by, code, known, subject),
    )


def _first_sight(
    view: View,
    question: Question,
    figures: Figures,
    by: str,
    code: str,
    known: Mapping[str, str],
    subject: str,
) -> str:
    """What the bars show before they are read: whether it may be said, and then which are highest and lowest."""
    if by == "site":
        if code == "wait_p50" and (said := longest_wait(view, question)):
            return said
        known = {p.code: short_name(p) for p in sites(view, question)}
    elif code in SHARES | RATES and not _differ(figures, code):
        return f"{subject}{S}: aucune différence nette n'est visible"
    one = {k: f[code] for k, f in figures.items()}
    return in_words(one, known, subject, by, whole(view, question)[code])


def _differ(figures: Figures, code: str) -> bool:
    """Whether the keys of a rate differ by more than chance."""
    counts = _enough(figures, [k for k in figures if k != UNKNOWN_KEY], code)
    found = differences(
        [a for a, _ in counts.values()],
        [d for _, d in counts.values()],
        proportion=code in SHARES,
        scale=BY_CODE[code].scale,
    )
    return found is not None and found.chance < sentences.ALIKE


def _in_words(code: str, ends: Interval | None) -> tuple[float | None, float | None, str]:
    """An interval for a chart: « entre 72 % et 98 % »."""
    if ends is None:
        return None, None, ""
    low, high = (None if end is None else amount(BY_CODE[code], end) for end in ends)
    return *ends, sentences.between(low, high)


def _listed(
    figures: Figures,
    keys: Sequence[str],
    known: Mapping[str, str],
    heading: str,
    code: str,
    likely: Mapping[str, Interval],
    more: Sequence[Column],
) -> Table:
    """One row a key. more: (heading, {key: words}) of further columns."""
    unit = BY_CODE[code].unit
    rows = [
        (
            words(known.get(k, k)),
            of_figure(figures[k][code]),
            *((of_value(code, end) for end in likely.get(k, (None, None))) if likely else ()),
            words(base(figures[k][code])),
            count(figures[k][code].n),
            words(reason(figures[k][code])),
            *(words(m[k]) for _, m in more),
        )
        for k in keys
    ]
    ends = (("Sans doute au moins", unit), ("Sans doute au plus", unit)) if likely else ()
    return table(
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


def _columns(found: Differing, keys: Sequence[str], code: str, ranked: bool) -> list[Column]:
    """Where each site stands, and its rank on request."""
    more: list[Column] = []
    if found.whole.funnel:
        position = {k: sentences.POSITIONS[p] for k, p in found.position.items()}
        more.append(("Position", {k: position.get(k, "trop peu de données") for k in keys}))
    if ranked:
        more.append(("Rang", _ranks(found.counts, code, keys)))
    return more


def _funnel(
    figures: Figures, code: str, known: Mapping[str, str], found: Differing, panel: Panel
) -> Panel:
    """Sites against what chance allows at their size; those outside are named."""
    i, position = BY_CODE[code], found.position
    spec = charts.funnel_chart(
        found.whole,
        [known.get(k, k) for k in found.counts],
        [size for _, size in found.counts.values()],
        [shown(figures[k][code]) for k in found.counts],
        unit=i.short,
        base=i.denominator,
    )
    apart = [known.get(k, k) for k, p in position.items() if p in OUTSIDE]
    limits = (
        f"Hors des limites à 99,8 % : {french.join_words(apart)}."
        if apart
        else "Aucun centre hors des limites à 99,8 %."
    )
    return replace(
        panel,
        content=Chart(spec),
        caption=f"{limits} Zones : 95 et 99,8 %, {USUAL} ; pointillés : 99,8 %, le"
        f" hasard seul. Trait plein : l'ensemble, {amount(i, found.whole.target)}.",
        alt=f"Entonnoir : {i.label} de chaque centre selon sa taille.",
        finding=f"{i.label}{S}: {found.finding}",
        reading=READING,
    )


def _enough(figures: Figures, order: Sequence[str], code: str) -> dict[str, tuple[float, float]]:
    """The two counts of each site that has enough of them to be compared."""
    return {
        k: (f.numerator, f.denominator)
        for k in order
        if (f := figures[k][code]).denominator
        and f.numerator is not None
        and f.n >= BY_CODE[code].minimum
    }


def _ranks(
    counts: Mapping[str, tuple[float, float]], code: str, order: Sequence[str]
) -> dict[str, str]:
    i = BY_CODE[code]
    ranks = fair_ranks(
        [a for a, _ in counts.values()],
        [d for _, d in counts.values()],
        direction=i.direction,
        proportion=code in SHARES,
        minimum=max(i.minimum, 1),
    )
    places = {
        k: f"{r.rank} (entre {r.low} et {r.high}) sur {r.of}" if r else "pas de rang"
        for k, r in zip(counts, ranks, strict=True)
    }
    return {k: places.get(k, "pas de rang") for k in order}
