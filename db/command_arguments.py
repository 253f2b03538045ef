"""The arguments of `python -m db`."""

import argparse
from datetime import date, datetime
from pathlib import Path

from dashboard.forms.formats import FORMATS
from db import reference_commands


def span(value: str) -> tuple[date, date]:
    """Two days written FROM:TO."""
    first, _, last = value.partition(":")
    days = date.fromisoformat(first), date.fromisoformat(last)
    if days[1] < days[0]:
        raise ValueError("the span ends before it begins")
    return days


def kept(value: str) -> tuple[int, int, int]:
    """How many days, weeks and months, written 7,5,12; one day at least."""
    days, weeks, months = (int(one) for one in value.split(","))
    if not (1 <= days <= 366 and 0 <= weeks <= 520 and 0 <= months <= 600):
        raise ValueError("nothing would be kept")
    return days, weeks, months


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m db", description="La base de données du tableau de bord."
    )
    commands = top.add_subparsers(dest="command", required=True)
    init = commands.add_parser(
        "init", help="crée les tables, ou les met à jour après une copie, et charge les références"
    )
    init.add_argument(
        "--without-copy", action="store_true", help="met à jour sans copie, à ses risques"
    )
    demo = commands.add_parser("demo", help="remplit une base vide de données fictives")
    demo.add_argument("--visits", type=int, default=300_000)
    demo.add_argument("--seed", type=int, default=20211221)
    demo.add_argument(
        "--events",
        action="store_true",
        help="dit ce qui arrive vraiment dans des données faites aujourd'hui, sans rien remplir",
    )
    commands.add_parser("purge-demo", help="retire toutes les données fictives")
    load_file = commands.add_parser("import", help="lit des fichiers de registre")
    load_file.add_argument("files", nargs="+", type=Path, metavar="FICHIER")
    load_file.add_argument(
        "--form", choices=FORMATS, help="formulaire ; par défaut reconnu par ses intitulés"
    )
    load_file.add_argument(
        "--as-of",
        type=datetime.fromisoformat,
        metavar="DATE",
        help="date du contenu, à l'heure du Bénin si rien d'autre n'est dit",
    )
    load_file.add_argument(
        "--covers", type=span, metavar="DU:AU", help="jours dont le fichier rend compte"
    )
    load_file.add_argument(
        "--sites", default="", help="codes des centres dont le fichier rend compte, même sans ligne"
    )
    load_file.add_argument(
        "--replace-days", action="store_true", help="le fichier remplace ses journées entières"
    )
    load_file.add_argument(
        "--check", action="store_true", help="lit et vérifie, sans rien enregistrer"
    )
    undo = commands.add_parser("withdraw", help="retire un lot importé")
    anew = commands.add_parser("date", help="donne à un lot importé une autre date de contenu")
    for one in (undo, anew):
        one.add_argument("batch", type=int, metavar="LOT")
        one.add_argument("--why", default="", help="la raison, notée au journal")
    anew.add_argument(
        "--as-of",
        type=datetime.fromisoformat,
        metavar="DATE",
        help="date du contenu ; par défaut l'arrivée du fichier suivant, ou maintenant",
    )
    status = commands.add_parser("status", help="ce que contient la base")
    status.add_argument("--json", action="store_true")
    commands.add_parser(
        "verify",
        help="refait depuis les fichiers ce qui compte et les cumuls, et dit toute différence",
    )
    terms = commands.add_parser(
        "retain", help="dit ce qui a dépassé son terme, et l'efface avec --yes"
    )
    terms.add_argument("--yes", action="store_true", help="efface")
    words = commands.add_parser(
        "erase-text", help="efface les mots d'une plainte, qui reste comptée"
    )
    words.add_argument("site", metavar="CENTRE", help="le code du centre")
    words.add_argument("reference", metavar="REFERENCE")
    words.add_argument("--why", default="", help="la raison, notée au journal")
    said = commands.add_parser(
        "erase-return", help="efface les mots d'un canevas, dont les nombres restent"
    )
    said.add_argument("site", metavar="CENTRE", help="le code du centre")
    said.add_argument("month", metavar="MOIS", help="le mois : 2026-10")
    said.add_argument("--why", default="", help="la raison, notée au journal")
    copy = commands.add_parser("backup", help="copie sûre de la base, même en service")
    copy.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FICHIER",
        help="sans nom : la copie de la nuit, datée, prouvée, les anciennes effacées",
    )
    copy.add_argument(
        "--without-words",
        action="store_true",
        help="sans les mots des plaintes ni les canevas : à remettre à d'autres",
    )
    copy.add_argument(
        "--into", type=Path, metavar="DOSSIER", help="où va la copie de la nuit (COPIES)"
    )
    copy.add_argument(
        "--keep",
        type=kept,
        metavar="J,S,M",
        help="de combien de jours, de semaines et de mois on garde une copie (7,5,12)",
    )
    copy.add_argument(
        "--second", type=Path, metavar="DOSSIER", help="un second lieu, sur un autre disque"
    )
    copy.add_argument(
        "--encrypt",
        default="",
        metavar="CLE",
        help="chiffre celle du second lieu pour cette clé publique (age1…, ou une clé de GnuPG)",
    )
    proof = commands.add_parser(
        "prove", help="remet une copie en place à part, et la compare à ce que la base en a dit"
    )
    proof.add_argument("file", type=Path, metavar="FICHIER")
    restore = commands.add_parser("restore", help="remet une copie en place")
    restore.add_argument("file", type=Path)
    restore.add_argument(
        "--force",
        action="store_true",
        help="même si la base n'est pas vide ; une copie en est gardée",
    )
    restore.add_argument(
        "--erased",
        type=Path,
        metavar="LISTE",
        help="effacer aussi ce que dit la liste d'une autre base (effacements-….json, dans son dossier des copies)",
    )
    back = commands.add_parser(
        "go-back", help="revient à la copie faite avant la dernière mise à jour"
    )
    back.add_argument(
        "copy", nargs="?", metavar="COPIE", help="une autre copie : son nom, ou son chemin"
    )
    add = commands.add_parser("add", help="ajoute un mot à une liste")
    add.add_argument("kind", choices=("service", "category", "channel", "reason"))
    add.add_argument("label")
    outlines = commands.add_parser("boundaries", help="charge les limites des communes (GeoJSON)")
    outlines.add_argument("file", type=Path)
    outlines.add_argument(
        "--source", required=True, help="d'où viennent les limites, et leur licence"
    )
    reference_commands.add_arguments(commands)
    return top
