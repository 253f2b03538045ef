"""Charts as SVG, and what all pictures share: no script, no style sheet, nothing fetched from a network, few bytes."""

import json
import math
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

from dashboard.charts import style
from dashboard.charts.style import Spec
from dashboard.french import VEGA_LOCALE
from dashboard.palette import ROLES, Colour

# Source Sans Pro, in regular, italic, semibold and bold.
FACES = Path(__file__).with_name("faces")
FONT = "Source Sans Pro, Source Sans, Calibri, Carlito, system-ui, sans-serif"  # no wider than what was measured, if there is
TALLEST_ROW = 2.4  # times its height on the page: one bar alone is no wall
ROLE = "@"  # before the name of a role, while a chart is drawn
SIZES = ("fontSize", "labelFontSize", "titleFontSize")
NOISE = ("class", "role", "pointer-events", "version", "stroke-miterlimit", "font-family")
MEASURES = ("d", "transform", "viewBox", "width", "height", "x", "y", "x1", "x2", "y1", "y2")
PLAIN = {
    "opacity": "1",
    "stroke-width": "1",
    "fill-opacity": "1",
}  # attributes at their default, which no ancestor changes
# Characters that are illegal in XML, or reverse the direction of the text around them.
UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def printable_text(value: object) -> str:
    """The text without characters that are illegal or invisible: control characters, halves of characters, marks of
    direction."""
    return UNWANTED.sub("", str(value))


def escape_markup(value: object) -> str:
    """The text escaped for an attribute or between tags."""
    return escape(printable_text(value))


def paint_attributes(fill: str | None = None, stroke: str | None = None) -> str:
    """The fill and stroke attributes of a shape. A role is named in `class`, so that a style sheet can change it for
    other paper; a plain text keeps its colour everywhere."""
    given = {part: colour for part, colour in (("fill", fill), ("stroke", stroke)) if colour}
    roles = " ".join(
        f"{part}-{colour.role}" for part, colour in given.items() if isinstance(colour, Colour)
    )
    return " ".join(
        [f'{part}="{colour}"' for part, colour in given.items()]
        + ([f'class="{roles}"'] if roles else [])
    )


def chart(
    spec: Spec,
    width: float,
    height: float | None = None,
    font_px: float = 12,
    tallest: float = math.inf,
) -> str:
    """A Vega-Lite spec as SVG, width × height pixels (None: as high as its rows need, up to `tallest`), its smallest
    type of font_px. Type shrinks where the rows of a bar chart would overlap."""
    # Dark and light cells bear letters of the other shade: both keep their colours on any paper.
    keep = "color" if _description(spec) == "table" else ""
    plain = json.dumps(
        _clean(spec, keep), sort_keys=True, default=lambda number: number.item()
    )  # numpy's too
    return _chart(plain, width, height, font_px, tallest)


@lru_cache(maxsize=16)
def _chart(
    spec_json: str,
    width: float,
    height: float | None,
    font_px: float,
    tallest: float,
) -> str:
    spec = json.loads(spec_json)
    rows, step = _rows(spec)
    if height is None:
        height = min(
            font_px / 12 * (rows * step + 42 if rows else spec.get("height", 230) + 30), tallest
        )
    if rows:
        height = min(height, font_px / 12 * (rows * step * TALLEST_ROW + 72))
        font_px = min(font_px, height / (1.15 * rows + 3.4))
    found = converter().vegalite_to_svg(
        _resize(spec, width, height, font_px),
        allowed_base_urls=[],
        format_locale=VEGA_LOCALE["number"],
        time_format_locale=VEGA_LOCALE["time"],
    )
    return _compact(found)


def _description(spec: Spec) -> str:
    """The description of a spec, for its alternative text."""
    return str(spec.get("usermeta", {}).get("native", {}).get("kind", ""))


def _rows(spec: Spec) -> tuple[int, float]:
    """How many rows stand above one another, and the pixels of one; 0 rows where the height does not depend on them."""
    if not isinstance(spec.get("height"), dict):
        return 0, 0
    layers = spec.get("layer", [spec])
    y = layers[0]["encoding"]["y"]["field"]
    return max(1, len({row[y] for row in spec["data"]["values"]})), spec["height"]["step"]


def _resize(spec: Spec, width: float, height: float, font_px: float) -> Spec:
    """The spec at this size, type, lines and points larger in proportion."""
    factor = font_px / 12
    large = style.enlarge({"height": height, **spec}, factor)
    _widen(large, factor, font_px)
    config = large.get("config", {})
    axis = {**config.get("axis", {}), "titlePadding": 6 * factor, "labelPadding": 3 * factor}
    # aria: the description of each mark would be made of field names, and no screen reader reads it in a picture.
    large["config"] = {
        **config,
        "font": FONT,
        "axis": axis,
        "axisQuantitative": {"tickCount": 6},
        "aria": False,
    }
    if "facet" in spec:  # small pictures side by side keep their own sizes
        return {k: v for k, v in large.items() if k not in ("width", "height")}
    return {
        **large,
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
    }


def _widen(part: Any, factor: float, least: float) -> None:
    """Enlarge what `style.enlarge` leaves as it is: sizes of points that depend on data, and type that was smaller
    than the rest."""
    if isinstance(part, list):
        for one in part:
            _widen(one, factor, least)
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        if name in SIZES and isinstance(value, (int, float)):
            part[name] = max(value, least)
        elif name == "size" and isinstance(value, dict):
            for one in (value, value.get("condition", {})):
                if isinstance(one.get("value"), (int, float)):
                    one["value"] *= factor
        elif name != "data":
            _widen(value, factor, least)


def _clean(part: Any, keep: str, roles: bool = True) -> Any:
    """The spec without tooltips, its texts on one line each; colours replaced by the names of their roles, but under
    the key to keep."""
    if roles and isinstance(part, Colour):
        return ROLE + part.role
    if isinstance(part, str):
        return re.sub("[\t\n]", " ", printable_text(part))
    if isinstance(part, dict):
        return {
            _clean(k, keep): _clean(v, keep, roles and k != keep)
            for k, v in part.items()
            if k != "tooltip"
        }
    return [_clean(one, keep, roles) for one in part] if isinstance(part, (list, tuple)) else part


@lru_cache(maxsize=1)
def converter() -> ModuleType:
    """The module that draws without a browser, our typeface registered with it."""
    # Brought in with the first picture: it holds 100 MB, and nobody who only looks at pages needs it.
    import vl_convert

    vl_convert.register_font_directory(str(FACES))
    return vl_convert


# ---- fewer bytes ----------------------------------------------------------------------------------------------------

NUMBER = re.compile(r"-?\d+\.\d+")


def _compact(drawn: str) -> str:
    """The SVG without needless markup."""
    root = _strip(ElementTree.fromstring(drawn))
    root.set("xmlns", "http://www.w3.org/2000/svg")
    root.set("font-family", FONT)
    return ElementTree.tostring(root, encoding="unicode")


def _strip(element: ElementTree.Element) -> ElementTree.Element:
    """The element without names for machines, groups that group nothing, and digits beyond what can be seen."""
    new = _visible_attributes(element)
    new.text = element.text if new.tag in ("text", "tspan", "title") else None
    for child in element:
        kept = _strip(child)
        if kept.get("display") == "none" or (
            kept.tag == "path" and not ({"fill", "stroke"} & set(kept.attrib))
        ):
            continue
        if kept.tag == "g" and not kept.attrib:
            new.extend(kept)
        elif kept.tag != "g" or len(kept):
            new.append(kept)
    return new


def _visible_attributes(element: ElementTree.Element) -> ElementTree.Element:
    """The element with only its visible attributes, its colours by their roles."""
    new, roles = ElementTree.Element(element.tag.rpartition("}")[2]), []
    for name, given in element.attrib.items():
        value = given
        if name in NOISE or name.startswith("aria-") or PLAIN.get(name) == value:
            continue
        if name in MEASURES:
            value = NUMBER.sub(lambda m: f"{round(float(m[0]), 1):g}", value)
        if value.startswith(ROLE) and name in ("fill", "stroke"):
            roles.append(f"{name}-{value[1:]}")
            value = ROLES[value[1:]]
        if value != "translate(0,0)":
            new.set(name, value)
    if roles:
        new.set("class", " ".join(roles))
    if (size := new.get("font-size", "")).endswith("px"):
        new.set("font-size", size[:-2])
    return new
