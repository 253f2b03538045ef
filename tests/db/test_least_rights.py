"""On PostgreSQL the application works under a role that owns no table, as docs/installing.md says to make it; and such a role
cannot take away what holds the journals as they are."""

import os
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from dashboard.accounts import access_journal, account_changes, sign_in_request, sign_ins
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import Role
from dashboard.accounts.sign_in_request import Browser
from dashboard.period import today
from dashboard.settings import ROOT
from db import backup, retention, schema, startup_check
from db.engine import make_engine
from db.seed import seed
from tests.builders import Office, visit

pytestmark = pytest.mark.never_unstable

PAPER = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
STATEMENTS = re.search(r"```\n(CREATE ROLE ccsp .*?)```", PAPER, re.S)[1].strip().splitlines()


@pytest.fixture
def clerk(postgresql, worker_id, tmp_path, monkeypatch) -> Iterator[Office]:
    """Somebody whose database is asked under that role; of each process another, for roles are the server's."""
    role = f"ccsp_{worker_id}"
    monkeypatch.setenv("PATH", f"{postgresql.server.bin_path}{os.pathsep}{os.environ['PATH']}")
    with postgresql.fresh() as url:
        owner, engine = make_url(url).username, make_engine(url)
        with engine.begin() as connection:
            for statement in STATEMENTS:
                asked = re.sub(r"\bccsp\b", role, statement.replace("ccsp_owner", owner))
                connection.execute(text(asked))
        engine.dispose()
        engine = make_engine(make_url(url).set(username=role).render_as_string(hide_password=False))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT current_user")).scalar() == role
        yield Office(engine, tmp_path)
        engine.dispose()
    postgresql.run(f"DROP ROLE {role}")


def test_all_that_people_do_is_done_under_it(clerk, tmp_path):
    schema.upgrade(clerk.engine)  # as at each start, where there is nothing to bring up to date
    seed(clerk.engine)
    startup_check.check(clerk.engine)
    clerk.hand_in("registre", visit(ref="1"), visit(ref="2"))
    second = clerk.hand_in("registre", visit(ref="1", day="2025-03-04"))
    clerk.withdraw(second.batch_id)
    assert clerk.figure("visits").value == 2 and clerk.differences() == []
    received = account_changes.add(
        clerk.engine, "dir.zou", AccountChanges(Role.DIRECTOR, departments=["Zou"]), "test"
    )
    browser = Browser("", "", "127.0.0.1")
    token = sign_ins.sign_in(clerk.engine, "dir.zou", received, browser)
    new = "trois lampes sous la pluie"
    sign_ins.change_password(clerk.engine, received, new, Browser(token, "", "127.0.0.1"))
    with pytest.raises(sign_in_request.Refusal):
        sign_ins.sign_in(clerk.engine, "dir.zou", "faux", browser)
    account_changes.disable(clerk.engine, "dir.zou", "test")
    access_journal.add(clerk.engine, "dir.zou", "exported", {"file": "x"})
    retention.erase(clerk.engine, today(), "test")
    backup.backup(clerk.engine, tmp_path / "copie")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE access_journal",
        "ALTER TABLE access_journal DISABLE TRIGGER ALL",
        "ALTER TABLE journal DISABLE TRIGGER USER",
        "TRUNCATE access_journal",
        "CREATE TABLE mine (id int)",
        "SET session_replication_role = replica",
    ],
)
def test_it_takes_away_no_table_and_no_trigger(clerk, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied|must be owner"),
        clerk.engine.begin() as connection,
    ):
        connection.execute(text(statement))
