"""The page « Complétude »: the calendar, its departments, what can be done about a day."""

from datetime import datetime
from functools import partial

import streamlit as st

from dashboard.accounts import rights
from dashboard.accounts.rights import Person, may
from dashboard.answers import completeness_panels, day_calendar
from dashboard.answers.network import freshness, sites
from dashboard.answers.question import Question
from dashboard.judgement.completeness_sentences import RULE, SINCE, detail
from dashboard.judgement.day_kinds import UNCLOSED
from dashboard.panel import Link, site_link
from dashboard.period import now
from dashboard.ui import day_calendar as drawn
from dashboard.ui import page_sections, panel_display, reminders
from db.codes import ALL


def calendar(person: Person, question: Question) -> None:
    """Draw the choices, then the days of a month or the months of two years, and what goes with them."""
    moment = now()
    drawn.notices(person, moment)
    drawn.choices(person, moment)
    if drawn.chosen_view() == drawn.YEARS_VIEW:
        _years(person, question, moment)
    else:
        _month(person, question, moment)


def _month(person: Person, question: Question, moment: datetime) -> None:
    month = drawn.chosen_month(person, moment)
    found = day_calendar.month_calendar(person, question, month, moment)
    if said := detail(found.counts):
        fresh = freshness(person)  # who sees a debt of a site that never began asks since when
        since = f" {SINCE}" if fresh.empty or fresh.beginning else ""
        st.caption(f"{said} {found.counted_in_words}.{since}")
    reminders.section(person, question, month, moment)
    left, right = st.columns([20, 5], gap="small")  # 23 working days and their shares fill the left
    with left:
        drawn.month(person, question, month, moment)
    with right:
        _chosen(person, found)
        st.header("Ce que disent les cases", anchor=False)
        drawn.legend(found)
        with st.expander("Comment les jours sont comptés"):
            st.caption(RULE)
    collect = panel_display.collect_later
    collect(
        "mois", partial(completeness_panels.month_panel, person, question, month, moment, "mois")
    )
    collect(
        "jours", partial(completeness_panels.days_panel, person, question, month, moment, "jours")
    )
    reminders.sent(person, question, moment)
    if len(found.sites) > 1:
        panel = completeness_panels.departments_panel(
            person, question, month, moment, "departements"
        )
        page_sections.panel_with_finding(panel, height=480)


def _years(person: Person, question: Question, moment: datetime) -> None:
    drawn.years(person, question, moment)
    panel = partial(completeness_panels.years_panel, person, question, moment, "annees")
    panel_display.collect_later("annees", panel)
    st.caption(
        "Part des jours attendus qui sont reçus, en pour cent ; « — » où moins de cinq sont attendus. Une case mène à son mois."
    )


def _chosen(person: Person, found: day_calendar.MonthCalendar) -> None:
    """Draw the day that was pressed, with what this person can do about it."""
    chosen = drawn.chosen_day(found)
    if chosen is None:
        return
    site, one = chosen
    actions: dict[str, tuple[Link, bool]] = {}
    plain = (("centre", site.code),)
    if one.kind.role in ("missing", "explained"):
        if _reaches(person, "explain", site.code):
            month = ("mois", f"{one.day:%Y-%m}")
            actions["Dire pourquoi"] = Link("remonter/jours", (*plain, month)), True
        if _reaches(person, "hand_in", site.code):
            actions["Remettre le registre"] = Link("remonter", plain), True
    if one.kind is UNCLOSED and _reaches(person, "explain", site.code):
        day = ("jour", one.day.isoformat())
        actions["Clore ce jour"] = Link("remonter/cloture", (*plain, day)), True
    actions["Voir le centre"] = site_link(site.code), False
    drawn.day_detail(found, actions)


def _reaches(person: Person, right: str, code: str) -> bool:
    """Whether the person's right extends to a site."""
    home = {p.code: p.department for p in sites(person)}
    mine = rights.sites(person, right, home)
    return mine == ALL or code in mine


def receipts(person: Person) -> None:
    """Draw the way to « Remonter » of who has it not in the menu: what his sites handed in."""
    if may(person, "receipts") and not may(person, "hand_in"):
        st.html('<p><a href="/remonter">Ce que les centres ont remis, et leurs reçus</a></p>')
