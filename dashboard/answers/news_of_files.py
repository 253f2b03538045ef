"""Which days files brought, corrected or lost between two states of the data, form by form, in sentences; and which canevas and
closures.

A file that came again and says the same is no news: what is compared is what is known of each day, not the files.
Before: `dashboard.answers.known_then`. After: `dashboard.answers.news`.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from dashboard import french
from dashboard.answers.opening_answers import Name, Statement
from dashboard.period import day_from_number, month_numbers
from db.declared_then import Declared
from db.monthly_visits import HISTOGRAMS
from db.network_state import NetworkState
from db.shared_types import Closure, Place

# What a day of each form is called, alone and of several.
FORMS = {
    "registre": ("jour de registre des visites", "jours de registre des visites"),
    "cloture": ("jour de clôture", "jours de clôture"),
    "plaintes": ("jour de registre des plaintes", "jours de registre des plaintes"),
}
# What a site did, and several.
CAME, DECLARED = ("a remis", "ont remis"), ("a déclaré", "ont déclaré")
CORRECTED, GONE = ("a corrigé", "ont corrigé"), ("n'a plus", "n'ont plus")
NAMED = 4  # sites of a sentence; more are counted


def file_news(
    then: NetworkState, now: NetworkState, sites: Sequence[Place], names: Mapping[str, Name]
) -> list[Statement]:
    """The sentences: what came, what says something else now, what is no longer there. names: of the sites, by code."""
    rows = [now.row[p.id] for p in sites]
    of = [names[p.code] for p in sites]
    told = []
    for form, words in FORMS.items():
        before, known = (covered_days(state, rows, form, now) for state in (then, now))
        if (open_days := (before != known) & now.is_open[rows]).any():
            before, known = before & open_days, known & open_days  # a span has its week's ends too
        told += _sentence(of, known & ~before, now.origin, words, CAME)
        told += _sentence(of, before & ~known, now.origin, words, GONE)
    return told + _corrected(then, now, rows, of)


def covered_days(
    state: NetworkState, rows: Sequence[int], form: str, axes: NetworkState
) -> np.ndarray:
    """(R, D) which days files of a form tell of, on the days of another state: those that they cover; of closings, whose lines
    each close a day, those with a line. rows: of both."""
    out = np.zeros((len(rows), axes.is_open.shape[1]), dtype=bool)
    for at, row in enumerate(rows):
        for first, last in state.spans.get((state.places[row].id, form), ()):
            out[at, axes.day_columns(first, last)] = True
    if form == "cloture":
        width = state.has_closing.shape[
            1
        ]  # a state of then ends earlier, and begins on the same day
        out[:, :width] &= state.has_closing[rows]
    return out


def _sentence(
    names: Sequence[Name],
    days: np.ndarray,
    origin: int,
    words: tuple[str, str],
    verbs: tuple[str, str],
) -> list[Statement]:
    """« Covè et Djougou ont remis 8 jours de clôture, du 20/11/2026 au 27/11/2026 »; none without a day. days: (R, D)."""
    mine = [names[at] for at in np.unique(np.nonzero(days)[0]).tolist()]
    if not mine:
        return []
    columns = np.flatnonzero(days.any(axis=0))
    first, last = (day_from_number(origin + int(n)) for n in (columns[0], columns[-1]))
    number = int(days.sum())
    what = f"{verbs[len(mine) > 1]} {french.plural(number, *words)}, {_days_in_words(first, last)}"
    return [first_names(mine, f"{what}{_why(verbs)}")]


def first_names(names: Sequence[Name], words: str, most: int = NAMED) -> Statement:
    """A statement with the first names, and the number of the others."""
    left = len(names) - most
    more = f"et {french.plural(left, 'autre')} " if left > 0 else ""
    return Statement(tuple(names[:most]), f"{more}{words}")


def _days_in_words(first: date, last: date) -> str:
    if first == last:
        return f"le {french.date_short(first)}"
    return f"du {french.date_short(first)} au {french.date_short(last)}"


def declared_news(
    then: Declared, now: Declared, sites: Sequence[Place], names: Mapping[str, Name]
) -> list[Statement]:
    """The sentences of canevas, by month, and of closures. Of a canevas its numbers are compared, and not its words."""
    of = {p.id: names[p.code] for p in sites}
    return _returns(then, now, of) + _closures(then, now, of)


def _change(before: object, after: object) -> tuple[str, str] | None:
    """The verbs, of one site and of several, of what was said and is said; None where it is the same."""
    if before == after:
        return None
    return CAME if before is None else GONE if after is None else CORRECTED


def _returns(then: Declared, now: Declared, names: Mapping[int, Name]) -> list[Statement]:
    """« Covè et Kandi ont remis le canevas d'octobre 2026 », the latest month first."""
    said: dict[tuple[date, tuple[str, str]], list[Name]] = {}
    place = list(names).index
    mine = [key for key in {**then.returns, **now.returns} if key[0] in names]
    for site, month in sorted(mine, key=lambda key: (place(key[0]), key[1])):
        change = _change(then.returns.get((site, month)), now.returns.get((site, month)))
        if change:
            said.setdefault((month, change), []).append(names[site])
    latest_first = sorted(said.items(), key=lambda one: one[0][0], reverse=True)
    return [
        first_names(of, f"{verbs[len(of) > 1]} le canevas {french.of_month(month)}{_why(verbs)}")
        for (month, verbs), of in latest_first
    ]


def _closures(then: Declared, now: Declared, names: Mapping[int, Name]) -> list[Statement]:
    """« Kandi a déclaré 1 fermeture, le 25/11/2026 (électricité) »; those of the whole network by themselves."""
    before, after = (
        {(c.site_id, c.first_day, c.from_minute, c.reason): c for c in of.closures}
        for of in (then, now)
    )
    place = list(names).index
    said: dict[tuple[bool, tuple[str, str]], list[Closure]] = {}
    for key in {**after, **before}:
        change = _change(before.get(key), after.get(key))
        one = after.get(key) or before[key]
        if change and (one.site_id is None or one.site_id in names):
            verbs = DECLARED if change == CAME else change
            said.setdefault((one.site_id is None, verbs), []).append(one)
    told = []
    for (of_all, verbs), of in said.items():
        sites = sorted({c.site_id for c in of if c.site_id is not None}, key=place)
        days = _days_in_words(min(c.first_day for c in of), max(c.last_day for c in of))
        why = f" ({of[0].reason})" if len(of) == 1 else ""
        what = f"{french.plural(len(of), 'fermeture')}, {days}{why}{_why(verbs)}"
        verb = verbs[of_all or len(sites) > 1]
        if of_all:  # nobody in particular says so
            told.append(Statement((), f"pour tout le réseau, les fichiers {verb} {what}"))
        else:
            told.append(first_names([names[site] for site in sites], f"{verb} {what}"))
    return told


def _why(verbs: tuple[str, str]) -> str:
    return " (fichier retiré)" if verbs == GONE else ""


def _corrected(
    then: NetworkState, now: NetworkState, rows: Sequence[int], names: Sequence[Name]
) -> list[Statement]:
    """The sites of which days that were known say something else, in a sentence."""
    width = then.is_open.shape[1]
    known = then.visits_known[rows] & now.visits_known[rows, :width]
    closed = then.has_closing[rows] & now.has_closing[rows, :width]
    other = known & (then.register_visits[rows] != now.register_visits[rows, :width])
    other |= closed & (then.declared_visits[rows] != now.declared_visits[rows, :width])
    mine = []
    for at, (row, name) in enumerate(zip(rows, names, strict=True)):
        if other[at].any() or _months_differ(then, now, row):
            mine.append(name)
    if not mine:
        return []
    return [first_names(mine, f"{CORRECTED[len(mine) > 1]} des jours déjà remis")]


def _months_differ(then: NetworkState, now: NetworkState, row: int) -> bool:
    """Whether visits of a site differ in a month of which the same days are known."""
    width = now.is_open.shape[1]
    before = np.zeros(width, dtype=bool)
    before[: then.is_open.shape[1]] = then.visits_known[row]
    moved = now.origin + np.flatnonzero(before != now.visits_known[row])
    skipped = np.unique(month_numbers(moved))
    return _cells_of(then, row, skipped) != _cells_of(now, row, skipped)


def _cells_of(state: NetworkState, row: int, skipped: np.ndarray) -> list[bytes]:
    """The visits of a site by month as bytes, but for some months."""
    start, stop = np.searchsorted(state.months.cells.site, [row, row + 1]).tolist()
    mine = state.months.cells.slice(start, stop)
    kept = mine.take(np.flatnonzero(~np.isin(mine.month, skipped)))
    parts = [kept.service, kept.month, kept.counters.astype(np.int64)]
    parts += [kept.words[name] for name in HISTOGRAMS]
    return [np.ascontiguousarray(part).tobytes() for part in parts]
