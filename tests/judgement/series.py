"""Series made for tests, followed as the answers follow them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import (
    RATES,
    SHARES,
    STOCKS,
    VOLUMES,
    WAITS,
    ControlChart,
    LevelMarks,
    MonthlySeries,
    Series,
)
from dashboard.judgement.monthly_judgement import judge, network_season
from dashboard.judgement.signals import Signal, signal
from dashboard.period import add_months
from dashboard.statistics.log_waits import monthly_logs

BINS = 241


def counted(code: str, events: np.ndarray, bases: np.ndarray) -> Series:
    """A share, a rate or a volume from its counts, (K, M) each; hidden under the minimum, as the indicators hide it."""
    events, bases = np.asarray(events, dtype=float), np.asarray(bases, dtype=float)
    scale = BY_CODE[code].scale if code not in VOLUMES else 1
    value = np.divide(scale * events, bases, out=np.full(bases.shape, np.nan), where=bases > 0)
    hidden = bases < BY_CODE[code].minimum
    return Series(events, bases, np.where(hidden, np.nan, value), bases)


def measured(code: str, values: np.ndarray, n: int = 400) -> Series:
    """A measure from its values, (K, M), NaN where missing."""
    values = np.asarray(values, dtype=float)
    missing = np.full(values.shape, np.nan)
    return Series(missing, missing, values, np.where(np.isfinite(values), n, 0))


def waited(minutes: np.ndarray) -> Series:
    """Waits from the minutes of each, (K, M, n); negative ones are none."""
    whole = np.minimum(np.asarray(minutes, dtype=int), BINS - 1)
    waits = np.zeros((*whole.shape[:2], BINS), dtype=np.int64)
    for site in range(whole.shape[0]):
        for month in range(whole.shape[1]):
            mine = whole[site, month]
            waits[site, month] = np.bincount(mine[mine >= 0], minlength=BINS)
    n = waits.sum(axis=-1)
    half = np.argmax(np.cumsum(waits, axis=-1) >= n[..., None] / 2, axis=-1)
    missing = np.full(n.shape, np.nan)
    return Series(missing, missing, np.where(n >= 10, half, np.nan), n, waits, monthly_logs(waits))


def follow(
    code: str,
    series: Series,
    last: date,
    aggregates: dict[str, Sequence[int]] | None = None,
    marks: LevelMarks | None = None,
) -> dict[str, ControlChart]:
    """The courses of one indicator by scope; sites are « site 0 », « site 1 »…; the last month is `last`."""
    k, m = series.n.shape
    if code in SHARES | RATES | WAITS:  # these sites are the network
        series = replace(series, season=network_season(code, series).of_sites(k))
    months = tuple(add_months(last, i - m + 1) for i in range(m))
    names = tuple(f"site {i}" for i in range(k))
    monthly = MonthlySeries(names, months, {code: series}, np.atleast_2d(series.value))
    return {
        s: c[code] for s, c in judge(monthly, aggregates or {}, marks or {}).items() if code in c
    }


def made(
    code: str,
    level: float,
    months: int,
    last: date,
    seed: int,
    *,
    base: int = 400,
    shift: float = 1,
    since: int = 2,
    sites: int = 1,
    target: float | None = None,
) -> Signal:
    """A signal at the last month of so many; the last `since` months of the first site move by a factor. More sites than
    one: the whole of them."""
    r = np.random.default_rng((seed, months, base, sites))
    levels = np.full((sites, months), float(level))
    levels[0, max(0, months - since) :] *= shift
    if code in SHARES:
        events = r.binomial(base, np.minimum(levels / 100, 1))
        series = counted(code, events, np.full(levels.shape, base))
    elif code in RATES:
        series = counted(code, r.poisson(levels * base / 1000), np.full(levels.shape, base))
    elif code in STOCKS:
        there = r.poisson(levels).astype(float)
        series = Series(there, np.full(levels.shape, np.nan), there, there)
    elif code in VOLUMES:
        series = counted(code, r.poisson(levels * 20), np.full(levels.shape, 20))
    elif code in WAITS:
        series = waited(levels[..., None] * np.exp(0.8 * r.standard_normal((*levels.shape, base))))
    else:
        series = measured(code, np.round(levels * np.exp(0.1 * r.standard_normal(levels.shape))))
    aggregates = {"nation": range(sites)} if sites > 1 else {}
    return signal(
        follow(code, series, last, aggregates)["nation" if aggregates else "site 0"], last, target
    )
