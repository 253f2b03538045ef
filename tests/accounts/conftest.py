"""The gate around a plain application, on a fresh database of each kind."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import Engine

from dashboard.accounts import account_changes
from dashboard.accounts.account_rules import AccountChanges
from dashboard.accounts.rights import Role
from dashboard.accounts.session_cache import SessionCache
from dashboard.answers import context
from dashboard.request_identity import SESSION_CACHE
from dashboard.settings import load_settings
from dashboard.web import open_pages
from db import accounts_and_sessions
from tests.accounts.asgi import Browser
from tests.accounts.lying import ADDRESS, CLIENT, SECRET, Lying, lying
from tests.moved_time import until

PASSWORD = "trois lampes sous la pluie"


@dataclass
class House:
    """The database behind the gate, and what an administrator does there."""

    engine: Engine
    set: Callable[..., None]

    def add(self, name: str = "dir.zou", role: Role = Role.DIRECTOR, **places) -> str:
        """An account, and its password that works once."""
        if role == Role.DIRECTOR:
            places = {"departments": ["Zou"], **places}
        return account_changes.add(self.engine, name, AccountChanges(role, **places), "test")

    def held(self, name: str) -> accounts_and_sessions.Holder:
        """The account of that name, as it is now."""
        with self.engine.connect() as connection:
            holder = accounts_and_sessions.account_named(connection, name)
        assert holder
        return holder

    def someone(self, name: str = "dir.zou", password: str = PASSWORD, **more) -> Browser:
        """A browser where somebody is signed in under a new account."""
        browser = Browser()
        browser.enter(name, self.add(name, **more), password)
        return browser


@pytest.fixture
def house(engine, database_url, monkeypatch) -> Iterator[House]:
    """A base where nobody has an account yet, and which is not open."""

    def settings(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        load_settings.cache_clear()
        SESSION_CACHE.forget()

    settings(DATABASE_URL=database_url)
    # tests/pages/app.py, in the same process, puts who sits at the machine in place of whoever asks.
    monkeypatch.setattr(
        SESSION_CACHE, "person_from_header", partial(SessionCache.person_from_header, SESSION_CACHE)
    )
    yield House(engine, settings)
    load_settings.cache_clear()
    context.close_databases()
    SESSION_CACHE.forget()


@pytest.fixture
def closed(house) -> House:
    """A base that has an account already."""
    house.add("adm", Role.ADMINISTRATOR)
    return house


@pytest.fixture
def opened(house) -> House:
    """A base that holds fictitious data alone: here, none at all."""
    from db.write_lock import write_transaction

    with write_transaction(house.engine) as connection:
        assert accounts_and_sessions.open_if_new(connection)
    SESSION_CACHE.forget()
    return house


@pytest.fixture
def ministry(closed) -> Iterator[Lying]:
    """A provider that says the truth, as long as nobody changes it; the application knows it, and an account has an address."""
    with lying() as found:
        closed.set(OIDC_ISSUER=found.issuer, OIDC_CLIENT_ID=CLIENT, OIDC_CLIENT_SECRET=SECRET)
        closed.add(email=ADDRESS)
        yield found


class Looks:
    """The looks at the sessions of open pages, counted."""

    begun = ended = 0

    async def whole(self) -> None:
        """Wait for a look that begins after this moment: it has seen whatever is so now."""
        begun = self.begun
        await until(lambda: self.ended > begun)
        await settled()


@pytest.fixture
def looks() -> Iterator[Looks]:
    """All looks of the test's gates."""
    found, look = Looks(), open_pages.OpenPages.look

    async def counted(self) -> None:
        found.begun += 1
        await look(self)
        found.ended += 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(open_pages.OpenPages, "look", counted)
        patch.setattr(open_pages, "EVERY", 0.1)
        yield found


async def settled() -> None:
    """Whatever is under way in this loop, without a thread or the time, has been done."""
    for _ in range(100):
        await asyncio.sleep(0)
