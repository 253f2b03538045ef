"""The cells of a form: from a cell's text to its value, or to the reason why it is refused, in French."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from dashboard import french
from dashboard.forms.blank_rows import LEFT_OF_EXAMPLE, is_example
from dashboard.forms.cell_display import BY_TENS, objection, split_mark
from dashboard.forms.formats import Column, Format, Words
from dashboard.forms.reference_names import KnownReferences, SiteChoice, normalise
from db.shared_types import Cell

Reader = Callable[[str], Cell | SiteChoice]
OLDEST = date(2000, 1, 1)
FURTHEST = timedelta(days=31)  # for which something may be promised
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
# Invisible characters that reverse the order in which those around them are shown.
TEXT_DIRECTION = re.compile("[\u061c\u200f\u202b\u202e\u2067]")
FIRST_OF_EXCEL = date(1899, 12, 30)


class CellProblem(ValueError):
    """Why a cell is refused: what to do, in French."""


def not_a_value(text: str, *, allow_formulas: bool) -> str | None:
    """Why a text is no value whatever the column: an error of a spreadsheet or, unless `allow_formulas`, a formula.
    None where it may be one."""
    if text[0] == "=" and not allow_formulas:
        return "cette case contient une formule ; la remplacer par sa valeur (copier, puis collage spécial : valeurs)."
    if text[0] in "#Ee" and ERROR.fullmatch(text):
        if text.strip("#"):
            return "cette case contient une erreur de calcul du tableur ; la remplacer par la valeur juste, ou la vider."
        return (
            "le tableur ne montre que des dièses ; y élargir la colonne, ou corriger l'heure ou la date si elle est négative,"
            " puis enregistrer à nouveau."
        )
    return None


def day(text: str, today: date, too_late: str = "cette date est dans l'avenir.") -> str:
    """The ISO text of a day written JJ/MM/AAAA or AAAA-MM-JJ. today: the last that it may be. Raises CellProblem, also for a day
    to come, with the words of `too_late`."""
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
        raise CellProblem(too_late)
    if when < OLDEST:
        raise CellProblem("cette date est trop ancienne ; vérifier l'année.")
    return when.isoformat()


def day_ahead(text: str, today: date) -> str:
    """The ISO text of a day from today on, a month ahead at most, written as for `day`. Raises CellProblem."""
    last = today + FURTHEST
    when = day(text, last, too_late=f"ce jour est trop loin : le {last:%d/%m/%Y} au plus tard.")
    if date.fromisoformat(when) < today:
        raise CellProblem("ce jour est déjà passé : choisir aujourd'hui, ou un jour à venir.")
    return when


def _serial_day(text: str) -> str | None:
    """What to do with a date written as Excel's serial number (45719 is 03/03/2025); None where the text is none."""
    match = SERIAL.fullmatch(text)
    when = FIRST_OF_EXCEL + timedelta(int(match[1])) if match and match[1].isascii() else None
    if when is None or not 2000 <= when.year < 2100:
        return None
    return (
        f"Excel compte ainsi le {when:%d/%m/%Y} ; si c'est la date voulue, mettre la cellule au format Date et"
        " enregistrer à nouveau."
    )


def month(text: str, today: date) -> str:
    """The ISO text of the first day of a month written MM/AAAA, AAAA-MM, « novembre 2026 » or as a date of the month.
    Raises CellProblem."""
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
    """The minutes after midnight of a time written HH:MM (seconds are dropped). Raises CellProblem."""
    match = CLOCK.fullmatch(text)
    if not match:
        raise CellProblem(_serial_time(text) or "une heure est attendue, écrite HH:MM.")
    hours, minutes = int(match[1]), int(match[2])
    if hours > 23 or minutes > 59 or int(match[3] or 0) > 59:
        raise CellProblem("cette heure n'existe pas ; de 00:00 à 23:59.")
    return hours * 60 + minutes


def _serial_time(text: str) -> str | None:
    """What to do with a time written as Excel's fraction of a day (0.34375 is 08:15); None where the text is none."""
    if not FRACTION.fullmatch(text):
        return None
    seconds = min(round(float(text.replace(",", ".")) * 24 * 3600), LAST_SECOND)
    hours, minutes = divmod(seconds // 60, 60)
    return (
        f"Excel compte ainsi {hours:02}:{minutes:02} ; si c'est l'heure voulue, mettre la cellule au format Heure et"
        " enregistrer à nouveau."
    )


def whole_number_reader(most: int) -> Callable[[str], int]:
    """A reader of whole numbers from 0 to `most`."""

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


def word_reader(words: Words) -> Callable[[str], int | str]:
    """A reader of cells that hold one of a few words."""

    def read(text: str) -> int | str:
        value = words.by_spelling.get(normalise(text))
        if value is None:
            raise CellProblem(f"{words.expected} attendu.")
        return value

    return read


def text_reader(most: int) -> Callable[[str], str]:
    """A reader of free text, of at most so many characters."""

    def read(text: str) -> str:
        if len(text) > most:
            raise CellProblem(f"texte trop long : {most} caractères au plus.")
        return text

    return read


def key_reader(most: int) -> Callable[[str], str]:
    """A reader of a reference or a code, of at most so many characters, normalised for comparison
    (french.normalise_key)."""
    fits = text_reader(most)

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


def site(text: str, references: KnownReferences) -> int | SiteChoice:
    """The id of the site; a SiteChoice where a commune's name leaves it to the day. Raises CellProblem."""
    named = references.site(text)
    if named is None:
        near = references.nearest_site(text)
        raise CellProblem(
            "ce centre n'est pas connu." + (f" Le plus proche : « {near} »." if near else "")
        )
    if not isinstance(named, SiteChoice):
        return named.id
    only = named.candidates[0]
    settled = (
        len(named.candidates) == 1
        and len({c for _, c in only.communes}) == 1
        and only.periods[-1][1] is None
        and len(only.periods) == 1
    )
    return only.id if settled else named


def term_reader(kind: str, references: KnownReferences) -> Callable[[str], int]:
    """A reader of words of one of the ministry's lists, which gives their ids."""

    def read(text: str) -> int:
        number = references.terms.get(kind, {}).get(normalise(text))
        if number is None:
            near = references.nearest_term(kind, text)
            raise CellProblem(
                "ce mot n'est pas dans la liste."
                + (f" Le plus proche : « {near} »." if near else "")
                + f' Pour l\'ajouter : python -m db add {kind} "{text.replace(chr(34), "")[:80]}"'
            )
        return number

    return read


def readers(references: KnownReferences, today: date) -> dict[str, Reader]:
    """The reader of each kind of cell that formats name, but for texts and numbers, which have a limit. Blank cells
    are not given to a reader."""
    return {
        "site": lambda text: site(text, references),
        "day": lambda text: day(text, today),
        "day ahead": lambda text: day_ahead(text, today),
        "month": lambda text: month(text, today),
        "clock": clock,
        **{kind: term_reader(kind, references) for kind in LISTS},
    }


def column_memos(
    form: Format, references: KnownReferences, today: date, *, from_workbook: bool
) -> dict[str, "Memo"]:
    """A Memo for each column of the form, by field. from_workbook: whether the file distinguishes formulas from
    texts."""
    reading = readers(references, today)

    def reader(column: Column) -> Reader:
        if isinstance(column.cell, Words):
            return word_reader(column.cell)
        if column.cell == "text":
            return (text_reader if form.is_free(column) else key_reader)(column.limit)
        return whole_number_reader(column.limit) if column.cell == "whole" else reading[column.cell]

    return {
        c.field: Memo(
            reader(c),
            c,
            is_free_text=(free := form.is_free(c)),
            allow_formulas=free and not from_workbook,
        )
        for c in form.columns
    }


class Memo(dict[str, Cell]):
    """A column's cells, read once each: register files repeat the same few texts many times.

    Maps a cell's text to its value; None where it is refused (`reasons` then says why), or where it depends on the
    day (`choices` then says on what). is_free_text: every character is kept; allow_formulas: the text may begin with
    « = ».
    """

    LARGEST = 200_000

    def __init__(
        self, reader: Reader, column: Column, *, is_free_text: bool, allow_formulas: bool
    ) -> None:
        super().__init__()
        self.reader, self.column, self.is_free_text, self.allow_formulas = (
            reader,
            column,
            is_free_text,
            allow_formulas,
        )
        self.reasons: dict[str, str] = {}
        self.choices: dict[str, SiteChoice] = {}

    def __missing__(self, text: str) -> Cell:
        value = self._value(text)
        if len(self) < self.LARGEST:
            self[text] = value
        return value

    def can_read(self, text: str) -> bool:
        """Whether the text is accepted."""
        _ = self[text]
        return text not in self.reasons

    def _value(self, text: str) -> Cell:
        """The value of a text; None where it is refused or depends on the day."""
        cell = split_mark(text)
        stripped = (cell.text if self.is_free_text else french.strip_invisible(cell.text)).strip()
        try:
            if cell.mark and (reason := objection(cell, self.column.cell)):
                raise CellProblem(reason)
            if not self.is_free_text and TEXT_DIRECTION.search(cell.text):
                raise CellProblem(
                    "un signe invisible change l'ordre de ce que montre cette case ; l'écrire de nouveau, au clavier."
                )
            if not stripped:
                if self.column.required:
                    raise CellProblem("cette case doit être remplie.")
                return self.column.blank
            if is_example(stripped):
                raise CellProblem(LEFT_OF_EXAMPLE)
            if reason := not_a_value(stripped, allow_formulas=self.allow_formulas):
                raise CellProblem(reason)
            value = self.reader(stripped)
        except CellProblem as problem:
            self.reasons[text] = str(problem)
            return None
        if isinstance(value, SiteChoice):
            self.choices[text] = value
            return None
        return value
