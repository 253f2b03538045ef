"""Fictitious, seeded register files in the ordinary import forms.

Nothing here is real: every visit, complaint, closing and closure is invented. No database is written; the
files go through the same import as those of a site, so that a demonstration also proves the import.
"""

from collections.abc import Collection, Iterator
from datetime import date

from db.demo import closings, closures, complaints, gaps
from db.demo import visits as visit_files
from db.demo.model import DemoFile, DemoSite, sites_of
from db.demo.plan import make_plan

__all__ = ["DemoFile", "DemoSite", "files", "sites_of"]


def files(
    sites: list[DemoSite],
    services: dict[str, str],
    *,
    visits: int = 300_000,
    seed: int = 20211221,
    today: date,
    holidays: Collection[date],
) -> Iterator[DemoFile]:
    """The invented files of every form, up to the day before `today`; same arguments, same bytes.

    `visits` is the number of users received over all sites, of which registers have all but those of the days of
    `db.demo.gaps`; `services` are labels of the Prestation column by code,
    the commonest first. The events are those of `db.demo.events`; one whose place is not among the sites does not
    happen. One file is held in memory at a time. ValueError if no site has a working day.
    """
    plan = make_plan(sites, services, visits=visits, seed=seed, today=today, holidays=holidays)
    yield from closures.files(plan)
    satisfied = plan.no_counts()
    yield from closings.closing_files(plan)
    yield from complaints.files(plan)
    yield from visit_files.files(plan, satisfied)
    yield from closings.return_files(plan, satisfied)
    yield from gaps.files(plan)
