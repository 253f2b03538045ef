"""What a page shows and an export writes: one object for both, so that what is taken away is what was on screen.

A value travels with its words: screens, slides and papers print the words, a workbook keeps the value too.
"""

from collections.abc import Iterable
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

Value = int | float | str | date | None


@dataclass(frozen=True)
class Link:
    """Where a name leads: the address of a page, and the filters that change on the way there; the others stay."""

    page: str
    filters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cell:
    """One place of a table. text: as read. value: the number (in the column's unit, unrounded) or day behind it; None
    where there is none: the text then says why. link: where the text leads on a screen. strong: whether it stands out."""

    text: str
    value: Value = None
    link: Link | None = None
    strong: bool = False


@dataclass(frozen=True)
class Column:
    """A heading and the unit of what stands below: an indicator's unit, "count", "day", "month", "mixed" (the
    next column has it), or "" for words."""

    name: str
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells, each as long as `columns`."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @cached_property
    def leads(self) -> bool:
        """Whether a cell of it leads somewhere."""
        return any(cell.link for row in self.rows for cell in row)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to read in it."""
        return not (self.rows and self.columns)

    @property
    def filled(self) -> "Table":
        """The same without columns that hold nothing: where they are read and not worked with, they only take room."""
        kept = [n for n in range(len(self.columns)) if any(row[n].text for row in self.rows)]
        return Table(
            tuple(self.columns[n] for n in kept),
            tuple(tuple(row[n] for n in kept) for row in self.rows),
        )


EMPTY = Table((), ())  # of a panel that has none


@dataclass(frozen=True)
class Card:
    """One headline figure. state: what its control chart says, in words ("" where it has none); tone: "improvement",
    "alert", "neutral" or "" for grey. base: on how many it rests. whence: of a whole, where its signal lies (« sans
    compter le CCSP de Djougou : 78 %, rien d'inhabituel »); "" for none."""

    code: str
    label: str
    text: str
    value: float | None
    unit: str
    base: str
    state: str = ""
    tone: str = ""
    whence: str = ""


@dataclass(frozen=True)
class Legend:
    """What a map's legend says, and only of what there is: a row that no site has is not among them.

    rows: {"label": str, "count": int}, "long" instead of the label where there is room (the page's own map), and what is drawn
    before it, in the words of a mark: "fill" of a class, "sign", "silent" or "missing". kinds: {"kind", "label"}. sizes:
    {"radius": px, "label"}, and before them `size_text`, what the area stands for. note: a sentence under the rows. credit:
    the source of the limits of communes.
    """

    title: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    kinds: list[dict[str, Any]] = field(default_factory=list)
    size_text: str = ""
    sizes: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""
    credit: str = ""

    @property
    def sources(self) -> str:
        """Whose limits are drawn."""
        return " · ".join(t for t in ("Limites indicatives", "Natural Earth", self.credit) if t)


MOST_NAMED = 60  # sites that have their names on a map: more could not be read


@dataclass(frozen=True)
class Plot:
    """A map: marks as `ui.folium_map.show_map` takes them, its legend, the department that fills it (None: the country)."""

    marks: tuple[dict[str, Any], ...]
    legend: Legend
    focus: str | None = None


@dataclass(frozen=True)
class Chart:
    """A chart: a Vega-Lite spec, its rows inline. signs: what its lines and colours are, where the caption does not say it: said
    beside this very picture, not where another program draws the figures."""

    spec: Spec
    signs: str = ""

    @cached_property
    def sent(self) -> dict[tuple[str, str], Any]:
        """What a screen sends of it, made by `ui.cached_charts`; kept here, it goes when the panel goes."""
        return {}

    @property
    def values(self) -> pa.Table:
        """The rows that it draws, as they travel to a screen."""
        return arrow_tables.table_from_rows(self.spec["data"]["values"])

    def drawing(self, paper: str = "light") -> Spec:
        """The spec without its rows, for light paper or dark; a copy, for who draws it may write into it."""
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
    """What a story opens with: whose figures, then what they are about."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Message:
    """Why there is nothing to show."""

    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Nothing but the panel's table."""


Content = Chart | Plot | Cards | Lines | Message | Listing


@dataclass(frozen=True, slots=True)
class Panel:
    """One thing shown: content, and the table of its figures.

    key: its name on the page, unique there. alt: what the picture shows, in a sentence. caption: what to know beside it.
    finding: what it shows, as a headline. reading: what its lines and colours mean, in a few words. strip: « Puis-je m'y
    fier ? ». rows: whether its table has complaints one by one.
    """

    key: str
    title: str
    content: Content = Listing()
    table: Table = EMPTY
    alt: str = ""
    caption: str = ""
    finding: str = ""
    reading: str = ""
    strip: str = ""
    rows: bool = False

    @property
    def remark(self) -> str:
        """The caption without the finding, for where that is the headline."""
        return _without(self.finding, self.caption)

    @property
    def signs(self) -> str:
        """What the lines and colours of its chart are, where the caption does not say it."""
        return self.content.signs if isinstance(self.content, Chart) else ""

    @property
    def told(self) -> "Panel":
        """The same without what is drawn: what a workbook needs, at a tenth of the memory."""
        return replace(self, content=Listing())

    @property
    def cards(self) -> tuple[Card, ...]:
        """Its headline figures, if these are its content."""
        return self.content.cards if isinstance(self.content, Cards) else ()


@dataclass(frozen=True)
class Slide:
    """A panel with a headline that is a sentence, a question to discuss, and what the speaker should know."""

    code: str
    headline: str
    panel: Panel
    question: str = ""
    note: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """The panel's caption without what the headline says."""
        return _without(self.headline, self.panel.caption)

    @property
    def under(self) -> str:
        """The same, and what the lines and colours of its picture are."""
        return " ".join(filter(None, (self.remark, self.panel.signs)))


def _without(headline: str, caption: str) -> str:
    """The caption without the sentence that it begins with, where the headline over it has said that."""
    said = headline.rstrip(".")
    if said and caption.startswith(said):
        rest = caption.removeprefix(said).lstrip()
        if rest[:1] in ("", ".", ";"):  # else it is another, longer sentence
            caption = rest[1:].lstrip()
    return french.upper_first(caption)


@dataclass(frozen=True)
class Deck:
    """A story told: slides, and what stands on every one of them. as_of: the last day the data cover. issuer: who says
    it; logo: a PNG, empty for none. made: by whom and when it was taken away, empty for a file that nobody asked for by hand."""

    title: str
    scope: str
    period: str
    filters: str
    who: str
    as_of: date | None
    demo: bool
    slides: tuple[Slide, ...]
    issuer: str = ""
    logo: bytes = b""
    made: str = ""

    @property
    def foot(self) -> str:
        """« 12 derniers mois · Zou · 23 centres sur 24 … · données au 19/11/2026 · DONNÉES FICTIVES »."""
        return self._foot("")

    @property
    def signed(self) -> str:
        """The same, and who took it away, where somebody did."""
        return self._foot(self.made)

    @property
    def parts(self) -> tuple[Slide, ...]:
        """The slides of a paper: without an opening that says what its head does."""
        return tuple(
            s
            for s in self.slides
            if not isinstance(s.panel.content, Opening) or s.question or s.headline != self.title
        )

    @property
    def head(self) -> tuple[str, ...]:
        """Lines under a file's title, each thing once: scope, period; other filters, who reported, the day, who took it."""
        return tuple(
            " · ".join(p for p in parts if p)
            for parts in (
                (self.scope, self.period),
                (self.others, self.who, self._known, self.made),
            )
        )

    @property
    def others(self) -> str:
        """The filters that are neither scope nor period: « CCSP · Actes de pension »."""
        said = (self.scope, self.period)
        return " · ".join(part for part in self.filters.split(" · ") if part not in said)

    @property
    def _known(self) -> str:
        return f"données au {french.date_short(self.as_of)}" if self.as_of else "aucune donnée"

    def _foot(self, made: str) -> str:
        fictitious = "DONNÉES FICTIVES" if self.demo else ""
        return " · ".join(p for p in (self.filters, self.who, self._known, made, fictitious) if p)


def text_cell(text: str) -> Cell:
    """A cell of words."""
    return Cell(text)


def site_cell(name: str, code: str) -> Cell:
    """A cell of a site's name, which leads to its page."""
    return Cell(name, link=site_link(code))


def site_link(code: str) -> Link:
    """The way to a site's page."""
    return Link("site", (("centre", code),))


def department_cell(name: str) -> Cell:
    """A cell of a department's name, which leads to its page."""
    return Cell(name, link=Link("departement", (("departement", name),)))


def count_cell(n: float) -> Cell:
    """A cell of a whole number."""
    return Cell(french.number(n), int(n))


def day_cell(d: date | None, otherwise: str = "") -> Cell:
    """A cell of a day."""
    return Cell(french.date_short(d), d) if d else Cell(otherwise)


def month_cell(d: date) -> Cell:
    """A cell of a month, from its first day."""
    return Cell(french.month_label(d), d)


def figure_cell(figure: Figure) -> Cell:
    """A cell of an indicator."""
    return Cell(shown_value(figure), figure.value)


def value_cell(code: str, value: float | None, otherwise: str = "—") -> Cell:
    """A cell of an indicator's value, worked out elsewhere."""
    return Cell(otherwise) if value is None else Cell(value_with_unit(BY_CODE[code], value), value)


def make_table(columns: Iterable[tuple[str, str]], rows: Iterable[Iterable[Cell]]) -> Table:
    """A table from (heading, unit) and rows of cells."""
    return Table(tuple(Column(*c) for c in columns), tuple(tuple(r) for r in rows))
