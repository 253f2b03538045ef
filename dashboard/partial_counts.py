"""Counts that may be partial: a count with the coverage of its registers, and what may be said where it is 0.

Missing data are not 0. A denial (« aucune plainte ») is asked of a `Count`, which gives it only where every site's register is
known, and else says what is missing.
"""

from dataclasses import dataclass

from dashboard import french

S = french.SPACE
AT_LEAST = "au moins "


class PartialCount(ValueError):
    """A denial was asked of a count that is partial, or not 0."""


@dataclass(frozen=True)
class Coverage:
    """How many sites handed in a register. register: « registre des plaintes »; expected: sites that should; known: that handed
    in something; current: of which all is known up to the day in question; note: another reason why not all is known, "" for
    none."""

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
    """A number of known cases, with the coverage of their register."""

    n: int
    coverage: Coverage

    @property
    def is_complete(self) -> bool:
        """Whether there can be no other cases."""
        return self.coverage.is_complete

    @property
    def at_least(self) -> str:
        """« au moins », before a number that may be larger; else ""."""
        return "" if self.is_complete else AT_LEAST

    def plural(self, singular: str, plural: str | None = None) -> str:
        """« 3 plaintes », « au moins 3 plaintes »."""
        return f"{self.at_least}{french.plural(self.n, singular, plural)}"

    def deny(self, denial: str) -> str:
        """The denial, for a complete count of 0. Raises PartialCount for any other."""
        if self.n or not self.is_complete:
            raise PartialCount(f"{denial}: {self}")
        return denial

    def some_or_none(self, some: str, denial: str, without: str = "") -> str:
        """`some` where the count is not 0; the denial where it is 0 and complete; else what is not known. without: what the
        known part has none of (« plainte connue en cours »)."""
        if self.n:
            return some
        if self.is_complete:
            return self.deny(denial)
        rest = f"{S}; aucune {without}" if without and self.coverage.known else ""
        return f"{self.coverage.missing}{rest}"
