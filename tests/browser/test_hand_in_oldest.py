"""A register is handed in with w3m, a browser of 1995 in a terminal: no script, no style, and forms as they were then, without an
Origin.

It is tried where w3m and tmux, the terminal, are installed (Debian has both), and left out elsewhere.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import handing_in
from tests.browser.handing_in import PASSWORD, Base, working_days
from tests.browser.house import PEOPLE, House

MISSING = [name for name in ("w3m", "tmux") if not shutil.which(name)]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("empty house"),
    pytest.mark.skipif(bool(MISSING), reason=f"{' and '.join(MISSING)} not installed"),
]
WIDTH, HEIGHT = 200, 60  # letters, lines


@pytest.fixture(scope="module")
def house(empty_house) -> House:
    """A server on a base without any row."""
    return empty_house


class Terminal:
    """w3m in a terminal of its own: keys in, lines of text out."""

    def __init__(self, folder: Path, address: str) -> None:
        home = {"HOME": str(folder), "LC_ALL": "C.UTF-8", "TERM": "xterm", "TMPDIR": str(folder)}
        self.socket, self.environment = folder / "tmux", {**os.environ, **home}
        size = ("-x", str(WIDTH), "-y", str(HEIGHT))
        self._tmux("-f", os.devnull, "new-session", "-d", *size, f"w3m -cookie {address}")

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-S", str(self.socket), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
        return done.stdout

    def screen(self) -> str:
        """What is to be read, one line."""
        return " ".join(self._tmux("capture-pane", "-p").translate(handing_in.PLAIN).split())

    def reads(self, words: str) -> None:
        """Wait until these words (regular expression) are to be read."""
        for _ in range(200):
            if re.search(words, said := self.screen()):
                return
            time.sleep(0.05)
        raise AssertionError(f"{words!r} is not to be read in:\n{said}")

    def keys(self, *names: str) -> None:
        """Press keys by their names."""
        self._tmux("send-keys", *names)

    def type(self, words: str) -> None:
        """Type what w3m asks for in its last line, and Enter."""
        self._tmux("send-keys", "-l", words)
        self.keys("Enter")

    def find(self, words: str) -> None:
        """Go to words of the page, from its top."""
        self.keys("g", "/")
        self.type(words)

    def write(self, label: str, words: str, shown: str = "") -> None:
        """Write into the field that follows these words. shown: what is to be read then, if not what was written."""
        self.find(label)
        self.keys("Tab", "Enter")
        self.type(words)
        self.reads(shown or re.escape(words))

    def press(self, button: str) -> None:
        """Press the button that says this."""
        self.find(button)
        self.keys("Enter")

    def end(self) -> None:
        """Close it."""
        self._tmux("kill-server")


@contextmanager
def terminal(folder: Path, address: str) -> Iterator[Terminal]:
    """w3m on the page, where the point focal has just written who he is."""
    found = Terminal(folder, f"{address}/remonter")
    try:
        found.reads("Mot de passe")
        found.write("Nom", PEOPLE["focal"].name)
        found.write("Mot de passe", PASSWORD, shown=r"\*{5}")
        found.keys("Tab", "Enter")
        yield found
    finally:
        found.end()


def test_a_register_with_faults_is_handed_in_with_a_browser_in_a_terminal(house, tmp_path):
    lines = handing_in.register("vieux", faults=True)
    path = handing_in.write_csv(tmp_path, "registre.csv", "registre", lines)
    with terminal(tmp_path, house.at) as old:
        old.reads("Mois du fichier")
        # Where it is the only thing to write, Enter sends it.
        old.write("Fichier, ou plusieurs", str(path), shown="Pas encore accepté")
        old.reads(f": 3 cases à corriger sur {len(lines)} lignes")
        old.write("Ligne 3, Heure d'appel", "08:15")
        old.write("Ligne 6, Date", f"{working_days()[1]:%d/%m/%Y}")
        old.find("Ligne 9, Type")
        old.keys("Tab", "Enter")  # a list opens
        old.keys("Down", "Enter")
        old.press("Vérifier mes corrections")
        old.reads(f"Bon à garder : {len(lines)} lignes")
        old.press("^Confirmer")
        old.reads(f"C'est fait. {len(lines)} lignes .* 3 cases corrigées")
    assert Base(house).count("visit") == len(lines)
