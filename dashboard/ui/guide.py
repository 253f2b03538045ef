"""The user guide, as it stands in docs/, and what is kept of people."""

import re
from dataclasses import replace
from html import escape

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import personal_data
from dashboard.answers.network import freshness
from dashboard.exports import EXPORTS
from dashboard.exports.file_names import file_name
from dashboard.period import today
from dashboard.settings import ROOT
from dashboard.ui import downloads


def show() -> None:
    """The guide, without its own title: the page has one."""
    text = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    before, *parts = re.split(r"^## (.+)$", text.partition("\n")[2], flags=re.M)
    with st.container(key="lecture"):
        st.markdown(before)
        for title, part in (
            *zip(parts[::2], parts[1::2], strict=True),
            (personal_data.TITLE, personal_data.section()),
        ):
            st.html(f'<h2 id="{escape(anchor(title))}">{escape(title)}</h2>')
            if title == personal_data.TITLE:
                _record()
            st.markdown(part)


def _record() -> None:
    """What is said of it, as a sheet to print and sign."""
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
    fresh = freshness(person)
    told = personal_data.record(fresh.as_of, demo=fresh.demo)
    return EXPORTS["pdf"].file(replace(told, made=downloads.made_by(person)))


def anchor(title: str) -> str:
    """Where links lead to a part, as elsewhere where the guide is read: « lire-les-pages »."""
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))
