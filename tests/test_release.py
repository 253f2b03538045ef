"""`make release`: what it refuses, what it writes, and that an installation without network works from its folder."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.period import today
from dashboard.settings import ROOT
from scripts.prepare import Stop
from scripts.release import CHANGELOG, PROJECT, TO_COME, WHEELS, dated_changelog, release

WORDS = "- Une nouveauté inventée.\n"


def git(folder: Path, *arguments: str) -> str:
    """What git says in that folder."""
    return subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def wheel(folder: Path) -> None:
    """A small package of our own, as a wheel: no network is needed to gather it."""
    info = "exemple-1.0.dist-info"
    with zipfile.ZipFile(folder / "exemple-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("exemple.py", "NAME = 'exemple'\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: exemple\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "exemple.py,,\n")


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Iterator[Path]:
    """A clone of the project at version 0.1.0, with something to come, that needs one small package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
        yield made(tmp_path_factory.mktemp("release"))


def made(tmp_path: Path) -> Path:
    """The clone, below a folder where the package lies."""
    folder = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--no-local", "--depth", "1", f"file://{ROOT}", str(folder))
    git(folder, "config", "user.name", "essai")
    git(folder, "config", "user.email", "essai@example.org")
    (folder / CHANGELOG).write_text(
        f"# Journal des versions\n\n{TO_COME}\n{WORDS}\n## 0.1.0 — première version\n\n- Tout.\n",
        encoding="utf-8",
    )
    text = (folder / PROJECT).read_text(encoding="utf-8")
    text = re.sub(r'^version = ".*"', 'version = "0.1.0"', text, count=1, flags=re.M)
    (folder / PROJECT).write_text(text, encoding="utf-8")
    wheel(tmp_path)
    (folder / "small.txt").write_text(f"--no-index\n--find-links {tmp_path}\nexemple==1.0\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Ready")
    return folder


@pytest.fixture
def project(clone, tmp_path) -> Path:
    """A copy of the clone."""
    return Path(shutil.copytree(clone, tmp_path / "clone", symlinks=True))


def refused(project: Path, version: str, requirements: str = "small.txt") -> str:
    """Why there is no version; nothing has changed."""
    before = git(project, "rev-parse", "HEAD"), git(project, "status", "--porcelain")
    with pytest.raises(Stop) as reason:
        release(project, version, requirements)
    assert before == (git(project, "rev-parse", "HEAD"), git(project, "status", "--porcelain"))
    assert git(project, "tag") in ("", "v0.3.0")
    return str(reason.value)


def test_a_version_is_numbered_dated_recorded_and_tagged(project):
    said = release(project, "0.2.0", "small.txt")
    assert "v0.2.0" in said and f"1 bibliothèques dans {WHEELS}" in said
    held = tomllib.loads((project / PROJECT).read_text(encoding="utf-8"))
    assert held["project"]["version"] == "0.2.0"
    assert held["tool"] == tomllib.loads(git(project, "show", f"HEAD~1:{PROJECT}"))["tool"]
    assert (project / CHANGELOG).read_text(encoding="utf-8") == (
        f"# Journal des versions\n\n{TO_COME}\n## 0.2.0 — {today():%d/%m/%Y}\n\n{WORDS}\n"
        "## 0.1.0 — première version\n\n- Tout.\n"
    )
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "log", "-1", "--format=%s") == "Release 0.2.0"
    assert git(project, "diff", "--name-only", "HEAD~1").split() == [CHANGELOG, PROJECT]
    assert git(project, "cat-file", "-t", "v0.2.0") == "tag"
    assert git(project, "rev-parse", "v0.2.0^{commit}") == git(project, "rev-parse", "HEAD")
    with pytest.raises(Stop, match="Rien n'est écrit sous « À venir »"):
        release(project, "0.3.0", "small.txt")


def test_what_is_gathered_can_be_installed_without_network(project, tmp_path):
    release(project, "0.2.0", "small.txt")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--find-links"]
    target = tmp_path / "installed"
    subprocess.run([*command, project / WHEELS, "--target", target, "exemple==1.0"], check=True)
    assert (target / "exemple.py").read_text() == "NAME = 'exemple'\n"


def test_a_version_that_is_none_or_not_newer_is_refused(project):
    for version in ("0.1.0", "0.0.9", "0.1", "v0.2.0", "", "0.2.0; rm", "00.2.0"):
        reason = refused(project, version)
        assert version in reason, reason
        assert "plus récente" in reason or "trois nombres" in reason, version


def test_changed_and_unknown_files_are_refused(project):
    (project / "note.txt").write_text("à part")
    assert "inconnus de git" in refused(project, "0.2.0")
    (project / "note.txt").unlink()
    (project / "README.md").write_text("changé")
    assert "sont changés" in refused(project, "0.2.0")


def test_a_tag_that_is_there_already_is_refused(project):
    git(project, "tag", "v0.3.0")
    assert refused(project, "0.3.0") == "L'étiquette v0.3.0 existe déjà."


def test_packages_that_cannot_be_had_are_said_before_anything_is_written(project, capfd):
    (project / ".git" / "info" / "exclude").write_text("none.txt\n")
    (project / "none.txt").write_text("--no-index\nexemple-inconnu==1.0\n")
    assert "ne répond pas" in refused(project, "0.2.0", "none.txt")


def test_a_commit_that_git_refuses_leaves_the_files_as_they_were(project):
    hook = project / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'pas le vendredi'\nexit 1\n")
    hook.chmod(0o755)
    assert refused(project, "0.2.0") == "git commit a refusé : pas le vendredi"


@pytest.mark.parametrize("text", ["", f"{TO_COME}\n\n## 0.1.0 — x\n\n- y\n", "## 0.1.0 — x\n"])
def test_a_changelog_without_anything_to_come_is_refused(text):
    with pytest.raises(Stop, match="Rien n'est écrit"):
        dated_changelog(text, "0.2.0")


def test_the_changelog_of_the_project_has_a_head_that_a_version_can_date():
    text = (ROOT / CHANGELOG).read_text(encoding="utf-8")
    assert text.count(TO_COME) == 1 and text.index(TO_COME) == text.index("\n## ") + 1


def test_the_refusal_is_a_sentence_and_the_exit_code_1():
    done = subprocess.run(
        [sys.executable, "-m", "scripts.release", "deux"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Une version a trois nombres (make release VERSION=0.2.0), lu « deux ».\n"
