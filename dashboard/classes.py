"""The classes that colour the map: fixed for each indicator, so that colours do not move with filters."""
from bisect import bisect_right
from dataclasses import dataclass

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.palette import RAMP


@dataclass(frozen=True)
class Classes:
    """The lower bounds of the second to the last class; `after` is written after the numbers."""

    bounds: tuple[float, float, float, float]
    after: str

    def colour(self, value: float) -> str:
        """The colour of a value."""
        return RAMP[bisect_right(self.bounds, value)]

    def pale(self, value: float) -> str:
        """The colour of a value, half way to white: for an area under the marks of its sites."""
        parts = [int(self.colour(value)[i:i + 2], 16) for i in (1, 3, 5)]
        return "#" + "".join(f"{(p + 255) // 2:02x}" for p in parts)

    def labels(self) -> list[str]:
        """The classes in words, lowest first."""
        low, *_, high = self.bounds
        n = lambda x: french.number(x, 0 if float(x).is_integer() else 1)  # noqa: E731
        middle = [f"{n(a)} à moins de {n(b)}{self.after}" for a, b in zip(self.bounds, self.bounds[1:], strict=False)]
        return [f"moins de {n(low)}{self.after}", *middle, f"{n(high)}{self.after} et plus"]


PERCENT = french.NARROW_SPACE + "%"
MINUTES = french.SPACE + "min"

CLASSES = {
    "wait_p50": Classes((10, 15, 20, 30), MINUTES),
    "wait_p90": Classes((30, 45, 60, 90), MINUTES),
    "wait_within_30": Classes((60, 70, 80, 90), PERCENT),
    "left": Classes((2, 4, 6, 8), PERCENT),
    "satisfaction": Classes((70, 80, 85, 90), PERCENT),
    "visits_per_day": Classes((5, 10, 20, 40), ""),
    "women_share": Classes((40, 45, 50, 55), PERCENT),
    "complaints_per_1000": Classes((5, 10, 15, 20), ""),
    "complaints_30d": Classes((50, 65, 80, 90), PERCENT),
    "complaints_30d_due": Classes((50, 65, 80, 90), PERCENT),
    "complaint_delay": Classes((7, 14, 21, 30), french.SPACE + "jours"),
    "completeness": Classes((60, 80, 90, 95), PERCENT),
}
assert CLASSES.keys() <= BY_CODE.keys()
