"""`python -m dashboard indicators`: columns, keys, refusals and exit codes."""

import csv
import io
import json

import pytest

from dashboard.__main__ import main
from dashboard.indicators import INDICATORS
from dashboard.settings import load_settings
from tests.builders import KANDI, NIKKI, visit, waited

YEAR = ("--from", "2025-01-01", "--to", "2025-12-31")
COLUMNS = [
    "key",
    "indicator",
    "numerator",
    "denominator",
    "value",
    "n",
    "sites_reporting",
    "sites_expected",
    "note",
    "sites_whole",
    "sites_heard",
]


def test_one_line_per_key_and_indicator_with_empty_cells_where_nothing_is_known(command, office):
    office.hand_in("registre", *[waited(7)] * 12, visit(site=NIKKI))
    said = command(main, "indicators", *YEAR, "--by", "site")
    assert (said.code, said.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert list(rows[0]) == COLUMNS
    assert len(rows) == 24 * len(INDICATORS)
    found = {(r["key"], r["indicator"]): r for r in rows}
    assert list(found[KANDI, "wait_p50"].values()) == [
        KANDI,
        "wait_p50",
        "",
        "",
        "7",
        "12",
        "1",
        "1",
        "",
        "",
        "1",
    ]
    assert list(found[NIKKI, "wait_p50"].values()) == [
        NIKKI,
        "wait_p50",
        "",
        "",
        "",
        "0",
        "1",
        "1",
        "non mesuré",
        "",
        "1",
    ]
    # Both were launched long before their first file.
    assert [found[code, "visits"]["sites_whole"] for code in (KANDI, NIKKI)] == ["0", "0"]
    assert [found[KANDI, "left"][c] for c in COLUMNS[2:6]] == ["0", "12", "0", "12"]


def test_json_holds_the_same_and_null_where_nothing_is_known(command, office):
    office.hand_in("registre", visit())
    rows = json.loads(command(main, "indicators", *YEAR, "--by", "nation", "--format", "json").out)
    assert list(rows[0]) == COLUMNS
    assert {r["indicator"]: r["value"] for r in rows}["wait_p50"] is None


@pytest.mark.parametrize(
    "argv, said_of",
    [
        (["--department", "Atlantide"], "Atlantide"),
        (["--site", "ccsp-nulle-part"], "ccsp-nulle-part"),
        (["--service", "voyance"], "voyance"),
        (["--department", "Borgou", "--department", "Atlantide"], "Atlantide"),
    ],
)
def test_an_unknown_name_is_refused_by_name(command, argv, said_of):
    said = command(main, "indicators", *YEAR, "--by", "nation", *argv)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("Refusé : ") and said_of in said.err


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["--by", "nation"],
        [*YEAR],
        [*YEAR, "--by", "commune"],
        ["--from", "2025", "--to", "2025-12-31", "--by", "nation"],
        [*YEAR, "--by", "nation", "--kind", "MAIRIE"],
    ],
)
def test_wrong_usage_ends_with_2(command, argv):
    with pytest.raises(SystemExit) as ended:
        command(main, "indicators", *argv)
    assert ended.value.code == 2


def test_a_period_that_ends_before_it_begins_is_wrong_usage(command):
    assert (
        command(
            main, "indicators", "--from", "2025-02-01", "--to", "2025-01-01", "--by", "nation"
        ).code
        == 2
    )


def test_a_database_without_tables_is_refused_with_the_command_that_makes_them(
    databases, command, monkeypatch
):
    with databases.fresh(empty=True) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        said = command(main, "indicators", *YEAR, "--by", "nation")
    assert (said.code, said.out) == (1, "")
    assert "python -m db init" in said.err and "Traceback" not in said.err


def test_filters_that_leave_no_site_give_no_figures(command, office):
    office.hand_in("registre", visit())
    said = command(
        main, "indicators", *YEAR, "--by", "nation", "--department", "Littoral", "--kind", "CCSP"
    )
    assert said.code == 0
    visits = next(r for r in csv.DictReader(io.StringIO(said.out)) if r["indicator"] == "visits")
    assert (visits["value"], visits["sites_expected"]) == ("", "0")
