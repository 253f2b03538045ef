"""Who a site is, in one strip: where, since when, its hours of opening, the last day known of it, who directs it."""

from dataclasses import dataclass
from datetime import date

from dashboard import french
from dashboard.answers.context import View, cached
from dashboard.answers.network import freshness, silences, sites
from dashboard.answers.question import Question
from dashboard.judgement.silence import NOTHING
from dashboard.panel import Panel, make_table, text_cell
from dashboard.period import day_from_number
from db import read
from db.shared_types import BEGINNING, Place

S = french.SPACE
UNKNOWN = "non renseigné"
KINDS = {
    "CCSP": "centre communal de service public",
    "GSRU": "guichet de service des relations avec les usagers",
}


@dataclass(frozen=True)
class SiteFact:
    """One thing that is known of a site: its name, what is known, and what else there is to know of it."""

    label: str
    text: str
    note: str = ""


@cached
def site_facts(view: View, question: Question) -> tuple[SiteFact, ...]:
    """What is known of the question's site, whatever the period; empty where it may not be seen."""
    site = next((p for p in sites(view) if p.code == question.site), None)
    if site is None:
        return ()
    day = view.snapshot.day
    hosts = view.read(lambda connection: read.hosts(connection, {site.code}))
    known = {name: (who, since) for name, since, who in view.read(read.directors) if since <= day}
    return (
        _place(site, day, hosts.get(site.code, "")),
        _opening(view, site, day),
        _hours(site, day),
        _last_day(view, site),
        _direction(known.get(site.department)),
    )


@cached
def panel(view: View, question: Question, key: str) -> Panel:
    """The same, as a table for the files."""
    rows = [
        tuple(map(text_cell, (one.label, one.text, one.note))) for one in site_facts(view, question)
    ]
    columns = (("Le centre", ""), ("Ce qu'on en sait", ""), ("Précision", ""))
    return Panel(key, "Le centre", table=make_table(columns, rows))


def _place(site: Place, day: date, host: str) -> SiteFact:
    """Where it stands, in whose house; since when, where it has moved."""
    at = site.location_on(day)
    before = [one for one in site.locations if one.valid_from < at.valid_from]
    after = [one for one in site.locations if one.valid_from > day]
    moved = ""
    if before:
        gone = before[-1].commune
        here = "ailleurs dans la commune" if gone == at.commune else f"à {gone}"
        moved = f"déplacé le {french.date_short(at.valid_from)}, avant {here}"
    if after:
        moved = f"se déplace le {french.date_short(after[0].valid_from)} à {after[0].commune}"
    kind = KINDS.get(site.kind, "")
    house = "" if host in ("", "commune") else f"chez {host}"
    return SiteFact(
        "Où",
        f"commune {french.elide('de', at.commune)}, {site.department}",
        " · ".join(filter(None, (f"{site.kind}{S}: {kind}" if kind else site.kind, house, moved))),
    )


def _opening(view: View, site: Place, day: date) -> SiteFact:
    """When it was opened: by the ceremony, and by the first day of which data came; of a site that hands in complaints alone, by
    that of the first ones."""
    launched, began, complaints = site.launched_on, site.first_activity, _complaint_days(view, site)
    first = "premières données à venir"
    if began:
        first = f"premières données le {french.date_short(began)}"
    elif complaints:
        first = f"plaintes connues depuis le {french.date_short(complaints[0])}"
    if launched is None:
        return SiteFact("Ouvert le", f"date {UNKNOWN}e", first)
    label = "Ouvert le" if launched <= day else "Ouvre le"
    return SiteFact(label, french.date_short(launched), f"jour de la cérémonie{S}; {first}")


def _hours(site: Place, day: date) -> SiteFact:
    """Its hours; of a site that has closed, or will, on which day, and since when it serves again."""
    opens, closes = site.periods[-1]
    again = f"rouvert le {french.date_short(opens)}" if len(site.periods) > 1 else ""
    label, week = "Heures d'ouverture", site.week_on(day)
    hours = french.opening_hours(week.hours) if week else f"{UNKNOWN}es"
    since = (
        f"depuis le {french.date_short(week.valid_from)}"
        if week and week.valid_from > BEGINNING
        else ""
    )
    if closes is None:
        return SiteFact(label, hours, " · ".join(filter(None, (again, since))))
    if closes <= day:
        return SiteFact("Service", f"fermé le {french.date_short(closes)}", again)
    closing = f"ferme le {french.date_short(closes)}"
    return SiteFact(label, hours, " · ".join(filter(None, (closing, again, since))))


def _complaint_days(view: View, site: Place) -> tuple[date, date] | None:
    """The first and the last day of which its register of complaints is known; None without one."""
    network = view.network
    known = network.complaints_known[network.row[site.id]].nonzero()[0]
    if not len(known):
        return None
    first, last = (day_from_number(int(day) + network.origin) for day in known[[0, -1]])
    return first, min(last, network.known_until or last)


def _last_day(view: View, site: Place) -> SiteFact:
    """The last day of which something was handed in, and whether it is silent since, or why."""
    label, network = "Dernier jour connu", view.network
    row = network.row[site.id]
    seen = (network.register_visits[row] > 0) | network.has_closing[row]
    silence = silences(view).get(site.code)
    if not seen.any():
        complaints = _complaint_days(view, site)
        if complaints:
            return SiteFact(
                label, french.date_short(complaints[1]), f"registre des plaintes seul{S}; {NOTHING}"
            )
        return SiteFact(label, "—", NOTHING)
    last = day_from_number(int(seen.nonzero()[0][-1]) + network.origin)
    if silence is None:
        return SiteFact(label, french.date_short(last), "centre fermé")
    if silence.is_silent:
        return SiteFact(label, french.date_short(last), silence.in_words_and_who)
    if silence.days:
        return SiteFact(
            label,
            french.date_short(last),
            f"{french.days(silence.days)} sans registre des visites ni fiche depuis",
        )
    return SiteFact(label, french.date_short(last), _up_to_the_data(view, last))


def _up_to_the_data(view: View, last: date) -> str:
    """What is to be known of a last day after which no site handed in more of its own working days: that the data end there, and
    how long ago where that is long; else up to when it has had no working day."""
    fresh = freshness(view)
    if last == fresh.as_of:
        age = f", il y a {french.days(fresh.age_days)}" if fresh.is_stale else ""
        return f"date des données{age}"
    return f"sans jour ouvré jusqu'au {french.date_short(fresh.known_to)}" if fresh.known_to else ""


def _direction(known: tuple[str, date] | None) -> SiteFact:
    """Who directs its department."""
    if known is None:
        return SiteFact("Direction", f"{UNKNOWN}e")
    who, since = known
    return SiteFact("Direction", who, f"depuis le {french.date_short(since)}")
