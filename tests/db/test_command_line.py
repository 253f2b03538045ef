"""`python -m db`: what is said, and the exit code: 0 done, 1 refused with the reason, 2 wrong usage."""

import json
import os
import re
import subprocess
import sys

import pytest

from dashboard.settings import ROOT, load_settings
from db.__main__ import main
from db.demo.events import EVENTS
from db.demo.gaps import ABSENCES
from tests.builders import closing, complaint, csv_text, visit


def test_init_makes_a_database_and_may_be_repeated(databases, command, monkeypatch):
    with databases.fresh(empty=True) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        said = command(main, "status")
        assert (said.code, "python -m db init" in said.err) == (1, True)
        assert command(main, "init").code == command(main, "init").code == 0
        assert json.loads(command(main, "status", "--json").out)["visits"] == 0


def test_a_command_loads_nothing_that_it_does_not_need(sqlite, tmp_path):
    """What each costs at every start: pandas 0.3 s, Alembic 0.15 s, the countries of the world 11 MB."""
    (tmp_path / "registre.csv").write_text(csv_text("registre", visit(ref="1")), encoding="utf-8")
    asked = (
        "import sys; from db.__main__ import main;"
        f" print(main(['import', {str(tmp_path / 'registre.csv')!r}]), *sys.modules)"
    )
    with sqlite.fresh() as url:
        done = subprocess.run(
            [sys.executable, "-c", asked],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=True,
        )
    code, *loaded = done.stdout.splitlines()[-1].split()
    assert code == "0" and "db.working_days" in loaded
    unwanted = {"pandas", "alembic", "psycopg", "babel", "pydantic", "streamlit", "db.demo"}
    assert unwanted & set(loaded) == set()
    assert "holidays.groups" in loaded and "holidays.countries.france" not in loaded


def test_the_events_of_the_demonstration_are_told_without_a_database(
    command, monkeypatch, tmp_path
):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    load_settings.cache_clear()
    said = command(main, "demo", "--events")
    assert (said.code, said.err) == (0, "")
    assert len(said.out.splitlines()) == 1 + len(EVENTS) + 1 + len(ABSENCES) + 3
    assert "CCSP de Djougou · attentes multipliées par 1,6" in said.out
    assert "fermé (électricité), selon le centre" in said.out
    assert not list(tmp_path.iterdir())


def test_import_withdraw_status_and_verify(command, office):
    path = office.path("registre", visit(ref="1"), visit(ref="2"))
    assert "registre, 2 lignes importées (lot 1)" in command(main, "import", path).out
    assert "déjà connu (lot 1)" in command(main, "import", path).out
    status = json.loads(command(main, "status", "--json").out)
    assert (status["visits"], status["demo"]) == (2, False)
    assert status["forms"] == {"registre": {"batches": 1, "rows": 2, "last_day": "2025-03-03"}}
    assert "registre : 1 lot, 2 lignes" in command(main, "status").out
    assert command(main, "withdraw", 1, "--why", "essai").code == 0
    assert office.rows("SELECT why FROM journal WHERE did = 'withdrawn'") == [("essai",)]
    said = command(main, "withdraw", 1)
    assert (said.code, said.err) == (1, "Refusé : Le lot 1 est déjà retiré.\n")
    assert command(main, "verify") == (
        0,
        "Lignes qui comptent et cumuls, refaits depuis les fichiers : 0 différence.\n",
        "",
    )


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE rollup SET visits = visits + 1 WHERE level = 2 AND site_id = 0 AND service_id = 0",
        "DELETE FROM rollup WHERE level = 1 AND site_id > 0 AND service_id = 0",
        "UPDATE visit SET superseded_by = batch_id",
    ],
    ids=["changed", "missing", "visit gone"],
)
def test_verify_finds_what_differs(command, office, damage):
    office.hand_in("registre", visit(ref="1"))
    with office.engine.begin() as connection:
        connection.exec_driver_sql(damage)
    said = command(main, "verify")
    assert said.code == 1
    assert "0 différence" not in said.out


def test_import_options_reach_the_database(command, office):
    newer, older = (
        office.path("registre", visit(ref="1", sex="F")),
        office.path("registre", visit(ref="1", sex="M")),
    )
    assert command(main, "import", newer, "--as-of", "2025-05-01").code == 0
    assert command(main, "import", older, "--as-of", "2025-04-01").code == 0
    assert office.figures()["nation", "women_share"].numerator == 1
    covers = office.path("plaintes", complaint("P1"))
    assert (
        command(
            main, "import", covers, "--covers", "2025-01-01:2025-06-30", "--sites", "ccsp-cove"
        ).code
        == 0
    )
    assert {
        (str(a), str(b))
        for a, b in office.rows("SELECT first_day, last_day FROM batch_site WHERE batch_id = 3")
    } == {("2025-01-01", "2025-06-30")}
    whole = office.path("registre", visit(ref="2"))
    assert command(main, "import", whole, "--replace-days").code == 0
    assert office.figure("visits").value == 1
    checked = office.path("cloture", closing())
    assert "sans faute ; rien n'a été enregistré" in command(main, "import", checked, "--check").out
    assert office.rows("SELECT count(*) FROM daily_closing") == [(0,)]


@pytest.mark.parametrize(
    "argv, code",
    [
        (["import", "n'existe-pas.csv"], 1),
        (["import", "{good}", "--sites", "nulle-part"], 1),
        (["restore", "n'existe-pas"], 1),
        (["boundaries", "n'existe-pas", "--source", "x"], 1),
        (["demo", "--visits", "0"], 2),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(command, office, argv, code):
    good = office.path("registre", visit(ref="1"))
    said = command(main, *(a.replace("{good}", str(good)) for a in argv))
    assert said.code == code
    assert "Traceback" not in said.out + said.err and said.out + said.err


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["inconnu"],
        ["import"],
        ["withdraw", "premier"],
        ["import", "f.csv", "--covers", "2025-02-01:2025-01-01"],
        ["import", "f.csv", "--as-of", "hier"],
        ["import", "f.csv", "--form", "inconnu"],
        ["add", "couleur", "bleu"],
    ],
)
def test_wrong_usage_ends_with_2(command, argv):
    with pytest.raises(SystemExit) as ended:
        command(main, *argv)
    assert ended.value.code == 2


@pytest.mark.pitfall(42)
def test_a_fictitious_database_says_so_and_is_purged(command, office):
    said = command(main, "demo", "--visits", "400")
    loaded = re.fullmatch(r"Données FICTIVES chargées : (\d+) visites.\n", said.out)
    assert said.code == 0 and 390 < int(loaded[1]) < 400  # the registers of some days never came
    assert json.loads(command(main, "status", "--json").out)["demo"] is True
    assert "DONNÉES FICTIVES" in command(main, "status").out
    real = office.path("registre", visit(ref="1"))
    said = command(main, "import", real)
    assert said.code == 1 and "python -m db purge-demo" in said.err
    assert command(main, "demo").code == 1
    assert command(main, "purge-demo").code == 0
    assert command(main, "import", real).code == 0
    said = command(main, "demo")
    assert said.code == 1 and "réelles" in said.err


def test_a_database_that_does_not_answer_is_said_in_one_sentence(command, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    load_settings.cache_clear()
    said = command(main, "status")
    assert said.code == 1
    assert said.err.startswith("La base de données ne répond pas") and "Traceback" not in said.err
