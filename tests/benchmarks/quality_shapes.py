"""Honest sites of other shapes than `tests.benchmarks.quality_rules` draws, and what is found at them:
python -m tests.benchmarks.quality_shapes, half a minute.

Prints findings of each rule in a hundred years of sites that note whole hours, half hours or five minutes, note little, have few
users, open two days a week, note no times or began in the middle of the year. YEARS=200 for more sites.
"""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dashboard.judgement.quality_rules import RULES
from dashboard.period import weekdays
from tests.benchmarks.quality_rules import DAYS, FIRST, JUDGED, Register, evidence, honest

SEED = 7
Shape = Callable[[Register], Register]


def rounded_to(step: int) -> Shape:
    """Times are noted in steps of so many minutes, begun ones left out."""

    def shape(register: Register) -> Register:
        rows = register.rows
        arrived, called, ended = (
            np.where(times >= 0, times // step * step, -1)
            for times in (rows.arrived, rows.called, rows.ended)
        )
        return register.with_rows(arrived=arrived, called=called, ended=ended)

    return shape


def share_of(share: float) -> Shape:
    """So much smaller a site."""

    def shape(register: Register) -> Register:
        is_kept = np.random.default_rng(SEED).random(len(register.rows.day)) < share
        found = register.where(is_kept)
        fewer = np.bincount(register.rows.day[~is_kept] - FIRST, minlength=len(DAYS))
        return replace(found, declared=np.maximum(register.declared - fewer, 0))

    return shape


def open_on(is_open: np.ndarray) -> Shape:
    """Open on these days alone. is_open: of DAYS."""

    def shape(register: Register) -> Register:
        both = register.is_open & is_open
        found = register.where(np.isin(register.rows.day, DAYS[both]))
        return replace(found, is_open=both, declared=register.declared * both)

    return shape


def without_times(register: Register) -> Register:
    """No time is noted."""
    none = np.full(len(register.rows.day), -1)
    return register.with_rows(arrived=none, called=none, ended=none)


def with_little(register: Register) -> Register:
    """One service; who came, when he left and whether he was satisfied is not noted."""
    zero = np.zeros(len(register.rows.day), dtype=np.int64)
    return register.with_rows(service=zero + 1, sex=zero, satisfied=zero, ended=zero - 1)


SHAPES: dict[str, Shape] = {
    "whole hours": rounded_to(60),
    "half hours": rounded_to(30),
    "five minutes": rounded_to(5),
    "little": with_little,
    "little, whole hours": lambda register: rounded_to(60)(with_little(register)),
    "little, five minutes": lambda register: rounded_to(5)(with_little(register)),
    "an eighth of the users": share_of(1 / 8),
    "one in thirty": share_of(1 / 30),
    "two days a week": open_on(np.isin(weekdays(DAYS), (1, 3))),
    "began in June": open_on(DAYS >= JUDGED + 151),
    "no times": without_times,
}


def false_alarms(shape: Shape, years: int) -> dict[str, float]:
    """Findings of each rule in a hundred years of such sites, that many simulated."""
    random = np.random.default_rng(SEED)
    found = dict.fromkeys((rule.key for rule in RULES), 0)
    for _ in range(years):
        site = evidence(shape(honest(random)))
        for rule in RULES:
            found[rule.key] += len(list(rule.find(site)))
    return {key: 100 * n / years for key, n in found.items()}


def main() -> None:
    """Print a line for each shape."""
    years = int(os.environ.get("YEARS", "60"))
    print(f"{'':24}", *(f"{rule.key[:10]:>10}" for rule in RULES))
    for name, shape in SHAPES.items():
        found = false_alarms(shape, years)
        print(f"{name:24}", *(f"{n:10.0f}" for n in found.values()), flush=True)


if __name__ == "__main__":
    main()
