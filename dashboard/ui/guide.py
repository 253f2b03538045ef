"""The user guide of docs/, with the section on personal data."""

import re
from dataclasses import replace
from html import escape

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers import personal_data, signals
from dashboard.answers.network import freshness
from dashboard.exports import EXPORTS
from dashboard.exports.file_names import file_name
from dashboard.indicators import INDICATORS
from dashboard.period import today
from dashboard.search.guide_chapters import anchor, text
from dashboard.ui import downloads, session, tables
from dashboard.ui.markdown_escaping import escape_markdown

STATISTICIANS = "Pour les statisticiens"  # the chapter after which tables are drawn
# A row of docs/guide.md with a picture beside what is said of it, and the head of such a table: here the page itself is at hand.
PICTURE = re.compile(r"^(?:\| \| \|\n\| --- \| --- \|\n)?\| !\[[^\]]*\]\([^)]*\) \| (.*) \|$", re.M)


def show() -> None:
    """Draw the guide without its title, which the page has."""
    before, *parts = re.split(r"^## (.+)$", text().partition("\n")[2], flags=re.M)
    with st.container(key="lecture"):
        st.markdown(before)
        for title, chapter in (
            *zip(parts[::2], parts[1::2], strict=True),
            (personal_data.TITLE, personal_data.section()),
        ):
            st.html(f'<h2 id="{escape(anchor(title))}">{escape(title)}</h2>')
            if title == personal_data.TITLE:
                _record()
            st.markdown(PICTURE.sub(r"- \1", chapter))
            if title == STATISTICIANS:
                _for_statisticians()


def _for_statisticians() -> None:
    """Draw what the rules of signals find, by simulation, and the code of each indicator."""
    panel = signals.rates(session.person())
    st.html(tables.markup(panel.table, panel.title))
    codes = (f"- {escape_markdown(i.label)}{french.SPACE}: `{i.code}`" for i in INDICATORS)
    st.markdown("\n".join(["Le code de chaque indicateur, pour les commandes :", "", *codes]))


def _record() -> None:
    """Draw the button for the record of processing, a sheet to print and sign."""
    name = file_name(personal_data.RECORD, on=today())
    downloads.button(
        f"{personal_data.RECORD} à imprimer (PDF)",
        _printed,
        name=name,
        extension="pdf",
        right="understand",
        addressed=False,
        mime=EXPORTS["pdf"].media_type,
        key="fiche_de_traitement",
    )


def _printed(person: Person) -> bytes:
    """The record of processing as a PDF."""
    fresh = freshness(person)
    record = personal_data.record(fresh.known_to, demo=fresh.demo)
    return EXPORTS["pdf"].file(replace(record, made_by=downloads.made_by(person)))
