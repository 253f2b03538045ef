"""What stands in a blank form before anybody wrote in it: its title, the example in grey, the centre on each line, the sheet
that explains. None of it is ever read as data, wherever it is moved, sorted or copied to.

Before: `dashboard.exports.blank_form`, which writes it. After: `dashboard.forms.rows`, which leaves such rows out.
"""

from collections.abc import Sequence
from datetime import date

from dashboard import french

EXAMPLE = "(ex. "  # begins each cell of the example
GUIDE = "Mode d'emploi"  # the name of the sheet that explains
SEPARATOR = " · "
LEFT_OF_EXAMPLE = (
    "cette case est restée de l'exemple : écrire à sa place ce que dit le registre, ou la vider."
)
NOTHING_WRITTEN = (
    "Rien n'est écrit dans ce formulaire : l'exemple en gris, et les lignes qui n'ont que le nom du centre, ne comptent"
    " pas. Si le centre n'a rien à déclarer, le dire avec --covers et --sites."
)


def example(text: str) -> str:
    """A cell of the example: « (ex. 08:15) », a text in every column, and so no time, no number and no date."""
    return f"{EXAMPLE}{text})"


def is_example(text: str) -> bool:
    """Whether a cell is one of the example."""
    return text.startswith(EXAMPLE) and text.endswith(")")


def is_example_row(row: Sequence[str]) -> bool:
    """Whether a row is the example, of which nothing was changed: all that is filled in it begins so."""
    filled = list(filter(None, map(str.strip, row)))
    return bool(filled) and all(map(is_example, filled))


def title(form: str, site: str, month: date) -> str:
    """The line above the headings. form, site: their titles."""
    return SEPARATOR.join((form, site, french.month_label(month)))


def is_title(text: str, form: str) -> bool:
    """Whether a line is the title of a blank form of that title."""
    return text.startswith(f"{form}{SEPARATOR}")
