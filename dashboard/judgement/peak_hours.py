"""At which hours most people come, or wait longest, and which others chance alone does not tell from these."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from dashboard import french
from dashboard.statistics.intervals import z_value

S = french.SPACE
MOST_NAMED = 3  # hours that are said together; more are no peak
MOST_LOWER = 4  # hours that are named because they are clearly lower


@dataclass(frozen=True)
class Peak:
    """The highest hour, the hours that are not clearly lower, itself among them, and those that are."""

    hour: int
    near: tuple[int, ...]
    lower: tuple[int, ...]

    @property
    def stands_out(self) -> bool:
        """Whether it, or a few hours with it, are clearly higher than others."""
        return bool(self.lower) and len(self.near) <= MOST_NAMED

    @property
    def is_alone(self) -> bool:
        """Whether there is no other hour to compare it with."""
        return len(self.near) == 1 and not self.lower

    @property
    def in_words(self) -> str:
        """« à 10 h », « entre 9 h et 11 h, le plus à 10 h », « à 9 h et 14 h, le plus à 14 h »."""
        if len(self.near) == 1:
            return f"à {self.hour}{S}h"
        first, last = self.near[0], self.near[-1]
        when = (
            f"entre {first}{S}h et {last + 1}{S}h"
            if last - first == len(self.near) - 1
            else _hours(self.near)
        )
        return f"{when}, le plus à {self.hour}{S}h"

    @property
    def is_clear(self) -> bool:
        """Whether any hour is clearly lower."""
        return bool(self.lower)

    def lower_in_words(self, value: Callable[[int], str]) -> str:
        """« à 12 h (9 min) et 13 h (15 min) qu'à 8 h (22 min) »: the hours that are clearly lower; "" where they are none, or too
        many to be named. value: of an hour, in words."""
        if not 0 < len(self.lower) <= MOST_LOWER:
            return ""
        each = [f"{hour}{S}h ({value(hour)})" for hour in self.lower]
        return f"à {french.join_words(each)} qu'à {self.hour}{S}h ({value(self.hour)})"


def busiest_hours(visits: np.ndarray, fewest: int) -> Peak | None:
    """The hours with most visits; None where none has so many as `fewest`. visits: by hour, (24,). Hours are near the highest
    where the difference of two Poisson counts is within their 95 % interval."""
    top = int(visits.argmax())
    if visits[top] < fewest:
        return None
    lower = visits[top] - visits > z_value() * np.sqrt(visits[top] + visits)
    return _peak(top, visits > 0, lower)


def clearly_lower(visits: np.ndarray, days: np.ndarray, top: tuple[int, int]) -> np.ndarray:
    """The hours of the week at which clearly fewer visits come than at `top`, booleans (7, 24). visits: by weekday and hour, (7,
    24); days: on which they were counted, by weekday, (7,); top: a weekday and hour. Clearly: the difference of two Poisson rates
    is outside the interval that leaves out 5 % over all the hours with a visit together, for the highest is the largest of
    so many draws."""
    counted = np.maximum(days, 1)[:, None]
    rates, variances = visits / counted, visits / counted**2
    far = z_value(1 - 0.05 / max(int((visits > 0).sum()) - 1, 1))
    lower: np.ndarray = rates[top] - rates > far * np.sqrt(variances[top] + variances)
    return lower


def longest_waits(
    medians: np.ndarray, is_known: np.ndarray, low: np.ndarray, high: np.ndarray
) -> Peak | None:
    """The hours with the longest median waits; None where none is known. medians, is_known, and the ends of each median's
    interval: by hour, (24,). Hours are near the longest where the two intervals meet."""
    if not is_known.any():
        return None
    top = int(np.where(is_known, medians, -1).argmax())
    return _peak(top, is_known, high < low[top])


def _peak(top: int, compared: np.ndarray, lower: np.ndarray) -> Peak:
    """The peak at an hour. compared, lower: which hours are, (24,)."""
    near, below = (np.flatnonzero(compared & which).tolist() for which in (~lower, lower))
    return Peak(top, tuple(near), tuple(below))


def _hours(hours: Collection[int]) -> str:
    return f"à {french.join_words([f'{hour}{S}h' for hour in hours])}"
