"""What may be kept of a search that nothing answered: the words that an index has, and how many others there were.

Before: an index (`dashboard.answers.search_index`). After: `dashboard.actions.unanswered_searches`, which counts them, and
`dashboard.answers.unanswered_searches`, which says them.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dashboard.french import fold_accents

LONGEST = 200  # characters of what is sent: the box takes fewer
MOST_WORDS = 6  # of one search that are kept
LONGEST_KEPT = 200  # characters of these, with the blanks between


class Sought(NamedTuple):
    """What is left of typed text. words: of the index, in alphabetical order; others: how many words it has beside."""

    words: tuple[str, ...]
    others: int


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without accents or signs, as static/ccsp-search.js has them."""
    return re.findall("[a-z0-9]+", fold_accents(text))


def vocabulary(index: Mapping[str, Any]) -> dict[str, str]:
    """The words by which an index is searched, each with its spelling: names of places as they are written. A number alone is
    none: a telephone's would be made of them."""
    found: dict[str, str] = {}
    for phrase, is_name in _phrases(index):
        for written in re.findall(r"[^\W_]+", phrase):
            for word in words_of(written):
                if len(word) > 1 and not word.isdecimal():
                    proper = is_name or written.isupper()
                    found.setdefault(word, written if proper else written.lower())
    return found


def _phrases(index: Mapping[str, Any]) -> Iterable[tuple[str, bool]]:
    """What can be typed for the entries of an index, and whether it is the name of a place: other words first, for the first of
    a label is written with a capital."""
    for _, name, _, asked, _ in index["places"]:
        yield from ((name, True), (asked, True))
    for name, department, _, asked in index["communes"]:
        yield from ((name, True), (department, True), (asked, True))
    for _, label, asked, *_ in (*index["subjects"], *index["services"]):
        yield from ((asked, False), (label, False))
    for _, _, label, asked, *_ in index["lines"]:
        yield from ((asked, False), (label, False))


def reduce(words: str, others: str, known: Iterable[str]) -> Sought:
    """What may be kept of what a browser sends, whatever that is. words: the words of the index, as the browser has them; others:
    how many it left out; known: the words that may be kept."""
    typed = words_of(words[:LONGEST])
    allowed = set(known)
    kept = sorted(allowed.intersection(typed))[:MOST_WORDS]
    while len(" ".join(kept)) > LONGEST_KEPT:
        kept.pop()
    left_out = int(others) if re.fullmatch("[0-9]{1,3}", others) else 0
    return Sought(tuple(kept), left_out + sum(word not in allowed for word in typed))
