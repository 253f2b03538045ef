"""A month of a site as its closings declare it, as its register has it, and as its canevas reports it: the gaps and why, in
French: « le canevas dit 412, le registre en a 397 : le 4 et le 12 ne sont pas remis (fiches : 15) »."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dashboard import french
from dashboard.partial_counts import AT_LEAST

S = french.SPACE
MOST = 3  # days that are named
_AND = f"{S}; "


@dataclass(frozen=True)
class DayCounts:
    """The visits of a site's day. declared: at its closing, None without one; entered: in its register, None where it was not
    handed in."""

    day: date
    declared: int | None
    entered: int | None

    @property
    def gap(self) -> int:
        """Visits declared beyond those entered; 0 where one of the two was not handed in: nothing to compare is no gap."""
        return 0 if self.declared is None or self.entered is None else self.declared - self.entered


@dataclass(frozen=True)
class RegisterBefore:
    """The register of a month when its canevas came. visits: it had; came_on: the day; batch: the canevas' lot; changed_by: what
    changed the register since, lots and days."""

    visits: int
    came_on: date
    batch: int
    changed_by: tuple[tuple[int, date], ...]


@dataclass(frozen=True)
class MonthCounts:
    """A site's month, counted three times. name, code: the site's; month: its first day.

    reported: by the canevas, None where it has no number, or was not handed in; entered: in the register, None where nothing of
    it was handed in; declared: by the closings, None without any. closings, due: days with a closing, and days that are due.
    both: days with a closing and a register. missing: days that are due without a register; differing: days of which the closing
    says another number than the register. outside: visits that closings declare of days without a register that nobody had to
    hand in. unclosed: days with a register and no closing. definitions: numbers that the register gives when it is counted
    otherwise, in words. is_running: whether the month is not over. has_canevas: whether one was handed in. before: None where it
    is not known. since: the months in a row that have the larger of its gaps, with its sign, up to this one.
    """

    name: str
    code: str
    month: date
    reported: int | None
    declared: int | None
    entered: int | None
    closings: int = 0
    due: int = 0
    both: int = 0
    missing: tuple[DayCounts, ...] = ()
    differing: tuple[DayCounts, ...] = ()
    outside: int = 0
    unclosed: int = 0
    definitions: tuple[tuple[int, str], ...] = ()
    is_running: bool = False
    has_canevas: bool = False
    before: RegisterBefore | None = None
    since: tuple[date, ...] = ()

    @property
    def register_is_whole(self) -> bool:
        """Whether the register has all days of the month, so that a canevas may be held against it."""
        return self.entered is not None and not self.missing and not self.outside

    @property
    def sheets_are_whole(self) -> bool:
        """Whether every day that is due has its closing."""
        return self.declared is not None and self.closings >= self.due

    @property
    def report_gap(self) -> int | None:
        """Visits that the canevas has beyond the register, or beyond the closings where the register is not whole; None where
        neither is, or the month is not over."""
        if self.reported is None or self.is_running:
            return None
        if self.register_is_whole:
            return self.reported - (self.entered or 0)
        return self.reported - (self.declared or 0) if self.sheets_are_whole else None

    @property
    def closing_gap(self) -> int | None:
        """Visits that the closings have beyond the register of the same days; None where no day has both."""
        return sum(d.gap for d in self.differing) if self.both else None

    @property
    def is_compared(self) -> bool:
        """Whether two of the three speak of the same days."""
        return self.report_gap is not None or bool(self.both)

    @property
    def disagrees(self) -> bool:
        """Whether two of the three say otherwise of the same days."""
        return bool(self.report_gap or self.differing)

    @property
    def by_day(self) -> int:
        """The gaps of closings, day by day and without sign, so that days which differ both ways do not cancel out."""
        return sum(abs(d.gap) for d in self.differing)

    @property
    def size(self) -> int:
        """The larger of its gaps, without sign."""
        return max(abs(self.report_gap or 0), self.by_day)


def explanation(m: MonthCounts) -> str:
    """Why the numbers of a month differ, or that they do not, or which of them is missing; a sentence without capital and full
    stop."""
    if m.report_gap and m.register_is_whole:
        return f"{_lead(m)}{S}: {_AND.join(_report_causes(m))}"
    if m.missing or m.outside or m.entered is None:
        return _not_whole(m)
    if m.disagrees:
        return _AND.join(_differing(m.differing))
    if m.is_running:
        return "mois en cours"
    three = (m.reported, "canevas"), (m.declared if m.both else None, "fiches de clôture")
    lacking = [words for value, words in three if value is None]
    # Of days without a closing nobody says anything: the totals differ, and no day does.
    part = " des jours qui ont une fiche" if m.both and m.declared != m.entered else ""
    if not lacking:
        if part:
            return f"canevas et registre disent la même chose, les fiches aussi{part}"
        return "les trois disent la même chose"
    if len(lacking) == 2:
        return "ni canevas ni fiche à comparer"
    there = "fiches et registre" if m.reported is None else "canevas et registre"
    return f"{there} disent la même chose{part if m.reported is None else ''}, sans {lacking[0]} à comparer"


def _not_whole(m: MonthCounts) -> str:
    """What is to be said of a month whose register is not whole: which days are missing, and what the canevas is held against
    instead."""
    said = [*_missing(m.missing), *_outside(m), *_differing(m.differing)]
    if m.entered is None:
        said = ["registre non remonté", *_outside(m)]
    if m.reported is None or m.is_running:
        return _AND.join(said)
    if m.before and m.before.visits == m.reported and m.before.changed_by:
        said = [_before(m.before), *said]
    elif m.report_gap is None:
        said.append("ni registre ni fiches entiers, auxquels comparer le canevas")
    elif m.report_gap:
        there = (
            f"le canevas dit {french.number(m.reported)}, les fiches {french.number(m.declared)}"
        )
        said.append(f"{there}{S}: {_rest(m, m.report_gap, 'aux fiches', alone=True)}")
    else:
        said.append("canevas et fiches disent la même chose")
    if m.entered is None or m.reported == m.entered or m.report_gap:
        return _AND.join(said)
    return f"{_lead(m)}{S}: {_AND.join(said)}"


def _outside(m: MonthCounts) -> list[str]:
    """« des fiches disent 3 usagers, sans registre, de jours qui n'étaient pas attendus », or nothing."""
    if not m.outside:
        return []
    many = french.plural(m.outside, "usager")
    return [f"des fiches disent {many}, sans registre, de jours qui n'étaient pas attendus"]


def _lead(m: MonthCounts) -> str:
    """« le canevas dit 412, le registre en a 397 », « au moins 397 » where days are missing."""
    said, entered = french.number(m.reported), french.number(m.entered)
    if not m.register_is_whole:
        entered = f"{AT_LEAST}{entered}"
    return f"le canevas dit {said}, le registre en a {entered}"


def _report_causes(m: MonthCounts) -> list[str]:
    """What explains the gap between canevas and register: exactly where something does, else what is known and what is left."""
    gap = m.report_gap or 0
    if m.before and m.before.visits == m.reported and m.before.changed_by:
        return [_before(m.before)]
    known, rest = _differing(m.differing), gap - sum(d.gap for d in m.differing)
    if known and not rest:
        return known
    # With so many ways to count, one gives the number by chance at times.
    same = next((words for number, words in m.definitions if number == m.reported), "")
    maybe = [f"c'est aussi, peut-être par hasard, {same} au registre"] if same else []
    return [*known, _rest(m, rest, "au registre", alone=not known), *maybe]


def _rest(m: MonthCounts, rest: int, other: str, *, alone: bool) -> str:
    """The part of a gap that nothing explains, and what might. other: where the canevas has not its users, « au registre »."""
    many = french.plural(abs(rest), "usager")
    which = f"{many} de plus {other if rest < 0 else 'au canevas'}"
    why = f"{which}, que rien ici n'explique" if alone else f"il reste {which}, sans explication"
    if m.unclosed:
        verb = "n'a" if m.unclosed == 1 else "n'ont"
        return f"{why} ({french.plural(m.unclosed, 'jour')} {verb} pas de fiche)"
    return why


def _before(then: RegisterBefore) -> str:
    """« le registre en avait autant quand le canevas est arrivé (lot 12, le 03/11/2026) ; changé depuis par le lot 31, le
    12/11/2026 »."""
    came = french.date_short(then.came_on)
    if not then.batch:
        changed = french.join_first(
            sorted({f"le {french.date_short(on)}" for _, on in then.changed_by})
        )
        return f"le registre en avait autant quand le canevas est arrivé, le {came}{S}; changé depuis, {changed}"
    lots = french.join_first(
        [f"le lot {n}, le {french.date_short(on)}" for n, on in then.changed_by]
    )
    return (
        f"le registre en avait autant quand le canevas est arrivé (lot {then.batch}, le {came}){S};"
        f" changé depuis par {lots}"
    )


def _missing(days: Sequence[DayCounts]) -> list[str]:
    """« le 4 et le 12 ne sont pas remis (fiches : 15) », or nothing."""
    if not days:
        return []
    told = [d.declared for d in days if d.declared is not None]
    sheets = "fiche" if len(told) < 2 else "fiches"
    how = f"{sheets}{S}: {french.number(sum(told))}" if told else "sans fiche"
    if told and len(told) < len(days):
        how = f"{how}, et {french.plural(len(days) - len(told), 'jour')} sans fiche"
    verb = "n'est pas remis" if len(days) == 1 else "ne sont pas remis"
    return [f"{french.join_first([_the(d.day) for d in days], MOST)} {verb} ({how})"]


def _differing(days: Sequence[DayCounts]) -> list[str]:
    """« le 7, la fiche dit 20 et le registre 18 », or nothing; of many the largest gaps."""
    if not days:
        return []
    if len(days) == 1:
        (one,) = days
        said, entered = french.number(one.declared), french.number(one.entered)
        return [f"{_the(one.day)}, la fiche dit {said} et le registre {entered}"]
    largest = sorted(sorted(days, key=lambda d: (-abs(d.gap), d.day))[:MOST], key=lambda d: d.day)
    named = [
        f"{_the(d.day)} ({french.number(d.declared)}{S}et{S}{french.number(d.entered)})"
        for d in largest
    ]
    more = french.plural(len(days) - len(named), "autre jour", "autres jours")
    if len(days) > MOST:
        named.append(more)
    return [f"fiche et registre diffèrent {french.join_words(named)}"]


def _the(day: date) -> str:
    return f"le{S}{'1er' if day.day == 1 else day.day}"


def since_in_words(months: Sequence[date]) -> str:
    """« août 2026 (3 mois de suite) »: since when months in a row differ, the last of them being the one spoken of; "" for
    none."""
    if not months:
        return ""
    row = f" ({len(months)}{S}mois de suite)" if len(months) > 1 else ""
    return f"{french.month_label(months[0])}{row}"
