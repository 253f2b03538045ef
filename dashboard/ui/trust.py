"""The strip « Puis-je m'y fier ? » under figures."""
from collections.abc import Sequence

import streamlit as st

from dashboard import trust
from dashboard.access import Person
from dashboard.indicators import BY_CODE
from dashboard.ui import follow, store
from dashboard.ui.escape import escaped


def table(question: store.Question, person: Person, codes: Sequence[str]) -> None:
    """The strips of several figures, one below the other, folded away."""
    figures = store.figures(person, question, "nation")["nation"]
    ground = follow.ground(person, question)
    with st.expander("Puis-je m'y fier ?"):
        st.markdown("\n".join(f"- **{BY_CODE[c].short}** : {escaped(trust.strip(c, figures, ground))}" for c in codes))
