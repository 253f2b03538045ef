"""The menu: the pages that Streamlit knows, and the way to each."""

from copy import copy
from functools import cache

import streamlit as st

from dashboard.ui.navigation import PAGES, PageSpec


def pages() -> dict[PageSpec, st.Page]:
    """Every page, in the order of PAGES."""
    return {spec: _page(i, spec) for i, spec in enumerate(PAGES)}


def page(url_path: str) -> st.Page:
    """The page of that French address, to link to."""
    return next(_page(i, spec) for i, spec in enumerate(PAGES) if spec.url_path == url_path)


def _page(at: int, spec: PageSpec) -> st.Page:
    return copy(_registered(at, spec))  # Streamlit notes on a page that this run may open it


@cache
def _registered(at: int, spec: PageSpec) -> st.Page:
    """A page, for which Streamlit looks its file up."""
    return st.Page(
        spec.path,
        title=spec.title,
        url_path=spec.url_path,
        default=at == 0,
        visibility="visible" if spec.listed else "hidden",
    )


def open_page(pages: dict[PageSpec, st.Page]) -> PageSpec:
    """Draw the menu: pages side by side, those of a section under its name; returns the page to run."""
    sections: dict[str, list[st.Page]] = {}
    for spec, page in pages.items():
        sections.setdefault(spec.section, []).append(page)
    chosen = st.navigation(sections, position="top")
    return next(spec for spec, page in pages.items() if page == chosen)
