"""Copies of a database in service are whole, and come back."""

import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from dashboard.settings import ROOT
from db import backup, backup_files, error_messages, reference, schema, startup_check, write
from db import targets_and_decisions as steer
from db.engine import make_engine
from db.write_lock import write_transaction
from tests.builders import Office, visit, waited
from tests.db import first_release

pytestmark = [
    pytest.mark.usefixtures("programs_of_the_server"),
    pytest.mark.both_databases,
]

KILLS = int(os.environ.get("KILLS", "6")) // 3


@pytest.fixture
def elsewhere(databases, tmp_path):
    """Another, empty database, to bring copies back into."""
    with databases.fresh(empty=True) as url:
        office = Office(make_engine(url), tmp_path)
        yield office
        office.engine.dispose()


@pytest.mark.parametrize("tries", [backup_files.QUIET_TRIES, 0])
def test_a_copy_taken_while_files_come_in_is_whole(office, elsewhere, tmp_path, tries, monkeypatch):
    monkeypatch.setattr(backup_files, "QUIET_TRIES", tries)  # 0: as where others never stop writing
    stop = threading.Event()

    def write_on():
        for i in range(100):
            office.hand_in(
                "registre",
                *(waited(m, ref=f"{i}-{m}") for m in range(50)),
                name=f"en-cours-{i}.csv",
            )
            if stop.is_set():
                return

    office.hand_in("registre", waited(5, ref="avant"))
    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        copies = [tmp_path / f"copie-{i}" for i in range(3)]
        for copy in copies:
            backup.backup(office.engine, copy)
    finally:
        stop.set()
        writer.join()
    for copy in copies:
        backup.restore(elsewhere.engine, copy, force=True, by="test")
        assert elsewhere.differences() == []
        counts = elsewhere.rows(
            "SELECT b.rows, (SELECT count(*) FROM visit v WHERE v.batch_id = b.id) FROM import_batch b"
        )
        assert counts and all(said == there for said, there in counts)
        elsewhere.hand_in("registre", visit(ref="après"))  # the copy goes on living
        assert elsewhere.rows(
            "SELECT count(*) FROM visit WHERE source_ref IN ('avant', 'après')"
        ) == [(2,)]


def test_what_comes_back_is_what_was_there(office, elsewhere, tmp_path):
    office.hand_in("registre", waited(5, ref="1"), visit())
    backup.backup(office.engine, tmp_path / "copie")
    said = backup.restore(elsewhere.engine, tmp_path / "copie", force=False, by="test")
    assert "version" in said and "gardé" not in said
    brought, was = elsewhere.contents(), office.contents()
    assert [line[3] for line in brought.pop("journal")] == [
        *(line[3] for line in was.pop("journal")),
        "restored",
    ]
    assert brought == was
    assert elsewhere.figures(by="site") == office.figures(by="site")


def test_a_copy_never_overwrites_a_file(office, tmp_path):
    (tmp_path / "copie").write_text("précieux")
    with pytest.raises(write.Refused, match="existe déjà"):
        backup.backup(office.engine, tmp_path / "copie")
    assert (tmp_path / "copie").read_text() == "précieux"


def test_a_database_that_is_not_empty_is_replaced_only_by_force(office, tmp_path):
    backup.backup(office.engine, tmp_path / "vide")
    office.hand_in("registre", visit(ref="1"))
    with pytest.raises(write.Refused, match="--force"):
        backup.restore(office.engine, tmp_path / "vide", force=False, by="test")
    assert office.figure("visits").value == 1
    backup.restore(office.engine, tmp_path / "vide", force=True, by="test")
    assert office.rows("SELECT count(*) FROM visit") == [(0,)]


@pytest.mark.parametrize("content", [b"", b"n'importe quoi", b"SQLite format 3\0" + bytes(2000)])
def test_what_is_not_a_copy_is_refused_and_changes_nothing(office, tmp_path, content):
    office.hand_in("registre", visit(ref="1"))
    before = office.contents()
    (tmp_path / "copie").write_bytes(content)
    with pytest.raises(write.Refused):
        backup.restore(office.engine, tmp_path / "copie", force=True, by="test")
    assert office.contents() == before


def test_a_copy_that_does_not_exist_is_refused(office, tmp_path):
    with pytest.raises(write.Refused, match="n'existe pas"):
        backup.restore(office.engine, tmp_path / "rien", force=True, by="test")


def test_without_pg_dump_the_reason_names_the_package_to_install(
    office, databases, tmp_path, monkeypatch
):
    if databases.name == "sqlite":
        assert "Copie écrite" in backup.backup(
            office.engine, tmp_path / "copie"
        )  # needs no program at all
        return
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(write.Refused, match="apt install postgresql-client"):
        backup.backup(office.engine, tmp_path / "copie")


# --- what is not ours, or not whole --------------------------------------------------------------------------------
def foreign(databases, path, statements):
    """A copy, by the database's own means, of another application's database."""
    with databases.fresh(empty=True) as url:
        engine = make_engine(url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        if databases.name == "sqlite":
            with engine.connect() as connection:
                connection.connection.driver_connection.execute("VACUUM INTO ?", (str(path),))
        else:
            subprocess.run(["pg_dump", "-Fc", "-f", path, url], check=True)
        engine.dispose()


VERSION = "CREATE TABLE alembic_version (version_num varchar(32))"
OTHERS = {
    "without a version": ["CREATE TABLE client (id int)"],
    "of another's version": ["CREATE TABLE client (id int)", VERSION, "INSERT INTO alembic_version VALUES ('ab12')"],
    "of a version named like ours": ["CREATE TABLE client (id int)", VERSION, "INSERT INTO alembic_version VALUES ('0001')"],
    "with tables named like ours": ["CREATE TABLE import_batch (id int)", "CREATE TABLE journal (id int)", VERSION,
                                    "INSERT INTO alembic_version VALUES ('0003')"],
    "with two versions": ["CREATE TABLE journal (id int)", VERSION, "INSERT INTO alembic_version VALUES ('0001'), ('0002')"],
}  # fmt: skip


@pytest.mark.parametrize("statements", OTHERS.values(), ids=OTHERS)
def test_another_application_s_database_is_refused_even_by_force_and_changes_nothing(
    office, databases, tmp_path, statements
):
    office.hand_in("registre", visit(ref="1"))
    before = office.contents()
    foreign(databases, tmp_path / "autre", statements)
    with pytest.raises(write.Refused, match="autre.*n'est pas une copie de cette application"):
        backup.restore(office.engine, tmp_path / "autre", force=True, by="test")
    assert office.contents() == before


def test_a_copy_of_a_newer_version_is_refused(office, elsewhere, tmp_path):
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    path = tmp_path / "copie"
    if office.engine.dialect.name == "sqlite":
        with office.engine.connect() as connection:
            connection.connection.driver_connection.execute("VACUUM INTO ?", (str(path),))
    else:
        url = office.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        subprocess.run(["pg_dump", "-Fc", "-f", path, url], check=True)
    with pytest.raises(write.Refused, match="plus récente.*9999"):
        backup.restore(elsewhere.engine, path, force=True, by="test")


def test_a_copy_of_the_other_kind_of_database_is_named_as_such(office, tmp_path):
    start = b"PGDMP" if office.engine.dialect.name == "sqlite" else b"SQLite format 3\0"
    (tmp_path / "copie").write_bytes(start + bytes(5000))
    with pytest.raises(write.Refused, match="est une copie de"):
        backup.restore(office.engine, tmp_path / "copie", force=True, by="test")


@pytest.mark.parametrize(
    "damage", ["cut in half", "last byte missing", "a page overwritten", "a folder"]
)
def test_a_damaged_copy_is_refused_and_changes_nothing(office, tmp_path, damage):
    office.hand_in("registre", *(waited(m, ref=str(m)) for m in range(60)))
    before, path = office.contents(), tmp_path / "copie"
    backup.backup(office.engine, path)
    whole = path.read_bytes()
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    else:
        half = len(whole) // 2
        path.write_bytes(
            {
                "cut in half": whole[:half],
                "last byte missing": whole[:-1],
                "a page overwritten": whole[:half] + bytes(4096) + whole[half + 4096 :],
            }[damage]
        )
    with pytest.raises(write.Refused, match="n'est pas"):
        backup.restore(office.engine, path, force=True, by="test")
    assert office.contents() == before
    assert office.differences() == []


def test_a_restoring_that_fails_midway_leaves_everything_as_it_was(office, tmp_path, monkeypatch):
    """The checks are taken away, so that the fault is met while the copy is being put in place."""
    office.hand_in("registre", *(waited(m, ref=str(m)) for m in range(60)))
    path = tmp_path / "copie"
    backup.backup(office.engine, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    before = office.contents()
    monkeypatch.setattr(backup_files, "check", lambda *_: schema.newest_revision())
    with pytest.raises(write.Refused), backup_files.exclusive_replacement(office.engine) as put:
        put(path, lambda _: None)
    assert office.contents() == before
    office.hand_in("registre", visit(ref="après"))


@pytest.mark.chance
@pytest.mark.never_unstable
def test_a_restoring_that_is_killed_leaves_what_was_there_or_the_copy(
    office, database_url, tmp_path
):
    office.hand_in("registre", *(waited(m % 60, ref=str(m)) for m in range(10_000)))
    backup.backup(office.engine, tmp_path / "copie")
    copied = office.rows("SELECT count(*), max(id) FROM visit")
    office.hand_in("registre", visit(ref="depuis"))
    argv = [sys.executable, "-m", "db", "restore", str(tmp_path / "copie"), "--force"]
    environment = {**os.environ, "DATABASE_URL": database_url}
    began = time.monotonic()
    subprocess.run(argv, cwd=ROOT, env=environment, check=True, capture_output=True)
    duration = time.monotonic() - began
    for kill in range(KILLS):
        office.engine.dispose()
        office.hand_in("registre", visit(ref=f"depuis-{kill}"))
        present = office.rows("SELECT count(*), max(id) FROM visit")
        process = subprocess.Popen(
            argv, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(duration * (0.4 + 0.6 * (kill + 0.5) / KILLS))  # past the start of Python
        process.kill()
        process.wait()
        with write_transaction(office.engine):
            pass  # whoever still writes is waited for
        assert office.rows("SELECT count(*), max(id) FROM visit") in (present, copied)
        assert office.differences() == []


def test_while_another_writes_nothing_is_put_back_and_it_is_said_soon(
    office, tmp_path, little_patience
):
    backup.backup(office.engine, tmp_path / "copie")
    busy = make_engine(office.engine.url.render_as_string(hide_password=False))
    with (
        write_transaction(office.engine),
        pytest.raises(write.Refused, match="Une autre écriture"),
        backup_files.exclusive_replacement(busy) as put,
    ):
        put(tmp_path / "copie", lambda _: None)
    busy.dispose()


# --- what counts as empty --------------------------------------------------------------------------------------------
def withdrawn(office):
    office.withdraw(office.hand_in("registre", visit(ref="1")).batch_id)


def sql(statement):
    def run(office):
        with office.engine.begin() as connection:
            connection.execute(text(statement))

    return run


def purged(office):
    office.hand_in("registre", visit(ref="1"), demo=True)
    write.purge_demo(office.engine, by="test")


TODAY = date(2025, 3, 3)
ENTERED = {
    "a file withdrawn since": (withdrawn, "1 lot"),
    "a target": (
        lambda o: steer.set_target(o.engine, "wait_p50", "nation", 15, TODAY, "note", "test"),
        "1 cible",
    ),
    "a decision": (
        lambda o: steer.decide(
            o.engine, "wait_p50", "nation", TODAY, "directeur", "agir", None, "test"
        ),
        "1 décision",
    ),
    "a new start": (
        lambda o: steer.rebase(o.engine, "wait_p50", "nation", TODAY, "travaux", "test"),
        "1 nouveau départ",
    ),
    "a story": (
        lambda o: steer.keep_story(o.engine, "revue", "Revue", "{}", "test"),
        "1 présentation",
    ),
    "an added word": (
        lambda o: reference.add(o.engine, "category", "Hygiène", "test"),
        "1 mot ajouté",
    ),
    "an added service": (
        lambda o: reference.add(o.engine, "service", "Carte", "test"),
        "1 prestation ajoutée",
    ),
    "outlines": (
        sql("INSERT INTO boundary VALUES ('commune', '{}', 'x', '2025-03-03 00:00:00')"),
        "1 limite",
    ),
    "a holiday": (sql("INSERT INTO holiday VALUES ('2025-03-03', 'férié', false)"), "1 jour férié"),
    "hours": (
        sql("INSERT INTO site_hours VALUES (1, '2025-03-03', 0, 480, 720)"),
        "site_hours : 1",
    ),
    "a closing": (
        sql("UPDATE site_period SET closes_on = '2025-03-03' WHERE site_id = 1"),
        "site_period : 1",
    ),
    "something taken back since": (purged, "au journal"),
}


@pytest.mark.parametrize("enter, named", ENTERED.values(), ids=ENTERED)
def test_what_anybody_entered_is_replaced_only_by_force_which_keeps_a_copy(
    office, tmp_path, enter, named
):
    backup.backup(office.engine, tmp_path / "vide")
    enter(office)
    before = {**office.contents(), "found": backup.contents(office.engine)}
    with pytest.raises(write.Refused, match=f"{named}.*--force"):
        backup.restore(office.engine, tmp_path / "vide", force=False, by="test")
    assert {**office.contents(), "found": backup.contents(office.engine)} == before
    said = backup.restore(office.engine, tmp_path / "vide", force=True, by="test")
    (kept,) = (p for p in (tmp_path / "copies").glob("*-version-*") if p.suffix != ".empreintes")
    assert str(kept) in said and backup.contents(office.engine) == []
    backup.restore(
        office.engine, kept, force=False, by="test"
    )  # what was replaced comes back from its copy
    assert backup.contents(office.engine) == before["found"]


def test_reference_data_alone_are_an_empty_database(office, tmp_path):
    assert backup.contents(office.engine) == []
    backup.backup(office.engine, tmp_path / "copie")
    backup.restore(office.engine, tmp_path / "copie", force=False, by="test")


def test_a_copy_of_an_older_version_is_brought_up_to_date(databases, elsewhere, tmp_path):
    with databases.fresh(empty=True) as url:
        engine = make_engine(url)
        first_release.make(engine)
        backup.backup(engine, tmp_path / "copie")
        engine.dispose()
    backup.restore(elsewhere.engine, tmp_path / "copie", force=False, by="test")
    assert schema.version(elsewhere.engine) == schema.newest_revision()
    assert elsewhere.differences() == []
    assert (
        elsewhere.figure("visits", "ccsp-kandi", by="site").value
        == first_release.VISITS["ccsp-kandi"]
    )


# --- copies that cannot be written, and bases that may not be copied ---------------------------------------------------
def test_only_its_owner_may_read_a_copy(office, tmp_path):
    backup.backup(office.engine, tmp_path / "copie")
    assert stat.S_IMODE((tmp_path / "copie").stat().st_mode) == 0o600


def test_a_copy_into_an_unwritable_place_is_refused_and_leaves_nothing(office, tmp_path):
    (tmp_path / "fichier").write_text("")
    for path in (tmp_path / "fichier" / "copie", "/proc/copie"):
        with pytest.raises(write.Refused, match="«"):
            backup.backup(office.engine, type(tmp_path)(path))
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["fichier"]


def test_a_copy_onto_a_full_disk_leaves_nothing(office, database_url, tmp_path):
    office.hand_in("registre", *(waited(m % 60, ref=str(m)) for m in range(3000)))

    def little_room():
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (50_000, 50_000)
        )  # a larger file fails to grow, as on a full disk

    done = subprocess.run(
        [sys.executable, "-m", "db", "backup", str(tmp_path / "d" / "copie")],
        cwd=ROOT,
        text=True,
        capture_output=True,
        preexec_fn=little_room,
        env={**os.environ, "DATABASE_URL": database_url},
    )
    assert done.returncode == 1, done.stdout
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert list((tmp_path / "d").iterdir()) == []


def overwrite(office, where: float):
    """Damage the database's file at a place; gives its path."""
    with office.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    office.engine.dispose()
    with Path(office.engine.url.database).open("r+b") as file:
        size = file.seek(0, os.SEEK_END) // 4096
        file.seek(4096 * int(size * where))
        file.write(b"\xa5" * 4096)


@pytest.mark.parametrize("where", [0.3, 0.5, 0.9])
def test_a_damaged_database_is_neither_copied_nor_served(office, databases, tmp_path, where):
    if databases.name == "postgresql":
        pytest.skip("PostgreSQL sees to its own pages")
    office.hand_in("registre", *(waited(m % 60, ref=str(m)) for m in range(3000)))
    overwrite(office, where)
    with pytest.raises(write.Refused, match="abîmée"):
        backup.backup(office.engine, tmp_path / "copie")
    assert not (tmp_path / "copie").exists()
    with pytest.raises(write.Refused, match="abîmée"):
        startup_check.check(office.engine)


def test_a_start_reads_a_file_once_and_again_where_it_has_changed(office, databases, monkeypatch):
    if databases.name == "postgresql":
        pytest.skip("PostgreSQL sees to its own pages")
    office.hand_in("registre", *(waited(m % 60, ref=str(m)) for m in range(3000)))
    office.engine.dispose()
    looked, driver = [], startup_check.sqlite_driver
    monkeypatch.setattr(
        startup_check, "sqlite_driver", lambda connection: looked.append(1) or driver(connection)
    )
    for _ in range(2):
        startup_check.check(office.engine)
        assert len(looked) == 1
    overwrite(office, 0.5)
    with pytest.raises(write.Refused, match="abîmée"):
        startup_check.check(office.engine)


def test_rows_that_point_nowhere_are_not_copied_without_a_word(office, databases, tmp_path):
    if databases.name == "postgresql":
        pytest.skip("PostgreSQL does not let them in")
    office.hand_in("registre", visit(ref="1"))
    with sqlite3.connect(office.engine.url.database) as connection:  # without foreign keys
        connection.execute("DELETE FROM import_batch")
    connection.close()
    with pytest.raises(write.Refused, match="abîmée.*ne mène à rien"):
        backup.backup(office.engine, tmp_path / "copie")


def test_looking_over_a_large_database_ends_in_time(office, databases, monkeypatch):
    monkeypatch.setattr(startup_check, "SECONDS", -1.0)
    monkeypatch.setattr(error_messages, "DAMAGED", "")
    office.hand_in("registre", *(waited(m % 60, ref=str(m)) for m in range(5000)))
    startup_check.check(office.engine)
    assert office.figure("visits").value == 5000  # and the connection serves on
