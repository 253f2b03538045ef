"""Parts of pages: each asks the store one thing and shows it as a chart with its table."""
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import charts, french
from dashboard.access import Person
from dashboard.charts.specs import WEEKDAYS, wait_bins
from dashboard.indicators import BY_CODE, Figure
from dashboard.period import ONE_DAY, add_months, month_end
from dashboard.settings import load
from dashboard.signals import RATES, SHARES, SKEWED, Signal, verdict
from dashboard.statistics import funnel as fair
from dashboard.statistics import sentences
from dashboard.statistics.funnel import Position
from dashboard.statistics.ranks import ranks as fair_ranks
from dashboard.statistics.survival import curve, median
from dashboard.statistics.variation import ChartKind
from dashboard.ui import cards, follow, show, store
from dashboard.wording import amount, base, reason, shown, who_reported

WAITS = ("wait_p50", "wait_p90", "wait_within_30", "left")
BANDS = ((0, 7, "moins de 8 jours"), (8, 15, "8 à 15 jours"), (16, 30, "16 à 30 jours"), (31, 60, "31 à 60 jours"),
         (61, 90, "61 à 90 jours"), (91, 10**6, "plus de 90 jours"))
LATE_BAND = 3  # from here on, older than 30 days


def names(person: Person, question: store.Question) -> dict[str, str]:
    """Code to name of the question's sites."""
    table = store.sites(person, question)
    return dict(zip(table["code"], table["name"], strict=True))


def service_names() -> dict[str, str]:
    """Code to label of services."""
    return {**dict(store.services()), "inconnu": "Prestation inconnue"}


def choose_indicator(codes: Sequence[str], key: str) -> str:
    """A small choice of indicators above a chart."""
    return st.segmented_control("Indicateur", codes, default=codes[0], format_func=lambda c: BY_CODE[c].short, key=key,
                                label_visibility="collapsed", required=True)


def compare(person: Person, question: store.Question, by: str, code: str, labels: dict[str, str], key: str) -> None:
    """One indicator by site, service or hour: sites on a funnel where it is a rate, else bars."""
    figures = store.figures(person, question, by)
    if not figures:
        st.info("Aucune donnée pour ces filtres.")
        return
    if by == "site" and code in SHARES | RATES and len(figures) > 2:
        funnel(figures, code, labels, key)
        return
    bars(store.figures(person, question, "nation")["nation"][code], figures, by, code, labels, key)


def bars(whole: Figure, figures: store.Figures, by: str, code: str, labels: dict[str, str], key: str) -> None:
    """Bars in alphabetical (or hourly) order; missing values are written, the whole is a dashed line."""
    order = sorted(figures, key=lambda k: labels.get(k, k)) if by != "hour" else sorted(figures)
    rows = [(labels.get(k, k), figures[k][code].value, shown(figures[k][code])) for k in order]
    what = {"site": "Centre", "service": "Prestation", "hour": "Heure d'arrivée", "department": "Département"}[by]
    reference = whole.value if BY_CODE[code].unit in ("percent", "minutes", "per_1000", "days") else None
    spec = charts.bars(rows, unit=BY_CODE[code].label, reference=reference)
    show.chart(spec, _listed(figures, order, labels, what, code), alt=f"{BY_CODE[code].label} par {what.lower()}.", key=key)
    if reference is not None:
        st.caption(f"Trait pointillé : l'ensemble, {shown(whole)} ({base(whole)}).")


def _listed(figures: store.Figures, order: Sequence[str], labels: dict[str, str], what: str, code: str) -> pd.DataFrame:
    return pd.DataFrame([{what: labels.get(k, k), BY_CODE[code].label: shown(figures[k][code]),
                          "Base": base(figures[k][code]), "Remarque": reason(figures[k][code])} for k in order])


def funnel(figures: store.Figures, code: str, labels: dict[str, str], key: str) -> None:
    """Sites against what chance allows at their size; those outside are named. The table is alphabetical."""
    order = sorted(figures, key=lambda k: labels.get(k, k))
    known = [k for k in order if figures[k][code].denominator and figures[k][code].numerator is not None
             and figures[k][code].n >= BY_CODE[code].minimum]
    share = code in SHARES
    scale = 100 if share else 1000
    sizes = [figures[k][code].denominator for k in known]
    made = fair.funnel([figures[k][code].numerator for k in known], sizes, proportion=share, scale=scale) if known else None
    if made is None:
        st.info("Trop peu de données pour comparer les centres.")
        return
    ranked = st.toggle("Donner le rang", key=f"{key}_rang", help="Un rang n'est connu qu'à quelques places près : il est"
                       " donné avec son intervalle.")
    spec = charts.funnel_chart(made, [labels.get(k, k) for k in known], sizes, [shown(figures[k][code]) for k in known],
                               unit=BY_CODE[code].short, base=BY_CODE[code].denominator)
    table = _listed(figures, order, labels, "Centre", code)
    where = {k: sentences.POSITIONS[p] for k, p in zip(known, made.adjusted_position, strict=True)}
    table["Position"] = [where.get(k, "trop peu de données") for k in order]
    if ranked:
        table["Rang"] = _ranks(figures, known, code, order)
    show.chart(spec, table, alt=f"Entonnoir : {BY_CODE[code].label} de chaque centre selon sa taille.", key=key, open_=ranked)
    out = [labels.get(k, k) for k, p in zip(known, made.adjusted_position, strict=True)
           if p in (Position.OUTSIDE_LOW, Position.OUTSIDE_HIGH)]
    said = f"Hors des limites à 99,8 % : {french.join_words(out)}." if out else "Aucun centre hors des limites à 99,8 %."
    st.caption(f"{said} Zones : 95 et 99,8 %, surdispersion comprise (limites principales, peu sûres avec"
               f" {french.plural(len(known), 'centre')}) ; pointillés : 99,8 % sans elle. Trait plein : l'ensemble,"
               f" {amount(BY_CODE[code], made.target)}.")


def _ranks(figures: store.Figures, known: list[str], code: str, order: list[str]) -> list[str]:
    i = BY_CODE[code]
    found = fair_ranks([figures[k][code].numerator for k in known], [figures[k][code].denominator for k in known],
                       direction=i.direction, proportion=code in SHARES, minimum=max(i.minimum, 1))
    words = {k: f"{r.rank} (entre {r.low} et {r.high}) sur {r.of}" if r else "pas de rang"
             for k, r in zip(known, found, strict=True)}
    return [words.get(k, "pas de rang") for k in order]


def hour_names() -> dict[str, str]:
    """Key of an hour to its words."""
    return {**{f"{h:02}": f"{h} h" for h in range(24)}, "inconnu": "heure inconnue"}


def by_month(person: Person, question: store.Question, code: str, key: str) -> None:
    """One indicator month by month: a control chart where the filters leave a followed series, else plain points."""
    scope = cards.scope_of(question)
    followed = follow.signals(person, [scope]).get(scope, {}) if scope else {}
    if code not in followed:
        _plain_months(person, question, code, key)
        return
    found = followed[code]
    i = BY_CODE[code]
    words = [amount(i, v) if v is not None else "non mesuré" for v in found.values]
    first = found.months[0] if found.months else question.first
    frame = store.closures(person, store.Question(first, question.last, question.department, site=question.site))
    events = [(r.first_day, f"{r.reason} ({r.name_})") for r in
              frame[frame["from_minute"].isna()].rename(columns={"name": "name_"}).itertuples()]
    decided = [(d, f"{what} ({who})") for _, c, s, d, who, what, _ in follow.decisions(person) if (c, s) == (code, scope)]
    spec = charts.control_chart(found, words, direction=i.direction, unit=i.short, events=events if question.site else (),
                                decisions=decided)
    rows = [{"Mois": french.month_label(m), i.short: w, "n": french.number(n)} for m, w, n in
            zip(found.months, words, found.n, strict=True)]
    show.chart(spec, pd.DataFrame(rows), alt=f"Carte de contrôle : {i.label}, par mois.", key=key)
    aim = "" if found.target is None else amount(i, found.target)
    st.caption(f"{verdict(found)} {sentences.target(aim, found.assurance)} {method(found)}")


def method(found: Signal) -> str:
    """How the chart was made, in a line."""
    if found.chart is None:
        return ""
    kind = {ChartKind.XMR: "carte XmR, écarts extrêmes écartés du calcul des limites", ChartKind.P: "carte p",
            ChartKind.U: "carte u", ChartKind.BY_QUARTER: "carte par trimestre, trop peu d'événements par mois"}[found.kind]
    log = ", échelle logarithmique" if found.indicator in SKEWED else ""
    return f"{kind[:1].upper()}{kind[1:]}{log} ; bleu : amélioration, orange : alerte."


def _plain_months(person: Person, question: store.Question, code: str, key: str) -> None:
    figures = store.trend(person, question, 25)
    rows = [(pd.Timestamp(f"{m}-01").date(), figures[m][code].value, shown(figures[m][code])) for m in sorted(figures)]
    table = pd.DataFrame([{"Mois": french.month_label(m), BY_CODE[code].label: t, "Base": base(figures[f"{m:%Y-%m}"][code])}
                          for m, _, t in rows])
    show.chart(charts.lines(rows, unit=BY_CODE[code].short), table, alt=f"{BY_CODE[code].label} par mois.", key=key)
    st.caption("Ces filtres ne laissent pas de série suivie : rien n'est conclu de cette courbe.")


def waits(person: Person, question: store.Question, key: str, table: bool = True) -> None:
    """How long people waited: the distribution, and what it rests on."""
    figures = store.figures(person, question, "nation")["nation"]
    histogram = store.waits(person, question)
    measured = int(histogram.sum())
    if not measured:
        st.info("L'attente n'est pas mesurée ici : les registres ne portent pas d'heure d'arrivée et d'appel.")
        return
    p50, p90 = figures["wait_p50"].value, figures["wait_p90"].value
    threshold = load().wait_threshold_minutes
    spec = charts.distribution(histogram, threshold=threshold, median=p50, p90=p90)
    rows = pd.DataFrame([{"Attente": label, "Usagers": french.number(n)} for _, _, label, n in wait_bins(histogram)])
    show.chart(spec, rows if table else None, alt="Répartition des attentes en tranches de cinq minutes.", key=key)
    share = 100 * measured / max(figures["visits"].n, 1)
    st.caption(f"{french.plural(measured, 'attente')} mesurées, soit {french.percent(share)} des visites. La moitié des usagers"
               f" reçus ont attendu {shown(figures['wait_p50'])} ou moins ; 9 sur 10, {shown(figures['wait_p90'])} ou moins."
               f" {shown(figures['left'])} sont partis sans être reçus. L'attente va de l'arrivée à l'appel ;"
               " ceux qui partent n'ont pas d'attente.")


def heat(person: Person, question: store.Question, key: str) -> None:
    """When people come: weekday by hour."""
    matrix = store.heat(person, question)
    timed = int(matrix[:, :24].sum())
    if not timed:
        st.info("Les heures d'arrivée ne sont pas notées ici : l'affluence par heure est non mesurée.")
        return
    hours = np.flatnonzero(matrix[:, :24].sum(axis=0))
    table = pd.DataFrame([{"Jour": WEEKDAYS[d], **{f"{h} h": french.number(int(matrix[d, h])) for h in hours}}
                          for d in range(7) if matrix[d].sum()])
    show.chart(charts.heat_map(matrix), table, alt="Visites par jour de la semaine et heure d'arrivée.", key=key)
    unknown = int(matrix[:, 24].sum())
    if unknown:
        st.caption(f"{french.plural(unknown, 'visite')} sans heure d'arrivée n'y figurent pas.")


def complaint_ages(person: Person, question: store.Question, key: str, table: bool = True) -> None:
    """Open complaints by age, the oldest listed."""
    frame = store.complaints(person, question)
    open_ = frame[frame["open_days"].notna()]
    if not len(frame):
        st.info("Aucune plainte au registre pour ces filtres.")
        return
    ages = open_["open_days"]
    rows = [(label, int(((ages >= low) & (ages <= high)).sum())) for low, high, label in BANDS]
    oldest = open_.sort_values("open_days", ascending=False).head(50)
    oldest = pd.DataFrame({"Centre": oldest["name"], "Reçue le": [french.date_short(d) for d in oldest["received"]],
                           "Catégorie": oldest["category"], "Âge": [french.days(a) for a in oldest["open_days"]]})
    show.chart(charts.age_bands(rows, late=LATE_BAND), oldest if table else None, alt="Plaintes en cours par âge.", key=key)
    late = sum(n for _, n in rows[LATE_BAND:])
    st.caption(f"{french.plural(len(open_), 'plainte')} en cours, dont {french.number(late)} depuis plus de 30 jours (barres"
               f" foncées).{' Le tableau donne les 50 plus anciennes.' if table else ''}")


def reasons(person: Person, question: store.Question, key: str, table: bool = True) -> None:
    """Why people complain, over the period."""
    frame = store.complaints(person, question)
    frame = frame[frame["received"] >= question.first]
    if not len(frame):
        st.info("Aucune plainte reçue sur cette période.")
        return
    counts = frame["category"].value_counts()
    rows = [(str(k), int(v)) for k, v in counts.items()]
    listed = pd.DataFrame([{"Catégorie": k, "Plaintes reçues": french.number(v),
                            "Part": french.percent(100 * v / len(frame), 1)} for k, v in rows])
    show.chart(charts.pareto(rows), listed if table else None, key=key,
               alt="Plaintes reçues par catégorie, de la plus à la moins fréquente.")


def flow(person: Person, question: store.Question, key: str) -> None:
    """Complaints received and answered, by month, over the last 25 whole months."""
    frame = store.complaints(person, question)
    last = question.last if question.last == month_end(question.last) else question.last.replace(day=1) - ONE_DAY
    months = [add_months(last.replace(day=1), -n) for n in range(24, -1, -1)]
    count = lambda days: Counter(d.replace(day=1) for d in days if d)  # noqa: E731
    received, answered = count(frame["received"]), count(frame["resolved"])
    rows = [(m, received[m], answered[m]) for m in months]
    table = pd.DataFrame([{"Mois": french.month_label(m), "Reçues": a, "Répondues": b, "Écart": a - b} for m, a, b in rows])
    show.chart(charts.two_lines(rows, names=("reçues", "répondues"), unit="plaintes"), table,
               alt="Plaintes reçues et plaintes répondues, par mois.", key=key)
    more = sum(a - b for _, a, b in rows[-12:])
    which = "reçues de plus que répondues" if more > 0 else "répondues de plus que reçues" if more < 0 else "d'écart"
    st.caption(f"Sur les 12 derniers mois entiers : {french.plural(abs(more), 'plainte')} {which}.")


def not_reported(person: Person, question: store.Question, key: str) -> None:
    """Which working days have no closing, and which sites have been silent."""
    figures = store.figures(person, question, "nation")["nation"]
    table = store.unclosed(person, question)
    st.caption(f"{who_reported(figures['visits'])}. Jours clôturés : {shown(figures['completeness'])}"
               f" ({base(figures['completeness'])}).")
    rows = [{"Centre": r.name_, "Jours non clôturés": len(r.days),
             "Dernier jour connu": "jamais" if pd.isna(r.silent_days) else "à jour" if r.silent_days <= 3 else
             f"il y a {french.days(r.silent_days)}",
             "Les derniers jours non clôturés": ", ".join(f"{d:%d/%m}" for d in r.days[-8:])}
            for r in table.rename(columns={"name": "name_"}).itertuples()]
    show.frame(pd.DataFrame(rows), key=key, height=min(38 + 35 * max(len(rows), 1), 380))


def closures(person: Person, question: store.Question, key: str) -> None:
    """Declared closures of the period."""
    frame = store.closures(person, question)
    if not len(frame):
        st.text("Aucune fermeture déclarée sur cette période.")
        return
    clock = lambda m: "" if pd.isna(m) else f"{int(m) // 60} h {int(m) % 60:02}"  # noqa: E731
    show.frame(pd.DataFrame({
        "Où": frame["name"], "Du": [french.date_short(d) for d in frame["first_day"]],
        "Au": [french.date_short(d) for d in frame["last_day"]],
        "Heures": [f"{clock(a)} à {clock(b)}" if clock(a) else "journée" for a, b in
                   zip(frame["from_minute"], frame["to_minute"], strict=True)],
        "Motif": frame["reason"]}).iloc[::-1], key=key, height=min(38 + 35 * len(frame), 260))


def multiples(person: Person, question: store.Question, key: str) -> None:
    """Each site's median wait, month by month, all on one scale."""
    frame = store.monthly_medians(person, question)
    frame = frame[frame["measured"] >= BY_CODE["wait_p50"].minimum]
    if not len(frame):
        st.info("Aucune attente mesurée sur cette période.")
        return
    rows = [(r.site_name, r.month, float(r.p50), french.minutes(r.p50)) for r in
            frame.rename(columns={"name": "site_name"}).itertuples()]
    wide = frame.assign(p50=[french.minutes(v) for v in frame["p50"]]).pivot(index="name", columns="month", values="p50")
    wide.columns = [french.month_short(m) for m in wide.columns]
    show.chart(charts.small_multiples(rows, unit="Attente médiane"), wide.fillna("—").reset_index(names="Centre"),
               alt="Attente médiane de chaque centre, par mois, sur une même échelle.", key=key)


def survival(person: Person, question: store.Question, key: str, by: str = "site") -> None:
    """How long complaints received in the period stay without an answer, the open ones included."""
    frame = store.complaints(person, question)
    frame = frame[frame["received"] >= question.first]
    if len(frame) < BY_CODE["complaint_delay"].minimum:
        st.info("Trop peu de plaintes reçues sur cette période.")
        return
    groups = {"Toutes": frame}
    chosen = st.segmented_control("Détail", ["Toutes", "Par catégorie"] + (["Par centre"] if by == "site" else []),
                                  default="Toutes", key=f"{key}_detail", label_visibility="collapsed", required=True)
    rows = _curve(frame)
    spec = charts.survival_chart(rows)
    if chosen != "Toutes":
        groups |= dict(iter(frame.groupby("category" if chosen == "Par catégorie" else "name")))
    table = pd.DataFrame([_delays(name, part) for name, part in groups.items()])
    show.chart(spec, table, alt="Part des plaintes encore sans réponse selon leur âge.", key=key, open_=chosen != "Toutes")
    known = median(*_ages(frame))
    st.caption(f"{sentences.delay(known, int(_ages(frame)[0].max()))} Bande : intervalle à 95 %. Les plaintes en cours"
               " comptent jusqu'à leur âge d'aujourd'hui (Kaplan-Meier).")


def _ages(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    open_ = frame["open_days"].notna().to_numpy()
    spent = [(b - a).days if b is not None else 0 for a, b in zip(frame["received"], frame["resolved"], strict=True)]
    return np.where(open_, frame["open_days"].fillna(0), spent).astype(int), ~open_


def _curve(frame: pd.DataFrame) -> list[tuple[int, float, float | None, float | None]]:
    found = curve(*_ages(frame))
    known = lambda x: None if np.isnan(x) else 100 * float(x)  # noqa: E731
    return [(0, 100.0, 100.0, 100.0), *((int(d), 100 * float(s), known(lo), known(hi)) for d, s, lo, hi in
                                        zip(found.ages, found.shares, found.lower, found.upper, strict=True))]


def _delays(name: str, frame: pd.DataFrame) -> dict[str, str]:
    few = len(frame) < BY_CODE["complaint_delay"].minimum
    found = median(*_ages(frame))
    ends = sentences.between(None if found.low is None else french.number(found.low),
                             None if found.high is None else french.days(found.high))
    still_open = int(frame["open_days"].notna().sum())
    return {"Plaintes": name, "Reçues": french.number(len(frame)), "En cours": french.number(still_open),
            "Délai médian": "trop peu" if few else french.days(found.days) if found.days is not None else
            "plus de la moitié en cours", "Intervalle à 95 %": "" if few else ends,
            "Plus ancienne en cours": french.days(frame["open_days"].max()) if frame["open_days"].notna().any() else "aucune"}
