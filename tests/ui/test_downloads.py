"""A file outlives the page that offered it: whoever asks for it is looked up again, and what was taken is noted."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from threading import Event, Semaphore

import pytest
from streamlit.runtime.media_file_storage import MediaFileStorageError

from dashboard import log
from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.accounts.session_cache import SessionCache, limits
from dashboard.answers import context
from dashboard.exports import ExportFailed
from dashboard.one_run_at_a_time import CURRENT_RUN, RUN_QUEUE, release_while_waiting
from dashboard.request_identity import CURRENT_ACCOUNT
from dashboard.settings import load_settings
from dashboard.ui import downloads, session
from db import accounts_and_sessions
from db.write_lock import write_transaction
from tests.builders import Office, visit
from tests.moved_time import LONG

Make = Callable[[], bytes]


@pytest.fixture
def desk(office, database_url, monkeypatch) -> Iterator[Office]:
    """A database that answers, and nobody who was looked up before."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    load_settings.cache_clear()
    office.hand_in("registre", visit())
    monkeypatch.setattr(session, "SESSION_CACHE", SessionCache(context.engine, limits))
    log.SPARING.begin()
    yield office
    context.close_databases()
    load_settings.cache_clear()


@pytest.fixture
def signed_in(desk, monkeypatch) -> Iterator[str]:
    """The account of a director of the Zou, whose page is open; its id."""
    with write_transaction(desk.engine, queue=False) as connection:
        account = accounts_and_sessions.add_account(
            connection,
            "directrice",
            role=Role.DIRECTOR,
            departments={"Zou"},
            sites=None,
            email=None,
        )
    monkeypatch.setattr(session, "_account_header", lambda: f"{account}.1")
    asking = CURRENT_ACCOUNT.set(f"{account}.1")
    yield account
    CURRENT_ACCOUNT.reset(asking)


def offered(right: str = "aggregates") -> tuple[Make, list[Person]]:
    """What a button of the page would call, and for whom files were made."""
    made: list[Person] = []
    return downloads.checked_maker(
        lambda person: made.append(person) or b"file", "plaintes.xlsx", right
    ), made


def noted(desk: Office) -> list[tuple[str, str]]:
    return desk.rows("SELECT who, did FROM access_journal ORDER BY id")


def test_a_file_is_made_for_who_asks_and_noted(desk, signed_in):
    make, made = offered()
    assert make() == b"file" and [person.id for person in made] == [signed_in]
    assert noted(desk) == [("directrice", "exported")]


def test_what_making_a_file_took_goes_back_whether_there_is_one_or_not(
    desk, signed_in, monkeypatch
):
    given = []
    monkeypatch.setattr(downloads.memory, "give_back", lambda: given.append(1))
    offered()[0]()
    with pytest.raises(ZeroDivisionError):
        downloads.checked_maker(lambda person: bytes(1 // 0), "plaintes.xlsx")()
    assert len(given) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"disabled": True},
        {"role": "administrator"},
        {"departments": {"Borgou"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_file_that_was_offered_is_not_made_once_the_rights_have_changed(
    desk, signed_in, change, caplog
):
    make, made = offered()
    with write_transaction(desk.engine, queue=False) as connection:
        accounts_and_sessions.change_account(connection, signed_in, **change)
    session.SESSION_CACHE.forget()
    with pytest.raises(downloads.DownloadRefused):
        make()
    assert not made and not noted(desk)
    (line,) = [one.getMessage() for one in caplog.records if one.name == "ccsp.refused"]
    assert line.startswith("the file 'plaintes.xlsx' to ")


def test_who_may_see_something_else_by_now_gets_no_file_of_before(desk, monkeypatch):
    """The same account, whose epoch nobody raised: what may be seen is compared, not only who asks."""
    now = Person("directrice", Role.DIRECTOR, frozenset({"Zou"}), id="a")
    monkeypatch.setattr(session, "person", lambda: now)
    monkeypatch.setattr(
        session,
        "person_lookup",
        lambda: lambda: Person("directrice", Role.DIRECTOR, frozenset({"Alibori"}), id="a"),
    )
    make, made = offered()
    with pytest.raises(downloads.DownloadRefused):
        make()
    assert not made


def test_a_file_of_another_right_is_made_for_who_has_it_alone(desk, signed_in):
    make, made = offered("journal")
    with pytest.raises(downloads.DownloadRefused):
        make()
    assert not made


@pytest.mark.parametrize("asking", ["another.1", "{account}.2", None])
def test_a_file_is_made_on_the_pages_alone_that_it_was_offered_to(desk, signed_in, asking):
    """Streamlit makes a file for any page that says its number."""
    make, made = offered()
    CURRENT_ACCOUNT.set(asking and asking.format(account=signed_in))
    with pytest.raises(downloads.DownloadRefused):
        make()
    assert not made and not noted(desk)


def test_nothing_is_noted_of_who_has_no_account(desk, monkeypatch):
    monkeypatch.setattr(session.SESSION_CACHE, "person_from_header", lambda header: LOCAL_READER)
    make, made = offered()
    assert make() == b"file" and made and not noted(desk)


def test_what_is_taken_says_by_whom_and_when(monkeypatch):
    monkeypatch.setattr(downloads, "now", lambda: datetime(2026, 11, 26, 14, 5))
    director = Person("awa", Role.DIRECTOR, frozenset({"Zou"}), id="a1")
    assert downloads.made_by(director) == "Fait le 26/11/2026 à 14:05 par awa, directeur"
    assert downloads.made_by(LOCAL_READER) == "Fait le 26/11/2026 à 14:05"


def test_a_file_says_for_whom_it_is_and_so_does_the_journal_but_not_its_name(desk, signed_in):
    said: list[str] = []
    make = downloads.checked_maker(
        lambda person: said.append(downloads.made_by(person)) or b"file",
        "plaintes.xlsx",
        recipient="la préfecture",
    )
    make()
    assert said[0].endswith("par directrice, directeur · Pour\xa0: la préfecture")
    detail = desk.rows("SELECT detail FROM access_journal WHERE did = 'exported'")[0][0]
    held = json.loads(detail) if isinstance(detail, str) else detail
    assert held == {"file": "plaintes.xlsx", "for": "la préfecture"}
    downloads.checked_maker(lambda person: said.append(downloads.made_by(person)) or b"file", "x")()
    assert "Pour" not in said[1]


def failed(why: Exception) -> logging.LogRecord:
    """What Streamlit writes of a file that was not made."""
    try:
        try:
            raise why
        except Exception as error:
            raise MediaFileStorageError("Callable execution failed") from error
    except MediaFileStorageError:
        return logging.LogRecord(
            "streamlit", logging.ERROR, "", 0, "Error of %s", ("f",), sys.exc_info()
        )


def test_the_log_says_why_there_is_no_file_and_of_a_fault_of_ours_where():
    assert not downloads.is_real_failure(failed(downloads.DownloadRefused("f")))
    known, fault = (
        failed(ExportFailed("Le PDF n'a pas pu être fait.", "-6")),
        failed(ValueError("x")),
    )
    assert downloads.is_real_failure(known) and downloads.is_real_failure(fault)
    assert known.getMessage() == "no file: Le PDF n'a pas pu être fait. (-6)" and not known.exc_info
    assert fault.getMessage() == "Error of f" and fault.exc_info


def test_files_are_made_by_turns_of_accounts(desk, signed_in):
    held: list[object] = []
    assert downloads.checked_maker(
        lambda person: held.append(CURRENT_RUN.get()) or b"file", "x.pptx"
    )()
    ((turns, turn),) = held
    assert turns is RUN_QUEUE and turn.account == signed_in


def test_of_an_account_few_files_are_made_at_once_and_the_rest_refused(desk, signed_in):
    """Pages that were shut since asked for them: nobody waits for these, and they would take every thread there is."""
    go, begun = Event(), Semaphore(0)

    def make(person: Person) -> bytes:
        begun.release()
        with release_while_waiting():
            go.wait(LONG)
        return b"file"

    made = downloads.checked_maker(make, "x.pptx")
    with ThreadPoolExecutor(downloads.MOST) as threads:
        waiting = [threads.submit(copy_context().run, made) for _ in range(downloads.MOST)]
        for _ in waiting:
            assert begun.acquire(timeout=LONG)
        with pytest.raises(downloads.DownloadRefused):
            made()
        go.set()
        assert [one.result(LONG) for one in waiting] == [b"file"] * downloads.MOST
    assert made() == b"file" and not downloads._making
