"""The reference that a site's next complaint bears by the site's own rule, derived from its last ones.

After: `dashboard.actions.site_complaints`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

DIGITS = re.compile(r"\d+")
LOOKED_AT = 12  # the last references, by which the rule is judged
FEWEST = 2  # of them that follow it
LEAP = 100  # a number so far above the one before is a slip of the pen, and begins nothing
LONG_YEAR, SHORT_YEAR, NUMBER = "\0Y", "\0y", "\0N"


class _Numbered(NamedTuple):
    """A reference taken apart. rule: with marks in place of year and number; year: of its day, 0 where it has none; digits: of
    the number."""

    rule: str
    year: int
    digits: str


def next_reference(known: Sequence[tuple[str, date]], day: date) -> str:
    """The next free reference by the rule of these ones; "" where they follow none. known: references of a site and the days on
    which their complaints were received, the latest first; day: on which the next one is noted, which says its year.

    The rule is what stands around a year, if there is one, and a number that goes up by one; most of the last references follow
    it, and a site whose numbers leap (one count for several sites) has none.
    """
    parts = [part for reference, received in known if (part := _take_apart(reference, received))]
    latest = [part for part in parts if part.rule][:LOOKED_AT]
    votes = Counter(part.rule for part in latest)
    if not votes:
        return ""
    rule, agreeing = votes.most_common(1)[0]
    if agreeing < FEWEST or 2 * agreeing <= min(len(known), LOOKED_AT):
        return ""
    mine = [part for part in parts if part.rule == rule]
    if not _goes_up_by_one(mine):
        return ""
    taken = {reference for reference, _ in known}
    return next(one for one in _following(rule, mine, day) if one not in taken)


def _take_apart(reference: str, received: date) -> _Numbered | None:
    """The parts of a reference; None where it has no number. Of several numbers the last one counts."""
    groups = list(DIGITS.finditer(reference))
    year = next((g for g in groups if g[0] == f"{received:%Y}"), None) or next(
        (g for g in groups if g[0] == f"{received:%y}" and len(groups) > 1), None
    )
    numbers = [group for group in groups if group is not year]
    if not numbers:
        return None
    number = numbers[-1]
    marks = [(number.span(), NUMBER)]
    if year is not None:
        marks.append((year.span(), LONG_YEAR if len(year[0]) == 4 else SHORT_YEAR))
    rule = reference
    for (start, end), mark in sorted(marks, reverse=True):
        rule = rule[:start] + mark + rule[end:]
    return _Numbered(rule, received.year if year is not None else 0, number[0])


def _goes_up_by_one(parts: Sequence[_Numbered]) -> bool:
    """Whether at least half of the numbers of the year that has most of them follow the one before."""
    year, _ = Counter(part.year for part in parts).most_common(1)[0]
    numbers = sorted({int(part.digits) for part in parts if part.year == year})
    steps = [after - before for before, after in zip(numbers, numbers[1:], strict=False)]
    return not steps or 2 * steps.count(1) >= len(steps)


def _following(rule: str, parts: Sequence[_Numbered], day: date) -> Iterator[str]:
    """The references that follow the last one of the rule, of the day's year where it has a year."""
    year = day.year if parts[0].year else 0
    last = 0
    for number in sorted({int(part.digits) for part in parts if part.year == year}):
        if last and number - last > LEAP:
            break
        last = number
    width = _width([part.digits for part in parts])
    text = rule.replace(LONG_YEAR, f"{day:%Y}").replace(SHORT_YEAR, f"{day:%y}")
    while True:
        last += 1
        yield text.replace(NUMBER, f"{last:0{width}}")


def _width(numbers: Sequence[str]) -> int:
    """How many digits a number has at least: of those with zeros before them, else of all where they have equally many."""
    padded = {len(digits) for digits in numbers if digits.startswith("0")}
    lengths = {len(digits) for digits in numbers}
    return max(padded or (lengths if len(lengths) == 1 else {1}))
