"""Files as people name and send them, on the command line: each is read, whatever the one before it was."""

import os

import pytest

from db.__main__ import main
from tests.builders import closing, shell, visit


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
