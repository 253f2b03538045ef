"""The open time that closures took, a section of pages: by cause, month and place, with or without the days of a cause."""

from functools import partial

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import closures, day_calendar, lost_time_panels
from dashboard.answers.question import Question
from dashboard.period import Period, month_end, now
from dashboard.ui import day_calendar as drawn
from dashboard.ui import page_sections, panel_display

ALL_DAYS = ""
CHOICE = 320  # width of the choice, in pixels


def of_calendar(person: Person, question: Question, key: str) -> None:
    """Draw the section for the month of the calendar above it, or for its two years."""
    moment = now()
    listed = day_calendar.months(person, moment)
    first = last = drawn.chosen_month(person, moment)
    if drawn.chosen_view() == drawn.YEARS_VIEW:
        first, last = listed[-1], listed[0]
    section(person, question.over_period(Period(first, month_end(last))), key)


def section(person: Person, question: Question, key: str) -> None:
    """Draw what closures took of the open time of the question's sites; of one site, without the comparison of places."""
    causes = lost_time_panels.reasons(person, question)
    chosen = f"{key}_sans"
    without = page_sections.chosen_value(chosen, (ALL_DAYS, *causes), ALL_DAYS)
    first = lost_time_panels.by_reason(person, question, f"{key}_motifs", without)
    page_sections.heading(first)
    if len(causes) > 1 or without:
        st.selectbox(
            "Jours comptés",
            (ALL_DAYS, *causes),
            format_func=lambda cause: f"Sans les jours « {cause} »" if cause else "Tous les jours",
            key=chosen,
            label_visibility="collapsed",
            width=CHOICE,
        )
    each = f"{key}_une_par_une"
    listed = partial(closures.closures_listed, person, question, each, without)
    if not first.table.rows:  # the rest would say the heading again, box by box
        if question.site and listed().table.rows:  # some are still to come
            page_sections.panel_with_finding(listed())
        else:
            panel_display.collect_later(each, listed)
        return
    left, right = st.columns(2, gap="large")
    with left:
        page_sections.below_finding(first)
        page_sections.panel_with_finding(
            lost_time_panels.visits(person, question, f"{key}_usagers", without)
        )
    with right:
        page_sections.panel_with_finding(
            lost_time_panels.by_month(person, question, f"{key}_mois", without)
        )
        if not question.site:
            page_sections.panel_with_finding(
                lost_time_panels.by_place(person, question, "site", f"{key}_centres", without)
            )
    if question.site:
        page_sections.panel_with_finding(listed())
        return
    panel_display.collect_later(each, listed)
    if len(question.departments) != 1:
        of = f"{key}_departements"
        panel_display.collect_later(
            of, partial(lost_time_panels.by_place, person, question, "department", of, without)
        )
