"""What a file changes of what counts is said when it comes in, when it is checked, when it goes and when it is dated anew; in the
same words, by one function. What is said is held to a model in test_any_order."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from db import batch_effects, journal, write
from db.__main__ import main
from db.batch_effects import Effect
from tests.builders import NIKKI, closing, closure, complaint, visit, waited


def test_a_first_file_counts_wholly_and_it_is_said(office, command):
    said = command(main, "import", office.path("registre", visit(ref="1"), visit(ref="2")))
    assert said.out == (
        "registre-1.csv : registre, 2 lignes importées (lot 1). 2 lignes comptent ; 0 remplacée ;"
        " 0 sans effet.\n"
    )


@pytest.mark.parametrize("check", [(), ("--check",)])
def test_one_row_without_reference_that_replaces_fifty_visits_says_so(office, command, check):
    office.hand_in("registre", *(visit(ref=str(n)) for n in range(50)), name="mars.csv")
    said = command(main, "import", office.path("registre", visit(), name="un.csv"), *check)
    assert said.code == 0
    assert (
        "1 ligne compte ; 50 remplacées, de « mars.csv » (lot 1), toutes par journée entière (ccsp-kandi"
        " le 03/03/2025), une ligne y étant sans référence ; 0 sans effet."
    ) in said.out
    assert len(said.out.splitlines()) == 1
    assert office.figure("visits").value == (50 if check else 1)


def test_rows_that_a_newer_file_leaves_without_effect_are_said_with_that_file(office, command):
    office.hand_in("registre", waited(5, ref="1"), waited(5, ref="2"), as_of="2025-05-01", name="mai.csv")  # fmt: skip
    late = office.path("registre", *(waited(9, ref=str(n)) for n in range(1, 4)))
    said = command(main, "import", late, "--as-of", "2025-04-01")
    assert "1 ligne compte ; 0 remplacée ; " in said.out
    assert "2 sans effet : « mai.csv » (lot 1) est plus récent." in said.out


def test_a_withdrawal_says_what_counts_no_more_and_what_counts_again(office, command):
    office.hand_in("registre", waited(5, ref="1"), waited(5, ref="2"), name="a.csv")
    office.hand_in("registre", waited(9, ref="1"), waited(9, ref="3"))
    said = command(main, "withdraw", 2)
    assert said.out == (
        "Lot 2 retiré : 2 lignes ne comptent plus ; 1 compte de nouveau, de « a.csv » (lot 1).\n"
    )
    assert "; 0 compte de nouveau." in command(main, "withdraw", 1).out


def test_many_files_and_days_are_named_a_few_and_counted():
    files = {f"« {n}.csv » (lot {n})": n for n in range(1, 7)}
    days = [(NIKKI, journal.utc_now().date() + timedelta(n)) for n in range(5)]
    said = batch_effects.import_sentence(
        Effect(
            3,
            idle_by_file=files,
            replaced_by_file=files,
            restored_by_file=files,
            rows_of_whole_days=4,
            whole_days=days,
        )
    )
    plain = said.replace("\u202f", " ").replace("\xa0", " ")
    assert (
        "21 remplacées, de « 6.csv » (lot 6), « 5.csv » (lot 5), « 4.csv » (lot 4) et 3 autres"
        in plain
    )
    assert "dont 4 par journée entière" in said and said.count(NIKKI) == 3


def test_what_days_asked_for_replace_is_said_without_another_reason(office):
    office.hand_in("cloture", closing(agent="A1"), closing(agent="A2"))
    whole = office.hand_in("cloture", closing(agent="A1", declared=5), replace_days=True)
    assert (whole.effect.rows_replaced, whole.effect.rows_of_whole_days, whole.effect.reason) == (
        2,
        1,
        "",
    )
    office.hand_in("fermetures", closure(site=""))
    days = office.hand_in("fermetures", closure(site="", first="2025-03-04"), replace_days=True,
                          covers=(date(2025, 3, 1), date(2025, 3, 31)))  # fmt: skip
    assert days.effect.whole_days == [("", date(2025, 3, 3))]
    assert "par journée entière (tout le réseau le 03/03/2025)" in batch_effects.import_sentence(
        days.effect
    )


# --- a check is an import that is undone ------------------------------------------------------------------------------
def test_checking_finds_all_that_importing_refuses_and_writes_nothing(office, command):
    office.hand_in("registre", visit(ref="1"))
    with office.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO retention (what, before) VALUES ('visit', '2025-01-01 00:00:00')")
        )
    past = office.path("registre", visit(day="2024-03-04", ref="2"))
    before = office.contents()
    checked, kept = (command(main, "import", past, *check) for check in (("--check",), ()))
    assert checked == kept and checked.code == 1 and "dont le terme est passé" in checked.out
    assert office.contents() == before


@pytest.mark.parametrize("as_of, code", [("2025-01-01", 0), ("2024-12-31T23:59", 1)])
def test_the_day_of_a_term_begins_when_it_does_in_benin(office, command, as_of, code):
    with office.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO retention (what, before) VALUES ('visit', '2025-01-01 00:00:00')")
        )
    path = office.path("registre", visit(ref="1"))
    assert command(main, "import", path, "--as-of", as_of).code == code
    if not code:  # and may be dated anew to the same day
        assert command(main, "date", 1, "--as-of", as_of).code == 0


def test_checking_several_files_says_that_each_is_checked_by_itself(office, command):
    files = [office.path("registre", visit(ref="1"), name=name) for name in ("a.csv", "b.csv")]
    said = command(main, "import", "--check", *files).out
    assert said.count("0 remplacée") == 2 and "Chaque fichier a été vérifié seul" in said
    assert "vérifié seul" not in command(main, "import", "--check", files[0]).out


def test_a_check_of_real_files_beside_fictitious_data_is_refused_as_the_import_is(office, command):
    office.hand_in("registre", visit(ref="1"), demo=True)
    path = office.path("registre", visit(ref="2"))
    checked, kept = (command(main, "import", path, *check) for check in (("--check",), ()))
    assert checked == kept and checked.code == 1 and "purge-demo" in checked.err


def test_a_file_that_is_refused_does_not_stop_those_after_it(office, command):
    """Whatever the reason: what it holds, its term, what it is."""
    with office.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO retention (what, before) VALUES ('visit', '2025-01-01 00:00:00')")
        )
    files = [
        office.path("registre", visit(day="2024-03-04", ref="1"), name="old.csv"),
        office.path("registre", visit(day="hier", ref="1"), name="bad.csv"),
        office.folder / "absent.csv",
        office.path("registre", visit(ref="2"), name="good.csv"),
        office.path("registre", visit(ref="3"), name="also-good.csv"),
    ]
    for check in (("--check",), ()):
        said = command(main, "import", *files, *check)
        assert (said.code, said.out.count("REFUSÉ"), said.err) == (1, 3, "")
        assert all(f"{path.name} : " in said.out for path in files)
        assert said.out.count("1 ligne compte") == 2
    assert office.figure("visits").value == 2


# --- dates ahead ------------------------------------------------------------------------------------------------------
@pytest.fixture
def ahead(office):
    """A register that came in while the clock was a day ahead."""
    office.hand_in("registre", waited(50, ref="1"), name="avance.csv")
    tomorrow = journal.utc_now() + timedelta(days=1)
    with office.engine.begin() as connection:
        connection.execute(
            text("UPDATE import_batch SET as_of = :at, imported_at = :at"), {"at": tomorrow}
        )
    return office


WAITS = "SELECT called_at - arrived_at FROM visit WHERE superseded_by IS NULL"


def test_a_file_dated_ahead_is_named_until_it_is_dated_anew_and_then_its_correction_counts(
    ahead, command
):
    correction = ahead.path("registre", waited(10, ref="1"))
    for argv in (
        ("import", correction, "--check"),
        ("import", correction),
        ("status",),
        ("verify",),
    ):
        said = command(main, *argv)
        assert "Le lot 1 (« avance.csv ») est daté du" in said.out, argv
        assert "python -m db date 1" in said.out, argv
        if argv[0] == "import":
            assert "1 sans effet : « avance.csv » (lot 1) est plus récent" in said.out
    assert '"dated_ahead": [\n  1\n ]' in command(main, "status", "--json").out
    assert ahead.rows(WAITS) == [(50,)]
    said = command(main, "date", 1, "--why", "horloge")
    assert (
        said.code == 0
        and "0 ligne compte ; 0 remplacée ; 1 compte de nouveau, de « registre-1.csv » (lot"
        in said.out
    )
    assert ahead.rows(WAITS) == [(10,)] and ahead.differences() == []
    assert ahead.rows("SELECT did, why FROM journal ORDER BY id DESC LIMIT 1") == [("dated", "horloge")]  # fmt: skip
    assert "daté du" not in command(main, "status").out


def test_by_default_a_file_is_dated_of_the_next_one_s_arrival_or_of_now(ahead):
    before = journal.utc_now()
    when, _ = write.date_anew(ahead.engine, 1, None, by="test")
    assert before <= when <= journal.utc_now()
    last = ahead.hand_in("registre", waited(10, ref="1")).batch_id
    moment = ahead.rows("SELECT imported_at FROM import_batch WHERE id = 2")
    with ahead.engine.begin() as connection:
        connection.execute(
            text("UPDATE import_batch SET as_of = :at WHERE id = 1"),
            {"at": journal.utc_now() + timedelta(days=1)},
        )
    when, effect = write.date_anew(ahead.engine, 1, None, by="test")
    assert str(moment[0][0]).startswith(f"{when:%Y-%m-%d %H:%M:%S}")
    assert (last, effect.rows_counting, ahead.rows(WAITS)) == (2, 0, [(10,)])


def test_dating_says_when_it_cannot_be_done(ahead, command):
    day = journal.utc_now().date() + timedelta(days=2)
    for argv, why in (
        ((9,), "pas de lot numéro 9"),
        ((1, "--as-of", str(day)), "avenir"),
        ((1, "--as-of", "1999-12-31"), "trop ancien"),
        ((2**40,), "pas de lot"),
    ):
        said = command(main, "date", *argv)
        assert (said.code, why in said.err) == (1, True), said
    ahead.withdraw(1)
    assert "déjà retiré" in command(main, "date", 1).err


def test_a_date_by_which_a_file_would_be_past_its_term_is_refused(ahead, command):
    with ahead.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO retention (what, before) VALUES ('visit', '2025-02-01 00:00:00')")
        )
    before = ahead.contents()
    said = command(main, "date", 1, "--as-of", "2025-01-01")
    assert said.code == 1 and "terme" in said.err
    assert ahead.contents() == before
    assert command(main, "date", 1).code == 0


def test_complaints_closings_and_closures_say_theirs_too(office):
    for form, first, second in (
        ("plaintes", complaint("P1"), complaint("P1", resolved="2025-03-10")),
        ("cloture", closing(), closing(declared=4)),
        ("fermetures", closure(), closure(last="2025-03-05")),
    ):
        office.hand_in(form, first)
        assert office.hand_in(form, second).effect.rows_replaced == 1, form


@pytest.mark.parametrize("check", [(), ("--check",)])
def test_complaints_of_after_the_last_visit_are_said_to_wait_for_the_visits(office, command, check):
    path = office.path("plaintes", complaint("P1"), complaint("P2", received="2025-04-03"))
    assert "dernier jour connu" not in command(main, "import", path, "--check").out
    office.hand_in("registre", visit(day="2025-03-03"))
    said = command(main, "import", path, *check).out.replace("\xa0", " ")
    assert "1 plainte reçue après le 03/03/2025, dernier jour connu des visites" in said
