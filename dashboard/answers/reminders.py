"""Reminders of missing days: the message to send to each site, and what came of those that were sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dashboard import french
from dashboard.answers.context import View, engine, uncached
from dashboard.answers.day_calendar import SiteMonth, month_calendar
from dashboard.answers.question import Question
from dashboard.judgement.completeness_sentences import in_month, runs_in_words
from dashboard.judgement.day_kinds import NO_WORK
from dashboard.panel import Panel, Table, count_cell, make_table, site_cell, text_cell
from dashboard.period import add_months
from dashboard.settings import load_settings
from db import read
from db.day_states import day_measures, last_deadline
from db.network_state import NetworkState
from db.read import SentReminder

S = french.SPACE
LOOKED_BACK = 3  # months of reminders that are listed
NOTHING_YET = (
    f"{{}}{S}: aucun registre des visites n'a encore été remis, et son ouverture n'est pas renseignée. Merci de remettre le"
    f" premier, ou de dire au ministère depuis quand le centre sert{S}: {{}}/remonter?centre={{}}"
)
WHY = "/remonter/jours?centre="  # where a point focal says why, or promises


@dataclass(frozen=True)
class SiteReminder:
    """What to send to a site. days: those without a register of which nothing was said; message: the text to paste; last_sent:
    when it was reminded last, in words, "" for never in LOOKED_BACK months."""

    code: str
    name: str
    department: str
    days: tuple[date, ...]
    message: str
    last_sent: str = ""


@uncached
def to_send(
    view: View, question: Question, month: date, moment: datetime
) -> tuple[SiteReminder, ...]:
    """The reminders of a month: one for each of the question's sites with days of which nothing was said, the most days first;
    those of which neither opening nor data are known last, without days.
    month: its first day; moment: aware, at which days are counted."""
    found = month_calendar(view, question, month, moment)
    sent = {one.site: one for one in reversed(_sent(view, question))}
    listed = []
    for site in found.sites:
        if site.is_unknown:
            text = _for_telephones(
                NOTHING_YET.format(site.name, load_settings().address, site.code)
            )
            listed.append(SiteReminder(site.code, site.name, site.department, (), text))
            continue
        days = tuple(d.day for d in site.days if d.kind.role == "missing")
        if days:
            before = sent.get(site.code)
            words = f"relancé le {french.date_short(before.sent_at.date())}" if before else ""
            text = _message(site, days, month, found.today)
            listed.append(SiteReminder(site.code, site.name, site.department, days, text, words))
    return tuple(sorted(listed, key=lambda one: (-len(one.days), french.alphabetical(one.name))))


def _message(site: SiteMonth, days: Sequence[date], month: date, today: date) -> str:
    """« Covè : en novembre, il manque 3 jours : le 4, le 12 et le 13. … »: short enough for a telephone, without a name of
    anybody."""
    many = french.plural(len(days), "jour")
    working = [d.day for d in site.days if d.kind is not NO_WORK]
    named = runs_in_words(days, working)
    where = f"{load_settings().address}{WHY}{site.code}&mois={month:%Y-%m}"
    these = "ce jour" if len(days) == 1 else "ces jours"
    text = (
        f"{site.name}{S}: {in_month(month, today)}, il manque {many}{S}: {named}. Merci de remettre le registre de {these} ;"
        f" sinon, dire pourquoi en une touche{S}: {where}"
    )
    return _for_telephones(text)


def _for_telephones(text: str) -> str:
    """A text without the spaces that some telephones show as boxes."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace(S, " ")


def _sent(view: View, question: Question) -> list[SentReminder]:
    """The reminders of the last months, of the question's sites, the newest first."""
    since = add_months(view.snapshot.day, -LOOKED_BACK)
    with (
        engine().connect() as connection
    ):  # not of the version: small, and seen at once by who noted it
        return read.sent_reminders(connection, view.sites(question), since)


@uncached
def sent_panel(view: View, question: Question, moment: datetime, key: str) -> Panel:
    """The reminders of the last months and what came of each, as a panel."""
    network, names = view.network, {p.code: p.name for p in view.network.places}
    sent = [one for one in _sent(view, question) if one.site in names]
    outcomes = _outcomes(network, sent, moment, view.snapshot.day)
    rows = [
        (
            text_cell(f"{french.date_short(one.sent_at.date())} à {one.sent_at:%H:%M}"),
            site_cell(names[one.site], one.site),
            count_cell(len(one.days)),
            text_cell(outcome),
            text_cell(one.noted_by),
        )
        for one, outcome in zip(sent, outcomes, strict=True)
    ]
    columns = (
        ("Relancé le", ""),
        ("Centre", ""),
        ("Jours qui manquaient", "count"),
        ("Depuis", ""),
        ("Noté par", ""),
    )
    table = make_table(columns, rows) if rows else Table((), ())
    return Panel(
        key,
        "Relances des trois derniers mois",
        table=table,
        finding=_finding(outcomes),
    )


def _finding(outcomes: Sequence[str]) -> str:
    """« 6 relances en trois mois : après 4, tout est venu »."""
    if not outcomes:
        return "Aucune relance notée depuis trois mois"
    number = len(outcomes)
    many = french.plural(number, "relance")
    if number == read.MOST_REMINDERS:
        many = f"Les {french.number(number)} dernières relances"
    handed_in, explained = outcomes.count(ALL_HANDED_IN), outcomes.count(ALL_EXPLAINED)
    parts = [
        f"après {french.number(n)}, {words}"
        for n, words in ((handed_in, ALL_HANDED_IN), (explained, ALL_EXPLAINED))
        if n
    ]
    return f"{many} en trois mois{S}: {french.join_words(parts) or NOT_ALL}"


ALL_HANDED_IN, ALL_EXPLAINED = "tout est remis", "tout est remis ou expliqué"
NOT_ALL = "tout n'est encore venu après aucune"


def _outcomes(
    network: NetworkState, sent: Sequence[SentReminder], moment: datetime, today: date
) -> list[str]:
    """What came of each reminder, of the days that it names; the days of all are counted once."""
    if not sent:
        return []
    first, last = (end(d for one in sent for d in one.days) for end in (min, max))
    measures = day_measures(network, first, last, last_deadline(network.holidays, moment), today)
    row = {place.code: network.row[place.id] for place in network.places}
    counted = []
    for one in sent:
        cells = row[one.site], [(d - first).days for d in one.days]
        parts = (measures.received, measures.explained, measures.missing)
        received, explained, missing = (int(part[cells].sum()) for part in parts)
        counted.append(_outcome(len(one.days), received, explained, missing))
    return counted


def _outcome(days: int, received: int, explained: int, missing: int) -> str:
    """« tout est remis », « 2 remis, 1 manque encore », « 1 remis, 1 expliqué, 1 manque encore », « rien n'est venu »."""
    if not missing:
        return ALL_HANDED_IN if received == days else ALL_EXPLAINED
    parts = [f"{french.number(received)} remis"] * bool(received)
    if explained:
        parts.append(f"{french.number(explained)} expliqué{'s' if explained > 1 else ''}")
    if not parts:
        return "rien n'est venu"
    still = "manque encore" if missing == 1 else "manquent encore"
    return ", ".join([*parts, f"{french.number(missing)} {still}"])
