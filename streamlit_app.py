"""The frame around every page: page configuration, who is asking, which pages, run one."""

import streamlit as st

from dashboard.answers.view import run
from dashboard.settings import ROOT, load
from dashboard.ui import errors, frame, menu

st.set_page_config(
    page_title=load().product_name, page_icon=str(ROOT / "static" / "icon.png"), layout="wide"
)

with errors.said_plainly(again=True), run():
    pages = menu.pages()
    spec = menu.open_page(pages)
    frame.dress(spec)
    pages[spec].run()
