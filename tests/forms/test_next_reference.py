"""The reference of a site's next complaint: derived from its last ones, or none."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.forms.next_reference import next_reference

DAY = date(2025, 10, 16)


def known(*references: str, last: date = date(2025, 10, 10)) -> list[tuple[str, date]]:
    """References, the latest first, of complaints that came a day apart."""
    return [(reference, last - timedelta(n)) for n, reference in enumerate(references)]


@pytest.mark.parametrize(
    ("references", "following"),
    [
        (("P-COV-2025-00012", "P-COV-2025-00011"), "P-COV-2025-00013"),
        (("012/2025", "011/2025", "010/2025"), "013/2025"),
        (("012/25", "011/25", "010/25"), "013/25"),
        (("14", "13", "12"), "15"),
        (("PL9", "PL8", "PL7"), "PL10"),
        (("PL099", "PL098"), "PL100"),
        (("C24-031", "C24-030"), "C24-032"),
        (("P-3", "P-5", "P-4"), "P-6"),
        (("P-2025-9", "lettre du 3", "P-2025-8", "P-2025-7"), "P-2025-10"),
        (("P-2025-9000", "P-2025-8", "P-2025-7", "P-2025-6"), "P-2025-9"),
    ],
)
def test_the_number_goes_on_in_the_form_of_the_last_ones(references, following):
    assert next_reference(known(*references), DAY) == following


def test_a_new_year_begins_at_one_where_the_reference_has_a_year():
    old = known("P-2024-041", "P-2024-040", "P-2024-039", last=date(2024, 12, 20))
    assert next_reference(old, date(2025, 1, 3)) == "P-2025-001"
    plain = known("P-041", "P-040", last=date(2024, 12, 20))
    assert next_reference(plain, date(2025, 1, 3)) == "P-042"


@pytest.mark.parametrize(
    "references",
    [
        (),
        ("P-2025-001",),
        ("courrier", "lettre"),
        ("2025", "2025-A"),
        ("A-1", "B-7", "C-3"),
        ("P417-00014", "P417-00007", "P417-00003", "P417-00000"),
    ],
)
def test_where_no_rule_is_seen_none_is_made_up(references):
    assert next_reference(known(*references), DAY) == ""


prefixes = st.text(st.characters(codec="ascii", categories=("Lu",)), max_size=4)


@given(prefixes, st.booleans(), st.integers(0, 6), st.integers(1, 3000), st.integers(2, 30))
def test_whatever_the_rule_the_next_one_is_the_one_that_the_register_would_write(
    prefix, by_year, width, first, count
):
    year = "2025/" if by_year else ""
    all_of_them = [f"{prefix}-{year}{first + n:0{width}}" for n in range(count + 1)]
    *before, following = all_of_them
    assert next_reference(known(*reversed(before)), DAY) == following
