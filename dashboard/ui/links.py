"""Links to pages of ours, with the filters in force except those that the link sets.

`static/ccsp-pages.js` follows them without reloading the application; without it, they are ordinary links.
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import urlencode

from dashboard.navigation import PAGES
from dashboard.panel import Link
from dashboard.ui import filter_state

Held = Iterable[tuple[str, str]]  # filters in force, kept by a link


def address(link: Link, held: Held | None = None) -> str:
    """The address of a link, relative to any page. held: the filters in force, unless given."""
    kept = filter_state.non_default() if held is None else dict(held)
    # The link's filters are written even at their default: an address without any would keep those in force.
    wanted = {name: v for name, v in {**kept, **dict(link.filters)}.items() if v}
    page = "" if link.page == PAGES[0].url_path else link.page
    return f"./{page}{'?' if wanted else ''}{urlencode(wanted)}"


def anchor(text: str, link: Link | None, held: Held | None = None) -> str:
    """The text, escaped, as an HTML link where there is one."""
    words = escape(text)
    return f'<a href="{escape(address(link, held))}">{words}</a>' if link else words
