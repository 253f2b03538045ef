"""A Debian of its own, started by systemd in a folder, with no network but its own: a server as docs/exploitation.md finds it.

Packages and libraries come by the network of the machine that tests; everything else happens inside.
"""

import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.settings import ROOT

BASE = ROOT / "build" / "debian"
SUITE = "trixie"
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
NEEDED = {
    "debootstrap": "debootstrap",
    "systemd-nspawn": "systemd-container",
    "nsenter": "util-linux",
}
CLONE_NEWNET = 0x40000000
LIKE_A_SERVER = (
    "--boot",
    "--private-network",
    "--register=no",
    "--keep-unit",
    "--resolv-conf=off",
    "--console=read-only",
)
# By which a command reaches what is outside: the packages and the libraries.
OUTWARD = (
    "apt ",
    "/opt/ccsp/0.1.0/.venv/bin/python -m pip ",
    "/opt/ccsp/0.2.0/.venv/bin/python -m pip ",
)


def missing() -> str:
    """Why no machine can be started here; "" where one can."""
    if os.geteuid():
        return "il faut être root pour démarrer une Debian dans un dossier"
    lacking = sorted({p for name, p in NEEDED.items() if not shutil.which(name)})
    return f"il manque des paquets : apt install {' '.join(lacking)}" if lacking else ""


@dataclass
class Machine:
    """A machine that runs. leader: its first process, as seen from here; folder: where its commands are run, as `cd` left it;
    names: what `export` named; typed: every line so far."""

    root: Path
    process: subprocess.Popen | None = None
    leader: int = 0
    folder: str = "/root"
    names: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)

    def type(self, line: str) -> str:
        """Type a line of the page as root; gives what it said. AssertionError, with it, where it fails."""
        self.typed.append(line)
        if line.startswith("cd "):
            self.folder = line.removeprefix("cd ")
            return ""
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            self.names[name] = value
            return ""
        done = self.ask(line, outward=line.startswith(OUTWARD))
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def ask(self, line: str, *, outward: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a line by bash in the machine. outward: with the network of this one."""
        inside = ["--mount", "--uts", "--ipc", "--pid", "--cgroup"] + ([] if outward else ["--net"])
        environment = {
            "HOME": "/root",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            "PIP_CERT": str(AUTHORITIES),
            **self.names,
        }
        script = f"cd {self.folder} && {line}"
        return subprocess.run(
            ["nsenter", f"--target={self.leader}", *inside, "bash", "-euc", script],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def start(self) -> None:
        """Start the machine, until all that starts with it is started."""
        console = self.root.parent / "console"
        with console.open("w") as written:
            self.process = subprocess.Popen(
                ["systemd-nspawn", "--directory", self.root, *LIKE_A_SERVER],
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.leader = _leader(self.process, console)

    def stop(self) -> None:
        """Stop it in order."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def inside(self, act: Callable[[], Any]) -> Any:
        """What `act` gives where it connects to the ports of the machine as its own."""

        def enter() -> None:
            with Path(f"/proc/{self.leader}/ns/net").open() as network:
                assert ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET) == 0

        with ThreadPoolExecutor(1, initializer=enter) as one:  # a thread has a network of its own
            return one.submit(act).result()


def _base() -> None:
    """A Debian with what every installation of one has; made once."""
    if (BASE / "usr/bin/apt").exists():
        return
    new = BASE.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    new.parent.mkdir(exist_ok=True)
    packages = "dbus,ca-certificates"
    subprocess.run(
        ["debootstrap", f"--include={packages}", SUITE, new], check=True, capture_output=True
    )
    new.rename(BASE)


@contextmanager
def started(root: Path) -> Iterator[Machine]:
    """A fresh machine in the folder `root`, started; ended and deleted afterwards."""
    _base()
    subprocess.run(["cp", "--archive", BASE, root], check=True)
    if SOURCES.exists():  # the mirror of here
        (root / "etc/apt/sources.list").unlink(missing_ok=True)
        shutil.copy(SOURCES, root / "etc/apt/sources.list.d/")
    for settings in Path("/etc/apt/apt.conf.d").glob("99*"):
        shutil.copy(settings, root / "etc/apt/apt.conf.d/")
    shutil.copy(AUTHORITIES, root / str(AUTHORITIES).lstrip("/"))
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    machine = Machine(root)
    try:
        machine.start()
        yield machine
    finally:
        machine.stop()
        subprocess.run(["rm", "--recursive", "--force", "--one-file-system", root], check=True)


def _leader(process: subprocess.Popen, console: Path) -> int:
    """The first process of a machine, once all of it is started."""
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        time.sleep(0.3)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for child in children:
            asked = ["nsenter", f"--target={child}", "--all", "systemctl", "is-system-running"]
            said = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
            if said in ("running", "degraded"):
                return int(child)
    process.kill()
    raise RuntimeError(f"The machine did not start: {console.read_text()[-2_000:]}")
