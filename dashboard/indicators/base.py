"""What an indicator is, and how all of them are computed: facts in, figures out. Sum first, divide once."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from dashboard.indicators.measures import HIDDEN, OUT_OF_SCOPE, Measure, hide
from db.shapes import Facts

Unit = Literal["count", "rate", "percent", "per_1000", "minutes", "days"]
Direction = Literal["up", "down", "neither"]
# Cards: period, of the figures of the period; waits, complaints, site_page, of the pages Attentes, Plaintes and Site;
# site, of a site chosen on the map. Columns: sites, of the table of sites. Choices: department, complaints_by_site, what
# the pages Département and Plaintes compare sites by; changes, what « Comparer » takes apart (a share or a rate);
# comparison, services, what slides compare sites, or services, by.
Placement = Literal[
    "period",
    "waits",
    "complaints",
    "site_page",
    "site",
    "sites",
    "department",
    "complaints_by_site",
    "changes",
    "comparison",
    "services",
    "directory",
]


@dataclass(frozen=True)
class Rest:
    """The rows that a figure does not rest on, in words after their number. of: the indicator that counts them all."""

    one: str
    more: str
    of: str = "visits"


@dataclass(frozen=True)
class Requirement:
    """What must be known of a visit for a figure, in words. by: the indicator whose n counts such visits."""

    words: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One entry of INDICATORS: everything that is true of a figure, in one place."""

    code: str
    label: str
    short: str  # where room is scarce: a card, a column
    definition: str  # one sentence
    numerator: str  # in words
    denominator: str
    unit: Unit
    direction: Direction  # what is good
    minimum: int  # n under which a value is hidden
    source: str
    limits: str  # what it does not say
    by: frozenset[str]
    measure: Callable[[Facts], Measure]
    register: Literal["visits", "complaints"] = "visits"
    kinds: frozenset[str] = frozenset({"CCSP", "GSRU"})
    # How its months are judged and its sites compared: a share of its denominator, a rate of events, a wait (by all waits
    # of the month), a measure (by its value alone), a volume (with its season); None: not at all.
    chart: Literal["share", "rate", "wait", "measure", "volume"] | None = None
    followed: bool = False  # its signals are the alerts, or changes where no direction is good
    skewed: bool = False  # a measure that is judged on a log scale
    quantile: float | None = None  # of measured waits, which the value is
    classes: tuple[float, float, float, float] | None = (
        None  # colours of the map: where the second to the last begin
    )
    rest: Rest | None = None
    known: Requirement | None = None
    now: bool = False  # what is true at the date of the data, on pages whatever their period
    off_days: bool = False  # counts the visits of closed days, and says how many
    places: frozenset[Placement] = frozenset()  # where it is a card, a column or a choice

    @property
    def scale(self) -> int:
        """What a share or a rate is multiplied by: 1 000 for rates per 1 000, else 100."""
        return 1000 if self.unit == "per_1000" else 100


class Figure(NamedTuple):
    """One indicator for one key: what is shown, printed and exported.

    value: in the displayed unit, unrounded; None where missing or hidden, with the reason in `note`.
    """

    key: str
    indicator: str
    numerator: float | None
    denominator: float | None
    value: float | None
    n: int
    sites_reporting: int
    sites_expected: int
    note: str


class Breakdown(Mapping[str, Mapping[str, Figure]]):
    """The figures of some facts by key, then by indicator.

    Complaints are counted at once, for a kept answer has no room for all of them; what rests on visits, of which a page shows
    a few indicators, is computed for every key when somebody first looks at it.
    """

    def __init__(self, facts: Facts, indicators: Iterable[Indicator]) -> None:
        self.by = facts.by
        self._indicators = {i.code: i for i in indicators}
        self._place = {key: n for n, key in enumerate(facts.keys)}
        self._columns = {
            i.code: _figures(i, facts)
            for i in self._indicators.values()
            if i.register == "complaints"
        }
        self._facts = dataclasses.replace(facts, complaints={})

    def column(self, code: str) -> list[Figure]:
        """An indicator of every key, in the order of the keys. Raises KeyError for one that is not among them."""
        known = self._columns.get(code)
        if known is None:
            known = self._columns[code] = _figures(self._indicators[code], self._facts)
        return known

    def waits(self, key: str) -> np.ndarray:
        """How many waited how long, (241,) by whole minute, the last one 240 and more."""
        counted: np.ndarray = self._facts.waits[self._place[key]]
        return counted

    def with_column(self, code: str, figures: Iterable[Figure]) -> "Breakdown":
        """The same with other figures of an indicator, one for each key."""
        other = copy(self)
        other._columns = {**self._columns, code: list(figures)}
        return other

    def __getitem__(self, key: str) -> Mapping[str, Figure]:
        return _Row(self, self._indicators, self._place[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._place)


class _Row(Mapping[str, Figure]):
    def __init__(self, whole: Breakdown, codes: Collection[str], place: int) -> None:
        self._whole, self._codes, self._place = whole, codes, place

    def __getitem__(self, code: str) -> Figure:
        return self._whole.column(code)[self._place]

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)


def compute(facts: Facts, indicators: Iterable[Indicator]) -> list[Figure]:
    """The figures of every indicator for every key of the facts, by key then in the order of `indicators`."""
    return [figure for row in Breakdown(facts, indicators).values() for figure in row.values()]


def _figures(indicator: Indicator, facts: Facts) -> list[Figure]:
    reporting = facts.reporting if indicator.register == "visits" else facts.complaint_reporting
    if facts.by not in indicator.by:
        return [
            Figure(key, indicator.code, None, None, None, 0, r, e, OUT_OF_SCOPE)
            for key, r, e in zip(
                facts.keys, reporting.tolist(), facts.expected.tolist(), strict=True
            )
        ]
    m = indicator.measure(facts)
    few = (m.n < indicator.minimum) & ~np.isnan(np.asarray(m.value, dtype=float))
    m = hide(m, few, f"moins de {indicator.minimum} : {HIDDEN}") if few.any() else m
    columns = (
        facts.keys,
        [indicator.code] * len(facts.keys),
        _numbers(m.numerator),
        _numbers(m.denominator),
        _numbers(m.value),
        map(int, m.n.tolist()),
        reporting.tolist(),
        facts.expected.tolist(),
        m.note,
    )
    return list(map(Figure._make, zip(*columns, strict=True)))


def _numbers(values: np.ndarray) -> list[float | int | None]:
    """Whole numbers as int, NaN as None."""
    return [
        None if x != x else int(x) if x.is_integer() else x
        for x in np.asarray(values, dtype=float).tolist()
    ]
