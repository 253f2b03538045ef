"""The short form of the suite leaves out what takes long, and nothing else."""

from pathlib import Path

from dashboard.settings import ROOT
from scripts import run_tests
from tests import long


def test_every_test_of_the_list_is_there():
    """Renamed, it would be tried in the short form, and nobody would notice why that takes so long. To mend: strike its line of
    tests/long.txt, or give it the new name."""
    for name in long.known():
        file, *_, test = name.split("::")
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), name


def test_what_is_in_the_list_has_the_marker_and_nothing_else_has(request):
    listed = long.known()
    for item in request.session.items:
        name = item.nodeid.partition("[")[0]
        assert bool(item.get_closest_marker("long")) == (name in listed), name


def test_a_report_of_pytest_says_how_long_each_takes(tmp_path: Path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="tests.db.test_x" name="test_y[sqlite-a]" time="1.5"/>'
        '<testcase classname="tests.db.test_x" name="test_y[postgresql-a]" time="2"/>'
        '<testcase classname="tests.forms.test_z.TestIt" name="test_w@group" time="0.5"/></testsuite></testsuites>'
    )
    assert long.read(report) == {
        "tests/db/test_x.py::test_y": 3.5,
        "tests/forms/test_z.py::TestIt::test_w": 0.5,
    }


def test_who_asks_for_all_leaves_nothing_out():
    said = (ROOT / "scripts" / "prepare.py").read_text(encoding="utf-8")
    assert 'os.environ.get("ALL")' in said.partition('"--short"')[0]


def test_the_short_form_is_a_selection_by_markers():
    arguments = run_tests.arguments_of("essais", short=True)
    assert arguments[-2:] == ("-m", "not long and not seconds and not chance")
    assert "-m" not in run_tests.arguments_of("essais", short=False)
