"""Number formats, as Excel and LibreOffice apply them, with French signs: the text that a cell shows of a number.

The text of a cell is what it shows, where that says all that it holds; where it does not, and of every date and time,
the text has a mark (see `cell_display`). Dates are always written JJ/MM/AAAA, times HH:MM. Standard library only:
`workbook_child` imports this.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from dashboard.forms.cell_display import LOST, ROUNDED, TEXT, UNKNOWN, add_mark

Number = int | float
LONGEST = 1_000  # signs of a format; Excel takes 255, and what is not closed is searched to its end at each of its signs
LARGEST_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number
LAST_DAY = 2_958_465  # 31/12/9999
HASHES = "########"  # what stands in the place of a date that cannot be
THOUSANDS = "\u202f"
SECONDS = 86_400
HALF, HARDLY = Decimal("0.5"), Decimal("0.0001")  # of a second: a fraction of a day is never exact
DIGIT = re.compile(r"\d")
EMPTY = {"0": "0", "?": " ", "#": ""}  # what stands in a place that the number has no digit for
COLOURS = {"black", "blue", "cyan", "green", "magenta", "red", "white", "yellow"}
COMPARISONS: dict[str, Callable[[Number, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<filler>.)'
    r"|\[(?P<elapsed>h+|m+|s+)\]|\[(?P<when>[<>=]{1,2})(?P<than>-?[\d.]+)\]"
    r"|\[\$(?P<currency>[^\]-]*)(?:-(?P<locale>[^\]]*))?\]"
    r"|\[(?P<bracket>[^\]]*)\]|(?P<half>am/pm|a/p)|(?P<general>general)|(?P<power>e[+-])"
    r"|(?P<part>y+|m+|d+|h+|s+)|(?P<digit>[0#?])|(?P<sign>[.,%/@])|(?P<strange>[begn])|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
# In these two places of the list, each machine shows its own order of day and month.
DAY_OF_THE_MACHINE, MOMENT_OF_THE_MACHINE = 14, 22
DATE_LETTERS = (
    "dmyhns"  # parts of a moment as this country writes them, each a letter (see `cell_display`)
)
# Number of a calendar in a format, in the last hexadecimal digits but four or behind a comma: none said, and six of Gregory's.
GREGORIAN = frozenset((0, 1, 2, 9, 10, 11, 12))
CALENDAR = re.compile(r"[^,]*,(?P<named>[0-9a-f]+)|(?P<numbered>[0-9a-f]+)", re.IGNORECASE)


class UnknownFormat(ValueError):
    """A format that is not supported here."""


@dataclass(frozen=True)
class Section:
    """A section of a format: kind and text of each token; condition: which numbers it is for."""

    tokens: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None

    def has(self, *kinds: str) -> bool:
        """Whether a token is of one of these kinds."""
        return any(kind in kinds for kind, _ in self.tokens)

    @property
    def is_date(self) -> bool:
        """Whether it shows days or times."""
        return self.has("part", "elapsed", "half")

    @property
    def is_text(self) -> bool:
        """Whether it is the section for texts."""
        return ("sign", "@") in self.tokens


@lru_cache(1_000)
def sections(code: str) -> tuple[Section, ...]:
    """The sections of a format. Raises UnknownFormat."""
    if len(code) > LONGEST:
        raise UnknownFormat(code)
    found: list[Section] = []
    tokens: list[tuple[str, str]] = []
    when: tuple[str, float] | None = None
    for match in TOKEN.finditer(code):
        kind = match.lastgroup or ""
        text = match[kind] if kind not in ("than", "locale") else match["currency"] or ""
        if kind == "plain" and text == ";":
            found.append(Section(tuple(tokens), when))
            tokens, when = [], None
        elif kind == "than":
            when = match["when"], float(match["than"])
        elif (
            kind == "bracket"
            and text.lower() not in COLOURS
            and not text.lower().startswith("color")
        ):
            raise UnknownFormat(code)
        elif kind in ("quoted", "escaped", "currency", "locale", "plain"):
            tokens.append(("literal", text))
            if not _is_gregorian(match["locale"] or ""):
                tokens.append(("calendar", ""))
        elif kind == "space":
            tokens.append(("literal", " "))
        elif kind not in ("filler", "bracket"):
            tokens.append((kind, text.lower()))
    return (*found, Section(tuple(tokens), when))


def _is_gregorian(locale: str) -> bool:
    """Whether a locale code in a format means the Gregorian calendar: 41E does, 107041E and th-TH,107 do not."""
    match = CALENDAR.fullmatch(locale)
    if match is None:
        return True
    number = int(match["named"], 16) if match["named"] else int(match["numbered"], 16) >> 16
    return number & 0xFF in GREGORIAN


def shown_number(number: Number, code: str, place: int = 0, *, from_1904: bool = False) -> str:
    """The text of a cell that holds a number and has this format, marked where it must be. place: the format's in the
    list that every spreadsheet has; 164 and more are the file's own."""
    held = general_number(number)
    if abs(number) >= LARGEST_EXACT:
        return add_mark(LOST, held)
    if code.lower() in ("", "general", "@"):
        return held
    try:
        section, negative = _section_for(number, code)
        if section.is_date:
            own = place in (DAY_OF_THE_MACHINE, MOMENT_OF_THE_MACHINE)
            return _moment(number, section, from_1904=from_1904, own=own)
        return _digits(number, section, negative=negative)
    except (UnknownFormat, InvalidOperation, OverflowError):
        return add_mark(UNKNOWN, held, held)


def shown_text(text: str, code: str) -> str:
    """The text of a cell that holds a text and has this format, marked where it must be."""
    if code == "@" or ";" not in code and "@" not in code:
        return text
    try:
        found = sections(code)
    except UnknownFormat:
        return text
    last = found[-1]
    if len(found) < 4 and not last.is_text:
        return text
    said = "".join(text if (kind, t) == ("sign", "@") else t for kind, t in last.tokens)
    return said if last.is_text else add_mark(ROUNDED, said, f"« {text} »")


def general_number(number: Number) -> str:
    """The digits of a number without an exponent; fifteen of them, as spreadsheets keep, so that 0.1 + 0.2 is 0,3."""
    if isinstance(number, int):
        return str(number)
    return f"{Decimal(format(number, '.15g')):f}".replace(".", ",")


def _section_for(number: Number, code: str) -> tuple[Section, bool]:
    """The section that shows the number, and whether a negative number's sign is to be added to it."""
    found = sections(code)
    if len(found) > 1 and found[-1].is_text or len(found) > 3:
        found = found[:-1]
    if found[0].is_text:
        raise UnknownFormat(code)
    if any(s.condition for s in found):
        for section in found:
            if section.condition is None or COMPARISONS[section.condition[0]](
                number, section.condition[1]
            ):
                return section, True
        raise UnknownFormat(code)
    if number < 0 and len(found) > 1:
        return found[1], False
    if number == 0 and len(found) > 2:
        return found[2], False
    return found[0], True


# --- digits -----------------------------------------------------------------------------------------------------------
def _digits(number: Number, section: Section, *, negative: bool) -> str:
    """The number as digits: rounded, grouped, filled up with zeros, among the words of its format."""
    held, tokens = general_number(number), section.tokens
    if section.has("strange") or ("sign", "/") in tokens:
        raise UnknownFormat(section)  # fractions, years of other calendars
    if section.has("general"):
        return "".join(held if kind == "general" else text for kind, text in tokens)
    value = Decimal(format(number, ".15g")) if isinstance(number, float) else Decimal(number)
    if section.has("power"):
        return add_mark(ROUNDED, f"{value:.5E}".replace(".", ","), held)
    point = tokens.index(("sign", ".")) if ("sign", ".") in tokens else len(tokens)
    before = [i for i, (kind, _) in enumerate(tokens) if kind == "digit" and i < point]
    after = [i for i, (kind, _) in enumerate(tokens) if kind == "digit" and i > point]
    commas = [i for i, token in enumerate(tokens) if token == ("sign", ",")]
    scaled = sum(not before or i > before[-1] for i in commas)
    value = value.scaleb(2 * tokens.count(("sign", "%")) - 3 * scaled)
    rounded = abs(value).quantize(Decimal(1).scaleb(-len(after)), ROUND_HALF_UP)
    whole, _, fraction = f"{rounded:f}".partition(".")
    texts = {i: text for i, (kind, text) in enumerate(tokens) if kind == "literal"}
    texts |= {i: "%" for i, token in enumerate(tokens) if token == ("sign", "%")}
    texts |= _whole(tokens, before, whole.lstrip("0"), grouped=len(commas) > scaled)
    texts |= _fraction(tokens, after, fraction)
    if point < len(tokens):
        texts[point] = ","
    said = "".join(texts.get(i, "") for i in range(len(tokens))).strip()
    if negative and number < 0 and rounded:
        said = f"-{said}"
    signed = number >= 0 or said[:1] in ("-", "(")
    if not DIGIT.search(said) or rounded != abs(value) or scaled or not signed:
        return add_mark(ROUNDED, said, held)
    own = any(kind == "literal" and DIGIT.search(text) for kind, text in tokens)
    return add_mark(TEXT, said, held) if own else said


def _whole(
    tokens: tuple[tuple[str, str], ...], places: list[int], digits: str, *, grouped: bool
) -> dict[int, str]:
    """The digits before the point, each in its place; those that are too many stand in the first one."""
    if grouped:
        zeros = sum(tokens[i][1] == "0" for i in places)
        filled = digits.zfill(zeros)
        start = len(filled) % 3
        groups = [filled[:start], *(filled[i : i + 3] for i in range(start, len(filled), 3))]
        return {places[0]: THOUSANDS.join(filter(None, groups))}
    texts = {}
    for i in reversed(places):
        own = digits if i == places[0] else digits[-1:]
        digits = digits[: len(digits) - len(own)]
        texts[i] = own or EMPTY[tokens[i][1]]
    return texts


def _fraction(
    tokens: tuple[tuple[str, str], ...], places: list[int], digits: str
) -> dict[int, str]:
    """The digits after the point, each in its place."""
    kept = len(digits.rstrip("0"))
    return {i: digits[at] if at < kept else EMPTY[tokens[i][1]] for at, i in enumerate(places)}


# --- days and times ---------------------------------------------------------------------------------------------------
def _moment(number: Number, section: Section, *, from_1904: bool, own: bool) -> str:
    """The day, the time, or both: whichever the format shows, with its mark."""
    if not 0 <= number < LAST_DAY + 1:
        return HASHES
    if section.has("strange", "general", "power", "calendar"):
        raise UnknownFormat(section)
    parts = _parts(section)
    # Seconds are rounded where they are shown; where they are not, a minute ends when it has passed.
    seconds = int(Decimal(repr(number)) * SECONDS + (HALF if "s" in parts else HARDLY))
    days, clock = divmod(seconds, SECONDS)
    if section.has("elapsed"):
        clock = seconds
    said = _day(days, from_1904=from_1904) if any(p in parts for p in "dmMyw") else ""
    midnight = bool(said) and not clock  # no time of that day, as far as anybody can tell
    if any(p in parts for p in "hns") and not midnight:
        seconds_too = f":{clock % 60:02}" if "s" in parts else ""
        said = f"{said} {clock // 3600:02}:{clock // 60 % 60:02}{seconds_too}".strip()
    if own:
        parts = "".join(sorted(parts, key=DATE_LETTERS.find))
    return add_mark(parts, said, said)


def _day(days: int, *, from_1904: bool) -> str:
    """The date of a day number, JJ/MM/AAAA."""
    if from_1904:
        day = date(1904, 1, 1) + timedelta(days)
    elif days > 60:
        day = date(1899, 12, 30) + timedelta(days)
    elif days == 60:
        return "29/02/1900"  # which never was, but for spreadsheets
    elif days == 0:
        return "00/01/1900"
    else:
        day = date(1899, 12, 31) + timedelta(days)
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def _parts(section: Section) -> str:
    """A letter for each part that is shown (see `cell_display`). An « m » beside hours or seconds is minutes."""
    found: list[str] = []
    dates = [(kind, text) for kind, text in section.tokens if kind in ("part", "elapsed", "half")]
    for i, (kind, text) in enumerate(dates):
        letter = text[0]
        if kind == "half":
            letter = "p"
        elif letter == "m":
            after_hours = i > 0 and dates[i - 1][1][0] == "h"
            before_seconds = i + 1 < len(dates) and dates[i + 1][1][0] == "s"
            minutes = len(text) < 3 and (after_hours or before_seconds) or kind == "elapsed"
            letter = "n" if minutes else "m" if len(text) < 3 else "M" if len(text) < 5 else "w"
        elif letter == "d" and len(text) > 2:
            letter = "w"
        found.append(letter)
    return "".join(dict.fromkeys(found))
