"""The frame around every page: page configuration, who is asking, which pages, run one."""

import streamlit as st

from dashboard.answers.context import run
from dashboard.one_run_at_a_time import TURNS
from dashboard.settings import ROOT, load
from dashboard.ui import error_messages, menu, page_frame, panel_display, session, widget_validation

st.set_page_config(
    page_title=load().product_name, page_icon=str(ROOT / "static" / "icon.png"), layout="wide"
)

with (
    error_messages.said_plainly(again=True),
    TURNS.turn(session.account()),
    run(),
    panel_display.to_its_end(),
):
    person = session.person()
    if not person.role:
        st.stop()  # started by itself, or the right to see it is gone: there is nothing here
    spec, page = menu.open_page(person)
    if spec is not None:
        page_frame.dress(spec)
    page.run()
    widget_validation.say_what_was_left()
