"""On the opening page, two figures at most that are as usual give way to those that are not."""

from types import SimpleNamespace

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import opening_cards
from dashboard.answers.question import Question
from dashboard.indicators import codes_placed_in
from dashboard.statistics.variation import Variation
from tests.answers.test_sites import YEAR

LISTED = codes_placed_in("period")


def _of(code: str, *, signal: bool) -> SimpleNamespace:
    return SimpleNamespace(
        indicator=code, is_judged=True, is_signal=signal, variation=Variation.ALERT
    )


@pytest.mark.parametrize("told", [(), ("completeness",), ("completeness", "complaints_open", "x")])
def test_as_many_give_way_as_have_something_to_tell_and_two_at_most(asked, monkeypatch, told):
    found = {code: _of(code, signal=False) for code in LISTED}
    found |= {code: _of(code, signal=True) for code in told}
    figures = {code: SimpleNamespace(value=1) for code in found}
    monkeypatch.setattr(opening_cards, "FOLLOWED", tuple(found))
    monkeypatch.setattr(opening_cards, "scope_signals", lambda *_: found)
    monkeypatch.setattr(opening_cards, "overall_figures", lambda *_: figures)
    monkeypatch.setattr(opening_cards, "signal_if_in_period", lambda one, _: one)
    monkeypatch.setattr(opening_cards, "is_far", lambda _: False)
    monkeypatch.setattr(opening_cards, "rank", lambda one: told.index(one.indicator))
    question = Question(YEAR.first, YEAR.last)
    shown = opening_cards.codes(LOCAL_READER, question)
    assert len(shown) == len(LISTED) and shown[:2] == LISTED[:2]
    assert set(shown) - set(LISTED) == set(told[:2])
