"""What sites declare by hand: the daily closing of the register, and the monthly return."""

from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from db.demo.arrivals import weekly_arrivals
from db.demo.model import DemoFile, Gap, Plan

CLOSING_HEADING = "Centre;Date;Agent;Visites déclarées\n"
RETURN_HEADING = (
    "Centre;Mois;Usagers reçus;Usagers satisfaits;"
    "Raisons d'insatisfaction;Difficultés;Solutions;Observations\n"
)
_CLOSINGS, _RETURNS, _COUNTS = 5, 6, 7  # the keys of this module's random numbers
_RETURN_MONTHS = 24
_RETURNED = 0.85
_MISCOUNTED = (
    0.08  # share of the returns that say another number of users than the site has received
)
_MISCOUNTS = [-0.05, 0.04, 0.07, 0.12]  # by so much of it
CARELESS = ("ccsp-cove", "ccsp-tanguieta")  # what they declare is often not what they enter
_SLIPS = [-2, -1, 0, 1, 2]
_SLIP_SHARES = [0.005, 0.015, 0.96, 0.015, 0.005]
_SLIP_SHARES_OF_CARELESS = [0.08, 0.10, 0.65, 0.10, 0.07]
_REASONS = [
    "",
    "attente trop longue",
    "acte non disponible le jour même",
    "pièces manquantes",
    "panne",
]
_DIFFICULTIES = [
    "",
    "coupures de courant",
    "connexion instable",
    "manque de papier",
    "affluence du lundi",
]
_SOLUTIONS = [
    "",
    "prévoir une batterie de secours",
    "renforcer la connexion",
    "doter en fournitures",
]
_REMARKS = ["", "", "rien à signaler", "mois calme", "affluence de la rentrée"]


def closing_files(plan: Plan) -> Iterator[DemoFile]:
    """One file of daily closings per year, which comes in by the week."""
    for year, start, end in plan.years():
        for suffix, sites, stop in plan.file_groups(end):
            lines, rows = [], plan.no_counts()
            for site in sites:
                for day, line in _closings(plan, site, start, stop):
                    lines.append(line)
                    rows[site, day] += 1
            if lines:
                content = (CLOSING_HEADING + "".join(lines)).encode()
                covers = (plan.day(start), plan.day(stop - 1))
                name = f"cloture-{year}{suffix}.csv"
                closing = [site for site in sites if rows[site].any()]
                came_in = weekly_arrivals(plan, rows, closing, start, stop)
                yield DemoFile(
                    name, "cloture", content, covers[1], covers, len(lines), arrivals=came_in
                )


def _closings(plan: Plan, site: int, start: int, stop: int) -> Iterator[tuple[int, str]]:
    """The day and its line, one per agent and day closed; two agents share the visits of a large site."""
    profile, rng = plan.profiles[site], plan.rng(_CLOSINGS, site, start)
    shares = _SLIP_SHARES_OF_CARELESS if profile.code in CARELESS else _SLIP_SHARES
    up_to = list(accumulate(shares))
    forgetful = _closings_while_forgetting(plan, site)
    for day in np.flatnonzero(plan.opened[site, start:stop]) + start:
        gap = plan.gaps[site, day]
        closes = forgetful.get(int(day), bool(rng.random() < plan.effects.closed[site, day]))
        if gap == Gap.SAID_NOBODY or not (closes or gap == Gap.NOBODY):
            continue
        slip = _SLIPS[min(bisect(up_to, rng.random()), len(_SLIPS) - 1)]
        declared = 0 if gap == Gap.NOBODY else max(0, int(plan.counts[site, day]) + slip)
        second = int(rng.binomial(declared, 0.45)) if profile.agents == 2 else 0
        yield int(day), f"{profile.code};{plan.dates[day]};A1;{declared - second}\n"
        if profile.agents == 2:
            yield int(day), f"{profile.code};{plan.dates[day]};A2;{second}\n"


def _closings_while_forgetting(plan: Plan, site: int) -> dict[int, bool]:
    """Whether the register is closed, for the days on which it is less often than usually: of each month exactly the
    share that the event says, its last days; for weeks before nobody thinks of it. Drawn day by day a month may be all but
    closed, 16 days of 19, and the event not be seen in it."""
    forgets = plan.effects.closed[site] < plan.profiles[site].closed
    if not forgets.any():
        return {}
    decided: dict[int, bool] = {}
    for _, start, end in plan.months():
        days = np.flatnonzero((plan.opened[site] & forgets)[start:end]) + start
        number = round(plan.effects.closed[site, days].sum())
        decided |= {day: n >= len(days) - number for n, day in enumerate(days.tolist())}
    return decided


def return_files(plan: Plan, satisfied: np.ndarray) -> Iterator[DemoFile]:
    """One file of monthly returns per complete month of the last two years; `satisfied` is site × day."""
    complete = [m for m in plan.months() if m[2] < plan.days or plan.today.day == 1]
    for month, start, end in complete[-_RETURN_MONTHS:]:
        rng, slips = plan.rng(_RETURNS, start), plan.rng(_COUNTS, start)
        lines = []
        for site, profile in enumerate(plan.profiles):
            received = int(plan.received[site, start:end].sum())
            if profile.last < end - 1 or not received or rng.random() >= _RETURNED:
                continue
            texts = ";".join(
                str(rng.choice(t)) for t in (_REASONS, _DIFFICULTIES, _SOLUTIONS, _REMARKS)
            )
            happy = int(satisfied[site, start:end].sum())
            if slips.random() < _MISCOUNTED:
                # Who counts too few has counted those who were satisfied.
                received = max(happy, received + round(received * slips.choice(_MISCOUNTS)))
            lines.append(f"{profile.code};{month:%m/%Y};{received};{happy};{texts}\n")
        if lines:
            covers = (plan.day(start), plan.day(end - 1))
            content = (RETURN_HEADING + "".join(lines)).encode()
            yield DemoFile(
                f"canevas-{month:%Y-%m}.csv", "canevas", content, covers[1], covers, len(lines)
            )
