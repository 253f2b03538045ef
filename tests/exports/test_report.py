"""`python -m dashboard report`: a story as files, by a command that a scheduler can run; all of it, or nothing and a reason."""

import json
import re
import stat
import zipfile
from dataclasses import replace

import openpyxl
import pptx
import pypdf
import pytest

from dashboard.__main__ import main
from dashboard.answers import context
from dashboard.exports import EXPORTS, pdf
from dashboard.exports.xlsx import FICTIVE
from dashboard.settings import load_settings
from dashboard.stories import READY, Step, Story, ready_story, to_json
from db.engine import make_engine
from db.targets_and_decisions import keep_story
from tests.builders import Said, shell


@pytest.fixture(scope="session")
def databases(sqlite):
    """One kind: what a story tells is the same on both, says tests/answers/test_both_databases.py."""
    return sqlite


@pytest.fixture(scope="module")
def url(databases):
    """The address of a database of fictitious data, and of a kept presentation."""
    with databases.fresh(visits=6_000) as found:
        engine = make_engine(found)
        keep_story(
            engine,
            "mes-centres",
            "Mes centres",
            to_json(
                Story(
                    "mes-centres",
                    "Mes centres",
                    (Step("chiffres"), Step("remontees", headline="Qui n'a pas clôturé ?")),
                    department="Zou",
                )
            ),
            "test",
        )
        engine.dispose()
        yield found
        context.close_databases()


@pytest.fixture
def run(url, monkeypatch, capsys):
    """run(address, *argv): `report` against a database, in this process, where the network is closed.

    What the module's own database answered is kept from one test to the next: it does not change.
    """

    def said(address: str, *argv) -> Said:
        monkeypatch.setenv("DATABASE_URL", address)
        load_settings.cache_clear()
        capsys.readouterr()
        code = main(["report", *map(str, argv)])
        if address != url:
            context.close_databases()
        return Said(code, *capsys.readouterr())

    yield said
    load_settings.cache_clear()


def command(url: str, *argv) -> tuple[Said, set[str]]:
    """What `python -m dashboard` said in a process of its own, and the modules that it loaded."""
    said = shell(url, "dashboard", *argv, PYTHONPROFILEIMPORTTIME="1")
    lines = said.err.splitlines(keepends=True)
    loaded = {line.split("|")[-1].strip() for line in lines if line.startswith("import time:")}
    err = "".join(line for line in lines if not line.startswith("import time:"))
    return Said(said.code, said.out, err), loaded


@pytest.fixture(scope="module")
def reported(url, tmp_path_factory):
    """What the command said, the modules that it loaded, and the folder it made."""
    folder = tmp_path_factory.mktemp("report") / "new" / "folder"
    return *command(url, "report", "--story", "national", "--out", folder), folder


@pytest.fixture(scope="module")
def made(reported):
    """What the command said, and the folder it made."""
    said, _, folder = reported
    return said, folder


@pytest.fixture(scope="module")
def listed(url):
    """What the command of the indicators says of a year, and the modules that it loaded."""
    year = "--from 2025-01-01 --to 2025-12-31 --by nation --format json"
    return command(url, "indicators", *year.split())


def only(folder, extension: str):
    """The one file of that kind."""
    found = list(folder.glob(f"*.{extension}"))
    assert len(found) == 1, sorted(folder.iterdir())
    return found[0]


def test_every_file_is_made_named_and_listed_and_nothing_else_is_said_or_left(made):
    said, folder = made
    assert (said.code, said.err) == (0, "")
    names = sorted(p.name for p in folder.iterdir())
    day = re.fullmatch(r"ccsp-national-(\d{4}-\d\d-\d\d)\.html", names[0])[1]
    assert names == [
        f"ccsp-national-{day}.{kind}" for kind in ("html", "pdf", "pptx", "txt", "xlsx")
    ]
    lines = said.out.splitlines()
    assert sorted(line.split("  ")[0] for line in lines) == [str(folder / n) for n in names]
    assert all(re.search(r"  [\d\u202f]+ Ko$", line) for line in lines)
    for (
        path
    ) in folder.iterdir():  # others than who runs the command may read them, as the folder allows
        assert path.stat().st_mode & stat.S_IRUSR and path.stat().st_size > 100


def test_neither_command_loads_anything_of_screens(reported, listed):
    for loaded in (reported[1], listed[1]):
        assert "dashboard.answers.context" in loaded
        assert not [
            name
            for name in loaded
            if name.startswith(("streamlit", "folium", "streamlit_folium", "dashboard.ui"))
        ]


@pytest.mark.pitfall(42)
def test_each_file_opens_and_says_that_its_data_are_fictitious(made):
    folder = made[1]
    slides = pptx.Presentation(str(only(folder, "pptx"))).slides
    # Nothing was decided: that slide has nothing to show.
    assert len(slides) >= len(ready_story("national").steps) - 1
    with zipfile.ZipFile(only(folder, "pptx")) as archive:
        assert any(
            "FICTIVES" in archive.read(n).decode()
            for n in archive.namelist()
            if n.startswith("ppt/slides/slide")
        )
    assert (
        "fictives"
        in "".join(p.extract_text() for p in pypdf.PdfReader(only(folder, "pdf")).pages).casefold()
    )
    page = only(folder, "html").read_text(encoding="utf-8")
    assert '<html lang="fr"' in page and "fictives" in page.casefold()
    assert "fictives" in only(folder, "txt").read_text(encoding="utf-8").casefold()
    book = openpyxl.load_workbook(only(folder, "xlsx"))
    assert FICTIVE in [row[0].value for row in book["À lire"].iter_rows()]


@pytest.mark.pitfall(44)
@pytest.mark.parametrize("kind", EXPORTS)
def test_each_format_is_made_alone_and_without_the_network(url, run, tmp_path, kind):
    said = run(url, "--story", "site:ccsp-allada", "--out", tmp_path, "--format", kind)
    assert (said.code, said.err, [p.suffix for p in tmp_path.iterdir()]) == (0, "", [f".{kind}"])


def test_a_file_that_cannot_be_made_is_said_in_a_sentence_and_there_is_none(
    run, url, tmp_path, monkeypatch
):
    monkeypatch.setattr(pdf, "CHILD", tmp_path / "nowhere.py")
    folder = tmp_path / "files"
    said = run(url, "--story", "national", "--out", folder, "--format", "txt,pdf")
    assert said.code == 1 and not folder.exists()
    assert said.err.startswith("Refusé : Le PDF n'a pas pu être fait.")
    assert said.err.count("\n") == 1


def test_the_workbook_s_figures_are_those_of_the_other_command(url, run, listed, tmp_path):
    assert (
        run(
            url, "--story", "national", "--out", tmp_path, "--period", "2025", "--format", "xlsx"
        ).code
        == 0
    )
    known = {f["indicator"]: f["value"] for f in json.loads(listed[0].out)}
    book = openpyxl.load_workbook(only(tmp_path, "xlsx"))
    found = {
        row[0].value: row[1].value
        for row in book["Les chiffres de la période"].iter_rows()
        if row[0].value
    }
    assert found["Usagers reçus"] == known["visits"] > 0
    assert found["Attente médiane"] == known["wait_p50"]
    assert found["Partis sans être reçus"] == pytest.approx(known["left"], rel=1e-14)


def test_filters_are_in_the_name_and_in_the_file(url, run, tmp_path):
    said = run(
        url,
        "--story",
        "attentes",
        "--out",
        tmp_path,
        "--department",
        "Zou",
        "--kind",
        "CCSP",
        "--service",
        "cip",
        "--period",
        "2025-T3",
        "--format",
        " XLSX ,xlsx",
    )
    assert (said.code, said.err) == (0, "")
    assert re.fullmatch(
        r"ccsp-attentes-zou-ccsp-cip-2025-t3-\d{4}-\d\d-\d\d\.xlsx", only(tmp_path, "xlsx").name
    )
    first = openpyxl.load_workbook(only(tmp_path, "xlsx"))["À lire"]
    words = [c.value for row in first.iter_rows() for c in row]
    assert "Zou" in words and any(
        str(w).startswith("3ᵉ trimestre 2025 · Zou · CCSP · ") for w in words
    )


@pytest.mark.parametrize(
    "story, subject",
    [
        ("departement:Zou", "Zou"),
        ("site:ccsp-allada", "CCSP d'Allada"),
        ("plaintes", "Tout le réseau"),
        ("mes-centres", "Zou"),
    ],
)
def test_ready_made_and_kept_stories_are_told_about_their_place(url, run, tmp_path, story, subject):
    said = run(url, "--story", story, "--out", tmp_path, "--format", "xlsx")
    assert (said.code, said.err) == (0, "")
    book = openpyxl.load_workbook(only(tmp_path, "xlsx"))
    assert {row[0].value: row[1].value for row in book["À lire"].iter_rows()}["Sujet"] == subject
    assert only(tmp_path, "xlsx").name.startswith(f"ccsp-{story.lower().replace(':', '-')}-")


def test_a_report_is_made_from_postgresql_too(postgresql, run, tmp_path):
    with postgresql.fresh(visits=6_000) as address:
        assert run(address, "--story", "national", "--out", tmp_path, "--format", "txt").code == 0
        assert len(list(tmp_path.iterdir())) == 1
    with postgresql.fresh() as address:
        said = run(address, *NATIONAL, "--out", tmp_path / "new")
        assert said.code == 1 and not (tmp_path / "new").exists()


def test_a_second_run_replaces_the_files_and_leaves_nothing_beside_them(url, run, tmp_path):
    for _ in range(2):
        assert run(url, "--story", "plaintes", "--out", tmp_path, "--format", "xlsx,txt").code == 0
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".txt", ".xlsx"]


def test_a_file_that_cannot_be_made_leaves_no_other_file_changed(url, run, tmp_path, monkeypatch):
    assert run(url, "--story", "plaintes", "--out", tmp_path, "--format", "txt").code == 0
    only(tmp_path, "txt").write_text("celui d'hier")
    monkeypatch.setitem(EXPORTS, "pdf", replace(EXPORTS["pdf"], function="does_not_exist"))
    with pytest.raises(AttributeError):
        run(url, "--story", "plaintes", "--out", tmp_path, "--format", "txt,pdf")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["celui d'hier"]


NATIONAL = ("--story", "national")
REFUSED = [
    (("--story", "nationl"), "présentation inconnue : nationl. Peut-être national ?"),
    (("--story", "mes-centre"), "présentation inconnue : mes-centre. Peut-être mes-centres ?"),
    (
        ("--story", "zzz"),
        "présentation inconnue : zzz. Il y a : national, departement, site, plaintes, attentes, mes-centres.",
    ),
    (("--story", "departement"), "il faut dire de quel lieu : departement:Zou, par exemple."),
    (("--story", "site:"), "il faut dire de quel lieu : site:ccsp-allada, par exemple."),
    (("--story", "departement:zou"), "département inconnu : zou. Peut-être Zou ?"),
    (("--story", "site:ccsp-alada"), "centre inconnu : ccsp-alada. Peut-être ccsp-allada ?"),
    (("--story", "site:ccsp-allada", "--department", "Zou"), "porte déjà sur un lieu"),
    (("--story", "departement:Zou", "--kind", "CCSP"), "porte déjà sur un lieu"),
    (
        (*NATIONAL, "--department", "Atlantik"),
        "département inconnu : Atlantik. Peut-être Atlantique ?",
    ),
    ((*NATIONAL, "--service", "passport"), "prestation inconnue : passport. Peut-être passeport ?"),
    ((*NATIONAL, "--period", "12mois"), "période inconnue : 12mois."),
    ((*NATIONAL, "--period", "2026-13"), "Aussi : 2026, 2026-11, 2026-T3"),
    ((*NATIONAL, "--period", "2099"), "commence après le dernier jour des données"),
    ((*NATIONAL, "--format", "xls"), "format inconnu : xls. Peut-être xlsx ?"),
    ((*NATIONAL, "--format", ","), "aucun format n'est demandé"),
]


@pytest.mark.parametrize(
    "argv, reason", REFUSED, ids=lambda v: " ".join(v) if isinstance(v, tuple) else ""
)
def test_what_is_not_known_is_refused_with_the_nearest_name_and_makes_nothing(
    url, run, tmp_path, argv, reason
):
    said = run(url, *argv, "--out", tmp_path / "new")
    assert (said.code, said.out) == (1, "")
    assert (
        said.err.startswith("Refusé : ") and reason in said.err and len(said.err.splitlines()) == 1
    )
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "argv",
    [(), NATIONAL, ("--out", "x"), (*NATIONAL, "--out", "x", "--kind", "mairie")],
    ids=" ".join,
)
def test_wrong_usage_is_told_apart(url, run, argv):
    with pytest.raises(SystemExit) as end:
        run(url, *argv)
    assert end.value.code == 2


def test_a_folder_that_cannot_be_written_to_is_said(url, run, tmp_path):
    (tmp_path / "file").write_text("déjà là")
    said = run(url, "--story", "plaintes", "--format", "txt", "--out", tmp_path / "file")
    assert said.code == 1 and f"Refusé : impossible d'écrire dans {tmp_path / 'file'}" in said.err
    assert (tmp_path / "file").read_text() == "déjà là"


def test_without_data_there_is_nothing_to_tell(database_url, run, tmp_path):
    said = run(database_url, *NATIONAL, "--out", tmp_path / "new")
    assert (said.code, said.out) == (1, "")
    assert (
        "la base ne contient encore aucune donnée" in said.err and not (tmp_path / "new").exists()
    )


def test_a_database_that_was_never_prepared_is_said(databases, run, tmp_path):
    with databases.fresh(empty=True) as address:
        said = run(address, *NATIONAL, "--out", tmp_path / "new")
    assert said.code == 1 and "python -m db init" in said.err and "Traceback" not in said.err


def test_every_ready_made_story_needs_a_place_or_none_as_its_example_says():
    for name, one in READY.items():
        assert ready_story(one.example or name) is not None and bool(one.example) == bool(one.place)


def test_the_review_of_a_silent_site_says_so_first(url, run, tmp_path):
    run(url, "--story", "site:ccsp-bembereke", "--out", tmp_path, "--format", "xlsx")
    first = openpyxl.load_workbook(next(tmp_path.glob("*.xlsx"))).worksheets[0]
    said = {row[0].value: row[1].value for row in first.iter_rows()}
    assert re.search(
        r"usagers reçus\u00a0;.* muet depuis \d+\u00a0jours$", said["Les chiffres de la période"]
    )
