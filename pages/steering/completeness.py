"""Complétude: which days came, which did not, and why."""

from dashboard.ui import (
    completeness,
    declared_entered,
    filter_state,
    lost_time,
    quality_checks,
    session,
)

person, question = session.person(), filter_state.question(("departement", "type"))
completeness.calendar(person, question)
lost_time.of_calendar(person, question, "coupures")
declared_entered.until_chosen_month(person, question, "declare")
completeness.receipts(person)
quality_checks.section(person, question, "a_verifier")
