"""What a person could see at the start of a day: the same view of the data as they were known then.

Every answer about whole months, silences and complaints may be asked of it; days at the edges of a period may not
(`db.known_then`). Before: `dashboard.answers.context`. After: `dashboard.answers.news`.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from dashboard.answers.context import STATES_OF_THEN, DataSnapshot, View
from dashboard.answers.question import Question
from dashboard.period import naive_utc_bounds
from db.declared_then import Declared, declared_at
from db.known_then import state_at
from db.network_state import state_for_guests


def declared(view: View, question: Question, since: date) -> tuple[Declared, Declared]:
    """What was declared of the question's sites before a day began, and what is now. Raises Moved where the data are of another
    version by now."""
    moment, sites = _moment_before(since), view.sites(question)

    def both(connection: Connection) -> tuple[Declared, Declared]:
        now = declared_at(
            connection, sites
        )  # first: a connection that was asked of then stays there
        return declared_at(connection, sites, moment), now

    return view.read(both)


def _moment_before(since: date) -> datetime:
    return naive_utc_bounds(since, since)[0] - timedelta(microseconds=1)


def view_before(view: View, since: date) -> View:
    """The view of the same person before a day began. Raises Moved where the data are of another version by now."""
    moment = _moment_before(since)
    now = view.snapshot
    state = STATES_OF_THEN.get(
        (now, since),
        lambda: view.read(lambda connection: state_at(connection, now.network, moment)),
    )
    network = state_for_guests(state) if view.access.guest else state
    then = DataSnapshot(now.url, f"{now.version} before {since}", since - timedelta(days=1))
    return replace(view, snapshot=then, network=network)
