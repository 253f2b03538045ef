"""Pages that lost their line are kept for who comes back: whoever opens and closes pages without end loses his own."""

import subprocess
import sys
from collections import Counter
from contextvars import Context
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.request_identity import BROWSER, CURRENT_ACCOUNT
from dashboard.settings import ROOT
from dashboard.ui.disconnected_sessions import AT_MOST, FairSessionStorage


def keep(kept: FairSessionStorage, name: str, account: str, browser: str = "b") -> None:
    """A page of that account loses its line: what is done then is done in the context of its connection."""

    def lost() -> None:
        CURRENT_ACCOUNT.set(f"{account}.1")
        BROWSER.set(browser)
        kept.save(SimpleNamespace(session=SimpleNamespace(id=name)))

    Context().run(lost)


def test_three_accounts_that_open_and_close_hundreds_lose_their_own():
    kept = FairSessionStorage()
    keep(kept, "mine", "victim")
    for n in range(95):
        for account in ("a", "b", "c"):
            keep(kept, f"{account}{n}", account)
    assert kept.get("mine")
    assert len(kept.list()) == AT_MOST
    assert kept.get("a94") and not kept.get("a0"), "of one's own the oldest goes"


def test_a_guest_who_does_takes_nothing_of_the_other_guests_of_his_link():
    kept = FairSessionStorage()
    keep(kept, "mine", "link", "calm")
    for n in range(3 * AT_MOST):
        keep(kept, f"{n}", "link", "greedy")
    assert kept.get("mine") and len(kept.list()) == AT_MOST


def test_what_comes_back_is_not_counted_any_more():
    kept = FairSessionStorage(4)
    for n in range(4):
        keep(kept, f"a{n}", "a")
    for n in range(3):
        kept.delete(f"a{n}")
    for n in range(3):
        keep(kept, f"b{n}", "b")
    keep(kept, "c", "c")
    assert kept.get("a3") and kept.get("c") and not kept.get("b0")


COMING = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xy")), max_size=60)


@given(COMING, st.integers(1, 8))
def test_nobody_loses_a_page_to_who_has_more(coming, room):
    kept, whose = FairSessionStorage(room), {}
    for n, (account, browser) in enumerate(coming):
        before = [one.session.id for one in kept.list()]
        keep(kept, str(n), account, browser)
        whose[str(n)] = account
        now = [one.session.id for one in kept.list()]
        assert str(n) in now and len(now) == min(len(before) + 1, room)
        has = Counter(whose[one] for one in (*before, str(n)))
        for gone in set(before) - set(now):
            assert has[whose[gone]] == max(has[whose[one]] for one in before)


def test_streamlit_keeps_them_so():
    """Of a process of its own: what it has is set once for all."""
    tried = """
import streamlit as st
from dashboard.ui import disconnected_sessions
disconnected_sessions.install_fair_storage()
kept = st.App("streamlit_app.py")._create_runtime()._session_mgr._session_storage
assert type(kept) is disconnected_sessions.FairSessionStorage and kept._cache.ttl == 120, kept
"""
    found = subprocess.run([sys.executable, "-c", tried], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("again", [1, 3])
def test_a_page_that_is_kept_again_is_kept_once(again):
    kept = FairSessionStorage(2)
    for _ in range(again):
        keep(kept, "mine", "a")
    keep(kept, "other", "a")
    assert kept.get("mine") and kept.get("other")
