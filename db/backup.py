"""Copies of the database: made on demand and before every migration, restored, gone back to."""

import logging
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine, func, inspect, select, text

from dashboard.french import plural_phrase
from dashboard.period import add_months
from dashboard.period import now as clock
from dashboard.settings import load_settings
from db import (
    accounts_and_sessions,
    backup_files,
    copy_proof,
    erasures,
    error_messages,
    journal,
    retention,
    schema,
    supersede,
)
from db.database_identity import Identity, address, begin_anew, identity, write_identity
from db.engine import is_sqlite
from db.erasures import Erasures
from db.models import Base, Journal
from db.seed import beyond_reference
from db.write import Refused
from db.write_lock import write_transaction

LOG = logging.getLogger("ccsp")
# Actions in the journal that mean no data entered by people.
BY_ITSELF = ("seeded", "migrated", "restored", "went back")
# Tables whose rows nobody entered.
COMPUTED_TABLES = {
    "rollup",
    "journal",
    "access_journal",
    "sign_in",
    "upload_preview",
    "guest_link",
    "failed_sign_in",
    "unanswered_search",
    "simulated_chance",
    "open_base",
    "retention",
    "database_identity",
}
WORDS = {
    "import_batch": "lot",
    "target": "cible",
    "decision": "décision",
    "rebase": "nouveau départ",
    "story": "présentation",
    "boundary": "limite",
    "holiday": "jour férié",
    "site": "centre ajouté",
    "service": "prestation ajoutée",
    "term": "mot ajouté",
    "account": "compte",
}


def backup(engine: Engine, path: Path, *, words: bool = True) -> str:
    """Copy the database into a new file; returns a sentence that says what was done. words: with the texts of
    complaints, which a copy for others is better without. Raises Refused; then there is no file."""
    backup_files.remove_leftovers(engine)
    write_with_prints(engine, path, words=words)
    try:
        erasures.ensure_list(engine)
    except Refused as reason:  # the copy is there
        LOG.warning("%s", reason)
    except error_messages.failure_types() as error:
        LOG.warning("%s", error_messages.sentence(error))
    without = "" if words else ", sans les mots des plaintes ni les canevas"
    return f"Copie écrite et vérifiée{without} : {path} ({path.stat().st_size / 1e6:.1f} Mo)."


def write_with_prints(engine: Engine, path: Path, *, words: bool = True) -> None:
    """Copy the database into a new file, and write beside it what it said of itself, by which the copy is proved. Raises Refused;
    then there is neither."""
    without = () if words else backup_files.WORDS
    said: list[tuple[str, str, copy_proof.Tables]] = []

    def see(connection: Connection) -> None:
        mine = identity(connection)
        tables = copy_proof.fingerprints(connection, without)
        said.append((mine.own if mine else "", schema.version_of(connection) or "", tables))

    backup_files.write(engine, path, words=words, seen=see)
    try:
        copy_proof.remove_notes(path)  # of a file of that name that is gone
        copy_proof.write_prints(path, *said[0])
    except OSError as error:
        path.unlink()
        raise Refused(error_messages.sentence(error)) from None


def outdated(engine: Engine, day: date) -> tuple[date, list[Path]]:
    """The day before which copies have passed their term, and the dated copies of this database that have."""
    before = add_months(day, -load_settings().copies_kept_months)
    with engine.connect() as connection:
        old = backup_files.dated_copies(engine, _own_mark(connection))
    return before, [path for made_on, path in old if made_on < before]


def remove_outdated(engine: Engine, day: date, by: str) -> tuple[date, list[Path]]:
    """Delete the outdated copies, with a line in the journal, and the leftovers of killed processes; returns as
    `outdated`."""
    backup_files.remove_leftovers(engine)
    before, old = outdated(engine, day)
    for path in old:
        copy_proof.remove(path)
    if old:
        with write_transaction(engine) as connection:
            journal.note(connection, by, "retained", {"copies": len(old), "on": str(day)})
    return before, old


def restore(
    engine: Engine, path: Path, *, force: bool, by: str, list_file: Path | None = None
) -> str:
    """Put a copy in the place of an empty database, or of any of ours with `force`, and migrate it; returns a
    sentence that says what was done. list_file: the list of erasures of another database, which are applied too.

    Raises Refused; then nothing changed.
    """
    schema.check_known(engine)
    also = erasures.read_list_file(list_file) if list_file else None
    revision = backup_files.check(engine, path)
    held = contents(engine)
    if held and not force:
        raise Refused(
            f"La base n'est pas vide ({', '.join(held)}). Pour la remplacer, après en avoir gardé une copie :"
            " --force"
        )
    done = _replace(engine, path, "restored", by, keep=bool(held), newest=True, also_erased=also)
    return f"Copie remise en place : {path} (version {revision}).{_replacement_sentence(done)}"


def migrate(engine: Engine, by: str, *, copy: bool = True) -> Path | None:
    """Bring the database to the newest version, after a copy of it; create it where there is none.

    Returns the copy's path, None where none was needed. Raises Refused; then nothing changed.
    """
    backup_files.remove_leftovers(engine)
    if schema.check_known(engine) == schema.newest_revision():
        return None
    before: str | None = None
    former: Path | None = None

    def keep(connection: Connection) -> None:
        nonlocal before, former
        before = schema.version_of(connection)  # again: another process may have been faster
        if copy and before is not None and before != schema.newest_revision():
            try:
                former = _keep_copy(engine, before)
            except Refused as reason:
                raise Refused(
                    f"{reason} La base n'a pas été mise à jour, faute d'une copie ; sans copie, à ses risques :"
                    " python -m db init --without-copy"
                ) from None

    def note(connection: Connection) -> None:
        if before is None:
            begin_anew(connection, engine)
        elif before != schema.newest_revision():
            _settle(connection, before, former, by)
            # Going back to a copy of an older version may have brought erased rows back, and lost the note of their erasure.
            known = before >= retention.OLDEST_REVISION
            erased = (
                erasures.all_erased(engine, connection)
                if known
                else erasures.adopt_identity(connection, engine)
            )
            retention.erase_again(connection, erased, by)
            erasures.update_list_if_possible(engine, connection, erased)

    schema.upgrade(engine, before=keep, after=note)
    return former


def _settle(connection: Connection, before: str, former: Path | None, by: str) -> None:
    """Settle all rows by today's rule of what files replace, and note the migration in the journal."""
    detail = {
        "from": before,
        "to": schema.newest_revision(),
        "copy": former.name if former else None,
        "settled": supersede.settle_anew(connection),
    }
    journal.note(connection, by, "migrated", detail)


def go_back(engine: Engine, name: str | None, by: str) -> str:
    """Put back the copy made before the last migration, or the one of that name; returns a sentence that says what
    was done. Raises Refused; then nothing changed."""
    if schema.check_known(engine) is None:
        raise Refused("La base n'existe pas encore : il n'y a rien d'où revenir.")
    path = _copy_path(engine, name) if name else _last_migration_copy(engine)
    revision = backup_files.check(engine, path)
    done = _replace(engine, path, "went back", by, keep=True, newest=False)
    return (
        f"La base est revenue à la copie {path} (version {revision}).{_replacement_sentence(done)}"
        + (
            ""
            if revision == schema.newest_revision()
            else " Installer maintenant la version de l'application d'avant la mise à jour."
        )
    )


def contents(engine: Engine) -> list[str]:
    """What people entered into the database, in words; [] for an empty one, whatever the reference data."""
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        if "journal" not in tables:
            return []
        rows = beyond_reference(connection)
        for table in tables & set(Base.metadata.tables) - set(rows) - COMPUTED_TABLES:
            rows[table] = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
        held = [
            plural_phrase(n, WORDS[table]) if table in WORDS else f"{table} : {n}"
            for table, n in sorted(rows.items())
            if n
        ]
        lines = connection.execute(
            select(func.count()).select_from(Journal).where(Journal.did.not_in(BY_ITSELF))
        )
        number = lines.scalar_one()
        return held or ([plural_phrase(number, "ligne") + " au journal"] if number else [])


@dataclass
class _Replacement:
    """The outcome of a replacement. former_copy: of what was there before; list_missing: whether the list of erasures
    of the copy's database, which is another, was not found; other_lists: databases that descend from the copy's and
    erased more, with their lists."""

    former_copy: Path | None = None
    list_missing: bool = False
    other_lists: list[tuple[str, Path]] = field(default_factory=list)


def _replace(
    engine: Engine,
    path: Path,
    did: str,
    by: str,
    *,
    keep: bool,
    newest: bool,
    also_erased: Erasures | None = None,
) -> _Replacement:
    """Put a checked copy in place, after copying what is there if asked, and note it in the journal.

    Writers wait meanwhile; what was erased since the copy is erased in it before anybody sees it. newest: whether it
    is migrated; also_erased: further erasures to apply.
    """
    backup_files.remove_leftovers(engine)
    done = _Replacement()
    with backup_files.exclusive_replacement(engine) as put:
        with engine.connect() as connection:
            mine, known = identity(connection), erasures.all_erased(engine, connection)
        revision = schema.version(engine)
        if keep:
            done.former_copy = _keep_copy(engine, revision or "0")

        def prepare(connection: Connection) -> None:
            revision = schema.version_of(connection) or ""
            if revision < retention.OLDEST_REVISION:
                schema.migrate_connection(connection, retention.OLDEST_REVISION)
            copied = identity(connection) if revision >= retention.OLDEST_REVISION else None
            erased, done.list_missing = _erased_since(engine, path, mine, known, copied)
            erased |= also_erased or Erasures()
            if copied is not None:
                of = {copied.own, *copied.ancestors, *((mine.own, *mine.ancestors) if mine else ())}
                done.other_lists = erasures.lists_of_descendants(engine, of, erased, path.parent)
            _close_all_access(connection, erased)
            retention.erase_again(connection, erased, by)
            write_identity(connection, _identity_after(mine, copied, address(engine)))
            detail = {
                "copy": path.name,
                "kept": done.former_copy.name if done.former_copy else None,
            }
            journal.note(connection, by, did, detail)
            erasures.update_list(engine, connection, erased)
            schema.migrate_connection(connection, schema.newest_revision() if newest else revision)
            if newest and revision != schema.newest_revision():
                _settle(connection, revision, None, by)
                retention.erase_again(connection, erased, by)

        put(path, prepare)
    retention.empty_sqlite_journal(engine)
    return done


def _erased_since(
    engine: Engine,
    path: Path,
    own: Identity | None,
    own_erasures: Erasures,
    copied: Identity | None,
) -> tuple[Erasures, bool]:
    """The erasures to apply to a copy: those of the database that it is of. And whether their list is missing."""
    if copied is None:
        return own_erasures | erasures.older_list(engine), False
    erased, found = Erasures(), True
    for of in (copied.own, *copied.ancestors):  # each of them may have erased some of its rows
        erased |= erasures.erased_by_lists(engine, of, path.parent)
        name = erasures.list_path(engine, of).name
        found &= any(
            (folder / name).exists() for folder in (backup_files.folder(engine), path.parent)
        )
    if own is None or own.related(copied):
        erased |= own_erasures
    return erased, not found and (own is None or own.own != copied.own)


def _identity_after(own: Identity | None, copied: Identity | None, own_address: str) -> Identity:
    """The identity of the database after a copy was put into it: its own stays, and the copy's becomes an ancestor."""
    if own is None:  # there was none, or of a version that does not know
        same = copied is not None and copied.place == own_address
        own = Identity(copied.own if copied and same else uuid4().hex, (), own_address)
    elif own.place not in ("", own_address):
        own = Identity(uuid4().hex, (*own.ancestors, own.own), own_address)
    if copied is None:
        return own._replace(place=own_address)
    ancestors = (*copied.ancestors, copied.own, *(own.ancestors if own.related(copied) else ()))
    return Identity(
        own.own, tuple(one for one in dict.fromkeys(ancestors) if one != own.own), own_address
    )


def _close_all_access(connection: Connection, erased: Erasures) -> None:
    """Close the open base, all sessions, one-time passwords, closed accounts and links in a copy: who was let in then
    is not let in now."""
    accounts_and_sessions.close_open_base(connection)
    accounts_and_sessions.end_sessions(connection, journal.utc_now())
    accounts_and_sessions.end_first_passwords(connection)
    accounts_and_sessions.close_accounts(connection, erased.closed)
    accounts_and_sessions.close_links(connection)


def _keep_copy(engine: Engine, revision: str) -> Path:
    """Write a dated copy into the folder of copies; returns its path."""
    with engine.connect() as connection:
        own = _own_mark(connection)
    of = backup_files.copy_name_prefix(engine, own) if own else Path(engine.url.database or "").stem
    start = f"{of}-{clock():%Y-%m-%d-%H%M%S}-version-{revision}"
    names = (
        backup_files.folder(engine) / f"{start}{more}.{backup_files.ENDINGS[is_sqlite(engine)]}"
        for more in ("", *(f"-{i}" for i in range(2, 1000)))
    )
    path = next(name for name in names if not name.exists())
    write_with_prints(engine, path)
    return path


def _copy_path(engine: Engine, name: str) -> Path:
    """The path of a copy: as given, else in the folder of copies."""
    return Path(name) if Path(name).is_file() else backup_files.folder(engine) / name


def _last_migration_copy(engine: Engine) -> Path:
    """The copy that the journal names for the last migration. Raises Refused where there is none."""
    with engine.connect() as connection:
        lines = connection.execute(
            select(Journal.detail).where(Journal.did == "migrated").order_by(Journal.id.desc())
        )
        name = next((line["copy"] for line in lines.scalars() if line.get("copy")), None)
    if name:
        return backup_files.folder(engine) / str(name)
    beside = (copy_proof.PRINTS, copy_proof.PROVED)
    found = backup_files.folder(engine).glob("*-version-*")
    known = sorted(path.name for path in found if not path.name.endswith(beside))
    raise Refused(
        "Le journal ne nomme aucune copie faite avant une mise à jour. "
        + (
            f"Copies gardées : {', '.join(known)}. Choisir : python -m db go-back COPIE"
            if known
            else f"Il n'y a pas de copie dans {backup_files.folder(engine)}."
        )
    )


def _own_mark(connection: Connection) -> str:
    """The database's own identity; "" where its version has none."""
    now = identity(connection)
    return now.own if now else ""


def _replacement_sentence(replacement: _Replacement) -> str:
    """The sentences about a replacement: the former copy, missing lists, other databases."""
    former = (
        f" Ce que la base contenait est gardé : {replacement.former_copy}."
        if replacement.former_copy
        else ""
    )
    behind = (
        " Cette copie est d'une autre base, et la liste de ce qui y a été effacé depuis n'est ni à côté d'elle, ni dans le"
        " dossier des copies : ce qui l'a été est peut-être revenu. Si cette liste (effacements-….json) existe ailleurs, la"
        " mettre à côté de la copie, et recommencer."
    )
    others = "".join(
        f" La base {place} vient de la même, et l'on y a effacé depuis ce que celle-ci contient encore. Si c'est elle que l'on"
        f" remplace : recommencer avec --force --erased {file} ; si ce n'était qu'un essai, il n'y a rien à faire."
        for place, file in replacement.other_lists
    )
    return former + (behind if replacement.list_missing else "") + others
