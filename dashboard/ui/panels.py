"""Panels: each asks the store one thing and says it as a chart, its table and its words. Nothing is drawn here.

Screens draw what these functions give, exports write it: the figures of both are the same objects.
"""
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard import charts, french, trust
from dashboard.access import Person
from dashboard.charts.specs import WEEKDAYS, wait_bins
from dashboard.indicators import BY_CODE
from dashboard.palette import CHANGE, CONCERN, IMPROVEMENT
from dashboard.panel import Card, Cell, Column, Panel, Table, count, day, month, of_figure, of_value, table, words
from dashboard.period import ONE_DAY, add_months, month_end
from dashboard.settings import load
from dashboard.signals import RATES, SHARES, SKEWED, Signal, verdict
from dashboard.statistics import funnel as fair
from dashboard.statistics import sentences
from dashboard.statistics.funnel import Position
from dashboard.statistics.ranks import ranks as fair_ranks
from dashboard.statistics.survival import curve, median
from dashboard.statistics.variation import ChartKind, Variation
from dashboard.ui import follow, store
from dashboard.wording import UNITS, amount, base, reason, shown, who_reported

BANDS = ((0, 7, "moins de 8 jours"), (8, 15, "8 à 15 jours"), (16, 30, "16 à 30 jours"), (31, 60, "31 à 60 jours"),
         (61, 90, "61 à 90 jours"), (91, 10**6, "plus de 90 jours"))
LATE_BAND = 3  # from here on, older than 30 days
READING_OF_MONTHS = (f"Trait : moyenne · tirets : limites · ■ {CONCERN.french} : alerte · ● {IMPROVEMENT.french} : amélioration"
                     f" · ◆ {CHANGE.french} : changement")
READING_OF_FUNNEL = "Un point : un centre · trait : l'ensemble · zones : 95 et 99,8 % · pointillé : 99,8 %, le hasard seul"
WHAT = {"site": "Centre", "service": "Prestation", "hour": "Heure d'arrivée", "department": "Département"}
TONES = {Variation.IMPROVEMENT: "improvement", Variation.CONCERN: "concern", Variation.NEUTRAL: "neutral"}
HEADLINE = ("visits", "wait_p50", "wait_within_30", "left", "satisfaction", "complaints_30d_due")
WAITS = ("wait_p50", "wait_p90", "wait_within_30", "left")
COMPLAINTS = ("complaints_per_1000", "complaints_30d", "complaints_30d_due", "complaint_delay", "complaints_open",
              "complaints_oldest")
SITE_COLUMNS = ("visits", "visits_per_day", "wait_p50", "wait_p90", "wait_within_30", "left", "satisfaction",
                "complaints_per_1000", "complaints_30d_due", "complaints_open", "completeness")


def names(person: Person, question: store.Question) -> dict[str, str]:
    """Code to name of the question's sites."""
    found = store.sites(person, question)
    return dict(zip(found["code"], found["name"], strict=True))


def service_names() -> dict[str, str]:
    """Code to label of services."""
    return {**dict(store.services()), "inconnu": "Prestation inconnue"}


def hour_names() -> dict[str, str]:
    """Key of an hour to its words."""
    return {**{f"{h:02}": f"{h} h" for h in range(24)}, "inconnu": "heure inconnue"}


def labels(person: Person, question: store.Question, by: str) -> dict[str, str]:
    """The words of the keys of `by`."""
    return {"site": lambda: names(person, question), "service": service_names, "hour": hour_names,
            "department": dict}[by]()


def scope_of(question: store.Question) -> str | None:
    """The scope whose control charts speak of the question; None where a filter makes it another series."""
    if question.service or question.kind:
        return None
    return question.site or question.department or "nation"


def followed(person: Person, question: store.Question) -> dict[str, Signal]:
    """The signals of the question's scope; empty where it has no series of its own."""
    scope = scope_of(question)
    return follow.signals(person, [scope]).get(scope, {}) if scope else {}


def strip(person: Person, question: store.Question, code: str) -> str:
    """« Puis-je m'y fier ? » for one indicator of the question's whole."""
    return trust.strip(code, store.figures(person, question, "nation")["nation"], follow.ground(person, question))


def cards(person: Person, question: store.Question, codes: Sequence[str], key: str = "chiffres",
          title: str = "Les chiffres de la période") -> Panel:
    """Headline figures of the question's whole, each with what its control chart says, and the strips as a table."""
    figures = store.figures(person, question, "nation")["nation"]
    found, ground = followed(person, question), follow.ground(person, question)
    made = [card(code, figures[code], in_period(found.get(code), question)) for code in codes]
    rows = [(words(BY_CODE[c].label), of_figure(figures[c]), words(UNITS[BY_CODE[c].unit]),
             count(figures[c].n), words(one.state), words(trust.strip(c, figures, ground)))
            for c, one in zip(codes, made, strict=True)]
    return Panel(key, title, cards=tuple(made), alt=f"{title}.",
                 table=table((("Indicateur", ""), ("Valeur", "mixed"), ("Unité", ""), ("n", "count"),
                              ("Carte de contrôle", ""), ("Puis-je m'y fier ?", "")), rows))



def in_period(found: Signal | None, question: store.Question) -> Signal | None:
    """The signal, if its last point lies in the question's period: October's says nothing of a figure of February."""
    return found if found and found.within(question.first, question.last) else None


def card(code: str, figure, found: Signal | None = None) -> Card:
    """One headline figure."""
    state, tone = ("", "") if found is None else (sentences.VARIATIONS[found.variation], TONES.get(found.variation, ""))
    if figure.value is None:
        state, tone = figure.note, ""
    return Card(code, BY_CODE[code].short, shown(figure), figure.value, BY_CODE[code].unit, base(figure), state, tone)


def sites(person: Person, question: store.Question, codes: Sequence[str] = SITE_COLUMNS) -> Panel:
    """The question's sites side by side, alphabetically."""
    figures, known = store.figures(person, question, "site"), names(person, question)
    if not figures:
        return Panel("centres", "Les centres", message="Aucun centre ne correspond à ces filtres.")
    order = sorted(figures, key=lambda k: french.alphabetical(known.get(k, k)))
    rows = [(words(known.get(k, k)), *(of_figure(figures[k][c]) for c in codes)) for k in order]
    return Panel("centres", "Les centres, par ordre alphabétique",
                 table=table((("Centre", ""), *((BY_CODE[c].short, BY_CODE[c].unit) for c in codes)), rows))


def compare(person: Person, question: store.Question, by: str, code: str, key: str, *, ranked: bool = False,
            most: int | None = None) -> Panel:
    """One indicator by site, service, department or hour: sites on a funnel where it is a rate, else bars.

    most: draw so many bars at most, of those who receive the most visits; the table has all.
    """
    figures, title = store.figures(person, question, by), f"{BY_CODE[code].label}, par {WHAT[by].lower()}"
    if not figures:
        return Panel(key, title, message="Aucune donnée pour ces filtres.")
    known = labels(person, question, by)
    if is_funnel(by, code, figures):
        return _funnel(person, question, figures, code, known, key, title, ranked)
    return _bars(person, question, figures, by, code, known, key, title, most)


def is_funnel(by: str, code: str, figures: store.Figures) -> bool:
    """Whether the comparison is a funnel: of rates, of three sites or more."""
    return by == "site" and code in SHARES | RATES and len(figures) > 2


def _bars(person: Person, question: store.Question, figures: store.Figures, by: str, code: str, known: dict[str, str],
          key: str, title: str, most: int | None) -> Panel:
    """Bars in alphabetical (or hourly) order; missing values are written, the whole is a dashed line."""
    order = sorted(figures, key=lambda k: french.alphabetical(known.get(k, k))) if by != "hour" else sorted(figures)
    whole = store.figures(person, question, "nation")["nation"][code]
    busiest = set(sorted(order, key=lambda k: -(figures[k]["visits"].value or 0))[:most])
    rows = [(known.get(k, k), figures[k][code].value, shown(figures[k][code])) for k in order if k in busiest]
    unit = BY_CODE[code].label
    if len(rows) < len(order):
        unit += f" ({WHAT[by].lower()}s{french.SPACE}: les {len(rows)} qui reçoivent le plus, sur {len(order)})"
    reference = whole.value if BY_CODE[code].unit in ("percent", "minutes", "per_1000", "days") else None
    caption = "" if reference is None else f"Trait pointillé : l'ensemble, {shown(whole)} ({base(whole)})."
    return Panel(key, title, charts.bars(rows, unit=unit, reference=reference),
                 table=_listed(figures, order, known, WHAT[by], code), alt=f"{BY_CODE[code].label} par {WHAT[by].lower()}.",
                 caption=caption, strip=strip(person, question, code),
                 reading="" if reference is None else f"Trait pointillé : l'ensemble, {shown(whole)}",
                 finding=f"{title if by != 'site' else BY_CODE[code].label}{french.SPACE}: {shown(whole)} pour l'ensemble")


def _listed(figures: store.Figures, order: Sequence[str], known: dict[str, str], what: str, code: str, *more) -> Table:
    """One row a key. more: (heading, {key: words}) of further columns."""
    rows = [(words(known.get(k, k)), of_figure(figures[k][code]), words(base(figures[k][code])), count(figures[k][code].n),
             words(reason(figures[k][code])), *(words(m[k]) for _, m in more)) for k in order]
    return table(((what, ""), (BY_CODE[code].label, BY_CODE[code].unit), ("Base", ""), ("n", "count"), ("Remarque", ""),
                  *((heading, "") for heading, _ in more)), rows)


def _funnel(person: Person, question: store.Question, figures: store.Figures, code: str, known: dict[str, str], key: str,
            title: str, ranked: bool) -> Panel:
    """Sites against what chance allows at their size; those outside are named. The table is alphabetical."""
    i = BY_CODE[code]
    order = sorted(figures, key=lambda k: french.alphabetical(known.get(k, k)))
    enough = [k for k in order if figures[k][code].denominator and figures[k][code].numerator is not None
              and figures[k][code].n >= i.minimum]
    share = code in SHARES
    sizes = [figures[k][code].denominator for k in enough]
    made = fair.funnel([figures[k][code].numerator for k in enough], sizes, proportion=share,
                       scale=100 if share else 1000) if enough else None
    if made is None:
        return Panel(key, title, message="Trop peu de données pour comparer les centres.")
    spec = charts.funnel_chart(made, [known.get(k, k) for k in enough], sizes, [shown(figures[k][code]) for k in enough],
                               unit=i.short, base=i.denominator)
    where = {k: sentences.POSITIONS[p] for k, p in zip(enough, made.adjusted_position, strict=True)}
    more = [("Position", {k: where.get(k, "trop peu de données") for k in order})]
    if ranked:
        more.append(("Rang", _ranks(figures, enough, code, order)))
    out = outside(made, [known.get(k, k) for k in enough])
    said = f"Hors des limites à 99,8 % : {french.join_words(out)}." if out else "Aucun centre hors des limites à 99,8 %."
    alone = sum(where in (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH) for where in made.position)
    if out:
        finding = f"{french.plural(len(out), 'centre se détache', 'centres se détachent')} des autres"
    elif alone:
        finding = (f"aucun centre ne se détache, mais {alone} sur {len(enough)} {'sort' if alone == 1 else 'sortent'} de ce que"
                   " le hasard seul permet")
    else:
        finding = "les centres ne diffèrent pas plus que le hasard ne le veut"
    caption = (f"{said} Zones : 95 et 99,8 %, surdispersion comprise (limites principales, peu sûres avec"
               f" {french.plural(len(enough), 'centre')}) ; pointillés : 99,8 % sans elle. Trait plein : l'ensemble,"
               f" {amount(i, made.target)}.")
    return Panel(key, title, spec, table=_listed(figures, order, known, "Centre", code, *more), caption=caption,
                 alt=f"Entonnoir : {i.label} de chaque centre selon sa taille.", strip=strip(person, question, code),
                 finding=f"{i.label}{french.SPACE}: {finding}", reading=READING_OF_FUNNEL)


def outside(made: fair.Funnel, known: Sequence[str]) -> list[str]:
    """The names of the sites outside the wide limits."""
    return [name for name, p in zip(known, made.adjusted_position, strict=True)
            if p in (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH)]


def _ranks(figures: store.Figures, enough: list[str], code: str, order: list[str]) -> dict[str, str]:
    i = BY_CODE[code]
    found = fair_ranks([figures[k][code].numerator for k in enough], [figures[k][code].denominator for k in enough],
                       direction=i.direction, proportion=code in SHARES, minimum=max(i.minimum, 1))
    said = {k: f"{r.rank} (entre {r.low} et {r.high}) sur {r.of}" if r else "pas de rang"
            for k, r in zip(enough, found, strict=True)}
    return {k: said.get(k, "pas de rang") for k in order}


def by_month(person: Person, question: store.Question, code: str, key: str) -> Panel:
    """One indicator month by month: a control chart where the filters leave a followed series, else plain points."""
    found = followed(person, question).get(code)
    if found is None:
        return _plain_months(person, question, code, key)
    i, scope = BY_CODE[code], scope_of(question)
    said = [amount(i, v) if v is not None else "non mesuré" for v in found.values]
    first = found.months[0] if found.months else question.first
    frame = store.closures(person, store.Question(first, question.last, question.department, site=question.site))
    # Closures of single sites would cover a department's chart: there, those of the whole network alone.
    drawn = frame["from_minute"].isna() & (frame["site_id"].isna() | bool(question.site))
    events = [(r.first_day, f"{r.reason} ({r.name_})") for r in frame[drawn].rename(columns={"name": "name_"}).itertuples()]
    decided = [(d, f"{what} ({who})") for _, c, s, d, who, what, _ in follow.decisions(person) if (c, s) == (code, scope)]
    spec = charts.control_chart(found, said, direction=i.direction, unit=i.short, decisions=decided, events=events)
    rows = [(month(m), Cell(w, v), count(n)) for m, w, v, n in
            zip(found.months, said, found.values, found.n, strict=True)]
    aim = "" if found.target is None else amount(i, found.target)
    return Panel(key, f"{i.label}, par mois", spec, alt=f"Carte de contrôle : {i.label}, par mois.",
                 table=table((("Mois", "month"), (i.short, i.unit), ("n", "count")), rows),
                 caption=" ".join([verdict(found), sentences.target(aim, found.assurance), *restarts(found), method(found)]),
                 finding=verdict(found, limits=False), reading=READING_OF_MONTHS if found.chart else "",
                 strip=strip(person, question, code))


def restarts(found: Signal) -> list[str]:
    """Since when a chart has new limits, and why; found: a signal that the person was given."""
    return [f"Nouvelles limites à partir {french.elide('de', french.month_label(when))}{french.SPACE}: {why.rstrip('. ')}."
            for code, scope, when, why, _ in store.ledger().rebases if (code, scope) == (found.indicator, found.scope)]


def method(found: Signal) -> str:
    """How the chart was made, in a line."""
    if found.chart is None:
        return ""
    kind = {ChartKind.XMR: "carte XmR, écarts extrêmes écartés du calcul des limites", ChartKind.P: "carte p",
            ChartKind.U: "carte u", ChartKind.BY_QUARTER: "carte par trimestre, trop peu d'événements par mois"}[found.kind]
    log = ", échelle logarithmique" if found.indicator in SKEWED else ""
    return f"{kind[:1].upper()}{kind[1:]}{log} ; {IMPROVEMENT.french} : amélioration, {CONCERN.french} : alerte."


def _plain_months(person: Person, question: store.Question, code: str, key: str) -> Panel:
    figures = store.trend(person, question, 25)
    months = [(pd.Timestamp(f"{m}-01").date(), figures[m][code]) for m in sorted(figures)]
    rows = [(m, f.value, shown(f)) for m, f in months]
    listed = [(month(m), of_figure(f), words(base(f))) for m, f in months]
    return Panel(key, f"{BY_CODE[code].label}, par mois", charts.lines(rows, unit=BY_CODE[code].short),
                 table=table((("Mois", "month"), (BY_CODE[code].label, BY_CODE[code].unit), ("Base", "")), listed),
                 alt=f"{BY_CODE[code].label} par mois.",
                 caption="Ces filtres ne laissent pas de série suivie : rien n'est conclu de cette courbe.",
                 strip=strip(person, question, code))


def waits(person: Person, question: store.Question, key: str) -> Panel:
    """How long people waited: the distribution, and what it rests on."""
    title = "Répartition des attentes"
    figures, histogram = store.figures(person, question, "nation")["nation"], store.waits(person, question)
    measured = int(histogram.sum())
    if not figures["visits"].n:
        return Panel(key, title, message="Aucune donnée sur cette période.")
    if not measured:
        return Panel(key, title, message="L'attente n'est pas mesurée ici : les registres ne portent pas d'heure d'arrivée et"
                                         " d'appel.")
    spec = charts.distribution(histogram, threshold=load().wait_threshold_minutes, median=figures["wait_p50"].value,
                               p90=figures["wait_p90"].value)
    rows = [(words(label), count(n)) for _, _, label, n in wait_bins(histogram)]
    share = 100 * measured / max(figures["visits"].n, 1)
    said = {code: shown(figures[code]) for code in ("wait_p50", "wait_p90", "left") if figures[code].value is not None}
    caption = (f"{french.plural(measured, 'attente mesurée', 'attentes mesurées')}, soit {french.percent(share)} des visites."
               + (f" La moitié des usagers reçus ont attendu {said['wait_p50']} ou moins." if "wait_p50" in said else "")
               + (f" 9 sur 10 ont attendu {said['wait_p90']} ou moins." if "wait_p90" in said else "")
               + (f" {said['left']} sont partis sans être reçus." if "left" in said else "")
               + " L'attente va de l'arrivée à l'appel ; ceux qui partent n'ont pas d'attente.")
    return Panel(key, title, spec, table=table((("Attente", ""), ("Usagers", "count")), rows), caption=caption,
                 alt="Répartition des attentes en tranches de cinq minutes.", strip=strip(person, question, "wait_p50"))


def heat(person: Person, question: store.Question, key: str) -> Panel:
    """When people come: weekday by hour."""
    title, matrix = "Quand viennent les usagers", store.heat(person, question)
    if not int(matrix.sum()):
        return Panel(key, title, message="Aucune donnée sur cette période.")
    if not int(matrix[:, :24].sum()):
        return Panel(key, title, message="Les heures d'arrivée ne sont pas notées ici : l'affluence par heure est non mesurée.")
    hours = np.flatnonzero(matrix[:, :24].sum(axis=0))
    rows = [(words(WEEKDAYS[d]), *(count(int(matrix[d, h])) for h in hours)) for d in range(7) if matrix[d].sum()]
    unknown = int(matrix[:, 24].sum())
    d, h = np.unravel_index(int(matrix[:, :24].argmax()), (7, 24))
    finding = (f"L'heure la plus chargée{french.SPACE}: {WEEKDAYS[d]}, de {h} h à {h + 1} h"
               f" ({french.plural(int(matrix[d, h]), 'visite')} en tout)")
    return Panel(key, title, charts.heat_map(matrix), finding=finding, alt="Visites par jour de la semaine et heure d'arrivée.",
                 table=table((("Jour", ""), *((f"{h} h", "count") for h in hours)), rows),
                 caption=f"{french.plural(unknown, 'visite')} sans heure d'arrivée n'y figurent pas." if unknown else "",
                 strip=strip(person, question, "visits"))


def complaint_ages(person: Person, question: store.Question, key: str) -> Panel:
    """Open complaints by age, the oldest listed."""
    title, frame = "Plaintes en cours, par âge", store.complaints(person, question)
    open_ = frame[frame["open_days"].notna()]
    if not len(frame):
        return Panel(key, title, message="Aucune plainte au registre pour ces filtres.")
    ages = open_["open_days"]
    rows = [(label, int(((ages >= low) & (ages <= high)).sum())) for low, high, label in BANDS]
    oldest = open_.sort_values("open_days", ascending=False).head(50)
    listed = [(words(r.name_), day(r.received), words(r.category), Cell(french.days(r.open_days), int(r.open_days)))
              for r in oldest.rename(columns={"name": "name_"}).itertuples()]
    late = sum(n for _, n in rows[LATE_BAND:])
    finding = f"{french.plural(len(open_), 'plainte')} en cours, dont {french.number(late)} depuis plus de 30 jours"
    return Panel(key, title, charts.age_bands(rows, late=LATE_BAND), alt="Plaintes en cours par âge.",
                 table=table((("Centre (50 plus anciennes au plus)", ""), ("Reçue le", "day"), ("Catégorie", ""),
                              ("Âge", "days")), listed),
                 caption=f"{finding} (barres foncées).", finding=finding,
                 reading="Barres foncées : depuis plus de 30 jours",
                 strip=strip(person, question, "complaints_open"))


def reasons(person: Person, question: store.Question, key: str) -> Panel:
    """Why people complain, over the period."""
    title, frame = "Pourquoi les usagers se plaignent", store.complaints(person, question)
    frame = frame[frame["received"] >= question.first]
    if not len(frame):
        return Panel(key, title, message="Aucune plainte reçue sur cette période.")
    rows = [(str(k), int(v)) for k, v in frame["category"].value_counts().items()]
    listed = [(words(k), count(v), Cell(french.percent(100 * v / len(frame)), 100 * v / len(frame))) for k, v in rows]
    return Panel(key, title, charts.pareto(rows), alt="Plaintes reçues par catégorie, de la plus à la moins fréquente.",
                 table=table((("Catégorie", ""), ("Plaintes reçues", "count"), ("Part", "percent")), listed),
                 strip=strip(person, question, "complaints_per_1000"))


def flow(person: Person, question: store.Question, key: str) -> Panel:
    """Complaints received and answered, by month, over the last 25 whole months."""
    frame = store.complaints(person, question)
    last = question.last if question.last == month_end(question.last) else question.last.replace(day=1) - ONE_DAY
    months = [add_months(last.replace(day=1), -n) for n in range(24, -1, -1)]
    tally = lambda days: Counter(d.replace(day=1) for d in days if d)  # noqa: E731
    received, answered = tally(frame["received"]), tally(frame["resolved"])
    rows = [(m, received[m], answered[m]) for m in months]
    more = sum(a - b for _, a, b in rows[-12:])
    which = "reçues de plus que répondues" if more > 0 else "répondues de plus que reçues" if more < 0 else "d'écart"
    finding = f"Sur les 12 derniers mois entiers : {french.plural(abs(more), 'plainte')} {which}"
    return Panel(key, "Plaintes reçues et répondues, par mois",
                 charts.two_lines(rows, names=("reçues", "répondues"), unit="plaintes", what="Plaintes"),
                 table=table((("Mois", "month"), ("Reçues", "count"), ("Répondues", "count"), ("Écart", "count")),
                             [(month(m), count(a), count(b), count(a - b)) for m, a, b in rows]),
                 alt="Plaintes reçues et plaintes répondues, par mois.",
                 caption=f"{finding}.", finding=finding,
                 strip=strip(person, question, "complaints_open"))


def not_reported(person: Person, question: store.Question, key: str) -> Panel:
    """Which working days have no closing, and which sites have been silent."""
    figures = store.figures(person, question, "nation")["nation"]
    found = store.unclosed(person, question)
    rows = [(words(r.name_), count(len(r.days)),
             words("jamais" if pd.isna(r.silent_days) else "à jour" if r.silent_days <= 3 else
                   f"il y a {french.days(r.silent_days)}"), words(", ".join(f"{d:%d/%m}" for d in r.days[-8:])))
            for r in found.rename(columns={"name": "name_"}).itertuples()]
    return Panel(key, "Qui n'a pas remonté ses journées",
                 table=table((("Centre", ""), ("Jours non clôturés", "count"), ("Dernier jour connu", ""),
                              ("Les derniers jours non clôturés", "")), rows),
                 caption=f"{who_reported(figures['visits'])}. Jours clôturés : {shown(figures['completeness'])}"
                         f" ({base(figures['completeness'])}).", strip=strip(person, question, "completeness"))


def closures(person: Person, question: store.Question, key: str) -> Panel:
    """Declared closures of the period, the newest first."""
    title, frame = "Fermetures déclarées", store.closures(person, question)
    if not len(frame):
        return Panel(key, title, message="Aucune fermeture déclarée sur cette période.")
    clock = lambda m: "" if pd.isna(m) else f"{int(m) // 60} h {int(m) % 60:02}"  # noqa: E731
    rows = [(words(r.name_), day(r.first_day), day(r.last_day),
             words(f"{clock(r.from_minute)} à {clock(r.to_minute)}" if clock(r.from_minute) else "journée"), words(r.reason))
            for r in frame.rename(columns={"name": "name_"}).iloc[::-1].itertuples()]
    return Panel(key, title, table=table((("Où", ""), ("Du", "day"), ("Au", "day"), ("Heures", ""), ("Motif", "")), rows))


def multiples(person: Person, question: store.Question, key: str) -> Panel:
    """Each site's median wait, month by month, all on one scale."""
    title, frame = "Attente médiane de chaque centre, mois par mois", store.monthly_medians(person, question)
    frame = frame[frame["measured"] >= BY_CODE["wait_p50"].minimum]
    if not len(frame):
        return Panel(key, title, message="Aucune attente mesurée sur cette période.")
    rows = [(r.site_name, r.month, float(r.p50), french.minutes(r.p50)) for r in
            frame.rename(columns={"name": "site_name"}).itertuples()]
    wide = frame.pivot(index="name", columns="month", values="p50")
    listed = [(words(site), *(of_value("wait_p50", None if pd.isna(v) else float(v)) for v in line))
              for site, line in zip(wide.index, wide.to_numpy(), strict=True)]
    return Panel(key, title, charts.small_multiples(rows, unit="Attente médiane"),
                 table=Table((Column("Centre"), *(Column(french.month_short(m), "minutes") for m in wide.columns)),
                             tuple(listed)),
                 alt="Attente médiane de chaque centre, par mois, sur une même échelle.",
                 strip=strip(person, question, "wait_p50"))


ALL_COMPLAINTS = "Toutes"


def survival(person: Person, question: store.Question, key: str, detail: str | None = None, group: str = ALL_COMPLAINTS
             ) -> Panel:
    """How long complaints received in the period stay without an answer, the open ones included.

    detail: column of the store's complaints ("category", "name") by which the table goes on. group: whose curve.
    """
    title, frame = "Combien de temps sans réponse", store.complaints(person, question)
    frame = frame[frame["received"] >= question.first]
    if len(frame) < BY_CODE["complaint_delay"].minimum:
        return Panel(key, title, message="Trop peu de plaintes reçues sur cette période.")
    groups = {ALL_COMPLAINTS: frame, **(dict(iter(frame.groupby(detail))) if detail else {})}
    columns = (("Plaintes", ""), ("Reçues", "count"), ("En cours", "count"), ("Délai médian", "days"),
               ("Intervalle à 95 %", ""), ("Plus ancienne en cours", "days"))
    listed = table(columns, [_delays(name, part) for name, part in groups.items()])
    part = groups.get(group, frame)
    if len(part) < BY_CODE["complaint_delay"].minimum:
        return Panel(key, title, table=listed, caption=f"{group}{french.SPACE}: trop peu de plaintes pour tracer une courbe.")
    finding = sentences.delay(median(*_ages(part)), int(_ages(part)[0].max()))
    whose = "" if group == ALL_COMPLAINTS else f"{group}{french.SPACE}: "
    return Panel(key, title, charts.survival_chart(_curve(part)), table=listed, finding=finding.rstrip("."),
                 alt="Part des plaintes encore sans réponse selon leur âge.",
                 reading="Bande : intervalle à 95 % · trait vertical : 30 jours",
                 caption=f"{whose}{finding} De part et d'autre de la courbe : intervalle à 95 %. Les plaintes en cours comptent"
                         " jusqu'à leur âge d'aujourd'hui (Kaplan-Meier).",
                 strip=strip(person, question, "complaint_delay"))


def _ages(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    open_ = frame["open_days"].notna().to_numpy()
    spent = [(b - a).days if b is not None else 0 for a, b in zip(frame["received"], frame["resolved"], strict=True)]
    return np.where(open_, frame["open_days"].fillna(0), spent).astype(int), ~open_


def _curve(frame: pd.DataFrame) -> list[tuple[int, float, float | None, float | None]]:
    found = curve(*_ages(frame))
    known = lambda x: None if np.isnan(x) else 100 * float(x)  # noqa: E731
    return [(0, 100.0, 100.0, 100.0), *((int(d), 100 * float(s), known(lo), known(hi)) for d, s, lo, hi in
                                        zip(found.ages, found.shares, found.lower, found.upper, strict=True))]


def _delays(name: str, frame: pd.DataFrame) -> tuple[Cell, ...]:
    few = len(frame) < BY_CODE["complaint_delay"].minimum
    found = median(*_ages(frame))
    ends = sentences.between(None if found.low is None else french.number(found.low),
                             None if found.high is None else french.days(found.high))
    delay = words("trop peu") if few else words("plus de la moitié en cours") if found.days is None else \
        Cell(french.days(found.days), int(found.days))
    oldest = frame["open_days"].max()
    return (words(name), count(len(frame)), count(frame["open_days"].notna().sum()), delay, words("" if few else ends),
            words("aucune") if pd.isna(oldest) else Cell(french.days(oldest), int(oldest)))
