"""The figures once more, by DuckDB, from the raw files and the definitions of the design alone.

Nothing here comes from dashboard.indicators, db.facts or the rollups: if both agree, both have understood the same
definitions. A question is answered for every key of a cut (`by`), within a set of sites, for one service or all.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import holidays

from dashboard.settings import ROOT
from db.demo import DemoFile

REFERENCE = ROOT / "data" / "reference"
MINIMUM = {
    "women_share": 10,
    "wait_p50": 10,
    "wait_p90": 36,
    "wait_within_30": 10,
    "left": 10,
    "satisfaction": 10,
    "complaints_30d": 5,
    "complaints_30d_due": 5,
    "complaint_delay": 5,
    "complaints_oldest": 0,
    "completeness": 5,
}

# Raw rows, as typed: dates JJ/MM/AAAA, times HH:MM, blanks where nothing is known.
RAW = """
CREATE MACRO day(t) AS CAST(strptime(nullif(t, ''), '%d/%m/%Y') AS date);
CREATE MACRO minute(t) AS CAST(split_part(nullif(t, ''), ':', 1) AS int) * 60 + CAST(split_part(t, ':', 2) AS int);
CREATE MACRO raw(form) AS TABLE
    SELECT * FROM read_csv(getvariable('folder') || form || '-*.csv', delim = ';', header = true, all_varchar = true,
                           quote = '"', union_by_name = true, filename = true);
CREATE TABLE site AS SELECT code, kind, commune, department, try_cast(launched_on AS date) AS launched
    FROM read_csv(getvariable('reference') || 'sites.csv', all_varchar = true);
CREATE TABLE commune AS SELECT commune, department, CAST(population_2013 AS bigint) AS population
    FROM read_csv(getvariable('reference') || 'communes.csv', all_varchar = true);
CREATE TABLE service AS SELECT code, label
    FROM read_csv(getvariable('reference') || 'services.csv', all_varchar = true);

CREATE TABLE visit AS
    SELECT r.Centre AS site, day(r.Date) AS day, coalesce(s.code, 'inconnu') AS service,
           CASE WHEN minute("Heure d'arrivée") IS NULL THEN 'inconnu'
                ELSE lpad(CAST(minute("Heure d'arrivée") // 60 AS varchar), 2, '0') END AS hour,
           minute("Heure d'arrivée") IS NOT NULL AS timed, Sexe AS sex, Satisfait AS satisfied, Issue AS outcome,
           CASE WHEN coalesce(Issue, '') <> 'parti' AND minute("Heure d'appel") >= minute("Heure d'arrivée")
                THEN least(minute("Heure d'appel") - minute("Heure d'arrivée"), 240)
           END AS wait, filename
    FROM raw('registre') r LEFT JOIN service s ON s.label = r.Prestation;
CREATE TABLE complaint AS
    SELECT r.Centre AS site, day("Reçue le") AS received, day("Répondue le") AS resolved,
           coalesce(s.code, 'inconnu') AS service, filename
    FROM raw('plaintes') r LEFT JOIN service s ON s.label = r.Prestation;
CREATE TABLE closing AS SELECT DISTINCT Centre AS site, day(Date) AS day FROM raw('cloture');
CREATE TABLE closure AS SELECT nullif(Centre, '') AS site, day(Du) AS a, day(Au) AS b FROM raw('fermetures')
    WHERE nullif(De, '') IS NULL;

-- What files speak for: the days that were declared with them, widened by their own dates; a register of visits for each site
-- by the site's own.
CREATE TABLE span AS
    WITH own AS (SELECT 'registre' AS form, filename, site, day FROM visit
                 UNION ALL SELECT 'plaintes', filename, site, unnest([received, resolved]) FROM complaint),
         width AS (SELECT filename, min(day) AS a, max(day) AS b FROM own GROUP BY ALL),
         spoken AS (SELECT form, filename, site, min(day) AS own_a, max(day) AS own_b FROM own GROUP BY ALL)
    SELECT form, site,
           CASE WHEN form = 'registre' AND d.a IS NULL THEN own_a ELSE least(w.a, d.a) END AS a,
           CASE WHEN form = 'registre' AND d.a IS NULL THEN own_b ELSE greatest(w.b, d.b) END AS b
    FROM spoken o JOIN width w USING (filename)
    LEFT JOIN (SELECT DISTINCT name, a, b FROM declared) d ON o.filename LIKE '%/' || d.name
    UNION ALL SELECT form, site, a, b FROM declared WHERE site IS NOT NULL;
CREATE TABLE as_of AS SELECT site, max(b) AS day FROM span WHERE form = 'plaintes' GROUP BY site;

CREATE TABLE activity AS SELECT DISTINCT site, day FROM visit UNION SELECT site, day FROM closing;
CREATE TABLE network AS
    SELECT s.*, (SELECT min(day) FROM activity a WHERE a.site = s.code) AS active_from FROM site s;
CREATE TABLE register_day AS
    SELECT DISTINCT site, CAST(d AS date) AS day
    FROM span, generate_series(a, b, interval 1 day) t(d) WHERE form = 'plaintes';
-- Of which days complaints are counted against visits: both registers speak of them, or of days around them.
CREATE TABLE spoken_day AS
    WITH known AS (SELECT DISTINCT form, site, CAST(d AS date) AS day
                   FROM span, generate_series(a, b, interval 1 day) t(d) WHERE form IN ('plaintes', 'registre')),
         next AS (SELECT *, CASE form WHEN 'plaintes' THEN 27 ELSE 7 END AS most,
                         lead(day) OVER (PARTITION BY form, site ORDER BY day) AS after,
                         lag(day) OVER (PARTITION BY form, site ORDER BY day) AS before FROM known),
         wide AS (SELECT form, site,
                         CASE WHEN (before IS NULL OR day - before - 1 > most) AND day - date_trunc('month', day)::date <= 7
                              THEN date_trunc('month', day) ELSE day END AS a,
                         CASE WHEN after - day - 1 <= most THEN after - interval 1 day
                              WHEN last_day(day) - day <= 7 THEN last_day(day) ELSE day END AS b FROM next)
    SELECT DISTINCT form, site, CAST(d AS date) AS day FROM wide, generate_series(a, b, interval 1 day) t(d);
CREATE TABLE open_day AS
    SELECT n.code AS site, CAST(d AS date) AS day
    FROM network n, generate_series(date '2020-01-01', getvariable('today'), interval 1 day) t(d)
    WHERE isodow(d) <= 5 AND d >= coalesce(launched, active_from)
      AND d NOT IN (SELECT day FROM holiday)
      AND NOT EXISTS (SELECT 1 FROM closure c WHERE (c.site IS NULL OR c.site = n.code) AND d BETWEEN c.a AND c.b);
CREATE TABLE joined_day AS
    WITH known AS (SELECT site, day, lead(day) OVER (PARTITION BY site ORDER BY day) AS after
                   FROM (SELECT DISTINCT site, CAST(d AS date) AS day
                         FROM span, generate_series(a, b, interval 1 day) t(d) WHERE form = 'registre'))
    SELECT DISTINCT site, CAST(d AS date) AS day
    FROM known, generate_series(day, CASE WHEN after - day - 1 <= 7 THEN after ELSE day END, interval 1 day) t(d);
CREATE TABLE rated_day AS
    SELECT site, day FROM spoken_day WHERE form = 'plaintes'
    INTERSECT (SELECT site, day FROM joined_day UNION
               (SELECT site, day FROM spoken_day WHERE form = 'registre' EXCEPT SELECT site, day FROM open_day));
CREATE TABLE unknown_day AS
    WITH lost AS (SELECT o.site, o.day, (SELECT max(day) FROM register_day r WHERE r.site = o.site AND r.day < o.day) AS before
                  FROM open_day o WHERE NOT EXISTS (SELECT 1 FROM register_day r WHERE r.site = o.site AND r.day = o.day))
    SELECT site, min(day) AS day FROM lost WHERE before IS NOT NULL GROUP BY site, before HAVING max(day) - min(day) >= 27;
"""

# A cell: one key, one site that it speaks of, and the days that it speaks of.
CELLS = {
    "nation": "SELECT 'nation' AS key, code AS site, $first AS a, $last AS b FROM scope",
    "department": "SELECT department, code, $first, $last FROM scope",
    "site": "SELECT code, code, $first, $last FROM scope",
    "month": """
        SELECT strftime(m, '%Y-%m'), code, greatest(CAST(m AS date), $first), least(last_day(m), $last)
        FROM scope, generate_series(date_trunc('month', $first), $last, interval 1 month) t(m)""",
    "service": """
        SELECT key, code, $first, $last FROM scope, (
            SELECT DISTINCT v.service AS key FROM visit v JOIN scope s ON s.code = v.site
            WHERE day BETWEEN $first AND $last AND {service})""",
    "hour": """
        SELECT key, code, $first, $last FROM scope, (
            SELECT DISTINCT v.hour AS key FROM visit v JOIN scope s ON s.code = v.site
            WHERE day BETWEEN $first AND $last AND {service})""",
}

# The visits and complaints of each key.
KEYED = """
CREATE OR REPLACE TEMP TABLE v AS
    SELECT c.key, c.a, c.b, v.* FROM visit v JOIN cell c USING (site)
    WHERE v.day BETWEEN c.a AND c.b AND {service} AND {visit_key};
CREATE OR REPLACE TEMP TABLE c AS
    SELECT cell.key, cell.a, cell.b, x.*, o.day AS known_to, x.resolved <= o.day AS answered
    FROM complaint x JOIN cell USING (site) JOIN as_of o USING (site) WHERE {service} AND {complaint_key};
CREATE OR REPLACE TEMP TABLE received AS SELECT * FROM c WHERE received BETWEEN a AND b;
CREATE OR REPLACE TEMP TABLE still_open AS
    SELECT key, received, least(b, known_to) - received AS age FROM c
    WHERE received <= least(b, known_to) AND (resolved IS NULL OR resolved > least(b, known_to));
CREATE OR REPLACE TEMP TABLE measuring AS
    SELECT DISTINCT cell.key, cell.site FROM cell JOIN visit v ON v.site = cell.site AND v.day BETWEEN a AND b
    WHERE wait IS NOT NULL;
CREATE OR REPLACE TEMP TABLE active AS
    SELECT DISTINCT key, cell.site FROM cell JOIN activity x ON x.site = cell.site AND x.day BETWEEN a AND b;
-- Who says something of visits: a register of days on which nobody came was handed in.
CREATE OR REPLACE TEMP TABLE reported AS
    SELECT key, site FROM active UNION
    SELECT cell.key, cell.site FROM cell JOIN span s ON s.site = cell.site
    AND s.form = 'registre' AND s.a <= cell.b AND s.b >= cell.a;
CREATE OR REPLACE TEMP TABLE expected AS
    SELECT key, site FROM cell JOIN network n ON n.code = site
    WHERE coalesce(launched, active_from) <= b OR (launched IS NULL AND active_from IS NULL)
    UNION SELECT key, site FROM active;
-- Of complaints, whoever hands them in too.
CREATE OR REPLACE TEMP TABLE heard AS
    SELECT DISTINCT cell.key, cell.site FROM cell JOIN span s ON s.site = cell.site
    AND s.form = 'plaintes' AND s.a <= cell.b AND s.b >= cell.a;
CREATE OR REPLACE TEMP TABLE complaining AS SELECT key, site FROM expected UNION SELECT key, site FROM heard;
CREATE OR REPLACE TEMP TABLE due_day AS
    SELECT key, o.site, o.day FROM cell JOIN open_day o ON o.site = cell.site AND o.day BETWEEN a AND b;
-- Sites whose complaints are known to the end: lately, and without a row of open days as long as a month that nobody handed in.
CREATE OR REPLACE TEMP TABLE to_the_end AS
    SELECT DISTINCT cell.key, cell.site FROM cell SEMI JOIN complaining e ON e.key = cell.key AND e.site = cell.site
    WHERE EXISTS (SELECT 1 FROM register_day r WHERE r.site = cell.site AND r.day BETWEEN b - 7 AND b)
      AND NOT EXISTS (SELECT 1 FROM unknown_day m WHERE m.site = cell.site AND m.day <= b - 7)
      -- What was received long before the register begins may wait still.
      AND (SELECT min(day) FROM register_day r WHERE r.site = cell.site)
          <= greatest(b - 89, (SELECT coalesce(launched, active_from) + 27 FROM network n WHERE n.code = cell.site));
-- Days against whose visits complaints are counted; of services, all days of the months that are known to their last open day.
CREATE OR REPLACE TEMP TABLE based AS
    WITH month AS (SELECT DISTINCT cell.key, cell.site, a, b, date_trunc('month', r.day) AS month
                   FROM cell JOIN rated_day r ON r.site = cell.site AND r.day BETWEEN a AND b)
    SELECT cell.key, r.site, r.day FROM cell JOIN rated_day r ON r.site = cell.site AND r.day BETWEEN a AND b
    WHERE NOT {by_month}
    UNION SELECT key, site, CAST(d AS date)
    FROM month, generate_series(greatest(a, month), least(b, last_day(month)), interval 1 day) t(d)
    WHERE {by_month} AND NOT EXISTS (
        SELECT 1 FROM open_day o WHERE o.site = month.site AND o.day BETWEEN greatest(a, month) AND least(b, last_day(month))
        AND NOT EXISTS (SELECT 1 FROM rated_day r WHERE r.site = o.site AND r.day = o.day));
-- Visits, and complaints, with a known service among all: of the key's sites and days, whatever service is asked for.
CREATE OR REPLACE TEMP TABLE known_share AS
    SELECT c.key, avg(CASE WHEN v.service <> 'inconnu' THEN 1.0 ELSE 0 END) AS known
    FROM visit v JOIN cell c ON c.site = v.site AND v.day BETWEEN c.a AND c.b GROUP BY 1;
CREATE OR REPLACE TEMP TABLE complaints_share AS
    SELECT c.key, avg(CASE WHEN x.service <> 'inconnu' THEN 1.0 ELSE 0 END) AS complaints_known
    FROM complaint x JOIN cell c ON c.site = x.site AND x.received BETWEEN c.a AND c.b GROUP BY 1;
"""


def share(part: str, whole: str, table: str) -> str:
    """A query for a percentage: the rows of `part` among those of `whole`."""
    return f"""
        SELECT key, count(*) FILTER ({part}), count(*) FILTER ({whole}),
               100 * count(*) FILTER ({part}) / nullif(count(*) FILTER ({whole}), 0)
        FROM {table} GROUP BY key"""  # noqa: S608 (texts of this file)


# indicator: a query that gives key, numerator, denominator, value.
QUERIES = {
    "visits": """
        SELECT key, coalesce(n, 0), NULL, coalesce(n, 0) FROM (SELECT DISTINCT key FROM reported)
        LEFT JOIN (SELECT key, count(*) AS n FROM v GROUP BY key) USING (key)""",
    "visits_per_day": """
        SELECT key, coalesce(n, 0), days, coalesce(n, 0) / days
        FROM (SELECT key, count(*) AS days FROM due_day d
              WHERE EXISTS (SELECT 1 FROM span s WHERE s.site = d.site AND form = 'registre' AND day BETWEEN s.a AND s.b)
              GROUP BY key)
        LEFT JOIN (SELECT key, count(*) AS n FROM v GROUP BY key) USING (key)""",
    "women_share": share("sex = 'F'", "sex IN ('F', 'M')", "v"),
    # The smallest wait that at least half, or nine in ten, do not exceed.
    "wait_p50": """
        SELECT key, NULL, NULL, list_sort(list(wait))[(count(wait) + 1) // 2]
        FROM v WHERE wait IS NOT NULL GROUP BY key""",
    "wait_p90": """
        SELECT key, NULL, NULL, list_sort(list(wait))[(9 * count(wait) + 9) // 10]
        FROM v WHERE wait IS NOT NULL GROUP BY key""",
    "wait_within_30": share(
        "wait <= 30",
        "wait IS NOT NULL OR (outcome = 'parti' AND timed)",
        "(FROM v SEMI JOIN measuring USING (key, site))",
    ),
    "left": share("outcome = 'parti'", "outcome IN ('parti', 'servi')", "v"),
    "satisfaction": share("satisfied = 'oui'", "satisfied IN ('oui', 'non')", "v"),
    "visits_per_1000": """
        SELECT key, coalesce(n, 0), people, 1000 * coalesce(n, 0) / people
        FROM (SELECT key, sum(population) AS people FROM (
                SELECT DISTINCT key, commune, population
                FROM expected JOIN site ON code = site JOIN commune USING (commune) WHERE kind = 'CCSP') GROUP BY key)
        LEFT JOIN (SELECT key, count(*) AS n FROM v JOIN site ON code = v.site WHERE kind = 'CCSP' GROUP BY key)
        USING (key)""",
    "complaints_per_1000": """
        SELECT key, coalesce(n, 0), visits,
               CASE WHEN {service_known} AND (n > 0 OR came IS NULL) THEN 1000 * coalesce(n, 0) / visits END
        FROM (SELECT key, count(*) AS visits FROM v
              WHERE EXISTS (SELECT 1 FROM based r WHERE r.key = v.key AND r.site = v.site AND r.day = v.day) GROUP BY key)
        LEFT JOIN (SELECT key, count(*) AS n FROM received c
                   WHERE EXISTS (SELECT 1 FROM based r WHERE r.key = c.key AND r.site = c.site AND r.day = c.received)
                   GROUP BY key) USING (key)
        LEFT JOIN (SELECT key, count(*) AS came FROM received GROUP BY key) USING (key)
        LEFT JOIN known_share USING (key) LEFT JOIN complaints_share USING (key)""",
    "complaints_30d": share("answered AND resolved - received <= 30", "true", "received"),
    "complaints_30d_due": share(
        "answered AND resolved - received <= 30",
        "true",
        "(FROM received WHERE received <= known_to - 30)",
    ),
    "complaint_delay": """
        WITH life AS (
                SELECT key, CASE WHEN answered THEN resolved ELSE known_to END - received AS age,
                       coalesce(answered, false) AS closed FROM received),
             step AS (
                SELECT key, age, count(*) FILTER (closed) AS closings,
                       sum(count(*)) OVER (PARTITION BY key ORDER BY age DESC) AS at_risk FROM life GROUP BY key, age),
             curve AS (
                SELECT key, age, product(1 - closings / at_risk) OVER (PARTITION BY key ORDER BY age) AS share
                FROM step)
        SELECT key, NULL, NULL, min(age) FROM curve WHERE share <= 0.5 + 1e-9 GROUP BY key""",
    "complaints_open": "SELECT key, count(*), NULL, count(*) FROM still_open GROUP BY key",
    "complaints_late": "SELECT key, count(*), NULL, count(*) FROM still_open WHERE age > 30 GROUP BY key",
    "complaints_oldest": "SELECT key, NULL, NULL, max_by(age, (DATE '2100-01-01' - received, age)) FROM still_open GROUP BY key",
    "completeness": """
        SELECT key, count(x.day), count(*), 100 * count(x.day) / count(*)
        FROM due_day o LEFT JOIN closing x ON x.site = o.site AND x.day = o.day
        WHERE EXISTS (SELECT 1 FROM cell c JOIN span s ON s.site = c.site AND s.form = 'cloture' AND s.a <= c.b
                      WHERE c.key = o.key AND c.site = o.site) GROUP BY key""",
    "coverage": """
        SELECT key, served, communes, 100 * served / communes
        FROM (SELECT key, count(DISTINCT s.commune) FILTER (EXISTS (
                    SELECT 1 FROM activity x WHERE x.site = cell.site AND x.day BETWEEN b - 29 AND b)) AS served
              FROM cell JOIN site s ON s.code = cell.site GROUP BY key),
             LATERAL (SELECT count(*) AS communes FROM commune m WHERE {territory})""",
}
COMPLAINTS = {code for code in QUERIES if code.startswith("complaint")}
WAITING = {"complaints_open", "complaints_late", "complaints_oldest"}
WITHOUT_OBJECT = {
    "hour": COMPLAINTS | {"visits_per_1000", "completeness", "coverage"},
    "service": {"visits_per_1000", "completeness", "coverage"},
    "month": {"visits_per_1000"},
    "site": {"coverage"},
    "department": set(),
    "nation": set(),
}


@dataclass(frozen=True)
class Answer:
    """A figure: counts, value (None where missing or hidden), sites that reported and that should have. rare: whether
    the service that is asked for is rarely noted. lost: whether a register is missing of one of its open days, or more."""

    numerator: float | None
    denominator: float | None
    value: float | None
    reporting: int
    expected: int
    rare: bool = False
    lost: bool = False


class Independent:
    """The raw files of a folder, and questions to them."""

    def __init__(self, folder: Path, files: list[DemoFile], today: date):
        self.db = duckdb.connect(config={"threads": 1})  # so little is sooner counted by one
        for name, value in (
            ("folder", f"{folder}/"),
            ("reference", f"{REFERENCE}/"),
            ("today", today),
        ):
            self.db.execute(f"SET VARIABLE {name} = ?", [value])
        self.db.execute("CREATE TABLE holiday (day date)")
        self.db.executemany(
            "INSERT INTO holiday VALUES (?)",
            [[d] for d in holidays.country_holidays("BJ", years=range(2020, today.year + 1))],
        )
        self.db.execute(
            "CREATE TABLE declared (name varchar, form varchar, site varchar, a date, b date)"
        )
        declared = [
            [f.name, f.form, site, *f.covers]
            for f in files
            if f.covers
            for site in (*_sites_in(f), *f.sites)
        ]
        self.db.executemany("INSERT INTO declared VALUES (?, ?, ?, ?, ?)", declared)
        self.db.execute(RAW)

    def one(self, query: str):
        """A single value."""
        return self.db.execute(query).fetchone()[0]

    def answers(
        self, by: str, first: date, last: date, sites: str = "true", service: str | None = None
    ) -> dict[tuple[str, str], Answer]:
        """Every indicator for every key. sites: a condition on the table of sites."""
        last = min(last, self.one("SELECT max(b) FROM span WHERE form IN ('registre', 'cloture')"))
        words = {
            "service": f"service = '{service}'" if service else "true",
            "visit_key": f"v.{by} = c.key" if by in ("service", "hour") else "true",
            "complaint_key": {"service": "x.service = cell.key", "hour": "false"}.get(by, "true"),
            "by_month": "true" if service or by in ("service", "hour") else "false",
            "service_known": "known >= 0.8 AND coalesce(complaints_known, 1) >= 0.8"
            if service or by == "service"
            else "true",
            "territory": "m.department = key" if by == "department" else "true",
        }
        self.db.execute(
            f"CREATE OR REPLACE TEMP TABLE scope AS SELECT * FROM network WHERE {sites}"  # noqa: S608
        )
        days = {
            name: day for name, day in (("first", first), ("last", last)) if f"${name}" in CELLS[by]
        }
        self.db.execute(
            f"CREATE OR REPLACE TEMP TABLE cell AS SELECT * FROM ({CELLS[by].format(**words)}) t(key, site, a, b)",  # noqa: S608
            days,
        )
        self.db.execute(KEYED.format(**words))
        reporting, of_visits, complaint_reporting, to_the_end, closing, expected, complaining = (
            self._sites()
        )
        # Where a service is asked for, and four visits in five, or four of the complaints received up to the end, do not say
        # which.
        asked = (
            "SELECT key FROM known_share WHERE known < 0.8 UNION SELECT key FROM cell WHERE"
            " (SELECT avg(CASE WHEN service <> 'inconnu' THEN 1.0 ELSE 0 END) FROM complaint"
            "  SEMI JOIN scope s ON s.code = complaint.site WHERE received <= $last) < 0.8"
        )
        rare = (
            {k for (k,) in self.db.execute(asked, {"last": last}).fetchall()}
            if by == "service" or service not in (None, "inconnu")
            else set()
        )
        lost = {
            key
            for (key,) in self.db.execute(
                "SELECT DISTINCT c.key FROM cell c JOIN open_day o ON o.site = c.site AND o.day BETWEEN c.a AND c.b"
                " ANTI JOIN joined_day j ON j.site = o.site AND j.day = o.day"
            ).fetchall()
        }
        found = {}
        for code, query in QUERIES.items():
            asked = (
                []
                if code in WITHOUT_OBJECT[by]
                else self.db.execute(query.format(**words)).fetchall()
            )
            rows = {key: rest for key, *rest in asked}
            who = reporting if code == "coverage" else of_visits
            who = complaint_reporting if code in COMPLAINTS else who
            who = to_the_end if code in WAITING else closing if code == "completeness" else who
            for key in expected:
                due = (complaining if code in COMPLAINTS else expected)[key]
                row = rows.get(key, (None, None, None))
                found[key, code] = Answer(*row, who.get(key, 0), due, key in rare, key in lost)
        return found

    def _sites(self) -> tuple[dict, ...]:
        """By key, how many sites reported, reported visits, complaints, did so to the end, hand closings in, were
        expected, and were of complaints."""
        queries = (
            "SELECT key, count(*) FROM reported GROUP BY key",
            "SELECT r.key, count(DISTINCT r.site) FROM reported r JOIN cell c ON c.key = r.key AND c.site = r.site"
            " JOIN span s ON s.site = r.site AND s.form = 'registre' AND s.a <= c.b AND s.b >= c.a GROUP BY r.key",
            "SELECT key, count(*) FROM heard GROUP BY key",
            "SELECT key, count(*) FROM to_the_end GROUP BY key",
            "SELECT e.key, count(DISTINCT e.site) FROM expected e JOIN cell c ON c.key = e.key AND c.site = e.site"
            " JOIN span s ON s.site = e.site AND s.form = 'cloture' AND s.a <= c.b GROUP BY e.key",
            "SELECT key, count(DISTINCT e.site) FROM cell LEFT JOIN expected e USING (key) GROUP BY key",
            "SELECT key, count(DISTINCT e.site) FROM cell LEFT JOIN complaining e USING (key) GROUP BY key",
        )
        return tuple(dict(self.db.execute(query).fetchall()) for query in queries)


def _sites_in(file: DemoFile) -> set[str]:
    rows = csv.DictReader(file.content.decode(encoding_of(file)).splitlines(), delimiter=";")
    return {row["Centre"] for row in rows if row["Centre"]}


def encoding_of(file: DemoFile) -> str:
    """The older files are in Windows-1252."""
    try:
        file.content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
