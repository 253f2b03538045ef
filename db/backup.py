"""What is done with copies: made on demand and before every migration, put back, gone back to."""

from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text

from dashboard.french import counted
from dashboard.period import add_months, now
from dashboard.settings import load
from db import access, copies, erasures, journal, retain, schema, supersede
from db.engine import is_sqlite, writing
from db.models import Base, Journal
from db.seed import beyond_reference
from db.write import Refused

# Lines of the journal that no person's data stand behind.
BY_ITSELF = ("seeded", "migrated", "restored", "went back")
# What nobody entered: worked out, or noted by the way.
COMPUTED = {
    "rollup",
    "journal",
    "access_journal",
    "sign_in",
    "guest_link",
    "failed_sign_in",
    "open_base",
    "retention",
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
    """Copy the database into a new file; a sentence says what was done. words: with those of complaints, which a copy that is
    handed to others is better without. Raises Refused; then there is no file."""
    copies.write(engine, path, words=words)
    without = "" if words else ", sans les mots des plaintes"
    return f"Copie écrite et vérifiée{without} : {path} ({path.stat().st_size / 1e6:.1f} Mo)."


def outdated(engine: Engine, on: date) -> tuple[date, list[Path]]:
    """The day before which the copies that this application dates have passed their term, and those that have."""
    before = add_months(on, -load().copies_kept_months)
    return before, copies.older(engine, before)


def remove_outdated(engine: Engine, on: date, by: str) -> tuple[date, list[Path]]:
    """Delete those, with a line in the journal."""
    before, old = outdated(engine, on)
    for path in old:
        path.unlink()
    if old:
        with writing(engine) as connection:
            journal.note(connection, by, "retained", {"copies": len(old), "on": str(on)})
    return before, old


def restore(engine: Engine, path: Path, *, force: bool, by: str) -> str:
    """Put a copy back in place of an empty database, or of any of ours with `force`; then bring it up to date.

    Raises Refused; then nothing changed.
    """
    schema.check_known(engine)
    revision = copies.check(engine, path)
    held = contents(engine)
    if held and not force:
        raise Refused(
            f"La base n'est pas vide ({', '.join(held)}). Pour la remplacer, après en avoir gardé une copie :"
            " --force"
        )
    former = _replace(engine, path, "restored", by, keep=bool(held))
    migrate(engine, by, copy=False)
    return f"Copie remise en place : {path} (version {revision}).{_former(former)}"


def migrate(engine: Engine, by: str, *, copy: bool = True) -> Path | None:
    """Bring the database to the newest version, after a copy of it; where there is none yet, make it.

    Returns the copy's path, None where none was needed. Raises Refused; then nothing changed.
    """
    if schema.check_known(engine) == schema.newest():
        return None
    before: str | None = None
    former: Path | None = None

    def keep(connection: Connection) -> None:
        nonlocal before, former
        before = schema.version_of(connection)  # again: another process may have been faster
        if copy and before is not None and before != schema.newest():
            try:
                former = _keep(engine, before)
            except Refused as reason:
                raise Refused(
                    f"{reason} La base n'a pas été mise à jour, faute d'une copie ; sans copie, à ses risques :"
                    " python -m db init --without-copy"
                ) from None

    def note(connection: Connection) -> None:
        if before not in (None, schema.newest()):
            # What files replace may have another rule now: the rows are settled by today's, whatever wrote them.
            settled = supersede.settle_anew(connection)
            journal.note(
                connection,
                by,
                "migrated",
                {
                    "from": before,
                    "to": schema.newest(),
                    "copy": former.name if former else None,
                    "settled": settled,
                },
            )

    schema.upgrade(engine, before=keep, after=note)
    return former


def go_back(engine: Engine, name: str | None, by: str) -> str:
    """Put back the copy made before the last migration, or the one of that name. Raises Refused; then nothing changed."""
    if schema.check_known(engine) is None:
        raise Refused("La base n'existe pas encore : il n'y a rien d'où revenir.")
    path = _named(engine, name) if name else _last(engine)
    revision = copies.check(engine, path)
    former = _replace(engine, path, "went back", by, keep=True)
    return f"La base est revenue à la copie {path} (version {revision}).{_former(former)}" + (
        ""
        if revision == schema.newest()
        else " Installer maintenant la version de l'application d'avant la mise à jour."
    )


def contents(engine: Engine) -> list[str]:
    """What somebody entered, in words: nothing in an empty database, whatever the reference data."""
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        if "journal" not in tables:
            return []
        rows = beyond_reference(connection)
        for table in tables & set(Base.metadata.tables) - set(rows) - COMPUTED:
            rows[table] = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
        held = [
            counted(n, WORDS[table]) if table in WORDS else f"{table} : {n}"
            for table, n in sorted(rows.items())
            if n
        ]
        lines = connection.execute(
            select(func.count()).select_from(Journal).where(Journal.did.not_in(BY_ITSELF))
        )
        number = lines.scalar_one()
        return held or ([counted(number, "ligne") + " au journal"] if number else [])


def _replace(engine: Engine, path: Path, did: str, by: str, *, keep: bool) -> Path | None:
    """Put a checked copy in place, after keeping what is there if asked, and note it in the journal."""
    erased = erasures.known(engine)
    former = _keep(engine, schema.version(engine) or "0") if keep else None
    copies.put_back(engine, path)
    with writing(engine) as connection:
        if inspect(connection).has_table("open_base"):
            # What a copy holds may be anything; and who was let in then is not let in now.
            access.close(connection)
            access.end(connection, journal.now())
            access.end_first_passwords(connection)
            access.close_accounts(connection, erased.closed)
            if inspect(connection).has_table("guest_link"):
                access.close_links(connection)
        retain.erase_again(connection, erased, by)
        journal.note(
            connection, by, did, {"copy": path.name, "kept": former.name if former else None}
        )
    retain.flush(engine)
    erasures.keep(engine)
    return former


def _keep(engine: Engine, revision: str) -> Path:
    """A dated copy in the folder of copies."""
    ending = "db" if is_sqlite(engine) else "dump"
    start = f"{Path(engine.url.database or '').stem}-{now():%Y-%m-%d-%H%M%S}-version-{revision}"
    names = (
        copies.folder(engine) / f"{start}{more}.{ending}"
        for more in ("", *(f"-{i}" for i in range(2, 1000)))
    )
    path = next(name for name in names if not name.exists())
    copies.write(engine, path)
    return path


def _named(engine: Engine, name: str) -> Path:
    return Path(name) if Path(name).is_file() else copies.folder(engine) / name


def _last(engine: Engine) -> Path:
    """The copy that the journal names for the last migration."""
    with engine.connect() as connection:
        lines = connection.execute(
            select(Journal.detail).where(Journal.did == "migrated").order_by(Journal.id.desc())
        )
        name = next((line["copy"] for line in lines.scalars() if line.get("copy")), None)
    if name:
        return copies.folder(engine) / str(name)
    known = sorted(path.name for path in copies.folder(engine).glob("*-version-*"))
    raise Refused(
        "Le journal ne nomme aucune copie faite avant une mise à jour. "
        + (
            f"Copies gardées : {', '.join(known)}. Choisir : python -m db go-back COPIE"
            if known
            else f"Il n'y a pas de copie dans {copies.folder(engine)}."
        )
    )


def _former(path: Path | None) -> str:
    return f" Ce que la base contenait est gardé : {path}." if path else ""
