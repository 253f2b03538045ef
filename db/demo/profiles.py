"""The profile of each site: drawn once from the seed, then constant over the period but for the table of events."""

from datetime import date, timedelta

import numpy as np

from db.demo.event_effects import event_at
from db.demo.events import Kind
from db.demo.model import DemoSite, Profile

_SPREAD = 12.0  # the largest site over the smallest
_LARGE = {  # where counts must show an event, the site is not a small one: smallest 0, largest 1
    Kind.SLOWER: (0.9, 1.0),
    Kind.FASTER: (0.6, 0.85),
    Kind.FEWER: (0.6, 0.85),
    Kind.SERVICE_GROWS: (0.6, 0.85),
    Kind.UNANSWERED: (0.6, 0.85),
}
_SERVICE_SPREAD = (
    0.45  # the service that waits longest, or least, over the middle one, in logarithms
)


def first_activity(site: DemoSite, today: date, rng: np.random.Generator) -> date:
    """The first day: the launch, or an invented day in March to September 2022 where no launch is published; later if
    it opens by the table of events."""
    invented = date(2022, 3, 1) + timedelta(days=int(rng.integers(0, 200)))
    usual = site.launched_on or invented
    opens = event_at(Kind.OPENS, site)
    return max(usual, opens.first(today)) if opens else usual


def draw_profiles(
    sites: list[DemoSite],
    services: int,
    growing: int,
    opened: list[date],
    today: date,
    rng: np.random.Generator,
) -> list[Profile]:
    """One profile per site; `opened` are first days, `growing` the index of the service that grows somewhere, or -1."""
    first, days = min(opened), (today - min(opened)).days
    sizes = _sizes(sites, rng)
    calm = [int(s) for s in rng.permutation(len(sites)) if not has_event(sites[s])]
    untimed, others = calm[: len(sites) // 7], calm[len(sites) // 7 :]
    slow = others[: len(sites) // 6]
    common = 1 / np.arange(1, services + 1) ** 0.8
    return [
        Profile(
            code=site.code,
            size=sizes[s],
            growth=rng.normal(0.11, 0.03),
            start=(opened[s] - first).days,
            last=_last(site, first, today, days),
            wait=rng.uniform(11, 19),
            share_who_leave=rng.uniform(0.034, 0.048),
            women=rng.normal(0.46, 0.025),
            satisfied=rng.uniform(0.95, 0.99),
            complaints=rng.uniform(0.008, 0.016),
            reply_days=rng.uniform(24, 32) if s in slow else rng.uniform(6, 13),
            closed=rng.uniform(0.93, 0.98),
            agents=2 if sizes[s] > _SPREAD / 2 else 1,
            timed=s not in untimed,
            services=_services(site, common, growing, rng),
        )
        for s, site in enumerate(sites)
    ]


def has_event(site: DemoSite) -> bool:
    """Whether the table has an event at the site, or in its department."""
    return any(event_at(kind, site) for kind in Kind)


def service_waits(services: int, growing: int, rng: np.random.Generator) -> np.ndarray:
    """How much longer the users of each service wait than all do, times; the one that grows has the longest waits, so
    that a larger share of it is felt."""
    logs = rng.permutation(np.linspace(-_SERVICE_SPREAD, _SERVICE_SPREAD, services))
    if growing >= 0:
        longest = int(np.argmax(logs))
        logs[[growing, longest]] = logs[[longest, growing]]
    factors: np.ndarray = np.exp(logs - logs.mean())
    return factors


def _last(site: DemoSite, first: date, today: date, days: int) -> int:
    """The index of the last day that a site reports."""
    silent = event_at(Kind.SILENT, site)
    return max(-1, (silent.first(today) - first).days - 1) if silent else days - 1


def _services(
    site: DemoSite, common: np.ndarray, growing: int, rng: np.random.Generator
) -> np.ndarray:
    """The share of each service at a site; the one that grows there is at first as frequent as elsewhere."""
    shares, usual = rng.dirichlet(8 * common), common / common.sum()
    if growing >= 0 and len(common) > 1 and event_at(Kind.SERVICE_GROWS, site):
        shares *= (1 - usual[growing]) / (1 - shares[growing])
        shares[growing] = usual[growing]
    return shares


def _sizes(sites: list[DemoSite], rng: np.random.Generator) -> np.ndarray:
    """Sizes of the sites, spread evenly in logarithms, in the order of places drawn between 0 and 1."""
    between = [
        next((limits for kind, limits in _LARGE.items() if event_at(kind, site)), (0.0, 1.0))
        for site in sites
    ]
    rank = np.argsort(np.argsort([rng.uniform(*limits) for limits in between]))
    sizes: np.ndarray = (_SPREAD ** np.linspace(0, 1, len(sites)))[rank]
    return sizes
