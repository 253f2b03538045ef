"""A plugin of pytest that writes down what fails, as it fails: python -m pytest -p scripts.failure_list --failures FILE.

Each line of the file is one failure, a JSON object with the fields of `Failure`. Of several processes the first one writes.
"""

import json
from collections.abc import Generator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

LONGEST = 200  # characters of a message
ASSERTED, ELSEWHERE, OTHER = "asserted", "elsewhere", "other"
NEVER_UNSTABLE = "never_unstable"
KIND = "kind of failure"


@dataclass(frozen=True)
class Failure:
    """One failed test, or one file that could not be collected.

    name: as pytest is given it. kind: ASSERTED (the test itself says that something is not so), ELSEWHERE (it met what another
    test left open) or OTHER. message: the error in a line.
    """

    name: str
    kind: str
    message: str
    collected: bool = True
    never_unstable: bool = False


def read(file: Path) -> list[Failure]:
    """The failures of a run, in their order; none where the run never began."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    return [Failure(**json.loads(line)) for line in lines]


def kind_of(error: BaseException) -> str:
    """The kind of an error that ended a test."""
    if _left_open(error):
        return ELSEWHERE
    return ASSERTED if isinstance(error, AssertionError | pytest.fail.Exception) else OTHER


def _left_open(error: BaseException) -> bool:
    """Whether the error is nothing but what the collector met in this test. pytest raises it when the test is over, so that a
    fault of the test's own, or one of several, stands behind it as its context."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(_left_open, error.exceptions))
    alone = error.__context__ is None or error.__context__ is error.__cause__
    return isinstance(error, pytest.PytestUnraisableExceptionWarning) and alone


def without_group(nodeid: str) -> str:
    """The name of a test without that of the group in which pytest-xdist keeps it: « …[a@b]@group » is « …[a@b] »."""
    name, at, group = nodeid.rpartition("@")
    return name if at and "]" not in group and "::" not in group else nodeid


def pytest_addoption(parser: pytest.Parser) -> None:
    """Ask for the file."""
    parser.addoption("--failures", type=Path, help="write the failures down in this file")


def pytest_configure(config: pytest.Config) -> None:
    """Write where a file was asked for, in the process that hears of all tests."""
    file = config.getoption("--failures")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Writer(file))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say of what kind a failure is, where the error itself is still there. What a test says counts while it runs, not while
    it is prepared."""
    report = yield
    if report.failed and call.excinfo:
        kind = kind_of(call.excinfo.value)
        kind = OTHER if kind == ASSERTED and report.when != "call" else kind
        report.user_properties.append((KIND, kind))  # goes with the report to the first process
        if not _is_text(report.longreprtext):  # half a character, which no process can tell another
            report.longrepr = report.longreprtext.encode("utf-8", "replace").decode()
    return report


def _is_text(said: str) -> bool:
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Writer:
    """Writes each failure at the end of a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._write(
                Failure(
                    without_group(report.nodeid),
                    str(dict(report.user_properties).get(KIND, OTHER)),
                    _in_a_line(report),
                    never_unstable=NEVER_UNSTABLE in report.keywords,
                )
            )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._write(Failure(report.nodeid, OTHER, _in_a_line(report), collected=False))

    def _write(self, failure: Failure) -> None:
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(failure)) + "\n")


def _in_a_line(report: pytest.TestReport | pytest.CollectReport) -> str:
    if crash := getattr(report.longrepr, "reprcrash", None):
        return str(crash.message).strip().partition("\n")[0][:LONGEST]
    # A file that was not read, a dead process, half a character.
    return report.longreprtext.strip().rpartition("\n")[-1].strip()[:LONGEST]
