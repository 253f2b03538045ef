"""The menu: the pages that the person may open. Others are said to be another role's, to guests to be none."""

from collections.abc import Callable
from copy import copy
from functools import cache

import streamlit as st

from dashboard.accounts.rights import Person, may
from dashboard.navigation import (
    PAGES,
    PLAIN_PAGES,
    UNDERSTAND,
    NoPage,
    PageSpec,
    no_page,
    pages_of,
)


def page(url_path: str) -> st.Page:
    """The Streamlit page at a French address, to link to."""
    return next(_page(spec) for spec in PAGES if spec.url_path == url_path)


def open_page(person: Person) -> tuple[PageSpec | None, st.Page]:
    """Draw the menu, pages without section first. Return the page to run and its Streamlit page; None for the first where the
    person may not open it."""
    there = pages_of(person)
    pages = {spec: _page(spec) if spec in there else _none(person, spec) for spec in PAGES}
    if PAGES[0] not in there:  # the home page redirects to the first page there is
        listed = [spec for spec in there if spec.is_listed]
        first = min(listed, key=lambda spec: spec.section == UNDERSTAND, default=None)
        pages[PAGES[0]] = _none(person, PAGES[0], first)
    sections: dict[str, list[st.Page]] = {}
    for spec, one in pages.items():
        # Pages that are not listed have no section: a section without listed pages would be empty.
        sections.setdefault(spec.section if one.visibility == "visible" else "", []).append(one)
    for spec in PLAIN_PAGES.values():
        if may(person, spec.right):
            shown = spec.is_listed_for(person)
            sections.setdefault(spec.section_for(person) if shown else "", []).append(
                copy(_elsewhere(spec, shown))
            )
    chosen = st.navigation(sections, position="top")
    found = next((spec for spec, one in pages.items() if one == chosen), None)
    return found if found in there else None, chosen


def _page(spec: PageSpec) -> st.Page:
    """The Streamlit page of a spec."""
    return copy(_registered(spec))  # a copy, since Streamlit marks it as allowed for this run


def _none(person: Person, spec: PageSpec, instead: PageSpec | None = None) -> st.Page:
    """The Streamlit page at an address that the person may not open: what is said there, or a redirect to `instead`."""
    return copy(_absent(spec, no_page(person, spec.url_path), instead))


@cache
def _registered(spec: PageSpec) -> st.Page:
    """The Streamlit page of a spec, cached, since Streamlit looks up its file."""
    return _at(spec, spec.path, spec.title, listed=spec.is_listed)


@cache
def _elsewhere(spec: PageSpec, listed: bool) -> st.Page:
    """The entry of a page that Streamlit does not draw, hidden for who does not have it in the menu. The page's script loads it
    (static/ccsp-pages.js); without it there is a link."""

    def link() -> None:
        st.title(spec.heading, anchor=False)
        st.html(f'<p><a href="/{spec.url_path}" target="_self">Ouvrir « {spec.title} »</a></p>')

    return _at(spec, link, spec.title, listed=listed)


@cache
def _absent(spec: PageSpec, said: NoPage, instead: PageSpec | None) -> st.Page:
    def missing() -> None:
        st.title(said.title, anchor=False)
        st.markdown(said.sentence)
        st.html(f'<p><a href="{said.address}" target="_self">{said.link}</a></p>')

    return _at(spec, _redirect_to(instead) if instead else missing, said.title, listed=False)


def _at(spec: PageSpec, what: str | Callable[[], None], title: str, *, listed: bool) -> st.Page:
    return st.Page(
        what,
        title=title,
        url_path=spec.url_path,
        default=spec == PAGES[0],
        visibility="visible" if listed else "hidden",
    )


def _redirect_to(spec: PageSpec) -> Callable[[], None]:
    return lambda: st.switch_page(page(spec.url_path))
