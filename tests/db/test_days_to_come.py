"""No file speaks of days after the one on which it is handed in."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from dashboard.period import today
from db import read
from db.__main__ import main
from db.network_state import load_network_state
from tests.builders import Office, visit, waited


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


@pytest.mark.parametrize("option", [("--as-of", "{day}"), ("--covers", "{day}:2025-03-31")])
@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31"])
def test_a_day_older_than_any_centre_is_refused_and_nothing_is_kept(
    office: Office, command, option, day
):
    before = office.contents()
    path = office.path("registre", visit(ref="1"))
    for check in ((), ("--check",)):
        said = command(main, "import", path, *(o.format(day=day) for o in option), *check)
        assert (said.code, "trop ancien" in said.err, option[0] in said.err) == (1, True, True)
    assert office.contents() == before


@pytest.mark.parametrize("kept, later", [("10:00", "10:00:01"), ("10:00+01:00", "09:01+00:00"),
                                         ("10:00+01:00", "10:01"), ("09:00Z", "10:01"), ("10:00", "09:01Z")])  # fmt: skip
def test_a_moment_is_by_its_offset_and_else_by_the_clock_of_benin(
    office: Office, command, kept, later
):
    """The file that came last is by a minute the older, or the newer, whatever its spelling looks like."""
    for first, second, stands in ((kept, later, "10"), (later, kept, "50")):
        office.withdraw_all()
        for moment, minutes in ((first, 50), (second, 10)):
            path = office.path("registre", waited(minutes, ref=f"{first}{second}"))
            assert command(main, "import", path, "--as-of", f"2025-11-30T{moment}").code == 0
        stand = office.rows("SELECT called_at - arrived_at FROM visit WHERE superseded_by IS NULL")
        assert stand == [(int(stands),)]
    assert office.rows(
        "SELECT DISTINCT substr(CAST(as_of AS char(26)), 1, 13) FROM import_batch"
    ) == [("2025-11-30 09",)]


def test_a_moment_of_today_that_is_still_to_come_is_refused(office: Office, command, monkeypatch):
    monkeypatch.setattr("db.intake.utc_now", lambda: datetime(2026, 11, 27, 9, 30))  # UTC
    monkeypatch.setattr("db.intake.today", lambda: date(2026, 11, 27))
    path = office.path("registre", visit(ref="1"))
    for moment in ("2026-11-27T10:31", "2026-11-27T09:31Z", "2026-11-27T05:31-04:00"):
        said = command(main, "import", path, "--as-of", moment)
        assert said.code == 1 and "avenir" in said.err, moment
    assert command(main, "import", path, "--as-of", "2026-11-27T10:30").code == 0


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
        assert load_network_state(connection).as_of == today()
        assert all(
            last <= today()
            for spans in read.coverage(read.handed_in(connection, read.ALL)).values()
            for _, last in spans
        )
    for name in ("status", "verify"):
        said = command(main, name)
        assert "2035" in said.out and "python -m db withdraw 1" in said.out, name
    assert date(2035, 1, 1) > today()
