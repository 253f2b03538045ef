"""The page « Journal »: who signed in, read complaints, took files away, handed in files, changed something."""

from datetime import date, timedelta
from functools import cache

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.actions import access_journal
from dashboard.actions.access_journal import Line
from dashboard.exports import EXPORTS
from dashboard.exports.file_names import file_name
from dashboard.exports.xlsx import xlsx
from dashboard.panel import Panel, Table, day_cell, make_table, text_cell
from dashboard.period import today
from dashboard.ui import downloads, session, tables

USUAL = timedelta(days=30)
TITLE = "Journal"


def show() -> None:
    """Draw the page."""
    person = session.person()
    now = today()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = st.date_input(
            "Du … au …",
            (now - USUAL, now),
            max_value=now,
            format="DD/MM/YYYY",
            key="journal_jours",
            width=280,
        )
        wanted = st.text_input(
            "Chercher",
            max_chars=80,
            key="journal_mot",
            placeholder="un nom, « plaintes », « compte »…",
            width=280,
        )
        if not isinstance(days, tuple) or len(days) != 2:
            st.info("Choisir aussi le dernier jour.")
            st.stop()
        first, last = days
        downloads.button(
            "Emporter",
            lambda who: _workbook(who, first, last, wanted),
            name=file_name(TITLE, on=now),
            extension="xlsx",
            right="journal",
            addressed=False,
            mime=EXPORTS["xlsx"].media_type,
            key="journal_emporter",
            type="tertiary",
        )
    found = access_journal.lines(person, first, last, wanted)
    if not found:
        st.info("Rien de tel au journal, ces jours-là.")
        return
    tables.draw(
        _table(found),
        label=TITLE,
        key="journal",
        height=560,
        about=(first, last, wanted),
        in_file=True,
    )
    st.caption(
        f"{french.upper_first(french.plural(len(found), 'ligne'))}. L'heure est celle du Bénin."
    )


def _table(lines: list[Line]) -> Table:
    """The lines of the journal as a table."""
    day, words = cache(day_cell), cache(text_cell)  # many lines say the same
    columns = (("Jour", "day"), ("Heure", ""), ("Qui", ""), ("Quoi", ""), ("De quoi", ""))
    return make_table(
        columns,
        [
            (
                day(one.at.date()),
                words(f"{one.at:%H:%M}"),
                words(one.who),
                words(one.did),
                text_cell(one.details),
            )
            for one in lines
        ],
    )


def _workbook(person: Person, first: date, last: date, wanted: str) -> bytes:
    """The journal of these days as a workbook. wanted: words that a line must contain."""
    found = access_journal.lines(person, first, last, wanted)
    about = [
        ("Du", french.date_long(first)),
        ("Au", french.date_long(last)),
        ("Recherche", wanted or "—"),
    ]
    return xlsx(TITLE, about, [Panel("journal", TITLE, table=_table(found))], demo=False)
