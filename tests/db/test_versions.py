"""Versions of the tables: a copy before each update, the way back, and databases that are not for this version."""

import json
import os
import socket
import stat
import subprocess
import sys
from datetime import date
from itertools import pairwise

import pytest
from alembic import command
from sqlalchemy import inspect, text

from dashboard.__main__ import main as dashboard_main
from dashboard.period import today
from dashboard.settings import ROOT, load_settings
from db import backup, backup_files, retention, rollup, schema
from db import targets_and_decisions as steer
from db.__main__ import main
from db.engine import make_engine
from db.seed import seed
from tests.builders import Office, closing, closure, complaint, monthly, shell, visit, waited
from tests.db import first_release

pytestmark = [
    pytest.mark.usefixtures("programs_of_the_server"),
    pytest.mark.both_databases,
]


@pytest.fixture
def old(databases, tmp_path):
    """The first release's database."""
    with databases.fresh(empty=True) as url:
        office = Office(make_engine(url), tmp_path)
        first_release.make(office.engine)
        yield office
        office.engine.dispose()


@pytest.fixture
def asked_of_old(old, command, monkeypatch):
    """Runs a command against the first release's database."""
    monkeypatch.setenv("DATABASE_URL", old.engine.url.render_as_string(hide_password=False))
    load_settings.cache_clear()
    return command


def kept(office: Office) -> list:
    """The copies there are."""
    found = (office.folder / "copies").glob("*-version-*")
    return sorted(path for path in found if path.suffix != ".empreintes")


def journal(office: Office) -> list[tuple[str, dict]]:
    """What the journal says was done, in order."""
    return [
        (did, json.loads(d) if isinstance(d, str) else d)
        for did, d in office.rows("SELECT did, detail FROM journal ORDER BY id")
    ]


def fill(office: Office) -> None:
    """Something in every table that people fill."""
    office.hand_in(
        "registre",
        *(waited(m, ref=str(m)) for m in range(40)),
        visit(day="2025-03-05"),
        as_of="2025-04-01",
    )
    office.hand_in("registre", waited(90, ref="1"), as_of="2025-05-01")
    office.withdraw(office.hand_in("registre", visit(site="ccsp-cove", ref="erreur")).batch_id)
    office.hand_in(
        "plaintes", complaint("P1", subject="attente", resolved="2025-03-20"), complaint("P2")
    )
    office.hand_in("cloture", closing())
    office.hand_in("fermetures", closure(first="2025-03-10"))
    office.hand_in("canevas", monthly(received=2))
    steer.set_target(office.engine, "wait_p50", "nation", 15, today(), "note", by="test")


# --- a copy before each update ----------------------------------------------------------------------------------------
def test_an_update_is_preceded_by_a_checked_copy_that_the_journal_names(old, asked_of_old):
    before = first_release.rows(old.engine)
    said = asked_of_old(main, "init")
    assert said.code == 0, said.err
    (copy,) = kept(old)
    assert str(copy) in said.out
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert backup_files.check(old.engine, copy) == first_release.REVISION
    assert (
        "migrated",
        {"from": "0001", "to": schema.newest_revision(), "copy": copy.name, "settled": 0},
    ) in journal(old)
    assert first_release.rows(old.engine) == before
    assert asked_of_old(main, "init").code == 0
    assert kept(old) == [copy], "nothing to update, nothing to copy"


def test_a_new_database_needs_no_copy(databases, tmp_path):
    with databases.fresh(empty=True) as url:
        office = Office(make_engine(url), tmp_path)
        assert backup.migrate(office.engine, "test") is None
        assert (schema.version(office.engine), kept(office)) == (schema.newest_revision(), [])
        office.engine.dispose()


def test_without_a_copy_there_is_no_update_unless_it_is_asked_for(
    old, asked_of_old, databases, monkeypatch, tmp_path
):
    before = old.contents()
    if databases.name == "postgresql":
        monkeypatch.setenv("PATH", str(tmp_path))
        reason = "apt install postgresql-client"
    else:
        (tmp_path / "pas-un-dossier").write_text("")
        monkeypatch.setenv("COPIES", str(tmp_path / "pas-un-dossier"))
        load_settings.cache_clear()
        reason = "pas-un-dossier"
    said = asked_of_old(main, "init")
    assert said.code == 1
    assert reason in said.err and "--without-copy" in said.err and "Traceback" not in said.err
    assert (schema.version(old.engine), old.contents()) == ("0001", before)
    assert asked_of_old(main, "init", "--without-copy").code == 0
    assert schema.version(old.engine) == schema.newest_revision()


def test_a_pg_dump_older_than_the_server_is_refused_with_the_package_to_install(
    old, asked_of_old, databases, monkeypatch, tmp_path
):
    if databases.name == "sqlite":
        pytest.skip("SQLite needs no program")
    program = tmp_path / "pg_dump"
    program.write_text(
        "#!/bin/sh\necho 'pg_dump: error: aborting because of server version mismatch' >&2\n"
        "echo 'pg_dump: detail: server version: 16.4; pg_dump version: 15.8' >&2\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    said = asked_of_old(main, "init")
    assert said.code == 1 and "postgresql-client-16" in said.err and "plus ancien" in said.err
    assert schema.version(old.engine) == "0001" and kept(old) == []


def test_an_update_that_fails_leaves_everything_as_it_was_and_the_copy(old, monkeypatch):
    before = old.contents()
    schema.tables_at("0001")  # worked out by migrations too, and known from now on
    upgrade = command.upgrade

    def fails(*arguments):
        upgrade(*arguments)
        raise RuntimeError("power cut")

    monkeypatch.setattr(command, "upgrade", fails)
    with pytest.raises(RuntimeError):
        backup.migrate(old.engine, "test")
    assert (schema.version(old.engine), old.contents()) == ("0001", before)
    assert len(kept(old)) == 1


# --- and back -----------------------------------------------------------------------------------------------------------
def test_going_back_brings_the_first_release_s_database_and_keeps_what_came_since(
    old, asked_of_old
):
    before = first_release.rows(old.engine)
    assert asked_of_old(main, "init").code == 0
    old.hand_in("registre", visit(ref="depuis"), as_of="2025-06-01")
    said = asked_of_old(main, "go-back")
    assert said.code == 0, said.err
    assert schema.version(old.engine) == "0001"
    assert first_release.rows(old.engine) == before
    assert set(inspect(old.engine).get_table_names()) == set(schema.tables_at("0001"))
    did, detail = journal(old)[-1]
    since = old.folder / "copies" / detail["kept"]
    assert did == "went back" and str(since) in said.out
    assert "python -m db init" in asked_of_old(main, "status").err, (
        "an older database says what to do"
    )
    # Forward again, and on to what had been entered meanwhile.
    assert asked_of_old(main, "init").code == 0
    assert asked_of_old(main, "go-back", since.name).code == 0
    assert old.rows("SELECT count(*) FROM visit WHERE source_ref = 'depuis'") == [(1,)]
    assert old.differences() == []


def test_going_back_where_nothing_was_updated_says_which_copies_there_are(office, command):
    said = command(main, "go-back")
    assert said.code == 1 and "aucune copie" in said.err
    (office.folder / "copies").mkdir()
    backup.backup(office.engine, office.folder / "copies" / "x-version-0003.db")
    assert "x-version-0003.db" in command(main, "go-back").err
    assert command(main, "go-back", "nulle-part").code == 1


# --- up and down, with data ---------------------------------------------------------------------------------------------
def test_the_first_release_s_database_comes_up_to_this_version_and_goes_back_with_the_same_figures(
    old,
):
    before = first_release.rows(old.engine)
    backup.migrate(old.engine, "test")
    seed(old.engine)
    assert first_release.rows(old.engine) == before
    assert old.differences() == []
    figures = old.figures(by="site")
    assert {
        site: figures[site, "visits"].value for site in first_release.VISITS
    } == first_release.VISITS
    assert figures["ccsp-kandi", "wait_p50"].value == 9
    assert old.figure("complaints_open").value == 1
    old.withdraw(2)  # the correction of the first release: what it had replaced counts again
    assert old.differences() == []
    with old.engine.begin() as connection:
        connection.execute(text("UPDATE import_batch SET withdrawn_at = NULL WHERE id = 2"))
    schema.downgrade(old.engine, "0001")
    assert schema.version(old.engine) == "0001"
    assert set(inspect(old.engine).get_table_names()) == set(schema.tables_at("0001"))
    assert {t: len(r) for t, r in first_release.rows(old.engine).items()} == {
        t: len(r) for t, r in before.items()
    }


def test_visits_that_a_closing_had_hidden_count_again_after_the_update(old):
    """The first release let a file of closings handed in with --replace-days stand for the visits of its days."""
    with old.engine.begin() as connection:
        closings = (
            connection.execute(text("SELECT id FROM import_batch WHERE form = 'cloture'"))
            .scalars()
            .first()
        )
        assert connection.execute(
            text("UPDATE visit SET superseded_by = :batch WHERE superseded_by IS NULL"),
            {"batch": closings},
        ).rowcount
        connection.execute(text("DELETE FROM rollup"))
    backup.migrate(old.engine, "test")
    assert old.differences() == []
    figures = old.figures(by="site")
    assert {
        site: figures[site, "visits"].value for site in first_release.VISITS
    } == first_release.VISITS
    assert journal(old)[-1][1]["settled"] > 0


def test_a_correction_that_its_digest_had_made_lose_counts_after_the_update(office):
    """Before 0011, of two files dated alike the one with the greater sha256 counted."""
    for minutes in (50, 10):
        office.hand_in("registre", waited(minutes, ref="1"), as_of="2025-04-01")
    right = office.figures(by="site")
    with office.engine.begin() as connection:
        connection.execute(
            text("UPDATE visit SET superseded_by = CASE batch_id WHEN 1 THEN NULL ELSE 1 END")
        )
        rollup.rebuild(connection)
    assert office.figures(by="site") != right
    schema.downgrade(office.engine, "0010")
    backup.migrate(office.engine, "test")
    assert office.figures(by="site") == right and office.differences() == []
    assert journal(office)[-1][1]["settled"] == 2


def test_what_is_past_its_term_is_not_settled_anew(office):
    """What had lost by its digest is erased: it cannot count instead of what is left of the winner."""
    whole = [waited(20, day="2021-03-03"), waited(30, day="2021-03-03", ref="2")]
    office.hand_in("registre", *whole, as_of="2021-04-01")
    office.hand_in("plaintes", complaint("P1", received="2021-03-03", resolved="2021-03-09"), as_of="2021-04-01")  # fmt: skip
    before = office.figures(first="2021-01-01", by="site")
    office.hand_in("registre", waited(40, day="2021-03-03"), as_of="2021-04-01")
    office.hand_in("plaintes", complaint("P2", received="2021-03-03"), replace_days=True, as_of="2021-04-01")  # fmt: skip
    with office.engine.begin() as connection:  # as their digests decided
        for table in ("visit", "complaint"):
            connection.execute(
                text(
                    f"UPDATE {table} SET superseded_by = CASE WHEN batch_id > 2 THEN batch_id - 2 END"  # noqa: S608
                )
            )
        rollup.rebuild(connection)
    assert office.figures(first="2021-01-01", by="site") == before
    retention.erase(office.engine, date(2026, 11, 27), "test")
    schema.downgrade(office.engine, "0010")
    backup.migrate(office.engine, "test")
    assert office.figures(first="2021-01-01", by="site") == before and office.differences() == []


def test_each_revision_goes_down_and_up_with_data_and_leaves_every_figure_as_it_was(office):
    fill(office)
    before, figures = (
        office.contents(),
        {by: office.figures(by=by) for by in ("site", "hour")},
    )
    for below, revision in pairwise(schema.revisions()):
        schema.downgrade(office.engine, revision)
        schema.downgrade(office.engine, "-1")
        for table in set(before) & set(schema.tables_at(below)):
            held = office.rows(f"SELECT count(*) FROM {table}")  # noqa: S608
            assert held == [(len(before[table]),)], (revision, table)
        schema.upgrade(office.engine, revision)
        schema.upgrade(office.engine)
        assert office.contents() == before, revision
        assert office.differences() == [], revision
        assert {by: office.figures(by=by) for by in figures} == figures, revision


# --- databases that are not for this version -------------------------------------------------------------------------
COMMANDS = [
    (main, "init"), (main, "demo", "--visits", "100"), (main, "purge-demo"), (main, "import", "{register}"),
    (main, "import", "{register}", "--check"), (main, "withdraw", 1), (main, "date", 1), (main, "status"),
    (main, "status", "--json"), (main, "verify"), (main, "backup", "{new}"), (main, "prove", "{copy}"),
    (main, "restore", "{copy}"),
    (main, "restore", "{copy}", "--force"), (main, "go-back"), (main, "add", "service", "Carte"),
    (main, "boundaries", "{register}", "--source", "x"), (main, "retain"), (main, "retain", "--yes"),
    (main, "erase-text", "ccsp-kandi", "P1"), (main, "erase-return", "ccsp-kandi", "2025-03"),
    (main, "site", "close", "ccsp-kandi", "2025-06-02", "--why", "x"),
    (main, "holiday", "add", "2025-06-04", "Fête", "--why", "x"), (main, "reference", "list"),
    (main, "director", "Zou", "DDTFP", "--from", "2025-01-01", "--why", "x"),
    (main, "service", "suivi-carriere", "--deadline", "15", "--why", "x"),
    (dashboard_main, "indicators", "--from", "2025-01-01", "--to", "2025-12-31", "--by", "nation"),
    (dashboard_main, "target", "wait_p50", "nation", "15", "--source", "note"),
    (dashboard_main, "decide", "wait_p50", "nation", "--who", "directeur", "--what", "agir"),
    (dashboard_main, "rebase", "wait_p50", "nation", "--month", "2025-01-01", "--why", "travaux"),
    (dashboard_main, "report", "--story", "national", "--out", "{new}"),
    (dashboard_main, "table", "--by", "site"), (dashboard_main, "accounts", "list"),
]  # fmt: skip


@pytest.mark.parametrize("argv", COMMANDS, ids=lambda argv: " ".join(map(str, argv[1:3])))
def test_every_command_refuses_a_database_of_a_newer_version_in_one_sentence_and_leaves_it_alone(
    office, command, argv, tmp_path
):
    office.hand_in("registre", visit(ref="1"))
    backup.backup(office.engine, tmp_path / "copie")
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = office.contents()
    files = {
        "{register}": office.path("registre", visit(ref="2")),
        "{copy}": tmp_path / "copie",
        "{new}": tmp_path / "n",
    }
    said = command(argv[0], *(files.get(a, a) for a in argv[1:]))
    assert (said.code, said.out) == (1, "")
    assert "9999" in said.err and "plus récente" in said.err and said.err.count("\n") == 1
    assert office.contents() == before and not (tmp_path / "n").exists()


def test_every_command_is_among_those_that_refuse():
    from dashboard.__main__ import parser as dashboard_parser
    from db.command_arguments import parser

    for run, made in ((main, parser()), (dashboard_main, dashboard_parser())):
        commands = next(a for a in made._actions if a.dest == "command").choices
        asks = {"check-server"}  # says it among all that is wrong: tests/server_check
        assert set(commands) - asks == {argv[1] for argv in COMMANDS if argv[0] is run}


@pytest.mark.parametrize("table, revision", [("autre", None), ("autre", "0001")])
def test_a_database_of_another_application_is_refused_and_left_alone(
    databases, command, monkeypatch, table, revision
):
    with databases.fresh(empty=True) as url:
        engine = make_engine(url)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE {table} (id int)"))
            if revision:
                connection.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
                connection.execute(text(f"INSERT INTO alembic_version VALUES ('{revision}')"))  # noqa: S608
        before = inspect(engine).get_table_names()
        monkeypatch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        for name in ("init", "demo", "status"):
            said = command(main, name)
            assert said.code == 1 and "autre application" in said.err
        assert inspect(engine).get_table_names() == before
        engine.dispose()


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # commands, above: on both
def test_the_server_refuses_to_start_on_a_newer_database_in_one_sentence(
    office, database_url, monkeypatch
):
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PORT", str(trial.getsockname()[1]))
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    said = shell(database_url, "scripts.start")
    assert said.code == 1 and "9999" in said.err and "Traceback" not in said.err + said.out
    done = subprocess.run(
        [sys.executable, "-c", "import server; server.serve(server.listen(0))"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        env={**os.environ, "DATABASE_URL": database_url},
    )
    assert done.returncode == 1
    assert (
        "9999" in done.stderr
        and "Traceback" not in done.stderr
        and done.stderr.strip().count("\n") == 0
    )
