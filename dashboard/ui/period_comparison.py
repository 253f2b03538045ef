"""The comparison of two periods, a section of the pages that offer it."""

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import forecast, period_comparison
from dashboard.answers.question import Question
from dashboard.period import Period
from dashboard.ui import filter_state, page_sections, panel_display
from dashboard.ui.markdown_escaping import escape_markdown

SPLITS = {"site": "Par centre", "service": "Par prestation", "both": "Par les deux"}


def comparison_switch() -> None:
    """Draw the switch of the comparison."""
    key = "filtre_comparer"
    st.session_state[key] = bool(filter_state.value("comparer"))
    st.toggle(
        "Comparer deux périodes",
        key=key,
        help="Cette période et une autre : ce qui a changé, et d'où cela vient.",
        on_change=lambda: filter_state.choose(
            "comparer", filter_state.YES if st.session_state[key] else ""
        ),
    )


def section(person: Person, question: Question, first: str = "wait_within_30") -> None:
    """Draw the comparison where it is switched on: choices of indicator, periods and parts, and the result. first: the default
    indicator."""
    if not filter_state.value("comparer"):
        return
    st.header("Ce qui a changé", anchor=False)
    now = filter_state.period()
    with st.container(horizontal=True):
        choice = st.segmented_control(
            "Comparer avec",
            ["Un an avant", "La période d'avant"],
            default="Un an avant",
            key="comparer_avec",
            label_visibility="collapsed",
            required=True,
        )
        splits = ["site"] if question.service else list(SPLITS)
        split = st.segmented_control(
            "Parties",
            splits,
            default="site",
            format_func=lambda split: SPLITS.get(split, ""),
            key="changement_parties",
            label_visibility="collapsed",
            required=True,
        )
    before = now.same_last_year if choice == "Un an avant" else now.previous
    st.caption(
        f"Avant : {before.label}. Après : {now.label}. Une différence entre deux périodes ne dit pas qu'il y a une"
        " tendance : pour cela, voir les courbes de suivi."
    )
    code = page_sections.choose_indicator("changes", "changement_choix", first)
    left, right = st.columns([11, 9], gap="large")
    with left:
        st.subheader("D'où vient la différence", anchor=False)
        show_change(person, question, code, before, split)
    with right:
        st.subheader("Tous les centres, et les mêmes centres", anchor=False)
        page_sections.change_date(person, question, code)
        panel_display.panel(period_comparison.months_panel(person, question, code, before))
    to_come = forecast.panel(person, question, "prevision")
    st.subheader(escape_markdown(to_come.finding or to_come.title), anchor=False)
    panel_display.panel(page_sections.without_finding(to_come))


def show_change(person: Person, question: Question, code: str, before: Period, split: str) -> None:
    """Draw the sentences and the table of the change of one indicator."""
    if period_comparison.cannot_split(person, question, code, before, split):
        st.info(
            "La prestation de trop de visites est inconnue : ce taux ne se partage pas par prestation."
        )
        return
    change = period_comparison.explained_change(person, question, code, before, split)
    if change is None:
        st.info("Trop peu de données dans l'une des deux périodes pour les comparer.")
        return
    note = period_comparison.partial_registers(person, question, before)
    said = (*filter(None, (note,)), *change.sentences)
    st.markdown("\n".join(f"- {escape_markdown(sentence)}" for sentence in said))
    parts = period_comparison.split_panel(change, code, split, note)
    panel_display.panel(parts, height=460, about=(split, before))
