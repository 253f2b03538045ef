"""A short run of the fuzz (the long one is `make fuzz`), and that it would see what it looks for."""

import pytest
from sqlalchemy import text

from db import rollup
from db.intake import Outcome, load_known_references
from tests.builders import closing
from tests.fuzz import Tally, a_good_sentence, attempt

TEXTS, WORKBOOKS = 200, 12


def test_changed_files_are_kept_whole_or_refused_whole_in_a_sentence(engine, tmp_path):
    known, tally = load_known_references(engine), Tally()
    for number in range(TEXTS + WORKBOOKS):
        attempt(engine, known, tmp_path, 8, number, tally, workbook=number >= TEXTS)
    assert tally.faults == []
    for kind in ("text", "workbook"):
        assert tally.seen[kind, "kept"] and tally.seen[kind, "refused"]
    assert len(tally.reasons) > 20
    with engine.connect() as connection:
        assert rollup.verify(connection) == []


@pytest.mark.parametrize("fault", ["traceback", "row", "sentence"])
def test_the_run_sees_a_fault(office, tmp_path, monkeypatch, fault):
    def broken(engine, path, options, by, known):
        if fault == "traceback":
            raise KeyError(path.name)
        if fault == "row":
            with engine.begin() as connection:
                connection.execute(
                    text(
                        "INSERT INTO whole_day (batch_id, site_id, day) VALUES (1, 1, '2025-01-01')"
                    )
                )
        return Outcome(
            path.name,
            False,
            problems=["invalid byte" if fault == "sentence" else "Fichier : illisible."],
        )

    office.hand_in("cloture", closing())  # a batch to which a row too many can belong
    monkeypatch.setattr("tests.fuzz.import_file", broken)
    tally = Tally()
    attempt(
        office.engine, load_known_references(office.engine), tmp_path, 8, 1, tally, workbook=False
    )
    assert len(tally.faults) == 1


@pytest.mark.parametrize(
    "sentence, good",
    [
        (
            "Ligne 3, colonne « Date » : lu « hier » : une date est attendue, écrite JJ/MM/AAAA.",
            True,
        ),
        ("Feuille « Mars », ligne 3 : lu « invalid » : aucun intitulé.", True),
        ("une date est attendue.", False),
        ("Ligne 3 : lu « \x1b[2J » : une date est attendue.", False),
        ("Fichier : 'utf-8' codec can't decode byte 0x81.", False),
        ("Fichier : abîmé", False),
    ],
)
def test_what_a_good_sentence_is(sentence, good):
    assert a_good_sentence(sentence) is good
