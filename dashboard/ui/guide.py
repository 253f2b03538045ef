"""The user guide, as it stands in docs/, and what is kept of people."""

import re
from html import escape

import streamlit as st

from dashboard.answers import privacy
from dashboard.settings import ROOT


def show() -> None:
    """The guide, without its own title: the page has one."""
    text = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    before, *parts = re.split(r"^## (.+)$", text.partition("\n")[2], flags=re.M)
    with st.container(key="lecture"):
        st.markdown(before)
        for title, part in (
            *zip(parts[::2], parts[1::2], strict=True),
            (privacy.TITLE, privacy.section()),
        ):
            st.html(f'<h2 id="{escape(anchor(title))}">{escape(title)}</h2>')
            st.markdown(part)


def anchor(title: str) -> str:
    """Where links lead to a part, as elsewhere where the guide is read: « lire-les-pages »."""
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))
