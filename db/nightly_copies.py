"""The copy of each night: dated, proved, the older ones of its kind thinned out, and one in a second place.

Before: `db.backup`, `db.copy_proof`, `db.copy_encryption`. After: `python -m db backup` without the name of a file.
"""

import os
import shutil
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Engine

from dashboard.french import plural_phrase
from dashboard.period import add_months, today
from dashboard.period import now as clock
from dashboard.settings import load_settings
from db import backup, backup_files, copy_encryption, copy_proof, erasures, schema
from db.backup_files import NIGHTLY
from db.database_identity import identity
from db.engine import is_sqlite
from db.write import Refused

KINDS, ENCRYPTED = (".db", ".dump"), (".age", ".gpg")  # endings of copies
KEPT = (7, 5, 12)  # days, weeks, months of which a copy is kept


@dataclass(frozen=True)
class Plan:
    """What a night's copy is to be. folder: None for that of copies; kept: of how many days, weeks and months; second: another
    place, encrypted for `recipient` if there is one."""

    folder: Path | None = None
    kept: tuple[int, int, int] = KEPT
    second: Path | None = None
    recipient: str = ""


def make(engine: Engine, plan: Plan) -> list[str]:
    """Make the copy; returns what was done, a sentence each. Raises Refused with what is wrong: nothing older is deleted then."""
    if plan.recipient:
        if plan.second is None:
            raise Refused(
                "--encrypt chiffre la copie du second lieu : le nommer aussi (--second DOSSIER). Ici, la base elle-même"
                " est en clair."
            )
        copy_encryption.check(plan.recipient)
    backup_files.remove_leftovers(engine)
    folder = plan.folder or backup_files.folder(engine)
    with engine.connect() as connection:
        mine = identity(connection)
        revision = schema.version_of(connection) or "0"
    of = f"{backup_files.copy_name_prefix(engine, mine.own if mine else '')}{NIGHTLY}"
    kind = backup_files.ENDINGS[is_sqlite(engine)]
    path = folder / f"{of}-{clock():%Y-%m-%d-%H%M%S}-version-{revision}.{kind}"
    said = [backup.backup(engine, path), copy_proof.prove(engine, path)]
    if plan.second is not None:
        said.append(_bring(path, plan.second, plan.recipient))
        _bring_list(engine, plan.second)
    gone = {place: thin_out(place, of, plan.kept) for place in (folder, plan.second) if place}
    removed = [
        f"{plural_phrase(n, 'copie ancienne effacée')} sous {at}." for at, n in gone.items() if n
    ]
    return said + removed


def _bring(path: Path, second: Path, recipient: str) -> str:
    """Bring a copy and its prints to a second place, encrypted for a recipient if there is one; returns a sentence. A file has
    its name only once it is whole there."""
    try:
        second.mkdir(parents=True, exist_ok=True)
        target = second / f"{path.name}{copy_encryption.ending(recipient) if recipient else ''}"
        aside = second / f".{target.name}.{token_hex(4)}"
        try:
            if recipient:
                copy_encryption.encrypt(path, aside, recipient)
            else:
                _carry(path, aside)
                if copy_proof.file_sum(aside) != copy_proof.file_sum(path):
                    raise Refused(
                        f"« {target} » n'est pas ce qui a été copié : le second lieu est-il sain ?"
                    )
            prints = copy_proof.beside(path, copy_proof.PRINTS)
            _carry(prints, second / prints.name)  # who decrypts it can prove it
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(
            f"Le second lieu, {second}, n'a pas reçu la copie ({error.strerror})."
        ) from None
    return f"Au second lieu{', chiffrée' if recipient else ''} : {target}."


def _bring_list(engine: Engine, second: Path) -> None:
    """Bring the list of erasures too: without it a copy put back elsewhere would bring erased words again."""
    with engine.connect() as connection:
        mine = identity(connection)
    if mine and (listed := erasures.list_path(engine, mine.own)).exists():
        _carry(listed, second / listed.name)


def _carry(path: Path, to: Path) -> None:
    """Copy a file, for its owner alone, to the disk."""
    to.touch(0o600)
    with path.open("rb") as source, to.open("wb") as target:
        shutil.copyfileobj(source, target, 2**20)
        target.flush()
        os.fsync(target.fileno())


def thin_out(folder: Path, of: str, kept: tuple[int, int, int]) -> int:
    """Delete the copies of the nights that are not kept, and those past their term; returns how many. The last that was proved
    stays. of: what their names begin with, other files are left alone."""
    found: dict[Path, date] = {}
    for path in folder.glob(f"{of}-*"):
        stem = path.name.partition(".")[0]
        name = backup_files.DATED_NAME.fullmatch(stem)
        is_copy = path.suffix in (*KINDS, *ENCRYPTED)
        if name and name["of"] == of and is_copy:
            found[path] = date.fromisoformat(name["day"])
    oldest = add_months(today(), -load_settings().copies_kept_months)
    staying = {path for path in to_keep(found, kept) if found[path] >= oldest}
    proved = [path for path in found if copy_proof.beside(path, copy_proof.PROVED).exists()]
    staying |= {max(proved, key=lambda path: path.name)} if proved else set()
    for path in found.keys() - staying:
        path.unlink()
        copy_proof.remove(path.with_suffix("") if path.suffix in ENCRYPTED else path)
    return len(found) - len(staying)


def to_keep(found: dict[Path, date], kept: tuple[int, int, int]) -> set[Path]:
    """The copies to keep: the last of each of the newest days, weeks and months that have one."""
    newest_first = sorted(found, key=lambda path: path.name, reverse=True)
    spans: Sequence[Callable[[date], Hashable]] = (
        lambda day: day,
        lambda day: day.isocalendar()[:2],
        lambda day: (day.year, day.month),
    )
    staying: set[Path] = set()
    for span, most in zip(spans, kept, strict=True):
        last: dict[Hashable, Path] = {}
        for path in newest_first:
            last.setdefault(span(found[path]), path)
        staying |= set(list(last.values())[:most])
    return staying
