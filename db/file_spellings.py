"""What a site's files write for our headings and words, as somebody confirmed it once.

Outside the data's version: a file that was kept stays as it was kept.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, Engine, delete, insert, select

from dashboard.forms.spellings import Spelling, Spellings
from db.journal import utc_now
from db.models import BatchSite, FileSpelling
from db.write_lock import write_transaction

LONGEST = 80  # characters of what is written


def spellings(connection: Connection, sites: Collection[int] | None) -> Spellings:
    """What files of some sites write, of all where None: what was confirmed last holds."""
    asked = select(
        FileSpelling.form, FileSpelling.field, FileSpelling.written, FileSpelling.word
    ).order_by(FileSpelling.id)
    if sites is not None:
        asked = asked.where(FileSpelling.site_id.in_(list(sites)))
    return Spellings.of(Spelling(*row) for row in connection.execute(asked))


def remember(connection: Connection, batch_id: int, found: Iterable[Spelling], by: str) -> None:
    """Keep what files of the sites of a batch write, in place of what was kept of the same."""
    of_batch = select(BatchSite.site_id).where(BatchSite.batch_id == batch_id)
    sites = connection.execute(of_batch).scalars().all()
    for one in found if sites else ():  # closures may be of no site, but of all
        if len(one.written) > LONGEST:
            continue
        _forget(connection, sites, one)
        connection.execute(
            insert(FileSpelling),
            [{**one._asdict(), "site_id": site, "by": by, "at": utc_now()} for site in sites],
        )


def forget(engine: Engine, sites: Collection[int], one: Spelling) -> None:
    """Delete what is kept of a writing of files of these sites."""
    with write_transaction(engine) as connection:
        _forget(connection, sites, one)


def _forget(connection: Connection, sites: Collection[int], one: Spelling) -> None:
    """Delete what is kept of the same writing: of a heading whatever the column, of a word in its column."""
    same = delete(FileSpelling).where(
        FileSpelling.site_id.in_(list(sites)),
        FileSpelling.form == one.form,
        FileSpelling.written == one.written,
    )
    connection.execute(
        same.where(FileSpelling.field == one.field, FileSpelling.word != "")
        if one.word
        else same.where(FileSpelling.word == "")
    )
