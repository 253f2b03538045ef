"""Guest links, on « Comptes » and, for who may invite, on « Mon compte »: made, shown once, listed, closed."""

from datetime import timedelta

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.actions import guest_links
from dashboard.actions.guest_links import Link
from dashboard.answers.network import departments
from dashboard.period import last_local_day, to_local_time, today
from dashboard.request_identity import SESSION_CACHE
from dashboard.ui import error_messages, form_messages, session
from dashboard.ui.markdown_escaping import escape_markdown

ONCE = "link_once"  # session key: (workshop, address) of the last link made, shown by the next run only
FORM = 616  # width in pixels, for short texts
USUAL = timedelta(days=7)


def show() -> None:
    """Draw the section."""
    person = session.person()
    st.header("Invités d'un atelier", anchor=False)
    st.markdown(
        f"Un lien fait entrer sans compte, {guest_links.LONGEST} jours et {guest_links.MOST_USES} fois au plus. Les invités"
        " voient les chiffres, les cartes et les graphiques ; aucune plainte une par une, ni rien de moins de 5 plaintes."
    )
    _link_form(person)
    form_messages.show_outcome("liens")
    _show_link_once()
    for one in guest_links.valid_links(person):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(escape_markdown(_link_in_words(one)), width="content")
            st.button("Fermer ce lien", on_click=_close, args=(one.id,), key=f"lien_{one.id}")


def _show_link_once() -> None:
    """Show the link that was just made, in this run only."""
    if ONCE not in st.session_state:
        return
    what, address = st.session_state.pop(ONCE)
    with st.container(border=True):
        st.markdown(
            escape_markdown(f"Lien pour « {what} », à donner aux invités. Il n'est montré qu'ici.")
        )
        st.code(address, language=None, wrap_lines=True)


def _link_form(person: Person) -> None:
    """The form that makes a link."""
    own = sorted(person.departments or departments(person), key=french.alphabetical)
    with st.container(border=True, width=FORM):
        st.text_input("Pour quel atelier", max_chars=120, key="lien_pour")
        now = today()
        st.date_input(
            "Jusqu'au",
            now + USUAL,
            min_value=now,
            max_value=now + timedelta(days=guest_links.LONGEST),
            format="DD/MM/YYYY",
            key="lien_jour",
        )
        st.multiselect(
            "Ce qu'ils voient (tout ce que vous pouvez montrer, si rien n'est choisi)",
            own,
            key="lien_departements",
            placeholder="Choisir les départements",
        )
        st.button("Faire un lien", on_click=_make, key="lien_faire")


def _link_in_words(one: Link) -> str:
    """« Atelier de Parakou : Borgou, jusqu'au 03/12/2026, 12 entrées, fait par cab le 26/11/2026 »."""
    places = french.join_words(sorted(one.departments or ())) or "tout le réseau"
    used = french.plural(one.uses, "entrée")
    made = f"fait par {one.made_by} le {to_local_time(one.made_at):%d/%m/%Y}"
    return f"{one.what}{french.SPACE}: {places}, jusqu'au {last_local_day(one.until):%d/%m/%Y}, {used}, {made}"


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _make() -> None:
    typed = st.session_state
    with form_messages.record_outcome("liens", "Le lien est fait."):
        link, address = guest_links.make_link(
            session.person(),
            typed["lien_pour"],
            typed["lien_jour"],
            typed["lien_departements"] or None,
        )
        typed[ONCE] = link.what, address
        typed["lien_pour"] = ""


@error_messages.show_failures()
def _close(number: int) -> None:
    with form_messages.record_outcome(
        "liens", "Le lien est fermé ; ceux qui sont entrés par lui sont déconnectés."
    ):
        guest_links.close_link(session.person(), number)
        SESSION_CACHE.forget_guests()
