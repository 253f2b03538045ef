"""Counts that may be partial: a count with the coverage of its registers, and what may be said where it is 0.

Missing data are not 0. A denial (« aucune plainte ») is asked of a `Count`, which gives it only where every site's register is
known, and else says what is missing.
"""

from dataclasses import dataclass

from dashboard import french

S = french.SPACE
AT_LEAST = "au moins "
KNOWN = " connues"  # after the number of what waits: it may have been answered since its register ended, so it is no floor


def known_alone(n: float) -> str:
    """« connues », after a number of complaints that are not all known; « connue » after one."""
    return KNOWN if abs(n) >= 2 else KNOWN.removesuffix("s")


def is_hedged(text: str) -> bool:
    """Whether a number in words says that it is not of all: « au moins 56 », « 11 connues »."""
    return text.startswith(AT_LEAST) or text.endswith((KNOWN, KNOWN.removesuffix("s")))


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

    @property
    def known(self) -> str:
        """What follows a number that may be larger, where it cannot follow « au moins »; "" here."""
        return ""

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


@dataclass(frozen=True)
class WaitingCount(Count):
    """A number of complaints that wait, each up to the last day for which it is known: where a register ends earlier than others,
    some may have been answered since, so that a partial count is « 11 connues », and never « au moins »."""

    @property
    def at_least(self) -> str:
        """Nothing: it is no lower bound."""
        return ""

    @property
    def known(self) -> str:
        """« connues », after a number that is not of all registers; else ""."""
        return "" if self.is_complete else known_alone(self.n)

    def plural(self, singular: str, plural: str | None = None) -> str:
        """« 3 plaintes », « 3 plaintes connues », « 3 plaintes connues en cours »."""
        said = french.plural(self.n, singular, plural)
        first, space, rest = said.partition(" ")  # the number and its noun, which no space parts
        return f"{first}{self.known}{space}{rest}"
