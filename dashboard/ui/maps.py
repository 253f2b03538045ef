"""The map of the sites: folium builds a constant base, the script of `static/map` draws what changes."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import folium
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit_folium import st_folium

from dashboard import palette
from dashboard.panel import Legend

COLOURS = {  # of the frame, as the script names them
    "sea": palette.MAP_SEA, "land": palette.LAND, "border": palette.MAP_GAP, "coast": palette.COAST,
    "commune": palette.MAP_COMMUNE, "ink": palette.MAP_INK, "soft": palette.MAP_SOFT,
    "card": palette.MAP_CARD, "rule": palette.MAP_RULE, "away": palette.MAP_AWAY, "mark": palette.MAP_MARK,
    "none": palette.MISSING, "halo": palette.MAP_GAP, "idle": palette.IDLE, "focus": palette.FOCUS, "chosen": palette.CHOSEN,
    "square": palette.CONCERN, "round": palette.IMPROVEMENT, "hexagon": palette.CHANGE,  # frames of signals
}  # fmt: skip
ON_PAPER = {
    theme: {name: colour.on(theme) for name, colour in COLOURS.items()}
    for theme in ("light", "dark")
}
STATIC = "../../app/static/"  # as seen from the component's frame
# JSON in which these characters alone stay as they are holds nothing that HTML, JavaScript, Jinja or
# streamlit-folium's search for variable names (which begin with "_") could take for its own.
UNSAFE = re.compile(r"[^A-Za-z0-9 ,.:\"\[\]-]")
# What a signal may look like: the script draws nothing else.
SIGN_PARTS = {
    "letter": ("+", "!", "C", ""),  # improvement, alert, change, no signal
    "frame": ("round", "square", "hexagon", None),
    "badge": ("✓", "✗", "≈", None),  # target met, missed, now one now the other
}


class OfflineMap(folium.Map):
    """A folium map whose scripts and styles all come from the application."""

    # ccsp-map.js comes first: it also notes what the component ignores while the others load.
    default_js = [
        ("ccsp_map", STATIC + "ccsp-map.js"),
        ("leaflet", STATIC + "leaflet/1.9.4/leaflet.js"),
        ("departments", STATIC + "departments.js"),
    ]
    default_css = [("leaflet_css", STATIC + "leaflet/1.9.4/leaflet.css")]


class _Start(MacroElement):
    _template = Template(
        "{% macro script(this, kwargs) %}"
        "ccsp.start({{ this._parent.get_name() }}, {{ this.options }});"
        "{% endmacro %}"
    )

    def __init__(self, communes: str | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self.options = literal({"communes": communes, "colours": ON_PAPER})


class _Drawing(MacroElement):
    _template = Template(
        "{% macro script(this, kwargs) %}ccsp.draw({{ this.payload }});{% endmacro %}"
    )

    def __init__(self, payload: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca's
        self.payload = literal(payload)


def literal(value: dict[str, Any]) -> str:
    """JavaScript expression for a value that may hold hostile text. ValueError for NaN or infinity."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"JSON.parse('{UNSAFE.sub(_code_units, text)}')"


def _code_units(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def check_signs(sites: Iterable[dict[str, Any]], legend: Legend) -> None:
    """Raise ValueError for a sign of a site or of the legend that the map cannot draw."""
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
    """Show the map; a later call with other contents recolours and moves what is there, and keeps the view.

    sites: {"id", "name", "kind": "CCSP" or "GSRU", "lat", "lon", "radius": px or None, "fill": "#hex" or
    None, "missing": bool, "tip": [lines], "label": short name}, plain Python numbers (ValueError for NaN);
    optional "silent": what is written under the name of a silent site, "sign": {"letter": "+", "!", "C" or "",
    "frame": "round", "square", "hexagon" or None, "badge": "✓", "✗", "≈" or None}, absent or None for none
    (ValueError for another letter, frame or badge).
    departments: {name: {"fill": "#hex", "tip": lines in one str}}.
    focus: department that fills the main pane, None for the country. chosen: id of the site with the ring.
    on_pick gets {"site": id} or {"department": name}; an id that is not among `sites` is dropped, and the
    name comes from the browser: compare it with yours. communes: file name from `assets.communes_file`.
    """
    legend = legend or Legend()
    check_signs(sites, legend)
    payload = {
        "sites": sites, "legend": {**asdict(legend), "sources": legend.sources}, "departments": departments or {},
        "focus": focus, "chosen": chosen, "height": height, "dark": dark,
    }  # fmt: skip
    known = {site["id"] for site in sites}

    def picked() -> None:
        choice = _choice(st.session_state.get(key), known)
        if choice and on_pick:
            on_pick(choice)

    # returned_objects=[]: moving the map does not run the page again.
    st_folium(
        _base(communes), key=key, height=height, use_container_width=True, returned_objects=[],
        on_change=picked, feature_group_to_add=_changing(payload),
    )  # fmt: skip


def _choice(value: object, known: set[str]) -> dict[str, str] | None:
    """The choice sent by the browser, or None if it is not one: anyone can send anything."""
    if not isinstance(value, dict):
        return None
    site, department = value.get("site"), value.get("department")
    if isinstance(site, str):
        return {"site": site} if site in known else None
    return {"department": department} if isinstance(department, str) else None


def _base(communes: str | None) -> OfflineMap:
    # Made anew at each run because adding a group changes it; were its script to change, the frame would be
    # rebuilt and the view lost.
    base = OfflineMap(
        location=[9.3, 2.3], zoom_start=7, tiles=None, zoom_control=False, attribution_control=False,
        scroll_wheel_zoom=False,
    )  # fmt: skip
    _Start(communes).add_to(base)
    return base


def _changing(payload: dict[str, Any]) -> folium.FeatureGroup:
    group = folium.FeatureGroup("Sites")
    _Drawing(payload).add_to(group)
    return group
