"""Questions: a period and the filters in force."""

from dataclasses import dataclass, replace
from datetime import date

from dashboard.period import Period


@dataclass(frozen=True, slots=True)
class Question:
    """A period and the filters in force. None, or no department, stands for all."""

    first: date
    last: date
    departments: tuple[str, ...] = ()
    kind: str | None = None
    service: str | None = None
    site: str | None = None

    @property
    def department(self) -> str | None:
        """The department where there is exactly one; else None: several together have no followed series."""
        return self.departments[0] if len(self.departments) == 1 else None

    @property
    def period_in_words(self) -> str:
        """The period in words: « sur 12 mois », « en octobre 2026 », « du 01/10/2026 au 24/11/2026 »."""
        period = Period(self.first, self.last)
        if period.whole_months == 1 or (period.whole_months == 12 and period.label.isdigit()):
            return f"en {period.label}"
        if period.whole_months:
            return f"sur {period.whole_months}\N{NO-BREAK SPACE}mois"
        return f"le {period.label}" if period.days == 1 else period.label

    def at_place(self, department: str | None, site: str | None) -> "Question":
        """The same question about one site, else one department; unchanged without either. A site replaces department and type,
        which might exclude it."""
        if site:
            return replace(self, departments=(), kind=None, site=site)
        return replace(self, departments=(department,)) if department else self

    def over_period(self, period: Period) -> "Question":
        """The same question over another period."""
        return replace(self, first=period.first, last=period.last)


EVERYTHING = Question(date.min, date.max)
