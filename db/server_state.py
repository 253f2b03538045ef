"""What a monitor asks of the database: whether it can serve, what came in, and how old it is. Nothing of people, no row."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from db import backup_files, copy_proof, error_messages, read, schema
from db.engine import database_file, is_sqlite
from db.models import BatchSite, ImportBatch, Site
from db.write import Refused

OF_VISITS = ("registre", "cloture")  # a site is as recent as the last of these; see read.data_as_of


@dataclass(frozen=True)
class ServerState:
    """version: of the data; rows: received, by form; last_days: by code of a site, None where it never handed in visits."""

    version: str
    rows: Mapping[str, int]
    last_days: Mapping[str, date | None]


@dataclass(frozen=True)
class Observation:
    """What the database said. problem: in French, "" where it can serve; seconds: that it took to connect and answer."""

    problem: str
    seconds: float | None = None
    state: ServerState | None = None


def observe(engine: Engine, known: ServerState | None) -> Observation:
    """Ask the database whether it can serve, and what came in. known: as for `state_of`."""
    try:
        schema.check_current(engine)
        begun = time.perf_counter()
        with engine.connect() as connection:
            state = state_of(connection, known)
        return Observation("", time.perf_counter() - begun, state)
    except Refused as reason:
        return Observation(str(reason))
    except error_messages.failure_types() as error:
        return Observation(error_messages.sentence(error))


def state_of(connection: Connection, known: ServerState | None = None) -> ServerState:
    """The state of the data. known: an earlier one, which is returned where nothing has changed since."""
    version = read.version(connection)
    if known is not None and known.version == version:
        return known
    rows = select(ImportBatch.form, func.sum(ImportBatch.rows)).group_by(ImportBatch.form)
    last = (
        select(BatchSite.site_id, func.max(BatchSite.last_day).label("day"))
        .join(ImportBatch, ImportBatch.id == BatchSite.batch_id)
        .where(ImportBatch.withdrawn_at.is_(None), ImportBatch.form.in_(OF_VISITS))
        .group_by(BatchSite.site_id)
        .subquery()
    )
    sites = select(Site.code, last.c.day).outerjoin(last, last.c.site_id == Site.id)
    return ServerState(
        version,
        {form: int(number or 0) for form, number in connection.execute(rows)},
        {code: read.as_date(day) if day else None for code, day in connection.execute(sites)},
    )


def last_proof(engine: Engine) -> datetime | None:
    """When a copy in the folder of copies was last proved; None where none was."""
    return copy_proof.last_proof(backup_files.folder(engine))


def folders(engine: Engine) -> dict[str, Path]:
    """The folders whose disk must not fill up, by what lies there: the copies, and the embedded database."""
    found = {"copies": backup_files.folder(engine)}
    if is_sqlite(engine) and (path := database_file(engine.url)):
        found["database"] = path.resolve().parent
    return found
