"""Rows of the demonstration, and monthly series of each site counted from them without anything of the dashboard's own
counting: for judging what the rules of `dashboard.statistics` find in them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from sqlalchemy import Connection, text

from dashboard.statistics.control_chart import judge_series
from dashboard.statistics.control_chart_levels import JudgedSeries
from dashboard.statistics.control_limits import Family, two_rules
from dashboard.statistics.log_waits import log_wait
from dashboard.statistics.observed_vs_expected import Comparison, case_variance, compare
from dashboard.statistics.seasonal import same_sites, seasonal
from db.codes import BINS, LAST_BIN, LEFT, UNKNOWN
from db.demo import DemoSite

WITHIN = 30  # minutes
FAMILIES = {
    "wait_within_30": Family.SHARE,
    "left": Family.SHARE,
    "satisfaction": Family.SHARE,
    "complaints_per_1000": Family.RATE,
    "completeness": Family.SHARE,
}


@dataclass(frozen=True)
class Rows:
    """Tables as handed in, days as numpy days. sites: the order of all series. until: the day after the last.

    visits: site, day, service ("" unknown), came (minute, NaN), wait (minutes, NaN), outcome, satisfied (NaN unknown).
    closings: site, day. closures: site ("" everywhere), first, last, hours, reason. complaints: site, received,
    resolved (NaT open).
    """

    sites: list[DemoSite]
    until: date
    holidays: list[date]
    visits: pd.DataFrame
    closings: pd.DataFrame
    closures: pd.DataFrame
    complaints: pd.DataFrame

    @cached_property
    def codes(self) -> list[str]:
        """The codes of the sites."""
        return [site.code for site in self.sites]

    def open_days(self) -> pd.DataFrame:
        """Every working day of every site from its first activity on, whole days of closure left out: site, day."""
        days = np.arange(self.visits["day"].min().date(), self.until, dtype="datetime64[D]")
        working = days[np.is_busday(days, holidays=np.array(self.holidays, "datetime64[D]"))]
        first = self.visits.groupby("site")["day"].min()
        closed = self.closures[~self.closures["hours"]]
        parts = []
        for code in self.codes:
            due = working[working >= np.datetime64(first[code].date())]
            for c in closed[closed["site"].isin((code, ""))].itertuples():
                due = due[(due < c.first.to_datetime64()) | (due > c.last.to_datetime64())]
            parts.append(pd.DataFrame({"site": code, "day": due}))
        return pd.concat(parts, ignore_index=True)


def of_database(connection: Connection, sites: list[DemoSite], until: date, holidays) -> Rows:
    """All rows that count."""

    def frame(sql: str, *days: str) -> pd.DataFrame:
        table = pd.read_sql_query(text(sql), connection)
        for day in days:
            table[day] = pd.to_datetime(table[day]).astype("datetime64[s]")
        return table

    visits = frame(
        "SELECT s.code AS site, t.day, COALESCE(v.code, '') AS service, t.arrived_at AS came,"
        " t.called_at - t.arrived_at AS wait, t.outcome, t.satisfied"
        " FROM visit t JOIN site s ON s.id = t.site_id LEFT JOIN service v ON v.id = t.service_id"
        " WHERE t.superseded_by IS NULL",
        "day",
    )
    closings = frame(
        "SELECT DISTINCT s.code AS site, t.day FROM daily_closing t JOIN site s ON s.id = t.site_id"
        " WHERE t.superseded_by IS NULL",
        "day",
    )
    closures = frame(
        "SELECT COALESCE(s.code, '') AS site, t.first_day AS first, t.last_day AS last,"
        " t.from_minute IS NOT NULL AS hours, r.label AS reason FROM closure t"
        " LEFT JOIN site s ON s.id = t.site_id JOIN term r ON r.id = t.reason_id"
        " WHERE t.superseded_by IS NULL",
        "first",
        "last",
    )
    closures["hours"] = closures["hours"].astype(bool)
    complaints = frame(
        "SELECT s.code AS site, t.received_on AS received, t.resolved_on AS resolved"
        " FROM complaint t JOIN site s ON s.id = t.site_id WHERE t.superseded_by IS NULL",
        "received",
        "resolved",
    )
    return Rows(sites, until, list(holidays), visits, closings, closures, complaints)


class Series:
    """Each site month by month, up to the last whole month: arrays (sites, months)."""

    def __init__(self, rows: Rows):
        self.rows = rows
        first = rows.visits["day"].min()
        self.origin = first.year * 12 + first.month - 1
        self.n = rows.until.year * 12 + rows.until.month - 1 - self.origin
        self.month = (self.origin + np.arange(self.n)) % 12 + 1
        v = rows.visits
        self.open = self.count(rows.open_days(), "day")
        closed = rows.open_days().merge(rows.closings, on=["site", "day"])
        self.visits = self.count(v, "day")
        arrived = v[v["came"].notna()]
        measured = arrived[arrived["wait"].notna()]
        in_time = self.count(measured[measured["wait"] <= WITHIN], "day")
        waited = self.count(arrived[arrived["wait"].notna() | (arrived["outcome"] == LEFT)], "day")
        known, answered = v[v["outcome"] != UNKNOWN], v[v["satisfied"].notna()]
        self.pairs = {
            "wait_within_30": (in_time, waited),
            "left": (self.count(known[known["outcome"] == LEFT], "day"), self.count(known, "day")),
            "satisfaction": (
                self.count(answered[answered["satisfied"] == 1], "day"),
                self.count(answered, "day"),
            ),
            "complaints_per_1000": (self.count(rows.complaints, "received"), self.visits),
            "completeness": (self.count(closed, "day"), self.open),
        }
        self.waits = self.histograms(measured)

    def cells(self, table: pd.DataFrame, day: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(site, month, whether it is up to the last whole month) of each row."""
        site = pd.Categorical(table["site"], categories=self.rows.codes).codes
        days = table[day].dt
        month = (days.year * 12 + days.month - 1 - self.origin).to_numpy()
        return site, month, month < self.n

    def count(self, table: pd.DataFrame, day: str) -> np.ndarray:
        """Rows by site and month."""
        site, month, whole = self.cells(table, day)
        flat = site[whole].astype(int) * self.n + month[whole]
        out = np.bincount(flat, minlength=len(self.rows.codes) * self.n)
        return out.reshape(-1, self.n).astype(float)

    def histograms(self, measured: pd.DataFrame) -> np.ndarray:
        """Waits by site, month and minute."""
        site, month, whole = self.cells(measured, "day")
        minute = np.minimum(measured["wait"].to_numpy()[whole], LAST_BIN).astype(int)
        flat = (site[whole].astype(int) * self.n + month[whole]) * BINS + minute
        out = np.bincount(flat, minlength=len(self.rows.codes) * self.n * BINS)
        return out.reshape(-1, self.n, BINS)

    @property
    def per_day(self) -> np.ndarray:
        """Visits per open day, NaN where none is open."""
        return np.divide(
            self.visits, self.open, out=np.full(self.visits.shape, np.nan), where=self.open > 0
        )

    @cached_property
    def levels(self) -> dict[str, JudgedSeries]:
        """The sites' series as the rules for levels follow them."""
        logs = log_wait(self.waits)
        followed = {
            "wait_p50": judge_series(np.nan_to_num(logs.mean) * logs.n, logs.n.astype(float))
        }
        for code, (events, bases) in self.pairs.items():
            followed[code] = judge_series(events, bases, family=FAMILIES[code])
        return followed

    def rules(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """(rule, side) of each site and month by indicator."""
        found = {code: (level.rule, level.side) for code, level in self.levels.items()}
        found["visits_per_day"] = two_rules(seasonal(self.per_day, self.month).z)
        return found

    def comparison(self, code: str, chosen: np.ndarray) -> Comparison:
        """Some sites together against what each usually shows."""
        level = self.levels[code]
        if code == "wait_p50":
            logs = log_wait(self.waits)
            own = log_wait(self.waits.sum(axis=1)).variance
            variance = np.repeat(own[:, None], self.n, axis=1)
            events, bases = np.nan_to_num(logs.mean) * logs.n, logs.n.astype(float)
        else:
            events, bases = self.pairs[code]
            variance = case_variance(FAMILIES[code], level.usual)
        parts = (events, bases, level.usual, level.usual_bases, variance, level.in_reference)
        return compare(*(part[chosen] for part in parts))

    def whole(self, chosen: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """(rule, side) of each month of some sites together, by indicator; chosen: positions of sites."""
        found = {}
        for code in self.levels:
            z = judge_series(self.comparison(code, chosen).z[None], family=Family.STANDARDISED)
            found[code] = (z.rule[0], z.side[0])
        together = same_sites(self.visits[chosen], self.open[chosen], self.n - 1)
        z = seasonal(together[None], self.month, shared=self.per_day, since=self.n - 1).z
        rule, side = two_rules(z)
        found["visits_per_day"] = (rule[0], side[0])
        return found
