"""« Ce qui a changé »: a rate now and a year before, split into what the sites did and what the mix did."""
import pandas as pd
import streamlit as st

from dashboard import changes, french
from dashboard.access import Person
from dashboard.indicators import BY_CODE
from dashboard.period import Period
from dashboard.signals import RATES, SHARES
from dashboard.ui import filters, sections, show, store
from dashboard.wording import amount

CHOICES = ("wait_within_30", "left", "satisfaction", "complaints_per_1000")


def _counts(person: Person, question: store.Question, code: str, names: dict[str, str]) -> dict[str, tuple]:
    found = store.figures(person, question, "site")
    # A site without a value for want of a register has no count: its zero would be silence.
    return {names[k]: (f[code].numerator, f[code].denominator) for k, f in found.items()
            if k in names and not (code in RATES and f[code].sites_reporting == 0)}


def show_change(person: Person, question: store.Question, code: str, before: Period) -> None:
    """The sentences and the table of one indicator."""
    names = sections.names(person, question)
    scale = 1000 if code in RATES else 100
    found = changes.explain(BY_CODE[code].label, _counts(person, question.over(before), code, names),
                            _counts(person, question, code, names), scale, BY_CODE[code].minimum)
    if found is None:
        st.info("Trop peu de données dans l'une des deux périodes pour les comparer.")
        return
    for sentence in found.sentences:
        st.text(sentence)
    words = lambda v: "—" if v is None else amount(BY_CODE[code], v)  # noqa: E731
    table = pd.DataFrame([{
        "Centre": r.site, "Avant": words(r.before), "Après": words(r.after),
        "Différence": "—" if r.difference is None else f"{'+' if r.difference > 0 else '−' if r.difference < 0 else ''}"
                                                       f"{french.number(abs(r.difference), 1)}",
        "Poids avant": french.percent(r.weight_before, 1), "Poids après": french.percent(r.weight_after, 1)}
        for r in found.rows])
    show.frame(table, key=f"changements_{code}", height=min(38 + 35 * len(table), 460))


def page(person: Person, question: store.Question) -> None:
    """The page: which indicator, which two periods."""
    now = filters.period()
    choice = st.segmented_control("Comparer avec", ["Un an avant", "La période d'avant"], default="Un an avant",
                                  key="comparer_avec", label_visibility="collapsed", required=True)
    before = now.same_last_year if choice == "Un an avant" else now.previous
    st.caption(f"Avant : {before.label}. Après : {now.label}. Une différence entre deux périodes ne dit pas qu'il y a une"
               " tendance : pour cela, voir les cartes de contrôle.")
    code = sections.choose_indicator(tuple(c for c in CHOICES if c in SHARES | RATES), "changement_choix")
    show_change(person, question, code, before)
