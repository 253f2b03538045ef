"""What tests of answers ask."""

from collections.abc import Iterator

import pytest

from dashboard.answers import view
from dashboard.settings import load
from tests.builders import Office


@pytest.fixture
def asked(office, database_url, monkeypatch) -> Iterator[Office]:
    """An office whose database answers questions."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    load.cache_clear()
    yield office
    view.forget()
    load.cache_clear()
