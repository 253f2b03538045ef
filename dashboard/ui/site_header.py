"""The head of a site's page: kind, place, opening, and what gets worse."""

from functools import partial

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers import site_alerts as answers
from dashboard.answers.network import sites
from dashboard.answers.question import Question
from dashboard.indicators import codes_placed_in
from dashboard.ui import opening_answers
from dashboard.ui import panel_display as panel
from dashboard.ui.markdown_escaping import escape_markdown
from db.shared_types import Place


def show(person: Person, code: str) -> None:
    """Draw what is known of the site; stops the page where the person may not see it."""
    site = next((p for p in sites(person) if p.code == code), None)
    if site is None:
        st.warning("Ce centre n'est pas connu.")
        st.stop()
    st.caption(escape_markdown(words(site)))


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
    closed = f" · fermé le {french.date_short(site.closed_on)}" if site.closed_on else ""
    return f"{site.kind} · commune {french.elide('de', site.commune)} · {site.department} · {opened}{first}{closed}"
