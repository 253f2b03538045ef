"""The month since which a signal lasts, with the interval in which its change lies, in words: one rule for every « depuis »; and
signals in one line, with that month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import FOLLOWED, WAITS
from dashboard.judgement.signal_reasons import reason, run
from dashboard.judgement.signal_sentences import value_beside_usual
from dashboard.judgement.signals import Signal, quarter_label
from dashboard.statistics.changepoint import ChangePoint, change_point
from dashboard.statistics.control_limits import ON_ONE_SIDE
from dashboard.statistics.variation import ChartKind

WIDEST = 12  # months: with a wider interval a change has no date
UNDATED = (ChartKind.VOLUME, ChartKind.BY_QUARTER)  # a season, or quarters, would be dated


def since_when(signal: Signal) -> str:
    """« en hausse depuis juin 2026 (entre mai et juillet) », the date of the change behind a signal; « depuis mars 2026 » where
    that is when its run of months on one side, or the level that this run gave it, began, and where its months have been outside
    their limits from then on. "" without a signal."""
    at = signal.position
    if at is None or not signal.is_signal:
        return ""
    if signal.kind == ChartKind.YEAR:  # a month shares eleven others with the one before: no date
        return ""
    if signal.rule == ON_ONE_SIDE or _begins_level(signal):
        return _since(signal, _run_start(signal))
    first = _first_flagged(signal, at)
    dated = signal.indicator in FOLLOWED and signal.kind not in UNDATED
    return (_change_date(signal, at, first) if dated else "") or _since(signal, first)


def since_at_least(signal: Signal, *, year: int | None = None) -> str:
    """The same without the interval: « depuis juin 2026 ». year: beside the signal's month, which is then said: the year is not
    written, and nothing is said of a signal that begins in that month."""
    since = since_when(signal).partition(" (")[0]
    if year and signal.latest and since.endswith(f"depuis {french.month_label(signal.latest)}"):
        return ""
    return since.removesuffix(f" {year}")


def _since(signal: Signal, position: int) -> str:
    """« depuis juin 2026 », « depuis le 3ᵉ trimestre 2026 »: a point of the signal's chart."""
    if signal.kind == ChartKind.BY_QUARTER:
        return f"depuis le {quarter_label(signal.chart.months[position])}"
    return f"depuis {french.month_label(signal.chart.months[position])}"


def _begins_level(signal: Signal) -> bool:
    """Whether the signal's month is the one in which its run gave the series a new level: of a change that is this level's
    start no trace is left within it."""
    level, month = signal.level, signal.latest
    return level is not None and month is not None and level.start < month == level.in_force_from


def _run_start(signal: Signal) -> int:
    """The position of the first month in a row on the signal's side."""
    found = run(signal)
    return int(found[0]) if len(found) else signal.position or 0


def _change_date(signal: Signal, at: int, first: int) -> str:
    """The date of the change within the signal's level, "" without one, or where it would be later than the first of the months
    in a row that were signals, as of what grows month by month; with its way where some of its months were none. first: its
    position."""
    chart = signal.chart
    level = slice(max(int(chart.level_start[at]), 0), at + 1)
    said = change_date_in_words(
        chart.months[level],
        chart.values[level].tolist(),
        log=signal.kind == ChartKind.WAIT,
        latest=first - level.start,
    )
    if not said or said.startswith(_since(signal, first)):
        return said or ""
    return f"{'en hausse' if signal.side > 0 else 'en baisse'} {said}"  # its first months were no signals


def _first_flagged(signal: Signal, at: int) -> int:
    """The position from which all known months up to `at` were signals of the same side; of a run among them its first month."""
    chart = signal.chart
    known = np.flatnonzero(chart.level_start[: at + 1] >= 0)
    others = np.flatnonzero(chart.side[known] != signal.side)
    first = int(known[others[-1] + 1 if len(others) else 0])
    began = replace(signal, position=first)
    return _run_start(began) if began.rule == ON_ONE_SIDE else first


def change_date_in_words(
    months: Sequence[date], values: Sequence[float], *, log: bool = False, latest: int | None = None
) -> str | None:
    """« depuis juin 2026 (entre mai et juillet) » for a series that a rule has found changed. None where the change has no
    date: fewer than six months, an interval of more than a year, or a change that did not last.

    months: first days, in order; values: of each, NaN where missing, from the first month of the present limits on. log:
    analyse logarithms, as for waits. latest: the position after which a change cannot have begun.
    """
    known = np.array(values, dtype=float)
    if log:
        known = np.log1p(known)
    change = change_point(known)
    if (
        change is None
        or (latest is not None and change.position > latest)
        or change.last - change.first >= WIDEST
        or not _lasts(known, change)
    ):
        return None
    since = f"depuis {french.month_label(months[change.position])}"
    if change.first == change.last:
        return since
    first, last = months[change.first], months[change.last]
    low, high = french.month_label(first), french.month_label(last)
    if first.year == last.year == months[change.position].year:
        low, high = (words.rpartition(" ")[0] for words in (low, high))
    return f"{since} (entre {low} et {high})"


def _lasts(values: np.ndarray, change: ChangePoint) -> bool:
    """Whether more than half of the months since a change are nearer to its new level than to the old one."""
    usual = float(np.nanmedian(values[change.position :]))
    return abs(usual - change.after) < abs(usual - change.before)


def signals_in_a_line(found: Sequence[Signal], since: str) -> str:
    """« attente de 29 min, contre 16 min d'habitude (hors de ses variations habituelles, depuis juin 2026) ; aussi davantage de
    départs et moins de satisfaits »: the first signal in full, with why it is one, the others by their direction. since: of
    the first."""
    one, *others = found
    said = value_beside_usual(one)
    together = " sur douze mois" if one.kind == ChartKind.YEAR else ""
    name = f"{french.lower_first(BY_CODE[one.indicator].short)}{together}"
    text = f"attente de {said}" if one.indicator in WAITS else f"{name}{french.SPACE}: {said}"
    text += f" ({', '.join(filter(None, (reason(one), since)))})"
    ways = [more_or_less(o, "davantage") for o in others if o.indicator not in WAITS]
    also = french.join_words(ways)
    return text + (f"{french.SPACE}; aussi {also}" if also else "")


def more_or_less(one: Signal, more: str = "plus") -> str:
    """The direction of a signal: « plus d'attente », « moins de fiches de clôture remises »."""
    way = more if one.side > 0 else "moins"
    return f"{way} {french.elide('de', BY_CODE[one.indicator].noun)}"
