"""Guide: the user guide, as it stands in docs/."""
import streamlit as st

from dashboard.settings import ROOT

st.markdown((ROOT / "docs" / "guide.md").read_text(encoding="utf-8"))
