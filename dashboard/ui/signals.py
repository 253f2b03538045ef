"""The page « Signaux »: the chart of any series, how reliable signals are, the forms of levels and decisions."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import filter_names, french
from dashboard.accounts.rights import Person, may
from dashboard.actions import targets_and_decisions
from dashboard.answers import signals
from dashboard.answers.bulletin import scope_in_words
from dashboard.answers.monthly_series import by_month
from dashboard.answers.network import site_names
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import CHARTED
from dashboard.panel import Link
from dashboard.period import today
from dashboard.ui import (
    bulletin,
    error_messages,
    filter_state,
    form_messages,
    page_sections,
    panel_display,
    session,
    url_parameters,
)
from dashboard.ui.links import anchor

HEIGHT = 300  # of the chart, in pixels: level with the table beside it


def reliability(person: Person) -> None:
    """Draw what a signal is; how often the rules are wrong, and what they miss, is for statisticians, in the guide."""
    more = anchor("guide, « Pour les statisticiens »", Link("guide"))
    with st.expander("Ce que vaut un signal"):
        st.markdown(WORTH)
        if may(person, "understand"):
            st.html(
                f"<p>Ce que ces règles trouvent, et ce qu'elles manquent{french.SPACE}: {more}.</p>"
            )


WORTH = """
- Un mois est un signal dans deux cas : il sort de ce que le hasard permet, ou il est le huitième de suite du même côté.
- On ne juge qu'un mois, le dernier mois entier de la période, une seule fois : ce qui a été signalé le reste.
- Un centre est comparé à lui-même ; un ensemble, à ce que ses centres font d'habitude, à répartition égale des visites. Si tous
  les centres ont la même saison deux années de suite, l'ensemble est comparé à son habitude de cette saison.
- Douze mois de suite du même côté proposent un nouveau niveau. Il vaut aussitôt ; on peut l'accepter ou le refuser.
- Un signal ne dit pas pourquoi, ni que c'est grave. Sans signal, il n'y a rien à expliquer.
"""


def levels(person: Person, question: Question) -> None:
    """Draw the proposed levels, and the form that accepts or refuses one."""
    within = targets_and_decisions.scopes(person, "rebase")
    waiting = [w for w in signals.proposed_levels(person, question) if w[1].scope in within]
    st.header("Nouveaux niveaux proposés", anchor=False)
    panel_display.panel(signals.levels(person, question))
    if not waiting:
        return
    series = {
        (one.scope, one.indicator, level.start): (
            f"{name} : {BY_CODE[one.indicator].label}, depuis {french.month_label(level.start)}"
        )
        for name, one, level in waiting
    }
    with panel_display.lazy_expander("Accepter ou refuser un nouveau niveau", "niveau") as fold:
        if fold.open:
            _level_form(series)
    form_messages.show_outcome("niveau")


def _level_form(series: Mapping[tuple[str, str, date], str]) -> None:
    """The form of a proposed level. series: labels by (indicator, scope, month)."""
    with st.form("niveau", border=False):
        st.selectbox(
            "Quel niveau",
            list(series),
            format_func=lambda one: series.get(one, ""),
            key="niveau_lequel",
        )
        st.text_input("Pourquoi", max_chars=500, key="niveau_raison")
        left, right = st.columns(2)
        left.form_submit_button("Accepter", on_click=_answer_level, args=(True,))
        right.form_submit_button("Refuser", on_click=_answer_level, args=(False,))


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _answer_level(accepted: bool) -> None:
    """Callback: record that a level is accepted or refused, before the page is computed with it."""
    typed = st.session_state
    scope, code, month = typed["niveau_lequel"]
    done = (
        "Le nouveau niveau est accepté."
        if accepted
        else "Le nouveau niveau est refusé : l'habitude d'avant compte de nouveau."
    )
    with form_messages.record_outcome("niveau", done):
        keep = (
            targets_and_decisions.accept_level if accepted else targets_and_decisions.refuse_level
        )
        keep(session.person(), code, scope, month, typed["niveau_raison"])
        typed["niveau_raison"] = ""


def chart(person: Person, question: Question) -> None:
    """Draw the control chart of one series, of a site or over all sites of the question. The choice is in the URL, so that
    other pages can link to it."""
    place = st.container()
    whole = scope_in_words(question.departments, question.kind)
    scopes = {"": french.upper_first(whole), **site_names(person, question)}
    left, right = st.columns(2)
    opened = _chosen_series(person, question)
    site = _choice(left, "centre", scopes, opened[0])
    code = _choice(right, "indicateur", {c: BY_CODE[c].label for c in CHARTED}, opened[1])
    asked = Question(question.first, question.last, site=site) if site else question
    panel = by_month(person, asked, code, "serie", HEIGHT)
    if site:  # the page is about other sites too: the table and the picture name this one
        title, finding = f"{scopes[site]}{french.SPACE}: {panel.title}", panel.finding
        if finding:
            finding = f"{scopes[site]}, {french.lower_first(finding)}"
        panel = replace(panel, title=title, finding=finding)
    with place:
        page_sections.heading(panel)
    panel_display.panel(page_sections.without_finding(panel))


def _chosen_series(person: Person, question: Question) -> tuple[str, str]:
    """The (indicator, site) in force; by default that of the first signal in the list."""
    held = filter_state.value("centre"), filter_state.value("indicateur")
    usual = filter_names.DEFAULTS["centre"], filter_names.DEFAULTS["indicateur"]
    if bulletin.SERIES in url_parameters.read() or held != usual:
        return held
    return next(
        ((s.scope, s.indicator) for _, s in signals.ordered_signals(person, question)), held
    )


def _choose() -> None:
    """Callback: put both choices into the URL, since the default ones are not there."""
    chosen = {name: st.session_state[f"serie_{name}"] for name in ("centre", "indicateur")}
    url_parameters.put(bulletin.SERIES, bulletin.CHOSEN)
    for name, wanted in chosen.items():
        filter_state.choose(name, wanted)


def _choice(where: DeltaGenerator, name: str, options: dict[str, str], current: str) -> str:
    """Draw a choice among values of a filter of the URL. where: the container; current: the value in force."""
    key = f"serie_{name}"
    st.session_state[key] = current if current in options else next(iter(options))
    chosen: str = where.selectbox(
        filter_names.NAMES[name],
        list(options),
        format_func=lambda one: options.get(one, ""),
        key=key,
        label_visibility="collapsed",
        on_change=_choose,
    )
    return chosen


def decide(person: Person, question: Question) -> None:
    """Draw the form that answers a signal with a decision."""
    within = targets_and_decisions.scopes(person, "decide")
    flagged = [
        pair for pair in signals.ordered_signals(person, question) if pair[1].scope in within
    ]
    if not flagged:
        return
    series = {
        (s.scope, s.indicator): f"{name} : {BY_CODE[s.indicator].label}" for name, s in flagged
    }
    with panel_display.lazy_expander("Noter une décision", "decision") as fold:
        if fold.open:
            _decision_form(series)
    form_messages.show_outcome("decision")


def _decision_form(series: Mapping[tuple[str, str], str]) -> None:
    """The form of a decision. series: labels by (indicator, scope)."""
    with st.form("decision", border=False):
        st.selectbox(
            "Sur quel signal",
            list(series),
            format_func=lambda one: series.get(one, ""),
            key="decision_sur",
        )
        st.text_input("Ce qui est décidé", max_chars=500, key="decision_quoi")
        st.text_input(
            "Ce qu'on en attend",
            max_chars=500,
            key="decision_but",
            placeholder="par exemple 15 min en janvier",
        )
        left, right = st.columns(2)
        left.text_input("Qui (une fonction, pas un nom)", max_chars=120, key="decision_qui")
        right.date_input(
            "Pour le", value=None, format="DD/MM/YYYY", min_value=today(), key="decision_pour"
        )
        st.caption(
            "Aucun nom de personne : une fonction suffit, et chacun peut lire ce qui est noté ici."
        )
        st.form_submit_button("Noter", on_click=_keep_decision)


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _keep_decision() -> None:
    """Callback: record the decision before the page is computed with it; what was typed stays if it is refused."""
    typed = st.session_state
    scope, code = typed["decision_sur"]
    with form_messages.record_outcome(
        "decision", "La décision est notée ; elle figure sur la courbe de suivi de la série."
    ):
        targets_and_decisions.decide(
            session.person(),
            code,
            scope,
            typed["decision_qui"],
            typed["decision_quoi"],
            typed["decision_pour"],
            today(),
            typed["decision_but"],
        )
        typed["decision_qui"] = typed["decision_quoi"] = typed["decision_but"] = ""
        typed["decision_pour"] = None
        filter_state.choose("centre", scope)
        filter_state.choose("indicateur", code)
