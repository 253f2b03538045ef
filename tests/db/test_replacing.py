"""What a file may replace: rows of its own form, on the days for which it is said to be whole; nothing else."""

from datetime import date

import pytest
from sqlalchemy import text

from db import supersede
from db.write_lock import write_transaction
from tests.builders import (
    COVE,
    KANDI,
    NIKKI,
    closing,
    closure,
    complaint,
    monthly,
    visit,
    waited,
)

pytestmark = pytest.mark.both_databases

MARCH = (date(2025, 3, 1), date(2025, 3, 31))
OTHER_FORMS = {
    "cloture": [closing()],
    "plaintes": [complaint("P1")],
    "fermetures": [closure()],
}


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_a_file_of_another_form_never_removes_visits(office, form):
    office.hand_in("registre", *(waited(5, ref=str(i)) for i in range(10)), as_of="2025-05-01")
    covers = MARCH if form == "fermetures" else None
    office.hand_in(form, *OTHER_FORMS[form], replace_days=True, as_of="2025-06-01", covers=covers)
    office.hand_in("registre", waited(9, ref="0"), as_of="2025-05-15")
    assert office.figure("visits").value == 10
    assert office.differences() == []


def test_a_closing_that_replaces_days_replaces_the_closings_of_these_days(office):
    office.hand_in(
        "cloture",
        closing(agent="A1", declared=3),
        closing(agent="A2", declared=4),
        closing(day="2025-03-04", agent="A2", declared=7),
        closing(site=NIKKI, declared=9),
        as_of="2025-05-01",
    )
    office.hand_in(
        "cloture", closing(agent="A1", declared=5), replace_days=True, as_of="2025-06-01"
    )
    standing = (
        "SELECT agent, declared FROM daily_closing WHERE superseded_by IS NULL ORDER BY declared"
    )
    assert office.rows(standing) == [("A1", 5), ("A2", 7), ("", 9)]


def test_a_complaints_file_that_replaces_days_replaces_complaints_received_on_them_in_any_order(
    office,
):
    old = [
        complaint("P1"),
        complaint("P2"),
        complaint("P3", received="2025-03-04"),
        complaint("P4", site=COVE),
    ]
    office.hand_in(
        "plaintes", complaint("P1", resolved="2025-03-10"), replace_days=True, as_of="2025-06-01"
    )
    late = office.hand_in("plaintes", *old, as_of="2025-05-01")
    standing = (
        "SELECT reference, batch_id FROM complaint WHERE superseded_by IS NULL ORDER BY reference"
    )
    assert office.rows(standing) == [("P1", 1), ("P3", late.batch_id), ("P4", late.batch_id)]
    office.withdraw(1)
    assert [ref for ref, _ in office.rows(standing)] == ["P1", "P2", "P3", "P4"]
    assert office.differences() == []


def test_closures_inside_the_days_that_the_file_covers_are_replaced_and_others_stay(office):
    office.hand_in(
        "fermetures",
        closure(first="2025-03-03"),
        closure(first="2025-02-27", last="2025-03-02"),  # begins before the span
        closure(first="2025-03-10", site=NIKKI),  # of a site that the later file does not speak of
        as_of="2025-05-01",
    )
    office.hand_in("fermetures", closure(first="2025-03-11", site=""), as_of="2025-05-01")
    covers = MARCH
    office.hand_in(
        "fermetures",
        closure(first="2025-03-20"),
        replace_days=True,
        covers=covers,
        as_of="2025-06-01",
    )
    standing = (
        "SELECT CAST(first_day AS char(10)) FROM closure WHERE superseded_by IS NULL ORDER BY 1"
    )
    assert office.rows(standing) == [
        ("2025-02-27",),
        ("2025-03-10",),
        ("2025-03-11",),
        ("2025-03-20",),
    ]
    office.hand_in(
        "fermetures",
        closure(first="2025-03-21", site=""),
        replace_days=True,
        covers=covers,
        as_of="2025-06-02",
    )
    assert office.rows(standing) == [
        ("2025-02-27",),
        ("2025-03-10",),
        ("2025-03-20",),
        ("2025-03-21",),
    ]
    office.withdraw(3)
    assert ("2025-03-03",) in office.rows(standing)


def test_an_empty_register_of_complaints_that_replaces_days_replaces_those_known_of_them(office):
    """« No complaint in March at Kandi »: those of March at Kandi count no more, those of April and of Nikki do."""
    office.hand_in(
        "plaintes",
        complaint("P1"),
        complaint("P2", received="2025-03-31"),
        complaint("P3", received="2025-04-01"),
        complaint("P4", site=NIKKI),
        as_of="2025-05-01",
    )
    empty = office.take(
        office.path("plaintes"), replace_days=True, covers=MARCH, sites=(KANDI,), check=True
    )
    assert (empty.accepted, empty.effect.rows_replaced) == (True, 2)
    none = office.hand_in("plaintes", replace_days=True, covers=MARCH, sites=(KANDI,))
    assert (none.rows, none.effect.rows_replaced, none.effect.rows_of_whole_days) == (0, 2, 2)
    standing = "SELECT reference FROM complaint WHERE superseded_by IS NULL ORDER BY 1"
    assert office.rows(standing) == [("P3",), ("P4",)]
    office.withdraw(none.batch_id)
    assert len(office.rows(standing)) == 4 and office.differences() == []


@pytest.mark.parametrize(
    ("form", "old", "new"),
    [
        ("registre", visit(day="2025-03-05", ref="1"), visit(ref="2")),
        ("plaintes", complaint("P1", received="2025-03-05"), complaint("P2")),
        ("cloture", closing(day="2025-03-05"), closing()),
    ],
)
def test_a_file_that_replaces_days_replaces_all_that_it_is_said_to_cover(office, form, old, new):
    """Also those of which it has no row: it is the whole register of March."""
    office.hand_in(form, old)
    assert office.hand_in(form, new, replace_days=True, covers=MARCH).effect.rows_replaced == 1
    assert office.hand_in(form, old, covers=MARCH).effect.rows_replaced == 0
    assert office.differences() == []


def test_a_site_without_a_row_whose_days_are_not_said_is_named_as_not_replaced(office):
    office.hand_in("plaintes", complaint("P1", site=COVE))
    outcome = office.hand_in("plaintes", complaint("P2"), replace_days=True, sites=(COVE,))
    assert outcome.effect.rows_replaced == 0
    assert any(COVE in remark and "--covers" in remark for remark in outcome.remarks)


@pytest.mark.parametrize(
    ("form", "rows", "says"),
    [("canevas", [monthly(received=3)], "canevas"), ("fermetures", [closure()], "--covers")],
)
def test_where_replacing_days_means_nothing_it_is_refused_with_the_reason(office, form, rows, says):
    before = office.contents()
    outcome = office.take(office.path(form, *rows), replace_days=True)
    assert not outcome.accepted
    assert says in str(outcome.problems[0])
    assert office.contents() == before


def test_absent_complaints_and_closings_are_listed_with_the_option_that_removes_them(office):
    office.hand_in("plaintes", complaint("P1"), complaint("P2"), as_of="2025-05-01")
    outcome = office.hand_in("plaintes", complaint("P1", resolved="2025-03-10"), as_of="2025-06-01")
    assert any("P2" in r and "--replace-days" in r for r in outcome.remarks)
    office.hand_in("cloture", closing(agent="A1"), closing(agent="A2"), as_of="2025-05-01")
    outcome = office.hand_in("cloture", closing(agent="A1", declared=2), as_of="2025-06-01")
    assert any("A2" in r and "--replace-days" in r for r in outcome.remarks)


@pytest.mark.parametrize(
    "table", ["visit", "complaint", "daily_closing", "closure", "monthly_return"]
)
def test_verifying_sees_a_row_that_stands_and_should_not_and_the_reverse(office, table):
    office.hand_in("registre", visit(ref="1"), as_of="2025-04-01")
    office.hand_in("plaintes", complaint("P1"), as_of="2025-04-01")
    office.hand_in("cloture", closing(), as_of="2025-04-01")
    office.hand_in("fermetures", closure(), as_of="2025-04-01")
    office.hand_in("canevas", monthly(received=3), as_of="2025-04-01")
    first = office.rows(f"SELECT batch_id FROM {table}")[0][0]  # noqa: S608
    assert office.differences() == []
    for wrong, right in ((str(first), "NULL"), ("NULL", str(first))):
        if right != "NULL":
            office.withdraw(first)
        with office.engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET superseded_by = {wrong}"))  # noqa: S608
        assert any(table in difference for difference in office.differences())
        with office.engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET superseded_by = {right}"))  # noqa: S608
    assert office.differences() == []


def test_settling_anew_mends_rows_that_were_wrongly_set_aside_and_their_rollups(office):
    office.hand_in("registre", *(waited(5, ref=str(i)) for i in range(12)), as_of="2025-05-01")
    office.hand_in("registre", waited(9, ref="0"), visit(site=NIKKI), as_of="2025-05-02")
    office.hand_in("cloture", closing(), as_of="2025-06-01")
    before = office.figures(by="site")
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE visit SET superseded_by = 3 WHERE source_ref = '1'"))
        connection.execute(text("UPDATE visit SET superseded_by = NULL WHERE source_ref = '0'"))
        connection.execute(text("DELETE FROM rollup WHERE site_id <> 0"))
    with write_transaction(office.engine) as connection:
        assert supersede.settle_anew(connection) == 2
    assert office.differences() == []
    assert office.figures(by="site") == before
    assert office.figures(by="site")[KANDI, "visits"].value == 12
