"""A file that waits to be confirmed, as it is sealed and stored; and a file that is in memory alone.

Before: `dashboard.forms.stored_table`. After: `dashboard.actions.handing_in`.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path, PosixPath
from typing import NamedTuple

from dashboard.forms.formats import FORMATS
from dashboard.forms.reference_names import normalise
from dashboard.forms.repairs import Repair
from dashboard.forms.spellings import Spelling
from dashboard.forms.stored_table import Place, StoredTable


class Mend(NamedTuple):
    """A cell that a person wrote: where it is, its heading, what it was, what it is."""

    place: Place
    heading: str
    before: str
    after: str


@dataclass(frozen=True)
class WaitingFile:
    """A file that waits, as it is stored. original: its rows, before a person mended them; typed: what he wrote into cells;
    aside: the rows that he put aside (number of the sheet, line); site: the code that was chosen, "" for those that the file
    names; first, last: of the month that was chosen; repairs: made for him.

    proposed: unknown headings, and the field for which each was taken; agreed: whether he said that they are; known: headings
    that were confirmed with an earlier file, likewise; words: of lists that he asked to remember.
    """

    original: StoredTable
    site: str
    first: date
    last: date
    repairs: tuple[Repair, ...] = ()
    proposed: tuple[tuple[str, str], ...] = ()
    agreed: bool = False
    known: tuple[tuple[str, str], ...] = ()
    words: tuple[Spelling, ...] = ()
    typed: Mapping[Place, str] = field(default_factory=dict)
    aside: frozenset[tuple[int, int]] = frozenset()

    @property
    def form(self) -> str:
        """The name of its form."""
        return self.original.form

    @cached_property
    def table(self) -> StoredTable:
        """Its rows as they would be kept."""
        if not self.typed and not self.aside:
            return self.original
        return self.original.mended(self.typed, self.aside)

    @cached_property
    def whole(self) -> StoredTable:
        """All of its rows, those put aside too, with the cells that he wrote."""
        return self.original.mended(self.typed) if self.typed else self.original

    @property
    def table_left_out(self) -> StoredTable:
        """The rows that he put aside, with the cells that he wrote."""
        return self.original.mended(self.typed, _rows_of(self.original) - self.aside)

    @property
    def left_out(self) -> int:
        """How many rows he put aside."""
        return len(self.aside)

    @cached_property
    def mends(self) -> tuple["Mend", ...]:
        """The cells that he wrote, in the order of their rows, those put aside left out."""
        found = []
        for place in sorted(self.typed):
            at, row = self.original.places[place[2]], self.original.row(*place[:2])
            if row is not None and place[:2] not in self.aside:
                heading = FORMATS[self.form].column(place[2]).heading
                found.append(Mend(place, heading, row[at].strip(), self.typed[place]))
        return tuple(found)

    @property
    def spellings(self) -> tuple[Spelling, ...]:
        """What is to be remembered of it once it is kept: the headings that he agreed to, and the words that he put in the place
        of others, as far as they stand there."""
        headings = (Spelling(self.form, name, normalise(text)) for text, name in self.proposed)
        there = {(m.place[2], normalise(m.before), m.after) for m in self.mends}
        words = (w for w in self.words if (w.field, w.written, w.word) in there)
        return (*headings, *words)

    @cached_property
    def version(self) -> str:
        """A digest of all of it, by which one sees whether it is as it was when it was shown."""
        return sha256(self.to_bytes()).hexdigest()[:16]

    def of_rows_left_out(self) -> "WaitingFile":
        """A file that waits of its own, of the rows that he put aside."""
        rows = self.original.mended({}, _rows_of(self.original) - self.aside)
        return replace(
            self,
            original=rows,
            repairs=tuple(r for r in self.repairs if r.place[:2] in self.aside),
            typed={place: text for place, text in self.typed.items() if place[:2] in self.aside},
            aside=frozenset(),
            proposed=(),
            words=(),
        )

    def to_bytes(self) -> bytes:
        """All of it."""
        head = json.dumps(
            [
                self.original.file,
                self.form,
                self.site,
                self.first.isoformat(),
                self.last.isoformat(),
                [[list(r.place), *r[1:]] for r in self.repairs],
                self.proposed,
                self.agreed,
                self.known,
                self.words,
                [[list(place), text] for place, text in sorted(self.typed.items())],
                sorted(self.aside),
            ]
        ).encode()
        return len(head).to_bytes(4, "big") + head + self.original.to_bytes()

    @classmethod
    def from_bytes(cls, content: bytes) -> "WaitingFile":
        """What `to_bytes` gave."""
        size = 4 + int.from_bytes(content[:4], "big")
        _, _, site, first, last, repairs, proposed, agreed, known, words, typed, aside = json.loads(
            content[4:size]
        )
        return cls(
            StoredTable.from_bytes(content[size:]),
            site,
            date.fromisoformat(first),
            date.fromisoformat(last),
            tuple(Repair((p[0], p[1], p[2]), *more) for p, *more in repairs),
            tuple((written, name) for written, name in proposed),
            agreed,
            tuple((written, name) for written, name in known),
            tuple(Spelling(*one) for one in words),
            {(p[0], p[1], p[2]): text for p, text in typed},
            frozenset((sheet, line) for sheet, line in aside),
        )


def _rows_of(table: StoredTable) -> set[tuple[int, int]]:
    return {(n, line) for n, sheet in enumerate(table.sheets) for line in sheet.lines}


class Summary(NamedTuple):
    """What a file that waits is: what it was called, its form, the code of its site ("" for those that it names), the first day
    of its month."""

    file: str
    form: str
    site: str
    month: date

    @classmethod
    def from_bytes(cls, content: bytes) -> "Summary":
        """Of what `WaitingFile.to_bytes` gave, without reading its rows."""
        size = 4 + int.from_bytes(content[:4], "big")
        file, form, site, first, *_ = json.loads(content[4:size])
        return cls(file, form, site, date.fromisoformat(first))


class MemoryPath(PosixPath):
    """The path of a file in memory, which ends as the name does that it was sent by."""

    ending = ""

    @property
    def suffix(self) -> str:
        """The end of the name, « .xlsx »."""
        return self.ending


@contextmanager
def memory_file(content: bytes, name: str = "") -> Iterator[Path]:
    """A file that holds the content in memory alone, and ends with the block. name: as it was sent."""
    handle = os.memfd_create("remonter")
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(handle, left) :]
        path = MemoryPath(f"/proc/{os.getpid()}/fd/{handle}")
        path.ending = Path(name).suffix
        yield path
    finally:
        os.close(handle)
