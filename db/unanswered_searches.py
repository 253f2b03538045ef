"""What was sought in vain, counted by day, written and read.

Before: `dashboard.actions.unanswered_searches`, which gives words of the index alone. After:
`dashboard.answers.unanswered_searches`.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.engine import is_sqlite
from db.models import UnansweredSearch as Stored
from db.read import as_date
from db.write_lock import write_transaction

MOST_A_DAY = 100  # rows: what is sought beyond them is counted without its words
MOST_OTHERS = 5  # more words than these are these


class SearchCount(NamedTuple):
    """How often the same was sought in vain. words: of the index; others: how many words there were beside, MOST_OTHERS for these
    or more; last_day: on which it was sought last."""

    words: tuple[str, ...]
    others: int
    times: int
    last_day: date


def count_search(engine: Engine, day: date, words: Sequence[str], others: int) -> None:
    """Count once more that these words were sought in vain on a day. words: of the index alone, in any order; others: how many
    there were beside."""
    # Not behind an import: nothing of the data is read or changed.
    with write_transaction(engine, queue=False) as connection:
        key = {
            "day": day,
            "words": " ".join(sorted(set(words))),
            "others": min(others, MOST_OTHERS),
        }
        is_there = select(Stored.times).filter_by(**key)
        rows = select(func.count()).select_from(Stored).where(Stored.day == day)
        full = connection.execute(rows).scalar_one() >= MOST_A_DAY
        if full and connection.execute(is_there).first() is None:
            key |= {"words": "", "others": MOST_OTHERS}
        adding = sqlite.insert if is_sqlite(connection) else postgresql.insert
        first = adding(Stored).values(**key, times=1)  # two at once may be the first
        more = {"times": Stored.times + 1}
        connection.execute(first.on_conflict_do_update(index_elements=list(key), set_=more))


def search_counts(connection: Connection, since: date) -> list[SearchCount]:
    """What was sought in vain since a day, the most often first."""
    times, last = func.sum(Stored.times), func.max(Stored.day)
    asked = (
        select(Stored.words, Stored.others, times, last)
        .where(Stored.day >= since)
        .group_by(Stored.words, Stored.others)
        .order_by(times.desc(), last.desc(), Stored.words, Stored.others)
    )
    return [
        SearchCount(tuple(words.split()), others, int(number), as_date(day))
        for words, others, number, day in connection.execute(asked)
    ]
