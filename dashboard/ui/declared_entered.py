"""What sites declare, enter and report: the three numbers by month, at one site the days that differ, and what canevas say."""

from dashboard.accounts.rights import Person
from dashboard.answers import declared_entered_panels
from dashboard.answers.question import Question
from dashboard.period import Period, add_months, month_end, now
from dashboard.ui import day_calendar, page_sections, return_texts

MONTHS = (
    12  # up to the one that is chosen: a canevas comes after its month, and a gap has a history
)


def section(person: Person, question: Question, key: str) -> None:
    """Draw them for the question's sites and period; nothing for who may not read which days came. key: of the first panel; the
    others' begin with it."""
    if not declared_entered_panels.may_see(person, question):
        return
    panel = declared_entered_panels.by_month(person, question, key)
    page_sections.panel_with_finding(panel, height=330)
    if question.site:
        days = declared_entered_panels.days(person, question, f"{key}_jours")
        if days.table.rows:
            page_sections.panel_with_finding(days, height=300)
    return_texts.section(person, question, f"{key}_canevas")


def until_chosen_month(person: Person, question: Question, key: str) -> None:
    """The same for the months up to the one of the calendar."""
    month = day_calendar.chosen_month(person, now())
    period = Period(add_months(month, 1 - MONTHS), month_end(month))
    section(person, question.over_period(period), key)
