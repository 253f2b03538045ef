"""The page « Définitions », generated from INDICATORS."""

from html import escape

import streamlit as st

from dashboard import french
from dashboard.answers.network import SILENT_DAYS
from dashboard.indicators import INDICATORS, LAST_DAYS, MINUTES, Indicator
from dashboard.search.guide_chapters import anchor

UNITS = {
    "count": "nombre",
    "rate": "nombre",
    "percent": "pour cent",
    "per_1000": "pour 1 000",
    "minutes": "minutes",
    "days": "jours",
}
DIRECTIONS = {
    "up": "plus, c'est mieux",
    "down": "moins, c'est mieux",
    "neither": "plus n'est ni mieux ni moins bien",
}
WORDS = {
    "nation": "pays",
    "department": "département",
    "site": "centre",
    "month": "mois",
    "service": "prestation",
    "hour": "heure d'arrivée",
}


def show() -> None:
    """Draw every indicator, then what holds for all."""
    st.caption(
        "Ces textes et les chiffres des pages ont une seule source : ce qui est écrit est ce qui est calculé."
    )
    st.html("".join(map(indicator_html, INDICATORS)))
    st.header("Ce qui vaut partout", anchor=False)
    with st.container(key="lecture"):
        st.markdown(GENERAL.format(minutes=MINUTES, last_days=LAST_DAYS, silent_days=SILENT_DAYS))


def indicator_html(i: Indicator) -> str:
    """The HTML of an indicator: its name, meaning, formula, source, limits."""
    formula = i.numerator if i.denominator == "—" else f"{i.numerator} ÷ {i.denominator}"
    lines = [
        ("Calcul", f"{french.upper_first(formula)}."),
        ("Unité", f"{french.upper_first(UNITS[i.unit])}{french.SPACE}; {DIRECTIONS[i.direction]}."),
        ("Source", f"{french.upper_first(i.source)}."),
        ("Petits nombres", f"Non affiché sous {i.minimum}." if i.minimum else ""),
        ("Limites", i.limits),
        ("Se lit par", ", ".join(WORDS[b] for b in WORDS if b in i.dimensions) + "."),
    ]
    said = "".join(f"<dt>{label}</dt><dd>{escape(text)}</dd>" for label, text in lines if text)
    return (
        f'<section class="ccsp-definition" id="{escape(anchor(i.label))}"><h2>{escape(i.label)}</h2>'
        f"<div><p>{escape(i.definition)}</p><dl>{said}</dl></div></section>"
    )


GENERAL = """
- **Additionner d'abord, diviser une fois.** Le taux d'un département est celui de tous ses usagers, jamais la moyenne des
  taux de ses centres. Médianes et neuvièmes déciles viennent de toutes les attentes, jamais d'une moyenne de médianes.
- **Non mesuré** : l'instrument n'existe pas (pas d'heure au registre). **Non renseigné** : il existe, la valeur manque.
  **Non remonté** : personne ne l'a remis. **Pas à jour** : une partie seulement est remise, et rien n'y est en cours.
  **Au moins** : il peut y en avoir d'autres, là où un registre manque. **Sans objet** : la question n'a pas de sens.
  **—** : aucune donnée. Ce n'est jamais zéro.
- **Attente** : minutes entières de l'arrivée à l'appel. Le seuil d'une attente courte est de {minutes}. Au-delà de
  quatre heures, on lit « 240 min et plus ».
- **Jour ouvert** : du lundi au vendredi, sans les jours fériés, les fermetures déclarées d'une journée, ni les jours d'avant
  la première activité du centre.
- **Centre en activité** : une visite ou une clôture dans {last_days}.
- **Centre muet** : plus de {silent_days} jours, ou le délai fixé pour lui, sans registre des visites ni fiche de clôture, à la
  date des données. Un centre qui n'a encore remis ni l'un ni l'autre n'est pas dit muet.
- **Plainte en retard** : sans réponse plus de trente jours après sa réception. **Connues**, après un nombre de plaintes en
  cours : là où un registre manque ou s'arrête plus tôt, d'autres peuvent attendre, et certaines avoir reçu une réponse depuis.
- **Canevas** : le rapport du mois d'un centre, avec ses usagers reçus, ses difficultés et ses solutions. **Lot** : ce qui est
  entré par un seul fichier ; il se retire d'un bloc.
- **Prestation non renseignée** : les visites et les plaintes dont la prestation n'est pas notée.
- **Période partielle** : une période en cours s'arrête au dernier jour des données et se compare aux mêmes jours d'un an
  avant, sur les centres qui ont remonté les deux.
- **Un an avant** : une simple différence entre deux périodes. Elle ne dit pas qu'il y a une tendance.
- **Limites des départements** : Natural Earth (domaine public), indicatives. Communes : RGPH-4 2013, INStaD ; points :
  GeoNames (CC BY 4.0).
"""
