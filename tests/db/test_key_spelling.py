"""Keys that nobody can tell apart are one key: in files, in what is asked, and in rows that older versions kept."""

from collections import Counter, defaultdict
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from dashboard.french import normalise_key
from db import backup, key_spelling, schema
from db.__main__ import main
from db.engine import make_engine
from db.supersede import settle_anew
from tests.builders import KANDI, NIKKI, Office, closing, complaint, visit, waited

# Copies, and the list of what is erased, lie in the test's own folder.
pytestmark = [
    pytest.mark.usefixtures("programs_of_the_server"),
    pytest.mark.both_databases,
]

BEFORE = schema.revisions()[
    schema.revisions().index(
        next(f.name[:4] for f in schema.MIGRATIONS.glob("versions/*_keys_alike.py"))
    )
    - 1
]
HYPHEN, MARK, SPACE = "\u2011", "\u200e", "\u00a0"
# Spellings of one key, of which the first is how it is kept.
SPELLINGS = (
    "A-1 é",
    f"A{HYPHEN}1 é",
    f"A-1 é{MARK}",
    f"A-1{SPACE}é",
    "A-1 e\u0301",
    "\ufeffA-1  é",
)
FORMS = {
    "visit": ("registre", "source_ref", lambda ref, n=0: waited(n, ref=ref)),
    "complaint": (
        "plaintes",
        "reference",
        lambda ref, n=0: complaint(ref, resolved=f"2025-03-{10 + n}"),
    ),
    "daily_closing": ("cloture", "agent", lambda ref, n=0: closing(agent=ref, declared=n)),
}


# --- files --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spelling", SPELLINGS, ids=ascii)
@pytest.mark.parametrize("table", FORMS)
def test_a_correction_corrects_however_the_key_is_spelled(office, table, spelling):
    form, column, line = FORMS[table]
    office.hand_in(form, line(SPELLINGS[0]), as_of="2025-04-01")
    office.hand_in(form, line(spelling, 5), as_of="2025-05-01")
    counting = f"SELECT {column} FROM {table} WHERE superseded_by IS NULL"  # noqa: S608
    assert office.rows(counting) == [(SPELLINGS[0],)]


@pytest.mark.parametrize("table", FORMS)
def test_two_spellings_in_one_file_are_one_row_or_a_problem(office, table):
    form, _, line = FORMS[table]
    outcome = office.hand_in(form, *map(line, SPELLINGS))
    assert outcome.rows == 1 and any("comptées une fois : 5." in r for r in outcome.remarks)
    other = office.take(office.path(form, line(SPELLINGS[0]), line(SPELLINGS[1], 5)))
    assert not other.accepted and [p.line for p in other.problems] == [3]


@pytest.mark.parametrize("text_", [MARK, "\u200b\ufeff", SPACE, "\u3164", "\x07"], ids=ascii)
def test_a_key_of_nothing_that_anybody_sees_is_blank(office, text_):
    office.hand_in("registre", visit(ref=text_))
    assert office.rows("SELECT source_ref FROM visit") == [(None,)]
    assert not office.take(office.path("plaintes", complaint(text_))).accepted


# --- what is asked ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spelling", SPELLINGS, ids=ascii)
def test_the_words_of_a_complaint_are_erased_however_its_reference_is_typed(
    command, office, spelling
):
    office.hand_in("plaintes", complaint(SPELLINGS[0], subject="attente"))
    said = command(main, "erase-text", f" {KANDI}{MARK}", spelling, "--why", "demande")
    assert said.code == 0, said.err
    assert office.rows("SELECT count(*) FROM complaint_text") == [(0,)]
    office.hand_in("plaintes", complaint(spelling, subject="encore"), complaint("B"))
    assert office.rows("SELECT count(*) FROM complaint_text") == [(0,)]


def test_a_site_may_be_typed_with_signs_that_nobody_sees(command, office):
    path = office.path("plaintes")
    said = command(
        main,
        "import",
        path,
        "--covers",
        "2025-03-01:2025-03-31",
        "--sites",
        f"{KANDI}{MARK}, {NIKKI}",
    )
    assert said.code == 0, said.out


# --- the rule itself ------------------------------------------------------------------------------------------------------
@given(st.text())
def test_a_key_is_kept_as_it_is_compared(text_):
    kept = normalise_key(text_)
    assert normalise_key(kept) == kept and kept == kept.strip() and "  " not in kept


@given(st.text(), st.sampled_from((MARK, "\u200b", "\ufeff", "\u00ad", "\x07")), st.integers(0, 20))
def test_what_nobody_sees_makes_no_other_key(text_, sign, at):
    assert normalise_key(text_[:at] + sign + text_[at:]) == normalise_key(text_)


# --- rows that are there ----------------------------------------------------------------------------------------------------
def older(office: Office, table: str, *files: list[tuple[str, int]]) -> None:
    """Files as an older version kept them: of each, keys as they were spelled, and what the rows say."""
    form, column, line = FORMS[table]
    numbers = count(1)
    for i, rows in enumerate(files):
        known = {f"k{next(numbers)}": (name, n) for name, n in rows}
        batch = office.hand_in(
            form, *(line(k, n) for k, (_, n) in known.items()), as_of=f"2025-04-{i + 1:02}"
        ).batch_id
        respell = f"UPDATE {table} SET {column} = :name WHERE {column} = :k AND batch_id = :b"  # noqa: S608
        with office.engine.begin() as connection:
            for k, (name, _) in known.items():
                connection.execute(text(respell), {"name": name, "k": k, "b": batch})
    with (
        office.engine.begin() as connection
    ):  # which row counts where one key stands in several files
        settle_anew(connection)
    schema.downgrade(office.engine, BEFORE)


def counting(office: Office, table: str) -> list[tuple]:
    column = FORMS[table][1]
    return office.rows(
        f"SELECT {column}, batch_id FROM {table} WHERE superseded_by IS NULL ORDER BY batch_id, id"  # noqa: S608
    )


def problems(office: Office) -> list[str]:
    with office.engine.connect() as connection:
        return key_spelling.verify(connection)


@pytest.mark.parametrize("table", FORMS)
def test_older_rows_that_say_the_same_are_joined(office, table):
    older(office, table, [(SPELLINGS[0], 1)], [(SPELLINGS[1], 1)], [(SPELLINGS[2], 1)])
    assert len(counting(office, table)) == 3
    backup.migrate(office.engine, "test", copy=False)
    assert counting(office, table) == [(SPELLINGS[0], 3)]
    assert (problems(office), office.differences()) == ([], [])


@pytest.mark.parametrize("table", FORMS)
def test_older_rows_that_say_different_things_are_left_and_named(office, table):
    older(office, table, [(SPELLINGS[0], 1)], [(SPELLINGS[1], 2)])
    backup.migrate(office.engine, "test", copy=False)
    assert len(counting(office, table)) == 2
    (problem,) = problems(office)
    assert "U+2011" in problem and KANDI in problem and "lot 2" in problem
    office.withdraw(2)
    assert problems(office) == []


@pytest.mark.parametrize("table", FORMS)
def test_an_older_row_that_stands_alone_is_spelled_as_all_are(office, table):
    older(office, table, [(SPELLINGS[4], 1)], [(SPELLINGS[4], 2)])  # corrected once
    backup.migrate(office.engine, "test", copy=False)
    assert counting(office, table) == [(SPELLINGS[0], 2)]
    form, _, line = FORMS[table]
    office.hand_in(form, line(SPELLINGS[0], 3), as_of="2025-05-01")
    assert counting(office, table) == [(SPELLINGS[0], 3)]
    assert (problems(office), office.differences()) == ([], [])


@pytest.mark.parametrize("table", FORMS)
def test_rows_that_one_file_has_twice_are_one(office, table):
    older(office, table, [(SPELLINGS[0], 1), (SPELLINGS[1], 1), ("B", 2)])
    backup.migrate(office.engine, "test", copy=False)
    assert counting(office, table) == [(SPELLINGS[0], 1), ("B", 1)]
    assert office.rows("SELECT rows FROM import_batch") == [(2,)]
    assert office.differences() == []
    assert office.rows("SELECT rows FROM batch_site") == [(2,)]


def test_a_complaint_s_words_are_part_of_what_it_says(office):
    older(office, "complaint", [(SPELLINGS[0], 1)], [(SPELLINGS[1], 1)])
    with office.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO complaint_text SELECT max(id), 'attente' FROM complaint")
        )
    backup.migrate(office.engine, "test", copy=False)
    assert len(counting(office, "complaint")) == 2 and len(problems(office)) == 1


def test_words_of_one_that_was_left_are_erased_too(command, office):
    older(office, "complaint", [(SPELLINGS[0], 1)], [(SPELLINGS[1], 2)])
    with office.engine.begin() as connection:
        connection.execute(text("INSERT INTO complaint_text SELECT id, 'attente' FROM complaint"))
    backup.migrate(office.engine, "test", copy=False)
    assert command(main, "erase-text", KANDI, SPELLINGS[0], "--why", "demande").code == 0
    assert office.rows("SELECT count(*) FROM complaint_text") == [(0,)]


def test_init_lists_what_was_joined_and_what_was_left_and_verify_ends_with_1(command, office):
    older(
        office,
        "visit",
        [(SPELLINGS[0], 1), ("B-2", 1), ("C 3", 1)],
        [(SPELLINGS[1], 1), (f"B{HYPHEN}2", 2), (f"C{SPACE}3", 1)],
    )
    said = command(main, "init", "--without-copy")
    assert said.code == 0, said.err
    assert "d'une seule façon : 2." in said.out and "la même chose : 2." in said.out
    assert f"visit, {KANDI} : « A-1 é » (lots 1, 2)" in said.out
    assert "autre chose ; python -m db verify les nomme : 1." in said.out
    assert command(main, "init").out.count("\n") == 1, "said once"
    verified = command(main, "verify")
    assert verified.code == 1 and "« B\u20112 » (U+2011) du lot 2" in verified.out
    assert "1 différence" in verified.out


FILES = st.lists(
    st.lists(
        st.tuples(st.sampled_from((*SPELLINGS[:3], "B", f"B{MARK}")), st.integers(1, 2)),
        min_size=1,
        max_size=4,
        unique_by=lambda row: row[0],
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=6)
@given(files=FILES, table=st.sampled_from(sorted(FORMS)))
def test_whatever_the_older_rows_nothing_that_differs_is_joined(
    databases, tmp_path_factory, files, table
):
    """A group of spellings is one key afterwards where all its rows say the same, or only one spelling is used; else it is as
    it was."""
    with databases.fresh() as url:
        office = Office(make_engine(url), tmp_path_factory.mktemp("cles"))
        older(office, table, *files)
        before = Counter(name for name, _ in counting(office, table))
        backup.migrate(office.engine, "test", copy=False)
        groups = defaultdict(list)
        for rows in files:
            for name, said in rows:
                groups[normalise_key(name)].append((name, said))
        expected: Counter[str] = Counter()
        for wanted, rows in groups.items():
            one = len({name for name, _ in rows}) == 1 or len({said for _, said in rows}) == 1
            expected.update([wanted] if one else {n: before[n] for n, _ in rows})
        assert Counter(name for name, _ in counting(office, table)) == expected
        assert office.differences() == []
        assert len(problems(office)) == sum(
            n for name, n in expected.items() if normalise_key(name) != name
        )
        office.engine.dispose()
