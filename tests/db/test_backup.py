"""Copies of a database in service are whole, and come back."""

import shutil
import threading

import pytest

from db import backup, write
from db.engine import make_engine
from tests.builders import Office, visit, waited

pytestmark = pytest.mark.usefixtures("programs_of_the_server")


@pytest.fixture
def elsewhere(databases, tmp_path):
    """Another, empty database, to bring copies back into."""
    with databases.fresh(empty=True) as url:
        office = Office(make_engine(url), tmp_path)
        yield office
        office.engine.dispose()


def test_a_copy_taken_while_files_come_in_is_whole(office, elsewhere, tmp_path):
    stop = threading.Event()

    def write_on():
        for i in range(100):
            office.hand_in(
                "registre", *(waited(m, ref=f"{i}-{m}") for m in range(50)), name=f"en-cours-{i}.csv"
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
        assert elsewhere.rows("SELECT count(*) FROM visit WHERE source_ref IN ('avant', 'après')") == [(2,)]


def test_what_comes_back_is_what_was_there(office, elsewhere, tmp_path):
    office.hand_in("registre", waited(5, ref="1"), visit())
    backup.backup(office.engine, tmp_path / "copie")
    said = backup.restore(elsewhere.engine, tmp_path / "copie", force=False, by="test")
    assert "version" in said and "gardé" not in said
    brought, was = elsewhere.contents(), office.contents()
    assert [line[3] for line in brought.pop("journal")] == [*(line[3] for line in was.pop("journal")), "restored"]
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


def test_without_pg_dump_the_reason_names_the_package_to_install(office, databases, tmp_path, monkeypatch):
    if databases.name == "sqlite":
        assert "Copie écrite" in backup.backup(office.engine, tmp_path / "copie")  # needs no program at all
        return
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(write.Refused, match="apt install postgresql-client"):
        backup.backup(office.engine, tmp_path / "copie")
