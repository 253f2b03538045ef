"""Where a name leads: a page of ours, with the filters in force but for those that the link changes.

`static/ccsp-pages.js` follows it without loading the application anew; without it, it is an ordinary link.
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import urlencode

from dashboard.navigation import PAGES
from dashboard.panel import Link
from dashboard.ui import filter_state

Held = Iterable[tuple[str, str]]  # filters in force, that a link keeps


def address(link: Link, held: Held | None = None) -> str:
    """The address of a link, as seen from any page. held: the filters in force, unless given."""
    kept = filter_state.non_default() if held is None else dict(held)
    # What the link asks for is written though it be usual: an address without any filter would mean « keep them ».
    wanted = {name: v for name, v in {**kept, **dict(link.filters)}.items() if v}
    page = "" if link.page == PAGES[0].url_path else link.page
    return f"./{page}{'?' if wanted else ''}{urlencode(wanted)}"


def anchor(text: str, link: Link | None, held: Held | None = None) -> str:
    """The text, escaped, as the link if there is one: HTML."""
    words = escape(text)
    return f'<a href="{escape(address(link, held))}">{words}</a>' if link else words
