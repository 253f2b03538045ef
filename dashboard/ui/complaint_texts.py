"""« Lire ce qui est écrit »: the text of a complaint, for who may read it, until the next action on the page; and the form that
erases it.

Before: `dashboard.actions.complaint_texts`. The session holds no text, only which complaint was chosen.
"""

import streamlit as st

from dashboard import french
from dashboard.actions import complaint_texts
from dashboard.answers import context
from dashboard.answers.question import Question
from dashboard.ui import error_messages, form_messages, panel_display, session
from dashboard.ui.markdown_escaping import escape_markdown

FOLD = "Lire ce qui est écrit dans une plainte"
WRITTEN = "Ce qui est écrit dans cette plainte"
NOTED = "Chaque lecture est notée au journal. Ces mots ne sont dans aucun fichier."
OLDEST = f"La liste a les {complaint_texts.MOST_LISTED} plus anciennes\N{NO-BREAK SPACE}; pour une autre, écrire sa référence."
NONE = "De cette plainte, aucun mot n'est gardé, ou elle n'est pas d'un centre dont vous répondez."
LONGEST = 200  # of a reason


@st.fragment
@error_messages.show_failures(again=True)  # a fragment's rerun does not pass through the page frame
@context.page_run()  # nor through its page_run
def section(question: Question, key: str) -> None:
    """Draw a fold under the list of complaints; nothing for who may read no texts, or where there are none."""
    person = session.person()
    form_messages.show_outcome(f"{key}_effacer")
    if not complaint_texts.has_texts(person, question):
        return
    with panel_display.lazy_expander(FOLD, f"{key}_mots") as fold:
        if not fold.open:
            return
        listed = {_label(one): one for one in complaint_texts.open_with_texts(person, question)}
        chosen = st.selectbox(
            "Plainte",
            list(listed),
            index=None,
            accept_new_options=True,
            placeholder="Choisir parmi celles qui attendent, ou écrire une référence",
            key=f"{key}_laquelle",
        )
        many = len(listed) == complaint_texts.MOST_LISTED
        st.caption(f"{OLDEST} {NOTED}" if many else NOTED)
        if not chosen:
            return
        found = [listed[chosen]] if chosen in listed else complaint_texts.find(person, chosen)
        for one in found:
            if chosen not in listed:  # several sites may have complaints with the typed reference
                st.markdown(f"**{escape_markdown(_label(one))}**")
            _complaint(one, f"{key}_{one.site}")
        if not found:
            st.info(NONE)


@st.fragment
@error_messages.show_failures(again=True)
@context.page_run()
def of_complaint(site: str, reference: str, key: str) -> None:
    """Draw the button that shows the text of one complaint; nothing for who may read no texts, or where it has none."""
    person = session.person()
    form_messages.show_outcome(f"{key}_effacer")
    if not complaint_texts.may_read(person):
        return
    for one in complaint_texts.find(person, reference):
        if one.site == site:
            st.markdown(f"**{WRITTEN}**")
            st.caption(NOTED)
            _complaint(one, f"{key}_{one.site}")


def _complaint(one: complaint_texts.ComplaintWithText, key: str) -> None:
    """Draw one complaint: a button that shows its text for one run, and the form that erases it."""
    person = session.person()
    if st.button("Lire", key=f"{key}_lire"):
        for words in complaint_texts.read(person, one.site, one.reference):
            st.markdown(f"«{french.SPACE}{escape_markdown(words)}{french.SPACE}»")
    if not complaint_texts.may_erase(person):
        return
    with st.form(f"{key}_effacement", border=True):
        st.text_input(
            "Pourquoi les effacer",
            max_chars=LONGEST,
            placeholder="par exemple : demande de l'usager",
            help="La plainte reste comptée. Effacés, ces mots ne se retrouvent plus.",
            key=f"{key}_pourquoi",
        )
        st.form_submit_button(
            "Effacer ces mots", on_click=_erase, args=(one.site, one.reference, key)
        )


def _erase(site: str, reference: str, key: str) -> None:
    """Callback: erase the text as the form says, and choose no complaint."""
    page = key.removesuffix(f"_{site}")
    with form_messages.record_outcome(
        f"{page}_effacer", f"Les mots de la plainte {reference} sont effacés."
    ):
        complaint_texts.erase(
            session.person(), site, reference, st.session_state.get(f"{key}_pourquoi", "")
        )
        st.session_state[f"{page}_laquelle"] = None


def _label(one: complaint_texts.ComplaintWithText) -> str:
    """A complaint in the list of choices."""
    return f"{one.reference}{french.SPACE}· {one.name}"
