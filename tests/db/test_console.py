"""What the command lines print is fit for a terminal, and what they are told is text."""

import io
import os
import subprocess
import sys

import pytest

from dashboard.__main__ import main as dashboard_main
from dashboard.settings import ROOT
from db.__main__ import main
from db.console import guard_output, system_user, terminal_safe
from tests.builders import Said, visit

ESC, BIDI, CSI = "\x1b[31m\x1b]0;titre\x07", "\u202e", "\x9b2J"
CODES = {
    *map(chr, range(32)),
    "\x7f",
    *map(chr, range(0x80, 0xA0)),
    *"\u061c\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2069",
}

FIGURES = ("indicators", "--from", "2025-01-01", "--to", "2025-12-31", "--by", "site")


def said(url: str, *argv, encoding: str = "utf-8", module: str = "db"):
    """What a command answers in a process of its own, as bytes; arguments may be bytes."""
    arguments = [a if isinstance(a, bytes) else str(a).encode() for a in argv]
    return subprocess.run(
        [sys.executable.encode(), b"-m", module.encode(), *arguments],
        cwd=ROOT,
        capture_output=True,
        env={**os.environ, "DATABASE_URL": url, "PYTHONIOENCODING": encoding},
        timeout=120,
    )


def codes(output: str) -> set[str]:
    return (CODES - {"\n", "\t"}) & set(output.replace("\r\n", "\n"))


@pytest.fixture
def asked(command):
    """Runs a command line in this process; wrong usage gives its code too."""

    def run(main, *argv):
        try:
            return command(main, *argv)
        except SystemExit as ended:
            return Said(ended.code, *run.capsys.readouterr())

    return run


@pytest.mark.parametrize("code", sorted(CODES - {"\n", "\t"}))
def test_a_control_or_direction_code_is_spelled_out(code):
    assert terminal_safe(f"a{code}b") == f"a{ascii(code)[1:-1]}b"


@pytest.mark.parametrize(
    "text", ["Ouèssè, 1\u202f234,5\u00a0% « ok » 🙂", "a\tb\nc", "Centre;Jour\r\n", "عربي"]
)
def test_words_stay_as_they_are(text):
    assert terminal_safe(text) == text


def test_what_is_printed_goes_by_the_one_place_and_the_streams_come_back():
    before, sys.stdout = sys.stdout, io.StringIO()
    try:
        mine = sys.stdout
        with guard_output():
            print(f"a{ESC}")
        assert sys.stdout is mine and mine.getvalue() == "a\\x1b[31m\\x1b]0;titre\\x07\n"
    finally:
        sys.stdout = before


def test_control_codes_in_names_and_cells_do_not_reach_the_terminal(
    office, asked, capsys, tmp_path
):
    asked.capsys = capsys
    cells = office.path(
        "registre",
        visit(site=f"Kandi{ESC}", service=f"{BIDI}carte", ref="1"),
        visit(site=CSI, ref="2"),
        name=f"registre{ESC}{BIDI}{CSI}.csv".replace("/", ""),
    )
    good = office.path("registre", visit(ref="1"), name=f"bon{ESC}.csv")
    for argv in (
        ("import", cells),
        ("import", good),
        ("import", good, "--check"),
        ("import", tmp_path / f"absent{ESC}.csv"),
        ("import", good, "--sites", f"x{ESC}"),
        ("backup", tmp_path / f"copie{ESC}"),
        ("restore", tmp_path / f"absente{ESC}"),
        ("restore", good),
        ("go-back", f"x{ESC}"),
        ("add", f"x{ESC}", "y"),
        ("add", "service", f"Carte{ESC}"),
        (f"x{ESC}",),
        ("status",),
    ):
        done = asked(main, *argv)
        assert not codes(done.out + done.err) and done.out + done.err, argv
    for argv in (
        (*FIGURES, "--department", f"x{ESC}"),
        ("target", "wait_p50", f"x{ESC}", "1", "--source", "y"),
        ("report", "--story", f"x{ESC}", "--out", tmp_path / f"r{ESC}"),
    ):
        done = asked(dashboard_main, *argv)
        assert done.code == 1 and not codes(done.out + done.err) and done.err, argv


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # terminals know of none
def test_a_terminal_without_a_character_does_not_stop_what_is_done(office, database_url):
    good = office.path("registre", visit(ref="1"), name="registre 🙂 Ŵ.csv")
    done = said(database_url, "import", good, encoding="cp1252")
    assert done.returncode == 0, done.stderr
    assert (
        "registre \\U0001f642 \\u0174.csv : registre, 1 ligne importée (lot 1)"
        in done.stdout.decode("cp1252")
    )
    assert office.figure("visits").value == 1
    bad = office.path("registre", visit(site="🙂", ref="1"))
    done = said(database_url, "import", bad, encoding="ascii")
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    figures = said(database_url, *FIGURES, module="dashboard", encoding="cp1252")
    assert figures.returncode == 0


@pytest.mark.parametrize(
    "argv", [("db", "status"), ("db", "--help"), ("dashboard", *FIGURES)], ids=lambda argv: argv[1]
)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # pipes know of none
def test_a_command_whose_reader_goes_away_ends_without_a_word(office, database_url, argv):
    office.hand_in("registre", visit(ref="1"))
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", *argv],
        cwd=ROOT,
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": database_url},
        timeout=120,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


BYTES = "caf\udce9"  # what Python makes of an argument that is not UTF-8
NOT_UTF_8 = [
    (main, "withdraw", "1", "--why", BYTES), (main, "add", "service", BYTES), (main, "import", "x.csv", "--sites", BYTES),
    (main, "boundaries", "x", "--source", BYTES), (main, "go-back", BYTES),
    (dashboard_main, "target", "wait_p50", "nation", "1", "--source", BYTES),
    (dashboard_main, "decide", "wait_p50", "nation", "--who", BYTES, "--what", "x"),
    (dashboard_main, "rebase", "wait_p50", "nation", "--month", "2025-01-01", "--why", BYTES),
    (dashboard_main, "indicators", "--from", "2025-01-01", "--to", "2025-12-31", "--by", "site", "--site", BYTES),
]  # fmt: skip


@pytest.mark.parametrize("argv", NOT_UTF_8, ids=lambda argv: argv[1])
def test_words_that_are_not_utf_8_are_refused_in_french_and_nothing_is_kept(
    office, asked, capsys, argv
):
    asked.capsys = capsys
    office.hand_in("registre", visit(ref="1"))
    before = office.contents()
    done = asked(*argv)
    assert done.code == 2 and "n'est pas en UTF-8" in done.err
    assert office.contents() == before


def test_bytes_that_are_not_utf_8_are_refused_in_a_process_of_its_own(office, database_url):
    done = said(database_url, "add", "service", b"Carte \xff")
    assert done.returncode == 2
    assert b"n'est pas en UTF-8" in done.stderr and b"Traceback" not in done.stderr


def test_an_account_with_a_strange_name_is_noted_all_the_same(monkeypatch):
    monkeypatch.setenv("LOGNAME", "a\udcff" + "x" * 200)
    assert system_user() == "a?" + "x" * 78
    monkeypatch.setenv("LOGNAME", f"a{ESC}")
    assert "\x1b" not in system_user()
