"""Tables of figures: what stands behind a map or a chart, in words, alphabetically."""
import streamlit as st

from dashboard.ui import show, store

SITE_COLUMNS = ("visits", "visits_per_day", "wait_p50", "wait_p90", "wait_within_30", "left", "satisfaction",
                "complaints_per_1000", "complaints_30d_due", "complaints_open", "completeness")


def sites(question: store.Question, person, codes: tuple[str, ...] = SITE_COLUMNS) -> None:
    """The question's sites side by side."""
    table = store.sites(person, question)
    names = dict(zip(table["code"], table["name"], strict=True))
    figures = store.figures(person, question, "site")
    if not figures:
        st.info("Aucun centre ne correspond à ces filtres.")
        return
    show.frame(show.by_key(figures, codes, names, "Centre"), key="table_centres", height=min(38 + 35 * len(figures), 460))
