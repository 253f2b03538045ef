"""The fields of an entry of INDICATORS: all that is true of an indicator, whatever its value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from dashboard.indicators.measures import Measure
from db.shared_types import Facts

Unit = Literal["count", "rate", "percent", "per_1000", "minutes", "days"]
Direction = Literal["up", "down", "neither"]
# Cards: period, of the figures of the period; waits, complaints, site_page, of the pages Attentes, Plaintes and Site;
# site, of a site chosen on the map. Columns: sites, of the table of sites. Choices: department, complaints_by_site, what
# the pages Département and Plaintes compare sites by; changes, what « Comparer » takes apart (a share or a rate);
# comparison, services, what slides compare sites, or services, by; search, what « Chercher » offers
# of a place that is typed alone.
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
    "search",
]


@dataclass(frozen=True)
class ExcludedRows:
    """The rows that a figure leaves out. one, more: words after their number, singular and plural; total_indicator: the
    indicator that counts all rows."""

    one: str
    more: str
    total_indicator: str = "visits"


@dataclass(frozen=True)
class Basis:
    """The nouns of what a figure rests on, singular and plural. cases: of its denominator, or its n; counted: of its numerator,
    where « 18 sur 64 jours ouverts » would be no share, or « 205 sur 261 visites dont l'attente est connue » be read as the share
    that is known; joint: the word between the two numbers."""

    cases: tuple[str, str]
    counted: tuple[str, str] | None = None
    joint: str = "sur"


CASES = Basis(("cas", "cas"))


@dataclass(frozen=True)
class Requirement:
    """What must be known of a visit for a figure, in words. count_indicator: the indicator whose n is the number of such
    visits."""

    words: str
    count_indicator: str


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """An entry of INDICATORS: all that is true of an indicator."""

    code: str
    label: str
    short: str  # where room is scarce: a card, a column
    noun: str = ""  # after « plus de », « moins de »: of what is followed
    asked: str = ""  # how people ask for it, besides its labels: phrases between semicolons
    # Side by side: what a place with a higher value does, after its name (« reçoit plus de monde »), and what it is about,
    # after « pour »; without, two values are read as they are, and chance does not judge them.
    more: str = ""
    topic: str = ""
    definition: str  # one sentence
    numerator: str  # in words
    denominator: str
    unit: Unit
    direction: Direction  # what is good
    minimum: int  # n under which a value is hidden
    source: str
    limits: str  # what it does not say
    # The first day on which it is sure, and why it is not before.
    unsure_before: tuple[date, str] | None = None
    dimensions: frozenset[str]
    measure: Callable[[Facts], Measure]
    basis: Basis = CASES
    register: Literal["visits", "complaints"] = "visits"
    kinds: frozenset[str] = frozenset({"CCSP", "GSRU"})
    # How its months are judged and its sites compared: a share of its denominator, a rate of events, a wait (by all waits
    # of the month), a measure (by its value alone), a volume (with its season), a stock (what is left at a month's end);
    # None: not at all.
    chart: Literal["share", "rate", "wait", "measure", "volume", "stock"] | None = None
    settled_after: int = 0  # months after which a month's value moves no more; judged then
    followed: bool = False  # its signals are listed, site by site
    # How many days after a month its value moves no more, by that value and whether its cases are enough to show it; None: at
    # once.
    settles: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None
    skewed: bool = False  # a measure that is judged on a log scale
    quantile: float | None = None  # of measured waits, which the value is
    classes: tuple[float, float, float, float] | None = (
        None  # colours of the map: where the second to the last begin
    )
    excluded_rows: ExcludedRows | None = None
    required: Requirement | None = None
    is_current: bool = False  # what is true at the date of the data, on pages whatever their period
    closings: bool = False  # rests on closings: only sites that hand them in speak
    any_form: bool = False  # a visit or a closing is enough for it
    off_days: bool = False  # counts the visits of closed days, and says how many
    in_table: bool = False  # a column of the table of indicators until others are chosen
    silent_as_none: bool = False  # counts a site that handed in nothing as one that did nothing
    places: frozenset[Placement] = frozenset()  # where it is a card, a column or a choice

    @property
    def scale(self) -> int:
        """The factor of a share or a rate: 1 000 for rates per 1 000, else 100."""
        return 1000 if self.unit == "per_1000" else 100
