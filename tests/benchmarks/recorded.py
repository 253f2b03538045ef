"""A page as it was once, drawn again by the same calls and nothing else: what Streamlit itself costs.

`record` takes what a page sent; `draw`, run by floor.py, sends it again with widgets that change nothing.
"""

import io
import json
import os
import pickle
from functools import cache
from pathlib import Path

import pyarrow as pa
import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.LabelVisibility_pb2 import LabelVisibility

from dashboard.navigation import PAGES

PLACE = "CCSP_RECORDED"  # the variable that names the file
SIZES = {"h1": "title", "h2": "header", "h3": "subheader"}
SEEN = {
    LabelVisibility.VISIBLE: "visible",
    LabelVisibility.HIDDEN: "hidden",
    LabelVisibility.COLLAPSED: "collapsed",
}


def record(messages: list[ForwardMsg], file: Path) -> None:
    """Keep what a page has sent."""
    file.write_bytes(
        pickle.dumps([m.SerializeToString() for m in messages if m.WhichOneof("type") == "delta"])
    )


def key_of(identity: str) -> str | None:
    """The key in a widget's name, None where it has none."""
    return (
        identity.split("-", 2)[2]
        if identity.count("-") >= 2 and not identity.endswith("-None")
        else None
    )


def _label(one) -> dict:
    return {"label_visibility": SEEN[one.label_visibility.value]}


def _markdown(one) -> tuple:
    return (
        ("caption" if one.element_type == one.CAPTION else "markdown"),
        (one.body,),
        {"unsafe_allow_html": one.allow_html},
    )


def _segments(one) -> tuple:
    words = [o.content for o in one.options]
    return (
        "segmented_control",
        (one.label, words),
        {"default": words[one.default[0]], "key": key_of(one.id), "required": True, **_label(one)},
    )


def _spec(one) -> tuple:
    return (
        "vega_lite_chart",
        (_table(one.data.data), json.loads(one.spec)),
        {"width": "stretch", "theme": None, "key": key_of(one.id)},
    )


def _table(data: bytes) -> pa.Table:
    """As pages hand them over: Arrow, made once."""
    return pa.ipc.open_stream(io.BytesIO(data)).read_all()


ELEMENTS = {
    "html": lambda one: ("html", (one.body,), {}),
    "heading": lambda one: (SIZES[one.tag], (one.body,), {"anchor": False}),
    "markdown": _markdown,
    "vega_lite_chart": _spec,
    "button_group": _segments,
    "selectbox": lambda one: (
        "selectbox",
        (one.label, list(one.options)),
        {"key": key_of(one.id), **_label(one)},
    ),
    "checkbox": lambda one: (
        "toggle",
        (one.label,),
        {"key": key_of(one.id), "help": one.help or None},
    ),
    "text_input": lambda one: (
        "text_input",
        (one.label,),
        {"key": key_of(one.id), "placeholder": one.placeholder, "help": one.help or None},
    ),
    "alert": lambda one: ("info", (one.body,), {}),
    "download_button": lambda one: (
        "download_button",
        (one.label,),
        {"data": bytes, "key": key_of(one.id), "on_click": "ignore"},
    ),
    "page_link": lambda one: ("page_link", (), {"label": one.label, "width": "content"}),
}


@cache
def plan() -> list[tuple[tuple[int, ...], str, tuple, dict]]:
    """(place, call, arguments, settings) of everything on the page, in order. Raises KeyError for what is not known here."""
    found, weights = [], {}
    for data in pickle.loads(Path(os.environ[PLACE]).read_bytes()):
        message = ForwardMsg.FromString(data)
        place = tuple(message.metadata.delta_path)
        if message.delta.WhichOneof("type") == "new_element":
            kind = message.delta.new_element.WhichOneof("type")
            found.append((place, *ELEMENTS[kind](getattr(message.delta.new_element, kind))))
            continue
        block = message.delta.add_block
        kind = block.WhichOneof("type")
        if kind == "column":
            weights.setdefault(place[:-1], []).append(block.column.weight)
        elif kind == "expandable":
            found.append(
                (
                    place,
                    "expander",
                    (block.expandable.label,),
                    {
                        "expanded": block.expandable.expanded,
                        "key": key_of(block.expandable.id),
                        "on_change": "rerun" if block.expandable.id else "ignore",
                    },
                )
            )
        elif kind == "popover":
            found.append((place, "popover", (block.popover.label,), {"help": block.popover.help}))
        elif kind == "flex_container":
            found.append(
                (
                    place,
                    "container",
                    (),
                    {
                        "key": key_of(block.id),
                        "horizontal": block.flex_container.direction
                        == block.flex_container.HORIZONTAL,
                    },
                )
            )
        else:
            found.append((place, "container", (), {}))
    return [
        (place, "columns", (weights[place],), {"gap": "large"})
        if place in weights
        else (place, call, given, settings)
        for place, call, given, settings in found
    ]


def draw() -> None:
    """The page."""
    there = {}
    for place, call, given, settings in plan():
        where = there.get(place[:-1], st)
        what = (pages()[-1],) if call == "page_link" else given
        made = getattr(where, call)(*what, **settings)
        if call == "columns":
            there.update({(*place, n): column for n, column in enumerate(made)})
        elif call in ("container", "expander", "popover"):
            there[place] = made


def pages() -> list:
    """As many pages as the application has, all alike."""
    return [st.Page(draw, title=p.title, url_path=p.url_path, default=p == PAGES[0]) for p in PAGES]
