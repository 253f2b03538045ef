"""INDICATORS: every figure of the dashboard, one entry each. Screens, definitions, exports and the command line follow."""

from collections.abc import Callable

from dashboard.indicators import measures as m
from dashboard.indicators.base import Figure, Indicator, Known, Measure, Place, Rest, compute
from dashboard.settings import Settings, load

EVERYWHERE = frozenset({"nation", "department", "site", "month", "service", "hour"})
PLACES = frozenset({"nation", "department", "site"})
NOT_HOUR = EVERYWHERE - {"hour"}
REGISTER = "registre des visites"
COMPLAINTS = "registre des plaintes"

# Words that hold a setting are built from it. One that cannot be read stops nobody here: whoever starts says so.
try:
    KNOWN = load()
except ValueError:
    KNOWN = Settings.model_construct()
THRESHOLD, ACTIVE = KNOWN.wait_threshold_minutes, KNOWN.operating_days
MINUTES = f"{THRESHOLD} minute{'s' if THRESHOLD > 1 else ''}"
LAST_DAYS = f"les {ACTIVE} derniers jours" if ACTIVE > 1 else "le dernier jour"

TIMED = Known("attente mesurée", "wait_p50")
NOT_TIMED = Rest(
    "visite sans attente mesurée, départs compris", "visites sans attente mesurée, départs compris"
)


def _at(*places: Place) -> frozenset[Place]:
    return frozenset(places)


INDICATORS = (
    Indicator(
        "visits",
        "Usagers reçus",
        "Usagers reçus",
        "Nombre de personnes inscrites au registre des visites, servies ou non.",
        "visites",
        "—",
        "count",
        "neither",
        0,
        REGISTER,
        "Seules comptent les visites que quelqu'un a inscrites.",
        EVERYWHERE,
        m.visits,
        off_days=True,
        places=_at("period", "site_page", "site", "sites", "services"),
    ),  # no chart: totals follow the open days
    Indicator(
        "visits_per_day",
        "Usagers par jour ouvert",
        "Usagers par jour ouvert",
        "Visites rapportées aux jours où les centres étaient ouverts.",
        "visites",
        "jours ouverts des centres (sans fins de semaine, jours fériés ni fermetures)",
        "rate",
        "neither",
        0,
        REGISTER,
        "Les visites des jours de fermeture sont comptées et signalées. La journée d'un centre resté muet compte.",
        EVERYWHERE,
        m.visits_per_day,
        chart="volume",
        classes=(5, 10, 20, 40),
        off_days=True,
        places=_at("site_page", "site", "sites", "department", "comparison"),
    ),
    Indicator(
        "women_share",
        "Part des femmes",
        "Part des femmes",
        "Femmes parmi les usagers dont le sexe est renseigné.",
        "femmes",
        "visites dont le sexe est renseigné",
        "percent",
        "neither",
        10,
        REGISTER,
        "Les registres d'avant mai 2024 portent « Homme » par défaut : à lire comme non renseigné.",
        EVERYWHERE,
        m.women_share,
        chart="share",
        classes=(40, 45, 50, 55),
        rest=Rest("visite dont le sexe n'est pas noté", "visites dont le sexe n'est pas noté"),
    ),
    Indicator(
        "visits_per_1000",
        "Usagers reçus pour 1 000 habitants",
        "Pour 1 000 habitants",
        "Visites aux CCSP pour 1 000 habitants de leurs communes, base RGPH-4 2013, non annualisé.",
        "visites aux CCSP",
        "population 2013 des communes ayant un CCSP, chacune une fois",
        "per_1000",
        "neither",
        0,
        "registre des visites ; RGPH-4 2013 (INStaD)",
        "Base RGPH-4 2013 : la population a changé depuis. Sans objet pour les GSRU.",
        PLACES,
        m.visits_per_1000,
        kinds=frozenset({"CCSP"}),
    ),
    Indicator(
        "wait_p50",
        "Attente médiane",
        "Attente médiane",
        "La moitié des usagers reçus ont attendu ce temps ou moins, de l'arrivée à l'appel.",
        "médiane des attentes mesurées, en minutes entières",
        "—",
        "minutes",
        "down",
        10,
        REGISTER,
        "Usagers appelés seulement ; sans heure d'arrivée et d'appel, l'attente est non mesurée.",
        EVERYWHERE,
        m.wait_p50,
        chart="measure",
        quantile=0.5,
        followed=True,
        skewed=True,
        step=1,
        classes=(10, 15, 20, 30),
        rest=NOT_TIMED,
        known=TIMED,
        places=_at(
            "period", "waits", "site_page", "site", "sites", "department", "comparison", "services"
        ),
    ),
    Indicator(
        "wait_p90",
        "Attente de 9 usagers sur 10",
        "Attente de 9 sur 10",
        "Neuf usagers reçus sur dix ont attendu ce temps ou moins, de l'arrivée à l'appel.",
        "neuvième décile des attentes mesurées, en minutes entières",
        "—",
        "minutes",
        "down",
        36,
        REGISTER,
        "Usagers appelés seulement. Sous 36 attentes mesurées, la valeur n'est pas assez sûre pour être montrée.",
        EVERYWHERE,
        m.wait_p90,
        chart="measure",
        quantile=0.9,
        skewed=True,
        step=1,
        classes=(30, 45, 60, 90),
        rest=NOT_TIMED,
        known=TIMED,
        places=_at("waits", "sites"),
    ),
    Indicator(
        "wait_within_30",
        f"Reçus en {MINUTES} ou moins",
        f"Reçus en {THRESHOLD} min ou moins",
        f"Usagers reçus après {MINUTES} d'attente ou moins.",
        f"servis avec une attente d'au plus {MINUTES}",
        "servis avec une attente mesurée, et partis dont l'arrivée est notée, dans les centres qui mesurent l'attente",
        "percent",
        "up",
        10,
        REGISTER,
        "Les centres sans aucune attente mesurée sur la période n'y entrent pas.",
        EVERYWHERE,
        m.wait_within,
        chart="share",
        followed=True,
        classes=(60, 70, 80, 90),
        known=TIMED,
        rest=Rest("visite sans heures notées", "visites sans heures notées"),
        places=_at(
            "period", "waits", "site_page", "site", "sites", "department", "changes", "comparison"
        ),
    ),
    Indicator(
        "left",
        "Partis sans être reçus",
        "Partis sans être reçus",
        "Usagers partis avant d'être appelés.",
        "partis",
        "visites dont l'issue est renseignée",
        "percent",
        "down",
        10,
        REGISTER,
        "Un départ que personne n'a noté n'est pas compté.",
        EVERYWHERE,
        m.left,
        chart="share",
        followed=True,
        classes=(2, 4, 6, 8),
        rest=Rest("visite sans issue notée", "visites sans issue notée"),
        places=_at(
            "period", "waits", "site", "sites", "department", "changes", "comparison", "services"
        ),
    ),
    Indicator(
        "satisfaction",
        "Usagers satisfaits, selon le registre",
        "Satisfaits, selon le registre",
        "Réponses « oui » à la satisfaction, telle que le point focal l'a notée.",
        "satisfaits",
        "visites où la satisfaction est renseignée",
        "percent",
        "up",
        10,
        REGISTER,
        "Saisi par le point focal : ce n'est pas l'enquête GT1PKI01.",
        EVERYWHERE,
        m.satisfaction,
        chart="share",
        followed=True,
        classes=(70, 80, 85, 90),
        known=Known("renseignée", "satisfaction"),
        rest=Rest("visite sans réponse", "visites sans réponse"),
        places=_at(
            "period", "site_page", "sites", "department", "changes", "comparison", "services"
        ),
    ),
    Indicator(
        "complaints_per_1000",
        "Plaintes pour 1 000 visites",
        "Plaintes pour 1 000 visites",
        "Plaintes reçues rapportées aux visites de la même période.",
        "plaintes reçues × 1 000",
        "visites",
        "per_1000",
        "down",
        0,
        "registres des plaintes et des visites",
        "Beaucoup de plaintes peut vouloir dire qu'on les note mieux. Par prestation : non mesuré si la prestation"
        " est inconnue pour plus d'une visite sur cinq.",
        NOT_HOUR,
        m.complaints_per_1000,
        "complaints",
        chart="rate",
        followed=True,
        classes=(5, 10, 15, 20),
        places=_at("complaints", "sites", "complaints_by_site", "changes", "comparison"),
    ),
    Indicator(
        "complaints_30d",
        "Plaintes traitées en 30 jours ou moins (GT1PKI10)",
        "Plaintes en 30 j (GT1PKI10)",
        "Indicateur officiel GT1PKI10 : plaintes répondues en 30 jours ou moins, sur toutes les plaintes reçues.",
        "plaintes répondues en 30 jours ou moins",
        "plaintes reçues dans la période",
        "percent",
        "up",
        5,
        COMPLAINTS,
        "Les plaintes de moins de 30 jours sont au dénominateur : le dernier mois paraît mauvais par construction.",
        NOT_HOUR,
        m.complaints_30d,
        "complaints",
        classes=(50, 65, 80, 90),
        places=_at("complaints", "complaints_by_site"),
    ),  # no chart: its last month would always be a signal
    Indicator(
        "complaints_30d_due",
        "Plaintes échues traitées en 30 jours ou moins",
        "Plaintes échues, en 30 j",
        "Le même taux, sur les seules plaintes qui ont eu leurs 30 jours, répondues ou non.",
        "plaintes échues répondues en 30 jours ou moins",
        "plaintes reçues 30 jours ou plus avant la date des données",
        "percent",
        "up",
        5,
        COMPLAINTS,
        "Ne dit rien des plaintes récentes.",
        NOT_HOUR,
        m.complaints_30d_due,
        "complaints",
        chart="share",
        classes=(50, 65, 80, 90),
        rest=Rest("plainte pas encore échue", "plaintes pas encore échues", of="complaints_30d"),
        places=_at(
            "period", "complaints", "site_page", "sites", "complaints_by_site", "comparison"
        ),
    ),
    Indicator(
        "complaint_delay",
        "Délai médian de traitement",
        "Délai médian des plaintes",
        "La moitié des plaintes reçues ont une réponse après ce nombre de jours, les plaintes en cours comprises"
        " (Kaplan-Meier).",
        "médiane de Kaplan-Meier, en jours",
        "—",
        "days",
        "down",
        5,
        COMPLAINTS,
        "Si plus de la moitié restent en cours, il n'y a pas de médiane.",
        NOT_HOUR,
        m.complaint_delay,
        "complaints",
        chart="measure",
        step=1,
        classes=(7, 14, 21, 30),
        places=_at("complaints", "complaints_by_site"),
    ),
    # Open complaints and their oldest age have no chart: a stock carries over from month to month, and the limits of an
    # XmR chart do not hold for it.
    Indicator(
        "complaints_open",
        "Plaintes en cours",
        "Plaintes en cours",
        "Plaintes reçues et sans réponse, à la date des données.",
        "plaintes sans réponse",
        "—",
        "count",
        "down",
        0,
        COMPLAINTS,
        "Ne dépend pas de la période : les plaintes reçues avant ou après en sont.",
        NOT_HOUR,
        m.complaints_open,
        "complaints",
        now=True,
        places=_at("complaints", "site", "sites", "complaints_by_site"),
    ),
    Indicator(
        "complaints_oldest",
        "Plus ancienne plainte en cours",
        "Plus ancienne plainte",
        "Âge, en jours, de la plus ancienne plainte sans réponse, à la date des données.",
        "âge en jours",
        "—",
        "days",
        "down",
        0,
        COMPLAINTS,
        "",
        NOT_HOUR,
        m.complaints_oldest,
        "complaints",
        now=True,
        places=_at("complaints"),
    ),
    Indicator(
        "completeness",
        "Jours clôturés",
        "Jours clôturés",
        "Jours ouvrés dont le registre a été clôturé, sur les jours ouvrés où le centre était ouvert.",
        "jours ouvrés clôturés",
        "jours ouvrés ouverts, jusqu'à la date des données",
        "percent",
        "up",
        5,
        "clôtures journalières",
        "Une clôture un autre jour n'entre dans aucune des deux parts.",
        frozenset({"nation", "department", "site", "month"}),
        m.completeness,
        chart="share",
        followed=True,
        classes=(60, 80, 90, 95),
        places=_at("sites", "department", "comparison"),
    ),
    Indicator(
        "coverage",
        "Taux de couverture des communes (GT1PKI11)",
        "Communes couvertes",
        f"Communes ayant au moins un centre en activité : une visite ou une clôture dans {LAST_DAYS} de la période.",
        "communes avec un centre en activité",
        "communes",
        "percent",
        "up",
        0,
        "registre des visites, clôtures ; liste des communes",
        "Un centre qui n'a rien remonté compte comme inactif.",
        frozenset({"nation", "department", "month"}),
        m.coverage,
    ),
)
BY_CODE = {i.code: i for i in INDICATORS}


def codes(holds: Callable[[Indicator], object]) -> tuple[str, ...]:
    """The codes of the indicators of which something is true, in the order of INDICATORS."""
    return tuple(i.code for i in INDICATORS if holds(i))


def choices(holds: Callable[[Indicator], object]) -> tuple[str, ...]:
    """The same for a list to choose from: those that are good or bad first, what only describes last."""
    return tuple(sorted(codes(holds), key=lambda code: BY_CODE[code].direction == "neither"))


def placed(place: Place) -> tuple[str, ...]:
    """The codes of the indicators that have a card or a column in a place, in the order of INDICATORS."""
    return codes(lambda i: place in i.places)


__all__ = [
    "BY_CODE",
    "INDICATORS",
    "Figure",
    "Indicator",
    "Measure",
    "Place",
    "choices",
    "codes",
    "compute",
    "placed",
]
