"""« Ce qui a changé »: a rate in two periods, split into what the parts did and what their mix did; and the months between,
at all sites and at the same ones."""
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import streamlit as st

from dashboard import changes, charts, french
from dashboard.access import Person
from dashboard.indicators import BY_CODE, Figure
from dashboard.indicators.base import UNMEASURED
from dashboard.panel import Cell, Panel, count, month, of_figure, of_value, table, words
from dashboard.period import Period, add_months
from dashboard.signals import RATES
from dashboard.statistics import sentences
from dashboard.ui import filters, follow, panels, sections, show, store
from dashboard.ui.escape import escaped

CHOICES = ("wait_within_30", "left", "satisfaction", "complaints_per_1000")  # what can be split: shares and rates
SPLITS = {"site": "Par centre", "service": "Par prestation", "both": "Par les deux"}
PARTS = {"site": "Centre", "service": "Prestation", "both": "Centre et prestation"}
MONTHS = 13  # drawn at least


def with_data(person: Person, question: store.Question, code: str) -> frozenset[str]:
    """The codes of the sites that have counts for the indicator in the period."""
    found = store.figures(person, question, "site")
    # A site without a complaints register has no count: its zero would be silence.
    return frozenset(k for k, f in found.items() if f[code].denominator and not (code in RATES and not f[code].sites_reporting))


def _counts(person: Person, question: store.Question, code: str, split: str, names: dict[str, str]) -> changes.Counts:
    """Numerator and denominator of each part, by its name."""
    sites = with_data(person, question, code)
    book, _ = store.book_of(person, question)
    of = lambda figures, label: {label(k): _pair(f[code]) for k, f in figures.items()}  # noqa: E731
    if split == "site":
        return {names[k]: _pair(f[code]) for k, f in store.figures(person, question, "site").items() if k in sites}
    services = panels.service_names()
    if split == "service":
        return of(store.figures_of(book, sites, question, "service"), services.get) if sites else {}
    found = {}
    for site in sorted(sites):
        by_service = store.figures_of(book, frozenset({site}), question, "service")
        found |= of(by_service, lambda k, site=site: f"{names[site]}, {services[k]}")
    return found


def _pair(f: Figure) -> tuple[float | None, float | None]:
    return f.numerator, f.denominator


def explained(person: Person, question: store.Question, code: str, before: Period, split: str) -> changes.Explained | None:
    """The change of an indicator between a period and the question's, taken apart."""
    names = panels.names(person, question)
    periods = [_counts(person, asked, code, split, names) for asked in (question.over(before), question)]
    homes = {part: part.rpartition(", ")[0] for period in periods for part in period} if split == "both" else None
    return changes.explain(BY_CODE[code].label, *periods, 1000 if code in RATES else 100, BY_CODE[code].minimum, split, homes)


def split_panel(found: changes.Explained, code: str, split: str) -> Panel:
    """The sentences on a change, and its parts as a table."""
    size = sentences.points if BY_CODE[code].unit == "percent" else changes.signed
    rows = [(words(r.part), of_value(code, r.before), of_value(code, r.after),
             Cell("—" if r.difference is None else size(r.difference), r.difference),
             Cell(french.percent(r.weight_before, 1), r.weight_before), Cell(french.percent(r.weight_after, 1), r.weight_after))
            for r in found.rows]
    unit = BY_CODE[code].unit
    return Panel(f"changements_{code}", f"{found.label}, par {PARTS[split].lower()}", lines=found.sentences, table=table(
        ((PARTS[split], ""), ("Avant", unit), ("Après", unit), ("Différence", unit), ("Poids avant", "percent"),
         ("Poids après", "percent")), rows))


def months_panel(person: Person, question: store.Question, code: str, before: Period) -> Panel:
    """The months up to the question's last whole one, at all sites and at those that have data in both periods."""
    key, title = "memes_centres", f"{BY_CODE[code].label}, par mois"
    book, seen = store.book_of(person, question)
    same = with_data(person, question, code) & with_data(person, question.over(before), code)
    last = follow.last_whole_month(min(question.last, book.as_of or question.last))
    first = min(before.first.replace(day=1), add_months(last.replace(day=1), 1 - MONTHS))
    if not same:
        return Panel(key, title, message="Aucun centre n'a de données dans les deux périodes.")
    asked = replace(question, first=first, last=last)
    everywhere, there = (store.figures_of(book, sites, asked, "month") for sites in (seen, same))
    pairs = [(date.fromisoformat(f"{m}-01"), everywhere[m][code], there[m][code]) for m in sorted(everywhere)]
    rows = [(month(m), of_figure(a), count(a.sites_reporting), of_figure(b), count(b.sites_reporting))
            for m, a, b in pairs]
    spec = charts.two_lines([(m, a.value, b.value) for m, a, b in pairs], names=("tous les centres", "les mêmes centres"),
                            unit=BY_CODE[code].short, what="Centres")
    return Panel(key, title, spec, alt=f"{BY_CODE[code].label} par mois : tous les centres, et les mêmes centres.",
                 table=table((("Mois", "month"), ("Tous les centres", BY_CODE[code].unit), ("Centres", "count"),
                              ("Les mêmes centres", BY_CODE[code].unit), ("Mêmes centres", "count")), rows),
                 caption=_who(len(same), [a.value == b.value for _, a, b in pairs]), strip=panels.strip(person, question, code))


def _who(same: int, equal: Iterable[bool]) -> str:
    who = "« Les mêmes centres » : " + (f"les {french.plural(same, 'centre')} qui ont" if same > 1 else "le seul centre qui a")
    rest = ("Les deux courbes se confondent : aucun centre n'est entré ni sorti." if all(equal) else
            "L'écart entre les deux courbes vient des centres entrés ou sortis.")
    return f"{who} des données dans les deux périodes comparées. {rest}"


def page(person: Person, question: store.Question) -> None:
    """The page: which indicator, which two periods, which parts."""
    now = filters.period()
    with st.container(horizontal=True):
        choice = st.segmented_control("Comparer avec", ["Un an avant", "La période d'avant"], default="Un an avant",
                                      key="comparer_avec", label_visibility="collapsed", required=True)
        splits = ["site"] if question.service else list(SPLITS)
        split = st.segmented_control("Parties", splits, default="site", format_func=SPLITS.get, key="changement_parties",
                                     label_visibility="collapsed", required=True)
    before = now.same_last_year if choice == "Un an avant" else now.previous
    st.caption(f"Avant : {before.label}. Après : {now.label}. Une différence entre deux périodes ne dit pas qu'il y a une"
               " tendance : pour cela, voir les cartes de contrôle.")
    code = sections.choose_indicator(CHOICES, "changement_choix")
    left, right = st.columns([11, 9], gap="large")
    with left:
        st.header("D'où vient la différence", anchor=False)
        show_change(person, question, code, before, split)
    with right:
        st.header("Tous les centres, et les mêmes centres", anchor=False)
        show.panel(months_panel(person, question, code, before))


def show_change(person: Person, question: store.Question, code: str, before: Period, split: str) -> None:
    """The sentences and the table of one indicator."""
    if split != "site" and code in RATES and any(
            f[code].note == UNMEASURED for asked in (question.over(before), question)
            for f in store.figures(person, asked, "service").values()):
        st.info("La prestation de trop de visites est inconnue : ce taux ne se partage pas par prestation.")
        return
    found = explained(person, question, code, before, split)
    if found is None:
        st.info("Trop peu de données dans l'une des deux périodes pour les comparer.")
        return
    st.markdown("\n".join(f"- {escaped(said)}" for said in found.sentences))
    show.panel(split_panel(found, code, split), height=460)
