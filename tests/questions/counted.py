"""How an answer is counted: each function gives, of raw rows, what the page must show."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from dashboard import french
from dashboard.indicators import BY_CODE
from dashboard.period import today
from tests.questions.raw_rows import DECISIONS, TARGETS, Raw
from tests.questions.read_page import Check, Page, card, cell, first, plain, says

Answer = Callable[[Raw], list[Check]]
HEADS = {
    "site": "Centre",
    "department": "Département",
    "service": "Prestation",
    "hour": "Heure d'arrivée",
    "month": "Mois",
}
LIVE = "superseded_by IS NULL"


def _where(place: str) -> str:
    """The condition on sites of a department's name, a site's code or a kind, "" for all."""
    if not place:
        return "true"
    if place in ("CCSP", "GSRU"):
        return f"kind = '{place}'"
    return f"code = '{place}'" if place[0].islower() else f"department = '{place}'"


def figure(code: str, place: str = "", period: str = "12m", service: str | None = None) -> Answer:
    """The headline figure of a place."""

    def count(raw: Raw) -> list[Check]:
        words = raw.words(code, period=period, where=_where(place), service=service)
        return [card(BY_CODE[code].short, words)]

    return count


def whole(code: str, place: str = "", period: str = "12m") -> Answer:
    """The figure of a place in the last line of a table, of the whole."""

    def count(raw: Raw) -> list[Check]:
        words = raw.words(code, period=period, where=_where(place))
        return [cell("L'ensemble", BY_CODE[code].short, words)]

    return count


def most(
    code: str, by: str, place: str = "", period: str = "12m", service: str | None = None
) -> Answer:
    """Of a cut, the first in its table, and its figure."""

    def count(raw: Raw) -> list[Check]:
        asked = {"period": period, "where": _where(place), "service": service}
        best = raw.most(code, by, **asked)
        heading = BY_CODE[code].short
        names = {raw.name(by, key) for key in best}
        found = [
            cell(raw.name(by, key), heading, raw.words(code, by, key, **asked))
            for key in sorted(best)
        ]
        return [*found, first(names, HEADS[by], heading)] if names else []

    return count


def extreme(code: str, by: str, place: str = "", *, least: bool = False) -> Answer:
    """Of a cut in no order of its values: the most, or the least, and its figure."""

    def count(raw: Raw) -> list[Check]:
        asked = {"where": _where(place)}
        best = raw.most(code, by, least=least, **asked)
        return [
            cell(raw.name(by, key), BY_CODE[code].short, raw.words(code, by, key, **asked))
            for key in sorted(best)
        ]

    return count


def of_key(code: str, by: str, *keys: str, place: str = "", service: str | None = None) -> Answer:
    """The figures of some keys of a cut."""

    def count(raw: Raw) -> list[Check]:
        asked = {"where": _where(place), "service": service}
        return [
            cell(raw.name(by, key), BY_CODE[code].short, raw.words(code, by, key, **asked))
            for key in keys
        ]

    return count


def beside(code: str, *places: str) -> Answer:
    """The figures of places side by side, each in its own column."""

    def count(raw: Raw) -> list[Check]:
        label = BY_CODE[code].short
        return [
            cell(
                label,
                raw.sites[one].short if one in raw.sites else one,
                raw.words(code, where=_where(one)),
            )
            for one in places
        ]

    return count


def last_month(code: str, place: str = "") -> Answer:
    """The figure of the last whole month, in the table of months."""

    def count(raw: Raw) -> list[Check]:
        first_day = raw.days("12m")[1].replace(day=1)
        words = raw.words(code, "month", f"{first_day:%Y-%m}", where=_where(place))
        return [cell(french.month_label(first_day), BY_CODE[code].short, words)]

    return count


# ---- sites ----


def opened_last(raw: Raw) -> list[Check]:
    """The sites opened last, and their day."""
    last = max(one.launched for one in raw.sites.values() if one.launched)
    newest = [one for one in raw.sites.values() if one.launched == last]
    return [cell(one.name, "Ouvert le", french.date_short(last)) for one in newest]


def opened_on(code: str) -> Answer:
    """The day on which a site opened."""
    return lambda raw: [
        says(f"Ouvert le {french.date_short(raw.sites[code].launched or date.min)}")
    ]


def hours_of(code: str) -> Answer:
    """The hours at which a site opens."""

    def count(raw: Raw) -> list[Check]:
        found = raw.rows(
            "SELECT min(opens_at), max(closes_at), count(*) FROM site_hours h JOIN site s ON s.id = h.site_id"
            " WHERE s.code = :code", code=code,
        )  # fmt: skip
        opens, closes, days = found[0]
        assert days == 5
        return [says(f"du lundi au vendredi de {opens // 60} h à {closes // 60} h")]

    return count


def listed(department: str) -> Answer:
    """Every site of a department, each with its day of opening."""

    def count(raw: Raw) -> list[Check]:
        return [
            cell(
                one.name,
                "Ouvert le",
                french.date_short(one.launched) if one.launched else "non renseigné",
            )
            for one in raw.of_department(department)
        ]

    return count


def how_many_sites(raw: Raw) -> list[Check]:
    """How many sites there are."""
    return [says(f"Centres : {len(raw.sites)}")]


def without_opening(raw: Raw) -> list[Check]:
    """The sites whose day of opening is not known."""
    return [
        cell(one.name, "Ouvert le", "non renseigné")
        for one in raw.sites.values()
        if not one.launched
    ]


def last_days(raw: Raw) -> dict[str, date]:
    """Of each site, the last day on which somebody came or a closing was made."""
    found = raw.rows(
        f"SELECT s.code, max(r.day) FROM (SELECT site_id, day FROM visit WHERE {LIVE}"  # noqa: S608
        f" UNION SELECT site_id, day FROM daily_closing WHERE {LIVE}) r JOIN site s ON s.id = r.site_id GROUP BY s.code"
    )
    return {code: date.fromisoformat(str(day)) for code, day in found}


def last_day_of(code: str) -> Answer:
    """The last day known of a site."""
    return lambda raw: [
        cell(raw.sites[code].name, "Dernier jour connu", french.date_short(last_days(raw)[code]))
    ]


def silent(raw: Raw) -> list[Check]:
    """The sites of which nothing came for thirty days, and since when."""
    found = {
        c: (raw.end - day).days for c, day in last_days(raw).items() if (raw.end - day).days > 30
    }
    assert found
    return [cell(raw.sites[c].name, "Muet depuis", french.days(days)) for c, days in found.items()]


def without_waits(raw: Raw) -> list[Check]:
    """The sites that came with visits, and without a single measured wait."""
    first_day, last = raw.days("12m")
    measured = {
        code
        for (code,) in raw.rows(
            f"SELECT DISTINCT s.code FROM visit v JOIN site s ON s.id = v.site_id WHERE v.{LIVE}"  # noqa: S608
            " AND called_at >= arrived_at AND v.day BETWEEN :a AND :b", a=first_day, b=last,
        )
    }  # fmt: skip
    return [
        cell(one.name, "Attente médiane", None)
        for one in raw.sites.values()
        if one.code not in measured
    ]


# ---- complaints ----


def _waiting(raw: Raw) -> list[tuple[str, str, int, date]]:
    """The complaints without an answer: reference, site, age in days, day; the oldest first."""
    rows = raw.rows(
        f"SELECT c.reference, s.code, c.received_on FROM complaint c JOIN site s ON s.id = c.site_id"  # noqa: S608
        f" WHERE c.{LIVE} AND c.resolved_on IS NULL AND c.received_on <= :end ORDER BY c.received_on, c.reference",
        end=raw.end,
    )
    known = [(ref, code, date.fromisoformat(str(day))) for ref, code, day in rows]
    return [(ref, code, (raw.end - day).days, day) for ref, code, day in known]


def oldest_complaint(place: str = "") -> Answer:
    """The complaint of a place that has waited longest, the first of the list."""

    def count(raw: Raw) -> list[Check]:
        here = [one for one in _waiting(raw) if place in ("", raw.sites[one[1]].department)]
        if not here:
            return [says("Aucune plainte en cours", "aucune plainte")]
        reference, code, age, day = here[0]
        return [
            cell(reference, "Âge", french.days(age)),
            cell(reference, "Reçue le", french.date_short(day)),
            cell(reference, "Centre", raw.sites[code].name),
            first({one[0] for one in here if one[3] == day}, "Référence", "Âge"),
        ]

    return count


def complaints_waiting(place: str = "") -> Answer:
    """Every complaint of a place without an answer, with its age."""

    def count(raw: Raw) -> list[Check]:
        here = [c for c in raw.sites.values() if place in ("", c.code, c.department)]
        codes = {one.code for one in here}
        found = [
            cell(ref, "Âge", french.days(age))
            for ref, code, age, _ in _waiting(raw)
            if code in codes
        ]
        return found or [says("Aucune plainte en cours", "aucune plainte")]

    return count


def late_by_department(raw: Raw) -> list[Check]:
    """Where complaints wait for more than thirty days: the departments that have any, where all is known."""
    counts: dict[str, int] = {}
    for _, code, age, _ in _waiting(raw):
        if age > 30:
            counts[raw.sites[code].department] = counts.get(raw.sites[code].department, 0) + 1
    return [cell(name, "Depuis plus de 30 jours", str(n)) for name, n in counts.items()]


def slide_of_figures(raw: Raw) -> list[Check]:
    """How many came, as the national story says it."""
    return [says(f"{raw.words('visits')} usagers reçus")]


def how_many_late(raw: Raw) -> list[Check]:
    """How many complaints wait, and how many of them for more than thirty days."""
    waiting = _waiting(raw)
    late = sum(age > 30 for _, _, age, _ in waiting)
    if not waiting:
        return [says("Aucune plainte en cours", "aucune plainte connue en cours")]
    many, known = french.plural(len(waiting), "plainte"), "s" * (len(waiting) > 1)
    more = f", dont {late} depuis plus de 30 jours" if late else ", au"
    return [says(f"{many} en cours{more}", f"{many} connue{known} en cours{more}")]


def reasons(place: str = "") -> Answer:
    """What people complain of: the most frequent category, and how often."""

    def count(raw: Raw) -> list[Check]:
        first_day, last = raw.days("12m")
        found = raw.rows(
            "SELECT t.label, count(*) FROM complaint c JOIN site s ON s.id = c.site_id"  # noqa: S608
            " JOIN site_location l ON l.site_id = s.id JOIN commune m ON m.id = l.commune_id"
            f" JOIN term t ON t.id = c.category_id WHERE c.{LIVE} AND c.received_on BETWEEN :a AND :b"
            " AND (:place IN ('', s.code, m.department)) GROUP BY t.label ORDER BY 2 DESC",
            a=first_day, b=last, place=place,
        )  # fmt: skip
        return [cell(label, "Plaintes reçues", str(n)) for label, n in found if n == found[0][1]]

    return count


# ---- days ----


def closures_of(code: str) -> Answer:
    """The closures of a site that is about, each with its day and its reason."""

    def count(raw: Raw) -> list[Check]:
        first_day, last = raw.days("12m")
        found = raw.rows(
            "SELECT c.first_day, t.label FROM closure c LEFT JOIN site s ON s.id = c.site_id"  # noqa: S608
            f" LEFT JOIN term t ON t.id = c.reason_id WHERE c.{LIVE} AND (s.code = :code OR c.site_id IS NULL)"
            " AND c.first_day <= :b AND c.last_day >= :a", a=first_day, b=last, code=code,
        )  # fmt: skip
        # Of days that no site opens, nothing is lost.
        days = {(french.date_short(date.fromisoformat(str(day))), label) for day, label in found}

        def check(page: Page) -> str:
            shown = {(row[0], row[1]) for row in page.rows("Du", "Motif")}
            return (
                "" if days and days <= shown else f"closures {sorted(days - shown)} are not listed"
            )

        return [check]

    return count


def cause_of(code: str, reason: str) -> Answer:
    """How many days a cause touched at a site."""

    def count(raw: Raw) -> list[Check]:
        first_day, last = raw.days("12m")
        found = raw.rows(
            "SELECT c.first_day, c.last_day FROM closure c JOIN site s ON s.id = c.site_id"  # noqa: S608
            f" JOIN term t ON t.id = c.reason_id WHERE c.{LIVE} AND s.code = :code AND t.label = :reason"
            " AND c.first_day BETWEEN :a AND :b", a=first_day, b=last, code=code, reason=reason,
        )  # fmt: skip
        days = {
            date.fromisoformat(str(a)) + timedelta(days=n)
            for a, b in found
            for n in range((date.fromisoformat(str(b)) - date.fromisoformat(str(a))).days + 1)
        }
        open_days = {d for (d,) in raw.independent.db.execute(
            "SELECT CAST(d AS date) FROM generate_series($a, $b, interval 1 day) t(d) WHERE isodow(d) <= 5"
            " AND d NOT IN (SELECT day FROM holiday)", {"a": first_day, "b": last}).fetchall()}  # fmt: skip
        return [cell(reason, "Jours touchés", str(len(days & open_days)))]

    return count


def month_of_calendar(raw: Raw) -> tuple[date, date]:
    """The month that « Complétude » opens with: of the last day known."""
    return raw.end.replace(day=1), raw.end


def missing_at(code: str) -> Answer:
    """The open days of the running month of which a site handed no register in, that were due."""

    def count(raw: Raw) -> list[Check]:
        n = len(missing_days(raw)[code])
        name = raw.sites[code].short

        def check(page: Page) -> str:
            rows = [
                row[0]
                for table in page.tables
                for row in table.rows
                if row and plain(row[0]).startswith(name)
            ]
            said = [one for one in map(plain, rows) if " sur " in one]
            good = any(_sent(one) == n for one in said)
            return "" if good else f"{name}: {said}, not {n} missing"

        return [check]

    return count


def _sent(said: str) -> int:
    """How many days are missing by « Kandi17 sur 19 ; … »."""
    digits = "".join(c if c.isdigit() else " " for c in said.partition(";")[0]).split()
    return int(digits[1]) - int(digits[0])


def missing_days(raw: Raw) -> dict[str, set[date]]:
    """Of each site, the open days of the running month that were due, and of which no register came. A day is due at noon of the
    next working day; it is ten in the morning."""
    a, _ = month_of_calendar(raw)
    missing = raw.independent.db.execute(
        "SELECT o.site, o.day FROM open_day o WHERE o.day BETWEEN $a AND $b AND NOT EXISTS"
        " (SELECT 1 FROM span s WHERE s.form = 'registre' AND s.site = o.site AND o.day BETWEEN s.a AND s.b)"
        " AND EXISTS (SELECT 1 FROM generate_series(o.day + 1, $now - 1, interval 1 day) t(d) WHERE isodow(d) <= 5"
        " AND CAST(d AS date) NOT IN (SELECT day FROM holiday))",
        {"a": a, "b": raw.end, "now": today()},
    ).fetchall()
    found: dict[str, set[date]] = {code: set() for code in raw.sites}
    for code, day in missing:
        found[code].add(day)
    return found


def who_misses_most(raw: Raw) -> list[Check]:
    """The site that has most days to hand in, first."""
    counts = {code: len(days) for code, days in missing_days(raw).items()}
    worst = max(counts, key=lambda code: counts[code])
    return missing_at(worst)(raw)


def canevas(code: str) -> Answer:
    """What the register and the monthly return of a site say of the last whole month."""

    def count(raw: Raw) -> list[Check]:
        last = raw.days("12m")[1]
        visits = raw.rows(
            "SELECT count(*) FROM visit v JOIN site s ON s.id = v.site_id"  # noqa: S608
            f" WHERE v.{LIVE} AND s.code = :code AND v.day BETWEEN :a AND :b", a=last.replace(day=1), b=last, code=code,
        )[0][0]  # fmt: skip
        returned = raw.rows(
            "SELECT r.received FROM monthly_return r JOIN site s ON s.id = r.site_id"  # noqa: S608
            f" WHERE r.{LIVE} AND s.code = :code AND r.month = :a", a=last.replace(day=1), code=code,
        )  # fmt: skip
        declared = raw.rows(
            "SELECT sum(declared) FROM daily_closing d JOIN site s ON s.id = d.site_id"  # noqa: S608
            f" WHERE d.{LIVE} AND s.code = :code AND d.day BETWEEN :a AND :b", a=last.replace(day=1), b=last, code=code,
        )[0][0]  # fmt: skip
        month, name = french.month_label(last), raw.sites[code].name
        said = {
            "Registre": visits,
            "Fiches": declared,
            "Canevas": returned[0][0] if returned else None,
        }

        def check(page: Page) -> str:
            rows = [r[2:] for r in page.rows("Centre", "Mois", *said) if r[:2] == [name, month]]
            rows += [r[1:] for r in page.rows("Mois", *said) if r[0] == month]
            good = any(
                all(
                    cell_.removeprefix("au moins ")
                    == (french.number(n) if n is not None else "non remonté")
                    for cell_, n in zip(row, said.values(), strict=True)
                )
                for row in rows
            )
            return "" if good else f"{name}, {month}: {rows[:2]}, not {said}"

        return [check]

    return count


def differing_days(code: str) -> Answer:
    """The last day of which a site's closing and register do not say the same number."""

    def count(raw: Raw) -> list[Check]:
        first_day, last = raw.days("12m")
        found = raw.rows(
            "SELECT d.day, sum(d.declared), (SELECT count(*) FROM visit v WHERE v.superseded_by IS NULL"  # noqa: S608
            f" AND v.site_id = d.site_id AND v.day = d.day) AS n FROM daily_closing d JOIN site s ON s.id = d.site_id"
            f" WHERE d.{LIVE} AND s.code = :code AND d.day BETWEEN :a AND :b GROUP BY d.day, d.site_id"
            " HAVING sum(d.declared) <> n ORDER BY d.day DESC", a=first_day, b=last, code=code,
        )  # fmt: skip
        checks = []
        for day, declared, n in found[:5]:
            row = french.date_short(date.fromisoformat(str(day)))
            checks += [cell(row, "Fiche", str(declared)), cell(row, "Registre", str(n))]
        return checks or [says("la fiche et le registre s'accordent", "Aucun jour")]

    return count


def without_cuts(code: str, reason: str) -> Answer:
    """How many come to a site on days that lost a part of their open time, and on the same weekdays around them without."""

    def count(raw: Raw) -> list[Check]:
        first_day, last = raw.days("12m")
        parts = raw.rows(
            "SELECT c.first_day, t.label, c.from_minute FROM closure c LEFT JOIN site s ON s.id = c.site_id"  # noqa: S608
            f" LEFT JOIN term t ON t.id = c.reason_id WHERE c.{LIVE} AND (s.code = :code OR c.site_id IS NULL)",
            code=code,
        )
        closed = {date.fromisoformat(str(day)) for day, _, _ in parts}
        cut = {
            date.fromisoformat(str(day))
            for day, label, at in parts
            if label == reason and at is not None
        }
        known = dict(
            raw.independent.db.execute(
                "SELECT o.day, (SELECT count(*) FROM visit v WHERE v.site = o.site AND v.day = o.day) FROM open_day o"
                " WHERE o.site = $code AND EXISTS (SELECT 1 FROM span s WHERE s.form = 'registre' AND s.site = o.site"
                " AND o.day BETWEEN s.a AND s.b)",
                {"code": code},
            ).fetchall()
        )
        on, usually = [], []
        for day in sorted(cut & known.keys()):
            near = [day + timedelta(weeks=n) for n in range(-8, 9) if n]
            others = [known[one] for one in near if one in known and one not in closed]
            if first_day <= day <= last and len(others) >= 4:
                on.append(known[day])
                usually.append(sum(others) / len(others))
        if not on:
            return []
        return [
            cell(reason, "Jours de coupure", str(len(on))),
            cell(reason, "Usagers par jour", french.number(sum(on) / len(on), 1)),
            cell(reason, "Les mêmes jours, sans coupure", french.number(sum(usually) / len(on), 1)),
        ]

    return count


# ---- decisions, targets ----


def decided(*numbers: int) -> Answer:
    """What was decided, by whom."""

    def count(raw: Raw) -> list[Check]:
        found = raw.rows("SELECT what, who, due_on, done_on FROM decision ORDER BY id")
        assert len(found) == len(DECISIONS)
        return [_in_text_or_table(found[n][0]) for n in numbers] + [
            _in_text_or_table(found[n][1]) for n in numbers
        ]

    return count


def due(raw: Raw) -> list[Check]:
    """The decisions that were due and are not done, and since when."""
    found = raw.rows(
        "SELECT what FROM decision WHERE done_on IS NULL AND due_on < :today", today=today()
    )
    assert found
    return [_in_text_or_table(what) for (what,) in found]


def done(raw: Raw) -> list[Check]:
    """On which day a decision was carried out."""
    found = raw.rows("SELECT done_on FROM decision WHERE done_on IS NOT NULL")
    return [
        _in_text_or_table(f"faite le {french.date_short(date.fromisoformat(str(d)))}")
        for (d,) in found
    ]


def targets(raw: Raw) -> list[Check]:
    """Each target, and where it comes from."""
    found = raw.rows("SELECT source FROM target ORDER BY id")
    assert len(found) == len(TARGETS)
    return [_in_text_or_table(source) for (source,) in found]


def _in_text_or_table(words: str) -> Check:
    wanted = plain(words)

    def check(page: Page) -> str:
        said = " ".join([page.text, *(plain(table.text) for table in page.tables)])
        return "" if wanted in said else f"does not say: {wanted}"

    return check


anywhere = _in_text_or_table


# ---- files, waits ----


def files_since(raw: Raw) -> list[Check]:
    """Whose registers of visits came since the last working day: one site at least, and how many."""
    since = today() - timedelta(days=1)
    while since.weekday() > 4:
        since -= timedelta(days=1)
    found = raw.rows(
        "SELECT DISTINCT s.code FROM import_batch i JOIN batch_site b ON b.batch_id = i.id JOIN site s ON s.id = b.site_id"
        " WHERE i.imported_at >= :since AND i.form = 'registre' AND i.withdrawn_at IS NULL",
        since=datetime.combine(since, time()) - timedelta(hours=1),
    )
    codes = sorted(
        (raw.sites[c].short for (c,) in found),
        key=lambda name: ("(" in name, french.alphabetical(name)),
    )

    def check(page: Page) -> str:
        said = page.text.partition("Fichiers remis")[2]
        register = said.partition("registre des visites")[0]
        missing = [one for one in codes[:3] if one not in register]
        more = f"et {len(codes) - 4} autres" if len(codes) > 5 else ""
        good = not missing and more in register
        return "" if good else f"files of {codes} ({len(codes)}), but: {said[:300]}"

    return [check]


def reference_sites(raw: Raw) -> list[Check]:
    """The list of sites, all of them."""
    return [anywhere(one.name) for one in raw.sites.values()]


def passed_thirty_days(raw: Raw) -> list[Check]:
    """The sites with a complaint that passed thirty days since the last working day, and no site without one."""
    late = {code for _, code, age, _ in _waiting(raw) if age > 30}
    since = today() - timedelta(days=1)
    while since.weekday() > 4:
        since -= timedelta(days=1)
    new = {code for _, code, _, day in _waiting(raw) if since < day + timedelta(days=31) <= raw.end}

    def check(page: Page) -> str:
        said = page.text.partition("Plaintes en retard")[2].partition("Fichiers remis")[0]
        named = {
            one.code
            for one in raw.sites.values()
            if one.short in said.replace("Parakou (GSRU)", "")
        }
        wrong = (new - named) | (named - late - {c for c in named if "répon" in said})
        return f"« Plaintes en retard » says {said[:200]}, wrong of {wrong}" if wrong else ""

    return [check, says("Plaintes en retard")]


def long_waits(minutes: int = 120) -> Answer:
    """How many waited longer than that."""

    def count(raw: Raw) -> list[Check]:
        first_day, last = raw.days("12m")
        n = raw.independent.db.execute(
            "SELECT count(*) FROM visit WHERE wait > $m AND day BETWEEN $a AND $b",
            {"m": minutes, "a": first_day, "b": last},
        ).fetchone()[0]
        return [cell("plus de 2 heures", "Usagers", french.number(n))]

    return count


def people_by_hour(code: str) -> Answer:
    """How many came at each hour to a site, over the year."""

    def count(raw: Raw) -> list[Check]:
        first_day, last = raw.days("12m")
        found = raw.independent.db.execute(
            "SELECT CAST(hour AS int), count(*) FROM visit WHERE site = $code AND hour <> 'inconnu'"
            " AND day BETWEEN $a AND $b GROUP BY 1 ORDER BY 2 DESC, 1", {"code": code, "a": first_day, "b": last},
        ).fetchall()  # fmt: skip

        def check(page: Page) -> str:
            rows = {
                row[1]: row[2]
                for row in page.rows("Jour", "Heure", "Visites")
                if row[0] == "tous les jours"
            }
            wrong = {
                h: rows.get(f"{h} h")
                for h, n in found[:3]
                if rows.get(f"{h} h") != french.number(n)
            }
            return f"{wrong}, not {found[:3]}" if wrong else ""

        return [check]

    return count


def basis_of_waits(raw: Raw) -> list[Check]:
    """On how many measured waits the median rests, and in how many sites they are measured."""
    _, n = raw.figures("nation")["nation", "wait_p50"]
    measuring = raw.independent.db.execute("SELECT count(DISTINCT site) FROM measuring").fetchone()[
        0
    ]
    return [
        says(f"{french.number(n)} attentes mesurées"),
        says(f"attente mesurée dans {measuring} centres sur {len(raw.sites)}"),
    ]


def basis_of(code: str, counted: str, words: str, place: str = "") -> Answer:
    """How many of how many a figure counts, as « Puis-je m'y fier ? » says it."""

    def count(raw: Raw) -> list[Check]:
        answer, _ = raw.figures("nation", where=_where(place))["nation", code]
        part, of = (french.number(n or 0) for n in (answer.numerator, answer.denominator))
        return [says(f"{part} {counted} sur {of} {words}")]

    return count


def registers_up_to_date(raw: Raw) -> list[Check]:
    """In how many sites complaints are known to the end."""
    answer, _ = raw.figures("nation", "now")["nation", "complaints_open"]
    return [
        says(f"registre des plaintes à jour dans {answer.reporting} centres sur {answer.expected}")
    ]


def signals_are_true(raw: Raw) -> list[Check]:
    """Each signal's month is told with the figure that raw rows give for it."""

    def check(page: Page) -> str:
        codes = {BY_CODE[code].short: code for code in BY_CODE}
        sites = {one.name: one.code for one in raw.sites.values()}
        last = raw.days("12m")[1]
        month = french.upper_first(french.month_label(last))
        rows = [
            row for row in page.rows("Centre", "Indicateur", month) if "trimestre" not in row[2]
        ]
        wrong = []
        for place, label, said in rows:
            value = raw.words(codes[label], "month", f"{last:%Y-%m}", where=_where(sites[place]))
            if value is None or not said.startswith(plain(value)):
                wrong.append((place, label, said, value))
        return (
            "" if rows and not wrong else f"signals: {wrong or page.rows('Centre', 'Indicateur')}"
        )

    return [check]


def nothing_of(*columns: str) -> Answer:
    """That no table holds it."""

    def count(raw: Raw) -> list[Check]:
        assert not raw.holds(*columns), "the data hold it now: the question has an answer"
        return []

    return count


def written(*texts: str) -> Answer:
    """A page that explains says it in these words."""
    return lambda raw: [anywhere(one) for one in texts]
