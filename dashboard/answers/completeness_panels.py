"""How complete registers are, as panels: a month by site, by department and day by day, and the months of two years."""

from datetime import date, datetime

from dashboard import french
from dashboard.answers.context import View, uncached
from dashboard.answers.day_calendar import (
    MonthCalendar,
    SiteMonth,
    month_calendar,
    months,
    opening_month,
    years_calendar,
)
from dashboard.answers.question import Question
from dashboard.charts.day_calendar import CalendarCell, calendar
from dashboard.judgement.completeness_sentences import RULE, DayCounts, days_received, detail, share
from dashboard.judgement.day_kinds import (
    CLOSED,
    KINDS,
    LATE,
    NO_WORK,
    NOT_DUE,
    SAID_CLOSED,
    UNKNOWN_OPENING,
)
from dashboard.panel import (
    Cell,
    Chart,
    Listing,
    Message,
    Panel,
    count_cell,
    day_cell,
    department_cell,
    make_table,
    site_cell,
    text_cell,
)
from dashboard.period import now

S = french.SPACE
MOST_DRAWN = 24  # sites of a picture; the table has all
MOST_DRAWN_ON_A_SLIDE = 9
MOST_NAMED = 2  # departments in a finding
NOTHING = "Aucun centre n'est en service ce mois-là."
SHARES = (
    ("Attendus", "count"),
    ("Reçus", "count"),
    ("Part reçue", "percent"),
    ("À l'heure", "count"),
    ("Part à l'heure", "percent"),
    ("Expliqués", "count"),
    ("Sans explication", "count"),
)


def _share_cell(part: int, whole: int) -> Cell:
    """« 92 % »; « 0 sur 2 » where too few are expected, « — » where none are."""
    said = share(part, whole)
    if not said:
        few = f"{french.number(part)} sur {french.number(whole)}"
        return text_cell(few if whole else "—")
    return Cell(said, 100 * part / whole)


def _counts_cells(counts: DayCounts) -> tuple[Cell, ...]:
    """The cells of SHARES."""
    return (
        count_cell(counts.expected),
        count_cell(counts.received),
        _share_cell(counts.received, counts.expected),
        count_cell(counts.on_time),
        _share_cell(counts.on_time, counts.expected),
        count_cell(counts.explained),
        count_cell(counts.missing),
    )


def _no_cells() -> tuple[Cell, ...]:
    """The cells of SHARES, of a site of which nothing can be counted."""
    return tuple(text_cell("—") for _ in SHARES)


@uncached
def month_panel(
    view: View, question: Question, month: date, moment: datetime, key: str, most: int = MOST_DRAWN
) -> Panel:
    """The calendar of a month as a panel: a picture of the sites that miss most, a table of all. most: sites of the picture."""
    found = month_calendar(view, question, month, moment)
    title = f"Jours reçus en {french.month_label(month)}, centre par centre"
    if not found.counts.expected:
        return Panel(key, title, Message(f"{found.finding}." if found.sites else NOTHING))
    drawn = found.sites[:most]
    rest = len(found.sites) - len(drawn)
    others = ""
    if rest:
        them = french.plural(rest, "autre centre", "autres centres")
        others = f" Le tableau a aussi {them}, où il manque le moins."
    rows = [
        (
            site_cell(one.name, one.code),
            text_cell(one.department),
            *(_no_cells() if one.is_unknown else _counts_cells(one.counts)),
            text_cell(UNKNOWN_OPENING.words if one.is_unknown else _named(one.not_received)),
        )
        for one in found.sites
        if one.counts.expected or one.is_unknown
    ]
    return Panel(
        key,
        title,
        Chart(
            calendar(_cells(found, drawn), [str(d.day) for d in found.working_days]),
            legend=_legend(drawn),
        ),
        make_table(
            (("Centre", ""), ("Département", ""), *SHARES, ("Jours qui ne sont pas reçus", "")),
            rows,
        ),
        alt=f"{title}{S}: {found.finding}.",
        caption=f"{found.finding}. {detail(found.counts)} {found.counted_in_words}.{others}",
        finding=found.finding,
        trust_line=f"{found.counted_in_words}. {RULE}",
    )


def _cells(found: MonthCalendar, drawn: tuple[SiteMonth, ...]) -> list[CalendarCell]:
    """The cells of the picture: working days alone."""
    columns = set(found.working_days)
    return [
        CalendarCell(one.name, str(d.day.day), d.kind.code, d.sign, d.in_words)
        for one in drawn
        for d in one.days
        if d.day in columns and d.kind is not NO_WORK
    ]


def _legend(drawn: tuple[SiteMonth, ...]) -> str:
    """« ✕ manquant, sans explication · • reçu à l'heure »: the kinds that come up."""
    there = {d.kind for one in drawn for d in one.days}
    signs = {
        d.kind: d.sign for one in drawn for d in one.days if d.kind in (CLOSED, SAID_CLOSED, LATE)
    } | {NOT_DUE: "case vide,"}
    return " · ".join(f"{signs.get(k, k.sign)}{S}{k.legend}" for k in KINDS if k in there)


def _named(days: tuple[date, ...]) -> str:
    """« 4, 12, 13 »: the days of the month."""
    return ", ".join(str(d.day) for d in days)


@uncached
def departments_panel(
    view: View, question: Question, month: date, moment: datetime, key: str
) -> Panel:
    """Expected, received, on-time and explained days of each department in a month, those with the smallest share first."""
    found = month_calendar(view, question, month, moment)
    listed = sorted(
        ((name, c) for name, c in found.departments if c.expected),
        key=lambda one: (
            one[1].received / one[1].expected,
            one[1].on_time / one[1].expected,
            one[0],
        ),
    )
    unknown = {one.department for one in found.sites if one.is_unknown}
    silent = [(name, c) for name, c in found.departments if not c.expected and name in unknown]
    rows = [(department_cell(name), *_counts_cells(c)) for name, c in [*listed, *silent]]
    total = (Cell("Ensemble", strong=True), *_counts_cells(found.counts))
    several = len(rows) > 1
    return Panel(
        key,
        f"Jours reçus en {french.month_label(month)}, par département",
        content=Listing() if rows else Message(NOTHING),
        table=make_table((("Département", ""), *SHARES), [*rows, *([total] if several else [])]),
        finding=_departments_finding(listed, [name for name, _ in silent]),
        caption=f"{found.counted_in_words}.",
        trust_line=RULE,
    )


def _departments_finding(listed: list[tuple[str, DayCounts]], unknown: list[str]) -> str:
    """« Il manque des jours dans 5 des 12 départements : surtout Borgou (18 sur 42) et Ouémé (11 sur 63) », by their shares.
    listed: those of which days are expected; unknown: those of which no site's opening is known."""
    if not listed:
        return "Aucun jour n'est attendu"
    if len(listed) == 1:
        name, c = listed[0]
        return f"{name}{S}: {days_received(c)}"
    every, asked = french.number(len(listed)), "départements"
    if unknown:
        asked += f" dont des jours sont attendus (sans {french.join_first(unknown)})"
    late = sorted((one for one in listed if _missed(one[1])), key=lambda one: -_missed(one[1]))
    if not late:
        return f"Rien ne manque dans les {every} {asked}"
    if not any(c.received for _, c in listed):
        return f"Aucun jour n'est reçu, dans aucun des {every} {asked}"
    some = "chacun" if len(late) == len(listed) else french.number(len(late))
    many = f"Il manque des jours dans {some} des {every} {asked}"
    named = late[:MOST_NAMED]
    if len(late) > MOST_NAMED:  # nobody is named for the place of his name in the alphabet
        named = [one for one in named if _missed(one[1]) > _missed(late[MOST_NAMED][1])]
    if not named:
        return many
    words = french.join_words(
        [
            f"{name} ({french.number(c.not_received)} sur {french.number(c.expected)})"
            for name, c in named
        ]
    )
    return f"{many}{S}: {'surtout ' if len(late) > len(named) else ''}{words}"


def _missed(counts: DayCounts) -> float:
    """The share of expected days that are not received."""
    return counts.not_received / counts.expected


@uncached
def days_panel(view: View, question: Question, month: date, moment: datetime, key: str) -> Panel:
    """The days of a month one by one: each working day of each site, with what it counts as."""
    found = month_calendar(view, question, month, moment)
    rows = [
        (
            site_cell(one.name, one.code),
            text_cell(one.department),
            day_cell(d.day),
            text_cell(d.in_words),
            count_cell(d.days_late) if d.days_late else text_cell(""),
        )
        for one in found.sites
        for d in one.days
        if d.kind is not NO_WORK
    ]
    return Panel(
        key,
        f"Jours {french.of_month(month)}, un par un",
        table=make_table(
            (
                ("Centre", ""),
                ("Département", ""),
                ("Jour", "day"),
                ("État", ""),
                ("Jours de retard", "count"),
            ),
            rows,
        ),
        caption=f"{found.counted_in_words}. {RULE}",
    )


@uncached
def years_panel(view: View, question: Question, moment: datetime, key: str) -> Panel:
    """The share received of each site's expected days, month by month over two years."""
    found = years_calendar(view, question, moment)
    columns = [
        ("Centre", ""),
        ("Département", ""),
        *((french.month_short(m), "percent") for m in found.months),
    ]
    rows = [
        (
            site_cell(one.name, one.code),
            text_cell(one.department),
            *(_share_cell(c.received, c.expected) for c in one.months),
        )
        for one in found.sites
    ]
    whole = [
        Cell("Ensemble", strong=True),
        text_cell(""),
        *(_share_cell(c.received, c.expected) for c in found.all_sites.months),
    ]
    return Panel(
        key,
        "Jours reçus, mois par mois sur deux ans",
        table=make_table(columns, [*rows, tuple(whole)] if rows else []),
        finding=_years_finding(found.all_sites.months),
        caption="Part des jours attendus qui sont reçus ; « — » où aucun n'était attendu.",
        trust_line=RULE,
    )


def _years_finding(counts: tuple[DayCounts, ...]) -> str:
    """« Sur 12 mois, 96 % des jours sont reçus ; 91 % les 12 mois d'avant »; as far as they are known."""
    now, before = (
        (sum(c.received for c in part), sum(c.expected for c in part))
        for part in (counts[-12:], counts[-24:-12])
    )
    said, then = share(*now), share(*before)
    if not said:
        return "Trop peu de jours attendus pour dire une part"
    asked, asked_before = (
        sum(c.expected > 0 for c in part) for part in (counts[-12:], counts[-24:-12])
    )
    when = "Sur un mois" if asked == 1 else f"Sur {asked}{S}mois"
    tail = f"{S}; {then} les 12{S}mois d'avant" if then and asked_before == 12 else ""
    return f"{when}, {said} des jours attendus sont reçus{tail}"


@uncached
def slide_panel(view: View, question: Question, key: str) -> Panel:
    """The calendar of the last month of the question's period, for a slide; of a longer one after which no data are, of the month
    that the page « Complétude » opens on."""
    moment = now()
    listed = months(view, moment)
    if question.last < listed[-1]:
        since = french.month_label(listed[-1])
        said = f"Le calendrier des jours va de {since} à aujourd'hui{S}: la période est avant"
        return Panel(key, "Jours reçus", Message(f"{said}."), finding=said)
    known = view.network.known_until
    month = min(listed[0], max(listed[-1], question.last.replace(day=1)))
    if question.first < month and (known is None or question.last >= known):
        month = opening_month(view, moment)
    return month_panel(view, question, month, moment, key, MOST_DRAWN_ON_A_SLIDE)
