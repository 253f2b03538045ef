"""Rules between the cells of one row, by form. Each gives (field, rows, message): where the fault is shown, and why."""

from collections.abc import Iterator

import numpy as np

from dashboard.forms.cells import as_numbers
from db.codes import LEFT

Finding = tuple[str, list[int], str]


def _registre(values: dict) -> Iterator[Finding]:
    arrived, called, ended = (
        as_numbers(values[f], -1) for f in ("arrived_at", "called_at", "ended_at")
    )
    left = as_numbers(values["outcome"], 0) == LEFT
    yield (
        "called_at",
        _rows((called >= 0) & (called < arrived)),
        "l'heure d'appel est avant l'heure d'arrivée.",
    )
    yield (
        "called_at",
        _rows(left & (called >= 0)),
        "un usager parti sans être reçu n'a pas d'heure d'appel.",
    )
    yield (
        "ended_at",
        _rows((ended >= 0) & (ended < np.maximum(arrived, called))),
        "l'heure de fin est avant l'arrivée ou l'appel.",
    )


def _plaintes(values: dict) -> Iterator[Finding]:
    rows = list(zip(values["received_on"], values["resolved_on"], values["outcome"], strict=True))
    yield (
        "resolved_on",
        [i for i, (a, b, _) in enumerate(rows) if a and b and b < a],
        "la réponse est avant la réception.",
    )
    yield (
        "outcome",
        [i for i, (_, b, o) in enumerate(rows) if o and not b],
        "une issue demande la date de réponse (« Répondue le »).",
    )
    values["outcome"] = [o or ("handled" if b else None) for _, b, o in rows]


def _fermetures(values: dict) -> Iterator[Finding]:
    rows = list(
        zip(
            values["first_day"],
            values["last_day"],
            values["from_minute"],
            values["to_minute"],
            strict=True,
        )
    )
    yield (
        "last_day",
        [i for i, (a, b, *_) in enumerate(rows) if a and b and b < a],
        "la fin est avant le début.",
    )
    yield (
        "to_minute",
        [i for i, (*_, a, b) in enumerate(rows) if (a is None) != (b is None)],
        "« De » et « À » vont ensemble : remplir les deux, ou aucune.",
    )
    yield (
        "to_minute",
        [i for i, (*_, a, b) in enumerate(rows) if a is not None and b is not None and b <= a],
        "l'heure de fin n'est pas après l'heure de début.",
    )


def _canevas(values: dict) -> Iterator[Finding]:
    pairs = zip(values["received"], values["satisfied"], strict=True)
    yield (
        "satisfied",
        [i for i, (r, s) in enumerate(pairs) if r is not None and s is not None and s > r],
        "plus d'usagers satisfaits que d'usagers reçus.",
    )


CHECKS = {
    "registre": _registre,
    "plaintes": _plaintes,
    "fermetures": _fermetures,
    "canevas": _canevas,
}


def checks(form: str, values: dict) -> Iterator[Finding]:
    """The findings of the form's rules; a form without rules has none."""
    return CHECKS[form](values) if form in CHECKS else iter(())


def _rows(mask: np.ndarray) -> list[int]:
    return np.flatnonzero(mask).tolist()
