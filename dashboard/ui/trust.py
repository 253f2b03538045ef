"""The strip « Puis-je m'y fier ? » under figures."""
from collections.abc import Sequence

import streamlit as st

from dashboard import trust
from dashboard.access import Person
from dashboard.indicators import BY_CODE
from dashboard.ui import follow, store


def line(question: store.Question, person: Person, code: str) -> None:
    """The strip of one figure."""
    figures = store.figures(person, question, "nation")["nation"]
    st.caption(_plain(f"Puis-je m'y fier ? {trust.strip(code, figures, follow.ground(person, question))}"))


def table(question: store.Question, person: Person, codes: Sequence[str]) -> None:
    """The strips of several figures, one below the other, folded away."""
    figures = store.figures(person, question, "nation")["nation"]
    ground = follow.ground(person, question)
    with st.expander("Puis-je m'y fier ?"):
        st.markdown("\n".join(f"- **{BY_CODE[c].short}** : {_plain(trust.strip(c, figures, ground))}" for c in codes))


def _plain(text: str) -> str:
    """Names come from data: nothing in them may act as Markdown."""
    return "".join("\\" + c if c in "\\`*_{}[]<>#$~|" else c for c in text)
