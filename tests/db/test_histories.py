"""Whatever is done in whatever order: no figure changes by retaining, nothing erased comes back, nothing counts twice.

Histories that once failed, one by one, then a few drawn ones, always the same; `python -m tests.histories` plays thousands.
"""

import os
import random
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from dashboard.accounts import account_changes, account_rules
from dashboard.settings import ROOT, load_settings
from db import backup, erasure_guard, erasures, retention, schema, write
from db.__main__ import main
from db.database_identity import begin_anew, identity
from db.engine import make_engine
from db.write import Refused
from db.write_lock import write_transaction
from tests.builders import KANDI, Office, complaint, visit, waited
from tests.conftest import CHANCE
from tests.histories.play import playing
from tests.moved_time import wait_until

pytestmark = pytest.mark.usefixtures("programs_of_the_server")

ON = date(2026, 11, 27)
HISTORIES = int(os.environ.get("HISTORIES", "20" if CHANCE else "4"))
SETTINGS = ("TEXTS_KEPT_MONTHS", "VISITS_KEPT_MONTHS", "COMPLAINTS_KEPT_MONTHS")


@pytest.fixture
def months(monkeypatch):
    """Sets how long everything is kept."""

    def keep(number: int) -> None:
        for name in SETTINGS:
            monkeypatch.setenv(name, str(number))
        load_settings.cache_clear()

    yield keep
    monkeypatch.undo()
    load_settings.cache_clear()


def until(office) -> set[str]:
    """Before which days the terms of rows were carried out."""
    asked = "SELECT before FROM retention WHERE what IN ('visit', 'complaint')"
    return {str(day)[:10] for (day,) in office.rows(asked)}


def identity_of(office) -> str:
    """Which database it is."""
    with office.engine.connect() as connection:
        found = identity(connection)
    assert found
    return found.own


def counted(office) -> tuple[int, int]:
    """Visits and complaints that count."""
    asked = "SELECT count(*) FROM {} WHERE superseded_by IS NULL"
    ((visits,),), ((complaints,),) = (
        office.rows(asked.format(table)) for table in ("visit", "complaint")
    )
    return visits, complaints


def test_a_term_never_moves_back_by_settings_nor_by_the_clock(office, months):
    """1. A file of erased rows would come in again, and count twice."""
    office.hand_in("registre", waited(5, day="2024-03-04", ref="1"), as_of="2024-04-01")
    months(12)
    retention.erase(office.engine, ON, "awa")
    for kept, on in ((60, ON), (12, date(2024, 1, 1))):
        months(kept)
        retention.erase(office.engine, on, "awa")
        assert until(office) == {"2025-11-27"}
    with pytest.raises(Refused, match="dont le terme est passé"):
        office.hand_in("registre", waited(6, day="2024-03-04", ref="1"), as_of="2026-04-02")
    assert counted(office) == (1, 0)


@pytest.mark.parametrize("revision", ["0007", "0010"])
def test_an_older_version_s_copy_brings_nothing_back(office, months, tmp_path, revision):
    """2. Words, references and minutes were back, by `restore` and by `go-back`, then `init`."""
    office.hand_in(
        "registre",
        waited(5, day="2024-03-04", ref="1"),
        visit(day="2024-03-05", arrived="08:07", ref="2"),
    )
    office.hand_in(
        "plaintes", complaint("P1", received="2024-03-04", resolved="2024-03-05", subject="mot")
    )
    office.engine.dispose()
    schema.downgrade(office.engine, revision)
    backup.backup(office.engine, tmp_path / "copie")
    backup.migrate(office.engine, "test")
    months(12)
    retention.erase(office.engine, ON, "awa")
    asked = (
        "SELECT count(*) FROM complaint_text",
        "SELECT count(*) FROM complaint WHERE reference NOT LIKE 'effac%'",
        "SELECT count(*) FROM visit WHERE source_ref IS NOT NULL OR arrived_at % 60 <> 0",
    )
    held = counted(office)
    for put_back in ("restore", "go back"):
        if put_back == "restore":
            backup.restore(office.engine, tmp_path / "copie", force=True, by="test")
        else:
            backup.go_back(office.engine, str(tmp_path / "copie"), "test")
            assert [office.rows(one) for one in asked] == [[(0,)]] * 3  # also before the update
            backup.migrate(office.engine, "test")
        assert [office.rows(one) for one in asked] == [[(0,)]] * 3
        assert counted(office) == held and office.differences() == []
        assert until(office) == {"2025-11-27"}


def test_an_open_complaint_is_kept_with_all_that_files_said_of_it(office, months):
    """3. The row that the second file had replaced was deleted; without that file the complaint was gone."""
    office.hand_in("plaintes", complaint("P1", received="2020-03-03", subject="mot"))
    second = office.hand_in("plaintes", complaint("P1", received="2020-03-04"))
    months(12)
    retention.erase(office.engine, ON, "awa")
    office.withdraw(second.batch_id)
    asked = (
        "SELECT c.reference, t.subject FROM complaint c JOIN complaint_text t ON t.complaint_id = c.id"
        " WHERE c.superseded_by IS NULL"
    )
    assert office.rows(asked) == [("P1", "mot")]
    assert office.differences() == []


@pytest.mark.parametrize("days", [("2021-03-03", "2025-12-10"), ("2025-12-10", "2021-03-03")])
def test_a_visit_that_a_file_moved_across_the_term_waits_for_the_later_day(office, months, days):
    """3. Whichever way it was moved: it was lost, or verify found a difference, and it would have counted twice."""
    first, second = (
        office.hand_in("registre", waited(5, day=day, ref="1"), as_of=f"2026-01-0{i}")
        for i, day in enumerate(days, 1)
    )
    months(12)
    retention.erase(office.engine, ON, "awa")
    assert counted(office) == (1, 0) and office.differences() == []
    office.withdraw(second.batch_id)
    asked = "SELECT CAST(day AS char(10)) FROM visit WHERE superseded_by IS NULL"
    assert office.rows(asked) == [(days[0],)] and office.differences() == []
    retention.erase(office.engine, date(2027, 6, 1), "awa")  # now both days are past
    assert office.rows("SELECT source_ref FROM visit WHERE superseded_by IS NULL") == [(None,)]


def test_an_old_export_in_which_a_complaint_waits_still_does_not_count_it_twice(office, months):
    """4. It had lost its name, so that it was taken for another."""
    office.hand_in("plaintes", complaint("P1", received="2020-03-03", resolved="2020-04-01"))
    office.hand_in("plaintes", complaint("P2", received="2020-03-03"))
    months(12)
    retention.erase(office.engine, ON, "awa")
    with pytest.raises(Refused, match="références P1"):
        office.hand_in("plaintes", complaint("P1", received="2020-03-03"), complaint("P2", received="2020-03-03"))  # fmt: skip
    assert counted(office) == (0, 2)
    # One that waits may be answered late, and said to have been answered long ago.
    office.hand_in("plaintes", complaint("P2", received="2020-03-03", resolved="2020-05-01"))
    assert counted(office) == (0, 2)


@pytest.fixture
def trial(databases, tmp_path):
    """Another database, with the same folder of copies."""
    with databases.fresh() as url:
        other = Office(make_engine(url), tmp_path)
        yield other
        other.engine.dispose()


def test_what_a_trial_erases_is_not_erased_of_the_database_that_it_was_copied_from(
    office, trial, months, tmp_path
):
    """5. The list of erasures stood under the name of the database: two that share a folder, or a name, shared it."""
    for one in (office, trial):
        with write_transaction(one.engine) as connection:
            begin_anew(connection, one.engine)
    office.hand_in(
        "plaintes", complaint("P1", received="2026-08-03", resolved="2026-08-05", subject="mot")
    )
    backup.backup(office.engine, tmp_path / "copie")
    backup.restore(trial.engine, tmp_path / "copie", force=True, by="test")
    months(1)
    retention.erase(trial.engine, ON, "awa")
    assert trial.rows("SELECT count(*) FROM complaint_text") == [(0,)]
    backup.restore(office.engine, tmp_path / "copie", force=True, by="test")
    assert office.rows("SELECT reference FROM complaint") == [("P1",)]
    assert office.rows("SELECT count(*) FROM complaint_text") == [(1,)]
    # What the trial had erased stays erased there.
    backup.restore(trial.engine, tmp_path / "copie", force=True, by="test")
    assert trial.rows("SELECT count(*) FROM complaint_text") == [(0,)]


def test_a_copy_put_back_elsewhere_says_where_the_list_of_erasures_is_missed(
    office, trial, months, tmp_path, monkeypatch
):
    """5. Nothing said that the list had stayed behind."""
    for one in (office, trial):
        with write_transaction(one.engine) as connection:
            begin_anew(connection, one.engine)
    office.hand_in("plaintes", complaint("P1", subject="mot"))
    backup.backup(office.engine, tmp_path / "copie")
    retention.erase_text(office.engine, KANDI, "P1", "awa", "demande de l'usager")
    with office.engine.connect() as connection:
        name = f"effacements-{identity(connection).own}.json"
    listed = tmp_path / "copies" / name
    monkeypatch.setenv("COPIES", str(tmp_path / "ailleurs"))
    load_settings.cache_clear()
    said = backup.restore(trial.engine, tmp_path / "copie", force=True, by="test")
    assert "à côté de la copie, et recommencer" in said
    assert trial.rows("SELECT count(*) FROM complaint_text") == [(1,)]
    (tmp_path / name).write_bytes(listed.read_bytes())
    said = backup.restore(trial.engine, tmp_path / "copie", force=True, by="test")
    assert "recommencer" not in said
    assert trial.rows("SELECT count(*) FROM complaint_text") == [(0,)]


def test_a_copy_says_which_other_base_erased_more_and_does_it_too_when_told(
    office, trial, tmp_path, command
):
    """A base that had moved, and served since, was a trial for the copy of before: what it had erased came back, unsaid."""
    for one in (office, trial):
        with write_transaction(one.engine) as connection:
            begin_anew(connection, one.engine)
    office.hand_in("plaintes", complaint("P1", subject="mot"))
    copy = tmp_path / "copie"
    backup.backup(office.engine, copy)
    backup.restore(trial.engine, copy, force=True, by="test")
    retention.erase_text(trial.engine, KANDI, "P1", "awa", "demande de l'usager")
    listed = erasures.list_path(trial.engine, identity_of(trial))
    said = backup.restore(office.engine, copy, force=True, by="test")
    assert f"recommencer avec --force --erased {listed}" in said and texts(office) == {"mot"}
    done = command(main, "restore", copy, "--force", "--erased", listed)
    assert done.code == 0 and "recommencer" not in done.out and texts(office) == set()
    assert "recommencer" not in backup.restore(office.engine, copy, force=True, by="test")
    assert texts(office) == set(), "it is of this base from then on"
    for wrong in (tmp_path / "absente.json", tmp_path, copy):
        refused = command(main, "restore", copy, "--force", "--erased", wrong)
        assert refused.code == 1 and str(wrong) in refused.err


def test_what_cannot_be_written_down_is_not_erased_and_that_is_said(office, tmp_path, monkeypatch):
    """An older list stood there and was taken for the whole: the words came back with a copy, without a word."""
    office.hand_in("plaintes", complaint("P1", received="2024-03-04", resolved="2024-03-05", subject="mot"))  # fmt: skip
    (tmp_path / "fichier").write_text("")
    monkeypatch.setenv("COPIES", str(tmp_path / "fichier"))
    load_settings.cache_clear()
    for erase in (
        lambda: retention.erase_text(office.engine, KANDI, "P1", "awa", "demande"),
        lambda: retention.erase(office.engine, ON, "awa"),
    ):
        with pytest.raises(Refused, match="ne peut pas être écrite.*COPIES"):
            erase()
    assert office.rows("SELECT count(*) FROM complaint_text") == [(1,)] and until(office) == set()
    account_changes.add(
        office.engine, "chef", account_rules.AccountChanges(role="administrator"), "test"
    )
    account_changes.add(office.engine, "awa", account_rules.AccountChanges(role="cabinet"), "test")
    account_changes.disable(office.engine, "awa", "test")  # this cannot wait
    monkeypatch.setenv("COPIES", str(tmp_path / "copies"))
    load_settings.cache_clear()
    backup.backup(office.engine, tmp_path / "copie")  # and is written down as soon as it can be
    with office.engine.connect() as connection:
        assert len(erasures.erased_by_lists(office.engine, identity(connection).own).closed) == 1


def test_a_copy_of_a_copy_is_of_each_database_that_it_came_from(
    office, trial, databases, tmp_path, monkeypatch
):
    for one in (office, trial):
        with write_transaction(one.engine) as connection:
            begin_anew(connection, one.engine)
    office.hand_in("plaintes", complaint("P1", subject="mot"))
    backup.backup(office.engine, tmp_path / "copie")
    backup.restore(trial.engine, tmp_path / "copie", force=True, by="test")
    backup.backup(trial.engine, tmp_path / "copie-2")
    retention.erase_text(office.engine, KANDI, "P1", "awa", "demande de l'usager")
    with databases.fresh() as url:
        third = Office(make_engine(url), tmp_path)
        with write_transaction(third.engine) as connection:
            begin_anew(connection, third.engine)
        backup.restore(third.engine, tmp_path / "copie-2", force=True, by="test")
        assert third.rows("SELECT count(*) FROM complaint_text") == [(0,)]
        third.engine.dispose()


def test_a_reference_that_looks_erased_is_one_like_any_other(office, months):
    """6. `retain` failed for ever, or the reference escaped it."""
    office.hand_in(
        "plaintes",
        *(complaint(f"effacée-{n}", received="2024-03-04", resolved="2024-03-05") for n in range(1, 9)),
        complaint("effacée-9", received="2024-03-04"),
    )  # fmt: skip
    months(12)
    for _ in range(2):
        retention.erase(office.engine, ON, "awa")
    assert set(office.rows("SELECT reference FROM complaint")) == {(None,), ("effacée-9",)}
    assert counted(office) == (0, 9)


DIES = """
import os, signal, sys
from db import __main__, backup_files
backup_files.check = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
__main__.main(["backup", sys.argv[1]])
"""


def test_what_a_killed_process_leaves_of_a_copy_goes_at_the_next_command(
    office, database_url, tmp_path
):
    """7. A whole copy, with all words, under a hidden name."""
    office.hand_in("plaintes", complaint("P1", subject="mot"))
    (tmp_path / "loin").mkdir()
    subprocess.run(
        [sys.executable, "-c", DIES, str(tmp_path / "loin" / "copie")],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
    )
    (left,) = (tmp_path / "loin").iterdir()
    assert left.name.startswith(".copie-") and left.stat().st_size > 1000
    backup.backup(office.engine, tmp_path / "autre")
    assert list((tmp_path / "loin").iterdir()) == []
    assert not [p for p in (tmp_path / "copies").iterdir() if p.name.startswith(".")]


def test_what_is_kept_while_a_copy_is_put_back_is_in_the_copy_of_before_or_after(
    office, trial, tmp_path
):
    """8. What was acknowledged between the kept copy and the replacement was in neither."""
    office.hand_in("registre", *(waited(m % 60, ref=str(m)) for m in range(3000)))
    backup.backup(office.engine, tmp_path / "copie")
    acknowledged, stop = [], threading.Event()

    def write_on() -> None:
        writer = Office(
            make_engine(office.engine.url.render_as_string(hide_password=False)), tmp_path
        )
        for number in range(10_000):
            if stop.is_set():
                break
            writer.hand_in("registre", visit(ref=f"pendant-{number}"), name=f"pendant-{number}.csv")
            acknowledged.append(f"pendant-{number}")
        writer.engine.dispose()

    asked = "SELECT source_ref FROM visit WHERE source_ref LIKE 'pendant-%'"
    for put_back in (0, 1):
        stop.clear()
        acknowledged.clear()
        writing_on = threading.Thread(target=write_on)
        writing_on.start()
        try:
            wait_until(lambda: len(acknowledged) >= 3)
            if put_back:
                said = backup.restore(office.engine, tmp_path / "copie", force=True, by="test")
            else:
                said = backup.go_back(office.engine, str(tmp_path / "copie"), "test")
        finally:
            stop.set()
            writing_on.join()
        kept = Path(said.split("est gardé : ")[1].split(". ")[0].rstrip("."))
        there = set(office.rows(asked))
        backup.restore(trial.engine, kept, force=True, by="test")
        assert {(one,) for one in acknowledged} <= there | set(trial.rows(asked))
        assert office.differences() == []


def test_real_history_comes_in_after_fictitious_data_that_came_to_their_term(
    office, months, tmp_path
):
    """9. It was refused for ever; and copies of the real data were erased like the fictitious ones."""
    office.hand_in("registre", waited(5, day="2021-03-03", ref="1"), demo=True)
    office.hand_in("plaintes", complaint("P1", received="2021-03-03", subject="x"), demo=True)
    months(12)
    retention.erase(office.engine, ON, "awa")
    retention.erase_text(office.engine, KANDI, "P1", "awa", "essai")
    write.purge_demo(office.engine, "awa")
    office.hand_in("registre", waited(5, day="2021-03-03", ref="1"))
    office.hand_in("plaintes", complaint("P1", received="2021-03-03", subject="vrai"))
    backup.backup(office.engine, tmp_path / "copie")
    backup.restore(office.engine, tmp_path / "copie", force=True, by="test")
    assert office.rows("SELECT source_ref FROM visit") == [("1",)]
    assert office.rows("SELECT subject FROM complaint_text") == [("vrai",)]


def texts(office) -> set[str]:
    """The words that are kept."""
    return {words for (words,) in office.rows("SELECT subject FROM complaint_text")}


@pytest.mark.parametrize("how", ["corrected since", "corrected before"])
def test_words_erased_for_what_another_file_said_do_not_come_back_by_a_copy_without_it(
    office, tmp_path, how
):
    """The copy judges by its own rows, by which the complaint was answered late, or never."""
    told = {
        "corrected since": ("2026-09-17", "2024-10-26"),
        "corrected before": ("2024-10-26", ""),
    }
    first, second = told[how]
    office.hand_in("plaintes", complaint("P1", received="2024-09-02", resolved=first, subject="secret a"),
                   as_of="2026-09-18")  # fmt: skip
    if how == "corrected since":
        backup.backup(office.engine, tmp_path / "copie")
    correction = office.hand_in("plaintes", complaint("P1", received="2024-09-02", resolved=second,
                                subject="secret b"), as_of="2026-10-01")  # fmt: skip
    if how == "corrected before":
        backup.backup(office.engine, tmp_path / "copie")
        office.withdraw(correction.batch_id)
    retention.erase(office.engine, ON, "awa")
    assert texts(office) == set()
    kept = erasures.list_path(office.engine, identity_of(office)).read_text()
    assert "secret" not in kept and "P1" not in kept
    backup.restore(office.engine, tmp_path / "copie", force=True, by="test")
    assert texts(office) == set() and office.differences() == []
    # By another one too, and whatever was put back meanwhile.
    backup.backup(office.engine, tmp_path / "apres")
    for name in ("copie", "apres", "copie"):
        backup.restore(office.engine, tmp_path / name, force=True, by="test")
        assert texts(office) == set()


def test_words_that_a_file_says_anew_after_they_were_erased_stay_in_copies_of_since(
    office, tmp_path
):
    row = ("P1", KANDI, "2024-09-02")
    office.hand_in("plaintes", complaint(*row, resolved="2024-10-26", subject="le même"), as_of="2026-09-18")  # fmt: skip
    retention.erase(office.engine, ON, "awa")
    office.hand_in("plaintes", complaint(*row, subject="le même"), as_of="2026-10-01")
    assert texts(office) == {"le même"}, "it is open again"
    backup.backup(office.engine, tmp_path / "copie")
    backup.restore(office.engine, tmp_path / "copie", force=True, by="test")
    assert texts(office) == {"le même"}


def test_an_account_that_is_opened_again_stays_open_after_a_copy_is_put_back(office, tmp_path):
    for name in ("chef", "awa", "kofi"):
        account_changes.add(
            office.engine, name, account_rules.AccountChanges(role="administrator"), "test"
        )
    backup.backup(office.engine, tmp_path / "copie")
    for name in ("awa", "kofi"):
        account_changes.disable(office.engine, name, "test")
    account_changes.reset_password(office.engine, "kofi", "test")
    backup.restore(office.engine, tmp_path / "copie", force=True, by="test")
    asked = "SELECT name, disabled FROM account ORDER BY name"
    assert [(name, bool(shut)) for name, shut in office.rows(asked)] == [
        ("awa", True),
        ("chef", False),
        ("kofi", False),
    ]


@pytest.mark.never_unstable
@pytest.mark.parametrize("kills", [False, pytest.param(True, marks=pytest.mark.chance)])
def test_random_histories_are_those_of_the_model(databases, tmp_path, kills):
    few = HISTORIES // (1 if databases.name == "sqlite" else 4) // (4 if kills else 1)
    # The same histories in each run, but where chance is asked for.
    chance = random.Random(f"{databases.name} {kills} {CHANCE}")
    for seed in range(max(1, few)):
        print(f"histoire {seed}")
        with playing(databases, tmp_path / str(seed), seed, kills=kills) as play:
            play.steps(chance.randint(8, 16))


def test_the_model_has_teeth(databases, tmp_path, monkeypatch):
    """One rule broken on purpose must be found: a term that moves back."""
    if databases.name != "sqlite":
        pytest.skip("the model is the same on both")
    real = erasure_guard.term_reached
    monkeypatch.setattr(
        erasure_guard, "term_reached", lambda c, table: None if table == "visit" else real(c, table)
    )
    found = 0
    for seed in range(40):
        with playing(databases, tmp_path / str(seed), seed) as play:
            try:
                play.steps(12)
            except AssertionError:
                found += 1
                break
    assert found
