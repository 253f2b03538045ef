"""Sites side by side; one indicator compared by site, service, department or hour."""

from collections.abc import Mapping, Sequence

from dashboard import charts, french
from dashboard.answers.figures import Figures, whole
from dashboard.answers.figures import figures as figures_of
from dashboard.answers.network import names, services
from dashboard.answers.question import Question
from dashboard.answers.trust import strip
from dashboard.answers.view import Asker, View, answer
from dashboard.indicators import BY_CODE, placed
from dashboard.judgement.signals import RATES, SHARES
from dashboard.panel import Chart, Message, Panel, Table, count, of_figure, table, words
from dashboard.statistics import funnel as fair
from dashboard.statistics import sentences
from dashboard.statistics.funnel import Position
from dashboard.statistics.ranks import ranks as fair_ranks
from dashboard.wording import amount, base, reason, shown

Column = tuple[str, Mapping[str, str]]  # a heading, and the words of each key
OUTSIDE = (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH)
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
    rows = [(words(known.get(k, k)), *(of_figure(figures[k][c]) for c in codes)) for k in order]
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
    ranked: bool = False,
    most: int | None = None,
) -> Panel:
    """One indicator by site, service, department or hour: sites on a funnel where it is a rate, else bars.

    most: draw so many bars at most, of those who receive the most visits; the table has all.
    """
    figures, title = (
        figures_of(view, question, by),
        f"{BY_CODE[code].label}, par {WHAT[by].lower()}",
    )
    if not figures:
        return Panel(key, title, Message("Aucune donnée pour ces filtres."))
    known = labels(view, question, by)
    if is_funnel(view, question, by, code):
        return _funnel(view, question, figures, code, known, key, title, ranked)
    return _bars(view, question, figures, by, code, known, key, title, most)


def is_funnel(who: Asker, question: Question, by: str, code: str) -> bool:
    """Whether the comparison is a funnel: of rates, of three sites or more."""
    return by == "site" and code in SHARES | RATES and len(names(who, question)) > 2


def _bars(
    view: View,
    question: Question,
    figures: Figures,
    by: str,
    code: str,
    known: Mapping[str, str],
    key: str,
    title: str,
    most: int | None,
) -> Panel:
    """Bars in alphabetical (or hourly) order; missing values are written, the whole is a dashed line."""
    order = (
        sorted(figures, key=lambda k: french.alphabetical(known.get(k, k)))
        if by != "hour"
        else sorted(figures)
    )
    everybody = whole(view, question)[code]
    busiest = set(sorted(order, key=lambda k: -(figures[k]["visits"].value or 0))[:most])
    rows = [
        (known.get(k, k), figures[k][code].value, shown(figures[k][code]))
        for k in order
        if k in busiest
    ]
    unit = BY_CODE[code].label
    if len(rows) < len(order):
        unit += f" ({WHAT[by].lower()}s{french.SPACE}: les {len(rows)} qui reçoivent le plus, sur {len(order)})"
    reference = (
        everybody.value
        if BY_CODE[code].unit in ("percent", "minutes", "per_1000", "days")
        else None
    )
    caption = (
        ""
        if reference is None
        else f"Trait pointillé : l'ensemble, {shown(everybody)} ({base(everybody)})."
    )
    return Panel(
        key,
        title,
        Chart(charts.bars(rows, unit=unit, reference=reference)),
        table=_listed(figures, order, known, WHAT[by], code),
        alt=f"{BY_CODE[code].label} par {WHAT[by].lower()}.",
        caption=caption,
        strip=strip(view, question, code),
        reading="" if reference is None else f"Trait pointillé : l'ensemble, {shown(everybody)}",
        finding=f"{title if by != 'site' else BY_CODE[code].label}{french.SPACE}: {shown(everybody)} pour l'ensemble",
    )


def _listed(
    figures: Figures,
    order: Sequence[str],
    known: Mapping[str, str],
    heading: str,
    code: str,
    *more: Column,
) -> Table:
    """One row a key. more: (heading, {key: words}) of further columns."""
    rows = [
        (
            words(known.get(k, k)),
            of_figure(figures[k][code]),
            words(base(figures[k][code])),
            count(figures[k][code].n),
            words(reason(figures[k][code])),
            *(words(m[k]) for _, m in more),
        )
        for k in order
    ]
    return table(
        (
            (heading, ""),
            (BY_CODE[code].label, BY_CODE[code].unit),
            ("Base", ""),
            ("n", "count"),
            ("Remarque", ""),
            *((name, "") for name, _ in more),
        ),
        rows,
    )


def _funnel(
    view: View,
    question: Question,
    figures: Figures,
    code: str,
    known: Mapping[str, str],
    key: str,
    title: str,
    ranked: bool,
) -> Panel:
    """Sites against what chance allows at their size; those outside are named. The table is alphabetical."""
    i, share = BY_CODE[code], code in SHARES
    order = sorted(figures, key=lambda k: french.alphabetical(known.get(k, k)))
    counts = _enough(figures, order, code)
    sizes = [d for _, d in counts.values()]
    funnel = fair.funnel([a for a, _ in counts.values()], sizes, proportion=share, scale=i.scale)
    if funnel is None:
        return Panel(key, title, Message("Trop peu de données pour comparer les centres."))
    drawn = [known.get(k, k) for k in counts]
    spec = charts.funnel_chart(
        funnel,
        drawn,
        sizes,
        [shown(figures[k][code]) for k in counts],
        unit=i.short,
        base=i.denominator,
    )
    where = dict(zip(counts, funnel.adjusted_position, strict=True))
    positions = {k: sentences.POSITIONS[p] for k, p in where.items()}
    more = [("Position", {k: positions.get(k, "trop peu de données") for k in order})]
    if ranked:
        more.append(("Rang", _ranks(counts, code, order)))
    apart = [name for name, p in zip(drawn, where.values(), strict=True) if p in OUTSIDE]
    alone = sum(p in OUTSIDE for p in funnel.position)
    limits = (
        f"Hors des limites à 99,8 % : {french.join_words(apart)}."
        if apart
        else "Aucun centre hors des limites à 99,8 %."
    )
    caption = (
        f"{limits} Zones : 95 et 99,8 %, surdispersion comprise (limites principales, peu sûres avec"
        f" {french.plural(len(counts), 'centre')}) ; pointillés : 99,8 % sans elle. Trait plein : l'ensemble,"
        f" {amount(i, funnel.target)}."
    )
    return Panel(
        key,
        title,
        Chart(spec),
        table=_listed(figures, order, known, "Centre", code, *more),
        caption=caption,
        alt=f"Entonnoir : {i.label} de chaque centre selon sa taille.",
        strip=strip(view, question, code),
        finding=f"{i.label}{french.SPACE}: {_finding(len(apart), alone, len(counts))}",
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


def _finding(apart: int, alone: int, sites: int) -> str:
    """What a funnel shows. apart, alone: how many sites lie outside its limits, and outside those of chance alone."""
    if apart:
        return f"{french.plural(apart, 'centre se détache', 'centres se détachent')} des autres"
    if alone:
        return (
            f"aucun centre ne se détache, mais {alone} sur {sites} {'sort' if alone == 1 else 'sortent'} de ce que"
            " le hasard seul permet"
        )
    return "les centres ne diffèrent pas plus que le hasard ne le veut"


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
