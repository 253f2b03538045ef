"""The rules of DESIGN §4, in memory, written from its words alone: nothing here is the application's.

A file keeps its rows until they come to their term; then they are counted, without a name.
"""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count, pairwise

VISITS, COMPLAINTS = "registre", "plaintes"
FORMS = (VISITS, COMPLAINTS)
FAR_APART = 180  # days between two rows of a site in a register that say that a year was mistyped
TERMS = {VISITS: "visit", COMPLAINTS: "complaint"}


Said = tuple[str, str, str]  # site, reference, words
TIMES = count(1)


@dataclass(frozen=True)
class Row:
    """A visit (day, minute of arrival, wait) or a complaint (day received, day of the answer or None, words or "")."""

    site: str
    reference: str  # "" for a visit that has none
    day: date
    arrived: int = 0
    wait: int = 0
    answered: date | None = None
    words: str = ""

    @property
    def key(self) -> tuple[str, str] | None:
        return (self.site, self.reference) if self.reference else None


@dataclass
class Paper:
    """A file as it was taken in. whole: site-days of which it is all there is; rows: those that have not come to their term."""

    form: str
    as_of: datetime
    rows: list[Row]
    whole: set[tuple[str, date]]
    name: str = ""
    batch: int = 0
    live: bool = True
    stays: bool = False
    unsure: bool = False  # it stays, but an older version has forgotten why: either will do
    words: set[Row] = field(default_factory=set)  # rows whose words are kept


@dataclass
class Known:
    """What was erased, which outlives every copy."""

    until: dict[str, date] = field(default_factory=dict)
    words: set[tuple[str, str]] = field(default_factory=set)
    gone: dict[int, set[Said]] = field(default_factory=dict)  # words that went at a term, each time


@dataclass
class Model:
    """A database. known: what it says was erased."""

    papers: list[Paper] = field(default_factory=list)
    counted: dict[str, Counter] = field(default_factory=lambda: {f: Counter() for f in FORMS})
    known: Known = field(default_factory=Known)
    been_through: set[int] = field(default_factory=set)  # erasings at a term

    # --- what counts ---------------------------------------------------------------------------------------------
    def current(self, form: str) -> list[tuple[Paper, Row]]:
        """The rows that count and have a name still."""
        same = [p for p in self.papers if p.form == form and p.live]
        found = []
        for paper in same:
            above = [p for p in same if _rank(p) > _rank(paper)]
            found += [(paper, r) for r in paper.rows if not any(_beats(p, r) for p in above)]
        return found

    def standing(self, form: str) -> Counter:
        """All that counts, as `told`."""
        return self.counted[form] + Counter(told(form, row) for _, row in self.current(form))

    def with_words(self) -> Counter:
        """(site, reference, words) of every row whose words are kept."""
        rows = [r for p in self.papers if p.form == COMPLAINTS for r in p.words]
        return Counter((r.site, r.reference, r.words) for r in rows)

    # --- what is done --------------------------------------------------------------------------------------------
    def refuses(self, paper: Paper, today: date) -> bool:
        """Whether a file must be refused."""
        if (
            max(
                [
                    paper.as_of.date(),
                    *(r.day for r in paper.rows),
                    *(r.answered or r.day for r in paper.rows),
                ]
            )
            > today
        ):
            return True
        if paper.form == VISITS and _is_mistyped(paper):
            return True
        until = self.known.until.get(TERMS[paper.form])
        if not until:
            return False
        if paper.as_of.date() < until or any(day < until for _, day in paper.whole):
            return True
        if paper.form == VISITS:
            return any(r.day < until for r in paper.rows)
        keys = {r.key for p in self.papers if p.form == COMPLAINTS for r in p.rows}
        return any(r.day < until and r.key not in keys for r in paper.rows)

    def take(self, paper: Paper, batch: int) -> None:
        """Take a file in. An equal one that is live already is passed over by whoever calls."""
        paper.batch = batch
        self.papers.append(paper)
        until = self.known.until.get("complaint_text", date.min)
        over = self._over(until)
        paper.words = {
            r for r in paper.rows if r.words and r.key not in self.known.words and not over(r)
        }

    def withdraw(self, batch: int) -> bool:
        """Take a file out; whether that may be."""
        paper = next((p for p in self.papers if p.batch == batch and p.live), None)
        if paper is None or paper.stays:
            return False
        paper.live = False
        return True

    def date_anew(self, batch: int, as_of: datetime) -> bool:
        """Give a file another date; whether that may be."""
        paper = next((p for p in self.papers if p.batch == batch and p.live), None)
        if paper is None or paper.stays:
            return False
        if as_of.date() < self.known.until.get(TERMS[paper.form], date.min):
            return False
        paper.as_of = as_of
        return True

    def erase_words(self, site: str, reference: str) -> bool:
        """Erase the words of one complaint; whether there were any."""
        if not self._forget_words(lambda r: r.key == (site, reference)):
            return False
        self.known.words.add((site, reference))
        return True

    def retain(self, before: dict[str, date]) -> None:
        """Carry out the terms: what came to its term before these days."""
        for what, day in before.items():
            self.known.until[what] = max(day, self.known.until.get(what, date.min))
        had = self.with_words()
        self._carry_out(set(before))
        if gone := set(had - self.with_words()):
            time = next(TIMES)
            self.known.gone[time] = gone
            self.been_through.add(time)

    def learn(self, known: Known) -> None:
        """A copy of before is put back: what was erased since is erased in it."""
        self.known.words |= known.words
        self._forget_words(lambda r: r.key in self.known.words)
        for time in known.gone.keys() - self.been_through:
            self._forget_words(lambda r, t=time: (*(r.key or ("", "")), r.words) in known.gone[t])
            self.been_through.add(time)
        self.known.gone |= known.gone
        mine = self.known.until
        self.retain({w: day for w, day in known.until.items() if day > mine.get(w, date.min)})

    def forget_which_stay(self) -> None:
        """An older version has no word for it: files of which it may be true may stay, or not. Of those that are dated before a
        term nobody can tell what of them came to it."""
        for paper in self.papers:
            until = self.known.until.get(TERMS[paper.form], date.min)
            paper.unsure = paper.stays or paper.as_of.date() < until

    # --- the pieces ----------------------------------------------------------------------------------------------
    def _carry_out(self, terms: set[str]) -> None:
        until = {what: day for what, day in self.known.until.items() if what in terms}
        if day := until.get("complaint_text"):
            self._forget_words(self._over(day))
        for form in FORMS:
            if day := until.get(TERMS[form]):
                self._count_for_ever(form, day)

    def _over(self, day: date) -> Callable[[Row], bool]:
        """Which words came to their term before that day: of a complaint that is open they are wanted."""
        counts = {r.key: r for _, r in self.current(COMPLAINTS)}

        def over(row: Row) -> bool:
            last = counts.get(row.key)
            return (last.answered is not None and last.answered < day) if last else row.day < day

        return over

    def _count_for_ever(self, form: str, day: date) -> None:
        current = [id(r) for _, r in self.current(form)]
        papers = [p for p in self.papers if p.form == form]
        rows = [r for p in papers for r in p.rows]
        wanted = {r.key for r in rows if _wanted(form, r, day, id(r) in current)}
        for paper in papers:
            over = [
                r
                for r in paper.rows
                if r.day < day and (r.key not in wanted if r.key else r.key is None)
            ]
            for row in over:
                if id(row) in current:
                    self.counted[form][told(form, row, for_ever=True)] += 1
            paper.rows = [r for r in paper.rows if r not in over]
            paper.words -= set(over)
            paper.stays |= bool(over) or any(d < day for _, d in paper.whole)

    def _forget_words(self, which) -> bool:
        forgotten = False
        for paper in self.papers:
            gone = {r for r in paper.words if which(r)}
            forgotten |= bool(gone)
            paper.words -= gone
        return forgotten

    def copy(self) -> "Model":
        """What a copy of the database holds."""
        return deepcopy(self)


def told(form: str, row: Row, *, for_ever: bool = False) -> tuple:
    """What the database must say of a row that counts; for ever: once it has come to its term."""
    if form == VISITS:
        minute = row.arrived % 60 if for_ever else 0
        reference = None if for_ever else row.reference or None
        return row.site, str(row.day), row.arrived - minute, row.wait, reference
    answered = str(row.answered) if row.answered else None
    return row.site, str(row.day), answered, None if for_ever else row.reference


def _wanted(form: str, row: Row, day: date, counts: bool) -> bool:
    """Whether a row keeps all that bear its name from their term."""
    if form == VISITS:
        return row.day >= day
    answered_late = row.answered is not None and row.answered >= day
    return row.day >= day or answered_late or (counts and row.answered is None)


def _is_mistyped(paper: Paper) -> bool:
    days = sorted((r.site, r.day) for r in paper.rows)
    return any(
        one[0] == other[0] and (other[1] - one[1]).days > FAR_APART for one, other in pairwise(days)
    )


def _rank(paper: Paper) -> tuple[datetime, int]:
    return paper.as_of, paper.batch


def _beats(paper: Paper, row: Row) -> bool:
    if (row.site, row.day) in paper.whole:
        return True
    return row.key is not None and any(mine.key == row.key for mine in paper.rows)
