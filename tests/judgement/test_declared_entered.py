"""Why the numbers of a month differ, in words: what is said adds up to the gap, and nothing is explained that is not."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import french
from dashboard.judgement.declared_entered import (
    DayCounts,
    MonthCounts,
    RegisterBefore,
    explanation,
    since_in_words,
)

OCTOBER = date(2026, 10, 1)


def day(n: int, declared: int | None, entered: int | None) -> DayCounts:
    return DayCounts(date(2026, 10, n), declared, entered)


def month(**counts) -> MonthCounts:
    given_ = {"reported": None, "declared": None, "entered": None} | counts
    return MonthCounts("CCSP de Covè", "ccsp-cove", OCTOBER, **given_)


def said(**counts) -> str:
    return explanation(month(**counts)).replace(french.SPACE, " ")


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # The register lacks two days: the canevas is held against the closings, which have them.
        (
            {
                "reported": 412,
                "declared": 412,
                "entered": 397,
                "missing": (day(4, 8, None), day(12, 7, None)),
            },
            "le canevas dit 412, le registre en a au moins 397 : le 4 et le 12 ne sont pas remis (fiches : 15) ; canevas et"
            " fiches disent la même chose",
        ),
        (
            {"reported": 420, "declared": 412, "entered": 397, "missing": (day(4, 15, None),)},
            "le 4 n'est pas remis (fiche : 15) ; le canevas dit 420, les fiches 412 : 8 usagers de plus au canevas, que rien"
            " ici n'explique",
        ),
        (
            {"reported": 410, "entered": 397, "missing": (day(12, None, None),)},
            "le canevas dit 410, le registre en a au moins 397 : le 12 n'est pas remis (sans fiche) ; ni registre ni fiches"
            " entiers, auxquels comparer le canevas",
        ),
        (
            {"reported": 399, "entered": 397, "both": 1, "differing": (day(7, 20, 18),)},
            "le canevas dit 399, le registre en a 397 : le 7, la fiche dit 20 et le registre 18",
        ),
        (
            {"reported": 390, "entered": 397},
            "le canevas dit 390, le registre en a 397 : 7 usagers de plus au registre, que rien ici n'explique",
        ),
        (
            {"reported": 390, "entered": 397, "unclosed": 3},
            "le canevas dit 390, le registre en a 397 : 7 usagers de plus au registre, que rien ici n'explique"
            " (3 jours n'ont pas de fiche)",
        ),
        (
            {
                "declared": 9,
                "entered": 6,
                "differing": tuple(day(n, n, 1) for n in (2, 6, 7, 8, 9)),
            },
            "fiche et registre diffèrent le 7 (7 et 1), le 8 (8 et 1), le 9 (9 et 1) et 2 autres jours",
        ),
        (
            {"reported": 5, "declared": 5},
            "registre non remonté ; canevas et fiches disent la même chose",
        ),
        (
            {"reported": 9, "declared": 5},
            "registre non remonté ; le canevas dit 9, les fiches 5 : 4 usagers de plus au canevas, que rien ici n'explique",
        ),
        (
            {"reported": 5, "declared": 5, "closings": 1, "due": 2},
            "registre non remonté ; ni registre ni fiches entiers, auxquels comparer le canevas",
        ),
        ({"reported": 5, "declared": 5, "entered": 5, "both": 1}, "les trois disent la même chose"),
        ({"reported": 5, "entered": 4, "is_running": True}, "mois en cours"),
    ],
)
def test_a_gap_is_explained_by_its_days(counts, expected):
    assert said(**counts) == expected


def test_the_register_as_it_was_explains_more_than_days_that_add_up_by_chance():
    before = RegisterBefore(412, date(2026, 11, 3), 12, ((31, date(2026, 11, 12)),))
    words = said(reported=412, entered=397, missing=(day(4, 15, None),), before=before)
    assert words.endswith(
        "(lot 12, le 03/11/2026) ; changé depuis par le lot 31, le 12/11/2026 ; le 4 n'est pas remis (fiche : 15)"
    )
    # It had another number: nothing is said of it.
    assert "lot" not in said(reported=413, entered=397, before=before)


days = st.builds(day, st.integers(1, 31), st.integers(0, 40), st.integers(0, 40))
unhanded = st.builds(day, st.integers(1, 31), st.none() | st.integers(0, 40), st.none())


@given(st.integers(0, 500), st.integers(0, 500), st.lists(days, max_size=4))
def test_what_is_left_without_explanation_is_the_gap_less_what_the_days_say(
    reported, entered, differing
):
    differing = [d for d in differing if d.gap]
    m = month(reported=reported, entered=entered, both=5, differing=tuple(differing))
    words = explanation(m).replace(french.SPACE, " ")
    of_days, gap = sum(d.gap for d in differing), reported - entered
    left = re.search(r"(\d+) usagers? de plus au (canevas|registre)", words)
    if not gap or (differing and gap == of_days):
        assert left is None, words
    else:
        assert left, words
        assert int(left[1]) * (1 if left[2] == "canevas" else -1) == gap - of_days


@given(st.lists(unhanded, min_size=1, max_size=4), st.none() | st.integers(0, 500))
def test_days_that_nobody_handed_in_are_no_gap(missing, entered):
    m = month(reported=40, entered=entered, closings=1, due=2, missing=tuple(missing))
    assert not m.disagrees and m.size == 0 and m.report_gap is None and m.closing_gap is None


def test_since_when_is_a_month_and_how_many_in_a_row():
    assert since_in_words(()) == ""
    assert since_in_words((OCTOBER,)) == "octobre 2026"
    row = (date(2026, 8, 1), date(2026, 9, 1), OCTOBER)
    assert since_in_words(row).replace(french.SPACE, " ") == "août 2026 (3 mois de suite)"
