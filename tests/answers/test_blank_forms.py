"""Blank forms are for whoever may see a site's rows, and say by their name what they are."""

import io
from datetime import date

import openpyxl
import pytest

from dashboard.accounts.rights import LOCAL_READER, NotAllowed, Person, Role
from dashboard.answers.blank_forms import blank_form
from dashboard.forms.formats import FORMATS
from db.reference import add
from tests.builders import COTONOU, COVE, KANDI

MONTH = date(2025, 3, 1)
ZOU = frozenset({"Zou"})
EVERYWHERE, OWN, NOWHERE = (KANDI, COVE, COTONOU), (COVE,), ()
PEOPLE = {
    "reader": (LOCAL_READER, EVERYWHERE),
    "cabinet": (Person("c", Role.CABINET), EVERYWHERE),
    "data manager": (Person("d", Role.DATA_MANAGER), EVERYWHERE),
    "director of Zou": (Person("z", Role.DIRECTOR, ZOU), OWN),
    "director of nothing": (Person("n", Role.DIRECTOR), NOWHERE),
    "focal point of Covè": (Person("f", Role.FOCAL_POINT, sites=frozenset({COVE})), OWN),
    "focal point of a department": (Person("p", Role.FOCAL_POINT, ZOU), NOWHERE),
    "administrator": (Person("a", Role.ADMINISTRATOR), NOWHERE),
    "guest": (Person("g", Role.GUEST), NOWHERE),
    "guest of Zou": (Person("h", Role.GUEST, ZOU), NOWHERE),
    "unknown role": (Person("u", "stagiaire", ZOU, frozenset({COVE})), NOWHERE),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_a_person_has_the_blank_forms_of_the_sites_whose_rows_he_may_see(asked, who):
    person, sites = PEOPLE[who]
    for code in EVERYWHERE:
        for form in FORMATS:
            if code in sites:
                name, content = blank_form(person, form, code, MONTH)
                assert (name, content[:4]) == (f"{form}-{code}-2025-03.xlsx", b"PK\x03\x04")
            else:
                with pytest.raises(NotAllowed):
                    blank_form(person, form, code, MONTH)


@pytest.mark.parametrize(
    ("form", "code", "month"),
    [
        ("registre", "ccsp-nulle-part", MONTH),
        ("registre", "", MONTH),
        ("rien", COVE, MONTH),
        ("", COVE, MONTH),
        ("registre", COVE, date(1999, 12, 1)),
    ],
)
def test_an_unknown_site_or_form_is_nobody_s(asked, form, code, month):
    with pytest.raises(NotAllowed):
        blank_form(LOCAL_READER, form, code, month)


def test_a_word_that_is_added_to_a_list_is_in_the_next_blank_form(asked):
    def words() -> set[object]:
        content = blank_form(LOCAL_READER, "plaintes", COVE, date(2025, 3, 31))[1]
        guide = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
        return {cell.value for cell in guide["B"]}

    before = words()
    add(asked.engine, "channel", "Boîte à suggestions", by="test")
    assert words() - before == {"Boîte à suggestions"}
