"""Who may import whom, read from the syntax tree; and what is true of every module. See CONTRIBUTING.md."""

import ast
import inspect
import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from dashboard.settings import ROOT
from db import read
from tests.conftest import OutsideRequest

SCREEN = {"streamlit", "folium", "streamlit_folium"}
PURE = (
    "dashboard/indicators/",
    "dashboard/statistics/",
    "dashboard/judgement/",
    "dashboard/forms/",
    "dashboard/charts/",
    "dashboard/exports/",
)
COLOURLESS = ("dashboard/indicators", "dashboard/statistics", "dashboard/forms")
# What of db each part of dashboard may take; the others its codes and shapes alone. Only answers read, only
# actions write, and the command line does both.
READERS = {
    "db.codes", "db.day_facts", "db.day_states", "db.engine", "db.error_messages", "db.facts", "db.known_forms", "db.lost_time",
    "db.monthly_returns", "db.network_state", "db.quality_acknowledgements", "db.read", "db.register_rows", "db.server_state",
    "db.shared_types", "db.simulated_chances", "db.site_complaints", "db.table_descriptions", "db.unanswered_searches",
    "db.weekday_waits",
    "db.working_days"
}  # fmt: skip
WRITERS = {
    "db.accounts_and_sessions", "db.batch_changes", "db.batch_effects", "db.codes", "db.complaint_texts", "db.file_spellings",
    "db.error_messages", "db.intake", "db.list_changes", "db.quality_checks", "db.reference_changes", "db.reference_effects",
    "db.reminders", "db.retention", "db.shared_types", "db.simulated_chances", "db.site_changes", "db.site_complaints",
    "db.targets_and_decisions", "db.unanswered_searches", "db.upload_previews", "db.uploads", "db.working_days", "db.write"
}  # fmt: skip
ASK_THE_DATABASE = {
    # What is new is told of what was known then.
    "dashboard/answers/": READERS | {"db.declared_then", "db.known_then", "db.monthly_visits"},
    "dashboard/actions/": WRITERS,
    # Who may come in, and nothing of the data.
    "dashboard/accounts/": {
        "db.accounts_and_sessions",
        "db.codes",
        "db.engine",
        "db.erasures",
        "db.error_messages",
        "db.provider_identities",
        "db.write",
        "db.write_lock",
    },  # fmt: skip
    # Whether it serves, who may come in, and its copies.
    "dashboard/server_check/": {"db.server_facts"},
    # A command says what went wrong and on which version, as those of db do.
    "dashboard/__main__.py": READERS | WRITERS | {"db.console", "db.schema"},
}
# What db may take from dashboard: settings, periods, words that agree, and one definition of a quantile.
DB_MAY_USE = {
    "dashboard.settings",
    "dashboard.period",
    "dashboard.french",
    "dashboard.statistics.quantile",
}
# They bring files in, or know what files write.
READ_RETURNS = {
    "db/command_arguments.py",
    "db/intake.py",
    "db/uploads.py",
    "db/file_spellings.py",
    "db/site_changes.py",
}
# Questions of db.read whose answer holds no row of a site: they need not be told whose sites may be seen. What is set
# for a scope (targets, new starts, decisions) is cut to it by whoever asks.
WITHOUT_SITES = {
    "of_version",
    "as_date",
    "services",
    "service_deadlines",
    "directors",
    "terms",
    "communes",
    "holiday_changes",
    "boundary",
    "version",
    "changed_sites",
    "moment_sql",
    "moved_sites",
    "moved_visit_days",
    "extent",
    "segments",
    "is_demo",
    "covering_days_ahead",
    "coverage",
    "data_as_of",
    "dated_ahead",
    "targets",
    "rebases",
    "decisions",
    "stories",
    "story_keepers",
    "story",
}


def modules(*folders: str) -> list[str]:
    """The Python files of the folders, as paths from the root."""
    return sorted(p.relative_to(ROOT).as_posix() for f in folders for p in (ROOT / f).rglob("*.py"))


ALL_MODULES = [
    *modules("db", "dashboard", "pages", "scripts"),
    *(p.name for p in ROOT.glob("*.py")),
]
# In dashboard/web, what stands around Streamlit, or reads its messages.
STREAMLIT_IN_WEB = {f"dashboard/web/{name}.py" for name in ("gate", "file_grants", "open_pages")}
ENTRANCES = {p.name for p in ROOT.glob("*.py")}  # streamlit_app.py, and what starts the server


def for_each(names: list[str]) -> Callable[[Callable[[str], None]], Callable[[], None]]:
    """One test that a check holds for each of some modules, and that names every one for which it does not: they are so
    many that a test for each would take longer than what it looks at."""
    assert names

    def decorated(check: Callable[[str], None]) -> Callable[[], None]:
        def test() -> None:
            wrong = {}
            for name in names:
                try:
                    check(name)
                except AssertionError as error:
                    wrong[name] = error
            if wrong:
                pytest.fail("\n\n".join(f"{name}: {error}" for name, error in wrong.items()))

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return decorated


@cache
def tree(path: str) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


@cache
def imports(path: str) -> frozenset[str]:
    """Everything that a file imports, wherever the statement stands: `from db import read` is db and db.read."""
    return frozenset(_imports(path))


def _imports(path: str) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} uses a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def uses(path: str, *names: str) -> set[str]:
    """What of these packages or modules a file imports."""
    return {i for i in imports(path) if any(i == n or i.startswith(f"{n}.") for n in names)}


def below(path: str, module: str) -> set[str]:
    """The modules of ours that a file takes from a package, without the names inside them."""
    return {
        i for i in uses(path, module) if (ROOT / i.replace(".", "/")).with_suffix(".py").exists()
    }


def test_the_reader_of_imports_reads_them_all():
    assert {"db.read", "db.console", "db.console.system_user"} <= imports("dashboard/__main__.py")
    assert below("dashboard/__main__.py", "db") == {
        "db.codes",
        "db.read",
        "db.console",
        "db.facts",
        "db.schema",
        "db.shared_types",
        "db.targets_and_decisions",
        "db.write",
    }


@for_each(ALL_MODULES)
def test_only_screens_import_streamlit_or_folium(path):
    if (
        not path.startswith(("dashboard/ui/", "pages/"))
        and path not in ENTRANCES | STREAMLIT_IN_WEB
    ):
        assert not uses(path, *SCREEN)


@for_each(modules("dashboard/web"))
def test_what_is_answered_without_streamlit_s_pages_imports_nothing_that_draws(path):
    assert not uses(path, "dashboard.ui", "pages", "folium", "streamlit_folium")
    assert bool(uses(path, "streamlit")) == (path in STREAMLIT_IN_WEB)


@for_each(modules("dashboard/ui", "pages"))
def test_what_draws_knows_nothing_of_the_gate(path):
    """Who asks, the sentences of errors and the names of filters stand below both."""
    assert not uses(path, "dashboard.web")


@for_each(modules("pages"))
def test_a_page_imports_only_answers_the_screen_s_parts_and_the_table_of_contents(path):
    ours = uses(path, "db", "dashboard", "pages", "scripts")
    allowed = ("dashboard.ui", "dashboard.answers", "dashboard.navigation")
    assert all(i.startswith(allowed) or i == "dashboard" for i in ours), ours
    assert not uses(path, "sqlalchemy")


@for_each(modules("pages"))
def test_a_page_reads_like_a_table_of_contents(path):
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= 60
    assert not any(isinstance(n, ast.ClassDef) for n in ast.walk(tree(path))), (
        "a page is run, not imported: no class"
    )


@for_each(modules("dashboard/ui", "pages"))
def test_what_a_button_does_is_a_callback(path):
    """A run is broken off where the page asks for something else: what it had not done yet is lost. Callbacks are not."""
    buttons = [
        n
        for n in ast.walk(tree(path))
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr in ("button", "form_submit_button")
        # Our own act where their address is asked for, or say to the page that it is to run.
        and not ast.unparse(n.func).startswith(("downloads.", "panel_picture.", "presentation."))
    ]
    acting = {
        ast.unparse(n.args[0])
        for n in buttons
        if "on_click" not in {keyword.arg for keyword in n.keywords}
    }
    assert acting <= {"'Lire'"}  # shows words for one run, and changes nothing


@for_each(modules("dashboard/ui", "pages"))
def test_one_module_draws_tables(path):
    """By which a long one is shown a page at a time, whatever page it stands on; a calendar has a row a site, and no pages."""
    if path not in ("dashboard/ui/tables.py", "dashboard/ui/day_calendar.py"):
        calls = {ast.unparse(n.func) for n in ast.walk(tree(path)) if isinstance(n, ast.Call)}
        assert not calls & {"st.table", "st.dataframe", "st.data_editor"}
        assert "<table" not in (ROOT / path).read_text(encoding="utf-8")


def test_no_script_lies_directly_in_pages():
    """Streamlit would open it by itself, without the frame that knows who is asking."""
    assert list((ROOT / "pages").glob("*.py")) == []


@for_each(modules("dashboard"))
def test_only_answers_read_the_database_and_only_actions_write_to_it(path):
    allowed = next(
        (of for where, of in ASK_THE_DATABASE.items() if path.startswith(where)),
        {"db.codes", "db.shared_types"},
    )
    assert below(path, "db") <= allowed
    if path.startswith(PURE):
        assert not uses(path, "sqlalchemy", "sqlite3", "psycopg")
        assert not uses(path, "dashboard.ui", "dashboard.answers", "dashboard.actions")


@for_each(modules("dashboard/answers", "dashboard/actions"))
def test_answers_and_actions_know_nothing_of_screens(path):
    assert not uses(path, *SCREEN, "dashboard.ui", "pages")
    if path.startswith("dashboard/answers/"):
        assert not uses(path, "dashboard.actions")


NAMES = {
    path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
    for path in ALL_MODULES
}


def taken(name: str) -> set[str]:
    """The modules of ours that a module imports. `from package import module` takes the module."""
    modules = {i for i in imports(NAMES[name]) if i in NAMES and i != name}
    return {i for i in modules if not any(j.startswith(f"{i}.") for j in modules)}


def test_no_two_modules_import_each_other():
    """Nor three or more in a circle, wherever the statements stand."""
    rest = {name: taken(name) for name in NAMES}
    while free := {name for name, of in rest.items() if not of & rest.keys()}:
        rest = {name: of for name, of in rest.items() if name not in free}
    assert not rest, sorted(rest)


# From the ground up: a part imports from those below it, and from itself.
LAYERS = (
    {"dashboard.metrics", "dashboard.clock"},
    {
        "db.codes",
        "dashboard.settings",
        "dashboard.french",
        "dashboard.palette",
        "dashboard.limited_process",
        "dashboard.limited_process_child",
        "dashboard.log",
        "dashboard.memory",
        "dashboard.one_run_at_a_time",
    },
    {"dashboard.partial_counts", "dashboard.public_files"},
    {"db.shared_types", "dashboard.period", "dashboard.statistics"},
    {"dashboard.indicators", "dashboard.forms"},
    {"db", "dashboard.wording", "dashboard.map_classes"},
    {"dashboard.judgement", "dashboard.accounts"},
    {"dashboard.charts", "dashboard.filter_names", "dashboard.navigation", "dashboard.stories"},
    {"dashboard.panel", "dashboard.search"},
    {"dashboard.exports"},
    {"dashboard.answers"},
    {"dashboard.actions", "dashboard.error_messages", "dashboard.request_identity"},
    {"dashboard.web"},
    {"dashboard.ui", "dashboard.accounts_command", "dashboard.server_check"},
    {"dashboard.__main__"},
    {"pages", "streamlit_app", "server"},
    {"scripts"},
)
HEIGHT = {part: height for height, parts in enumerate(LAYERS) for part in parts}


def part(name: str) -> str:
    """The part of LAYERS that a module belongs to: the longest name that begins its own."""
    return max((p for p in HEIGHT if f"{name}.".startswith(f"{p}.")), key=len, default=name)


@for_each([n for n in NAMES if n != "dashboard"])
def test_no_part_imports_from_a_higher_one(name):
    assert part(name) in HEIGHT, f"{name} has no place in LAYERS"
    above = {
        i
        for i in taken(name) - {"dashboard"}
        if part(i) != part(name) and HEIGHT[part(i)] >= HEIGHT[part(name)]
    }
    assert not above


@for_each(modules("db"))
def test_db_knows_nothing_of_screens_and_little_of_the_dashboard(path):
    allowed = DB_MAY_USE | (
        {m for m in below(path, "dashboard") if m.startswith("dashboard.forms.")}
        if path in READ_RETURNS
        else set()
    )
    assert below(path, "dashboard") <= allowed
    assert not uses(path, "pages", "streamlit_app", *SCREEN)


def test_one_function_writes_the_journal():
    writers = {
        path
        for path in ALL_MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node) == "insert(Journal)"
    }
    assert writers == {"db/journal.py"}


# What tells the time by itself: of the house only its clock, and what a provider of identities says, who has a clock of his own.
TELL_THE_TIME = {
    "datetime": {"now", "today", "utcnow"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"},
}
CLOCKS = {
    "dashboard/period.py": ["datetime.now(BENIN)"],
    "dashboard/accounts/identity_provider.py": ["time.time()"],
    "dashboard/accounts/sign_in_flow.py": ["time.time()"] * 2,
    "dashboard/web/sign_in_by_provider.py": ["time.time()"] * 2,
    "db/backup_files.py": ["time.time()"],  # how old a file is
}
# A database's clock, and a browser's where more is asked of it than how long something took.
OTHER_CLOCKS = re.compile(
    r"\b(?:current_(?:date|time|timestamp)|clock_timestamp|statement_timestamp|localtimestamp)\b|\bnow\(\)::"
    r"|SELECT now\(|\bfunc\.(?:now|current_\w+)|(?:datetime|date|julianday|strftime|unixepoch)\((?:'%[^']*', *)?'now'"
    r"|new Date\(\s*\)|new Date\(Date\.now|toLocaleDateString",
    re.IGNORECASE,
)


def told_the_time(path: str) -> list[str]:
    """The calls of a file that ask a machine's clock."""
    return [
        ast.unparse(node)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute)
        if node.func.attr in TELL_THE_TIME.get(ast.unparse(node.func.value).rpartition(".")[2], ())
    ]


def test_the_house_has_one_clock():
    """Else it would be one day here and another there, and tests that stand on a day would not."""
    written_once = "db/migrations/versions/"  # each ran on the day that it ran
    asked = {p: told_the_time(p) for p in ALL_MODULES if not p.startswith(written_once)}
    assert {path: calls for path, calls in asked.items() if calls} == CLOCKS
    renamed = {
        path
        for path in asked
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module in TELL_THE_TIME
        if {a.name for a in node.names} & TELL_THE_TIME["time"]
        and node.module == "time"
        or any(a.asname for a in node.names)
    }
    assert renamed == set(), "a clock under another name is not found here"


def test_neither_a_database_nor_a_browser_says_which_day_it_is():
    """But for the moment of a sign-in, where several servers of one PostgreSQL have to agree."""
    scripts = [p for p in (ROOT / "static").rglob("*.js") if "leaflet" not in p.parts]
    texts = {p: (ROOT / p).read_text(encoding="utf-8") for p in ALL_MODULES}
    texts |= {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in scripts}
    assert len(scripts) > 3
    found = {p: OTHER_CLOCKS.findall(t) for p, t in texts.items() if OTHER_CLOCKS.search(t)}
    assert found == {"db/accounts_and_sessions.py": ["clock_timestamp"]}


def test_frames_import_nothing_of_ours():
    assert not uses("db/codes.py", "db", "dashboard")


@for_each(["dashboard/palette.py", "dashboard/french.py"])
def test_the_palette_and_the_language_import_nothing_of_ours(path):
    assert not uses(path, "db", "dashboard")


@for_each(modules(*COLOURLESS))
def test_what_works_out_figures_knows_no_colour(path):
    assert not uses(path, "dashboard.palette")


def public(path: str) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Functions and classes that others may call, and public methods of such classes."""
    for node in tree(path).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    m
                    for m in node.body
                    if isinstance(m, ast.FunctionDef) and not m.name.startswith("_")
                )


@for_each([p for p in modules("db", "dashboard") if "migrations/versions" not in p])
def test_what_others_may_call_says_what_it_does(path):
    model = path == "db/models.py"  # a table's columns say it, and its comments
    silent = [
        n.name
        for n in public(path)
        if not ast.get_docstring(n) and not (model and isinstance(n, ast.ClassDef))
    ]
    assert silent == []


@for_each(ALL_MODULES)
def test_a_module_says_what_it_is_and_is_named_for_it(path):
    empty = not (ROOT / path).read_text(encoding="utf-8").strip()
    assert empty or ast.get_docstring(tree(path))
    assert Path(path).stem not in {
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "manager",
        "misc",
    }


def test_every_question_about_sites_must_say_whose_sites():
    questions = {
        name: f
        for name, f in vars(read).items()
        if inspect.isfunction(f) and f.__module__ == read.__name__ and not name.startswith("_")
    }
    assert len(questions) > 15
    for name in questions.keys() - WITHOUT_SITES:
        parameter = inspect.signature(questions[name]).parameters.get("sites")
        assert parameter is not None, f"db.read.{name} does not ask whose sites"
        assert parameter.default is inspect.Parameter.empty, (
            f"db.read.{name} has a default for sites"
        )


WATCH = """
import importlib, sys
from pathlib import Path
root = Path.cwd().resolve()
def watch(event, arguments):
    if event in ("sqlite3.connect", "socket.connect", "subprocess.Popen"):
        print(event, arguments)
    elif event == "open" and isinstance(arguments[0], str):
        path = Path(arguments[0]).absolute()
        own = root in path.parents and not {".venv", "__pycache__"} & set(path.parts)  # bytecode is Python's own affair
        if own and path.suffix != ".py":
            print(event, path)
names = sys.argv[1:]
import numpy, pandas, sqlalchemy, alembic.config, streamlit, folium, streamlit_folium, holidays, babel, openpyxl
sys.addaudithook(watch)
for name in names:
    importlib.import_module(name)
"""


def test_importing_opens_no_database_no_file_and_no_network():
    skipped = (
        "db/migrations/",
        "dashboard/forms/workbook_child.py",
    )  # run by others, in their own way
    names = [
        p.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for p in modules("db", "dashboard")
        if not p.startswith(skipped)
    ]
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *names], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr[-500:]


OTHER_DOORS = re.compile(
    r"""streamlit["', ]+run\b|streamlit\.web\.(bootstrap|cli)|\.run_asgi_app|import uvicorn|(?<!from )uvicorn\.\w"""
    r"""|from uvicorn\.(?!protocols\.|config import|server import ServerState\b)"""
    r"""|uvicorn["', ]+\S+:\w|-m["', ]+uvicorn"""
)


def test_there_is_one_door():
    """Nothing but server.py starts a server, so that what tests see is what people get."""
    kinds = {".py", ".toml", ".md", ".cfg", ".sh", ".service", ".yml", ".yaml", ".js", ""}
    ours = [
        p
        for top in ROOT.iterdir()
        if not top.name.startswith((".venv", ".git")) and top.name != "data"
        for p in ([top] if top.is_file() else top.rglob("*"))
        if p.is_file() and p.suffix in kinds
    ]
    assert ROOT / "Makefile" in ours and ROOT / "tests/browser/served.py" in ours
    doors = {
        p.relative_to(ROOT).as_posix()
        for p in ours
        if OTHER_DOORS.search(p.read_text(encoding="utf-8", errors="replace"))
    }
    assert doors == {"server.py", "tests/test_architecture.py"}
    for command in (
        '"-m", "streamlit", "run"',
        "streamlit run server.py",
        "uvicorn server:app",
        "python -m uvicorn server:app",
        '"-m", "uvicorn", "server:app"',
    ):
        assert OTHER_DOORS.search(command)


def test_a_test_cannot_leave_this_machine():
    for address in (("192.0.2.1", 80), ("example.org", 80)):
        with socket.socket() as outside, pytest.raises(OutsideRequest):
            outside.connect(address)
    with socket.socket() as inside, pytest.raises(ConnectionRefusedError):
        inside.connect(("127.0.0.1", 1))


# --- what the house does not do, which docs/asvs.md rests on --------------------------------------------------------------
REFUSED = """
import hashlib, os, pickle, random, ssl, subprocess, requests
def f(x, connection):
    eval(x)  # S307
    exec(x)  # S102
    pickle.loads(x)  # S301
    random.random()  # S311
    hashlib.md5(x)  # S324
    requests.get(x, timeout=1, verify=False)  # S501
    ssl.wrap_socket(ssl_version=ssl.PROTOCOL_TLSv1)  # S502
    subprocess.run(x, shell=True)  # S602
    os.system(x)  # S605
    connection.execute(f"SELECT a FROM b WHERE c = '{x}'")  # S608
"""


@pytest.mark.parametrize(
    "path",
    ["dashboard/ui/some.py", "dashboard/web/some.py", "db/some.py", "pages/some.py", "server.py"],
)
def test_make_lint_refuses_what_runs_words_reads_objects_or_trusts_anybody(path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--output-format=json",
            f"--stdin-filename={path}",
            "-",
        ],
        cwd=ROOT,
        input=REFUSED,
        capture_output=True,
        text=True,
    )
    found = {(one["location"]["row"], one["code"]) for one in json.loads(done.stdout)}
    wanted = {
        (row, line.rpartition("# ")[2])
        for row, line in enumerate(REFUSED.split("\n"), 1)
        if "# S" in line
    }
    assert len(wanted) == 10 and wanted <= found


# Who may speak with others, or with what is not Python; nobody else does.
SPEAK = {
    "requests": {
        "dashboard/accounts/provider_client.py",
        "dashboard/accounts/identity_provider.py",
    },
    "socket": {"dashboard/accounts/provider_client.py", "scripts/start.py", "server.py"},
    "subprocess": {
        *(
            "dashboard/exports/pdf.py",
            "dashboard/forms/workbook.py",
            "dashboard/limited_process.py",
            "dashboard/server_check/machine.py",
            "db/copy_encryption.py",
            "db/server_facts.py",
            "db/postgresql_dump.py",
        ),
        *(
            "scripts/audit.py",
            "scripts/prepare.py",
            "scripts/release.py",
            "scripts/run_tests.py",
            "db/migrations/__main__.py",
        ),
    },
    "ctypes": {"dashboard/memory.py"},
}
# What nobody does: other ways out, objects read from bytes, directories, mail, memcache, logs elsewhere.
NEVER = (
    "aiohttp", "dill", "ftplib", "graphql", "http.client", "http.server", "httpx", "imaplib", "joblib", "ldap", "ldap3",
    "logging.handlers", "marshal", "memcache", "pickle", "poplib", "pylibmc", "pymemcache", "shelve", "smtplib", "strawberry",
    "telnetlib", "urllib.request", "xmlrpc", "yaml", "mako", "aiortc",
)  # fmt: skip


TEMPLATES = "dashboard/web/html_templates.py"


def test_who_speaks_with_others_is_named_and_nobody_else_does():
    assert {name: {p for p in ALL_MODULES if uses(p, name)} for name in SPEAK} == SPEAK
    assert {p: found for p in ALL_MODULES if (found := uses(p, *NEVER))} == {}
    # One environment of templates, in which every text is escaped: tests/web/test_html_templates.py.
    assert {p for p in ALL_MODULES if uses(p, "jinja2", "markupsafe")} == {TEMPLATES}


def test_nothing_that_is_shipped_needs_a_test_or_what_only_tests_need():
    pinned = re.compile(r"^([A-Za-z0-9_-]+)", re.MULTILINE)
    wanted = {
        name: set(pinned.findall((ROOT / f"{name}.txt").read_text(encoding="utf-8")))
        for name in ("requirements", "requirements-dev")
    }
    only = {
        n.lower().replace("-", "_") for n in wanted["requirements-dev"] - wanted["requirements"]
    }
    assert {"pytest", "playwright", "mypy"} <= only
    # pip_audit is called by `make lint`, as a program; one module is a plugin of pytest, which `make test` alone loads.
    assert {p: found for p in ALL_MODULES if (found := uses(p, "tests", *only))} == {
        "scripts/failure_list.py": {"pytest"}
    }


# Names by which a pattern or a template is made that are no constants: of lists of our own, and in one module alone.
MADE = {
    "dashboard/exports/png.py": {"name"},
    "db/error_messages.py": {"pattern"},
    "db/key_spelling.py": {"signs"},
}


def grammars(path: str) -> Iterator[str]:
    """By what names a file makes what it gives to `re` as a pattern, or fills in with `format`; without constants."""
    for node in ast.walk(tree(path)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        pattern = isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.args
        if pattern or (node.func.attr == "format" and isinstance(node.func.value, ast.JoinedStr)):
            made = node.args[0] if pattern else node.func.value
            yield from (
                one.id
                for one in ast.walk(made)
                if isinstance(one, ast.Name) and not one.id.isupper()
            )


def test_no_pattern_and_no_template_is_made_of_what_somebody_wrote():
    assert {path: made for path in ALL_MODULES if (made := set(grammars(path)))} == MADE


def test_our_scripts_compare_strictly_and_write_under_no_name_from_data():
    """A name that comes with data may be __proto__: what is kept by such names is kept in a Map."""
    scripts = [p for p in (ROOT / "static").rglob("*.js") if "leaflet" not in p.parts]
    assert len(scripts) > 3
    forbidden = re.compile(
        r"(?<![=!<>])==(?!=)|(?<!!)!=(?!=)|__proto__|\w\[[^\]'\"]+\]\s*=(?![=>])|\beval\(|new Function"
        r"|localStorage|sessionStorage|indexedDB|document\.cookie"
    )
    texts = {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in scripts}
    assert {p: found for p, text in texts.items() if (found := forbidden.findall(text))} == {}
    for wrong in ("a == b", "a != b", "a[name] = 1", "localStorage.x"):
        assert forbidden.search(wrong)
