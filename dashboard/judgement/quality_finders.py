"""How each quality rule finds what is to be checked, and which rows it means. Sums first: rows are read of the days that sums
single out.

Before: `dashboard.judgement.quality_evidence`. After: RULES of `dashboard.judgement.quality_rules`.
"""

from collections.abc import Iterator

import numpy as np

from dashboard import french
from dashboard.judgement.quality_evidence import (
    HABIT_DAYS,
    HABIT_MONTHS,
    EvidenceRow,
    Finding,
    SiteEvidence,
    VisitRows,
    long_waits,
    zero_waits,
)
from dashboard.period import day_from_number
from dashboard.statistics import plausibility
from db.codes import LAST_BIN

Found = Iterator[Finding]

LONG = 0.05  # chance of so many long waits in a month
ZERO_RUN = 10  # waits of no minute in a row
WIDTH = 3.0  # standard deviations of a month's zero waits above the habit
CROWD = 8  # waits measured on an open day, from which some have to wait
USUAL_ZEROS = 0.05  # share of waits, where a site has no habit yet
ENOUGH_WAITS = 100  # for a habit
# Rows of a day that repeat another; the chance of so many; how many times as many as usual are equal where many come at one hour
# for the same; pairs of rows on other days, from which on these say what is usual.
COPIES, COPIES_BY_CHANCE, CROWDED, ENOUGH_PAIRS = 3, 1e-4, 2.0, 100
BUSY, BUSY_WIDTH = (
    6,
    2.0,
)  # visits, and standard deviations above the habit, of a day whose rows are read
ENOUGH_DAYS = 20  # open days, for a habit
RARE = 1e-4  # chance of days without anybody
# Arrivals of a month at a single minute, and their share: from fewer a custom of the place may do it, as all who come for the
# opening; of a register of whole hours less than that come in the hour in which most do.
SAME_FROM, SAME_SHARE = 20, 0.8
DIGITS_FROM, PREFERENCE = 200, 20.0  # waits; the score from which WHO calls it problematic
EVEN_DAYS, EVEN_MEAN, EVEN = 18, 3.0, 0.001  # open days, visits a day; chance
SATISFIED = 100  # answers, all of them yes
GAP, GAP_SHARE = 2, 0.10  # visits and share of them by which a closing may differ
REPEATED, DISTINCT, REPEATED_VISITS = (
    15,
    4,
    40,
)  # days in the same order, numbers among them, visits
VANISHED, PRESENT = (
    12.0,
    9,
)  # visits that were to be expected of a service; months with it, of twelve


# --- waits ----------------------------------------------------------------------------------------------------------
def find_long_waits(e: SiteEvidence) -> Found:
    """Months with more waits of LAST_BIN minutes or more than the site's own waits let expect."""
    counted, measured = long_waits(e), e.counter("measured")
    for m in e.judged[counted[e.judged] > 0].tolist():
        usual = e.before_month(m)
        if measured[usual].sum() < ENOUGH_WAITS:
            usual = slice(usual.start, m + 1)
        share = plausibility.log_normal_tail(e.waits[usual].sum(axis=0), LAST_BIN)
        if plausibility.chance_of_so_many(int(counted[m]), measured[m] * share) < LONG:
            yield Finding("long_waits", int(e.months[m]), e.last_day(m), int(counted[m]))


def are_long(_e: SiteEvidence, rows: VisitRows) -> np.ndarray:
    """Which rows waited LAST_BIN minutes or more."""
    return rows.wait >= LAST_BIN


def find_zero_waits(e: SiteEvidence) -> Found:
    """Months with more waits of no minute than usual, and ZERO_RUN of them in a row."""
    zeros, measured = zero_waits(e), e.counter("measured")
    for m in e.judged[zeros[e.judged] >= ZERO_RUN].tolist():
        if _more_than_usual(e, m, zeros, measured):
            first, last = int(e.months[m]), e.last_day(m)
            rows = e.read(np.arange(first, last + 1))
            if count := int(are_zeros_in_a_row(e, rows).sum()):
                yield Finding("zero_waits", first, last, count)


def _more_than_usual(e: SiteEvidence, m: int, zeros: np.ndarray, measured: np.ndarray) -> bool:
    """Whether a month has more waits of no minute than usual, or as many as others at a site where so many come that some have to
    wait. Of a site that rounds its waits they are short ones, so that only its own habit says how many are many."""
    usual = e.before_month(m)
    base = int(measured[usual].sum())
    is_rounded = plausibility.rounding(e.waits[usual.start : m + 1].sum(axis=0)) > 1
    if is_rounded and base < ENOUGH_WAITS:
        return False
    share = zeros[usual].sum() / base if base >= ENOUGH_WAITS else USUAL_ZEROS
    n, found = int(measured[m]), int(zeros[m])
    limit = n * share + WIDTH * np.sqrt(n * share * (1 - share))
    opened = int(np.count_nonzero(e.is_open_and_known & (e.month_of_day == m)))
    some_should_wait = n >= CROWD * max(opened, 1) and not is_rounded
    return bool(found > limit or (2 * found >= n and some_should_wait))


def are_zeros_in_a_row(_e: SiteEvidence, rows: VisitRows) -> np.ndarray:
    """Which rows are of a run of ZERO_RUN waits of no minute or more, those without a wait left out."""
    timed = np.flatnonzero(rows.is_timed)
    starts, ends = plausibility.runs(rows.wait[timed] == 0)
    long = ends - starts >= ZERO_RUN
    mask = np.zeros(len(rows.day), dtype=bool)
    for start, end in zip(starts[long], ends[long], strict=True):
        mask[timed[start:end]] = True
    return mask


def find_digit_preference(e: SiteEvidence) -> Found:
    """Quarters whose waits end too often in the same digits."""
    for months in e.quarters():
        minutes = e.waits[months, :LAST_BIN].sum(axis=0)
        found, expected = plausibility.expected_digits(minutes)
        n = int(found.sum())
        if n >= DIGITS_FROM and plausibility.digit_preference(found, expected) > PREFERENCE:
            yield Finding("digits", int(e.months[months[0]]), e.last_day(int(months[-1])), n)


def digit_rows(e: SiteEvidence, finding: Finding) -> list[EvidenceRow]:
    """How many waits of a quarter end in each digit, and how many would."""
    inside = (e.months >= finding.first) & (e.months <= finding.last)
    found, expected = plausibility.expected_digits(e.waits[inside, :LAST_BIN].sum(axis=0))
    return [
        EvidenceRow(0, (str(digit), str(int(n)), str(round(float(usual)))))
        for digit, (n, usual) in enumerate(zip(found, expected, strict=True))
    ]


# --- rows -----------------------------------------------------------------------------------------------------------
def find_copies(e: SiteEvidence) -> Found:
    """Months with busier days than usual on which rows repeat others under other references."""
    at = np.flatnonzero(e.is_known & (e.visits > 0))
    n, mean, variance = plausibility.before(e.visits[at], HABIT_DAYS)
    limit = np.where(n >= ENOUGH_DAYS, mean + BUSY_WIDTH * np.sqrt(variance), 0)
    busy = at[e.visits[at] > np.maximum(limit, BUSY - 1)]
    busy = busy[e.days[busy] >= e.judged_from]
    if not len(busy):
        return
    rows = e.read(e.days[busy])
    is_copy = are_copies(e, rows)
    is_copy &= np.isin(rows.day, _days_beyond_chance(rows, is_copy))
    month = e.month_of_day[np.searchsorted(e.days, rows.day[is_copy])]
    for m in np.unique(month).tolist():
        of_month = rows.day[is_copy][month == m]
        days = tuple(np.unique(of_month).tolist())
        yield Finding("copies", int(e.months[m]), e.last_day(m), len(of_month), days=days)


def are_copies(_e: SiteEvidence, rows: VisitRows) -> np.ndarray:
    """Which rows repeat an earlier one of their day, times included, on days with COPIES of them or more."""
    timed = np.flatnonzero(rows.is_timed)
    mask = np.zeros(len(rows.day), dtype=bool)
    if len(timed):
        _, first = np.unique(rows.content[timed], axis=0, return_index=True)
        again = np.setdiff1d(timed, timed[first])
        days, many = np.unique(rows.day[again], return_counts=True)
        mask[again[np.isin(rows.day[again], days[many >= COPIES])]] = True
    return mask


def _days_beyond_chance(rows: VisitRows, is_copy: np.ndarray) -> np.ndarray:
    """The days on which more rows repeat others than chance makes of what the site writes: of rows whose columns know nothing of
    each other, or of those of its other days."""
    timed = rows.is_timed
    days, of_day = np.unique(rows.day[timed], return_inverse=True)
    content = rows.content[timed]
    n = np.bincount(of_day, minlength=len(days))
    _, inverse, each = np.unique(content, axis=0, return_inverse=True, return_counts=True)
    equal = np.bincount(of_day, weights=(each[inverse.ravel()] - 1) / 2, minlength=len(days))
    pairs = n * (n - 1) / 2
    copies = np.bincount(of_day, weights=is_copy[timed], minlength=len(days))
    found = []
    for d in np.flatnonzero(copies).tolist():
        usual = CROWDED * plausibility.chance_of_equal(_apart(content[of_day == d]))
        others = pairs.sum() - pairs[d]
        if others >= ENOUGH_PAIRS:  # a week that is there twice is among these: the less of both
            usual = min(usual, (equal.sum() - equal[d] + 0.5) / others)
        chance = plausibility.chance_of_so_many(int(copies[d]), usual * pairs[d])
        if chance < COPIES_BY_CHANCE:
            found.append(int(days[d]))
    return np.array(found, dtype=np.int64)


def _apart(content: np.ndarray) -> np.ndarray:
    """The columns of rows as they know little of each other: the wait in place of the call, the stay in place of its end."""
    columns = content.copy()
    columns[:, 2] = content[:, 2] - content[:, 1]
    columns[:, 3] = np.where(content[:, 3] >= 0, content[:, 3] - content[:, 2], -1)
    return columns


def find_outside_hours(e: SiteEvidence) -> Found:
    """Months with arrivals while the site is closed."""
    for m in e.judged[e.outside[e.judged] > 0].tolist():
        yield Finding("outside_hours", int(e.months[m]), e.last_day(m), int(e.outside[m]))


def are_outside(e: SiteEvidence, rows: VisitRows) -> np.ndarray:
    """Which rows arrived while the site was closed."""
    return e.is_outside(rows)


def are_in_one_hour(arrivals: np.ndarray) -> np.ndarray:
    """Which months have nearly all arrivals in one hour, (M,). arrivals: by month and hour."""
    known, most = arrivals.sum(axis=1), arrivals.max(axis=1)
    mask: np.ndarray = (known >= SAME_FROM) & (most >= SAME_SHARE * known)
    return mask


def find_same_minute(e: SiteEvidence) -> Found:
    """Months whose arrivals are nearly all noted at one minute, as a form writes it that nobody changed."""
    for m in e.judged[are_in_one_hour(e.arrivals)[e.judged]].tolist():
        first, last = int(e.months[m]), e.last_day(m)
        rows = e.read(np.arange(first, last + 1))
        same = rows.arrived[are_at_one_minute(e, rows)]
        if len(same):
            yield Finding("same_minute", first, last, len(same), french.clock_time(int(same[0])))


def are_at_one_minute(_e: SiteEvidence, rows: VisitRows) -> np.ndarray:
    """Which rows of a month arrived at the minute at which nearly all did."""
    known = rows.arrived[rows.arrived >= 0]
    minutes, many = np.unique(known, return_counts=True)
    if len(known) < SAME_FROM or many.max() < SAME_SHARE * len(known):
        return np.zeros(len(rows.day), dtype=bool)
    same: np.ndarray = rows.arrived == minutes[many.argmax()]
    return same


# --- days -----------------------------------------------------------------------------------------------------------
def find_sudden_zero(e: SiteEvidence) -> Found:
    """Open days in a row without anybody in a register that was handed in, where that hardly ever happens."""
    at = np.flatnonzero(e.is_open_and_known & (e.days <= e.whole_until))
    n, mean, variance = plausibility.before(e.visits[at], HABIT_DAYS)
    starts, ends = plausibility.runs(e.visits[at] == 0)
    if not len(starts):
        return
    zero = plausibility.chance_of_zero(mean[starts], variance[starts])
    rare = (zero ** (ends - starts) < RARE) & (n[starts] >= ENOUGH_DAYS)
    rare &= e.days[at[starts]] >= e.judged_from
    for start, end in zip(starts[rare], ends[rare], strict=True):
        days = tuple(e.days[at[start:end]].tolist())
        yield Finding("sudden_zero", days[0], days[-1], len(days), days=days)


def find_evenness(e: SiteEvidence) -> Found:
    """Months whose days are more alike than chance would have them."""
    for m in e.judged.tolist():
        days = _of_month(e, m)
        counts = e.visits[days]
        if len(counts) < EVEN_DAYS or counts.mean() < EVEN_MEAN:
            continue
        if plausibility.evenness(counts) < EVEN:
            span = int(e.months[m]), e.last_day(m)
            yield Finding("evenness", *span, len(days), days=tuple(e.days[days].tolist()))


def find_repeated_months(e: SiteEvidence) -> Found:
    """Months whose days have the same numbers, in the same order, as those of one of the twelve months before."""
    by_month = [e.visits[_of_month(e, m)] for m in range(len(e.months))]
    for m in e.judged.tolist():
        counts = by_month[m]
        if (
            len(counts) < REPEATED
            or len(np.unique(counts)) < DISTINCT
            or counts.sum() < REPEATED_VISITS
        ):
            continue
        usual = e.before_month(m)
        for other in range(usual.start, usual.stop):
            common = min(len(counts), len(by_month[other]))
            if common >= REPEATED and np.array_equal(counts[:common], by_month[other][:common]):
                days = tuple(e.days[_of_month(e, m)[:common]].tolist())
                of = f"{day_from_number(int(e.months[other])):%Y-%m}"
                yield Finding("repeated_month", int(e.months[m]), e.last_day(m), common, of, days)
                break


def find_declared(e: SiteEvidence) -> Found:
    """Months with days whose closing declares another number than the register has."""
    gap = np.abs(e.declared - e.visits)
    differs = e.is_known & e.has_closing & (gap > np.maximum(GAP, GAP_SHARE * e.visits))
    for m in e.judged.tolist():
        days = e.days[differs & (e.month_of_day == m)]
        if len(days):
            span = int(e.months[m]), e.last_day(m)
            yield Finding("declared", *span, len(days), days=tuple(days.tolist()))


def day_rows(e: SiteEvidence, finding: Finding) -> list[EvidenceRow]:
    """The days of a finding: what the register has of each, and what its closing declares."""
    at = np.searchsorted(e.days, finding.days)
    return [
        EvidenceRow(
            int(e.days[i]),
            (str(int(e.visits[i])), str(int(e.declared[i])) if e.has_closing[i] else "—"),
            () if finding.rule == "declared" else (str(int(e.visits[i])),),
        )
        for i in at.tolist()
    ]


def _of_month(e: SiteEvidence, place: int) -> np.ndarray:
    """The places of a month's open days whose register is known, those after the data left out."""
    mine: np.ndarray = np.flatnonzero(
        e.is_open_and_known & (e.month_of_day == place) & (e.days <= e.whole_until)
    )
    return mine


# --- months ---------------------------------------------------------------------------------------------------------
def find_all_satisfied(e: SiteEvidence) -> Found:
    """Quarters without a single dissatisfied user among many."""
    yes, no = e.counter("satisfied"), e.counter("unsatisfied")
    for months in e.quarters():
        if yes[months].sum() >= SATISFIED and not no[months].sum():
            span = int(e.months[months[0]]), e.last_day(int(months[-1]))
            yield Finding("all_satisfied", *span, int(yes[months].sum()))


def satisfied_rows(e: SiteEvidence, finding: Finding) -> list[EvidenceRow]:
    """The answers of each month of a quarter."""
    inside = np.flatnonzero((e.months >= finding.first) & (e.months <= finding.last))
    yes, no = e.counter("satisfied"), e.counter("unsatisfied")
    return [EvidenceRow(int(e.months[m]), (str(yes[m]), str(no[m]))) for m in inside.tolist()]


def find_vanished_services(e: SiteEvidence) -> Found:
    """Services that nobody asks for any more, from a month on in which many would have."""
    visits = e.counter("visits")
    for k, label in enumerate(e.service_labels):
        missing = [m for m in e.judged.tolist() if _has_vanished(e, visits, m, k)]
        for group in np.split(missing, np.flatnonzero(np.diff(missing) != 1) + 1):
            if len(group):
                first, last = int(group[0]), int(group[-1])
                span = int(e.months[first]), e.last_day(last)
                yield Finding("vanished_service", *span, len(group), label)


def _has_vanished(e: SiteEvidence, visits: np.ndarray, m: int, k: int) -> bool:
    """Whether a service is missing in a whole month in which many were to be expected to ask for it."""
    usual = e.before_month(m)
    of_service = e.services[usual, k]
    if len(of_service) == HABIT_MONTHS and not of_service[0]:
        return False  # nor in the same month of the year before: a season
    if e.services[m, k] or not e.is_whole(m) or np.count_nonzero(of_service) < PRESENT:
        return False
    return bool(visits[m] * of_service.sum() / visits[usual].sum() >= VANISHED)


def service_rows(e: SiteEvidence, finding: Finding) -> list[EvidenceRow]:
    """The months without a service: visits of the month, and how many of them would have asked for it."""
    k, visits = e.service_labels.index(finding.detail), e.counter("visits")
    found = []
    for m in np.flatnonzero((e.months >= finding.first) & (e.months <= finding.last)).tolist():
        usual = e.before_month(m)
        expected = visits[m] * e.services[usual, k].sum() / max(visits[usual].sum(), 1)
        found.append(EvidenceRow(int(e.months[m]), (str(visits[m]), f"{expected:.0f}")))
    return found
