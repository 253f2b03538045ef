"""What chance alone would give is simulated once for the same numbers, whatever else is noted meanwhile."""

from collections.abc import Iterator
from datetime import date

import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.actions.simulated_chances import keep_drawn
from dashboard.answers import context, expected_false_alarms, network
from dashboard.answers.cache import AnswerCache
from dashboard.answers.question import Question
from dashboard.period import add_months, today
from dashboard.settings import load_settings
from db.engine import make_engine
from tests.builders import KANDI, Office, add_decisions, waited
from tests.conftest import Sqlite


@pytest.fixture
def demo(sqlite: Sqlite, monkeypatch) -> Iterator[str]:
    """The address of fictitious data, asked through the answers."""
    with sqlite.fresh(visits=6_000) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        yield url
        context.close_databases()
    load_settings.cache_clear()


@pytest.fixture
def drawn(monkeypatch) -> list[str]:
    """Whose series were simulated, in order; "all" for those of volumes."""
    found: list[str] = []
    chances, volumes = (
        expected_false_alarms.false_alarm_chances,
        expected_false_alarms.volume_chances,
    )

    def of_series(shapes, draws):
        found.extend(shape.site for shape in shapes)
        return chances(shapes, draws)

    monkeypatch.setattr(expected_false_alarms, "false_alarm_chances", of_series)
    monkeypatch.setattr(
        expected_false_alarms,
        "volume_chances",
        lambda *which: found.append("all") or volumes(*which),
    )
    for name in ("SIMULATED", "SIMULATED_VOLUMES", "CHANCES"):
        monkeypatch.setattr(expected_false_alarms, name, AnswerCache(1_000))
    return found


def test_chance_is_simulated_for_numbers_and_not_for_what_is_noted(demo, drawn, tmp_path):
    year = Question(date(today().year - 1, 1, 1), today())
    before, state = (
        expected_false_alarms.false_alarm_budget(LOCAL_READER, year),
        context.current_snapshot(),
    )
    assert before.series > 0 and len(set(drawn)) > 20 and drawn.count("all") == 1
    drawn.clear()
    add_decisions(demo, "nation", KANDI)
    assert context.current_snapshot() != state
    assert expected_false_alarms.false_alarm_budget(LOCAL_READER, year) == before and not drawn
    # A month more of Kandi's is other numbers, of Kandi alone; volumes share their season.
    last = add_months(network.freshness(LOCAL_READER).as_of.replace(day=1), -1)
    engine = make_engine(demo)
    lines = [waited(n, day=last.isoformat(), ref=f"more {n}") for n in range(50)]
    Office(engine, tmp_path).hand_in("registre", *lines, demo=True)
    engine.dispose()
    after = expected_false_alarms.false_alarm_budget(LOCAL_READER, year)
    assert after != before and set(drawn) == {KANDI, "all"}
    begin_anew(drawn)
    assert expected_false_alarms.false_alarm_budget(LOCAL_READER, year) == after
    assert len(set(drawn)) > 20, "nothing was kept"


def begin_anew(drawn: list[str]) -> None:
    """What a process knows when it starts, with nothing waiting to be kept."""
    context.close_databases()
    for cache in (
        expected_false_alarms.SIMULATED,
        expected_false_alarms.SIMULATED_VOLUMES,
        expected_false_alarms.CHANCES,
    ):
        cache.clear()
    drawn.clear()


def test_a_start_draws_nothing_that_was_kept_and_anew_where_the_rules_are_others(
    demo, drawn, monkeypatch
):
    year = Question(date(today().year - 1, 1, 1), today())
    first = expected_false_alarms.false_alarm_budget(LOCAL_READER, year)
    version = context.current_snapshot()
    assert keep_drawn() > 20
    assert keep_drawn() == 0, "nothing is left to keep"
    assert context.current_snapshot() == version, "readers' answers stay as they are"
    begin_anew(drawn)
    assert expected_false_alarms.false_alarm_budget(LOCAL_READER, year) == first
    assert not drawn and keep_drawn() == 0
    begin_anew(drawn)
    monkeypatch.setattr(expected_false_alarms, "_rules", lambda: "of another release")
    assert expected_false_alarms.false_alarm_budget(LOCAL_READER, year) == first
    assert len(set(drawn)) > 20


def test_what_cannot_be_kept_is_said_in_the_log_and_stops_nobody(demo, drawn, monkeypatch, caplog):
    year = Question(date(today().year - 1, 1, 1), today())
    expected_false_alarms.false_alarm_budget(LOCAL_READER, year)
    with make_engine(demo).connect() as other:
        other.exec_driver_sql("DROP TABLE simulated_chance")
        other.commit()
        other.engine.dispose()
    assert keep_drawn() == 0
    assert [r.getMessage() for r in caplog.records if "could not be kept" in r.getMessage()]
