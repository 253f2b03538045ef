"""Public files that the browser fetches from the application: the map's script, Leaflet, outlines, limits of communes."""

import hashlib
import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dashboard import public_files

LEAFLET = "leaflet/1.9.4"
COMMENTS = re.MULTILINE | re.DOTALL
Boundaries = dict[str, Any]  # GeoJSON
MAP = Path(__file__).parents[2] / "static" / "map"  # the map's script, in parts
PARTS = (
    "shapes",
    "signs",
    "card",
    "keyboard",
    "marks",
    "land",
    "names",
    "legend",
    "panes",
    "start",
)
OUTLINES = Path(__file__).parents[2] / "data" / "reference" / "departements.geojson"


def prepare(static: Path, boundaries: Boundaries | None = None) -> list[str]:
    """Write the files that the map needs into `static` and return their paths, relative to it.

    boundaries: the GeoJSON of the communes, or None. An up-to-date file is not touched, so that a read-only installation that
    was prepared before works. Raises OSError when a file is out of date and cannot be written.
    """
    wanted = dict(_files())
    if boundaries is not None:
        wanted[communes_file(boundaries)] = _script("COMMUNES", boundaries)
    for name, content in wanted.items():
        public_files.write(Path(static) / name, content)
    return list(wanted)


@cache
def _files() -> dict[str, bytes]:
    """The contents of the files that are the same for every database, by path."""
    outlines = json.loads(OUTLINES.read_text(encoding="utf-8"))
    return {
        **{f"{LEAFLET}/{name}": content for name, content in _leaflet()},
        "ccsp-map.js": _map_script(),
        "departments.js": _script("DEPARTMENTS", outlines),
    }


@cache
def address(name: str) -> str:
    """The address of such a file below static/, another one where its contents change."""
    return f"{name}?{public_files.digest(_files()[name])}"


def communes_file(boundaries: Boundaries) -> str:
    """The name of the script with these boundaries; equal for equal contents."""
    return f"communes-{hashlib.sha256(_script('COMMUNES', boundaries)).hexdigest()[:12]}.js"


def _map_script() -> bytes:
    """The parts of the map's script in one file, the appearance first; comments removed."""
    looks = re.sub(
        r"/\*.*?\*/|^\s+|\n", "", (MAP / "style.css").read_text(encoding="utf-8"), flags=COMMENTS
    )
    parts = [f"window.ccsp = {{ style: {json.dumps(looks, ensure_ascii=False)} }};\n"]
    for name in PARTS:
        text = (MAP / f"{name}.js").read_text(encoding="utf-8")
        parts.append(re.sub(r"^/\*.*?\*/\n|^ *//[^\n]*\n|^ +", "", text, flags=COMMENTS))
    return "".join(parts).encode()


def _leaflet() -> list[tuple[str, bytes]]:
    """(path, contents) of Leaflet's files."""
    package = files("js_lib_leaflet") / "static" / "js_lib_leaflet"
    images = sorted((package / "images").iterdir(), key=lambda file: file.name)
    pairs = [(name, package / name) for name in ("leaflet.js", "leaflet.css")]
    pairs += [(f"images/{file.name}", file) for file in images]
    return [(name, file.read_bytes()) for name, file in pairs]


def _script(variable: str, content: Boundaries) -> bytes:
    """A script that assigns the contents to a variable."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Outside strings JSON holds no "<": the escape can only fall inside a string, where it means the same.
    return f"window.{variable} = {text.replace('<', chr(92) + 'u003c')};\n".encode()
