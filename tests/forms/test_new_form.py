"""A form is one entry and its table: one is added to a copy of the project by the README's steps, and works."""

import json
from pathlib import Path

import pytest

from tests.project import copied, run

ENTRY = """
    Format(
        "suggestions",
        "Registre des suggestions",
        date(2026, 11, 24),
        (
            Column(
                "Numéro", "number", "text", "numéro de la suggestion", required=True, most=REFERENCE
            ),
            SITE,
            Column("Faite le", "made_on", "day", "JJ/MM/AAAA", required=True),
            Column(
                "Sujet",
                "topic",
                Words({"accueil": "welcome", "délai": "delay"}, "accueil, délai ou rien"),
                "accueil, délai, ou vide",
            ),
            Column("Suggestion", "words", "text", "texte court", blank=""),
        ),
        key=("site_id", "number"),
        day="made_on",
    ),
)
FORMATS = {"""
MODEL = '''
class Suggestion(FormRow):
    """What a user would like to see done otherwise."""

    __tablename__ = "suggestion"
    form = "suggestions"
    replaces = Replaces.DAY
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    number: Mapped[str] = mapped_column(Text)
    made_on: Mapped[date] = mapped_column(Date)
    topic: Mapped[str | None] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text)
    __table_args__ = (UniqueConstraint("site_id", "number", "batch_id"),)


# --- what is computed'''
ROW = "| suggestions | **Numéro**, **Centre**, **Faite le**, Sujet, Suggestion |\n| registre |"
HEADINGS = "Numéro;Centre;Faite le;Sujet;Suggestion\n"
FIRST = "S-1;ccsp-kandi;03/03/2025;accueil;un banc\nS-2;ccsp-kandi;03/03/2025;délai;\n"
CORRECTED = "S-1;ccsp-kandi;03/03/2025;accueil;un banc à l'ombre\n"
FAULTY = "S-3;ccsp-kandi;hier;humeur;x\n"


def replace(path: Path, before: str, after: str) -> None:
    """Write `after` where `before` stands, once."""
    content = path.read_text(encoding="utf-8")
    assert content.count(before) == 1
    path.write_text(content.replace(before, after), encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the project with one form more."""
    path = copied(tmp_path_factory.mktemp("project"))
    replace(path / "dashboard/forms/formats.py", "\n)\nFORMATS = {", ENTRY)
    replace(path / "db/models.py", "\n# --- what is computed", MODEL)
    written = run(path, "-m", "db.migrations", "Register of suggestions")
    assert written.returncode == 0, written.stderr
    assert (path / written.stdout.strip()).is_file()
    replace(path / "docs/guide.md", "| registre |", ROW)
    return path


# Each command as the command line runs it, then what stands in the new table.
SESSION = """
import contextlib, io, json, sys
from sqlalchemy import text
from dashboard.settings import load_settings
from db.__main__ import main
from db.engine import make_engine
engine, answers = make_engine(load_settings().database_url), []
query = "SELECT number, topic, words FROM suggestion WHERE superseded_by IS NULL ORDER BY number"
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        main(arguments)
    with engine.connect() as connection:
        answers.append((said.getvalue(), [list(row) for row in connection.execute(text(query))]))
print(json.dumps(answers))
"""


def test_a_new_form_is_read_corrected_and_withdrawn(project, databases, tmp_path):
    files = {"first": FIRST, "corrected": CORRECTED, "faulty": FAULTY}
    for name, lines in files.items():
        (tmp_path / f"{name}.csv").write_text(HEADINGS + lines, encoding="utf-8")
        files[name] = str(tmp_path / f"{name}.csv")
    commands = (
        ("init",),
        ("import", files["first"], "--as-of", "2025-03-04"),
        ("import", files["corrected"], "--as-of", "2025-03-05"),
        ("status", "--json"),
        ("withdraw", "2"),
        ("import", files["faulty"]),
        ("verify",),
    )
    with databases.fresh(empty=True) as url:
        done = run(project, "-c", SESSION, json.dumps(commands), DATABASE_URL=url)
    assert (done.returncode, done.stderr) == (0, "")
    _, first, corrected, status, withdrawn, faulty, verified = json.loads(done.stdout)
    assert "suggestions, 2 lignes importées (lot 1)" in first[0]
    assert first[1] == [["S-1", "welcome", "un banc"], ["S-2", "delay", ""]]
    assert "gardées : 1 (ccsp-kandi, 2025-03-03, S-2)" in corrected[0]
    assert corrected[1] == [["S-1", "welcome", "un banc à l'ombre"], ["S-2", "delay", ""]]
    assert json.loads(status[0])["forms"]["suggestions"]["rows"] == 3
    assert withdrawn[1] == first[1]
    assert "colonne « Faite le »" in faulty[0] and "accueil, délai ou rien attendu" in faulty[0]
    assert faulty[1] == first[1] and "0 différence" in verified[0]


def test_the_project_s_own_tests_take_the_new_form_in(project):
    """Its table by the migration is the model's; what is true of every form is true of it; the guide names it."""
    own = (
        "tests/test_registries.py",
        "tests/test_papers.py",
        "tests/forms/test_cells.py",
        "tests/forms/test_limits.py",
        "tests/db/test_migrations.py",
        "tests/db/test_versions.py",
    )
    # Of the tests of versions, those that go from one version of the tables to another.
    chosen = "suggestions or migrations or revision or first_release"
    answer = run(project, "-m", "pytest", "-q", "-n", "0", *own, "-k", chosen, CCSP_NO_POSTGRES="1")
    assert answer.returncode == 0, answer.stdout[-2000:]
    for command in (("check",), ("format", "--check")):
        answer = run(project, "-m", "ruff", *command, "db", "dashboard/forms")
        assert answer.returncode == 0, answer.stdout
