"""The bulletin of a period: what the data allow to say, each sentence with its n and the chart that shows it."""
import pandas as pd
import streamlit as st

from dashboard import bulletin, french
from dashboard.access import Person
from dashboard.indicators import BY_CODE
from dashboard.ui import filters, follow, store
from dashboard.ui.escape import escaped

ARTICLES = {"Collines": "les", "Donga": "la"}  # the others are masculine


def situation(person: Person, question: store.Question, table: pd.DataFrame) -> bulletin.Situation:
    """All that the bulletin is written from."""
    names = dict(zip(table["code"], table["name"], strict=True))
    scope = question.department or "nation"
    by_site = store.figures(person, question, "site")
    found = follow.signals(person, [scope, *names])
    return bulletin.Situation(
        filters.period(), _in_words(question.department), store.figures(person, question, "nation")["nation"],
        {} if question.kind else found.get(scope, {}), {names[c]: found[c] for c in names if c in found},
        follow.ground(person, question),
        tuple(sorted(names[c] for c, f in by_site.items() if f["visits"].n and not f["wait_p50"].n)))


def _in_words(department: str | None) -> str:
    if department is None:
        return "le réseau"
    if department in ARTICLES:
        return f"{ARTICLES[department]} {department}"
    return french.elide("le", department)


def show(person: Person, question: store.Question, table: pd.DataFrame) -> None:
    """The lines, and a text to take away."""
    lines = bulletin.write(situation(person, question, table))
    st.markdown("\n".join(f"- {escaped(line.text)}{_foot(line)}" for line in lines))
    with st.expander("Texte à copier"):
        st.code("\n".join(line.text for line in lines), language=None, wrap_lines=True)


def _foot(line: bulletin.Line) -> str:
    parts = [f"n = {french.number(line.n)}"] if line.n else []
    if line.anchor:
        parts.append(f"carte : {BY_CODE[line.anchor].short}")
    return f" :gray[({', '.join(parts)})]" if parts else ""
