"""Words of complaints are for those whom the table of rights names, one complaint at a time, each reading noted."""

from datetime import date

import pytest

from dashboard.accounts import reauthentication
from dashboard.accounts.rights import LOCAL_READER, NOBODY, NotAllowed, Person, Role
from dashboard.actions import access_journal, complaint_texts
from dashboard.answers import context
from dashboard.answers.question import Question
from dashboard.period import today
from dashboard.settings import load_settings
from tests.builders import COVE, KANDI, complaint, visit

pytestmark = [pytest.mark.usefixtures("programs_of_the_server"), pytest.mark.never_unstable]

YEAR = Question(date(2025, 1, 1), date(2025, 12, 31))
DATA = Person("données", Role.DATA_MANAGER, id="m")
ALIBORI = Person("directrice", Role.DIRECTOR, frozenset({"Alibori"}), id="d")
ZOU = Person("directeur", Role.DIRECTOR, frozenset({"Zou"}), id="z")
WITHOUT = [
    Person("cabinet", Role.CABINET, id="c"),
    Person("point focal", Role.FOCAL_POINT, sites=frozenset({KANDI}), id="f"),
    Person("comptes", Role.ADMINISTRATOR, id="a"),
    Person("invité", Role.GUEST, id="g"),
    NOBODY,
]
TOLD = "Personne au guichet avant dix heures"  # invented


@pytest.fixture
def desk(office, database_url, monkeypatch):
    """Two sites with complaints and their words; the application asks this database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    load_settings.cache_clear()
    office.hand_in("registre", visit(), visit(site=COVE))
    office.hand_in(
        "plaintes",
        complaint("P1", subject=TOLD),
        complaint("P2", subject="déjà répondue", resolved="2025-03-09"),
        complaint("P3"),
        complaint("P1", site=COVE, subject="à Covè"),
        as_of="2025-04-01",
    )
    yield office
    context.close_databases()
    load_settings.cache_clear()


def noted(desk) -> list[tuple[str, str]]:
    return desk.rows("SELECT who, did FROM access_journal ORDER BY id")


def test_words_are_read_one_complaint_at_a_time_and_each_reading_is_noted(desk):
    assert [(one.site, one.reference) for one in complaint_texts.open_with_texts(DATA, YEAR)] == [
        (KANDI, "P1"),
        (COVE, "P1"),
    ]
    assert [one.site for one in complaint_texts.find(DATA, " P2 ")] == [KANDI]
    assert not noted(desk)  # references alone: the list of complaints is noted by itself
    assert complaint_texts.read(DATA, KANDI, "P1") == [TOLD]
    assert complaint_texts.read(DATA, KANDI, "P3") == []
    lines = access_journal.lines(Person("a", Role.ADMINISTRATOR, id="a"), today(), today())
    (line,) = [one for one in lines if one.did == "a lu les mots d'une plainte"]
    assert (line.who, line.details) == ("données", f"centre {KANDI} · référence P1")


def test_a_director_reads_those_of_his_departments_alone(desk):
    assert [one.site for one in complaint_texts.open_with_texts(ZOU, YEAR)] == [COVE]
    assert [one.site for one in complaint_texts.find(ZOU, "P1")] == [COVE]
    assert complaint_texts.read(ALIBORI, KANDI, "P1") == [TOLD]
    assert complaint_texts.read(ZOU, KANDI, "P1") == []
    assert complaint_texts.read(ZOU, COVE, "P1") == ["à Covè"]
    assert not complaint_texts.has_texts(ZOU, YEAR.at_place("Alibori", None))
    assert noted(desk) == [("directrice", "read words"), ("directeur", "read words")]


@pytest.mark.parametrize("person", WITHOUT, ids=lambda p: p.name or "nobody")
def test_nobody_else_is_given_a_word(desk, person):
    assert not complaint_texts.has_texts(person, YEAR)
    assert complaint_texts.open_with_texts(person, YEAR) == complaint_texts.find(person, "P1") == []
    with pytest.raises(NotAllowed):
        complaint_texts.read(person, KANDI, "P1")
    with pytest.raises(NotAllowed):
        complaint_texts.erase(person, KANDI, "P1", "pour voir")
    assert not noted(desk)


def test_words_that_cannot_be_noted_are_not_read(desk, monkeypatch):
    def full(*_):
        raise OSError("disk")

    monkeypatch.setattr(access_journal.access_journal, "add", full)
    with pytest.raises(OSError, match="disk"):
        complaint_texts.read(DATA, KANDI, "P1")


@pytest.fixture
def proved(monkeypatch):
    """Whoever asks has just given his password: tests/accounts/test_reauthentication.py."""
    monkeypatch.setattr(reauthentication, "is_recent", lambda *which: True)


def test_words_are_not_erased_from_a_page_that_somebody_left_open(desk):
    with pytest.raises(reauthentication.TooLongAgo):
        complaint_texts.erase(DATA, KANDI, "P1", "demande de l'usager")
    assert complaint_texts.read(DATA, KANDI, "P1") == [TOLD]


def test_words_are_erased_by_who_keeps_the_data_for_a_reason_and_the_complaint_stays(desk, proved):
    before = desk.figures(by="site")
    for person in (ALIBORI, ZOU):
        with pytest.raises(NotAllowed):
            complaint_texts.erase(person, KANDI, "P1", "pour voir")
    with pytest.raises(complaint_texts.Refused, match="Dire pourquoi"):
        complaint_texts.erase(DATA, KANDI, "P1", "  ")
    complaint_texts.erase(DATA, KANDI, "P1", "demande de l'usager")
    assert complaint_texts.read(LOCAL_READER, KANDI, "P1") == []
    assert complaint_texts.read(LOCAL_READER, COVE, "P1") == ["à Covè"]
    assert desk.figures(by="site") == before
    assert desk.rows("SELECT who, did, why FROM journal ORDER BY id DESC LIMIT 1") == [
        ("données", "erased words", "demande de l'usager")
    ]
    with pytest.raises(complaint_texts.Refused, match="aucun mot"):
        complaint_texts.erase(DATA, KANDI, "P1", "encore")


def test_words_of_a_file_that_a_later_one_replaced_are_read_too_the_latest_first(desk, proved):
    desk.hand_in("plaintes", complaint("P1", subject="dit autrement"), as_of="2025-05-01")
    assert complaint_texts.read(DATA, KANDI, "P1") == ["dit autrement", TOLD]
    complaint_texts.erase(DATA, KANDI, "P1", "demande de l'usager")
    assert complaint_texts.read(DATA, KANDI, "P1") == []
