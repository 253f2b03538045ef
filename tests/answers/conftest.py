"""What tests of answers ask."""

from collections.abc import Iterator

import pytest

from dashboard.answers import context
from dashboard.settings import load_settings
from tests.builders import Office


@pytest.fixture
def asked(office, database_url, monkeypatch) -> Iterator[Office]:
    """An office whose database answers questions."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    load_settings.cache_clear()
    yield office
    context.close_databases()
    load_settings.cache_clear()
