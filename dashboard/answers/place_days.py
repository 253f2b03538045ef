"""The figures of a place day by day, read: what chance may have done to them is seen there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from dashboard.answers.context import View, cached_by_weight
from dashboard.answers.network import until_data_date
from dashboard.answers.question import Question
from dashboard.indicators import INDICATORS
from dashboard.judgement.place_days import Complaints, PlaceDays
from dashboard.period import day_from_number
from dashboard.statistics.two_places import YEAR, DailyRatio, Kind
from db.day_facts import days_of, gather_days, service_days
from db.shared_types import Facts

PER_INHABITANT = "visits_per_1000"  # whose cases are the same people each day, divided by the days
KINDS: Mapping[str, Kind] = {"percent": "share"}  # by unit; else a rate of events


@cached_by_weight(60)  # a year of waits is half a megabyte
def place_days(view: View, question: Question) -> PlaceDays:
    """The question's sites together, day by day: over its period, and what waits at the date of the data by the day on which it
    came in; of a shorter period, the year up to its end too."""
    scope = view.facts(question)
    days = days_of(scope)
    year = None
    if 0 < len(days) < YEAR:
        first = day_from_number(max(int(days[-1]) - YEAR + 1, view.network.origin))
        if first < scope.first:
            year = _per_period(
                _days(view, replace(question, first=first, last=scope.last)), len(days)
            )
    return replace(_days(view, question), before=year)


def _per_period(year: PlaceDays, days: int) -> PlaceDays:
    """The year, with inhabitants spread over so many days, as the period has them: else its months would seem to move twelve
    times as much as they do, beside a month's difference."""
    rate = year.ratios[PER_INHABITANT]
    cases = rate.cases * (len(year.days) / days)
    return replace(year, ratios={**year.ratios, PER_INHABITANT: replace(rate, cases=cases)})


def _days(view: View, question: Question) -> PlaceDays:
    """The question's sites together, day by day."""
    scope = view.facts(question)
    to_now = view.facts(replace(until_data_date(view, question), first=date.min))
    facts, now = gather_days(scope), gather_days(to_now, visits=False)
    ratios = {
        **_ratios(facts, is_current=False),
        **_ratios(now, is_current=True),
    }
    small = np.min_scalar_type(facts.waits.max(initial=0))
    services = service_days(scope) if question.service is None else {}
    return PlaceDays(
        ratios,
        facts.waits.astype(small),
        services,
        days_of(scope),
        days_of(to_now),
        _complaints(facts),
    )


def _complaints(facts: Facts) -> Complaints:
    """The complaints received on the days of the facts, as `measures.complaint_delay` takes them."""
    c = facts.complaints
    answered = (c["resolved"] >= 0) & (c["resolved"] <= np.minimum(c["known"], c["as_of"]))
    days = np.where(answered, c["resolved"], c["as_of"]) - c["received"]
    mine = (c["group"] >= 0) & (days >= 0)
    return Complaints(c["group"][mine], days[mine], answered[mine])


def _ratios(facts: Facts, *, is_current: bool) -> dict[str, DailyRatio]:
    """The days of each indicator that can be judged by its counts."""
    found = {}
    for i in INDICATORS:
        if i.more and i.is_current == is_current and i.unit not in ("minutes", "days"):
            m = i.measure(facts)
            events, cases = (np.nan_to_num(a.astype(float)) for a in (m.numerator, m.denominator))
            found[i.code] = DailyRatio(events, cases, KINDS.get(i.unit, "rate"))
    return found
