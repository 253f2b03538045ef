"""UNKNOWN: questions that the data do not hold, each with one sentence, and what would be needed to answer it.

After: `dashboard.answers.search_index`, which makes lines of them.
"""

from dashboard.search.entries import Line

_QUESTIONS = (
    ("cost", "Combien coûtent les centres ?", "Aucune dépense n'est dans les données. Il faudrait le budget de chaque "
     "centre, du ministère ou de la commune.",
     "coût; coûte; budget; dépense; argent; prix; financement; salaire; rentable; combien coûte; cher; coûte cher; "
     "revient cher; plus cher; coûteux"),
    ("staff", "Combien d'agents, et qui remplacer ?", "Les registres ne disent ni combien d'agents servent, ni lesquels : "
     "ils comptent des visites."
     " Il faudrait l'effectif de chaque centre, et rien ici ne juge une personne.",
     "agents; agent; personnel; effectif; remplacer; qui remplacer; muter; licencier; point focal incompétent; performance "
     "des agents; recruter du personnel; absentéisme; assez nombreux; sous-effectif; manque de personnel; "
     "nombreux au guichet"),
    ("people", "Combien de personnes différentes ?", "Personne n'est suivi d'une visite à l'autre : une personne venue trois "
     "fois compte trois visites."
     " Il faudrait un identifiant, que ces données excluent exprès.",
     "personnes différentes; usagers différents; usagers uniques; revenus plusieurs fois; reviennent; habitués; individus; "
     "combien de fois la même personne"),
    ("origin", "D'où viennent les usagers ?", "Le registre ne note pas la commune ni le village de l'usager. Il faudrait le "
     "demander à l'accueil.",
     "d'où viennent; provenance; origine; village; quartier; domicile; lieu de résidence; habitent; distance parcourue; "
     "viennent de loin"),
    ("age", "Quel âge ont les usagers ?", "L'âge n'est pas noté au registre. Il faudrait l'y ajouter, par tranches.",
     "âge; âge des usagers; jeunes; vieux; personnes âgées; tranche d'âge; jeunesse"),
    ("satisfaction_by_sex", "Les femmes sont-elles aussi satisfaites, ou attendent-elles plus ?", "Sexe, satisfaction et "
     "attente sont comptés à part, non croisés."
     " Il faudrait garder ces croisements dans les cumuls.",
     "satisfaction des femmes; satisfaction par sexe; attente des femmes; femmes satisfaites; femmes attendent; satisfaction "
     "selon le sexe; plaintes des femmes"),
    ("why_left", "Pourquoi partent-ils sans être reçus ?", "Le registre note qu'un usager est parti, pas pourquoi. Il "
     "faudrait une case « motif du départ ».",
     "pourquoi partent; raison des départs; motif de départ; cause des abandons"),
    ("service_time", "Combien de temps dure le service au guichet ?", "On connaît l'attente, de l'arrivée à l'appel, mais "
     "pas l'heure de fin."
     " Il faudrait la noter au registre.",
     "durée du service; temps au guichet; durée de traitement au guichet; temps de prise en charge; durée de l'entretien"),
    ("request_delay", "En combien de temps une demande est-elle traitée ?", "Le registre dit qu'on est venu, pas quand "
     "l'acte a été délivré."
     " Il faudrait l'extrait des requêtes du ministère, avec leurs dates.",
     "délai de délivrance; délai de traitement des requêtes; délai de la requête; acte délivré; obtenir son acte; dossiers "
     "en retard; délai de traitement des demandes"),
    ("next_site", "Où ouvrir le prochain centre ?", "Aucune ouverture à venir n'est dans les données : elles disent "
     "qui vient là où il y a un centre, pas la "
     "demande ailleurs."
     " La couverture et la population aident ; il faudrait les routes et les moyens.",
     "où ouvrir; prochain centre; nouveau centre; ouvrir un centre; implantation; quelle commune ensuite; "
     "prochaine ouverture; prochain centre ouvert"),
    ("online", "Combien de demandes passent par le portail ou WhatsApp ?", "Seules les visites aux centres sont ici. Il "
     "faudrait l'extrait des demandes en ligne.",
     "portail; en ligne; whatsapp; internet; numérique; dématérialisation; service-public.bj; demandes en ligne; GT1PKI03; "
     "GT1PKI09; connectivité"),
    ("language", "Quelle langue parlent les usagers ?", "La langue n'est pas notée au registre. Il faudrait l'y ajouter.",
     "langue; fon; yoruba; bariba; dendi; langue parlée; interprète; analphabètes; alphabétisation"),
    ("disability", "Combien de personnes handicapées sont reçues ?", "Le handicap n'est pas noté au registre, et c'est une "
     "donnée sensible.",
     "handicap; handicapés; fauteuil; accessibilité; malvoyants; situation de handicap"),
    ("survey", "Que dit l'enquête de satisfaction (GT1PKI01) ?", "La satisfaction du registre est notée par le point focal : "
     "ce n'est pas l'enquête."
     " Il faudrait les réponses de l'enquête du ministère.",
     "enquête; sondage; enquête de satisfaction; note des usagers; GT1PKI01; notes données par les usagers; "
     "gens contents; très contents; qui a répondu"),
    ("cause", "Pourquoi un chiffre a-t-il changé ?", "Les chiffres disent quoi, où et depuis quand, pas pourquoi. Les "
     "fermetures, les canevas et les décisions notées aident.",
     "pourquoi; cause; raison de la hausse; raison de la baisse; à cause de; explication; pourquoi moins de monde; "
     "pourquoi ça traîne; pourquoi ça baisse"),
    ("deadline", "Pour quand est le rapport du mois, et a-t-il été renvoyé ?", "Ni l'échéance du canevas ni son renvoi ne "
     "sont dans les données : elles disent s'il est remis. Il faudrait la date que le ministère fixe.",
     "date limite du rapport; échéance; échéance du rapport; rapport renvoyé; pour quand le rapport; délai du rapport mensuel"),
    ("north", "Est-ce mieux au Sud ou au Nord ?", "Les données ont des départements, ni Nord ni Sud : en comparer jusqu'à "
     "quatre, côte à côte.",
     "nord; sud; sud et nord; nord et sud; septentrion; nord du pays; sud du pays"),
    ("unmeasured", "Pourquoi l'attente n'est-elle pas connue partout ?", "Elle l'est où l'on note l'heure d'arrivée et "
     "celle de l'appel ; ailleurs on lit « non mesuré », qui n'est pas zéro."
     " Il faudrait y noter ces deux heures.",
     "pourquoi pas de temps d'attente; attente non mesurée; non mesuré; attente inconnue"),
)  # fmt: skip

UNKNOWN: tuple[Line, ...] = tuple(
    Line("unknown", code, question, tuple(one.strip() for one in asked.split(";")), "", sentence)
    for code, question, sentence, asked in _QUESTIONS
)
