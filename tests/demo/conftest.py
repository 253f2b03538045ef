"""The demonstration as `make run` has it, for all tests of it."""

from collections.abc import Iterator
from datetime import date

import pytest

from dashboard.period import today
from db import read
from db.codes import ALL
from db.demo import sites_of
from db.demo_load import load_demo
from db.engine import make_engine
from db.working_days import public_holidays
from tests.demo.series import Rows, of_database


@pytest.fixture(scope="package")
def demonstration(sqlite) -> Iterator[tuple[str, Rows]]:
    """A database with a demonstration of the usual size, and its rows."""
    with sqlite.fresh() as url:
        engine = make_engine(url)
        load_demo(engine, 300_000, 20211221, by="test", progress=False)
        with engine.connect() as connection:
            holidays = public_holidays(connection, date(2021, 1, 1), today())
            sites = sites_of(read.places(connection, ALL))
            found = of_database(connection, sites, today(), holidays)
        engine.dispose()
        yield url, found


@pytest.fixture(scope="package")
def rows(demonstration) -> Rows:
    """The rows of the demonstration."""
    return demonstration[1]
