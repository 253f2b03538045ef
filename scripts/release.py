"""Makes a version of the present state: the number, the changelog's day, a commit, a tag, the wheels of an
installation without network."""

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from dashboard.period import today
from scripts.prepare import ROOT, RUN, Stop, pip

PROJECT, CHANGELOG, WHEELS = "pyproject.toml", "CHANGELOG.md", Path("build", "wheels")
TO_COME = "## À venir\n"


def git(root: Path, *arguments: str) -> str:
    """The output of git in that folder. Raises Stop, with git's own words, where it refuses."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        # No repository, no name to sign a commit with, a hook that refuses.
        raise Stop(f"git {arguments[0]} a refusé : {(done.stderr or done.stdout).strip()}")
    return done.stdout


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of « 0.2.0 ». Raises Stop for anything else."""
    if not re.fullmatch(r"(0|[1-9]\d{0,5})(\.(0|[1-9]\d{0,5})){2}", version):
        raise Stop(f"Une version a trois nombres (make release VERSION=0.2.0), lu « {version} ».")
    return tuple(map(int, version.split(".")))


def project_version(root: Path) -> str:
    """The version of the project."""
    project = tomllib.loads((root / PROJECT).read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def dated_changelog(changelog: str, version: str) -> str:
    """The changelog with its « to come » section under this version and today; an empty one stands before it.

    Raises Stop where nothing was to come.
    """
    before, head, rest = changelog.partition(TO_COME)
    if not head or not rest.partition("\n## ")[0].strip():
        raise Stop(f"Rien n'est écrit sous « {TO_COME[3:].strip()} » dans {CHANGELOG}.")
    return f"{before}{head}\n## {version} — {today():%d/%m/%Y}\n{rest}"


def check(root: Path, version: str) -> None:
    """Raises Stop where no version of that number can be made now."""
    if numbers(version) <= numbers(project_version(root)):
        raise Stop(
            f"La version {version} n'est pas plus récente que la version {project_version(root)}."
        )
    if git(root, "status", "--porcelain").strip():
        raise Stop("Des fichiers sont changés ou inconnus de git : les enregistrer d'abord.")
    if git(root, "tag", "--list", f"v{version}").strip():
        raise Stop(f"L'étiquette v{version} existe déjà.")


def gather(root: Path, requirements: str) -> int:
    """Fill the folder of wheels, from which `pip install --no-index --find-links` works; returns how many they are."""
    folder = root / WHEELS
    shutil.rmtree(folder, ignore_errors=True)
    pip("wheel", "-r", str(root / requirements), "-w", str(folder))
    return len(list(folder.glob("*.whl")))


def release(root: Path, version: str, requirements: str = RUN) -> str:
    """Make the version; returns a sentence that says what was done. Raises Stop, and then changes no file of the
    project."""
    check(root, version)
    changelog = dated_changelog((root / CHANGELOG).read_text(encoding="utf-8"), version)
    project = (root / PROJECT).read_text(encoding="utf-8")
    count = gather(root, requirements)
    (root / CHANGELOG).write_text(changelog, encoding="utf-8")
    (root / PROJECT).write_text(
        project.replace(f'version = "{project_version(root)}"', f'version = "{version}"', 1),
        encoding="utf-8",
    )
    try:
        git(root, "commit", "--all", "--message", f"Release {version}")
    except Stop:
        git(root, "restore", "--staged", "--worktree", PROJECT, CHANGELOG)
        raise
    git(root, "tag", "--annotate", f"v{version}", "--message", f"Version {version}")
    return (
        f"Version {version} : enregistrée sous l'étiquette v{version}, {count} bibliothèques dans {WHEELS}."
        " La publier : git push --follow-tags"
    )


def main() -> int:
    """Run the command; returns 1 after one sentence if it cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version")
    try:
        print(release(ROOT, parser.parse_args().version))
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
