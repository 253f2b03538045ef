"""What sites declare of their months by the « canevas », and the lots that a month's figures come from.

The words of a canevas are read by `dashboard.answers.return_texts` alone, and erased by `db.retention`.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, or_, select, true, update

from db import erasure_guard
from db.codes import ALL
from db.models import DailyClosing, ImportBatch, MonthlyReturn, Site, Visit

Sites = Collection[str]
TEXTS = (
    MonthlyReturn.reasons,
    MonthlyReturn.difficulties,
    MonthlyReturn.solutions,
    MonthlyReturn.remarks,
)


WRITTEN = re.compile("[0-9]{4}-[0-9]{2}")  # a month
BLANK = {words.key: "" for words in TEXTS}


class Declaration(NamedTuple):
    """The numbers of a canevas. site: id; month: its first day; received: None where it was left blank; batch, at: the lot
    that brought it and when, in UTC."""

    site: int
    month: date
    received: int | None
    batch: int
    at: datetime


class RegisterThen(NamedTuple):
    """A site's register as it was at a moment. visits: of the days asked about; changed_by: the lots that brought, replaced or
    lost a visit of them since, each with the moment, in UTC."""

    visits: int
    changed_by: tuple[tuple[int, datetime], ...]


class ReturnText(NamedTuple):
    """The words of a canevas. site: the code; month: its first day."""

    site: str
    month: date
    reasons: str
    difficulties: str
    solutions: str
    remarks: str


def declarations(connection: Connection, sites: Sites, last: date) -> list[Declaration]:
    """The canevas that count of these sites, of the months up to that of `last`."""
    asked = (
        select(
            MonthlyReturn.site_id,
            MonthlyReturn.month,
            MonthlyReturn.received,
            MonthlyReturn.batch_id,
            ImportBatch.imported_at,
        )
        .join(ImportBatch, ImportBatch.id == MonthlyReturn.batch_id)
        .join(Site, Site.id == MonthlyReturn.site_id)
        .where(_is_of_sites(sites), MonthlyReturn.superseded_by.is_(None))
        .where(MonthlyReturn.month <= last)
        .order_by(MonthlyReturn.site_id, MonthlyReturn.month)
    )
    return [Declaration(*row) for row in connection.execute(asked)]


def texts(connection: Connection, sites: Sites, first: date, last: date) -> list[ReturnText]:
    """The canevas that count and have words, of these sites and of the months from one day's to another's, the latest first."""
    asked = (
        select(Site.code, MonthlyReturn.month, *TEXTS)
        .join(Site, Site.id == MonthlyReturn.site_id)
        .where(_is_of_sites(sites), MonthlyReturn.superseded_by.is_(None))
        .where(MonthlyReturn.month.between(first.replace(day=1), last))
        .where(has_words())
        .order_by(MonthlyReturn.month.desc(), Site.code)
    )
    return [ReturnText(*row) for row in connection.execute(asked)]


def day_batches(
    connection: Connection, site: str, sites: Sites, first: date, last: date
) -> Mapping[date, tuple[frozenset[int], frozenset[int]]]:
    """The lots that a site's days come from: those of its visits, and those of its closings, by day."""
    found: dict[date, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    tables: tuple[type[Visit] | type[DailyClosing], ...] = (Visit, DailyClosing)
    for which, table in enumerate(tables):
        asked = (
            select(table.day, table.batch_id)
            .join(Site, Site.id == table.site_id)
            .where(_is_of_sites(sites), Site.code == site, table.superseded_by.is_(None))
            .where(table.day.between(first, last))
            .distinct()
        )
        for day, batch in connection.execute(asked):
            found[day][which].add(batch)
    return {day: (frozenset(a), frozenset(b)) for day, (a, b) in found.items()}


def register_then(
    connection: Connection, site: str, sites: Sites, first: date, last: date, moment: datetime
) -> RegisterThen:
    """A site's register of some days as it was at a moment (UTC), by what had been handed in by then and was not yet
    withdrawn."""
    asked = (
        select(Visit.day, Visit.source_ref, Visit.batch_id, Visit.superseded_by)
        .join(Site, Site.id == Visit.site_id)
        .where(_is_of_sites(sites), Site.code == site, Visit.day.between(first, last))
    )
    rows = connection.execute(asked).all()
    lots = {number for row in rows for number in (row.batch_id, row.superseded_by) if number}
    known = select(ImportBatch.id, ImportBatch.imported_at, ImportBatch.withdrawn_at)
    moved = {one.id: one for one in connection.execute(known.where(ImportBatch.id.in_(lots)))}

    def was_there(number: int) -> bool:
        out = moved[number].withdrawn_at
        return bool(moved[number].imported_at <= moment and (out is None or out > moment))

    named, nameless = set(), defaultdict(list)
    for day, reference, batch, by in rows:
        if was_there(batch) and (by in (None, batch) or not was_there(by)):
            if reference is None:
                nameless[day].append(batch)
            else:
                named.add(reference)
    # Of a day without references, each lot has the whole: the latest one counted then.
    whole = sum(of.count(max(of)) for of in nameless.values())
    since = {n: one.imported_at for n, one in moved.items() if one.imported_at > moment}
    since |= {
        n: one.withdrawn_at
        for n, one in moved.items()
        if one.imported_at <= moment and one.withdrawn_at and one.withdrawn_at > moment
    }
    return RegisterThen(len(named) + whole, tuple(sorted(since.items())))


def blank_erased(connection: Connection, batch_id: int) -> None:
    """Blank the words that a batch brings of monthly returns whose words were erased, or are past their term: a file that comes
    again does not bring them back."""
    month = MonthlyReturn.month
    sites = {code: number for number, code in connection.execute(select(Site.id, Site.code))}
    gone = [
        and_(MonthlyReturn.site_id == sites[site], month == first_day(text))
        for site, text in erasure_guard.erased_returns(connection)
        if site in sites
    ]
    if until := erasure_guard.term_reached(connection, MonthlyReturn.__tablename__):
        gone.append(erasure_guard.return_words_past_term(until.date()))
    if gone:
        of = MonthlyReturn.batch_id == batch_id
        connection.execute(update(MonthlyReturn).where(of, or_(*gone)).values(BLANK))


def has_words() -> ColumnElement[bool]:
    """The SQL condition that a monthly return has words."""
    return or_(*(words != "" for words in TEXTS))


def first_day(month: str) -> date:
    """The first day of a month that is written « 2026-10 ». Raises ValueError for another text."""
    if not WRITTEN.fullmatch(month):
        raise ValueError(month)
    return date.fromisoformat(f"{month}-01")


def _is_of_sites(sites: Sites) -> ColumnElement[bool]:
    """The SQL condition that a site is one of these."""
    return true() if sites == ALL else Site.code.in_(sites)
