"""What a table of indicators shows: its rows, columns, order and the words that filter it; as it stands in an address.

Before: `dashboard.ui.filter_state`, which reads an address; the command line. After: `dashboard.answers.indicator_table`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import parse_qsl

from dashboard import french
from dashboard.answers.context import View, uncached
from dashboard.answers.network import freshness, services, sites, usual_period
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, codes
from dashboard.period import YEAR, clip_period, resolve_period

Rows = Literal["department", "site", "service", "hour", "month"]
# What rows are called in an address, and on the screen.
ROWS: Mapping[str, tuple[Rows, str]] = {
    "departements": ("department", "Départements"),
    "centres": ("site", "Centres"),
    "prestations": ("service", "Prestations"),
    "heures": ("hour", "Heures"),
    "mois": ("month", "Mois"),
}
USUAL = codes(lambda i: i.in_table)  # the columns of a table that nobody has chosen any for
NAME = "nom"  # the order by what rows are called
MOST, LONGEST = 8, 60  # columns; letters of what is typed
COMMA, DESCENDING = ",", "-"


@dataclass(frozen=True)
class TableRequest:
    """What a table shows. rows: what its rows are; columns: codes of indicators; sort: of which its rows are in order, or NAME;
    words: what is typed to filter the rows."""

    rows: Rows
    columns: tuple[str, ...] = USUAL
    sort: str = NAME
    descending: bool = False
    words: str = ""

    @property
    def order(self) -> str:
        """The order, as an address has it; "" for the usual one."""
        usual = self.sort == NAME and not self.descending
        return "" if usual else f"{DESCENDING if self.descending else ''}{self.sort}"

    @property
    def without_words(self) -> "TableRequest":
        """The same with all rows."""
        return replace(self, words="")

    def sorted_by(self, column: str) -> "TableRequest":
        """The request once the heading of a column is pressed: the largest first, then the smallest; names from A on."""
        first = column != NAME
        down = not self.descending if column == self.sort else first
        return replace(self, sort=column, descending=down)

    def keeps(self, name: str) -> bool:
        """Whether a row so called is kept: each word that was typed begins, or is within, one of its own."""
        found = french.fold_accents(name)
        return all(word in found for word in french.fold_accents(self.words).split())

    def parameters(self) -> dict[str, str]:
        """The request as the parameters of an address; "" for what is usual."""
        rows = next(word for word, (rows, _) in ROWS.items() if rows == self.rows)
        columns = "" if self.columns == USUAL else COMMA.join(self.columns)
        return {"lignes": rows, "colonnes": columns, "tri": self.order, "filtre": self.words}


def is_valid(name: str, value: str) -> bool:
    """Whether the parameter of an address can be understood; "" is what is usual."""
    if not value:
        return True
    if name == "lignes":
        return value in ROWS
    if name == "colonnes":
        asked = value.split(COMMA)
        return len(set(asked)) == len(asked) <= MOST and set(asked) <= BY_CODE.keys()
    if name == "tri":
        return value.removeprefix(DESCENDING) in {NAME, *BY_CODE}
    return name == "filtre" and len(value) <= LONGEST and value.isprintable()


def from_parameters(parameters: Mapping[str, str], usual: Rows) -> TableRequest:
    """The request of an address. usual: the rows of a page whose address says nothing of them; what cannot be understood is left
    out, and so is an order by a column that is not there."""
    said = {
        name: value
        for name in ("lignes", "colonnes", "tri", "filtre")
        if is_valid(name, value := parameters.get(name, ""))
    }
    columns = columns_of(said.get("colonnes", ""))
    order = said.get("tri", "")
    sort = order.removeprefix(DESCENDING) or NAME
    if sort not in (NAME, *columns):
        order, sort = "", NAME
    rows = ROWS[said["lignes"]][0] if said.get("lignes") else usual
    return TableRequest(
        rows, columns, sort, order.startswith(DESCENDING), " ".join(said.get("filtre", "").split())
    )


def columns_of(text: str) -> tuple[str, ...]:
    """The columns of « visits,wait_p50 »; the usual ones of ""."""
    return tuple(text.split(COMMA)) if text else USUAL


# Communes of a department in which a centre works: of one with a few communes it is 0 % as soon as a register is late.
LEFT_OUT = frozenset({"coverage"})


def fitting_columns(rows: Rows) -> tuple[str, ...]:
    """The indicators that such rows have."""
    return codes(lambda i: rows in i.dimensions and i.code not in LEFT_OUT)


@uncached
def of_address(view: View, address: str) -> tuple[Question, TableRequest]:
    """The question and the request of a page's address, for who has not the page: « departement?periode=12m&colonnes=visits ».
    What cannot be understood is left out, as on the page."""
    page, _, said = address.partition("?")
    given, places = dict(parse_qsl(said)), sites(view)
    last = freshness(view).known_to or view.snapshot.day
    asked = (
        clip_period(found, last)
        for code in (given.get("periode", ""), usual_period(view), YEAR)
        if (found := resolve_period(code, last, view.snapshot.day))
    )
    period = next(filter(None, asked)).period
    there = {p.department for p in places}
    departments = tuple(d for d in given.get("departement", "").split(COMMA) if d in there)
    kind, service = given.get("type"), given.get("prestation")
    question = Question(
        period.first,
        period.last,
        departments,
        kind if kind in {p.kind for p in places} else None,
        service if service in services(view) else None,
    )
    whole = page.endswith("departement") and not departments
    return question, from_parameters(given, "department" if whole else "site")
