"""Who a site is: kind, place, opening."""

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers.network import sites
from dashboard.ui.escape import escaped
from db.shapes import Place


def show(person: Person, code: str) -> None:
    """What is known of the site; stops the page where the person may not see it."""
    site = next((p for p in sites(person) if p.code == code), None)
    if site is None:
        st.warning("Ce centre n'est pas connu.")
        st.stop()
    st.caption(escaped(words(site)))


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
    return (
        f"{site.kind} · commune {french.elide('de', site.commune)} · {site.department} · {opened}{first}{closed}"
        " · horaires non renseignés"
    )
