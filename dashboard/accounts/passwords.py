"""Passwords: hashed with argon2id, one-time passwords, and the checks of a new one."""

import hmac
import os
import secrets
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from hashlib import sha256
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from dashboard.accounts.common_passwords import is_common

LEAST, ADVISED, MOST = 8, 15, 200  # characters
# Without signs that are mistaken for one another when they are read out or copied by hand.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 4  # some 79 bits
# Passwords that are hashed at once, for unknown browsers and one known browser as in the sign-in queue; and the « nice » value of
# their threads. At 19, the lowest priority, two busy processes left them 2 hashes a second, at 5 some 18; pages waited no longer
# at either.
AT_ONCE, LAST = 3, 10
# OWASP's minimum: 20 ms of one processor. At ten times that, an attack on the sign-in page would take all of the machine.
TIMES, KILOBYTES = 2, 19 * 2**10
Result = TypeVar("Result")
SLOW = "$argon2"  # begins every other stored hash
ONCE = "sha256$"  # begins the stored hash of a one-time password, too long to be guessed however fast the hash


@cache
def _hasher() -> PasswordHash:
    """The argon2id hasher, with our cost."""
    return PasswordHash((Argon2Hasher(time_cost=TIMES, memory_cost=KILOBYTES, parallelism=1),))


@cache
def _threads() -> ThreadPoolExecutor:
    """The threads in which passwords are hashed."""
    return ThreadPoolExecutor(AT_ONCE, "passwords", _lower_thread_priority)


def _lower_thread_priority() -> None:
    """Give this thread a low priority: otherwise an attack of a thousand sign-ins would slow every page down."""
    with suppress(AttributeError, OSError):  # Linux alone asks it of a thread
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LAST)


def _run_in_low_priority_thread(work: Callable[[], Result]) -> Result:
    """Run the work in one of the low-priority threads and return its result."""
    return _threads().submit(work).result()


def new_one_time_password() -> str:
    """A new one-time password: « k7mp-x2rd-9tqa-hw4c »."""
    return "-".join(
        "".join(secrets.choice(SIGNS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)
    )


def hash_password(password: str) -> str:
    """The argon2id hash of a password; takes some hundredths of a second and 19 MB."""
    return _run_in_low_priority_thread(lambda: _hasher().hash(_composed(password)))


def hash_one_time(password: str) -> str:
    """The unsalted SHA-256 of a one-time password, by which its account is found without a name."""
    return ONCE + sha256(_composed(password).encode(errors="replace")).hexdigest()


def is_one_time(password: str, stored: str | None) -> bool:
    """Whether `password` is the one-time password with the stored hash. It is long enough to need no slow hash."""
    return bool(stored) and hmac.compare_digest(hash_one_time(password), stored or "")


@cache
def _decoy_hash(settings: str = "") -> str:
    """The hash of a password that nobody has, with these argon2 settings ("": the present ones)."""
    if not settings:
        return hash_password(secrets.token_hex(16))
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"{settings}${salt}${digest}"


def decoy_hash_settings(stored: Iterable[str], draw: float) -> str:
    """The argon2 settings to check an unknown name's password with, chosen from those of the stored hashes; "" where
    there are none.

    draw: from 0 to 1, without 1, the same each time for a name, so that an unknown name always takes the time of some
    account. The costliest settings come first: an account whose hash is renewed changes the choice for few other
    names.
    """
    ways = sorted(
        (one.rsplit("$", 2)[0] for one in stored if one.startswith(SLOW)), key=_cost_order
    )
    return ways[int(draw * len(ways))] if ways else ""


def _cost_order(settings: str) -> tuple[int, str]:
    """A sort key that puts the costliest argon2 settings first."""
    cost = {
        name: int(n)
        for name, _, n in (p.partition("=") for p in settings.split("$")[-1].split(","))
    }
    return -cost.get("m", 0) * cost.get("t", 0), settings


def verify_password(password: str, stored: str | None, settings: str = "") -> bool:
    """Whether `password` has the stored hash.

    Where none is stored, or that of a one-time password, it takes the time of a hash with these settings.
    """
    slow = stored if stored and not stored.startswith(ONCE) else None
    plain, against = _composed(password), slow or _decoy_hash(settings)
    right = (
        _run_in_low_priority_thread(lambda: _hasher().verify(plain[:MOST], against))
        and len(plain) <= MOST
    )
    return (right and slow is not None) or is_one_time(password, stored)


def needs_rehash(stored: str | None) -> bool:
    """Whether the stored hash was made with other settings than new ones are."""
    return (
        bool(stored)
        and not (stored or "").startswith(ONCE)
        and _hasher().current_hasher.check_needs_rehash(stored or "")
    )


def password_problem(password: str, name: str) -> str:
    """Why this may not be the password of the account, in a sentence; "" where it may. No rule demands kinds of
    characters."""
    plain = _composed(password)
    if len(plain) < LEAST:
        return f"Le nouveau mot de passe est trop court : {LEAST} caractères au moins, {ADVISED} ou plus de préférence."
    if len(plain) > MOST:
        return f"Le nouveau mot de passe est trop long : {MOST} caractères au plus."
    if is_common(plain):
        return "Ce mot de passe est l'un des plus courants : en choisir un autre, par exemple plusieurs mots."
    if name.casefold() in plain.casefold():
        return "Le nouveau mot de passe contient le nom du compte : en choisir un autre."
    return ""


def _composed(password: str) -> str:
    """The password in NFC, so that every keyboard gives the same."""
    return unicodedata.normalize("NFC", password)
