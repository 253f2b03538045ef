"""Reminders: what is sent, who may note it and of which sites, and what came of it."""

from datetime import date, datetime

import pytest

from dashboard import french
from dashboard.accounts.rights import NotAllowed, Person, Role
from dashboard.actions import reminders as actions
from dashboard.actions.targets_and_decisions import Refused
from dashboard.answers import context, reminders
from dashboard.answers.question import EVERYTHING
from dashboard.period import BENIN
from dashboard.settings import load_settings
from tests.builders import COVE, KANDI, NIKKI, Office, close_site, closing, closure, visit
from tests.clock import as_of

CABINET = Person("cabinet", Role.CABINET, id="c")
DIRECTOR = Person("directrice", Role.DIRECTOR, frozenset({"Zou"}), id="d")
NOVEMBER = date(2026, 11, 1)
FRIDAY = "2026-11-27T14:00"


def moment(at: str = FRIDAY) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=BENIN)


@pytest.fixture
def late(office, database_url, monkeypatch):
    """Covè misses the 4th, the 12th and the 13th of November, Kandi the 26th; Nikki said why it misses all."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("PUBLIC_URL", "https://ccsp.example.bj")
    load_settings.cache_clear()
    with office.engine.begin() as connection:
        for (code,) in office.rows("SELECT code FROM site"):
            if code not in (COVE, KANDI, NIKKI):
                close_site(connection, code, date(2025, 1, 1))
    for day in range(1, 28):
        with as_of(f"2026-11-{day:02}T17:00"):
            if day not in (4, 12, 13, 27):
                cover(office, COVE, day)
            if day not in (26, 27):
                cover(office, KANDI, day)
    with as_of(FRIDAY):
        row = closure(NIKKI, "2026-11-01", "2026-11-26", reason="réseau")
        office.hand_in("fermetures", row, declared=True)
    yield office
    context.close_databases()
    load_settings.cache_clear()


def cover(office: Office, site: str, day: int) -> None:
    when = date(2026, 11, day)
    office.hand_in(
        "registre", visit(site, str(when), ref=f"{day}"), covers=(when, when), sites=(site,)
    )


def to_send(person: Person = CABINET, at: str = FRIDAY) -> dict[str, reminders.SiteReminder]:
    with as_of(at):
        found = reminders.to_send(person, EVERYTHING, NOVEMBER, moment(at))
    return {one.code: one for one in found}


def outcomes(at: str) -> dict[str, str]:
    """Site's name to what came of its reminder, as the cabinet reads it."""
    with as_of(at):
        panel = reminders.sent_panel(CABINET, EVERYTHING, moment(at), "k")
    return {row[1].text: row[3].text for row in panel.table.rows}


def test_a_message_names_the_days_and_leads_to_where_one_says_why(late):
    found = to_send()
    assert list(found) == [COVE, KANDI], "Nikki said why, and is not asked again"
    assert found[COVE].message == (
        "Covè : en novembre, il manque 3 jours : le 4, le 12 et le 13. Merci de remettre le registre de ces jours ; sinon, dire"
        f" pourquoi en une touche : https://ccsp.example.bj/remonter/jours?centre={COVE}&mois=2026-11"
    )
    assert not set(found[COVE].message) & {french.SPACE, french.NARROW_SPACE}
    assert "il manque 1 jour : le 26." in found[KANDI].message


def test_what_was_sent_is_kept_with_its_days_and_said_beside_the_next(late):
    with as_of(FRIDAY):
        assert actions.note_sent(CABINET, [COVE, KANDI], NOVEMBER, moment()) == 2
    assert to_send()[COVE].last_sent == "relancé le 27/11/2026"
    assert outcomes(FRIDAY) == {
        "CCSP de Covè": "rien n'est venu",
        "CCSP de Kandi": "rien n'est venu",
    }
    journal = late.rows("SELECT who, did FROM journal ORDER BY id DESC LIMIT 1")
    assert journal == [("cabinet", "reminded")]


def test_what_came_of_it_is_counted_of_the_days_that_it_named(late):
    with as_of(FRIDAY):
        actions.note_sent(CABINET, [COVE, KANDI], NOVEMBER, moment())
    with as_of("2026-11-30T09:00"):
        cover(late, KANDI, 26)
        cover(late, COVE, 4)
        late.hand_in("cloture", closing(COVE, "2026-11-12", 0), declared=True)
    assert outcomes("2026-11-30T10:00") == {
        "CCSP de Covè": "1 remis, 1 expliqué, 1 manque encore",
        "CCSP de Kandi": "tout est remis",
    }
    with as_of("2026-12-01T09:00"):
        cover(late, COVE, 13)
    assert outcomes("2026-12-01T10:00")["CCSP de Covè"] == "tout est remis ou expliqué"


def test_a_director_notes_those_of_his_departments_alone(late):
    with as_of(FRIDAY):
        with pytest.raises(NotAllowed):
            actions.note_sent(DIRECTOR, [COVE, KANDI], NOVEMBER, moment())
        assert late.rows("SELECT count(*) FROM reminder") == [(0,)]
        assert actions.note_sent(DIRECTOR, [COVE], NOVEMBER, moment()) == 1


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.ADMINISTRATOR, Role.GUEST, "stagiaire"])
def test_others_remind_nobody(late, role):
    person = Person("x", role, frozenset({"Zou"}), frozenset({COVE}), id="x")
    with as_of(FRIDAY), pytest.raises(NotAllowed):
        actions.note_sent(person, [COVE], NOVEMBER, moment())


def test_nobody_is_noted_as_reminded_of_nothing(late):
    with as_of(FRIDAY):
        for chosen in ([], [NIKKI], ["ccsp-nowhere"]):
            with pytest.raises(Refused):
                actions.note_sent(CABINET, chosen, NOVEMBER, moment())
    assert late.rows("SELECT count(*) FROM reminder") == [(0,)]


def test_two_presses_are_one_reminder_whoever_presses(late):
    with as_of(FRIDAY):
        for person in (CABINET, CABINET, DIRECTOR):
            actions.note_sent(person, [COVE], NOVEMBER, moment())
    assert late.rows("SELECT count(*) FROM reminder") == [(1,)]
    with as_of("2026-11-27T14:30"):
        actions.note_sent(DIRECTOR, [COVE], NOVEMBER, moment("2026-11-27T14:30"))
    assert late.rows("SELECT count(*) FROM reminder") == [(2,)]


def test_a_message_claims_no_day_on_which_the_site_was_closed(late):
    with as_of(FRIDAY):
        late.hand_in("fermetures", closure(KANDI, "2026-11-25", "2026-11-25", reason="grève"))
        late.hand_in(
            "registre",
            covers=(date(2026, 11, 24), date(2026, 11, 24)),
            sites=(KANDI,),
            replace_days=True,
        )
        for batch in late.rows(
            "SELECT b.batch_id FROM batch_site b JOIN site s ON s.id = b.site_id JOIN import_batch i ON i.id = b.batch_id"
            " WHERE s.code = 'ccsp-kandi' AND i.form = 'registre' AND b.first_day >= '2026-11-24' AND i.withdrawn_at IS NULL"
        ):
            late.withdraw(batch[0])
    assert "il manque 2 jours : le 24 et le 26." in to_send()[KANDI].message


def test_what_a_site_said_itself_is_not_said_to_have_come(late):
    with as_of(FRIDAY):
        actions.note_sent(CABINET, [KANDI], NOVEMBER, moment())
        late.hand_in(
            "fermetures", closure(KANDI, "2026-11-26", "2026-11-26", reason="grève"), declared=True
        )
        panel = reminders.sent_panel(CABINET, EVERYTHING, moment(), "k")
    assert "après 1, tout est remis ou expliqué" in panel.finding
