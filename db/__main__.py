"""The database on the command line: `python -m db …`. Exit code 0 done, 1 refused with the reason, 2 wrong usage."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from dashboard.french import plural_phrase
from dashboard.period import to_local_time, to_naive_utc, today
from dashboard.settings import load_settings
from db import (
    backup,
    backup_files,
    copy_proof,
    key_spelling,
    nightly_copies,
    read,
    reference,
    reference_commands,
    retention,
    rollup,
    schema,
    supersede,
    upload_previews,
    write,
)
from db.batch_effects import import_sentence, withdrawal_sentence
from db.command_arguments import parser
from db.console import guard_output, parse, run_on_database, system_user
from db.intake import (
    Options,
    Outcome,
    check_dates,
    check_options,
    dates_ahead,
    load_known_references,
    try_import,
)
from db.journal import utc_now
from db.models import ImportBatch, Visit
from db.nightly_copies import KEPT, Plan
from db.seed import seed
from db.write_lock import write_transaction

LAST_BATCH = 2**31 - 1  # the largest number of a batch
MOST_VISITS = 20_000_000  # fictitious ones: half an hour's work, and more than the country has had


@guard_output()
def main(argv: list[str] | None = None) -> int:
    """Run one command."""
    arguments = parse(parser(), argv)
    try:
        return run_on_database(lambda engine: _run(engine, arguments))
    except KeyboardInterrupt:
        print("Interrompu : ce qui était en cours n'est pas gardé.", file=sys.stderr)
    return 1


def _run(engine: Engine, arguments: Namespace) -> int:
    with suppress(
        OSError
    ):  # without the right to write there, there are no leftovers of ours either
        backup_files.remove_leftovers(engine)
    if arguments.command in (
        "backup",
        "prove",
    ):  # older ones too: it is what one does before an update
        if schema.check_known(engine) is None and arguments.command == "backup":
            raise write.Refused("La base n'existe pas encore : il n'y a rien à copier.")
    elif arguments.command not in MAKE_CURRENT:
        schema.check_current(engine)
    return COMMANDS[arguments.command](engine, arguments) or 0


def init(engine: Engine, arguments: Namespace) -> None:
    """Create or upgrade the tables, after a copy, and load reference data."""
    began = utc_now()
    copy = backup.migrate(engine, system_user(), copy=not arguments.without_copy)
    if copy:
        print(f"Copie faite avant la mise à jour : {copy}")
    with engine.connect() as connection:
        for line in key_spelling.migration_report(connection, began):
            print(line)
    seed(engine, by=system_user())
    print(f"La base est prête (version {schema.version(engine)}).")


def demo(engine: Engine, arguments: Namespace) -> int | None:
    """Fill an empty database with fictitious data; or print the table of events behind them."""
    if arguments.events:
        print("Ce qui arrive vraiment dans des données de démonstration faites aujourd'hui :")
        from db.demo.event_sentences import absences_in_words, events_in_words  # late, as below

        print("\n".join(events_in_words(today())))
        print(
            "Ce qui n'est pas remonté, ou l'est mal (jours ouvrés, sans les derniers de chaque mois) :"
        )
        print("\n".join(absences_in_words()))
        return None
    backup.migrate(engine, system_user())
    seed(engine, by=system_user())
    if not 1 <= arguments.visits <= MOST_VISITS:
        print(f"--visits : de 1 à {MOST_VISITS}.", file=sys.stderr)
        return 2
    if arguments.seed < 0:
        print("--seed : 0 au moins.", file=sys.stderr)
        return 2
    from db.demo_load import load_demo  # late: what invents data is of no use to the other commands

    rows = load_demo(engine, arguments.visits, arguments.seed, by=system_user())
    print(f"Données FICTIVES chargées : {plural_phrase(rows, 'visite')}.")
    return None


def purge_demo(engine: Engine, _arguments: Namespace) -> None:
    """Delete all fictitious data."""
    print(f"Lots fictifs retirés : {write.purge_demo(engine, system_user())}.")


def import_files(engine: Engine, arguments: Namespace) -> int:
    """Import or check each file by itself; returns 1 if any is refused."""
    options = Options(
        arguments.form,
        arguments.as_of,
        arguments.covers,
        tuple(filter(None, arguments.sites.split(","))),
        arguments.replace_days,
        arguments.check,
    )
    known = load_known_references(engine)
    check_options(engine, options, known)
    refused = 0
    for path in arguments.files:
        outcome = try_import(engine, path, options, system_user(), known)
        _print_outcome(outcome, checked=arguments.check)
        refused += not outcome.accepted
    if arguments.check and len(arguments.files) > 1:
        print(
            "Chaque fichier a été vérifié seul, sans ceux d'avant : de deux qui parlent des mêmes lignes, l'un remplacera"
            " l'autre."
        )
    with engine.connect() as connection:
        for sentence in dates_ahead(connection):
            print(sentence)
    return 1 if refused else 0


def _print_outcome(outcome: Outcome, *, checked: bool) -> None:
    """Print the outcome of one file."""
    if outcome.was_known:
        print(f"{outcome.name} : déjà connu (lot {outcome.batch_id}), rien à faire.")
    elif not outcome.accepted:
        print(f"{outcome.name} : REFUSÉ, rien n'a été enregistré.")
    elif checked:
        print(
            f"{outcome.name} : {outcome.form}, {plural_phrase(outcome.rows, 'ligne')}, sans faute ; rien n'a été enregistré."
            f" Une fois importé : {import_sentence(outcome.effect)}"
        )
    else:
        print(
            f"{outcome.name} : {outcome.form}, {plural_phrase(outcome.rows, 'ligne importée')} (lot {outcome.batch_id})."
            f" {import_sentence(outcome.effect)}"
        )
    for line in [*outcome.problems, *outcome.remarks]:
        print(f"  {line}")
    if outcome.more_problems:
        print(f"  … et {plural_phrase(outcome.more_problems, 'autre faute')}.")


def withdraw(engine: Engine, arguments: Namespace) -> None:
    """Withdraw a batch."""
    effect = write.withdraw(engine, _batch(arguments), system_user(), arguments.why)
    print(f"Lot {arguments.batch} retiré : {withdrawal_sentence(effect)}")


def date_anew(engine: Engine, arguments: Namespace) -> None:
    """Give a batch another date of content."""
    check_dates(Options(as_of=arguments.as_of))
    as_of = to_naive_utc(arguments.as_of) if arguments.as_of else None
    when, effect = write.date_anew(engine, _batch(arguments), as_of, system_user(), arguments.why)
    print(
        f"Lot {arguments.batch} daté du {to_local_time(when):%d/%m/%Y à %H:%M}, heure du Bénin : {import_sentence(effect)}"
    )


def _batch(arguments: Namespace) -> int:
    """The number of a batch. Raises write.Refused for one too large for either database."""
    number: int = arguments.batch
    if abs(number) > LAST_BATCH:
        raise write.Refused(f"Il n'y a pas de lot numéro {number}.")
    return number


def status(engine: Engine, arguments: Namespace) -> None:
    """Print what the database holds."""
    with engine.connect() as c:
        forms = c.execute(
            select(
                ImportBatch.form,
                func.count(),
                func.sum(ImportBatch.rows),
                func.max(ImportBatch.last_day),
            )
            .where(ImportBatch.withdrawn_at.is_(None))
            .group_by(ImportBatch.form)
        ).all()
        held: dict[str, dict[str, Any]] = {
            form: {
                "batches": n,
                "rows": int(rows or 0),
                "last_day": str(last) if last else None,
            }
            for form, n, rows, last in forms
        }
        state = {
            "version": schema.version(engine),
            "newest": schema.newest_revision(),
            "database": engine.dialect.name,
            "demo": read.is_demo(c),
            "dated_ahead": [number for number, *_ in read.dated_ahead(c, utc_now())],
            "visits": c.execute(
                select(func.count()).select_from(Visit).where(Visit.superseded_by.is_(None))
            ).scalar_one(),
            "forms": held,
        }
    if arguments.json:
        print(json.dumps(state, ensure_ascii=False, indent=1))
        return
    print(
        f"Base {state['database']}, version {state['version']} (dernière : {state['newest']})"
        + (" — DONNÉES FICTIVES" if state["demo"] else "")
    )
    print(f"Visites comptées : {state['visits']}")
    for form, numbers in held.items():
        print(
            f"  {form} : {plural_phrase(numbers['batches'], 'lot')}, {plural_phrase(numbers['rows'], 'ligne')},"
            f" jusqu'au {numbers['last_day']}"
        )
    with engine.connect() as connection:
        _print_days_ahead(connection)


def verify(engine: Engine, _arguments: Namespace) -> int:
    """Check the rows that count, and the rollups, against the files; returns 1 if anything differs."""
    with engine.connect() as connection:
        problems = [
            *supersede.verify(connection),
            *rollup.verify(connection),
            *key_spelling.verify(connection),
        ]
        _print_days_ahead(connection)
    for problem in problems[:50]:
        print(problem)
    print(
        f"Lignes qui comptent et cumuls, refaits depuis les fichiers : {plural_phrase(len(problems), 'différence')}."
    )
    return 1 if problems else 0


def _print_days_ahead(connection: Connection) -> None:
    """Print which batches cover days to come, of which nothing is shown, or are dated after now, so that no
    correction wins over them; and what to do."""
    for number, form, day in read.covering_days_ahead(connection):
        print(
            f"Le lot {number} ({form}) parle du {day:%d/%m/%Y}, après le jour de son import : le retirer"
            f" (python -m db withdraw {number}), puis importer de nouveau le fichier avec de bonnes dates."
        )
    for sentence in dates_ahead(connection):
        print(sentence)


def add(engine: Engine, arguments: Namespace) -> None:
    """Add a term to a list."""
    print(reference.add(engine, arguments.kind, arguments.label, system_user()))


def boundaries(engine: Engine, arguments: Namespace) -> None:
    """Load the communes' outlines."""
    number = reference.load_boundaries(engine, arguments.file, arguments.source, system_user())
    print(f"Limites de communes chargées : {number}.")


def retain(engine: Engine, arguments: Namespace) -> None:
    """Print what has passed its term; erase it with --yes."""
    on = today()
    if arguments.yes:
        found = retention.erase(engine, on, system_user())
        with write_transaction(engine) as connection:
            upload_previews.delete_outdated(connection)
        before, old = backup.remove_outdated(engine, on, system_user())
    else:
        with engine.connect() as connection:
            found = retention.due_terms(connection, on)
        before, old = backup.outdated(engine, on)
    print(f"{'Effacé' if arguments.yes else 'À effacer'} au {on:%d/%m/%Y} :")
    for one in found:
        print(
            f"  {one.term.description} : {one.rows}, d'avant le {one.before:%d/%m/%Y}"
            f" ({one.term.months} mois, {one.term.setting.upper()})"
        )
    print(
        f"  copies de la base, faites par l'application : {len(old)}, d'avant le {before:%d/%m/%Y}"
        f" ({load_settings().copies_kept_months} mois, COPIES_KEPT_MONTHS)"
    )
    if not arguments.yes and (old or any(one.rows for one in found)):
        print("Rien n'est encore effacé. Pour le faire : python -m db retain --yes")


def erase_text(engine: Engine, arguments: Namespace) -> None:
    """Erase the text of one complaint."""
    rows = retention.erase_text(
        engine, arguments.site, arguments.reference, system_user(), arguments.why
    )
    print(f"Mots effacés, de {plural_phrase(rows, 'ligne')} ; la plainte reste comptée.")


def erase_return(engine: Engine, arguments: Namespace) -> None:
    """Erase the words of one monthly return."""
    rows = retention.erase_return_words(
        engine, arguments.site, arguments.month, system_user(), arguments.why
    )
    print(f"Mots effacés, de {plural_phrase(rows, 'ligne')} ; les nombres du canevas restent.")


def back_up(engine: Engine, arguments: Namespace) -> int | None:
    """Copy the database into a file; without a name, make the copy of the night."""
    nightly = {"--into": arguments.into, "--keep": arguments.keep, "--second": arguments.second}
    nightly["--encrypt"] = arguments.encrypt
    if arguments.file is not None and any(nightly.values()):
        named = ", ".join(name for name, value in nightly.items() if value)
        print(f"{named} : pour la copie de la nuit, sans nom de fichier.", file=sys.stderr)
        return 2
    if arguments.file is not None:
        print(backup.backup(engine, arguments.file, words=not arguments.without_words))
        return None
    if arguments.without_words:
        print("--without-words : nommer aussi le fichier de la copie.", file=sys.stderr)
        return 2
    plan = Plan(arguments.into, arguments.keep or KEPT, arguments.second, arguments.encrypt)
    for line in nightly_copies.make(engine, plan):
        print(line)
    return None


# The others want a database of the newest version.
MAKE_CURRENT = {"init", "demo", "restore", "go-back"}
COMMANDS: dict[str, Callable[[Engine, Namespace], int | None]] = {
    "init": init,
    "demo": demo,
    "purge-demo": purge_demo,
    "import": import_files,
    "withdraw": withdraw,
    "date": date_anew,
    "status": status,
    "verify": verify,
    "add": add,
    "boundaries": boundaries,
    "retain": retain,
    "erase-text": erase_text,
    "erase-return": erase_return,
    "backup": back_up,
    "prove": lambda engine, a: print(copy_proof.prove(engine, a.file)),
    "restore": lambda engine, a: print(
        backup.restore(engine, a.file, force=a.force, by=system_user(), list_file=a.erased)
    ),
    **dict.fromkeys(
        ("site", "holiday", "director", "service", "reference"), reference_commands.run
    ),
    "go-back": lambda engine, a: print(backup.go_back(engine, a.copy, system_user())),
}


if __name__ == "__main__":
    sys.exit(main())
