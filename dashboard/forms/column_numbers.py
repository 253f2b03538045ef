"""A column's values as whole numbers, for arithmetic and rollups."""

from collections.abc import Sequence
from datetime import date
from functools import cache

import numpy as np

from dashboard.period import day_number
from db.shared_types import Cell


class Numbers(dict[Cell, int]):
    """The number of each value, worked out once: None is `blank`, days count from 1970, no is 2.

    answers: whether the values are True and False, which have a table of their own: as keys of a dict, True is 1 and
    False is 0.
    """

    def __init__(self, blank: int, answers: bool) -> None:
        super().__init__()
        self.blank, self.answers = blank, answers

    def __missing__(self, value: Cell) -> int:
        if value is None:
            number = self.blank
        elif isinstance(value, str):
            number = day_number(date.fromisoformat(value))
        elif self.answers:
            number = 1 if value else 2
        else:
            number = value
        self[value] = number
        return number


_numbers = cache(Numbers)  # kept: there are few tables of them


def as_numbers(values: Sequence[Cell], blank: int) -> np.ndarray:
    """`values` as an int64 array, through `Numbers`."""
    sample = next((v for v in values if v is not None), None)
    table = _numbers(blank, isinstance(sample, bool))
    return np.fromiter(map(table.__getitem__, values), np.int64, len(values))
