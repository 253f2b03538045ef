"""The application without a browser, for the tests of pages: opened by a link, gone through, read."""

import json
import re

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard.settings import ROOT
from dashboard.ui.navigation import PAGES

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


def visit_page(address: str = "carte", **wanted: str) -> AppTest:
    """The application opened at a page by a link with these filters."""
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30)
    for name, value in wanted.items():
        at.query_params[name] = value
    # What `switch_page` sets, once a first run has told it the pages: a link leads straight to one.
    at._page_hash = "" if address == "carte" else calc_hash(address)
    return at.run()


def go(at: AppTest, address: str) -> AppTest:
    """Another page in the same session."""
    at.switch_page(BY_ADDRESS[address].path)
    return at.run()


def link(at: AppTest) -> dict[str, str]:
    """The filters that the address holds."""
    return {name: v if isinstance(v, str) else v[-1] for name, v in at.query_params.items()}


def words(at: AppTest) -> list[str]:
    """Everything written on the page outside charts and tables."""
    found = [e.value for kind in WRITTEN for e in at.get(kind)]
    for m in at.metric:
        found += [m.label, m.value, m.delta]
    for e in at.get("expander"):
        found.append(e.label)
    return found + widget_words(at)


def widget_words(at: AppTest) -> list[str]:
    """The words of widgets: labels, choices, help."""
    found = [m.help for m in at.metric]
    for widget in [*at.selectbox, *at.button, *at.get("button_group"), *at.date_input]:
        found += [widget.label, getattr(widget, "help", ""), getattr(widget, "placeholder", "")]
        found += getattr(widget, "options", [])
    return [w for w in found if w]


def tables(at: AppTest) -> str:
    """Everything in the tables of the page, as text."""
    return "\n".join(frame.value.to_csv() for frame in at.dataframe)


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
