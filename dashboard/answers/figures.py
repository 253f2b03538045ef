"""Figures: every indicator of a question, by key; beside a year before; by month.

Before: `db.facts.gather` and `dashboard.indicators.breakdown`. After: the module of each subject; `cards` for headlines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard.answers import small_counts_for_guests
from dashboard.answers.complaint_register import site_known_until
from dashboard.answers.context import Asker, View, cached, engine, uncached
from dashboard.answers.network import data_date_in_words, until_data_date
from dashboard.answers.question import Question
from dashboard.indicators import INDICATORS, Breakdown, Figure, Indicator
from dashboard.period import ONE_DAY, Period, add_months, month_end, year_before
from db.facts import PLACE_BREAKDOWNS, comparable_sites, gather

Figures = Mapping[str, Mapping[str, Figure]]  # key, then indicator
CURRENT_INDICATORS = [i for i in INDICATORS if i.is_current]


@cached
def figures(view: View, question: Question, by: str) -> Breakdown:
    """Every indicator of the question by key. Indicators of the current state are those of the date of the data, with that date
    as a note; by month they are each month's own. by: the dimension of the keys."""
    chosen = view.sites(question)
    asked = _of_sites(view, chosen, question, by)
    breakdown = asked if by == "month" else _as_of_data_date(asked, view, chosen, question, by)
    return (
        small_counts_for_guests.complaint_figures(view, chosen, question, breakdown)
        if view.access.guest
        else breakdown
    )


def _as_of_data_date(
    asked: Breakdown, view: View, chosen: frozenset[str] | str, question: Question, by: str
) -> Breakdown:
    """The breakdown in which indicators of the current state are those of the date of the data, with that date as a note, or the
    last one that a single site's register knows."""
    current, when = until_data_date(view, question), data_date_in_words(view)
    of_site = {
        key: site_known_until(view, site)
        for key in asked
        if (site := key if by == "site" else current.site)
    }
    same = current == question or not any(by in i.dimensions for i in CURRENT_INDICATORS)
    now = asked if same else _of_sites(view, chosen, current, by, CURRENT_INDICATORS)
    dated = asked
    for i in CURRENT_INDICATORS:
        there = [now.get(key, asked[key])[i.code] for key in asked]
        notes = [of_site.get(key, when) for key in asked]
        dated = dated.with_column(
            i.code, (f._replace(note=f.note or note) for f, note in zip(there, notes, strict=True))
        )
    return dated


@cached
def figures_of_sites(
    view: View, chosen: frozenset[str] | str, question: Question, by: str
) -> Breakdown:
    """Every indicator by key over these sites, all of it at the end of the question. chosen: codes that the view allows."""
    return _of_sites(view, chosen, question, by)


def _of_sites(
    view: View,
    chosen: frozenset[str] | str,
    question: Question,
    by: str,
    indicators: Sequence[Indicator] = INDICATORS,
) -> Breakdown:
    """The same as `figures_of_sites`, of some indicators."""
    facts = gather(
        engine(),
        chosen,
        question.first,
        question.last,
        by,
        question.service,
        network=view.network,
        visits=by not in PLACE_BREAKDOWNS or any(i.register == "visits" for i in indicators),
    )
    return Breakdown(facts, indicators)


def overall_figures(who: Asker, question: Question) -> Mapping[str, Figure]:
    """Every indicator over all sites of the question, by its code."""
    return figures(who, question, "nation")["nation"]


@dataclass(frozen=True)
class Comparison:
    """Figures of a period and of the same days a year before, at the sites that reported both times. same_sites: whether these
    are all the sites that report now; complaints: whether all their complaints of both times are known."""

    now: Mapping[str, Figure]
    before: Mapping[str, Figure]
    period: Period
    sites: int
    same_sites: bool  # whether these are all the sites that report now
    complaints: bool  # whether all their complaints of both times are known


@cached
def comparison(view: View, question: Question) -> Comparison | None:
    """The question's figures and those of the same days a year before; None where no site reported both times."""
    scope = view.facts(question)
    both, complaints, before = comparable_sites(scope)
    if not both:
        return None
    now, sites = overall_figures(view, question), frozenset(both)
    same = now["visits"].sites_reporting == len(both)
    if not same:
        there = replace(question, last=scope.last)
        now = _as_of_data_date(
            _of_sites(view, sites, there, "nation"), view, sites, question, "nation"
        )["nation"]
    earlier = _of_sites(view, sites, question.over_period(before), "nation")
    if view.network.known_until and question.last < view.network.known_until:
        # The current state is compared with that of the same day a year ago.
        ago = replace(question.over_period(before), last=year_before(view.network.known_until))
        standing = _of_sites(view, sites, ago, "nation", CURRENT_INDICATORS)
        for i in CURRENT_INDICATORS:
            earlier = earlier.with_column(i.code, standing.column(i.code))
    return Comparison(now, earlier["nation"], before, len(both), same, complaints)


MONTHS = 25  # of a trend, at most


@uncached
def trend(view: View, question: Question, months: int = 13) -> Figures:
    """Every indicator by month, over the last whole months of the question; the running month is left out, since it would look
    like a fall. months: 25 at most."""
    last = min(question.last, view.network.known_until or question.last)
    if last != month_end(last):
        last = last.replace(day=1) - ONE_DAY
    # The longest series is computed and cached; shorter ones are cut from it.
    by_month = figures(
        view,
        replace(question, first=add_months(last.replace(day=1), 1 - MONTHS), last=last),
        "month",
    )
    return {month: by_month[month] for month in sorted(by_month)[-months:]}
