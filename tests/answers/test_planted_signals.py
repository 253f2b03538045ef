"""What a minister would want to be told, planted in invented registers: answers that come late, a burst of complaints, and what
is none of them; found, by whom and in which words."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest

from dashboard import french
from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context, control_charts, headlines, opening_answers, signals
from dashboard.answers.expected_false_alarms import false_alarm_budget
from dashboard.answers.monthly_series import by_month
from dashboard.answers.question import Question
from dashboard.judgement.change_dates import since_at_least
from dashboard.judgement.control_charts import ControlChart
from dashboard.judgement.signal_sentences import card_state, verdict
from dashboard.judgement.signals import Signal
from dashboard.period import add_months, month_end
from dashboard.statistics.variation import ChartKind, Variation
from tests.builders import NIKKI, Office, complaint, visit

PARAKOU = "gsru-parakou"
FIRST, MONTHS = date(2023, 10, 1), 37  # to October 2026
OCTOBER = Question(date(2026, 10, 1), date(2026, 10, 31))
PLAIN = str.maketrans("\xa0\u202f", "  ")


def register_of_visits(office: Office, site: str, a_day: int) -> None:
    """So many visits on each weekday of these months, and of some days after them."""
    days = [FIRST + timedelta(n) for n in range((date(2026, 11, 20) - FIRST).days)]
    office.hand_in(
        "registre",
        *[
            visit(site, day.isoformat(), ref=f"{day} {n}")
            for day in days
            if day.weekday() < 5
            for n in range(a_day)
        ],
    )


def register_of_complaints(
    office: Office, site: str, counts: Sequence[int], unanswered: Sequence[int]
) -> None:
    """So many complaints in each month, all answered after nine days but so many of them, which are not."""
    lines = []
    for n, (many, left) in enumerate(zip(counts, unanswered, strict=True)):
        month = add_months(FIRST, n)
        for k in range(many):
            day = month + timedelta(2 + 25 * k // max(many, 1))
            answered = "" if k >= many - left else (day + timedelta(9)).isoformat()
            lines.append(complaint(f"{site} {month} {k}", site, day.isoformat(), answered))
    end = date(2026, 11, 20).isoformat()
    lines.append(complaint(f"{site} end", site, end))
    office.hand_in("plaintes", *lines)


def signal_of(scope: str, code: str) -> Signal:
    """The signal of a series in October."""
    return control_charts.signals(LOCAL_READER, [scope], OCTOBER.last)[scope][code]


def charts_of(scope: str) -> Mapping[str, ControlChart]:
    """The control charts of a scope."""
    return control_charts.control_charts(context.view(LOCAL_READER))[scope]


def worse() -> str:
    """The answer to what gets worse."""
    (found,) = [r for r in opening_answers.replies(LOCAL_READER, OCTOBER) if r.page == "signaux"]
    return found.text.translate(PLAIN)


@pytest.fixture
def late(asked: Office) -> Office:
    """Two years in which nearly all complaints are answered, then a year in which half are not."""
    register_of_visits(asked, PARAKOU, 2)
    counts = [3, 4, 3] * 12 + [3]
    register_of_complaints(asked, PARAKOU, counts, [n in (5, 14, 20) for n in range(25)] + [2] * 12)
    return asked


def test_answers_that_come_late_are_an_alert_although_no_month_is(late):
    found = signal_of(PARAKOU, "complaints_30d_due")
    assert (found.variation, found.kind) == (Variation.ALERT, ChartKind.YEAR)
    assert found.chart.n[found.position] == 40, "twelve months of complaints that are due"
    said = card_state(found).translate(PLAIN)
    assert said.startswith("alerte ; sur douze mois, jusqu'en septembre : ")
    assert " auparavant, hors de ses variations habituelles" in said
    waiting = signal_of(PARAKOU, "complaints_open")
    assert (waiting.variation, waiting.kind) == (Variation.ALERT, ChartKind.STOCK)
    assert card_state(waiting).translate(PLAIN).startswith("alerte ; fin octobre : 27, contre ")
    assert signal_of(PARAKOU, "complaints_late").variation == Variation.ALERT
    assert worse().startswith(
        "Parakou (GSRU) plaintes traitées à temps sur douze mois : 45 %, contre 96 % auparavant"
        " (hors de ses variations habituelles) ; aussi davantage de plaintes en cours"
    )
    assert "Parakou" in headlines.alerts(LOCAL_READER, OCTOBER)
    shown = signals.signals(LOCAL_READER, OCTOBER)
    assert {row[1].text for row in shown.table.rows} >= {
        "Plaintes traitées à temps",
        "Plaintes en cours",
        "Plaintes en retard",
    }


def test_the_department_and_the_nation_say_it_too(late):
    for scope in ("Borgou", "nation"):
        found = signal_of(scope, "complaints_30d_due")
        assert (found.variation, found.kind) == (Variation.ALERT, ChartKind.YEAR), scope
        assert signal_of(scope, "complaints_open").variation == Variation.ALERT, scope


def test_its_curve_and_table_are_those_of_the_twelve_months(late):
    panel = by_month(
        LOCAL_READER, Question(OCTOBER.first, OCTOBER.last, site=PARAKOU), "complaints_30d_due", "k"
    )
    assert "sur douze mois" in panel.finding and "auparavant" in panel.finding
    assert "deux ans d'avant" in panel.trust_line
    assert any(row[-1].text == "40" for row in panel.table.rows)


def test_every_complaint_answered_is_no_alert(asked):
    register_of_visits(asked, PARAKOU, 2)
    register_of_complaints(
        asked, PARAKOU, [3, 4, 3] * 12 + [3], [n in (5, 14, 20, 27, 33) for n in range(37)]
    )
    for code in ("complaints_30d_due", "complaints_open", "complaints_late"):
        assert not signal_of(PARAKOU, code).is_signal, (code, verdict(signal_of(PARAKOU, code)))
    assert "Parakou" not in worse()


def test_a_burst_does_not_wait_for_the_quarter_s_end(asked):
    register_of_visits(asked, NIKKI, 5)
    register_of_complaints(asked, NIKKI, [3, 2, 4, 3] * 9 + [15], [0] * 37)
    found = signal_of(NIKKI, "complaints_per_1000")
    assert (found.variation, found.kind) == (Variation.ALERT, ChartKind.RARE)
    assert found.latest == OCTOBER.first
    assert card_state(found).translate(PLAIN).startswith("alerte ; octobre seul : ")
    quarters = charts_of(NIKKI)["complaints_per_1000"]
    assert quarters.kind == ChartKind.BY_QUARTER
    assert month_end(add_months(quarters.months[-1], 2)) < OCTOBER.first, "October's has not ended"
    assert "Nikki" in worse()


def test_chance_is_counted_for_each_way_in_which_a_series_is_judged(asked):
    register_of_visits(asked, NIKKI, 5)
    register_of_complaints(asked, NIKKI, [3, 2, 4, 3] * 9 + [3], [0] * 37)
    one = false_alarm_budget(LOCAL_READER, OCTOBER, ("complaints_per_1000",))
    assert one.series == 1
    charts = charts_of(NIKKI)["complaints_per_1000"]
    assert {c.kind for c in charts.beside} == {ChartKind.RARE, ChartKind.YEAR}
    assert one.expected >= next(c for c in charts.beside if c.kind == ChartKind.YEAR).chance > 0


def test_what_piles_up_is_dated_no_later_than_its_first_alert(asked):
    """Nothing is answered from January 2026 on: the date does not move on with the pile."""
    register_of_visits(asked, PARAKOU, 2)
    counts = [4] * MONTHS
    register_of_complaints(asked, PARAKOU, counts, [0] * 27 + [4] * 10)
    found = signal_of(PARAKOU, "complaints_open")
    flagged = [m for m, side in zip(found.chart.months, found.chart.side, strict=True) if side]
    assert found.variation == Variation.ALERT and flagged[0] <= date(2026, 4, 1)
    said = since_at_least(found)
    months = [french.month_label(add_months(date(2026, 1, 1), n)) for n in range(-2, 4)]
    assert said.removeprefix("depuis ") in months, said
    assert signal_of(PARAKOU, "complaints_30d_due").variation == Variation.ALERT
