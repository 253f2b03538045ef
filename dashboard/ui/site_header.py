"""The head of a site's page: who it is, in one strip, and what gets worse."""

from datetime import date
from functools import partial
from html import escape

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers import site_alerts as answers
from dashboard.answers import site_identity
from dashboard.answers.question import Question
from dashboard.indicators import codes_placed_in
from dashboard.period import today
from dashboard.ui import opening_answers
from dashboard.ui import panel_display as panel
from db.shared_types import Place


def strip(person: Person, question: Question) -> None:
    """Draw what is known of the site; stops the page where the person may not see it."""
    facts = site_identity.site_facts(person, question)
    if not facts:
        st.warning("Ce centre n'est pas connu.")
        st.stop()
    panel.collect_later("le_centre", partial(site_identity.panel, person, question, "le_centre"))
    st.html(f'<dl class="ccsp-strip">{"".join(map(_fact, facts))}</dl>')


def _fact(one: site_identity.SiteFact) -> str:
    """The HTML of a fact."""
    text, note = (escape(french.bind_numbers(words)) for words in (one.text, one.note))
    more = f"<small>{note}</small>" if note else ""
    return f"<div><dt>{escape(one.label)}</dt><dd>{text}{more}</dd></div>"


def worsening(person: Person, question: Question) -> None:
    """Draw the site's alerts that have no card, and the decisions about them; nothing without any."""
    found = answers.lines(person, question, codes_placed_in("site_page"))
    if found:
        panel.collect_later(
            "site_alertes", partial(answers.panel, person, question, "site_alertes")
        )
        opening_answers.draw(found, "brief")


def words(site: Place) -> str:
    """« CCSP · commune de Pobè · Plateau · ouvert le 21/12/2021 »."""
    opened = (
        f"ouvert le {french.date_short(site.launched_on)}"
        if site.launched_on
        else "date d'ouverture non renseignée"
    )
    first = (
        f" · premières données le {french.date_short(site.first_activity)}"
        if site.first_activity
        else ""
    )
    return (
        f"{site.kind} · commune {french.elide('de', site.commune)} · {site.department} · {opened}{first}"
        f"{_service(site, today())}"
    )


def _service(site: Place, day: date) -> str:
    """Whether it has closed, or will, and since when it serves again; the hours of a site that serves."""
    opens, closes = site.periods[-1]
    again = f" · rouvert le {french.date_short(opens)}" if len(site.periods) > 1 else ""
    if closes is not None:
        said = "fermé" if closes <= day else "ferme"
        return f"{again} · {said} le {french.date_short(closes)}"
    week = site.week_on(day)
    return f"{again} · {french.opening_hours(week.hours)}" if week else again
