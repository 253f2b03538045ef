"""The places of the sites' names on a map: beside their marks where there is room, else further away at the end of a
line.

Each name in turn takes the best of its places that covers no mark, no other name and no line. Then names change
places as long as that leaves fewer away from their marks, close to another or at a line under one. On the screen the
first of these steps, in several orders, is enough: `static/map/names.js`. There a name may touch its mark at a
corner; in larger type it would seem to be a neighbour's.

Of more sites than can be read, the first of an order have names (`dashboard.panel.naming_order`), here and there: each in
its turn takes the best place, without a line under a mark, or has no name. Only those that are silent or have a signal may
have such a line, and a longer one.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice

import numpy as np

from dashboard.exports.map_geometry import Box, Drawing, Mark, Pane, box_of

LONGEST = 24  # letters of a name on the map
WIDE = 0.52  # of a letter, in parts of the size of type: a careful mean
TALL = 1.2  # of a line, in the same
NEAR, CLEAR = (
    3.0,
    4.0,
)  # px of the screen's map: from a mark to its name; from a name to another mark
SMALLER = (1.0, 0.9, 0.8)  # sizes of type, in parts of what is asked for
RINGS, TURNS, ROUNDS = (8, 14, 22, 32, 44, 58, 74, 92), 24, 8
FAR = (116, 144, 176)  # further rings, for those of a crowd that are silent or have a signal
BESIDE = 12  # places of a name beside its mark, before those at the end of a line
TRIED = 60  # places of a name that it may drive others away from
MANY = 40  # names: of more than these the best of all arrangements would take seconds
KEPT = 64  # arrangements, of some 20 KB each
UNDER = 20.0  # what a line under another mark costs, in the measure of `_with_cost`
Line = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """A placed name; x, y: the upper left corner of its box. anchor: where the text is aligned in it, so that a wider
    typeface does not cover the mark: "start", "middle" or "end". line: from the mark to a name that stands further
    away. silent_words: what is written under it. crosses: whether the line passes under another mark."""

    text: str
    x: float
    y: float
    width: float
    height: float
    pane: int
    anchor: str = "start"
    silent_words: str = ""
    line: Line | None = None
    crosses: bool = False

    @cached_property
    def box(self) -> Box:
        """Left, top, right, bottom."""
        return self.x, self.y, self.x + self.width, self.y + self.height

    @cached_property
    def extent(self) -> Box:
        """The box of the name with its line: what does not meet it meets neither."""
        left, top, right, bottom = self.box
        x, y, to_x, to_y = self.line or (left, top, right, bottom)
        return min(left, x, to_x), min(top, y, to_y), max(right, x, to_x), max(bottom, y, to_y)


Place = tuple[float, Label | None]  # the cost of a place, and the label there
NO_BOX: Box = (math.inf, math.inf, -math.inf, -math.inf)  # which overlaps none
NOWHERE: Place = (100.0, None)  # a name that is missing


def largest_labels(drawing: Drawing, size: float) -> tuple[tuple[Label, ...], float]:
    """The names in the largest type up to that size in which all sites have theirs, and the type; where there is
    none, in that which lacks least."""
    sites = len(_named(drawing.marks))
    found = []
    for share in SMALLER if sites <= MANY else SMALLER[:: len(SMALLER) - 1]:
        names = labels_of_size(drawing, size * share)
        lacking = _badness(sites, names)
        found.append((lacking, names, size * share))
        if (
            len(names) == sites
        ):  # large type, to be read from afar, is not made smaller because of a line alone
            break
    _, names, fit = min(found, key=lambda one: one[0])
    return names, fit


def _named(marks: Sequence[Mark]) -> set[str]:
    """The sites that are to have their names."""
    return {m.name for m in marks if m.rank is not None}


def labels_of_size(drawing: Drawing, size: float) -> tuple[Label, ...]:
    """The sites' names in type of that size. A site of the second pane is named there alone."""
    # Colours and words move no name: the next map of the same sites has the same places.
    marks = tuple(replace(m, fill=m.fill and "#", words=()) for m in drawing.marks)
    return _labels(drawing.panes, marks, drawing.scale, size)


@lru_cache(maxsize=KEPT)
def _labels(
    panes: tuple[Pane, ...], marks: tuple[Mark, ...], scale: float, size: float
) -> tuple[Label, ...]:
    there = {m.name for m in marks if m.pane == 1}
    named, crowded = _named(marks), any(m.rank is None for m in marks)
    found: list[Label] = []
    for i, pane in enumerate(panes):
        boxes = [(m, box_of(m, scale)) for m in marks if m.pane == i]
        found += _arrange(
            {name for name in named if i == 1 or name not in there},
            _Obstacles(pane, size, scale, boxes, crowded),
        )
    return tuple(found)


def _arrange(named: set[str], around: "_Obstacles") -> list[Label]:
    """The names of a pane's marks, of the sites that are to be named there; those without any room are left out.

    Each takes its best free place; then, as long as the sum improves, one takes a better place, and those that it
    covers look for another. Of a crowd those without room in their turn have none.
    """
    wanted = [m for m, _ in around.boxes if m.name in named]
    order = sorted(wanted, key=lambda m: (m.rank or 0, m.y, m.x))
    names = [_NamePlaces(mark, around) for mark in order]
    found: list[Place] = [NOWHERE] * len(names)
    for i, name in enumerate(names):
        found[i] = name.best_free_place(_Taken(found))
    if around.is_crowded:
        return [one for _, one in found if one]
    for _ in range(ROUNDS if len(names) <= MANY else 1):
        before = list(found)
        for i in sorted(range(len(found)), key=lambda i: -found[i][0]):
            found = _improve(i, names, found)
        if found == before:
            break
    return [one for _, one in found if one]


@dataclass(frozen=True)
class _Obstacles:
    """The areas of a pane that names must keep off: its edges, its title, its marks, each with its own box. is_crowded:
    whether some sites are to have no name."""

    pane: Pane
    size: float
    scale: float
    boxes: Sequence[tuple[Mark, Box]]
    is_crowded: bool

    @cached_property
    def title(self) -> Box:
        """The box of the pane's title."""
        x, y = self.pane.title_at(2 * self.size)
        return x, y, x + (len(self.pane.title) * WIDE + 1) * self.size, y + 2 * self.size


class _NamePlaces:
    """The places of a mark's name, the best first; those away from the mark are computed once none beside it is free."""

    def __init__(self, mark: Mark, obstacles: _Obstacles) -> None:
        self.obstacles = obstacles
        others = [(m, box) for m, box in obstacles.boxes if m is not mark]
        self.others = _boxes(box for _, box in others)
        self.others_y = np.array([m.y for m, _ in others])
        self.forbidden = _boxes([obstacles.title, *(box for _, box in obstacles.boxes)])
        self.may_cross = mark.is_noted or not obstacles.is_crowded
        rings = RINGS + FAR * (mark.is_noted and obstacles.is_crowded)
        self.spots = enumerate(_spots(mark, obstacles.size, obstacles.scale, rings))
        self.adjacent_places = self._by_cost(islice(self.spots, BESIDE))

    @cached_property
    def distant_places(self) -> list[Place]:
        """The places at the end of a line."""
        return self._by_cost(self.spots)

    @cached_property
    def adjacent_extents(self) -> np.ndarray:
        """The extents of the places beside the mark, (K, 4)."""
        return _boxes(label.extent for _, label in self.adjacent_places if label)

    @cached_property
    def distant_extents(self) -> np.ndarray:
        """The extents of the places at the end of a line, (K, 4)."""
        return _boxes(label.extent for _, label in self.distant_places if label)

    def places_beside(self, taken: "_Taken") -> Iterator[tuple[Place, list[int]]]:
        """The places beside the mark, then those at the end of a line, each with those of the taken ones that come close."""
        yield from zip(self.adjacent_places, taken.close_to(self.adjacent_extents), strict=True)
        yield from zip(self.distant_places, taken.close_to(self.distant_extents), strict=True)

    def best_free_place(self, taken: "_Taken") -> Place:
        """The best place that meets none of the taken ones; NOWHERE where there is none."""
        for place, close in self.places_beside(taken):
            if place[1] and place[1].crosses and not self.may_cross:
                continue
            if not any(_clash(place[1], taken.labels[j]) for j in close):
                return place
        return NOWHERE

    def _by_cost(self, spots: Iterable[tuple[int, Label]]) -> list[Place]:
        """The places of these spots, the cheapest first."""
        places = (self._with_cost(rank, spot) for rank, spot in spots)
        return sorted(filter(None, places), key=lambda place: place[0])

    def _with_cost(self, rank: int, spot: Label) -> Place | None:
        """The spot with its cost: far from the mark, close to another, at the end of a line that passes under one.
        None where it would cover something."""
        around, length = self.obstacles, 0.0
        if not _inside(spot.box, around.pane) or _overlapping(spot.box, self.forbidden).any():
            return None
        if spot.line:
            if _crosses(spot.line, around.title):
                return None
            length = math.dist(spot.line[:2], spot.line[2:])
            ahead = self.others[_touching(_extent_of(spot.line), self.others)].tolist()
            under = any(_crosses(spot.line, (a, b, c, d)) for a, b, c, d in ahead)
            spot = replace(spot, crosses=under)
        near = level = 0.0
        if len(
            self.others
        ):  # close to another mark it seems to be its name; all the more beside it
            gaps = _gaps(spot.box, self.others)
            near = max(near, 1 - float(gaps.min()) / max(length, CLEAR * around.scale))
            if spot.line:
                beside = (self.others_y > spot.y) & (self.others_y < spot.y + spot.height)
                if beside.any():
                    level = max(level, 1 - float(gaps[beside].min()) / (2 * around.size))
        far = min(rank, BESIDE) / 24 + length / around.size / 2
        return far + 2 * near + 4 * level + UNDER * spot.crosses, spot


def _improve(i: int, names: Sequence[_NamePlaces], taken: list[Place]) -> list[Place]:
    """The places with that name at a better one, where those that it covers lose less than it wins; else as they
    were."""
    if taken[i] in names[i].adjacent_places[:1]:
        return taken
    around = _Taken(taken)
    for place, close in islice(names[i].places_beside(around), TRIED):
        if place[0] >= taken[i][0]:
            continue
        away = [j for j in close if j != i and _clash(place[1], around.labels[j])]
        trial = list(taken)
        trial[i] = place
        for j in away:
            trial[j] = NOWHERE
        for j in away:
            trial[j] = names[j].best_free_place(_Taken(trial))
        if sum(cost for cost, _ in trial) < sum(cost for cost, _ in taken) - 1e-9:
            return trial
    return taken


class _Taken:
    """The places that names have, to be asked which of them another one meets."""

    def __init__(self, taken: Sequence[Place]) -> None:
        self.labels = [one for _, one in taken]
        self.extents = _boxes(one.extent if one else NO_BOX for one in self.labels)

    def close_to(self, extents: np.ndarray) -> list[list[int]]:
        """For each of some extents, (K, 4), the positions of the taken places whose extents overlap it."""
        a, b = extents[:, None], self.extents[None]
        over = (a[..., 0] < b[..., 2]) & (a[..., 2] > b[..., 0])
        over &= (a[..., 1] < b[..., 3]) & (a[..., 3] > b[..., 1])
        close: list[list[int]] = [[] for _ in extents]
        for i, j in np.argwhere(over).tolist():
            close[i].append(j)
        return close


def _clash(one: Label | None, other: Label | None) -> bool:
    """Whether two names, or the line of one and the other, meet."""
    return bool(
        one
        and other
        and _overlap(one.extent, other.extent)
        and (
            _overlap(one.box, other.box)
            or (one.line and _crosses(one.line, other.box))
            or (other.line and _crosses(other.line, one.box))
        )
    )


def _badness(sites: int, names: Sequence[Label]) -> int:
    """How bad an arrangement is: twice the names that are missing, and the lines under marks."""
    return 2 * (sites - len(names)) + sum(one.crosses for one in names)


def _spots(m: Mark, size: float, scale: float, rings: Iterable[int]) -> Iterator[Label]:
    """The possible places of a mark's name, the best first."""
    text = m.label if len(m.label) <= LONGEST else f"{m.label[: LONGEST - 1]}…"
    w = max(len(text), len(m.silent_words)) * size * WIDE
    h = size * TALL * (2 if m.silent_words else 1)
    left, top, right, bottom = box_of(m, scale)
    near = NEAR * scale

    def at(x: float, y: float, anchor: str, line: Line | None = None) -> Label:
        return Label(text, x, y, w, h, m.pane, anchor, m.silent_words, line)

    yield at(right + near, m.y - h / 2, "start")
    yield at(left - near - w, m.y - h / 2, "end")
    for y in (top - h, bottom):
        for share in (0.5, 0.3, 0.7, 0.1, 0.9):
            yield at(m.x - w * share, y, "middle")
    inner, far = m.x - left, max(m.x - left, right - m.x, m.y - top, bottom - m.y)
    for ring in rings:
        for turn in range(TURNS):
            dx, dy = math.cos(math.tau * turn / TURNS), math.sin(math.tau * turn / TURNS)
            out = far + ring * scale
            x, y = m.x + dx * (out + w / 2) - w / 2, m.y + dy * (out + h / 2) - h / 2
            end = min(max(m.x, x), x + w), min(max(m.y, y), y + h)
            yield at(x, y, "middle", (m.x + dx * inner, m.y + dy * inner, *end))


def _boxes(boxes: Iterable[Box]) -> np.ndarray:
    """Boxes as an array, (K, 4)."""
    return np.array([*boxes], dtype=float).reshape(-1, 4)


def _extent_of(line: Line) -> Box:
    return (
        min(line[0], line[2]),
        min(line[1], line[3]),
        max(line[0], line[2]),
        max(line[1], line[3]),
    )


def _gaps(a: Box, boxes: np.ndarray) -> np.ndarray:
    """The distances of a box from others, (K,)."""
    across = np.maximum(np.maximum(a[0] - boxes[:, 2], boxes[:, 0] - a[2]), 0)
    along = np.maximum(np.maximum(a[1] - boxes[:, 3], boxes[:, 1] - a[3]), 0)
    return np.hypot(across, along)


def _overlapping(a: Box, boxes: np.ndarray) -> np.ndarray:
    """Whether a box overlaps each of others, (K,)."""
    over: np.ndarray = (a[0] < boxes[:, 2]) & (a[2] > boxes[:, 0])
    over &= (a[1] < boxes[:, 3]) & (a[3] > boxes[:, 1])
    return over


def _touching(a: Box, boxes: np.ndarray) -> np.ndarray:
    """The same of a box that may have no width, such as a line's, (K,)."""
    over: np.ndarray = (a[0] <= boxes[:, 2]) & (a[2] >= boxes[:, 0])
    over &= (a[1] <= boxes[:, 3]) & (a[3] >= boxes[:, 1])
    return over


def _inside(box: Box, pane: Pane) -> bool:
    return (
        box[0] > pane.x
        and box[1] > pane.y
        and box[2] < pane.x + pane.width
        and box[3] < pane.y + pane.height
    )


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def _crosses(line: Line, box: Box) -> bool:
    """Whether a line goes through a box."""
    first, last = 0.0, 1.0
    for start, end, low, high in (
        (line[0], line[2], box[0], box[2]),
        (line[1], line[3], box[1], box[3]),
    ):
        step = end - start
        if not step:
            if not low < start < high:
                return False
            continue
        a, b = sorted(((low - start) / step, (high - start) / step))
        first, last = max(first, a), min(last, b)
    return first < last
