"""Marked cells: a workbook's cell that does not hold what it shows, or shows only a part, as text with a mark; and
why a column refuses it, in French.

The marks go from the process that reads the workbook to the one that judges it. Standard library only:
`workbook_child` imports this.
"""

from typing import NamedTuple

# No text of XML may hold it, so none of a file does.
MARK = "\uffff"

# What is shown is not what is stored.
TEXT = "t"  # shown with digits of its format's own: fit for a text, for nothing that is counted
ROUNDED = "r"
LOST = "l"  # more digits than a spreadsheet keeps
UNKNOWN = "?"  # a format that is not known here
# Any other mark is a date's or a time's: a letter for each part that is shown, in their order: d, m (M: in letters), y,
# w (a weekday), h, n (minutes), s, p (morning or afternoon); w also for
# a month of which only the first letter is.

UNDERSTOOD = ("dmy", "ymd")  # orders of day, month and year that are unambiguous
IN_WORDS = {
    "mdy": "le mois avant le jour",
    "ydm": "l'année, puis le jour",
    "dym": "l'année entre le jour et le mois",
    "myd": "l'année entre le mois et le jour",
}

AS_TEXT = (
    "mettre la colonne au format Texte, puis y écrire chaque numéro de nouveau (dans un CSV ouvert par Excel : Données,"
    " À partir d'un fichier texte, colonne « Texte »)."
)
DIGITS_LOST = (
    f"le tableur n'a gardé que quinze chiffres de ce numéro, et le reste est perdu ; {AS_TEXT}"
)
BY_TENS = f"le tableur a abrégé ce numéro, et ses derniers chiffres sont perdus ; {AS_TEXT}"


class MarkedCell(NamedTuple):
    """A cell's mark, the text that it shows, and what it stores where that is something else."""

    mark: str
    text: str
    stored: str


def add_mark(mark: str, text: str, stored: str = "") -> str:
    """The cell's text, with its mark."""
    return MARK.join(("", mark, text, stored))


def split_mark(text: str) -> MarkedCell:
    """The mark, text and stored value of a cell's text; mark and stored value are "" where it has no mark."""
    if not text.startswith(MARK):
        return MarkedCell("", text, "")
    _, mark, said, held = text.split(MARK)
    return MarkedCell(mark, said, held)


def without_mark(text: str) -> str:
    """The text without its mark, as people are to see it."""
    return split_mark(text).text


def objection(cell: MarkedCell, kind: object) -> str | None:
    """Why a column of that kind (see cells.readers) refuses a marked cell; None where its text is accepted."""
    if cell.mark == LOST:
        return DIGITS_LOST
    if cell.mark == UNKNOWN:
        return (
            f"le format de cette case ne peut être suivi (elle contient {cell.stored}) : la mettre au format Standard, ou"
            " Texte, et écrire ce qui doit être lu."
        )
    if cell.mark == ROUNDED:
        return (
            f"cette case contient {cell.stored}, et ne le montre pas en entier : la mettre au format Standard, ou Texte, et"
            " écrire ce qui doit être lu."
        )
    if cell.mark == TEXT:
        return (
            None if kind == "text" else f"cette case contient {cell.stored}, et montre autre chose."
        )
    return _date_objection(cell.mark, kind)


def _date_objection(parts: str, kind: object) -> str | None:
    """Why a column of that kind refuses a cell formatted as a date or time; None where its text is accepted."""
    numbers = parts.replace("M", "m")
    wanted = {"day": "dmy", "month": "my", "clock": "hn"}.get(str(kind))
    if wanted is None:
        return (
            "cette case est une date ou une heure pour le tableur, qui l'a peut-être changée ; mettre la colonne au format"
            " Texte, puis écrire la case de nouveau."
        )
    if not set(wanted) <= set(numbers):
        return (
            "la case ne montre qu'une partie de l'heure ; la mettre au format HH:MM, et vérifier."
            if kind == "clock"
            else "la case ne montre qu'une partie de la date ; la mettre au format JJ/MM/AAAA, et vérifier."
        )
    order = "".join(part for part in parts if part in "dmy")
    if kind != "clock" and {"d", "m"} <= set(order) and order not in UNDERSTOOD:
        return (
            f"la case montre {IN_WORDS[order]}, et se lit donc de deux façons ; mettre la colonne au format JJ/MM/AAAA,"
            " et vérifier chaque date."
        )
    return None
