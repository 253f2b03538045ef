"""FORMATS: the forms in which the ministry hands in data, one entry each. A form is dated and never edited: a new
wording is a new entry, and old files stay readable."""

from dataclasses import dataclass
from datetime import date

from db.codes import UNKNOWN


@dataclass(frozen=True)
class Column:
    """A heading, the field it fills, the type of its cells (see cells.readers) and what to write there."""

    heading: str
    field: str
    cell: str
    hint: str
    required: bool = False
    blank: object = None  # the value of a blank cell


@dataclass(frozen=True)
class Format:
    """A form: its columns in the order of its blank workbook, and the fields that identify a row."""

    name: str
    title: str
    since: date
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    day: str  # the field that dates a row

    def column(self, field: str) -> Column:
        """The column that fills `field`."""
        return next(c for c in self.columns if c.field == field)


SITE = Column("Centre", "site_id", "site", "code, nom ou commune du centre", required=True)
SERVICE = Column("Prestation", "service_id", "service", "libellé de la prestation, ou vide")

_ALL = (
    Format(
        "registre",
        "Registre des visites",
        date(2026, 11, 24),
        (
            SITE,
            Column("Date", "day", "day", "JJ/MM/AAAA", required=True),
            Column("Heure d'arrivée", "arrived_at", "clock", "HH:MM, ou vide"),
            Column("Heure d'appel", "called_at", "clock", "HH:MM, ou vide"),
            Column("Heure de fin", "ended_at", "clock", "HH:MM, ou vide"),
            Column(
                "Type", "kind", "kind", "requête, plainte ou demande d'information", required=True
            ),
            SERVICE,
            Column("Sexe", "sex", "sex", "F, M, ou vide"),
            Column("Satisfait", "satisfied", "answer", "oui, non, ou vide"),
            Column("Issue", "outcome", "outcome", "servi, parti, ou vide", blank=UNKNOWN),
            Column("Référence", "source_ref", "text", "numéro de la ligne au registre, ou vide"),
        ),
        ("site_id", "source_ref"),
        "day",
    ),
    Format(
        "plaintes",
        "Registre des plaintes",
        date(2026, 11, 24),
        (
            Column("Référence", "reference", "text", "numéro de la plainte", required=True),
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
            Column(
                "Issue", "outcome", "complaint_outcome", "traitée, rejetée, sans suite, ou vide"
            ),
            Column("Objet", "subject", "text", "quelques mots, sans nom de personne", blank=""),
        ),
        ("site_id", "reference"),
        "received_on",
    ),
    Format(
        "cloture",
        "Clôtures journalières",
        date(2026, 11, 24),
        (
            SITE,
            Column("Date", "day", "day", "JJ/MM/AAAA", required=True),
            Column("Agent", "agent", "text", "un code, jamais un nom ; ou vide", blank=""),
            Column("Visites déclarées", "declared", "whole", "nombre entier", required=True),
        ),
        ("site_id", "day", "agent"),
        "day",
    ),
    Format(
        "fermetures",
        "Fermetures",
        date(2026, 11, 24),
        (
            Column("Centre", "site_id", "site", "code, nom ou commune ; vide = tout le réseau"),
            Column("Du", "first_day", "day", "JJ/MM/AAAA", required=True),
            Column("Au", "last_day", "day", "JJ/MM/AAAA", required=True),
            Column("De", "from_minute", "clock", "HH:MM, ou vide pour la journée"),
            Column("À", "to_minute", "clock", "HH:MM, ou vide pour la journée"),
            Column("Motif", "reason_id", "reason", "un motif de la liste, ou vide"),
        ),
        ("site_id", "first_day", "from_minute", "reason_id"),
        "first_day",
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
            Column("Raisons d'insatisfaction", "reasons", "text", "texte court", blank=""),
            Column("Difficultés", "difficulties", "text", "texte court", blank=""),
            Column("Solutions", "solutions", "text", "texte court", blank=""),
            Column("Observations", "remarks", "text", "texte court", blank=""),
        ),
        ("site_id", "month"),
        "month",
    ),
)
FORMATS = {f.name: f for f in _ALL}
