"""The bulletin of a period: what the data allow to say, each sentence with its n and a link to its chart."""
import pandas as pd
import streamlit as st

from dashboard import bulletin, french
from dashboard.access import Person
from dashboard.indicators import BY_CODE
from dashboard.period import Clipped
from dashboard.ui import filters, follow, frame, store
from dashboard.ui.escape import escaped

ARTICLES = {"Collines": "les", "Donga": "la"}  # the others are masculine
STYLE = """<style>
.st-key-bulletin [data-testid=stPageLink] a{background:none;padding:0 0 .6rem 1.5rem;min-height:0}
.st-key-bulletin [data-testid=stPageLink] a p{font-weight:400;font-size:.86rem;white-space:normal;text-decoration:underline}
.st-key-bulletin [data-testid=stPageLink] a span{white-space:normal;overflow:visible}
.st-key-bulletin li{margin-bottom:0}
[data-testid=stColumn]:has(.st-key-serie_zone){position:sticky;top:3.5rem;align-self:flex-start}
</style>"""
KINDS = {"CCSP": "les CCSP", "GSRU": "les guichets GSRU"}


def situation(person: Person, question: store.Question, table: pd.DataFrame, period: Clipped | None = None
              ) -> bulletin.Situation:
    """All that the bulletin is written from. period: by default the filters'."""
    names = dict(zip(table["code"], table["name"], strict=True))
    scope = question.site or question.department or "nation"
    words = f"le {names[question.site]}" if question.site in names else in_words(question.department, question.kind)
    by_site = store.figures(person, question, "site")
    found = follow.signals(person, [scope, *names])
    return bulletin.Situation(
        period or filters.period(), words, store.figures(person, question, "nation")["nation"],
        None if question.kind else found.get(scope, {}),
        {} if question.site else {names[c]: found[c] for c in names if c in found}, follow.ground(person, question),
        tuple(sorted((names[c] for c, f in by_site.items() if f["visits"].n and not f["wait_p50"].n),
                     key=french.alphabetical)))


def in_words(department: str | None, kind: str | None = None) -> str:
    """The scope of filters, with its article: « le réseau », « les Collines », « les CCSP du Zou »."""
    article = ARTICLES.get(department, "le")
    if department is None:
        return KINDS[kind] if kind else "le réseau"
    if kind is None:
        return french.elide(article, department)
    bare = french.elide(article, department)
    of = {"le": f"du {department}", "les": f"des {department}"}.get(bare.split()[0], f"de {bare}")
    return f"{KINDS[kind]} {of}"


def show(person: Person, question: store.Question, table: pd.DataFrame) -> None:
    """The lines, and a text to take away."""
    lines = bulletin.write(situation(person, question, table))
    codes = dict(zip(table["name"], table["code"], strict=True))
    st.html(STYLE)
    with st.container(key="bulletin", gap=None):
        for line in lines:
            of = f"n = {french.number(line.n)}" if line.n else ""
            st.markdown(f"- {escaped(line.text)}{f' :gray[({of})]' if of and not line.anchor else ''}")
            if line.anchor:
                drawn = "courbe" if question.kind and not line.site else "carte de contrôle"
                _link(line, ", ".join(p for p in (of, f"{drawn} : {BY_CODE[line.anchor].short}", line.site) if p), codes)
    with st.expander("Texte à copier"):
        st.code("\n".join(line.text for line in lines), language=None, wrap_lines=True)


def _link(line: bulletin.Line, words: str, codes: dict[str, str]) -> None:
    """To the chart that shows a line, drawn beside the bulletin; the filters are kept."""
    wanted = {name: filters.value(name) for name in filters.DEFAULTS}
    wanted |= {"indicateur": line.anchor, "centre": codes.get(line.site, "")}
    st.page_link(frame.pages_by_name()["signaux"], label=escaped(words),
                 # The indicator always: an address without any filter would mean « keep them as they are ».
                 query_params={n: v for n, v in wanted.items() if n == "indicateur" or v != filters.DEFAULTS[n]})
