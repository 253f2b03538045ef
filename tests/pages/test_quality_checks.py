"""« À vérifier » on « Complétude »: the list, its rows one click below, and a check that takes them off the list, by who may."""

import pytest

from dashboard import french
from dashboard.accounts.rights import Person, Role
from dashboard.answers import context
from dashboard.request_identity import SESSION_CACHE
from dashboard.ui import quality_checks
from db.engine import make_engine
from tests.builders import COVE, KANDI, Office, visit
from tests.clock import as_of
from tests.pages.app import everything, tables, unfold, visit_page

DAY = "2026-11-12"
KEY = "a_verifier"
DATA = Person("données", Role.DATA_MANAGER, id="m")
CABINET = Person("cabinet", Role.CABINET, id="c")
DIRECTOR = Person("directeur", Role.DIRECTOR, frozenset({"Zou"}), id="d")
OF_ALIBORI = Person("directrice", Role.DIRECTOR, frozenset({"Alibori"}), id="a")
HEADING = "À vérifier : 1 constat, CCSP de Kandi"
REASON = "relu au <b>registre</b> papier"


@pytest.fixture
def desk(databases, tmp_path, using, monkeypatch):
    """A register in which two users were called six hours late."""
    with databases.fresh() as url, as_of("2026-11-27T14:00"):
        engine = make_engine(url)
        office = Office(engine, tmp_path)
        usual = [
            visit(
                KANDI,
                DAY,
                f"{9 + n // 8:02}:{n % 8:02}",
                f"{9 + n // 8:02}:{9 + n % 8:02}",
                ref=f"u{n}",
            )
            for n in range(40)
        ]
        late = [visit(KANDI, DAY, f"08:{n:02}", "14:45", ref=f"tard-{n}") for n in (1, 2)]
        office.hand_in("registre", *usual, *late)
        using(url)
        yield office
        context.close_databases()
        engine.dispose()


def ask(monkeypatch, person: Person, **filters: str):
    """« Complétude » as the person sees it, unfolded."""
    monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: person)
    return unfold(visit_page("completude", **filters))


def shown(at) -> str:
    return f"{everything(at)} {tables(at)}".replace("\\", "").replace(french.SPACE, " ")


def choose(at):
    """The page with the rows of its finding."""
    box = at.selectbox(key=f"{KEY}_lequel")
    return box.set_value(box.options[0]).run()


def test_a_data_manager_sees_the_rows_and_says_that_they_are_in_order(desk, monkeypatch):
    at = ask(monkeypatch, DATA)
    assert HEADING in shown(at) and "tard-1" not in shown(at)
    assert "Fausses alertes" in shown(at) and "fraude" not in shown(at).lower()
    at = choose(at)
    assert "tard-1" in shown(at) and "tard-2" in shown(at) and "u7" not in shown(at)
    (button,) = [b for b in at.button if b.label.startswith("C'est vérifié")]
    assert button.label.replace(french.SPACE, " ") == "C'est vérifié (2 lignes)"
    at = button.click().run()
    assert "Dire ce qui a été vérifié" in shown(at) and HEADING in shown(at)
    at.text_input(key=f"{KEY}_raison").set_value(REASON)
    (button,) = [b for b in at.button if b.label.startswith("C'est vérifié")]
    at = unfold(button.click().run())
    assert HEADING not in shown(at) and "Rien à vérifier" in shown(at)
    assert desk.rows("SELECT did, who, why FROM journal ORDER BY id DESC LIMIT 1") == [
        ("acknowledged", "données", REASON)
    ]
    box = at.selectbox(key=f"{KEY}_laquelle")
    at = box.set_value(box.options[0]).run()
    at = at.button(key=f"{KEY}_reprendre").click().run()
    assert HEADING in shown(at)


def test_who_may_not_check_reads_and_who_may_not_see_rows_is_told_so(desk, monkeypatch):
    at = choose(ask(monkeypatch, OF_ALIBORI))
    assert "tard-1" in shown(at)
    assert not [b for b in at.button if b.label.startswith("C'est vérifié")]
    assert f"{KEY}_raison" not in [one.key for one in at.text_input]
    for person in (DIRECTOR, CABINET):
        at = choose(ask(monkeypatch, person, departement="Alibori"))
        assert HEADING in shown(at) and "tard-1" not in shown(at)
        assert "ne sont montrées qu'à qui en répond" in shown(at)


def test_who_looks_at_rows_is_noted_once(desk, monkeypatch):
    noted = []
    monkeypatch.setattr(
        quality_checks.actions,
        "note_view",
        lambda person, one: noted.append((person.name, one.site)),
    )
    at = choose(ask(monkeypatch, DATA))
    at.run()
    assert noted == [("données", KANDI)]


def test_of_two_checks_of_one_day_the_one_that_is_chosen_is_taken_back(desk, monkeypatch):
    desk.hand_in(
        "registre",
        *(
            visit(
                COVE,
                DAY,
                f"{9 + n // 8:02}:{n % 8:02}",
                f"{9 + n // 8:02}:{9 + n % 8:02}",
                ref=f"c{n}",
            )
            for n in range(40)
        ),
        *(visit(COVE, DAY, f"08:{n:02}", "14:45", ref=f"tard-{n}") for n in (1, 2)),
        name="cove.csv",
    )
    at = ask(monkeypatch, DATA)
    for _ in range(2):
        at = choose(at)
        at.text_input(key=f"{KEY}_raison").set_value(REASON)
        (button,) = [b for b in at.button if b.label.startswith("C'est vérifié")]
        at = unfold(button.click().run())
    assert "Rien à vérifier" in shown(at)
    box = at.selectbox(key=f"{KEY}_laquelle")
    labels = box.options
    assert len(set(labels)) == 2
    at = box.set_value(next(one for one in labels if "Kandi" in one)).run()
    at = unfold(at.button(key=f"{KEY}_reprendre").click().run())
    assert HEADING in shown(at)
    assert desk.rows("SELECT count(*) FROM quality_acknowledgement") == [(1,)]
