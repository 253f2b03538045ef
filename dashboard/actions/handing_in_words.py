"""What is said of a file that is handed in by a page, without the command line's words."""

import re

from dashboard.forms.formats import FORMATS
from dashboard.french import join_words, plural
from db.batch_changes import Changes
from db.batch_effects import Effect

# What the command line advises, and what a person at a centre can do instead.
COMMANDS = (
    (
        re.compile(r" Pour l'ajouter : python -m db add .*$", re.DOTALL),
        " S'il est juste, demander au ministère de l'ajouter.",
    ),
    (re.compile(r" Pour les retirer : --replace-days$"), ""),
    (
        re.compile(r" Si le centre n'a rien à déclarer, le dire avec --covers et --sites\."),
        " Une feuille vide ne dit pas que personne n'est venu.",
    ),
    (
        re.compile(r"écrire --form (\w+), ou laisser --form de côté"),
        r"c'est un formulaire « \1 »",
    ),
)


def plain_words(message: str) -> str:
    """The message for who has a page and no command line."""
    for command, instead in COMMANDS:
        message = command.sub(instead, message)
    return message


def effect_sentence(rows: int, effect: Effect, changes: Changes, form: str = "") -> str:
    """« 214 lignes : 200 nouvelles, 12 déjà connues, identiques, 2 changées (Heure d'appel) ». What it takes away is said too."""
    known, idle = changes.unchanged + changes.changed, sum(effect.idle_by_file.values())
    parts = []
    if new := rows - known - idle:
        parts.append(plural(new, "nouvelle"))
    if changes.unchanged:
        alike = "identique" if changes.unchanged == 1 else "identiques"
        parts.append(f"{plural(changes.unchanged, 'déjà connue', 'déjà connues')}, {alike}")
    if changes.changed:
        fields = _headings(form, changes)
        parts.append(f"{plural(changes.changed, 'changée')}{f' ({fields})' if fields else ''}")
    if idle:
        told = plural(idle, "sans effet", "sans effet")
        parts.append(f"{told}, car un fichier plus récent dit les mêmes jours")
    said = f"{plural(rows, 'ligne')} : {' ; '.join(parts) or 'rien de nouveau'}."
    if gone := effect.rows_replaced - known:
        lost = plural(gone, "ligne déjà remise ne compte", "lignes déjà remises ne comptent")
        said += f" {lost} plus : ce fichier dit toute la journée."
    return said


def _headings(form: str, changes: Changes) -> str:
    if form not in FORMATS:
        return ""
    names = {column.field: column.heading for column in FORMATS[form].columns}
    return join_words([names[f] for f in changes.by_field if f in names])
