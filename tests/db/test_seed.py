"""Reference files: what they add is told, what is wrong in them is named by its line."""

import csv
import shutil
from datetime import date

import holidays
import pytest

from db import read
from db.seed import REFERENCE, seed
from db.working_days import public_holidays
from db.write import Refused


@pytest.fixture
def folder(tmp_path):
    """The reference files, to be changed."""
    return shutil.copytree(REFERENCE, tmp_path / "reference")


def rewrite(path, change) -> None:
    """Change the lines of a CSV file: a list of dicts in, a list of dicts out."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = list(rows[0])
    rows = change(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)


def one_more(**cells):
    return lambda rows: [*rows, {**rows[-1], "code": "ccsp-neuf", "name": "CCSP Neuf", **cells}]


def version(office) -> str:
    with office.engine.connect() as connection:
        return read.version(connection)


def test_an_open_page_sees_a_site_that_was_added(office, folder):
    before = version(office)
    seed(office.engine, folder)
    assert version(office) == before, "nothing added, nothing new"
    rewrite(folder / "sites.csv", one_more())
    seed(office.engine, folder, by="gestionnaire")
    assert version(office) != before
    assert office.rows("SELECT who, did FROM journal ORDER BY id DESC LIMIT 1") == [
        ("gestionnaire", "seeded")
    ]
    assert office.rows("SELECT count(*) FROM site") == [(25,)]


WRONG = {
    "an unknown commune": (
        "sites.csv",
        one_more(commune="Atlantide"),
        "sites.csv, ligne 26.*« Atlantide »",
    ),
    "a day that is none": (
        "sites.csv",
        one_more(launched_on="bientôt"),
        "sites.csv, ligne 26.*AAAA-MM-JJ",
    ),
    "a point that is none": ("sites.csv", one_more(lat=""), "sites.csv, ligne 26.*nombre"),
    "a population that is none": (
        "communes.csv",
        lambda rows: [{**rows[0], "commune": "X", "population_2013": "?"}],
        "communes.csv, ligne 2",
    ),
    "a label twice": (
        "services.csv",
        lambda rows: [*rows, {**rows[-1], "code": "autre-code"}],
        "services.csv.*double",
    ),
}


@pytest.mark.parametrize("name, change, reason", WRONG.values(), ids=WRONG)
def test_a_wrong_line_of_a_reference_file_is_named_and_nothing_is_added(
    office, folder, name, change, reason
):
    before = (
        office.rows("SELECT count(*) FROM site"),
        office.rows("SELECT count(*) FROM commune"),
        office.contents(),
    )
    rewrite(folder / name, change)
    with pytest.raises(Refused, match=reason):
        seed(office.engine, folder)
    assert before == (
        office.rows("SELECT count(*) FROM site"),
        office.rows("SELECT count(*) FROM commune"),
        office.contents(),
    )


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"code\xff\n", "UTF-8"),
        (b"nom\nx\n", "ligne 2 : la colonne « code » manque"),
        (b"code,kind\nx\n", "ligne 2"),
    ],
)
def test_a_reference_file_that_is_no_such_file_is_refused(office, folder, content, reason):
    (folder / "sites.csv").write_bytes(content)
    with pytest.raises(Refused, match=reason):
        seed(office.engine, folder)


def test_holidays_are_those_that_the_library_gives_for_benin(engine):
    whole = holidays.country_holidays("BJ", years=range(2015, 2031), language="fr_BJ")
    with engine.connect() as connection:
        found = public_holidays(connection, date(2015, 1, 1), date(2030, 12, 31))
    assert found == dict(whole.items()) and found[date(2025, 8, 1)] == "Fête Nationale"
