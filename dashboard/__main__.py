"""The command line: `python -m dashboard indicators …` prints the figures that pages show, `report` writes a story to files."""

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine

from dashboard import accounts_command, server_check
from dashboard.answers import report
from dashboard.answers.table_request import ROWS
from dashboard.exports import EXPORTS
from dashboard.indicators import BY_CODE, INDICATORS, Figure, compute
from dashboard.judgement.control_charts import CHARTED
from dashboard.judgement.signals import target_problem
from dashboard.period import YEARS, today
from dashboard.stories import READY
from db import read, schema
from db import targets_and_decisions as steer
from db.codes import ALL, BYS
from db.console import guard_output, parse, run_on_database, system_user
from db.facts import gather
from db.shared_types import Place
from db.write import Refused

COLUMNS = Figure._fields
TABLE_ROWS = tuple(rows for rows, _ in ROWS.values())


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m dashboard", description="Chiffres du tableau de bord."
    )
    commands = top.add_subparsers(dest="command", required=True)
    one = commands.add_parser("indicators", help="les indicateurs, tels que les pages les montrent")
    _day(one, "--from", dest="first", required=True)
    _day(one, "--to", dest="last", required=True)
    one.add_argument("--by", choices=BYS, required=True)
    one.add_argument("--department", action="append", default=[], help="un département (répétable)")
    one.add_argument("--site", action="append", default=[], help="le code d'un centre (répétable)")
    one.add_argument("--kind", choices=("CCSP", "GSRU"))
    one.add_argument("--service", help="le code d'une prestation, ou inconnu")
    _day(one, "--as-of")
    one.add_argument("--format", choices=("csv", "json"), default="csv")
    _decisions(commands)
    _report(commands)
    _table(commands)
    accounts_command.add_parser(commands)
    commands.add_parser(
        "check-server", help="ce qui manque ou ne va pas sur ce serveur, avec ce qui le répare"
    )
    return top


def day(text: str) -> date:
    """A day written AAAA-MM-JJ, within the years of periods. Raises argparse.ArgumentTypeError."""
    found = date.fromisoformat(text)
    if found.year not in YEARS:
        raise argparse.ArgumentTypeError(f"un jour de {YEARS[0]} à {YEARS[-1]} est attendu.")
    return found


def _day(
    one: argparse.ArgumentParser,
    option: str,
    *,
    dest: str | None = None,
    default: date | None = None,
    required: bool = False,
) -> None:
    """Add an option that is a day."""
    one.add_argument(
        option,
        dest=dest,
        type=day,
        metavar="AAAA-MM-JJ",
        default=default,
        required=required,
    )


def _report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that writes a story to files."""
    one = commands.add_parser(
        "report",
        help="écrit une présentation : diapositives, dossier, PDF, classeur, texte à envoyer",
    )
    one.add_argument(
        "--story",
        required=True,
        metavar="NOM",
        help=f"{', '.join(one.example or name for name, one in READY.items())}, ou une présentation gardée",
    )
    one.add_argument("--out", type=Path, required=True, metavar="DOSSIER")
    one.add_argument(
        "--period",
        metavar="CODE",
        help="12m, 3m, mois-1, 2026, 2026-11, 2026-T3… (12m ; mois, où toutes les données sont du mois en cours)",
    )
    one.add_argument("--department", help="un département")
    one.add_argument("--kind", choices=("CCSP", "GSRU"))
    one.add_argument("--service", help="le code d'une prestation, ou inconnu")
    one.add_argument(
        "--format",
        default=",".join(EXPORTS),
        help="ceux que l'on veut, entre virgules (tous)",
    )


def _table(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that prints the table of indicators."""
    one = commands.add_parser("table", help="le tableau des pages : lignes, colonnes, ordre, mots")
    one.add_argument("--by", choices=TABLE_ROWS, required=True, help="ce que sont les lignes")
    one.add_argument("--columns", metavar="CODES", help="des indicateurs, entre virgules")
    one.add_argument("--period", metavar="CODE", help="12m, 3m, mois-1, 2026, 2026-11, 2026-T3…")
    one.add_argument("--department", action="append", default=[], help="un département (répétable)")
    one.add_argument("--kind", choices=("CCSP", "GSRU"))
    one.add_argument("--service", help="le code d'une prestation, ou inconnu")
    one.add_argument("--sort", metavar="CODE", help="une colonne, ou nom")
    one.add_argument("--descending", action="store_true", help="le plus grand d'abord")
    one.add_argument("--words", metavar="MOTS", help="des lignes, celles qui portent ces mots")
    one.add_argument("--format", choices=("text", "csv", "parquet"), default="text")
    one.add_argument("--out", metavar="FICHIER")


def _decisions(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands of a data manager: targets, decisions, levels of control charts."""
    target = commands.add_parser("target", help="fixe une cible, avec sa date et sa source")
    target.add_argument("indicator", choices=sorted(BY_CODE))
    target.add_argument("scope", help="nation, un département ou le code d'un centre")
    target.add_argument("value", type=float, help="dans l'unité de l'indicateur")
    _day(target, "--from", dest="valid_from", default=today())
    target.add_argument("--source", required=True)
    decision = commands.add_parser("decide", help="note une décision prise sur un signal")
    rebase = commands.add_parser(
        "rebase", help="fait repartir une courbe de suivi, pour une raison"
    )
    for one in (decision, rebase):
        one.add_argument("indicator", choices=CHARTED)
        one.add_argument("scope", help="nation, un département ou le code d'un centre")
    decision.add_argument("--who", required=True, help="une fonction, pas un nom")
    decision.add_argument("--what", required=True)
    decision.add_argument("--aim", default="", help="ce qu'on en attend")
    _day(decision, "--on", default=today())
    _day(decision, "--due")
    _day(rebase, "--month", required=True)
    rebase.add_argument("--why", required=True)


def enter(engine: Engine, a: argparse.Namespace) -> None:
    """Record a target, decision or level as the command says. Raises Refused."""
    if a.command == "target":
        if why := target_problem(a.indicator, a.value):
            raise Refused(why)
        steer.set_target(
            engine, a.indicator, a.scope, a.value, a.valid_from, a.source, system_user()
        )
    elif a.command == "decide":
        steer.decide(engine, a.indicator, a.scope, a.on, a.who, a.what, a.due, system_user(), a.aim)
    else:
        steer.rebase(engine, a.indicator, a.scope, a.month, a.why, system_user())
    print("C'est noté.")


def choose_sites(
    places: Sequence[Place], departments: list[str], codes: list[str], kind: str | None
) -> read.Sites:
    """The codes of the sites that the filters select; ALL without filters. Raises ValueError for an unknown name."""
    for wanted, there, word in (
        (departments, {p.department for p in places}, "département"),
        (codes, {p.code for p in places}, "centre"),
    ):
        unknown = sorted(set(wanted) - there)
        if unknown:
            raise ValueError(f"{word} inconnu : {', '.join(unknown)}.")
    if not (departments or codes or kind):
        return ALL
    return {
        p.code
        for p in places
        if (not departments or p.department in departments)
        and (not codes or p.code in codes)
        and (not kind or p.kind == kind)
    }


def figures(connection: Connection, arguments: argparse.Namespace) -> list[Figure]:
    """The figures that the command asks for. Raises ValueError, with the reason, for an unknown name."""
    if read.is_demo(connection):
        print("DONNÉES FICTIVES : aucun chiffre n'est réel.", file=sys.stderr)
    sites = choose_sites(
        read.places(connection, ALL), arguments.department, arguments.site, arguments.kind
    )
    try:
        facts = gather(
            connection,
            sites,
            arguments.first,
            arguments.last,
            arguments.by,
            arguments.service,
            arguments.as_of,
        )
    except KeyError:
        raise ValueError(f"prestation inconnue : {arguments.service}.") from None
    return compute(facts, INDICATORS)


def _run(engine: Engine, arguments: argparse.Namespace, printed: list[Figure]) -> int:
    """Run the command; return its exit code. Figures are appended to `printed`."""
    try:
        schema.check_current(engine)
        if arguments.command == "report":
            report.write(arguments)
        elif arguments.command == "table":
            from dashboard.answers import table_command  # with pandas, which no other command needs

            table_command.run(arguments)
        elif arguments.command == "accounts":
            accounts_command.run(arguments, system_user())
        elif arguments.command == "indicators":
            with engine.connect() as connection:
                printed += figures(connection, arguments)
        else:
            enter(engine, arguments)
    except report.ReportRefused as reason:
        raise Refused(str(reason)) from reason
    except ValueError as reason:
        if arguments.command == "report":
            raise  # a fault of ours, whose traceback is to be in cron's mail
        raise Refused(str(reason)) from reason
    return 0


@guard_output()
def main(argv: list[str] | None = None) -> int:
    """Run the command; return 0 for done, 1 for refused with the reason, 2 for wrong usage."""
    arguments = parse(parser(), argv)
    if (
        arguments.command == "check-server"
    ):  # also where no setting can be read, and no database answers
        return server_check.run()
    indicators = arguments.command == "indicators"
    if indicators and arguments.first > arguments.last:
        print("La période finit avant de commencer.", file=sys.stderr)
        return 2
    found: list[Figure] = []
    failed = run_on_database(lambda engine: _run(engine, arguments, found))
    if failed or not indicators:
        return failed
    if arguments.format == "json":
        json.dump([f._asdict() for f in found], sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        writer = csv.writer(sys.stdout, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows([["" if v is None else v for v in f] for f in found])
    return 0


if __name__ == "__main__":
    sys.exit(main())
