"""Month 61, and those after it: what was concluded of the sites, their departments and the network stays concluded."""

from datetime import date, timedelta

import numpy as np
import pytest

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context, control_charts, site_series
from dashboard.answers.monthly_series import DRAWN, by_month
from dashboard.answers.question import Question
from dashboard.period import add_months, month_end
from tests.builders import COVE, KANDI, NIKKI, closing, complaint, waited
from tests.judgement.test_signals_stay import given, lost

FIRST, MONTHS = date(2021, 5, 1), 66
SIXTIETH = add_months(FIRST, 59)
SILENT_FROM, HEARD_AGAIN = date(2026, 4, 25), date(2026, 5, 11)


def working_days(month: date) -> list[date]:
    days = (month + timedelta(days=n) for n in range(month_end(month).day))
    return [day for day in days if day.weekday() < 5]


def history(site: str, seed: int, since: date = FIRST) -> dict[date, dict[str, list[list]]]:
    """The registers of a site by month: waits, departures and complaints that change for good in the third year and for a month
    now and then; of the sixtieth month all is worse."""
    r = np.random.default_rng(seed)
    found = {}
    for n in range(MONTHS):
        month = add_months(FIRST, n)
        if month < since:
            continue
        bad = month == SIXTIETH or (n > 12 and r.random() < 0.08)
        level = 15 * (1.35 if n >= 30 else 1) * (3 if bad else 1)
        lines = [
            waited(
                int(level * np.exp(0.4 * r.standard_normal())),
                site=site,
                day=f"{day}",
                ref=f"{day}",
            )
            for day in working_days(month)
        ]
        complaints = []
        for k in range(6):
            received = month + timedelta(days=int(r.integers(0, 28)))
            after = 12 * (3 if bad else 1) * np.exp(0.6 * r.standard_normal())
            answered = received + timedelta(days=int(after))
            complaints.append((f"{site}-{n}-{k}", received, answered))
        closed = [closing(site=site, day=f"{day}") for day in working_days(month)]
        kept = closed[: len(closed) // (2 if bad else 1)]
        found[month] = {"registre": lines, "cloture": kept, "plaintes": complaints}
    return found


@pytest.fixture
def registers():
    """Three sites, of which one opens in the second year and one falls silent at the end of the sixtieth month."""
    whole = {
        KANDI: history(KANDI, 1),
        NIKKI: history(NIKKI, 2),
        COVE: history(COVE, 3, since=add_months(FIRST, 17)),
    }
    for month in (SIXTIETH, add_months(SIXTIETH, 1)):
        forms = whole[NIKKI][month]
        for form in ("registre", "cloture"):
            forms[form] = [
                line
                for line in forms[form]
                if not SILENT_FROM <= date.fromisoformat(line[1]) < HEARD_AGAIN
            ]
    return whole


def hand_in(asked, registers, months: list[date]) -> None:
    """Everything of some months; of complaints also the answers that came by their end to those of before."""
    end = month_end(months[-1])
    for form in ("registre", "cloture"):
        for of in registers.values():
            if lines := [x for m in months for x in of.get(m, {}).get(form, ())]:
                asked.hand_in(form, *lines)
    for site, of in registers.items():
        known = [one for m in sorted(of) if m <= months[-1] for one in of[m]["plaintes"]]
        rows = [
            complaint(
                ref,
                site=site,
                received=f"{received}",
                resolved=f"{answered}" if answered <= end else "",
            )
            for ref, received, answered in known
            if answered >= months[0] or received >= months[0]
        ]
        if rows:
            asked.hand_in("plaintes", *rows, covers=(months[0], end), sites=(site,))


def judged() -> dict:
    return control_charts.control_charts(context.view(LOCAL_READER))


def test_what_was_said_by_month_sixty_is_said_when_later_months_are_known(asked, registers):
    months = [add_months(FIRST, n) for n in range(MONTHS)]
    steps = [months[:45], months[45:59], *([month] for month in months[59:])]
    before: set = set()
    for step in steps:
        hand_in(asked, registers, step)
        charts = judged()
        assert not lost(charts, before)
        before |= set(given(charts))
    early = {(scope, code) for scope, code, first, *_ in before if first <= SIXTIETH}
    for scope in ("nation", "Borgou", KANDI, NIKKI):
        assert (scope, "wait_p50") in early
    assert {code for _, code in early} >= {"completeness", "complaints_30d_due", "complaint_delay"}
    nikki = {first for scope, code, first, *_ in before if (scope, code) == (NIKKI, "wait_p50")}
    assert SIXTIETH in nikki, (
        "its month was whole when it was judged, whatever days were silent later"
    )
    drawn = by_month(LOCAL_READER, Question(FIRST, month_end(months[-1])), "wait_p50", "x")
    assert len(drawn.table.rows) == DRAWN < len(charts["nation"]["wait_p50"].months)


def test_series_begin_with_the_first_month_that_was_handed_in(asked):
    for day in ("2024-03-04", "2026-10-30"):
        asked.hand_in("registre", waited(10, site=KANDI, day=day, ref=day))
    series = site_series.monthly_series(context.view(LOCAL_READER))
    assert (series.months[0], series.months[-1]) == (date(2024, 3, 1), date(2026, 10, 1))


@pytest.mark.parametrize(
    ("known", "settled"), [(date(2026, 3, 31), False), (date(2026, 4, 30), True)]
)
def test_a_month_of_complaints_is_judged_once_its_value_moves_no_more(asked, known, settled):
    """All are answered after twelve days: in March one does not know it yet of those of its end."""
    days = [d for month in (3, 4) for d in working_days(date(2026, month, 1)) if d <= known]
    asked.hand_in("registre", *(waited(9, site=KANDI, day=f"{d}", ref=f"{d}") for d in days))
    lines = []
    for day in (2, 6, 11, 17, 23, 27):
        received = date(2026, 3, day)
        answered = received + timedelta(days=12)
        resolved = f"{answered}" if answered <= known else ""
        lines.append(complaint(f"P{day}", site=KANDI, received=f"{received}", resolved=resolved))
    asked.hand_in("plaintes", *lines, covers=(date(2026, 3, 1), known), sites=(KANDI,))
    view = context.view(LOCAL_READER)
    series = site_series.monthly_series(view).by_indicator
    row = [p.code for p in view.network.places].index(KANDI)
    due, delay = series["complaints_30d_due"], series["complaint_delay"]
    assert delay.value[row, 0] == 12, "which is shown"
    assert (due.numerator[row, 0] == 6, bool(delay.is_partial[row, 0])) == (settled, not settled)
