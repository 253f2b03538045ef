"""What chance alone would give is simulated once for the same numbers, whatever else is noted meanwhile."""

from collections.abc import Iterator
from datetime import date

import pytest

from dashboard.accounts.rights import LOCAL_READER
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
    """What was simulated, in order."""
    found: list[str] = []
    for name in ("false_alarm_chances", "volume_chances"):
        real = getattr(expected_false_alarms, name)
        noted = lambda *which, name=name, real=real: found.append(name) or real(*which)  # noqa: E731
        monkeypatch.setattr(expected_false_alarms, name, noted)
    monkeypatch.setattr(expected_false_alarms, "SIMULATED", AnswerCache(8))
    return found


def test_chance_is_simulated_for_numbers_and_not_for_what_is_noted(demo, drawn, tmp_path):
    year = Question(date(today().year - 1, 1, 1), today())
    before, state = (
        expected_false_alarms.false_alarm_budget(LOCAL_READER, year),
        context.current_snapshot(),
    )
    assert before.series > 0 and drawn == ["false_alarm_chances", "volume_chances"]
    add_decisions(demo, "nation", KANDI)
    assert context.current_snapshot() != state
    assert (
        expected_false_alarms.false_alarm_budget(LOCAL_READER, year) == before and len(drawn) == 2
    )
    # A month more of Kandi's is other numbers.
    last = add_months(network.freshness(LOCAL_READER).as_of.replace(day=1), -1)
    engine = make_engine(demo)
    lines = [waited(n, day=last.isoformat(), ref=f"more {n}") for n in range(50)]
    Office(engine, tmp_path).hand_in("registre", *lines, demo=True)
    engine.dispose()
    assert expected_false_alarms.false_alarm_budget(LOCAL_READER, year).series > 0
    assert drawn == ["false_alarm_chances", "volume_chances"] * 2
