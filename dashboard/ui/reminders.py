"""Reminders on « Complétude »: a message ready for each site that misses days, and what came of those that were sent."""

import time
from collections.abc import Sequence
from datetime import date, datetime

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.actions import reminders as actions
from dashboard.answers import reminders as answers
from dashboard.answers.question import Question
from dashboard.answers.reminders import SiteReminder
from dashboard.period import now
from dashboard.ui import error_messages, form_messages, page_sections, panel_display, session
from dashboard.ui.markdown_escaping import plain_label
from db.codes import ALL

FORM = "relances"
NOTED = "reminders_noted"  # session key: when reminders were noted last, and how many
PRESSED_TWICE = 10.0  # seconds within which a press with nothing ticked is the second of two
MOST = 30  # messages at once: those whose sites miss most days


def section(person: Person, question: Question, month: date, moment: datetime) -> None:
    """Draw the messages to send, in a fold."""
    mine = actions.sites(person)
    if not mine:
        return
    waiting = [
        one
        for one in answers.to_send(person, question, month, moment)
        if mine == ALL or one.code in mine
    ]
    if waiting:
        many = french.plural(len(waiting), "centre")
        with panel_display.lazy_expander(f"Relancer {many}", FORM) as fold:
            if fold.open:
                _messages(waiting, month)
    form_messages.show_outcome(FORM)


def sent(person: Person, question: Question, moment: datetime) -> None:
    """Draw the reminders that were sent, and what came of each; nothing where none was."""
    if not actions.sites(person):
        return
    panel = answers.sent_panel(person, question, moment, "relances_notees")
    if panel.table.rows:
        page_sections.panel_with_finding(panel)


def _messages(waiting: Sequence[SiteReminder], month: date) -> None:
    """Draw a box to tick and a message to copy for each site, and the button that keeps which were sent."""
    st.caption(
        "Copier chaque message (WhatsApp, SMS), l'envoyer, puis cocher le centre. L'application n'envoie rien elle-même."
    )
    missing = [one for one in waiting if one.days]
    shown = sorted(missing, key=lambda one: bool(one.last_sent))[:MOST]
    for one in waiting:
        if not one.days:  # there is no day to note
            st.caption(plain_label(f"{one.name}, {one.department}, n'a encore rien remis"))
            st.code(one.message, language=None, wrap_lines=True)
    if not shown:
        return
    with st.form(FORM, border=False):
        for one in shown:
            days = french.plural(len(one.days), "jour")
            before = f", {one.last_sent}" if one.last_sent else ""
            label = f"{one.name}, {one.department}, {days}{before}"
            st.checkbox(plain_label(label), key=f"relance_{one.code}")
            st.code(one.message, language=None, wrap_lines=True)
        if rest := len(missing) - len(shown):
            st.caption(
                f"{french.plural(rest, 'autre centre suit', 'autres centres suivent')} quand ceux-ci sont notés."
            )
        codes = tuple(one.code for one in shown)
        st.form_submit_button("Noter comme envoyés", on_click=_note, args=(codes, month))


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _note(codes: Sequence[str], month: date) -> None:
    """Callback: keep which sites were reminded. codes: those that were shown."""
    chosen = [code for code in codes if st.session_state.get(f"relance_{code}")]
    before: tuple[float, int] | None = st.session_state.get(NOTED)
    if not chosen and before and time.monotonic() - before[0] < PRESSED_TWICE:
        form_messages.repeat_outcome(FORM, _noted(before[1]))
        return
    noted = 0
    with form_messages.record_outcome(FORM, ""):
        noted = actions.note_sent(session.person(), chosen, month, now())
    if noted:
        form_messages.repeat_outcome(FORM, _noted(noted))
        st.session_state[NOTED] = time.monotonic(), noted
        for code in chosen:
            st.session_state[f"relance_{code}"] = False


def _noted(number: int) -> str:
    """« 2 relances notées. »."""
    return f"{french.plural(number, 'relance notée', 'relances notées')}."
