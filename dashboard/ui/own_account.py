"""The page « Mon compte »: who one is here, the password, where one is signed in."""

from datetime import datetime

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import ROLES, Person, may
from dashboard.actions import accounts
from dashboard.period import local
from dashboard.settings import load
from dashboard.ui import errors, guest_links, outcome, session
from dashboard.ui.escape import escaped

# Forms of the gate's, at addresses that are no pages: a link would be followed inside the application.
CHANGE = '<form method="get" action="/mot-de-passe"><button>Changer de mot de passe</button></form>'
OUT = '<form method="post" action="/deconnexion"><button>Se déconnecter</button></form>'


def show() -> None:
    """The page."""
    person = session.person()
    st.markdown(escaped(f"{person.name}, {_for(person)}"))
    bound = accounts.own_binding(person)
    if bound:
        st.markdown(f"Ce compte s'ouvre par l'identité du ministère, depuis le {_when(bound)}.")
    elif load().oidc_issuer:
        st.markdown("Ce compte s'ouvre par un mot de passe.")
    st.html(f'<div class="ccsp-way">{"" if bound else CHANGE}{OUT}</div>')
    st.header("Où ce compte est ouvert", anchor=False)
    entries = accounts.own_sessions(person)
    for entry in entries:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"Depuis le {_when(entry.began_at)}, vu le {_when(entry.seen_at)}", width="content"
            )
            st.button("Fermer", on_click=_close, args=(entry.id,), key=f"fermer_{entry.id}")
    if len(entries) > 1:
        st.button("Tout fermer", on_click=_close, key="fermer_toutes")
    st.caption(
        "« Fermer » déconnecte ce navigateur-là. Si c'est celui-ci, il faut se connecter de nouveau."
    )
    outcome.said("sessions")
    if may(person, "guest_links"):
        guest_links.show()


@errors.said_plainly()  # called between two runs, where nothing else catches
def _close(number: int | None = None) -> None:
    with outcome.telling("sessions", "C'est fermé."):
        person = session.person()
        accounts.close_own(person, number)
        session.LOOKOUT.forget_account(person.name)


def _for(person: Person) -> str:
    """« directeur : Zou »."""
    places = sorted((person.departments or frozenset()) | (person.sites or frozenset()))
    role = ROLES.get(person.role, "")
    return f"{role}{french.SPACE}: {french.join_words(places)}" if places else role


def _when(at: datetime) -> str:
    return f"{local(at):%d/%m/%Y à %H:%M}"
