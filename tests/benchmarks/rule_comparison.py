"""Rules of judgement before and after a change of them: what tests.benchmarks.rules compares, and what it finds worse.

Both sides are drawn from the same random numbers, so that a difference is of the rules and has less error than either
side: a row is worse where it lies beyond three standard errors of the larger.
"""

import csv
from dataclasses import astuple, fields
from pathlib import Path
from time import perf_counter

from tests.benchmarks.rule_cases import CASES, Case, Row, rows_of

BEFORE = Path(__file__).with_name("rules_before.csv")
ROUNDING = 1e-4  # of the file
ERRORS = 3  # standard errors beyond which a difference is one
Key = tuple[str, str, str]  # family, level, change


def key(row: Row) -> Key:
    """What a row is of."""
    return row.family, row.level, row.change


def before() -> dict[Key, Row]:
    """The rows of the rules before, as written."""
    with BEFORE.open(encoding="utf-8", newline="") as file:
        rows = [
            Row(
                one["family"],
                one["level"],
                one["change"],
                *(float(one[f.name]) for f in fields(Row)[3:]),
            )
            for one in csv.DictReader(file)
        ]
    return {key(row): row for row in rows}


def write_before(seed: int) -> None:
    """Write the rows of the rules in use as those of before."""
    with BEFORE.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([f.name for f in fields(Row)])
        for row in (row for case in CASES for row in rows_of(case, seed)):
            words, numbers = astuple(row)[:3], astuple(row)[3:]
            out.writerow([*words, *(f"{x:.4f}" for x in numbers)])


def fault(now: Row, was: Row | None, case: Case) -> str:
    """What is wrong with a row, "" where nothing is. was: before, None of a rule that is new."""
    found, budget = [], case.budget.get(now.level)
    if was is None and budget is None:
        return "new, without a budget"
    if budget is not None and now.flagged - ERRORS * now.flagged_error > budget:
        found.append(f"over its budget of {budget:g}")
    if was is not None:
        more, fewer = now.flagged - was.flagged, was.found - now.found
        if more > ERRORS * max(now.flagged_error, was.flagged_error) + ROUNDING:
            found.append("more false alarms")
        margin = case.price.get(now.level, 0) + ERRORS * max(now.found_error, was.found_error)
        if fewer > margin + ROUNDING:
            found.append("fewer changes found")
    return ", ".join(found)


def compare_rules(seed: int) -> int:
    """Print every case before and after; 1 where a row is worse, over its budget or gone, else 0."""
    start, was, wrong = perf_counter(), before(), 0
    print(
        "\nRules before and after: flagged months a series-year where nothing changes; changes found, in 100"
    )
    _line("", "", "", "flagged before", "after", "found before", "after")
    for case in CASES:
        for now in rows_of(case, seed):
            old = was.pop(key(now), None)
            what = fault(now, old, case)
            wrong += bool(what)
            _line(*key(now), *_cells(now, old), f"  ← {what}" if what else "")
    for family, level, change in was:
        print(f"  {family}, {level}, {change}: was simulated before, and is not now")
    print(f"  ({perf_counter() - start:.0f} s)")
    return int(bool(wrong or was))


def _cells(now: Row, was: Row | None) -> list[str]:
    cells = []
    for name, scale, decimals in (("flagged", 1, 2), ("found", 100, 1)):
        for row in (was, now):
            if row is None:
                cells.append("new")
                continue
            value, error = (scale * getattr(row, n) for n in (name, f"{name}_error"))
            cells.append(f"{value:.{decimals}f} ± {error:.{decimals}f}")
    return cells


def _line(family: str, level: str, change: str, *cells: str) -> None:
    numbers, more = cells[:4], "".join(cells[4:])
    print(f"  {family:46}{level:12}{change:>12}" + "".join(c.rjust(16) for c in numbers) + more)
