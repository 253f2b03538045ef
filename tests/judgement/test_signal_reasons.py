"""A signal says why it is one, and a large gap that is none why not; the run that it counts is the one that the rule counted."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dashboard.judgement.change_dates import since_at_least, since_when
from dashboard.judgement.signal_reasons import is_far, reason, run
from dashboard.judgement.signal_sentences import card_state, volume_change_in_words
from dashboard.judgement.signals import Signal, signal
from dashboard.period import add_months
from dashboard.statistics.control_limits import ON_ONE_SIDE, OUTSIDE, RUN
from dashboard.statistics.variation import ChartKind, Variation
from tests.judgement.series import counted, follow, made

LAST = date(2026, 10, 1)
SHARE, RATE, WAIT, VOLUME = "wait_within_30", "complaints_per_1000", "wait_p50", "visits_per_day"


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def share(levels, base, seed=1) -> Signal:
    """The last month of a share whose months have these levels, in percent, of so many cases."""
    events = np.random.default_rng(seed).binomial(base, np.asarray([levels]) / 100)
    return signal(
        follow(SHARE, counted(SHARE, events, np.full(events.shape, base)), LAST)["site 0"], LAST
    )


def exact(levels, base=2_000) -> Signal:
    """The same, of months that have their levels without chance."""
    events = np.rint(np.asarray([levels]) * base / 100)
    return signal(
        follow(SHARE, counted(SHARE, events, np.full(events.shape, base)), LAST)["site 0"], LAST
    )


def alternating(n: int) -> np.ndarray:
    """Months around 75 %, of which none is long on one side."""
    return 75 + np.where(np.arange(n) % 2, 0.6, -0.6)


@pytest.mark.parametrize("code", [SHARE, RATE, WAIT, VOLUME])
@pytest.mark.parametrize("sites", [1, 3])
def test_every_run_that_the_rule_found_has_eight_months_or_more_and_no_longer_one_would_do(
    code, sites
):
    """Shifts of all sizes, of sites and of wholes: the months that are counted end with the signal's own and are those since the
    last month on the other side, or since the level began."""
    level = {SHARE: 75, RATE: 40, WAIT: 18, VOLUME: 12}[code]
    found = 0
    for seed in range(20):
        shift = (0.91, 0.96, 1.04, 1.09)[seed % 4]
        last = made(code, level, 60, LAST, seed, shift=shift, since=14, base=3_000, sites=sites)
        for at in np.flatnonzero(last.chart.rule == ON_ONE_SIDE).tolist():
            one = replace(last, position=at)
            months = run(one)
            found += 1
            assert len(months) >= RUN and months[-1] == at
            assert plain(reason(one)).startswith(f"{len(months)} mois de suite au-dess")
            assert since_at_least(one).startswith("depuis ")
    assert found, "the shifts make runs"


def test_a_small_lasting_gap_and_a_large_one_that_is_none_each_say_why():
    """« pourquoi celui-ci est orange et pas celui-là ? »: 74 % for 76 % is, 73 % for 80 % is not."""
    small = exact([*alternating(40), *[73.8] * 9])
    assert (small.variation, small.rule) == (Variation.ALERT, ON_ONE_SIDE)
    assert plain(reason(small)) == "9 mois de suite au-dessous"
    few = exact([*[80] * 40, 73], base=60)
    assert few.variation == Variation.NO_SIGNAL
    assert reason(few) == "dans ses variations habituelles"
    said = "octobre seul : 73 %, contre 80 % d'habitude, dans ses variations habituelles (de "
    assert plain(card_state(few)).startswith(said)
    assert plain(card_state(few)).endswith(" %)")
    short, longer = (exact([*[80] * 35, *[73] * n], base=60) for n in (5, 6))
    assert plain(card_state(short)).endswith(" %)"), "rows of chance are not told"
    assert plain(card_state(longer)).endswith(" %), 6 mois de suite au-dessous (signal dès 8)")
    months = 80 + 6 * np.where(np.arange(40) % 2, 1, -1)
    restless = exact([*months, 73])
    assert restless.variation == Variation.NO_SIGNAL and is_far(restless)
    assert reason(restless) == "dans ses variations habituelles"
    calm = exact([*alternating(40), 75.4])
    assert reason(calm) == "rien d'inhabituel" and not is_far(calm)
    clear = exact([*alternating(40), 60])
    assert (clear.rule, reason(clear)) == (OUTSIDE, "hors de ses variations habituelles")
    for one, how, why in (
        (
            small,
            "alerte légère",
            "dans ses variations habituelles, mais 9 mois de suite au-dessous (signal dès 8)",
        ),
        (clear, "alerte", "hors de ses variations habituelles"),
    ):
        assert plain(card_state(one)).startswith(f"{how} ; octobre seul : ")
        assert f" d'habitude, {why}" in plain(card_state(one))
    assert re.search(r"variations habituelles \(de [\d,]+ à [\d,]+ %\)$", plain(card_state(clear)))
    assert "contre 80 % d'habitude, dans ses variations habituelles (" in plain(
        card_state(restless)
    )


def test_a_band_that_no_month_can_leave_is_too_few_cases_and_no_band():
    """« dans ses variations habituelles (de 0 à 100 %) » of three files judges nothing."""
    one = exact([*[67] * 40, 100], base=3)
    assert one.range == (0, 100) and is_far(one)
    assert plain(card_state(one)) == (
        "octobre seul : 100 %, contre 67 % d'habitude, trop peu de cas pour en juger"
    )


def test_a_rate_far_from_usual_by_few_events_is_within_what_is_usual():
    events = np.full((1, 41), 10.0)
    events[0, -1] = 13
    one = signal(follow(RATE, counted(RATE, events, np.full((1, 41), 1_000)), LAST)["site 0"], LAST)
    assert not one.is_signal and one.kind == ChartKind.RATE
    assert reason(one) == "dans ses variations habituelles"
    low, high = one.range
    assert low < one.value < high and " (de " in card_state(one)


def test_of_quarters_the_run_is_of_quarters():
    events = np.where(np.arange(72) < 45, 2 + np.arange(72) % 2, 4)[None]
    one = signal(
        follow(RATE, counted(RATE, events, np.full((1, 72), 130)), date(2026, 9, 1))["site 0"],
        date(2026, 9, 1),
    )
    assert one.kind == ChartKind.BY_QUARTER and one.is_signal
    whole = replace(one, position=int(np.flatnonzero(one.chart.rule)[0]))
    assert plain(since_at_least(whole)).startswith("depuis le ") and "trimestre" in since_at_least(
        whole
    )


def test_too_young_a_series_gives_no_reason():
    assert reason(exact([75.0] * 5)) == ""


# ---- since when ----


def test_a_run_lasts_since_its_first_month_wherever_it_is_said():
    one = exact([*alternating(40), *[73.8] * 9])
    assert since_when(one) == since_at_least(one) == "depuis février 2026"
    assert since_at_least(one, year=2026) == "depuis février"


def test_the_month_that_gives_a_new_level_is_dated_by_the_start_of_that_level():
    """Within the new level no change is left: its start was lost, and « huit mois au moins » said of twelve."""
    one = exact([*alternating(40), *[73.8] * 12])
    assert one.level.in_force_from == LAST and one.chart.level_start[one.position] == 40
    assert since_at_least(one) == f"depuis novembre {LAST.year - 1}"
    assert plain(reason(one)) == "12 mois de suite au-dessous"
    outside = exact([*alternating(40), *[73.8] * 11, 60])
    assert outside.rule == OUTSIDE
    assert since_at_least(outside) == f"depuis novembre {LAST.year - 1}"


def test_months_outside_their_limits_last_since_the_first_of_them():
    """The second of two such months had no « depuis » at all."""
    one = exact([*alternating(40), 60, 61])
    assert one.rule == OUTSIDE and since_at_least(one) in ("depuis septembre 2026",)


def test_a_cause_of_june_is_dated_june_though_the_alert_is_of_october():
    """From June on the months are lower, and within the limits; October alone is outside them."""
    months = 75 + 2 * np.where(np.arange(40) % 2, 1, -1)
    one = exact([*months, 68.5, 67, 68, 67.5, 63])
    assert one.rule == OUTSIDE and not one.chart.rule[:-1].any()
    assert since_at_least(one) == "en baisse depuis juin 2026"


def test_visits_are_not_dated_by_a_split_that_their_season_would_make():
    """Winter has twice the visits of summer; the fall is of one month."""
    months = [add_months(LAST, n - 59) for n in range(60)]
    season = np.array([2.0 if m.month in (11, 12, 1, 2, 3, 4) else 1.0 for m in months])
    visits = np.rint(2_000 * season * np.r_[np.ones(59), 0.6])
    visits += np.random.default_rng(2).integers(-15, 15, 60)
    one = signal(
        follow(VOLUME, counted(VOLUME, visits[None], np.full((1, 60), 20)), LAST)["site 0"], LAST
    )
    assert one.rule == OUTSIDE and one.variation == Variation.NEUTRAL
    assert since_at_least(one) == "depuis octobre 2026"


def test_a_fall_of_visits_is_a_change_in_words_of_its_own():
    one = made(VOLUME, 15.5, 60, LAST, 4, shift=0.64, since=1)
    words = plain(volume_change_in_words(one, since_at_least(one, year=2026)))
    assert one.variation == Variation.NEUTRAL and one.side < 0
    share_less = round(100 * (1 - one.value / one.usual))
    assert words == (
        f"{one.value:.1f} usagers par jour, {share_less} % de moins que d'habitude en cette saison"
        " (changement, hors de ses variations habituelles)"
    ).replace(".", ",", 1)
    assert since_at_least(one).startswith("depuis octobre"), (
        "of the month that is spoken of it says nothing more"
    )
    assert since_at_least(one, year=LAST.year) == ""
