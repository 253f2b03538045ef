"""The project copied to a folder of its own, for tests that add to it what the README says may be added."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dashboard.settings import ROOT


def copied(folder: Path) -> Path:
    """The project's files as they stand, without what git leaves out, copied below the folder; where they are."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def run(path: Path, *arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy at `path`: what it answered."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=path,
        capture_output=True,
        text=True,
        env={**os.environ, **environ},
        timeout=300,
    )
