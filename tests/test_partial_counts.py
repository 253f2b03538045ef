"""A count knows whether it is whole, and only a whole one of none can be denied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.partial_counts import Count, Coverage, PartialCount, WaitingCount
from dashboard.statistics import sentences

PLAIN = str.maketrans("\xa0\u202f", "  ")
NONE = "aucune plainte en cours"


def coverage(expected: int, known: int, current: int) -> Coverage:
    return Coverage("registre des plaintes", expected, known, current)


@st.composite
def coverages(draw) -> Coverage:
    """Of some sites, fewer that handed anything in, fewer of which all is known."""
    expected = draw(st.integers(0, 30))
    known = draw(st.integers(0, expected))
    return coverage(expected, known, draw(st.integers(0, known)))


@pytest.mark.pitfall(27)
@given(st.integers(0, 5), coverages())
def test_none_is_denied_of_a_whole_count_alone(n, of):
    count = Count(n, of)
    whole = of.expected > 0 and of.current == of.expected
    if n == 0 and whole:
        assert count.deny(NONE) == NONE
    else:
        with pytest.raises(PartialCount):
            count.deny(NONE)
    for said in (
        count.some_or_none(count.plural("plainte"), NONE, "plainte connue"),
        sentences.late(count, 30),
    ):
        known = said.lower().replace("aucune plainte connue", "")  # denies nothing of the others
        assert ("aucune" in known) == (n == 0 and whole)
        assert ("au moins" in said.lower()) == (n > 0 and not whole)
        assert str(n) in said or n == 0


@pytest.mark.parametrize(
    ("expected", "known", "current", "said"),
    [
        (24, 24, 24, NONE),
        (1, 1, 1, NONE),
        (24, 0, 0, "registre des plaintes non remonté"),
        (0, 0, 0, "registre des plaintes non remonté"),
        (
            24,
            5,
            3,
            "registre des plaintes à jour dans 3 centres sur 24 ; aucune plainte connue en cours",
        ),
        (
            24,
            5,
            1,
            "registre des plaintes à jour dans 1 centre sur 24 ; aucune plainte connue en cours",
        ),
        (24, 5, 0, "registre des plaintes pas à jour ; aucune plainte connue en cours"),
        (1, 1, 0, "registre des plaintes pas à jour ; aucune plainte connue en cours"),
    ],
)
def test_of_none_in_a_part_it_is_said_what_is_not_known(expected, known, current, said):
    count = Count(0, coverage(expected, known, current))
    assert count.some_or_none("", NONE, "plainte connue en cours").translate(PLAIN) == said


@pytest.mark.pitfall(27)
@given(st.integers(1, 5), coverages())
def test_what_waits_in_a_register_that_ended_may_be_answered_and_is_no_floor(n, of):
    count = WaitingCount(n, of)
    for said in (count.plural("plainte en cours", "plaintes en cours"), sentences.late(count, 30)):
        words = said.translate(PLAIN)
        assert "au moins" not in words.lower()
        known = f"{n} plainte{'s' * (n > 1)} connue{'s' * (n > 1)} "
        assert words.startswith(known) != count.is_complete
