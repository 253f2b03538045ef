"""Pages are tried on SQLite: that PostgreSQL gives the same answers is for tests/answers/test_both_databases.py to say."""

from collections.abc import Iterator

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context, saved_stories
from dashboard.answers.context import engine
from dashboard.settings import load_settings
from db import targets_and_decisions
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
        context.close_databases()


@pytest.fixture
def demo(filled, using) -> Iterator[str]:
    """The same, shown by the pages; stories that a test keeps there, it removes."""
    using(filled)
    yield filled
    for name in saved_stories.kept_stories(LOCAL_READER):
        targets_and_decisions.forget_story(engine(), name, "test")


@pytest.fixture
def using(monkeypatch):
    """Makes the application use the database at an address."""

    def use(url: str) -> None:
        monkeypatch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()

    yield use
    load_settings.cache_clear()
