"""One cell: from the text that stands there to a value, or to the reason why not, in French."""
import re
from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np

from dashboard.returns.known import Choice, Known, normalise
from db.frames import COMPLAINT, INFORMATION, LEFT, MAN, REQUEST, SERVED, WOMAN

OLDEST = date(2000, 1, 1)
EPOCH = date(1970, 1, 1).toordinal()
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
MONTHS = {normalise(name): i for i, name in enumerate(
    ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
     "décembre"), 1)}
KINDS = {"requete": REQUEST, "0": REQUEST, "plainte": COMPLAINT, "1": COMPLAINT,
         "demande d information": INFORMATION, "2": INFORMATION}
SEXES = {"f": WOMAN, "femme": WOMAN, "m": MAN, "homme": MAN}
OUTCOMES = {"servi": SERVED, "parti": LEFT}
COMPLAINT_OUTCOMES = {"traitee": "handled", "rejetee": "rejected", "sans suite": "dropped"}
ADD = {"service": "service", "category": "category", "channel": "channel", "reason": "reason"}
LONGEST = 2_000
LONGEST_REFERENCE = 200  # it is a key: an index of PostgreSQL takes no long ones


class CellProblem(ValueError):
    """Why a cell cannot be read: what to do, in French."""


def day(text: str, today: date) -> str:
    """ISO text of a day written JJ/MM/AAAA or AAAA-MM-JJ, not in the future."""
    if match := SLASHED.fullmatch(text):
        parts = int(match[3]), int(match[2]), int(match[1])
    elif match := ISO.fullmatch(text):
        parts = int(match[1]), int(match[2]), int(match[3])
    else:
        raise CellProblem("une date est attendue, écrite JJ/MM/AAAA.")
    try:
        found = date(*parts)
    except ValueError:
        raise CellProblem("ce jour n'existe pas ; écrire JJ/MM/AAAA.") from None
    if found > today:
        raise CellProblem("cette date est dans l'avenir.")
    if found < OLDEST:
        raise CellProblem("cette date est trop ancienne ; vérifier l'année.")
    return found.isoformat()


def month(text: str, today: date) -> str:
    """ISO text of the first day of a month written MM/AAAA, AAAA-MM, « novembre 2026 » or as a date of the month."""
    if match := re.fullmatch(r"(\d{1,2})/(\d{4})", text):
        return day(f"01/{match[1]}/{match[2]}", today)
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return day(f"{text}-01", today)
    words = normalise(text).split(" ")
    if len(words) == 2 and words[0] in MONTHS and re.fullmatch(r"\d{4}", words[1]):
        return day(f"01/{MONTHS[words[0]]}/{words[1]}", today)
    try:
        return day(text, today)[:8] + "01"
    except CellProblem as problem:
        if "attendue" in str(problem):
            raise CellProblem("un mois est attendu, écrit MM/AAAA.") from None
        raise


def clock(text: str) -> int:
    """Minutes after midnight of a time written HH:MM (seconds are dropped)."""
    match = CLOCK.fullmatch(text)
    if not match:
        raise CellProblem("une heure est attendue, écrite HH:MM.")
    hours, minutes = int(match[1]), int(match[2])
    if hours > 23 or minutes > 59 or int(match[3] or 0) > 59:
        raise CellProblem("cette heure n'existe pas ; de 00:00 à 23:59.")
    return hours * 60 + minutes


def whole(text: str) -> int:
    """A whole number, 0 or more."""
    digits = re.sub(r"[\s\u202f\u00a0]", "", text)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 7:
        raise CellProblem("un nombre entier est attendu, sans signe.")
    return int(digits)


def word(words: dict, expected: str) -> Callable[[str], object]:
    """A reader for a cell that holds one of a few words."""
    def read(text: str):
        found = words.get(normalise(text))
        if found is None:
            raise CellProblem(f"{expected} attendu.")
        return found
    return read


def answer(text: str) -> bool:
    """True for oui, False for non."""
    found = {"oui": True, "non": False}.get(normalise(text))
    if found is None:
        raise CellProblem("oui, non ou rien attendu.")
    return found


def plain(text: str) -> str:
    """Free text, as it stands."""
    if len(text) > LONGEST:
        raise CellProblem(f"texte trop long : {LONGEST} caractères au plus.")
    return text


def reference(text: str) -> str:
    """A number or code that stands for the row."""
    if len(text) > LONGEST_REFERENCE:
        raise CellProblem(f"référence trop longue : {LONGEST_REFERENCE} caractères au plus.")
    return text


def site(text: str, known: Known) -> int | Choice:
    """The id of the site; a Choice where a commune's name leaves it to the day."""
    found = known.site(text)
    if found is None:
        near = known.nearest_site(text)
        raise CellProblem("ce centre n'est pas connu." + (f" Le plus proche : « {near} »." if near else ""))
    if isinstance(found, Choice):
        only = found.candidates[0]
        settled = len(found.candidates) == 1 and len({c for _, c in only.communes}) == 1 and only.closed_on is None
        return only.id if settled else found
    return found.id


def term(kind: str, known: Known) -> Callable[[str], int]:
    """A reader for a word of one of the ministry's lists."""
    def read(text: str) -> int:
        found = known.terms.get(kind, {}).get(normalise(text))
        if found is None:
            near = known.nearest_term(kind, text)
            raise CellProblem("ce mot n'est pas dans la liste." + (f" Le plus proche : « {near} »." if near else "")
                              + f" Pour l'ajouter : python -m db add {ADD[kind]} \"{text.replace(chr(34), '')[:80]}\"")
        return found
    return read


def readers(known: Known, today: date) -> dict[str, Callable[[str], object]]:
    """The reader of each cell type that formats name. A blank cell never reaches a reader."""
    return {
        "site": lambda text: site(text, known),
        "day": lambda text: day(text, today),
        "month": lambda text: month(text, today),
        "clock": clock,
        "whole": whole,
        "text": plain,
        "reference": reference,
        "answer": answer,
        "kind": word(KINDS, "requête, plainte ou demande d'information"),
        "sex": word(SEXES, "F, M ou rien"),
        "outcome": word(OUTCOMES, "servi, parti ou rien"),
        "complaint_outcome": word(COMPLAINT_OUTCOMES, "traitée, rejetée, sans suite ou rien"),
        **{kind: term(kind, known) for kind in ADD},
    }


class Memo(dict):
    """A column's cells, read once each: register files say the same few things many times over.

    Maps a cell's text to its value, None where it cannot be read; `bad` then says why.
    """

    LARGEST = 200_000

    def __init__(self, read: Callable[[str], object], blank: object, required: bool):
        super().__init__()
        self.read, self.blank, self.required = read, blank, required
        self.bad: dict[str, str] = {}
        self.choices = False

    def __missing__(self, text: str):
        value = self._value(text)
        if len(self) < self.LARGEST:
            self[text] = value
        return value

    def _value(self, text: str):
        stripped = text.strip()
        try:
            if not stripped:
                if self.required:
                    raise CellProblem("cette case doit être remplie.")
                return self.blank
            value = self.read(stripped)
        except CellProblem as problem:
            self.bad[text] = str(problem)
            return None
        self.choices = self.choices or isinstance(value, Choice)
        return value


class Numbers(dict):
    """A column's values as whole numbers, for arithmetic: None is `blank`, days count from 1970, no is 2."""

    def __init__(self, blank: int):
        super().__init__()
        self.blank = blank

    def __missing__(self, value) -> int:
        if value is None:
            number = self.blank
        elif isinstance(value, bool):
            number = 1 if value else 2
        elif isinstance(value, str):
            number = date.fromisoformat(value).toordinal() - EPOCH
        else:
            number = int(value)
        self[value] = number
        return number


@cache
def _numbers(blank: int, answers: bool) -> Numbers:
    """The table of such values, kept: there are few of them. Answers apart: to a dict, True is 1 and False is 0."""
    return Numbers(blank)


def as_numbers(values: list, blank: int) -> np.ndarray:
    """`values` as an int64 array, through `Numbers`."""
    sample = next((v for v in values if v is not None), None)
    table = _numbers(blank, isinstance(sample, bool))
    return np.fromiter(map(table.__getitem__, values), np.int64, len(values))
