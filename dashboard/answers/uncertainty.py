"""Confidence intervals of figures that are compared: of a share, a rate, a wait or a delay, by site, service or hour."""

from collections.abc import Callable, Mapping

import numpy as np

from dashboard.answers.complaint_register import register
from dashboard.answers.context import View, cached
from dashboard.answers.figures import figures
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, Figure, Indicator
from dashboard.statistics.intervals import Interval, quantile_interval, rate, wilson
from dashboard.statistics.survival import median


@cached
def intervals(view: View, question: Question, by: str, code: str) -> Mapping[str, Interval]:
    """The 95 % interval of each shown value, by key, in the displayed unit."""
    interval = _interval_of_figure(view, question, by, BY_CODE[code])
    known = {
        k: f[code] for k, f in figures(view, question, by).items() if f[code].value is not None
    }
    if interval is None:
        return {}
    return {k: ends for k, f in known.items() if (ends := interval(f)) is not None}


def interval_of(
    view: View, question: Question, by: str, code: str
) -> Callable[[str], Interval | None]:
    """The function that gives a key its interval, of those that `intervals` gives all at once: for who needs a few of many."""
    found = figures(view, question, by)
    interval = _interval_of_figure(view, question, by, BY_CODE[code])

    def of_key(key: str) -> Interval | None:
        figure = found[key][code]
        return None if interval is None or figure.value is None else interval(figure)

    return of_key


def _interval_of_figure(
    view: View, question: Question, by: str, i: Indicator
) -> Callable[[Figure], Interval | None] | None:
    """The function that gives a figure its interval; None for a plain count."""
    if i.chart == "share":
        return lambda f: _scaled(wilson(f.numerator or 0, f.denominator or 0), i.scale)
    if i.chart == "rate":
        return lambda f: rate(f.numerator or 0, f.denominator or 0, i.scale)
    if i.quantile is not None:
        return _wait_interval(view, question, by, i.quantile)
    if i.code == "complaint_delay" and by in ("site", "department"):
        return _delay_interval(view, question, by)
    return None


def _scaled(ends: tuple[float, float] | None, scale: int) -> Interval | None:
    """The interval in the displayed unit; None without one."""
    return None if ends is None else (ends[0] * scale, ends[1] * scale)


def _wait_interval(
    view: View, question: Question, by: str, q: float
) -> Callable[[Figure], Interval | None]:
    """The function that gives a quantile of waits its interval. q: the quantile."""
    found = figures(view, question, by)

    def interval(f: Figure) -> Interval:
        waits = found.waits(f.key)
        low, high = quantile_interval(waits, q)
        longest = len(waits) - 1  # that many minutes and more: no upper end
        return low, None if high == longest else high

    return interval


def _delay_interval(view: View, question: Question, by: str) -> Callable[[Figure], Interval | None]:
    """The function that gives a median delay of complaints its interval. by: "site" or "department"."""
    received = register(view, question).received_since(question.first).at_register_end
    keys = {p.code: p.code if by == "site" else p.department for p in view.network.places}
    of = np.array([keys[code] for code in received.code.tolist()], dtype=object)

    def interval(f: Figure) -> Interval:
        mine = received.where(of == f.key)
        half = median(mine.days_open, ~mine.is_open)
        return half.low, half.high

    return interval
