"""What runs while something happens: what functions were called with and gave, and who called whom."""

import inspect
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from dashboard.settings import ROOT

NOT_OURS = (ROOT / "tests", ROOT / ".venv", Path(sys.prefix).resolve())
# What stands between who asks and who answers: the cache of answers, and functions without a name.
BETWEEN = (
    "dashboard.answers.cache.",
    "dashboard.answers.context.cached_by_weight.",
    "dashboard.answers.context.uncached.",
)
Chain = tuple[str, ...]  # functions, each of which called the next


@dataclass(frozen=True)
class Call:
    """A call: its names when it ended, what it gave, and the functions of ours that led to it, itself the last."""

    names: dict[str, Any]
    gave: Any
    chain: Chain


@dataclass
class Run:
    """What ran. passed: all code; calls: of the functions that are watched, in the order in which they ended."""

    passed: set[CodeType] = field(default_factory=set)
    calls: dict[CodeType, list[Call]] = field(default_factory=dict)

    def of(
        self,
        function: Callable,
        holds: Callable[[dict[str, Any]], object] = lambda names: True,
        through: tuple[Callable, ...] = (),
    ) -> Call:
        """The first call of a function, by way of these, of whose names something is true."""
        way = set(map(name_of, through))
        calls = self.calls[inspect.unwrap(function).__code__]
        return next(c for c in calls if way <= set(c.chain) and holds(c.names))


@contextmanager
def watching(*functions: Callable) -> Iterator[Run]:
    """Notes what runs in this thread and in those begun meanwhile, as a page's is."""
    run, wanted = Run(), {inspect.unwrap(one).__code__ for one in functions}

    def note(frame: FrameType, event: str, given: object) -> None:
        if event == "call":
            run.passed.add(frame.f_code)
        elif event == "return" and frame.f_code in wanted:
            call = Call(dict(frame.f_locals), given, chain(frame))
            run.calls.setdefault(frame.f_code, []).append(call)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield run
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def chain(frame: FrameType | None) -> Chain:
    """The functions of ours that led here, without tests and what stands between."""
    found: list[str] = []
    while frame is not None:
        name = frame.f_code.co_qualname
        if "<" not in name and (module := _of_ours(Path(frame.f_code.co_filename))):
            found.append(f"{module}.{name}")
        frame = frame.f_back
    return tuple(name for name in reversed(found) if not name.startswith(BETWEEN))


@cache
def _of_ours(file: Path) -> str:
    """The name of a module of ours by its file; "" for any other."""
    if not file.is_relative_to(ROOT) or any(map(file.is_relative_to, NOT_OURS)):
        return ""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


def name_of(function: Callable) -> str:
    """A function's name, as in chains."""
    found = inspect.unwrap(function)
    return f"{found.__module__}.{found.__qualname__}"


def tree(chains: Iterable[Chain], numbers: Mapping[str, int]) -> str:
    """Who calls whom, below one another; a function that calls but one of them stands in one line with it. numbers: of stops."""
    root: dict[str, Any] = {}
    for one in chains:
        node = root
        for name in one:
            node = node.setdefault(name, {})
    return "".join(_branches(root, numbers, "", 0))


def _branches(
    node: dict[str, Any], numbers: Mapping[str, int], above: str, depth: int
) -> Iterator[str]:
    for name, below in node.items():
        line, last, rest = _named(name, above, numbers), name, below
        while len(rest) == 1:
            ((called, rest),) = rest.items()
            line, last = f"{line} > {_named(called, last, numbers)}", called
        yield f"{'    ' * depth}{line}\n"
        yield from _branches(rest, numbers, last, depth + 1)


def _named(name: str, above: str, numbers: Mapping[str, int]) -> str:
    """A function by its name, with its module where the one above is of another; and its number, where a stop begins."""
    module, number = _module(name), _number(name, numbers)
    short = name.removeprefix(f"{module}.") if module == _module(above) else name
    return f"{short} ({number})" if number and number != _number(above, numbers) else short


def _number(name: str, numbers: Mapping[str, int]) -> int | None:
    return next((n for stop, n in numbers.items() if f"{name}.".startswith(f"{stop}.")), None)


def _module(name: str) -> str:
    parts = name.split(".")
    while parts and not (ROOT / Path(*parts)).with_suffix(".py").is_file():
        parts.pop()
    return ".".join(parts)
