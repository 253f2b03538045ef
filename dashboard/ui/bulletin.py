"""What the month says on the screen: two sentences; the bulletin on demand, each line with its n and a link to its chart."""

from html import escape

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers import bulletin
from dashboard.answers.network import site_names
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.bulletin import Line
from dashboard.panel import Link
from dashboard.ui import filter_state
from dashboard.ui.links import anchor

SERIES, CHOSEN = (
    "serie",
    "choisie",
)  # in the address: that the chart is to be of the filters, be they the usual ones


def findings(person: Person, question: Question) -> None:
    """The two sentences under the headline."""
    said = "".join(f"<li>{escape(one)}</li>" for one in bulletin.findings(person, question))
    st.html(f'<ul class="ccsp-findings">{said}</ul>')


def folded(person: Person, question: Question) -> None:
    """The bulletin, and its text to take away."""
    lines = bulletin.lines(person, question, filter_state.period())
    codes = {name: code for code, name in site_names(person, question).items()}
    with st.expander("Le bulletin du mois"):
        said = "".join(f"<li>{escape(line.text)} {_way(line, codes)}</li>" for line in lines)
        st.html(f'<ul class="ccsp-bulletin">{said}</ul>')
    with st.expander("Texte à copier"):
        st.code("\n".join(line.text for line in lines), language=None, wrap_lines=True)


def _way(line: Line, codes: dict[str, str]) -> str:
    """To the chart that shows a line, drawn beside the bulletin; the filters are kept."""
    if not line.anchor:
        return ""
    n = f" (sur {french.number(line.n)})" if line.n else ""
    of = f", {line.site}" if line.site else ""
    words = f"Voir la courbe{french.SPACE}: {BY_CODE[line.anchor].short}{of}{n}"
    series = (("indicateur", line.anchor), ("centre", codes.get(line.site, "")), (SERIES, CHOSEN))
    return anchor(words, Link("signaux", series))
