"""A hundred readers through nginx and two applications, as deploy/ sets them up, for ten minutes; for a machine
that does nothing else.

    python -m tests.benchmarks.load_nginx       LOAD=20 LOAD_SECONDS=60 for fewer readers and a shorter time

It prints what `make load` does of one process, of both together, and nginx's processor apart; fails on any error, or where the
95th percentile is over half a second. The load itself runs on the same machine: its own processor is printed.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfile
from statistics import median
from types import SimpleNamespace

import psutil
import trustme

from tests.benchmarks import hand_in_desk, load
from tests.browser import served
from tests.system.conftest import APPLICATIONS, NAME, nginx_files

READERS = int(os.environ.get("LOAD", "100"))
SECONDS = float(os.environ.get("LOAD_SECONDS", "600"))
IN_TIME = 0.5  # seconds, of 95 acts in 100


class Together:
    """Several processes as one, for those who weigh one."""

    def __init__(self, *ids: int) -> None:
        self.processes = [psutil.Process(one) for one in ids]

    def cpu_times(self) -> SimpleNamespace:
        """What they used."""
        times = [one.cpu_times() for one in self.processes]
        return SimpleNamespace(user=sum(t.user for t in times), system=sum(t.system for t in times))

    def memory_info(self) -> SimpleNamespace:
        """What they hold."""
        return SimpleNamespace(rss=sum(one.memory_info().rss for one in self.processes))


def main() -> int:
    """Measure, print; returns 1 where it is not as it should be."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = f"sqlite:///{folder / 'load.db'}"
        copyfile(load.database().removeprefix("sqlite:///"), folder / "load.db")
        hand_in_desk.READERS = READERS
        _, cookies = hand_in_desk.people(url)
        ports = {old: served.free_port() for old in (*APPLICATIONS.values(), 443, 80)}
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.pem")
        os.environ["SSL_CERT_FILE"] = str(folder / "ca.pem")
        address = f"https://localhost:{ports[443]}"
        configuration = nginx_files(folder, ports, authority.issue_cert("localhost"))
        site = folder / "ccsp.conf"
        # On a port of its own a name is asked for with it.
        site.write_text(
            site.read_text().replace(NAME, "localhost").replace("$host;", "$http_host;")
        )
        started = []
        for number, port in APPLICATIONS.items():
            settings = {"PUBLIC_URL": address, "TRUSTED_PROXIES": served.HOST}
            process, _ = served.start(url, folder / f"log-{number}", port=ports[port], **settings)
            stack.callback(served.end, process)
            started.append(process.pid)
        proxy = subprocess.Popen(["nginx", "-c", configuration, "-g", "daemon off;"])
        stack.callback(served.end, proxy)
        while not (folder / "pid").exists():
            time.sleep(0.05)
        load.SECONDS, found = SECONDS, load.Tally()
        # A reader stays at the application that he was given: as a browser does, by the proxy's cookie.
        numbers = list(APPLICATIONS)
        kept = [
            f"__Host-{one}; ccsp_application={numbers[n % len(numbers)]}"
            for n, one in enumerate(cookies)
        ]
        mine, before = psutil.Process(), psutil.Process().cpu_times()
        asyncio.run(load.crowd(address, Together(*started), READERS, found, kept))
        workers = [proxy.pid, *(child.pid for child in psutil.Process(proxy.pid).children())]
        of_proxy = Together(*workers).cpu_times()
        after = mine.cpu_times()
        if not found.times:
            print(f"no act was answered: {found.errors[:3]}")
            return 1
        print(
            f"{READERS} readers through nginx and two applications, {SECONDS:.0f} s: {found.rate:.1f} acts/s, p50"
            f" {1000 * median(found.times):.0f} ms, p95 {1000 * found.p95:.0f} ms, {len(found.errors)} errors;"
            f" processor {found.cpu / len(found.times):.3f} s an act, nginx {of_proxy.user + of_proxy.system:.0f} s in all,"
            f" the load itself {after.user + after.system - before.user - before.system:.0f} s; memory of both"
            f" {found.memory[0] / 1e6:.0f} MB, then {found.memory[-1] / 1e6:.0f}; {load.load()}"
        )
        for text in sorted(set(found.errors))[:5]:
            print(f"   {text[:200]}")
        return int(bool(found.errors) or found.p95 > IN_TIME)


if __name__ == "__main__":
    sys.exit(main())
