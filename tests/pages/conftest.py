"""Pages are tried on SQLite: that PostgreSQL gives the same answers is for tests/answers/test_both_databases.py to say."""

from collections.abc import Iterator

import pytest

from dashboard.answers import view
from dashboard.settings import load
from tests.conftest import Sqlite


@pytest.fixture(scope="session")
def databases(sqlite) -> Sqlite:
    """The maker of databases, of one kind."""
    return sqlite


@pytest.fixture(scope="module")
def filled(databases) -> Iterator[str]:
    """The address of fictitious data, which nobody changes; a module that needs others has its own."""
    with databases.fresh(visits=6_000) as url:
        yield url
        view.forget()


@pytest.fixture
def demo(filled, using) -> str:
    """The same, shown by the pages."""
    using(filled)
    return filled


@pytest.fixture
def using(monkeypatch):
    """Makes the application use the database at an address."""

    def use(url: str) -> None:
        monkeypatch.setenv("DATABASE_URL", url)
        load.cache_clear()

    yield use
    load.cache_clear()
