"""The short form of the suite leaves out what `tests/full.txt` names, and nothing else."""

from dashboard.settings import ROOT
from scripts import run_tests
from tests import full


def test_every_test_of_the_list_is_there():
    """Renamed, it would be tried in the short form, and nobody would notice why that takes so long. To mend: strike its line of
    tests/full.txt, or give it the new name."""
    for name in full.known():
        file, *_, test = f"{name}::".split("::")[:2]
        assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8"), name


def test_what_is_in_the_list_has_the_marker(request):
    listed = full.known()
    for item in request.session.items:
        if item.nodeid.partition("[")[0] in listed:
            assert item.get_closest_marker("full"), item.nodeid


def test_who_asks_for_all_leaves_nothing_out():
    said = (ROOT / "scripts" / "prepare.py").read_text(encoding="utf-8")
    assert 'os.environ.get("ALL")' in said.partition('"--short"')[0]


def test_the_short_form_is_a_selection_by_markers():
    arguments = run_tests.arguments_of("essais", short=True)
    assert arguments[-2:] == ("-m", "not full and not seconds and not chance")
    assert "-m" not in run_tests.arguments_of("essais", short=False)
