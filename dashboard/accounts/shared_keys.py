"""Keys that all processes of one database share: what one of them signed is known to the others, and after a restart.

They are derived from the database's own mark of chance, which a copy has too: what is signed by them also takes a cookie
that only the browser has.
"""

import hmac
import secrets
from pathlib import Path

from sqlalchemy import Engine

from db import accounts_and_sessions

# Until a database is known, and where it has no mark: of this process alone.
_HELD = {"root": secrets.token_bytes(32)}
# Of the machine since it was started; in no database and in none of its copies.
BOOT = Path("/proc/sys/kernel/random/boot_id")


def load(engine: Engine) -> None:
    """Take the keys of a database from now on; nothing where it has no mark."""
    with engine.connect() as connection:
        if name := accounts_and_sessions.database_name(connection):
            _HELD["root"] = name.encode()


def key(purpose: str) -> bytes:
    """The key for one purpose, the same in all processes of the database."""
    return hmac.digest(_HELD["root"], purpose.encode(), "sha256")


def key_of_machine(purpose: str) -> bytes:
    """The key for one purpose, the same in all processes of the database on this machine until it is started anew: who has the
    database, or a copy of it, does not have this one. Where the system tells no start: of this process alone."""
    return hmac.digest(_STARTED, key(purpose), "sha256")


def _started() -> bytes:
    try:
        return BOOT.read_bytes()
    except OSError:
        return secrets.token_bytes(32)


_STARTED = _started()
