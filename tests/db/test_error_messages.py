"""What fails around the database is said in one French sentence with what to do, by every command line."""

import errno
import os
import re
import sqlite3

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from dashboard.__main__ import main as dashboard_main
from dashboard.settings import load_settings
from db import error_messages
from db.__main__ import main
from db.engine import make_engine
from db.write_lock import write_transaction
from server import exit_if_database_unfit
from tests.builders import shell, visit

pytestmark = pytest.mark.both_databases

ENGLISH = re.compile(
    r"\b(the|is|not|file|to|unable|attempt|connection|failed|does|exist|refused|database is|locked|disk)\b"
)
INDICATORS = ("indicators", "--from", "2025-01-01", "--to", "2025-12-31", "--by", "nation")


@pytest.fixture
def asked(monkeypatch, capsys):
    """Runs a command against any address."""

    def run(url, run=main, *argv):
        monkeypatch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        capsys.readouterr()
        code = run([str(a) for a in argv or ("status",)])
        return code, *capsys.readouterr()

    yield run
    load_settings.cache_clear()


def is_french(said: str) -> bool:
    return not ENGLISH.search(said) and "Traceback" not in said and said.count("\n") == 1


ADDRESSES = {
    "mysql://u:secret@h/b": "ni SQLite ni PostgreSQL",
    "postgresql://u:secret@h:port/b": "DATABASE_URL n'est pas lisible",
    "n'importe quoi": "DATABASE_URL n'est pas lisible",
    "sqlite:////tmp": "un fichier, non un dossier",
    "sqlite:////proc/nulle-part/ccsp.db": "« /proc/nulle-part »",
    "postgresql://u:secret@127.0.0.1:1/b": "rien n'écoute à cette adresse",
    "postgresql:///b?host=/nulle-part": "rien n'écoute à cette adresse",
}


def last_line(out: str, err: str) -> str:
    """Why a command did not do what it was asked: on the line of a file, or of the command itself."""
    return err or f"{out.splitlines()[-1].strip()}\n"


@pytest.mark.parametrize("url, reason", ADDRESSES.items())
@pytest.mark.parametrize("run, argv", [(main, ("status",)), (main, ("init",)), (dashboard_main, INDICATORS)],
                         ids=["status", "init", "indicators"])  # fmt: skip
def test_an_address_that_leads_nowhere_is_said_in_one_sentence(asked, url, reason, run, argv):
    code, out, err = asked(url, run, *argv)
    assert (code, out) == (1, "") and reason in err and is_french(err)
    assert "secret" not in err


def test_the_start_says_it_too(monkeypatch):
    monkeypatch.setenv("PORT", "49321")
    said = shell("mysql://u@h/b", "scripts.start")
    assert said.code == 1 and "ni SQLite ni PostgreSQL" in said.err and "Traceback" not in said.err


def test_a_database_that_does_not_exist_on_the_server_is_named_as_such(databases, asked):
    if databases.name == "sqlite":
        pytest.skip("PostgreSQL only")
    code, _, err = asked(databases.server.get_uri("nulle_part"))
    assert code == 1 and "il n'y a pas de base de ce nom" in err and is_french(err)
    code, _, err = asked(
        databases.server.get_uri("template_ccsp_0").replace("postgres:", "inconnu:")
    )
    assert code == 1 and "refuse ce compte" in err and is_french(err)


@pytest.mark.parametrize("argv", [("status",), ("verify",), ("backup", "copie.db"), ("go-back",)])
def test_a_database_that_is_not_there_is_not_made_by_asking_for_it(
    asked, tmp_path, monkeypatch, argv
):
    monkeypatch.chdir(tmp_path)
    code, _, said = asked(f"sqlite:///{tmp_path}/absente.db", main, *argv)
    assert code == 1 and said.startswith("Refusé : La base n'existe pas encore") and is_french(said)
    with pytest.raises(SystemExit, match="n'existe pas encore"):
        exit_if_database_unfit()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_said(asked, tmp_path):
    (tmp_path / "ccsp.db").write_bytes(b"ceci n'est pas une base" * 1000)
    for argv in (
        ("status",),
        ("init",),
        ("backup", tmp_path / "copie"),
        ("restore", tmp_path / "ccsp.db", "--force"),
    ):
        code, _, err = asked(f"sqlite:///{tmp_path / 'ccsp.db'}", main, *argv)
        assert code == 1 and "n'est pas une base SQLite" in err and is_french(err)
    assert (tmp_path / "ccsp.db").read_bytes().startswith(b"ceci")


def test_a_database_that_may_not_be_written_is_said(
    office, databases, command, monkeypatch, tmp_path
):
    office.hand_in("registre", visit(ref="1"))
    url = office.engine.url.render_as_string(hide_password=False)
    if databases.name == "sqlite":
        url = f"sqlite:///file:{office.engine.url.database}?mode=ro&uri=true"
    else:
        url += "&options=-c%20default_transaction_read_only%3Don"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    load_settings.cache_clear()
    before = office.contents()
    for argv in (
        ("import", office.path("registre", visit(ref="2"))),
        ("withdraw", 1),
        ("add", "service", "Carte"),
    ):
        code, out, err = command(main, *argv)  # of a file it is said on its line
        assert (
            code == 1
            and "ne peut pas être modifiée" in out + err
            and is_french(last_line(out, err))
        )
    assert office.contents() == before
    assert not (tmp_path / "file:").exists()  # the address of a database is not a folder to make


@pytest.mark.parametrize("argv", [("withdraw", 1), ("import", "{register}"), ("add", "service", "Carte"), ("init",)],
                         ids=lambda argv: argv[0])  # fmt: skip
def test_a_database_that_another_import_holds_is_said_soon(office, command, little_patience, argv):
    office.hand_in("registre", visit(ref="1"))
    register = office.path("registre", visit(ref="2"))
    with write_transaction(office.engine):
        code, out, err = command(main, *(register if a == "{register}" else a for a in argv))
    assert (
        code == 1 and "Une autre écriture (import" in out + err and is_french(last_line(out, err))
    )
    assert command(main, *(register if a == "{register}" else a for a in argv)).code == 0


def test_a_wait_for_another_import_is_not_long():
    from db.engine import BUSY_MS

    assert BUSY_MS <= 20_000


def test_a_disk_that_is_full_is_said_and_nothing_is_kept(office, databases, command, monkeypatch):
    if databases.name == "postgresql":
        pytest.skip("the server's disk")
    before = office.contents()

    def little(engine):
        engine = make_engine(engine)
        event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA max_page_count = 1"))
        return engine

    monkeypatch.setattr("db.console.make_engine", little)
    said = command(
        main, "import", office.path("registre", *(visit(ref=str(i)) for i in range(20_000)))
    )
    assert (
        said.code == 1
        and "disque est plein" in said.out
        and is_french(last_line(said.out, said.err))
    )
    assert office.contents() == before


POSTGRESQL = {
    psycopg.errors.InvalidPassword("password authentication failed"): "mot de passe",
    psycopg.OperationalError(
        'connection failed: FATAL:  password authentication failed for user "x"'
    ): "mot de passe",
    psycopg.OperationalError(
        "FATAL:  authentification par mot de passe échouée pour x"
    ): "mot de passe",
    psycopg.OperationalError(
        "connection failed: fe_sendauth: no password supplied"
    ): "mot de passe",
    psycopg.OperationalError(
        "failed to resolve host 'h': [Errno -2] Name or service not known"
    ): "nom du serveur",
    psycopg.OperationalError("connection timeout expired"): "ne se manifeste pas",
    psycopg.OperationalError("server closed the connection unexpectedly"): "vient d'être arrêté",
    psycopg.errors.DiskFull("could not extend file"): "disque est plein",
    psycopg.errors.TooManyConnections("sorry, too many clients already"): "trop de connexions",
    psycopg.errors.CannotConnectNow("the database system is starting up"): "démarre",
    psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT"): "lecture seule",
    psycopg.errors.InsufficientPrivilege("permission denied"): "droits",
    psycopg.errors.UndefinedTable("relation does not exist"): "python -m db init",
    psycopg.errors.DeadlockDetected("deadlock detected"): "recommencer",
    psycopg.errors.SerializationFailure("could not serialize access"): "recommencer",
    psycopg.errors.InternalError_("cache lookup failed for relation 16514"): "recommencer",
}


@pytest.mark.parametrize("error, reason", POSTGRESQL.items(), ids=lambda e: type(e).__name__)
def test_what_postgresql_says_becomes_a_french_sentence(error, reason):
    said = error_messages.sentence(DBAPIError("SELECT 1", {}, error))
    assert reason in said and is_french(said + "\n")


@pytest.mark.parametrize(
    "name",
    [
        "SQLITE_BUSY_SNAPSHOT",
        "SQLITE_LOCKED",
        "SQLITE_READONLY_DIRECTORY",
        "SQLITE_NOTADB",
        "SQLITE_CORRUPT_INDEX",
        "SQLITE_CANTOPEN_ISDIR",
        "SQLITE_FULL",
        "SQLITE_IOERR_WRITE",
    ],
)
def test_what_sqlite_says_becomes_a_french_sentence(name):
    error = sqlite3.OperationalError("attempt to do the thing failed")
    error.sqlite_errorname = name
    said = error_messages.sentence(DBAPIError("SELECT 1", {}, error))
    assert is_french(said + "\n") and "(" not in said.replace("(import", "").replace("(python", "")


@pytest.mark.parametrize(
    "number", [errno.EISDIR, errno.ENOSPC, errno.EACCES, errno.ENOENT, errno.EROFS, errno.ENOTDIR]
)
def test_what_a_disk_says_becomes_a_french_sentence(number):
    said = error_messages.sentence(OSError(number, os.strerror(number), "/données/ccsp.db"))
    assert is_french(said + "\n")


def test_a_folder_handed_in_as_a_file_is_said_in_french(command, tmp_path):
    said = command(main, "import", tmp_path)
    assert (
        said.code == 1 and "est un dossier" in said.out and "directory" not in said.out + said.err
    )


@pytest.mark.parametrize("number", [10**30, 2**31, 2**63, 0, -1, -(10**30)])
def test_a_batch_of_any_number_that_is_not_there_is_refused(command, number):
    said = command(main, "withdraw", f" {number}")
    assert (said.code, said.err) == (1, f"Refusé : Il n'y a pas de lot numéro {number}.\n")


def test_numbers_and_words_agree(command, office):
    one = office.path("registre", visit(ref="1"))
    assert "1 ligne, sans faute" in command(main, "import", one, "--check").out
    assert "1 ligne importée (lot 1)" in command(main, "import", one).out
    assert "registre : 1 lot, 1 ligne, jusqu'au" in command(main, "status").out
    assert "1 ligne ne compte plus ; 0 compte de nouveau." in command(main, "withdraw", 1).out
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE visit SET superseded_by = NULL"))
    assert re.search(
        r"(\d\d+ différences|[2-9] différences|1 différence)\.", command(main, "verify").out
    )
