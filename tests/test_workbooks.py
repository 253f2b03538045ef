"""A dozen of the workbooks of `python -m tests.workbooks`, in one country: the short form of that run."""

import pickle
import shutil
from collections.abc import Iterator

import pytest
from filelock import FileLock

from dashboard.forms import sheet_layout
from tests.workbooks import ENGLISH, LOCALES, faults, make
from tests.workbooks.__main__ import SEED

NUMBERS = [n for n in range(18) if LOCALES[n % len(LOCALES)] != ENGLISH]

pytestmark = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed here"
)


@pytest.fixture(scope="module")
def folder(common):
    """Where they are, as LibreOffice made them once for all processes, and what is to come of each."""
    path, told = common / "classeurs", common / "classeurs.pickle"
    with FileLock(common / "classeurs.lock"):
        if not told.exists():
            told.write_bytes(pickle.dumps(make(path, SEED, NUMBERS)))
    return path, pickle.loads(told.read_bytes())


def told(folder) -> Iterator[str]:
    """What is wrong with how they are read, one after the other."""
    path, all_made = folder
    for made in all_made:
        yield from faults(path, made)


def test_workbooks_of_libreoffice_are_read_as_they_are_shown_or_refused(folder):
    assert list(told(folder)) == []
    of_both_kinds = [bool(made.wrong) for made in folder[1]]
    assert sum(of_both_kinds) >= 3 and len(of_both_kinds) - sum(of_both_kinds) >= 3


@pytest.mark.parametrize(
    "rule",
    [sheet_layout.Table._fill_merged, sheet_layout.Table._report_hidden_columns],
    ids=["merged cells", "hidden parts"],
)
def test_a_rule_that_is_left_out_is_found(folder, monkeypatch, rule):
    """The run has teeth."""
    monkeypatch.setattr(sheet_layout.Table, rule.__name__, lambda self, line, row: row)
    assert next(told(folder), None)
