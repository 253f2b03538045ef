"""Started by itself, the application shows nothing: what the gate says of who asks is missing, or is nobody's."""

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.accounts.session_cache import OPEN, SessionCache
from dashboard.answers import context
from dashboard.request_identity import SESSION_CACHE
from dashboard.settings import ROOT
from tests.pages.app import heading

pytestmark = pytest.mark.never_unstable


@pytest.fixture
def fictitious(sqlite, using, monkeypatch):
    """Fictitious data, in front of which nobody has to sign in."""
    with sqlite.fresh(visits=6_000) as url:
        using(url)
        SESSION_CACHE.forget()
        # tests/pages/app.py puts who sits at the machine in place of whoever asks.
        monkeypatch.setattr(
            SESSION_CACHE,
            "person_from_header",
            partial(SessionCache.person_from_header, SESSION_CACHE),
        )
        yield
        context.close_databases()
        SESSION_CACHE.forget()


def opened(said: dict[str, str]) -> AppTest:
    """The application, told so of who asks."""
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=30)
    at.user = said
    return at.run()


@pytest.mark.parametrize(
    "said", [{}, {"account": ""}, {"account": "0123456789abcdef.1"}, {"email": OPEN}]
)
def test_nothing_is_shown_to_whom_the_gate_does_not_name(fictitious, said):
    at = opened(said)
    assert not at.exception and len(at.main) == 0


def test_the_page_is_there_for_whom_the_gate_lets_in(fictitious):
    assert heading(opened({"account": OPEN}))


@pytest.mark.parametrize("name", ["periode", "departement"])
def test_a_value_that_a_filter_did_not_offer_is_not_taken(fictitious, name):
    at = opened({"account": OPEN})
    one = at.selectbox(key=f"filtre_{name}")
    before, one.options[:] = one.value, [*one.options, "inventé"]
    at = one.set_value("inventé").run()
    assert not at.exception and not at.error and heading(at)
    assert at.selectbox(key=f"filtre_{name}").value == before
