"""Public files that are made at the start: written whole, and named by what they hold.

After: `dashboard.web.page_fonts`, `dashboard.web.page_head`, `dashboard.ui.map_assets`.
"""

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from dashboard.settings import ROOT

STATIC = ROOT / "static"
ICON = "icon.png"  # the product's


def address(name: str) -> str:
    """The address of a file of `static/`, with its digest: browsers keep the file until it changes."""
    return f"/app/static/{name}?{digest((STATIC / name).read_bytes())}"


def digest(content: bytes) -> str:
    """A digest of a file, to stand behind the « ? » of its address: what a browser has under that address it need not ask for
    again."""
    return sha256(content).hexdigest()[:8]


def write(path: Path, content: bytes) -> None:
    """Write a file atomically, unless it is up to date."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may start at once: each writes a file of its own, and either replacement is right.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # mkstemp gives 0600, which a server running as somebody else could not read.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
