"""Words by which places, services and pages are found, besides their names."""

# Other names of communes, of towns in them, and of departments.
OTHER_NAMES = {
    "Abomey": "Danxomè; Danhomè",
    "Abomey-Calavi": "Calavi; Godomey; Akassato; Ouèdo; Togba; Zinvié",
    "Adja-Ouèrè": "Adjaouere",
    "Adjarra": "Adjara",
    "Akpro-Missérété": "Missérété",
    "Aplahoué": "Azové",
    "Athiémé": "Athieme",
    "Banikoara": "Banikouara",
    "Boukombé": "Boukoumbé; Boukombe",
    "Cotonou": "Koutonou; Dantokpa; Cadjèhoun",
    "Dassa-Zoumè": "Dassa; Igbo Idaasha",
    "Djougou": "Zougou",
    "Grand-Popo": "Hilacondji; Popo",
    "Kérou": "Kerou",
    "Natitingou": "Nati",
    "Ouidah": "Gléhoué; Whydah; Pahou",
    "Péhunco": "Ouassa-Péhunco; Pehonko",
    "Pobè": "Pobé",
    "Porto-Novo": "Hogbonou; Adjatchè; Ajashe",
    "Sèmè-Kpodji": "Sèmè-Podji; Sèmè; Kraké; Ekpè; Agblangandan",
    "Sô-Ava": "Ganvié",
    "Tori-Bossito": "Tori",
    "Toucountouna": "Toukountouna",
    "Zogbodomey": "Zogbodomè",
}
# By code of data/reference/services.csv.
SERVICES = {
    "acte-naissance-npi": "acte de naissance; naissance; NPI; état civil; ANIP; extrait de naissance; numéro personnel",
    "actes-carriere": "actes de carrière; arrêté; avancement; titularisation; carrière en ligne",
    "actes-pension": "pension; retraite; actes de retraite; livret de pension; FNRB; retraités",
    "attestation-non-litige": "non litige; litige; attestation",
    "attestation-service-fait": "service fait; attestation",
    "casier-judiciaire": "casier; B3; bulletin numéro 3",
    "cip": "CIP; carte d'identité; identité; certificat d'identification; pièce d'identité",
    "concours": "concours; recrutement; candidature; candidat",
    "copies-actes": "copie d'acte; copies; duplicata",
    "info-carriere": "renseignement sur la carrière; information carrière",
    "info-pension": "renseignement sur la pension; retraite; information pension; pension",
    "passeport": "passeport; voyage; visa de voyage",
    "rendez-vous": "rendez-vous; RDV; prendre rendez-vous",
    "suivi-carriere": "carrière; suivi de dossier; fonctionnaire; dossier de carrière",
    "visa-apprentissage": "apprentissage; apprenti; contrat d'apprentissage",
    "visa-reglement-interieur": "règlement intérieur; visa",
}
# By address of a page.
PAGES_ASKED = {
    "cote-a-cote": "comparer; comparer des centres; comparer deux centres; comparer deux départements; face à face; versus; "
    "lequel des deux; différence entre deux centres; côte à côte",
    "nouveau": "nouveau; nouveautés; quoi de neuf; depuis lundi; depuis hier; depuis ma dernière visite; récent; à régler "
    "d'abord; ce qui est arrivé; derniers fichiers; bougé; ce qui a bougé; changé; corrigé; corrections; rectifié; "
    "pris en compte; modifié; à faire; reste à faire; "
    "priorités; par quoi commencer",
    "presenter": "diaporama; projeter; diapositives",
    "completude": "remises; relances; qui a remis; calendrier des jours",
    "remonter": "remettre un fichier; envoyer un registre; déposer; à faire; reste à faire; que dois-je faire; "
    "journée corrigée; "
    "journée rectifiée; corriger une journée",
}
