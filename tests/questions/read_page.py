"""A page as somebody reads it: its address opened by who asks, with every fold open; and what an answer must look like there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from unittest.mock import patch
from urllib.parse import parse_qsl, unquote, urlsplit

from dashboard.accounts.rights import Person
from dashboard.accounts.session_cache import UNKNOWN
from dashboard.request_identity import SESSION_CACHE
from dashboard.web.plain_answers import PageRequest
from dashboard.web.routes import find_route
from tests.pages import app
from tests.pages.app import Read

SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\n\t"), " ")
# What a page says where a figure is not known, or too few to be told.
MISSING = (
    r"(non mesuré|non remonté|non renseigné|pas à jour|trop peu|—|sans objet|masqué|aucune?\b)"
)


def plain(text: str) -> str:
    """With ordinary spaces, each once, and without what Markdown hides."""
    return " ".join(text.translate(SPACES).replace("\\", "").replace("**", "").split())


@dataclass(frozen=True)
class Page:
    """What stands on a page. text: outside of tables; cards: value and sentence by label."""

    text: str
    tables: tuple[Read, ...]
    cards: dict[str, tuple[str, str]]

    def rows(self, *heads: str) -> list[list[str]]:
        """The rows of every table that has these headings, cut to them."""
        return [
            [plain(row[head.index(one)]) for one in heads]
            for table in self.tables
            if set(heads) <= set(head := [plain(cell) for cell in table.head])
            for row in table.rows
            if len(row) == len(head)
        ]


def opened(who: Person, address: str) -> Page:
    """The page at an address, as that person has it."""
    parts = urlsplit(address)
    if route := find_route(parts.path):
        scope = {"query_string": parts.query.encode()}
        markup = str(route.body(PageRequest(who, UNKNOWN, scope)))
        return Page(plain(app.plain(markup)), tuple(app.read_markup(markup)), {})
    with patch.object(SESSION_CACHE, "person_from_header", lambda header: who):
        at = app.visit_page(
            unquote(parts.path.strip("/")) or "carte", **dict(parse_qsl(parts.query))
        )
        at = app.sound(app.unfold(at))
    cards = {plain(c.label): (plain(c.value), plain(c.beside)) for c in app.cards(at)}
    return Page(plain(" ".join(app.words(at))), tuple(app.read_tables(at)), cards)


Check = Callable[[Page], str]  # what is wrong, "" for nothing


def _value(wanted: str | None) -> re.Pattern[str]:
    """What a cell begins with: the value, a lower bound or not, and after it what it rests on."""
    if wanted is None:
        return re.compile(MISSING, re.I)
    return re.compile(
        rf"(au moins )?{re.escape(plain(wanted))}(?=$|[^\d,]|[\d ]+ (sur|cas|en|pour)\b)"
    )


def cell(row: str, heading: str, wanted: str | None, named: str = "") -> Check:
    """A table says it in the row that begins with a name, under a heading. wanted: None for a figure that is not known; named:
    the heading of the names, "" for the first."""

    def check(page: Page) -> str:
        found = [
            cells[head.index(heading)]
            for table in page.tables
            if heading in (head := [plain(one) for one in table.head])
            for raw in table.rows
            if len(raw) == len(head) and (cells := [plain(one) for one in raw])
            if _is(row, cells[head.index(named) if named else 0])
        ]
        good = any(_value(wanted).match(one) for one in found)
        return "" if good else f"« {row} », « {heading} » : {found or 'no such row'}, not {wanted}"

    return check


def _is(name: str, said: str) -> bool:
    """Whether a cell names it, perhaps with more after it."""
    return said == name or (
        said.startswith(name) and not said[len(name)].isalpha() and said[len(name)] not in " -'"
    )


def first(names: set[str], *heads: str, skipped: tuple[str, ...] = ("L'ensemble",)) -> Check:
    """The table with these headings begins with one of the names, its first heading's."""

    def check(page: Page) -> str:
        rows = [row for row in page.rows(*heads) if row[0] not in skipped]
        good = bool(rows) and rows[0][0] in names
        return "" if good else f"{heads}: begins with {rows[:1]}, not {sorted(names)}"

    return check


def card(label: str, wanted: str | None) -> Check:
    """A headline figure."""

    def check(page: Page) -> str:
        found = page.cards.get(label, ("no such card", ""))[0]
        good = bool(_value(wanted).match(found))
        return "" if good else f"card « {label} »: {found}, not {wanted}"

    return check


def says(*texts: str) -> Check:
    """The page says one of these texts, outside of its tables."""

    def check(page: Page) -> str:
        wanted = [plain(text) for text in texts]
        return "" if any(text in page.text for text in wanted) else f"does not say: {wanted[:3]}"

    return check
