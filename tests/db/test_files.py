"""Files as people name and send them, on the command line: each is read, whatever the one before it was."""

import os

import pytest
import xlsxwriter

from dashboard.forms import csv_or_xlsx, workbook
from dashboard.forms.formats import FORMATS
from db import intake
from db.__main__ import main
from db.intake import sha256_of
from tests.builders import closing, csv_text, shell, visit


@pytest.fixture
def odd_name(office):
    """A register whose name is not UTF-8: « registre-é.csv » as an old disk spelled it."""
    path = office.path("registre", visit(ref="1"))
    odd = os.fsdecode(os.fsencode(path.parent) + b"/registre-\xe9.csv")
    path.rename(odd)
    return odd


def test_a_file_whose_name_is_not_utf_8_is_kept_and_so_are_those_after_it(
    office, command, odd_name
):
    after = office.path("registre", visit(ref="2"))
    said = command(main, "import", odd_name, after)
    assert said.code == 0, said.out + said.err
    assert office.rows("SELECT filename FROM import_batch ORDER BY id")[0] == ("registre-é.csv",)
    assert office.figure("visits").value == 2


def test_as_typed_by_a_person_with_an_old_name(office, database_url, odd_name):
    after = office.path("registre", visit(ref="2"))
    said = shell(database_url, "db", "import", odd_name, after)
    assert said.code == 0, said.err
    assert "registre-é.csv" in said.out and said.out.count("importée") == 2


def test_a_name_that_a_terminal_would_obey_is_shown_and_kept_as_text(office, command):
    path = office.path("registre", visit(ref="1"), name="a\x1b[2Jb.csv")
    said = command(main, "import", path)
    assert said.code == 0 and "\x1b" not in said.out
    assert office.rows("SELECT filename FROM import_batch") == [("a\\x1b[2Jb.csv",)]


def test_a_long_name_is_kept_by_its_end(office):
    path = office.path("registre", visit(ref="1"), name="é" * 100 + ".csv")
    assert office.take(path).accepted
    assert len(office.rows("SELECT filename FROM import_batch")[0][0]) <= 255


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_a_site_that_nobody_knows_is_refused_by_the_check_too(office, command, check):
    said = command(
        main,
        "import",
        office.path("registre", visit(ref="1")),
        "--sites",
        "ccsp-kandi,nulle-part",
        *check,
    )
    assert said.code == 1
    assert "nulle-part" in said.out + said.err
    assert office.rows("SELECT count(*) FROM import_batch") == [(0,)]


def test_one_line_is_not_lines(office, command):
    path = office.path("cloture", closing())
    assert "1 ligne, sans faute" in command(main, "import", path, "--check").out
    assert "1 ligne importée (" in command(main, "import", path).out
    two = office.path("cloture", closing(day="2025-03-04"), closing(day="2025-03-05"))
    assert "2 lignes importées (" in command(main, "import", two).out


@pytest.mark.parametrize("kind", ["dossier", "absent.csv"])
def test_what_is_no_file_does_not_stop_the_others(office, command, kind):
    (office.folder / "dossier").mkdir()
    good = office.path("registre", visit(ref="1"))
    said = command(main, "import", office.folder / kind, good)
    assert said.code == 1 and "1 ligne importée" in said.out and "REFUSÉ" in said.out
    assert not any(word in said.out for word in ("directory", "No such"))


def test_closures_of_the_network_that_replace_days_are_no_traceback(office, command):
    from tests.builders import closure

    said = command(main, "import", office.path("fermetures", closure(site="")), "--replace-days")
    assert "Traceback" not in said.out + said.err and "database" not in said.err


# --- a file that somebody saves while it is read ----------------------------------------------------------------------
def saved_anew(path, *lines: list) -> None:
    """The file of before is written over, where it lies, as office programs do."""
    if path.suffix == ".xlsx":
        as_workbook(path, *lines)
    else:
        path.write_text(csv_text("registre", *lines), encoding="utf-8")


def as_workbook(path, *lines: list) -> None:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for number, row in enumerate([[c.heading for c in FORMATS["registre"].columns], *lines]):
        sheet.write_row(number, 0, row)
    book.close()


BEFORE, AFTER = [visit(ref="1")], [visit(ref="2"), visit(ref="3")]


@pytest.mark.parametrize("name", ["registre.csv", "registre.xlsx"])
@pytest.mark.parametrize("check", [(), ("--check",)])
def test_a_file_saved_anew_between_its_digest_and_its_reading_is_refused_and_then_taken_as_it_is(
    office, command, monkeypatch, name, check
):
    path = office.folder / name
    saved_anew(path, *BEFORE)

    def digest(of):
        found = sha256_of(of)
        saved_anew(path, *AFTER)
        return found

    monkeypatch.setattr(intake, "sha256_of", digest)
    before = office.contents()
    said = command(main, "import", path, *check)
    assert (said.code, "changé pendant qu'il était lu" in said.out) == (1, True)
    assert office.contents() == before
    monkeypatch.undo()
    assert office.take(path).accepted
    assert office.rows("SELECT sha256, rows FROM import_batch") == [(sha256_of(path), 2)]


def test_a_file_that_still_grows_while_it_is_read_is_refused(office, monkeypatch):
    """Between looking for its encoding and reading its rows; and a file of which all is read has its own digest."""
    path = office.path("registre", *BEFORE)
    look = csv_or_xlsx._delimiter

    def grow(of, encoding):
        with path.open("a", encoding="utf-8") as more:
            more.write(csv_text("registre", visit(ref="9")).splitlines()[1] + "\n")
        return look(of, encoding)

    monkeypatch.setattr(csv_or_xlsx, "_delimiter", grow)
    assert "changé pendant" in str(office.take(path).problems[0])


def test_a_workbook_is_read_in_one_state_though_it_changes_while_its_sheets_are(
    office, monkeypatch
):
    path = office.folder / "registre.xlsx"
    saved_anew(path, *BEFORE)
    start = workbook._start

    def changed(file, limits):
        saved_anew(path, *AFTER)
        return start(file, limits)

    monkeypatch.setattr(workbook, "_start", changed)
    expected = sha256_of(path)
    assert office.take(path).rows == 1
    assert office.rows("SELECT sha256 FROM import_batch") == [(expected,)]


def test_without_files_in_memory_a_workbook_is_copied_to_one_without_a_name(office, monkeypatch):
    monkeypatch.delattr(os, "memfd_create")
    path = office.folder / "registre.xlsx"
    saved_anew(path, *BEFORE)
    assert office.take(path).rows == 1


def test_a_file_of_the_system_s_own_that_never_ends_is_refused_at_once(database_url):
    """Linux says of it that it is an ordinary file; elsewhere there is none of that name."""
    said = shell(database_url, "db", "import", "/proc/kmsg")
    assert said.code == 1 and "REFUSÉ" in said.out and not said.err
