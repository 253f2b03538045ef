"""The comparison of rules before and after sees a rule that flags more, one that finds less, and one that has no budget."""

from dataclasses import replace

import pytest

from tests.benchmarks.rule_cases import CASES, Row, rows_of
from tests.benchmarks.rule_comparison import before, fault, key
from tests.benchmarks.rules import SEED

QUICK = next(case for case in CASES if case.family == "z, 1 σ")


def test_every_case_has_its_rows_of_before_or_a_budget():
    families = {family for family, *_ in before()}
    assert {case.family for case in CASES if not case.budget} <= families


def test_the_rule_in_use_is_not_worse_than_the_one_before():
    (row,) = rows_of(QUICK, SEED)
    assert fault(row, before()[key(row)], QUICK) == ""


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [("WIDTH", -1, "more false alarms"), ("WIDTH", 3, "fewer changes found")],
)
def test_a_rule_that_flags_more_or_finds_less_is_seen(name, more, said, monkeypatch):
    from dashboard.statistics import control_limits

    monkeypatch.setattr(control_limits, name, getattr(control_limits, name) + more)
    (row,) = rows_of(QUICK, SEED)
    assert fault(row, before()[key(row)], QUICK) == said


def test_a_new_rule_needs_a_budget_and_holds_it():
    new = Row("new", "site", "+10 %", flagged=0.30, flagged_error=0.01, found=0.5, found_error=0.01)
    case = replace(QUICK, family="new")
    assert fault(new, None, case) == "new, without a budget"
    assert fault(new, None, replace(case, budget={"site": 0.3})) == ""
    assert fault(new, None, replace(case, budget={"site": 0.26})) == "over its budget of 0.26"


def test_power_is_given_up_for_a_stated_price_alone():
    was = Row("f", "site", "+10 %", flagged=1.0, flagged_error=0.01, found=0.9, found_error=0.01)
    now = replace(was, flagged=0.2, found=0.84)
    assert fault(now, was, QUICK) == "fewer changes found"
    assert fault(now, was, replace(QUICK, price={"site": 0.04})) == ""
