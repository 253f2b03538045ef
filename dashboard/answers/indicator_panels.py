"""The table of indicators as a panel: its finding, and its cells as the screen and files have them.

Before: `dashboard.answers.indicator_table`, which makes it. After: `dashboard.ui.indicator_table`, and files.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dashboard import french
from dashboard.answers import small_counts_for_guests
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.figures import figures, overall_figures
from dashboard.answers.indicator_table import WHOLE, frame, names_of
from dashboard.answers.network import distinct_names, sites, with_data_date
from dashboard.answers.question import Question
from dashboard.answers.row_verdicts import COMPARED, PLACES, allows_usual, differ, verdicts_of
from dashboard.answers.table_request import Rows, TableRequest
from dashboard.indicators import BY_CODE
from dashboard.judgement.standing_apart import Verdict, is_judged
from dashboard.panel import (
    Cell,
    Column,
    Link,
    Message,
    Panel,
    Table,
    count_cell,
    site_link,
    text_cell,
)
from dashboard.statistics import sentences
from dashboard.wording import of_whole_months

S = french.SPACE
RATE = "complaints_per_1000"
FIRST = {
    "department": "Département",
    "site": "Centre",
    "service": "Prestation",
    "hour": "Heure d'arrivée",
    "month": "Mois",
}
MANY = {
    "department": "départements",
    "site": "centres",
    "service": "prestations",
    "hour": "heures",
    "month": "mois",
}
THEM = {"department": "eux", "site": "eux", "service": "elles", "hour": "elles", "month": "eux"}
TITLES = {
    "department": "Les départements",
    "site": "Les centres",
    "service": "Les prestations",
    "hour": "Les heures d'arrivée",
    "month": "Les mois",
}
OPENED: tuple[Rows, ...] = ("department", "site")  # rows of tables as pages open with them
NAMED = 3  # rows that stand apart
APART = "se distingue"
WORDS = {
    Verdict.ALIKE: "ne se distingue pas",
    Verdict.FEW: "trop peu pour le dire",
    Verdict.NONE: "",
}
MORE, LESS = {"minutes": "plus long"}, {"minutes": "plus court"}
READING = f"«{S}Se distingue{S}»{S}: l'écart avec les autres est plus grand que le hasard, compte tenu du nombre."
READING_USUAL = (
    f"«{S}Se distingue{S}»{S}: l'écart avec les autres sort du hasard et des différences habituelles entre {{many}},"
    " compte tenu du nombre."
)
READING_FEW = f"«{S}Trop peu{S}»{S}: même deux fois plus haut, le chiffre d'une ligne si petite ne se verrait pas."


def in_words(verdict: str, code: str) -> str:
    """« se distingue : plus long », « ne se distingue pas », « trop peu pour le dire »."""
    unit = BY_CODE[code].unit
    if verdict == Verdict.MORE:
        return f"{APART}{S}: {MORE.get(unit, 'plus')}"
    if verdict == Verdict.LESS:
        return f"{APART}{S}: {LESS.get(unit, 'moins')}"
    return WORDS[Verdict(verdict)]


def has_basis(code: str) -> bool:
    """Whether a figure rests on other numbers than itself."""
    return BY_CODE[code].unit != "count"


def _has_verdict(code: str, rows: Rows) -> bool:
    """Whether rows are compared in this indicator."""
    return rows in COMPARED and is_judged(code) and rows in BY_CODE[code].dimensions


@cached
def panel(view: View, question: Question, request: TableRequest, key: str) -> Panel:
    """The table as a panel: a row for each row of the frame, and for each indicator its value, what it rests on, and what may be
    said of it, as far as it has these."""
    made = frame(view, question, request)
    title = TITLES[request.rows]
    if len(made) < 2 and not request.words:
        return Panel(key, title, Message("Tableau sans ligne sous ces filtres."))
    rows = zip(made.index, made.to_dict("records"), strict=True)
    said = {code: _verdicts(view, question, request, code) for code in request.columns}
    compared = [code for code, verdicts in said.items() if verdicts]
    table = Table(
        _columns([str(name) for name in made], request, compared),
        tuple(tuple(_cells(str(key), row, request, compared)) for key, row in rows),
    )
    every = set().union(*said.values())
    usual = any(allows_usual(view, question, request.rows, code) for code in compared)
    reading = READING_USUAL.format(many=MANY[request.rows]) if usual else READING
    caption = [
        reading if every - {Verdict.FEW} else "",
        READING_FEW if Verdict.FEW in every else "",
        small_counts_for_guests.period_caption(view, request.columns),
        with_data_date(view, "Plaintes en cours")
        if any(BY_CODE[code].is_current for code in request.columns)
        else "",
        _of_whole_months(view, question, request),
    ]
    return Panel(
        key,
        title,
        table=table,
        caption=" ".join(filter(None, caption)),
        finding=finding(view, question, request),
    )


def _verdicts(view: View, question: Question, request: TableRequest, code: str) -> set[Verdict]:
    """What is said of rows beside one another in an indicator, whichever words are typed; none where nothing can be."""
    if not _has_verdict(code, request.rows):
        return set()
    return {*verdicts_of(view, question, request.rows, code).values()} - {Verdict.NONE}


def is_compared(table: Table, code: str) -> bool:
    """Whether the table has a column of what may be said of its rows in an indicator."""
    return _compared_heading(code) in [column.name for column in table.columns]


def _compared_heading(code: str) -> str:
    return f"{BY_CODE[code].short}{S}: comparé aux autres"


def _of_whole_months(view: View, question: Question, request: TableRequest) -> str:
    """On how many complaints services rest together, where that is not what the whole rests on; not for guests, who would learn
    of small counts by it."""
    if request.rows != "service" or RATE not in request.columns or view.access.guest:
        return ""
    rows = figures(view, question, "service").values()
    return of_whole_months((of[RATE] for of in rows), overall_figures(view, question)[RATE])


@uncached
def usual_panels(view: View, question: Question) -> tuple[Panel, ...]:
    """The tables of departments and of sites as pages open with them: made once, they are there for whoever opens a page."""
    return tuple(panel(view, question, TableRequest(rows), "tableau") for rows in OPENED)


def _columns(
    made: Sequence[str], request: TableRequest, compared: Collection[str]
) -> tuple[Column, ...]:
    """The headings, as files have them. compared: the indicators in which something is said of rows beside one another."""
    columns = [Column(FIRST[request.rows])]
    if "sites" in made:
        columns.append(Column("Centres", "count"))
    if "department" in made:
        columns.append(Column("Département"))
    for code in request.columns:
        i = BY_CODE[code]
        columns.append(Column(i.short, i.unit))
        if has_basis(code):
            columns.append(Column(f"{i.short}{S}: base"))
        if code in compared:
            columns.append(Column(_compared_heading(code)))
    return tuple(columns)


def _cells(
    key: str, row: Mapping[Any, Any], request: TableRequest, compared: Collection[str]
) -> Sequence[Cell]:
    """The cells of a row. compared: as `_columns` has it."""
    whole = key == WHOLE
    cells = [Cell(row["name"], link=None if whole else link_to(key, request.rows), strong=whole)]
    if "sites" in row:
        cells.append(count_cell(row["sites"]))
    if "department" in row:
        cells.append(text_cell(row["department"]))
    for code in request.columns:
        value = row[code]
        apart = row[f"{code}_verdict"] in (Verdict.MORE, Verdict.LESS)
        cells.append(
            Cell(row[f"{code}_text"], None if value != value else value, strong=apart or whole)
        )
        if has_basis(code):
            cells.append(text_cell(row[f"{code}_basis"]))
        if code in compared:
            said = row[f"{code}_lacks"] if whole else in_words(row[f"{code}_verdict"], code)
            cells.append(Cell(said, strong=apart))
    return cells


def link_to(key: str, rows: Rows) -> Link | None:
    """The page of a row: of a department or a site, without what filters this table; None for others."""
    anew = (("lignes", ""), ("filtre", ""))
    if rows == "department":
        return Link("departement", (("departement", key), *anew))
    if rows == "site":
        return Link("site", (*site_link(key).filters, *anew))
    return None


@cached
def finding(view: View, question: Question, request: TableRequest) -> str:
    """« Plaintes pour 1 000 visites : Borgou et Ouémé se distinguent » of the column in whose order the rows are, or else of the
    first that is judged; "" where none is."""
    judged = [code for code in request.columns if _has_verdict(code, request.rows)]
    if not judged:
        return ""
    code = request.sort if request.sort in judged else judged[0]
    said = verdicts_of(view, question, request.rows, code)
    names, label = names_of(view, question, request.rows), BY_CODE[code].label
    if request.rows == "site":
        names = distinct_names(sites(view, question))
    known = [v for v in said.values() if v]
    if len(known) < 2:
        return ""
    of, among = _of_which(question) if request.rows == "site" else ("", "")
    apart = sorted(
        (key for key, verdict in said.items() if verdict in (Verdict.MORE, Verdict.LESS)),
        key=lambda k: french.alphabetical(names[k]),
    )
    if not apart:
        few = all(verdict == Verdict.FEW for verdict in known)
        if few:
            return f"{label}{S}: trop peu de cas pour distinguer les {MANY[request.rows]}"
        if differ(view, question, request.rows, code):
            how = "sans que l'on puisse dire lesquelles"
            if request.rows in PLACES:
                how = "mais aucun ne se distingue"
            if allows_usual(view, question, request.rows, code):
                how = f"mais aucun ne sort des différences habituelles entre {MANY[request.rows]}"
            sure = differ(view, question, request.rows, code, sentences.SURE)
            do = sentences.REALLY if sure else sentences.MAYBE
            return (
                f"{label}{S}: les {MANY[request.rows]}{of} {do} entre {THEM[request.rows]}, {how}"
            )
        some = "uns" if THEM[request.rows] == "eux" else "unes"
        return (
            f"{label}{S}: les {MANY[request.rows]}{of} ne se distinguent pas les {some} des autres"
        )
    if len(apart) > NAMED:
        return f"{label}{S}: {french.number(len(apart))} {MANY[request.rows]} sur {french.number(len(said))} se distinguent"
    verb = "se distingue" if len(apart) == 1 else "se distinguent"
    each = [f"{names[key]} ({in_words(said[key], code).rpartition(': ')[2]})" for key in apart]
    return f"{label}{S}: {french.join_words(each)} {verb}{among}"


def _of_which(question: Question) -> tuple[str, str]:
    """Which sites are compared: (« du réseau », « dans le réseau »), after a space."""
    if question.department:
        return " du département", " dans le département"
    if question.departments:
        return " de ces départements", " dans ces départements"
    return " du réseau", " dans le réseau"
