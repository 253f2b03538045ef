"""The page « Mon compte »: the person's account, its password and its sessions."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import ROLES, Person, may
from dashboard.actions import accounts
from dashboard.answers.network import all_site_names
from dashboard.panel import Link
from dashboard.period import to_local_time
from dashboard.request_identity import SESSION_CACHE
from dashboard.settings import load_settings
from dashboard.ui import error_messages, form_messages, guest_links, session
from dashboard.ui.links import anchor

# Forms of the gate. Not links, which the application would try to open as pages.
CHANGE = '<form method="get" action="/mot-de-passe"><button>Changer de mot de passe</button></form>'
OUT = '<form method="post" action="/deconnexion"><button>Se déconnecter</button></form>'


def show() -> None:
    """Draw the page."""
    person = session.person()
    st.html(
        f"<p>Compte «{french.SPACE}{escape(person.name)}{french.SPACE}», {_role_and_places(person)}</p>"
    )
    bound = accounts.own_binding(person)
    if bound:
        st.markdown(
            f"Ce compte s'ouvre par l'identité du ministère, depuis le {_local_time(bound)}."
        )
    elif load_settings().oidc_issuer:
        st.markdown("Ce compte s'ouvre par un mot de passe.")
    st.html(f'<div class="ccsp-way">{"" if bound else CHANGE}{OUT}</div>')
    st.header("Où ce compte est ouvert", anchor=False)
    _sessions(person)
    if may(person, "guest_links"):
        guest_links.show()


def _sessions(person: Person) -> None:
    """Draw the account's sessions, this one first; the others can be closed."""
    here, entries = session.sign_in_number(), accounts.own_sessions(person)
    # A page that continued with a later sign-in, in another window, does not know that one's number.
    other = "Un autre navigateur" if here in {one.id for one in entries} else "Un navigateur"
    for one in sorted(entries, key=lambda one: one.id != here):
        where = "Ce navigateur" if one.id == here else other
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"{where}, depuis le {_local_time(one.began_at)}, vu le {_local_time(one.seen_at)}",
                width="content",
            )
            if one.id != here:  # this one is closed by « Se déconnecter »
                st.button("Fermer", on_click=_close, args=(one.id,), key=f"fermer_{one.id}")
    if len(entries) > 1:
        st.button("Tout fermer, ici aussi", on_click=_close, key="fermer_toutes")
        st.caption(
            "Un navigateur que l'on ferme est déconnecté tout de suite, avec toutes ses pages."
        )
    form_messages.show_outcome("sessions")


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _close(number: int | None = None) -> None:
    """Callback: close a session of the account, or all of them."""
    with form_messages.record_outcome("sessions", "C'est fermé."):
        person = session.person()
        accounts.end_own_sessions(person, number)
        SESSION_CACHE.forget_account(person.name)


def _role_and_places(person: Person) -> str:
    """« directeur : Zou » as HTML, each place a link to its page."""
    names = all_site_names(person) if person.sites else {}
    links = [
        *(
            anchor(d, Link("departement", (("departement", d),)), ())
            for d in _in_order(person.departments)
        ),
        *(
            anchor(names.get(s, s), Link("site", (("centre", s),)), ())
            for s in _in_order(person.sites)
        ),
    ]
    role = escape(ROLES.get(person.role, ""))
    return f"{role}{french.SPACE}: {french.join_words(links)}" if links else role


def _in_order(places: Iterable[str] | None) -> list[str]:
    """The places in alphabetical order; none for None."""
    return sorted(places or (), key=french.alphabetical)


def _local_time(at: datetime) -> str:
    """A time of the database, in words."""
    return f"{to_local_time(at):%d/%m/%Y à %H:%M}"
