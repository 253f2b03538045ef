"""A SQLite file that is moved while it is in use is let go: who asks is told of the one that lies in its place."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context, figures
from dashboard.answers.question import Question
from dashboard.settings import load_settings
from db import error_messages, schema
from db.engine import make_engine
from tests.builders import Office, visit

BESIDE = {"the file alone": ("",), "all of it": ("", "-wal", "-shm")}


@pytest.fixture
def place(sqlite, tmp_path) -> Path:
    """Where the database is: it holds one visit, and has readers."""
    path = tmp_path / "ccsp.db"
    shutil.copyfile(sqlite.template(0), path)
    return path


def test_a_database_that_is_made_is_for_whoever_runs_the_application_alone(tmp_path):
    before = os.umask(0o022)
    try:
        engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'ccsp.db'}")
        schema.upgrade(engine)
        with engine.connect() as connection:
            connection.execute(text("SELECT count(*) FROM visit"))
            made = {one.name: one.stat().st_mode & 0o777 for one in (tmp_path / "new").iterdir()}
    finally:
        os.umask(before)
        engine.dispose()
    kept = {name: mode for name, mode in made.items() if not name.endswith("-lock")}
    assert "ccsp.db" in kept and set(kept.values()) == {0o600}


@pytest.fixture
def other(sqlite, tmp_path) -> Path:
    """Another database, of three visits."""
    path = tmp_path / "other.db"
    shutil.copyfile(sqlite.template(0), path)
    office = Office(make_engine(f"sqlite:///{path}"), tmp_path)
    office.hand_in("registre", *(visit(ref=str(n)) for n in range(3)))
    office.engine.dispose()
    return path


@pytest.fixture
def used(place, tmp_path):
    office = Office(make_engine(f"sqlite:///{place}"), tmp_path)
    office.hand_in("registre", visit(ref="1"))
    together = [office.engine.connect() for _ in range(3)]
    for connection in together:
        assert visits(connection) == 1
        connection.close()
    yield office
    office.engine.dispose()


def visits(connection) -> int:
    return connection.execute(text("SELECT count(*) FROM visit")).scalar()


def move(place: Path, beside: tuple[str, ...], to: str) -> Path:
    for ending in beside:
        Path(f"{place}{ending}").rename(f"{place.with_name(to)}{ending}")
    return place.with_name(to)


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_what_lies_there_now_is_shown_and_what_was_moved_is_whole(used, place, other, beside):
    used.hand_in("registre", visit(ref="2"))  # not yet written into the file itself
    gone = move(place, beside, "gone.db")
    shutil.copyfile(other, place)
    for _ in range(4):
        with used.engine.connect() as connection:
            assert visits(connection) == 3
    used.hand_in("registre", visit(ref="9"))
    used.engine.dispose()
    for path, held in ((place, 4), (gone, 2)):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT count(*) FROM visit").fetchone() == (held,), path
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_who_is_still_at_the_file_before_ends_before_another_is_opened(
    used, place, other, tmp_path, beside
):
    begun, go_on, found = Event(), Event(), []

    def read_long() -> None:
        with used.engine.connect() as connection:
            found.append(visits(connection))
            begun.set()
            go_on.wait(30)
            found.append(visits(connection))

    def ask() -> None:
        with used.engine.connect() as connection:
            found.append(visits(connection))

    reader, asker = Thread(target=read_long), Thread(target=ask)
    reader.start()
    assert begun.wait(30)
    move(place, beside, "gone.db")
    shutil.copyfile(other, place)
    asker.start()
    asker.join(0.3)
    assert found == [1]  # it waits
    go_on.set()
    for thread in (reader, asker):
        thread.join(30)
    assert found == [1, 1, 3]


def test_a_file_that_is_gone_is_said_and_not_made_anew_and_comes_back(used, place, other):
    move(place, BESIDE["all of it"], "gone.db")
    with pytest.raises(OperationalError) as error, used.engine.connect():
        pass
    assert error_messages.sentence(
        error.value
    ) == error_messages.CLOSED and error_messages.was_unavailable(error.value)
    assert not place.exists()
    other.rename(place)
    with used.engine.connect() as connection:
        assert visits(connection) == 3


def test_a_new_file_is_still_made_where_there_was_none(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/new.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x int)"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar() == 0
    engine.dispose()


def test_a_running_server_answers_from_the_file_that_lies_there(used, place, other, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{place}")
    load_settings.cache_clear()
    year = Question(date(2025, 1, 1), date(2025, 12, 31))
    try:
        asked = [figures.overall_figures(LOCAL_READER, year)["visits"].value]
        before = context.current_snapshot().version
        move(place, BESIDE["the file alone"], "gone.db")
        shutil.copyfile(other, place)
        asked.append(figures.overall_figures(LOCAL_READER, year)["visits"].value)
        assert asked == [1, 3] and context.current_snapshot().version != before
    finally:
        context.close_databases()
        load_settings.cache_clear()
