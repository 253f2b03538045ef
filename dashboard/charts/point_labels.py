"""The places of point labels in a plot, so that no label covers another label or a point."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.charts.style import Spec
from dashboard.palette import INK

# A plot as small as half a page, in pixels, and a letter of its labels: where there is more room, there is more between.
WIDTH, HEIGHT = 440, 320
FONT, LETTER, LINE, POINT = 11, 6.2, 12, 5
SIDES = ("right", "left", "above", "below")
WIDE = 380  # a plot that is narrower writes only the names that matter most


class Box(NamedTuple):
    """A rectangle, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def sides(
    points: Sequence[tuple[float, float]], names: Sequence[str], priority: Sequence[bool]
) -> list[str]:
    """The side of each point on which its name is written: one of SIDES, "" where there is no room for it.

    points: across and up, as parts of the plot, 0 to 1. priority: whose names are written in any case, and before
    others.
    """
    at = [(x * WIDTH, (1 - y) * HEIGHT) for x, y in points]
    taken = [Box(x - POINT, y - POINT, x + POINT, y + POINT) for x, y in at]
    found = [""] * len(points)
    for i in sorted(range(len(points)), key=lambda i: (not priority[i], at[i])):
        others = taken[:i] + taken[i + 1 :]
        boxes = {side: box(*at[i], names[i], side) for side in SIDES}
        free = [
            s for s, b in boxes.items() if _inside(b) and not any(b.overlaps(o) for o in others)
        ]
        if free or priority[i]:
            found[i] = free[0] if free else _least_covered(boxes, others)
            taken.append(boxes[found[i]])
    return found


def box(x: float, y: float, name: str, side: str) -> Box:
    """The rectangle of a name beside a point."""
    wide, gap = LETTER * len(name), POINT + 1
    left = {"right": x + gap, "left": x - gap - wide}.get(side, x - wide / 2)
    top = {"above": y - gap - LINE, "below": y + gap}.get(side, y - LINE / 2)
    return Box(left, top, left + wide, top + LINE)


def _inside(one: Box) -> bool:
    return one.left >= 0 and one.right <= WIDTH and one.top >= 0 and one.bottom <= HEIGHT


def _least_covered(boxes: dict[str, Box], others: Sequence[Box]) -> str:
    return min(
        boxes, key=lambda s: (not _inside(boxes[s]), sum(boxes[s].overlaps(o) for o in others))
    )


def name_layers(encoding: Spec) -> list[Spec]:
    """The layers that write the names of rows: fields "k", the name, "side", and "out", whose name is written in a
    narrow plot too. encoding: of the points' x and y."""
    look = {
        "right": {"align": "left", "baseline": "middle", "dx": 7},
        "left": {"align": "right", "baseline": "middle", "dx": -7},
        "above": {"align": "center", "baseline": "bottom", "dy": -6},
        "below": {"align": "center", "baseline": "top", "dy": 7},
    }
    return [
        {
            "mark": {"type": "text", "fontSize": FONT, "color": INK, **look[side]},
            "transform": [{"filter": f"datum.side == '{side}' && (datum.out || width >= {WIDE})"}],
            "encoding": {**encoding, "text": {"field": "k"}},
        }
        for side in SIDES
    ]
