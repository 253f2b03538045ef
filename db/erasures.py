"""What was erased, kept outside the database too, so that no older copy that is put back brings it again: a list beside the
copies, without any word of what it names.

Before: `db.retain`, which erases. After: `db.backup`, which has it done again.
"""

import json
import logging
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, inspect, select

from dashboard.french import key
from db import copies, past
from db.models import Account, Retention
from db.write import Refused

LOG = logging.getLogger("ccsp")


@dataclass
class Erased:
    """Complaints whose words were erased one by one (site's code, reference); until when the terms of tables were carried out;
    accounts (ids) that were closed."""

    words: set[tuple[str, str]] = field(default_factory=set)
    terms: dict[str, datetime] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)


def known(engine: Engine) -> Erased:
    """What the database and the list beside the copies say was erased. Raises Refused where the list cannot be read."""
    found = _listed(path(engine))
    there = set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        if "journal" in there:
            found.words |= past.erased_words(connection)
        if "retention" in there:
            for what, before in connection.execute(select(Retention.what, Retention.before)):
                found.terms[what] = max(before, found.terms.get(what, before))
        if "account" in there:
            found.closed |= set(
                connection.execute(select(Account.id).where(Account.disabled)).scalars()
            )
    return found


def keep(engine: Engine) -> None:
    """Bring the list beside the copies up to date. That it could not be written is said in the log: the database has it."""
    try:
        if any(vars(erased := known(engine)).values()):
            _write(path(engine), erased)
    except (OSError, Refused) as error:
        LOG.warning("the list of what was erased could not be written", exc_info=error)


def path(engine: Engine) -> Path:
    """Where the list is: beside the copies, under the name of the database."""
    return copies.folder(engine) / f"{Path(engine.url.database or '').stem}-effacements.json"


def _listed(file: Path) -> Erased:
    if not file.exists():
        return Erased()
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
        terms = {what: datetime.fromisoformat(before) for what, before in held["terms"].items()}
        return Erased({(site, key(ref)) for site, ref in held["words"]}, terms, set(held["closed"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise Refused(
            f"« {file} », la liste de ce qui a été effacé, ne peut pas être lue : sans elle, une copie ramènerait ce qui"
            " l'a été. La réparer, ou l'ôter d'ici à ses risques."
        ) from None


def _write(file: Path, erased: Erased) -> None:
    held = {
        "words": sorted(erased.words),
        "terms": {what: before.isoformat() for what, before in sorted(erased.terms.items())},
        "closed": sorted(erased.closed),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".tmp")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as written:
        json.dump(held, written, ensure_ascii=True, indent=1)
        written.flush()
        os.fsync(written.fileno())
    aside.replace(file)
