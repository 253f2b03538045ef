"""Silence: how long a site has been without visit or closing, and whether closures say why: « muet depuis 12 jours », « muet,
pas de réseau depuis le 4 ». All words of silence are made here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from dashboard import french
from dashboard.period import ONE_DAY
from db.codes import SILENT_DAYS
from db.shared_types import Closure

NOTHING, NOTHING_OF_MANY = (
    "n'a encore remis ni registre des visites ni fiche de clôture",
    "n'ont encore remis ni registre des visites ni fiche de clôture",
)  # not one, nor a closing
# Reasons of the list as sentences say them; what a data manager adds to it is said as it is written.
REASONS = {
    "électricité": "pas de courant",
    "réseau": "pas de réseau",
    "fermé": "centre fermé",
    "autre": "autre motif",
    "non renseigné": "motif non renseigné",
}
Forms = tuple[bool, bool]  # whether a site ever handed in visits, and closings
BOTH: Forms = (True, True)
NOT_ONE = {
    BOTH: "ni registre des visites ni fiche",
    (True, False): "pas de registre des visites",
    (False, True): "pas de fiche de clôture",
    (False, False): "ni registre des visites ni fiche",
}
ON_MAP = "muet, expliqué"  # beside a name on the map, and in its legend: the reason itself has no room there


@dataclass(frozen=True)
class Explanation:
    """Why a site was closed on working days of its silence. at: the date of the data.

    days: how many of its `working` days closures of whole days explain. since: where all of them are explained from some day on,
    up to the last before the date of the data, that day; else None: what was said is over. before: the days of silence
    before `since`. reasons: in words, in their order; those since `since` where there is one. confirmed: False where some of
    these days are explained by the site alone; by_site: False where some are by a closure of the whole network.
    """

    at: date
    days: int
    working: int
    since: date | None
    before: int
    reasons: tuple[str, ...]
    confirmed: bool
    by_site: bool

    @property
    def is_whole(self) -> bool:
        """Whether every working day of the silence is explained."""
        return self.days == self.working

    @property
    def in_words(self) -> str:
        """« pas de réseau depuis le 4 », « dont 2 sur 8 jours ouvrés expliqués (pas de courant) »."""
        if self.since is not None:
            return (
                f"{' puis '.join(self.reasons)} depuis le{french.SPACE}{_day(self.since, self.at)}"
            )
        due = french.plural(self.working, "jour ouvré", "jours ouvrés")
        explained = "expliqué" if self.days == 1 else "expliqués"
        return f"dont {french.number(self.days)} sur {due} {explained} ({french.join_words(self.reasons)})"

    @property
    def source(self) -> str:
        """Who says so: « selon le centre », « fermeture confirmée »."""
        return "fermeture confirmée" if self.confirmed else "selon le centre"


@dataclass(frozen=True)
class Silence:
    """How long a site has been without visit or closing at the date of the data. days: calendar days, 0 where none of them was
    a working day; last: the last day that had one, or the one before it opened again. Both are None where it never had any: such
    a site has not begun, and is not silent. explanation: None where no working day of it is explained. A closure explains a
    silence, and does not end it. after: the days after which the site counts as silent. forms: which of visits and closings it
    ever handed in. complaints_alone: whether it handed in complaints, and neither of these."""

    code: str
    name: str
    days: int | None
    last: date | None
    explanation: Explanation | None = None
    after: int = SILENT_DAYS
    forms: Forms = BOTH
    complaints_alone: bool = False

    @property
    def nothing(self) -> str:
        """What has not come since: « ni registre des visites ni fiche »; of a site that hands in one of them, that one."""
        return NOT_ONE[self.forms]

    @property
    def is_silent(self) -> bool:
        """Whether that is longer than the site's own days or SILENT_DAYS: « muet », on every page and in every file."""
        return self.days is not None and self.days > self.after

    @property
    def is_explained(self) -> bool:
        """Whether it is silent and said why: the reason holds at the date of the data, and what came before it would be no
        silence by itself. A reason given at last for a long silence does not explain it."""
        said = self.explanation
        return (
            self.is_silent
            and said is not None
            and said.since is not None
            and (said.is_whole or said.before <= self.after)
        )

    @property
    def order(self) -> tuple[bool, bool, date, str]:
        """Where it stands among others: those that did not say why first, the longest first; sites that have not begun last."""
        begun = self.last or date.max
        return self.days is None, self.is_explained, begun, french.alphabetical(self.name)

    @property
    def why(self) -> str:
        """« pas de réseau depuis le 4 », « dont 2 expliqués (pas de courant) »; "" where nothing was said, or the site is not
        silent."""
        return self.explanation.in_words if self.explanation and self.is_silent else ""

    @property
    def why_and_who(self) -> str:
        """The same, and who says so: « pas de réseau depuis le 4, selon le centre »."""
        return f"{self.why}, {self.explanation.source}" if self.explanation and self.why else ""

    @property
    def in_words(self) -> str:
        """« muet depuis 35 jours », « muet depuis 12 jours, grève depuis le 4 », « muet, pas de réseau depuis le 4 », « n'a
        rien remis »; "" for a site that is not silent."""
        return self._with_why(self.why)

    @property
    def in_words_and_who(self) -> str:
        """The same, and who says why: « muet, pas de réseau depuis le 4, selon le centre »."""
        return self._with_why(self.why_and_who)

    def _with_why(self, why: str) -> str:
        if self.days is None:
            return NOTHING
        if not self.is_silent:
            return ""
        if self.explanation and self.explanation.is_whole:
            return f"muet, {why}"
        return ", ".join(filter(None, (f"muet depuis {french.days(self.days)}", why)))

    @property
    def map_label(self) -> str:
        """The same in short, beside a name on the map: « muet 35 j », « muet, expliqué »; "" for a site that has not begun, which
        has a mark of its own."""
        if not self.is_silent or self.days is None:
            return ""
        if self.is_explained:
            return ON_MAP.replace(" ", french.SPACE)
        return f"muet {french.number(self.days)}{french.SPACE}j"


def explanation(
    last: date, at: date, working: Sequence[date], closures: Iterable[Closure]
) -> Explanation | None:
    """Returns why a site is silent; None where no working day of the silence is explained.

    last: its last day with data; at: the date of the data; working: the days between on which it was to work and of which
    something is due, in order, but for closures; closures: its own and those of the whole network. Those of hours explain
    nothing.
    """
    by_day = _closures_by_day(last, at, closures)
    explained = [day for day in working if day in by_day]
    if not explained:
        return None
    run = list(takewhile(by_day.__contains__, reversed(working)))[::-1]
    since = max(by_day[run[0]].first_day, last + ONE_DAY) if run else None
    said = [by_day[day] for day in run or explained]
    return Explanation(
        at=at,
        days=len(explained),
        working=len(working),
        since=since,
        before=(since - last).days - 1 if since else (at - last).days,
        reasons=tuple(dict.fromkeys(REASONS.get(c.reason, c.reason) for c in said)),
        confirmed=all(c.confirmed for c in said),
        by_site=all(c.site_id is not None for c in said),
    )


def _closures_by_day(last: date, at: date, closures: Iterable[Closure]) -> dict[date, Closure]:
    """The closure of whole days that explains each day after `last`, up to `at`: of several a confirmed one, then that which
    began last."""
    by_day: dict[date, Closure] = {}
    for c in sorted(closures, key=lambda c: (c.confirmed, c.order)):
        if c.from_minute is None:
            first, end = max(c.first_day, last + ONE_DAY), min(c.last_day, at)
            for n in range((end - first).days + 1):
                by_day[first + n * ONE_DAY] = c
    return by_day


def _day(day: date, at: date) -> str:
    """« 4 », « 4 octobre », « 4 octobre 2025 »: as much as one needs to know it at the date of the data."""
    number, month = ("1er" if day.day == 1 else str(day.day)), french.MONTHS[day.month - 1]
    if day.year != at.year:
        return f"{number} {month} {day.year}"
    return number if day.month == at.month else f"{number} {month}"


def silent_sentence(silences: Collection[Silence], at: str, most: int) -> str:
    """« Au 23/11/2026, 2 centres muets, dont 1 l'a expliqué : CCSP de Kandi, muet depuis 12 jours ; CCSP de Covè, muet, pas de
    réseau depuis le 4, selon le centre. »; "" where none is silent. at: the date of the data in words; most: sites that are
    named."""
    silent = sorted((s for s in silences if s.is_silent), key=lambda s: s.order)
    if not silent:
        return ""
    named = [f"{s.name}, {s.in_words_and_who}" for s in silent[:most]]
    if len(silent) > most:
        named.append(f"et {french.plural(len(silent) - most, 'autre')}")
    listed = f"{french.SPACE}; ".join(named)
    if len(silences) > 1:
        many = silent_in_words(silent, "centre muet", "centres muets")
        listed = f"{many}{french.SPACE}: {listed}"
    return french.upper_first(f"{', '.join(filter(None, (at, listed)))}.")


def silent_in_words(silences: Collection[Silence], one: str, many: str, after: str = "") -> str:
    """« 3 centres muets, dont 1 l'a expliqué »: how many of the sites are silent, and how many of these said why.

    one, many: the noun, such as « centre muet » and « centres muets ». after: what comes before the comma.
    """
    silent = [s for s in silences if s.is_silent]
    text = french.plural(len(silent), one, many) + (f" {after}" if after else "")
    why = explained_in_words(silent)
    return f"{text}, {why}" if why else text


def explained_in_words(silences: Collection[Silence]) -> str:
    """« dont 1 l'a expliqué », « qui l'ont tous expliqué »: how many of the silent sites said why; "" where none did. Where the
    whole network was closed, « dont 3 expliqués »."""
    silent = [s for s in silences if s.is_silent]
    said = [s.explanation for s in silent if s.is_explained and s.explanation]
    n, every = len(said), len(said) == len(silent)
    if not n:
        return ""
    if not all(one.by_site for one in said):
        if every:
            return "expliqué" if n == 1 else "tous expliqués"
        return f"dont {french.plural(n, 'expliqué', 'expliqués')}"
    if every:
        return "qui l'a expliqué" if n == 1 else "qui l'ont tous expliqué"
    have = "l'a" if n == 1 else "l'ont"
    return f"dont {french.number(n)} {have} expliqué"
