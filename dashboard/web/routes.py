"""ROUTES: pages of plain HTML that are answered behind the gate without Streamlit, one entry each.

Before: `dashboard.navigation`. After: `dashboard.web.plain_pages`, which answers them; `dashboard.web.sign_in_addresses`, which
leads back to them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Scope

from dashboard.accounts.rights import Person, may
from dashboard.accounts.session_cache import CachedSession
from dashboard.navigation import PAGES, PageSpec, pages_of


@dataclass(frozen=True)
class PageRequest:
    """A request for a plain page. person: who asks; session: the person's, as last read (UNKNOWN where nobody signs in)."""

    person: Person
    session: CachedSession
    scope: Scope


@dataclass(frozen=True)
class Route:
    """A plain page. page: its address, its menu entry and the right that it needs; body: returns its HTML below the heading,
    made by a template (other text is escaped); called in a thread."""

    page: PageSpec
    body: Callable[[PageRequest], str]


ROUTES: tuple[Route, ...] = ()


def find_route(path: str) -> Route | None:
    """The route at a path; None where there is none."""
    name = path.strip("/")
    return next((route for route in ROUTES if route.page.url_path == name), None)


def page_names() -> frozenset[str]:
    """The addresses of all pages, without the slash."""
    return frozenset(page.url_path for page in (*PAGES, *(route.page for route in ROUTES)))


def menu_of(person: Person) -> dict[str, list[PageSpec]]:
    """The menu of a person, by section ("" for pages beside the sections): the listed pages that the person may open."""
    menu: dict[str, list[PageSpec]] = {}
    plain = (route.page for route in ROUTES if may(person, route.page.right))
    for page in (*pages_of(person), *plain):
        if page.is_listed:
            menu.setdefault(page.section, []).append(page)
    return menu
