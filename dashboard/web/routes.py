"""ROUTES: pages of plain HTML that are answered behind the gate without Streamlit, one entry each.

Before: `dashboard.navigation`. After: `dashboard.web.plain_pages`, which answers them; `dashboard.web.sign_in_addresses`, which
leads back to them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.accounts.rights import Person, may
from dashboard.navigation import PAGES, PLAIN_PAGES, PageSpec, pages_of
from dashboard.web import hand_in_pages, reference_pages, search_pages
from dashboard.web.plain_answers import PageRequest, PlainAnswer


@dataclass(frozen=True)
class Route:
    """A plain page. page: its address, its menu entry and the right that it needs; body: returns its HTML below the heading,
    made by a template (other text is escaped), or an answer of another kind; called in a thread. takes_forms: whether forms are
    sent to it and to the addresses below it. large: begins the addresses below it at which a whole file is held; after them
    memory is given back, which stops everybody for a moment."""

    page: PageSpec
    body: Callable[[PageRequest], str | PlainAnswer]
    takes_forms: bool = False
    large: str = ""


ROUTES: tuple[Route, ...] = (
    Route(PLAIN_PAGES["remonter"], hand_in_pages.answer, takes_forms=True, large="apercu/"),
    Route(PLAIN_PAGES["referentiel"], reference_pages.answer, takes_forms=True),
    Route(PLAIN_PAGES["chercher"], search_pages.answer, takes_forms=True),
)


def find_route(path: str) -> Route | None:
    """The route at a path, or of the page above it; None where there is none."""
    name, _, rest = path.strip("/").partition("/")
    return next(
        (
            route
            for route in ROUTES
            if route.page.url_path == name and (route.takes_forms or not rest)
        ),
        None,
    )


def page_names() -> frozenset[str]:
    """The addresses of all pages, without the slash."""
    return frozenset(page.url_path for page in (*PAGES, *(route.page for route in ROUTES)))


def menu_of(person: Person) -> dict[str, list[PageSpec]]:
    """The menu of a person, by section ("" for pages beside the sections): the listed pages that the person may open."""
    menu: dict[str, list[PageSpec]] = {}
    plain = (route.page for route in ROUTES if may(person, route.page.right))
    for page in (*pages_of(person), *plain):
        if page.is_listed_for(person):
            menu.setdefault(page.section_for(person), []).append(page)
    return menu
