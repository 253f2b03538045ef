"""PostgreSQL 17 as Debian has it, on ports and in folders of its own: one server, or one with a synchronous standby."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.served import free_port

PROGRAMS = Path("/usr/lib/postgresql/17/bin")
USER = "postgres"


def missing() -> str:
    """Why there is none here; "" where there is."""
    return "" if PROGRAMS.exists() else "PostgreSQL 17 manque : apt install postgresql-17"


def run(*words: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run one of its programs as the account that PostgreSQL asks for; root may not."""
    before = (
        () if os.geteuid() else ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups")
    )
    done = subprocess.run(
        [*before, PROGRAMS / words[0], *words[1:]], cwd="/", capture_output=True, text=True
    )
    assert not check or done.returncode == 0, done.stderr + done.stdout
    return done


class Postgresql:
    """A server on 127.0.0.1 that trusts whoever comes from this machine."""

    def __init__(self, folder: Path, **settings: str | int) -> None:
        self.folder, self.port, self.log = folder, free_port(), folder.parent / f"{folder.name}.log"
        self.settings = {"shared_buffers": "64MB", **settings}

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/ccsp"

    def make(self) -> None:
        """Its files, then a start, then the database."""
        run(
            "initdb", "-D", self.folder, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8"
        )
        self.start()
        run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "ccsp")

    def start(self) -> None:
        """Start it, until it answers."""
        said = {
            **self.settings,
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
        }
        words = " ".join(f"-c {name}='{value}'" for name, value in said.items())
        run("pg_ctl", "-D", self.folder, "-l", self.log, "-w", "-t", "60", "-o", words, "start")

    def kill(self) -> None:
        """End all of it at once, as a power cut does."""
        leader = int((self.folder / "postmaster.pid").read_text().split()[0])
        kept = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(leader)], capture_output=True, text=True
        )
        for one in (leader, *map(int, kept.stdout.split())):
            os.kill(one, signal.SIGKILL)

    def stop(self) -> None:
        """Stop it, if it runs."""
        run("pg_ctl", "-D", self.folder, "-m", "immediate", "-w", "stop", check=False)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL may write in; deleted afterwards."""
    at = Path(tempfile.mkdtemp(prefix="ccsp-pg-17-"))
    if not os.geteuid():
        shutil.chown(at, USER, USER)
    try:
        yield at
    finally:
        shutil.rmtree(at, ignore_errors=True)


@contextmanager
def server(**settings: str | int) -> Iterator[Postgresql]:
    """A server with an empty database, stopped and deleted afterwards."""
    with folder() as at:
        found = Postgresql(at / "data", **settings)
        try:
            found.make()
            yield found
        finally:
            found.stop()
