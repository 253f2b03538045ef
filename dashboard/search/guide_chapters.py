"""The chapters of the user guide (docs/guide.md), and where each begins on its page.

After: `dashboard.ui.guide`, which draws them; `dashboard.answers.search_index`, which finds them.
"""

import re
from functools import cache

from dashboard.settings import ROOT

# What people type for a chapter, by its anchor, besides its title.
ASKED = {
    "se-connecter": "connexion; mot de passe; mot de passe oublié; identifiant; session; se déconnecter; compte",
    "lire-les-pages": "aide; comment lire; mode d'emploi; filtres; filtrer; choisir une prestation; choisir une période; "
    "imprimer; emporter",
    "qui-voit-quoi": "droits; accès; qui peut voir; rôles; confidentialité; invité; inviter",
    "signal-ou-hasard": "signal; hasard; alerte; entonnoir; courbe de suivi; variations habituelles; significatif",
    "lire-les-chiffres": "petits nombres; trop peu de cas; non mesuré; au moins; intervalle; s'y fier; fiabilité",
    "présenter-en-atelier": "atelier; diaporama; powerpoint; pptx; présentation; réunion; diapositives; projeter",
    "remonter-un-fichier-dun-téléphone-ou-dun-ordinateur": "envoyer un fichier; remettre un fichier; téléverser; remonter; "
    "téléphone; excel; envoyer le registre",
    "changer-le-référentiel": "ajouter un centre; fermer un centre; changer les horaires; jours fériés; directeur; modifier "
    "la liste",
    "les-formulaires-et-les-commandes-du-serveur": "formulaires; colonnes; format; csv; canevas; registre; import; importer",
    "installer-sauvegarder-mettre-à-jour": "installation; sauvegarde; mise à jour; serveur; copie",
}  # fmt: skip


def anchor(title: str) -> str:
    """The anchor of a section, made as other readers of Markdown make it: « lire-les-pages »."""
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))


@cache
def text() -> str:
    """The guide, as it is written."""
    return (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")


@cache
def titles() -> tuple[str, ...]:
    """The titles of its chapters, in order."""
    return tuple(re.findall(r"^## (.+)$", text(), flags=re.M))
