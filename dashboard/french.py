"""French as screens and exports write it: numbers, dates, agreement.

Spaces that must not break a line: U+202F within a number and before %, U+00A0 between a number and its word. Where a number may
be missing, None, NaN and pandas' NA are written `missing`.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

NARROW_SPACE = "\u202f"
SPACE = "\u00a0"
HELD = re.compile(
    r"(?<=[a-zéû]) (?=(?:19|20)\d\d\b)|(?<=\d) (?=[a-zà-ÿ])"
)  # « octobre 2026 », « 30 jours »
FRENCH = str.maketrans({",": NARROW_SPACE, ".": ","})
# Invisible characters: Unicode's « default ignorable » ones, and control characters.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
HYPHENS = dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D), "-")
ALIKE = HYPHENS | {0x2800: " "}  # a letter of Braille without a dot
LITTLE = re.compile(r"\b(?:de |d['’])")
LABELS = 4_096  # size of each cache of formatted numbers, days, months and names
MONTHS = [
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
]  # fmt: skip
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
SHORT_MONTHS = [
    "janv.", "févr.", "mars", "avr.", "mai", "juin",
    "juil.", "août", "sept.", "oct.", "nov.", "déc.",
]  # fmt: skip
LONGEST_WAIT = 240  # the last bin of the wait histogram has no upper end

missing = "non mesuré"


Number = float | Decimal | None


# typed: a Decimal cannot be compared with an integer of numpy's.
@lru_cache(LABELS, typed=True)
def number(x: Number, decimals: int = 0) -> str:
    """« 1 234,5 », with exactly so many decimals; halves are rounded away from 0, as Excel and the charts do."""
    if x is None or _is_missing(x):
        return missing
    # Not by Babel, which takes ten times as long; tests compare both.
    return f"{_rounded(x, decimals):,.{decimals}f}".translate(FRENCH)


def percent(x: float | None, decimals: int = 0) -> str:
    """« 91 % », from a percentage between 0 and 100."""
    return missing if _is_missing(x) else f"{number(x, decimals)}{NARROW_SPACE}%"


@lru_cache(LABELS, typed=True)
def minutes(x: float | None) -> str:
    """« 24 min »; from 240 on « 240 min et plus », where the histograms of waits end."""
    if x is None or _is_missing(x):
        return missing
    whole = _rounded(x)
    more = " et plus" if whole >= LONGEST_WAIT else ""
    return f"{number(min(whole, Decimal(LONGEST_WAIT)))}{SPACE}min{more}"


def days(x: float | None) -> str:
    """« 1 jour », « 12 jours »."""
    return missing if x is None or _is_missing(x) else plural(x, "jour")


def date_short(d: date) -> str:
    """« 24/11/2026 »."""
    return f"{d:%d/%m/%Y}"


@lru_cache(LABELS)
def date_long(d: date) -> str:
    """« 24 novembre 2026 », « 1er novembre 2026 »."""
    return f"{'1er' if d.day == 1 else d.day} {month_label(d)}"


def weekday(d: date) -> str:
    """« mardi »."""
    return WEEKDAYS[d.weekday()]


def clock_time(minutes_of_day: int) -> str:
    """« 8 h », « 17 h 30 »: minutes after midnight."""
    hour, minute = divmod(minutes_of_day, 60)
    return f"{hour}{SPACE}h{f'{SPACE}{minute:02}' if minute else ''}"


def opening_hours(hours: Sequence[tuple[int, int, int]]) -> str:
    """« du lundi au jeudi de 8 h à 17 h, le vendredi de 8 h à 12 h 30 ». hours: weekday (0 = Monday), minutes at which it
    opens and closes."""
    runs: list[tuple[int, int, int, int]] = []
    for weekday, opens, closes in sorted(hours):
        if runs and runs[-1][1:] == (weekday - 1, opens, closes):
            runs[-1] = runs[-1][0], weekday, opens, closes
        else:
            runs.append((weekday, weekday, opens, closes))
    return ", ".join(
        f"{f'le {WEEKDAYS[first]}' if first == last else f'du {WEEKDAYS[first]} au {WEEKDAYS[last]}'}"
        f" de {clock_time(opens)} à {clock_time(closes)}"
        for first, last, opens, closes in runs
    )


@lru_cache(LABELS)
def month_label(d: date) -> str:
    """« novembre 2026 »."""
    return f"{MONTHS[d.month - 1]} {d.year}"


def of_month(d: date) -> str:
    """« de novembre 2026 », « d'octobre 2026 »."""
    label = month_label(d)
    return f"d'{label}" if fold_accents(label)[0] in "aeiouh" else f"de {label}"


@lru_cache(LABELS)
def month_short(d: date) -> str:
    """« nov. 2026 »."""
    return f"{SHORT_MONTHS[d.month - 1]} {d.year}"


def plural(n: float, singular: str, plural: str | None = None) -> str:
    """« 0 usager », « 1 usager », « 2 usagers »: the plural begins at 2. plural: by default the singular with an s."""
    more = plural or (singular if singular[-1] in "sxz" else f"{singular}s")
    return f"{number(n)}{SPACE}{singular if abs(_rounded(n)) < 2 else more}"


def plural_phrase(n: int, words: str) -> str:
    """« 1 ligne importée », « 2 lignes importées »: every word takes an s from 2 on. Digits without separators, for terminals."""
    return f"{n} {words if abs(n) < 2 else ' '.join(word + 's' for word in words.split())}"


def join_words(words: Sequence[str], before_the_last: str = "et") -> str:
    """« a, b et c »."""
    return f" {before_the_last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def join_first(words: Sequence[str], most: int = 3) -> str:
    """« Kandi, Nikki et 3 autres »: the first words, and the number of the others."""
    rest = len(words) - most
    return join_words([*words[:most], *([plural(rest, "autre")] if rest > 0 else [])])


def upper_first(text: str) -> str:
    """The text with a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def bind_numbers(text: str) -> str:
    """The text with no-break spaces within « octobre 2026 » or « 30 jours », for headings."""
    return HELD.sub(SPACE, text)


def lower_first(text: str) -> str:
    """The text with a small first letter, for within a sentence."""
    return f"{text[:1].lower()}{text[1:]}"


def bind_punctuation(text: str) -> str:
    """The text with no-break spaces before colons and other signs that must not begin a line."""
    return re.sub(r" (?=[:;?!»])|(?<=«) ", SPACE, text)


def strip_invisible(text: str) -> str:
    """The text without invisible characters."""
    return text if text.isascii() and text.isprintable() else UNSEEN.sub("", text)


def normalise_key(text: str) -> str:
    """A reference or code in the form in which it is stored and compared: without invisible characters, with one kind of hyphen
    and space, accents composed."""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", strip_invisible(text).translate(ALIKE))
    return " ".join(text.split())


def fold_accents(text: str) -> str:
    """The text in lower case without accents: « Cœur d'Été » gives « coeur d'ete »."""
    if text.isascii():  # most cells of a register: nothing to decompose
        return text.lower()
    letters = unicodedata.normalize("NFKD", text).casefold().replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in letters if not unicodedata.combining(c))


@lru_cache(LABELS)
def alphabetical(name: str) -> str:
    """The sort key of a name: as in dictionaries, without accents and capitals (Ouèssè before Ouidah), and without « de » or «
    d' » before a commune (CCSP d'Allada, CCSP de Bassila, CCSP d'Ouidah)."""
    return LITTLE.sub("", fold_accents(name))


def elide(word: str, name: str) -> str:
    """« de » or another little word before a name: d'Allada, d'Ouidah, d'Évry, but de Houéyogbé, de Yaoundé.

    There is no elision before h, which suits the names of Benin; before y only if a consonant follows (d'Yverdon).
    """
    elided = re.match(r"[aeiou]|y[^\W\d_aeiouy]", fold_accents(name.strip()))
    return f"{word[:-1]}'{name}" if elided else f"{word} {name}"


def _is_missing(x: object) -> bool:
    """Whether a number is None, NaN or pandas' NA."""
    if isinstance(x, float):
        return x != x  # true of NaN only
    # By its text: pandas' NA has no truth value, and pandas is not imported here.
    return not isinstance(x, int) and str(x).lower() in ("none", "nan", "<na>")


def _rounded(x: float | Decimal, decimals: int = 0) -> Decimal:
    """The number with so many decimals, halves away from 0, never negative zero."""
    if isinstance(x, int) or isinstance(x, float) and x.is_integer():  # the common case, and faster
        return Decimal(int(x))
    rounded = Decimal(str(x)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return rounded or abs(rounded)


# For Vega-Lite's config.locale (d3-format and d3-time-format), whose days begin on Sunday by definition.
VEGA_LOCALE = {
    "number": {
        "decimal": ",",
        "thousands": NARROW_SPACE,
        "grouping": [3],
        "currency": ["", f"{SPACE}F{SPACE}CFA"],
        "percent": f"{NARROW_SPACE}%",
        "minus": "-",
        "nan": missing,
    },
    "time": {
        "dateTime": "%A %e %B %Y à %H:%M",
        "date": "%d/%m/%Y",
        "time": "%H:%M",
        "periods": ["AM", "PM"],
        "days": ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
        "shortDays": ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
        "months": MONTHS,
        "shortMonths": SHORT_MONTHS,
    },
}  # fmt: skip
