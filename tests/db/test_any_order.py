"""The figures depend on which files are in, never on the order in which they came or went.

Beside the database runs a model of a few lines that keeps the files themselves and works out anew, each time, which
rows stand: those that no live file of higher rank (as_of, then sha256) says again or replaces as a whole day.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.engine import make_engine
from tests.builders import KANDI, NIKKI, Office, closing, closure, complaint, csv_text, monthly, waited

DAYS = ("2025-03-03", "2025-03-04")
# Each example makes its own database: the folder that the fixture gives may well be shared.
BASES = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Paper:
    """A register file: lines as (site, day, reference or "", minutes waited)."""

    lines: tuple[tuple[str, str, str, int], ...]
    as_of: str
    replace_days: bool

    @property
    def text(self) -> str:
        return csv_text(
            "registre", *(waited(wait, site=site, day=day, ref=ref) for site, day, ref, wait in self.lines)
        )

    @property
    def rank(self) -> tuple[str, str]:
        return self.as_of, hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def keys(self) -> set:
        return {(site, ref) for site, _, ref, _ in self.lines if ref}

    @property
    def whole_days(self) -> set:
        return {(site, day) for site, day, ref, _ in self.lines if self.replace_days or not ref}


def standing(papers: list[Paper]) -> Counter:
    """The lines that count when exactly these files are in."""
    found = Counter()
    for paper in papers:
        above = [p for p in papers if p.rank > paper.rank]
        keys = set().union(*(p.keys for p in above))
        whole = set().union(*(p.whole_days for p in above))
        found.update(line for line in paper.lines if (line[0], line[2]) not in keys and line[:2] not in whole)
    return found


LINE = st.tuples(
    st.sampled_from((KANDI, NIKKI)),
    st.sampled_from(DAYS),
    st.sampled_from(("", "", "1", "2", "3")),
    st.integers(0, 3),
)


def _one_line_a_reference(lines: list) -> bool:
    keys = [(site, ref) for site, _, ref, _ in lines if ref]
    return len(keys) == len(set(keys))


PAPER = st.builds(
    Paper,
    st.lists(LINE, min_size=1, max_size=5).filter(_one_line_a_reference).map(tuple),
    st.sampled_from(("2025-04-01", "2025-04-02")),
    st.booleans(),
)


def counted(office: Office) -> Counter:
    """The lines that count in the database."""
    rows = office.rows(
        "SELECT s.code, v.day, coalesce(v.source_ref, ''), v.called_at - v.arrived_at"
        " FROM visit v JOIN site s ON s.id = v.site_id WHERE v.superseded_by IS NULL"
    )
    return Counter((site, str(day), ref, wait) for site, day, ref, wait in rows)


def check(office: Office, papers: list[Paper]) -> None:
    """The database, its rollups and its figures agree with the model."""
    expected = standing(papers)
    assert counted(office) == expected
    assert office.differences() == []
    figures = office.figures(by="site", sites={KANDI, NIKKI})
    for site in (KANDI, NIKKI):
        waits = sorted(w for (s, *_, w), n in expected.items() for _ in range(n) if s == site)
        assert (figures[site, "visits"].value or 0) == len(waits)
        assert figures[site, "wait_p50"].n == len(waits)
        if len(waits) >= 10:
            assert figures[site, "wait_p50"].value == waits[(len(waits) - 1) // 2]


@BASES
@given(papers=st.lists(PAPER, min_size=2, max_size=5, unique_by=lambda p: p.text), data=st.data())
def test_after_every_import_and_withdrawal_exactly_the_right_rows_count(databases, tmp_path, papers, data):
    with databases.fresh() as url:
        office = Office(make_engine(url), tmp_path)
        live: dict[Paper, int] = {}
        for step in range(data.draw(st.integers(len(papers), 2 * len(papers)))):
            paper = data.draw(st.sampled_from(papers), label=f"step {step}")
            if paper in live:
                office.withdraw(live.pop(paper))
            else:
                path = tmp_path / "registre.csv"
                path.write_text(paper.text, encoding="utf-8")
                live[paper] = office.take(path, as_of=paper.as_of, replace_days=paper.replace_days).batch_id
            check(office, list(live))
        office.engine.dispose()


@settings(BASES, max_examples=8)
@given(papers=st.lists(PAPER, min_size=2, max_size=4, unique_by=lambda p: p.text), data=st.data())
def test_two_orders_of_the_same_files_give_the_same_figures(databases, tmp_path, papers, data):
    orders = [papers, data.draw(st.permutations(papers))]
    found = []
    for order in orders:
        with databases.fresh() as url:
            office = Office(make_engine(url), tmp_path)
            for paper in order:
                path = tmp_path / "registre.csv"
                path.write_text(paper.text, encoding="utf-8")
                assert office.take(path, as_of=paper.as_of, replace_days=paper.replace_days).accepted
            found.append(
                (counted(office), [office.figures(by=by) for by in ("nation", "site", "month", "hour")])
            )
            office.engine.dispose()
    assert found[0] == found[1]


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
            [closure(site="", last="2025-03-06"), closure(reason="grève")],
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
        with databases.fresh() as url:
            office = Office(make_engine(url), tmp_path)
            batches = {i: office.hand_in(form, *files[i], as_of=f"2025-04-0{i + 1}").batch_id for i in order}
            assert sorted(office.rows(query)) == expected, order
            office.withdraw(batches[2])
            with_two = sorted(office.rows(query))
            office.hand_in(form, *files[2], as_of="2025-04-03")
            assert sorted(office.rows(query)) == expected, order
            assert with_two != expected
            office.engine.dispose()
