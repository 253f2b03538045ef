"""Quality rules: complete entries, wrong about honest sites and right about planted faults as often as they say, on small
registers what they mean row by row, and words that accuse nobody."""

import math
import os
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dashboard.indicators import INDICATORS
from dashboard.judgement import quality_finders, quality_sentences
from dashboard.judgement.quality_evidence import Finding, marks
from dashboard.judgement.quality_rules import (
    BY_KEY,
    RULES,
    About,
    evidence_rows,
    find_all,
    rules_for,
)
from dashboard.period import day_number
from dashboard.statistics import plausibility
from tests.benchmarks import quality_rules as trial
from tests.benchmarks import quality_shapes

YEARS = 3_000 if os.environ.get("CHANCE") else 400
SPACE = "\N{NO-BREAK SPACE}"
ALWAYS = 0, day_number(date(2100, 1, 1))


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.key)
def test_a_rule_says_everything_about_itself_and_accuses_nobody(rule):
    words = (rule.title, rule.one, rule.many, rule.method, rule.to_do, rule.planted, *rule.columns)
    assert all(words) and rule.about
    assert not re.search(
        r"fraud|trich|faux|falsifi|mensong|coupable|suspect", " ".join(words), re.I
    )
    assert (rule.which is None) != (rule.rows is None)
    assert rule.key in trial.PLANTS
    assert rule.false_alarms < 50 and rule.found > 0.4


def test_every_rule_has_one_entry_and_puts_some_figure_in_question():
    assert len({rule.key for rule in RULES}) == len(RULES) == len(trial.PLANTS)
    of_all = {i.code: {rule.key for rule in rules_for(i.code)} for i in INDICATORS}
    assert set().union(*of_all.values()) == set(BY_KEY)
    assert "long_waits" in of_all["wait_p50"] and "long_waits" not in of_all["visits"]
    assert "all_satisfied" in of_all["satisfaction"] and "all_satisfied" not in of_all["wait_p50"]
    assert of_all["completeness"] == {"declared"}
    assert {code for code, keys in of_all.items() if not keys} == {
        i.code for i in INDICATORS if i.register == "complaints"
    }
    assert {about for rule in RULES for about in rule.about} == set(About)


@pytest.fixture(scope="module")
def rates() -> dict[str, trial.Rate]:
    """Years of other sites than those that are printed."""
    return trial.simulate(YEARS, trial.SEED + 3)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.key)
def test_a_rule_is_wrong_and_right_as_often_as_it_says(rule, rates):
    rate = rates[rule.key]
    one = 100 / YEARS  # a finding more or less: what is known of a rule that made none
    both = math.sqrt(2) * max(rate.false_alarms_error, one)
    assert rate.false_alarms == pytest.approx(rule.false_alarms, abs=3 * both)
    spread = max(rule.found * (1 - rule.found), 1 / YEARS)
    assert rate.found == pytest.approx(rule.found, abs=3 * math.sqrt(2 * spread / YEARS))


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [("LONG", 0.2, "long_waits"), ("GAP", 1, "declared"), ("RARE", 1e-2, "sudden_zero")],
)
def test_another_rule_has_other_rates(name, value, key, monkeypatch):
    """The check sees a rule that is not the one in use."""
    monkeypatch.setattr(quality_finders, name, value)
    rate, rule = trial.simulate(150, trial.SEED + 2, [key])[key], BY_KEY[key]
    both = math.sqrt(2) * max(rate.false_alarms_error, 100 / 150)
    assert rate.false_alarms > rule.false_alarms + 3 * both


@pytest.mark.parametrize("shape", quality_shapes.SHAPES)
def test_an_honest_site_of_another_shape_is_found_at_fault_no_more_often(shape):
    """Whole hours are rounded minutes, which is true of them, and nothing else."""
    years = 60
    found = quality_shapes.false_alarms(quality_shapes.SHAPES[shape], years)
    is_rounded = "hours" in shape or "minutes" in shape
    assert (found.pop("digits") > 100) == is_rounded
    for key, rate in found.items():
        # Twice what is said of the usual shape, and three standard errors of a count.
        limit = 2 * BY_KEY[key].false_alarms
        assert rate <= limit + 3 * math.sqrt(100 / years * max(limit, 100 / years)), key


def test_a_register_of_whole_hours_that_is_there_twice_is_still_found():
    """A week of a busy site, every row of it again under another reference."""
    random, found = np.random.default_rng(11), 0
    for _ in range(20):
        site = quality_shapes.rounded_to(60)(trial.honest(random))
        twice = trial.evidence(trial.handed_in_twice(random, site))
        found += any(finding.rule == "copies" for finding in find_all(twice))
    assert found >= 15


# --- on small registers ---------------------------------------------------------------------------------------------
@pytest.fixture
def register() -> trial.Register:
    """A site of some thirty users a day, honest."""
    for seed in range(100):
        found = trial.honest(np.random.default_rng(seed))
        if 25 < len(found.rows.day) / found.is_open.sum() < 35 and not list(
            find_all(trial.evidence(found))
        ):
            return found
    raise AssertionError("no such site among a hundred")


def test_copies_are_the_rows_that_came_second_and_no_others(register):
    random = np.random.default_rng(5)
    planted = trial.evidence(trial.handed_in_twice(random, register))
    finding, other = sorted(find_all(planted), key=lambda f: f.rule)
    assert (finding.rule, other.rule) == ("copies", "declared")  # the closings had them once
    rows = evidence_rows(planted, finding)
    assert len(rows) == finding.count
    of_days = np.isin(register.rows.day, finding.days)
    assert finding.count == int((of_days & register.rows.is_timed).sum())


def test_a_row_has_a_mark_of_its_own_even_among_equal_ones_and_keeps_it(register):
    planted = trial.evidence(trial.handed_in_twice(np.random.default_rng(5), register))
    (finding,) = BY_KEY["copies"].find(planted)
    rows = evidence_rows(planted, finding)
    known = marks(finding, rows)
    assert len(set(known)) == len(rows)
    assert marks(finding, rows[1:]) == known[1:]
    assert set(marks(finding, [rows[0], rows[0]])) > {known[0]}
    assert set(marks(replace(finding, count=0), rows)) == set(known)
    assert not set(marks(replace(finding, rule="long_waits"), rows)) & set(known)


@pytest.mark.parametrize("key", trial.PLANTS)
def test_a_finding_counts_the_rows_that_it_shows(key):
    """Of a quarter's sums, the rows are months or digits."""
    seen = 0
    for seed in range(12):
        random = np.random.default_rng(seed)
        planted = trial.evidence(trial.PLANTS[key](random, trial.honest(random)))
        for finding in BY_KEY[key].find(planted):
            rows = evidence_rows(planted, finding)
            seen += 1
            assert all(len(row.cells) == len(BY_KEY[key].columns) for row in rows)
            assert len(rows) == {"digits": 10, "all_satisfied": 3}.get(key, finding.count)
            assert all(finding.first <= row.day <= finding.last for row in rows if row.day)
    assert seen > 3


@pytest.mark.parametrize(
    ("arrivals", "same", "found"), [(20, 16, 16), (19, 19, 0), (20, 15, 0), (40, 40, 40)]
)
def test_arrivals_are_to_be_checked_where_four_of_five_are_at_one_minute(
    register, arrivals, same, found
):
    """Of twenty or more; those whose hour is not known are none of them."""
    rows = register.rows
    mine = np.flatnonzero((rows.day >= trial.STARTS[-1]) & rows.is_timed)
    arrived = rows.arrived.copy()
    arrived[rows.day >= trial.STARTS[-1]] = -1
    arrived[mine[:arrivals]] = 600 + np.arange(arrivals) % 37
    arrived[mine[:same]] = 480
    planted = trial.evidence(
        register.with_rows(arrived=arrived, called=np.maximum(rows.called, arrived))
    )
    checks = list(BY_KEY["same_minute"].find(planted))
    assert [one.count for one in checks] == [found] * bool(found)
    assert [one.detail.replace(SPACE, " ") for one in checks] == ["8 h"] * bool(found)


def test_days_without_anybody_are_named(register):
    days = register.is_open & (trial.DAYS >= trial.JUDGED + 100)
    closed = trial.DAYS[days][:3]
    planted = trial.evidence(register.where(~np.isin(register.rows.day, closed)))
    found = {f.rule: f for f in find_all(planted)}
    assert found["sudden_zero"].days == tuple(closed.tolist())
    assert [row.cells[0] for row in evidence_rows(planted, found["sudden_zero"])] == ["0"] * 3
    not_handed_in = replace(planted, is_known=planted.is_known & ~np.isin(trial.DAYS, closed))
    assert not {f.rule for f in find_all(not_handed_in)} & {"sudden_zero", "declared"}


def test_a_site_without_anything_and_one_with_a_single_visit_have_nothing_to_check(register):
    nothing = register.where(np.zeros(len(register.rows.day), dtype=bool))
    nothing = replace(nothing, declared=np.zeros_like(register.declared))
    assert find_all(trial.evidence(nothing)) == ()
    one = np.zeros(len(register.rows.day), dtype=bool)
    one[0] = True
    single = replace(register.where(one), declared=np.zeros_like(register.declared))
    assert find_all(trial.evidence(single)) == ()


# --- statistics -----------------------------------------------------------------------------------------------------
def test_the_score_of_digits_is_that_of_its_source():
    """Twenty percent of minutes rounded to five give some 14, thirty percent some 20 (notes of nipnTK)."""
    even = np.full(10, 100.0)
    assert plausibility.digit_preference(even, even) == 0
    for share, score in ((0.2, 13.3), (0.3, 20.0)):
        found = even * (1 - share)
        found[[0, 5]] += 1000 * share / 2
        assert plausibility.digit_preference(found, even) == pytest.approx(score, abs=0.2)


@pytest.mark.parametrize("median", [6, 12, 30])
def test_short_waits_are_no_preference_and_rounded_ones_are(median):
    random = np.random.default_rng(median)
    waits = np.exp(np.log(median) + 0.8 * random.standard_normal(20_000)).astype(int)
    honest = np.bincount(np.minimum(waits, 239), minlength=240)
    assert plausibility.digit_preference(*plausibility.expected_digits(honest)) < 5
    rounded = np.where(random.random(20_000) < 0.5, np.round(waits / 5).astype(int) * 5, waits)
    found = np.bincount(np.minimum(rounded, 239), minlength=240)
    assert plausibility.digit_preference(*plausibility.expected_digits(found)) > 25


def test_evenness_is_the_lower_tail_of_the_index_of_dispersion():
    random = np.random.default_rng(3)
    tails = np.array([plausibility.evenness(random.poisson(12, 22)) for _ in range(4_000)])
    assert (tails < 0.05).mean() == pytest.approx(0.05, abs=0.012)
    assert plausibility.evenness(np.array([10, 11, 12, 13, 14] * 5)) < 0.001
    assert plausibility.evenness(np.array([])) == plausibility.evenness(np.zeros(20)) == 1


def test_a_zero_is_as_rare_as_the_days_before_say():
    poisson, uneven = plausibility.chance_of_zero(np.array([5.0, 5.0]), np.array([4.0, 30.0]))
    assert poisson == pytest.approx(math.exp(-5))
    assert uneven == pytest.approx((1 + 5 * 1.0) ** -1.0)  # of a dispersion of 1
    number, mean, variance = plausibility.before(np.array([2.0, 4.0, 6.0, 8.0]), 2)
    assert number.tolist() == [0, 1, 2, 2] and mean.tolist() == [0, 2, 3, 5]
    assert variance.tolist() == [0, 0, 2, 2]


# --- words ----------------------------------------------------------------------------------------------------------
def finding(rule: str, count: int, first: str = "2026-10-01", last: str = "2026-10-31") -> Finding:
    days = (day_number(date.fromisoformat(d)) for d in (first, last))
    return Finding(rule, *days, count)


def test_the_trust_line_names_the_three_most_and_says_how_many_more():
    said = quality_sentences.trust_words(
        [
            finding("long_waits", 1),
            finding("long_waits", 2),
            finding("declared", 12),
            finding("copies", 5),
            finding("evenness", 2),
            finding("sudden_zero", 1),
        ],
        4,
        ALWAYS,
    ).replace(SPACE, " ")
    assert said == (
        "à vérifier : 12 jours où clôture et registre diffèrent nettement, 5 lignes qui en répètent d'autres, 3 attentes de"
        " 4 heures ou plus, 2 autres constats (4 centres)"
    )
    assert quality_sentences.trust_words([], 0, ALWAYS) == ""
    one = quality_sentences.trust_words([finding("declared", 1)], 1, ALWAYS)
    assert (
        one.replace(SPACE, " ") == "à vérifier : 1 jour où clôture et registre diffèrent nettement"
    )


def test_the_trust_line_of_a_month_says_of_which_quarter_a_sum_is():
    """The figure has 121 waits of November, the finding 296 of a quarter."""
    quarter = Finding("digits", day_number(date(2026, 7, 1)), day_number(date(2026, 9, 30)), 296)
    month = day_number(date(2026, 8, 1)), day_number(date(2026, 8, 31))
    said = quality_sentences.trust_words([quarter], 1, month).replace(SPACE, " ")
    assert (
        said
        == "à vérifier : 296 attentes d'un trimestre aux minutes arrondies (de juillet à septembre 2026)"
    )
    whole = quality_sentences.trust_words([quarter], 1, ALWAYS).replace(SPACE, " ")
    assert whole == "à vérifier : 296 attentes d'un trimestre aux minutes arrondies"


def test_a_service_is_not_said_to_have_vanished_from_a_month_of_which_the_site_handed_in_a_part(
    register,
):
    planted = trial.evidence(trial.renamed(np.random.default_rng(3), register))
    (finding,) = BY_KEY["vanished_service"].find(planted)
    inside = np.isin(trial.DAYS, np.arange(finding.first + 20, finding.last + 1))
    stopped = replace(planted, is_known=planted.is_known & ~inside)
    assert not list(BY_KEY["vanished_service"].find(stopped))


def test_a_sum_of_a_quarter_is_to_be_checked_once_the_quarter_is_over(register):
    """Each day of a running one would bring it back."""
    planted = trial.evidence(trial.yes_always(np.random.default_rng(5), register))
    (finding,) = BY_KEY["all_satisfied"].find(planted)
    running = replace(planted, whole_until=finding.last - 10)
    assert not list(BY_KEY["all_satisfied"].find(running))


def test_a_check_of_even_days_stays_when_their_closings_come(register):
    planted = trial.evidence(trial.invented(np.random.default_rng(5), register))
    (finding,) = BY_KEY["evenness"].find(planted)
    before = marks(finding, evidence_rows(planted, finding))
    later = replace(planted, declared=planted.declared + 1)
    assert marks(finding, evidence_rows(later, finding)) == before


def test_a_small_site_where_nobody_waits_is_not_asked_about_it(register):
    """Two come a day, and each is called at once; where thirty do, some have to wait."""
    none = register.with_rows(called=register.rows.arrived.copy())
    few = quality_shapes.share_of(1 / 15)(none)
    assert not list(BY_KEY["zero_waits"].find(trial.evidence(few)))
    assert list(BY_KEY["zero_waits"].find(trial.evidence(none)))


def test_when_is_said_in_months_or_in_days():
    when = quality_sentences.when_in_words
    assert when(finding("declared", 1)) == "octobre 2026"
    assert when(finding("digits", 1, "2026-07-01", "2026-09-30")) == "de juillet à septembre 2026"
    assert (
        when(finding("digits", 1, "2025-12-01", "2026-02-28")) == "de décembre 2025 à février 2026"
    )
    assert when(finding("sudden_zero", 1, "2026-10-05", "2026-10-05")) == "le 05/10/2026"
    assert (
        when(finding("sudden_zero", 2, "2026-10-05", "2026-10-06")) == "du 05/10/2026 au 06/10/2026"
    )
