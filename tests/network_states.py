"""Two states of a network, compared: what is read of the sites that a file changed, and all of it read anew; and the figures of a
site, against those that it had before when the state says that nothing changed."""

from dataclasses import dataclass, field, fields

import numpy as np
from sqlalchemy import Connection

from dashboard.indicators import BY_CODE
from dashboard.judgement.control_charts import CHARTED
from dashboard.period import day_from_number, last_whole_month
from db.codes import ALL, SITE_MONTH
from db.facts import gather
from db.monthly_visits import HISTOGRAMS, Months
from db.network_state import WORKED_OUT, NetworkState


@dataclass
class FiguresByDigest:
    """The monthly figures of sites that were seen, by digest. again: how often a digest came again."""

    seen: dict[tuple, np.ndarray] = field(default_factory=dict)
    again: int = 0

    def differences(self, connection: Connection, state: NetworkState) -> list[str]:
        """The sites whose digest is one that was seen with other figures."""
        first = day_from_number(state.origin).replace(day=1)
        last = last_whole_month(state.known_until)
        if first > last or not state.places:
            return []
        facts = gather(connection, ALL, first, last, SITE_MONTH, network=state)
        measures = [BY_CODE[code].measure(facts) for code in CHARTED]
        columns = [
            np.asarray(getattr(m, part), dtype=float).reshape(len(state.places), -1)
            for m in measures
            for part in ("numerator", "denominator", "value", "n")
        ]
        columns.append(facts.waits.reshape(len(state.places), -1).astype(float))
        columns.append(facts.visit_whole.reshape(len(state.places), -1).astype(float))
        figures = np.concatenate(columns, axis=1)
        found = []
        for row, (place, digest) in enumerate(zip(state.places, state.site_digests, strict=True)):
            key = first, last, digest
            self.again += key in self.seen
            before = self.seen.setdefault(key, figures[row])
            if not np.array_equal(before, figures[row], equal_nan=True):
                found.append(f"figures of {place.code}, of which nothing changed")
        return found


def differences(one: NetworkState, other: NetworkState) -> list[str]:
    """The names of what differs between two states."""
    found = []
    for each in fields(NetworkState):
        a, b = getattr(one, each.name), getattr(other, each.name)
        if each.name == "months":
            found += _of_months(a, b)
        elif each.name == "complaints":
            found += [f"complaints.{k}" for k in a if not np.array_equal(a[k], b[k])]
        elif each.name == "spans":
            found += [each.name] if _sorted(a) != _sorted(b) else []
        elif not (np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b):
            found.append(each.name)
    found += [n for n in WORKED_OUT if not np.array_equal(getattr(one, n), getattr(other, n))]
    for name, sums in one.running_sums.items():
        if not np.array_equal(sums, other.running_sums[name]):
            found.append(f"running_sums.{name}")
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
