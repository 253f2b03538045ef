"""The user guide, as it stands in docs/."""

import streamlit as st

from dashboard.settings import ROOT


def show() -> None:
    """The guide, without its own title: the page has one."""
    text = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    title, _, rest = text.partition("\n")
    st.markdown(rest if title.startswith("# ") else text)
