"""FORMATS: the forms in which the ministry hands in data, one entry each. A form is dated and never edited: a new
wording is a new entry, and old files stay readable. Its rows go into the table that bears its name (db.models.FormRow)."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from dashboard.forms import checks
from dashboard.forms.reference_names import normalise
from db.codes import COMPLAINT, INFORMATION, LEFT, MAN, REQUEST, SERVED, UNKNOWN, WOMAN
from db.shared_types import Cell

# A key is short: an index of PostgreSQL takes no long texts.
REFERENCE = 200


@dataclass(frozen=True, eq=False)
class Words:
    """The words that a cell may hold, each with its value: of several for one value, the first is the one that blank
    forms offer. expected: for the refusal of others."""

    values: dict[str, int | str]
    expected: str

    @cached_property
    def by_spelling(self) -> dict[str, int | str]:
        """The value of each word, as reference_names.normalise writes it."""
        return {normalise(word): value for word, value in self.values.items()}


LONGEST, LARGEST = 2_000, 9_999_999  # characters of a text; a whole number


@dataclass(frozen=True)
class Column:
    """A heading, the field it fills, the kind of its cells (see cells.readers, or the words) and what to write there.
    example: of a text, for blank forms."""

    heading: str
    field: str
    cell: str | Words
    hint: str
    required: bool = False
    blank: Cell = None  # the value of a blank cell
    most: int | None = (
        None  # characters of a text, or the greatest whole number, where it is less than usual
    )
    example: str = "quelques mots"

    @property
    def limit(self) -> int:
        """How many characters a text may have, or the greatest number that may be written."""
        return self.most or (LONGEST if self.cell == "text" else LARGEST)


@dataclass(frozen=True)
class Format:
    """A form: its columns in the order of its headings, the fields that identify a row, and the rules between its
    cells.

    day: the field that dates a row. visits: its rows are visits, which rollups count. blank_key: the last field of
    the key may be blank; such a row equals no other, and its file is the whole register of its day.
    """

    name: str
    title: str
    since: date
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    day: str
    check: checks.Check = checks.no_rule
    visits: bool = False
    blank_key: bool = False

    def column(self, field: str) -> Column:
        """The column that fills `field`."""
        return next(c for c in self.columns if c.field == field)

    def is_free(self, column: Column) -> bool:
        """Whether a column holds free text that is no part of the key."""
        return column.cell == "text" and column.field not in self.key

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the columns fill."""
        return tuple(c.field for c in self.columns)


SITE = Column("Centre", "site_id", "site", "code, nom ou commune du centre", required=True)
SERVICE = Column("Prestation", "service_id", "service", "libellé de la prestation, ou vide")
DAY = Column("Date", "day", "day", "JJ/MM/AAAA", required=True)
KIND = Words(
    {
        "requête": REQUEST,
        "0": REQUEST,
        "plainte": COMPLAINT,
        "1": COMPLAINT,
        "demande d'information": INFORMATION,
        "2": INFORMATION,
    },
    "requête, plainte ou demande d'information",
)
SEX = Words({"F": WOMAN, "femme": WOMAN, "M": MAN, "H": MAN, "homme": MAN}, "F, M (ou H) ou rien")
ANSWER = Words({"oui": True, "vrai": True, "non": False, "faux": False}, "oui, non ou rien")
OUTCOME = Words({"servi": SERVED, "parti": LEFT}, "servi, parti ou rien")
COMPLAINT_OUTCOME = Words(
    {"traitée": "handled", "rejetée": "rejected", "sans suite": "dropped"},
    "traitée, rejetée, sans suite ou rien",
)


def _clock(heading: str, field: str, hint: str = "HH:MM, ou vide") -> Column:
    return Column(heading, field, "clock", hint)


def _words(heading: str, field: str) -> Column:
    return Column(heading, field, "text", "quelques mots, sans nom de personne, ou vide", blank="")


_ALL = (
    Format(
        "registre",
        "Registre des visites",
        date(2026, 11, 24),
        (
            SITE,
            DAY,
            _clock("Heure d'arrivée", "arrived_at"),
            _clock("Heure d'appel", "called_at"),
            _clock("Heure de fin", "ended_at"),
            Column("Type", "kind", KIND, KIND.expected, required=True),
            SERVICE,
            Column("Sexe", "sex", SEX, "F, M, ou vide"),
            Column("Satisfait", "satisfied", ANSWER, "oui, non, ou vide"),
            Column("Issue", "outcome", OUTCOME, "servi, parti, ou vide", blank=UNKNOWN),
            Column(
                "Référence",
                "source_ref",
                "text",
                "numéro de la ligne au registre, ou vide",
                most=REFERENCE,
                example="118",
            ),
        ),
        key=("site_id", "source_ref"),
        day="day",
        check=checks.visits,
        visits=True,
        blank_key=True,
    ),
    Format(
        "plaintes",
        "Registre des plaintes",
        date(2026, 11, 24),
        (
            Column(
                "Référence",
                "reference",
                "text",
                "numéro de la plainte",
                required=True,
                most=REFERENCE,
                example="P-042",
            ),
            SITE,
            Column("Reçue le", "received_on", "day", "JJ/MM/AAAA", required=True),
            Column("Catégorie", "category_id", "category", "une catégorie de la liste, ou vide"),
            SERVICE,
            Column(
                "Canal",
                "channel_id",
                "channel",
                "guichet, téléphone, en ligne, WhatsApp, courrier, ou vide",
            ),
            Column("Répondue le", "resolved_on", "day", "JJ/MM/AAAA, ou vide si en cours"),
            Column("Issue", "outcome", COMPLAINT_OUTCOME, "traitée, rejetée, sans suite, ou vide"),
            Column("Objet", "subject", "text", "quelques mots, sans nom de personne", blank=""),
        ),
        key=("site_id", "reference"),
        day="received_on",
        check=checks.complaints,
    ),
    Format(
        "cloture",
        "Clôtures journalières",
        date(2026, 11, 24),
        (
            SITE,
            DAY,
            Column(
                "Agent",
                "agent",
                "text",
                "un code, jamais un nom ; ou vide",
                blank="",
                most=80,
                example="A2",
            ),
            Column("Visites déclarées", "declared", "whole", "nombre entier", required=True),
        ),
        key=("site_id", "day", "agent"),
        day="day",
    ),
    Format(
        "fermetures",
        "Fermetures",
        date(2026, 11, 24),
        (
            Column("Centre", "site_id", "site", "code, nom ou commune ; vide = tout le réseau"),
            Column("Du", "first_day", "day", "JJ/MM/AAAA", required=True),
            Column("Au", "last_day", "day", "JJ/MM/AAAA", required=True),
            _clock("De", "from_minute", "HH:MM, ou vide pour la journée"),
            _clock("À", "to_minute", "HH:MM, ou vide pour la journée"),
            Column("Motif", "reason_id", "reason", "un motif de la liste, ou vide"),
        ),
        key=("site_id", "first_day", "from_minute", "reason_id"),
        day="first_day",
        check=checks.closures,
    ),
    Format(
        "canevas",
        "Canevas mensuel",
        date(2026, 11, 24),
        (
            SITE,
            Column("Mois", "month", "month", "MM/AAAA", required=True),
            Column("Usagers reçus", "received", "whole", "nombre entier, ou vide"),
            Column("Usagers satisfaits", "satisfied", "whole", "nombre entier, ou vide"),
            _words("Raisons d'insatisfaction", "reasons"),
            _words("Difficultés", "difficulties"),
            _words("Solutions", "solutions"),
            _words("Observations", "remarks"),
        ),
        key=("site_id", "month"),
        day="month",
        check=checks.monthly,
    ),
)
FORMATS = {f.name: f for f in _ALL}
# What is typed on « Remonter » alone: no file is read as one of these, and no blank sheet is made of them.
TYPED = {
    "annonces": Format(
        "annonces",
        "Registres annoncés",
        date(2026, 11, 24),
        (
            SITE,
            DAY,
            Column("Remis le", "promised_on", "day ahead", "JJ/MM/AAAA", required=True),
        ),
        key=("site_id", "day"),
        day="day",
        check=checks.promises,
    )
}
EVERY_FORM = {**FORMATS, **TYPED}
