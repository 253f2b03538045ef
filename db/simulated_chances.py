"""The probability of a false alarm of each series, kept under the digest of all that it rests on, read and written.

Drawing it takes most of the work of a start; a second start, another process and a command find it here.

Before: `dashboard.answers.expected_false_alarms`, which draws. After: the same, which asks here first.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from db.engine import is_sqlite
from db.models import SimulatedChance as Stored
from db.write_lock import write_transaction

AT_ONCE = 500  # digests or rows in one statement
KEPT_DAYS = 2  # of a series whose months changed since: for states that are still shown


class SimulatedChance(NamedTuple):
    """What was drawn of a series. digest: of all that it rests on, SHA-256 in hexadecimals; series: whose; chances: (n,), of its
    months, or of its sites, NaN where none judges it."""

    digest: str
    series: str
    chances: np.ndarray


def kept_chances(connection: Connection, digests: Sequence[str]) -> dict[str, np.ndarray]:
    """Those that are kept under these digests, by digest; they cannot be written to."""
    kept = {}
    for at in range(0, len(digests), AT_ONCE):
        some = digests[at : at + AT_ONCE]
        asked = select(Stored.digest, Stored.chances).where(Stored.digest.in_(some))
        for digest, chances in connection.execute(asked):
            kept[digest] = np.frombuffer(chances, dtype=np.float64)
    return kept


def keep_chances(engine: Engine, day: date, drawn: Sequence[SimulatedChance]) -> None:
    """Keep what was drawn on a day, and delete what is older of the same series. What another process kept meanwhile stays."""
    # Not behind an import: nothing of the data is read or changed.
    with write_transaction(engine, queue=False) as connection:
        adding = sqlite.insert if is_sqlite(connection) else postgresql.insert
        for at in range(0, len(drawn), AT_ONCE):
            some = drawn[at : at + AT_ONCE]
            outdated = Stored.drawn_on <= day - timedelta(days=KEPT_DAYS)
            whose = Stored.series.in_({one.series for one in some})
            connection.execute(delete(Stored).where(whose, outdated))
            rows = [
                {
                    "digest": one.digest,
                    "series": one.series,
                    "drawn_on": day,
                    "chances": np.ascontiguousarray(one.chances, dtype=np.float64).tobytes(),
                }
                for one in some
            ]
            connection.execute(adding(Stored).on_conflict_do_nothing(), rows)
