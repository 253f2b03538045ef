"""Whether each row of a table stands apart from the others in an indicator, does not, or has too few cases for it to be seen.

By the limits of `dashboard.statistics.dispersion`, as the funnel of sites has them, from ten rows on; of fewer, the furthest is
set apart as long as its distance is no chance. A wait is judged by how many of its users waited longer than the whole's median.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np

from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import RATES, SHARES
from dashboard.statistics import sentences
from dashboard.statistics.dispersion import Differences, differences, furthest
from dashboard.statistics.funnel import OUTSIDE, Position, Rest, exact_limits, positions

Counts = Mapping[str, tuple[float, float]]  # events and cases, by key
FAR = 2  # times the rate of the others: a row that could be so far unseen has too few cases
LEVEL = 0.998


class Verdict(StrEnum):
    """What may be said of a row beside the others."""

    MORE = "more"
    LESS = "less"
    ALIKE = "alike"
    FEW = "few"
    NONE = ""


def is_judged(code: str) -> bool:
    """Whether rows are compared in an indicator: a share, a rate, or a quantile of waits."""
    return code in SHARES | RATES or BY_CODE[code].quantile is not None


def verdicts(counts: Counts, *, proportion: bool, usual: bool = True) -> dict[str, Verdict]:
    """The verdict of each key; empty for fewer than two. proportion: a share of its cases, else a rate; usual: a row that differs
    as rows usually do is not apart: so are places judged, while services and hours are not chosen to be alike."""
    keys = [key for key, (_, cases) in counts.items() if cases]
    events, cases = [counts[key][0] for key in keys], [counts[key][1] for key in keys]
    found = differences(events, cases, proportion=proportion, scale=1) if len(keys) > 1 else None
    if found is None:
        return {}
    apart = (
        _apart_by_limits(found, usual=usual) if found.has_limits else _apart(events, cases, found)
    )
    return {key: apart.get(n) or _not_apart(n, found, events, cases) for n, key in enumerate(keys)}


def differ_by_more_than_chance(
    counts: Counts, *, proportion: bool, chance: float = sentences.ALIKE
) -> bool:
    """Whether keys that are all alike would differ as much less often than `chance`; False for fewer than two. counts: as of
    `verdicts`."""
    some = [pair for pair in counts.values() if pair[1]]
    if len(some) < 2:
        return False
    found = differences([a for a, _ in some], [n for _, n in some], proportion=proportion, scale=1)
    return found is not None and found.p_value < chance


def waits_above(waits: Mapping[str, np.ndarray], minutes: float) -> Counts:
    """How many waits of each key are longer than so many minutes, and how many there are. waits: histograms by whole minute."""
    return {
        key: (float(bins[int(minutes) + 1 :].sum()), float(bins.sum()))
        for key, bins in waits.items()
        if bins.sum()
    }


def _apart_by_limits(found: Differences, *, usual: bool) -> dict[int, Verdict]:
    """The rows outside the limits, by their place. usual: those that allow for usual differences."""
    assert found.exact, "there are limits"
    position = found.position if usual else positions(found.values, found.exact)
    return {
        n: Verdict.MORE if one == Position.OUTSIDE_HIGH else Verdict.LESS
        for n, one in enumerate(position)
        if one in OUTSIDE
    }


def _apart(
    events: Sequence[float], cases: Sequence[float], found: Differences
) -> dict[int, Verdict]:
    """Of fewer rows than limits need, those that are furthest from the others by more than chance, one after the other; half of
    them stay at least. Two that differ are apart from each other."""
    apart: dict[int, Verdict] = {}
    left = list(range(len(events)))
    rates = [a / n for a, n in zip(events, cases, strict=True)]
    if len(left) == 2 and found.p_value < sentences.ALIKE:
        more = int(rates[1] > rates[0])
        return {more: Verdict.MORE, 1 - more: Verdict.LESS}
    while len(left) > len(events) / 2:
        far = furthest(
            [events[n] for n in left], [cases[n] for n in left], proportion=found.proportion
        )
        if far is None:
            break
        at, others = left[far[0]], far[1]
        apart[at] = Verdict.MORE if rates[at] > others else Verdict.LESS
        left.remove(at)
    return apart


def _not_apart(
    at: int, found: Differences, events: Sequence[float], cases: Sequence[float]
) -> Verdict:
    """Whether the row at this place is like the others, or too small to be told from them even at twice their rate."""
    rate = found.target
    if found.exact:
        low, high = found.exact.lower998[at], found.exact.upper998[at]
    else:
        alike = np.flatnonzero(found.alike).tolist()
        rest = Rest(sum(events[n] for n in alike), sum(cases[n] for n in alike))
        ((low, high),) = exact_limits(cases[at], rest, found.proportion, (LEVEL,))
    most = found.proportion and rate > 1 / 2
    # Of what most have, twice as many without it.
    unseen = low <= 1 - FAR * (1 - rate) if most else high >= FAR * rate
    return Verdict.FEW if unseen else Verdict.ALIKE
