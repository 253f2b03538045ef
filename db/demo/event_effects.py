"""The effects of the events at each site on each day; without events every day is a site's ordinary day."""

from datetime import date

import numpy as np

from db.demo.events import EVENTS, Event, Kind
from db.demo.model import DemoSite, Effects, Profile

OPENING = 0.4  # of its later visits: what any site receives in its first weeks


def event_at(kind: Kind, site: DemoSite) -> Event | None:
    """The event of a kind at a site or in its department, if there is one."""
    return next(
        (e for e in EVENTS if e.kind == kind and e.place in (site.code, site.department)), None
    )


def days_of(event: Event, first: date, today: date) -> slice:
    """The days of an event as indices, day 0 being `first`; up to the end of the data where it goes on."""
    end = event.end(today) or today
    return slice(max(0, (event.first(today) - first).days), max(0, (end - first).days))


def effects(sites: list[DemoSite], profiles: list[Profile], first: date, today: date) -> Effects:
    """The effects of all events, each site's habits where nothing happens."""
    shape = (len(sites), (today - first).days)
    wait, visits, cuts, unanswered = (
        np.ones(shape),
        np.ones(shape),
        np.zeros(shape),
        np.zeros(shape),
    )
    timed = np.repeat([[float(p.timed)] for p in profiles], shape[1], axis=1)
    closed = np.repeat([[p.closed] for p in profiles], shape[1], axis=1)
    grown = np.ones(shape)
    at = {
        Kind.SLOWER: wait,
        Kind.FASTER: wait,
        Kind.FEWER: visits,
        Kind.MEASURES: timed,
        Kind.POWER_CUTS: cuts,
        Kind.FORGETS: closed,
        Kind.UNANSWERED: unanswered,
    }
    for s, site in enumerate(sites):
        for kind, values in at.items():
            if event := event_at(kind, site):
                days = days_of(event, first, today)
                if kind == Kind.MEASURES:
                    values[s, : days.start] = 0
                values[s, days] = event.size
        if event := event_at(Kind.SERVICE_GROWS, site):
            days = days_of(event, first, today)
            grown[s, days] = np.linspace(1, event.size, days.stop - days.start)
    return Effects(wait, visits, timed, closed, cuts, unanswered, grown)


def opening_shares(sites: list[DemoSite]) -> np.ndarray:
    """The share of its later visits that each site receives at first."""
    events = [event_at(Kind.OPENS, site) for site in sites]
    return np.array([event.size if event else OPENING for event in events])
