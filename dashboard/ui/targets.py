"""Targets: data with a date and a source. None is invented; without one a figure says « sans cible »."""
import pandas as pd
import streamlit as st

from dashboard import french
from dashboard.access import Person, may
from dashboard.indicators import BY_CODE
from dashboard.period import today
from dashboard.signals import CHARTED
from dashboard.ui import errors, follow, record, session, store
from dashboard.ui.show import frame
from dashboard.wording import amount

Target = tuple  # (indicator, scope, value, valid_from, source), as dashboard.ui.follow gives them


def show_all(found: list[Target], names: dict[str, str]) -> None:
    """The targets, newest first."""
    if not found:
        st.info("Aucune cible n'est fixée : les figures disent « sans cible ».")
        return
    rows = [{"Indicateur": _label(i), "Périmètre": names[s], "Cible": amount(BY_CODE[i], v) if i in BY_CODE else str(v),
             "À partir du": french.date_short(d), "État": _state((i, s, v, d, source), found), "Source": source}
            for i, s, v, d, source in found]
    frame(pd.DataFrame(rows), key="cibles")


def _label(code: str) -> str:
    return BY_CODE[code].label if code in BY_CODE else code


def _state(one: Target, found: list[Target]) -> str:
    """Whether a target is the one in force: a later one of the same series takes its place."""
    if one[3] > today():
        return "à venir"
    later = any((i, s) == one[:2] and one[3] < d <= today() for i, s, _, d, _ in found)
    return "remplacée" if later else "en vigueur"


def _scopes(person: Person) -> dict[str, str]:
    table = store.sites(person)
    return {"nation": "Tout le réseau", **{d: d for d in sorted(table["department"].unique())},
            **dict(zip(table["code"], table["name"], strict=True))}


def show_form(names: dict[str, str]) -> None:
    """Set a target."""
    with st.form("cible"):
        codes = [c for c in CHARTED if BY_CODE[c].direction != "neither"]
        left, right = st.columns(2)
        left.selectbox("Indicateur", codes, format_func=_label, key="cible_indicateur")
        right.selectbox("Périmètre", list(names), format_func=names.get, key="cible_perimetre")
        left, right = st.columns(2)  # in pairs, so that one follows the other on a telephone
        left.number_input("Valeur visée, dans l'unité de l'indicateur (%, minutes, jours, pour 1 000)", value=None, step=1.0,
                          placeholder="par exemple 80", key="cible_valeur")
        right.date_input("À partir du", value=today(), format="DD/MM/YYYY", key="cible_jour")
        st.text_input("Source (texte, décision, plan)", max_chars=300, key="cible_source")
        st.form_submit_button("Fixer la cible", on_click=_keep)
    record.said("cible")


@errors.said_plainly()  # called between two runs, where nothing else catches
def _keep() -> None:
    typed = st.session_state
    with record.telling("cible", "La cible est fixée ; elle se lit sur les cartes de contrôle."):
        record.set_target(session.person(), typed["cible_indicateur"], typed["cible_perimetre"], typed["cible_valeur"],
                          typed["cible_jour"], typed["cible_source"])
        typed["cible_valeur"], typed["cible_source"] = None, ""


def show_removal(found: list[Target], names: dict[str, str]) -> None:
    """Take a target back."""
    said = {(i, s, d): f"{_label(i)}, {names[s]}, {french.date_short(d)}" for i, s, _, d, _ in found}
    with st.expander("Retirer une cible"):
        which = st.selectbox("Laquelle", list(said), format_func=said.get, key="cible_retiree")
        st.button("Retirer", on_click=_remove, args=which, key="retirer_cible")


@errors.said_plainly()
def _remove(indicator: str, scope: str, valid_from) -> None:
    with record.telling("cible", "La cible est retirée."):
        record.remove_target(session.person(), indicator, scope, valid_from)


def show(person: Person) -> None:
    """The page."""
    st.caption("Une cible a une date et une source. Elle se lit sur les cartes de contrôle : atteinte régulièrement,"
               " manquée régulièrement, ou atteinte au hasard des mois. Un centre sans cible à lui suit celle de son"
               " département, à défaut celle du réseau.")
    names = _scopes(person)
    found = sorted((t for t in follow.targets() if t[1] in names), key=lambda t: t[3], reverse=True)
    show_all(found, names)
    if may(person, "set_targets"):
        st.header("Fixer une cible", anchor=False)
        if person.departments is not None:  # who answers for a part of the network sets nothing for the whole
            names.pop("nation")
        show_form(names)
        own = [t for t in found if t[1] in names]
        if own:
            show_removal(own, names)
