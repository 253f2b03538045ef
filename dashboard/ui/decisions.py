"""What was decided and waits to be done: each decision in a line with the press that says it is, or takes it back."""

from collections.abc import Callable

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.actions import targets_and_decisions
from dashboard.answers import decisions
from dashboard.answers.decisions import Told
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.period import today
from dashboard.ui import error_messages, form_messages, panel_display, session
from dashboard.ui.markdown_escaping import escape_markdown

FORM = "suivi_decisions"
UNDO = "decision_done_last"  # session key: the number of the decision that was said to be done last
SHOWN = 12  # decisions at once; the others when these are done


def section(person: Person, question: Question) -> None:
    """Draw the decisions that wait to be done, of those that the person may change; those that are done in a fold."""
    within = targets_and_decisions.scopes(person, "decide")
    mine = [one for one in decisions.told(person, question) if one.decision.scope in within]
    waiting = [one for one in reversed(mine) if one.decision.done_on is None]
    done = [one for one in mine if one.decision.done_on is not None]
    for one in waiting[:SHOWN]:
        _line(one, "Faite", "fait", _carry_out)
    if (rest := len(waiting) - SHOWN) > 0:
        st.caption(f"{french.plural(rest, 'autre décision suit', 'autres décisions suivent')}.")
    form_messages.show_outcome(FORM)
    _undo({one.decision.id for one in done})
    if not mine:
        return
    with panel_display.lazy_expander("Corriger une décision notée", FORM) as fold:
        if fold.open:
            for one in done[:SHOWN]:
                _line(one, "Pas encore faite", "rouvrir", _reopen)
            for one in waiting[:SHOWN]:
                _line(one, "Retirer", "retirer_decision", _take_back)


def _line(one: Told, label: str, key: str, press: Callable[[int], None]) -> None:
    """Draw a decision with a button. key: of the button, before the decision's number."""
    about = f"{one.place}, {french.lower_first(BY_CODE[one.decision.indicator].short)}"
    words = f"**{escape_markdown(about)}** : {escape_markdown(f'{one.what}, {one.state}')}"
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"ligne_{key}_{one.decision.id}"
    ):
        st.button(label, key=f"{key}_{one.decision.id}", on_click=press, args=(one.decision.id,))
        st.markdown(french.bind_punctuation(words), width="stretch")


def _undo(done: set[int]) -> None:
    """Draw the button that takes back what was just said. done: the decisions that are done."""
    number = st.session_state.get(UNDO)
    if number in done:
        st.button("Annuler", key="annuler_fait", on_click=_reopen, args=(number,))


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _carry_out(number: int) -> None:
    """Callback: the decision is done."""
    with form_messages.record_outcome(FORM, "La décision est dite faite."):
        targets_and_decisions.carry_out(session.person(), number, today())
        st.session_state[UNDO] = number


@error_messages.show_failures()
def _reopen(number: int) -> None:
    """Callback: the decision is not done yet."""
    with form_messages.record_outcome(FORM, "La décision est de nouveau à faire."):
        targets_and_decisions.carry_out(session.person(), number, None)
        st.session_state.pop(UNDO, None)


@error_messages.show_failures()
def _take_back(number: int) -> None:
    """Callback: the decision was noted by mistake."""
    with form_messages.record_outcome(FORM, "La décision est retirée."):
        targets_and_decisions.take_back(session.person(), number)
