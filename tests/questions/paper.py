"""docs/questions.md, written from QUESTIONS: no second copy of them by hand."""

from collections.abc import Mapping
from urllib.parse import unquote

from dashboard.settings import ROOT
from tests.questions.asked import PEOPLE, QUESTIONS

PAPER = ROOT / "docs" / "questions.md"
KINDS = {
    "lequel": "Lequel ?",
    "où": "Où ?",
    "quand": "Quand ?",
    "combien": "Combien ?",
    "comparer": "Et l'un à côté de l'autre ?",
    "pourquoi": "Pourquoi ?",
    "est-ce sûr": "Est-ce sûr ?",
    "que faire": "Que faire maintenant ?",
    "décidé": "Qu'a-t-on décidé ?",
    "changé depuis": "Qu'est-ce qui a changé depuis ?",
    "manque": "Que manque-t-il ?",
    "sans ces jours": "Et sans ces jours, sans ces centres ?",
    "lequel est juste": "Lequel des deux chiffres est juste ?",
    "inconnaissable": "Ce que les données ne peuvent pas dire",
}
HEAD = """# Cent questions, et où est la réponse

{count} questions comme on les pose, par {people} sortes de personnes :

{who}

À chacune on arrive en deux gestes : appuyer sur « Chercher » (ou la touche « / ») et taper les mots, puis choisir la ligne qui
est donnée ici, l'une des trois premières. La réponse est sur la page qu'elle ouvre ; à ce que les données ne disent pas, la ligne
elle-même répond, en une phrase, et dit ce qu'il faudrait.

Ce papier est écrit par `python -m tests.questions --write`, d'une seule liste, `tests/questions/asked.py`. La commande sans
option pose toutes les questions à deux jeux de données inventées : chaque réponse y est comptée de nouveau, des lignes remises,
et doit se lire sur la page, telle quelle ; `make test` en pose quelques-unes chaque jour. La période habituelle (`periode=12m`)
est laissée de côté dans les adresses.
"""
COLUMNS = ("", "question", "qui la pose", "taper", "la ligne à choisir", "l'adresse")


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |\n"


def written(labels: Mapping[str, str]) -> str:
    """The paper. labels: of the line of « Chercher » that leads to the answer, by question."""
    who = "\n".join(f"- {name}" for name, _ in PEOPLE.values())
    parts = [HEAD.format(count=len(QUESTIONS), people=len(PEOPLE), who=who)]
    number = 0
    for kind, title in KINDS.items():
        parts += [f"\n## {title}\n\n", _row(*COLUMNS), _row(*["---"] * len(COLUMNS))]
        for one in (q for q in QUESTIONS if q.kind == kind):
            number += 1
            address = f"`{unquote(one.address)}`" if one.address else "la ligne le dit"
            parts.append(_row(number, one.asks, one.who, one.typed, labels[one.asks], address))
    assert number == len(QUESTIONS), "a question of an unknown kind"
    return "".join(parts)
