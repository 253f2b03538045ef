"""The map of the sites: folium builds a constant base, the script in `static/map` draws what changes."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import cache
from string import ascii_letters, digits
from typing import Any

import folium
import streamlit as st
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from streamlit_folium import st_folium

from dashboard import palette
from dashboard.panel import MOST_NAMED, Legend, naming_order
from dashboard.ui import map_assets

COLOURS = {  # of the frame, as the script names them
    "sea": palette.MAP_SEA, "land": palette.LAND, "border": palette.MAP_GAP, "coast": palette.COAST,
    "commune": palette.MAP_COMMUNE, "ink": palette.MAP_INK, "soft": palette.MAP_SOFT,
    "card": palette.MAP_CARD, "rule": palette.MAP_RULE, "away": palette.MAP_AWAY, "mark": palette.MAP_MARK,
    "none": palette.MISSING, "halo": palette.MAP_GAP, "idle": palette.IDLE, "focus": palette.FOCUS, "chosen": palette.CHOSEN,
    "square": palette.ALERT, "round": palette.IMPROVEMENT, "hexagon": palette.CHANGE,  # frames of signals
}  # fmt: skip
ON_PAPER = {
    theme: {name: colour.for_theme(theme) for name, colour in COLOURS.items()}
    for theme in ("light", "dark")
}
STATIC = "../../app/static/"  # as seen from the component's frame


class _Safe(dict[int, str]):
    """A table for `str.translate` that escapes all characters of JSON but these: the result contains nothing that HTML,
    JavaScript, Jinja or streamlit-folium's search for variable names (which begin with "_") could interpret. An escaped
    character takes six bytes, so what French is written with stays as it is."""

    def __init__(self) -> None:
        super().__init__(
            (ord(c), c) for c in ascii_letters + digits + ' ,.:;!?"[]-%+=·–’\u00a0\u202f'
        )
        super().update((n, chr(n)) for n in range(0xC0, 0x180) if chr(n).isalpha())

    def __missing__(self, code: int) -> str:
        units = chr(code).encode("utf-16-be", "surrogatepass")
        escaped = "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
        return self.setdefault(code, escaped)


SAFE = _Safe()
# The signs that the script can draw.
SIGN_PARTS = {
    "letter": ("+", "!", "C", ""),  # improvement, alert, change, no signal
    "frame": ("round", "square", "hexagon", None),
    "badge": ("✓", "✗", None),  # target met or missed, month after month
    "slight": (True, False),  # with a thin frame
}


class OfflineMap(folium.Map):
    """A folium map whose scripts and styles all come from the application."""

    # ccsp-map.js comes first: it also keeps events that the component ignores while the others load.
    scripts = ("ccsp-map.js", f"{map_assets.LEAFLET}/leaflet.js", "departments.js")
    styles = (f"{map_assets.LEAFLET}/leaflet.css",)

    def __init__(self) -> None:
        self.default_js = [(name, STATIC + map_assets.address(name)) for name in self.scripts]
        self.default_css = [(name, STATIC + map_assets.address(name)) for name in self.styles]
        super().__init__(
            location=[9.3, 2.3], zoom_start=7, tiles=None, zoom_control=False, attribution_control=False,
            scroll_wheel_zoom=False,
        )  # fmt: skip

    def render(self, **_kwargs: Any) -> str:
        """Put folium's styles at the head of the frame. folium's own method compiles the templates of the map and all its
        elements at each run, for a script that streamlit-folium then writes again itself."""
        _header_of(self).add_child(_head(), name="head")
        return ""


@cache
def _head() -> Element:
    """The head of folium's document for such a map, made once."""
    one = OfflineMap()
    folium.Map.render(one)  # type: ignore[no-untyped-call]  # folium's
    parts = _header_of(one)._children.items()
    written = "".join(part.render() for name, part in parts if name != "meta_http")
    return Element(written.replace(one.get_name(), "map_div"))


def _header_of(one: folium.Map) -> Element:
    """The header element of a map's document."""
    figure = one.get_root()
    assert isinstance(figure, Figure), "a map of folium's stands in a figure"
    return figure.header


class _ScriptLine(MacroElement):
    """A line of script that the frame runs; nothing is rendered with the map."""

    def render(self, **_kwargs: Any) -> str:
        """Return "": streamlit-folium takes the script from the template."""
        return ""


class _Group(folium.FeatureGroup):
    def render(self, **_kwargs: Any) -> str:
        """Return "", as _ScriptLine."""
        return ""


class _Start(_ScriptLine):
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "ccsp.start({{ this._parent.get_name() }}, {{ this.options }});"
        "{% endmacro %}"
    )

    def __init__(self, communes: str | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self.options = literal({"communes": communes, "colours": ON_PAPER})


class _Drawing(_ScriptLine):
    _template = Template(
        "{% macro script(this, kwargs) %}ccsp.draw({{ this.payload }});{% endmacro %}"
    )

    def __init__(self, payload: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self.payload = literal(payload)


def literal(value: dict[str, Any]) -> str:
    """A JavaScript expression of a value, safe for hostile text. Raises ValueError for NaN or infinity."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"JSON.parse('{text.translate(SAFE)}')"


def check_signs(sites: Iterable[dict[str, Any]], legend: Legend) -> None:
    """Raise ValueError for a sign, of a site or the legend, that the map's script cannot draw."""
    for sign in [one["sign"] for one in [*sites, *legend.rows] if one.get("sign")]:
        for part, allowed in SIGN_PARTS.items():
            if sign.get(part, allowed[-1]) not in allowed:
                raise ValueError(f"{part} of a sign is {sign[part]!r}: not one of {allowed}")


def show_map(
    sites: list[dict[str, Any]],
    *,
    legend: Legend | None = None,
    departments: dict[str, dict[str, Any]] | None = None,
    focus: str | None = None,
    chosen: str | None = None,
    key: str = "map",
    on_pick: Callable[[dict[str, str]], None] | None = None,
    height: int = 620,
    dark: bool = False,
    communes: str | None = None,
) -> None:
    """Draw the map; a later call with other contents updates it in place and keeps the view.

    sites: {"id", "name", "kind": "CCSP" or "GSRU", "lat", "lon", "radius": px or None, "fill": "#hex" or None, "missing": bool,
    "tip": [lines], "label": short name}, plain Python numbers (ValueError for NaN); optional "silent": the words under the name
    of a silent site, "explained": whether it said why, "offset": [x, y] in px from its place, at any zoom, "sign":
    {"letter": "+", "!", "C" or "", "frame": "round", "square", "hexagon" or None, "badge": "✓", "✗" or None}, absent or
    None for none (ValueError for another letter, frame or badge). departments: {name: {"fill": "#hex", "tip": lines in one
    str, optional "value": what is written on it}}. focus: department that fills the view, None for the country. chosen: id of
    the site with the ring, which has its name. on_pick is called with {"site": id} or {"department": name}; an id that is not
    among `sites` is dropped, and the name comes from the browser: compare it with yours. communes: file name from
    `map_assets.communes_file`.
    """
    legend = legend or Legend()
    check_signs(sites, legend)
    payload = {
        "sites": _ranked(sites), "mostNamed": MOST_NAMED, "legend": {**asdict(legend), "sources": legend.sources},
        "departments": departments or {}, "focus": focus, "chosen": chosen, "height": height, "dark": dark,
    }  # fmt: skip
    known = {site["id"] for site in sites}

    def picked() -> None:
        choice = _choice(st.session_state.get(key), known)
        if choice and on_pick:
            on_pick(choice)

    # returned_objects=[]: moving the map does not run the page again.
    st_folium(
        _base(communes), key=key, height=height, use_container_width=True, returned_objects=[],
        on_change=picked, feature_group_to_add=_changing(payload), render=False,
    )  # fmt: skip


def _ranked(sites: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sites; where they are too many for all to be named, each with its "rank" in the order in which they are."""
    if len(sites) <= MOST_NAMED:
        return sites
    ranks = {code: rank for rank, code in enumerate(naming_order(sites))}
    return [{**site, "rank": ranks[site["id"]]} for site in sites]


def _choice(value: object, known: set[str]) -> dict[str, str] | None:
    """The choice that the browser sent; None where it is not valid: anybody can send anything."""
    if not isinstance(value, dict):
        return None
    site, department = value.get("site"), value.get("department")
    if isinstance(site, str):
        return {"site": site} if site in known else None
    return {"department": department} if isinstance(department, str) else None


def _base(communes: str | None) -> OfflineMap:
    """The constant part of the map."""
    # Made anew at each run, since adding a group changes it; if its script changed, the frame would be
    # rebuilt and the view lost.
    base = OfflineMap()
    _Start(communes).add_to(base)
    return base


def _changing(payload: dict[str, Any]) -> folium.FeatureGroup:
    """The part of the map that changes with each run. payload: for the script."""
    group = _Group("Sites")
    _Drawing(payload).add_to(group)
    return group
