"""A complaint is opened by its link on its site's page, which is noted; what is written in it asks for a click of its own."""

import pytest

from dashboard.accounts.rights import Person, Role
from dashboard.actions import access_journal
from dashboard.answers import context
from dashboard.period import today
from dashboard.request_identity import SESSION_CACHE
from db.engine import make_engine
from tests.builders import COVE, KANDI, Office, complaint, visit
from tests.pages.app import everything, visit_page

TOLD = "Personne au guichet avant dix heures"  # invented
DATA = Person("données", Role.DATA_MANAGER, id="m")
CABINET = Person("cabinet", Role.CABINET, id="c")
GUEST = Person("invité", Role.GUEST, id="g")


@pytest.fixture
def desk(databases, tmp_path, using, monkeypatch):
    """A site whose only complaint is answered, and who looks at it."""
    with databases.fresh() as url:
        engine = make_engine(url)
        office, day = Office(engine, tmp_path), today().isoformat()
        office.hand_in("registre", visit(day=day), visit(COVE, day=day))
        office.hand_in("plaintes", complaint("P1", received=day, resolved=day, subject=TOLD))
        using(url)
        yield office
        context.close_databases()
        engine.dispose()


def shown(monkeypatch, who: Person, **address):
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: who)
    at = visit_page("site", **address)
    assert not at.exception
    return at, everything(at).replace("\\", "")


def noted(desk) -> set[tuple[str, str]]:
    return set(desk.rows("SELECT who, did FROM access_journal"))


def test_a_complaint_is_opened_by_its_link_read_by_a_click_and_closed(desk, monkeypatch):
    at, said = shown(monkeypatch, DATA, centre=KANDI, plainte=f"{KANDI}.P1")
    assert "Plainte P1" in said and TOLD not in said
    at.button(key=f"plainte_{KANDI}_lire").click().run()
    assert TOLD in everything(at).replace("\\", "")
    assert ("données", "read words") in noted(desk)
    at.button(key="plainte_refermer").click().run()
    assert "Plainte P1" not in everything(at) and "plainte" not in at.query_params


def test_who_may_read_no_words_sees_the_rest_and_that_is_noted(desk, monkeypatch):
    at, said = shown(monkeypatch, CABINET, centre=KANDI, plainte=f"{KANDI}.P1")
    assert "Plainte P1" in said and "Lire" not in [b.label for b in at.button]
    access_journal.BACKGROUND.submit(lambda: None).result()  # what is noted meanwhile, is
    assert ("cabinet", "looked at complaints") in noted(desk)


def test_a_guest_and_an_address_of_another_site_are_shown_nothing_of_it(desk, monkeypatch):
    _, said = shown(monkeypatch, GUEST, centre=KANDI, plainte=f"{KANDI}.P1")
    assert "Plainte P1" not in said and "Plainte introuvable" in said
    _, said = shown(monkeypatch, DATA, centre=COVE, plainte=f"{KANDI}.P1")
    assert "Plainte P1" not in said and "introuvable" not in said
