"""What surrounds every page: assets, banner, filters, menu; its looks are static/ccsp.css."""

from copy import copy
from functools import cache, lru_cache

import streamlit as st

from dashboard.answers.network import commune_outlines, freshness
from dashboard.answers.view import Moment, view
from dashboard.settings import ROOT, load
from dashboard.ui import assets, filters, session, show
from dashboard.ui.navigation import PAGES, PageSpec


@lru_cache(2)
def _assets(_moment: Moment) -> str | None:
    """Put the public files in place; the name of the communes' file, if the ministry loaded limits."""
    loaded = commune_outlines(session.person())
    boundaries = loaded.geojson if loaded else None
    assets.prepare(ROOT / "static", boundaries)
    return assets.communes_file(boundaries) if boundaries else None


def communes_file() -> str | None:
    """The script that holds the limits of communes, or None where none were loaded."""
    return _assets(view(session.person()).moment)


def pages() -> dict[PageSpec, st.Page]:
    """The pages of the menu, in the order of PAGES."""
    return {spec: _page(i, spec) for i, spec in enumerate(PAGES)}


def page(url_path: str) -> st.Page:
    """The page of that French address, to link to."""
    return next(_page(i, spec) for i, spec in enumerate(PAGES) if spec.url_path == url_path)


def _page(at: int, spec: PageSpec) -> st.Page:
    return copy(_registered(at, spec))  # Streamlit notes on a page that this run may open it


@cache
def _registered(at: int, spec: PageSpec) -> st.Page:
    """A page, for which Streamlit looks its file up."""
    return st.Page(spec.path, title=spec.title, url_path=spec.url_path, default=at == 0)


def open_page(pages: dict[PageSpec, st.Page]) -> PageSpec:
    """Draw the menu and run what comes before every page; returns the page to run."""
    sections: dict[str, list[st.Page]] = {}
    for spec, page in pages.items():
        sections.setdefault(spec.section, []).append(page)
    chosen = st.navigation(sections, position="top")
    return next(spec for spec, page in pages.items() if page == chosen)


def dress(spec: PageSpec) -> None:
    """Banner and filters of the page."""
    if load().logo:
        st.logo(load().logo)
    communes_file()
    show.start()
    filters.sync(spec.url_path)
    banner()
    filters.notices()
    with st.container(key="entete", horizontal=True, vertical_alignment="center"):
        st.title(spec.heading, anchor=False, width="content")
        if spec.filters:
            filters.bar(spec.filters)
    if spec.filters:
        filters.free_period()


def banner() -> None:
    """Fictitious or old data say so at the top of every page."""
    fresh = freshness(session.person())
    if fresh.empty:
        st.info(
            "La base ne contient encore aucune donnée. Remettre un fichier de registre : python -m db import FICHIER"
        )
        return
    words = []
    if fresh.demo:
        words.append("**Données fictives**, pour la démonstration : aucun chiffre n'est réel.")
    if fresh.warning:
        words.append(f"**Données anciennes** : {fresh.warning}.")
    if words:
        with st.container(key="bandeau"):
            st.markdown(" ".join(words))
