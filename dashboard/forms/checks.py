"""Rules between the cells of one row. Each yields (field, rows, message, others): where the fault is shown, why, and the
fields of the cells that it does not agree with.

A cell that is blank, or refused already, is None among the values and breaks no rule. Where a cell follows from
another (an answered complaint was handled), the rule fills it in.
"""

from collections.abc import Callable, Iterator

import numpy as np

from dashboard.forms.column_numbers import as_numbers
from db.codes import LEFT
from db.shared_types import Cell

Values = dict[str, list[Cell]]
Finding = tuple[str, list[int], str, tuple[str, ...]]
Check = Callable[[Values], Iterator[Finding]]


def no_rule(_values: Values) -> Iterator[Finding]:
    """No rule: yields nothing."""
    yield from ()


def visits(values: Values) -> Iterator[Finding]:
    """Check that times are in order, and that nobody left unserved was called."""
    arrived, called, ended = _numbers(values, "arrived_at", "called_at", "ended_at")
    left = as_numbers(values["outcome"], 0) == LEFT
    yield (
        "called_at",
        _rows((called >= 0) & (called < arrived)),
        "l'heure d'appel est avant l'heure d'arrivée.",
        ("arrived_at",),
    )
    yield (
        "called_at",
        _rows(left & (called >= 0)),
        "un usager parti sans être reçu n'a pas d'heure d'appel.",
        ("outcome",),
    )
    yield (
        "ended_at",
        _rows((ended >= 0) & (ended < np.maximum(arrived, called))),
        "l'heure de fin est avant l'arrivée ou l'appel.",
        ("arrived_at", "called_at"),
    )


def complaints(values: Values) -> Iterator[Finding]:
    """Check that a reply comes after its complaint, an outcome with a reply; an answered complaint without an outcome
    is set to handled."""
    received, resolved = _numbers(values, "received_on", "resolved_on")
    yield (
        "resolved_on",
        _rows((received >= 0) & (resolved >= 0) & (resolved < received)),
        "la réponse est avant la réception.",
        ("received_on",),
    )
    yield (
        "outcome",
        [i for i, o in enumerate(values["outcome"]) if o and resolved[i] < 0],
        "une issue demande la date de réponse (« Répondue le »).",
        ("resolved_on",),
    )
    values["outcome"] = [
        o or ("handled" if b else None)
        for o, b in zip(values["outcome"], values["resolved_on"], strict=True)
    ]


def closures(values: Values) -> Iterator[Finding]:
    """Check that a closure ends after it begins, and has two hours or none."""
    first, last, start, end = _numbers(values, "first_day", "last_day", "from_minute", "to_minute")
    yield (
        "last_day",
        _rows((first >= 0) & (last >= 0) & (last < first)),
        "la fin est avant le début.",
        ("first_day",),
    )
    yield (
        "to_minute",
        _rows((start < 0) != (end < 0)),
        "« De » et « À » vont ensemble : remplir les deux, ou aucune.",
        ("from_minute",),
    )
    yield (
        "to_minute",
        _rows((start >= 0) & (end >= 0) & (end <= start)),
        "l'heure de fin n'est pas après l'heure de début.",
        ("from_minute",),
    )


def promises(values: Values) -> Iterator[Finding]:
    """Check that a register is promised for a day after its own."""
    day, promised = _numbers(values, "day", "promised_on")
    yield (
        "promised_on",
        _rows((day >= 0) & (promised >= 0) & (promised <= day)),
        "un registre se remet après son jour : choisir un jour à venir.",
        ("day",),
    )


def monthly(values: Values) -> Iterator[Finding]:
    """Check that no more users were satisfied than received."""
    received, satisfied = _numbers(values, "received", "satisfied")
    yield (
        "satisfied",
        _rows((received >= 0) & (satisfied > received)),
        "plus d'usagers satisfaits que d'usagers reçus.",
        ("received",),
    )


def _numbers(values: Values, *fields: str) -> Iterator[np.ndarray]:
    """The fields as int64 arrays, -1 where there is no value."""
    return (as_numbers(values[field], -1) for field in fields)


def _rows(mask: np.ndarray) -> list[int]:
    return [int(i) for i in np.flatnonzero(mask)]
