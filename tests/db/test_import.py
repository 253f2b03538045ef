"""One file handed in: what it changes, and what it does not."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from db import reference_changes, site_changes, write
from tests.builders import COVE, KANDI, NIKKI, closing, complaint, monthly, visit, waited

pytestmark = pytest.mark.both_databases

MARCH = date(2025, 3, 1), date(2025, 3, 31)
MAY, JUNE = (date(2025, 5, 1), date(2025, 5, 31)), (date(2025, 6, 1), date(2025, 6, 30))


def test_a_register_becomes_visits_and_figures(office):
    outcome = office.hand_in("registre", waited(12, ref="1"), waited(20, ref="2"), visit(ref="3"))
    assert (outcome.rows, outcome.form, outcome.effect.rows_replaced) == (3, "registre", 0)
    assert office.figure("visits").value == 3
    assert office.rows("SELECT arrived_at, called_at FROM visit ORDER BY source_ref") == [
        (480, 492),
        (480, 500),
        (None, None),
    ]
    assert not office.differences()


def test_the_same_file_twice_changes_nothing(office):
    path = office.path("registre", visit(ref="1"), visit())
    first = office.take(path)
    before = office.contents()
    second = office.take(path)
    assert (second.accepted, second.was_known, second.batch_id) == (True, True, first.batch_id)
    assert office.contents() == before


def test_the_same_content_under_another_name_is_the_same_file(office):
    office.hand_in("registre", visit(ref="1"), name="janvier.csv")
    again = office.hand_in("registre", visit(ref="1"), name="copie de janvier.csv")
    assert again.was_known
    assert office.figure("visits").value == 1


def test_the_same_empty_register_of_another_month_is_another_file(office):
    """« aucune plainte en mai », then in June: the same bytes, and both are known to be whole."""
    may = office.hand_in("plaintes", covers=MAY, sites=(KANDI,))
    june = office.hand_in("plaintes", covers=JUNE, sites=(KANDI,))
    other = office.hand_in("plaintes", covers=JUNE, sites=(COVE,))
    assert not (june.was_known or other.was_known)
    assert office.hand_in("plaintes", covers=MAY, sites=(KANDI,)).batch_id == may.batch_id
    spans = office.rows("SELECT first_day FROM batch_site ORDER BY batch_id")
    assert [str(first) for (first,) in spans] == ["2025-05-01", "2025-06-01", "2025-06-01"]


@pytest.mark.parametrize("more", [{"covers": MARCH}, {"sites": (COVE,)}, {"replace_days": True}])
def test_a_file_that_comes_again_with_what_was_forgotten_is_taken_and_counts_once(office, more):
    rows = [visit(day="2025-03-03"), visit(ref="2", day="2025-03-04")]
    office.hand_in("registre", *rows)
    again = office.hand_in("registre", *rows, **more)
    assert again.accepted and not again.was_known
    assert office.figure("visits").value == 2 and not office.differences()
    assert office.hand_in("registre", *rows, **more).was_known
    assert office.hand_in("registre", *rows).was_known


def test_a_file_that_comes_again_with_what_was_forgotten_is_no_newer_than_it_was(office):
    """Or its corrections, which came in between, would be undone by what only says for which days it speaks."""
    office.hand_in("registre", waited(50, ref="1"))
    office.hand_in("registre", waited(10, ref="1"))
    assert not office.hand_in("registre", waited(50, ref="1"), covers=MARCH).was_known
    assert office.rows("SELECT called_at - arrived_at FROM visit WHERE superseded_by IS NULL") == [
        (10,)
    ]


def test_centres_named_twice_or_in_another_order_are_the_same(office):
    first = office.hand_in("plaintes", covers=MARCH, sites=(KANDI, COVE))
    again = office.hand_in("plaintes", covers=MARCH, sites=(COVE, KANDI, KANDI))
    assert again.was_known and again.batch_id == first.batch_id


def test_a_refused_file_keeps_nothing(office):
    office.hand_in("registre", visit(ref="1"))
    before = office.contents()
    rows = [
        visit(ref=str(i)) for i in range(30_000)
    ]  # more than one chunk is in the table when the fault is met
    outcome = office.take(office.path("registre", *rows, visit(day="2025-02-30")))
    assert not outcome.accepted
    assert [(p.line, p.column, p.cell_text) for p in outcome.problems] == [
        (30_002, "Date", "2025-02-30")
    ]
    assert office.contents() == before


def test_checking_a_file_keeps_nothing(office):
    before = office.contents()
    assert office.take(office.path("registre", visit(ref="1")), check=True).accepted
    assert not office.take(office.path("registre", visit(site="nulle part")), check=True).accepted
    assert office.contents() == before


def test_a_later_file_supersedes_rows_and_keeps_them(office):
    office.hand_in("registre", waited(50, ref="1"), waited(50, ref="2"), as_of="2025-04-01")
    outcome = office.hand_in("registre", waited(10, ref="1"), as_of="2025-05-01")
    assert outcome.effect.rows_replaced == 1
    assert office.rows("SELECT count(*) FROM visit") == [(3,)]
    waits = office.rows(
        "SELECT called_at - arrived_at FROM visit WHERE superseded_by IS NULL ORDER BY 1"
    )
    assert waits == [(10,), (50,)]
    assert not office.differences()


def test_an_older_file_that_comes_late_changes_nothing_of_the_newer(office):
    office.hand_in("registre", waited(10, ref="1"), as_of="2025-05-01")
    office.hand_in("registre", waited(50, ref="1"), waited(50, ref="2"), as_of="2025-04-01")
    waits = office.rows(
        "SELECT called_at - arrived_at FROM visit WHERE superseded_by IS NULL ORDER BY 1"
    )
    assert waits == [(10,), (50,)]


def test_the_same_reference_at_another_site_is_another_visit(office):
    office.hand_in("registre", visit(site=KANDI, ref="1"), as_of="2025-04-01")
    office.hand_in("registre", visit(site=NIKKI, ref="1"), as_of="2025-05-01")
    assert office.figure("visits").value == 2


def test_a_row_without_reference_makes_its_file_the_whole_register_of_that_day(office):
    office.hand_in(
        "registre",
        visit(day="2025-03-03", ref="1"),
        visit(day="2025-03-03", ref="2"),
        visit(day="2025-03-04", ref="3"),
        visit(site=COVE, day="2025-03-03", ref="4"),
        as_of="2025-04-01",
    )
    office.hand_in(
        "registre", visit(day="2025-03-03"), visit(day="2025-03-03", ref="9"), as_of="2025-05-01"
    )
    assert office.rows(
        "SELECT source_ref FROM visit WHERE superseded_by IS NULL ORDER BY coalesce(source_ref, '')"
    ) == [(None,), ("3",), ("4",), ("9",)]


def test_rows_absent_from_a_corrected_file_stay_and_are_listed(office):
    office.hand_in("registre", visit(ref="1"), visit(ref="2"), visit(ref="3"), as_of="2025-04-01")
    outcome = office.hand_in("registre", waited(5, ref="1"), as_of="2025-05-01")
    assert office.figure("visits").value == 3
    assert any(
        " 2 (ccsp-kandi, 2025-03-03, 2 ; ccsp-kandi, 2025-03-03, 3)" in r for r in outcome.remarks
    )


def test_replace_days_removes_rows_absent_from_the_corrected_file(office):
    office.hand_in(
        "registre",
        visit(ref="1"),
        visit(ref="2"),
        visit(day="2025-03-04", ref="3"),
        as_of="2025-04-01",
    )
    outcome = office.hand_in("registre", waited(5, ref="1"), as_of="2025-05-01", replace_days=True)
    assert outcome.effect.rows_replaced == 2
    assert office.rows("SELECT source_ref FROM visit WHERE superseded_by IS NULL ORDER BY 1") == [
        ("1",),
        ("3",),
    ]
    assert not any("absentes" in r for r in outcome.remarks)


def test_withdrawing_a_file_restores_what_it_had_superseded(office):
    office.hand_in("registre", waited(50, ref="1"), waited(50, ref="2"), as_of="2025-04-01")
    before = office.figures(by="site")
    correction = office.hand_in(
        "registre", waited(10, ref="1"), visit(day="2025-03-05"), as_of="2025-05-01"
    )
    assert office.figures(by="site") != before
    office.withdraw(correction.batch_id)
    assert office.figures(by="site") == before
    assert not office.differences()


def test_a_withdrawn_file_may_be_handed_in_again(office):
    path = office.path("registre", visit(ref="1"))
    office.withdraw(office.take(path).batch_id)
    assert office.figure("visits").value is None
    again = office.take(path)
    assert not again.was_known
    assert office.figure("visits").value == 1
    assert not office.differences()


@pytest.mark.parametrize("batch", [1, 99])
def test_withdrawing_what_is_not_there_is_refused(office, batch):
    office.withdraw(office.hand_in("registre", visit(ref="1")).batch_id)
    with pytest.raises(write.Refused):
        office.withdraw(batch)


def test_the_words_of_a_complaint_stand_apart(office):
    office.hand_in("plaintes", complaint("P1", subject="=1+1 <img src=x>"), complaint("P2"))
    assert office.rows(
        "SELECT c.reference, t.subject FROM complaint_text t JOIN complaint c ON c.id = t.complaint_id"
    ) == [("P1", "=1+1 <img src=x>")]


def test_several_agents_of_a_site_are_summed(office):
    office.hand_in("cloture", closing(agent="A1", declared=3), closing(agent="A2", declared=4))
    from datetime import date

    from db import read

    with office.engine.connect() as connection:
        days = read.closings(connection, read.ALL, date(2025, 3, 1), date(2025, 3, 31))
    assert [declared for *_, declared, _ in days] == [7]


@pytest.mark.parametrize("form, row", [("registre", visit), ("cloture", closing)])
def test_a_mistyped_year_is_refused_unless_the_days_of_the_file_are_named(office, form, row):
    """Or the year between would be one in which nobody came."""
    file = office.path(form, row(day="2025-03-03"), row(day="2024-03-04"), name="années.csv")
    outcome = office.take(file)
    assert not outcome.accepted
    assert "l'année de l'une de ces dates est sans doute fausse" in str(outcome.problems[0])
    assert office.rows("SELECT count(*) FROM import_batch") == [(0,)]
    narrow = office.take(file, covers=(date(2025, 3, 1), date(2025, 3, 31)))
    assert not narrow.accepted, "the days that were named are not those of the gap"
    named = office.take(file, covers=(date(2024, 3, 1), date(2025, 3, 31)))
    assert named.accepted
    assert any("dates est à vérifier" in words for words in named.remarks)


def test_a_row_outside_of_the_days_that_were_named_speaks_for_its_own_site_alone(office):
    outcome = office.take(
        office.path(
            "registre",
            visit(KANDI, "2025-02-10"),
            visit(KANDI, "2025-03-03"),
            visit(COVE, "2025-03-04"),
        ),
        covers=(date(2025, 3, 1), date(2025, 3, 31)),
        sites=(NIKKI,),
    )
    assert outcome.accepted and any("10/02/2025" in words for words in outcome.remarks)
    spans = office.rows(
        "SELECT s.code, b.first_day, b.last_day FROM batch_site b JOIN site s ON s.id = b.site_id ORDER BY 1"
    )
    assert [(code, str(a), str(z)) for code, a, z in spans] == [
        (COVE, "2025-03-01", "2025-03-31"),
        (KANDI, "2025-02-10", "2025-03-31"),
        (NIKKI, "2025-03-01", "2025-03-31"),
    ]


def test_months_in_which_a_site_was_closed_are_no_mistyped_year(office):
    """Covè served until June 2024, and again from March 2025 on."""
    for change in (
        site_changes.close_site(COVE, date(2024, 6, 30)),
        site_changes.reopen_site(COVE, date(2025, 3, 1)),
    ):
        reference_changes.keep(office.engine, change, "test", "arrêté")
    assert office.take(
        office.path("registre", visit(COVE, "2024-06-28"), visit(COVE, "2025-03-03"))
    ).accepted


def test_a_file_covers_its_first_to_its_last_day_unless_it_says_more(office):
    office.hand_in("plaintes", complaint("P1", received="2025-03-03", resolved="2025-03-20"))
    office.hand_in("plaintes", complaint("P2", site=NIKKI), covers=None, sites=(COVE,))
    spans = office.rows(
        "SELECT b.batch_id, s.code, b.first_day, b.last_day, b.rows FROM batch_site b"
        " JOIN site s ON s.id = b.site_id ORDER BY 1, 2"
    )
    assert [(batch, code, str(a), str(b), n) for batch, code, a, b, n in spans] == [
        (1, KANDI, "2025-03-03", "2025-03-20", 1),
        (2, COVE, "2025-03-03", "2025-03-03", 0),
        (2, NIKKI, "2025-03-03", "2025-03-03", 1),
    ]


def test_real_data_do_not_enter_a_fictitious_database(office):
    office.hand_in("registre", visit(ref="1"), demo=True)
    before = office.contents()
    with pytest.raises(write.Refused, match="purge-demo"):
        office.hand_in("registre", visit(ref="2"))
    assert office.contents() == before


def test_fictitious_data_do_not_enter_a_real_database(office):
    batch = office.hand_in("registre", visit(ref="1")).batch_id
    office.withdraw(batch)  # even where every real file was withdrawn
    with pytest.raises(write.Refused, match="réelles"):
        office.hand_in("registre", visit(ref="2"), demo=True)


def test_purging_fictitious_data_leaves_an_empty_database_and_a_line_in_the_journal(office):
    office.hand_in("registre", visit(ref="1"), demo=True)
    office.hand_in("registre", visit(), demo=True)
    office.hand_in("plaintes", complaint("P1", subject="attente"), demo=True)
    office.hand_in("canevas", monthly(received=3), demo=True)
    assert write.purge_demo(office.engine, by="test") == 4
    left = {table for table, rows in office.contents().items() if rows}
    assert left == {"journal"}
    office.hand_in("registre", visit(ref="2"))
    assert office.figure("visits").value == 1


def test_purging_spares_real_data(office):
    office.hand_in("registre", visit(ref="1"))
    before = office.contents()
    with pytest.raises(write.Refused):
        write.purge_demo(office.engine, by="test")
    assert office.contents() == before


@pytest.mark.parametrize(
    "statement", ["UPDATE journal SET who = 'un autre'", "DELETE FROM journal"]
)
def test_the_database_itself_refuses_to_change_the_journal(office, statement):
    office.hand_in("registre", visit(ref="1"))
    before = office.rows("SELECT * FROM journal")
    with pytest.raises(DBAPIError, match="append-only"), office.engine.begin() as connection:
        connection.execute(text(statement))
    assert office.rows("SELECT * FROM journal") == before


def test_every_change_of_the_data_leaves_a_line_in_the_journal(office):
    batch = office.hand_in("registre", visit(ref="1")).batch_id
    office.withdraw(batch)
    assert office.rows("SELECT who, did FROM journal ORDER BY id") == [
        ("application", "seeded"),
        ("test", "imported"),
        ("test", "withdrawn"),
    ]
