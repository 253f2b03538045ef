"""What canevas say is for those who may see the rows of their sites, is found by typing, and goes for good once it is erased."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest

from dashboard.accounts import reauthentication
from dashboard.accounts.rights import LOCAL_READER, NOBODY, NotAllowed, Person, Role
from dashboard.actions import return_texts as actions
from dashboard.answers import context
from dashboard.answers.question import Question
from dashboard.answers.return_texts import by_month, texts
from dashboard.exports import panel_for_files
from dashboard.exports.xlsx import xlsx
from dashboard.panel import Message, Panel
from dashboard.settings import load_settings
from tests.builders import COVE, KANDI, Office, monthly, visit

AUTUMN = Question(date(2026, 9, 1), date(2026, 10, 31))
DATA = Person("données", Role.DATA_MANAGER, id="m")
ZOU = Person("directeur", Role.DIRECTOR, frozenset({"Zou"}), id="d")
FOCAL = Person("point focal", Role.FOCAL_POINT, sites=frozenset({KANDI}), id="f")
WITHOUT = [
    Person("cabinet", Role.CABINET, id="c"),
    Person("invité", Role.GUEST, id="g"),
    Person("comptes", Role.ADMINISTRATOR, id="a"),
    Person("inconnu", "stagiaire", id="i"),
    NOBODY,
]
WAIT, OUTAGE = "Attente trop longue à l'été", "=Panne du réseau <b>lundi</b>"  # invented


@pytest.fixture
def desk(asked) -> Office:
    """Two sites of two departments; Covè's September was handed in twice."""
    asked.hand_in("registre", visit(COVE, "2026-10-06"), visit(KANDI, "2026-10-06"))
    asked.hand_in("canevas", monthly(COVE, "09/2026", reasons="dit d'abord"), as_of="2026-10-02")
    asked.hand_in(
        "canevas",
        monthly(COVE, "09/2026", received=9, reasons=WAIT),
        monthly(COVE, "10/2026", difficulties=OUTAGE),
        monthly(KANDI, "10/2026", received=4, difficulties="Écran cassé", reasons="Accueil"),
        monthly(KANDI, "09/2026", received=4),
        as_of="2026-11-02",
    )
    return asked


def read(person: Person, typed: str = "") -> list[list[str]]:
    """Month, site and words of the rows that the person is shown."""
    rows = by_month(person, AUTUMN, "k", typed).table.rows
    return [
        [c.text for c in row if c.text][:1] + [c.text for c in row[2:] if c.text] for row in rows
    ]


COVE_ROWS = [
    ["octobre 2026", "CCSP de Covè", OUTAGE],
    ["septembre 2026", "CCSP de Covè", WAIT],
]
KANDI_ROW = ["octobre 2026", "CCSP de Kandi", "Accueil", "Écran cassé"]


def test_words_are_read_by_month_department_and_site_as_the_latest_file_says_them(desk):
    assert read(DATA) == [KANDI_ROW, *COVE_ROWS]
    assert by_month(DATA, AUTUMN, "k").finding.replace("\N{NO-BREAK SPACE}", " ") == (
        "3 canevas de 2 centres sont commentés : raisons d'insatisfaction dans 2 et difficultés dans 2"
    )


def test_why_there_are_no_words_is_said(asked):
    assert by_month(DATA, AUTUMN, "k").content == Message(
        "Aucun canevas n'est remis pour cette période."
    )
    asked.hand_in("canevas", monthly(COVE, "10/2026", received=9), as_of="2026-11-02")
    assert by_month(DATA, AUTUMN, "k").content == Message(
        "Les canevas de cette période sont sans commentaire."
    )


def test_each_reads_those_of_his_own_sites(desk):
    assert read(ZOU) == COVE_ROWS
    assert read(FOCAL) == [KANDI_ROW]
    assert read(LOCAL_READER) == read(DATA)


@pytest.mark.parametrize("person", WITHOUT, ids=lambda p: p.role or "nobody")
def test_nobody_else_is_given_a_word(desk, person):
    by_month(DATA, AUTUMN, "k")  # what another was shown is given to nobody
    panel = by_month(person, AUTUMN, "k")
    assert isinstance(panel.content, Message) and not panel.table.rows
    assert texts(person, AUTUMN) == ()
    assert WAIT not in repr(panel) and OUTAGE not in repr(panel)


@pytest.mark.parametrize(
    ("typed", "months"),
    [
        ("ATTENTE ete", ["septembre 2026"]),
        ("réseau", ["octobre 2026"]),
        ("  ecran  ", ["octobre 2026"]),
        ("cove", ["octobre 2026", "septembre 2026"]),
        ("zou attente", ["septembre 2026"]),
        ("réseau attente", []),
        ("100%", []),
    ],
)
def test_words_are_found_by_typing_without_case_and_accents(desk, typed, months):
    assert [row[0] for row in read(DATA, typed)] == months
    if not months:
        panel = by_month(DATA, AUTUMN, "k", typed)
        assert panel.content.text.replace("\N{NO-BREAK SPACE}", " ") == (
            f"Aucun des 3 canevas ne contient « {typed} »."
        )


def test_nothing_of_them_is_kept_among_the_answers(desk):
    by_month(DATA, AUTUMN, "k", "attente")
    texts(DATA, AUTUMN)
    assert WAIT not in repr([*context.ANSWER_CACHE._answers.values()])


def test_a_withdrawn_canevas_says_nothing_any_more(desk):
    (batch,) = desk.rows("SELECT max(id) FROM import_batch")[0]
    desk.withdraw(batch)
    assert read(DATA) == [["septembre 2026", "CCSP de Covè", "dit d'abord"]]


def test_a_workbook_has_them_as_text_and_not_where_the_ministry_wants_no_rows(desk, monkeypatch):
    panel = by_month(DATA, AUTUMN, "k")
    assert (OUTAGE, "s") in cells_of(panel_for_files(panel))  # a text, and no formula
    monkeypatch.setenv("COMPLAINT_ROWS_IN_FILES", "0")
    load_settings.cache_clear()
    assert OUTAGE not in {value for value, _ in cells_of(panel_for_files(panel))}


def cells_of(panel: Panel) -> set[tuple[object, str]]:
    """(value, type) of the cells of a panel's workbook."""
    book = openpyxl.load_workbook(BytesIO(xlsx("Canevas", [], [panel], demo=False)))
    return {(c.value, c.data_type) for sheet in book for row in sheet.iter_rows() for c in row}


@pytest.fixture
def proved(monkeypatch):
    """Whoever asks has just given his password: tests/accounts/test_reauthentication.py."""
    monkeypatch.setattr(reauthentication, "is_recent", lambda *which: True)


@pytest.mark.usefixtures("programs_of_the_server")
def test_words_are_erased_by_who_keeps_the_data_for_a_reason_and_the_numbers_stay(desk, proved):
    for person in (*WITHOUT, ZOU, FOCAL):
        with pytest.raises(NotAllowed):
            actions.erase(person, COVE, "2026-09", "pour voir")
    with pytest.raises(actions.Refused, match="Dire pourquoi"):
        actions.erase(DATA, COVE, "2026-09", " ")
    actions.erase(DATA, COVE, "2026-09", "une personne y est nommée")
    assert read(DATA) == [KANDI_ROW, COVE_ROWS[0]]
    numbers = desk.rows(
        "SELECT received FROM monthly_return WHERE superseded_by IS NULL ORDER BY received"
    )
    assert sorted(n for (n,) in numbers if n) == [4, 4, 9]
    assert not desk.rows(
        "SELECT 1 FROM monthly_return WHERE reasons IN ('dit d''abord', :w)", w=WAIT
    )
    with pytest.raises(actions.Refused, match="aucun mot"):
        actions.erase(DATA, COVE, "2026-09", "encore")
    # A file that says them again does not bring them back.
    desk.hand_in("canevas", monthly(COVE, "09/2026", received=10, reasons=WAIT), as_of="2026-11-05")
    assert read(DATA) == [KANDI_ROW, COVE_ROWS[0]]


def test_words_are_not_erased_from_a_page_that_somebody_left_open(desk):
    with pytest.raises(reauthentication.TooLongAgo):
        actions.erase(DATA, COVE, "2026-09", "une personne y est nommée")
    assert COVE_ROWS[1] in read(DATA)
