"""What a file costs the database: as much as its rows, whatever else is held."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from tests.builders import COVE, KANDI, complaint, visit

STEP = 100  # of SQLite's virtual machine, between two counts
DAY_0 = date(2024, 1, 1)


def steps_of(office, act) -> int:
    """How many steps SQLite takes for what is done."""
    counted = [0]

    def count() -> int:
        counted[0] += STEP
        return 0

    def listen(connection, *_) -> None:
        connection.set_progress_handler(count, STEP)

    def leave(connection, *_) -> None:
        connection.set_progress_handler(None, 0)

    event.listen(office.engine, "checkout", listen)
    event.listen(office.engine, "checkin", leave)
    try:
        act()
    finally:
        event.remove(office.engine, "checkout", listen)
        event.remove(office.engine, "checkin", leave)
    return counted[0]


def visits(site: str, number: int, ref: str) -> list[list]:
    days = (DAY_0 + timedelta(days=n % 200) for n in range(number))
    return [visit(site, day=d.isoformat(), ref=f"{ref}{n}") for n, d in enumerate(days)]


def complaints(site: str, number: int, ref: str) -> list[list]:
    days = ((DAY_0 + timedelta(days=n % 200)).isoformat() for n in range(number))
    return [complaint(f"{ref}{n}", site=site, received=d) for n, d in enumerate(days)]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("form", "rows"), [("registre", visits), ("plaintes", complaints)])
@pytest.mark.parametrize("corrects", [False, True])
def test_a_file_costs_what_its_rows_cost_and_not_what_the_database_holds(
    office, form, rows, corrects
):
    few = 50
    office.hand_in(form, *rows(KANDI, 500, "a"))
    office.hand_in(form, *rows(COVE, few, "first"))
    again = "first" if corrects else "second"
    small = steps_of(office, lambda: office.hand_in(form, *rows(COVE, few, again)[::-1]))
    for n in range(2):
        office.hand_in(form, *rows(KANDI, 6_000, f"b{n}-"))
        office.hand_in(form, *rows(KANDI, 6_000, f"b{n}-")[:-1])  # many rows that stand no more
    again = "first" if corrects else "third"
    large = steps_of(office, lambda: office.hand_in(form, *rows(COVE, few, again)[1:]))
    # Sixty times as many rows are held; a few more files are looked through.
    assert large < 2 * small, (small, large)
