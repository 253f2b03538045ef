"""The classes that colour the map: fixed for each indicator, so that colours do not move with filters."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from dashboard import french
from dashboard.indicators import BY_CODE, choices
from dashboard.palette import RAMP


@dataclass(frozen=True)
class Classes:
    """The lower bounds of the second to the last class. unit_suffix: written after numbers; whole: values are whole numbers."""

    bounds: tuple[float, float, float, float]
    unit_suffix: str
    whole: bool = False

    def colour(self, value: float) -> str:
        """The colour of a value's class."""
        return RAMP[bisect_right(self.bounds, value)]

    def pale_colour(self, value: float) -> str:
        """The colour of a value's class, halfway to white, for areas under marks."""
        parts = [int(self.colour(value)[i : i + 2], 16) for i in (1, 3, 5)]
        return "#" + "".join(f"{(p + 255) // 2:02x}" for p in parts)

    def labels(self) -> list[str]:
        """The labels of the classes, lowest first."""
        low, *_, high = self.bounds
        middle = [self._between(a, b) for a, b in pairwise(self.bounds)]
        return [
            f"moins de {_bound(low)}{self.unit_suffix}",
            *middle,
            f"{_bound(high)}{self.unit_suffix} et plus",
        ]

    def _between(self, first: float, end: float) -> str:
        """The label of a class between two bounds."""
        if not self.whole:
            return f"{_bound(first)} à moins de {_bound(end)}{self.unit_suffix}"
        last = end - 1
        return f"{_bound(first)}{f' à {_bound(last)}' if last > first else ''}{self.unit_suffix}"


def _bound(x: float) -> str:
    """A bound in words."""
    return french.number(x, 0 if float(x).is_integer() else 1)


AFTER = {
    "percent": f"{french.NARROW_SPACE}%",
    "minutes": f"{french.SPACE}min",
    "days": f"{french.SPACE}jours",
}
WHOLE = ("minutes", "days")
# Those of INDICATORS that colour the map.
CLASSES = {
    code: Classes(bounds, AFTER.get(BY_CODE[code].unit, ""), BY_CODE[code].unit in WHOLE)
    for code in choices(lambda i: i.classes)
    if (bounds := BY_CODE[code].classes)
}
