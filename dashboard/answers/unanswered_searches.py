"""What was sought in « Chercher » and not found, for who mends it.

Before: `db.unanswered_searches`. After: `dashboard.web.search_pages`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from dashboard import french
from dashboard.accounts.rights import Person, require_right
from dashboard.answers import search_index
from dashboard.answers.context import engine
from dashboard.period import today
from dashboard.search.unanswered import vocabulary
from db.unanswered_searches import MOST_OTHERS, SearchCount, search_counts

RIGHT = "unanswered_searches"
DAYS = 30  # that are looked at, today included
LISTED, NAMED = 50, 2  # rows of the table; of the sentence
S = french.SPACE


class UnansweredSearches(NamedTuple):
    """What was sought in vain. finding: in one sentence; rows: words, how often, last day, the most often first; more: how many
    rows are left out."""

    finding: str
    rows: Sequence[tuple[str, str, str]]
    more: int


def unanswered_searches(who: Person) -> UnansweredSearches:
    """What was sought in vain in the last DAYS days. Raises NotAllowed."""
    require_right(who, RIGHT)
    with engine().connect() as connection:
        counts = search_counts(connection, today() - timedelta(days=DAYS - 1))
    spelled = vocabulary(search_index.index(who))
    rows = [
        (_in_words(one, spelled), french.number(one.times), french.date_short(one.last_day))
        for one in counts[:LISTED]
    ]
    return UnansweredSearches(_finding(counts, spelled), rows, max(0, len(counts) - LISTED))


def _finding(counts: Sequence[SearchCount], spelled: Mapping[str, str]) -> str:
    """« Ces derniers jours, 14 recherches sont restées sans réponse : surtout « coût » (6 fois). »"""
    when = f"Ces {DAYS} derniers jours"
    total = sum(one.times for one in counts)
    if not total:
        return f"{when}, aucune recherche n'est restée sans réponse."
    number = french.plural(total, "recherche")
    said = f"{when}, {number} {'est restée' if total == 1 else 'sont restées'} sans réponse"
    often = [one for one in counts if one.words and one.times > 1][:NAMED]
    named = [f"{_in_words(one, spelled)} ({french.number(one.times)}{S}fois)" for one in often]
    return f"{said}{S}: surtout {french.join_words(named)}." if named else f"{said}."


def _in_words(one: SearchCount, spelled: Mapping[str, str]) -> str:
    """« Nikki, parking » et 1 autre mot: what was sought."""
    others = french.plural(one.others, "autre mot", "autres mots")
    others += " ou plus" if one.others == MOST_OTHERS else ""
    if not one.words:
        return f"{french.upper_first(others)}, aucun de l'application"
    words = f"«{S}{', '.join(spelled.get(word, word) for word in one.words)}{S}»"
    return f"{words} et {others}" if one.others else words
