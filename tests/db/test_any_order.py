"""The figures depend on which files are in: of those dated alike on which came last, else never on the order in which they
came or went.

Beside the database runs a model of a few lines that keeps the files themselves and works out anew, each time, which
rows stand: those that no live file of the same form and a higher rank (as_of, then arrival) says again or replaces.
EXAMPLES says how many times (10 by default).
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.period import to_naive_utc
from db import write
from db.batch_effects import Effect
from db.engine import make_engine
from db.intake import Outcome
from tests.builders import (
    KANDI,
    NIKKI,
    Office,
    closing,
    closure,
    complaint,
    csv_text,
    monthly,
    waited,
)

pytestmark = pytest.mark.both_databases

DAYS = ("2025-03-03", "2025-03-04", "2025-03-05")
COVERED = (DAYS[0], DAYS[1])  # what --covers says where a file of closures replaces days
# Each example makes its own database: the folder that the fixture gives may well be shared.
EXAMPLES = int(os.environ.get("EXAMPLES", "6"))
BASES = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

# A line is (site or "", day, name, number): what the last two stand for depends on the form.
Line = tuple[str, str, str, int]


@dataclass(frozen=True)
class Kind:
    """What the model knows of a form: how a line is written, found in the database, and what makes it the same again."""

    write: object
    standing: str
    key: object = lambda line: (line[0], line[2])
    names: tuple[str, ...] = ("1", "2", "3")
    sites: tuple[str, ...] = (KANDI, NIKKI)
    replaces: bool = True


SITE = " JOIN site s ON s.id = r.site_id WHERE r.superseded_by IS NULL"
KINDS = {
    "registre": Kind(
        lambda site, day, name, n: waited(n, site=site, day=day, ref=name),
        f"SELECT s.code, r.day, coalesce(r.source_ref, ''), r.called_at - r.arrived_at FROM visit r{SITE}",  # noqa: S608 (own names)
        lambda line: (line[0], line[2]) if line[2] else None,
        names=("", "", "1", "2", "3"),
    ),
    "plaintes": Kind(
        lambda site, day, name, n: complaint(
            name, site=site, received=day, resolved=f"2025-03-{10 + n}"
        ),
        "SELECT s.code, r.received_on, r.reference, CAST(substr(CAST(r.resolved_on AS char(10)), 9) AS integer) - 10"  # noqa: S608
        f" FROM complaint r{SITE}",
    ),
    "cloture": Kind(
        lambda site, day, name, n: closing(site=site, day=day, agent=name, declared=n),
        f"SELECT s.code, r.day, r.agent, r.declared FROM daily_closing r{SITE}",  # noqa: S608
        lambda line: line[:3],
        names=("", "A1", "A2"),
    ),
    # A closure lasts `number` days: it may end beyond what its file covers, or begin before.
    "fermetures": Kind(
        lambda site, day, name, n: closure(
            site=site, first=day, last=f"2025-03-0{int(day[-1]) + n}", reason=name
        ),
        "SELECT coalesce(s.code, ''), r.first_day, coalesce(t.label, ''), CAST(substr(CAST(r.last_day AS char(10)), 9) AS"
        " integer) - CAST(substr(CAST(r.first_day AS char(10)), 9) AS integer) FROM closure r LEFT JOIN site s"
        " ON s.id = r.site_id LEFT JOIN term t ON t.id = r.reason_id WHERE r.superseded_by IS NULL",
        lambda line: line[:3],
        names=("", "grève"),
        sites=(KANDI, NIKKI, ""),
    ),
    "canevas": Kind(
        lambda site, day, name, n: monthly(site=site, month=f"0{day[-1]}/2025", received=n),
        "SELECT s.code, '2025-03-0' || substr(CAST(r.month AS char(10)), 7, 1), '', r.received"  # noqa: S608
        f" FROM monthly_return r{SITE}",
        lambda line: line[:2],
        names=("",),
        replaces=False,
    ),
}


@dataclass(frozen=True)
class Paper:
    """A file: its form, its lines, the date of its content, whether it replaces whole days; whether it is said to cover COVERED,
    and sites it speaks for beside those of its lines."""

    form: str
    lines: tuple[Line, ...]
    as_of: str
    replace_days: bool
    covers: bool = False
    sites: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return csv_text(self.form, *(KINDS[self.form].write(*line) for line in self.lines))

    @property
    def options(self) -> dict:
        return {
            "as_of": self.as_of,
            "replace_days": self.replace_days,
            "covers": tuple(map(date.fromisoformat, COVERED)) if self.covers else None,
            "sites": self.sites,
        }

    def beats(self, line: Line) -> bool:
        """Whether this file, of a higher rank, takes the place of a line of another one of its form."""
        key = KINDS[self.form].key
        if key(line) is not None and any(key(mine) == key(line) for mine in self.lines):
            return True
        site, day, _, number = line
        last = int(day[-1]) + (number if self.form == "fermetures" else 0)
        within = COVERED[0] <= day and last <= int(COVERED[1][-1])
        spoken_of = {mine[0] for mine in self.lines} | set(self.sites)
        if self.replace_days and self.covers and within and site in spoken_of:
            return True
        if self.form == "fermetures":
            return False
        whole = (
            mine
            for mine in self.lines
            if self.replace_days or (self.form == "registre" and not mine[2])
        )
        return any(mine[:2] == (site, day) for mine in whole)


@dataclass(frozen=True)
class Stand:
    """What the model says of files that are in: which of their lines count, and of the others which file is why."""

    lines: dict[Paper, Counter]
    idle: dict[Paper, Counter]

    def rows(self, paper: Paper) -> int:
        return sum(self.lines.get(paper, Counter()).values())


def stand(papers: list[Paper]) -> Stand:
    """How it stands when exactly these files are in, which came in this order."""
    lines: dict[Paper, Counter] = {}
    idle: dict[Paper, Counter] = {}
    ranked = sorted(papers, key=lambda p: p.as_of)  # stable
    for place, paper in enumerate(ranked, 1):
        above = [p for p in ranked[place:] if p.form == paper.form]
        lines[paper], idle[paper] = Counter(), Counter()
        for line in paper.lines:
            beaten = [p for p in above if p.beats(line)]
            if beaten:
                idle[paper][beaten[-1]] += 1
            else:
                lines[paper][line] += 1
    return Stand(lines, idle)


def standing(papers: list[Paper], form: str) -> Counter:
    """The lines of the form that count when exactly these files are in, which came in this order."""
    lines = stand(papers).lines
    return sum((lines[paper] for paper in papers if paper.form == form), Counter())


def effect(
    before: list[Paper], after: list[Paper], live: dict[Paper, int], paper: Paper
) -> dict[str, object]:
    """What the model says of a change that concerns a file, as `db.batch_effects.Effect` names it. live: files to batches."""
    was, now = stand(before), stand(after)

    def named(rows: dict[Paper, int]) -> dict[str, int]:
        return {f"« papier.csv » (lot {live[p]})": n for p, n in rows.items() if n > 0}

    others = [p for p in before if p in after and p != paper]
    return {
        "counting": now.rows(paper),
        "idle": named(now.idle.get(paper, {})),
        "ceased": named({p: was.rows(p) - now.rows(p) for p in others}),
        "begun": named({p: now.rows(p) - was.rows(p) for p in others}),
    }


def told(found: Effect) -> dict[str, object]:
    """The same of what the database said."""
    return {
        "counting": found.rows_counting,
        "idle": found.idle_by_file,
        "ceased": found.replaced_by_file,
        "begun": found.restored_by_file,
    }


def _one_line_a_key(form: str):
    def check(lines: list) -> bool:
        keys = [key for line in lines if (key := KINDS[form].key(line)) is not None]
        return len(keys) == len(set(keys))

    return check


def _of_sites_or_of_all(lines: list) -> list:
    """Without the lines of the whole network, unless all are: no file has both."""
    return [line for line in lines if line[0]] or lines


def papers_of(form: str, dates: tuple[str, ...]) -> st.SearchStrategy[Paper]:
    """Files of a form, of one of these dates each."""
    kind = KINDS[form]
    line = st.tuples(
        st.sampled_from(kind.sites),
        st.sampled_from(DAYS),
        st.sampled_from(kind.names),
        st.integers(0, 3),
    )
    lines = st.lists(line, max_size=5).map(_of_sites_or_of_all)
    lines = lines.filter(_one_line_a_key(form)).map(tuple)
    sites = st.lists(st.sampled_from((KANDI, NIKKI)), max_size=2, unique=True).map(tuple)
    papers = st.builds(
        Paper,
        st.just(form),
        lines,
        st.sampled_from(dates),
        st.booleans() if kind.replaces else st.just(False),
        st.booleans(),
        sites,
    )
    return papers.filter(_may_be_handed_in)


def _may_be_handed_in(paper: Paper) -> bool:
    """Closures replace days that are said; a file without a line says for which days and sites it has none."""
    said = paper.covers or not (paper.replace_days and paper.form == "fermetures")
    return said and bool(paper.lines or (paper.covers and paper.sites))


def some_papers(least: int, most: int, *, dates: int) -> st.SearchStrategy[list[Paper]]:
    """A few files of two or three forms, so that they meet. dates: how many they share, or 0 where each has its own."""
    forms = st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=2, unique=True)
    days = tuple(f"2025-04-{day:02}" for day in range(1, (dates or 2 * most) + 1))
    different = (lambda p: p.text, *(() if dates else (lambda p: p.as_of,)))
    return forms.flatmap(
        lambda chosen: st.lists(
            st.one_of(*(papers_of(form, days) for form in [*chosen, "registre"])),
            min_size=least,
            max_size=most,
            unique_by=different,
        )
    )


def counted(office: Office, form: str) -> Counter:
    """The lines of the form that count in the database."""
    return Counter(
        (site, str(day), name, number)
        for site, day, name, number in office.rows(KINDS[form].standing)
    )


def check(office: Office, papers: list[Paper], forms: set[str]) -> None:
    """The database, its rollups and its figures agree with the model. papers: those that are in, in the order they came."""
    for form in forms:
        assert counted(office, form) == standing(papers, form), form
    assert office.differences() == []
    expected = standing(papers, "registre")
    figures = office.figures(by="site", sites={KANDI, NIKKI})
    for site in (KANDI, NIKKI):
        waits = sorted(w for (s, *_, w), n in expected.items() for _ in range(n) if s == site)
        assert (figures[site, "visits"].value or 0) == len(waits)
        assert figures[site, "wait_p50"].n == len(waits)
        if len(waits) >= 10:
            assert figures[site, "wait_p50"].value == waits[(len(waits) - 1) // 2]


@contextmanager
def new_office(databases, folder) -> Iterator[Office]:
    """An office on a database of its own; closed also where hypothesis gives an example up."""
    with databases.fresh() as url:
        office = Office(make_engine(url), folder)
        try:
            yield office
        finally:
            office.engine.dispose()


def hand_in(office: Office, paper: Paper, *, check: bool = False) -> Outcome:
    """What came of the file, kept or only checked."""
    path = office.folder / "papier.csv"
    path.write_text(paper.text, encoding="utf-8")
    outcome = office.take(path, check=check, **paper.options)
    assert outcome.accepted, [str(p) for p in outcome.problems]
    return outcome


def change(office: Office, live: dict[Paper, int], paper: Paper, how: str, day: str) -> dict:
    """Hand the file in, take it out or date it anew; what was said of it is what the model says. Returns what is in after it."""
    before = list(live)
    if how == "hand in":
        tried, kept = hand_in(office, paper, check=True), hand_in(office, paper)
        after = {**live, paper: kept.batch_id}
        assert told(tried.effect) == told(kept.effect) and tried.batch_id is None
        assert told(kept.effect) == effect(before, list(after), after, paper)
    elif how == "withdraw":
        found = office.withdraw(live[paper])
        after = {p: batch for p, batch in live.items() if p != paper}
        assert found.rows_ended == stand(before).rows(paper)
        assert told(found) == effect(before, list(after), live, paper)
    else:
        dated = replace(paper, as_of=day)
        _, found = write.date_anew(
            office.engine, live[paper], to_naive_utc(datetime.fromisoformat(day)), by="test"
        )
        after = {dated if p == paper else p: batch for p, batch in live.items()}
        was = [dated if p == paper else p for p in before]
        assert found.rows_counting == stand(list(after)).rows(dated)
        assert told(found)["idle"] == effect(was, list(after), after, dated)["idle"]
        moved = stand(before), stand(list(after))
        differ = {f"« papier.csv » (lot {b})": moved[1].rows(p) - moved[0].rows(p)
                  for p, b in live.items() if p != paper}  # fmt: skip
        assert found.restored_by_file == {name: n for name, n in differ.items() if n > 0}
        assert found.replaced_by_file == {name: -n for name, n in differ.items() if n < 0}
    return after


@BASES
@given(papers=some_papers(3, 6, dates=2), data=st.data())
def test_after_every_change_exactly_the_right_rows_count_and_it_was_said(
    databases, tmp_path, papers, data
):
    forms = {p.form for p in papers}
    with new_office(databases, tmp_path) as office:
        live: dict[Paper, int] = {}  # in the order they came: who comes again comes last
        for step in range(data.draw(st.integers(len(papers), 2 * len(papers)))):
            paper = data.draw(st.sampled_from(papers), label=f"step {step}")
            there = next((p for p in live if p.text == paper.text), None)
            how = data.draw(st.sampled_from(("withdraw", "date"))) if there else "hand in"
            day = data.draw(st.sampled_from(("2025-04-01", "2025-04-02", "2025-04-03")))
            live = change(office, live, there or paper, how, day)
            check(office, list(live), forms)


@settings(BASES, max_examples=EXAMPLES // 2)
@given(papers=some_papers(2, 5, dates=0), data=st.data())
def test_two_orders_of_files_of_different_dates_give_the_same_figures(
    databases, tmp_path, papers, data
):
    orders = [papers, data.draw(st.permutations(papers))]
    found = []
    for order in orders:
        with new_office(databases, tmp_path) as office:
            for paper in order:
                hand_in(office, paper)
            lines = {form: counted(office, form) for form in KINDS}
            found.append(
                (lines, [office.figures(by=by) for by in ("nation", "site", "month", "hour")])
            )
    assert found[0] == found[1]


def test_of_files_dated_alike_the_one_that_came_last_decides(office):
    """Whatever their contents are: ten corrections of ten visits, and each first file brought again."""
    first = [office.path("registre", waited(50, ref=f"r{n}")) for n in range(10)]
    second = [office.path("registre", waited(10, ref=f"r{n}")) for n in range(10)]
    waits = "SELECT called_at - arrived_at FROM visit WHERE superseded_by IS NULL"
    batches = [office.take(path, as_of="2025-04-01").batch_id for path in first]
    for path in second:
        office.take(path, as_of="2025-04-01")
    assert office.rows(waits) == [(10,)] * 10
    for batch, path in zip(batches, first, strict=True):
        office.withdraw(batch)
        office.take(path, as_of="2025-04-01")
    assert office.rows(waits) == [(50,)] * 10
    assert office.differences() == []


# Three files of each form that speak of the same thing, oldest first, and what must stand once all are in.
SAME_THING = {
    "plaintes": (
        [
            [complaint("P1")],
            [complaint("P1", resolved="2025-03-10"), complaint("P2")],
            [complaint("P1", resolved="2025-03-12", outcome="rejetée")],
        ],
        "SELECT reference, CAST(resolved_on AS char(10)), outcome FROM complaint WHERE superseded_by IS NULL",
        [("P1", "2025-03-12", "rejected"), ("P2", None, None)],
    ),
    "cloture": (
        [
            [closing(declared=3)],
            [closing(declared=4), closing(declared=1, agent="A2")],
            [closing(declared=5)],
        ],
        "SELECT agent, declared FROM daily_closing WHERE superseded_by IS NULL",
        [("", 5), ("A2", 1)],
    ),
    "fermetures": (
        [
            [closure(site="", last="2025-03-05")],
            [closure(site="", last="2025-03-06"), closure(site="", reason="grève")],
            [closure(site="", last="2025-03-07")],
        ],
        "SELECT CAST(last_day AS char(10)) FROM closure WHERE superseded_by IS NULL",
        [("2025-03-03",), ("2025-03-07",)],
    ),
    "canevas": (
        [
            [monthly(received=3)],
            [monthly(received=4), monthly(site=NIKKI, received=9)],
            [monthly(received=5)],
        ],
        "SELECT received FROM monthly_return WHERE superseded_by IS NULL",
        [(5,), (9,)],
    ),
}


@pytest.mark.parametrize("form", SAME_THING)
def test_the_newest_of_three_files_stands_in_any_order(databases, tmp_path, form):
    files, query, expected = SAME_THING[form]
    for order in permutations(range(3)):
        with new_office(databases, tmp_path) as office:
            batches = {
                i: office.hand_in(form, *files[i], as_of=f"2025-04-0{i + 1}").batch_id
                for i in order
            }
            assert sorted(office.rows(query)) == expected, order
            office.withdraw(batches[2])
            with_two = sorted(office.rows(query))
            office.hand_in(form, *files[2], as_of="2025-04-03")
            assert sorted(office.rows(query)) == expected, order
            assert with_two != expected
