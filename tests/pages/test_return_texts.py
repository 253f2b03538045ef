"""What canevas say stands behind a fold, is searched by typing, and goes by a form; the page keeps none of it."""

import pytest

from dashboard.accounts import reauthentication
from dashboard.accounts.rights import Person, Role
from dashboard.actions import access_journal
from dashboard.answers import context
from dashboard.period import add_months, today
from dashboard.request_identity import SESSION_CACHE
from dashboard.ui import return_texts
from db.engine import make_engine
from tests.builders import KANDI, Office, monthly, visit
from tests.pages.app import everything, unfold, visit_page

TOLD, OTHER = "Panne *réseau* <i>lundi</i>", "Trop d'attente"  # invented
DATA = Person("données", Role.DATA_MANAGER, id="m")
PLACES = [("site", "site_declare_canevas"), ("completude", "declare_canevas")]
both_pages = pytest.mark.parametrize(("page", "key"), PLACES, ids=[page for page, _ in PLACES])


@pytest.fixture
def desk(databases, tmp_path, using, monkeypatch):
    """Two canevas with words, and who keeps the data at a page."""
    with databases.fresh() as url:
        engine = make_engine(url)
        office, last = Office(engine, tmp_path), add_months(today().replace(day=1), -1)
        office.hand_in("registre", visit(day=last.isoformat()), visit(day=today().isoformat()))
        before = add_months(last, -1)
        office.hand_in(
            "canevas",
            monthly(KANDI, f"{last:%m/%Y}", received=3, difficulties=TOLD),
            monthly(KANDI, f"{before:%m/%Y}", reasons=OTHER),
        )
        using(url)
        sign_in(monkeypatch, DATA)
        yield office
        context.close_databases()
        engine.dispose()


def sign_in(monkeypatch, person: Person) -> None:
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: person)


def shown(at) -> str:
    return everything(at).replace("\\", "")


def noted(desk) -> list[tuple]:
    return desk.rows("SELECT who, did FROM access_journal ORDER BY id")


def visited(page: str):
    """A page, as far as its folds are closed."""
    return visit_page(page, **({"centre": KANDI} if page == "site" else {}))


@both_pages
def test_words_are_behind_a_fold_noted_once_it_is_open_and_found_by_typing(desk, page, key):
    at = visited(page)
    assert not at.exception and return_texts.FOLD in [f.label for f in at.get("expander")]
    assert "Panne" not in shown(at) and not noted(desk)
    at = unfold(at)
    assert "Panne" in shown(at) and OTHER in shown(at)
    assert TOLD in shown(at)  # its signs are text, no markup
    at.text_input(key=f"{key}_cherche").set_value("RESEAU").run()
    assert "Panne" in shown(at) and OTHER not in shown(at)
    assert "1 canevas sur 2" in shown(at).replace("\N{NO-BREAK SPACE}", " ")
    assert "Panne" not in f"{at.session_state} {at.query_params}"
    access_journal.BACKGROUND.submit(lambda: None).result()  # it is written beside the page
    assert noted(desk) == [("données", "looked at returns")]


@both_pages
def test_words_are_erased_from_the_page(desk, monkeypatch, page, key):
    monkeypatch.setattr(reauthentication, "is_recent", lambda *which: True)
    at = unfold(visited(page))
    chosen = at.selectbox(key=f"{key}_lequel")
    chosen.set_value(chosen.options[0])
    at.text_input(key=f"{key}_pourquoi").set_value("une personne y est nommée")
    next(b for b in at.button if b.label == "Effacer ces mots").click().run()
    assert not at.exception
    assert any("sont effacés" in one.value for one in at.success)
    assert desk.rows(
        "SELECT reasons FROM monthly_return WHERE reasons <> '' OR difficulties <> ''"
    ) == [(OTHER,)]
    assert "Panne" not in shown(unfold(visited(page)))


@pytest.mark.parametrize("role", [Role.CABINET, Role.GUEST, Role.DIRECTOR])
def test_who_may_read_no_words_of_this_site_sees_none(desk, monkeypatch, role):
    # A director of another department; the others of none.
    sign_in(
        monkeypatch,
        Person("x", role, frozenset({"Zou"}) if role == Role.DIRECTOR else None, id="x"),
    )
    at = unfold(visit_page("site", centre=KANDI))
    assert not at.exception
    assert return_texts.FOLD not in [fold.label for fold in at.get("expander")]
    assert "Panne" not in shown(at) and OTHER not in shown(at)
    # What a centre declares, enters and reports is not for guests.
    assert ("le registre en a" in shown(at)) == (role != Role.GUEST)


def test_the_cabinet_sees_the_gaps_of_sites_and_none_of_their_words(desk, monkeypatch):
    sign_in(monkeypatch, Person("x", Role.CABINET, id="x"))
    at = unfold(visit_page("completude"))
    assert not at.exception
    gap = "Le canevas dit 3, le registre en a 1 : 2 usagers de plus au canevas"
    assert gap in shown(at).replace("\N{NO-BREAK SPACE}", " ")
    assert return_texts.FOLD not in [fold.label for fold in at.get("expander")]
    assert "Panne" not in shown(at)
