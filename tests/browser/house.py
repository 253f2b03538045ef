"""Where the walk goes (walk.py): a server on a database of its own, and who asks there."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from dashboard.accounts import guest_links, sign_in_request, sign_ins
from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.period import today
from db import accounts_and_sessions, journal
from db.engine import make_engine
from db.write_lock import write_transaction
from tests.browser import served

READER, GUEST = "reader", "guest"
DEPARTMENT, SITE = "Zou", "ccsp-kandi"
# Who asks, as the list names them: who sits at the machine of an open base, and an account of each role.
PEOPLE: dict[str, Person] = {
    READER: LOCAL_READER,
    "cabinet": Person("cabinet", Role.CABINET),
    "director": Person("directrice", Role.DIRECTOR, frozenset({DEPARTMENT})),
    "focal": Person("point.focal", Role.FOCAL_POINT, sites=frozenset({SITE})),
    "manager": Person("donnees", Role.DATA_MANAGER),
    "admin": Person("comptes", Role.ADMINISTRATOR),
    GUEST: Person("", Role.GUEST),
}


@dataclass
class House:
    """A server on a database of its own, and the way in for everybody."""

    url: str
    database: Path
    first: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:"))
    at: str = ""
    guest: str = ""  # the token of a link

    @classmethod
    @contextmanager
    def opened(cls, demo: Path, folder: Path, *, closed: bool) -> Iterator["House"]:
        """One on a copy of these data. closed: people sign in."""
        database = Path(shutil.copyfile(demo, folder / "walked.db"))
        house = cls(f"sqlite:///{database}", database)
        if closed:
            with house.engine() as engine:
                house.people(engine)
        house.remember()
        with served.serve(house.url, folder / "walked.log") as house.at:
            yield house

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """The database, from outside the server."""
        engine = make_engine(self.url)
        yield engine
        engine.dispose()

    def remember(self) -> None:
        """What is restored from now on is what is there now."""
        with closing(sqlite3.connect(self.database)) as now:
            now.backup(self.first)

    def restore(self) -> None:
        """Put everything back as it was at first, under the running server; everybody is signed out by that. As a copy that is
        put back by command, this has its line in the journal: a state in memory is known by the last one."""
        with closing(sqlite3.connect(self.database, timeout=30)) as now:
            self.first.backup(now)
        with self.engine() as engine, write_transaction(engine, queue=False) as connection:
            journal.note(connection, "walk", "migrated", {})

    def people(self, engine: Engine) -> None:
        """An account for each, and a link for guests."""
        with write_transaction(engine, queue=False) as connection:
            for person in PEOPLE.values():
                if person.name and person is not LOCAL_READER:
                    accounts_and_sessions.add_account(
                        connection, person.name, **_of(person), email=None
                    )
        _, self.guest = guest_links.make_link(
            engine, "atelier", today() + timedelta(days=7), None, "walk"
        )

    def enter(self, who: str, visit: served.Visit) -> None:
        """Sign somebody in in this browser, whatever was done to the account."""
        visit.context.clear_cookies()
        if who == READER:
            return
        browser = sign_in_request.Browser("", sign_in_request.new_token(), served.HOST)
        with self.engine() as engine:
            if who == GUEST:
                token = guest_links.sign_in_guest(engine, self.guest, browser)
            else:
                token = sign_in_request.new_token()
                with write_transaction(engine, queue=False) as connection:
                    held = accounts_and_sessions.account_named(connection, PEOPLE[who].name)
                    assert held
                    usual = {"disabled": False, "must_change": False, "works_until": None}
                    accounts_and_sessions.change_account(
                        connection, held.id, **_of(PEOPLE[who]), **usual
                    )
                    at = accounts_and_sessions.database_time(connection)
                    sign_ins.begin_session(connection, held.id, token, browser, proved_at=at)
        visit.context.add_cookies([{"name": "ccsp-session", "value": token, "url": self.at}])


def _of(person: Person) -> dict[str, object]:
    return {"role": person.role, "departments": person.departments, "sites": person.sites}
