"""« À vérifier »: what quality rules find, its rows one click below, how it is judged, and the form that says what was checked.

Before: `dashboard.answers.quality_checks`, `dashboard.actions.quality_checks`.
"""

from dataclasses import replace

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.actions import quality_checks as actions
from dashboard.answers import checked_rows, context, quality_checks
from dashboard.answers.network import site_names
from dashboard.answers.question import EVERYTHING, Question
from dashboard.judgement.quality_rules import RULES
from dashboard.judgement.quality_sentences import ON_TRIAL, check_in_words, method_in_words
from dashboard.period import to_local_time
from dashboard.ui import error_messages, form_messages, page_sections, panel_display, session
from dashboard.ui.markdown_escaping import escape_markdown

CHANGED = "quality_checks_changed"  # session key: the list above is another one
NOTED = "register_rows_noted"  # session key: the findings whose rows were shown
LONGEST = 200  # of a reason
ROWS, METHOD, CHECKED = "Voir les lignes à vérifier", "Comment on en juge", "Déjà vérifié"


def section(person: Person, question: Question, key: str) -> None:
    """Draw what is to be checked at the question's sites, whatever its period, under its finding."""
    question = replace(question, first=EVERYTHING.first, last=EVERYTHING.last)
    page_sections.panel_with_finding(quality_checks.listed(person, question, key), height=300)
    _rows(question, key)
    with panel_display.lazy_expander(METHOD, f"{key}_methode") as fold:
        if fold.open:
            lines = (
                f"- **{rule.title}.** {escape_markdown(method_in_words(rule))}" for rule in RULES
            )
            st.markdown("\n".join(lines))
            st.caption(escape_markdown(ON_TRIAL))
    _checked(question, key)


@st.fragment
@error_messages.show_failures(again=True)  # a fragment's rerun does not pass through the page frame
@context.page_run()  # nor through its page_run
def _rows(question: Question, key: str) -> None:
    """Draw the choice of a finding, its rows, and the form, in a fold; nothing where nothing is to be checked."""
    _redraw_page_if_changed()
    person = session.person()
    form_messages.show_outcome(f"{key}_verifie")
    found = {one.in_words: one for one in quality_checks.to_check(person, question)}
    if not found:
        return
    with panel_display.lazy_expander(ROWS, f"{key}_lignes") as fold:
        if not fold.open:
            return
        chosen = st.selectbox(
            "Constat",
            list(found),
            index=None,
            placeholder="Choisir un constat",
            key=f"{key}_lequel",
        )
        if chosen:
            _one(person, found[chosen], key)


def _redraw_page_if_changed() -> None:
    """Draw the whole page anew where a form of a fragment changed what the rest of it shows."""
    if st.session_state.pop(CHANGED, False):
        st.rerun()


def _one(person: Person, one: quality_checks.ToCheck, key: str) -> None:
    """Draw the rows of one finding, and the form for who may say that they are in order."""
    shown = quality_checks.unchecked_rows(person, one)
    panel_display.panel_not_collected(quality_checks.rows(person, one, f"{key}_detail"), height=300)
    if not shown:
        return
    noted = st.session_state.setdefault(NOTED, set())
    if one not in noted:
        noted.add(one)
        actions.note_view(person, one)
    if not actions.may_check(person, one.site):
        return
    with st.form(f"{key}_verification", border=True):
        st.text_input(
            "Ce qui a été vérifié",
            max_chars=LONGEST,
            placeholder="par exemple : heures relues au registre papier, elles sont justes",
            help="Ces lignes restent dans tous les chiffres. Une ligne nouvelle sera montrée de nouveau.",
            key=f"{key}_raison",
        )
        marks = tuple(mark for mark, _ in shown)
        many = french.plural(len(marks), "ligne")
        st.form_submit_button(
            f"C'est vérifié ({many})", on_click=_acknowledge, args=(one, marks, key)
        )


def _acknowledge(one: quality_checks.ToCheck, marks: tuple[str, ...], key: str) -> None:
    """Callback: save that the rows that were shown are in order, and choose no finding."""
    with form_messages.record_outcome(f"{key}_verifie", f"Vérifié, noté au journal. {one.name}."):
        actions.acknowledge(session.person(), one, marks, st.session_state.get(f"{key}_raison", ""))
        st.session_state[f"{key}_lequel"] = None
        st.session_state[CHANGED] = True


@st.fragment
@error_messages.show_failures(again=True)
@context.page_run()
def _checked(question: Question, key: str) -> None:
    """Draw what was checked already in a fold, and the button that takes a check back; nothing where nothing was."""
    _redraw_page_if_changed()
    person = session.person()
    panel = checked_rows.checked(person, question, f"{key}_deja")
    form_messages.show_outcome(f"{key}_repris")
    if not panel.table.rows:
        return
    with panel_display.lazy_expander(CHECKED, f"{key}_verifies") as fold:
        if not fold.open:
            return
        panel_display.panel_not_collected(panel, height=240)
        mine = {
            one.id: one
            for one in checked_rows.checks_of(person, question)
            if actions.may_check(person, one.site)
        }
        if not mine:
            return
        names = site_names(person, question)
        said = {
            number: check_in_words(
                names[one.site],
                one.rule,
                one.first_day,
                one.last_day,
                to_local_time(one.at).date(),
                one.reason,
            )
            for number, one in mine.items()
        }
        chosen = st.selectbox(
            "Vérification à reprendre",
            list(mine),
            index=None,
            format_func=lambda number: said[number],
            placeholder="Choisir une vérification",
            key=f"{key}_laquelle",
        )
        if chosen:
            st.button(
                "Reprendre cette vérification",
                key=f"{key}_reprendre",
                on_click=_take_back,
                args=(chosen, key),
            )


def _take_back(number: int, key: str) -> None:
    """Callback: take a check back."""
    with form_messages.record_outcome(f"{key}_repris", "Ces lignes sont de nouveau à vérifier."):
        actions.take_back(session.person(), number)
        st.session_state[f"{key}_laquelle"] = None
        st.session_state[CHANGED] = True
