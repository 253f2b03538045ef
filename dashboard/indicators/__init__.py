"""INDICATORS: every figure of the dashboard, one entry each. Screens, definitions, exports and the command line follow."""

from collections.abc import Callable
from datetime import date

from dashboard.indicators import measures as m
from dashboard.indicators.breakdown import Breakdown, Figure, compute
from dashboard.indicators.entry import Basis, ExcludedRows, Indicator, Placement, Requirement
from dashboard.indicators.measures import Measure
from dashboard.settings import Settings, load_settings

EVERYWHERE = frozenset({"nation", "department", "site", "month", "service", "hour"})
PLACES = frozenset({"nation", "department", "site"})
NOT_HOUR = EVERYWHERE - {"hour"}
REGISTER = "registre des visites"
COMPLAINTS = "registre des plaintes"

# Texts that contain a setting are built from it. An invalid setting raises nothing here: the programs report it at their start.
try:
    KNOWN = load_settings()
except ValueError:
    KNOWN = Settings()
THRESHOLD, ACTIVE = KNOWN.wait_threshold_minutes, KNOWN.operating_days
MINUTES = f"{THRESHOLD} minute{'s' if THRESHOLD > 1 else ''}"
LAST_DAYS = f"les {ACTIVE} derniers jours" if ACTIVE > 1 else "le dernier jour"

VISITS = ("visite", "visites")
RECEIVED = ("plainte connue", "plaintes connues")
WAITS = ("attente mesurée", "attentes mesurées")
WAITING = ("plainte en cours", "plaintes en cours")
TIMED = Requirement("attente mesurée", "wait_p50")
NOT_TIMED = ExcludedRows(
    "visite sans attente mesurée ou d'usager parti",
    "visites sans attente mesurée ou d'usagers partis",
)


def _at(*places: Placement) -> frozenset[Placement]:
    return frozenset(places)


INDICATORS = (
    Indicator(
        code="visits",
        label="Usagers reçus",
        short="Usagers reçus",
        asked="visites; fréquentation; nombre d'usagers; nombre de visites; visiteurs; personnes reçues; monde reçu; "
        "volume; usagers accueillis; personnes; monde; combien de personnes; moins de monde",
        more="reçoit plus de monde en tout",
        topic="le nombre d'usagers",
        definition="Visites inscrites au registre, celles des usagers partis sans être reçus comprises ; une personne peut venir"
        " plusieurs fois.",
        numerator="visites",
        denominator="—",
        unit="count",
        in_table=True,
        direction="neither",
        minimum=0,
        source=REGISTER,
        limits="Seules comptent les visites que quelqu'un a inscrites. « Au moins » : plus de sept jours d'affilée manquent au"
        " registre d'un centre.",
        dimensions=EVERYWHERE,
        measure=m.visits,
        basis=Basis(VISITS),
        off_days=True,
        places=_at("period", "site_page", "site", "sites", "services"),
    ),  # no chart: totals follow the open days
    Indicator(
        code="visits_per_day",
        label="Usagers par jour ouvert",
        short="Usagers par jour ouvert",
        noun="usagers",
        asked="fréquentation par jour; visites par jour; affluence par jour; monde par jour; fréquenté; visité; vide; à vide; "
        "activité; le plus de monde",
        more="reçoit plus de monde par jour ouvert",
        topic="l'affluence",
        definition="Visites rapportées aux jours où les centres étaient ouverts.",
        numerator="visites",
        denominator="jours ouverts des centres (sans fins de semaine, jours fériés ni fermetures)",
        unit="rate",
        direction="neither",
        minimum=0,
        source=REGISTER,
        limits="Les visites des jours de fermeture sont comptées et signalées. Un jour dont le registre n'est pas"
        " remis ne compte pas.",
        dimensions=EVERYWHERE,
        measure=m.visits_per_day,
        basis=Basis(("jour ouvert", "jours ouverts"), VISITS, "en"),
        chart="volume",
        followed=True,
        classes=(5, 10, 20, 30),
        off_days=True,
        places=_at("site_page", "site", "sites", "department", "comparison", "search"),
    ),
    Indicator(
        code="women_share",
        label="Part des femmes",
        short="Part des femmes",
        asked="femmes; sexe; genre; hommes et femmes; part des hommes; proportion de femmes",
        more="reçoit une plus grande part de femmes",
        topic="la part des femmes",
        definition="Femmes parmi les usagers dont le sexe est renseigné.",
        numerator="femmes",
        denominator="visites dont le sexe est renseigné",
        unit="percent",
        direction="neither",
        minimum=10,
        source=REGISTER,
        limits="Les registres d'avant mai 2024 portent « Homme » par défaut : à lire comme non renseigné.",
        unsure_before=(date(2024, 5, 15), "« Homme » par défaut avant mai 2024"),
        dimensions=EVERYWHERE,
        measure=m.women_share,
        basis=Basis(
            ("visite dont le sexe est noté", "visites dont le sexe est noté"), ("femme", "femmes")
        ),
        chart="share",
        classes=(40, 44, 46, 48),
        excluded_rows=ExcludedRows(
            "visite dont le sexe n'est pas noté", "visites dont le sexe n'est pas noté"
        ),
    ),
    Indicator(
        code="visits_per_1000",
        label="Usagers reçus pour 1 000 habitants",
        short="Pour 1 000 habitants",
        asked="usagers par habitant; visites pour 1000 habitants; rapporté à la population; "
        "par rapport à la population; habitants; à taille égale; taille de la commune",
        more="reçoit plus de monde pour 1 000 habitants",
        topic="les visites par habitant",
        definition="Visites aux CCSP pour 1 000 habitants de leurs communes, base RGPH-4 2013, non annualisé.",
        numerator="visites aux CCSP",
        denominator="population 2013 des communes ayant un CCSP, chacune une fois",
        unit="per_1000",
        direction="neither",
        minimum=0,
        source="registre des visites ; RGPH-4 2013 (INStaD)",
        limits="Base RGPH-4 2013 : la population a changé depuis. Sans objet pour les GSRU.",
        dimensions=PLACES,
        measure=m.visits_per_1000,
        basis=Basis(("habitant", "habitants"), VISITS, "pour"),
        kinds=frozenset({"CCSP"}),
    ),
    Indicator(
        code="wait_p50",
        label="Attente médiane",
        short="Attente médiane",
        noun="attente",
        asked="attente; temps d'attente; attendre; attentes; durée d'attente; file d'attente; queue; attend; "
        "attente moyenne; attente habituelle; attendent; gens attendent; attendent le plus; traîne",
        more="fait attendre plus longtemps",
        topic="l'attente",
        definition="La moitié des usagers reçus ont attendu ce temps ou moins, de l'arrivée à l'appel.",
        numerator="médiane des attentes mesurées, en minutes entières",
        denominator="—",
        unit="minutes",
        in_table=True,
        direction="down",
        minimum=10,
        source=REGISTER,
        limits="Usagers appelés seulement ; sans heure d'arrivée et d'appel, l'attente est non mesurée.",
        dimensions=EVERYWHERE,
        measure=m.wait_p50,
        basis=Basis(WAITS),
        chart="wait",
        quantile=0.5,
        followed=True,
        classes=(12, 13, 15, 18),
        excluded_rows=NOT_TIMED,
        required=TIMED,
        places=_at(
            "period",
            "waits",
            "site_page",
            "site",
            "sites",
            "department",
            "comparison",
            "services",
            "search",
        ),
    ),
    Indicator(
        code="wait_p90",
        label="Attente de 9 usagers sur 10",
        short="Attente de 9 sur 10",
        asked="longues attentes; neuf usagers sur dix; attente maximale; 90 pour cent; p90; attente extrême",
        more="a de plus longues attentes pour un usager sur dix",
        topic="les plus longues attentes",
        definition="Neuf usagers reçus sur dix ont attendu ce temps ou moins, de l'arrivée à l'appel.",
        numerator="neuvième décile des attentes mesurées, en minutes entières",
        denominator="—",
        unit="minutes",
        direction="down",
        minimum=36,
        source=REGISTER,
        limits="Usagers appelés seulement. Sous 36 attentes mesurées, la valeur n'est pas assez sûre pour être montrée.",
        dimensions=EVERYWHERE,
        measure=m.wait_p90,
        basis=Basis(WAITS),
        chart="measure",
        quantile=0.9,
        skewed=True,
        classes=(40, 45, 50, 60),
        excluded_rows=NOT_TIMED,
        required=TIMED,
        places=_at("waits", "sites"),
    ),
    Indicator(
        code="wait_within_30",
        label=f"Reçus en {MINUTES} ou moins",
        short=f"Reçus en {THRESHOLD} min ou moins",
        noun=f"usagers reçus en {THRESHOLD} min",
        asked=f"moins de {MINUTES}; reçus rapidement; servis rapidement; reçus vite",
        more=f"reçoit plus souvent en {MINUTES} ou moins",
        topic=f"la part des usagers reçus en {MINUTES}",
        definition=f"Usagers reçus après {MINUTES} d'attente ou moins.",
        numerator=f"servis avec une attente d'au plus {MINUTES}",
        denominator="servis avec une attente mesurée, et partis dont l'arrivée est notée, dans les centres qui"
        " mesurent l'attente",
        unit="percent",
        direction="up",
        minimum=10,
        source=REGISTER,
        limits="Les centres sans aucune attente mesurée sur la période n'y entrent pas.",
        dimensions=EVERYWHERE,
        measure=m.wait_within,
        basis=Basis(
            ("visite dont l'attente est connue", "visites dont l'attente est connue"),
            (f"usager reçu en {MINUTES} ou moins", f"usagers reçus en {MINUTES} ou moins"),
        ),
        chart="share",
        followed=True,
        classes=(70, 74, 77, 80),
        required=TIMED,
        excluded_rows=ExcludedRows("visite sans heures notées", "visites sans heures notées"),
        places=_at(
            "period", "waits", "site_page", "site", "sites", "department", "changes", "comparison"
        ),
    ),
    Indicator(
        code="left",
        label="Partis sans être reçus",
        short="Partis sans être reçus",
        noun="usagers partis sans être reçus",
        asked="abandons; départs; repartis; découragés; partent; sans être servis; partis; perd; usagers perdus",
        more="voit plus souvent partir des usagers sans être reçus",
        topic="les départs sans être reçu",
        definition="Usagers partis avant d'être appelés.",
        numerator="partis",
        denominator="visites dont l'issue est renseignée",
        unit="percent",
        direction="down",
        minimum=10,
        source=REGISTER,
        limits="Un départ que personne n'a noté n'est pas compté.",
        dimensions=EVERYWHERE,
        measure=m.left,
        basis=Basis(
            ("visite dont l'issue est notée", "visites dont l'issue est notée"),
            ("usager parti sans être reçu", "usagers partis sans être reçus"),
        ),
        chart="share",
        followed=True,
        classes=(4, 4.5, 5, 6),
        excluded_rows=ExcludedRows("visite sans issue notée", "visites sans issue notée"),
        places=_at(
            "site_page",
            "period",
            "waits",
            "site",
            "sites",
            "department",
            "changes",
            "comparison",
            "services",
        ),
    ),
    Indicator(
        code="satisfaction",
        label="Usagers satisfaits, selon le registre",
        short="Satisfaits, selon le registre",
        noun="satisfaits",
        asked="satisfaction; contents; mécontents; insatisfaits; taux de satisfaction; opinion des usagers; "
        "GT1PKI01; insatisfaction",
        more="a plus d'usagers satisfaits, selon le registre",
        topic="la satisfaction",
        definition="Réponses « oui » à la satisfaction, telle que le point focal l'a notée.",
        numerator="satisfaits",
        denominator="visites où la satisfaction est renseignée",
        unit="percent",
        direction="up",
        minimum=10,
        source=REGISTER,
        limits="Saisi par le point focal : ce n'est pas l'enquête GT1PKI01.",
        dimensions=EVERYWHERE,
        measure=m.satisfaction,
        basis=Basis(("réponse", "réponses"), ("usager satisfait", "usagers satisfaits")),
        chart="share",
        followed=True,
        classes=(78, 80, 82, 85),
        required=Requirement("satisfaction notée", "satisfaction"),
        excluded_rows=ExcludedRows("visite sans réponse", "visites sans réponse"),
        places=_at(
            "period",
            "site_page",
            "sites",
            "department",
            "changes",
            "comparison",
            "services",
            "search",
        ),
    ),
    Indicator(
        code="complaints_per_1000",
        label="Plaintes pour 1 000 visites",
        short="Plaintes pour 1 000 visites",
        noun="plaintes",
        asked="plaintes par visite; taux de plaintes; plaintes rapportées aux visites; nombre de plaintes; "
        "plaintes reçues; réclamations; plaintes",
        more="reçoit plus de plaintes pour 1 000 visites",
        topic="les plaintes par visite",
        definition="Plaintes reçues rapportées aux visites de la même période.",
        numerator="plaintes reçues × 1 000",
        denominator="visites des jours dont les deux registres, visites et plaintes, sont remis",
        unit="per_1000",
        in_table=True,
        direction="down",
        minimum=0,
        source="registres des plaintes et des visites",
        limits="Beaucoup de plaintes peut vouloir dire qu'on les note mieux. Par prestation : non mesuré si la prestation"
        " est inconnue pour plus d'une visite ou d'une plainte sur cinq.",
        dimensions=NOT_HOUR,
        measure=m.complaints_per_1000,
        basis=Basis(VISITS, ("plainte", "plaintes"), "pour"),
        register="complaints",
        chart="rate",
        followed=True,
        classes=(8, 10, 12, 14),
        places=_at("complaints", "sites", "complaints_by_site", "changes", "comparison"),
    ),
    Indicator(
        code="complaints_30d",
        label="Plaintes traitées en 30 jours ou moins (GT1PKI10)",
        short="Plaintes traitées en 30 j (GT1PKI10)",
        asked="taux de traitement des plaintes; plaintes traitées; plaintes traitées dans les délais; "
        "réponse aux plaintes en 30 jours; plaintes réglées; plaintes résolues à temps",
        more="répond plus souvent en 30 jours aux plaintes reçues",
        topic="les réponses en 30 jours",
        definition="Indicateur officiel GT1PKI10 : plaintes avec une réponse en 30 jours ou moins, sur toutes celles reçues.",
        numerator="plaintes avec une réponse en 30 jours ou moins",
        denominator="plaintes reçues dans la période",
        unit="percent",
        direction="up",
        minimum=5,
        source=COMPLAINTS,
        limits="Les plaintes de moins de 30 jours sont au dénominateur : le dernier mois paraît mauvais par construction.",
        dimensions=NOT_HOUR,
        measure=m.complaints_30d,
        basis=Basis(RECEIVED),
        register="complaints",
        classes=(60, 80, 85, 90),
        # No card: it would be mistaken for that of complaints due.
        places=_at("complaints_by_site"),
    ),  # no chart: the last month would always be a signal
    Indicator(
        code="complaints_30d_due",
        label="Plaintes échues traitées en 30 jours ou moins",
        short="Plaintes traitées à temps",
        noun="plaintes traitées à temps",
        asked="plaintes traitées à temps; plaintes échues; réponses en 30 jours; plaintes résolues; plaintes réglées",
        more="traite plus souvent les plaintes à temps",
        topic="les plaintes traitées à temps",
        definition="Le même taux, sur les seules plaintes qui ont eu leurs 30 jours, avec ou sans réponse.",
        numerator="plaintes échues avec une réponse en 30 jours ou moins",
        denominator="plaintes reçues 30 jours ou plus avant la date des données",
        unit="percent",
        direction="up",
        minimum=5,
        source=COMPLAINTS,
        limits="Ne dit rien des plaintes récentes.",
        dimensions=NOT_HOUR,
        measure=m.complaints_30d_due,
        basis=Basis(
            ("plainte reçue il y a 30 jours ou plus", "plaintes reçues il y a 30 jours ou plus")
        ),
        register="complaints",
        chart="share",
        settles=m.due_days,
        settled_after=1,
        followed=True,
        classes=(60, 80, 85, 90),
        excluded_rows=ExcludedRows(
            "plainte plus récente", "plaintes plus récentes", total_indicator="complaints_30d"
        ),
        places=_at(
            "period", "complaints", "site_page", "sites", "complaints_by_site", "comparison"
        ),
    ),
    Indicator(
        code="complaint_delay",
        label="Délai médian de traitement",
        short="Délai médian des plaintes",
        asked="délai des plaintes; durée de traitement des plaintes; temps de réponse; "
        "délai de réponse aux plaintes; kaplan meier",
        more="met plus longtemps à traiter les plaintes",
        topic="le délai de traitement",
        definition="La moitié des plaintes reçues ont une réponse après ce nombre de jours, les plaintes en cours comprises"
        " (Kaplan-Meier).",
        numerator="médiane de Kaplan-Meier, en jours",
        denominator="—",
        unit="days",
        direction="down",
        minimum=5,
        source=COMPLAINTS,
        limits="Si plus de la moitié restent en cours, il n'y a pas de médiane.",
        dimensions=NOT_HOUR,
        measure=m.complaint_delay,
        basis=Basis(RECEIVED),
        register="complaints",
        chart="measure",
        settles=m.days_of_median,
        classes=(7, 10, 12, 21),
        places=_at("complaints", "complaints_by_site"),
    ),
    Indicator(
        code="complaints_open",
        label="Plaintes en cours",
        short="Plaintes en cours",
        noun="plaintes en cours",
        asked="plaintes ouvertes; plaintes sans réponse; plaintes en attente; liste des plaintes; "
        "plaintes non traitées; réclamations en cours; plaintes qui attendent; plaintes",
        more="a plus de plaintes en cours",
        topic="les plaintes en cours",
        definition="Plaintes reçues et sans réponse, à la date des données.",
        numerator="plaintes sans réponse",
        denominator="—",
        unit="count",
        direction="down",
        minimum=0,
        source=COMPLAINTS,
        limits="Ne dépend pas de la période : les plaintes reçues avant ou après en sont.",
        dimensions=NOT_HOUR,
        measure=m.complaints_open,
        basis=Basis(WAITING),
        register="complaints",
        chart="stock",
        followed=True,
        is_current=True,
        places=_at("site_page", "complaints", "site", "sites", "complaints_by_site", "search"),
    ),
    Indicator(
        code="complaints_late",
        label="Plaintes en cours depuis plus de 30 jours",
        short="Plaintes en retard",
        noun="plaintes en retard",
        asked="plaintes en retard; plaintes de plus de 30 jours; réclamations en retard; plaintes hors délai; "
        "plus de trente jours; plus d'un mois; plaintes sans réponse depuis plus de 30 jours",
        more="a plus de plaintes en cours depuis plus de 30 jours",
        topic="les plaintes en retard",
        definition="Plaintes reçues plus de 30 jours avant la date des données, et encore sans réponse.",
        numerator="plaintes sans réponse depuis plus de 30 jours",
        denominator="—",
        unit="count",
        direction="down",
        minimum=0,
        source=COMPLAINTS,
        limits="Ne dépend pas de la période : les plaintes reçues avant ou après en sont.",
        dimensions=NOT_HOUR,
        measure=m.complaints_late,
        basis=Basis(WAITING),
        register="complaints",
        chart="stock",
        followed=True,
        is_current=True,
        places=_at("complaints_by_site"),
    ),
    Indicator(
        code="complaints_oldest",
        label="Plus ancienne plainte en cours",
        short="Plus ancienne plainte",
        asked="plus vieille plainte; plainte la plus ancienne; plainte la plus vieille; âge des plaintes",
        definition="Âge, en jours, de la plus ancienne plainte sans réponse, à la date des données.",
        numerator="âge en jours",
        denominator="—",
        unit="days",
        direction="down",
        minimum=0,
        source=COMPLAINTS,
        limits="",
        dimensions=NOT_HOUR,
        measure=m.complaints_oldest,
        basis=Basis(WAITING),
        register="complaints",
        is_current=True,
        places=_at("complaints"),
    ),
    Indicator(
        code="completeness",
        label="Fiches de clôture remises",
        short="Fiches de clôture remises",
        noun="fiches de clôture remises",
        asked="clôtures; complétude; registres clôturés; jours clôturés; taux de clôture",
        more="remet plus souvent ses fiches de clôture",
        topic="les fiches de clôture",
        definition="Jours ouvrés dont le registre a été clôturé, sur les jours ouvrés où le centre était ouvert.",
        numerator="jours ouvrés clôturés",
        denominator="jours ouvrés ouverts des centres qui remettent leurs clôtures, jusqu'à la date des données",
        unit="percent",
        direction="up",
        minimum=5,
        source="clôtures journalières",
        limits="Une clôture un autre jour n'entre dans aucune des deux parts, ni les jours d'un centre qui n'a jamais remis de"
        " clôture.",
        dimensions=frozenset({"nation", "department", "site", "month"}),
        measure=m.completeness,
        basis=Basis(("jour ouvert", "jours ouverts")),
        closings=True,
        chart="share",
        followed=True,
        classes=(90, 94, 96, 98),
        places=_at("sites", "department", "comparison"),
    ),
    Indicator(
        code="coverage",
        label="Taux de couverture des communes (GT1PKI11)",
        short="Communes couvertes",
        asked="couverture; communes couvertes; centres en activité; communes desservies; centres actifs; qui fonctionne; "
        "communes sans centre; sans centre; communes sans rien; communes oubliées; encore rien",
        definition=f"Communes ayant au moins un centre en activité : une visite ou une clôture dans {LAST_DAYS} de la période.",
        numerator="communes avec un centre en activité",
        denominator="communes",
        unit="percent",
        silent_as_none=True,
        any_form=True,
        direction="up",
        minimum=0,
        source="registre des visites, clôtures ; liste des communes",
        limits="Un centre qui n'a rien remonté compte comme inactif.",
        dimensions=frozenset({"nation", "department", "month"}),
        measure=m.coverage,
        basis=Basis(("commune", "communes")),
    ),
)
BY_CODE = {i.code: i for i in INDICATORS}


def codes(holds: Callable[[Indicator], object]) -> tuple[str, ...]:
    """The codes of the indicators for which `holds` is true, in the order of INDICATORS."""
    return tuple(i.code for i in INDICATORS if holds(i))


def choices(holds: Callable[[Indicator], object]) -> tuple[str, ...]:
    """The same for a list to choose from: those with a good direction first, merely descriptive ones last."""
    return tuple(sorted(codes(holds), key=lambda code: BY_CODE[code].direction == "neither"))


def codes_placed_in(place: Placement) -> tuple[str, ...]:
    """The codes of the indicators that have a card, a column or a choice in a place, in the order of INDICATORS."""
    return codes(lambda i: place in i.places)


__all__ = [
    "Breakdown",
    "BY_CODE",
    "INDICATORS",
    "TIMED",
    "Figure",
    "Indicator",
    "Measure",
    "Placement",
    "choices",
    "codes",
    "compute",
    "codes_placed_in",
]
