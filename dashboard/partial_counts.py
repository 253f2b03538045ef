"""What is known of what is counted: a count that knows whether it is whole, and what may be said of none.

What nobody handed in is not nothing. A sentence that denies is asked of a `Count`, which gives it where every site that should
speak does, and else what is not known.
"""

from dataclasses import dataclass

from dashboard import french

S = french.SPACE
AT_LEAST = "au moins "


class PartialCount(ValueError):
    """A denial was asked of a count that does not allow it."""


@dataclass(frozen=True)
class Coverage:
    """Who handed in a register, of the sites that should. register: « registre des plaintes »; expected: sites; known: those
    that handed something in; current: those of which all is known up to the day that is spoken of; note: another reason
    why not all is, "" for none."""

    register: str
    expected: int
    known: int
    current: int
    note: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether all is known."""
        return bool(self.expected) and self.current >= self.expected and not self.note

    @property
    def missing(self) -> str:
        """What is not known: « registre des plaintes non remonté », « registre des plaintes à jour dans 3 centres sur 24 »; ""
        where all is."""
        if self.is_complete:
            return ""
        if not self.known:
            return f"{self.register} non remonté"
        if not self.current or self.current < self.expected == 1:
            return f"{self.register} pas à jour"
        if self.current >= self.expected:
            return self.note
        sites = french.plural(self.current, "centre")
        return f"{self.register} à jour dans {sites} sur {french.number(self.expected)}"


@dataclass(frozen=True)
class Count:
    """How many are known, and of what."""

    n: int
    coverage: Coverage

    @property
    def is_complete(self) -> bool:
        """Whether there are no others."""
        return self.coverage.is_complete

    @property
    def at_least(self) -> str:
        """« au moins », before a number that may be larger; "" else."""
        return "" if self.is_complete else AT_LEAST

    def plural(self, singular: str, plural: str | None = None) -> str:
        """« 3 plaintes », « au moins 3 plaintes »."""
        return f"{self.at_least}{french.plural(self.n, singular, plural)}"

    def deny(self, denial: str) -> str:
        """The denial, of a whole count of none. Raises NotWhole for any other."""
        if self.n or not self.is_complete:
            raise PartialCount(f"{denial}: {self}")
        return denial

    def some_or_none(self, some: str, denial: str, without: str = "") -> str:
        """What may be said: of some, that; of none, the denial where the count is whole, else what is not known. without: what
        the part that is known has none of (« plainte connue en cours »)."""
        if self.n:
            return some
        if self.is_complete:
            return self.deny(denial)
        rest = f"{S}; aucune {without}" if without and self.coverage.known else ""
        return f"{self.coverage.missing}{rest}"
