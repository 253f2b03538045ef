"""Targets: data with a date and a source. None is invented; without one a figure says « sans cible »."""
import pandas as pd
import streamlit as st

from dashboard import french
from dashboard.access import Person, may
from dashboard.indicators import BY_CODE
from dashboard.period import today
from dashboard.signals import CHARTED
from dashboard.ui import follow, record, store
from dashboard.ui.show import frame
from dashboard.wording import amount


def show_all(person: Person) -> list[tuple]:
    """The targets, newest first."""
    found = sorted(follow.targets(), key=lambda t: t[3], reverse=True)
    if not found:
        st.info("Aucune cible n'est fixée : les figures disent « sans cible ».")
        return []
    names = _scopes(person)
    frame(pd.DataFrame([{"Indicateur": BY_CODE[i].label if i in BY_CODE else i, "Périmètre": names.get(s, s),
                              "Cible": amount(BY_CODE[i], v) if i in BY_CODE else v,
                              "À partir du": french.date_short(d), "Source": source} for i, s, v, d, source in found]),
               key="cibles")
    return found


def _scopes(person: Person) -> dict[str, str]:
    table = store.sites(person)
    return {"nation": "Tout le réseau", **{d: d for d in sorted(table["department"].unique())},
            **dict(zip(table["code"], table["name"], strict=True))}


def show_form(person: Person) -> None:
    """Set a target."""
    with st.form("cible", clear_on_submit=True):
        scopes = _scopes(person)
        codes = [c for c in CHARTED if BY_CODE[c].direction != "neither"]
        left, right = st.columns(2)
        code = left.selectbox("Indicateur", codes, format_func=lambda c: BY_CODE[c].label)
        scope = right.selectbox("Périmètre", list(scopes), format_func=scopes.get)
        value = left.number_input("Valeur visée, dans l'unité de l'indicateur", min_value=0.0, value=None, step=1.0)
        since = right.date_input("À partir du", value=today(), format="DD/MM/YYYY")
        source = st.text_input("Source (texte, décision, plan)", max_chars=300)
        if st.form_submit_button("Fixer la cible"):
            _keep(person, code, scope, value, since, source)


def _keep(person: Person, code: str, scope: str, value: float | None, since, source: str) -> None:
    if value is None:
        st.error("Il faut une valeur.")
        return
    try:
        record.set_target(person, code, scope, value, since, source)
    except record.Refused as reason:
        st.error(str(reason))
        return
    st.rerun()


def show_removal(person: Person, found: list[tuple]) -> None:
    """Take a target back."""
    names = _scopes(person)
    with st.expander("Retirer une cible"):
        which = st.selectbox("Laquelle", range(len(found)), format_func=lambda n: (
            f"{BY_CODE[found[n][0]].label}, {names.get(found[n][1], found[n][1])}, {french.date_short(found[n][3])}"))
        if st.button("Retirer"):
            record.remove_target(person, found[which][0], found[which][1], found[which][3])
            st.rerun()


def show(person: Person) -> None:
    """The page."""
    st.caption("Une cible a une date et une source. Elle se lit sur les cartes de contrôle : atteinte régulièrement,"
               " manquée régulièrement, ou atteinte au hasard des mois.")
    found = show_all(person)
    if may(person, "set_targets"):
        st.header("Fixer une cible", anchor=False)
        show_form(person)
        if found:
            show_removal(person, found)
