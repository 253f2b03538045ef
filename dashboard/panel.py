"""Panels, slides and decks: what a page shows and an export writes, one object for both, so that files contain what was on
screen.

A value is kept with its words: screens, slides and papers print the words, a workbook stores the value too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa

from dashboard import french
from dashboard.charts import arrow_tables
from dashboard.charts.style import Spec, recolour_for_paper
from dashboard.indicators import BY_CODE, Figure
from dashboard.wording import shown_value, value_with_unit

COMPLAINT = "plainte"  # in the address of a site's page: « ccsp-cove.P-COVE-2026-00012 »
Value = int | float | str | date | None


@dataclass(frozen=True, slots=True)
class Link:
    """A link: the address of a page, and the filters that it sets; other filters are kept."""

    page: str
    filters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table. text: as read. value: the number (in the column's unit, unrounded) or day behind it, None where
    missing; the text then says why. link: of the text, on a screen. strong: emphasised."""

    text: str
    value: Value = None
    link: Link | None = None
    strong: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and its unit (an indicator's unit, "count", "day", "month", "mixed" where the next
    column has it, or "" for words)."""

    name: str
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """A table: rows of cells, each as long as `columns`."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @cached_property
    def has_links(self) -> bool:
        """Whether any cell has a link."""
        return any(cell.link for row in self.rows for cell in row)

    @property
    def is_empty(self) -> bool:
        """Whether it has no row or no column."""
        return not (self.rows and self.columns)

    @property
    def without_empty_columns(self) -> "Table":
        """The table without columns that have no text, for papers and slides."""
        kept = [n for n in range(len(self.columns)) if any(row[n].text for row in self.rows)]
        return Table(
            tuple(self.columns[n] for n in kept),
            tuple(tuple(row[n] for n in kept) for row in self.rows),
        )


EMPTY = Table((), ())  # the table of a panel without one


@dataclass(frozen=True)
class Card:
    """A headline figure. state: what its control chart says, in words, "" for none; tone: "improvement", "alert", "neutral" or
    "" for grey. base: the number of cases. gap_origin: for an aggregate with a signal, the sites that it comes from (« sans
    compter le CCSP de Djougou : 78 %, contre 77 % d'habitude… »); "" for none."""

    code: str
    label: str
    text: str
    value: float | None
    unit: str
    base: str
    state: str = ""
    tone: str = ""
    gap_origin: str = ""


@dataclass(frozen=True)
class Legend:
    """The legend of a map, with only the rows that some site has.

    rows: {"label": str, "count": int}, optionally "long" (a label for where there is room, on the page's own map), and the
    sample drawn before it, in the words of a mark: "fill" of a class, "sign", "silent" (with "explained") or "missing". kinds:
    {"kind", "label"}. sizes: {"radius": px, "label"}; size_text: what the area stands for. note: a sentence under the rows.
    naming: which sites have their names, where they are too many for all, with « {named} » and « {sites} » for how many; credit:
    the source of commune boundaries.
    """

    title: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    kinds: list[dict[str, Any]] = field(default_factory=list)
    size_text: str = ""
    sizes: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""
    credit: str = ""
    naming: str = ""

    def naming_words(self, named: int, sites: int) -> str:
        """How many of the sites shown have their names, and which; "" where no choice is made."""
        return self.naming.format(named=named, sites=sites)

    @property
    def sources(self) -> str:
        """The sources of the boundaries drawn."""
        return " · ".join(t for t in ("Limites indicatives", "Natural Earth", self.credit) if t)


MOST_NAMED = 60  # sites that have their names on a map: more could not be read


def naming_order(marks: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of a map's sites in the order in which they are given their names, of which the first MOST_NAMED have one:
    those that are silent or have a signal, then those with most visits. marks: as Plot has them."""
    first = sorted(
        marks,
        key=lambda m: (
            not (m.get("silent") or (m.get("sign") or {}).get("letter")),
            -(m.get("radius") or 0),
            m["name"],
        ),
    )
    return [m["id"] for m in first]


@dataclass(frozen=True)
class Plot:
    """A map: marks as `ui.folium_map.show_map` takes them, its legend, the department in view (None: the country)."""

    marks: tuple[dict[str, Any], ...]
    legend: Legend
    focus: str | None = None


@dataclass(frozen=True)
class Chart:
    """A chart: a Vega-Lite spec with its rows inline. legend: what its lines and colours are, where the caption does not say
    it; shown beside this picture, not beside a chart that another program draws of the figures."""

    spec: Spec
    legend: str = ""

    @cached_property
    def message_cache(self) -> dict[tuple[Any, ...], Any]:
        """The messages that a screen is sent of it, made by `ui.cached_charts`; kept as long as the panel is."""
        return {}

    @property
    def values(self) -> pa.Table:
        """The rows that it draws, as an Arrow table."""
        return arrow_tables.table_from_rows(self.spec["data"]["values"])

    def spec_without_rows(self, paper: str = "light") -> Spec:
        """The spec without its rows, for light or dark paper; a copy that may be changed."""
        return recolour_for_paper(
            {name: part for name, part in self.spec.items() if name != "data"}, paper
        )


@dataclass(frozen=True, slots=True)
class Cards:
    """Headline figures."""

    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences."""

    lines: tuple[str, ...]


class Opening(Lines):
    """The opening of a story: the scope, then what it is about."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Message:
    """Why there is nothing to show, in a sentence. is_known: whether that there is none is known, and so worth saying."""

    text: str
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """No content but the panel's table."""


Content = Chart | Plot | Cards | Lines | Message | Listing


@dataclass(frozen=True, slots=True)
class Panel:
    """One thing shown on a page: content, and the table of its figures.

    key: its name, unique on the page. alt: what the picture shows, in a sentence. caption: what to know beside it. finding:
    what it shows, as a headline. reading: what its lines and colours mean, in a few words. trust_line: « Puis-je m'y fier ? ».
    has_complaint_rows: its table has complaints one by one, or the words of monthly returns.
    """

    key: str
    title: str
    content: Content = Listing()
    table: Table = EMPTY
    alt: str = ""
    caption: str = ""
    finding: str = ""
    reading: str = ""
    trust_line: str = ""
    has_complaint_rows: bool = False

    @property
    def remark(self) -> str:
        """The caption without the finding, for where that is the headline."""
        return _without(self.finding, self.caption)

    @property
    def legend(self) -> str:
        """What the lines and colours of its chart are, where the caption does not say it; else ""."""
        return self.content.legend if isinstance(self.content, Chart) else ""

    @property
    def without_drawing(self) -> "Panel":
        """The panel without its content, at a tenth of the memory: enough for a workbook."""
        return replace(self, content=Listing())

    @property
    def cards(self) -> tuple[Card, ...]:
        """Its headline figures; empty where these are not its content."""
        return self.content.cards if isinstance(self.content, Cards) else ()


@dataclass(frozen=True)
class Slide:
    """A panel with a headline, a question to discuss, and notes for the speaker."""

    code: str
    headline: str
    panel: Panel
    question: str = ""
    note: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """The panel's caption without the headline."""
        return _without(self.headline, self.panel.caption)

    @property
    def caption(self) -> str:
        """The remark, and the legend of its chart."""
        return " ".join(filter(None, (self.remark, self.panel.legend)))


def _without(headline: str, caption: str) -> str:
    """The caption without its first sentence, where that is the headline."""
    sentence = headline.rstrip(".")
    if sentence and caption.startswith(sentence):
        rest = caption.removeprefix(sentence).lstrip()
        if rest[:1] in ("", ".", ";"):  # else the first sentence is longer than the headline
            caption = rest[1:].lstrip()
    return french.upper_first(caption)


@dataclass(frozen=True)
class Deck:
    """A story with its figures: slides, and what stands on every one of them. who_reported: in words; as_of: the last day up to
    which all is known; issuer: the organisation; logo: a PNG, empty for none; made_by: who took it away, when and for whom, ""
    for files of the command line."""

    title: str
    scope: str
    period: str
    filters: str
    who_reported: str
    as_of: date | None
    demo: bool
    slides: tuple[Slide, ...]
    issuer: str = ""
    logo: bytes = b""
    made_by: str = ""

    @property
    def foot(self) -> str:
        """« 12 derniers mois · Zou · 23 centres sur 24 … · données au 19/11/2026 · DONNÉES FICTIVES »: the footer of slides."""
        fictitious = "DONNÉES FICTIVES" if self.demo else ""
        return " · ".join(
            filter(None, (self.filters, self.who_reported, self._data_date, fictitious))
        )

    @property
    def foot_with_maker(self) -> str:
        """The footer of a title, which has scope and period above it: the date of the data, and who took the file away; where
        nobody did, the footer of all slides."""
        if not self.made_by:
            return self.foot
        fictitious = "DONNÉES FICTIVES" if self.demo else ""
        return " · ".join(filter(None, (self._data_date, self.made_by, fictitious)))

    @property
    def paper_slides(self) -> tuple[Slide, ...]:
        """The slides of a paper: without an opening that only repeats its head."""
        return tuple(
            s
            for s in self.slides
            if not isinstance(s.panel.content, Opening) or s.question or s.headline != self.title
        )

    @property
    def head(self) -> tuple[str, ...]:
        """The lines under a file's title, each fact once: scope, period; other filters, who reported, date of the data, who
        took it."""
        return tuple(
            " · ".join(p for p in parts if p)
            for parts in (
                (self.scope, self.period),
                (self.other_filters, self.who_reported, self._data_date, self.made_by),
            )
        )

    @property
    def other_filters(self) -> str:
        """The filters besides scope and period: « CCSP · Actes de pension »."""
        said = (self.scope, self.period)
        return " · ".join(part for part in self.filters.split(" · ") if part not in said)

    @property
    def _data_date(self) -> str:
        """« données au 19/11/2026 », or that there are none."""
        return f"données au {french.date_short(self.as_of)}" if self.as_of else "aucune donnée"


def text_cell(text: str) -> Cell:
    """A cell of words."""
    return Cell(text)


def site_cell(name: str, code: str) -> Cell:
    """A cell of a site's name, with a link to its page."""
    return Cell(name, link=site_link(code))


def site_link(code: str) -> Link:
    """The link to a site's page."""
    return Link("site", (("centre", code),))


def complaint_link(site: str, reference: str) -> Link:
    """The link that opens a complaint on its site's page."""
    return Link("site", (("centre", site), (COMPLAINT, f"{site}.{reference}")))


def department_cell(name: str) -> Cell:
    """A cell of a department's name, with a link to its page."""
    return Cell(name, link=Link("departement", (("departement", name),)))


def count_cell(n: float) -> Cell:
    """A cell of a whole number."""
    return Cell(french.number(n), int(n))


def day_cell(d: date | None, otherwise: str = "") -> Cell:
    """A cell of a day. otherwise: the text where it is None."""
    return Cell(french.date_short(d), d) if d else Cell(otherwise)


def month_cell(d: date) -> Cell:
    """A cell of a month, from its first day."""
    return Cell(french.month_label(d), d)


def figure_cell(figure: Figure) -> Cell:
    """A cell of an indicator's figure."""
    return Cell(shown_value(figure), figure.value)


def value_cell(code: str, value: float | None, otherwise: str = "—") -> Cell:
    """A cell of an indicator's value that was computed elsewhere. otherwise: the text where it is None."""
    return Cell(otherwise) if value is None else Cell(value_with_unit(BY_CODE[code], value), value)


def make_table(columns: Iterable[tuple[str, str]], rows: Iterable[Iterable[Cell]]) -> Table:
    """A table of columns (heading, unit) and rows of cells."""
    return Table(tuple(Column(*c) for c in columns), tuple(tuple(r) for r in rows))
