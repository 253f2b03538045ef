"""What the application says of a partial database: first answers, headlines, cards, lists, bulletin, slides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import (
    bulletin,
    cards,
    closures,
    complaint_delays,
    complaints,
    completeness,
    deck,
    headlines,
    indicator_panels,
    lost_time_panels,
    network,
    opening_answers,
    site_decisions,
    site_directory,
    site_identity,
    sites,
    wait_headlines,
    waits,
    weekday_hours,
)
from dashboard.answers.question import Question
from dashboard.answers.table_request import ROWS, TableRequest, fitting_columns
from dashboard.indicators import BY_CODE, codes_placed_in
from dashboard.panel import Cards, Lines, Message, Panel
from dashboard.period import clip_period, presets, resolve_period, today
from dashboard.stories import ready_story

WAITS = codes_placed_in("waits")
PERIODS = "liste des périodes"
PLAIN = str.maketrans("\xa0\u202f", "  ")


@dataclass(frozen=True)
class Said:
    """Words, where they stand, of which sites and days. where: « premières réponses : La plainte la plus ancienne »; column, row:
    of a cell."""

    text: str
    where: str
    scope: tuple[str, ...]
    first: date
    last: date
    site: str = ""
    column: str = ""
    row: str = ""


def everything() -> Iterator[Said]:
    """Each sentence, card and cell, over the usual period and one that may hold nothing."""
    known_to = network.freshness(LOCAL_READER).known_to or today()
    everywhere = network.sites(LOCAL_READER)
    for label in presets(known_to).values():
        yield Said(label, PERIODS, (), known_to, known_to)
    for code in dict.fromkeys((network.usual_period(LOCAL_READER), "12m", "mois-1")):
        period = clip_period(resolve_period(code, known_to), known_to)
        if period is None:  # nothing of it has come yet
            continue
        whole = Question(period.period.first, period.period.last)
        asked = [
            (whole, "national"),
            (whole.at_place("Zou", None), ""),
            (whole.at_place("Alibori", None), ""),
        ]
        asked += [
            (whole.at_place(None, "ccsp-cove"), ""),
            (whole.at_place(None, "gsru-parakou"), ""),
        ]
        for question, story in asked:
            scope = tuple(p.code for p in network.sites(LOCAL_READER, question))
            for where, text, column, row in _texts(question, period, story):
                yield Said(
                    " ".join(text.translate(PLAIN).split()),
                    where,
                    names(everywhere).get(row, scope),
                    question.first,
                    question.last,
                    question.site or "",
                    column,
                    row,
                )


def names(places) -> dict[str, tuple[str, ...]]:
    """What a row is called, to its sites."""
    names = {p.name: (p.code,) for p in places} | {network.short_name(p): (p.code,) for p in places}
    for p in places:
        names[p.department] = (*names.get(p.department, ()), p.code)
    return names


def _texts(question: Question, period, story: str) -> Iterator[tuple[str, str, str, str]]:
    for reply in opening_answers.replies(LOCAL_READER, question):
        yield f"premières réponses : {reply.label}", reply.text, "", ""
    yield "légende des attentes", cards.caption(LOCAL_READER, question, "", WAITS), "", ""
    for line in cards.trust_lines(LOCAL_READER, question, WAITS):
        yield "base des attentes", line, "", ""
    place = headlines.site if question.site else headlines.department
    for title in (place, headlines.complaints, wait_headlines.waits, headlines.signals):
        yield f"titre : {title.__name__}", title(LOCAL_READER, question), "", ""
    for line in bulletin.lines(LOCAL_READER, question, period):
        yield "bulletin", line.text, "", ""
    for finding in bulletin.findings(LOCAL_READER, question):
        yield "signaux", finding, "", ""
    for panel in _panels(question):
        yield from _of_panel(panel)
    if story:
        for slide in deck.build(LOCAL_READER, question, ready_story(story), period).slides:
            yield f"diapositive {slide.code}", slide.headline, "", ""
            yield from _of_panel(slide.panel)


def _panels(question: Question) -> Iterator[Panel]:
    who = LOCAL_READER
    for place in ("period", "complaints", "site_page"):
        yield cards.cards(who, question, codes_placed_in(place), f"chiffres {place}")
    yield from _compared(question)
    for one in (
        complaints.open_complaints,
        complaints.ages,
        complaints.by_place,
        complaints.reasons,
    ):
        yield one(who, question, one.__name__)
    yield complaint_delays.flow(who, question, "flow")
    yield complaint_delays.survival(who, question, "survival")
    for one in (
        completeness.missing_closings,
        completeness.silent_sites,
        closures.closures_listed,
        lost_time_panels.by_reason,
        lost_time_panels.by_month,
        lost_time_panels.visits,
    ):
        yield one(who, question, one.__name__)
    if question.site:
        yield completeness.unclosed_days_listed(who, question, "each_day")
        for of_site in (
            site_identity.panel,
            weekday_hours.arrivals,
            weekday_hours.waits,
            site_decisions.panel,
        ):
            yield of_site(who, question, f"{of_site.__module__}.{of_site.__name__}")
    else:
        yield site_directory.of_sites(who, question, "of_sites")
        for rows, _ in ROWS.values():  # every column that there is
            request = TableRequest(rows, fitting_columns(rows), descending=True)
            yield indicator_panels.panel(who, question, request, f"table {rows}")


def _compared(question: Question) -> Iterator[Panel]:
    """The titles that name the highest of services, hours, departments, and hours of the week."""
    for by in ("service", "hour", "department"):
        for code in ("wait_p50", "wait_p90", "complaint_delay", "complaints_30d"):
            if by in BY_CODE[code].dimensions:
                made = sites.compare(LOCAL_READER, question, by, code, f"compare {by} {code}")
                yield Panel(made.key, made.title, Message(made.finding))
    made = waits.heat(LOCAL_READER, question, "compare heat")
    yield Panel(made.key, made.title, Message(made.finding))


def _of_panel(panel: Panel) -> Iterator[tuple[str, str, str, str]]:
    where = f"panneau {panel.key}"
    yield where, panel.finding, "", ""
    yield where, panel.caption, "", ""
    match panel.content:
        case Message(text):
            yield where, text, "", ""
        case Lines(lines):
            yield from ((where, line, "", "") for line in lines)
        case Cards(tiles):
            for tile in tiles:
                yield f"carte {tile.code}", tile.text, tile.label, ""
                yield f"carte {tile.code}", tile.state, tile.label, ""
    for row in panel.table.rows:
        for cell, column in zip(row[1:], panel.table.columns[1:], strict=True):
            yield where, cell.text, column.name, row[0].text
