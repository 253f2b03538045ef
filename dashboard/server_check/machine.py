"""The machine that a server runs on: disk, units, proxy, clock."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from dashboard.server_check.finding import Finding, State, check
from dashboard.settings import ROOT

LEAST_FREE = 2 * 10**9  # bytes
# What systemd is to start by itself, and what that does.
UNITS = {
    "ccsp@01.service": "la première application",
    "ccsp@02.service": "la seconde application",
    "ccsp-copie.timer": "la copie de la nuit",
    "ccsp-retention.timer": "l'effacement à leur terme",
    "nginx.service": "le serveur mandataire",
}
PROXY = Path("/etc/nginx/sites-enabled/ccsp.conf")


def look() -> Iterator[Finding]:
    """What is found of the machine."""
    yield disk(shutil.disk_usage(ROOT).free)
    yield from units()
    yield check(
        PROXY.exists(),
        "Le mandataire sert le tableau de bord.",
        f"Le mandataire ne sert pas le tableau de bord : {PROXY} manque.",
        "ln -s ../sites-available/ccsp.conf /etc/nginx/sites-enabled/ && nginx -t && systemctl reload nginx",
    )
    yield clock(_ask("timedatectl", "show", "--property=NTPSynchronized", "--value"))


def disk(free: int) -> Finding:
    """Whether there is room for files and copies. free: bytes."""
    return check(
        free >= LEAST_FREE,
        f"Il reste {free / 1e9:.0f} Go sur le disque.",
        f"Il ne reste que {free / 1e6:.0f} Mo sur le disque : les fichiers remis et les copies ne se garderont plus.",
        "python -m db retain, puis agrandir le disque",
    )


def units() -> Iterator[Finding]:
    """Whether the units start by themselves."""
    for unit, what in UNITS.items():
        said = _ask("systemctl", "is-enabled", unit)
        if said is None:
            yield Finding(
                State.UNKNOWN, f"systemd ne dit rien de {unit} ({what}).", "systemctl status"
            )
            continue
        yield check(
            said == "enabled",
            f"{unit} démarre avec la machine ({what}).",
            f"{unit} ne démarre pas avec la machine ({what}).",
            f"systemctl enable --now {unit}",
        )


def clock(said: str | None) -> Finding:
    """Whether the machine's clock follows others. said: as timedatectl says it; None where it says nothing."""
    if said is None:
        return Finding(
            State.UNKNOWN, "L'heure de la machine n'a pas pu être vérifiée.", "timedatectl"
        )
    return check(
        said == "yes",
        "L'heure de la machine est tenue par le réseau.",
        "L'heure de la machine n'est pas tenue : les jours et les connexions s'y fient.",
        "apt install systemd-timesyncd && timedatectl set-ntp true",
    )


def _ask(program: str, *arguments: str) -> str | None:
    """The first word that a program answers; None where it is not there, or the system was not started by systemd."""
    path = shutil.which(program)
    if not path or not Path("/run/systemd/system").exists():
        return None
    try:
        done = subprocess.run(
            [path, *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or "inconnu"
