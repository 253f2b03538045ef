"""Subprocesses with few rights: what they run may fail, hang or use up memory without harm to the server.

Such a process has no environment and none of our sockets, and writes no file; on Linux its memory and processor time are
limited. It is ended by whoever started it. What it runs imports nothing of ours, so that it starts in a few hundredths of a
second.

Before: forms/workbook.py, exports/pdf.py. After: limited_process_child.py, which limits its own process and runs the script in
it.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

CHILD = Path(__file__).with_name("limited_process_child.py")
WATCHER = "watches a limited process"  # the name of its thread
TIMES = 20  # as long as what a process may compute nothing: the longest that one may take which computes a little now and then
RUNNING: set[subprocess.Popen[bytes]] = set()


def start_process(
    script: Path,
    *arguments: str,
    stdin: int | IO[Any],
    memory_bytes: int,
    cpu_seconds: int,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a script in a process of its own, whose standard output is a pipe. Raises OSError where the machine cannot start
    one."""
    limits = json.dumps({"memory_bytes": memory_bytes, "cpu_seconds": cpu_seconds})
    # Windows cannot start Python without SYSTEMROOT.
    windows = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if sys.platform == "win32" else {}
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", str(CHILD), limits, str(script), *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**windows, **(environment or {})},
    )
    RUNNING.add(process)
    return process


@contextmanager
def end_when_stuck(seconds: float, process: subprocess.Popen[bytes]) -> Iterator[threading.Event]:
    """A context manager that ends the process once it has computed nothing for so many seconds, so that reading from it ends too;
    it gives an event that is then set. One that a busy machine lets wait still computes a little, and is left alone, for TIMES
    as long at most: how much it may compute is its own limit."""
    stuck, over = threading.Event(), threading.Event()

    def watch() -> None:
        before = processor_seconds(process)
        for _ in range(TIMES):
            if over.wait(seconds):
                return
            now = processor_seconds(process)
            if now == before:
                break
            before = now
        stuck.set()
        process.kill()

    threading.Thread(target=watch, name=WATCHER, daemon=True).start()
    try:
        yield stuck
    finally:
        over.set()


def processor_seconds(process: subprocess.Popen[bytes]) -> float:
    """Returns how many seconds of a processor the process has had, to a hundredth; always 0 where the system does not say."""
    try:
        said = Path(f"/proc/{process.pid}/stat").read_text()
    except OSError:
        return 0.0
    user, system = said.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process, if it has not ended, and close its pipes."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):  # it did not read all its input
                pipe.close()
    process.wait()
    RUNNING.discard(process)


def end_all() -> None:
    """End all processes that run; those who wait for them see a failure."""
    for process in list(RUNNING):
        process.kill()


def used_its_time(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process was ended for exceeding its processor time; waits for its end."""
    sigxcpu = getattr(signal, "SIGXCPU", None)  # unknown on Windows
    return sigxcpu is not None and process.wait() == -sigxcpu
