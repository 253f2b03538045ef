"""The project copied to a folder of its own, to be changed and run there as anybody would."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dashboard.settings import ROOT


def copied(folder: Path) -> Path:
    """A copy of every file of the project, as it stands in the working tree; what git ignores is left out."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():  # not one that was deleted and not yet committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def run(path: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Python run in a copy with these arguments and, besides its own, these variables of the environment."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=path,
        capture_output=True,
        text=True,
        env={**os.environ, **environ},
    )
