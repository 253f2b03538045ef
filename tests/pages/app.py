"""The application without a browser, for the tests of pages: opened by a link, gone through, read."""

import json
import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from html.parser import HTMLParser
from unittest.mock import patch

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner
from streamlit.util import calc_hash

from dashboard.accounts.rights import LOCAL_READER
from dashboard.navigation import PAGES
from dashboard.request_identity import SESSION_CACHE
from dashboard.settings import ROOT
from dashboard.ui import url_parameters

# For each session it opens, Streamlit reads what every installed package says of itself, in search of components: four times as
# long as a page takes. What is installed does not change under the tests, so it is read once.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

# A run is waited for by asking a thousand times a second whether it has ended, each time at its cost: its thread says when.
_ask = local_script_runner.require_widgets_deltas


def _wait(runner: local_script_runner.LocalScriptRunner, timeout: float) -> None:
    runner._script_thread.join(timeout)
    _ask(runner, timeout)


local_script_runner.require_widgets_deltas = _wait

# There is no gate around it that would say who asks: whoever sits at the machine itself.
SESSION_CACHE.person_from_header = lambda header: LOCAL_READER

BY_ADDRESS = {spec.url_path: spec for spec in PAGES}
WRITTEN = (
    "title",
    "header",
    "subheader",
    "markdown",
    "caption",
    "text",
    "info",
    "warning",
    "error",
)


def visit_page(page: str = "carte", **wanted: str) -> AppTest:
    """The application opened at a page by a link with these filters."""
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30)
    for name, value in wanted.items():
        at.query_params[name] = value
    # What `switch_page` sets, once a first run has told it the pages: a link leads straight to one.
    at._page_hash = "" if page == "carte" else calc_hash(page)
    return at.run()


def go(at: AppTest, page: str) -> AppTest:
    """Another page in the same session."""
    at.switch_page(BY_ADDRESS[page].path)
    return at.run()


def back(at: AppTest, **wanted: str) -> AppTest:
    """The address before, as the browser's history has it, on the same page: without a browser nobody tells of history."""
    at.query_params.clear()
    at.query_params.update(wanted)
    asked = url_parameters._request
    with patch.object(url_parameters, "_request", lambda: (asked()[0], True)):
        return at.run()


def unfold(at: AppTest) -> AppTest:
    """The page with every fold opened, as a reader who opens one after the other has it in the end."""
    for fold in at.get("expander"):
        if fold.proto.id:
            at.session_state[fold.proto.id.split("-", 2)[2]] = True
    return at.run()


def link(at: AppTest) -> dict[str, str]:
    """The filters that the address holds."""
    return {name: v if isinstance(v, str) else v[-1] for name, v in at.query_params.items()}


def words(at: AppTest) -> list[str]:
    """Everything written on the page outside charts and tables."""
    found = [e.value for kind in WRITTEN for e in at.get(kind)]
    found += [plain(e.proto.body) for e in at.get("html") if "<table" not in e.proto.body]
    for e in at.get("expander"):
        found.append(e.label)
    return found + widget_words(at)


def widget_words(at: AppTest) -> list[str]:
    """The words of widgets: labels, choices, help."""
    found: list[str] = []
    for widget in [*at.selectbox, *at.button, *at.get("button_group"), *at.date_input]:
        found += [widget.label, getattr(widget, "help", ""), getattr(widget, "placeholder", "")]
        found += getattr(widget, "options", [])
    return [w for w in found if w]


def plain(markup: str) -> str:
    """The words of HTML."""
    return unescape(re.sub(r"<[^>]*>", " ", markup))


def heading(at: AppTest) -> str:
    """The heading of the page; the opening page's is for who hears it."""
    heard = [m for e in at.get("html") for m in re.findall(r"<h1[^>]*>(.*?)</h1>", e.proto.body)]
    (found,) = [*(t.value for t in at.title), *map(plain, heard)]
    return found.replace("\\", "")


@dataclass
class Card:
    """A headline figure as it is read."""

    label: str
    value: str
    beside: str
    help: str


CARD = re.compile(
    r'<section class="ccsp-card[^"]*" aria-label="(.*?)">.*?class="ccsp-help">(.*?)</div>'
    r"<strong[^>]*>(.*?)</strong>.*?<p>(.*?)</p></section>"
)


def cards(at: AppTest) -> list[Card]:
    """The headline figures of the page, in their order."""
    found = [m for e in at.get("html") for m in CARD.findall(e.proto.body)]
    return [Card(*map(plain, (label, value, beside, told))) for label, told, value, beside in found]


@dataclass
class Read:
    """A table as it is read: headings, rows of words, and the addresses that rows lead to."""

    head: list[str]
    rows: list[list[str]]
    links: list[str]

    def column(self, name: str) -> list[str]:
        """What stands below a heading."""
        return [row[self.head.index(name)] for row in self.rows]

    @property
    def text(self) -> str:
        """All its words."""
        return "\n".join("\t".join(row) for row in [self.head, *self.rows])


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Read] = []
        self.row: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.found.append(Read([], [], []))
        elif tag == "tr":
            self.row = []
        elif tag in ("td", "th") and self.row is not None:
            self.row.append("")
        elif tag == "a" and self.row is not None:
            self.found[-1].links.append(dict(attrs)["href"] or "")

    def handle_data(self, data: str) -> None:
        if self.row:
            self.row[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr" and self.row is not None:
            table = self.found[-1]
            if table.head:
                table.rows.append(self.row)
            else:
                table.head = self.row
            self.row = None


def read_tables(at: AppTest) -> list[Read]:
    """The tables of the page, in their order."""
    return [table for element in at.get("html") for table in read_markup(element.proto.body)]


def read_markup(markup: str) -> list[Read]:
    """The tables of a piece of HTML."""
    reader = _Tables()
    reader.feed(markup)
    return reader.found


def tables(at: AppTest) -> str:
    """Everything in the tables of the page, as text."""
    return "\n".join(table.text for table in read_tables(at))


def sound(at: AppTest) -> AppTest:
    """The page, which shows no failure of any kind."""
    assert not at.exception, [e.value for e in at.exception]
    assert not at.error, [e.value for e in at.error]
    assert "Traceback" not in "\n".join(words(at))
    return at


def payload(at: AppTest) -> dict:
    """What the map's frame is given."""
    return json.loads(at.get("component_instance")[0].proto.json_args)


def drawn(at: AppTest) -> dict:
    """The payload of the map, as the browser decodes it."""
    inside = re.search(r"JSON\.parse\('(.*?)'\)", payload(at)["feature_group"]).group(1)
    return json.loads(re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), inside))


def everything(at: AppTest) -> str:
    """All that the page says: words, tables, charts, the map."""
    charts = " ".join(str(c.proto) for c in at.get("vega_lite_chart"))
    maps = [json.dumps(drawn(at), ensure_ascii=False) for _ in at.get("component_instance")]
    return "\n".join([*words(at), tables(at), charts, *maps])
