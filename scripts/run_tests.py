"""Behind `make test`: style and types, then both suites, then each test that failed once more, alone.

A failed test that passes in a process of its own, with nothing beside it, is unstable: the run is green and names it in a
table headed « instable ». The run is red, without a second try, where a suite did not end as pytest ends with failed tests,
where a file could not be collected, where what failed stands in more than MOST_FILES files, or where a test marked
`never_unstable` said that something is not so. It is red where a test fails alone too, or more than MOST_UNSTABLE are unstable.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts import failure_list
from scripts.failure_list import Failure
from scripts.prepare import PROCESSES, ROOT

LONGEST = 3_600.0  # seconds: what a suite may take
TO_END = 60.0  # seconds: what a suite that was told to end may still take
TRIES = 2  # of a test, alone
ALL_TRIES = 900.0  # seconds
MOST_FILES, MOST_UNSTABLE = 10, 3
SLOWEST = 40  # files of which a run says how long they took
GONE = 124  # the exit code of a suite that was ended here, as of the program « timeout »
FAILED = 1  # pytest's, where tests failed and nothing else is wrong
# What any change may break, and says what mends it: tried first, in a minute, so that nobody waits for the rest in vain.
CHECKS = (
    *("tests/test_architecture.py", "tests/test_papers.py", "tests/test_asvs.py"),
    *("tests/test_registries.py", "tests/test_palette.py", "tests/test_full.py"),
    *("tests/test_timing.py", "tests/test_to_add.py", "tests/pages/test_straight_line.py"),
    *("tests/db/test_migrations.py", "tests/db/test_command_line_paper.py"),
)
SUITES = {
    "contrôles": ("--dist", "loadfile", *CHECKS),
    # The tests of a file stay in one process, with their fixtures, until a process has nothing left to do.
    "essais": (
        *("--dist", "worksteal", "--ignore=tests/browser", "--ignore=tests/system"),
        *(f"--ignore={file}" for file in CHECKS),
    ),
    # Of two processes each waits half of its time, for what moves on the screen: a third one does not.
    "navigateur": ("-n", str(int(PROCESSES) + 1), "--dist", "loadgroup", "tests/browser"),
}
STYLE = {
    "style": ("ruff", "check", "."),
    "mise en page": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
}


@dataclass(frozen=True)
class Retried:
    """A failed test and what came of it alone. passed_at: the try at which it passed, or None."""

    failure: Failure
    passed_at: int | None
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """How a suite ended: pytest's exit code, and what failed in it."""

    name: str
    code: int
    failures: list[Failure]


def faults_of_style(meanwhile: Callable[[], None] = lambda: None) -> list[str]:
    """The checks of style, layout and types that failed. meanwhile: called while they are under way."""
    begun = {
        name: subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, stdin=subprocess.DEVNULL)
        for name, command in STYLE.items()
    }
    meanwhile()
    return [name for name, process in begun.items() if process.wait()]


def arguments_of(name: str, *, short: bool) -> tuple[str, ...]:
    """What pytest is given for a suite. short: what has the marker `full` is left out (tests/full.py)."""
    return (*SUITES[name], *(("-m", "not full and not seconds and not chance") if short else ()))


def run_suite(name: str, arguments: Sequence[str], folder: Path = ROOT) -> Outcome:
    """Run a suite in so many processes. Its failures are kept in a new file, so that none of an earlier run is among them."""
    with tempfile.TemporaryDirectory(prefix="ccsp-run-") as kept:
        file, report = Path(kept) / "failures", Path(kept) / "report.xml"
        code = run_pytest(
            *("-n", PROCESSES, "--durations=40", "-p", "scripts.failure_list"),
            *("--failures", str(file), f"--junitxml={report}"),
            *arguments,
            folder=folder,
            seconds=LONGEST,
        )
        print("\n".join(slowest_files(report)), flush=True)
        return Outcome(name, code, failure_list.read(file))


def slowest_files(report: Path) -> list[str]:
    """A heading and a line for each of the SLOWEST files, by the seconds that pytest's report says; [] without a report."""
    seconds: defaultdict[str, float] = defaultdict(float)
    try:
        cases = ElementTree.parse(report).iter("testcase")
    except (FileNotFoundError, ElementTree.ParseError):  # the suite was ended before it was whole
        return []
    for case in cases:
        seconds[case.get("classname", "")] += float(case.get("time", 0))
    slowest = sorted(seconds, key=seconds.__getitem__, reverse=True)[:SLOWEST]
    lines = [f"\nSecondes par fichier, de {sum(seconds.values()):.0f} :"]
    return lines + [f"{seconds[name]:8.0f} {name}" for name in slowest]


def run_pytest(
    *arguments: str,
    folder: Path,
    seconds: float,
    output: int | None = None,
) -> int:
    """The exit code of pytest in a process of its own; GONE where it had to be ended after so many seconds."""
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}  # sets have the same order in each run
    environment.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # each of hundreds of processes would compile everything
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
    ) as process:
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(
                signal.SIGINT
            )  # it ends its own processes, and says what failed so far
            try:
                process.wait(TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
            return GONE


def plainly_red(outcomes: Sequence[Outcome]) -> list[str]:
    """Why no second try would make the run green, in French; [] where nothing says so."""
    reasons = []
    for one in outcomes:
        if one.code not in (0, FAILED):
            reasons.append(f"{one.name} : pytest a fini avec le code {one.code}")
        elif one.code == FAILED and not one.failures:
            reasons.append(f"{one.name} : pytest a fini avec le code 1, sans nommer d'échec")
    failures = [failure for one in outcomes for failure in one.failures]
    reasons += [f"{one.name} : illisible pour pytest" for one in failures if not one.collected]
    reasons += [
        f"{one.name} : un essai de cette sorte n'est jamais instable"
        for one in failures
        if one.never_unstable and one.kind == failure_list.ASSERTED
    ]
    files = {one.name.partition("::")[0] for one in failures}
    if len(files) > MOST_FILES:
        reasons.append(f"des échecs dans {len(files)} fichiers : ce n'est pas le hasard")
    return reasons


def try_alone(
    failures: Sequence[Failure], folder: Path = ROOT, now: Callable[[], float] = time.monotonic
) -> list[Retried]:
    """Try each failed test again, in a process of its own, nothing beside it, TRIES times at most.

    The output of a try is shown where it failed. A test for which no time is left has not passed. Passed is exit code 0
    alone: a test that passes and leaves something open ends with 1. now: seconds of a clock.
    """
    first: dict[str, Failure] = {}
    for failure in failures:
        first.setdefault(failure.name, failure)
    until, retried = now() + ALL_TRIES, []
    for failure in first.values():
        begun, passed_at = now(), None
        for attempt in range(1, TRIES + 1):
            left = until - now()
            if left > 0 and _passes(failure.name, folder, left):
                passed_at = attempt
                break
        retried.append(Retried(failure, passed_at, now() - begun))
    return retried


def _passes(name: str, folder: Path, seconds: float) -> bool:
    print(f"Essayé encore, seul : {name}", flush=True)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as file:
        code = run_pytest(
            *("-n", "0", "-p", "no:cacheprovider", name),
            folder=folder,
            seconds=seconds,
            output=file.fileno(),
        )
        file.seek(0)
        if code:
            print(file.read()[-5_000:], flush=True)
    return code == 0


def table(retried: Sequence[Retried]) -> list[str]:
    """The unstable tests, each with its first failure; [] where there is none."""
    unstable = [one for one in retried if one.passed_at]
    lines = [f"\ninstable : en échec parmi les autres, réussi seul ({len(unstable)})"] * bool(
        unstable
    )
    for one in unstable:
        where = "laissé ouvert ailleurs : " * (one.failure.kind == failure_list.ELSEWHERE)
        lines += [
            f"  instable {one.failure.name} (essai {one.passed_at}, {one.seconds:.0f} s)",
            f"      {where}{one.failure.message}",
        ]
    return lines


def judge(outcomes: Sequence[Outcome], folder: Path = ROOT) -> list[str]:
    """Why the run is red, in French; [] where it is green. What failed is tried again, and the unstable tests are named."""
    if reasons := plainly_red(outcomes):
        return reasons
    retried = try_alone([failure for one in outcomes for failure in one.failures], folder)
    print("\n".join(table(retried)), flush=True)
    unstable = sum(one.passed_at is not None for one in retried)
    reasons = [one.failure.name for one in retried if not one.passed_at]
    if unstable > MOST_UNSTABLE:
        reasons.append(f"{unstable} essais instables : {MOST_UNSTABLE} au plus")
    return reasons


def main() -> int:
    """Check and run everything; returns 1 where something failed, after one line for each reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-browser", action="store_true", help="there is none on this machine")
    parser.add_argument("--short", action="store_true", help="without what takes long")
    parser.add_argument("--style", action="store_true", help="style, layout and types alone")
    asked = parser.parse_args()
    checks: list[Outcome] = []
    first, *others = (name for name in SUITES if name != "navigateur" or not asked.no_browser)

    def check() -> None:
        if not asked.style:
            checks.append(run_suite(first, arguments_of(first, short=asked.short)))

    reasons = faults_of_style(meanwhile=check) or judge(checks)
    if not (reasons or asked.style):
        reasons = judge([run_suite(name, arguments_of(name, short=asked.short)) for name in others])
    for reason in reasons:
        print(f"En échec : {reason}", file=sys.stderr)
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main())
