"""The classes of the map divide the sites there are, at round numbers, and do not make much of little."""

import pytest

from dashboard.map_classes import CLASSES, Classes

WAIT = CLASSES["wait_p50"]
LONG = [14, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 31]


def counts(classes: Classes, values: list[float]) -> list[int]:
    return [
        sum(classes.colour(v) == colour for v in values)
        for colour in dict.fromkeys(map(classes.colour, sorted(values)))
    ]


def test_sites_that_all_wait_long_are_not_all_of_one_colour():
    assert max(counts(WAIT, LONG)) > len(LONG) / 2
    fit = WAIT.fitted(LONG)
    assert fit.bounds == (18, 20, 24, 28)
    assert max(counts(fit, LONG)) <= len(LONG) / 2
    assert fit.labels()[1].translate({0xA0: " "}) == "18 à 19 min"


@pytest.mark.parametrize(
    "values",
    [
        [9, 10, 12, 12, 13, 14, 15, 16, 17, 19],  # the fixed classes divide them
        [16, 16, 16, 17, 17, 17, 17, 17, 17, 17],  # alike
        [60, 20, 30],  # few
        [10, 30, 30, 30, 30, 30, 30, 30, 30],  # nothing divides what is equal
        [0] * 9,
        [],
    ],
)
def test_fixed_classes_stay_where_they_divide_or_where_there_is_nothing_to_divide(values):
    assert WAIT.fitted(values) is WAIT


def test_parts_of_one_are_bounds_of_what_is_not_counted_in_whole_minutes():
    days = [0.5, 0.7, 0.8, 1, 1.2, 1.4, 1.7, 1.9, 2.3, 2.6]
    assert CLASSES["visits_per_day"].fitted(days).bounds == (0.8, 1.0, 1.6, 2.2)
