"""A short run of the fuzz (the long one is `make fuzz`), and that it would see what it looks for."""

import pytest

from db import intake, rollup
from db.intake import load_known
from tests.fuzz import Tally, a_good_sentence, attempt, contents

TEXTS, WORKBOOKS = 280, 20


def test_changed_files_are_kept_whole_or_refused_whole_in_a_sentence(engine, tmp_path):
    known, tally = load_known(engine), Tally()
    for number in range(TEXTS + WORKBOOKS):
        attempt(engine, known, tmp_path, 8, number, tally, workbook=number >= TEXTS)
    assert tally.faults == []
    for kind in ("text", "workbook"):
        assert tally.seen[kind, "kept"] and tally.seen[kind, "refused"]
    assert len(tally.reasons) > 20
    with engine.connect() as connection:
        assert rollup.verify(connection) == []


@pytest.mark.parametrize("fault", ["traceback", "row", "sentence"])
def test_the_run_sees_a_fault(engine, tmp_path, monkeypatch, fault):
    def broken(engine, path, options, by, known):
        if fault == "traceback":
            raise KeyError(path.name)
        if fault == "row":
            with engine.begin() as connection:
                connection.exec_driver_sql("INSERT INTO whole_day (batch_id, site_id, day) SELECT 1, 1, '2025-01-01'")
        return intake.Outcome(path.name, False, problems=["Fichier : illisible."] if fault == "row" else ["invalid byte"])

    attempt(engine, known := load_known(engine), tmp_path, 8, next(n for n in range(99) if _kept(engine, known, tmp_path, n)),
            Tally(), workbook=False)
    monkeypatch.setattr("tests.fuzz.take", broken)
    tally = Tally()
    attempt(engine, known, tmp_path, 8, 1, tally, workbook=False)
    assert len(tally.faults) == 1


def _kept(engine, known, folder, number: int) -> bool:
    """Whether file `number` is kept: a batch is then there, to which a row too many can belong."""
    attempt(engine, known, folder, 8, number, Tally(), workbook=False)
    return contents(engine)["import_batch"] > 0


@pytest.mark.parametrize(
    "sentence, good",
    [
        ("Ligne 3, colonne « Date » : lu « hier » : une date est attendue, écrite JJ/MM/AAAA.", True),
        ("Feuille « Mars », ligne 3 : lu « invalid » : aucun intitulé.", True),
        ("une date est attendue.", False),
        ("Ligne 3 : lu « \x1b[2J » : une date est attendue.", False),
        ("Fichier : 'utf-8' codec can't decode byte 0x81.", False),
        ("Fichier : abîmé", False),
    ],
)
def test_what_a_good_sentence_is(sentence, good):
    assert a_good_sentence(sentence) is good
