"""What no page of ours sends: values of another kind than a field's, of every kind to every field, and addresses that ask forty
things. A sentence, one line in the log, and never a fault of ours."""

import logging
from collections.abc import Iterator

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from dashboard import filter_names
from dashboard.accounts import account_changes
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import Person, Role
from dashboard.answers import context
from dashboard.navigation import PAGES
from dashboard.request_identity import SESSION_CACHE
from dashboard.ui import session, widget_validation
from db.engine import make_engine
from tests.pages.app import go, heading, sound, unfold, visit_page
from tests.served_callbacks import call_as_served

KINDS = {
    "bool_value": True,
    "trigger_value": True,
    "double_value": float("nan"),
    "int_value": -(2**40),
    "string_value": "\x00]]><script>",
    "bytes_value": b"\xff\x00",
    "json_value": '["x", {"running": [], "filter": 7}]',
    "json_trigger_value": "{",
}
ARRAYS = {
    "string_array_value": ["x", "2026-99-99"],
    "int_array_value": [7],
    "double_array_value": [0.5],
}
OPEN = [page.url_path for page in PAGES if page.right in ("aggregates", "understand")]


@pytest.fixture
def as_served(monkeypatch) -> Iterator[None]:
    """Fields take values as they do where `server` starts."""
    for name in ("register_widget", "on_script_will_rerun"):
        monkeypatch.setattr(SessionState, name, getattr(SessionState, name))
    monkeypatch.setattr(SessionState, "takes_its_own", False, raising=False)
    widget_validation.check_widget_values()
    call_as_served(monkeypatch)
    yield


def fields(at: AppTest) -> set[str]:
    """The names by which a browser speaks of the page's fields."""
    found = (getattr(getattr(node, "proto", None), "id", "") for node in at._tree)
    return {name for name in found if isinstance(name, str) and name}


def sent(name: str, kind: str) -> WidgetState:
    """A field's value of this kind."""
    state = WidgetState(id=name)
    if kind in ARRAYS:
        getattr(state, kind).data.extend(ARRAYS[kind])
    else:
        setattr(state, kind, KINDS[kind])
    return state


@pytest.mark.parametrize("page", OPEN)
def test_values_of_another_kind_are_said_and_left(demo, as_served, caplog, page):
    at = sound(visit_page(page, centre="ccsp-kandi"))
    names, told = fields(at), 0
    for kind in (*KINDS, *ARRAYS):
        caplog.clear()
        at = at._run(WidgetStates(widgets=[sent(name, kind) for name in sorted(names)]))
        assert not at.exception and not at.error, (kind, [e.value for e in at.error])
        wrong = [one for one in caplog.records if one.levelno >= logging.ERROR or one.exc_info]
        assert not wrong, (kind, [one.getMessage() for one in wrong])
        taken = [e.value for part in ("text_input", "text_area") for e in at.get(part)]
        assert not any("\0" in (words or "") for words in taken), "PostgreSQL keeps none"
        lines = [one for one in caplog.records if "a field was sent" in one.getMessage()]
        assert len(lines) == (widget_validation.SENTENCE in [w.value for w in at.warning]) <= 1, (
            kind
        )
        told += len(lines)
        names |= fields(at)
    assert told or page == "definitions"  # where nothing is entered


@pytest.mark.parametrize("page", OPEN)
def test_buttons_pressed_without_what_they_are_pressed_for_are_no_fault_of_ours(
    demo, as_served, caplog, page
):
    at = sound(visit_page(page, centre="ccsp-kandi"))
    for name in sorted(fields(at)):  # what can be unfolded is
        at = at._run(WidgetStates(widgets=[sent(name, "bool_value")]))
    for name in sorted(fields(at)):
        caplog.clear()
        at = at._run(WidgetStates(widgets=[sent(name, "trigger_value")]))
        wrong = [one for one in caplog.records if one.levelno >= logging.ERROR or one.exc_info]
        assert not at.exception and not wrong, (name, [one.getMessage() for one in wrong])


@pytest.fixture(scope="module")
def on_postgresql(postgresql) -> Iterator[str]:
    """The address of fictitious data on the database that keeps no such sign."""
    with postgresql.fresh(visits=2_000) as url:
        yield url
        context.close_databases()


ADMINISTRATION = ["comptes", "mon-compte", "journal"]


@pytest.fixture(scope="module")
def with_accounts(databases) -> Iterator[str]:
    """The address of fictitious data with an account."""
    with databases.fresh(visits=6_000) as url:
        engine = make_engine(url)
        account_changes.add(engine, "kofi", AccountChanges(Role.CABINET), "test")
        engine.dispose()
        yield url
        context.close_databases()


@pytest.fixture
def anybody(with_accounts, using, monkeypatch):
    """Opens a page as somebody whose page it is."""
    using(with_accounts)
    administrator = Person("awa", Role.ADMINISTRATOR, None, None, "0123456789abcdef")

    def opened(page: str) -> AppTest:
        if page in ADMINISTRATION:
            monkeypatch.setattr(SESSION_CACHE, "person_from_header", lambda header: administrator)
            monkeypatch.setattr(session, "sign_in_number", lambda: 0)
        return unfold(visit_page(page, centre="ccsp-kandi"))

    return opened


@pytest.mark.parametrize("page", [*OPEN, *ADMINISTRATION])
def test_buttons_of_a_page_that_was_left_do_nothing_and_are_no_fault_of_ours(
    anybody, as_served, caplog, page
):
    """Their fields are gone with the page; who forges a message presses them all the same."""
    at = anybody(page)
    names, told = sorted(fields(at)), 0
    elsewhere = "definitions" if page not in ("definitions", *ADMINISTRATION) else "guide"
    for name in names:
        at = go(go(at, page), elsewhere)
        caplog.clear()
        at = at._run(WidgetStates(widgets=[sent(name, "trigger_value")]))
        wrong = [one for one in caplog.records if one.levelno >= logging.ERROR or one.exc_info]
        assert not at.exception and not wrong, (name, [one.getMessage() for one in wrong])
        lines = [one.getMessage() for one in caplog.records if one.name == "ccsp"]
        assert len(lines) == (widget_validation.SENTENCE in [w.value for w in at.warning]) <= 1, (
            name
        )
        told += "without a field" in "".join(lines)
    assert told or page != "comptes"


def test_a_field_is_sent_what_it_cannot_take_before_it_is_known(demo, as_served):
    at = visit_page("attentes")
    names = fields(at)
    new = visit_page("attentes")
    fresh = AppTest.from_file(new._script_path, default_timeout=30)
    fresh._page_hash = new._page_hash
    fresh = sound(fresh._run(WidgetStates(widgets=[sent(n, "int_value") for n in names])))
    assert widget_validation.SENTENCE in [w.value for w in fresh.warning]
    assert widget_validation.SENTENCE not in [w.value for w in sound(fresh.run()).warning]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "null",
        "filtre_departement",
        "$$",
        "$$ID",
        "$$ID-x",
        "$$STREAMLIT_INTERNAL_KEY_x__y",
        "x" * 3_000,
    ],
)
def test_what_no_field_is_called_is_said_and_left(demo, as_served, caplog, name):
    at = sound(visit_page("attentes"))
    at = at._run(WidgetStates(widgets=[sent(name, "string_value")]))
    assert not at.exception and not at.error
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR or one.exc_info]


@pytest.mark.parametrize("page", [spec.url_path for spec in PAGES if spec.right == "aggregates"])
def test_an_address_with_a_sign_that_no_database_keeps_is_a_page_like_another(
    on_postgresql, using, as_served, page
):
    using(on_postgresql)
    odd = dict.fromkeys((*filter_names.DEFAULTS, "histoire", "plainte", "x"), "a\0b")
    assert heading(sound(visit_page(page, **odd)))


def test_what_is_of_its_kind_is_taken(demo, as_served):
    at = sound(visit_page("attentes"))
    at.selectbox(key="filtre_departement").set_value("Zou").run()
    assert sound(at).query_params["departement"] in ("Zou", ["Zou"]) and not at.warning


def test_an_address_that_asks_many_things_is_a_page_like_another(demo, as_served):
    at = sound(visit_page("attentes", **{f"x{n}": "y" for n in range(60)}, departement="Zou"))
    assert at.selectbox(key="filtre_departement").value == "Zou"
