"""Whether a password is one of those that attackers try first: a common word with what people add to it, a keyboard
walk, a date, or one of the most frequent leaked passwords.

The words are ours (data/common_words.txt), the leaked ones are known by their digests (data/README.md); no rule
demands kinds of characters.

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
MOST_AFFIXED = (
    6  # signs before and after a word that make it no better: « benin@2026 », « 123soleil! »
)
FEWEST = 4  # different signs
# Neighbouring keys of French and English keyboards and of the numeric pad; read in both directions.
WALKS = (
    "01234567890 azertyuiop qsdfghjklm wxcvbn qwertyuiop asdfghjkl zxcvbnm abcdefghijklmnopqrstuvwxyz"
    " 1qaz2wsx3edc4rfv5tgb6yhn7ujm 1aqw2zsx3edc4rfv5tgb6yhn7uj zaq1xsw2cde3vfr4bgt5 wqa1xsz2cde3vfr4"
    " 1q2w3e4r5t6y7u8i9o0p q1w2e3r4t5y6u7i8o9p0 1a2z3e4r5t6y7u8i9o0p a1z2e3r4t5y6u7i8o9p0 a1b2c3d4e5f6g7h8"
    " 789456123 741852963 147258369 963852741 159753 123654789 !qaz@wsx#edc"
).split()
RUN = 3  # signs of a walk in a row
# Signs that people write for letters.
LETTERS_BY_SIGN = str.maketrans("@4310$57!€", "aaeiosstie")
DAY = re.compile(r"(\d\d)[-/. ]?(\d\d)[-/. ]?(\d{4})")
DAY_BACKWARDS = re.compile(r"(\d{4})[-/. ]?(\d\d)[-/. ]?(\d\d)")
YEARS = range(1900, 2100)


def is_common(password: str) -> bool:
    """Whether the password is a common one, or made of common parts."""
    text = fold_accents(password.casefold())
    return (
        len(set(text)) < FEWEST
        or _is_a_day(text)
        or any(_is_usual(core) or _is_walk(core) or _leaked(core) for core in _cores(text))
    )


def _cores(text: str) -> Iterator[str]:
    """The text without the characters added around it, as written and with its signs read as the letters that they
    stand for."""
    tail = re.sub(r"[\W\d_]+$", "", text)
    middle = re.sub(r"^[\W\d_]+", "", tail)
    for core in (text, tail, middle, re.sub(r"[\W_]", "", middle)):
        if core and len(text) - len(core) <= MOST_AFFIXED:
            yield from (core, core.translate(LETTERS_BY_SIGN))


def _is_usual(core: str) -> bool:
    """Whether the text is a common word, once or repeated."""
    return any(
        core == core[:size] * (len(core) // size) and core[:size] in _words()
        for size in range(3, len(core) + 1)
        if len(core) % size == 0
    )


def _is_walk(core: str) -> bool:
    """Whether the text consists of keyboard walks or repeated characters only."""
    made = [True] + [False] * len(core)  # up to each sign
    for end in range(RUN, len(core) + 1):
        made[end] = any(
            made[start] and (core[start:end] in _walks() or len(set(core[start:end])) == 1)
            for start in range(end - RUN + 1)
        )
    return len(core) >= RUN + 1 and made[-1]


@cache
def _walks() -> frozenset[str]:
    """Every run of RUN characters of a keyboard walk, in both directions."""
    return frozenset(
        walk[start:end]
        for one in WALKS
        for walk in (one, one[::-1])
        for start in range(len(walk))
        for end in range(start + RUN, len(walk) + 1)
    )


def _is_a_day(text: str) -> bool:
    """Whether the text is a date."""
    for pattern, order in ((DAY, (2, 1, 0)), (DAY_BACKWARDS, (0, 1, 2))):
        if found := pattern.fullmatch(text):
            year, month, day = (int(found.groups()[i]) for i in order)
            with suppress(ValueError):
                return date(year, month, day).year in YEARS
    return False


def _leaked(core: str) -> bool:
    """Whether the text is one of the most frequent leaked passwords."""
    return sha256(core.encode(errors="replace")).hexdigest()[:SIGNS_OF_DIGESTS] in _digests()


@cache
def _digests() -> frozenset[str]:
    return frozenset(LEAKED.read_text(encoding="ascii").split())


@cache
def _words() -> frozenset[str]:
    return frozenset(WORDS.read_text(encoding="utf-8").split())
