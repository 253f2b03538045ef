"""docs/asvs.md says what is so: every item of the standard's levels 1 and 2 once, tests that exist, and of limits, doors, data,
keys, lines and logs what the code has."""

import ast
import importlib
import inspect
import re
import tomllib
from collections import Counter
from datetime import timedelta
from functools import cache
from itertools import chain

from dashboard.actions.access_journal import BY
from dashboard.settings import ROOT
from db.models import Base
from tests.test_architecture import ALL_MODULES, SPEAK, tree, uses

# ASVS 5.0.0: the level of each item of each section, in order.
LEVELS = dict(
    one.split(":")
    for one in (
        "1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123 2.1:122 2.2:112 2.3:12223 2.4:23 3.1:3 3.2:113 3.3:12223"
        " 3.4:11222233 3.5:11122333 3.6:3 3.7:22333 4.1:12233 4.2:23333 4.3:22 4.4:1222 5.1:2 5.2:112333 5.3:113 5.4:222"
        " 6.1:122 6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 6.6:2223 6.7:33 6.8:2222 7.1:222 7.2:1111 7.3:22"
        " 7.4:11222 7.5:223 7.6:22 8.1:1233 8.2:1123 8.3:133 8.4:23 9.1:111 9.2:1222 10.1:22 10.2:223 10.3:22223"
        " 10.4:1111122222233333 10.5:22222 10.6:22 10.7:222 11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23 11.6:23"
        " 11.7:33 12.1:12233 12.2:11 12.3:22223 13.1:2333 13.2:222223 13.3:2233 13.4:1222233 14.1:22 14.2:12223333 14.3:122"
        " 15.1:12233 15.2:12233 15.3:1222222 15.4:3333 16.1:2 16.2:22222 16.3:2222 16.4:222 16.5:2223 17.1:23 17.2:22223333"
        " 17.3:22"
    ).split()
)
WANTED = {
    f"{section}.{n}": level
    for section, levels in LEVELS.items()
    for n, level in enumerate(map(int, levels), 1)
    if level < 3
}
PAPER = (ROOT / "docs/asvs.md").read_text(encoding="utf-8")
NODE = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
# What makes chance, digests, signatures, or speaks of TLS.
CRYPTOGRAPHY = ("authlib", "cryptography", "hashlib", "hmac", "joserfc", "pwdlib", "secrets", "ssl")


def cells(line: str) -> list[str]:
    """The cells of a line of a table."""
    return [one.strip() for one in line.strip().strip("|").split(" | ")]


ITEMS = [cells(line) for line in PAPER.splitlines() if re.match(r"\| \d", line) and "." in line[:6]]


def numbers(cell: str) -> list[str]:
    """The items that a cell names: « 1.2.1–1.2.3, 3.2.2 »."""
    found = []
    for part in cell.split(", "):
        first, _, last = part.partition("–")
        section, _, n = first.rpartition(".")
        assert not last or last.rpartition(".")[0] == section, part
        found += [f"{section}.{k}" for k in range(int(n), int(last.rpartition(".")[2] or n) + 1)]
    return found


def section(title: str) -> str:
    """What stands under a heading of the paper."""
    return PAPER.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The rows of the tables under a heading, without their heads."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [
        cells(line)
        for n, line in enumerate(lines)
        if "---" not in line and "---" not in "".join(lines[n + 1 : n + 2])
    ]


def test_every_item_of_both_levels_stands_once_and_none_that_is_not_there():
    assert Counter(WANTED.values()) == {1: 70, 2: 183}
    assert Counter(chain.from_iterable(numbers(one[0]) for one in ITEMS)) == Counter(list(WANTED))


def test_an_item_is_held_by_tests_or_says_why_not():
    for item, state, words, by in ITEMS:
        assert state in ("held", "does not apply", "not held"), item
        assert words and by, item
        if state == "held":
            assert NODE.search(by), item


def test_the_counts_are_those_of_the_table():
    of = {state: Counter() for state in ("held", "does not apply", "not held")}
    for item, state, *_ in ITEMS:
        of[state].update(WANTED[number] for number in numbers(item))
    said = "; ".join(f"{state}: {found[1]} and {found[2]}" for state, found in of.items())
    assert f"Of level 1 and of level 2: {said}." in PAPER, said


@cache
def names(file: str) -> frozenset[str]:
    """The tests that a file holds."""
    return frozenset(
        node.name
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )


def test_every_test_that_is_named_exists():
    named = set(NODE.findall(PAPER))
    assert len(named) > 150
    assert {(file, name) for file, name in named if not (ROOT / file).is_file()} == set()
    assert {(file, name) for file, name in named if name not in names(file)} == set()
    assert PAPER.count("::") == len(NODE.findall(PAPER)), "a name that is none"


def value(path: str) -> str:
    """What stands at a path: a constant of a module, or the default of a class's field."""
    module, _, name = path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError:
        module, _, of = module.rpartition(".")
        found = (
            inspect.signature(getattr(importlib.import_module(module), of)).parameters[name].default
        )
    if isinstance(found, timedelta):
        found = found / timedelta(hours=1)
    return f"{found:g}" if isinstance(found, float) else str(found)


def test_each_limit_is_the_one_in_force():
    table = rows("Limits")
    assert len(table) > 15
    for what, limits, where in table:
        in_force = [value(path) for path in re.findall(r"`([\w.]+)`", where)]
        assert in_force == limits.split(", "), what


def test_every_way_in_is_in_the_table_of_doors():
    assert {one[0].strip("`") for one in rows("Doors")} == set(BY)


def test_every_table_has_one_level():
    said = Counter(re.findall(r"`(\w+)`", " ".join(one[1] for one in rows("Data"))))
    assert said == Counter(Base.metadata.tables.keys())


def test_every_use_of_keys_digests_and_chance_is_in_the_table():
    said = re.findall(r"`([\w/]+\.py)`", section("Keys and digests"))
    found = [p for p in ALL_MODULES if uses(p, *CRYPTOGRAPHY)]
    assert sorted(said) == sorted(found)


def test_every_line_out_is_in_the_table():
    said = Counter(re.findall(r"`([\w/]+\.py)`", section("Who is spoken with")))
    lines = {name: files for name, files in SPEAK.items() if name != "ctypes"}
    assert said == Counter(set().union(*lines.values()))


def test_every_place_where_something_is_noted_is_in_the_table():
    """Of the log nobody opens another file, and its lines have two names."""
    calls = [
        (path, node, ast.unparse(node.func))
        for path in ALL_MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
    ]
    named = {
        node.args[0].value
        for _, node, name in calls
        if name == "logging.getLogger" and isinstance(node.args[0], ast.Constant)
    }
    own = {name for name in named if name.startswith("ccsp")}
    assert own == {"ccsp", "ccsp.refused"}
    assert all(f"lines of `{name}`" in section("Journals and log") for name in own)
    begun = [(path, node) for path, node, name in calls if name == "logging.basicConfig"]
    assert [path for path, _ in begun] == ["dashboard/log.py"]
    assert {one.arg for one in begun[0][1].keywords} == {"level", "format"}
    assert [
        path for path, _, name in calls if name.endswith(("Handler", "fileConfig", "dictConfig"))
    ] == []
    journals = {f"table `{name}`" for name in Base.metadata.tables if "journal" in name}
    assert journals <= {one[0] for one in rows("Journals and log")}


def people(line: str) -> set[str]:
    """Who has a control, without how often."""
    return {one.partition("×")[0] for one in line.rpartition(" | ")[2].split()}


def test_whoever_is_signed_in_signs_out_on_every_page():
    """By the list of what can be pressed, which is what pages have: tests/browser/test_walk.py."""
    listed = (ROOT / "tests/browser/controls.txt").read_text(encoding="utf-8")
    pages = re.split(r"\n\n(?=\S)", listed)[1:]
    assert len(pages) > 10
    for page in pages:
        name, *lines = page.splitlines()
        who = set().union(*map(people, lines)) - {"reader"}
        out = [line for line in lines if line.startswith("  button « Se déconnecter » (top) | ")]
        assert who and set().union(*map(people, out)) == who, name


def test_nothing_is_shown_of_a_fault_but_its_number():
    told = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert (
        told["client"]["showErrorDetails"] == "none" and told["client"]["showErrorLinks"] is False
    )
    assert told["client"]["toolbarMode"] == "minimal" and told["logger"]["level"] == "warning"
    calls = [n for n in ast.walk(tree("server.py")) if isinstance(n, ast.Call)]
    for name in ("App", "Config"):
        (call,) = [n for n in calls if ast.unparse(n.func).rpartition(".")[2] == name]
        assert {"debug", "reload"}.isdisjoint({k.arg for k in call.keywords}), name
