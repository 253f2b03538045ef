"""Two states of a network, compared: what is read of the sites that a file changed, and all of it read anew."""

from dataclasses import fields

import numpy as np

from db.monthly_visits import HISTOGRAMS, Months
from db.network_state import NetworkState


def differences(one: NetworkState, other: NetworkState) -> list[str]:
    """The names of what differs between two states."""
    found = []
    for field in fields(NetworkState):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "months":
            found += _of_months(a, b)
        elif field.name == "complaints":
            found += [f"complaints.{k}" for k in a if not np.array_equal(a[k], b[k])]
        elif field.name == "spans":
            found += [field.name] if _sorted(a) != _sorted(b) else []
        elif not (np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b):
            found.append(field.name)
    return found


def _sorted(spans: dict) -> dict:
    return {key: sorted(days) for key, days in spans.items()}


def _of_months(a: Months, b: Months) -> list[str]:
    same = {
        "extent": a.extent == b.extent,
        "services": a.services == b.services,
        "sites": a.site_versions.keys() == b.site_versions.keys(),
        **{
            name: np.array_equal(getattr(a.cells, name), getattr(b.cells, name))
            for name in ("site", "service", "month", "counters")
        },
        **{name: np.array_equal(a.cells.ends[name], b.cells.ends[name]) for name in HISTOGRAMS},
        **{
            f"words of {name}": np.array_equal(a.cells.words[name], b.cells.words[name])
            for name in HISTOGRAMS
        },
    }
    return [f"months.{name}" for name, equal in same.items() if not equal]
