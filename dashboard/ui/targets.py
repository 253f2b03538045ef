"""The targets, and the forms that set and remove one."""

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.actions import targets_and_decisions
from dashboard.answers import targets
from dashboard.answers.control_charts import Target
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import CHARTED
from dashboard.period import today
from dashboard.ui import error_messages, form_messages, session
from dashboard.ui.panel_display import lazy_expander
from dashboard.ui.panel_display import panel_not_collected as show_panel


def show_form(names: Mapping[str, str]) -> None:
    """Draw the form that sets a target. names: of scopes."""
    with st.form("cible"):
        codes = [c for c in CHARTED if BY_CODE[c].direction != "neither"]
        left, right = st.columns(2)
        left.selectbox("Indicateur", codes, format_func=targets.label, key="cible_indicateur")
        right.selectbox(
            "Périmètre",
            list(names),
            format_func=lambda scope: names.get(scope, ""),
            key="cible_perimetre",
        )
        left, right = st.columns(2)  # in pairs, so that one follows the other on a telephone
        left.number_input(
            "Valeur visée, dans l'unité de l'indicateur (%, minutes, jours, pour 1 000)",
            value=None,
            step=1.0,
            format="%g",  # « 80 », not « 80.00 »
            placeholder="par exemple 80",
            key="cible_valeur",
        )
        right.date_input("À partir du", value=today(), format="DD/MM/YYYY", key="cible_jour")
        st.text_input("Source (texte, décision, plan)", max_chars=300, key="cible_source")
        st.form_submit_button("Fixer la cible", on_click=_keep)


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _keep() -> None:
    """Callback: set the target."""
    typed = st.session_state
    with form_messages.record_outcome(
        "cible", "La cible est fixée ; elle se lit sur les courbes de suivi."
    ):
        targets_and_decisions.set_target(
            session.person(),
            typed["cible_indicateur"],
            typed["cible_perimetre"],
            typed["cible_valeur"],
            typed["cible_jour"],
            typed["cible_source"],
        )
        typed["cible_valeur"], typed["cible_source"] = None, ""


def show_removal(own: Sequence[Target], names: Mapping[str, str]) -> None:
    """Draw the form that removes a target."""
    words = {(t[0], t[1], t[3]): targets.words_of(t, names) for t in own}
    with lazy_expander("Retirer une cible", "retirer") as fold:
        if not fold.open:
            return
        which = st.selectbox(
            "Laquelle",
            list(words),
            format_func=lambda target: words.get(target, ""),
            key="cible_retiree",
        )
        st.button("Retirer", on_click=_remove, args=which, key="retirer_cible")


@error_messages.show_failures()
def _remove(indicator: str, scope: str, valid_from: date) -> None:
    """Callback: remove the target."""
    with form_messages.record_outcome("cible", "La cible est retirée."):
        targets_and_decisions.remove_target(session.person(), indicator, scope, valid_from)


def show(person: Person) -> None:
    """Draw the targets and, for who may, the forms. Where there is none, a printed page says nothing of them."""
    with st.container(key="cibles"):
        _show(person)


def _show(person: Person) -> None:
    st.header("Cibles", anchor=False)
    st.caption(
        "Une cible a une date et une source. Elle se lit sur les courbes de suivi : atteinte régulièrement,"
        " manquée régulièrement, ou ni sûre ni hors d'atteinte, quand les variations habituelles vont d'un côté à l'autre."
        " Un centre sans cible à lui suit celle de son"
        " département, à défaut celle du réseau."
    )
    show_panel(targets.targets_panel(person))
    within = targets_and_decisions.scopes(person, "set_targets")
    names = {scope: name for scope, name in targets.scopes(person).items() if scope in within}
    if names:
        with lazy_expander("Fixer une cible", "fixer") as fold:
            if fold.open:
                show_form(names)
        form_messages.show_outcome("cible")
        own = [t for t in targets.visible_targets(person) if t[1] in names]
        if own:
            show_removal(own, names)
