"""`python -m tests.demo.truths`: the true answers to the ten questions of docs/premier-regard, counted by pandas from the rows
of a demonstration made today, with nothing of the dashboard's own counting. One answer a line, as the table there has them.
"""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection, create_engine

from dashboard.french import WEEKDAYS
from dashboard.period import add_months, today
from db import read
from db.codes import ALL
from db.demo import sites_of
from db.working_days import public_holidays
from tests.browser.served import make_demo
from tests.demo.series import Rows, of_database

LATE = 30  # days
SILENT_DAYS = 7
DAY = pd.Timedelta(days=1)


class Truths:
    """The rows that count, cut to the last twelve whole months and to the year before them."""

    def __init__(self, connection: Connection):
        places = read.places(connection, ALL)
        self.name = {
            p.code: p.name.split(" d'")[-1].split(" de ")[-1] + " (GSRU)" * (p.kind == "GSRU")
            for p in places
        }
        self.zou = [p.code for p in places if p.department == "Zou"]
        sites = sites_of(places)
        until = today()  # files speak of all days up to yesterday, Saturdays and Sundays too
        holidays = public_holidays(connection, date(2021, 1, 1), until)
        rows = of_database(connection, sites, until, holidays)
        month = pd.Timestamp((until - timedelta(days=1)).replace(day=1))
        if rows.closings["day"].max() < month:  # a month that had no open day yet has no file
            rows = of_database(connection, sites, month.date(), holidays)
        self.rows: Rows = rows
        self.end = pd.Timestamp(until.replace(day=1))
        self.first = pd.Timestamp(add_months(until.replace(day=1), -12))
        self.before = pd.Timestamp(add_months(until.replace(day=1), -24))
        self.services = {code: label for _, code, label in read.services(connection)}
        self.open_days = self.rows.open_days()

    def year(self, table: pd.DataFrame, day: str = "day") -> pd.DataFrame:
        """Of the twelve months."""
        return table[(table[day] >= self.first) & (table[day] < self.end)]

    def lines(self) -> Iterator[tuple[str, str]]:
        """(question, answer)."""
        yield "le plus fréquenté", self.busiest()
        yield "l'attente la plus longue", self.longest("site")
        yield "ce qui se dégrade", self.worse()
        yield "la plainte la plus ancienne", self.oldest()
        yield "muet", self.silent()
        yield "Djougou", self.djougou()
        yield "Zou, plus de 30 jours", self.late_in_zou()
        yield "Covè", self.busy_hour("ccsp-cove")
        yield "par rapport à l'an dernier", self.against_last_year()
        yield "la prestation", self.longest("service")

    def busiest(self) -> str:
        """The three sites with most visits an open day."""
        visits = self.year(self.rows.visits).groupby("site").size()
        days = self.year(self.open_days).groupby("site").size()
        rate = (visits / days).sort_values(ascending=False)
        return "; ".join(f"{self.name[s]} {r:.1f} ({visits[s]})" for s, r in rate.head(3).items())

    def _seen(self) -> pd.DataFrame:
        both = [self.rows.visits[["site", "day"]], self.rows.closings[["site", "day"]]]
        return pd.concat(both).drop_duplicates()

    def _measured(self) -> pd.DataFrame:
        visits = self.rows.visits
        return visits[visits["wait"].notna()]

    def longest(self, by: str) -> str:
        """The longest median wait, of sites or of services."""
        waits = self.year(self._measured()).groupby(by)["wait"]
        half, tenth = (waits.quantile(q, interpolation="lower") for q in (0.5, 0.9))
        order = half.sort_values(ascending=False)
        return "; ".join(
            f"{self.name.get(key) or self.services[key]} {value:.0f} min (un sur dix {tenth[key]:.0f}, n = {waits.size()[key]})"
            for key, value in order.head(3).items()
        )

    def monthly(self, site: str) -> pd.Series:
        """A site's median wait, month by month."""
        mine = self._measured()
        mine = mine[(mine["site"] == site) & (mine["day"] < self.end)]
        return mine.groupby(mine["day"].dt.to_period("M"))["wait"].median()

    def worse(self) -> str:
        """Of the last whole month: days closed in the register, of those open; the sites under four fifths."""
        last = self.open_days["day"].dt.to_period("M") == (self.end - DAY).to_period("M")
        due = self.open_days[last]
        closed = due.merge(self.rows.closings, on=["site", "day"]).groupby("site").size()
        share = (100 * closed / due.groupby("site").size()).fillna(0).sort_values()
        few = [
            f"{self.name[s]} {x:.0f} % de fiches de clôture remises"
            for s, x in share.items()
            if x < 80
        ]
        return "; ".join([f"Djougou : {self.djougou()}", *few])

    def djougou(self) -> str:
        """Its median wait before and in each of the last months."""
        months = self.monthly("ccsp-djougou")
        usual = months.iloc[-30:-6].median()
        return f"{usual:.0f} min d'habitude; " + ", ".join(
            f"{month} {value:.0f}" for month, value in months.tail(6).items()
        )

    def _waiting(self) -> pd.DataFrame:
        complaints = self.rows.complaints
        waiting = complaints[complaints["resolved"].isna()].copy()
        last = pd.Series(pd.Timestamp(self.rows.until) - DAY, self.rows.codes)
        seen = self._seen().groupby("site")["day"].max()
        silent = (
            last - seen > SILENT_DAYS * DAY
        )  # what became of theirs since then, nobody has said
        last = last.where(~silent, seen)
        waiting["age"] = (last[waiting["site"]].to_numpy() - waiting["received"]).dt.days
        return waiting.sort_values("age", ascending=False)

    def oldest(self) -> str:
        """The oldest open complaint, and how many are late."""
        waiting = self._waiting()
        first = waiting.iloc[0]
        late = int((waiting["age"] > LATE).sum())
        return (
            f"{self.name[first['site']]}, {first['age']} jours, reçue le {first['received']:%d/%m/%Y};"
            f" {len(waiting)} en cours, {late} de plus de {LATE} jours"
        )

    def waiting_in_zou(self) -> pd.DataFrame:
        """Open complaints of the Zou, the oldest first."""
        waiting = self._waiting()
        return waiting[waiting["site"].isin(self.zou)]

    def late_in_zou(self) -> str:
        """Open complaints of the Zou, by age."""
        mine = self.waiting_in_zou()
        late = mine[mine["age"] > LATE]
        ages: Sequence[str] = [f"{self.name[c.site]} {c.age} j" for c in mine.itertuples()]
        return f"{len(late)}; en cours : {', '.join(ages)}"

    def silent(self) -> str:
        """Sites without visit or closing for more than a week."""
        seen = self._seen().groupby("site")["day"].max()
        ago = (pd.Timestamp(self.rows.until) - seen).dt.days - 1
        return "; ".join(
            f"{self.name[s]} ni registre des visites ni fiche depuis le {seen[s]:%d/%m/%Y} ({n} jours)"
            for s, n in ago.items()
            if n > SILENT_DAYS
        )

    def busy_hour(self, site: str) -> str:
        """The weekday and hour of most arrivals a day open, of a site."""
        mine = self.year(self.rows.visits[self.rows.visits["site"] == site])
        mine = mine[mine["came"].notna()]
        hours = mine.groupby([mine["day"].dt.dayofweek, mine["came"] // 60]).size()
        days = mine.groupby(mine["day"].dt.dayofweek)["day"].nunique()
        rate = hours / days.reindex(hours.index.get_level_values(0)).to_numpy()
        (weekday, hour), most = max(rate.items(), key=lambda pair: pair[1])
        return f"{WEEKDAYS[weekday]}, de {hour:.0f} h à {hour + 1:.0f} h ({most:.1f})"

    def against_last_year(self) -> str:
        """Visits an open day, now and in the twelve months before, of the sites that had both."""
        visits = self.rows.visits
        old = visits[(visits["day"] >= self.before) & (visits["day"] < self.first)]
        both = set(old["site"]) & set(self.year(visits)["site"])
        rates = []
        for part, start, end in (
            (old, self.before, self.first),
            (self.year(visits), self.first, self.end),
        ):
            days = self.open_days[
                (self.open_days["day"] >= start)
                & (self.open_days["day"] < end)
                & self.open_days["site"].isin(both)
            ]
            rates.append(part["site"].isin(both).sum() / len(days))
        return (
            f"{100 * (rates[1] / rates[0] - 1):+.1f} % par jour ({len(self.year(visits))} visites)"
        )


def main() -> None:
    """Print the answers."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(make_demo(Path(folder) / "demo.db", 300_000))
        with engine.connect() as connection:
            for question, answer in Truths(connection).lines():
                print(f"{question} : {answer}")
        engine.dispose()


if __name__ == "__main__":
    main()
