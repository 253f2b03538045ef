"""Passwords: kept as argon2id, the first of an account made here, a new one looked at before it is taken."""

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
GROUPS, OF = 4, 4  # some 79 bits
# Passwords that are looked at: of unknown browsers and of one that is known, as the desk has them; and how late the machine
# gives them its time, of 19.
AT_ONCE, LAST = 3, 19
# What OWASP asks for at the least: 20 ms of one processor. With its tenfold, strangers who try names have the machine.
TIMES, KILOBYTES = 2, 19 * 2**10
Result = TypeVar("Result")
SLOW = "$argon2"  # begins what is kept of any other
ONCE = "sha256$"  # begins what is kept of a password that works once: nobody tries so many, however fast


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(time_cost=TIMES, memory_cost=KILOBYTES, parallelism=1),))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "passwords", _come_last)


def _come_last() -> None:
    """Have the machine do everything else first: whoever tries a thousand names would keep pages waiting."""
    with suppress(AttributeError, OSError):  # Linux alone asks it of a thread
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LAST)


def _aside(work: Callable[[], Result]) -> Result:
    """Do what takes long in a thread that comes last."""
    return _threads().submit(work).result()


def one_time() -> str:
    """A password that works once: « k7mp-x2rd-9tqa-hw4c »."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(OF)) for _ in range(GROUPS))


def hash_password(password: str) -> str:
    """What is kept of a password; takes some hundredths of a second and 19 MB."""
    return _aside(lambda: _hasher().hash(_plain(password)))


def hash_one_time(password: str) -> str:
    """What is kept of one that works once: by it, it is found without a name."""
    return ONCE + sha256(_plain(password).encode(errors="replace")).hexdigest()


def is_one_time(password: str, kept: str | None) -> bool:
    """Whether this is the password that works once; nothing has to slow down who tries."""
    return bool(kept) and hmac.compare_digest(hash_one_time(password), kept or "")


@cache
def _of_nobody(way: str = "") -> str:
    """What would be kept of a password that nobody has, in this way, or as they are kept now."""
    if not way:
        return hash_password(secrets.token_hex(16))
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"{way}${salt}${digest}"


def decoy_hash_settings(kept: Iterable[str], draw: float) -> str:
    """The way in which one of these passwords is kept, by a draw (0 to 1, without 1) that is always the same for a name: who has
    none costs what an account would. Those that cost most first, so that an account which changes its way moves few others.
    "" where there are none."""
    ways = sorted((one.rsplit("$", 2)[0] for one in kept if one.startswith(SLOW)), key=_dearest)
    return ways[int(draw * len(ways))] if ways else ""


def _dearest(way: str) -> tuple[int, str]:
    cost = {
        name: int(n) for name, _, n in (p.partition("=") for p in way.split("$")[-1].split(","))
    }
    return -cost.get("m", 0) * cost.get("t", 0), way


def verify_password(password: str, kept: str | None, way: str = "") -> bool:
    """Whether this is the password; where none is kept, or one that works once, after the time that one takes which is kept in
    this way."""
    slow = kept if kept and not kept.startswith(ONCE) else None
    plain, against = _plain(password), slow or _of_nobody(way)
    right = _aside(lambda: _hasher().verify(plain[:MOST], against)) and len(plain) <= MOST
    return (right and slow is not None) or is_one_time(password, kept)


def needs_rehash(kept: str | None) -> bool:
    """Whether a password is kept in another way than it would be now."""
    return (
        bool(kept)
        and not (kept or "").startswith(ONCE)
        and _hasher().current_hasher.check_needs_rehash(kept or "")
    )


def password_problem(password: str, name: str) -> str:
    """Why this may not be the password of that account, in a sentence; "" where it may. No rule says which signs."""
    plain = _plain(password)
    if len(plain) < LEAST:
        return f"Le nouveau mot de passe est trop court : {LEAST} caractères au moins, {ADVISED} ou plus de préférence."
    if len(plain) > MOST:
        return f"Le nouveau mot de passe est trop long : {MOST} caractères au plus."
    if is_common(plain):
        return "Ce mot de passe est l'un des plus courants : en choisir un autre, par exemple plusieurs mots."
    if name.casefold() in plain.casefold():
        return "Le nouveau mot de passe contient le nom du compte : en choisir un autre."
    return ""


def _plain(password: str) -> str:
    """The same signs, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password)
