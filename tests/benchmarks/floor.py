"""The floor page, which Streamlit runs beside the application in `make load`: fixed contents, see recorded.py."""

import streamlit as st

from dashboard.navigation import PAGES
from tests.benchmarks.recorded import pages

st.set_page_config(page_title="Plancher", layout="wide")
sections: dict[str, list] = {}
for spec, page in zip(PAGES, pages(), strict=True):
    sections.setdefault(spec.section, []).append(page)
st.navigation(sections, position="top").run()
