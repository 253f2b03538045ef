"""Periods of entire days: parsed, named, compared with earlier ones, clipped at the last known day, split by month.

Both ends are included. A period of entire months (a month, a quarter, a year, twelve months) moves by months; any other by
days.
"""

import calendar
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MINYEAR, UTC, date, datetime, time, timedelta, timezone

import numpy as np

from dashboard.french import MONTHS, upper_first

# Benin has no daylight saving time and has been at UTC+1 in all years that we have; a fixed offset needs no time zone
# database, which Windows and slim containers lack.
BENIN = timezone(timedelta(hours=1), "Africa/Porto-Novo")

YEARS = range(
    2000, 2101
)  # what a URL may ask for: no centre is older, and no comparison leaves the calendar
Days = tuple[date, date]
YEAR, RUNNING = "12m", "mois"  # codes of the last twelve whole months, and of the running one
ONE_DAY = timedelta(days=1)
DAY_0 = date(1970, 1, 1)  # of day numbers
MINUTES_A_DAY = 24 * 60
QUARTER_NAMES = ("1ᵉʳ trimestre", "2ᵉ trimestre", "3ᵉ trimestre", "4ᵉ trimestre")
CODE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:(?P<month>[0-9]{2})|T(?P<quarter>[1-4])))?"
    r"|(?P<first>[0-9]{4}-[0-9]{2}-[0-9]{2})_(?P<last>[0-9]{4}-[0-9]{2}-[0-9]{2})"
)


@dataclass(frozen=True, order=True)
class Period:
    """Days from `first` to `last`, both included. Raises ValueError if the last comes before the first."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period ends on {self.last}, before its first day {self.first}")

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1

    @property
    def whole_months(self) -> int:
        """The number of months, if the period consists of entire months; else 0."""
        if self.first.day != 1 or self.last != month_end(self.last):
            return 0
        return month_number(self.last) - month_number(self.first) + 1

    @property
    def code(self) -> str:
        """The code for a URL: 2026, 2026-11, 2026-T3 or 2026-01-05_2026-02-10; `parse` reads it."""
        year, month = self.first.year, self.first.month
        if self.whole_months == 12 and month == 1:
            return f"{year:04}"
        if self.whole_months == 3 and month % 3 == 1:
            return f"{year:04}-T{month // 3 + 1}"
        if self.whole_months == 1:
            return f"{year:04}-{month:02}"
        return f"{self.first.isoformat()}_{self.last.isoformat()}"

    @property
    def label(self) -> str:
        """The name in French: 2025; 3ᵉ trimestre 2026; novembre 2026; du 01/10/2026 au 24/11/2026."""
        year, month = self.first.year, self.first.month
        if self.whole_months == 12 and month == 1:
            return str(year)
        if self.whole_months == 3 and month % 3 == 1:
            return f"{QUARTER_NAMES[month // 3]} {year}"
        if self.whole_months == 1:
            return f"{MONTHS[month - 1]} {year}"
        if self.whole_months:
            return _months_label(self)
        if self.days == 1:
            return f"{self.first:%d/%m/%Y}"
        return f"du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}"


def _months_label(period: Period) -> str:
    first, last = MONTHS[period.first.month - 1], MONTHS[period.last.month - 1]
    of = "d'" if first[0] in "ao" else "de "
    year = "" if period.first.year == period.last.year else f" {period.first.year}"
    return f"{of}{first}{year} à {last} {period.last.year}"


@dataclass(frozen=True)
class ClippedPeriod:
    """A period as far as it is known. full_period: as asked; period: its days up to the last known one."""

    full_period: Period
    period: Period

    @property
    def partial(self) -> bool:
        """Whether days are missing at its end."""
        return self.period != self.full_period

    @property
    def label(self) -> str:
        """The name in French, with its last day if partial."""
        if not self.partial:
            return self.full_period.label
        return f"{self.full_period.label} (partiel, au {self.period.last:%d/%m/%Y})"

    @property
    def previous(self) -> Period:
        """The same days of the period before: for 1 to 10 November, 1 to 10 October.

        Where the period before is shorter, all of it: for 1 to 30 March, the whole of February.
        """
        if self.full_period.whole_months:
            return _months_back(self.period, self.full_period.whole_months)
        shift = timedelta(days=self.full_period.days)
        return Period(self.period.first - shift, self.period.last - shift)

    @property
    def same_last_year(self) -> Period:
        """The same days a year before."""
        return same_last_year(self.period)


def clock_offset() -> timedelta:
    """How far this clock is ahead of the true one: zero, except in tests, which have a fixed day (tests/clock.py)."""
    # Only under pytest, which sets PYTEST_VERSION for its subprocesses: a variable left behind elsewhere has no effect.
    seconds = os.environ.get("CCSP_TESTS_AHEAD", "0") if "PYTEST_VERSION" in os.environ else "0"
    return timedelta(seconds=float(seconds))


def now() -> datetime:
    """The present moment in Benin's time; the only clock that is used."""
    return datetime.now(BENIN) + clock_offset()


def today(moment: datetime | None = None) -> date:
    """The day in Benin, now or at the aware moment given."""
    return (moment or now()).astimezone(BENIN).date()


def to_local_time(at: datetime) -> datetime:
    """A stored moment (naive UTC) in Benin's time."""
    return at.replace(tzinfo=UTC).astimezone(BENIN)


def to_naive_utc(moment: datetime) -> datetime:
    """A moment as it is stored, naive UTC; a naive one is taken as Benin's time. Clamped to the calendar's range."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=BENIN)
    try:
        return aware.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return datetime.min if moment.year == MINYEAR else datetime.max  # noqa: DTZ901


def naive_utc_bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """The start and end of these days in Benin as stored moments; the end is exclusive."""
    start, end = (to_naive_utc(datetime.combine(day, time())) for day in (first, last))
    return start, end + ONE_DAY


def last_local_day(end: datetime) -> date:
    """The last day in Benin before a stored moment that ends a span."""
    return (to_local_time(end) - timedelta(seconds=1)).date()


def day_number(day: date) -> int:
    """The days since 1 January 1970, as files, rollups and arrays have them."""
    return (day - DAY_0).days


def day_from_number(number: int) -> date:
    """The day of a day number."""
    return DAY_0 + timedelta(days=int(number))


def day_numbers(days: Iterable[date | str | None]) -> np.ndarray:
    """The day numbers of dates or ISO texts, (n,); -1 for None."""
    listed = list(days)
    numbers: dict[date | str | None, int] = {None: -1}
    for day in set(listed):  # millions of visits have a few hundred days
        if day is not None:
            numbers[day] = day_number(date.fromisoformat(day) if isinstance(day, str) else day)
    return np.array([numbers[day] for day in listed], dtype=np.int64)


def minute_number(moment: datetime) -> int:
    """The whole minutes from the start of 1 January 1970 to an aware moment, by Benin's clock."""
    local = moment.astimezone(BENIN)
    return day_number(local.date()) * MINUTES_A_DAY + local.hour * 60 + local.minute


def iso_days(numbers: np.ndarray) -> list[str]:
    """The ISO texts of day numbers, (n,)."""
    texts: list[str] = numbers.astype("datetime64[D]").astype(str).tolist()
    return texts


def weekdays(numbers: np.ndarray) -> np.ndarray:
    """The weekdays of day numbers, (n,); 0 = Monday."""
    return (numbers + DAY_0.weekday()) % 7


def month_number(day: date) -> int:
    """The months from January 1970 to the day's month."""
    return (day.year - DAY_0.year) * 12 + day.month - DAY_0.month


def month_numbers(numbers: np.ndarray) -> np.ndarray:
    """The month numbers of day numbers, (n,)."""
    return numbers.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_starts(numbers: np.ndarray) -> np.ndarray:
    """The day numbers of the first days of the months of day numbers, (n,)."""
    return month_numbers(numbers).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, count: int) -> date:
    """The same day `count` months later (earlier if negative), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def year_before(day: date) -> date:
    """The same day a year before; for a month's last day, that month's last day: 29/02/2024 for 28/02/2025."""
    ago = add_months(day, -12)
    return month_end(ago) if day == month_end(day) else ago


def _whole(first: date, count: int) -> Period:
    """The period of `count` months from a first day."""
    return Period(first, month_end(add_months(first, count - 1)))


def parse(text: str) -> Period | None:
    """The period of a URL's code (see `Period.code`); None where it is invalid or outside the years 2000 to 2100."""
    match = CODE.fullmatch(text)
    if match is None:
        return None
    try:
        period = _from_parts(**match.groupdict())
    except ValueError:  # 30 February, month 13, a last day before the first
        return None
    return period if period.first.year in YEARS and period.last.year in YEARS else None


def _from_parts(
    year: str, month: str | None, quarter: str | None, first: str | None, last: str | None
) -> Period:
    if first and last:
        return Period(date.fromisoformat(first), date.fromisoformat(last))
    if quarter:
        return _whole(date(int(year), int(quarter) * 3 - 2, 1), 3)
    if month:
        return _whole(date(int(year), int(month), 1), 1)
    return _whole(date(int(year), 1, 1), 12)


def _preset_periods(known_to: date, day: date | None) -> dict[str, Period]:
    """The period of each preset's code: running ones and those before by the calendar of a day, whole months by what is known."""
    at = day or max(today(), known_to)
    month, year = at.replace(day=1), date(at.year, 1, 1)
    # On its last day a month is complete.
    next_month = (known_to + ONE_DAY).replace(day=1)
    return {
        YEAR: _whole(add_months(next_month, -12), 12),
        "3m": _whole(add_months(next_month, -3), 3),
        RUNNING: _whole(month, 1),
        "mois-1": _whole(add_months(month, -1), 1),
        "annee": _whole(year, 12),
        "annee-1": _whole(add_months(year, -12), 12),
    }


def presets(known_to: date, day: date | None = None) -> dict[str, str]:
    """The labels of the periods most asked for, by code, in the order in which they are listed; with what has nothing yet.
    known_to: the last day up to which all is known; day: by whose calendar, today's by default."""
    periods = _preset_periods(known_to, day)

    def named(which: str, code: str) -> str:
        name = periods[code].label
        if periods[code].first <= known_to:
            return f"{which} ({name})"
        of_year = "Année " if name.isdigit() else ""  # both in words would be cut in the list
        return f"{of_year}{upper_first(name)} (rien encore)"

    return {
        YEAR: "12 derniers mois entiers",
        "3m": "3 derniers mois entiers",
        RUNNING: named("Mois en cours", RUNNING),
        "mois-1": named("Mois précédent", "mois-1"),
        "annee": named("Année en cours", "annee"),
        "annee-1": named("Année précédente", "annee-1"),
    }


def resolve_period(code: str, known_to: date, day: date | None = None) -> Period | None:
    """The period of a preset's or URL's code; None where it is invalid. Not clipped at `known_to` (see `clip_period`). known_to,
    day: as `presets` has them."""
    return _preset_periods(known_to, day).get(code) or parse(code)


def _months_back(period: Period, count: int) -> Period:
    """The same days so many months earlier."""
    last = add_months(period.last, -count)
    # Entire months stay entire: April's 30 days become January's 31, and 28 February 29 in a leap year.
    return Period(
        add_months(period.first, -count), month_end(last) if period.whole_months else last
    )


def same_last_year(period: Period) -> Period:
    """The same days a year before; 29 February becomes 28, and an entire February stays entire."""
    return _months_back(period, 12)


def clip_period(period: Period, last: date) -> ClippedPeriod | None:
    """The period clipped at the last known day; None if it begins after that day."""
    if last < period.first:
        return None
    return ClippedPeriod(period, Period(period.first, min(period.last, last)))


def months(period: Period) -> list[date]:
    """The first days of the months that the period overlaps, in order; the first may lie before the period."""
    count = month_number(period.last) - month_number(period.first) + 1
    return [add_months(period.first.replace(day=1), n) for n in range(count)]


def split_by_month(period: Period) -> tuple[Days | None, Days | None, Days | None]:
    """The days before the period's entire months, those months, and the days after; None for an empty part.

    Days are (first, last), both included; months are (first day of the first month, first day of the last). Together they are
    the period, each day once. Without an entire month, the first part ends with its month.
    """
    whole = [
        month
        for month in months(period)
        if period.first <= month and month_end(month) <= period.last
    ]
    if whole:
        before, after = whole[0], month_end(whole[-1])
    else:
        after = min(month_end(period.first), period.last)
        before = after + ONE_DAY
    return (
        (period.first, before - ONE_DAY) if period.first < before else None,
        (whole[0], whole[-1]) if whole else None,
        (after + ONE_DAY, period.last) if after < period.last else None,
    )


def last_whole_month(known_to: date | None) -> date:
    """The last day of the last month that is known entirely. known_to: the last day up to which all is known; None: today."""
    last = known_to or today()
    return last if last == month_end(last) else last.replace(day=1) - ONE_DAY
