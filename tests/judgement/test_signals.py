"""Series are followed all at once, judged at one month, and a whole by what its sites usually show."""

import re
from datetime import date

import numpy as np
import pytest

from dashboard.judgement.control_charts import CHARTED, MonthlySeries, Series
from dashboard.judgement.monthly_judgement import judge
from dashboard.judgement.signal_reasons import run
from dashboard.judgement.signal_sentences import (
    beside_aggregate,
    card_state,
    gap_origin,
    months_in_words,
    value_beside_usual,
    value_with_state,
    verdict,
)
from dashboard.judgement.signals import Signal, rank, signal
from dashboard.period import add_months
from dashboard.statistics.control_chart_levels import Origin
from dashboard.statistics.control_limits import NONE, ON_ONE_SIDE, OUTSIDE
from dashboard.statistics.variation import MINIMUM_POINTS, Assurance, ChartKind, Variation
from db.codes import ACCEPTED, REFUSED, SET
from tests.judgement.series import counted, follow, made, measured, waited

LAST = date(2026, 10, 1)
CODE = "wait_within_30"


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def shares(levels, base=400, seed=1):
    """A share of each site in each month, in percent, (K, M)."""
    events = np.random.default_rng(seed).binomial(base, np.asarray(levels) / 100)
    return counted(CODE, events, np.full(events.shape, base))


def fallen(months=40, by=20, since=1, sites=1):
    """Sites at 75 %, of which the first falls in its last months."""
    levels = np.full((sites, months), 75.0)
    levels[0, -since:] -= by
    return levels


def test_a_month_whose_value_is_hidden_for_too_few_cases_is_no_signal():
    events, bases = np.full((1, 40), 30.0), np.full((1, 40), 40.0)
    events[0, -1], bases[0, -1] = 0, 8
    one = signal(follow(CODE, counted(CODE, events, bases), LAST)["site 0"], LAST, 80)
    assert one.value is None and not one.is_signal and not one.is_judged


def test_all_sites_at_once_are_the_same_as_each_alone():
    levels = np.array([np.full(40, x) for x in (60, 75, 90)]) - np.eye(3, 40, 39) * 30
    series = shares(levels)
    together = follow(CODE, series, LAST)
    for row in range(3):
        alone = counted(CODE, series.numerator[row : row + 1], series.denominator[row : row + 1])
        one, same = follow(CODE, alone, LAST)["site 0"], together[f"site {row}"]
        for name in ("values", "usual", "usual_when_judged", "rule", "side"):
            np.testing.assert_array_equal(getattr(one, name), getattr(same, name))
        np.testing.assert_array_equal(one.limits, same.limits)


@pytest.mark.pitfall(8)
@pytest.mark.parametrize("levels", [[75], [10, 90], [90, 10], [75] * 10 + [1]])
def test_two_values_or_eleven_are_too_few_whatever_the_gap(levels):
    for code, series in (
        (CODE, shares([levels])),
        ("wait_p90", measured("wait_p90", [levels])),
        ("visits_per_day", counted("visits_per_day", [levels], [[1] * len(levels)])),
    ):
        one = signal(follow(code, series, LAST)["site 0"], LAST, 80)
        assert one.variation == Variation.TOO_FEW and not one.is_signal
        assert not any(word in verdict(one) for word in ("alerte", "amélioration", "changement"))


def test_too_early_counts_the_months_that_are_points_and_not_those_of_the_curve():
    levels = [[20.0, np.nan, np.nan, 22.0, 25.0, np.nan, 21.0]]
    one = signal(follow("wait_p90", measured("wait_p90", levels), LAST)["site 0"], LAST)
    assert plain(verdict(one, "Attente", limits=False)) == (
        "Attente : trop tôt pour juger (4 mois où assez de cas sont connus, il en faut 12)"
    )


def test_of_a_whole_whose_sites_are_not_judged_yet_no_month_is_said_to_be_lacking():
    """« aucun mois assez renseigné » was said of a month with 123 waits."""
    series = counted(CODE, np.full((2, 3), 90.0), np.full((2, 3), 120.0))
    whole = signal(follow(CODE, series, LAST, {"nation": [0, 1]})["nation"], LAST)
    assert whole.variation == Variation.TOO_FEW
    assert plain(verdict(whole, "Attente")).endswith(
        "trop tôt pour juger (l'habitude des centres n'est pas encore connue)."
    )


def test_of_a_whole_the_months_are_counted_for_which_its_sites_have_something_usual():
    """« 7 mois où assez de cas sont connus » was said of seventeen months with some thousand waits each."""
    months = MINIMUM_POINTS + 5
    series = counted(CODE, np.full((2, months), 90.0), np.full((2, months), 120.0))
    whole = signal(follow(CODE, series, LAST, {"nation": [0, 1]})["nation"], LAST)
    assert 0 < whole.points < MINIMUM_POINTS
    assert f"(l'habitude des centres n'est connue que pour {whole.points} mois, il en faut 12)" in (
        plain(verdict(whole, "Attente"))
    )


@pytest.mark.pitfall(10)
def test_a_good_level_with_a_lasting_fall_still_shows_the_signal():
    levels = np.r_[np.full(30, 97.0), np.full(9, 95.0)][None]
    one = signal(follow(CODE, shares(levels, base=2000), LAST)["site 0"], LAST, 90)
    assert one.value > 90 and one.assurance == Assurance.CONSISTENTLY_MET
    assert one.variation == Variation.ALERT


@pytest.mark.pitfall(12)
def test_a_month_keeps_its_signal_when_later_ones_come():
    levels = fallen(60, since=20)
    long = follow(CODE, shares(levels), LAST)["site 0"]
    for months in (30, 41, 45, 52, 55):
        short = follow(CODE, shares_of(long, months), add_months(LAST, months - len(long.months)))[
            "site 0"
        ]
        np.testing.assert_array_equal(short.rule, long.rule[:months])
        np.testing.assert_array_equal(short.usual_when_judged, long.usual_when_judged[:months])


def shares_of(chart, months):
    """The counts of a course's first months again."""
    bases = np.full(months, 400)
    return counted(CODE, [np.rint(chart.values[:months] * 4)], [bases])


def test_the_signal_of_a_period_is_that_of_its_last_whole_month_with_its_own_value():
    chart = follow(CODE, shares(fallen(40, since=1)), LAST)["site 0"]
    one, before = signal(chart, LAST), signal(chart, add_months(LAST, -1))
    assert one.variation == Variation.ALERT and before.variation == Variation.NO_SIGNAL
    assert one.value == chart.values[-1] and one.usual == pytest.approx(75, abs=1.5)
    text = plain(value_with_state(one))
    assert text == f"{one.value:.0f} %, contre {one.usual:.0f} % d'habitude (alerte)"
    assert plain(verdict(one)).startswith(
        f"Reçus en 30 minutes ou moins en octobre 2026 : {text}, au-dessous de ce que le hasard permet ;"
    )
    assert "habitude" in value_with_state(before) and "alerte" not in value_with_state(before)


def test_a_month_without_data_or_outside_the_series_says_nothing():
    series = shares(fallen(40, since=1))
    series.numerator[0, -1] = series.denominator[0, -1] = series.value[0, -1] = np.nan
    chart = follow(CODE, series, LAST)["site 0"]
    for month in (LAST, add_months(LAST, 1)):
        one = signal(chart, month)
        assert (
            one.variation == Variation.NO_DATA and not one.is_signal and not value_with_state(one)
        )


def test_a_whole_does_not_move_when_only_its_composition_does():
    """Two sites that never change, of which the worse receives more and more people (F1 of the notes)."""
    share, months = np.array([[0.9], [0.5]]), 48
    bases = np.rint(np.array([np.full(months, 600.0), np.linspace(200, 3000, months)]))
    events = np.rint(share * bases)
    whole = follow(CODE, counted(CODE, events, bases), LAST, {"nation": [0, 1]})["nation"]
    assert whole.values[0] - whole.values[-1] > 20
    assert (whole.rule == NONE).all()
    assert whole.usual_when_judged[-1] == pytest.approx(whole.values[-1], abs=0.1)


def test_what_was_usual_of_a_whole_is_not_said_where_other_sites_make_it_up():
    """Two sites that never change, of which the one with long waits receives many more people in the last month."""
    r, months = np.random.default_rng(5), 40
    minutes = np.array([10.0, 60.0])[:, None, None] * np.exp(
        0.5 * r.standard_normal((2, months, 600))
    )
    minutes[1, :-1, 60:] = -1
    one = signal(follow("wait_p50", waited(minutes), LAST, {"nation": [0, 1]})["nation"], LAST)
    assert one.kind == ChartKind.EXPECTED and not one.is_signal and one.displayed_usual is None
    # Where both sites wait longer, and alike, that is what the curve says too.
    alike = minutes.copy()
    alike[1, :, 60:] = -1
    alike[:, -1] *= np.where(alike[:, -1] > 0, 1.2, 1)
    one = signal(follow("wait_p50", waited(alike), LAST, {"nation": [0, 1]})["nation"], LAST)
    assert (
        one.displayed_value
        and one.displayed_usual
        and one.displayed_value / one.displayed_usual == pytest.approx(1.2, abs=0.1)
    )


def test_the_gap_of_a_whole_is_traced_to_its_site():
    sites, names = 6, {f"site {i}": f"CCSP {i}" for i in range(6)}
    levels = fallen(40, by=40, since=1, sites=sites)
    one = signal(follow(CODE, shares(levels), LAST, {"nation": range(sites)})["nation"], LAST)
    assert one.kind == ChartKind.EXPECTED and one.variation == Variation.ALERT
    assert one.causes == ("site 0",)
    others = follow(CODE, shares(levels), LAST)
    without = np.mean([others[f"site {i}"].values[-1] for i in range(1, sites)])
    usual = np.mean([others[f"site {i}"].usual_when_judged[-1] for i in range(1, sites)])
    assert one.value_without_causes == pytest.approx(without)
    assert one.usual_without_causes == pytest.approx(usual)
    assert plain(gap_origin(one, names)) == (
        f"Sans compter le CCSP 0 : {without:.0f} %, contre {usual:.0f} % d'habitude, rien d'inhabituel."
    )
    assert "à répartition égale" in value_with_state(one)


def test_others_that_rose_while_one_site_fell_are_not_said_to_be_as_usual():
    """Of six sites one falls by 60 points and the others rise by 6: without it the whole is above what is usual."""
    levels = fallen(40, by=60, since=1, sites=6)
    levels[1:, -1] += 6
    charts = follow(CODE, shares(levels, base=2_000), LAST, {"nation": range(6)})
    one = signal(charts["nation"], LAST)
    assert one.variation == Variation.ALERT and one.causes == ("site 0",)
    without, usual = (
        np.mean([of(charts[f"site {i}"])[-1] for i in range(1, 6)])
        for of in (lambda c: c.values, lambda c: c.usual_when_judged)
    )
    assert plain(gap_origin(one, {f"site {i}": f"CCSP {i}" for i in range(6)})) == (
        f"Sans compter le CCSP 0 : {without:.0f} %, contre {usual:.0f} % d'habitude, un écart dans l'autre sens."
    )


def test_what_others_show_is_of_the_eight_months_of_a_run():
    levels = np.full((4, 45), 75.0)
    levels[0, -9:] -= 9
    charts = follow(CODE, shares(levels, base=500), LAST, {"nation": range(4)})
    one = signal(charts["nation"], LAST)
    assert one.rule == ON_ONE_SIDE and one.causes == ("site 0",)
    others = np.mean([charts[f"site {i}"].values[-8:] for i in range(1, 4)])
    assert one.value_without_causes == pytest.approx(others)
    assert " % sur huit mois, " in plain(gap_origin(one, {"site 0": "CCSP 0"}))


def test_where_nobody_else_is_left_or_too_few_cases_it_is_said():
    names = {f"site {i}": f"CCSP {i}" for i in range(2)}
    alone = signal(
        follow(CODE, shares(fallen(40, by=40, since=1)), LAST, {"nation": [0]})["nation"], LAST
    )
    assert alone.variation == Variation.ALERT and gap_origin(alone, names) == ""
    both = signal(
        follow(CODE, shares(fallen(40, by=40, since=1, sites=2)), LAST, {"n": [0, 1]})["n"], LAST
    )
    assert both.causes == ("site 0",) and "Sans compter le CCSP 0" in gap_origin(both, names)
    series = counted(
        CODE,
        np.vstack([np.r_[np.full(39, 300), 150], np.r_[np.full(39, 3), 3]]),
        np.vstack([np.full(40, 400), np.full(40, 4)]),
    )
    few = signal(follow(CODE, series, LAST, {"nation": [0, 1]})["nation"], LAST)
    assert few.causes == ("site 0",) and few.value_without_causes is None
    assert (
        plain(gap_origin(few, names)) == "Sans compter le CCSP 0 : trop peu de cas pour conclure."
    )
    fall = signal(
        follow(CODE, shares([[75.0] * 39 + [30], [75.0] * 39 + [30]]), LAST, {"n": [0, 1]})["n"],
        LAST,
    )
    assert plain(gap_origin(fall, names)) in {
        f"Seuls centres jugés : le CCSP {a} et le CCSP {b}." for a, b in ((0, 1), (1, 0))
    }


def test_of_waits_it_is_said_which_way_others_lie_and_no_value():
    """Their value would be on the curve's scale, not a median."""
    for change, said in ((0, "rien d'inhabituel"), (-0.3, "un écart dans l'autre sens")):
        random = np.random.default_rng(4)
        logs = 2.7 + 0.8 * random.standard_normal((4, 40, 300))
        logs[0, -1] += 3
        logs[1:, -1] += change
        charts = follow("wait_p50", waited(np.exp(logs)), LAST, {"nation": range(4)})
        one = signal(charts["nation"], LAST)
        assert plain(gap_origin(one, {"site 0": "CCSP 0"})) == f"Sans compter le CCSP 0 : {said}."


def test_sites_under_twelve_months_stand_outside_observed_and_expected():
    series = shares(np.full((3, 40), 75.0))
    for part in (series.numerator, series.denominator, series.value):
        part[2, :30] = np.nan
    series.numerator[2, 30:] = 0
    one = signal(follow(CODE, series, LAST, {"nation": range(3)})["nation"], LAST)
    assert one.young_sites == ("site 2",)
    # Whose cases are not in the value, which so differs from the card's.
    assert plain(value_beside_usual(one)).endswith(", dans les centres dont on connaît l'habitude")
    whole = signal(
        follow(CODE, shares(np.full((3, 40), 75.0)), LAST, {"nation": range(3)})["nation"], LAST
    )
    assert "dans les centres" not in value_beside_usual(whole)
    assert one.value == pytest.approx(75, abs=4) and one.variation == Variation.NO_SIGNAL


def test_twelve_months_on_one_side_propose_a_level_that_may_be_refused_or_accepted():
    series = shares(fallen(60, by=12, since=20))
    first = add_months(LAST, -19)
    free = follow(CODE, series, LAST)["site 0"]
    level = free.levels[-1]
    assert level.origin == Origin.PROPOSED and level.start == first
    assert level.in_force_from == add_months(first, 11)
    assert signal(free, LAST).variation == Variation.NO_SIGNAL
    refused = follow(CODE, series, LAST, marks={(CODE, "site 0"): [(first, REFUSED)]})["site 0"]
    assert [x.origin for x in refused.levels] == [Origin.FIRST]
    assert signal(refused, LAST).variation == Variation.ALERT
    assert refused.usual[-1] == pytest.approx(free.usual[0])
    accepted = follow(CODE, series, LAST, marks={(CODE, "site 0"): [(first, ACCEPTED)]})["site 0"]
    assert accepted.levels[-1].origin == Origin.ACCEPTED
    np.testing.assert_array_equal(accepted.rule, free.rule)
    before = add_months(first, 5)
    assert signal(free, before).level == free.levels[0], "as it was known then"


def test_a_level_that_somebody_set_begins_there():
    first = add_months(LAST, -13)
    marks = {(CODE, "site 0"): [(first, SET)]}
    chart = follow(CODE, shares(fallen(50, since=14)), LAST, marks=marks)["site 0"]
    assert (chart.levels[-1].start, chart.levels[-1].origin) == (first, Origin.SET)
    assert signal(chart, LAST).variation == Variation.NO_SIGNAL
    assert chart.usual[-1] == pytest.approx(55, abs=2)


def test_waits_are_judged_by_all_of_them_and_drawn_in_minutes():
    """+2 minutes on 15: the median of whole minutes hardly sees it (F6 of the notes)."""
    one = made("wait_p50", 15, 36, LAST, 4, shift=1.3, since=9, base=400)
    assert one.kind == ChartKind.WAIT and one.variation == Variation.ALERT
    assert one.usual == pytest.approx(15, rel=0.1)
    low, high = one.chart.limits
    assert low[-1] < one.usual < high[-1] < one.value * 1.1
    medians = one.chart.median
    assert value_with_state(one).startswith(
        f"{medians[-1]:.0f}"
    ) and "typique" not in value_with_state(one)
    assert (one.displayed_value, one.displayed_usual) == (medians[-1], np.median(medians[:-1]))
    few = waited(np.where(np.arange(20) < 5, 9, -1)[None, None, :].repeat(30, axis=1))
    assert signal(follow("wait_p50", few, LAST)["site 0"], LAST).variation == Variation.NO_DATA


@pytest.mark.parametrize("months", [13, 20, 40])
def test_what_was_usual_of_a_wait_stays_what_it_was_where_a_new_level_is_refused(months):
    """The limits rest on the months before; so does the median that stands beside the month's."""
    levels = np.r_[np.full(24, 15.0), np.full(months, 22.0)]
    generator = np.random.default_rng(3)
    minutes = generator.lognormal(np.log(levels)[:, None], 0.5, (len(levels), 80)).round()[None]
    first = add_months(LAST, 1 - months)
    marks = {("wait_p50", "site 0"): [(first, REFUSED)]}
    one = signal(follow("wait_p50", waited(minutes), LAST, marks=marks)["site 0"], LAST)
    assert one.is_signal and one.displayed_usual == pytest.approx(15, abs=1.5)


@pytest.mark.parametrize(
    "base, spread, said",
    [
        (11, 0.0, "dans ses variations habituelles"),
        (5_000, 14.0, "dans ses variations habituelles"),
    ],
)
def test_a_share_far_from_what_is_usual_and_no_signal_says_why(base, spread, said):
    """« comme d'habitude » beside 64 % where 87 are usual is a contradiction; few cases are blamed where they explain it."""
    found = set()
    for seed in range(30):
        generator = np.random.default_rng(seed)
        levels = np.clip(65 + spread * generator.standard_normal((1, 36)), 5, 95)
        one = signal(follow(CODE, shares(levels, base, seed), LAST)["site 0"], LAST)
        if (
            one.is_judged
            and not one.is_signal
            and abs(one.displayed_value - one.usual) > 0.15 * one.usual
        ):
            low, high = one.range
            assert low <= one.value <= high
            text = plain(value_with_state(one))
            why = re.search(r" d'habitude, ([^,]+) \(de [\d,]+(?: %)? à [\d,]+ %\)$", text)
            lasted = r"\), [67] mois de suite au-dess\w+ \(signal dès 8\)$"
            near = (
                one.kind != ChartKind.BY_QUARTER
                and len(run(one, -1 if one.value < one.usual else 1)) > 5
            )
            assert bool(re.search(lasted, plain(card_state(one)))) == near
            found.add(why[1])
    assert found == {said}


def test_few_events_are_taken_by_quarter_or_month_by_month_by_their_exact_tail():
    month = np.arange(60)
    rare = follow(
        "complaints_per_1000", counted("complaints_per_1000", [2 + month % 2], [[130] * 60]), LAST
    )
    quarter = rare["site 0"]
    assert quarter.kind == ChartKind.BY_QUARTER and len(quarter.months) < 22
    one = signal(quarter, LAST)
    assert plain(one.month_label) == "3ᵉ trimestre 2026", "the last that has ended"
    counts = np.array([month % 30 == 0]).astype(float)
    fewer = follow(
        "complaints_per_1000", counted("complaints_per_1000", counts, [[130] * 60]), LAST
    )
    one = signal(fewer["site 0"], LAST)
    assert fewer["site 0"].kind == ChartKind.RARE and one.variation == Variation.NO_SIGNAL, (
        "29 months without a complaint on one side of the mean are no run"
    )
    counts[0, -1] = 3
    sudden = follow(
        "complaints_per_1000", counted("complaints_per_1000", counts, [[130] * 60]), LAST
    )
    assert signal(sudden["site 0"], LAST).variation == Variation.ALERT
    counts[0, -1] = 1
    single = follow(
        "complaints_per_1000", counted("complaints_per_1000", counts, [[130] * 60]), LAST
    )
    assert signal(single["site 0"], LAST).variation == Variation.NO_SIGNAL


def test_a_whole_with_few_events_is_judged_by_its_exact_tail():
    """Four sites with 0.4 complaints a month between them: by z alone, two at once would be a signal."""
    counts = np.zeros((4, 60))
    counts[np.arange(24) % 4, np.arange(24) * 2] = 1
    counts[0, -1] = 2
    aggregates = {"nation": range(4)}

    def of_nation() -> Signal:
        series = counted("complaints_per_1000", counts, np.full(counts.shape, 100.0))
        return signal(follow("complaints_per_1000", series, LAST, aggregates)["nation"], LAST)

    assert of_nation().variation == Variation.NO_SIGNAL
    counts[0, -1] = 5
    assert of_nation().variation == Variation.ALERT and of_nation().rule == OUTSIDE


def test_a_month_is_said_before_the_quarter_of_what_is_rare():
    of_a_month = signal(follow(CODE, shares(np.full((1, 40), 80.0)), LAST)["site 0"], LAST)
    rare = counted("complaints_per_1000", [2 + np.arange(60) % 2], [[130] * 60])
    of_a_quarter = signal(follow("complaints_per_1000", rare, LAST)["site 0"], LAST)
    assert of_a_quarter.kind == ChartKind.BY_QUARTER
    said = plain(months_in_words([of_a_quarter, of_a_month, of_a_month]))
    assert (
        said
        == f"{of_a_month.month_in_words} ({of_a_quarter.month_in_words} pour les chiffres qui ont peu de cas par mois)"
    )
    assert (
        months_in_words([of_a_quarter]) == of_a_quarter.month_in_words and months_in_words([]) == ""
    )


def test_volumes_have_a_season_and_no_signal_before_forty_months():
    per_day = 20 * np.exp(0.4 * np.sin(np.arange(60) * np.pi / 6))
    visits = np.random.default_rng(2).poisson(np.tile(per_day, (4, 1)) * 20).astype(float)
    visits[0, -1] *= 0.6
    series = counted("visits_per_day", visits, np.full(visits.shape, 20.0))
    aggregates = {"nation": range(4)}
    one, calm = (
        signal(follow("visits_per_day", series, LAST, aggregates)[s], LAST)
        for s in ("site 0", "site 1")
    )
    assert one.variation == Variation.NEUTRAL and one.rule == OUTSIDE
    assert calm.variation == Variation.NO_SIGNAL
    assert " en octobre 2026 : " in plain(verdict(one))
    assert re.search(
        r"^[\d,]+ par jour, contre [\d,]+ d'habitude en cette saison \(changement\)$",
        plain(value_with_state(one)),
    )
    assert re.search(
        r"^[\d,]+ par jour, rien d'inhabituel \([\d,]+ d'habitude en cette saison\)$",
        plain(value_with_state(calm)),
    )
    followed = follow("visits_per_day", series, LAST, aggregates)
    for scope, compared in (("site 0", True), ("nation", False)):
        early = signal(followed[scope], add_months(LAST, -30))
        assert early.variation == Variation.TOO_FEW
        assert "par jour en avril 2024" in verdict(early)
        # Of several sites not the same ones may be known of both months.
        assert ("le même mois un an avant" in verdict(early)) == compared


def test_the_volume_of_a_whole_is_in_the_measure_of_the_card():
    visits = np.random.default_rng(3).poisson(400, (3, 50)).astype(float)
    days = np.full(visits.shape, 20.0)
    days[2] = 10
    chart = follow(
        "visits_per_day", counted("visits_per_day", visits, days), LAST, {"n": range(3)}
    )["n"]
    assert chart.values[-1] == pytest.approx(visits[:, -1].sum() / 50)
    low, high = chart.limits
    assert low[-1] < chart.values[-1] < high[-1]


def test_a_measure_of_a_whole_is_not_judged():
    series = measured("wait_p90", np.full((3, 40), 45.0))
    found = follow("wait_p90", series, LAST, {"nation": range(3)})
    assert set(found) == {"site 0", "site 1", "site 2"}


def test_courses_come_in_the_order_of_the_registry():
    months = tuple(add_months(LAST, i - 29) for i in range(30))
    of = {"complaints_per_1000": counted("complaints_per_1000", [[9] * 30], [[300] * 30])}
    of |= {CODE: shares(np.full((1, 30), 75.0)), "wait_p50": waited(np.full((1, 30, 20), 15))}
    found = judge(MonthlySeries(("a",), months, of, np.full((1, 30), 20.0)), {"nation": [0]}, {})
    wanted = [c for c in CHARTED if c in of]
    assert list(found["a"]) == wanted == list(found["nation"])


@pytest.mark.parametrize(
    ("code", "shift", "beside", "text"),
    [
        (CODE, 1.3, 90, "en hausse par rapport à son habitude ; encore sous l'ensemble (90 %)"),
        (CODE, 1.3, 40, "en hausse par rapport à son habitude"),
        (
            CODE,
            0.7,
            40,
            "en baisse par rapport à son habitude ; encore au-dessus de l'ensemble (40 %)",
        ),
        (CODE, 1, 40, ""),
    ],
)
def test_a_site_that_moved_is_set_beside_the_whole(code, shift, beside, text):
    one = made(code, 65, 40, LAST, 2, shift=shift, since=1)
    whole = signal(follow(code, shares(np.full((1, 40), beside), base=10**6), LAST)["site 0"], LAST)
    assert plain(beside_aggregate(one, whole)) == text
    assert plain(beside_aggregate(one, None)) == text.split(" ;")[0]


def test_runs_are_said_as_runs():
    one = made(CODE, 75, 45, LAST, 9, shift=0.93, since=9, base=300)
    assert one.rule == ON_ONE_SIDE
    assert "huit mois ou plus de suite au-dessous de l'habitude" in verdict(one)


def test_a_month_beyond_its_limits_is_graver_than_a_run_of_what_people_feel_more():
    run = made(CODE, 75, 45, LAST, 9, shift=0.93, since=9, base=300)
    beyond = made("completeness", 95, 40, LAST, 3, shift=0.5, since=1)
    left = made("left", 5, 40, LAST, 3, shift=4, since=1)
    assert (run.rule, beyond.rule, left.rule) == (ON_ONE_SIDE, OUTSIDE, OUTSIDE)
    assert sorted((run, beyond, left), key=rank) == [left, beyond, run]


def test_a_headline_says_the_wait_with_one_colon_and_no_word_of_the_method():
    text = plain(verdict(made("wait_p50", 18, 40, LAST, 3, shift=1.6), limits=False))
    assert text.startswith("Attente médiane en octobre 2026 : ") and text.count(":") == 1
    assert "min d'habitude (alerte)" in text and "typique" not in text


@pytest.mark.parametrize("sites, fall", [(3, 15), (24, 30)])
def test_a_lasting_fall_of_one_site_never_becomes_an_improvement_of_the_whole(sites, fall):
    """The whole took a level of its own, then its site took one too: the fall counted twice, and in months 19 to 23 the whole was
    « en amélioration » in two networks of three."""
    worse, better = [], []
    for seed in range(12):
        random = np.random.default_rng(seed)
        levels = np.repeat(random.uniform(70, 85, (sites, 1)), 76, axis=1)
        levels[0, 46:] -= fall
        base = np.full(levels.shape, 400)
        series = counted(CODE, random.binomial(base, levels / 100), base)
        side = follow(CODE, series, LAST, {"nation": range(sites)})["nation"].side
        worse.append((side[46:56] < 0).any())
        better.append(side[58:76] > 0)
    assert np.mean(worse) == 1, "the fall itself is told"
    assert np.mean(better) < 0.08


def test_a_whole_that_moves_with_all_its_sites_keeps_the_level_that_it_took():
    """A rise of 4 points that no site shows for itself is a level of the whole, and ordinary from then on."""
    random = np.random.default_rng(5)
    levels = np.full((24, 84), 75.0)
    levels[:, 46:] += 4
    base = np.full(levels.shape, 150)
    series = counted(CODE, random.binomial(base, levels / 100), base)
    chart = follow(CODE, series, LAST, {"nation": range(24)})["nation"]
    assert (chart.side[46:57] > 0).all() and chart.levels[-1].origin == Origin.PROPOSED
    assert (chart.side[58:] != 0).mean() < 0.2
    assert chart.usual[-1] == pytest.approx(79, abs=1)


@pytest.mark.parametrize(
    ("code", "level"), [("wait_within_30", 75), ("left", 3), ("complaints_open", 2)]
)
def test_a_whole_of_one_site_is_judged_as_that_site_is(code, level):
    r, months, base = np.random.default_rng(8), 48, 150
    if code == "complaints_open":
        there = r.poisson(level, (2, months)).astype(float)
        series = Series(there, np.full(there.shape, np.nan), there, there)
    else:
        shares_ = r.binomial(base, level / 100, (2, months))
        series = counted(code, shares_, np.full(shares_.shape, base))
    found = follow(code, series, LAST, {"Mono": [1]})
    site, whole = (signal(found[scope], LAST) for scope in ("site 1", "Mono"))
    assert whole.chart.kind == site.chart.kind and whole.scope == "Mono"
    assert (whole.latest, whole.displayed_usual, whole.rule) == (
        site.latest,
        site.displayed_usual,
        site.rule,
    )
    for one, other in zip(whole.chart.limits, site.chart.limits, strict=True):
        np.testing.assert_array_equal(one, other)
    marked = follow(code, series, LAST, {"Mono": [1]}, {(code, "Mono"): [(LAST, SET)]})
    assert marked["Mono"].scope == "Mono", "a level that was noted for it alone is its own"
