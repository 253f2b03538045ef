"""The map as plain shapes, for all exports that draw it: the country, its crowded south enlarged, and the marks of
the sites.

Panes, sizes and the order of the marks are those of the screen's map (`static/map`); the projection is
equirectangular, with longitudes shortened by the cosine of the latitude in the middle of a pane.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry

from dashboard.palette import ALERT, CHANGE, IMPROVEMENT
from dashboard.panel import MOST_NAMED, Plot, naming_order
from dashboard.settings import ROOT

OUTLINES = ROOT / "data" / "reference" / "departements.geojson"
COUNTRY = (0.77, 6.2, 3.86, 12.42)  # west, south, east, north, in degrees
SOUTH = (1.53, 6.13, 2.82, 7.45)
SCREEN = (760, 500)  # px: what the radii of marks were chosen for
IDLE = 4.5  # px: radius of a mark whose visits are not known
GAP = 3.0  # px: from a mark to what is drawn around it
FRAME = 9.0  # px: least half-side of a frame
CHIP, CORNER = (
    7.5,
    0.9,
)  # px: radius of the disc of a letter or badge; where it stands, in half-sides of the frame
FRAMES = {"square": ALERT, "round": IMPROVEMENT, "hexagon": CHANGE}
SHARE = 0.54  # of the whole width: the most that the country's pane takes beside another
DIAMOND = math.sqrt(math.pi / 2)  # half-diagonal of the diamond as large as a circle of radius 1
URGENT = (
    "",
    "C",
    "+",
    "!",
)  # of overlapping marks the later in this list lies higher; then the smaller
Box = tuple[float, float, float, float]
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Pane:
    """A part of the map; x, y: its upper left corner. title_below: its title stands at the bottom, where the sea is."""

    x: float
    y: float
    width: float
    height: float
    title: str
    title_below: bool = False

    def title_at(self, high: float) -> tuple[float, float]:
        """The upper left corner of its title, which is so high."""
        return self.x, self.y + (self.height - high if self.title_below else 0)


@dataclass(frozen=True)
class Outline:
    """A department in a pane, cut at its edges. rings: closed lines of (x, y). is_outside: beside the department
    looked at."""

    name: str
    pane: int
    rings: tuple[Ring, ...]
    is_outside: bool = False


@dataclass(frozen=True)
class Mark:
    """The mark of a site in a pane; a site of the south stands in both. letter, frame, badge: its sign, as in
    `ui.folium_map.show_map`.

    fill: "#rrggbb", "" where it has none, None for an outline alone. silent_words: what is written under the name of
    a silent site. words: what the mark says, in lines. rank: its place in the order in which names are given, 0 where all
    have one, None where it has none. is_explained: of a silent site, whether it said why: its ring is dashed.
    """

    x: float
    y: float
    radius: float
    fill: str | None
    missing: bool
    kind: str
    letter: str
    frame: str | None
    badge: str | None
    name: str
    label: str
    pane: int
    silent_words: str = ""
    words: tuple[str, ...] = ()
    has_thin_frame: bool = False
    rank: int | None = 0
    is_explained: bool = False

    @property
    def is_noted(self) -> bool:
        """Whether it is silent or has a signal."""
        return bool(self.silent_words or self.letter)

    @property
    def frame_width(self) -> float:
        """The width of its frame, in px."""
        return 1 if self.has_thin_frame else 2.4


@dataclass(frozen=True)
class Drawing:
    """The map in the units of the width given. scale: these units in a pixel of the screen's map. inset: the second
    pane's limits in the first (x, y, width, height), None where there is no second one or it lies outside."""

    panes: tuple[Pane, ...]
    outlines: tuple[Outline, ...]
    marks: tuple[Mark, ...]
    scale: float
    inset: Box | None = None


def draw(
    plot: Plot,
    width: float,
    height: float,
    scale: float | None = None,
    kept_below: float = 0,
    least_width: float = 0,
    names_width: float | None = None,
) -> Drawing:
    """The map within width × height, its corner at 0, 0. scale: units in a pixel of the screen's map, by default what
    fits.

    The second pane is there where the country is shown and a mark lies in the south. kept_below: height kept free
    under it, for a legend; least_width: of it; names_width: for names beside the country.
    """
    scale = scale or min(width / SCREEN[0], height / SCREEN[1])
    main = _extent(plot.focus)
    south = not plot.focus and any(_box_contains(SOUTH, m["lon"], m["lat"]) for m in plot.marks)
    panes = _panes(
        main,
        south,
        (width, height),
        (least_width, kept_below, names_width or 100 * scale),
        scale,
        plot.focus,
    )
    views = [_View(box, pane, 14 * scale) for box, pane in zip((main, SOUTH), panes, strict=False)]
    outlines = tuple(
        Outline(name, i, rings, bool(plot.focus) and name != plot.focus)
        for i, view in enumerate(views)
        for name, rings in view.outlines()
    )
    marks = tuple(mark for i, view in enumerate(views) for mark in _marks(plot, view, i, scale))
    return Drawing(panes, outlines, marks, scale, views[0].box_in_pane(SOUTH) if south else None)


def sizes(mark: Mark, scale: float) -> tuple[float, float, float]:
    """Half-sizes of a mark, from the inside: its own shape, the ring of a silent site, the frame of a signal; 0 for none."""
    own = mark.radius * (DIAMOND if mark.kind == "GSRU" else 1)
    ring = own + GAP * scale if mark.silent_words else 0
    framed = mark.frame in FRAMES
    return own, ring, max((ring or own) + (GAP + 0.5) * scale, FRAME * scale) if framed else 0


def box_of(mark: Mark, scale: float) -> Box:
    """Left, top, right, bottom of a mark, letter and badge included."""
    own, ring, frame = sizes(mark, scale)
    far = (frame or ring or own) + 1.5 * scale
    wide = far * 2 / math.sqrt(3) if mark.frame == "hexagon" else far
    corner = (frame or own) * CORNER + CHIP * scale
    return (
        mark.x - wide,
        mark.y - max(far, corner if mark.letter else 0),
        mark.x + max(wide, corner if mark.letter or mark.badge else 0),
        mark.y + max(far, corner if mark.badge else 0),
    )


def _box_contains(box: Box, lon: float, lat: float) -> bool:
    return box[0] <= lon <= box[2] and box[1] <= lat <= box[3]


def _aspect(box: Box) -> float:
    return (box[2] - box[0]) * math.cos(math.radians((box[1] + box[3]) / 2)) / (box[3] - box[1])


def _panes(
    main: Box,
    south: bool,
    size: tuple[float, float],
    kept: tuple[float, float, float],
    scale: float,
    focus: str | None,
) -> tuple[Pane, ...]:
    """The panes: one, or the country and the south beside or under it."""
    title, (width, height), (least, below, names) = focus or "Bénin", size, kept
    if not south:
        return (Pane(0, 0, width, height, title),)
    # The country gets the width that it can fill, and some for names; the south what is left. Neither shows more sea than
    # it needs.
    gap, slender, square = 10 * scale, _aspect(main), _aspect(SOUTH)
    left = min(height * slender + names, (width - gap) * SHARE, width - gap - least)
    right = width - gap - left
    return (
        Pane(0, 0, left, min(height, left / slender), title),
        Pane(left + gap, 0, right, min(height - below, right / square), "Le sud, agrandi", True),
    )


class _View:
    """The projection of degrees to a pane: the box in its middle, as large as it can be, `pad` from the edges."""

    def __init__(self, box: Box, pane: Pane, pad: float) -> None:
        self.pane = pane
        self.shrink = math.cos(math.radians((box[1] + box[3]) / 2))
        self.unit = min(
            (pane.width - 2 * pad) / ((box[2] - box[0]) * self.shrink),
            (pane.height - 2 * pad) / (box[3] - box[1]),
        )
        self.lon, self.lat = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2

    def to_pane(self, lon: float, lat: float) -> tuple[float, float]:
        """The place of a point in the pane."""
        return (
            self.pane.x + self.pane.width / 2 + (lon - self.lon) * self.shrink * self.unit,
            self.pane.y + self.pane.height / 2 - (lat - self.lat) * self.unit,
        )

    def box_in_pane(self, box: Box) -> Box | None:
        """A box of degrees as x, y, width, height; None where it is not wholly in the pane."""
        (x0, y1), (x1, y0) = self.to_pane(box[0], box[1]), self.to_pane(box[2], box[3])
        inside = (
            self.pane.x <= x0
            and self.pane.y <= y0
            and x1 <= self.pane.x + self.pane.width
            and y1 <= self.pane.y + self.pane.height
        )
        return (x0, y0, x1 - x0, y1 - y0) if inside else None

    def contains(self, x: float, y: float) -> bool:
        """Whether a place lies in the pane."""
        p = self.pane
        return p.x <= x <= p.x + p.width and p.y <= y <= p.y + p.height

    def outlines(self) -> Iterable[tuple[str, tuple[Ring, ...]]]:
        """The departments that the pane shows, cut at its edges."""
        p = self.pane
        for name, department in _departments():
            placed = shapely.transform(department, self._places)
            seen = shapely.clip_by_rect(placed, p.x, p.y, p.x + p.width, p.y + p.height)
            rings = tuple(
                tuple((x, y) for x, y in part.exterior.coords[:-1])
                for part in shapely.get_parts(seen)
                if isinstance(part, Polygon)
            )
            if rings:
                yield name, rings

    def _places(self, points: np.ndarray) -> np.ndarray:
        """The places of points, (n, 2)."""
        return np.array([self.to_pane(lon, lat) for lon, lat in points])


def _marks(plot: Plot, view: _View, pane: int, scale: float) -> list[Mark]:
    """The marks of a pane, in the order of drawing."""
    marks, ranks = [], _ranks(plot)
    for m in plot.marks:
        x, y = view.to_pane(m["lon"], m["lat"])
        if not view.contains(x, y) or (pane == 1 and not _box_contains(SOUTH, m["lon"], m["lat"])):
            continue
        aside, below = m.get("offset") or (0, 0)
        sign = m.get("sign") or {}
        letter, frame, badge = sign.get("letter") or "", sign.get("frame"), sign.get("badge")
        missing = bool(m.get("missing"))
        radius = m["radius"] if (m.get("radius") or 0) > 0 else IDLE
        marks.append(
            Mark(
                x + aside * scale,
                y + below * scale,
                radius * scale,
                None if missing else m.get("fill") or "",
                missing,
                m["kind"],
                letter,
                frame,
                badge,
                m["name"],
                m.get("label") or m["name"],
                pane,
                m.get("silent") or "",
                tuple(m.get("tip") or []),
                bool(sign.get("slight")),
                ranks.get(m["id"], 0),
                bool(m.get("explained")),
            )
        )
    return sorted(marks, key=lambda m: (_urgency(m), -m.radius))


def _ranks(plot: Plot) -> dict[str, int | None]:
    """The rank of each mark by the site's id; empty where all have their names."""
    if len(plot.marks) <= MOST_NAMED:
        return {}
    order = naming_order(plot.marks)
    return {code: i if i < MOST_NAMED else None for i, code in enumerate(order)}


def _urgency(mark: Mark) -> int:
    """The order in which overlapping marks are drawn: the greater lies higher."""
    return URGENT.index(mark.letter) if mark.letter in URGENT else 0


@lru_cache(maxsize=1)
def _departments() -> tuple[tuple[str, BaseGeometry], ...]:
    """Each department's name and shape, in degrees."""
    features = json.loads(OUTLINES.read_text(encoding="utf-8"))["features"]
    return tuple((f["properties"]["department"], shape(f["geometry"])) for f in features)


def _extent(focus: str | None) -> Box:
    """The box of degrees of a department, or of the country."""
    return next(
        (department.bounds for name, department in _departments() if name == focus), COUNTRY
    )
