"""What sites declare by hand: the daily closing of the register, and the monthly return."""

from collections.abc import Iterator

import numpy as np

from db.demo.model import DemoFile, Plan

CLOSING_HEADING = "Centre;Date;Agent;Visites déclarées\n"
RETURN_HEADING = (
    "Centre;Mois;Usagers reçus;Usagers satisfaits;"
    "Raisons d'insatisfaction;Difficultés;Solutions;Observations\n"
)
_CLOSINGS, _RETURNS, _FORGOTTEN = 5, 6, 7  # the keys of this module's random numbers
_RETURN_MONTHS = 24
_RETURNED = 0.85
_SLIPS = [-2, -1, 0, 1, 2]
_SLIP_SHARES = [0.015, 0.045, 0.88, 0.045, 0.015]
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
    """One file of daily closings per year."""
    for year, start, end in plan.years():
        for suffix, sites, stop in plan.file_groups(end):
            lines = [line for site in sites for line in _closings(plan, site, start, stop)]
            if lines:
                content = (CLOSING_HEADING + "".join(lines)).encode()
                covers = (plan.day(start), plan.day(stop - 1))
                name = f"cloture-{year}{suffix}.csv"
                yield DemoFile(name, "cloture", content, covers[1], covers, len(lines))


def _closings(plan: Plan, site: int, start: int, stop: int) -> Iterator[str]:
    """One line per agent and day closed; two agents share the visits of a large site."""
    profile, rng = plan.profiles[site], plan.rng(_CLOSINGS, site, start)
    forgetful = _closings_while_forgetting(plan, site)
    for day in np.flatnonzero(plan.opened[site, start:stop]) + start:
        if not forgetful.get(int(day), bool(rng.random() < plan.effects.closed[site, day])):
            continue
        declared = max(0, int(plan.counts[site, day] + rng.choice(_SLIPS, p=_SLIP_SHARES)))
        second = int(rng.binomial(declared, 0.45)) if profile.agents == 2 else 0
        yield f"{profile.code};{plan.dates[day]};A1;{declared - second}\n"
        if profile.agents == 2:
            yield f"{profile.code};{plan.dates[day]};A2;{second}\n"


def _closings_while_forgetting(plan: Plan, site: int) -> dict[int, bool]:
    """Whether the register is closed, for the days on which it is less often than usually: of each month exactly the
    share that the event says. Drawn day by day a month may be all but closed, 16 days of 19, and the event not be
    seen in it."""
    rng = plan.rng(_FORGOTTEN, site)
    forgets = plan.effects.closed[site] < plan.profiles[site].closed
    decided: dict[int, bool] = {}
    for _, start, end in plan.months():
        days = np.flatnonzero((plan.opened[site] & forgets)[start:end]) + start
        number = round(plan.effects.closed[site, days].sum())
        closed = set(rng.choice(days, number, replace=False).tolist()) if number else set()
        decided |= {day: day in closed for day in days.tolist()}
    return decided


def return_files(plan: Plan, satisfied: np.ndarray) -> Iterator[DemoFile]:
    """One file of monthly returns per complete month of the last two years; `satisfied` is site × day."""
    complete = [m for m in plan.months() if m[2] < plan.days or plan.today.day == 1]
    for month, start, end in complete[-_RETURN_MONTHS:]:
        rng = plan.rng(_RETURNS, start)
        lines = []
        for site, profile in enumerate(plan.profiles):
            received = int(plan.counts[site, start:end].sum())
            if profile.last < end - 1 or not received or rng.random() >= _RETURNED:
                continue
            texts = ";".join(
                str(rng.choice(t)) for t in (_REASONS, _DIFFICULTIES, _SOLUTIONS, _REMARKS)
            )
            happy = int(satisfied[site, start:end].sum())
            lines.append(f"{profile.code};{month:%m/%Y};{received};{happy};{texts}\n")
        if lines:
            covers = (plan.day(start), plan.day(end - 1))
            content = (RETURN_HEADING + "".join(lines)).encode()
            yield DemoFile(
                f"canevas-{month:%Y-%m}.csv", "canevas", content, covers[1], covers, len(lines)
            )
