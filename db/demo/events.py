"""The events of the demonstration data: few, each with its place, date and size.

Everything else in it is noise of a known kind (`db.demo.plan`, `db.demo.visits`). Generator, tests, simulations and
readers take the events from here: what is listed is to be found and named, what is not listed is not to be alerted.
Dates are counted back from the day on which the data end, so that a demonstration made later tells the same story.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dashboard.period import add_months


class Kind(StrEnum):
    """The kind of an event. size says how much, each in its own measure."""

    SLOWER = "slower"  # waits, times size
    FASTER = "faster"  # waits, times size
    FEWER = "fewer"  # visits, times size
    SERVICE_GROWS = "service grows"  # its share of the site's visits, times size by the end
    OPENS = "opens"  # first activity; size: share of its later visits in the first weeks
    MEASURES = "measures"  # waits are timed from then on; size: share of visits timed
    SILENT = "silent"  # no more data; size: 0
    POWER_CUTS = "power cuts"  # size: share of the working days with a cut, of the place's sites
    FORGETS = "forgets"  # the day's closing; size: share of the working days closed
    UNANSWERED = "unanswered"  # complaints; size: share of them that nobody answers


@dataclass(frozen=True)
class Event:
    """One event.

    place: the code of a site, or the name of a department. months, days: how long before the end of the data it
    begins; counted in months it begins on the first of one. lasts: months, None where it goes on. size: see Kind.
    service: the code of one, where it is about one. shown_in: indicators of which the place has a signal in the last
    whole month while it lasts and no new level has taken it in; none where it is shown as what is true now.
    """

    kind: Kind
    place: str
    size: float
    months: int = 0
    days: int = 0
    lasts: int | None = None
    service: str | None = None
    shown_in: tuple[str, ...] = ()

    def first(self, today: date) -> date:
        """Its first day; `today` is the day after the last of the data."""
        if self.days:
            return today - timedelta(days=self.days)
        return add_months(today.replace(day=1), -self.months)

    def end(self, today: date) -> date | None:
        """The day after its last; None where it goes on."""
        return None if self.lasts is None else add_months(self.first(today), self.lasts)


EVENTS = (
    Event(
        Kind.SLOWER,
        "ccsp-djougou",
        1.6,
        months=5,
        shown_in=("wait_p50", "wait_within_30", "left", "satisfaction"),
    ),
    Event(Kind.FASTER, "ccsp-nikki", 0.6, months=6, shown_in=("wait_p50", "wait_within_30")),
    Event(Kind.FEWER, "ccsp-malanville", 0.65, months=4, shown_in=("visits_per_day",)),
    Event(Kind.SERVICE_GROWS, "ccsp-ouidah", 2.5, months=12, service="actes-pension"),
    Event(Kind.OPENS, "gsru-abomey", 0.4, months=8),
    Event(Kind.MEASURES, "gsru-natitingou", 1.0, months=9),
    Event(Kind.SILENT, "ccsp-bembereke", 0.0, days=35),
    Event(Kind.POWER_CUTS, "Collines", 0.5, months=7, lasts=1),
    Event(Kind.FORGETS, "ccsp-adjarra", 0.5, months=3, shown_in=("completeness",)),
    Event(
        Kind.UNANSWERED,
        "gsru-parakou",
        0.25,
        months=10,
        shown_in=("complaints_open", "complaints_late"),
    ),
)


def events_at(place: str) -> tuple[Event, ...]:
    """The events of a site or a department, in the order of the list."""
    return tuple(event for event in EVENTS if event.place == place)
