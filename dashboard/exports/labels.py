"""Where the names of the sites stand on a map: beside their marks where there is room, else further away at the end of a line.

Each name in turn takes the first of its places that covers no mark, no other name and no line. Where one finds none, all are
placed again with that one first. The screen does the same: `static/map/names.js`.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dashboard.exports.geography import Box, Drawing, Mark, Pane, box_of

LONGEST = 24  # letters of a name on the map
WIDE = 0.52  # of a letter, in parts of the size of type: a careful mean
TALL = 1.2  # of a line, in the same
NEAR, CLEAR = (
    3.0,
    4.0,
)  # px of the screen's map: from a mark to its name; from a name to another mark
SMALLER = (1.0, 0.9, 0.8)  # sizes of type, in parts of what is asked for
RINGS, TURNS, ROUNDS = (8, 14, 22, 32, 44, 58, 74, 92), 24, 8
Line = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """A name with its mark; x, y: the upper left corner of its box. anchor: where the text is held in it, so that a wider
    typeface does not cover the mark: "start", "middle" or "end". line: from the mark to a name that stands further away.
    silent: what is written under it. crosses: whether the line passes under another mark."""

    text: str
    x: float
    y: float
    width: float
    height: float
    pane: int
    anchor: str = "start"
    silent: str = ""
    line: Line | None = None
    crosses: bool = False

    @property
    def box(self) -> Box:
        """Left, top, right, bottom."""
        return self.x, self.y, self.x + self.width, self.y + self.height


def fitting(drawing: Drawing, size: float) -> tuple[tuple[Label, ...], float]:
    """The names in the largest type up to that size in which all sites have theirs, and the type; where there is none, in
    that which lacks least."""
    sites = len({m.name for m in drawing.marks})
    found = []
    for share in SMALLER:
        names = labels(drawing, size * share)
        lacking = _lacking(sites, names)
        found.append((lacking, names, size * share))
        if len(names) == sites:  # what is read from afar is no smaller for a line alone
            break
    _, names, fit = min(found, key=lambda one: one[0])
    return names, fit


def labels(drawing: Drawing, size: float) -> tuple[Label, ...]:
    """The sites' names in type of that size. A site of the second pane is named there alone."""
    there = {m.name for m in drawing.marks if m.pane == 1}
    return tuple(
        label
        for i, pane in enumerate(drawing.panes)
        for label in _arranged(
            [m for m in drawing.marks if m.pane == i],
            {m.name for m in drawing.marks if i == 1 or m.name not in there},
            pane,
            size,
            drawing.scale,
        )
    )


def _arranged(
    marks: Sequence[Mark], named: set[str], pane: Pane, size: float, scale: float
) -> list[Label]:
    """The names of a pane's marks; those without any room are left out. Who finds none, or none without a line under
    another mark, is placed first in the next round."""
    x, y = pane.title_at(2 * size)
    title = (x, y, x + (len(pane.title) * WIDE + 1) * size, y + 2 * size)
    boxes = [(m, box_of(m, scale)) for m in marks]
    order = sorted((m for m in marks if m.name in named), key=lambda m: (m.y, m.x))
    best: list[Label] = []
    for _ in range(ROUNDS):
        placed: list[Label] = []
        lost: list[Mark] = []
        for mark in order:
            free = (
                replace(spot, crosses=not strict and spot.line is not None)
                # A line that passes under a mark, then a name close to one, is better than no name.
                for strict, clear in ((True, CLEAR), (False, CLEAR), (False, 0))
                for spot in _spots(mark, size, scale)
                if _free(spot, mark, boxes, placed, title, pane, clear * scale, strict)
            )
            spot = next(free, None)
            if spot:
                placed.append(spot)
            if not spot or spot.crosses:
                lost.append(mark)
        best = min(best, placed, key=lambda found: _lacking(len(order), found))
        if not lost:
            break
        order = lost + [m for m in order if m not in lost]
    return best


def _lacking(sites: int, names: Sequence[Label]) -> int:
    """How bad it is: twice the names that are missing, and the lines under marks."""
    return 2 * (sites - len(names)) + sum(one.crosses for one in names)


def _spots(m: Mark, size: float, scale: float) -> Iterator[Label]:
    """Where a mark's name may stand, the best place first."""
    text = m.label if len(m.label) <= LONGEST else f"{m.label[: LONGEST - 1]}…"
    w = max(len(text), len(m.silent)) * size * WIDE
    h = size * TALL * (2 if m.silent else 1)
    left, top, right, bottom = box_of(m, scale)
    near = NEAR * scale

    def at(x: float, y: float, anchor: str, line: Line | None = None) -> Label:
        return Label(text, x, y, w, h, m.pane, anchor, m.silent, line)

    yield at(right + near, m.y - h / 2, "start")
    yield at(left - near - w, m.y - h / 2, "end")
    for y in (top - h, bottom):
        for share in (0.5, 0.3, 0.7, 0.1, 0.9):
            yield at(m.x - w * share, y, "middle")
    inner, far = m.x - left, max(m.x - left, right - m.x, m.y - top, bottom - m.y)
    for ring in RINGS:
        for turn in range(TURNS):
            dx, dy = math.cos(math.tau * turn / TURNS), math.sin(math.tau * turn / TURNS)
            out = far + ring * scale
            x, y = m.x + dx * (out + w / 2) - w / 2, m.y + dy * (out + h / 2) - h / 2
            end = min(max(m.x, x), x + w), min(max(m.y, y), y + h)
            yield at(x, y, "middle", (m.x + dx * inner, m.y + dy * inner, *end))


def _free(
    one: Label,
    mark: Mark,
    boxes: Iterable[tuple[Mark, Box]],
    placed: Iterable[Label],
    title: Box,
    pane: Pane,
    away: float,
    strict: bool,
) -> bool:
    """Whether a name covers nothing and stands away from other marks, and its line goes through no other name, nor, if strict,
    through a mark. boxes: each mark of the pane, with its own."""
    if not _inside(one.box, pane) or _meet(one.box, title):
        return False
    if any(_meet(one.box, p.box) or (p.line and _crosses(p.line, one.box)) for p in placed):
        return False
    x, y = one.x, one.y
    wide = (x - away, y - away, x + one.width + away, y + one.height + away)
    if any(_meet(one.box if m is mark else wide, box) for m, box in boxes):
        return False
    if not one.line:
        return True
    others = [title, *(p.box for p in placed)]
    if strict:
        others += [box for m, box in boxes if m is not mark]
    return not any(_crosses(one.line, box) for box in others)


def _inside(box: Box, pane: Pane) -> bool:
    return (
        box[0] > pane.x
        and box[1] > pane.y
        and box[2] < pane.x + pane.width
        and box[3] < pane.y + pane.height
    )


def _meet(a: Box, b: Box) -> bool:
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
