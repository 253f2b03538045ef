"""What a cell of the calendar of completeness says: KINDS, one entry a kind of day, with its sign and its words.

Of several that fit it is the first of `db.day_states.DayState`; two of its states are told apart here by who says so.
"""

from dataclasses import dataclass
from datetime import date

from dashboard import french
from db.shared_types import DayState

S = french.SPACE


@dataclass(frozen=True)
class DayKind:
    """A kind of day. code: of its looks; sign: in the cell, "" where it is another for each day (days late, the letter of a
    cause); words: what it says; more: how it reads in a legend, "" for the words; role: received, explained, missing; "" for
    a day that is not expected."""

    code: str
    sign: str
    words: str
    more: str = ""
    role: str = ""

    @property
    def legend(self) -> str:
        """Its words in a legend."""
        return self.more or self.words


MISSING = DayKind("missing", "✕", "manquant, sans explication", role="missing")
PROMISED = DayKind("promised", "✕", "manquant, annoncé pour plus tard", role="explained")
SAID_CLOSED = DayKind("said-closed", "", "manquant, fermé selon le centre", role="explained")
NOBODY_SAID = DayKind("nobody-said", "0", "personne n'est venu, selon le centre", role="explained")
NOBODY = DayKind("nobody", "0", "reçu, personne n'est venu", role="received")
DIFFERENT = DayKind(
    "different", "≠", "reçu, mais la fiche et le registre diffèrent", role="received"
)
UNCLOSED = DayKind("unclosed", "…", "reçu, sans fiche de clôture", role="received")
LATE = DayKind(
    "late", "", "reçu en retard", "reçu en retard, de tant de jours ouvrés", role="received"
)
RECEIVED = DayKind("received", "•", "reçu à l'heure", role="received")
CLOSED = DayKind("closed", "", "fermé, c'est confirmé")
OUT = DayKind("out", "/", "centre pas en service")
UNKNOWN_OPENING = DayKind("out", "/", "rien de remis encore, ouverture non renseignée")
NOT_DUE = DayKind("not-due", "", "pas encore attendu")
NO_WORK = DayKind("no-work", "", "fin de semaine ou jour férié")

# In the order of a legend: what is wrong first.
KINDS = (
    MISSING,
    PROMISED,
    SAID_CLOSED,
    NOBODY_SAID,
    DIFFERENT,
    UNCLOSED,
    LATE,
    NOBODY,
    RECEIVED,
    CLOSED,
    NOT_DUE,
    OUT,
    UNKNOWN_OPENING,
)
_OF_STATE = {
    DayState.NO_WORK: NO_WORK,
    DayState.OUT_OF_SERVICE: OUT,
    DayState.NOT_DUE: NOT_DUE,
    DayState.CLOSED: CLOSED,
    DayState.MISSING: MISSING,
    DayState.EXPLAINED: SAID_CLOSED,
    DayState.EMPTY: NOBODY,
    DayState.DIFFERENT: DIFFERENT,
    DayState.UNCLOSED: UNCLOSED,
    DayState.LATE: LATE,
    DayState.RECEIVED: RECEIVED,
}  # fmt: skip
# The letter of a cause, by its term in the list of reasons; another one has « a ».
LETTERS = {
    "électricité": "c",
    "réseau": "r",
    "grève": "g",
    "travaux": "t",
    "jour férié local": "j",
    "fermé": "f",
}
CAUSES = {
    "c": "pas de courant",
    "r": "pas de réseau",
    "g": "grève",
    "t": "travaux",
    "j": "jour férié local",
    "f": "fermé",
    "a": "autre motif",
}


def kind_of(
    state: DayState, *, received: bool, closed_for: str, before_first: bool = False
) -> DayKind:
    """The kind of a day. received: whether a file says what it was; closed_for: why the site was closed, "" where nobody says
    that it was; before_first: whether the site serves, nobody said since when, and the day is before all of its data."""
    if state == DayState.OUT_OF_SERVICE and before_first:
        return UNKNOWN_OPENING
    if state == DayState.EMPTY and not received:
        return NOBODY_SAID
    if state == DayState.EXPLAINED and not closed_for:
        return PROMISED
    return _OF_STATE[state]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of a site in the calendar. days_late: working days; closed_for: why the site was closed, "" where nobody says so;
    promised: the day for which the register is promised, None for none; declared: the visits that a closing says of a day without
    a register, 0 for none; visits: those in the register of a day on which the site was closed or out of service, 0 for none."""

    day: date
    kind: DayKind
    days_late: int = 0
    closed_for: str = ""
    promised: date | None = None
    declared: int = 0
    visits: int = 0

    @property
    def sign(self) -> str:
        """What its cell shows."""
        if self.kind is LATE:
            return f"+{self.days_late}"
        if self.kind in (CLOSED, SAID_CLOSED):
            return LETTERS.get(self.closed_for, "a")
        return f"{self.kind.sign}+" if self.days_late else self.kind.sign

    @property
    def in_words(self) -> str:
        """« reçu en retard de 2 jours ouvrés », « manquant, fermé selon le centre : pas de courant »."""
        words = self.kind.words
        if self.days_late:
            late = french.plural(self.days_late, "jour ouvré", "jours ouvrés")
            words = f"{words} de {late}" if self.kind is LATE else f"{words}, en retard de {late}"
        if self.closed_for:
            words += f"{S}: {self.closed_for}"
        if self.kind is PROMISED and self.promised:
            words = f"manquant, annoncé pour le {french.date_short(self.promised)}"
        if self.declared and self.kind.role in ("missing", "explained"):
            words += f" (la fiche dit {french.plural(self.declared, 'visite')}, le registre n'est pas remis)"
        if self.visits:
            words += (
                f" (au registre, {french.plural(self.visits, 'visite')} ce jour-là{S}: à vérifier)"
            )
        return words
