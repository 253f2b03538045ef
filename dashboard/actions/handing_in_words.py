"""What is said of a file that is handed in by a page, without the command line's words."""

import re
from datetime import date

from dashboard.forms.formats import FORMATS, Column, Words
from dashboard.forms.reference_names import KnownReferences
from dashboard.french import date_short, join_first, join_words, plural
from db.batch_changes import Changes
from db.batch_effects import Effect
from db.shared_types import Cell

# What the command line advises, and what a person at a centre can do instead.
COMMANDS = (
    (
        re.compile(
            r"Lignes déjà connues absentes de ce fichier, gardées : (.+?) \(.*\)\.?( Pour les retirer : --replace-days)?$",
            re.DOTALL,
        ),
        r"Lignes déjà connues qui ne sont pas dans ce fichier : \1. Elles restent comptées.",
    ),
    (
        re.compile(r" Pour l'ajouter : python -m db add .*$", re.DOTALL),
        " Si votre mot est juste, demander au ministère de l'ajouter à la liste.",
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


def french_day(day: date) -> str:
    """« du 14/10/2026 »."""
    return f"du {date_short(day)}"


DAYS = 5  # that are named


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
        days = list(dict.fromkeys(french_day(day) for _, day in effect.whole_days))
        which = f" {join_first(days, DAYS)}" if days else ""
        said += f" {lost} plus : ce fichier dit toute la journée{which}, et les remplace. Le retirer ensuite les ferait"
        said += " compter de nouveau."
    return said


def change_lines(changes: Changes, form: str, references: KnownReferences) -> list[str]:
    """« Référence 118 : Heure d'appel 08:15 → 08:25 », for the first rows that say something else than before; of free text only
    that it is another."""
    if form not in FORMATS:
        return []
    columns = {column.field: column for column in FORMATS[form].columns}
    lines = []
    for row in changes.rows:
        known_by = ", ".join(
            f"{columns[name].heading} {_text(columns[name], value, references)}"
            for name, value in row.key.items()
            if name in columns and name != "site_id"
        )
        told = [
            f"{columns[name].heading} changé"
            if FORMATS[form].is_free(columns[name])
            else f"{columns[name].heading} {_text(columns[name], old, references)} → {_text(columns[name], new, references)}"
            for name, (old, new) in row.changes.items()
            if name in columns
        ]
        if told:
            lines.append(f"{known_by} : {' ; '.join(told)}")
    return lines


def _text(column: Column, value: Cell, references: KnownReferences) -> str:
    """A stored value as a form writes it."""
    kind = column.cell
    if value is None or value in ("", column.blank):
        return "vide"
    if isinstance(kind, Words):
        return next((word for word, stored in kind.values.items() if stored == value), "vide")
    if kind == "clock" and isinstance(value, int):
        return f"{value // 60:02}:{value % 60:02}"
    if kind in ("day", "month"):
        when = date.fromisoformat(str(value)[:10])
        return date_short(when) if kind == "day" else f"{when:%m/%Y}"
    if kind == "site":
        return references.by_id[int(value)].name
    labels = references.labels.get(str(kind), {})
    return next((label for label, number in labels.items() if number == value), str(value))


def _headings(form: str, changes: Changes) -> str:
    if form not in FORMATS:
        return ""
    names = {column.field: column.heading for column in FORMATS[form].columns}
    return join_words([names[f] for f in changes.by_field if f in names])
