"""Known faults of the libraries: named where there are any, asked for once a day, and no hindrance without an index."""

import json
from datetime import date, timedelta

import pytest

from scripts import audit, prepare

DAY = date(2026, 11, 26)
# As pip-audit 2.10.1 writes them.
CLEAN = json.dumps({"dependencies": [{"name": "anyio", "version": "4.16.0", "vulns": []}], "fixes": []})  # fmt: skip
FAULTY = json.dumps({
    "dependencies": [
        {"name": "uvicorn", "version": "0.54.0", "vulns": []},
        {"name": "urllib3", "version": "2.8.0", "vulns": [
            {"id": "PYSEC-2099-1", "fix_versions": ["2.9.0"], "aliases": ["CVE-2099-1"], "description": "x"}]},
    ],
    "fixes": [],
})  # fmt: skip
SKIPPED = json.dumps({"dependencies": [{"name": "anyio", "skip_reason": "not found on PyPI"}], "fixes": []})  # fmt: skip


def look(tmp_path, said: str, day: date = DAY) -> tuple[str, bool, bool]:
    """What is said, whether it fails, and whether the index was asked."""
    calls: list[str] = []
    words, failed = audit.audit(lambda: calls.append("") or said, day, tmp_path / "build" / "kept")
    return words, failed, bool(calls)


def test_a_library_with_a_known_fault_fails_with_its_name_all_day_and_is_asked_for_once(tmp_path):
    words = "Faille connue : urllib3 2.8.0 : PYSEC-2099-1, CVE-2099-1 (corrigé dans 2.9.0)"
    assert look(tmp_path, FAULTY) == (words, True, True)
    assert look(tmp_path, CLEAN) == (words, True, False)
    assert look(tmp_path, CLEAN, DAY + timedelta(days=1)) == ("", False, True)


@pytest.mark.parametrize("said", ["", SKIPPED, "Traceback", "{}", "null"])
def test_without_an_index_it_says_since_when_nothing_is_known_and_does_not_fail(tmp_path, said):
    words, failed, asked = look(tmp_path, said)
    assert "non vérifié depuis toujours" in words and not failed and asked
    look(tmp_path, CLEAN, DAY + timedelta(days=1))
    words, failed, asked = look(tmp_path, said, DAY + timedelta(days=3))
    assert "non vérifié depuis 27/11/2026" in words and not failed and asked
    assert look(tmp_path, CLEAN, DAY + timedelta(days=3)) == (words, False, False)


def test_a_fault_that_was_found_stands_until_the_index_or_the_libraries_say_otherwise(
    tmp_path, monkeypatch
):
    look(tmp_path, FAULTY)
    words, failed, _ = look(tmp_path, "", DAY + timedelta(days=1))
    assert failed and "urllib3" in words and "non vérifié depuis 26/11/2026" in words
    other = tmp_path / "constraints.txt"
    other.write_text("urllib3==2.9.0\n")
    monkeypatch.setattr(audit, "CONSTRAINTS", other)
    assert look(tmp_path, CLEAN, DAY + timedelta(days=1)) == ("", False, True)


def test_what_is_kept_may_be_anything(tmp_path):
    (tmp_path / "build").mkdir()
    for text in ("", "[]", "{", '{"tried": "2026-11-26"}'):
        (tmp_path / "build" / "kept").write_text(text)
        assert look(tmp_path, CLEAN) == ("", False, True)


def test_make_lint_looks_for_them(monkeypatch):
    called = []
    monkeypatch.setattr(prepare, "environment", lambda wanted: None)
    monkeypatch.setattr(
        prepare, "module", lambda *a, **k: called.append(a[0]) or a[0] == "scripts.audit"
    )
    with pytest.raises(prepare.Stop, match="En échec : bibliothèques"):
        prepare.lint()
    assert called == ["scripts.run_tests", "scripts.audit"]
