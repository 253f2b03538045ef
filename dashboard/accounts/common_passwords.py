"""Which passwords are among those that are tried first: a usual word with what people put around it, a walk on the keyboard, a
day; and those that leaked most elsewhere. The words are ours (data/common_words.txt), those that leaked are known by their
digests (data/README.md); no rule says which signs a password has to have.

After: `dashboard.accounts.passwords`.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import cache
from hashlib import sha256

from dashboard.french import fold_accents
from dashboard.settings import ROOT

WORDS = ROOT / "data" / "common_words.txt"
LEAKED = ROOT / "data" / "leaked_passwords.txt"
SIGNS_OF_DIGESTS = 16  # by which those that leaked are known
AROUND = 6  # signs before and after a word that make it no better: « benin@2026 », « 123soleil! »
FEWEST = 4  # different signs
# What fingers do on French and English keyboards, and on the pad of digits; each way round.
WALKS = (
    "01234567890 azertyuiop qsdfghjklm wxcvbn qwertyuiop asdfghjkl zxcvbnm abcdefghijklmnopqrstuvwxyz"
    " 1qaz2wsx3edc4rfv5tgb6yhn7ujm 1aqw2zsx3edc4rfv5tgb6yhn7uj zaq1xsw2cde3vfr4bgt5 wqa1xsz2cde3vfr4"
    " 1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0 1a2z3e4r5t6y7u8i9o0p a1z2e3r4t5y6u7i8o9p0 a1b2c3d4e5f6g7h8"
    " 789456123 741852963 147258369 963852741 159753 123654789 !qaz@wsx#edc"
).split()
RUN = 3  # signs of a walk in a row
# Signs that people write for letters.
MEANT = str.maketrans("@4310$57!€", "aaeiosstie")
DAY = re.compile(r"(\d\d)[-/. ]?(\d\d)[-/. ]?(\d{4})")
DAY_BACKWARDS = re.compile(r"(\d{4})[-/. ]?(\d\d)[-/. ]?(\d\d)")
YEARS = range(1900, 2100)


def is_common(password: str) -> bool:
    """Whether this password is one of the usual ones, or made as they are."""
    text = fold_accents(password.casefold())
    return (
        len(set(text)) < FEWEST
        or _is_a_day(text)
        or any(_is_usual(core) or _is_walk(core) or _leaked(core) for core in _cores(text))
    )


def _cores(text: str) -> Iterator[str]:
    """What stands between the signs around it, as it is written and as it is meant."""
    tail = re.sub(r"[\W\d_]+$", "", text)
    middle = re.sub(r"^[\W\d_]+", "", tail)
    for core in (text, tail, middle, re.sub(r"[\W_]", "", middle)):
        if core and len(text) - len(core) <= AROUND:
            yield from (core, core.translate(MEANT))


def _is_usual(core: str) -> bool:
    """Whether it is a word of ours, once or several times over."""
    return any(
        core == core[:size] * (len(core) // size) and core[:size] in _words()
        for size in range(3, len(core) + 1)
        if len(core) % size == 0
    )


def _is_walk(core: str) -> bool:
    """Whether it is made of runs of walks, or of the same sign, alone."""
    made = [True] + [False] * len(core)  # up to each sign
    for end in range(RUN, len(core) + 1):
        made[end] = any(
            made[start] and (core[start:end] in _walks() or len(set(core[start:end])) == 1)
            for start in range(end - RUN + 1)
        )
    return len(core) >= RUN + 1 and made[-1]


@cache
def _walks() -> frozenset[str]:
    """Every run of every walk."""
    return frozenset(
        walk[start:end]
        for one in WALKS
        for walk in (one, one[::-1])
        for start in range(len(walk))
        for end in range(start + RUN, len(walk) + 1)
    )


def _is_a_day(text: str) -> bool:
    for pattern, order in ((DAY, (2, 1, 0)), (DAY_BACKWARDS, (0, 1, 2))):
        if found := pattern.fullmatch(text):
            year, month, day = (int(found.groups()[i]) for i in order)
            with suppress(ValueError):
                return date(year, month, day).year in YEARS
    return False


def _leaked(core: str) -> bool:
    """Whether it is one of those that leaked most."""
    return sha256(core.encode(errors="replace")).hexdigest()[:SIGNS_OF_DIGESTS] in _digests()


@cache
def _digests() -> frozenset[str]:
    return frozenset(LEAKED.read_text(encoding="ascii").split())


@cache
def _words() -> frozenset[str]:
    return frozenset(WORDS.read_text(encoding="utf-8").split())
