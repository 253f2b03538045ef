"""The month in words: two sentences, and on demand the bulletin, each line with its number of cases and a link to its chart."""

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
)  # URL parameter: the chart is that of the filters, even if these are the default


def findings(person: Person, question: Question) -> None:
    """Draw the two sentences under the headline."""
    said = "".join(f"<li>{escape(one)}</li>" for one in bulletin.findings(person, question))
    st.html(f'<ul class="ccsp-findings">{said}</ul>')


def bulletin_section(person: Person, question: Question) -> None:
    """Draw the bulletin, folded, and its text to copy."""
    lines = bulletin.lines(person, question, filter_state.period())
    codes = {name: code for code, name in site_names(person, question).items()}
    with st.expander("Le bulletin du mois"):
        said = "".join(f"<li>{escape(line.text)} {_chart_link(line, codes)}</li>" for line in lines)
        st.html(f'<ul class="ccsp-bulletin">{said}</ul>')
    with st.expander("Texte à copier"):
        st.code("\n".join(line.text for line in lines), language=None, wrap_lines=True)


def _chart_link(line: Line, codes: dict[str, str]) -> str:
    """The link to the chart that a line of the bulletin is about, with the filters in force. codes: of sites by name."""
    if not line.anchor:
        return ""
    n = f" (sur {french.number(line.n)})" if line.n else ""
    of = f", {line.site}" if line.site else ""
    words = f"Voir la courbe{french.SPACE}: {BY_CODE[line.anchor].short}{of}{n}"
    series = (("indicateur", line.anchor), ("centre", codes.get(line.site, "")), (SERIES, CHOSEN))
    return anchor(words, Link("signaux", series))
