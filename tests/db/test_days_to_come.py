"""No file speaks of days after the one on which it is handed in."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from dashboard.period import today
from db import read
from db.__main__ import main
from db.ledger import load_ledger
from tests.builders import Office, visit


@pytest.mark.parametrize(
    "option",
    [("--as-of", "{day}"), ("--covers", "2025-03-01:{day}")],
)
def test_a_day_after_today_is_refused_and_nothing_is_kept(office: Office, command, option):
    path = office.path("registre", visit(ref="1"))
    before = office.contents()
    tomorrow = (today() + timedelta(days=1)).isoformat()
    for check in ((), ("--check",)):
        said = command(main, "import", path, *(o.format(day=tomorrow) for o in option), *check)
        assert said.code == 1
        assert "avenir" in said.err and option[0] in said.err
    assert office.contents() == before
    assert (
        command(main, "import", path, *(o.format(day=today().isoformat()) for o in option)).code
        == 0
    )


def test_a_database_that_holds_days_to_come_does_not_show_them_and_says_what_to_do(
    office: Office, command
):
    office.hand_in("registre", visit(ref="1"))
    with office.engine.begin() as connection:  # as an earlier version took it in
        connection.execute(text("UPDATE batch_site SET last_day = '2035-01-01'"))
        connection.execute(
            text("UPDATE import_batch SET last_day = '2035-01-01', as_of = '2035-01-01 00:00:00'")
        )
    with office.engine.connect() as connection:
        assert load_ledger(connection).as_of == today()
        assert all(
            last <= today()
            for spans in read.coverage(connection, read.ALL).values()
            for _, last in spans
        )
    for name in ("status", "verify"):
        said = command(main, name)
        assert "2035" in said.out and "python -m db withdraw 1" in said.out, name
    assert date(2035, 1, 1) > today()
