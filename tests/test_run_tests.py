"""Behind `make test`: which failures are tried again, and when a run is red. Each run here is of a small suite of its own."""

from pathlib import Path

import pytest

from dashboard.settings import ROOT
from scripts import failure_list, run_tests
from scripts.failure_list import ASSERTED, ELSEWHERE, OTHER, Failure
from scripts.run_tests import Outcome, Retried

# A test that fails in its first process and passes in the next: a file says which it is.
FIRST_FAILS = """
from pathlib import Path
def first(name):
    there = Path(name).exists()
    Path(name).touch()
    return not there
"""
SETTINGS = "[pytest]\nfilterwarnings = error\nmarkers =\n    never_unstable\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Runs a suite of one file, and judges it: run(text, *arguments) gives the reasons why it is red, and what was printed."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(run_tests, "PROCESSES", "1")
    # Of the plugins, which take most of a small run, the one that is asked for.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p xdist.plugin")

    def play(text: str, *arguments: str) -> tuple[list[str], str]:
        (tmp_path / "pytest.ini").write_text(SETTINGS)
        (tmp_path / "test_small.py").write_text(FIRST_FAILS + text)
        outcome = run_tests.run_suite("petite", arguments or ("--dist", "loadgroup"), tmp_path)
        return run_tests.judge([outcome], tmp_path), capfd.readouterr().out

    return play


def test_what_fails_among_others_and_passes_alone_is_unstable_and_the_run_is_green(run):
    reasons, said = run(
        "import pytest\n"
        "@pytest.mark.xdist_group('a group')\n"
        "@pytest.mark.parametrize('word', ['a@b', 'é [c]'])\n"
        "def test_grouped(word):\n    assert not first(f'grouped {word}'), 'once only'\n"
        "def test_fine(): pass\n"
    )
    assert reasons == []
    assert "instable : en échec parmi les autres, réussi seul (2)" in said
    assert "instable test_small.py::test_grouped[a@b] (essai 1," in said
    assert "AssertionError: once only" in said


def test_what_passes_at_the_second_try_alone_is_unstable_and_at_the_third_it_is_not_tried(run):
    reasons, said = run(
        "def test_second():\n    assert not first('1') and not first('2')\n"
        "def test_third():\n    assert not first('a') and not first('b') and not first('c')\n"
    )
    assert reasons == ["test_small.py::test_third"]
    assert "instable test_small.py::test_second (essai 2," in said


def test_half_a_character_in_what_a_failure_says_keeps_nothing_back(run):
    reasons, said = run("def test_odd():\n    assert not first('odd'), '\\ud83d \\u2028'\n")
    assert reasons == []
    assert "instable test_small.py::test_odd (essai 1," in said


def test_what_fails_alone_too_is_red(run):
    reasons, said = run("def test_always():\n    assert 1 == 2\ndef test_fine(): pass\n")
    assert reasons == ["test_small.py::test_always"]
    assert "instable" not in said


def test_what_is_never_unstable_is_red_at_once_where_it_says_that_something_is_not_so(run):
    reasons, said = run(
        "import pytest\n@pytest.mark.never_unstable\ndef test_rights():\n    assert not first('rights')\n"
    )
    assert reasons == ["test_small.py::test_rights : un essai de cette sorte n'est jamais instable"]
    assert "Essayé encore" not in said


LEFT_OPEN = """
import gc, socket, pytest
@pytest.mark.never_unstable
def test_innocent():
    if first('left open'):
        left = socket.socket()
        del left
        gc.collect()
    {more}
"""


def test_what_another_test_left_open_is_tried_again_and_said_even_of_what_is_never_unstable(run):
    reasons, said = run(LEFT_OPEN.format(more="pass"))
    assert reasons == []
    assert "laissé ouvert ailleurs : pytest.PytestUnraisableExceptionWarning" in said


def test_what_was_left_open_does_not_hide_what_the_test_itself_says(run):
    reasons, _ = run(LEFT_OPEN.format(more="assert not first('second')"))
    assert len(reasons) == 1 and "n'est jamais instable" in reasons[0]


def test_a_fixture_of_what_is_never_unstable_may_fail_once(run):
    reasons, said = run(
        "import pytest\n@pytest.fixture\ndef server():\n    assert not first('server')\n"
        "@pytest.mark.never_unstable\ndef test_rights(server): pass\n"
    )
    assert reasons == []
    assert "instable test_small.py::test_rights" in said


def test_a_test_that_passes_alone_but_leaves_something_open_has_not_passed(run):
    """pytest prints « 1 passed » and ends with 1."""
    reasons, _ = run(
        "import atexit, socket\n"
        "def test_leaves():\n"
        "    again = not first('leaves')\n"
        "    assert again\n"
        "    import gc\n"
        "    globals()['kept'] = socket.socket()\n"
        "    gc.callbacks.append(lambda *_: globals().pop('kept', None))\n"
    )
    assert reasons == ["test_small.py::test_leaves"]


def test_a_file_that_cannot_be_read_is_red(run):
    reasons, said = run("import nothing_of_this_name\n")
    assert any("illisible pour pytest" in reason for reason in reasons)
    assert "Essayé encore" not in said


def test_a_suite_without_a_test_or_with_a_wrong_argument_is_red(run):
    assert run("")[0] == ["petite : pytest a fini avec le code 5"]
    assert run("def test_fine(): pass\n", "--no-such-argument")[0] == [
        "petite : pytest a fini avec le code 4"
    ]


def test_a_process_that_dies_is_tried_again_alone(run):
    reasons, said = run(
        "import os\ndef test_dies():\n    if first('dies'): os._exit(9)\n"
        "def test_one(): pass\ndef test_two(): pass\n",
        *("--dist", "worksteal"),
    )
    assert reasons == []
    assert "instable test_small.py::test_dies" in said
    assert "crashed while running" in said


def test_a_suite_that_does_not_end_is_ended_and_red(run, monkeypatch):
    monkeypatch.setattr(run_tests, "LONGEST", 8.0)
    monkeypatch.setattr(run_tests, "TO_END", 2.0)  # nothing but its end by force is left to see
    reasons, _ = run("import threading\ndef test_hangs():\n    threading.Event().wait(600)\n")
    assert reasons == [f"petite : pytest a fini avec le code {run_tests.GONE}"]


def test_a_run_says_how_long_each_file_took(run):
    _, said = run("def test_fine(): pass\n")
    assert "Secondes par fichier, de 0 :" in said and " test_small\n" in said


def failures(count: int, files: int) -> list[Failure]:
    """So many failures in so many files."""
    return [Failure(f"tests/test_{n % files}.py::test_{n}", OTHER, "") for n in range(count)]


def test_code_1_without_a_failure_and_failures_in_many_files_are_red_without_a_second_try():
    assert run_tests.plainly_red([Outcome("essais", 1, [])]) == [
        "essais : pytest a fini avec le code 1, sans nommer d'échec"
    ]
    assert not run_tests.plainly_red([Outcome("essais", 1, failures(40, 10))])
    assert (
        "11 fichiers"
        in run_tests.plainly_red(
            [Outcome("essais", 1, failures(6, 6)), Outcome("navigateur", 1, failures(11, 11)[6:])]
        )[0]
    )


def test_more_than_a_few_unstable_tests_are_red(monkeypatch, capsys):
    for count, red in ((3, False), (4, True)):
        failed = failures(count, 5)
        monkeypatch.setattr(
            run_tests, "try_alone", lambda some, _: [Retried(one, 1, 2.0) for one in some]
        )
        assert bool(run_tests.judge([Outcome("essais", 1, failed)])) == red
    assert "(4)" in capsys.readouterr().out


def test_what_no_time_is_left_for_has_not_passed(monkeypatch):
    clock = iter(range(0, 10_000, 400))
    monkeypatch.setattr(run_tests, "_passes", lambda *_: True)
    retried = run_tests.try_alone(failures(4, 1), now=lambda: next(clock))
    assert [one.passed_at is not None for one in retried] == [True, False, False, False]


def test_a_failed_test_is_tried_once_however_often_it_failed_and_its_first_failure_is_shown():
    tries = []
    first, second = Failure("a.py::test", OTHER, "first"), Failure("a.py::test", OTHER, "second")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_tests, "_passes", lambda name, *_: bool(tries.append(name)) or True)
        retried = run_tests.try_alone([first, second])
    assert tries == ["a.py::test"] and retried[0].failure is first


@pytest.mark.parametrize(
    ("nodeid", "name"),
    [
        ("t.py::test_x@mortal", "t.py::test_x"),
        ("t.py::test_x[a@b]", "t.py::test_x[a@b]"),
        ("t.py::test_x[a@b]@long tables", "t.py::test_x[a@b]"),
        ("t.py::TestIt::test_x", "t.py::TestIt::test_x"),
    ],
)
def test_the_group_is_no_part_of_a_name(nodeid, name):
    assert failure_list.without_group(nodeid) == name


def test_a_kind_is_told_by_the_error_itself():
    assert failure_list.kind_of(AssertionError()) == ASSERTED
    assert failure_list.kind_of(pytest.fail.Exception("no")) == ASSERTED
    assert failure_list.kind_of(TimeoutError()) == OTHER
    left = pytest.PytestUnraisableExceptionWarning()
    left.__context__ = left.__cause__ = ResourceWarning()
    assert failure_list.kind_of(ExceptionGroup("two", [left, left])) == ELSEWHERE


def test_continuous_integration_runs_what_anybody_may_type(tmp_path: Path):
    """No variable that makes chance larger, and the same command."""
    line = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert line == "CI=1 make test </dev/null"
