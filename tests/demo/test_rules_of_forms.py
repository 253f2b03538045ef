"""Every file that is made up keeps the rules of its form, on whatever day and of whatever size. No database."""

from datetime import date

import holidays
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from dashboard.forms.parse import Parsing
from dashboard.forms.reference_names import known_references_from
from db.codes import TERMS
from db.demo import files, sites_of
from db.intake import typed_table
from db.seed import read_csv
from db.shared_types import BEGINNING, Place

FIRST, LAST = date(2026, 1, 1), date(2030, 12, 31)
OFF = holidays.country_holidays("BJ", years=range(2021, LAST.year + 1))
SERVICES = {row["code"]: row["label"] for row in read_csv("services.csv")}
PLACES = [
    Place(
        number,
        *(row[name] for name in ("code", "kind", "name", "aliases", "commune", "department")),
        *(0, 0.0, 0.0),
        date.fromisoformat(row["launched_on"]) if row["launched_on"] else None,
        None,
    )
    for number, row in enumerate(read_csv("sites.csv"), 1)
]
SITES = sites_of(PLACES)
KNOWN = known_references_from(
    PLACES,
    [(place.id, BEGINNING, place.commune) for place in PLACES],
    [(number, *service) for number, service in enumerate(SERVICES.items(), 1)],
    [(number, kind, word) for kind, words in TERMS.items() for number, word in enumerate(words, 1)],
    frozenset(OFF),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


# One site with 30,000 users has as many as with 24 sites a demonstration of 720,000.
@given(
    today=st.dates(FIRST, LAST),
    visits=st.sampled_from((1_000, 3_000, 10_000, 30_000)),
    seed=st.integers(0, 2**32),
    sites=st.sets(st.sampled_from(range(len(SITES))), min_size=1, max_size=8),
)
@example(today=date(2026, 12, 7), visits=20_000, seed=20211221, sites=range(len(SITES)))
@example(today=date(2028, 2, 29), visits=1_000, seed=20211221, sites=range(len(SITES)))
@settings(max_examples=10, phases=(Phase.explicit, Phase.generate))  # to shrink takes minutes
def test_every_file_keeps_the_rules_of_its_form(folder, today, visits, seed, sites):
    chosen = [SITES[n] for n in sorted(sites)]
    for file in files(chosen, SERVICES, visits=visits, seed=seed, today=today, holidays=OFF):
        if file.declared:
            lines = file.content.decode().splitlines()[1:]
            source = typed_table(file.form, file.name, "", [line.split(";") for line in lines])
        else:
            source = folder / file.name
            source.write_bytes(file.content)
        parsing = Parsing(source, KNOWN, today, file.form)
        rows = sum(len(chunk.values["site_id"]) for chunk in parsing)
        assert not parsing.problems, (file.name, parsing.problems[:3])
        assert rows == file.rows and file.as_of < today, file.name
        assert all(arrival.at.date() < today for arrival in file.arrivals), file.name
