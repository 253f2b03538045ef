"""The frame around every page: page configuration, who is asking, which pages, run one."""

import streamlit as st

from dashboard.answers.view import run
from dashboard.settings import ROOT, load
from dashboard.turn import TURNS
from dashboard.ui import errors, frame, kinds, menu, session, show

st.set_page_config(
    page_title=load().product_name, page_icon=str(ROOT / "static" / "icon.png"), layout="wide"
)

with errors.said_plainly(again=True), TURNS.turn(session.account()), run(), show.to_its_end():
    person = session.person()
    if not person.role:
        st.stop()  # started by itself, or the right to see it is gone: there is nothing here
    spec, page = menu.open_page(person)
    if spec is not None:
        frame.dress(spec)
    page.run()
    kinds.say_what_was_left()
