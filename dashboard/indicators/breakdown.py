"""All indicators over some facts: facts in, figures out. Sum first, divide once.

Before: `db.facts.gather`, which gives the facts. After: `dashboard.answers.figures`.
"""

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from itertools import repeat
from typing import NamedTuple

import numpy as np

from dashboard.indicators.entry import Indicator
from dashboard.indicators.measures import FEW, MOST_STILL_OPEN, OUT_OF_SCOPE, hide
from db.shared_types import Facts


class Figure(NamedTuple):
    """One indicator for one key: what is shown, printed and exported.

    value: in the displayed unit, unrounded; None where missing or hidden, with the reason in `note`. n: the number of cases.
    sites_reporting: of how many sites the register that the figure rests on is known. sites_whole: of how many all is known,
    where a partial register changes the figure; else None. sites_heard: how many are heard of at all, by a visit or a closing;
    None of a figure of complaints or closings.
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
    sites_whole: int | None = None
    sites_heard: int | None = None

    @property
    def heard(self) -> int:
        """How many sites are heard of, by the figure's own register or by closings alone."""
        return self.sites_reporting if self.sites_heard is None else self.sites_heard

    @property
    def sites_in_part(self) -> int:
        """How many of the sites that are heard of handed in only a part; 0 where that makes no difference."""
        return 0 if self.sites_whole is None else self.heard - self.sites_whole


class Breakdown(Mapping[str, Mapping[str, Figure]]):
    """The figures of some facts, by key then indicator.

    Complaint indicators are computed at once, since a cached answer has no room for the complaints; those of visits, of which a
    page shows only a few, when they are first read.
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
        """An indicator's figures, in the order of the keys. Raises KeyError for an indicator that is not included."""
        known = self._columns.get(code)
        if known is None:
            known = self._columns[code] = _figures(self._indicators[code], self._facts)
        return known

    def waits(self, key: str) -> np.ndarray:
        """The histogram of a key's waits, (241,): by whole minute, the last bin 240 and more."""
        counted: np.ndarray = self._facts.waits[self._place[key]]
        return counted

    def with_column(self, code: str, figures: Iterable[Figure]) -> "Breakdown":
        """The same breakdown with other figures of an indicator. figures: one for each key."""
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
    """The figures of one key, by indicator; a read-only view of a Breakdown."""

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
    """The figures of an indicator, one for each key."""
    reporting = _reporting(indicator, facts)
    of_complaints = indicator.register == "complaints"
    expected = facts.complaint_expected if of_complaints else facts.expected
    if facts.by not in indicator.dimensions:
        return [
            Figure(key, indicator.code, None, None, None, 0, r, e, OUT_OF_SCOPE)
            for key, r, e in zip(facts.keys, reporting.tolist(), expected.tolist(), strict=True)
        ]
    m = indicator.measure(facts)
    # That most are still open is a result in itself, and is shown.
    found = ~np.isnan(np.asarray(m.value, dtype=float)) | (np.array(m.note) == MOST_STILL_OPEN)
    few = (m.n < indicator.minimum) & found
    m = hide(m, few, f"{FEW} (moins de {indicator.minimum})") if few.any() else m
    columns = (
        facts.keys,
        [indicator.code] * len(facts.keys),
        _numbers(m.numerator),
        _numbers(m.denominator),
        _numbers(m.value),
        map(int, m.n.tolist()),
        reporting.tolist(),
        expected.tolist(),
        m.note,
        facts.visit_whole.tolist() if indicator.code == "visits" else repeat(None, len(facts.keys)),
        repeat(None, len(facts.keys))
        if of_complaints or indicator.closings
        else facts.reporting.tolist(),
    )
    return list(map(Figure._make, zip(*columns, strict=True)))


def _reporting(indicator: Indicator, facts: Facts) -> np.ndarray:
    """The number of sites in a figure, by key, (G,): whose register it rests on is known; for the current state, those whose
    complaints are known to the end."""
    if indicator.register == "complaints":
        return facts.complaint_current if indicator.is_current else facts.complaint_reporting
    if indicator.closings:
        return facts.closing
    return facts.reporting if indicator.any_form else facts.visit_reporting


def _numbers(values: np.ndarray) -> list[float | int | None]:
    """The values with whole numbers as int and NaN as None."""
    return [
        None if x != x else int(x) if x.is_integer() else x
        for x in np.asarray(values, dtype=float).tolist()
    ]
