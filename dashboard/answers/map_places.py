"""Sites that share a place on the map: a site's place is the seat of its commune, so that two of one commune have the same."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from dashboard.answers.map_legend import Mark
from dashboard.answers.network import short_name
from dashboard.exports.map_geometry import FRAME, GAP, IDLE
from db.shared_types import Place

AROUND = 6  # marks around one place; of more, the first stands in the middle


def labels(places: Sequence[Place]) -> dict[str, str]:
    """The name of each site on the map, by its code: its commune's; where several are of one, with its type, or its own name
    where that says no more."""
    communes, short = Counter(p.commune for p in places), Counter(map(short_name, places))

    def label(place: Place) -> str:
        if communes[place.commune] == 1:
            return place.commune
        return short_name(place) if short[short_name(place)] == 1 else place.name

    return {p.code: label(p) for p in places}


def set_apart(marks: Iterable[Mark]) -> None:
    """Give marks that share a place an "offset" each, [x, y] in pixels of the screen's map at any zoom: around it, side by
    side. One would hide another, or seem to be the ring around it."""
    shared = defaultdict(list)
    for mark in marks:
        shared[mark["lat"], mark["lon"]].append(mark)
    for together in shared.values():
        if len(together) > 1:
            _around(sorted(together, key=lambda m: m["id"]))


def _around(marks: Sequence[Mark]) -> None:
    """Set these around their place, the first of many upon it."""
    far = max(map(_reach, marks))
    middle = len(marks) > AROUND
    turns = len(marks) - middle
    out = max(far / math.sin(math.pi / turns), 2 * far if middle else 0)
    for i, mark in enumerate(marks):
        turn = math.pi + math.tau * (i - middle) / turns
        at = (0.0, 0.0) if middle and i == 0 else (out * math.cos(turn), out * math.sin(turn))
        mark["offset"] = [round(at[0], 1), round(at[1], 1)]


def _reach(mark: Mark) -> float:
    """How far a mark reaches from its middle, with the ring and the frame around it, in pixels."""
    own = (mark["radius"] or IDLE) + (GAP if mark["silent"] else 0)
    return float(max(own + GAP, FRAME) if (mark["sign"] or {}).get("frame") else own + 0.5)
