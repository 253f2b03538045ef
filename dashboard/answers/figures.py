"""Figures: every indicator of a question, by key; beside a year before; by month.

Before: `db.facts.gather` and `dashboard.indicators.base.compute`. After: the module of each subject; `cards` for headlines.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dashboard.answers.question import Question
from dashboard.answers.view import Asker, View, answer, engine, quick
from dashboard.indicators import INDICATORS, Figure, compute
from dashboard.period import ONE_DAY, Period, add_months, month_end
from db.facts import comparable, gather

Figures = Mapping[str, Mapping[str, Figure]]  # key, then indicator


@quick
def figures(view: View, question: Question, by: str) -> Figures:
    """Every indicator by key."""
    return of_sites(view, view.sites(question), question, by)


@answer
def of_sites(view: View, chosen: frozenset[str] | str, question: Question, by: str) -> Figures:
    """The same of these sites alone, which a view gave."""
    facts = gather(
        engine(), chosen, question.first, question.last, by, question.service, ledger=view.book
    )
    by_key: dict[str, dict[str, Figure]] = {}
    for figure in compute(facts, INDICATORS):
        by_key.setdefault(figure.key, {})[figure.indicator] = figure
    return by_key


def whole(who: Asker, question: Question) -> Mapping[str, Figure]:
    """Every indicator of the question's whole."""
    return figures(who, question, "nation")["nation"]


@dataclass(frozen=True)
class Comparison:
    """The same figures now and a year before, at the sites that reported both times."""

    now: Mapping[str, Figure]
    before: Mapping[str, Figure]
    period: Period
    sites: int
    same_sites: bool  # whether these are all the sites that report now


@answer
def comparison(view: View, question: Question) -> Comparison | None:
    """The question's figures beside the same days a year before; None where no site reported both times."""
    scope = view.facts(question)
    both, before = comparable(scope)
    if not both:
        return None
    now = whole(view, question)
    same = now["visits"].sites_reporting == len(both)
    if not same:
        now = of_sites(view, frozenset(both), replace(question, last=scope.last), "nation")[
            "nation"
        ]
    earlier = of_sites(view, frozenset(both), question.over(before), "nation")["nation"]
    return Comparison(now, earlier, before, len(both), same)


MONTHS = 25  # of a trend, at most


@quick
def trend(view: View, question: Question, months: int = 13) -> Figures:
    """Every indicator by month, over the last whole months of the question: a month half over would look like a fall."""
    last = min(question.last, view.book.as_of or question.last)
    if last != month_end(last):
        last = last.replace(day=1) - ONE_DAY
    # The longest is asked for, and serves those who want fewer of its months.
    by_month = figures(
        view,
        replace(question, first=add_months(last.replace(day=1), 1 - MONTHS), last=last),
        "month",
    )
    return {month: by_month[month] for month in sorted(by_month)[-months:]}
