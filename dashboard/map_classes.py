"""The classes that colour the map: fixed for each indicator, or fitted to all sites there are; no filter moves colours."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import quantiles

from dashboard import french
from dashboard.indicators import BY_CODE, choices
from dashboard.palette import RAMP

ENOUGH = 8  # sites from which on classes are fitted to them
APART = 0.25  # of the greatest value: sites that differ by less are alike, and have one colour
# Whose multiples are round numbers, the roundest first.
STEPS = (100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1)


@dataclass(frozen=True)
class Classes:
    """The lower bounds of the second to the last class. unit_suffix: written after numbers; whole: values are whole numbers."""

    bounds: tuple[float, float, float, float]
    unit_suffix: str
    whole: bool = False

    def colour(self, value: float) -> str:
        """The colour of a value's class."""
        return RAMP[bisect_right(self.bounds, value)]

    def fitted(self, values: Iterable[float]) -> "Classes":
        """Classes of which none holds more than half of the values: these; or fifths of the values at round numbers, where these
        leave most in one class though they differ. values: of all sites, in the usual period."""
        known = sorted(values)
        fullest = self._fullest(known)
        spread = known[-1] - known[0] if known else 0
        if len(known) < ENOUGH or fullest <= len(known) / 2 or spread < APART * known[-1]:
            return self
        fifths = quantiles(known, n=5)
        for step in STEPS:
            if step > spread / 5 or (self.whole and step < 1):
                continue
            first, second, third, last = (round(round(x / step) * step, 1) for x in fifths)
            fit = replace(self, bounds=(first, second, third, last))
            if known[0] < first < second < third < last and fit._fullest(known) < fullest:
                return fit
        return self

    def _fullest(self, values: Iterable[float]) -> int:
        """How many values the fullest class holds."""
        return max(Counter(bisect_right(self.bounds, v) for v in values).values(), default=0)

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
