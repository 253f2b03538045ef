"""A thousand people planted in the files of a site are found nowhere in the database but in the words of complaints."""

from pathlib import Path

import pytest

from db import __main__, backup, retention
from db.engine import is_sqlite
from db.models import Base
from tests import planted

pytestmark = pytest.mark.usefixtures("programs_of_the_server")


def test_planted_people_are_in_the_table_of_words_and_in_no_other(
    office, command, tmp_path, caplog
):
    said = [command(__main__.main, "import", path) for path in planted.files(tmp_path)]
    assert [one.code for one in said] == [0, 0]
    assert not planted.found(said, caplog.text)
    tables = {
        name: planted.found(office.rows(f'SELECT * FROM "{name}"'))  # noqa: S608
        for name in Base.metadata.tables
    }
    assert len(set(tables.pop("complaint_text"))) == 3 * planted.NUMBER
    assert not any(tables.values())
    erased = [office.rows("SELECT count(*) FROM complaint_text")]
    for n in (7, 8):  # one by one, with a line in the journal that says nothing of them
        site = "ccsp-kandi" if n % 2 else "ccsp-cove"
        retention.erase_text(office.engine, site, f"P{n}", "awa", "demande de l'usager")
    erased.append(office.rows("SELECT count(*) FROM complaint_text"))
    assert erased == [[(1_000,)], [(998,)]]
    listed = "".join(p.read_text() for p in (tmp_path / "copies").glob("*.json"))
    assert "P7" in listed and not planted.found(listed, office.rows("SELECT * FROM journal"))


def test_a_copy_for_others_has_no_planted_word_and_the_same_counts(office, command, tmp_path):
    for path in planted.files(tmp_path):
        assert command(__main__.main, "import", path).code == 0
    copy = tmp_path / "pour-d-autres"
    said = command(__main__.main, "backup", copy, "--without-words")
    assert said.code == 0 and "sans les mots des plaintes" in said.out
    assert not planted.found(copy.read_bytes())  # of PostgreSQL packed: it is put back, and read
    before = office.rows("SELECT count(*) FROM complaint"), office.figure("complaints_open").value
    assert command(__main__.main, "restore", copy, "--force").code == 0
    assert before == (
        office.rows("SELECT count(*) FROM complaint"),
        office.figure("complaints_open").value,
    )
    assert office.rows("SELECT count(*) FROM complaint_text") == [(0,)]
    assert before[0][0][0] > 900


def test_what_is_on_the_disk_is_the_words_alone_and_not_even_they_once_erased(
    office, command, tmp_path
):
    if not is_sqlite(office.engine):
        pytest.skip("PostgreSQL's files are its own")
    for path in planted.files(tmp_path):
        assert command(__main__.main, "import", path).code == 0
        path.unlink()
    file = Path(office.engine.url.database)

    def held() -> set[str]:
        office.engine.dispose()
        return set(planted.found(*(p.read_bytes() for p in file.parent.glob(f"{file.name}*"))))

    assert len(held()) == 3 * planted.NUMBER
    copy = tmp_path / "copie"
    backup.backup(office.engine, copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    with office.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM complaint_text")
    retention.empty_sqlite_journal(office.engine)
    assert not held()
