"""Lines below a table that are none of its rows: a total, the headings once more, a note. Such a line is refused as a
whole, in one sentence, and not cell by cell.

Before: `dashboard.forms.parse`, where a row has faults.
"""

import re
from collections.abc import Collection, Sequence

from dashboard.forms.headings import is_headings
from dashboard.forms.reference_names import normalise

TOTAL = re.compile(r"(sous )?tota(l|ux)( general| du mois)?|somme|moyenne|ensemble|cumul")
WORDS = (
    "cette ligne est un total, non une ligne du registre : l'effacer ; les totaux se calculent ici."
)
AGAIN = "cette ligne répète les intitulés : n'en garder qu'une, en haut."
NOTE = (
    "cette ligne n'a qu'une case remplie : si c'est une note, l'effacer ou la mettre au-dessus des intitulés ; sinon, la"
    " compléter."
)


def footer_reason(cells: Sequence[str], unread_cells: Collection[str], form: str) -> str:
    """Why a line with faults is none of the form's rows; "" where it is a row with faults. unread_cells: its cells
    that were refused."""
    if is_headings(cells, form):
        return AGAIN
    said = [text for cell in cells if (text := cell.strip())]
    if any(TOTAL.fullmatch(normalise(text).strip(" :")) for text in said):
        return WORDS
    return NOTE if len(said) == 1 and len(cells) > 2 and said[0] in unread_cells else ""
