"""Random cells of the forms: a value, one of the ways in which people and spreadsheets write it, and what nobody can read."""

import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import count

from dashboard import french
from dashboard.forms.formats import Column, Words
from dashboard.forms.reference_names import KnownReferences, normalise
from dashboard.period import month_end, today

EXCEL = date(1899, 12, 30)
BAD = {
    "day": ("hier", "32/10/2025", "31/02/2025", "2025/13/01", "01/01/2027", "03/11/1925", "x"),
    "clock": ("26:00", "8h75", "midi", "24:00", "-1:00", "8", "12:5"),
    "whole": ("douze", "-3", "99999999999", "1.5"),
    "site": ("nulle part", "ccsp", "CCSP de Nullepart"),
    "month": ("13/2025", "octobre", "10-25", "01/2027"),
    "service": ("une autre chose", "actes de"),
    "category": ("humeur du jour",),
    "channel": ("pigeon",),
    "reason": ("sans raison aucune",),
}
BAD_WORDS = ("requette", "peut-être", "?", "9")
SPACES = (" ", "  ", "\u00a0")


@dataclass
class Cell:
    """A cell as it is written, and what it says. faulty: nobody can read it, or it breaks a rule; right: what a person writes
    there instead; repaired: it is read without a person, but not as it is written; native: what a workbook holds."""

    text: str
    value: object
    faulty: bool = False
    right: str = ""
    repaired: bool = False
    native: object = None
    typed: bool = False


@dataclass
class Writer:
    """Writes values. month: that is handed in, whose days alone are repaired; sites: those that are written, by id."""

    chance: random.Random
    known: KnownReferences
    month: date
    workbook: bool
    numbers: count = field(default_factory=lambda: count(1))

    @property
    def days(self) -> list[date]:
        """The days of the month that have come."""
        last = min(month_end(self.month), today())
        return [self.month + timedelta(n) for n in range((last - self.month).days + 1)]

    def often(self, part: float) -> bool:
        """Whether something of which there is so much happens."""
        return self.chance.random() < part

    # --- as people write --------------------------------------------------------------------------------------------
    def write(self, column: Column, value: object) -> Cell:
        """A cell that says the value, in one way or another."""
        if value is None or value == column.blank and self.often(0.7):
            return Cell(self.chance.choice(("", "", "", " ")), value)
        kind = column.cell if isinstance(column.cell, str) else "words"
        cell: Cell = getattr(self, f"_{kind}", self._term)(column, value)
        if cell.native is None and self.often(0.1):
            cell.text = f"{self.chance.choice(SPACES)}{cell.text}{self.chance.choice(SPACES)}"
        return cell

    def plain(self, column: Column, value: object) -> str:
        """The value as the page offers it to be written."""
        if value is None:
            return ""
        if column.cell == "clock":
            return f"{value // 60:02}:{value % 60:02}"
        if column.cell == "month":
            return f"{date.fromisoformat(value):%m/%Y}"
        if column.cell == "site":
            return self.known.by_id[value].code
        if isinstance(column.cell, Words):
            words = column.cell.values.items()
            return next((word for word, meant in words if _same(meant, value)), "")
        if column.cell in self.known.labels:
            return self._labels(column.cell, value)[0]
        return str(value)

    def _site(self, _column: Column, value: int) -> Cell:
        site = self.known.by_id[value]
        names = [site.code, site.code, site.name]
        # By its commune, where no other site is or was.
        names += [
            c for _, c in site.communes if len(self.known.communes[normalise(c)].candidates) == 1
        ]
        return Cell(self._loose(self.chance.choice(names)), value)

    def _day(self, _column: Column, value: str) -> Cell:
        when = date.fromisoformat(value)
        if self.workbook and self.often(0.5):
            return Cell("", value, native=when)
        own = self.month <= when <= self.days[-1]
        if own and self.often(0.15):
            serial = str((when - EXCEL).days)
            odd = self.chance.choice((f"{when:%d-%m-%Y}", f"{when:%d.%m.%Y}", serial))
            return Cell(odd, value, repaired=True)
        usual = f"{when:%d/%m/%Y}", f"{when.day}/{when.month}/{when.year}", value
        return Cell(self.chance.choice(usual), value)

    def _clock(self, _column: Column, value: int) -> Cell:
        hours, minutes = divmod(value, 60)
        if self.workbook and self.often(0.5):
            return Cell("", value, native=time(hours, minutes))
        if self.often(0.2):
            fraction = f"{(value * 60 + 1) / 86_400:.8f}".replace(".", self.chance.choice(".,"))
            odd = f"{hours}h{minutes:02}", f"{hours:02} h {minutes:02}", f"{hours}:{minutes:02}mn", fraction  # fmt: skip
            return Cell(self.chance.choice(odd), value, repaired=True)
        usual = f"{hours:02}:{minutes:02}", f"{hours}:{minutes:02}", f"{hours:02}:{minutes:02}:30"
        return Cell(self.chance.choice(usual), value)

    def _month(self, _column: Column, value: str) -> Cell:
        when = date.fromisoformat(value)
        usual = f"{when:%m/%Y}", f"{when:%Y-%m}", french.month_label(when), f"{when:%d/%m/%Y}"
        return Cell(self.chance.choice(usual), value)

    def _whole(self, _column: Column, value: int) -> Cell:
        if self.workbook and self.often(0.5):
            return Cell("", value, native=value)
        spaced = f"{value:,}".replace(",", self.chance.choice((" ", "\u00a0")))
        return Cell(self.chance.choice((str(value), spaced, f"{value},0")), value)

    def _text(self, column: Column, value: str) -> Cell:
        spaced = not column.field.endswith(("reference", "source_ref")) or "  " in value
        return Cell(value if spaced or self.often(0.9) else value.replace(" ", "  "), value)

    def _words(self, column: Column, value: object) -> Cell:
        assert isinstance(column.cell, Words)
        meant = [word for word, means in column.cell.values.items() if _same(means, value)]
        return Cell(self._loose(self.chance.choice(meant)), value) if meant else Cell("", value)

    def _term(self, column: Column, value: int) -> Cell:
        assert isinstance(column.cell, str)
        return Cell(self._loose(self.chance.choice(self._labels(column.cell, value))), value)

    def _labels(self, kind: str, value: object) -> list[str]:
        return [label for label, number in self.known.labels[kind].items() if number == value]

    def _loose(self, text: str) -> str:
        """A word with other capitals, accents, spaces or hyphens."""
        ways = (
            str,
            str,
            str.upper,
            str.lower,
            french.fold_accents,
            lambda t: t.replace(" ", "  ").replace("-", " "),
            lambda t: t.replace("'", "’"),
        )
        return self.chance.choice(ways)(text)

    # --- as nobody can read -----------------------------------------------------------------------------------------
    def bad(self, column: Column, cell: Cell, *, other_month: bool, other_sites: list[int]) -> Cell:
        """The cell with a fault that its column has; without one where it has none. other_month: whether a day of another month
        is one; other_sites: ids of those of which the file may not speak."""
        right = self.plain(column, cell.value)
        bad: list[str] = []
        if isinstance(column.cell, Words):
            bad += BAD_WORDS
        else:
            bad += BAD.get(column.cell, ())
        if column.required:
            bad += ["", " "]
        if column.cell == "site" and other_sites:
            bad += [self.known.by_id[self.chance.choice(other_sites)].code] * 3
        if column.field in ("source_ref", "reference", "agent"):
            bad += ["x" * (column.limit + 1), "1,2E+15"]
        if column.cell == "whole":
            bad += ["=1+1", "#REF!"]
        if column.cell in ("day", "month") and other_month:
            elsewhere = self.month - timedelta(self.chance.randint(1, 28))
            bad += [f"{elsewhere:%d/%m/%Y}" if column.cell == "day" else f"{elsewhere:%m/%Y}"] * 3
            if column.cell == "day":
                bad += [str((elsewhere - EXCEL).days)] * 2
        if not bad:
            return cell
        text = self.chance.choice(bad)
        return replace(cell, text=text, native=None, faulty=True, right=right, repaired=False)


def native_text(cell: Cell) -> object:
    """What a workbook's cell holds."""
    if isinstance(cell.native, date) and not isinstance(cell.native, datetime):
        return datetime.combine(cell.native, time())
    return cell.text if cell.native is None else cell.native


def _same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)
