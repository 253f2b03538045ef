"""Everything that pages, slides, files and messages say of a question, and the tables from which they say it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from unittest.mock import patch

from openpyxl import load_workbook

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import (
    bulletin,
    context,
    deck,
    headlines,
    network,
    opening_answers,
    wait_headlines,
)
from dashboard.answers.question import Question
from dashboard.exports import xlsx
from dashboard.exports.message import message
from dashboard.navigation import pages_of
from dashboard.panel import Cards, Lines, Message, Panel
from dashboard.period import ClippedPeriod, clip_period, resolve_period, today
from dashboard.request_identity import SESSION_CACHE
from dashboard.stories import ready_story
from tests.pages.app import visit_page, words
from tests.partial.said import PLAIN

# Everybody who reads figures; what guests are told of is counted apart.
PEOPLE = (
    LOCAL_READER,
    Person("cabinet", Role.CABINET),
    Person("directeur du Zou", Role.DIRECTOR, frozenset({"Zou"})),
    Person("point focal de Covè", Role.FOCAL_POINT, sites=frozenset({"ccsp-cove"})),
    Person("gestionnaire", Role.DATA_MANAGER),
    Person("invité", Role.GUEST),
    Person("invité du Zou", Role.GUEST, frozenset({"Zou"})),
)
PAGES = ("carte", "departement", "attentes", "plaintes", "signaux", "site", "presenter")


@dataclass(frozen=True)
class Line:
    """A text, or a row of a table. cells: heading to words; place, first, last: of whom and of when it is said, where it does not
    say so itself; where: page and panel."""

    where: str
    place: str
    first: str
    last: str
    text: str = ""
    cells: tuple[tuple[str, str], ...] = ()


def plain(text: str) -> str:
    """With ordinary spaces, each once, and without what keeps Markdown from seeing marks."""
    return " ".join(str(text).translate(PLAIN).replace("\\", "").split())


@dataclass(frozen=True)
class Asked:
    """A question as a page asks it: by whom, filters of an address, whose they are; place: what it is of, « » for all that who
    asks may see."""

    who: Person
    filters: tuple[tuple[str, str], ...]
    question: Question
    period: ClippedPeriod
    place: str
    story: str
    places: Mapping[str, str]  # the names by which a place is called, to its own

    def line(self, where: str, **said: Any) -> Line:
        """Something that is said of it."""
        first, last = self.question.first.isoformat(), self.question.last.isoformat()
        return Line(where, self.place, first, last, **said)


def asked(who: Person = LOCAL_READER) -> Iterator[Asked]:
    """The questions: the network, two departments and two sites, over the usual period, and the network over a quarter."""
    sites = network.sites(who)
    places = {
        plain(name): plain(network.short_name(p))
        for p in sites
        for name in (p.name, network.short_name(p))
    }
    places |= {p.department: p.department for p in sites}
    there = {p.department for p in sites} | {p.code for p in sites}
    known_to = network.freshness(who).known_to or today()
    usual = network.usual_period(who)
    for code in dict.fromkeys((usual, "3m")):
        if not (found := resolve_period(code, known_to)) or not (
            period := clip_period(found, known_to)
        ):
            continue
        whole = Question(period.period.first, period.period.last)
        when = () if code == usual else (("periode", code),)
        if who.role == Role.DIRECTOR and not when:  # whose pages open on his department
            (own,) = who.departments or ()
            mine = whole.at_place(own, None)
            yield Asked(who, when, mine, period, own, f"departement:{own}", places)
        else:
            yield Asked(who, when, whole, period, "", "national", places)
        if code != usual:
            continue
        for department in (d for d in ("Zou", "Donga") if d in there):
            one = whole.at_place(department, None)
            yield Asked(
                who,
                (("departement", department),),
                one,
                period,
                department,
                f"departement:{department}",
                places,
            )
        for site in (s for s in ("ccsp-djougou", "ccsp-cove") if s in there):
            name = {p.code: network.short_name(p) for p in sites}[site]
            yield Asked(
                who,
                (("centre", site),),
                whole.at_place(None, site),
                period,
                name,
                f"site:{site}",
                places,
            )


@contextmanager
def _made() -> Iterator[list[Panel]]:
    """Every panel that is made meanwhile."""
    found: list[Panel] = []
    begun: Callable[..., None] = Panel.__init__

    def init(panel: Panel, *given: Any, **named: Any) -> None:
        begun(panel, *given, **named)
        found.append(panel)

    with patch.object(Panel, "__init__", init):
        yield found


def everything(one: Asked) -> Iterator[Line]:
    """All that is said of it, by every page, the story, its workbook and its message."""
    open_to = {spec.url_path or "carte" for spec in pages_of(one.who)}
    for page in PAGES:
        if bool(one.question.site) != (page == "site") or page not in open_to:
            continue
        context.close_databases()  # what is kept is not made again
        with (
            _made() as panels,
            patch.object(SESSION_CACHE, "person_from_header", lambda header: one.who),
        ):
            at = visit_page(page, **dict(one.filters))
            shown = words(at)
        # That page shows one series, of a place that it names elsewhere.
        for text in shown if page != "signaux" else ():
            yield one.line(f"page {page}", text=plain(text))
        for panel in panels:
            yield from _of_panel(one, f"page {page}", panel)
    with context.page_run():
        for reply in opening_answers.replies(one.who, one.question):
            yield one.line("premières réponses", text=plain(reply.text))
        of_all = (
            headlines.department,
            headlines.complaints,
            wait_headlines.waits,
            headlines.signals,
        )
        for title in (headlines.site,) if one.question.site else of_all:
            name = f"titre {title.__name__}"
            yield one.line(name, text=plain(title(one.who, one.question)))
        for line in bulletin.lines(one.who, one.question, one.period):
            yield one.line("bulletin", text=plain(line.text))
        told = deck.build(one.who, one.question, ready_story(one.story), one.period)
    for slide in told.slides:
        yield one.line(f"diapositive {slide.code}", text=plain(slide.headline))
        yield from _of_panel(one, "diapositive", slide.panel)
    for line in message(told).splitlines():
        yield one.line("message", text=plain(line))
    yield from _of_workbook(one, xlsx.deck_workbook(told))


def _of_panel(one: Asked, where: str, panel: Panel) -> Iterator[Line]:
    if panel.key == "serie":  # of a series that is chosen on the page, of another place
        return
    where = f"{where}, panneau {panel.key}"
    for text in (panel.title, panel.finding, panel.caption, panel.alt, panel.trust_line):
        yield one.line(where, text=plain(text))
    match panel.content:
        case Message(text):
            yield one.line(where, text=plain(text))
        case Lines(lines):
            yield from (one.line(where, text=plain(line)) for line in lines)
        case Cards(tiles):
            for tile in tiles:
                label = plain(tile.label)
                yield one.line(where, cells=(("Indicateur", label), ("Valeur", plain(tile.text))))
                yield one.line(
                    where, cells=(("Indicateur", label), ("Dernier mois entier", plain(tile.state)))
                )
    heads = [plain(column.name) for column in panel.table.columns]
    for row in panel.table.rows:
        cells = tuple((head, plain(cell.text)) for head, cell in zip(heads, row, strict=True))
        yield one.line(where, cells=cells)


def _of_workbook(one: Asked, content: bytes) -> Iterator[Line]:
    for sheet in load_workbook(BytesIO(content)).worksheets:
        for row in sheet.iter_rows(values_only=True):
            for cell in row:
                if isinstance(cell, str) and any(letter.isdigit() for letter in cell):
                    yield one.line(f"classeur, {sheet.title}", text=plain(cell))
