"""One complaint is told to who may see the complaints of its site one by one, with the days that the list has."""

from datetime import date, timedelta

import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import complaints, one_complaint
from dashboard.answers.question import Question
from dashboard.panel import Message, Panel, complaint_link
from tests.builders import COVE, KANDI, complaint, visit

DAY = date(2025, 11, 24)
OF_COVE = Question(date(2025, 1, 1), date(2025, 12, 31), site=COVE)
PLAIN = str.maketrans("\xa0\u202f", "  ")
TOLD = "Personne au guichet avant dix heures"  # invented
ZOU = Person("directeur", Role.DIRECTOR, frozenset({"Zou"}))
OTHERS = [
    Person("directrice", Role.DIRECTOR, frozenset({"Alibori"})),
    Person("point focal", Role.FOCAL_POINT, sites=frozenset({KANDI})),
    Person("invité", Role.GUEST),
]


def before(days: int) -> str:
    return (DAY - timedelta(days=days)).isoformat()


@pytest.fixture(autouse=True)
def desk(asked):
    asked.hand_in(
        "registre", visit(KANDI, before(3)), visit(COVE, DAY.isoformat()), as_of=DAY.isoformat()
    )
    asked.hand_in(
        "plaintes",
        complaint("P-1", COVE, before(40), category="Délai", subject=TOLD),
        complaint("P-2", COVE, before(30), before(18), outcome="rejetée"),
        complaint("P-3", COVE, before(20), before(20)),
        complaint("P-1", KANDI, before(5)),
        as_of=DAY.isoformat(),
        covers=(date(2025, 1, 1), DAY),
    )


def told(panel: Panel) -> dict[str, str]:
    return {row[0].text: row[1].text.translate(PLAIN) for row in panel.table.rows}


def of(reference: str, who: Person = LOCAL_READER) -> Panel:
    return one_complaint.panel(who, OF_COVE, reference, "plainte")


def test_an_open_one_has_the_days_of_the_list_that_leads_to_it():
    found, listed = of("P-1"), complaints.open_complaints(LOCAL_READER, OF_COVE, "liste")
    assert found.finding.translate(PLAIN) == "Plainte P-1 : en cours depuis 40 jours au 24/11/2025"
    assert told(found)["Jours"] == "40 jours" == listed.table.rows[0][1].text.translate(PLAIN)
    assert (told(found)["Catégorie"], told(found)["Répondue le"]) == ("Délai", "pas encore")
    assert listed.table.rows[0][0].link == complaint_link(COVE, "P-1")
    assert TOLD not in str(found) and found.has_complaint_rows


@pytest.mark.parametrize(
    ("reference", "state", "days"),
    [
        ("P-2", "rejetée, réponse après 12 jours", "12 jours"),
        ("P-3", "traitée, réponse le jour même", "0 jour"),
    ],
)
def test_an_answered_one_says_what_became_of_it_and_in_how_many_days(reference, state, days):
    found = of(reference)
    assert found.finding.translate(PLAIN) == f"Plainte {reference} : {state}"
    assert told(found)["Jours"] == days


def test_who_answers_for_its_site_sees_it_and_nobody_learns_elsewhere_whether_there_is_one():
    assert told(of("P-1", ZOU))["Reçue le"] == (DAY - timedelta(days=40)).strftime("%d/%m/%Y")
    unknown = of("P-9", ZOU)
    assert unknown.content == Message(one_complaint.NONE) and not unknown.has_complaint_rows
    for person in OTHERS:
        assert of("P-1", person) == of("P-9", person) == unknown, person.name
