"""What sites have still to hand in: one's own alone, the worst first, counted at an hour."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from dashboard import french
from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers.missing_days import Standings, standings
from dashboard.answers.question import Question
from dashboard.period import BENIN
from tests.builders import COVE, KANDI, NIKKI, Office, close_site, closing, closure, visit
from tests.clock import as_of

DJIDJA = "ccsp-djidja"  # of the same department as Covè
YEAR = Question(date(2026, 1, 1), date(2026, 12, 31))
MANAGER = Person("données", Role.DATA_MANAGER)
FOCAL = Person("point focal", Role.FOCAL_POINT, sites=frozenset({COVE}))
DIRECTOR = Person("directeur", Role.DIRECTOR, frozenset({"Zou"}))
GUEST = Person("invité", Role.GUEST)
MORNING, AFTERNOON = "2026-11-27T10:00", "2026-11-27T14:00"  # a Friday


def ask(person: Person = FOCAL, at: str = AFTERNOON, question: Question = YEAR) -> Standings:
    """Where sites stand, asked at a moment."""
    with as_of(at):
        return standings(person, question, datetime.fromisoformat(at).replace(tzinfo=BENIN))


def told(person: Person = FOCAL, at: str = AFTERNOON, question: Question = YEAR) -> list[str]:
    """The sentences, in plain spaces."""
    return [s.sentence.replace(french.SPACE, " ") for s in ask(person, at, question).sites]


def cover(office: Office, first: str, last: str, site: str = COVE, at: str = "") -> None:
    """A register of these days, handed in on the last of them, or at a moment."""
    span = (date.fromisoformat(first), date.fromisoformat(last))
    with as_of(at or f"{last}T17:02"):
        office.hand_in("registre", visit(site, first, ref=first), covers=span, sites=(site,))


def opened(
    office: Office, launched: date | None, closed: date | None = None, site: str = COVE
) -> None:
    with office.engine.begin() as connection:
        connection.execute(
            text("UPDATE site SET launched_on = :on WHERE code = :code"),
            {"on": launched, "code": site},
        )
        close_site(connection, site, closed)


@pytest.fixture
def cove(asked) -> Office:
    """Covè opened in October, and handed in October and most of November; not the 4th, the 12th, the 13th."""
    opened(asked, date(2026, 10, 1))
    for span in (
        ("2026-10-01", "2026-10-30"),
        ("2026-11-02", "2026-11-03"),
        ("2026-11-05", "2026-11-11"),
        ("2026-11-16", "2026-11-26"),
    ):
        cover(asked, *span)
    return asked


def test_a_point_focal_is_told_which_days_he_has_still_to_hand_in(cove):
    said = "Covè : le registre des visites d'octobre est complet. En novembre il manque 3 jours : le 4, le 12 et le 13."
    assert told() == [said]
    (one,) = ask().sites
    assert (one.code, one.name, one.department) == (COVE, "CCSP de Covè", "Zou")
    november = date(2026, 11, 1)
    assert one.missing == ((november, (date(2026, 11, 4), date(2026, 11, 12), date(2026, 11, 13))),)
    assert one.unclosed == ()


def test_what_was_handed_in_before_it_is_due_is_known_and_what_was_not_is_not_missed_before(cove):
    cover(cove, "2026-11-04", "2026-11-04")
    cover(cove, "2026-11-12", "2026-11-13")
    for at in (MORNING, AFTERNOON):
        assert told(at=at) == ["Covè : les registres des visites sont remis jusqu'au 26 novembre."]
    assert told(at="2026-11-30T11:59") == [
        "Covè : les registres des visites sont remis jusqu'au 26 novembre."
    ]
    assert told(at="2026-11-30T12:00") == [
        "Covè : le registre des visites d'octobre est complet. En novembre il manque 1 jour : le 27."
    ]


def test_a_count_says_its_hour_and_is_made_once_between_two_noons(cove):
    one, other = ask(at="2026-11-27T12:00"), ask(at="2026-11-27T17:00")
    assert one.sites is other.sites
    assert one.counted_at == datetime(2026, 11, 27, 12, tzinfo=BENIN) != other.counted_at
    assert ask(at="2026-11-27T11:59").sites is not one.sites


def test_a_period_is_asked_about_and_nothing_beyond_it(cove):
    october = Question(date(2026, 10, 1), date(2026, 10, 31))
    assert told(question=october) == [
        "Covè : les registres des visites sont remis jusqu'au 30 octobre."
    ]
    to_come = Question(date(2027, 1, 1), date(2027, 1, 31))
    assert told(question=to_come) == ["Covè : rien n'est attendu pour l'instant."]
    before = Question(date(2021, 1, 1), date(2021, 1, 31))
    assert told(question=before) == ["Covè : rien n'est attendu pour l'instant."]


def test_each_sees_the_sites_that_he_answers_for_the_worst_first(cove):
    for site in (KANDI, NIKKI):
        opened(cove, date(2026, 11, 2), site=site)
    cover(cove, "2026-11-02", "2026-11-25", KANDI)
    cover(cove, "2026-11-02", "2026-11-26", NIKKI)
    everybody = ask(MANAGER)
    missing = [sum(len(days) for _, days in s.missing) for s in everybody.sites]
    assert missing == sorted(missing, reverse=True) and len(missing) == 24
    rest = [s.code for s in everybody.sites][-7:]  # the last four opened nobody knows when
    assert rest == [COVE, KANDI, *(s for s in rest if s.startswith("gsru")), NIKKI]
    assert ask(LOCAL_READER).sites == everybody.sites
    assert [s.code for s in ask(DIRECTOR).sites] == [DJIDJA, COVE, "gsru-abomey"]
    assert [s.code for s in ask(FOCAL).sites] == [COVE]
    for nobody in (GUEST, Person("comptes", Role.ADMINISTRATOR), Person("inconnu", "stagiaire")):
        assert ask(nobody).sites == ()
    in_zou = Question(YEAR.first, YEAR.last, ("Zou",))
    assert ask(MANAGER, question=in_zou).sites == ask(DIRECTOR).sites
    assert ask(FOCAL, question=Question(YEAR.first, YEAR.last, site=KANDI)).sites == ()


def test_a_site_that_hands_in_closings_is_told_which_days_to_close(cove):
    cover(cove, "2026-11-04", "2026-11-04")
    cover(cove, "2026-11-12", "2026-11-13")
    with as_of("2026-11-20T18:00"):
        cove.hand_in("registre", *(visit(COVE, f"2026-11-{n}", ref=f"n{n}") for n in (19, 20)))
        cove.hand_in("cloture", closing(COVE, "2026-11-19", 1))
    said = "Covè : les registres des visites sont remis jusqu'au 26 novembre. Il reste 1 jour à clore : le 20 novembre."
    assert told() == [said]
    assert ask().sites[0].unclosed == ((date(2026, 11, 1), (date(2026, 11, 20),)),)


def test_all_is_not_handed_in_where_a_day_without_a_visit_has_no_closing(cove):
    """Such a day is received, and need not be closed; its closing is among those that are missing, on the site's page."""
    cover(cove, "2026-11-04", "2026-11-04")
    cover(cove, "2026-11-12", "2026-11-13")
    days = [d for n in range(2, 27) if (d := date(2026, 11, n)).weekday() < 5]
    without = date(2026, 11, 6)
    with as_of("2026-11-26T18:00"):
        cove.hand_in("cloture", *(closing(COVE, str(d), 1) for d in days if d != without))
    assert told() == ["Covè : les registres des visites sont remis jusqu'au 26 novembre."]
    assert ask().sites[0].unclosed == ()
    with as_of("2026-11-26T19:00"):
        cove.hand_in("cloture", closing(COVE, str(without), 0))
    assert told() == ["Covè : tout est remis jusqu'au 26 novembre."]


def test_days_of_closure_are_not_missed(cove):
    with as_of("2026-11-26T09:00"):
        cove.hand_in(
            "fermetures", closure(COVE, "2026-11-04"), closure(COVE, "2026-11-12", "2026-11-13")
        )
    assert told() == ["Covè : les registres des visites sont remis jusqu'au 26 novembre."]


def test_what_was_not_handed_in_for_months_is_said_once(asked):
    opened(asked, date(2026, 8, 3))
    cover(asked, "2026-08-03", "2026-10-21")
    assert told() == ["Covè : aucun registre à partir du 22 octobre, il manque 26 jours."]


@pytest.mark.parametrize(
    ("launched", "closed", "said"),
    [
        (date(2026, 11, 16), None,
         "Covè est ouvert depuis le 16 novembre. Aucun registre des visites n'a encore été remis."
         " Il manque 9 jours : du 16 au 26 novembre."),
        (date(2026, 11, 27), None, "Covè est ouvert depuis le 27 novembre. Rien n'est attendu pour l'instant."),
        (date(2026, 12, 7), None, "Covè ouvre le 7 décembre. Rien n'est attendu pour l'instant."),
        (None, None, "Covè : aucun registre des visites n'a encore été remis, et son ouverture n'est pas renseignée."),
        (date(2023, 3, 21), date(2025, 3, 1), "Covè est fermé depuis le 1er mars 2025. Rien n'est attendu."),
        (date(2023, 3, 21), date(2026, 1, 9),
         "Covè est fermé depuis le 9 janvier. Aucun registre des visites n'a été remis. Il manque 4 jours : du 2 au 7 janvier."),
    ],
)  # fmt: skip
def test_a_site_that_never_handed_in_anything(asked, launched, closed, said):
    opened(asked, launched, closed)
    assert told() == [said]


def test_a_site_that_closed(cove):
    opened(cove, date(2026, 10, 1), date(2026, 11, 20))
    assert told() == [
        "Covè est fermé depuis le 20 novembre. Le registre des visites d'octobre est complet."
        " En novembre il manque 3 jours : le 4, le 12 et le 13."
    ]
    cover(cove, "2026-11-04", "2026-11-04")
    cover(cove, "2026-11-12", "2026-11-13")
    assert told() == ["Covè est fermé depuis le 20 novembre. Les registres des visites sont remis."]


def test_what_a_site_did_not_hand_in_before_its_first_register_is_missing_and_stays_so_when_it_is_withdrawn(
    asked,
):
    opened(asked, date(2026, 10, 1))
    cover(asked, "2026-11-02", "2026-11-26")
    said = (
        "Covè : en octobre il manque tout le mois : 22 jours."
        " Depuis, les registres des visites sont remis jusqu'au 26 novembre."
    )
    assert told() == [said]
    asked.withdraw_all()
    assert told() == [
        "Covè : aucun registre des visites n'a encore été remis. Il manque 41 jours depuis le 1er octobre."
    ]


def test_what_comes_late_is_no_longer_missed(cove):
    cover(cove, "2026-11-04", "2026-11-13", at="2026-11-27T13:00")
    assert told() == ["Covè : les registres des visites sont remis jusqu'au 26 novembre."]


def test_all_of_the_years_may_be_asked_about(cove):
    whole = Question(date.min, date.max)
    assert told(question=whole) == told()
    site = Question(date.min, date.max, site=NIKKI)
    (one,) = ask(MANAGER, question=site).sites
    assert one.sentence.startswith("Nikki") and sum(len(d) for _, d in one.missing) > 1_000
    assert (datetime.fromisoformat(AFTERNOON).date() - one.missing[0][1][0]) > timedelta(days=1_800)
