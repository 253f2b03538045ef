"""The monthly series of sites, which judgement starts from: each site's is kept by all that the network's state says of it, so
that a file reads its own sites alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from dashboard.answers.cache import AnswerCache
from dashboard.answers.context import View, engine
from dashboard.answers.question import EVERYTHING
from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import (
    CHARTED,
    RATES,
    SHARES,
    STOCKS,
    WAITS,
    MonthlySeries,
    Series,
)
from dashboard.judgement.monthly_judgement import network_season, series_digests
from dashboard.period import (
    Period,
    day_from_number,
    day_number,
    last_whole_month,
    month_end,
    months,
)
from dashboard.settings import load_settings
from dashboard.statistics.log_waits import MonthlyLogs, monthly_logs
from dashboard.statistics.shared_season import SharedSeason
from db.codes import ALL, SILENT_DAYS, SITE_MONTH
from db.facts import gather, visits_whole
from db.network_state import NetworkState
from db.shared_types import Facts

SITES_AT_ONCE = 50  # whose facts are read together: arrays of these, whatever the number of sites
PARTS = ("numerator", "denominator", "value", "n")
FOLLOWED_UP = 365  # days in which a month's value settles, or it is not judged


@dataclass(frozen=True)
class SiteSeries:
    """The series of one site in M months. of: of each charted indicator the PARTS, (C, 4, M); is_partial: of each, whether a part
    of a month is missing, (C, M); per_day: visits per open day, (M,); waits: histograms, (M, bins), in as few bytes as
    their numbers need; logs: of them, (M,) each; digests: of each charted series, (C,)."""

    of: np.ndarray
    is_partial: np.ndarray
    per_day: np.ndarray
    waits: np.ndarray
    logs: MonthlyLogs
    digests: tuple[bytes, ...] = ()


KEPT: AnswerCache[SiteSeries] = AnswerCache(0)  # of some 50 KB each
SEASONS: AnswerCache[Mapping[str, SharedSeason]] = AnswerCache(3)  # of states that are still shown


def monthly_series(view: View) -> MonthlySeries | None:
    """The monthly series of the sites that may be seen, from the first month of which anything was handed in: what was concluded
    of a month rests on those before it, which may not go; None without a site, or without a whole month."""
    network = view.network
    last = last_whole_month(network.known_until)
    seen = view.sites(EVERYTHING)
    rows = [i for i, p in enumerate(network.places) if seen == ALL or p.code in seen]
    if day_from_number(network.origin) > last or not rows:
        return None
    # Where nothing of a whole month was handed in yet, one without values.
    first = min(first_month(network), last.replace(day=1))
    # Over the entire network: the shared season is the same whoever asks.
    every = _of_all_sites(view, first, last)
    season = np.stack([one.per_day for one in every])
    mine, seasons = [every[row] for row in rows], _seasons(view, every, first, last)
    return _joined(network, rows, mine, (first, last), season, seasons)


def series_of_rows(
    network: NetworkState, rows: Sequence[int], first: date, last: date
) -> MonthlySeries:
    """The series of some sites alone, read now and not kept, for a state may be undone. rows: of the state, ascending; first,
    last: months of which it knows all."""
    mine = _read(network, rows, first, last)
    return _joined(network, rows, mine, (first, last), np.stack([one.per_day for one in mine]), {})


def _joined(
    network: NetworkState,
    rows: Sequence[int],
    sites: Sequence[SiteSeries],
    span: tuple[date, date],
    season: np.ndarray,
    seasons: Mapping[str, SharedSeason],
) -> MonthlySeries:
    """The series of some sites together. span: first and last month; seasons: that they share, by indicator."""
    return MonthlySeries(
        tuple(network.places[i].code for i in rows),
        tuple(months(Period(*span))),
        {
            code: replace(
                series,
                digests=[one.digests[n] for one in sites],
                season=seasons[code].of_sites(len(sites)) if code in seasons else None,
            )
            for n, (code, series) in enumerate(_by_indicator(sites).items())
        },
        season,
    )


def first_month(network: NetworkState) -> date:
    """The first month of which a site handed in anything; that of the network's first day where none did."""
    known = network.visits_known | network.complaints_known | network.has_closing
    return day_from_number(network.origin + int(known.any(axis=0).argmax())).replace(day=1)


def _seasons(
    view: View, every: Sequence[SiteSeries], first: date, last: date
) -> Mapping[str, SharedSeason]:
    """The seasons that the sites of the network share, by indicator whose aggregates are held against what is usual of sites."""
    return SEASONS.get(
        (_basis(view, first, last), tuple(view.network.site_digests)),
        lambda: {
            code: network_season(code, series)
            for code, series in _by_indicator(every, histograms=False).items()
            if code in SHARES | RATES | WAITS
        },
    )


def _basis(view: View, first: date, last: date) -> tuple[str, date, date, int]:
    """What the series of every site rest on besides its own rows."""
    return view.snapshot.url, first, last, load_settings().wait_threshold_minutes


def _by_indicator(sites: Sequence[SiteSeries], *, histograms: bool = True) -> dict[str, Series]:
    """The series of some sites together, by charted indicator. histograms: whether with those of waits, which are large."""
    of = np.stack([one.of for one in sites], axis=2)
    is_partial = np.stack([one.is_partial for one in sites], axis=1)
    waits = np.stack([one.waits for one in sites]) if histograms else None
    logs = MonthlyLogs(*map(np.stack, zip(*(one.logs for one in sites), strict=True)))
    by_code = {}
    for n, code in enumerate(CHARTED):
        charted_by_waits = code in WAITS
        by_code[code] = Series(
            of[n][0],
            of[n][1],
            of[n][2],
            of[n][3],
            waits=waits if charted_by_waits else None,
            logs=logs if charted_by_waits else None,
            is_partial=is_partial[n],
        )
    return by_code


def _of_all_sites(view: View, first: date, last: date) -> Sequence[SiteSeries]:
    """The series of every site of the network, in its order."""
    network = view.network
    KEPT.most = 3 * len(network.places)  # of states that are still shown beside the newest
    rest = _basis(view, first, last)
    return KEPT.get_many(
        [(*rest, digest) for digest in network.site_digests],
        lambda missing: [
            one
            for start in range(0, len(missing), SITES_AT_ONCE)
            for one in _read(network, missing[start : start + SITES_AT_ONCE], first, last)
        ],
    )


def _read(
    network: NetworkState, rows: Sequence[int], first: date, last: date
) -> Sequence[SiteSeries]:
    """The series of some sites. rows: of the network's state, ascending."""
    codes = frozenset(network.places[row].code for row in rows)
    facts = gather(engine(), codes, first, last, SITE_MONTH, network=network)
    starts = months(Period(first, last))
    shape = len(rows), len(starts)
    of = np.empty((len(CHARTED), len(PARTS), *shape))
    for out, code in zip(of, CHARTED, strict=True):
        m = BY_CODE[code].measure(facts)
        hidden = m.n < BY_CODE[code].minimum
        for part, values in zip(
            out, (m.numerator, m.denominator, np.where(hidden, np.nan, m.value), m.n), strict=True
        ):
            part[:] = np.asarray(values, dtype=float).reshape(shape)
    per_day = BY_CODE["visits_per_day"].measure(facts).value.reshape(shape)
    waits = facts.waits.reshape(*shape, -1)
    is_partial = _partial_months(network, rows, facts, starts, of)
    sites = [
        SiteSeries(
            of[:, :, n].copy(),
            is_partial[:, n].copy(),
            per_day[n].copy(),
            waits[n].astype(np.min_scalar_type(waits[n].max(initial=0))),
            monthly_logs(waits[n]),
        )
        for n in range(len(rows))
    ]
    digests = [series_digests(code, series) for code, series in _by_indicator(sites).items()]
    return [
        replace(one, digests=mine)
        for one, mine in zip(sites, zip(*digests, strict=True), strict=True)
    ]


def _partial_months(
    network: NetworkState, rows: Sequence[int], facts: Facts, starts: Sequence[date], of: np.ndarray
) -> np.ndarray:
    """Whether a part of each month is missing, of each charted indicator, (C, K, M), as was known at its end. of: (C, 4, K, M);
    the counts of months whose value may still move are taken out of it."""
    shape = len(rows), len(starts)
    spans = np.array([(day_number(m), day_number(month_end(m))) for m in starts])
    whole = visits_whole(network, spans, by_then=True).T[list(rows)]
    heard = ((facts.expected > 0) & (facts.reporting > 0)).reshape(shape)
    # As many missing days as a site may be late do not count.
    unrated = (network.sum_between("unrated", spans) > SILENT_DAYS).T[list(rows)]
    missing = {"visits": ~(whole & heard), "complaints": unrated}
    found = np.zeros((len(CHARTED), *shape), dtype=bool)
    as_of = [network.complaints_as_of(network.places[row].code) for row in rows]
    since = np.array([[-np.inf if day is None else day_number(day)] for day in as_of]) - spans[:, 1]
    for n, indicator in enumerate(BY_CODE[code] for code in CHARTED):
        # The share of closings handed in is itself about days that are missing.
        if indicator.code in STOCKS:
            found[n] = facts.complaint_current.reshape(shape) == 0
        elif not indicator.closings:
            found[n] = missing[indicator.register]
        if indicator.settles is not None:
            moves = _may_move(indicator.settles(of[n, 2], of[n, 3] >= indicator.minimum), since)
            of[n, :2][:, moves] = np.nan
            found[n] |= moves
    return found


def _may_move(days: np.ndarray, since: np.ndarray) -> np.ndarray:
    """Whether later days may move the value of a month, or of one before it, (K, M): none is judged before those that came before
    it. days: after which a value moves no more; since: days that are known after a month."""
    settled = since >= np.minimum(days, FOLLOWED_UP)
    moves: np.ndarray = ~np.logical_and.accumulate(settled, axis=1) | (days > FOLLOWED_UP)
    return moves
