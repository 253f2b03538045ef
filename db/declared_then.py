"""What was declared of sites besides their registers, canevas and closures, at a moment: by what had come in by then.

Before: `db.rows_then`. After: `dashboard.answers.known_then`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from db import read
from db.rows_then import at_moment
from db.shared_types import Closure


@dataclass(frozen=True)
class Declared:
    """What is said of sites. returns: as `read.monthly_returns` gives them; closures: of any day."""

    returns: dict[tuple[int, date], tuple[int | None, int | None]]
    closures: tuple[Closure, ...]


def declared_at(
    connection: Connection, sites: frozenset[str] | str, moment: datetime | None = None
) -> Declared:
    """What is declared of some sites and of the whole network. moment: as stored, naive UTC; None: now. A connection that was
    asked of a moment stays there."""
    then = at_moment(connection, moment) if moment else connection
    return Declared(
        read.monthly_returns(then, sites), read.closures(then, sites, date.min, date.max)
    )
