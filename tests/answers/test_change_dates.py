"""A change has a date in words, with the months among which it may lie; what has no clear date has none."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dashboard import french
from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import cards, monthly_series, signals
from dashboard.answers import change_dates as answers
from dashboard.answers.question import Question
from dashboard.answers.trust import scope_signals
from dashboard.judgement import change_dates as dates
from dashboard.judgement.change_dates import change_date_in_words
from dashboard.panel import Message
from dashboard.period import add_months, month_end, today
from dashboard.statistics.control_limits import OUTSIDE
from tests.builders import COVE, KANDI, NIKKI, waited
from tests.invented import Course, hand_in

MONTHS = [add_months(date(2025, 1, 1), n) for n in range(24)]
NOISE = np.random.default_rng(3).standard_normal(24)


def test_a_clear_step_has_one_month():
    assert (
        change_date_in_words(MONTHS, [10.0 + 9 * (n >= 17) + n % 2 for n in range(24)])
        == "depuis juin 2026"
    )


def test_a_step_in_noise_has_an_interval_that_holds_its_month():
    said = change_date_in_words(MONTHS, [float(10 + 2 * (n >= 17) + NOISE[n]) for n in range(24)])
    assert said is not None and said.startswith("depuis ") and " (entre " in said
    change = said.removeprefix("depuis ").split(" (")[0]
    assert change in ("mai 2026", "juin 2026", "juillet 2026")


def test_months_of_two_years_bear_their_years():
    said = change_date_in_words(MONTHS, [float(10 + 2.2 * (n >= 12) + NOISE[n]) for n in range(24)])
    assert said is not None and " 2025 et " in said


@pytest.mark.parametrize(
    "values",
    [
        [1.0] * 24,
        [1.0, np.nan, 2.0, 3.0, np.nan, 4.0],
        [],
        [float(v) for v in NOISE],
    ],
    ids=["same", "few", "none", "noise"],
)
def test_what_has_no_clear_date_has_none(values):
    assert change_date_in_words(MONTHS[: len(values)], values) is None


def test_missing_months_keep_their_place():
    values = [np.nan if n in (3, 9) else 10.0 + 9 * (n >= 17) + n % 2 for n in range(24)]
    assert change_date_in_words(MONTHS, values) == "depuis juin 2026"


def test_a_site_whose_waits_rose_says_since_when(asked):
    first = add_months(today().replace(day=1), -20)
    rise = add_months(first, 14)
    asked.hand_in(
        "registre",
        *[
            waited((40 if m >= rise else 10) + d % 4, site=KANDI, day=m.replace(day=d).isoformat())
            for m in (add_months(first, n) for n in range(20))
            for d in range(1, 29)
        ],
        # And no further: on the last day of a month this one would be whole, and without a visit.
        covers=(first, month_end(add_months(first, 19))),
    )
    question = Question(first, today(), site=KANDI)
    said = answers.changed_since(LOCAL_READER, question, "wait_p50")
    assert said.startswith("Attente médiane\xa0: signal d'alerte, depuis ")
    assert f"{rise.year}" in said
    curve = monthly_series.by_month(LOCAL_READER, question, "wait_p50", "mois")
    since = re.search(r"depuis \w+ \d{4}", said)[0]
    assert curve.finding.endswith(f" d'habitude (alerte), {since}"), "no word of the rule"
    assert f"au-dessus de ce que le hasard permet, {since}" in curve.trust_line, "one click below"
    assert curve.content.spec["layer"][-1]["encoding"]["y"]["title"] == (
        "attente typique, en minutes"
    )
    none = monthly_series.by_month(LOCAL_READER, question, "satisfaction", "mois")
    assert isinstance(none.content, Message), "no empty axes"
    assert none.finding.endswith("\xa0: satisfaction non renseignée"), "of no month: there are none"
    other = replace(question, site=NIKKI)
    none = monthly_series.by_month(LOCAL_READER, other, "wait_p50", "mois")
    assert none.finding.replace(french.SPACE, " ") == "Attente médiane : non remonté"
    assert none.content == Message(f"Il n'y a rien à tracer{french.SPACE}: non remonté.")
    assert answers.changed_since(LOCAL_READER, question, "visits_per_day") == ""
    assert answers.changed_since(LOCAL_READER, question, "satisfaction") == ""


def test_the_alert_of_a_whole_is_dated_by_the_one_site_behind_it(asked):
    """The network is outside its limits in October alone, and waits have grown at Kandi since June."""
    last = date(2026, 10, 1)
    network = {
        KANDI: Course(visits=12, wait=14, changes=(("wait", 1.35, 5), ("wait", 1.35, 1))),
        COVE: Course(visits=30),
        NIKKI: Course(visits=9),
    }
    hand_in(asked, network, last, 30, 5)
    year = Question(add_months(last, -11), month_end(last))
    code = "wait_within_30"
    own = scope_signals(LOCAL_READER, year)[code]
    assert own.is_signal and own.causes == (KANDI,) and not own.chart.rule[:-1][-4:].any()
    (card,) = cards.metrics(LOCAL_READER, year, (code,))
    said = "alerte, surtout à Kandi, en baisse depuis juin 2026\u00a0; octobre"
    assert f"à vérifier\u00a0; {said}" in card.second_line, "all arrive at eight here"
    assert ", hors de ses variations habituelles (de " in card.second_line
    curve = monthly_series.by_month(LOCAL_READER, year, code, "mois")
    assert curve.finding.endswith(" (alerte), surtout à Kandi, en baisse depuis juin 2026")
    assert ", surtout à Kandi, en baisse depuis juin 2026" in answers.changed_since(
        LOCAL_READER, year, code
    )
    kandi = Question(year.first, year.last, site=KANDI)
    (card,) = cards.metrics(LOCAL_READER, kandi, (code,))
    assert "\u00a0; alerte, en baisse depuis juin 2026\u00a0;" in card.second_line, (
        "of the site itself its name is no news"
    )
    listed = [cell.text for row in signals.signals(LOCAL_READER, year).table.rows for cell in row]
    assert "en baisse depuis juin 2026" in listed, "in its order, under « Depuis » too"


@pytest.mark.parametrize("rises", [(("wait", 1.6, 5), ("wait", 1.3, 2)), (("wait", 3.0, 3),)])
def test_months_within_their_limits_are_not_said_to_be_outside_them(asked, rises):
    """« hors de ses variations habituelles, depuis juin » where June is within: what lasts since then has its way."""
    last = date(2026, 10, 1)
    hand_in(asked, {KANDI: Course(visits=14, wait=14, changes=rises)}, last, 30, 5)
    kandi = Question(add_months(last, -11), month_end(last), site=KANDI)
    signals = scope_signals(LOCAL_READER, kandi)
    seen = 0
    for one in signals.values():
        since = dates.since_at_least(one)
        if one.rule != OUTSIDE or not since.startswith(("depuis ", "en hausse ", "en baisse ")):
            continue
        month = since.rpartition("depuis ")[2]
        begun = next(n for n, m in enumerate(one.chart.months) if french.month_label(m) == month)
        all_outside = (one.chart.side[begun : one.position + 1] == one.side).all()
        assert all_outside == since.startswith("depuis "), (one.indicator, since)
        seen += 1
    assert seen
