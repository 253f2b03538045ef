"""Site: one site, its finding, figures, hours, services, closures, decisions, complaints, months; without one, all of them."""

import streamlit as st

from dashboard.answers import network, site_directory
from dashboard.ui import (
    cards,
    declared_entered,
    filter_state,
    lost_time,
    page_sections,
    panel_display,
    session,
    side_by_side,
    site_header,
    site_page,
)

person, code = session.person(), filter_state.value("centre")
if not code:
    panel_display.panel(
        site_directory.of_sites(person, filter_state.question(("prestation",)), "centres"),
        height=900,
    )
    st.stop()
question = filter_state.question(("prestation",), site=code)
site_header.strip(person, question)
side_by_side.offer(person, "site")
site_page.chosen_complaint(person, question)
site_header.worsening(person, question)
begun = not network.never_begun(person, question)
if begun:  # else the figures would say the heading again, box by box
    cards.headline(person, question, "site_page")
    site_page.hours(person, question)
    site_page.services(person, question)
lost_time.section(person, question, "site_coupures")
if begun:
    page_sections.open_complaints(person, question, "site_plaintes")
site_page.decisions(person, question)
if begun:
    site_page.months(person, question)
declared_entered.section(person, question, "site_declare")
