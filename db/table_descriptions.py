"""Descriptions of the tables, in French: what each stores of people and why. TABLES: one entry a table.

« Confidentialité » in the guide is written from it. A column that is not described here fails a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Description:
    """The description of a table. about_whom: "" where the table is about nobody. purpose: why it is stored.
    shown_by_right: the right that shows its rows; "" where no screen does. kept_setting: the setting that says how
    long in months; "": as long as the base. left_after: what is left of a row after that, "" for nothing. columns:
    words by names of columns, several between blanks."""

    title: str
    purpose: str
    columns: Mapping[str, str]
    about_whom: str = ""
    shown_by_right: str = ""
    kept_setting: str = ""
    left_after: str = ""

    @property
    def column_names(self) -> list[str]:
        """The columns that are described."""
        return [name for names in self.columns for name in names.split()]


_FILE = {"id batch_id superseded_by": "numéro, lot qui l'a apportée, lot qui la remplace"}

TABLES: Mapping[str, Description] = {
    # --- of people ---
    "visit": Description(
        "Visites",
        "compter les usagers reçus et mesurer l'attente",
        {
            **_FILE,
            "site_id day kind service_id": "centre, jour, type de demande, prestation",
            "sex": "femme, homme ou non noté",
            "satisfied outcome": "satisfait ou non, servi ou parti",
            "arrived_at called_at ended_at": "heures d'arrivée, d'appel et de fin",
            "source_ref": "numéro de la ligne dans le registre",
            "retained": "si son terme est passé",
        },
        about_whom="les usagers, sans nom, téléphone ni matricule : ces colonnes ne sont pas lues",
        kept_setting="visits_kept_months",
        left_after="ce qui se compte : ni numéro de ligne, ni minute",
    ),
    "complaint": Description(
        "Plaintes",
        "suivre ce qui attend une réponse, et en combien de jours elle vient",
        {
            **_FILE,
            "site_id reference": "centre et référence du registre",
            "received_on resolved_on": "jours de réception, de réponse",
            "category_id service_id channel_id outcome": "catégorie, prestation, canal, issue",
            "retained": "si son terme est passé",
        },
        about_whom="les usagers qui se plaignent, par la seule référence",
        shown_by_right="complaint_list",
        kept_setting="complaints_kept_months",
        left_after="ce qui se compte : plus de référence",
    ),
    "complaint_text": Description(
        "Mots des plaintes",
        "comprendre ce qui est demandé, pour y répondre",
        {"complaint_id subject": "la plainte, et son objet tel qu'il a été écrit"},
        about_whom="les usagers, et qui ils nomment",
        shown_by_right="complaint_texts",
        kept_setting="texts_kept_months",
    ),
    "daily_closing": Description(
        "Clôtures du jour",
        "savoir si un centre a rendu compte de sa journée",
        {**_FILE, "site_id day agent declared": "centre, jour, pseudonyme de l'agent, visites déclarées"},
        about_whom="les agents, sous un pseudonyme",
    ),
    "promised_register": Description(
        "Registres annoncés",
        "savoir quand un registre qui manque sera remis",
        {**_FILE, "site_id day promised_on": "centre, jour, jour où son registre est promis"},
    ),
    "monthly_return": Description(
        "Canevas mensuels",
        "garder ce que le centre déclare de son mois",
        {
            **_FILE,
            "site_id month received satisfied": "centre, mois, usagers reçus, satisfaits",
            "reasons difficulties solutions remarks": "ce que le centre en écrit",
        },
        about_whom="qui le centre nommerait dans ce qu'il écrit",
        shown_by_right="return_texts",
        kept_setting="return_texts_kept_months",
        left_after="les nombres",
    ),
    "account": Description(
        "Comptes",
        "laisser entrer qui en a le droit, et lui seul",
        {
            "id name email": "numéro, nom de connexion, adresse électronique",
            "role departments sites": "rôle, départements, centres",
            "password must_change works_until": "empreinte du mot de passe, s'il doit changer, jusqu'à quand",
            "disabled epoch created_at": "s'il est fermé, combien de fois il a changé, depuis quand",
        },
        about_whom="ceux qui se connectent",
        shown_by_right="accounts",
    ),
    "sign_in": Description(
        "Connexions",
        "tenir une page ouverte, et la fermer",
        {
            "id account_id next_id": "numéro, compte, connexion suivante",
            "token browser": "empreintes du jeton et du navigateur",
            "began_at seen_at ended_at proved_at": "début, dernière page, fin, dernier mot de passe",
            "issuer": "le fournisseur d'identité qui a dit qui c'est",
        },
        about_whom="ceux qui se connectent",
        shown_by_right="accounts",
        kept_setting="sign_ins_kept_months",
    ),
    "identity": Description(
        "Identités du ministère",
        "reconnaître d'une fois à l'autre qui se connecte avec le compte du ministère",
        {
            "issuer subject": "fournisseur d'identité, marque qu'il donne à la personne",
            "account_id bound_at": "compte, depuis quand",
        },
        about_whom="ceux qui se connectent",
        shown_by_right="accounts",
    ),
    "guest_link": Description(
        "Liens d'invités",
        "faire entrer les invités d'un atelier, qui ne voient que des chiffres, et pouvoir fermer le lien",
        {
            "id token account_id": "numéro, empreinte du lien, compte du lien",
            "what uses made_by made_at": "pour quel atelier, combien de fois il a servi, qui l'a fait, quand",
        },
        about_whom="ceux qui font les liens ; des invités, rien",
        shown_by_right="guest_links",
    ),
    "failed_sign_in": Description(
        "Essais manqués",
        "ralentir qui essaie des mots de passe",
        {"who failures last_at": "compte ou empreinte du nom tapé, nombre d'essais, dernier essai"},
        about_whom="ceux qui se connectent",
        kept_setting="sign_ins_kept_months",
    ),
    "access_journal": Description(
        "Journal des accès",
        "savoir qui est entré, a vu des plaintes, a emporté des fichiers",
        {"id at who did detail": "numéro, moment, compte, acte, de quoi"},
        about_whom="ceux qui se connectent",
        shown_by_right="journal",
        kept_setting="access_journal_kept_months",
    ),
    "journal": Description(
        "Journal des données",
        "savoir qui a remis, retiré, décidé, et pourquoi",
        {"id at who did detail why": "numéro, moment, qui, acte, de quoi, pourquoi"},
        about_whom="ceux qui changent les données",
    ),
    "import_batch": Description(
        "Lots remis",
        "savoir de quel fichier vient une ligne",
        {
            "id sha256 form filename rows demo": "numéro, empreinte, formulaire, nom du fichier, lignes, fictif ou non",
            "as_of first_day last_day": "date du contenu, premier et dernier jour",
            "imported_by imported_at withdrawn_at": "qui l'a remis, quand, retiré quand",
            "declared": "si un centre y dit lui-même, sans fichier, ses jours ou une plainte, et que personne ne l'a confirmé",
            "retained": "si le terme de lignes qu'il a apportées est passé",
        },
        about_whom="ceux qui remettent un fichier",
    ),
    "decision": Description(
        "Décisions",
        "se rappeler ce qui a été décidé sur un signal",
        {
            "id indicator scope": "numéro, chiffre, lieu",
            "decided_on who what due_on noted_by": "jour, fonction, décision, échéance, qui l'a notée",
            "aim done_on": "ce qu'on en attend, jour où elle a été dite faite",
        },
        about_whom="ceux qui décident, par leur fonction",
        shown_by_right="aggregates",
    ),
    "reminder": Description(
        "Relances",
        "savoir quels centres ont été relancés, pour quels jours, et ce qui est venu depuis",
        {
            "id site_id days": "numéro, centre, jours qui manquaient",
            "sent_at noted_by": "quand, et qui l'a noté",
        },
        about_whom="ceux qui relancent, par leur compte",
        shown_by_right="completeness",
    ),
    "target": Description(
        "Cibles",
        "comparer un chiffre à ce que l'on vise",
        {"id indicator scope value valid_from source set_by": "chiffre, lieu, valeur, date, source, qui l'a fixée"},
        about_whom="ceux qui fixent une cible",
        shown_by_right="aggregates",
    ),
    "rebase": Description(
        "Nouveaux départs",
        "dire à partir de quand une habitude a changé",
        {"id indicator scope month reason kind author": "chiffre, lieu, mois, raison, réponse, qui l'a dit"},
        about_whom="ceux qui le disent",
        shown_by_right="aggregates",
    ),
    "story": Description(
        "Présentations gardées",
        "les reprendre",
        {"name title body kept_by account_id kept_at": "nom, titre, contenu, qui l'a gardée, compte, quand"},
        about_whom="ceux qui les gardent",
        shown_by_right="aggregates",
    ),
    "department_director": Description(
        "Directions",
        "savoir quelle direction répond de quel département",
        {"department valid_from director": "département, date, fonction ou compte"},
        about_whom="les directeurs, par leur fonction",
    ),
    # --- of nobody ---
    "rollup": Description(
        "Cumuls des visites",
        "répondre vite, par des comptes sans personne",
        {
            "level service_id site_id start": "jour ou mois, prestation, centre",
            "visits requests complaint_visits informations women men satisfied unsatisfied outcome_known left_unserved"
            " left_timed measured p50 p90": "comptes et quantiles",
            "waits heat hours hour_waits": "comptes par minute d'attente, par jour et heure",
        },
    ),
    "site": Description(
        "Centres",
        "les nommer",
        {"id code kind name host aliases launched_on silent_after": "nom, type, hôte, ouverture, délai de silence"},
    ),
    "site_period": Description(
        "Périodes de service", "savoir quand un centre sert", {"site_id opens_on closes_on": "centre, du, au"}
    ),
    "site_location": Description(
        "Lieux", "les placer sur la carte", {"site_id valid_from commune_id lat lon": "centre, date, commune, point"}
    ),
    "site_hours": Description(
        "Horaires", "savoir quand un centre ouvre", {"site_id valid_from weekday opens_at closes_at": "heures par jour"}
    ),
    "commune": Description(
        "Communes",
        "rapporter aux habitants",
        {"id name department population_2013 lat lon point_kind": "nom, département, population, point"},
    ),
    "boundary": Description(
        "Limites", "dessiner la carte", {"level geojson source loaded_at": "tracé, source, date"}
    ),
    "service": Description(
        "Prestations",
        "les nommer",
        {"id code label theme link deadline_days source": "nom, thème, lien, délai, source"},
    ),
    "term": Description("Mots des listes", "écrire partout de même", {"id kind label": "liste et mot"}),
    "holiday": Description("Jours fériés", "compter les jours ouverts", {"day label worked": "jour, nom, travaillé"}),
    "closure": Description(
        "Fermetures",
        "ne pas tenir pour muet un centre fermé",
        {
            **_FILE,
            "site_id first_day last_day from_minute to_minute reason_id": "centre, jours, heures, motif",
        },
    ),
    "batch_site": Description(
        "Jours couverts",
        "savoir de quels jours un lot rend compte",
        {"batch_id site_id first_day last_day rows": "lot, centre, jours, lignes"},
    ),
    "whole_day": Description(
        "Journées entières", "savoir quel lot en est le registre", {"batch_id site_id day": "lot, centre, jour"}
    ),
    "upload_preview": Description(
        "Fichiers à confirmer",
        "laisser corriger et confirmer, un jour durant, ce qui vient d'être envoyé",
        {
            "id owner made_at": "numéro, compte, quand",
            "sealed": "cases du formulaire, chiffrées sous une clé que seul le navigateur a",
        },
    ),
    "receipt": Description(
        "Reçus",
        "dire à qui a remis un fichier ce qui en a été gardé",
        {"batch_id preview": "lot, et ce qu'il était avant", "detail": "nombres et remarques, aucune ligne"},
    ),
    "file_spelling": Description(
        "Mots des fichiers",
        "comprendre au fichier suivant ce qu'une personne a confirmé une fois",
        {
            "id site_id form field": "numéro, centre, formulaire, colonne",
            "written word": "ce que le fichier écrit, ce qu'il veut dire",
            "by at": "confirmé par, quand",
        },
    ),
    "quality_acknowledgement": Description(
        "Vérifications",
        "ne plus montrer ce qu'une personne a vérifié, et dire pourquoi",
        {
            "id rule site_id first_day last_day": "numéro, règle, centre, jours",
            "marks": "empreintes des lignes vérifiées, aucune ligne",
            "reason by at": "ce qui a été vérifié, par qui, quand",
        },
    ),
    "unanswered_search": Description(
        "Recherches sans réponse",
        "savoir ce qui manque à « Chercher »",
        {
            "day words": "jour, mots de l'application et de lieux",
            "others times": "nombre des autres mots, dont aucun n'est gardé, et combien de fois",
        },
        shown_by_right="unanswered_searches",
        kept_setting="searches_kept_months",
    ),
    "simulated_chance": Description(
        "Hasard simulé",
        "ne pas tirer à chaque démarrage ce que donne le hasard seul",
        {
            "digest series": "empreinte de ce dont il dépend, centre et indicateur",
            "drawn_on chances": "jour du tirage, probabilités d'une fausse alerte",
        },
    ),
    "database_identity": Description(
        "Identité de la base",
        "ne pas effacer dans une base ce qui l'a été dans une autre",
        {"id own ancestors place": "marque de la base, de celles dont des copies y furent remises, son adresse"},
    ),
    "open_base": Description(
        "Base ouverte", "dispenser de connexion tant que tout est fictif", {"id since": "depuis quand"}
    ),
    "retention": Description(
        "Termes passés", "savoir jusqu'à quand ce qui a un terme a été effacé", {"what before": "quoi, avant quand"}
    ),
}  # fmt: skip
