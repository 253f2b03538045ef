"""« Lire ce qu'écrivent les canevas »: their words by month and department, searched by typing, for who may read them; and the
form that erases those of one canevas.

Before: `dashboard.answers.return_texts`, `dashboard.actions.return_texts`. The session holds no word of them.
"""

from collections.abc import Mapping
from functools import partial
from html import escape

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.actions import return_texts as actions
from dashboard.answers import network, return_texts
from dashboard.answers.question import Question
from dashboard.panel import Message, Table
from dashboard.ui import (
    complaint_view_log,
    filter_state,
    form_messages,
    page_sections,
    panel_display,
    session,
)
from dashboard.ui.links import anchor

FOLD = "Lire ce qu'écrivent les canevas"
FIELD = "Chercher un mot, un centre ou un département"
LONGEST = 200  # of a reason, and of what is sought
MOST = 60  # canevas on the page


def section(person: Person, question: Question, key: str) -> None:
    """Draw the finding, and the fold that has the words; nothing for who may not read them."""
    if not return_texts.are_readable(person, question):
        return
    panel = return_texts.by_month(person, question, key)
    if isinstance(panel.content, Message):
        page_sections.panel_with_finding(panel)
        return
    page_sections.heading(panel)
    panel_display.collect_later(key, partial(return_texts.by_month, person, question, key))
    form_messages.show_outcome(f"{key}_effacer")
    with panel_display.lazy_expander(FOLD, f"{key}_mots") as fold:
        if not fold.open:
            return
        complaint_view_log.note_return_views(person, question)
        typed = st.text_input(FIELD, max_chars=LONGEST, key=f"{key}_cherche")
        panel = return_texts.by_month(person, question, key, typed)
        if isinstance(panel.content, Message):
            st.info(panel.content.text)
        else:
            panel_display.note(panel.finding if typed.strip() else "")
            _draw(panel.table)
        if actions.may_erase(person):
            _erasing(person, question, key)


def _draw(table: Table) -> None:
    """Draw the canevas one under the other, each under its month, department and site: as a table their words would be cut. Not
    by `tables.markup`, which keeps what it made."""
    held = tuple(filter_state.non_default().items())
    parts, group = [], ("", "")
    for month, department, site, *words in table.rows[:MOST]:
        if group != (month.text, department.text):
            group = (month.text, department.text)
            parts.append(f"<h3>{escape(french.upper_first(month.text))} · {escape(group[1])}</h3>")
        said = "".join(
            f"<p><span>{escape(column.name)}{french.SPACE}:</span> {escape(cell.text)}</p>"
            for column, cell in zip(table.columns[3:], words, strict=True)
            if cell.text.strip()
        )
        parts.append(f"<div><b>{anchor(site.text, site.link, held)}</b>{said}</div>")
    st.html(f'<div class="ccsp-said" role="region" aria-label="Canevas">{"".join(parts)}</div>')
    if len(table.rows) > MOST:
        panel_display.note(
            f"Les {MOST} plus récents sur {french.number(len(table.rows))}{french.SPACE}; pour les autres, chercher un mot, un"
            f" centre ou un département, ou les prendre par «{french.SPACE}Emporter{french.SPACE}»."
        )


def _erasing(person: Person, question: Question, key: str) -> None:
    """Draw the form that erases the words of one canevas."""
    names = network.site_names(person)
    listed = {
        f"{names[one.site]}{french.SPACE}· {french.month_label(one.month)}": (
            one.site,
            f"{one.month:%Y-%m}",
        )
        for one in return_texts.texts(person, question)
    }
    with st.form(f"{key}_effacement", border=True):
        st.selectbox(
            "Effacer les mots d'un canevas",
            list(listed),
            index=None,
            placeholder="Choisir le canevas",
            key=f"{key}_lequel",
        )
        st.text_input(
            "Pourquoi les effacer",
            max_chars=LONGEST,
            placeholder="par exemple : une personne y est nommée",
            help="Les nombres du canevas restent. Effacés, ces mots ne se retrouvent plus.",
            key=f"{key}_pourquoi",
        )
        st.form_submit_button("Effacer ces mots", on_click=partial(_erase, listed, key))


def _erase(listed: Mapping[str, tuple[str, str]], key: str) -> None:
    """Callback: erase the words of the canevas that is chosen, as the form says. listed: site and month, by label."""
    chosen = st.session_state.get(f"{key}_lequel") or ""
    with form_messages.record_outcome(
        f"{key}_effacer", f"Les mots de ce canevas sont effacés{french.SPACE}: {chosen}."
    ):
        if chosen not in listed:
            raise actions.Refused("Choisir d'abord le canevas.")
        actions.erase(
            session.person(), *listed[chosen], st.session_state.get(f"{key}_pourquoi", "")
        )
        st.session_state[f"{key}_lequel"] = None
