"""The papers say what the code does: settings, commands, forms, words, decisions, pages."""

import argparse
import ast
import importlib
import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from dashboard import palette
from dashboard.__main__ import parser as figures_parser
from dashboard.forms.formats import FORMATS
from dashboard.indicators import INDICATORS
from dashboard.navigation import PAGES
from dashboard.settings import ROOT, fields_by_name, setting_bounds
from db.__main__ import main
from db.command_arguments import parser as db_parser
from scripts.prepare import COMMANDS

README, GUIDE, WORDS, DECISIONS = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "docs/guide.md", "WORDS.md", "DECISIONS.md")
)
SETTINGS, COMMANDS_PAPER, TESTING, HOUSE, STRAIGHT_LINE = (
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    for name in ("settings", "command-line", "testing", "house", "straight-line")
)
# What engineers read, of which every path, link and command is to be true. Of DECISIONS, which tell of what was, links alone.
ENGINEERS = [
    "README.md",
    "CONTRIBUTING.md",
    *(
        f"docs/{name}.md"
        for name in (
            "settings",
            "command-line",
            "installing",
            "security",
            "asvs",
            "testing",
            "house",
            "straight-line",
            "pitfalls",
        )
    ),
]
WORD_ROWS = [line.split("|") for line in WORDS.splitlines() if line.startswith("| ")][2:]
PINNED = re.compile(r"([a-z0-9-]+)==\S+( ; .+)?")


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands of a command line, by name."""
    return next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction)).choices


def requirement_names(file: Path) -> set[str]:
    """Names of the packages that a requirements file asks for by itself."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return {
        re.split(r"[=\[ ]", line)[0].lower()
        for line in lines
        if line and not line.startswith(("#", "-"))
    }


def test_the_readme_is_read_in_ten_minutes_and_the_words_in_five():
    assert len(README.split()) <= 1_800
    assert len(WORD_ROWS) <= 80


@pytest.mark.parametrize("paper", [*ENGINEERS, "DECISIONS.md", "WORDS.md"])
def test_every_link_between_papers_leads_somewhere(paper):
    path = ROOT / paper
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"\w+:", target):
            continue
        file, _, heading = target.partition("#")
        to = (path.parent / file).resolve() if file else path
        if not to.exists() or (heading and heading not in anchors(to)):
            wrong.append(target)
    assert wrong == []


def anchors(paper: Path) -> set[str]:
    """What a link may lead to within a paper: its headings, as where papers are shown they are named."""
    heads = re.findall(r"^#+ (.+)$", paper.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("paper", ENGINEERS)
def test_every_file_that_a_paper_names_is_there(paper):
    """Paths from the root, of the folders that hold what we write; `pages/<section>/` and what is made later are none."""
    text = (ROOT / paper).read_text(encoding="utf-8")
    named = re.findall(r"`((?:dashboard|db|docs|pages|scripts|static|tests)/[\w./-]*)[`:]", text)
    made = ("static/leaflet", "static/ccsp-map.js", "static/departments.js")
    assert [p for p in named if not (ROOT / p).exists() and not p.startswith(made)] == []


@pytest.mark.parametrize("row", [row for row in HOUSE.splitlines() if row.startswith("| `")])
def test_every_module_of_the_house_stands_where_its_row_says(row):
    _, where, what, _ = row.split("|")
    folders = re.findall(r"`([\w/]+/)`", where)
    names = [name for name in re.findall(r"`([\w/]+\.(?:py|css))`", what) if "/" not in name]
    places = [ROOT / folder for folder in folders]
    assert [n for n in names if not any((place / n).exists() for place in places)] == []


@pytest.mark.parametrize("name", fields_by_name())
def test_the_papers_list_the_setting_with_its_default_and_its_bounds(name):
    row = next(line for line in SETTINGS.splitlines() if line.startswith(f"| `{name.upper()}` |"))
    _, _, default, meaning, _ = row.split("|")
    if between := setting_bounds(name):
        assert default.strip() == str(fields_by_name()[name].default)
        assert meaning.strip().endswith("({} to {})".format(*between))


def test_the_papers_list_no_setting_that_does_not_exist():
    names = re.findall(r"^\| `(\w+)` \|", SETTINGS, re.M)
    assert names == [name.upper() for name in fields_by_name()]


def test_the_papers_list_every_command_and_no_other():
    wanted = {f"python -m db {name}" for name in subcommands(db_parser())}
    wanted |= {f"python -m dashboard {name}" for name in subcommands(figures_parser())}
    found = set(re.findall(r"^\| `(python -m \w+ [\w-]+)", COMMANDS_PAPER, re.M))
    assert found == wanted


def test_the_papers_list_every_option_of_import():
    for action in subcommands(db_parser())["import"]._actions:
        for option in set(action.option_strings) - {"-h", "--help"}:
            assert f"\n| `{option}" in COMMANDS_PAPER


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda f: f.name)
def test_the_guide_names_the_form_and_gives_its_headings(form):
    row = next(line for line in GUIDE.splitlines() if line.startswith(f"| {form.name} |"))
    cells = [re.sub(r" \(.*\)", "", cell.strip()) for cell in row.split("|")[2].split(", ")]
    assert cells == [f"**{c.heading}**" if c.required else c.heading for c in form.columns]


def test_the_guide_says_every_rule_between_the_cells_of_a_row():
    """Each in the words with which a file is refused."""
    tree = ast.parse((ROOT / "dashboard/forms/checks.py").read_text(encoding="utf-8"))
    said = [
        node.value.elts[2].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple)
    ]
    assert len(said) >= 9
    assert [rule for rule in said if rule.rstrip(".") not in " ".join(GUIDE.split())] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.url_path)
def test_the_guide_says_what_the_page_shows(page):
    section = GUIDE.split("## Lire les pages")[1].split("\n## ")[0]
    assert re.search(rf"^- .*\*\*{page.title}[.*]", section, re.M)


@pytest.mark.parametrize(
    ("paper", "module", "parser"),
    [
        ("README.md", "db", db_parser),
        ("README.md", "dashboard", figures_parser),
        ("docs/installing.md", "db", db_parser),
        ("docs/security.md", "dashboard", figures_parser),
        ("docs/guide.md", "db", db_parser),
        ("docs/guide.md", "dashboard", figures_parser),
    ],
)
def test_every_command_written_in_a_paper_can_be_parsed(paper, module, parser):
    text = (ROOT / paper).read_text(encoding="utf-8")
    written = re.findall(rf"^(?:\.venv/bin/)?python -m {module} ([^(\n]+)", text, re.M)
    if paper == "docs/guide.md":  # in the others what stands in a sentence shows the grammar
        written += re.findall(rf"`python -m {module} ([^`]+)`", text)
    assert written
    for line in written:
        parser().parse_args(shlex.split(line))


def test_the_refusal_shown_in_the_guide_is_what_the_import_says(command, tmp_path):
    file = tmp_path / "three-problems.csv"
    file.write_text(
        "Centre;Date;Heure d'arrivée;Heure d'appel;Heure de fin;Type;Prestation;Sexe;Satisfait;Issue;Référence\n"
        ";03/03/2025;08:10;08:25;08:40;requête;;F;oui;servi;B-1\n"
        "ccsp-cove;hier;09:00;09:05;09:15;plainte;;M;non;servi;B-2\n"
        "gsru-cotonou;05/03/2025;10:00;8h;11:00;0;;F;;servi;B-3\n",
        encoding="utf-8",
    )
    said = command(main, "import", file)
    assert said.code == 1
    assert f"```\n{said.out}```" in GUIDE


def test_words_name_things_that_exist():
    source = "\n".join(
        f.read_text(encoding="utf-8")
        for folder in ("dashboard", "db")
        for f in (ROOT / folder).rglob("*.py")
    )
    assert all(len(row) == 5 for row in WORD_ROWS)
    names = {name for row in WORD_ROWS for name in re.findall(r"`(\w+)`", row[2])}
    assert names
    assert {name for name in names if not re.search(rf"\b{name}\b", source)} == set()


@pytest.mark.parametrize(
    "code", ["visits", "wait_p50", "wait_p90", "satisfaction", "complaints_30d", "coverage"]
)
def test_words_give_the_indicator_its_own_label(code):
    label = next(i.label for i in INDICATORS if i.code == code)
    row = next(line for line in WORDS.splitlines() if f"| `{code}` |" in line)
    assert row.split("|")[1].strip().split(" ")[0].lower() in label.lower()


def test_each_decision_is_short_and_says_what_would_end_it():
    entries = re.split(r"^## ", DECISIONS, flags=re.M)[1:]
    numbers = [int(e.split(".")[0]) for e in entries]
    assert numbers == sorted(set(numbers))
    ended = [int(n) for n in re.findall(r"^\| (\d+) \|", DECISIONS, re.M)]
    assert sorted(numbers + ended) == list(
        range(1, numbers[-1] + 1)
    )  # a number is never used twice, nor left out
    for entry in entries:
        assert len(entry.rstrip().splitlines()) <= 15, entry
        assert "\nWhat would end it: " in entry, entry


def test_every_requirement_is_pinned_once():
    lines = [
        line
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if line[0] != "#"
    ]
    assert all(PINNED.fullmatch(line) for line in lines)
    pinned = [line.split("==")[0] for line in lines]
    assert len(pinned) == len(set(pinned))
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert requirement_names(ROOT / name) <= set(pinned)
    assert (
        "-c constraints.txt" in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    )


def test_an_old_python_can_read_the_file_that_says_it_is_too_old():
    ast.parse((ROOT / "scripts" / "prepare.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_make_knows_every_command_and_the_papers_say_them():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split()
    assert sorted(targets) == sorted(COMMANDS) and f"\n{' '.join(targets)}:\n" in makefile
    assert [name for name in targets if f"\n| `make {name}" not in TESTING] == []
    assert [name for name in targets if f"# make {name}" not in makefile.replace(";  ", "# ")] == []


def test_the_hooks_before_a_commit_are_local_and_download_nothing():
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (.*)", text) == ["local"]
    entries = re.findall(r"entry: (.*)", text)
    assert [entry.split()[:2] for entry in entries] == [
        [".venv/bin/ruff", "check"],
        [".venv/bin/ruff", "format"],
        [".venv/bin/mypy"],
    ]
    assert re.findall(r"language: (.*)", text) == ["system"] * len(entries)


# ---- the 45 pitfalls --------------------------------------------------------------------------------------------

PITFALLS = [
    [cell.strip() for cell in line.split("|")[1:-1]]
    for line in (ROOT / "docs" / "pitfalls.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d", line)
]


@cache
def guards() -> dict[tuple[str, str], set[int]]:
    """The pitfalls that each test carries, by file and name."""
    found = {}
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                marks = re.findall(
                    r"pytest\.mark\.pitfall\((\d+)\)",
                    "\n".join(map(ast.unparse, node.decorator_list)),
                )
                found[file.relative_to(ROOT).as_posix(), node.name] = set(map(int, marks))
    return found


def test_every_pitfall_has_a_test_or_a_reason():
    states = {int(n): state for n, _, _, state in PITFALLS}
    assert len(PITFALLS) == 45 and list(states) == list(range(1, 46))
    marked = set().union(*guards().values())
    reasons = {n for n, state in states.items() if state == "reason"}
    assert len(reasons) <= 3 and not reasons & marked
    assert marked | reasons == set(states)
    assert marked == {n for n, state in states.items() if state.split(";")[0] == "marked"}


@pytest.mark.parametrize("row", PITFALLS, ids=lambda row: row[0])
def test_the_tests_named_for_a_pitfall_exist_and_carry_its_number(row):
    number, _, guard, state = row
    known, file, named = guards(), "", 0
    for path, name in re.findall(r"(tests/[\w/]+\.py)|`(test_\w+)`", guard):
        file = path or file
        if name:
            named += 1
            assert (file, name) in known, name
            assert (int(number) in known[file, name]) == (state.split(";")[0] == "marked"), name
    assert named or not state.startswith("marked")


STOPS = re.findall(r"^\| \d+ \| `([\w.]+)`", STRAIGHT_LINE, re.M)


@pytest.mark.parametrize("stop", STOPS)
def test_each_stop_of_the_straight_line_is_a_function_of_that_name(stop):
    module, _, name = stop.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


def test_the_guide_names_the_colours_of_signals_as_they_are():
    named = (palette.IMPROVEMENT, palette.ALERT, palette.CHANGE)
    words = ("amélioration", "alerte", "changement")
    said = [f"{c.french} : {word}" for c, word in zip(named, words, strict=True)]
    assert " ; ".join(said).capitalize() in GUIDE


def test_the_straight_line_goes_from_a_file_to_the_screen():
    assert STOPS[0].startswith("db.intake.") and STOPS[-1].startswith("dashboard.ui.")
    assert len(STOPS) == len(set(STOPS)) > 8


def test_an_example_of_an_address_is_no_link_in_the_guide():
    """Markdown makes one of a bare address: it would lead whoever reads the page to his own machine."""
    text = re.sub(
        r"`[^`]*`|\]\([^)]*\)", "", (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    )
    assert not re.findall(r"\w+://\S+|www\.\S+|\S+@\S+", text)
