"""Processes of our own with limits: what they may take, what they know of us, and that they end."""

import json
import os
import socket
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from dashboard import limited_process

LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits of a process: Linux only"
)


@pytest.fixture
def run(tmp_path):
    """run(code, …): a process that runs it, with limits."""
    started = []

    def start(code: str, *arguments: str, memory_bytes=500_000_000, cpu_seconds=20, **more):
        script = tmp_path / f"script-{len(started)}.py"
        script.write_text(code, encoding="utf-8")
        started.append(
            limited_process.start_process(
                script,
                *arguments,
                stdin=subprocess.PIPE,
                memory_bytes=memory_bytes,
                cpu_seconds=cpu_seconds,
                **more,
            )
        )
        return started[-1]

    yield start
    for process in started:
        limited_process.end(process)


def said(process: subprocess.Popen) -> object:
    """What it wrote, as JSON."""
    return json.loads(process.stdout.read())


def test_a_script_is_run_as_by_itself_with_its_own_arguments(run):
    code = "import json, sys; print(json.dumps([__name__, sys.argv[1:], sys.flags.isolated]))"
    assert said(run(code, "a", "b c")) == ["__main__", ["a", "b c"], 1]


def test_it_knows_nothing_of_our_environment_but_what_it_is_told(run, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    code = (
        "import json, os; print(json.dumps(sorted(os.environ.keys() - {'LC_CTYPE', 'SYSTEMROOT'})))"
    )
    assert said(run(code)) == []
    assert said(run(code, environment={"TOLD": "1"})) == ["TOLD"]


@LINUX
def test_it_has_none_of_our_sockets_and_files(run, tmp_path):
    with socket.socket() as ours, (tmp_path / "file").open("w") as file:
        ours.bind(("127.0.0.1", 0))
        ours.listen()
        for one in (ours.fileno(), file.fileno()):
            os.set_inheritable(one, True)
        # The list itself is open too, while it is made.
        code = (
            "import json, os; names = os.listdir('/proc/self/fd');"
            "print(json.dumps([os.readlink(f'/proc/self/fd/{n}') for n in names if int(n) != max(map(int, names))]))"
        )
        names = said(run(code))
    assert [name.split(":")[0] for name in names] == ["pipe", "pipe", "/dev/null"]


@LINUX
def test_it_writes_no_file(run, tmp_path):
    target = tmp_path / "written"
    run(f"open({str(target)!r}, 'w').write('x')").wait()
    assert not target.exists() or not target.read_text()


@LINUX
def test_its_memory_and_its_time_are_counted(run):
    large = run("import sys; a = bytearray(200_000_000)", memory_bytes=100_000_000)
    assert large.wait() == 1 and not limited_process.used_its_time(large)
    assert run("a = bytearray(200_000_000)").wait() == 0
    assert limited_process.used_its_time(run("while True: pass", cpu_seconds=1))


def test_one_that_computes_nothing_any_more_is_ended(run):
    process = run("import time; time.sleep(600)")
    with limited_process.end_when_stuck(0.5, process) as stuck:
        assert process.stdout.read() == b""
    assert stuck.is_set()
    quick = run("print('done')")
    with limited_process.end_when_stuck(30, quick) as stuck:
        assert quick.stdout.read().split() == [b"done"]
    assert not stuck.is_set() and quick.wait() == 0


def test_one_that_a_busy_machine_lets_wait_is_not_ended_as_long_as_it_computes_a_little(
    run, monkeypatch
):
    process, had = run("import time; time.sleep(600)"), iter(range(5))
    monkeypatch.setattr(limited_process, "processor_seconds", lambda _: next(had, 4))
    with limited_process.end_when_stuck(0.01, process) as stuck:
        assert process.stdout.read() == b""
    assert stuck.is_set() and next(had, None) is None, "it was looked at until it stood still"


def test_one_that_computes_a_little_now_and_then_is_ended_in_the_end(run, monkeypatch):
    process, had = run("import time; time.sleep(600)"), count()
    monkeypatch.setattr(limited_process, "processor_seconds", lambda _: next(had))
    with limited_process.end_when_stuck(0.01, process) as stuck:
        assert process.stdout.read() == b""
    assert stuck.is_set() and next(had) == limited_process.TIMES + 1


@LINUX
def test_how_much_a_process_has_computed_is_known(run):
    process = run("while True: pass")
    while limited_process.processor_seconds(process) < 0.05:
        assert process.poll() is None
    limited_process.end(process)
    assert limited_process.processor_seconds(process) == 0.0, "it is gone"


def test_it_is_ended_whatever_it_has_not_read(run):
    process = run("import time; time.sleep(60)")
    process.stdin.write(b"x" * 1_000)  # stays in our own hands, and nobody will take it
    limited_process.end(process)
    assert process.returncode is not None


def test_what_it_runs_first_is_of_the_standard_library():
    source = Path(limited_process.CHILD).read_text(encoding="utf-8")
    lines = [line.split()[1] for line in source.splitlines() if line.strip().startswith("import ")]
    assert lines and set(lines) <= sys.stdlib_module_names


@LINUX
def test_it_comes_after_what_people_look_at(run):
    code = "import json, os; print(json.dumps(os.getpriority(os.PRIO_PROCESS, 0)))"
    assert said(run(code)) - os.getpriority(os.PRIO_PROCESS, 0) == min(
        10, 19 - os.getpriority(os.PRIO_PROCESS, 0)
    )
