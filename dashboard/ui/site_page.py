"""The sections of a site's page, in the order in which they are read."""

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import (
    completeness,
    forecast,
    one_complaint,
    site_decisions,
    waits,
    weekday_hours,
)
from dashboard.answers.question import Question
from dashboard.panel import COMPLAINT
from dashboard.ui import (
    complaint_texts,
    complaint_view_log,
    page_sections,
    panel_display,
    url_parameters,
)


def chosen_complaint(person: Person, question: Question) -> None:
    """Draw the complaint that the address names (« ccsp-cove.P-COVE-2026-00012 »), and note that it was seen; nothing where it
    names none, or one of another site."""
    site, _, reference = url_parameters.read().get(COMPLAINT, "").partition(".")
    if not reference or site != question.site:
        return
    shown = one_complaint.panel(person, question, reference, "plainte")
    with st.container(border=True):
        left, right = st.columns(2, gap="large")
        with left:
            page_sections.panel_with_finding(shown, height=290)
        with right:
            if shown.has_complaint_rows:
                complaint_view_log.note_complaint_view(person, question)
                complaint_texts.of_complaint(site, reference, "plainte")
            st.button("Refermer la plainte", on_click=_close_complaint, key="plainte_refermer")


def _close_complaint() -> None:
    """Callback: show the site's page without the complaint."""
    url_parameters.drop(COMPLAINT)


def hours(person: Person, question: Question) -> None:
    """Draw when people come and when they wait longest, side by side on the same axes."""
    left, right = st.columns(2, gap="large")
    with left:
        page_sections.panel_with_finding(weekday_hours.arrivals(person, question, "site_heures"))
    with right:
        page_sections.panel_with_finding(weekday_hours.waits(person, question, "site_attentes"))


def services(person: Person, question: Question) -> None:
    """Draw which services are asked for, and how long people wait for each; nothing where one is chosen."""
    if question.service:
        return
    left, right = st.columns(2, gap="large")
    with left:
        page_sections.compare(person, question, "service", "visits", "site_prestations")
    with right:
        page_sections.compare(person, question, "service", "wait_p50", "site_attente_prestations")


def decisions(person: Person, question: Question) -> None:
    """Draw what was decided about the site and what came of it; a line where nothing was."""
    found = site_decisions.panel(person, question, "site_decisions")
    if found.table.is_empty:
        panel_display.note(site_decisions.NONE)
    else:
        page_sections.panel_with_finding(found)


def months(person: Person, question: Question) -> None:
    """Draw the months of a chosen indicator and those to come; how waits are spread, and the days whose closing is missing."""
    left, right = st.columns(2, gap="large")
    with left:
        page_sections.series(person, question, "site_mois")
        page_sections.panel_with_finding(forecast.panel(person, question, "site_prevision"))
    with right:
        page_sections.panel_with_finding(waits.distribution(person, question, "site_repartition"))
        page_sections.panel_with_finding(
            completeness.unclosed_days_listed(person, question, "site_jours"), height=300
        )
