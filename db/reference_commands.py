"""The commands that change reference data: `python -m db site|holiday|director|service|reference`.

Before: `db.site_changes`, `db.list_changes`, `db.reference_effects`. After: `db.__main__`.
"""

import argparse
import re
from argparse import Namespace
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Engine

from dashboard.period import to_local_time
from db import list_changes, reference_changes, site_changes
from db.console import system_user
from db.reference_changes import Make
from db.reference_effects import Watch
from db.site_changes import NewSite
from db.write import Refused

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
HOURS = re.compile(
    r"([a-z]+)(?:-([a-z]+))?=([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})", re.IGNORECASE
)
LAST_NUMBER = 2**31 - 1
Commands = Any  # of argparse, whose own type is private


def hours(value: str) -> list[tuple[int, int, int]]:
    """Weekdays and hours written « lundi-vendredi=08:00-17:00 »: (weekday, minutes at which it opens and closes) each."""
    match = HOURS.fullmatch(value)
    if match is None:
        raise ValueError("not hours")
    first, last, *times = match.groups()
    begin = WEEKDAYS.index(first.lower())
    end = WEEKDAYS.index((last or first).lower())
    numbers = [int(t) for t in times]
    if end < begin or any(minute > 59 for minute in numbers[1::2]):
        raise ValueError("not hours")
    opens, closes = 60 * numbers[0] + numbers[1], 60 * numbers[2] + numbers[3]
    return [(weekday, opens, closes) for weekday in range(begin, end + 1)]


def point(value: str) -> tuple[float, float]:
    """Latitude and longitude written « 7.21,2.34 »."""
    lat, _, lon = value.partition(",")
    return float(lat), float(lon)


def add_arguments(commands: Commands) -> None:
    """Add the commands to those of `python -m db`."""
    _site_arguments(commands)
    holiday = _group(commands, "holiday", "corrige les jours fériés")
    add = _command(holiday, "add", "ajoute un jour férié")
    add.add_argument("day", type=date.fromisoformat, metavar="JOUR")
    add.add_argument("label", metavar="NOM")
    remove = _command(holiday, "remove", "dit qu'un jour férié du calendrier a été travaillé")
    remove.add_argument("day", type=date.fromisoformat, metavar="JOUR")
    director = _command(commands, "director", "dit qui dirige un département")
    director.add_argument("department", metavar="DEPARTEMENT")
    director.add_argument("director", metavar="FONCTION")
    director.add_argument("--from", dest="day", type=date.fromisoformat, required=True)
    service = _command(commands, "service", "nom et délai d'une prestation")
    service.add_argument("code", metavar="CODE")
    service.add_argument("--label", metavar="NOM")
    service.add_argument("--deadline", type=int, metavar="JOURS", help="jours calendaires")
    service.add_argument("--no-deadline", action="store_true", help="son délai n'est pas connu")
    changes = _group(commands, "reference", "ce qui a changé, et l'annuler")
    changes.add_parser("list", help="les derniers changements")
    undo = _command(changes, "undo", "annule un changement")
    undo.add_argument(
        "number", nargs="?", type=int, metavar="NUMERO", help="par défaut le dernier changement"
    )


def _site_arguments(commands: Commands) -> None:
    site = _group(commands, "site", "ajoute, ferme, rouvre, déplace un centre")
    add = _command(site, "add", "ajoute un centre")
    add.add_argument("kind", choices=site_changes.KINDS)
    add.add_argument("commune", metavar="COMMUNE")
    add.add_argument("--opens", type=date.fromisoformat, metavar="JOUR")
    add.add_argument("--name", default="", metavar="NOM")
    add.add_argument("--host", default="", metavar="HOTE")
    add.add_argument("--aliases", default="", metavar="NOMS", help="séparés par des ;")
    add.add_argument("--point", type=point, metavar="LAT,LON")
    change = _command(site, "set", "nom, autres écritures, hôte, ouverture officielle, silence")
    change.add_argument("code", metavar="CENTRE")
    change.add_argument("--name", metavar="NOM")
    change.add_argument("--aliases", metavar="NOMS", help="séparés par des ;")
    change.add_argument("--host", metavar="HOTE")
    change.add_argument("--opens", type=date.fromisoformat, metavar="JOUR")
    change.add_argument("--silent-after", type=int, metavar="JOURS")
    change.add_argument("--usual-silence", action="store_true", help="muet comme les autres")
    close = _command(site, "close", "un centre ne sert plus à partir d'un jour")
    reopen = _command(site, "reopen", "un centre fermé sert de nouveau")
    for one in (close, reopen):
        one.add_argument("code", metavar="CENTRE")
        one.add_argument("day", type=date.fromisoformat, metavar="JOUR")
    move = _command(site, "move", "un centre change de lieu, dans son département")
    move.add_argument("code", metavar="CENTRE")
    move.add_argument("day", type=date.fromisoformat, metavar="JOUR")
    move.add_argument("--commune", default="", metavar="COMMUNE")
    move.add_argument("--point", type=point, metavar="LAT,LON")
    week = _command(site, "hours", "les heures d'ouverture d'un centre")
    week.add_argument("code", metavar="CENTRE")
    week.add_argument("day", type=date.fromisoformat, metavar="JOUR")
    week.add_argument(
        "hours", nargs="+", type=hours, metavar="JOURS=HEURES", help="lundi-vendredi=08:00-17:00"
    )


def _group(commands: Commands, name: str, words: str) -> Commands:
    """A command that has commands of its own."""
    return commands.add_parser(name, help=words).add_subparsers(dest="what", required=True)


def _command(commands: Commands, name: str, words: str) -> argparse.ArgumentParser:
    """A command that changes something: why is asked for, and it can be looked at first."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words)
    parser.add_argument("--why", default="", help="la raison, notée au journal")
    parser.add_argument("--check", action="store_true", help="dit ce qui changerait, sans le faire")
    return parser


def run(engine: Engine, a: Namespace) -> None:
    """Run one of the commands: what changes is printed, and what that does to figures."""
    if (a.command, getattr(a, "what", "")) == ("reference", "list"):
        return _print_changes(engine)
    watch = Watch()
    undone = _undone(engine, a) if a.command == "reference" else None
    make = reference_changes.undoing(undone) if undone is not None else MAKERS[_name(a)](a)
    if a.check:
        told = f"{reference_changes.look(engine, make, watch).told} ; rien n'a été changé"
    else:
        if undone is not None:
            number = reference_changes.undo(engine, undone, system_user(), a.why, watch)
        else:
            number = reference_changes.keep(engine, make, system_user(), a.why, watch)
        with engine.connect() as connection:
            kept = reference_changes.change_of(connection, number)
        told = f"{kept.told if kept else ''} (changement {number})"
    print(f"{told}.")
    for sentence in watch.sentences:
        print(f"  {sentence}")
    return None


def _undone(engine: Engine, a: Namespace) -> int:
    """The number of the change to undo: the one that is named, else the last that stands. Raises Refused where there is none."""
    number: int | None = a.number
    if number is None:
        with engine.connect() as connection:
            standing = [
                one.number
                for one in reference_changes.changes(connection)
                if not (one.undone or one.is_undoing)
            ]
        if not standing:
            raise Refused("Rien n'a été changé : il n'y a rien à annuler.")
        return standing[0]
    if abs(number) > LAST_NUMBER:
        raise Refused("Ce changement n'existe pas.")
    return number


def _print_changes(engine: Engine) -> None:
    with engine.connect() as connection:
        for one in reference_changes.changes(connection):
            when = to_local_time(one.at)
            undone = " (annulé)" if one.undone else ""
            print(f"{one.number}  {when:%d/%m/%Y %H:%M}  {one.who} : {one.told}{undone}. {one.why}")


def _name(a: Namespace) -> str:
    return f"{a.command} {a.what}" if getattr(a, "what", "") else str(a.command)


MAKERS: dict[str, Callable[[Namespace], Make]] = {
    "site add": lambda a: site_changes.add_site(
        NewSite(a.kind, a.commune, a.opens, a.name, a.host, a.aliases, a.point)
    ),
    "site set": lambda a: site_changes.set_site(
        a.code,
        a.name,
        a.aliases,
        a.host,
        a.opens,
        a.silent_after,
        usual_silence=a.usual_silence,
    ),
    "site close": lambda a: site_changes.close_site(a.code, a.day),
    "site reopen": lambda a: site_changes.reopen_site(a.code, a.day),
    "site move": lambda a: site_changes.move_site(a.code, a.commune, a.day, a.point),
    "site hours": lambda a: site_changes.set_hours(
        a.code, a.day, [h for of in a.hours for h in of]
    ),
    "holiday add": lambda a: list_changes.add_holiday(a.day, a.label),
    "holiday remove": lambda a: list_changes.remove_holiday(a.day),
    "director": lambda a: list_changes.set_director(a.department, a.director, a.day),
    "service": lambda a: list_changes.set_service(
        a.code, a.label, a.deadline, no_deadline=a.no_deadline
    ),
}
