"""The bulletin of a period on the screen: each sentence with its n and a link to its chart."""

from collections.abc import Sequence

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers.bulletin import lines as written
from dashboard.answers.network import names
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE
from dashboard.judgement.bulletin import FIRST, Line
from dashboard.ui import filters, menu
from dashboard.ui.escape import escaped

STYLE = """<style>
.st-key-bulletin [data-testid=stPageLink] a{background:none;padding:0 0 .6rem 1.5rem;min-height:0}
.st-key-bulletin [data-testid=stPageLink] a p{font-weight:400;font-size:.86rem;white-space:normal;text-decoration:underline}
.st-key-bulletin [data-testid=stPageLink] a span{white-space:normal;overflow:visible}
.st-key-bulletin li{margin-bottom:0}
[data-testid=stColumn]:has(.st-key-serie_zone){position:sticky;top:3.5rem;align-self:flex-start}
</style>"""


def show(person: Person, question: Question) -> None:
    """The first lines, the others on demand, and a text to take away."""
    lines = written(person, question, filters.period())
    codes = {name: code for code, name in names(person, question).items()}
    st.html(STYLE)
    with st.container(key="bulletin", gap=None):
        _lines(lines[:FIRST], codes, question)
        with st.expander("La suite du bulletin"):
            _lines(lines[FIRST:], codes, question)
    with st.expander("Texte à copier"):
        st.code("\n".join(line.text for line in lines), language=None, wrap_lines=True)


def _lines(lines: Sequence[Line], codes: dict[str, str], question: Question) -> None:
    for line in lines:
        st.markdown(f"- {escaped(line.text)}")
        if line.anchor:
            drawn = "courbe" if question.kind and not line.site else "courbe de suivi"
            parts = (f"Voir la {drawn} : {BY_CODE[line.anchor].short}", line.site)
            of = f" (n = {french.number(line.n)})" if line.n else ""
            _link(line, ", ".join(p for p in parts if p) + of, codes)


def _link(line: Line, words: str, codes: dict[str, str]) -> None:
    """To the chart that shows a line, drawn beside the bulletin; the filters are kept."""
    wanted = {name: filters.value(name) for name in filters.DEFAULTS}
    wanted |= {"indicateur": line.anchor, "centre": codes.get(line.site, "")}
    st.page_link(
        menu.page("signaux"),
        label=escaped(words),
        # The indicator always: an address without any filter would mean « keep them as they are ».
        query_params={
            n: v for n, v in wanted.items() if n == "indicateur" or v != filters.DEFAULTS[n]
        },
    )
