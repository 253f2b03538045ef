"""The journal as it is read: both of them, in words, between two days of Benin."""

import ast
from datetime import datetime, timedelta

import pytest

from dashboard.accounts.rights import LOCAL_READER, NotAllowed, Person, Role
from dashboard.actions import access_journal
from dashboard.answers import context
from dashboard.period import naive_utc_bounds, to_local_time, today
from dashboard.settings import ROOT, load_settings
from db import targets_and_decisions
from tests.builders import KANDI

ADMINISTRATOR = Person("adm", Role.ADMINISTRATOR, id="a")


@pytest.fixture(autouse=True)
def in_use(database_url, monkeypatch):
    """The database that is asked."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    load_settings.cache_clear()
    yield
    context.close_databases()
    load_settings.cache_clear()


def test_what_was_entered_and_what_was_looked_at_are_read_together_the_latest_first(engine):
    targets_and_decisions.decide(
        engine, "left", KANDI, today(), "le directeur", "tickets", None, by="kofi"
    )
    access_journal.note(
        Person("awa", Role.DIRECTOR, id="d"), "looked at complaints", {"scope": "Zou"}
    )
    told = access_journal.lines(ADMINISTRATOR, today(), today())
    assert [line[1:] for line in told[:2]] == [
        ("awa", "a vu la liste des plaintes", "périmètre Zou"),
        (
            "kofi",
            "a noté une décision",
            f"décision 1 · indicateur left · périmètre {KANDI} · tickets",
        ),
    ]
    assert [
        line.who for line in access_journal.lines(ADMINISTRATOR, today(), today(), "decision KANDI")
    ] == ["kofi"]


def test_a_day_in_the_journal_is_written_as_french_writes_it(engine):
    made = {"for": "atelier 2026-11", "until": "2026-11-28"}
    access_journal.note(Person("cab", Role.CABINET, id="c"), "guest link made", made)
    (line,) = access_journal.lines(ADMINISTRATOR, today(), today(), "lien")
    assert line.details == "pour atelier 2026-11 · jusqu'au 28/11/2026"


def test_a_day_is_one_of_benin(engine):
    since, until = naive_utc_bounds(today(), today())
    assert to_local_time(since).hour == 0 and until - since == timedelta(days=1)
    assert to_local_time(datetime(2026, 11, 25, 23, 30)).isoformat()[:16] == "2026-11-26T00:30"
    yesterday = today() - timedelta(days=1)
    access_journal.note(Person("awa", Role.CABINET, id="c"), "exported", {"file": "x"})
    noted_then = access_journal.lines(ADMINISTRATOR, yesterday, yesterday)
    assert "awa" not in {line.who for line in noted_then}


def test_the_journal_is_for_who_has_the_right(engine):
    for person in (LOCAL_READER, Person("c", Role.CABINET, id="c")):
        with pytest.raises(NotAllowed):
            access_journal.lines(person, today(), today())


def test_a_line_of_accesses_leaves_the_version_of_the_data_as_it_is(engine):
    before = context.current_snapshot().version
    access_journal.note(Person("awa", Role.CABINET, id="c"), "exported", {"file": "x"})
    assert context.current_snapshot().version == before


def test_whatever_is_noted_has_its_words():
    """Of each call that notes something, what was done, and the names of what it was done with."""
    said, named = set(), set()
    for path in [*(ROOT / "db").rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func).rsplit(".", 1)[-1]
            if name not in ("note", "note_beside", "_replace", "_level"):
                continue
            texts = [
                a.value
                for a in node.args
                if isinstance(a, ast.Constant) and isinstance(a.value, str)
            ]
            said |= {text for text in texts if text}
            for argument in node.args:
                if isinstance(argument, ast.Dict):
                    named |= {k.value for k in argument.keys if isinstance(k, ast.Constant)}
    assert {"signed in", "exported", "imported", "decided", "rebased", "restored"} <= said
    assert said <= access_journal.DID.keys(), said - access_journal.DID.keys()
    assert named <= access_journal.WITH.keys(), named - access_journal.WITH.keys()
