"""The room that a text takes on a slide, computed from the widths of letters, and how it is cut where it takes too
much."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any

LARGE, BODY, SMALL = 24, 16, 12  # headline and question; what is read; axes and footer
LONGEST = 4000  # letters of one text that are looked at
# Characters that XML cannot hold, and marks that reverse the direction of the text that follows them.
ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
# Widths of Arial's letters in thousandths of the size of type; what is not here is as wide as a digit.
LETTERS = {
    c: w
    for w, letters in (
        (222, "ijl|'"),
        (278, "ftI .,:;!/\\[]·\u00a0"),
        (333, 'r()-"'),
        (150, "\u202f"),
        (500, "cksvxyzJ"),
        (722, "wCDHNRUGOQ"),
        (667, "ABEKPSVXY"),
        (611, "FTZ"),
        (889, "%mM"),
        (944, "W—…"),
    )
    for c in letters
}


def clean(value: Any) -> Any:
    """The value with every text in it fit for XML and on one line."""
    if isinstance(value, str):
        return ILLEGAL.sub("", re.sub(r"[\t\n\r]+", " ", value))
    if isinstance(value, dict):
        return {k: clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(clean(v) for v in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: clean(getattr(value, f.name)) for f in fields(value)})
    return value


@lru_cache(maxsize=4096)
def _units(text: str) -> int:
    plain = (c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return sum(LETTERS.get(c, 556 if ord(c) < 0x2E80 else 1000) for c in plain)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The inches that a text takes on one line, somewhat more rather than less."""
    return _units(text) * size / 72000 * (1.09 if bold else 1.02)


def text_height(lines: int, size: float) -> float:
    """The inches that so many lines take."""
    return lines * size * 1.17 / 72


@lru_cache(maxsize=4096)
def wrap_text(text: str, width: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """The lines of a text in a width; a longer word is cut."""
    lines, here, taken = [], "", 0.0
    for whole in text[:LONGEST].split(" "):
        word = whole
        needed, space = text_width(word, size, bold), text_width(" ", size, bold) if here else 0
        if here and taken + space + needed > width:
            lines.append(here)
            here, taken, space = "", 0.0, 0
        while needed > width and len(word) > 1:
            most = next(
                (n for n in range(1, len(word)) if text_width(word[: n + 1], size, bold) > width),
                len(word),
            )
            lines.append(word[:most])
            word = word[most:]
            needed = text_width(word, size, bold)
        here, taken = f"{here} {word}" if here else word, taken + space + needed
    return (*lines, here)


def cut(text: str, lines: int, width: float, size: float, bold: bool = False) -> str:
    """The text, cut with « … » where it takes more lines."""
    found = wrap_text(text, width, size, bold)
    return (
        text
        if len(found) <= lines and len(text) <= LONGEST
        else " ".join(found[:lines])[:-2].rstrip() + "…"
    )


def fit_text(
    text: str, width: float, height: float, sizes: Sequence[float], bold: bool = False
) -> tuple[str, float]:
    """The text and the largest of the sizes at which it fits; cut where even the last is too large."""
    for size in sizes:
        if (
            text_height(len(wrap_text(text, width, size, bold)), size) <= height
            and len(text) <= LONGEST
        ):
            return text, size
    return cut(
        text, max(int(height / text_height(1, sizes[-1])), 1), width, sizes[-1], bold
    ), sizes[-1]
