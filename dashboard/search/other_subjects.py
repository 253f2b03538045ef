"""OTHER_SUBJECTS: what can be asked of a place and is no indicator, one entry each: lists, hours, signals, what is missing.

Before: `dashboard.search.entries`. After: `dashboard.search.subjects`.
"""

from dashboard.search.entries import Scale, Subject, Target

# The panel or heading of a page that answers a subject, by its code and the page.
PARTS = {
    ("services", "departement"): "tableau",
    ("services", "site"): "site_prestations",
    ("hours", "departement"): "affluence",
    ("hours", "site"): "site_heures",
    ("outages", "completude"): "coupures",
    ("outages", "site"): "site_coupures",
    ("missing_days", "site"): "site_jours",
    ("silent", "departement"): "muets",
    ("signals", "site"): "site_mois",
    ("decisions", "signaux"): "decisions",
    ("targets", "signaux"): "cibles",
    ("reasons", "plaintes"): "motifs",
    ("reasons", "site"): "site_plaintes",
    ("forecast", "site"): "site_prevision",
    ("distribution", "attentes"): "repartition",
    ("distribution", "departement"): "attentes",
    ("distribution", "site"): "site_repartition",
    ("declared", "completude"): "declare",
    ("declared", "site"): "site_declare",
    ("checks", "completude"): "a_verifier",
    ("departments", "departement"): "tableau",
}


def _subject(
    code: str,
    label: str,
    asked: str,
    nation: str = "",
    department: str = "",
    site: str = "",
    *,
    filters: tuple[tuple[str, str], ...] = (),
    has_value: bool = False,
) -> Subject:
    """An entry: what is typed for it, and the pages on which it stands, by scale, "" where on none. filters: of
    the addresses of the country and of departments."""
    pages: dict[Scale, str] = {"nation": nation, "department": department, "site": site}
    places = {
        scale: Target(page, filters if scale != "site" else (), PARTS.get((code, page), ""))
        for scale, page in pages.items()
        if page
    }
    words = tuple(one.strip() for one in asked.split(";"))
    return Subject(code, label, words, places, has_value=has_value)


OTHER_SUBJECTS: tuple[Subject, ...] = (
    _subject("services", "Prestations demandées", "prestations; prestation; démarches; services demandés; ce qu'on vient "
     "demander; prestation la plus"
             " demandée; services rendus; type de demande; demandes; venu chercher; viennent chercher; "
             "venir pour quoi", "departement", "departement", "site",
             filters=(("lignes", "prestations"), ("tri", "-visits")), has_value=True),
    _subject("hours", "Heures d'affluence", "affluence; heure de pointe; à quelle heure venir; quand venir; jour le plus "
     "chargé; moment; heures"
             " chargées; heure creuse; jour de marché; quel jour; heures; attente par heure; jour de la semaine; "
             "quel jour de la semaine; déborde; "
             "débordé; quelle heure le plus de monde; souffler", "departement", "departement",
             "site"),
    _subject("opening", "Ouverture et horaires", "horaires; horaire; heures d'ouverture; ouvert depuis; date d'ouverture; "
     "ouvert en dernier; dernier centre"
             " ouvert; ouverts récemment; ouverture; lancement; inauguration; première activité; cérémonie; à quelle heure "
             "ouvre; jours d'ouverture; évolution du "
             "réseau; le réseau a grandi",
             "site", site="site", has_value=True),
    _subject("outages", "Coupures et fermetures", "coupures; coupure; panne; pannes; électricité; courant; panne de courant; "
     "réseau; internet coupé; grève;"
             " fermetures; fermé; travaux; délestage; sans électricité; temps perdu; jours perdus; ouverture en moins; "
             "connexion; panne de connexion; jours de grève; sans les jours de grève; jours de fête; sans les jours de fête; "
             "jours fériés; ni courant ni réseau",
             "completude", "completude", "site"),
    _subject("silent", "Centres muets", "muets; muet; silencieux; sans nouvelles; ne répond plus; n'envoie rien; centres "
     "inactifs; dernier jour connu; dernières"
             " nouvelles; qui ne remonte plus; dernier envoi; rien envoyé; "
             "remonte à quand; dernière donnée; date des données", "departement", "departement", "site", has_value=True),
    _subject("missing_days", "Jours qui manquent", "jours manquants; qui manque; n'a pas remonté; non remontés; pas remis; "
     "en retard de remise; qui n'a pas"
             " envoyé; registres manquants; à relancer; relance; manquent; retardataires; qui n'a pas remis; données "
             "manquantes; rien envoyé; pas encore donné; boucler le mois; oublié de fermer; journées oubliées; fermer des "
             "journées; journées à clore", "completude", "completude", "site"),
    _subject("signals", "Signaux : ce qui se dégrade ou change", "signaux; alertes; alerte; ce qui se dégrade; dégradation; "
     "empire; s'améliore; ce qui change;"
             " changements; inquiétant; problèmes; va mal; va mieux; amélioration; depuis quand; anormal; pire; "
             "vont mal; vont pas bien; "
             "marche mal; en difficulté; progrès; plus de progrès",
             "signaux", "signaux", "site"),
    _subject("decisions", "Décisions", "décision; dernier atelier; qu'a-t-on décidé; décidé; suites; suivi des décisions; "
     "engagements; "
     "mesures prises; recommandations; dernière rencontre; réunion; conclusions; atelier; "
             "retenu; ce qui est fait", "signaux", "signaux"),
    _subject("targets", "Cibles", "cible; objectif; objectifs; cibles; but fixé; atteindre l'objectif; "
             "objectif de fin d'année; "
             "à ce rythme; objectif décidé", "signaux", "signaux"),
    _subject("reasons", "Motifs de plainte", "motifs; motif; de quoi se plaint-on; raisons des plaintes; catégories de "
     "plaintes; pourquoi se plaignent; sujet des"
             " plaintes; se plaignent; raison", "plaintes", "plaintes", "site"),
    _subject("forecast", "Visites des prochains mois", "prévision; prévisions; prochains mois; à venir; prévu; futur; "
     "combien demain; l'an prochain", site="site"),
    _subject("distribution", "Répartition des attentes", "répartition; distribution; attentes par tranche; plus d'une heure; "
     "plus de deux heures; très longues attentes",
             "attentes", "departement", "site"),
    _subject("declared", "Déclaré, saisi, rapporté", "écart; déclaré et saisi; registre et canevas; chiffres différents; "
     "lequel est juste; incohérences; canevas; déclarations;"
             " quel chiffre est juste; ne correspond pas; rapport mensuel; annonce; annoncé; annoncé le soir; "
             "deux fichiers; totaux différents; écart entre registre et fiches", "completude", "completude", "site"),
    _subject("checks", "À vérifier", "vérifier; qualité des données; erreurs; fautes; douteux; suspects; anomalies; fraude; "
     "données fausses; fiabilité des données; fiable; s'y fier; confiance; chiffres ronds; trop ronds; "
     "sûr", "completude", "completude"),
    _subject("gsru", "GSRU seuls, leurs chiffres", "GSRU; tous les GSRU; guichets; type de centre", "departement",
             filters=(("type", "GSRU"),)),
    _subject("ccsp", "CCSP seuls, leurs chiffres", "CCSP; tous les CCSP; type de centre", "departement",
             filters=(("type", "CCSP"),)),
    _subject("sites", "Tous les centres", "liste des centres; centres; combien de centres; annuaire; quels centres; où sont "
     "les centres; GSRU; CCSP; guichets",
             "site", "departement"),
    _subject("departments", "Tous les départements", "liste des départements; départements; comparer les départements; "
     "tableau des départements; quels départements",
             "departement"),
    _subject("comparison", "Comparer deux périodes", "comparer; comparaison; avant après; par rapport à l'an dernier; "
     "évolution depuis un an; un an avant; progresse; différence; hausse;"
             " baisse; augmenté; diminué", "carte", "carte", filters=(("comparer", "oui"),)),
    _subject("map", "Carte des centres", "carte; plan; géographie; localisation; où", "carte", "carte"),
    _subject("director", "Directeur du département", "directeur; directrice; qui dirige; DDTFP; responsable; chef",
     department="departement"),
)  # fmt: skip
