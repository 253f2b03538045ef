"""The frame around every page: page configuration, who is asking, which pages, run one."""

import streamlit as st

from dashboard import public_files
from dashboard.answers.context import page_run
from dashboard.one_run_at_a_time import RUN_QUEUE
from dashboard.settings import load_settings
from dashboard.ui import error_messages, menu, page_frame, panel_display, session, widget_validation

st.set_page_config(
    page_title=load_settings().product_name,
    page_icon=public_files.address(public_files.ICON),
    layout="wide",
)

with (
    error_messages.show_failures(again=True),
    RUN_QUEUE.exclusive_run(session.account()),
    page_run(),
    panel_display.collecting_panels(),
):
    person = session.person()
    if not person.role:
        st.stop()  # started by itself, or the right to see it is gone: there is nothing here
    spec, page = menu.open_page(person)
    if spec is not None:
        page_frame.draw_head(spec)
    page.run()
    widget_validation.show_rejection()
