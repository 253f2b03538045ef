"""What has passed its term is erased, and nothing that a figure rests on."""

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import DBAPIError

from dashboard.settings import load_settings
from db import __main__, backup, backup_files, erasures, retention, schema
from db.database_identity import identity
from db.engine import is_sqlite
from db.models import AccessJournal, Account, Base, FailedSignIn, SignIn, UnansweredSearch
from db.write import Refused
from tests import clock
from tests.builders import COVE, KANDI, complaint, monthly, visit

pytestmark = [pytest.mark.usefixtures("programs_of_the_server"), pytest.mark.never_unstable]

ON = date(2027, 6, 15)
OLD, NEW = datetime(2025, 1, 2), datetime(2027, 6, 1)
PLANTED = "Zinsou Gbaguidi, 97 00 11 22, n'a pas été reçu"  # invented


def journal_of_accesses(office) -> list[tuple]:
    return office.rows("SELECT who FROM access_journal ORDER BY id")


@pytest.fixture
def full(office):
    """Words of complaints, sign-ins, failures and accesses, old and new, on the day on which terms are looked at."""
    office.hand_in("registre", visit())
    office.hand_in(
        "plaintes",
        complaint("P1", received="2025-01-03", resolved="2025-01-20", subject=PLANTED),
        complaint("P2", received="2025-01-03", subject="encore ouverte"),
        complaint("P3", received="2026-01-03", resolved="2026-02-01", subject="close depuis peu"),
        complaint("P4", received="2025-02-03", subject="dite deux fois"),
        as_of="2026-03-01",
    )
    # Said anew, without its words: it still waits for an answer, and those of the first file say what it is about.
    office.hand_in("plaintes", complaint("P4", received="2025-02-03"), as_of="2026-04-01")
    with office.engine.begin() as c:
        holder = {"role": "cabinet", "must_change": False, "disabled": False, "epoch": 1}
        c.execute(insert(Account).values(id="a", name="awa", created_at=OLD, **holder))
        for token, at in (("old", OLD), ("new", NEW)):
            opened = {"browser": "b", "account_id": "a", "began_at": at, "seen_at": at}
            c.execute(insert(SignIn).values(token=token, **opened))
            c.execute(insert(FailedSignIn).values(who=token, failures=1, last_at=at))
            c.execute(insert(AccessJournal).values(at=at, who=token, did="signed in", detail={}))
            c.execute(insert(UnansweredSearch).values(day=at, words=token, others=0, times=1))
    with clock.as_of(ON.isoformat()):
        yield office


def test_what_has_passed_its_term_is_erased_and_figures_stay(full):
    before = full.figures(by="site"), full.figures(by="month")
    with full.engine.connect() as connection:
        counted = {one.term.name: one.rows for one in retention.due_terms(connection, ON)}
    assert counted == {
        "complaint_text": 1, "monthly_return": 0, "visit": 0, "complaint": 0, "sign_in": 1, "failed_sign_in": 1,
        "access_journal": 1, "unanswered_search": 1,
    }  # fmt: skip
    erased = {one.term.name: one.rows for one in retention.erase(full.engine, ON, "awa")}
    assert erased == counted
    assert full.rows(
        "SELECT c.reference FROM complaint_text t JOIN complaint c ON c.id = t.complaint_id"
        " ORDER BY c.reference"
    ) == [("P2",), ("P3",), ("P4",)]
    assert full.rows("SELECT token FROM sign_in") == [("new",)]
    assert full.rows("SELECT who FROM failed_sign_in") == [("new",)]
    assert journal_of_accesses(full) == [("new",)]
    assert full.rows("SELECT words FROM unanswered_search") == [("new",)]
    assert (full.figures(by="site"), full.figures(by="month")) == before
    assert full.differences() == []
    did = full.rows("SELECT who, did FROM journal ORDER BY id DESC LIMIT 1")
    assert did == [("awa", "retained")]
    assert not any(one.rows for one in retention.erase(full.engine, ON, "awa"))
    assert full.rows("SELECT count(*) FROM journal WHERE did = 'retained'") == [(1,)]


def test_what_was_erased_is_in_no_file_of_the_database(full):
    if not is_sqlite(full.engine):
        pytest.skip("PostgreSQL's files are its own; its VACUUM writes over what is erased")
    path = Path(full.engine.url.database)

    def held() -> bytes:
        return b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*"))

    assert PLANTED.encode() in held()
    retention.erase(full.engine, ON, "awa")
    assert PLANTED.encode() not in held()


def test_a_line_of_the_journal_of_accesses_goes_after_its_term_alone(full):
    """Nobody deletes a line by hand before, and nobody changes one, ever."""
    for statement in (
        "DELETE FROM access_journal",
        "UPDATE access_journal SET who = 'x'",
    ):
        with pytest.raises(DBAPIError, match="append-only"), full.engine.begin() as c:
            c.exec_driver_sql(statement)
    retention.erase(full.engine, ON, "awa")
    with pytest.raises(DBAPIError, match="append-only"), full.engine.begin() as c:
        c.exec_driver_sql("DELETE FROM access_journal")
    assert journal_of_accesses(full) == [("new",)]


def test_the_words_of_one_complaint_are_erased_with_a_line_in_the_journal(full):
    assert retention.erase_text(full.engine, KANDI, "P4", "awa", "demande de l'usager") == 1
    assert full.rows("SELECT did, why FROM journal ORDER BY id DESC LIMIT 1") == [
        ("erased words", "demande de l'usager")
    ]
    assert full.figure("complaints_open", first="2025-01-01").value == 2
    for reference, said in (("P4", "aucun mot n'est gardé"), ("P9", "Il n'y a pas de plainte")):
        with pytest.raises(Refused, match=said):
            retention.erase_text(full.engine, KANDI, reference, "awa", "")


@pytest.fixture
def returns(full):
    """Monthly returns with words: one that is past its term, said twice, and two that are not."""
    full.hand_in(
        "canevas", monthly(KANDI, "05/2025", received=7, reasons=PLANTED), as_of="2025-06-02"
    )
    full.hand_in(
        "canevas",
        monthly(KANDI, "05/2025", received=8, satisfied=3, difficulties=PLANTED),
        monthly(KANDI, "06/2025", received=5, reasons="pas encore"),
        monthly(COVE, "06/2025", received=6, reasons="à Covè"),
        as_of="2025-07-02",
    )
    return full


def words_of_returns(office) -> list[tuple]:
    return office.rows(
        "SELECT reasons, difficulties FROM monthly_return WHERE reasons <> '' OR difficulties <> '' ORDER BY 1"
    )


def numbers_of_returns(office) -> list[tuple]:
    return office.rows(
        "SELECT received, satisfied FROM monthly_return WHERE superseded_by IS NULL ORDER BY 1"
    )


KEPT = [("pas encore", ""), ("à Covè", "")]


def test_of_a_monthly_return_past_its_term_the_numbers_stay_and_its_file_can_be_withdrawn(returns):
    numbers = numbers_of_returns(returns)
    erased = {one.term.name: one.rows for one in retention.erase(returns.engine, ON, "awa")}
    assert erased["monthly_return"] == 2
    assert words_of_returns(returns) == KEPT and numbers_of_returns(returns) == numbers
    returns.hand_in(
        "canevas", monthly(KANDI, "05/2025", received=9, reasons=PLANTED), as_of="2025-08-01"
    )
    assert words_of_returns(returns) == KEPT and (9, None) in numbers_of_returns(returns)
    (last,) = returns.rows("SELECT max(id) FROM import_batch")[0]
    returns.withdraw(last)
    assert numbers_of_returns(returns) == numbers and returns.differences() == []


def test_the_words_of_one_monthly_return_are_erased_and_come_back_by_no_copy(returns, tmp_path):
    backup.backup(returns.engine, tmp_path / "copie")
    assert retention.erase_return_words(returns.engine, COVE, "2025-06", "awa", "demandé") == 1
    assert ("à Covè", "") not in words_of_returns(returns)
    for month, said in (("2025-06", "aucun mot"), ("juin", "n'est pas un mois")):
        with pytest.raises(Refused, match=said):
            retention.erase_return_words(returns.engine, COVE, month, "awa", "encore")
    with returns.engine.connect() as connection:
        listed = erasures.list_path(returns.engine, identity(connection).own)
    assert "2025-06" in listed.read_text() and "Covè" not in listed.read_text()
    for _ in range(2):  # the second time from a database that is itself that copy
        backup.restore(returns.engine, tmp_path / "copie", force=True, by="test")
        assert ("à Covè", "") not in words_of_returns(returns)
        assert ("pas encore", "") in words_of_returns(returns)
        did = returns.rows("SELECT did FROM journal WHERE why = 'effacés avant cette copie'")
        assert did == [("erased return words",)]
    if is_sqlite(returns.engine):
        path = Path(returns.engine.url.database)
        held = b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*"))
        assert "à Covè".encode() not in held


def test_a_copy_for_others_has_no_word_of_a_monthly_return(returns, tmp_path):
    copy = tmp_path / "copie"
    assert "ni les canevas" in backup.backup(returns.engine, copy, words=False)
    if is_sqlite(returns.engine):
        assert b"pas encore" not in copy.read_bytes()
    backup.restore(returns.engine, copy, force=True, by="test")
    assert words_of_returns(returns) == []


def test_dated_copies_past_their_term_are_deleted_and_no_other_file(full, command, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", full.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(__main__, "today", lambda: ON)
    load_settings.cache_clear()
    there, stem = backup_files.folder(full.engine), Path(full.engine.url.database).stem
    there.mkdir(exist_ok=True)
    with full.engine.connect() as connection:
        own = identity(connection).own[:8]
    ending, other = ("db", "dump") if is_sqlite(full.engine) else ("dump", "db")
    old, new, others = (
        [f"{stem}-2026-06-14-101500-version-0009.{ending}",
         f"{stem}-{own}-2025-01-02-101500-version-0011-2.{ending}"],
        [f"{stem}-2026-06-15-101500-version-0009.{ending}"],
        # Of another database, of another kind, or no copy that was dated by itself.
        ["autre-2020-01-01-101500-version-0009.db", f"{stem}-12345678-2020-01-01-101500-version-0011.{ending}",
         f"{stem}-2020-01-01-101500-version-0009.{other}",
         "ccsp-2020-01-01.db", "ccsp-effacements.json", "lisez-moi-2020-01-01-101500.txt"],
    )  # fmt: skip
    for name in (*old, *new, *others):
        (there / name).write_text("x")
    said = command(__main__.main, "retain")
    assert "copies de la base, faites par l'application : 2, d'avant le 15/06/2026" in said.out
    assert all((there / name).exists() for name in old)
    assert command(__main__.main, "retain", "--yes").code == 0
    left = {path.name for path in there.iterdir()}
    assert not left & set(old) and left >= {*new, *others}
    assert full.rows("SELECT count(*) FROM journal WHERE did = 'retained'")[0][0] >= 1


def test_the_command_says_what_it_would_erase_and_erases_when_told(full, command, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", full.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(__main__, "today", lambda: ON)
    load_settings.cache_clear()
    said = command(__main__.main, "retain")
    assert (
        said.code == 0
        and "mots de plaintes, après la réponse : 1, d'avant le 15/06/2025" in said.out
    )
    assert "24 mois, TEXTS_KEPT_MONTHS" in said.out and "python -m db retain --yes" in said.out
    assert full.rows("SELECT count(*) FROM complaint_text") == [(4,)]
    said = command(__main__.main, "retain", "--yes")
    assert (said.code, said.out.splitlines()[0]) == (0, "Effacé au 15/06/2027 :")
    assert full.rows("SELECT count(*) FROM complaint_text") == [(3,)]
    said = command(__main__.main, "erase-text", KANDI, "P2", "--why", "demandé")
    assert (said.code, said.out) == (0, "Mots effacés, de 1 ligne ; la plainte reste comptée.\n")
    assert command(__main__.main, "erase-text", KANDI, "P2").code == 1


def test_terms_are_settings(full, monkeypatch):
    monkeypatch.setenv("TEXTS_KEPT_MONTHS", "60")
    load_settings.cache_clear()
    try:
        with full.engine.connect() as connection:
            assert retention.due_terms(connection, ON)[0].rows == 0
    finally:
        monkeypatch.undo()
        load_settings.cache_clear()


LATER = date(2031, 6, 15)  # rows of before the 15th of June 2026 are past their term


@pytest.fixture
def registers(office):
    """Visits, timed to the minute, and complaints, some of them said anew by a later file, on both sides of the term."""
    old = [
        visit(
            day="2025-03-03",
            arrived="08:07",
            called="08:31",
            ended="08:44",
            outcome="servi",
            ref="1",
        ),
        visit(day="2025-03-03", arrived="09:59", called="11:02", outcome="servi", sex="F", ref="2"),
        visit(day="2025-03-17", arrived="10:20", outcome="parti", ref="3"),
        visit(day="2025-03-18", called="10:20", satisfied="oui", ref="4"),
        visit(day="2025-04-02", arrived="15:15", called="20:00", outcome="servi"),
        visit(
            day="2026-06-15",
            arrived="08:07",
            called="08:31",
            ended="08:40",
            outcome="servi",
            ref="9",
        ),
    ]
    days = date(2025, 3, 3), date(2026, 6, 15)
    office.hand_in("registre", *old, as_of="2026-06-20", covers=days)
    office.hand_in(
        "registre",
        visit(day="2025-03-03", arrived="08:09", called="08:20", outcome="servi", ref="1"),
        as_of="2026-07-01",
    )
    told = [
        complaint("P1", resolved="2025-03-20", subject=PLANTED),
        complaint("P2", received="2025-03-05"),
        complaint("P3", received="2025-03-06", resolved="2026-07-01"),
    ]
    office.hand_in("plaintes", *told, as_of="2026-07-02")
    office.hand_in("plaintes", complaint("P1", resolved="2025-03-22"), as_of="2026-08-01")
    return office


def every_figure(office) -> list:
    """Of whole months and of some days of them, by all that figures are cut by."""
    return [
        office.figures(first=first, last=last, by=by)
        for first, last in (("2025-01-01", "2026-12-31"), ("2025-03-03", "2025-03-17"), ("2025-03-18", "2025-04-02"))
        for by in ("nation", "site", "month", "service", "hour")
    ]  # fmt: skip


def test_rows_past_their_term_are_what_is_counted_and_no_more_and_every_figure_stays(registers):
    before = every_figure(registers)
    erased = {one.term.name: one.rows for one in retention.erase(registers.engine, LATER, "awa")}
    assert (erased["visit"], erased["complaint"]) == (6, 2)
    assert every_figure(registers) == before
    assert registers.differences() == []
    asked = "SELECT source_ref, arrived_at, called_at, ended_at FROM visit ORDER BY id"
    assert registers.rows(asked) == [
        (None, 540, 603, None),
        (None, 600, None, None),
        (None, None, None, None),
        (None, 900, 1185, None),
        ("9", 487, 511, 520),
        (None, 480, 491, None),
    ]
    kept = [reference for (reference,) in registers.rows("SELECT reference FROM complaint")]
    assert sorted(kept, key=str) == [None, "P2", "P3"]
    assert registers.rows("SELECT count(*) FROM complaint_text") == [(0,)]
    again = {one.term.name: one.rows for one in retention.erase(registers.engine, LATER, "awa")}
    assert not any(again.values())


def test_what_came_to_its_term_comes_back_by_no_file_and_goes_by_no_withdrawal(registers):
    retention.erase(registers.engine, LATER, "awa")
    before, held = every_figure(registers), registers.contents()
    for form, line in (
        ("registre", visit(day="2025-03-03", ref="1")),
        ("plaintes", complaint("P1", resolved="2025-03-23")),
    ):
        with pytest.raises(Refused, match="dont le terme est passé"):
            registers.hand_in(form, line, as_of="2026-11-01")
        with pytest.raises(Refused, match="dont le terme est passé"):
            registers.hand_in(form, visit(ref="7", day="2026-07-01") if form == "registre" else complaint("P7"),
                              as_of="2026-06-01")  # fmt: skip
    for batch in (1, 2, 3, 4):  # of the third one a row was replaced that is past its term
        with pytest.raises(Refused, match="passé clos"):
            registers.withdraw(batch)
    assert registers.contents() == held
    new = registers.hand_in("registre", visit(day="2026-07-02", ref="8"), as_of="2026-07-03")
    registers.withdraw(new.batch_id)
    assert every_figure(registers) == before


def test_an_older_copy_that_is_put_back_brings_nothing_back_that_was_erased(full, tmp_path):
    """Words erased by themselves, what passed its term, accounts closed, first passwords; whatever the database that is
    replaced still knows of it."""
    with full.engine.begin() as c:
        holder = {"role": "cabinet", "epoch": 1, "created_at": OLD, "password": "x"}
        c.execute(
            insert(Account).values(id="b", name="kofi", must_change=False, disabled=False, **holder)
        )
        c.execute(insert(Account).values(id="n", name="neuve", must_change=True, disabled=False,
                                         works_until=datetime(2099, 1, 1), **holder))  # fmt: skip
    copy = tmp_path / "copie"
    backup.backup(full.engine, copy)
    retention.erase(full.engine, ON, "awa")
    retention.erase_text(full.engine, KANDI, "P2", "awa", "demande de l'usager")
    with full.engine.begin() as c:
        c.execute(update(Account).where(Account.id == "b").values(disabled=True, password=None))
    for _ in range(2):  # the second time from a database that is itself that copy
        backup.restore(full.engine, copy, force=True, by="test")
        assert full.rows(
            "SELECT c.reference FROM complaint_text t JOIN complaint c ON c.id = t.complaint_id ORDER BY 1"
        ) == [("P3",), ("P4",)]
        assert journal_of_accesses(full) == [("new",)]
        assert not full.rows("SELECT 1 FROM sign_in WHERE ended_at IS NULL OR token = 'old'")
        assert full.rows("SELECT name, disabled, password, works_until FROM account WHERE id <> 'a' ORDER BY 1") == [
            ("kofi", True, None, None), ("neuve", False, "x", None)
        ]  # fmt: skip
        did = full.rows("SELECT did, why FROM journal ORDER BY id DESC LIMIT 3")
        again = "effacés avant cette copie"
        assert did == [("restored", ""), ("retained", again), ("erased words", again)]
    if is_sqlite(full.engine):
        path = Path(full.engine.url.database)
        held = b"".join(p.read_bytes() for p in path.parent.glob(f"{path.name}*"))
        assert PLANTED.encode() not in held


def test_a_database_that_was_lost_learns_from_the_list_beside_the_copies(full, tmp_path):
    backup.backup(full.engine, tmp_path / "copie")
    retention.erase_text(full.engine, KANDI, "P2", "awa", "demande de l'usager")
    with full.engine.connect() as connection:
        listed = erasures.list_path(full.engine, identity(connection).own)
    assert listed.stat().st_mode & 0o777 == 0o600 and "encore ouverte" not in listed.read_text()
    backup.restore(full.engine, tmp_path / "copie", force=True, by="test")
    with full.engine.begin() as c:  # as if nothing had been there
        c.exec_driver_sql("DELETE FROM complaint_text")
    schema.downgrade(full.engine, "base")
    backup.restore(full.engine, tmp_path / "copie", force=True, by="test")
    assert ("P2",) not in full.rows(
        "SELECT c.reference FROM complaint_text t JOIN complaint c ON c.id = t.complaint_id"
    )
    listed.write_text("{")
    with pytest.raises(Refused, match="ne peut pas être lue"):
        backup.restore(full.engine, tmp_path / "copie", force=True, by="test")


@pytest.mark.parametrize("way", ["restored", "gone back to"])
def test_a_copy_of_a_version_without_a_table_that_has_a_term_is_put_back(full, tmp_path, way):
    schema.downgrade(full.engine, "0022")
    backup.backup(full.engine, tmp_path / "copie")
    schema.upgrade(full.engine)
    retention.erase(full.engine, ON, "awa")
    if way == "restored":
        backup.restore(full.engine, tmp_path / "copie", force=True, by="test")
        assert full.rows("SELECT count(*) FROM unanswered_search") == [(0,)]
        noted = full.rows("SELECT what FROM retention WHERE what = 'unanswered_search'")
        assert noted == [("unanswered_search",)], "what comes from a later copy is erased too"
    else:
        backup.go_back(full.engine, str(tmp_path / "copie"), "test")
        assert schema.version(full.engine) == "0022"
    assert PLANTED not in {
        subject for (subject,) in full.rows("SELECT subject FROM complaint_text")
    }


def test_words_that_were_erased_do_not_come_back_by_a_later_file(full):
    retention.erase(full.engine, ON, "awa")
    retention.erase_text(full.engine, KANDI, "P2", "awa", "demande de l'usager")
    full.hand_in(
        "plaintes",
        complaint("P1", received="2025-01-03", resolved="2025-01-20", subject=PLANTED),
        complaint("P2", received="2025-01-03", subject=PLANTED),
        complaint("P3", received="2026-01-03", resolved="2026-02-01", subject="dit autrement"),
        as_of="2026-05-01",
    )
    words = [("close depuis peu",), ("dit autrement",), ("dite deux fois",)]
    assert full.rows("SELECT subject FROM complaint_text ORDER BY 1") == words


@pytest.mark.parametrize("resolved", ["", "2025-01-20", "2027-06-10"])
def test_words_past_their_term_do_not_come_back_by_a_file_of_before_whatever_it_says_of_the_answer(
    full, resolved
):
    """The file that counts says that it was answered long ago: what an older one says of it does not keep its words."""
    retention.erase(full.engine, ON, "awa")
    before = full.rows("SELECT subject FROM complaint_text ORDER BY 1")
    line = complaint("P1", received="2025-01-03", resolved=resolved, subject=PLANTED)
    full.hand_in("plaintes", line, as_of="2026-02-28")
    assert full.rows("SELECT subject FROM complaint_text ORDER BY 1") == before
    assert retention.erase(full.engine, ON, "awa")[0].rows == 0


def test_words_of_a_complaint_that_is_open_again_are_kept_until_it_is_answered(full):
    retention.erase(full.engine, ON, "awa")
    full.hand_in(
        "plaintes", complaint("P1", received="2025-01-03", subject="rouverte"), as_of="2027-06-02"
    )
    assert ("rouverte",) in full.rows("SELECT subject FROM complaint_text")
    assert retention.erase(full.engine, ON, "awa")[0].rows == 0


def test_the_command_erases_the_words_of_one_monthly_return(returns, command, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", returns.engine.url.render_as_string(hide_password=False))
    load_settings.cache_clear()
    said = command(__main__.main, "erase-return", COVE, "2025-06", "--why", "demandé")
    assert (said.code, said.out) == (
        0,
        "Mots effacés, de 1 ligne ; les nombres du canevas restent.\n",
    )
    assert ("à Covè", "") not in words_of_returns(returns)
    assert command(__main__.main, "erase-return", COVE, "2025-06").code == 1


def test_who_is_named_in_a_monthly_return_is_in_its_table_and_nowhere_else(returns, caplog):
    def held() -> set[str]:
        return {
            name
            for name in Base.metadata.tables
            if PLANTED in str(returns.rows(f'SELECT * FROM "{name}"'))  # noqa: S608
            and name != "complaint_text"
        }

    assert held() == {"monthly_return"}
    retention.erase_return_words(returns.engine, KANDI, "2025-05", "awa", "demandé")
    assert held() == set() and PLANTED not in caplog.text
