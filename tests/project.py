"""The project copied to a folder of its own, for tests that add to it what the README says may be added."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dashboard.settings import ROOT


def copied(folder: Path) -> Path:
    """The project's files as they stand, without what git leaves out, copied below the folder; where they are.

    What Python has compiled comes with them, and holds as long as a file is of the same second: to compile all of it again
    takes each copy longer than what is tried in it.
    """
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            compiled = (ROOT / name).parent.glob(f"__pycache__/{Path(name).stem}.*.pyc")
            for file in (ROOT / name, *compiled):
                to = folder / file.relative_to(ROOT)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, to)
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
