"""The application on a server: under whom it runs, its libraries and its settings."""

import os
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dashboard.french import plural_phrase
from dashboard.server_check.finding import Finding, State, check
from dashboard.settings import LOOPBACK_HOSTS, ROOT, Settings, load_settings

ENV_FILE = Path("/etc/ccsp/ccsp.env")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[\w+\])?==([\w.]+)", re.MULTILINE)


def look() -> Iterator[Finding]:
    """What is found of the application."""
    yield _account()
    yield libraries((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    yield env_file(ENV_FILE)
    try:
        settings = load_settings()
    except ValueError as reason:
        yield Finding(
            State.WRONG, f"Un réglage est refusé : {reason}", "corriger /etc/ccsp/ccsp.env"
        )
        return
    yield from door(settings)


def _account() -> Finding:
    """Nobody but the application's own account is to run it."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return check(
        not root,
        "Cette commande n'est pas lancée par root.",
        "Cette commande est lancée par root : l'application a un compte à elle, et ce qui est vérifié l'est avec ses droits.",
        "runuser -u ccsp -- .venv/bin/python -m dashboard check-server",
    )


def libraries(requirements: str) -> Finding:
    """Whether the libraries are of the versions that were tried."""
    wrong = []
    for name, wanted in PINNED.findall(requirements):
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "absente"
        if found != wanted:
            wrong.append(f"{name} {found} au lieu de {wanted}")
    return check(
        not wrong,
        "Les bibliothèques sont celles qui ont été essayées.",
        f"{plural_phrase(len(wrong), 'bibliothèque')} d'une autre version : {', '.join(wrong[:3])}.",
        ".venv/bin/python -m pip install -r requirements.txt",
    )


def env_file(path: Path) -> Finding:
    """Whether nobody else may read or change the file of settings."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return Finding(
            State.WRONG,
            f"Le fichier des réglages, {path}, n'existe pas.",
            f"install -D -m 640 -g ccsp deploy/ccsp.env {path}",
        )
    except OSError:
        return Finding(
            State.UNKNOWN, f"{path} ne se laisse pas regarder de ce compte.", f"ls -l {path}"
        )
    return check(
        not mode & 0o037,
        f"{path} n'est lu que de root et du groupe ccsp.",
        f"{path} est lu ou écrit par d'autres que root et le groupe ccsp.",
        f"chown root:ccsp {path} && chmod 640 {path}",
    )


def door(settings: Settings) -> Iterator[Finding]:
    """By which door readers come in."""
    yield check(
        bool(settings.public_url or settings.tls_cert),
        f"Les lecteurs viennent par https : {settings.address}.",
        "L'application ne répond qu'à cette machine, en http : ni PUBLIC_URL, ni certificat.",
        "PUBLIC_URL=https://… et TRUSTED_PROXIES=127.0.0.1 dans /etc/ccsp/ccsp.env",
    )
    if settings.public_url:
        yield check(
            settings.host in LOOPBACK_HOSTS,
            "L'application ne répond qu'au mandataire de cette machine.",
            f"HOST={settings.host} : l'application répond aussi sans passer par le mandataire.",
            "retirer HOST de /etc/ccsp/ccsp.env",
        )
        yield check(
            bool(settings.trusted_proxies),
            "Le mandataire est nommé : le journal dit d'où l'on se connecte.",
            "Le mandataire n'est pas nommé : toutes les demandes semblent venir de lui.",
            "TRUSTED_PROXIES=127.0.0.1 dans /etc/ccsp/ccsp.env",
        )
