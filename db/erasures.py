"""Lists of erasures, kept outside the database too, so that no older copy that is put back brings erased data again:
a file beside the copies, without any word of what it names.

A list is of one database (DatabaseIdentity), which two that share a folder, or a name, do not have in common. A
database that is found at another address than before is another one from then on: a trial that was copied from it
must not erase for it.

Before: `db.retention`, which erases. After: `db.backup`, which has erasures applied to copies.
"""

import json
import logging
import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, inspect, select

from dashboard.french import normalise_key
from db import backup_files, erasure_guard, error_messages
from db.database_identity import Identity, address, identity, write_identity
from db.models import Account, Retention
from db.write import Refused
from db.write_lock import write_transaction

LOG = logging.getLogger("ccsp")


@dataclass
class Erasures:
    """What was erased. words: complaints whose texts were erased one by one (site's code, reference); terms: until
    when the terms of tables were carried out; closed: accounts (ids) that were closed; texts: by the mark of each
    erasing at a term, which texts it erased (see `digest`); returns: monthly returns whose words were erased one by one
    (site's code, month as « 2026-10 »)."""

    words: set[tuple[str, str]] = field(default_factory=set)
    terms: dict[str, datetime] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    texts: dict[str, set[str]] = field(default_factory=dict)
    returns: set[tuple[str, str]] = field(default_factory=set)

    def __or__(self, other: "Erasures") -> "Erasures":
        """The erasures of both."""
        terms = dict(self.terms)
        for what, before in other.terms.items():
            terms[what] = max(before, terms.get(what, before))
        texts = {**self.texts}
        for mark, erased in other.texts.items():
            texts[mark] = erased | texts.get(mark, set())
        return Erasures(
            self.words | other.words,
            terms,
            self.closed | other.closed,
            texts,
            self.returns | other.returns,
        )


def digest(site: str, reference: str | None, words: str) -> str:
    """The digest of a complaint's text that was erased at its term: enough to recognise it in a copy, and no word of
    it. A copy may judge by other rows than the database did, and would keep it."""
    said = "\0".join((site, reference or "", words))
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


# --- whose list -------------------------------------------------------------------------------------------------------
def identity_at_address(connection: Connection, engine: Engine) -> tuple[Identity, Erasures]:
    """The identity of the database, and the erasures of its list, in a transaction that writes. A database that was
    moved or copied to another address gets a new identity, and takes its erasures along."""
    here = address(engine)
    now = identity(connection) or Identity(uuid4().hex, (), "")
    if now.place and now.place != here:
        before = erased_by_lists(engine, now.own)
        now = Identity(uuid4().hex, (*now.ancestors, now.own), here)
        write_identity(connection, now)
        return now, before
    if not now.place:
        now = now._replace(place=here)
        write_identity(connection, now)
    return now, erased_by_lists(engine, now.own)


def adopt_identity(connection: Connection, engine: Engine) -> Erasures:
    """Give a database that was migrated from a version without identity the one last known at its address, if there
    was one; returns the erasures of its lists."""
    now = identity(connection) or Identity(uuid4().hex, (), "")
    own = _database_at(engine, address(engine)) or now.own
    write_identity(connection, Identity(own, now.ancestors, address(engine)))
    return erased_by_lists(engine, own) | older_list(engine)


# --- the list ---------------------------------------------------------------------------------------------------------
def erased_by_database(connection: Connection) -> Erasures:
    """The erasures that the database itself notes, whatever its version."""
    found, there = Erasures(), set(inspect(connection).get_table_names())
    if "journal" in there:
        found.words = erasure_guard.erased_words(connection)
        found.returns = erasure_guard.erased_returns(connection)
    if "retention" in there:
        rows = connection.execute(select(Retention.what, Retention.before))
        found.terms = {str(what): before for what, before in rows}
    if "account" in there:
        found.closed = set(connection.execute(select(Account.id).where(Account.disabled)).scalars())
    return found


def update_list(engine: Engine, connection: Connection, more: Erasures | None = None) -> None:
    """Add what this transaction erased to the list, before it ends: if it is undone, the list says too much, never
    too little. more: further erasures.

    Raises Refused where the list cannot be written: nothing is to be erased that a copy would silently bring back.
    """
    now = erased_by_database(connection)
    try:
        identity, before = identity_at_address(connection, engine)
        # An account that was opened again is closed no more.
        opened = set(connection.execute(select(Account.id).where(~Account.disabled)).scalars())
        all_of_it = now | before | (more or Erasures())
        all_of_it.closed -= opened
        _write(engine, identity, all_of_it)
    except OSError as error:
        raise Refused(
            f"La liste de ce qui a été effacé ne peut pas être écrite : {error_messages.disk_sentence(error)} Sans elle, une"
            " copie ramènerait ce qui l'a été : rien n'a changé. Corriger COPIES, ou ce dossier, puis recommencer."
        ) from None


def update_list_if_possible(
    engine: Engine, connection: Connection, more: Erasures | None = None
) -> None:
    """As `update_list`, for what cannot wait (closing an account, a migration): that the list could not be written is
    logged."""
    try:
        update_list(engine, connection, more)
    except Refused as reason:
        LOG.warning("%s", reason)


def ensure_list(engine: Engine) -> None:
    """Write the list if it is missing or incomplete: a missing list is how a copy that went elsewhere alone is
    recognised later. Raises Refused where it cannot be read or written."""
    with engine.connect() as connection:
        now = identity(connection)
        if now is None:
            return
        kept = erased_by_lists(engine, now.own)
        there = now.place == address(engine) and list_path(engine, now.own).exists()
        whole = there and kept == erased_by_database(connection) | kept
    if not whole:
        with write_transaction(engine) as connection:
            update_list(engine, connection)


def all_erased(engine: Engine, connection: Connection) -> Erasures:
    """The erasures of the database and of its list. Raises Refused where the list cannot be read."""
    now = identity(connection)
    if now is None:
        at = _database_at(engine, address(engine))
        return (
            erased_by_database(connection)
            | older_list(engine)
            | (erased_by_lists(engine, at) if at else Erasures())
        )
    return erased_by_database(connection) | erased_by_lists(engine, now.own)


def erased_by_lists(engine: Engine, own: str, *folders: Path) -> Erasures:
    """The erasures of that database's lists, in the folder of copies and in these; none where there is no list.
    Raises Refused where one cannot be read."""
    found = Erasures()
    for folder in (backup_files.folder(engine), *folders):
        found |= _erasures_of_list(folder / _name(own))
    return found


def list_path(engine: Engine, own: str) -> Path:
    """The path of that database's list, beside the copies."""
    return backup_files.folder(engine) / _name(own)


def _name(own: str) -> str:
    return f"effacements-{own}.json"


def read_list_file(file: Path) -> Erasures:
    """The erasures of a list file that somebody names. Raises Refused where there is none, or it cannot be read."""
    size = 0
    with suppress(OSError, ValueError):  # a name that no system takes
        size = file.stat().st_size if file.is_file() else 0
    if not size:  # what has none may have no end
        raise Refused(f"« {file} » n'est pas une liste de ce qui a été effacé.")
    return _erasures_of_list(file)


def lists_of_descendants(
    engine: Engine, lineage: Collection[str], erased: Erasures, *folders: Path
) -> list[tuple[str, Path]]:
    """The address and list of each other database that descends from one of these and erased more than this one. It
    may be a trial, or what has served since: only people know. Raises Refused where a list cannot be read."""
    found = {}
    for folder in (backup_files.folder(engine), *folders):
        for file in sorted(folder.glob(_name("*"))):
            held = _read(file)
            of_these = not set(lineage).isdisjoint(held["ancestors"])
            if (
                of_these
                and held["database"] not in lineage
                and erased | _erasures_of_list(file) != erased
            ):
                found[held["database"]] = held["place"], file
    return list(found.values())


def older_list(engine: Engine) -> Erasures:
    """The erasures of the list kept under the database's name, before databases had an identity."""
    stem = Path(engine.url.database or "").stem
    return _erasures_of_list(backup_files.folder(engine) / f"{stem}-effacements.json")


def _database_at(engine: Engine, place: str) -> str | None:
    """The identity of the database of the latest list with that address; None where there is none."""
    found = []
    for file in backup_files.folder(engine).glob(_name("*")):
        held = _read(file)
        if held["place"] == place:
            found.append((file.stat().st_mtime_ns, str(held["database"])))
    return max(found)[1] if found else None


def _erasures_of_list(file: Path) -> Erasures:
    """The erasures of a list file."""
    if not file.exists():
        return Erasures()
    held = _read(file)
    terms = {what: datetime.fromisoformat(before) for what, before in held["terms"].items()}
    texts = {mark: set(erased) for mark, erased in held["texts"].items()}
    words, returns = ({(site, of) for site, of in held[name]} for name in ("words", "returns"))
    return Erasures(words, terms, set(held["closed"]), texts, returns)


def _read(file: Path) -> dict[str, Any]:
    """The content of a list file. Raises Refused where it is no list."""
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        words = [(str(site), normalise_key(reference)) for site, reference in held["words"]]
        terms = {what: str(datetime.fromisoformat(day)) for what, day in held["terms"].items()}
        closed = [str(one) for one in held["closed"]]
        texts = {
            str(mark): list(map(str, erased)) for mark, erased in held.get("texts", {}).items()
        }
        # A list of before has none.
        returns = [(str(site), str(month)) for site, month in held.get("returns", ())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused(
            f"« {file} », la liste de ce qui a été effacé, ne peut pas être lue : sans elle, une copie ramènerait ce qui"
            " l'a été. La réparer, ou l'ôter d'ici à ses risques."
        ) from None
    kept = {
        "database": str(held.get("database", "")),
        "ancestors": list(map(str, held.get("ancestors", ()))),
        "place": str(held.get("place", "")),
    }
    lists = {"words": words, "closed": closed, "returns": returns}
    return {**kept, **lists, "terms": terms, "texts": texts}


def _write(engine: Engine, identity: Identity, erased: Erasures) -> None:
    """Write the list of a database."""
    held = {
        "database": identity.own,
        "ancestors": list(identity.ancestors),
        "place": identity.place,
        "words": sorted(erased.words),
        "returns": sorted(erased.returns),
        "terms": {what: before.isoformat() for what, before in sorted(erased.terms.items())},
        "closed": sorted(erased.closed),
        "texts": {mark: sorted(prints) for mark, prints in sorted(erased.texts.items())},
    }
    file = list_path(engine, identity.own)
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".tmp")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as written:
        json.dump(held, written, ensure_ascii=True, indent=1)
        written.flush()
        os.fsync(written.fileno())
    aside.replace(file)
