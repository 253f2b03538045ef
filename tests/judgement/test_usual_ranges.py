"""The range beside a month agrees with what the month was judged to be, on the scale of the figure that it stands beside."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dashboard import french
from dashboard.judgement.signal_sentences import card_state
from dashboard.judgement.signals import Signal, signal
from dashboard.judgement.usual_ranges import range_in_words, usual_range
from dashboard.period import add_months
from dashboard.statistics.control_limits import OUTSIDE
from dashboard.statistics.variation import Variation
from tests.judgement.series import counted, follow, made, waited

LAST = date(2026, 10, 1)
SHARE, RATE, WAIT, VOLUME = "wait_within_30", "complaints_per_1000", "wait_p50", "visits_per_day"
RANGE = r"de ([\d,]+)(?: %| min)? à ([\d,]+)"


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def number(text: str) -> float:
    return float(text.replace(",", "."))


def waits(level: float, last: float, months: int = 40, seed: int = 1) -> Signal:
    """The last month of a centre whose users wait `level` minutes at the median, and `last` in that month."""
    minutes = np.full((1, months, 300), float(level))
    minutes[:, -1] = last
    noise = np.exp(0.7 * np.random.default_rng(seed).standard_normal(minutes.shape))
    return signal(follow(WAIT, waited(minutes * noise), LAST)["site 0"], LAST)


def test_waits_have_a_range_in_minutes_of_the_median():
    longer, usual = waits(16, 30), waits(16, 17, seed=3)
    assert longer.rule == OUTSIDE and usual.variation == Variation.NO_SIGNAL
    said = re.search(
        rf"hors de ses variations habituelles \({RANGE} min\)$", plain(card_state(longer))
    )
    assert number(said[1]) < 16 < number(said[2]) < 30
    low, high = usual_range(usual)
    assert low < 16 <= usual.displayed_value < high
    assert low == pytest.approx(number(said[1]), abs=1), "of the same level"


def test_an_alert_that_gives_its_series_a_new_level_has_the_range_of_the_level_before():
    """The twelfth month of a run is judged by the old level, and drawn within the new one."""
    levels = [*(75 + np.where(np.arange(40) % 2, 0.6, -0.6)), *[73.6] * 11, 68]
    events = np.rint(np.array([levels]) * 20)
    one = signal(
        follow(SHARE, counted(SHARE, events, np.full(events.shape, 2_000)), LAST)["site 0"], LAST
    )
    assert one.rule == OUTSIDE and one.level.in_force_from == LAST
    assert one.range[0] < 72 < 75 < usual_range(one)[1], "drawn around 73 %, judged beside 75 %"
    said = re.search(
        rf"68 %, contre 75 % d'habitude, hors .* \({RANGE} %\)$", plain(card_state(one))
    )
    assert number(said[1]) > 70 and number(said[2]) > 77


def test_a_month_just_outside_is_not_written_at_the_end_of_its_range():
    """« 72 %, hors de ses variations habituelles (de 72 à 80 %) » would contradict itself."""
    found = 0
    for events in range(1_420, 1_480):
        months = np.array([[*(1_526 + 8 * np.where(np.arange(40) % 2, 1, -1)), events]])
        one = signal(
            follow(SHARE, counted(SHARE, months, np.full(months.shape, 2_000)), LAST)["site 0"],
            LAST,
        )
        said = plain(card_state(one))
        ends = re.search(RANGE, said)
        if one.rule == OUTSIDE and ends:
            shown = re.search(r"seul : ([\d,]+) %", said)
            assert number(shown[1]) < number(ends[1]), said
            found += "," in ends[1]
    assert found, "some are so near that the end has a decimal"


@pytest.mark.parametrize("code, level", [(SHARE, 75), (RATE, 40), (WAIT, 18), (VOLUME, 12)])
@pytest.mark.parametrize("sites", [1, 3])
def test_a_signal_lies_outside_the_range_that_is_written_and_any_other_month_within(
    code, level, sites
):
    written = {True: 0, False: 0}
    for seed in range(12):
        shift = (0.8, 0.93, 1.07, 1.25)[seed % 4]
        last = made(code, level, 60, LAST, seed, shift=shift, since=14, base=2_000, sites=sites)
        for at in range(40, 60):
            one = replace(last, position=at)
            ends = re.fullmatch(rf"{RANGE}.*", plain(range_in_words(one)))
            if not ends:
                continue
            low, high = number(ends[1]), number(ends[2])
            rounding = 0.5 if code == WAIT else 0.51
            outside = not low - rounding <= one.displayed_value <= high + rounding
            written[one.is_signal] += 1
            if one.is_signal:
                assert not low < one.displayed_value < high
            else:
                assert not outside
    assert min(written.values()), written


def drifting(levels, base=2_000) -> Signal:
    """The last month of a share whose months have these levels, in percent, without chance but ± 0.6."""
    levels = np.asarray(levels) + np.where(np.arange(len(levels)) % 2, 0.6, -0.6)
    events = np.rint(levels * base / 100)[None]
    return signal(
        follow(SHARE, counted(SHARE, events, np.full(events.shape, base)), LAST)["site 0"], LAST
    )


def test_a_slow_decline_is_not_as_usual():
    """Levels follow it, each twelve months after: 70 % was « comme d'habitude » where 82 % was usual three years before."""
    slow = drifting([*[82] * 24, *np.linspace(82, 70, 40), *[70] * 3])
    assert len(slow.chart.levels) > 2 and not slow.is_signal
    first = re.search(r" ; avant (\w+ \d{4}), (\d+) % d'habitude$", plain(card_state(slow)))
    assert first and int(first[2]) == 82 and int(first[1][-4:]) < LAST.year - 1


@pytest.mark.parametrize("since, told", [(16, True), (30, False)])
def test_what_was_usual_before_is_told_until_the_new_level_is_settled(since, told):
    one = drifting([*[82] * 40, *[70] * since])
    assert not one.is_signal and "70 % d'habitude" in plain(card_state(one))
    before = f" ; avant {month(since)}, 82 % d'habitude"
    assert plain(card_state(one)).endswith(before) == told == ("avant" in card_state(one))


def month(since: int) -> str:
    """The first of the last `since` months, in words."""
    return french.month_label(add_months(LAST, 1 - since))


def test_of_waits_it_is_the_median_that_was_usual():
    minutes = np.full((1, 56, 300), 18.0)
    minutes[:, 40:] = 27
    noise = np.exp(0.5 * np.random.default_rng(6).standard_normal(minutes.shape))
    one = signal(follow(WAIT, waited(minutes * noise), LAST)["site 0"], LAST)
    said = plain(card_state(one))
    assert re.search(rf" ; avant {month(16)}, 1[78] min d'habitude$", said), said


def test_a_series_that_never_moved_has_no_earlier_level():
    assert "avant" not in card_state(drifting([75] * 60))
