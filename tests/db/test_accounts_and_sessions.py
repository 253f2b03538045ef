"""Who may come in, in the tables: when the base is open, what is never changed, and what the data's version is not."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from dashboard.accounts import access_journal as accesses
from db import accounts_and_sessions, backup, read, schema, write
from db.demo_load import load_demo
from db.engine import make_engine
from db.write_lock import write_transaction
from tests.builders import Office, visit

pytestmark = pytest.mark.both_databases


def is_open(engine) -> bool:
    with engine.connect() as connection:
        return accounts_and_sessions.is_open(connection)


def add(engine, name: str = "dir.zou", **more) -> str:
    with write_transaction(engine) as connection:
        return accounts_and_sessions.add_account(connection, name, role="director", **more)


@pytest.fixture
def demo(databases):
    """A base that `demo` filled."""
    with databases.fresh(visits=6_000) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


def test_a_base_that_demo_filled_is_open_and_one_that_nobody_filled_is_not(demo, engine):
    assert is_open(demo)
    assert not is_open(engine)


def test_the_first_account_closes_the_base_in_the_same_transaction(demo):
    with pytest.raises(RuntimeError), write_transaction(demo) as connection:
        accounts_and_sessions.add_account(connection, "dir.zou", role="director")
        assert not accounts_and_sessions.is_open(connection)
        raise RuntimeError("undone")
    assert is_open(demo)
    add(demo)
    assert not is_open(demo)


def test_the_first_real_file_closes_the_base_whatever_door_it_comes_by(demo):
    with demo.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO import_batch (sha256, form, filename, as_of, rows, demo, imported_by, imported_at)"
                " SELECT 'x', form, filename, as_of, 0, :no, 'x', imported_at FROM import_batch LIMIT 1"
            ),
            {"no": False},
        )
    assert not is_open(demo)


def test_a_base_that_was_purged_never_opens_again_not_even_filled_anew(demo):
    write.purge_demo(demo, "test")
    assert not is_open(demo)
    load_demo(demo, 100, 1, by="test", progress=False)
    assert not is_open(demo)


def test_a_base_where_something_real_was_handed_in_is_not_opened(office):
    office.withdraw(office.hand_in("registre", visit(ref="1")).batch_id)
    with write_transaction(office.engine) as connection:
        assert not accounts_and_sessions.open_if_new(connection)


@pytest.mark.usefixtures("programs_of_the_server")
def test_a_copy_of_an_open_base_is_closed_once_it_is_put_back_and_nobody_in_it_is_signed_in(
    demo, databases, tmp_path
):
    copy = tmp_path / "copie"
    backup.backup(demo, copy)
    backup.restore(demo, copy, force=True, by="test")
    assert not is_open(demo)
    account = add(demo)
    with write_transaction(demo) as connection:
        accounts_and_sessions.add_session(
            connection, account, "t" * 64, "b" * 64, accounts_and_sessions.database_time(connection)
        )
    backup.backup(demo, tmp_path / "autre")
    backup.restore(demo, tmp_path / "autre", force=True, by="test")
    with demo.connect() as connection:
        assert accounts_and_sessions.open_sessions(connection) == []
        assert accounts_and_sessions.account(connection, account)


def test_the_update_leaves_fictitious_data_open_and_closes_all_others(demo, office):
    for engine, expected in ((demo, True), (office.engine, False)):
        if engine is office.engine:
            office.hand_in("registre", visit(ref="1"))
        schema.downgrade(engine, "0005")
        schema.upgrade(engine)
        assert is_open(engine) is expected
    schema.downgrade(demo, "0005")
    write_purged(demo)
    schema.upgrade(demo)
    assert not is_open(demo)


def write_purged(engine) -> None:
    """The line that a version before this one left in the journal."""
    with write_transaction(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO journal (at, who, did, detail, why) SELECT at, who, 'purged', detail, '' FROM journal LIMIT 1"
            )
        )


@pytest.mark.usefixtures("programs_of_the_server")
def test_a_base_with_accounts_goes_down_after_a_copy_and_the_copy_brings_them_back(
    office: Office, tmp_path
):
    office.hand_in("registre", visit(ref="1"))
    account = add(office.engine, departments=frozenset({"Zou", "Collines"}))
    with write_transaction(office.engine) as connection:
        accesses.note(connection, "dir.zou", "signed in")
    held = "SELECT * FROM account JOIN access_journal ON access_journal.who = account.name"
    before = office.rows(held)
    backup.backup(office.engine, tmp_path / "copie")
    schema.downgrade(office.engine, "0005")
    assert "account" not in inspect(office.engine).get_table_names()
    schema.upgrade(office.engine)
    assert office.figure("visits").value == 1 and office.rows(held) == []
    backup.restore(office.engine, tmp_path / "copie", force=True, by="test")
    assert office.rows(held) == before and len(before) == 1
    assert office.figure("visits").value == 1
    with office.engine.connect() as connection:
        holder = accounts_and_sessions.account(connection, account)
    assert holder and holder.departments == {"Zou", "Collines"} and holder.sites is None


@pytest.mark.parametrize(
    "change", ["UPDATE access_journal SET who = 'autre'", "DELETE FROM access_journal"]
)
def test_no_line_of_the_journal_of_accesses_is_ever_changed(engine, change):
    with write_transaction(engine) as connection:
        accesses.note(connection, "dir.zou", "signed in", {"from": "127.0.0.1"})
    with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))
    with engine.connect() as connection:
        ((_, who, did, what),) = accounts_and_sessions.lines(connection)
    assert (who, did, what) == ("dir.zou", "signed in", {"from": "127.0.0.1"})


def test_nobody_who_signs_in_empties_what_is_kept_for_all(office):
    office.hand_in("registre", visit(ref="1"))
    with office.engine.connect() as connection:
        before = read.version(connection)
    account = add(office.engine)
    with write_transaction(office.engine, queue=False) as connection:
        at = accounts_and_sessions.database_time(connection)
        number = accounts_and_sessions.add_session(connection, account, "t" * 64, "b" * 64, at)
        accesses.note(connection, "dir.zou", "signed in")
        accounts_and_sessions.note_activity(connection, number, at)
        accounts_and_sessions.add_failure(connection, account, at, at)
        accounts_and_sessions.end_sessions(connection, at)
    with office.engine.connect() as connection:
        assert read.version(connection) == before
