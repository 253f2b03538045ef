"""Who a centre is: what the reference and the last day known say, nothing where they say nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import context, site_identity
from dashboard.answers.question import Question
from dashboard.period import today
from tests.builders import COTONOU, KANDI, NIKKI, Office, close_site, closing, closure, visit
from tests.clock import as_of
from tests.db.test_lost_time import set_hours

OF_KANDI = Question(date(2025, 1, 1), date(2025, 12, 31), site=KANDI)
PLAIN = str.maketrans("\xa0\u202f", "  ")
DAYS = ("lu", "ma", "me", "je", "ve")
TODAY = today()


def said(site: str = KANDI, who: Person = LOCAL_READER) -> dict[str, tuple[str, str]]:
    """What the strip says, by label."""
    return {
        one.label: (one.text.translate(PLAIN), one.note.translate(PLAIN))
        for one in site_identity.site_facts(who, replace(OF_KANDI, site=site))
    }


def write(office: Office, statement: str, **values) -> None:
    with office.engine.begin() as connection:
        connection.execute(text(statement), values)
    context.close_databases()  # what is kept is of before


def test_of_a_base_without_data_only_the_reference_is_said(asked):
    found = said()
    assert found["Où"] == ("commune de Kandi, Alibori", "CCSP : centre communal de service public")
    assert found["Ouvert le"] == ("21/12/2021", "jour de la cérémonie ; premières données à venir")
    assert found["Heures d'ouverture"] == ("non renseignées", "")
    assert found["Dernier jour connu"] == (
        "—",
        "n'a encore remis ni registre des visites ni fiche de clôture",
    )
    assert found["Direction"] == ("non renseignée", "")
    assert said(COTONOU)["Ouvert le"][0] == "date non renseignée"
    assert said(COTONOU)["Où"][1].endswith("chez MTFP")
    assert said("ccsp-nulle-part") == {}


def test_hours_director_and_the_first_and_last_day_are_said_with_their_dates(asked):
    set_hours(asked, KANDI, "2025-02-01", **dict.fromkeys(DAYS, (480, 1020)))
    last = date(2025, 11, 20)
    asked.hand_in("registre", visit(day="2025-03-03", ref="1"))
    asked.hand_in("registre", visit(day=last.isoformat(), ref="2"))
    write(
        asked,
        "INSERT INTO department_director (department, valid_from, director)"
        " VALUES ('Alibori', :since, 'DDTFP')",
        since=date(2025, 1, 1).isoformat() if asked.engine.name == "sqlite" else date(2025, 1, 1),
    )
    found = said()
    assert found["Heures d'ouverture"] == (
        "du lundi au vendredi de 8 h à 17 h",
        "depuis le 01/02/2025",
    )
    assert found["Direction"] == ("DDTFP", "depuis le 01/01/2025")
    assert found["Ouvert le"][1] == "jour de la cérémonie ; premières données le 03/03/2025"
    assert found["Dernier jour connu"] == ("20/11/2025", "date des données, il y a 369 jours")
    assert said(who=Person("invité", Role.GUEST)) == found


@pytest.mark.parametrize(
    ("at", "said_of"),
    [
        ("2026-11-02T10:00", "date des données"),
        ("2026-12-02T10:00", "date des données, il y a 33 jours"),
    ],
)
def test_of_the_last_day_of_all_data_it_is_said_how_old_it_is_not_that_nobody_worked_since(
    asked, at, said_of
):
    with as_of(at):  # the 30th is a Friday, and the last working day of October
        asked.hand_in("registre", visit(day="2026-10-30"))
        assert said()["Dernier jour connu"] == ("30/10/2026", said_of)


def test_without_a_working_day_since_it_is_said_up_to_when(asked):
    with as_of("2026-12-02T10:00"):
        asked.hand_in("registre", visit(day="2026-10-30"), visit(NIKKI, day="2026-10-31"))
        assert said()["Dernier jour connu"] == (
            "30/10/2026",
            "sans jour ouvré jusqu'au 31/10/2026",
        )


def test_a_silent_site_says_since_when_and_why(asked):
    asked.hand_in(
        "registre", visit(KANDI, day="2025-10-20", ref="1"), visit(NIKKI, day="2025-11-20")
    )
    assert said()["Dernier jour connu"] == ("20/10/2025", "muet depuis 31 jours")
    asked.hand_in("fermetures", closure(KANDI, "2025-10-21", "2025-11-20", reason="réseau"))
    context.close_databases()
    assert said()["Dernier jour connu"] == (
        "20/10/2025",
        "muet, pas de réseau depuis le 21 octobre, fermeture confirmée",
    )


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        (TODAY - timedelta(days=5), ("Service", "fermé le")),
        (TODAY + timedelta(days=5), ("Heures d'ouverture", "ferme le")),
    ],
)
def test_a_site_that_closes_says_on_which_day(asked, closes, expected):
    day = (TODAY - timedelta(days=1)).isoformat()
    asked.hand_in("registre", visit(day="2025-10-20", ref="1"), visit(NIKKI, day=day))
    with asked.engine.begin() as connection:
        close_site(connection, KANDI, closes)
    context.close_databases()
    label, words = expected
    assert f"{words} {closes:%d/%m/%Y}" in " ".join(said()[label])
    if closes < TODAY:
        assert said()["Dernier jour connu"] == ("20/10/2025", "centre fermé")


def test_a_site_that_has_moved_or_will_says_where_from_and_when(asked):
    asked.hand_in("cloture", closing(KANDI, "2025-10-20"))
    moves = (
        "INSERT INTO site_location SELECT s.id, :since, c.id, 11.0, 3.0 FROM site s, commune c"
        " WHERE s.code = 'ccsp-kandi' AND c.name = 'Malanville'"
    )
    since = date(2025, 6, 2)
    as_it_is = asked.engine.name != "sqlite"
    write(asked, moves, since=since if as_it_is else since.isoformat())
    assert said()["Où"] == (
        "commune de Malanville, Alibori",
        "CCSP : centre communal de service public · déplacé le 02/06/2025, avant à Kandi",
    )
    later = TODAY + timedelta(days=40)
    write(
        asked,
        "UPDATE site_location SET valid_from = :since WHERE lat = 11.0 AND lon = 3.0",
        since=later if as_it_is else later.isoformat(),
    )
    text_, note = said()["Où"]
    assert text_ == "commune de Kandi, Alibori"
    assert note.endswith(f"se déplace le {later:%d/%m/%Y} à Malanville")


def test_the_same_is_a_table_for_the_files(asked):
    panel = site_identity.panel(LOCAL_READER, OF_KANDI, "le_centre")
    assert [row[0].text for row in panel.table.rows] == list(said())
