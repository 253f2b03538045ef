"""Fills a database with fictitious data: makes register files and imports them as those of a site."""

import sys
import tempfile
from datetime import datetime, time
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine
from tqdm import tqdm

from dashboard.period import today
from db import accounts_and_sessions, read, write
from db.codes import ALL
from db.demo import DemoFile, files, sites_of
from db.demo_arrivals import note_arrival
from db.intake import Options, import_file, load_known_references, take_table, typed_table
from db.working_days import public_holidays
from db.write_lock import write_transaction


def load_demo(engine: Engine, visits: int, seed: int, by: str, progress: bool = True) -> int:
    """Generate about `visits` visits up to yesterday, and what goes with them; returns how many were loaded.

    Raises Refused where the database holds any batch already.
    """
    with engine.connect() as connection:
        write.refuse_mixture(connection, demo=True)
        if read.is_demo(connection):
            raise write.Refused(
                "La base contient déjà des données fictives : python -m db purge-demo"
            )
        places = read.places(connection, ALL)
        services = {code: label for _, code, label in read.services(connection)}
        first = min(p.launched_on for p in places if p.launched_on)
        holidays = set(public_holidays(connection, first, today()))
    known = load_known_references(engine)
    with write_transaction(engine) as connection:
        accounts_and_sessions.open_if_new(connection)
    rows = 0
    # The bar goes back to the start of its line: past the stream that spells such codes out.
    with (
        tempfile.TemporaryDirectory() as folder,
        tqdm(
            total=visits,
            unit=" visites",
            disable=None if progress else True,
            desc="Données fictives",
            file=sys.__stderr__,
        ) as bar,
    ):
        for file in files(
            sites_of(places), services, visits=visits, seed=seed, today=today(), holidays=holidays
        ):
            if file.declared:
                rows_typed = [line.split(";") for line in file.content.decode().splitlines()[1:]]
                typed = typed_table(
                    file.form, file.name, sha256(file.content).hexdigest(), rows_typed
                )
                outcome = take_table(engine, typed, options_of(file), by, None, known)
            else:
                path = Path(folder) / file.name
                path.write_bytes(file.content)
                outcome = import_file(engine, path, options_of(file), by, known)
                path.unlink()
            if outcome.batch_id is None:  # a fault of ours: say which
                raise write.Refused(f"{file.name} : {outcome.problems[:3]}")
            with write_transaction(engine) as connection:
                note_arrival(connection, outcome.batch_id, file, by)
            if file.form == "registre":
                rows += outcome.rows
                bar.update(outcome.rows)
    return rows


def options_of(file: DemoFile) -> Options:
    """How a file of the demonstration is imported."""
    as_of = datetime.combine(file.as_of, time())
    return Options(file.form, as_of, file.covers, file.sites, demo=True, declared=file.declared)
