"""« Emporter le tableau »: the tables of a page as a workbook, made only when somebody asks for it."""
import re
import unicodedata
from collections.abc import Callable
from datetime import date

import streamlit as st

from dashboard import french
from dashboard.exports.xlsx import xlsx
from dashboard.navigation import PageSpec
from dashboard.ui import filters, frame, session, show, store
from dashboard.wording import who_reported

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACTING = ("departement", "type", "prestation")  # filters that a question of the store takes, besides period and site


TOLD = {"carte": "national", "departement": "departement", "site": "site", "attentes": "attentes", "plaintes": "plaintes"}


def button(spec: PageSpec) -> None:
    """At the foot of a page that has shown tables: its workbook, and the way to the presentation and the dossier of it."""
    if not any(p.table for p in st.session_state[show.SHOWN].values()):
        return
    places = [filters.value(n) for n in ("departement", "centre") if n in spec.filters]
    name = file_name(spec.url_path, *places, on=filters.as_of())
    with st.container(horizontal=True, vertical_alignment="center", key="pied"):
        st.download_button("Emporter le tableau (Excel)", data=workbook(spec), file_name=f"{name}.xlsx", mime=MIME,
                           key="emporter", on_click="ignore")
        story = TOLD.get(spec.url_path)
        if story == "departement" and not filters.value("departement"):
            story = "national"
        if story:
            st.page_link(frame.pages_by_name()["presenter"], label="Présenter, ou emporter le dossier", width="content",
                         query_params={"histoire": story})


def workbook(spec: PageSpec) -> Callable[[], bytes]:
    """What makes the file, later and in another thread: so all that it needs of the session is taken here."""
    shown = st.session_state[show.SHOWN]  # the very dict: a part of the page that runs again by itself renews its panels
    title, about, demo = spec.heading, known(spec), store.freshness().demo
    return lambda: xlsx(title, about, tuple(shown.values()), demo=demo)


def known(spec: PageSpec) -> list[tuple[str, str]]:
    """What to know of the page's figures: (label, words) of its filters, who reported, how far the data go."""
    said = [(filters.NAMES[n], filters.period().label if n == "periode" else
             filters.options(n).get(filters.value(n), filters.value(n))) for n in spec.filters]
    site = filters.value("centre") or None if "centre" in spec.filters else None
    question = filters.question(tuple(n for n in ACTING if n in spec.filters), site=site)
    whole = store.figures(session.person(), question, "nation")["nation"]
    as_of = store.freshness().as_of
    return [*said, ("Remontées", who_reported(whole["visits"])),
            ("Données au", french.date_long(as_of) if as_of else "aucune donnée")]


def file_name(*parts: str, on: date) -> str:
    """« ccsp-departement-zou-2026-11-23 »: letters that every disk takes, without extension."""
    plain = unicodedata.normalize("NFKD", "-".join(p for p in parts if p)).encode("ascii", "ignore").decode().lower()
    return f"ccsp-{re.sub('[^a-z0-9]+', '-', plain)[:80].strip('-')}-{on.isoformat()}"
