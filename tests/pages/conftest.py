"""Pages are tried on SQLite: that PostgreSQL gives the same answers is for tests/answers/test_both_databases.py to say."""

import pytest

from dashboard.settings import load
from tests.conftest import Sqlite


@pytest.fixture(scope="session")
def databases(sqlite) -> Sqlite:
    """The maker of databases, of one kind."""
    return sqlite


@pytest.fixture
def using(monkeypatch):
    """Makes the application use the database at an address."""

    def use(url: str) -> None:
        monkeypatch.setenv("DATABASE_URL", url)
        load.cache_clear()

    yield use
    load.cache_clear()
