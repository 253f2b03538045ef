"""`visit` in parts by site, as docs/scale.md plans it: its SQL run on a PostgreSQL 17 of its own, and what is asked of visits
before and after.

    python -m tests.benchmarks.visits_by_site           ten million visits of 600 sites; VISITS=1000000 SITES=240 for others
"""

import os
import re
import statistics
import time

from sqlalchemy import Connection, Engine, text

from dashboard.settings import ROOT
from db import backup
from db.engine import make_engine
from db.seed import seed
from tests.system import postgresql

VISITS, SITES = int(os.environ.get("VISITS", "10000000")), int(os.environ.get("SITES", "600"))
ASKED = {
    "a month of one site, by day": "SELECT day, count(*) FROM visit WHERE site_id = :site AND day BETWEEN DATE '2025-03-01' AND"
    " DATE '2025-03-31' GROUP BY day",
    "a year of one site, waits by weekday and hour": "SELECT extract(isodow FROM day), arrived_at / 60, count(*),"
    " avg(called_at - arrived_at) FROM visit WHERE site_id = :site AND day >= DATE '2025-01-01' GROUP BY 1, 2",
    "visits of one file": "SELECT count(*) FROM visit WHERE batch_id = :batch",
    "all visits, by site": "SELECT site_id, count(*) FROM visit GROUP BY site_id",
}
TIMES = {"all visits, by site": 3}


def partition(engine: Engine) -> None:
    """Run the plan as docs/scale.md has it, in one transaction; nobody writes meanwhile."""
    page = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
    [plan] = re.findall(r"^```sql\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    with engine.begin() as connection:
        connection.connection.cursor().execute(plan)


def fill(engine: Engine) -> None:
    """Sites of their own and visits of two years, a file for each site and month, without what is counted of them."""
    with engine.begin() as c:
        c.execute(
            text(
                "INSERT INTO site (code, name, kind, host, aliases) SELECT 'essai-' || n, 'Essai ' || n, 'CCSP', '', ''"
                " FROM generate_series(1, :n) n"
            ),
            {"n": SITES},
        )
        c.execute(
            text(
                "INSERT INTO import_batch (sha256, form, filename, as_of, rows, demo, imported_by, imported_at)"
                " SELECT md5(n::text), 'registre', 'essai', now(), 0, true, 'essai', now() FROM"
                " generate_series(1, :n) n"
            ),
            {"n": SITES * 24},
        )
    each = VISITS // (SITES * 24)
    insert = text(
        """INSERT INTO visit (batch_id, site_id, day, kind, outcome, arrived_at, called_at, ended_at, source_ref, retained)
        SELECT b.id, s.id, (DATE '2024-01-01' + make_interval(months => m) + make_interval(days => v % 28))::date, 0, 0,
               480 + v % 500, 480 + v % 500 + v % 40, 540 + v % 500, 'V-' || v, false
        FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM site WHERE code LIKE 'essai-%') s,
             generate_series(0, 23) m,
             generate_series(1, :each) v,
             LATERAL (SELECT :first + s.n * 24 + m AS id) b
        WHERE s.n BETWEEN :low AND :high"""
    )
    with engine.connect() as c:
        first = c.execute(
            text("SELECT min(id) FROM import_batch WHERE filename = 'essai'")
        ).scalar_one()
    for low in range(0, SITES, 50):
        with engine.begin() as c:
            c.execute(insert, {"each": each, "first": first, "low": low, "high": low + 49})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
        c.execute(text("VACUUM ANALYZE"))


def sizes(c: Connection) -> str:
    """How much the visits take."""
    asked = """SELECT pg_size_pretty(sum(pg_total_relation_size(oid))), max(pg_total_relation_size(oid)) / 1e6, count(*)
        FROM pg_class WHERE relkind = 'r' AND (relname = 'visit' OR relname ~ '^visit_[0-9]+$')"""
    whole, largest, parts = c.execute(text(asked)).one()
    return f"{whole} in {parts} part{'s' if parts > 1 else ''}, the largest {largest:.0f} MB"


def measure(engine: Engine) -> dict[str, float]:
    """The median milliseconds of each question, of sites in turn."""
    found = {}
    with engine.connect() as c:
        print(sizes(c))
        sites = (
            c.execute(text("SELECT id FROM site WHERE code LIKE 'essai-%' ORDER BY id"))
            .scalars()
            .all()
        )
        first = c.execute(
            text("SELECT min(id) FROM import_batch WHERE filename = 'essai'")
        ).scalar_one()
        for name, asked in ASKED.items():
            took = []
            for n in range(TIMES.get(name, 30)):
                place = n * 17 % SITES
                began = time.perf_counter()
                c.execute(text(asked), {"site": sites[place], "batch": first + place * 24}).all()
                took.append(1000 * (time.perf_counter() - began))
            found[name] = statistics.median(took)
    return found


def add_month(engine: Engine) -> float:
    """The seconds in which a file of 2,000 visits of one site goes in."""
    asked = """INSERT INTO visit (batch_id, site_id, day, kind, outcome, source_ref, retained)
        SELECT (SELECT min(id) FROM import_batch WHERE filename = 'essai'), (SELECT min(id) FROM site WHERE code LIKE 'essai-%'),
        DATE '2026-01-01' + v % 28, 0, 0, 'N-' || :of || '-' || v, false FROM generate_series(1, 2000) v"""
    took = []
    for n in range(15):
        with engine.begin() as c:
            began = time.perf_counter()
            c.execute(text(asked), {"of": f"{time.time_ns()}-{n}"})
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def main() -> None:
    """Print the figures before and after."""
    with postgresql.server(
        shared_buffers="1GB", max_wal_size="8GB", maintenance_work_mem="512MB"
    ) as server:
        engine = make_engine(server.url)
        backup.migrate(engine, "essai")
        seed(engine)
        began = time.monotonic()
        fill(engine)
        with engine.connect() as c:
            n = c.execute(text("SELECT count(*) FROM visit")).scalar_one()
        print(f"{n:,} visits of {SITES} sites, made in {time.monotonic() - began:.0f} s")
        before, file_before = measure(engine), add_month(engine)
        began = time.monotonic()
        partition(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
            c.execute(text("VACUUM ANALYZE visit"))
        print(f"the plan took {time.monotonic() - began:.0f} s")
        after, file_after = measure(engine), add_month(engine)
        for name in ASKED:
            print(f"{name}: {before[name]:.1f} ms, {after[name]:.1f} ms")
        print(f"2,000 visits of one file: {1000 * file_before:.0f} ms, {1000 * file_after:.0f} ms")
        engine.dispose()


if __name__ == "__main__":
    main()
