"""Looks up known faults of the libraries, once a day: `make lint` ends with their names where there are any.

Where the index does not answer, it prints since when nothing is known, and goes on.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from dashboard import period
from scripts.prepare import ROOT

CONSTRAINTS = ROOT / "constraints.txt"
LAST_AUDIT = ROOT / "build" / "audit.json"  # when the index was last asked, and its answer
LONGEST = 120  # seconds
COMMAND = (
    *(sys.executable, "-m", "pip_audit", "-r", str(CONSTRAINTS), "--no-deps", "--disable-pip"),
    *("--progress-spinner", "off", "--format", "json"),
)


def run_pip_audit() -> str:
    """The output of pip-audit; "" where it could not look."""
    try:
        done = subprocess.run(
            COMMAND,
            cwd=ROOT,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=LONGEST,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def known_faults(output: str) -> list[str] | None:
    """A line for each known fault in pip-audit's output: « urllib3 2.8.0 : CVE-… »; None where nothing was looked up."""
    try:
        libraries = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    looked_up = [one for one in libraries if "skip_reason" not in one]
    if not looked_up:
        return None  # an index that has packages, and knows nothing of their faults
    return [
        f"{one['name']} {one['version']} : {', '.join([found['id'], *found['aliases']])}"
        + (f" (corrigé dans {', '.join(found['fix_versions'])})" if found["fix_versions"] else "")
        for one in looked_up
        for found in one["vulns"]
    ]


def audit(
    run_audit: Callable[[], str], today: date, cache_file: Path = LAST_AUDIT
) -> tuple[str, bool]:
    """The text to print, and whether a library has a known fault. Asks at most once a day for the same libraries."""
    libraries = sha256(CONSTRAINTS.read_bytes()).hexdigest()
    held = _last_audit(cache_file)
    if held.get("tried") != today.isoformat() or held.get("libraries") != libraries:
        found = known_faults(run_audit())
        if found is not None:
            held = {"checked": today.isoformat(), "faults": found}
        elif held.get("libraries") != libraries:
            held = {"checked": held.get("checked", ""), "faults": []}
        held |= {"tried": today.isoformat(), "libraries": libraries}
        cache_file.parent.mkdir(exist_ok=True)
        cache_file.write_text(json.dumps(held), encoding="utf-8")
    lines = [f"Faille connue : {one}" for one in held["faults"]]
    if held["checked"] != today.isoformat():
        since = f"{date.fromisoformat(held['checked']):%d/%m/%Y}" if held["checked"] else "toujours"
        lines.append(
            f"Failles connues des bibliothèques : non vérifié depuis {since}, l'index n'en dit rien."
        )
    return "\n".join(lines), bool(held["faults"])


def _last_audit(cache_file: Path) -> dict[str, Any]:
    try:
        held: dict[str, Any] = json.loads(cache_file.read_text(encoding="utf-8"))
        return held if {"tried", "libraries", "checked", "faults"} <= held.keys() else {}
    except (OSError, ValueError, AttributeError):
        return {}


def main() -> int:
    """Print the known faults; returns 1 where a library has one."""
    said, failed = audit(run_pip_audit, period.today())
    print(said, end="\n" * bool(said), file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
