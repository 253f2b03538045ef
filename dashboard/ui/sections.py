"""Parts of pages: each asks the store one thing and shows it as a chart with its table."""
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import charts, french
from dashboard.access import Person
from dashboard.charts.specs import WEEKDAYS, wait_bins
from dashboard.indicators import BY_CODE
from dashboard.settings import load
from dashboard.ui import show, store
from dashboard.wording import base, reason, shown, who_reported

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
    """One indicator by site, service or hour, as bars; missing values are written, the whole is a dashed line."""
    figures = store.figures(person, question, by)
    if not figures:
        st.info("Aucune donnée pour ces filtres.")
        return
    whole = store.figures(person, question, "nation")["nation"][code]
    order = sorted(figures, key=lambda k: labels.get(k, k)) if by != "hour" else sorted(figures)
    rows = [(labels.get(k, k), figures[k][code].value, shown(figures[k][code])) for k in order]
    what = {"site": "Centre", "service": "Prestation", "hour": "Heure d'arrivée", "department": "Département"}[by]
    reference = whole.value if BY_CODE[code].unit in ("percent", "minutes", "per_1000", "days") else None
    spec = charts.bars(rows, unit=BY_CODE[code].label, reference=reference)
    table = pd.DataFrame([{what: labels.get(k, k), BY_CODE[code].label: shown(figures[k][code]),
                           "Base": base(figures[k][code]), "Remarque": reason(figures[k][code])} for k in order])
    show.chart(spec, table, alt=f"{BY_CODE[code].label} par {what.lower()}.", key=key)
    if reference is not None:
        st.caption(f"Trait pointillé : l'ensemble, {shown(whole)} ({base(whole)}).")


def hour_names() -> dict[str, str]:
    """Key of an hour to its words."""
    return {**{f"{h:02}": f"{h} h" for h in range(24)}, "inconnu": "heure inconnue"}


def by_month(person: Person, question: store.Question, code: str, key: str, closures: bool = False) -> None:
    """One indicator by month over the last 25 months, closures of a day or more drawn as events."""
    figures = store.trend(person, question, 25)
    rows = []
    for month in sorted(figures):
        day = pd.Timestamp(f"{month}-01").date()
        rows.append((day, figures[month][code].value, shown(figures[month][code])))
    events = []
    if closures:
        first = rows[0][0] if rows else question.first
        frame = store.closures(person, store.Question(first, question.last, question.department, question.kind,
                                                      site=question.site))
        events = [(r.first_day, r.reason) for r in frame[frame["from_minute"].isna()].itertuples()]
    table = pd.DataFrame([{"Mois": french.month_label(m), BY_CODE[code].label: t, "Base": base(figures[f"{m:%Y-%m}"][code])}
                          for m, _, t in rows])
    show.chart(charts.lines(rows, unit=BY_CODE[code].label, events=events), table,
               alt=f"{BY_CODE[code].label} par mois.", key=key)


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
    show.chart(charts.pareto(rows), listed if table else None, alt="Plaintes reçues par catégorie, de la plus à la moins fréquente.", key=key)


def flow(person: Person, question: store.Question, key: str) -> None:
    """Complaints received and answered, by month."""
    figures = store.trend(person, question, 25)
    rows = []
    for month in sorted(figures):
        received = figures[month]["complaints_30d"].denominator
        rows.append((pd.Timestamp(f"{month}-01").date(), received, french.number(received or 0)))
    table = pd.DataFrame([{"Mois": french.month_label(m), "Plaintes reçues": t} for m, _, t in rows])
    show.chart(charts.lines(rows, unit="plaintes reçues"), table, alt="Plaintes reçues par mois.", key=key)


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
