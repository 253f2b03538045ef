"""`check-server`: what is missing or wrong is said, with the command that mends it; nothing unseen is said to be well."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard import server_check
from dashboard.__main__ import main
from dashboard.accounts import account_changes, account_rules
from dashboard.period import now
from dashboard.server_check import application, database, machine
from dashboard.server_check.finding import Finding, State
from dashboard.settings import Settings, load_settings
from db import nightly_copies, server_facts
from db.server_facts import ServerFacts

WELL = ServerFacts("", "postgresql", False, 1, Path("/var/lib/ccsp/copies"), now(), True, "")


def wrong(findings) -> list[Finding]:
    """What is to be done of some findings."""
    return [one for one in findings if one.state == State.WRONG]


def test_a_fresh_database_wants_an_administrator_and_a_proved_copy(
    office, monkeypatch, tmp_path, programs_of_the_server
):
    monkeypatch.setenv("DATABASE_URL", office.engine.url.render_as_string(hide_password=False))
    load_settings.cache_clear()
    found = wrong(database.look())
    assert [one.command for one in found] == [
        "python -m dashboard accounts add NOM --role administrator",
        "systemctl start ccsp-copie",
    ]
    account_changes.add(
        office.engine,
        "chef",
        account_rules.AccountChanges("administrator", None, None, None),
        "test",
    )
    nightly_copies.make(office.engine, nightly_copies.Plan())
    assert wrong(database.look()) == []
    load_settings.cache_clear()


@pytest.mark.parametrize(
    "facts, command",
    [
        ({"problem": "La base de données ne répond pas."}, "python -m db status"),
        ({"administrators": 0}, "accounts add"),
        ({"proved_at": now() - timedelta(hours=37)}, "ccsp-copie"),
        ({"proved_at": None}, "ccsp-copie"),
        ({"can_prove": False}, "CREATEDB"),
        (
            {"programs": "pg_dump est de la version 15, et le serveur de la version 17."},
            "postgresql-client",
        ),
    ],
)
def test_what_is_wrong_with_the_database_has_its_command(facts, command):
    assert wrong(database.of(WELL)) == []
    [one] = wrong(database.of(replace(WELL, **facts)))
    assert command in one.command


def test_a_pg_dump_that_is_older_or_missing_is_said(monkeypatch, tmp_path):
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.4'\n")
    program.chmod(0o755)
    monkeypatch.setattr(server_facts.shutil, "which", lambda _name: str(program))
    assert "version 15, et le serveur de la version 17" in server_facts._programs(17)
    assert server_facts._programs(15) == ""
    monkeypatch.setattr(server_facts.shutil, "which", lambda _name: None)
    assert "pg_dump manque" in server_facts._programs(15)


def test_a_door_that_is_open_otherwise_than_by_the_proxy_is_said():
    behind = Settings(public_url="https://t.example.bj", trusted_proxies="127.0.0.1")
    assert wrong(application.door(behind)) == []
    assert len(wrong(application.door(Settings()))) == 1
    loose = Settings(public_url="https://t.example.bj", host="0.0.0.0")
    assert [one.command[:7] for one in wrong(application.door(loose))] == ["retirer", "TRUSTED"]


def test_settings_that_others_read_are_said(tmp_path):
    path = tmp_path / "ccsp.env"
    assert application.env_file(path).state == State.WRONG
    path.touch()
    for mode, state in (
        (0o640, State.FINE),
        (0o600, State.FINE),
        (0o644, State.WRONG),
        (0o660, State.WRONG),
    ):
        path.chmod(mode)
        assert application.env_file(path).state == state, oct(mode)


def test_libraries_of_another_version_are_named():
    assert application.libraries(
        "sqlalchemy==0.1\npsycopg[binary]==0.2\nno-such-library==1"
    ).said.startswith("3 bibliothèques")
    assert (
        application.libraries((application.ROOT / "requirements.txt").read_text()).state
        == State.FINE
    )


def test_disk_clock_and_units_are_said_and_what_cannot_be_asked_is_not_well(monkeypatch):
    assert machine.disk(10**9).state == State.WRONG and machine.disk(10**11).state == State.FINE
    assert [machine.clock(said).state for said in ("yes", "no", None)] == [
        State.FINE,
        State.WRONG,
        State.UNKNOWN,
    ]
    for said, state in (("enabled", State.FINE), ("disabled", State.WRONG), (None, State.UNKNOWN)):
        monkeypatch.setattr(machine, "_ask", lambda *_asked, said=said: said)
        assert {one.state for one in machine.units()} == {state}


def test_the_command_says_all_and_ends_with_one_where_something_is_to_be_done(command, monkeypatch):
    said = command(main, "check-server")
    assert said.code == 1 and "à faire" in said.out and "→ " in said.out
    assert said.out.splitlines()[-1].endswith("à faire.")
    monkeypatch.setattr(server_check, "findings", lambda: [Finding(State.FINE, "Tout va.")])
    said = command(main, "check-server")
    assert (said.code, said.out.splitlines()[-1]) == (
        0,
        "Rien à faire de ce qui a pu être vérifié.",
    )


def test_it_works_where_no_setting_can_be_read(command, monkeypatch):
    monkeypatch.setenv("STALE_DAYS", "bientôt")
    load_settings.cache_clear()
    said = command(main, "check-server")
    assert said.code == 1 and "STALE_DAYS" in said.out and "Traceback" not in said.err
    load_settings.cache_clear()


def test_of_people_it_says_nothing(office, command):
    changes = account_rules.AccountChanges("administrator", None, None, None)
    account_changes.add(office.engine, "chabi.rachidatou", changes, "test")
    assert "chabi" not in command(main, "check-server").out
