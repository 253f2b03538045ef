"""What one asks about: a period and the filters in force."""

from dataclasses import dataclass, replace
from datetime import date

from dashboard.period import Period


@dataclass(frozen=True, slots=True)
class Question:
    """A period and the filters in force; None: all."""

    first: date
    last: date
    department: str | None = None
    kind: str | None = None
    service: str | None = None
    site: str | None = None

    def over(self, period: Period) -> "Question":
        """The same question over another period."""
        return replace(self, first=period.first, last=period.last)


EVERYTHING = Question(date.min, date.max)
