"""What every page, file and message says of a partial database, to everybody, in the form in which the oracle reads it."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from dashboard.accounts.rights import Person, Role
from dashboard.answers import context, network
from dashboard.indicators import INDICATORS
from db.shared_types import Place
from tests.one_number import said as pages
from tests.one_number.reading import OWN
from tests.one_number.said import Asked, Line, plain
from tests.partial.placing import COMPLAINTS, own_period
from tests.partial.said import Said, names

# What is the same whatever was handed in: what a figure means, and how a file is read.
FIXED = {
    plain(text) for i in INDICATORS for text in (i.definition, i.limits, i.numerator, i.denominator)
}
SHEETS = ("classeur, Définitions", "classeur, À lire")
# A page draws cards and first answers as one piece of HTML: they are read as what they are made of.
CARDS = "|".join(re.escape(plain(f"{i.short} {i.label}.")) for i in INDICATORS)
PIECE = re.compile(rf"^(Le plus fréquenté |1\. \*\*Titre|{CARDS})")
BEFORE = re.compile(r"^(- |Puis-je m'y fier \? |Base : )")


def everywhere(people: Sequence[Person]) -> Iterator[Said]:
    """Each sentence and cell of each page, story, workbook and message that each of them may open."""
    for person in people:
        with context.page_run():
            questions = list(pages.asked(person))
        if person != people[0]:  # what he opens on: the pages are those of the first
            questions = questions[:1]
        for one in questions:
            yield from _said(one)


def _said(one: Asked) -> Iterator[Said]:
    with context.page_run():
        known = names(network.sites(one.who))
        asked = network.sites(one.who, one.question)
        scope, his = tuple(p.code for p in asked), tuple(p.code for p in asked if _his(one.who, p))
    own: tuple[date, date] | None = None
    for where, lines in groupby(pages.everything(one), lambda line: line.where):
        if where.startswith(SHEETS):
            continue
        here = [part for line in lines for part in _of_line(line)]
        if one.who.role == Role.GUEST:
            own = next(filter(None, (own_period(text) for text, _, _ in here)), None)
        for text, column, row in here:
            first, last = one.question.first, one.question.last
            if own and column and (COMPLAINTS.search(column) or COMPLAINTS.search(row)):
                first, last = own
            site = one.question.site or ""
            of = his if text.startswith(OWN) else known.get(row, scope)
            yield Said(text, where, of, first, last, site, column, row)


def _his(person: Person, place: Place) -> bool:
    """Whether he answers for a site, whose complaints he sees one by one."""
    return place.department in (person.departments or ()) or place.code in (person.sites or ())


def _of_line(line: Line) -> Iterator[tuple[str, str, str]]:
    """Its words, with column and row where it is a row."""
    if line.cells:
        row = line.cells[0][1]
        yield from ((text, column, row) for column, text in line.cells[1:])
    elif line.text not in FIXED and not PIECE.match(line.text) and not line.text.endswith(" :"):
        yield BEFORE.sub("", line.text), "", ""
