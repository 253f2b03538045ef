"""« Emporter le tableau »: the tables of a page as a workbook, made only when somebody asks for it."""

from collections.abc import Callable

import streamlit as st

from dashboard import french
from dashboard.answers.figures import whole
from dashboard.answers.network import freshness
from dashboard.exports import EXPORTS
from dashboard.exports.names import file_name
from dashboard.exports.xlsx import xlsx
from dashboard.ui import filters, frame, session, show
from dashboard.ui.navigation import ACTING, PageSpec
from dashboard.wording import who_reported


def button(spec: PageSpec) -> None:
    """At the foot of a page that has shown tables: its workbook, and the way to the presentation and the dossier of it."""
    if not any(p.table.columns for p in st.session_state[show.SHOWN].values()):
        return
    places = [filters.value(n) for n in ("departement", "centre") if n in spec.filters]
    name = file_name(spec.url_path, *places, on=filters.as_of())
    with st.container(horizontal=True, vertical_alignment="center", key="pied"):
        st.download_button(
            "Emporter le tableau (Excel)",
            data=workbook(spec),
            file_name=f"{name}.xlsx",
            mime=EXPORTS["xlsx"].media_type,
            key="emporter",
            on_click="ignore",
        )
        story = spec.story
        if story == "departement" and not filters.value("departement"):
            story = "national"
        if story:
            st.page_link(
                frame.page("presenter"),
                label="Présenter, ou emporter le dossier",
                width="content",
                query_params={"histoire": story},
            )


def workbook(spec: PageSpec) -> Callable[[], bytes]:
    """What makes the file, later and in another thread: so all that it needs of the session is taken here."""
    shown = st.session_state[
        show.SHOWN
    ]  # the very dict: a part of the page that runs again by itself renews its panels
    title, about, demo = spec.heading, known(spec), freshness(session.person()).demo
    return lambda: xlsx(title, about, tuple(shown.values()), demo=demo)


def known(spec: PageSpec) -> list[tuple[str, str]]:
    """What to know of the page's figures: (label, words) of its filters, who reported, how far the data go."""
    in_force = [
        (
            filters.NAMES[n],
            filters.period().label
            if n == "periode"
            else filters.options(n).get(filters.value(n), filters.value(n)),
        )
        for n in spec.filters
    ]
    site = filters.value("centre") or None if "centre" in spec.filters else None
    question = filters.question(tuple(n for n in ACTING if n in spec.filters), site=site)
    figures = whole(session.person(), question)
    as_of = freshness(session.person()).as_of
    return [
        *in_force,
        ("Remontées", who_reported(figures["visits"])),
        ("Données au", french.date_long(as_of) if as_of else "aucune donnée"),
    ]
