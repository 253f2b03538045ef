"""A copy encrypted for whoever holds a key that is not on this server: by age, or by GnuPG.

Before: nothing of ours. After: `db.nightly_copies`.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from db.write import Refused

# A recipient is an argument of a program: no word that could be one of its options.
AGE = re.compile(r"age1[0-9a-z]{10,200}|(?:ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]{20,2000}")
GPG = re.compile(r"[0-9A-Fa-f]{16,40}|[A-Za-z0-9][\w.+-]*@[\w.-]+")
SECONDS = 3_600  # for one copy


def ending(recipient: str) -> str:
    """The ending of a copy that is encrypted for the recipient. Raises Refused, with what is expected."""
    if AGE.fullmatch(recipient):
        return ".age"
    if GPG.fullmatch(recipient):
        return ".gpg"
    raise Refused(
        f"« {recipient} » n'est ni une clé publique d'age (age1…), ni l'empreinte ou l'adresse d'une clé de GnuPG."
    )


def check(recipient: str) -> None:
    """Raises Refused where the recipient is none, or the program that encrypts for it is not there."""
    _program(ending(recipient))


def encrypt(source: Path, target: Path, recipient: str) -> None:
    """Encrypt a file into another for a recipient; only its owner may read it. Raises Refused; then there is no other."""
    kind = ending(recipient)
    program = _program(kind)
    if kind == ".age":
        command = [
            program,
            "--encrypt",
            "--recipient",
            recipient,
            "--output",
            str(target),
            str(source),
        ]
    else:
        # The key is believed because whoever runs this names it, by its fingerprint where he is careful.
        command = [
            program,
            "--batch",
            "--yes",
            "--quiet",
            "--trust-model",
            "always",
            "--recipient",
            recipient,
        ]
        command += ["--output", str(target), "--encrypt", str(source)]
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        target.unlink(missing_ok=True)
        first = next((line for line in done.stderr.splitlines() if line.strip()), "")
        raise Refused(
            f"La copie n'a pas été chiffrée pour « {recipient} » ; détail technique : {first[:200]}"
        )


def _program(kind: str) -> str:
    name = {".age": "age", ".gpg": "gpg"}[kind]
    found = shutil.which(name)
    if not found:
        package = {"age": "age", "gpg": "gnupg"}[name]
        raise Refused(f"Le programme {name} manque pour chiffrer la copie : apt install {package}")
    return found
