"""The sample files, with what must come of them, through the command line and the door behind it."""

import json

import pytest

from db.__main__ import main
from tests.builders import SAMPLES, Office, shell
from tests.samples import make

GOOD, BAD = (
    json.loads((SAMPLES / kind / "expected.json").read_text(encoding="utf-8"))
    for kind in ("good", "bad")
)
REGISTERS = ("registre-a.csv", "registre-b.xlsx", "plaintes.csv")


def test_every_sample_has_its_expectation_and_is_what_its_maker_writes(tmp_path):
    for kind, expected in (("good", GOOD["rows"]), ("bad", BAD)):
        assert {p.name for p in (SAMPLES / kind).iterdir()} == {*expected, "expected.json"}
        getattr(make, kind)(tmp_path)
        for path in (SAMPLES / kind).iterdir():
            if path.suffix != ".xlsx":  # a workbook keeps the time at which it was saved
                assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


@pytest.mark.pitfall(36)
def test_the_good_files_give_exactly_their_figures(office, command):
    said = command(main, "import", *(SAMPLES / "good" / name for name in GOOD["rows"]))
    assert said.code == 0, said.out
    assert dict(office.rows("SELECT filename, rows FROM import_batch")) == GOOD["rows"]
    for by, keys in GOOD["figures"].items():
        figures = office.figures("2025-01-01", "2025-12-31", by=by)
        for key, indicators in keys.items():
            for code, wanted in indicators.items():
                found = figures[key, code]
                counts = {name: getattr(found, name) for name in ("numerator", "denominator")}
                assert counts == {name: wanted[name] for name in counts}, (key, code)
                if wanted["value"] is None or found.note.startswith(
                    "trop peu de cas"
                ):  # missing, or hidden: too few
                    assert found.value is None, (key, code)
                else:
                    assert found.value == pytest.approx(wanted["value"], rel=1e-12), (key, code)
    assert office.differences() == []


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0)], ids=str)
def test_the_good_files_give_the_same_figures_in_another_order(office, order):
    for i in order:
        assert office.take(SAMPLES / "good" / REGISTERS[i]).accepted
    expected = GOOD["figures"]["nation"]["nation"]
    assert office.figure("visits").value == expected["visits"]["value"]
    assert office.figure("wait_p90").value == expected["wait_p90"]["value"]


def test_what_the_good_files_say_is_said_back(office):
    remarks = {
        name: " | ".join(office.take(SAMPLES / "good" / name).remarks) for name in GOOD["rows"]
    }
    assert "comptées une fois : 1." in remarks["registre-a.csv"]
    assert (
        "« Lisez-moi »" in remarks["registre-b.xlsx"] and "Listes" not in remarks["registre-b.xlsx"]
    )
    assert "Mac OS" in remarks["fermetures.csv"] and "DOS" in remarks["canevas.csv"]
    texts = [t for (t,) in office.rows("SELECT subject FROM complaint_text")]
    assert "=1+1 `${alert(1)}` <img src=x>" in texts and "délai très long" in texts
    assert ("délai", "réseau coupé", "à suivre") in office.rows(
        "SELECT reasons, difficulties, remarks FROM monthly_return"
    )


def test_each_bad_file_is_refused_whole_at_the_right_place(office: Office):
    """In one database: a refused file changes nothing, so the next one meets what the first met."""
    before = office.contents()
    for name, expected in BAD.items():
        outcome = office.take(SAMPLES / "bad" / name)
        assert not outcome.accepted, name
        places = [(p.sheet or None, p.line, p.column or None) for p in outcome.problems]
        assert places == [(e.get("sheet"), e.get("line"), e.get("column")) for e in expected], name
        for problem, place in zip(outcome.problems, expected, strict=True):
            assert problem.cell_text == place.get("found", problem.cell_text), name
            assert problem.message.endswith((".", '"')), name
    assert office.contents() == before


@pytest.mark.parametrize("name", ["trois-fautes.csv", "faux-classeur.xlsx"])
def test_a_bad_file_ends_the_command_with_1_and_says_every_problem(command, name):
    said = command(main, "import", SAMPLES / "bad" / name)
    assert said.code == 1
    assert "REFUSÉ, rien n'a été enregistré" in said.out
    for expected in BAD[name]:
        place = (
            f"Ligne {expected['line']}, colonne « {expected['column']} »"
            if "line" in expected
            else "Fichier"
        )
        assert place in said.out


@pytest.mark.pitfall(36)
def test_as_typed_by_a_person(database_url):
    """Processes of their own, as in a terminal: a good file beside a bad one, then the good one again."""
    good, bad = SAMPLES / "good" / "plaintes.csv", SAMPLES / "bad" / "mois-13.csv"
    said = shell(database_url, "db", "import", good, bad)
    assert said.code == 1
    assert "plaintes.csv : plaintes, " in said.out and "mois-13.csv : REFUSÉ" in said.out
    said = shell(database_url, "db", "import", good)
    assert (said.code, said.err) == (0, "")
    assert "déjà connu" in said.out
