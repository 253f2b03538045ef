"""Signals of sites that a file left as they were are kept, and all are what they would be, worked out anew."""

from datetime import date

import numpy as np
import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context, control_charts
from dashboard.answers.cache import AnswerCache
from dashboard.judgement.control_charts import VOLUMES
from dashboard.judgement.signal_sentences import card_state
from db.targets_and_decisions import set_target
from tests.builders import COVE, KANDI, NIKKI, waited
from tests.clock import as_of

SITES, SEEN = (COVE, KANDI, NIKKI), ("variation", "rule", "side", "value", "usual", "target")


def register(site: str, minutes: int, first: str, last: str) -> list[list]:
    """Two visits on each weekday."""
    days = np.arange(first, last, dtype="datetime64[D]")
    return [
        waited(minutes + n + i % 5, site=site, day=str(day), ref=f"{site} {day} {n}")
        for i, day in enumerate(days[np.is_busday(days)])
        for n in (0, 4)
    ]


def told(found) -> dict:
    """What is said of each signal, by scope and indicator."""
    return {
        (scope, code): (
            *(getattr(one, name) for name in SEEN),
            one.displayed_usual,
            card_state(one),
        )
        for scope, of in found.items()
        for code, one in of.items()
    }


@pytest.fixture
def judged(monkeypatch) -> list[tuple[str, str]]:
    """The scope and indicator of each signal that is worked out from here on."""
    found, really = [], control_charts.signal

    def note(chart, *rest):
        found.append((chart.scope, chart.indicator))
        return really(chart, *rest)

    monkeypatch.setattr(control_charts, "signal", note)
    monkeypatch.setattr(control_charts, "SITE_SIGNALS", AnswerCache(0))
    return found


def test_after_a_file_or_a_target_only_signals_that_it_may_change_are_worked_out(asked, judged):
    def signals() -> dict:
        return told(control_charts.signals(LOCAL_READER, (*SITES, "nation")))

    with as_of("2026-01-05"):
        for minutes, site in enumerate(SITES, 12):
            asked.hand_in("registre", *register(site, minutes, "2024-01", "2026-01"))
        before = signals()
        assert {site for site, _ in judged} > set(SITES)
        judged.clear()
        asked.hand_in("registre", *register(KANDI, 90, "2025-12", "2026-01"))
        after, again = signals(), set(judged)
        of_sites = {site for site, code in again if site in SITES and code not in VOLUMES}
        assert of_sites == {KANDI}, "the others were not changed"
        assert ("nation", "wait_p50") in again
        assert after[KANDI, "wait_p50"] != before[KANDI, "wait_p50"]
        judged.clear()
        set_target(asked.engine, "wait_p50", NIKKI, 5, date(2025, 1, 1), "plan", "awa")
        aimed = signals()
        assert (NIKKI, "wait_p50") in judged and (NIKKI, "left") not in judged
        assert aimed[NIKKI, "wait_p50"] != after[NIKKI, "wait_p50"]
        context.ANSWER_CACHE.clear()
        control_charts.SITE_SIGNALS.clear()
        assert signals() == aimed
