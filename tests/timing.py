"""What in the tests depends on seconds or on chance: python -m tests.timing writes the list of it, tests/timed.txt, anew.

In the gate nothing may depend on how fast the machine is, nor on a draw that is another one each time. A test waits for an event
(`expect`, `until`, a barrier), moves a clock (`tests/moved_time.py`), and writes its seed down. What measures seconds or searches
by chance has the marker `seconds` or `chance` and is run by `make seconds` or `make chance`. The list holds what is from before
that rule: it may only become shorter.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dashboard.settings import ROOT

LIST = ROOT / "tests" / "timed.txt"
# Run apart, by commands of their own.
APART = (
    "chance.py",
    "days.py",
    "browser/latency.py",
    "browser/shots.py",
    "benchmarks",
    "fuzz",
    "histories",
    "one_number",
    "partial",
    "system",
    "deploy",
    "workbooks",
)
MARKERS = {"seconds", "chance"}
CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time"}
MEMORY = {"memory_info", "ru_maxrss", "memory_full_info"}
SHORT = 30.0  # seconds: a limit below it may end what a busy machine only lets wait
SHORT_MS = 15_000  # what `expect` waits for by itself
LIMITED = {"settimeout", "wait", "join", "wait_for", "result", "acquire"}
DRAWS = {"random", "randint", "randrange", "choice", "choices", "sample", "shuffle", "uniform"}
# They wait for an event, and end where it never comes: how soon it comes does not matter.
AWAITS = {
    "tests/accounts/test_open_pages.py::settled",
    "tests/moved_time.py::until",
    "tests/moved_time.py::wait_until",
    "tests/moved_time.py::MovedTime._sleep",
    "tests/web/test_connection.py::soon",
    "tests/browser/conftest.py::app",
    "tests/browser/identities.py::provider",
    "tests/browser/screen.py::choose",
    "tests/browser/screen.py::until",
    "tests/browser/screen.py::reopened_until",
    "tests/browser/served.py::wait_for_line",
    "tests/browser/served.py::_wait",
    # They say something again and again, and whoever hears it waits for an event.
    "tests/accounts/lying.py::lying",
    "tests/accounts/test_open_pages.py::looked_at",
    # Of commands, and of tests with a marker, alone.
    "tests/browser/screen.py::Watch._sleep",
    "tests/browser/test_guarded.py::opening_time",
    "tests/browser/walk.py::walked",
    "tests/db/test_at_once.py::killed_after",
    "tests/db/test_at_once.py::timed",
    "tests/hand_in/generated.py::main",
}

NOTHING_NAMED: Mapping[str, float] = MappingProxyType({})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def found() -> list[str]:
    """A line for each function that depends on seconds or chance: its name, and on what, in order."""
    lines = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if path.relative_to(ROOT / "tests").as_posix().startswith(APART):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        library = any(  # elsewhere `random` is a generator that was given its seed
            isinstance(node, ast.Import) and node.names[0].name == "random" for node in tree.body
        )
        of_the_module = numbers(tree)
        for function, of in functions(tree):
            calls = {kind_of(node, library, of_the_module) for node in ast.walk(of)}
            kinds = sorted(calls - {""})
            if kinds and f"{name}::{function}" not in AWAITS and not marked(of):
                lines.append(f"{name}::{function} {' '.join(kinds)}")
    return lines


def functions(tree: ast.AST, before: str = "") -> Iterator[tuple[str, Function]]:
    """The functions of a module and of its classes, by name; those within a function belong to it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield before + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{node.name}.")


def marked(function: Function) -> bool:
    """Whether a function has a marker by which it is left out of the gate."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in MARKERS
        for decorator in function.decorator_list
        for node in ast.walk(decorator)
    )


def kind_of(node: ast.AST, library: bool = True, named: Mapping[str, float] = NOTHING_NAMED) -> str:
    """On what a call depends: « sleep », « clock », « limit », « draw » or « memory »; "" where on none of these.

    library: whether `random` is Python's. named: the numbers that have a name in the module."""
    if isinstance(node, ast.Attribute) and node.attr in MEMORY:
        return "memory"
    if not isinstance(node, ast.Call):
        return ""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    name = name or (node.func.id if isinstance(node.func, ast.Name) else "")
    first = number(node.args[0], named) if node.args else None
    if name == "wait_for_timeout" or (name == "sleep" and first != 0):
        return "sleep"
    if (name in CLOCKS and owner != "clock") or (name == "time" and owner.endswith("loop()")):
        return "clock"
    if (library and owner == "random" and name in DRAWS) or (
        name in ("Random", "default_rng") and not node.args and not node.keywords
    ):
        return "draw"
    return "limit" if has_short_limit(node, name, named) else ""


def has_short_limit(node: ast.Call, name: str, named: Mapping[str, float]) -> bool:
    """Whether a call is given a limit that a busy machine may exceed."""
    given = [number(word.value, named) for word in node.keywords if word.arg == "timeout"]
    if name in LIMITED and node.args:
        given.append(number(node.args[-1], named))
    return any(one is not None and (0 < one < SHORT or 500 <= one < SHORT_MS) for one in given)


def number(node: ast.AST, named: Mapping[str, float] = NOTHING_NAMED) -> float | None:
    """The number that is written or named there; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    return named.get(node.id) if isinstance(node, ast.Name) else None


def numbers(tree: ast.Module) -> dict[str, float]:
    """The numbers that a module names for all its functions."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
            for target, value in pairs:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = value.elts if isinstance(value, ast.Tuple) else [value]
                for name, one in zip(names, values, strict=False):
                    if isinstance(name, ast.Name) and (held := number(one)) is not None:
                        found[name.id] = held
    return found


def listed() -> list[str]:
    """What the list holds."""
    return LIST.read_text(encoding="utf-8").splitlines()


def main() -> int:
    """Write the list anew."""
    LIST.write_text("\n".join([*found(), ""]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
