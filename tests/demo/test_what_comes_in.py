"""The demonstration tells of registers that came day by day: most in time, some late, some never, and why of some of these."""

from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from dashboard.period import add_months, now, today
from db.day_states import DayState, day_states
from db.demo.arrivals import HABITUAL
from db.demo.closings import CARELESS
from db.demo.events import EVENTS, Kind
from db.demo.gaps import ABSENCES, FORGETFUL
from db.demo.model import Gap
from db.demo_load import load_demo
from db.engine import make_engine
from db.network_state import NetworkState, load_network_state

TODAY = today()
YESTERDAY = TODAY - timedelta(days=1)
TWO_MONTHS = TODAY - timedelta(days=61), YESTERDAY
SILENT = next(event.place for event in EVENTS if event.kind == Kind.SILENT)
NOON = pd.Timedelta(hours=12)
BENIN = pd.Timedelta(hours=1)
BATCHES = (
    "SELECT id, form, filename, sha256, as_of, first_day, last_day, rows, declared, imported_at"
    " FROM import_batch ORDER BY id"
)
PARTS = "SELECT batch_id, site_id, first_day, last_day, rows FROM batch_site ORDER BY 1, 2"
ROWS = "SELECT batch_id, site_id, day, count(*) FROM visit GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"


@pytest.fixture(scope="module")
def network(demonstration) -> NetworkState:
    engine = make_engine(demonstration[0])
    with engine.connect() as connection:
        state = load_network_state(connection)
    engine.dispose()
    return state


@pytest.fixture(scope="module")
def states(network) -> pd.DataFrame:
    """The state of each day of the last two months: site, day, state."""
    first, last = TWO_MONTHS
    found = day_states(network, first, last, now())
    table = pd.DataFrame(
        found, index=[p.code for p in network.places], columns=pd.date_range(first, last)
    )
    return table.rename_axis("site").reset_index().melt("site", var_name="day", value_name="state")


@pytest.fixture(scope="module")
def came_in(demonstration, rows) -> pd.DataFrame:
    """Each open day of the last 24 whole months, with when its register came in (NaT: never) and when it was due, counted from
    the rows: site, day, at, due, days (working days from the day to its arrival)."""
    engine = make_engine(demonstration[0])
    with engine.connect() as connection:
        sql = text(
            "SELECT s.code AS site, p.first_day AS first, p.last_day AS last, b.imported_at AS at FROM batch_site p"
            " JOIN import_batch b ON b.id = p.batch_id JOIN site s ON s.id = p.site_id WHERE b.form = 'registre'"
        )
        parts = pd.read_sql_query(sql, connection, parse_dates=["first", "last", "at"])
    engine.dispose()
    spans = [pd.date_range(a, b) for a, b in zip(parts["first"], parts["last"], strict=True)]
    parts = parts.assign(day=spans).explode("day")
    first_at = parts.groupby(["site", "day"])["at"].min().reset_index()
    due = rows.open_days()
    since = pd.Timestamp(add_months(TODAY.replace(day=1), -24))
    due = due[(due["day"] >= since) & (due["day"] < pd.Timestamp(TODAY.replace(day=1)))]
    first_at["day"] = first_at["day"].astype(due["day"].dtype)
    found = due.merge(first_at, how="left", on=["site", "day"])
    holidays = np.array(rows.holidays, "datetime64[D]")
    days = found["day"].to_numpy().astype("datetime64[D]")
    after = np.busday_offset(days, 1, roll="backward", holidays=holidays)
    found["due"] = pd.to_datetime(after) + NOON
    there = found["at"].notna().to_numpy()
    arrived = (found["at"] + BENIN).to_numpy()[there].astype("datetime64[D]")
    found.loc[there, "days"] = np.busday_count(days[there], arrived, holidays=holidays)
    found["at"] += BENIN
    return found


def at(states: pd.DataFrame, *which: DayState) -> pd.DataFrame:
    return states[states["state"].isin(which)]


def test_each_state_of_a_day_comes_up_in_the_last_two_months(states):
    assert set(DayState) - set(states["state"]) == {DayState.OUT_OF_SERVICE}


def test_most_registers_come_in_time_in_each_of_the_last_months(came_in):
    expected = came_in[came_in["site"] != SILENT]
    in_time = (expected["at"] < expected["due"]).groupby(expected["day"].dt.to_period("M")).mean()
    assert len(in_time) == 24
    assert in_time.between(0.82, 0.95).all(), in_time


def test_two_sites_are_late_in_most_weeks_and_the_others_now_and_then(came_in):
    late = (came_in["at"] >= came_in["due"]).groupby(came_in["site"]).mean().sort_values()
    assert set(late.index[-2:]) == set(HABITUAL)
    assert late.iloc[:-2].max() < 0.15 < 0.25 < late.iloc[-2:].min()
    assert late.min() > 0


def test_what_is_late_comes_one_to_five_working_days_later(came_in):
    late = came_in[came_in["at"] >= came_in["due"]]
    assert set(late["days"]) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(("table", "day"), [("daily_closing", "day"), ("complaint", "received_on")])
def test_closings_and_complaints_come_in_at_the_end_of_their_week(demonstration, table, day):
    """What came in of a week is what a director finds new: never a year at once."""
    engine = make_engine(demonstration[0])
    with engine.connect() as connection:
        sql = text(
            f"SELECT r.{day} AS day, b.imported_at AS at FROM {table} r JOIN import_batch b ON b.id = r.batch_id"  # noqa: S608 (own names)
            " WHERE NOT b.declared"
        )
        found = pd.read_sql_query(sql, connection, parse_dates=["day", "at"])
    engine.dispose()
    found = found[found["day"] >= pd.Timestamp(add_months(TODAY.replace(day=1), -24))]
    at = found["at"] + BENIN
    assert (at.dt.to_period("W") == found["day"].dt.to_period("W")).mean() > 0.99
    assert (at >= found["day"] + NOON).all() and (
        at.dt.normalize() <= pd.Timestamp(YESTERDAY)
    ).all()
    assert found.groupby("at")["day"].agg(np.ptp).max() < pd.Timedelta(days=7)


def test_days_are_missing_where_the_story_says_and_nowhere_else(states):
    places = {absence.place for absence in ABSENCES if absence.gap == Gap.NO_WORD}
    assert set(at(states, DayState.MISSING)["site"]) == {*places, *FORGETFUL, SILENT}
    few = at(states, DayState.MISSING).groupby("site").size().drop(SILENT)
    assert few.between(1, 12).all(), few


def test_a_promised_register_and_what_a_site_says_itself_explain_their_days(states, network):
    saying = (Gap.SAID_CLOSED, Gap.PROMISED)
    places = {absence.place for absence in ABSENCES if absence.gap in saying}
    explained = at(states, DayState.EXPLAINED)
    assert set(explained["site"]) == places
    unconfirmed = {c.reason for c in network.closures if not c.confirmed}
    assert unconfirmed == {"électricité", "réseau", "travaux", "grève"}
    promised = network.promised_until[network.promised_until > 0]
    assert len(promised) == 2 and (promised > (TODAY - date(1970, 1, 1)).days).all()


def test_the_strike_and_a_day_of_its_own_are_confirmed(network, states):
    everywhere = [c for c in network.closures if c.site_id is None]
    assert [(c.reason, c.confirmed) for c in everywhere] == [("grève", True)]
    [of_file] = [absence for absence in ABSENCES if absence.gap == Gap.CLOSED]
    assert of_file.place in set(at(states, DayState.CLOSED)["site"])


def test_two_sites_do_not_declare_what_they_enter(states):
    differing = at(states, DayState.DIFFERENT).groupby("site").size().sort_values()
    assert set(differing.index[-2:]) == set(CARELESS)
    assert differing.iloc[-2:].min() > 1.5 * differing.iloc[:-2].max(), differing


def test_one_site_leaves_its_closings_open_for_weeks(states):
    place = next(event.place for event in EVENTS if event.kind == Kind.FORGETS)
    expected = states[(states["site"] == place) & (states["state"] >= DayState.MISSING)]
    unclosed = (expected.sort_values("day")["state"] == DayState.UNCLOSED).to_numpy()
    rows = np.diff(np.flatnonzero(np.diff(np.concatenate([[False], unclosed, [False]]))))[::2]
    assert rows.max() >= 6


def test_monthly_returns_know_of_users_whose_register_never_came(demonstration, rows):
    """« 412 » in a report, « 397 » on the screen."""
    engine = make_engine(demonstration[0])
    with engine.connect() as connection:
        sql = text(
            "SELECT s.code AS site, r.month, r.received FROM monthly_return r JOIN site s ON s.id = r.site_id"
        )
        returns = pd.read_sql_query(sql, connection, parse_dates=["month"])
    engine.dispose()
    months = rows.visits["day"].dt.to_period("M").dt.to_timestamp().rename("month")
    entered = rows.visits.groupby(["site", months]).size().rename("entered").reset_index()
    entered["month"] = entered["month"].astype(returns["month"].dtype)
    both = returns.merge(entered, on=["site", "month"])
    more = (both["received"] > both["entered"]).groupby(both["site"]).mean()
    assert more[list(FORGETFUL)].min() > 0.4 > more.drop(list(FORGETFUL)).max()
    equal = both["received"] == both["entered"]
    assert 0.7 < equal.mean() < 0.9


def test_each_batch_has_the_rows_and_the_days_that_it_says(demonstration):
    engine = make_engine(demonstration[0])
    with engine.connect() as connection:
        said = connection.execute(text(PARTS)).all()
        held = connection.execute(text(ROWS)).all()
        batches = dict(
            map(
                tuple,
                connection.execute(
                    text("SELECT id, rows FROM import_batch WHERE form = 'registre'")
                ),
            )
        )
    engine.dispose()
    found: dict[tuple[int, int], int] = {}
    spans = {(batch, site): (first, last) for batch, site, first, last, _ in said}
    for batch, site, day, number in held:
        first, last = spans[batch, site]
        assert first <= day <= last
        found[batch, site] = found.get((batch, site), 0) + number
    assert {key: n for key, n in found.items() if n} == {
        (batch, site): n for batch, site, *_, n in said if n and batch in batches
    }
    sums = Counter()
    for (batch, _), n in found.items():
        sums[batch] += n
    assert sums == {batch: n for batch, n in batches.items() if n}


def test_both_databases_and_every_loading_have_the_same(sqlite, postgresql):
    """Also the numbers of the batches, and which rows are of which."""
    told = []
    for maker in (sqlite, postgresql, None):
        with (maker or sqlite).fresh(visits=6_000 if maker else 0) as url:
            engine = make_engine(url)
            if maker is None:
                load_demo(engine, 6_000, 20211221, by="test", progress=False)
            with engine.connect() as connection:
                told.append([of(connection, sql) for sql in (BATCHES, PARTS, ROWS)])
            engine.dispose()
    assert told[0] == told[1] == told[2]
    assert len(told[0][0]) > 500


def of(connection, sql: str) -> list[tuple]:
    """Rows as both databases write them."""

    def plain(value):
        if isinstance(value, datetime):
            return value.isoformat(" ", "microseconds")
        return value.isoformat() if isinstance(value, date) else value

    return [tuple(map(plain, row)) for row in connection.execute(text(sql))]
