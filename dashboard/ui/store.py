"""The pages' only door to the data. Whatever holds figures of sites takes the person who asks, and cuts to what he may see.

What is kept between runs is keyed by the state of the data and by the sites that may be seen: no answer of one
person's can reach another. Results are frozen or never changed.
"""
import json
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import streamlit as st
from sqlalchemy import Engine

from dashboard import french
from dashboard.access import Person, visible
from dashboard.indicators import BY_CODE, INDICATORS, Figure, compute
from dashboard.period import ONE_DAY, Period, add_months, month_end, today
from dashboard.settings import load
from dashboard.stories import Story, from_json, ready
from db import read
from db.engine import make_engine
from db.facts import comparable, gather, make_scope
from db.frames import ALL
from db.ledger import Ledger, load_ledger

Figures = dict[str, dict[str, Figure]]  # key, then indicator
KEPT = 600  # answers kept in memory; each is small


@dataclass(frozen=True)
class Question:
    """What a page asks about: a period and the filters in force."""

    first: date
    last: date
    department: str | None = None
    kind: str | None = None
    service: str | None = None
    site: str | None = None

    def over(self, period: Period) -> "Question":
        """The same question over another period."""
        return replace(self, first=period.first, last=period.last)


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The database, opened once for all sessions."""
    return make_engine(load().database_url)


@st.cache_resource(max_entries=2, show_spinner=False)
def _ledger(version: str, day: date) -> Ledger:
    with engine().connect() as connection:
        return load_ledger(connection)


def ledger() -> Ledger:
    """The network as the database has it now."""
    with engine().connect() as connection:
        version = read.version(connection)
    return _ledger(version, today())


def _sites(person: Person, question: Question, book: Ledger) -> frozenset[str] | str:
    """The sites of the question that the person may see."""
    allowed = visible(person, book.sites)
    if allowed == ALL and not (question.department or question.kind or question.site):
        return ALL
    table = book.sites
    if allowed != ALL:
        table = table[table["code"].isin(allowed)]
    for column, wanted in (("department", question.department), ("kind", question.kind), ("code", question.site)):
        if wanted:
            table = table[table[column] == wanted]
    return frozenset(table["code"])


def sites(person: Person, question: Question | None = None) -> pd.DataFrame:
    """The sites that the person may see (and that the question is about), by name."""
    book = ledger()
    chosen = _sites(person, question or Question(date.min, date.max), book)
    return book.sites if chosen == ALL else book.sites[book.sites["code"].isin(chosen)]


def figures(person: Person, question: Question, by: str) -> Figures:
    """Every indicator by key."""
    book = ledger()
    return _figures(book.version, _sites(person, question, book), question, by)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _figures(version: str, chosen: frozenset[str] | str, question: Question, by: str) -> Figures:
    book = _ledger(version, today())
    with engine().connect() as connection:
        facts = gather(connection, chosen, question.first, question.last, by, question.service, ledger=book)
    found: Figures = {}
    for figure in compute(facts, INDICATORS):
        found.setdefault(figure.key, {})[figure.indicator] = figure
    return found


@dataclass(frozen=True)
class Comparison:
    """The same figures now and a year before, at the sites that reported both times."""

    now: dict[str, Figure]
    before: dict[str, Figure]
    period: Period
    sites: int
    same_sites: bool  # whether these are all the sites that report now


def comparison(person: Person, question: Question) -> Comparison | None:
    """The question's figures beside the same days a year before; None where no site reported both times."""
    book = ledger()
    return _comparison(book.version, _sites(person, question, book), question)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _comparison(version: str, chosen: frozenset[str] | str, question: Question) -> Comparison | None:
    book = _ledger(version, today())
    with engine().connect() as connection:
        scope = make_scope(connection, book, chosen, question.first, question.last, question.service)
        both, before = comparable(scope)
    if not both:
        return None
    now = _figures(version, chosen, question, "nation")["nation"]
    same = now["visits"].sites_reporting == len(both)
    if not same:
        now = _figures(version, frozenset(both), replace(question, last=scope.last), "nation")["nation"]
    earlier = _figures(version, frozenset(both), question.over(before), "nation")["nation"]
    return Comparison(now, earlier, before, len(both), same)


def trend(person: Person, question: Question, months: int = 13) -> Figures:
    """Every indicator by month, over the last whole months of the question: a month half over would look like a fall."""
    last = min(question.last, ledger().as_of or question.last)
    if last != month_end(last):
        last = last.replace(day=1) - ONE_DAY
    first = add_months(last.replace(day=1), 1 - months)
    return figures(person, replace(question, first=first, last=last), "month")


@dataclass(frozen=True)
class Fresh:
    """How far the data go, and how they are."""

    as_of: date | None
    demo: bool
    age_days: int | None
    empty: bool

    @property
    def stale(self) -> bool:
        """Whether the data are older than their rhythm."""
        return self.age_days is not None and self.age_days > load().stale_days


def freshness() -> Fresh:
    """How far the data of the whole network go."""
    book = ledger()
    age = (today() - book.as_of).days if book.as_of else None
    return Fresh(book.as_of, book.demo, age, book.as_of is None)


def departments() -> list[str]:
    """Every department of the country, with or without a site."""
    return sorted({department for _, department, _ in ledger().communes}, key=french.alphabetical)


def services() -> list[tuple[str, str]]:
    """Code and label of every service, by label."""
    return [(code, label) for _, code, label in ledger().services]


def heat(person: Person, question: Question) -> np.ndarray:
    """Visits by weekday (0 = Monday) and hour, shape (7, 25); the last column is the unknown hour."""
    book = ledger()
    with engine().connect() as connection:
        return read.heat(connection, _sites(person, question, book), question.first, question.last,
                         book.service_id(question.service))


def waits(person: Person, question: Question) -> np.ndarray:
    """Histogram of waits by whole minute, shape (241,); the last bin is 240 and more."""
    book = ledger()
    with engine().connect() as connection:
        _, _, found = read.totals(connection, _sites(person, question, book), question.first, question.last, "nation",
                                  book.service_id(question.service))
    return found.sum(axis=0)


def monthly_medians(person: Person, question: Question) -> pd.DataFrame:
    """Each site's months: code, name, month, visits, measured, p50, p90."""
    book = ledger()
    with engine().connect() as connection:
        frame = read.site_months(connection, _sites(person, question, book), question.first, question.last,
                                 book.service_id(question.service))
    names = book.sites.set_index("id")[["code", "name"]]
    frame = frame.join(names, on="site_id")
    return frame.assign(order=frame["name"].map(french.alphabetical)).sort_values(["order", "month"]).drop(columns="order")


def complaints(person: Person, question: Question) -> pd.DataFrame:
    """Complaints received up to the period's end: site, name, department, received, resolved (dates or None), category,
    channel, open_days (age where open at the end of the period, else NaN). No words of theirs."""
    book = ledger()
    chosen = _sites(person, question, book)
    c, table = book.complaints, book.sites
    allowed = np.ones(len(table), dtype=bool) if chosen == ALL else table["code"].isin(chosen).to_numpy()
    end = min(question.last, book.as_of or question.last)
    limit = end.toordinal() - date(1970, 1, 1).toordinal()
    kept = allowed[c["site"]] & (c["received"] <= limit)
    if question.service:
        kept &= c["service"] == max(book.service_id(question.service), 0)
    c = {name: values[kept] for name, values in c.items()}
    known = np.array([_last_known(book, i, end) for i in table["id"]])
    at = np.minimum(known[c["site"]], limit)
    open_ = ((c["resolved"] < 0) | (c["resolved"] > at)) & (c["received"] <= at)
    labels = {i: label for i, _, label in book.terms}
    day = lambda n: date.fromordinal(int(n) + date(1970, 1, 1).toordinal())  # noqa: E731
    rows = table.iloc[c["site"]]
    return pd.DataFrame({
        "site": rows["code"].to_numpy(), "name": rows["name"].to_numpy(), "department": rows["department"].to_numpy(),
        "received": [day(n) for n in c["received"]], "resolved": [day(n) if n >= 0 else None for n in c["resolved"]],
        "category": [labels.get(i, "Non renseignée") for i in c["category"].tolist()],
        "channel": [labels.get(i, "non renseigné") for i in c["channel"].tolist()],
        "open_days": np.where(open_, at - c["received"], np.nan)})


def _last_known(book: Ledger, site_id: int, otherwise: date) -> int:
    return (book.complaints_as_of(site_id) or otherwise).toordinal() - date(1970, 1, 1).toordinal()


def closures(person: Person, question: Question) -> pd.DataFrame:
    """Closures that touch the period: site_id (None: network), name, first_day, last_day, from_minute, to_minute, reason."""
    book = ledger()
    table = sites(person, question)
    frame = book.closures
    frame = frame[(frame["first_day"] <= question.last) & (frame["last_day"] >= question.first)]
    frame = frame[(frame["site_id"].isna() & (len(table) > 0)) | frame["site_id"].isin(table["id"])]
    names = dict(zip(table["id"], table["name"], strict=True))
    return frame.assign(name=[names.get(i, "Tout le réseau") for i in frame["site_id"]])


def unclosed(person: Person, question: Question) -> pd.DataFrame:
    """Working days of each site without a closing: code, name, department, days (list of dates), silent_days (since the
    last visit or closing, None where there never was one)."""
    book = ledger()
    table = sites(person, question)
    end = min(question.last, book.as_of or question.last)
    span = book.days(question.first, end)
    last = book.days(date.min, end).stop
    rows = []
    for row in table.index:
        missing = np.flatnonzero(book.open[row, span] & ~book.closed[row, span]) + span.start + book.origin
        seen = np.flatnonzero((book.visited[row, :last] > 0) | book.closed[row, :last])
        rows.append({"code": table["code"][row], "name": table["name"][row], "department": table["department"][row],
                     "days": [date.fromordinal(int(n) + date(1970, 1, 1).toordinal()) for n in missing],
                     "silent_days": last - 1 - int(seen[-1]) if len(seen) else None})
    return pd.DataFrame(rows, columns=["code", "name", "department", "days", "silent_days"])


def commune_outlines() -> dict | None:
    """The limits of communes that the ministry loaded: GeoJSON and source; None where there are none."""

    with engine().connect() as connection:
        found = read.boundary(connection, "commune")
    return {"geojson": json.loads(found[0]), "source": found[1]} if found else None


def commune_source() -> str:
    """Where the limits of communes come from, "" where the ministry loaded none."""
    return _commune_source(ledger().version)


@st.cache_resource(max_entries=2, show_spinner=False)
def _commune_source(version: str) -> str:
    loaded = commune_outlines()
    return loaded["source"] if loaded else ""


def stories() -> list[tuple[str, str]]:
    """(name, title) of the presentations that people have kept: words and an order of slides, no figures."""
    with engine().connect() as connection:
        return read.stories(connection)


def story(name: str) -> Story | None:
    """The presentation of that name, ready-made or kept; None where there is none. Raises NotAStory for a spoilt one."""
    if found := ready(name):
        return found
    with engine().connect() as connection:
        body = read.story(connection, name)
    return from_json(name, body) if body else None


def book_of(person: Person, question: Question) -> tuple[Ledger, frozenset[str] | str]:
    """The network and the sites of the question that the person may see: for dashboard.ui.follow, which cuts by them."""
    book = ledger()
    return book, _sites(person, question, book)


def figures_of(book: Ledger, chosen: frozenset[str] | str, question: Question, by: str) -> Figures:
    """Figures of sites that `book_of` gave."""
    return _figures(book.version, chosen, question, by)


__all__ = ["BY_CODE", "Comparison", "Figures", "Fresh", "Question"]
