"""Sites side by side; one indicator compared by site, service, department or hour."""

from collections.abc import Sequence

from dashboard import charts, french
from dashboard.answers.figures import Figures, whole
from dashboard.answers.figures import figures as figures_of
from dashboard.answers.network import names, services
from dashboard.answers.question import Question
from dashboard.answers.trusted import strip
from dashboard.answers.view import View, answer
from dashboard.indicators import BY_CODE
from dashboard.judgement.signals import RATES, SHARES
from dashboard.panel import Chart, Message, Panel, Table, count, of_figure, table, words
from dashboard.statistics import funnel as fair
from dashboard.statistics import sentences
from dashboard.statistics.funnel import Position
from dashboard.statistics.ranks import ranks as fair_ranks
from dashboard.wording import amount, base, reason, shown

READING = "Un point : un centre · trait : l'ensemble · zones : 95 et 99,8 % · pointillé : 99,8 %, le hasard seul"
WHAT = {
    "site": "Centre",
    "service": "Prestation",
    "hour": "Heure d'arrivée",
    "department": "Département",
}
COLUMNS = (
    "visits",
    "visits_per_day",
    "wait_p50",
    "wait_p90",
    "wait_within_30",
    "left",
    "satisfaction",
    "complaints_per_1000",
    "complaints_30d_due",
    "complaints_open",
    "completeness",
)
HOURS = {**{f"{h:02}": f"{h} h" for h in range(24)}, "inconnu": "heure inconnue"}


def labels(view: View, question: Question, by: str) -> dict[str, str]:
    """The words of the keys of `by`."""
    return {
        "site": lambda: names(view, question),
        "service": lambda: services(view),
        "hour": lambda: HOURS,
        "department": dict,
    }[by]()


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
    if is_funnel(by, code, figures):
        return _funnel(view, question, figures, code, known, key, title, ranked)
    return _bars(view, question, figures, by, code, known, key, title, most)


def is_funnel(by: str, code: str, figures: Figures) -> bool:
    """Whether the comparison is a funnel: of rates, of three sites or more."""
    return by == "site" and code in SHARES | RATES and len(figures) > 2


def _bars(
    view: View,
    question: Question,
    figures: Figures,
    by: str,
    code: str,
    known: dict[str, str],
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
    figures: Figures, order: Sequence[str], known: dict[str, str], what: str, code: str, *more
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
            (what, ""),
            (BY_CODE[code].label, BY_CODE[code].unit),
            ("Base", ""),
            ("n", "count"),
            ("Remarque", ""),
            *((heading, "") for heading, _ in more),
        ),
        rows,
    )


def _funnel(
    view: View,
    question: Question,
    figures: Figures,
    code: str,
    known: dict[str, str],
    key: str,
    title: str,
    ranked: bool,
) -> Panel:
    """Sites against what chance allows at their size; those outside are named. The table is alphabetical."""
    i = BY_CODE[code]
    order = sorted(figures, key=lambda k: french.alphabetical(known.get(k, k)))
    enough = [
        k
        for k in order
        if figures[k][code].denominator
        and figures[k][code].numerator is not None
        and figures[k][code].n >= i.minimum
    ]
    share = code in SHARES
    sizes = [figures[k][code].denominator for k in enough]
    made = (
        fair.funnel(
            [figures[k][code].numerator for k in enough],
            sizes,
            proportion=share,
            scale=100 if share else 1000,
        )
        if enough
        else None
    )
    if made is None:
        return Panel(key, title, Message("Trop peu de données pour comparer les centres."))
    spec = charts.funnel_chart(
        made,
        [known.get(k, k) for k in enough],
        sizes,
        [shown(figures[k][code]) for k in enough],
        unit=i.short,
        base=i.denominator,
    )
    where = {k: sentences.POSITIONS[p] for k, p in zip(enough, made.adjusted_position, strict=True)}
    more = [("Position", {k: where.get(k, "trop peu de données") for k in order})]
    if ranked:
        more.append(("Rang", _ranks(figures, enough, code, order)))
    out = outside(made, [known.get(k, k) for k in enough])
    said = (
        f"Hors des limites à 99,8 % : {french.join_words(out)}."
        if out
        else "Aucun centre hors des limites à 99,8 %."
    )
    alone = sum(where in (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH) for where in made.position)
    if out:
        finding = (
            f"{french.plural(len(out), 'centre se détache', 'centres se détachent')} des autres"
        )
    elif alone:
        finding = (
            f"aucun centre ne se détache, mais {alone} sur {len(enough)} {'sort' if alone == 1 else 'sortent'} de ce que"
            " le hasard seul permet"
        )
    else:
        finding = "les centres ne diffèrent pas plus que le hasard ne le veut"
    caption = (
        f"{said} Zones : 95 et 99,8 %, surdispersion comprise (limites principales, peu sûres avec"
        f" {french.plural(len(enough), 'centre')}) ; pointillés : 99,8 % sans elle. Trait plein : l'ensemble,"
        f" {amount(i, made.target)}."
    )
    return Panel(
        key,
        title,
        Chart(spec),
        table=_listed(figures, order, known, "Centre", code, *more),
        caption=caption,
        alt=f"Entonnoir : {i.label} de chaque centre selon sa taille.",
        strip=strip(view, question, code),
        finding=f"{i.label}{french.SPACE}: {finding}",
        reading=READING,
    )


def outside(made: fair.Funnel, known: Sequence[str]) -> list[str]:
    """The names of the sites outside the wide limits."""
    return [
        name
        for name, p in zip(known, made.adjusted_position, strict=True)
        if p in (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH)
    ]


def _ranks(figures: Figures, enough: list[str], code: str, order: list[str]) -> dict[str, str]:
    i = BY_CODE[code]
    found = fair_ranks(
        [figures[k][code].numerator for k in enough],
        [figures[k][code].denominator for k in enough],
        direction=i.direction,
        proportion=code in SHARES,
        minimum=max(i.minimum, 1),
    )
    said = {
        k: f"{r.rank} (entre {r.low} et {r.high}) sur {r.of}" if r else "pas de rang"
        for k, r in zip(enough, found, strict=True)
    }
    return {k: said.get(k, "pas de rang") for k in order}
