"""`python -m dashboard indicators` against an independent computation over the raw files: not one difference."""

import csv
import io
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time

import pytest
from sqlalchemy import Connection

import dashboard.__main__ as command
from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import context, indicator_table
from dashboard.answers.question import Question
from dashboard.answers.table_request import TableRequest
from dashboard.indicators import BY_CODE, INDICATORS
from dashboard.settings import load_settings
from db import facts, read
from db.codes import ALL
from db.demo import files, sites_of
from db.engine import make_engine
from db.intake import Options, import_file, load_known_references
from db.network_state import NetworkState, load_network_state
from db.working_days import public_holidays
from tests.builders import Office, shell
from tests.indicators.independent import (
    COMPLAINTS,
    MINIMUM,
    QUERIES,
    WAITING,
    WITHOUT_OBJECT,
    Independent,
    encoding_of,
)

pytestmark = pytest.mark.both_databases

TODAY = date(2025, 11, 20)
VISITS = 20_000
BYS = ("nation", "department", "site", "month", "service", "hour")


@pytest.fixture(scope="module")
def made(sqlite) -> list:
    """The invented files, of every form that is read from files."""
    with sqlite.fresh() as url:
        engine = make_engine(url)
        with engine.connect() as connection:
            sites = sites_of(read.places(connection, ALL))
            services = {code: label for _, code, label in read.services(connection)}
            holidays = set(public_holidays(connection, date(2021, 1, 1), TODAY))
        engine.dispose()
    every = files(sites, services, visits=VISITS, seed=7, today=TODAY, holidays=holidays)
    return [file for file in every if not file.declared]


@pytest.fixture(scope="module")
def independent(made, tmp_path_factory) -> Independent:
    """DuckDB over the files as they are, but for their encoding."""
    folder = tmp_path_factory.mktemp("raw")
    for file in made:
        (folder / file.name).write_text(file.content.decode(encoding_of(file)), encoding="utf-8")
    return Independent(folder, made, TODAY)


@contextmanager
def imported(databases, made, folder) -> Iterator[str]:
    """The address of a database into which the same files were imported."""
    with databases.fresh() as url:
        engine = make_engine(url)
        known = load_known_references(engine)
        for file in made:
            path = folder / file.name
            path.write_bytes(file.content)
            options = Options(
                file.form, datetime.combine(file.as_of, time()), file.covers, file.sites, demo=True
            )
            outcome = import_file(engine, path, options, "test", known)
            assert outcome.accepted, outcome.problems[:3]
        assert Office(engine, folder).differences() == []
        yield url
        engine.dispose()


@pytest.fixture(scope="module")
def filled(sqlite, made, tmp_path_factory):
    """The address of the one on SQLite."""
    with imported(sqlite, made, tmp_path_factory.mktemp("files")) as url:
        yield url


@pytest.fixture(scope="module")
def known() -> dict[tuple, dict]:
    """What the command printed already, by database, arguments and indicators that there were."""
    return {}


@pytest.fixture(scope="module")
def books() -> dict[str, NetworkState]:
    """The network of each database as it was read first: as for pages, whose questions do not change it either."""
    return {}


@pytest.fixture
def printed(filled, known, books, monkeypatch, capsys):
    """What the command prints, by (key, indicator); url: of another database."""

    def ask(*argv, url: str = filled) -> dict:
        which = url, argv, tuple(indicator.code for indicator in command.INDICATORS)
        if which not in known:
            known[which] = run(*argv, url=url)
        return known[which]

    def run(*argv, url: str) -> dict:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setattr(
            facts, "load_network_state", lambda c: books.get(url) or read_first(c, url)
        )
        load_settings.cache_clear()
        capsys.readouterr()
        assert command.main(["indicators", *map(str, argv)]) == 0
        return {
            (row["key"], row["indicator"]): row
            for row in csv.DictReader(io.StringIO(capsys.readouterr().out))
        }

    def read_first(connection: Connection, url: str) -> NetworkState:
        books[url] = load_network_state(connection)
        return books[url]

    yield ask
    load_settings.cache_clear()


def number(text: str) -> float | None:
    return float(text) if text else None


def same(a: float | None, b: float | None) -> bool:
    return a is None and b is None if a is None or b is None else math.isclose(a, b, rel_tol=1e-12)


def difference(code: str, row: dict, answer, by: str) -> str:
    """What of a printed figure is not the independent answer; "" if nothing."""
    numerator, denominator, value = (number(row[c]) for c in ("numerator", "denominator", "value"))
    said = f"{row['key']} {code}: printed {numerator}/{denominator} = {value} ({row['note']}), computed {answer}"
    if code in WITHOUT_OBJECT[by]:
        return (
            ""
            if (numerator, denominator, value, row["note"]) == (None, None, None, "sans objet")
            else said
        )
    # Where nothing was counted one side says 0, the other nothing; the value is missing on both.
    if (numerator or 0, denominator or 0) != (answer.numerator or 0, answer.denominator or 0):
        return said
    if (int(row["sites_reporting"]), int(row["sites_expected"])) != (
        answer.reporting,
        answer.expected,
    ):
        return said
    expected = answer.value
    if code in MINIMUM and int(row["n"]) < MINIMUM[code]:
        expected = None
    if code in COMPLAINTS - WAITING and answer.reporting == 0:
        expected = None
    all_known = answer.reporting >= answer.expected
    if (
        code in ("complaints_open", "complaints_late")
        and all_known
        and not answer.rare
        and answer.reporting
        and expected is None
    ):
        expected = 0  # nobody complains, and that is known
    if row["note"] == "registre des visites incomplet" and answer.lost and expected == 0:
        expected = None  # that nobody came is not known
    return "" if same(value, expected) else said


def differences(printed: dict, answers: dict, by: str, without: set = frozenset()) -> list[str]:
    """Everything that is printed and not computed, or computed and not printed, be it an indicator that has no query."""
    keys = {key for key, _ in printed} ^ {key for key, _ in answers}
    codes = {code for _, code in printed} ^ QUERIES.keys()
    return [
        *(f"key {key}" for key in keys),
        *(f"indicator {code}" for code in codes),
        *(
            text
            for (key, code), row in printed.items()
            if code not in without
            and (key, code) in answers
            and (text := difference(code, row, answers[key, code], by))
        ),
    ]


PERIODS = {
    "whole months": ("2024-01-01", "2024-12-31"),
    "off months": ("2024-02-10", "2025-09-17"),
    "running": ("2025-01-15", "2025-12-31"),
    "within a month": ("2025-05-06", "2025-05-20"),
    "first days": ("2021-12-01", "2022-03-03"),
}


@pytest.mark.pitfall(36)
@pytest.mark.parametrize("by", BYS)
@pytest.mark.parametrize("period", PERIODS)
def test_every_figure_of_the_whole_network(printed, independent, by, period):
    first, last = PERIODS[period]
    found = printed("--from", first, "--to", last, "--by", by)
    answers = independent.answers(by, date.fromisoformat(first), date.fromisoformat(last))
    assert differences(found, answers, by) == []


FILTERS = {
    "a department": (["--department", "Borgou"], "department = 'Borgou'", None),
    "two departments": (
        ["--department", "Zou", "--department", "Ouémé"],
        "department IN ('Zou', 'Ouémé')",
        None,
    ),
    "the CCSP": (["--kind", "CCSP"], "kind = 'CCSP'", None),
    "the GSRU": (["--kind", "GSRU"], "kind = 'GSRU'", None),
    "a site": (["--site", "ccsp-djougou"], "code = 'ccsp-djougou'", None),
    "a service": (["--service", "suivi-carriere"], "true", "suivi-carriere"),
    "an unknown service": (["--service", "inconnu"], "true", "inconnu"),
    "all at once": (
        ["--department", "Borgou", "--kind", "CCSP", "--service", "cip"],
        "department = 'Borgou' AND kind = 'CCSP'",
        "cip",
    ),
}


@pytest.mark.parametrize("by", BYS)
@pytest.mark.parametrize("name", FILTERS)
def test_every_figure_under_a_filter(printed, independent, by, name):
    options, sites, service = FILTERS[name]
    first, last = PERIODS["off months"]
    found = printed("--from", first, "--to", last, "--by", by, *options)
    answers = independent.answers(
        by, date.fromisoformat(first), date.fromisoformat(last), sites, service
    )
    # The design says which communes a filter on sites leaves only for departments.
    without = {"coverage"} if sites != "true" and by != "department" else frozenset()
    assert found
    assert differences(found, answers, by, without) == []


def test_postgresql_says_the_same(postgresql, made, printed, tmp_path):
    """Of the same files, to the last digit: each period by everything, each filter by site."""
    asked = [
        *((*PERIODS[period], by, ()) for period in PERIODS for by in BYS),
        *((*PERIODS["off months"], "site", options) for options, *_ in FILTERS.values()),
    ]
    with imported(postgresql, made, tmp_path) as url:
        for first, last, by, options in asked:
            question = ("--from", first, "--to", last, "--by", by, *options)
            assert printed(*question, url=url) == printed(*question), question


def test_the_independent_computation_sees_all_the_data(independent, made):
    visits = independent.one("SELECT count(*) FROM visit")
    assert visits == sum(file.rows for file in made if file.form == "registre") > 0.98 * VISITS
    assert independent.one("SELECT count(*) FROM visit WHERE wait IS NOT NULL") > VISITS / 3
    assert independent.one("SELECT count(*) FROM complaint WHERE resolved IS NULL") > 5
    assert independent.one("SELECT count(*) FROM complaint WHERE resolved IS NOT NULL") > 50


def test_a_difference_would_be_found(printed, independent):
    found = printed("--from", "2024-01-01", "--to", "2024-12-31", "--by", "nation")
    answers = independent.answers("nation", date(2024, 1, 1), date(2024, 12, 30))
    assert len(differences(found, answers, "nation")) > 5


def test_an_indicator_without_an_independent_query_is_a_difference(
    printed, independent, monkeypatch
):
    more = (*INDICATORS, replace(BY_CODE["visits"], code="novelty"))
    monkeypatch.setattr("dashboard.__main__.INDICATORS", more)
    found = printed("--from", "2024-01-01", "--to", "2024-12-31", "--by", "nation")
    answers = independent.answers("nation", date(2024, 1, 1), date(2024, 12, 31))
    assert differences(found, answers, "nation") == ["indicator novelty"]


def test_as_typed_by_a_person_json_says_the_same_as_csv(filled, printed):
    said = shell(
        filled,
        "dashboard",
        "indicators",
        "--from",
        "2024-01-01",
        "--to",
        "2024-12-31",
        "--by",
        "nation",
        "--format",
        "json",
    )
    assert said.code == 0
    assert said.err.startswith("DONNÉES FICTIVES")
    rows = {(f["key"], f["indicator"]): f for f in json.loads(said.out)}
    found = printed("--from", "2024-01-01", "--to", "2024-12-31", "--by", "nation")
    assert rows.keys() == found.keys()
    assert all(same(number(found[k]["value"]), rows[k]["value"]) for k in rows)


@pytest.mark.parametrize("by", [by for by in BYS if by != "nation"])
def test_each_cell_of_the_table_of_pages_is_what_is_counted_from_the_files(
    filled, independent, by, monkeypatch
):
    """Of the period; what is true at the date of the data is asked for elsewhere."""
    monkeypatch.setenv("DATABASE_URL", filled)
    load_settings.cache_clear()
    first, last = (date.fromisoformat(day) for day in PERIODS["whole months"])
    codes = tuple(i.code for i in INDICATORS if not i.is_current and not i.silent_as_none)
    try:
        request = TableRequest(by, codes)
        made = indicator_table.frame(LOCAL_READER, Question(first, last), request)
    finally:
        context.close_databases()
        load_settings.cache_clear()
    answers = independent.answers(by, first, last)
    whole = independent.answers("nation", first, last)
    assert set(made.index) == {key for key, _ in answers} | {"nation"}
    wrong = []
    for key, row in made.to_dict("index").items():
        for code in codes:
            answer = whole[key, code] if key == "nation" else answers[key, code]
            of = "nation" if key == "nation" else by
            hidden = row[f"{code}_n"] < MINIMUM.get(code, 0) or code in WITHOUT_OBJECT[of]
            hidden |= code in COMPLAINTS and answer.reporting == 0
            value = None if math.isnan(row[code]) else row[code]
            if not same(value, None if hidden else answer.value):
                wrong.append((key, code, value, answer))
    assert wrong == []
