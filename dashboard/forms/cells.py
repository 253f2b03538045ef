"""One cell: from the text that stands there to a value, or to the reason why not, in French."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from dashboard import french
from dashboard.forms.cell_display import BY_TENS, objection, split_mark
from dashboard.forms.formats import Column, Format, Words
from dashboard.forms.reference_names import KnownReferences, SiteChoice, normalise
from db.shared_types import Cell

Reader = Callable[[str], Cell | SiteChoice]
OLDEST = date(2000, 1, 1)
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
MONTHS = {normalise(name): number for number, name in enumerate(french.MONTHS, 1)}
LISTS = ("service", "category", "channel", "reason")  # the ministry's, to which a word may be added
# What Excel and LibreOffice show, in French or English, where a formula has no result.
ERROR = re.compile(
    r"#(?:REF|N/A|NA|VALUE|VALEUR|DIV/0|NAME|NOM|NUM|NOMBRE|NULL|NUL|SPILL|EPARS|CALC|FIELD|BLOCKED|CONNECT)"
    r"\s?[!?]?|#{3,}|Err\s?:\s?\d{3}",
    re.IGNORECASE,
)
SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
FRACTION = re.compile(r"0?[.,]\d+")
LAST_SECOND = 86_399  # of a day
# Groups of three digits, with the blanks that people and programs put between them; nothing but zeros behind a point.
WHOLE = re.compile(r"(\d+|[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f]\d{3})+)(?:[.,]0{1,2})?", re.ASCII)
SHORTENED = re.compile(r"-?\d(?:[.,]\d+)?E[+-]\d+", re.ASCII | re.IGNORECASE)
# Signs that nobody sees and that turn the order in which those around them are seen.
TURNING = re.compile("[\u061c\u200f\u202b\u202e\u2067]")
FIRST_OF_EXCEL = date(1899, 12, 30)


class CellProblem(ValueError):
    """Why a cell cannot be read: what to do, in French."""


def not_a_value(text: str, *, formulas: bool) -> str | None:
    """Why a text is no value whatever the column: an error of a spreadsheet or, unless `formulas` may stand for
    themselves, a formula. None if it may be one."""
    if text[0] == "=" and not formulas:
        return "cette case contient une formule ; la remplacer par sa valeur (copier, puis collage spécial : valeurs)."
    if text[0] in "#Ee" and ERROR.fullmatch(text):
        if text.strip("#"):
            return "cette case contient une erreur de calcul du tableur ; la remplacer par la valeur juste, ou la vider."
        return (
            "le tableur ne montre que des dièses ; y élargir la colonne, ou corriger l'heure ou la date si elle est négative,"
            " puis enregistrer à nouveau."
        )
    return None


def day(text: str, today: date) -> str:
    """ISO text of a day written JJ/MM/AAAA or AAAA-MM-JJ, not in the future."""
    if match := SLASHED.fullmatch(text):
        parts = int(match[3]), int(match[2]), int(match[1])
    elif match := ISO.fullmatch(text):
        parts = int(match[1]), int(match[2]), int(match[3])
    else:
        raise CellProblem(_serial_day(text) or "une date est attendue, écrite JJ/MM/AAAA.")
    try:
        when = date(*parts)
    except ValueError:
        raise CellProblem("ce jour n'existe pas ; écrire JJ/MM/AAAA.") from None
    if when > today:
        raise CellProblem("cette date est dans l'avenir.")
    if when < OLDEST:
        raise CellProblem("cette date est trop ancienne ; vérifier l'année.")
    return when.isoformat()


def _serial_day(text: str) -> str | None:
    """What to do with a date that Excel gave as its number: 45719 is 03/03/2025."""
    match = SERIAL.fullmatch(text)
    when = FIRST_OF_EXCEL + timedelta(int(match[1])) if match and match[1].isascii() else None
    if when is None or not 2000 <= when.year < 2100:
        return None
    return (
        f"Excel compte ainsi le {when:%d/%m/%Y} ; si c'est la date voulue, mettre la cellule au format Date et"
        " enregistrer à nouveau."
    )


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
        if "est attendue" in str(problem):
            raise CellProblem("un mois est attendu, écrit MM/AAAA.") from None
        raise


def clock(text: str) -> int:
    """Minutes after midnight of a time written HH:MM (seconds are dropped)."""
    match = CLOCK.fullmatch(text)
    if not match:
        raise CellProblem(_serial_time(text) or "une heure est attendue, écrite HH:MM.")
    hours, minutes = int(match[1]), int(match[2])
    if hours > 23 or minutes > 59 or int(match[3] or 0) > 59:
        raise CellProblem("cette heure n'existe pas ; de 00:00 à 23:59.")
    return hours * 60 + minutes


def _serial_time(text: str) -> str | None:
    """What to do with a time that Excel gave as its number: 0.34375 is 08:15."""
    if not FRACTION.fullmatch(text):
        return None
    seconds = min(round(float(text.replace(",", ".")) * 24 * 3600), LAST_SECOND)
    hours, minutes = divmod(seconds // 60, 60)
    return (
        f"Excel compte ainsi {hours:02}:{minutes:02} ; si c'est l'heure voulue, mettre la cellule au format Heure et"
        " enregistrer à nouveau."
    )


def whole_number_reader(most: int) -> Callable[[str], int]:
    """A reader of a whole number from 0 to the greatest that may be written."""

    def read(text: str) -> int:
        match = WHOLE.fullmatch(text)
        if not match:
            raise CellProblem(
                "un nombre entier est attendu, sans signe, d'un seul tenant ou par groupes de trois chiffres."
            )
        digits = re.sub(r"\D", "", match[1])
        if len(digits) > 20 or int(digits) > most:
            raise CellProblem(f"ce nombre est trop grand : {most} au plus.")
        return int(digits)

    return read


def word(words: Words) -> Callable[[str], int | str]:
    """A reader for a cell that holds one of a few words."""

    def read(text: str) -> int | str:
        value = words.values.get(normalise(text))
        if value is None:
            raise CellProblem(f"{words.expected} attendu.")
        return value

    return read


def answer(text: str) -> bool:
    """True for oui, False for non."""
    value = {"oui": True, "vrai": True, "non": False, "faux": False}.get(normalise(text))
    if value is None:
        raise CellProblem("oui, non ou rien attendu.")
    return value


def text_of(most: int) -> Callable[[str], str]:
    """A reader of text as it stands, of at most so many characters."""

    def read(text: str) -> str:
        if len(text) > most:
            raise CellProblem(f"texte trop long : {most} caractères au plus.")
        return text

    return read


def key_of(most: int) -> Callable[[str], str]:
    """A reader of a reference or a code, of at most so many characters, as it is compared (french.normalise_key)."""
    fits = text_of(most)

    def read(text: str) -> str:
        if len(text.splitlines()) > 1:
            raise CellProblem(
                "cette case contient un retour à la ligne : un numéro ou un code tient sur une ligne. Dans un CSV, c'est le"
                " plus souvent un guillemet en trop, qui fait de la ligne suivante une part de celle-ci."
            )
        if SHORTENED.fullmatch(text):
            raise CellProblem(BY_TENS)
        return fits(french.normalise_key(text))

    return read


def site(text: str, known: KnownReferences) -> int | SiteChoice:
    """The id of the site; a Choice where a commune's name leaves it to the day."""
    named = known.site(text)
    if named is None:
        near = known.nearest_site(text)
        raise CellProblem(
            "ce centre n'est pas connu." + (f" Le plus proche : « {near} »." if near else "")
        )
    if not isinstance(named, SiteChoice):
        return named.id
    only = named.candidates[0]
    settled = (
        len(named.candidates) == 1
        and len({c for _, c in only.communes}) == 1
        and only.closed_on is None
    )
    return only.id if settled else named


def term(kind: str, known: KnownReferences) -> Callable[[str], int]:
    """A reader for a word of one of the ministry's lists."""

    def read(text: str) -> int:
        number = known.terms.get(kind, {}).get(normalise(text))
        if number is None:
            near = known.nearest_term(kind, text)
            raise CellProblem(
                "ce mot n'est pas dans la liste."
                + (f" Le plus proche : « {near} »." if near else "")
                + f' Pour l\'ajouter : python -m db add {kind} "{text.replace(chr(34), "")[:80]}"'
            )
        return number

    return read


def readers(known: KnownReferences, today: date) -> dict[str, Reader]:
    """The reader of each kind of cell that formats name, apart from texts and numbers, which have a limit. A blank cell never
    reaches a reader."""
    return {
        "site": lambda text: site(text, known),
        "day": lambda text: day(text, today),
        "month": lambda text: month(text, today),
        "clock": clock,
        "answer": answer,
        **{kind: term(kind, known) for kind in LISTS},
    }


def memos(form: Format, known: KnownReferences, today: date, *, typed: bool) -> dict[str, "Memo"]:
    """A memo for each column of the form, by field. typed: the file tells formulas from texts, as workbooks do."""
    reading = readers(known, today)

    def reader(column: Column) -> Reader:
        if isinstance(column.cell, Words):
            return word(column.cell)
        if column.cell == "text":
            return (text_of if form.is_free(column) else key_of)(column.limit)
        return whole_number_reader(column.limit) if column.cell == "whole" else reading[column.cell]

    return {
        c.field: Memo(reader(c), c, free=(free := form.is_free(c)), formulas=free and not typed)
        for c in form.columns
    }


class Memo(dict[str, Cell]):
    """A column's cells, read once each: register files say the same few things many times over.

    Maps a cell's text to its value; None where it cannot be read, and `bad` then says why, or where it depends on the
    day, and `choices` then says on what. free: a text, of which every sign is kept; formulas: one may begin with « = ».
    """

    LARGEST = 200_000

    def __init__(self, read: Reader, column: Column, *, free: bool, formulas: bool) -> None:
        super().__init__()
        self.read, self.column, self.free, self.formulas = read, column, free, formulas
        self.bad: dict[str, str] = {}
        self.choices: dict[str, SiteChoice] = {}

    def __missing__(self, text: str) -> Cell:
        value = self._value(text)
        if len(self) < self.LARGEST:
            self[text] = value
        return value

    def reads(self, text: str) -> bool:
        """Whether the text can be read."""
        _ = self[text]
        return text not in self.bad

    def _value(self, text: str) -> Cell:
        cell = split_mark(text)
        stripped = (cell.text if self.free else french.strip_invisible(cell.text)).strip()
        try:
            if cell.mark and (reason := objection(cell, self.column.cell)):
                raise CellProblem(reason)
            if not self.free and TURNING.search(cell.text):
                raise CellProblem(
                    "un signe invisible change l'ordre de ce que montre cette case ; l'écrire de nouveau, au clavier."
                )
            if not stripped:
                if self.column.required:
                    raise CellProblem("cette case doit être remplie.")
                return self.column.blank
            if reason := not_a_value(stripped, formulas=self.formulas):
                raise CellProblem(reason)
            value = self.read(stripped)
        except CellProblem as problem:
            self.bad[text] = str(problem)
            return None
        if isinstance(value, SiteChoice):
            self.choices[text] = value
            return None
        return value
