"""Sample files written outside the project, with what must come out of them, through the command line."""

import json

import pytest

from db.__main__ import main
from tests.builders import SHARED, Office, shell

SAMPLES = SHARED / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason=f"{SAMPLES} is not here")
GOOD = ("registre-a.csv", "registre-b.xlsx", "plaintes.csv")
BAD = json.loads((SAMPLES / "bad" / "expected.json").read_text(encoding="utf-8")) if SAMPLES.exists() else {}


@pytest.mark.pitfall(36)
def test_the_good_files_give_exactly_their_figures(office, command):
    said = command(main, "import", *(SAMPLES / "good" / name for name in GOOD))
    assert said.code == 0, said.out
    expected = json.loads((SAMPLES / "good" / "expected.json").read_text(encoding="utf-8"))
    for by, keys in expected.items():
        figures = office.figures("2025-01-01", "2025-12-31", by=by)
        for key, indicators in keys.items():
            for code, wanted in indicators.items():
                found = figures[key, code]
                counts = {name: getattr(found, name) for name in ("numerator", "denominator")}
                assert counts == {name: wanted[name] for name in counts}, (key, code)
                if wanted["value"] is None or found.note.startswith(
                    "moins de"
                ):  # missing, or hidden: too few
                    assert found.value is None, (key, code)
                else:
                    assert found.value == pytest.approx(wanted["value"], rel=1e-12), (key, code)
    assert office.differences() == []


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0)], ids=str)
def test_the_good_files_give_the_same_figures_in_another_order(office, order):
    for i in order:
        assert office.take(SAMPLES / "good" / GOOD[i]).accepted
    expected = json.loads((SAMPLES / "good" / "expected.json").read_text(encoding="utf-8"))["nation"][
        "nation"
    ]
    assert office.figure("visits").value == expected["visits"]["value"]
    assert office.figure("wait_p90").value == expected["wait_p90"]["value"]


@pytest.mark.parametrize("name", BAD)
def test_each_bad_file_is_refused_whole_at_the_right_place(office: Office, name):
    before = office.contents()
    outcome = office.take(SAMPLES / "bad" / name)
    assert not outcome.accepted
    places = [(p.line, p.column or None) for p in outcome.problems]
    assert places == [(e.get("line"), e.get("column")) for e in BAD[name]]
    for problem, expected in zip(outcome.problems, BAD[name], strict=True):
        assert problem.found == expected.get("found", problem.found)
        assert problem.message
    assert office.contents() == before


@pytest.mark.parametrize("name", ["three-problems.csv", "not-a-workbook.xlsx"])
def test_a_bad_file_ends_the_command_with_1_and_says_every_problem(command, name):
    said = command(main, "import", SAMPLES / "bad" / name)
    assert said.code == 1
    assert "REFUSÉ, rien n'a été enregistré" in said.out
    for expected in BAD[name]:
        place = (
            f"Ligne {expected['line']}, colonne « {expected['column']} »" if "line" in expected else "Fichier"
        )
        assert place in said.out


@pytest.mark.pitfall(36)
def test_as_typed_by_a_person(database_url):
    """Processes of their own, as in a terminal: a good file beside a bad one, then the good one again."""
    good, bad = SAMPLES / "good" / "plaintes.csv", SAMPLES / "bad" / "month-13.csv"
    said = shell(database_url, "db", "import", good, bad)
    assert said.code == 1
    assert "plaintes.csv : plaintes, " in said.out and "month-13.csv : REFUSÉ" in said.out
    said = shell(database_url, "db", "import", good)
    assert (said.code, said.err) == (0, "")
    assert "déjà connu" in said.out
