"""The map as plain shapes, for whatever draws them: the country, its crowded south enlarged, and the marks of the sites.

Panes, sizes and the order of the marks are those of the screen's map (`static/ccsp-map.js`); the projection is
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

from dashboard.panel import Plot
from dashboard.settings import ROOT

OUTLINES = ROOT / "data" / "reference" / "departements.geojson"
COUNTRY = (0.77, 6.2, 3.86, 12.42)  # west, south, east, north, in degrees
SOUTH = (1.5, 6.15, 2.85, 7.6)
SCREEN = (760, 500)  # px: what the radii of marks were chosen for
IDLE, LEGIBLE, HOLLOW = (
    4.5,
    10.0,
    7.0,
)  # px: radius without value; least radius with a letter; least hollow one
FRAME_GAP, BADGE = 3.5, 7.5  # px: from a mark to its frame; radius of a badge
DIAMOND = math.sqrt(math.pi / 2)  # half-diagonal of the diamond as large as a circle of radius 1
URGENT = (
    "",
    "C",
    "+",
    "!",
)  # of overlapping marks the later in this list lies higher; then the smaller
LONGEST = 24  # letters of a name on the map
WIDE = 0.52  # of a letter, in parts of the size of type: a careful mean

Box = tuple[float, float, float, float]
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Pane:
    """A piece of map; x, y: its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class Outline:
    """A department in a pane, cut at its edges. rings: closed lines of (x, y). away: beside the department looked at."""

    name: str
    pane: int
    rings: tuple[Ring, ...]
    away: bool = False


@dataclass(frozen=True)
class Mark:
    """A site in a pane; a site of the south stands in both. letter, frame, badge: its sign, as in `ui.maps.show_map`.

    fill: "#rrggbb" or None. words: what the mark says, in lines.
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
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Label:
    """A name beside its mark; x, y: the upper left corner of its box. anchor: where the text is held in it, so that a wider
    typeface does not cover the mark: "start", "middle" or "end"."""

    text: str
    x: float
    y: float
    width: float
    height: float
    pane: int
    anchor: str = "start"


@dataclass(frozen=True)
class Drawing:
    """Everything in the units of the width given. scale: these units in a pixel of the screen's map. inset: the second
    pane's limits in the first (x, y, width, height), None where there is no second one or it lies outside."""

    panes: tuple[Pane, ...]
    outlines: tuple[Outline, ...]
    marks: tuple[Mark, ...]
    scale: float
    inset: Box | None = None


def draw(
    plot: Plot, width: float, height: float, scale: float | None = None, below: float = 0
) -> Drawing:
    """The map within width × height, its corner at 0, 0. scale: units in a pixel of the screen's map, by default what fits.

    The second pane is there where a mark lies in the south. below: height kept free under it, for a legend.
    """
    scale = scale or min(width / SCREEN[0], height / SCREEN[1])
    main = _extent(plot.focus)
    south = any(_holds(SOUTH, m["lon"], m["lat"]) for m in plot.marks)
    panes = _panes(main, south, width, height, below, scale, plot.focus)
    views = [_View(box, pane, 14 * scale) for box, pane in zip((main, SOUTH), panes, strict=False)]
    outlines = tuple(
        Outline(name, i, rings, bool(plot.focus) and name != plot.focus)
        for i, view in enumerate(views)
        for name, rings in view.outlines()
    )
    marks = tuple(mark for i, view in enumerate(views) for mark in _marks(plot, view, i, scale))
    return Drawing(panes, outlines, marks, scale, views[0].box(SOUTH) if south else None)


def reach(mark: Mark, scale: float) -> float:
    """From the middle of a mark to its outermost point, badge apart."""
    r = mark.radius * (DIAMOND if mark.kind == "GSRU" else 1)
    return (
        (r + FRAME_GAP * scale) * (2 / math.sqrt(3) if mark.frame == "hexagon" else 1)
        if mark.frame
        else r
    )


def labels(drawing: Drawing, size: float) -> tuple[Label, ...]:
    """The sites' names in type of that size, each where it covers no mark and no other name; those without room are left
    out, but for those with a signal, which may cover a mark that has none. A site of the second pane is named there alone,
    unless the first shows a department."""
    placed: list[Label] = []
    names = {
        i: [(p.x, p.y, p.x + len(p.title) * size * WIDE + size, p.y + 2 * size)]
        for i, p in enumerate(drawing.panes)
    }
    marks: dict[int, list[tuple[Box, bool]]] = {i: [] for i in names}
    for m in drawing.marks:
        r = _room(m, drawing.scale)
        marks[m.pane].append(((m.x - r, m.y - r, m.x + r, m.y + r), bool(m.letter)))
    country = not any(o.away for o in drawing.outlines)
    twice = {m.name for m in drawing.marks if m.pane == 1} if country else set()
    for m in sorted(
        drawing.marks, key=lambda m: (-_urgency(m), -m.radius)
    ):  # whoever has a signal is named first
        if m.pane == 0 and m.name in twice:
            continue
        clear = (
            [box for box, _ in marks[m.pane]],
            [box for box, signals in marks[m.pane] if signals],
        )
        for lax, taken in enumerate(clear if m.letter else clear[:1]):
            spots = (
                one
                for one in _spots(m, size, drawing.scale)
                if _inside(_box(one), drawing.panes[m.pane])
                and (lax or _belongs(one, m, drawing))
                and not any(_meet(_box(one), other) for other in (*taken, *names[m.pane]))
            )
            if one := next(spots, None):
                names[m.pane].append(_box(one))
                placed.append(one)
                break
    return tuple(placed)


def _spots(m: Mark, size: float, scale: float) -> Iterable[Label]:
    """Where a mark's name may stand, the best place first."""
    text = m.label if len(m.label) <= LONGEST else f"{m.label[: LONGEST - 1]}…"
    w, h, r = len(text) * size * WIDE, size * 1.2, _room(m, scale) + 3 * scale
    yield Label(text, m.x + r, m.y - h / 2, w, h, m.pane, "start")
    yield Label(text, m.x - r - w, m.y - h / 2, w, h, m.pane, "end")
    for y in (m.y - r - h, m.y + r):
        for share in (0.5, 0.3, 0.7, 0.1, 0.9):
            yield Label(text, m.x - w * share, y, w, h, m.pane, "middle")


def _belongs(one: Label, mark: Mark, drawing: Drawing) -> bool:
    """Whether no other mark is nearer to the name than its own."""

    def away(m: Mark) -> float:
        x = max(one.x - m.x, 0, m.x - one.x - one.width)
        y = max(one.y - m.y, 0, m.y - one.y - one.height)
        return math.hypot(x, y) - reach(m, drawing.scale)

    own = away(mark)
    return all(
        away(m) > own + one.height / 3
        for m in drawing.marks
        if m.pane == mark.pane and m.name != mark.name
    )


def _box(one: Label) -> Box:
    return one.x, one.y, one.x + one.width, one.y + one.height


def _room(mark: Mark, scale: float) -> float:
    return reach(mark, scale) + (4 * scale if mark.badge else 0)


def _inside(box: Box, pane: Pane) -> bool:
    return (
        box[0] > pane.x
        and box[1] > pane.y
        and box[2] < pane.x + pane.width
        and box[3] < pane.y + pane.height
    )


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def _holds(box: Box, lon: float, lat: float) -> bool:
    return box[0] <= lon <= box[2] and box[1] <= lat <= box[3]


def _aspect(box: Box) -> float:
    return (box[2] - box[0]) * math.cos(math.radians((box[1] + box[3]) / 2)) / (box[3] - box[1])


def _panes(
    main: Box,
    south: bool,
    width: float,
    height: float,
    below: float,
    scale: float,
    focus: str | None,
) -> tuple[Pane, ...]:
    title = focus or "Bénin"
    if not south:
        return (Pane(0, 0, width, height, title),)
    gap = 10 * scale
    # The country is slender: it gets what it can fill, and as much again for names.
    share = min(max(_aspect(main) * 1.6, 0.55), 1.1)
    wide = _aspect(SOUTH) * 1.2
    right = min((width - gap) * wide / (share + wide), (height - below) * wide)
    left = width - gap - right
    return (
        Pane(0, 0, left, height, title),
        Pane(left + gap, 0, right, min(height - below, right / wide), "Le sud, agrandi"),
    )


class _View:
    """Degrees to places of a pane: the box in its middle, as large as it can be, `pad` from the edges."""

    def __init__(self, box: Box, pane: Pane, pad: float) -> None:
        self.pane = pane
        self.shrink = math.cos(math.radians((box[1] + box[3]) / 2))
        self.unit = min(
            (pane.width - 2 * pad) / ((box[2] - box[0]) * self.shrink),
            (pane.height - 2 * pad) / (box[3] - box[1]),
        )
        self.lon, self.lat = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """The place of a point."""
        return (
            self.pane.x + self.pane.width / 2 + (lon - self.lon) * self.shrink * self.unit,
            self.pane.y + self.pane.height / 2 - (lat - self.lat) * self.unit,
        )

    def box(self, box: Box) -> Box | None:
        """A box of degrees as x, y, width, height; None where it is not wholly in the pane."""
        (x0, y1), (x1, y0) = self.at(box[0], box[1]), self.at(box[2], box[3])
        inside = (
            self.pane.x <= x0
            and self.pane.y <= y0
            and x1 <= self.pane.x + self.pane.width
            and y1 <= self.pane.y + self.pane.height
        )
        return (x0, y0, x1 - x0, y1 - y0) if inside else None

    def holds(self, x: float, y: float) -> bool:
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
        return np.array([self.at(lon, lat) for lon, lat in points])


def _marks(plot: Plot, view: _View, pane: int, scale: float) -> list[Mark]:
    marks = []
    for m in plot.marks:
        x, y = view.at(m["lon"], m["lat"])
        if not view.holds(x, y) or (pane == 1 and not _holds(SOUTH, m["lon"], m["lat"])):
            continue
        sign = m.get("sign") or {}
        letter, frame, badge = sign.get("letter") or "", sign.get("frame"), sign.get("badge")
        missing = bool(m.get("missing"))
        least = LEGIBLE if letter or frame or badge else HOLLOW if m.get("sign") and missing else 0
        radius = max(IDLE if missing or not (m.get("radius") or 0) > 0 else m["radius"], least)
        marks.append(
            Mark(
                x,
                y,
                radius * scale,
                None if missing else m.get("fill"),
                missing,
                m["kind"],
                letter,
                frame,
                badge,
                m["name"],
                m.get("label") or m["name"],
                pane,
                tuple(m.get("tip") or []),
            )
        )
    return sorted(marks, key=lambda m: (_urgency(m), -m.radius))


def _urgency(mark: Mark) -> int:
    return URGENT.index(mark.letter) if mark.letter in URGENT else 0


@lru_cache(maxsize=1)
def _departments() -> tuple[tuple[str, BaseGeometry], ...]:
    """Each department's name and shape, in degrees."""
    features = json.loads(OUTLINES.read_text(encoding="utf-8"))["features"]
    return tuple((f["properties"]["department"], shape(f["geometry"])) for f in features)


def _extent(focus: str | None) -> Box:
    return next(
        (department.bounds for name, department in _departments() if name == focus), COUNTRY
    )
