"""The table of indicators, as one pandas DataFrame: rows of one cut; of each column a value, its n and what may be said of it.

A page draws it, files hold it, `python -m dashboard table` prints it, and a notebook has it as it is (docs/notebook.md).

Before: `dashboard.answers.figures`. After: `dashboard.answers.indicator_panels`, `dashboard.answers.table_command`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from dashboard import french
from dashboard.answers.context import View, cached, uncached
from dashboard.answers.figures import figures, overall_figures
from dashboard.answers.network import distinct_names, site_names, sites
from dashboard.answers.question import Question
from dashboard.answers.row_verdicts import verdicts_of
from dashboard.answers.sites import labels
from dashboard.answers.table_request import NAME, Rows, TableRequest
from dashboard.indicators import BY_CODE, Figure
from dashboard.indicators.measures import NOT_ALL_VISITS, NOT_REPORTED
from dashboard.judgement.standing_apart import Verdict
from dashboard.wording import at_least, basis_in_words, shown_value
from db.codes import UNKNOWN_KEY

WHOLE = "nation"  # the key of the last row: of all rows together, whatever is filtered
NAMED = 3  # sites that the whole lacks


@uncached
def frame(view: View, question: Question, request: TableRequest) -> pd.DataFrame:
    """The table as a DataFrame, its rows filtered and in order, that of the whole last. Indexed by key: a department, a site's
    or a service's code, an hour, a month.

    name, sites (of a department), department (of a site); then of each column, after its code: the value (float, NaN where
    missing), and with _n, _text, _basis, _verdict (`standing_apart.Verdict`) and _note appended the number of cases, the value as
    it is displayed, the numbers that it rests on, what may be said of it, why it is missing, and (_lacks, of the whole) the sites
    of which nothing is known.
    """
    found = figures(view, question, request.rows)
    keys = ordered_keys(view, question, request)
    names = names_of(view, question, request.rows)
    columns: dict[str, Sequence[Any]] = {"name": [*(names[k] for k in keys), "L'ensemble"]}
    columns |= _of_places(view, question, request.rows, keys)
    for code in request.columns:
        said = verdicts_of(view, question, request.rows, code)
        of = [*(found[k] for k in keys), overall_figures(view, question)]
        every = [_without_denial(row[code], row["visits"]) for row in of]
        columns |= _columns(code, every, [said[k] for k in keys])
        lacks = missing_sites(view, question, code)
        columns[f"{code}_lacks"] = [*("" for _ in keys), lacks]
    return pd.DataFrame(columns, index=pd.Index([*keys, WHOLE], name="key"))


def _columns(
    code: str, every: Sequence[Figure], said: Sequence[Verdict]
) -> dict[str, Sequence[Any]]:
    """The columns of an indicator. every: its figures, that of the whole last; said: the verdicts of the others."""
    return {
        code: [float("nan") if f.value is None else float(f.value) for f in every],
        f"{code}_n": [f.n for f in every],
        f"{code}_text": [shown_value(f) for f in every],
        f"{code}_basis": [basis_in_words(f) for f in every],
        f"{code}_verdict": [*(str(v) for v in said), str(Verdict.NONE)],
        f"{code}_note": [f.note for f in every],
    }


def _without_denial(f: Figure, visits: Figure) -> Figure:
    """The figure, without a value where that is a 0 that silence alone may give. visits: of the same row."""
    if f.value or not BY_CODE[f.indicator].silent_as_none:
        return f
    if visits.value is not None and not at_least(visits):
        return f
    note = NOT_ALL_VISITS if f.sites_reporting else NOT_REPORTED
    return f._replace(numerator=None, value=None, n=0, note=f.note or note)


def _of_places(
    view: View, question: Question, rows: Rows, keys: Sequence[str]
) -> dict[str, Sequence[Any]]:
    """How many sites a department has, and the department of a site; nothing of other rows."""
    places = sites(view, question)
    if rows == "department":
        each = [sum(p.department == key for p in places) for key in keys]
        return {"sites": [*each, len(places)]}
    if rows == "site" and question.department is None:
        home = {p.code: p.department for p in places}
        return {"department": [*(home[key] for key in keys), ""]}
    return {}


def names_of(view: View, question: Question, rows: Rows) -> Mapping[str, str]:
    """What the rows are called, by key."""
    keys = list(figures(view, question, rows))
    if rows == "site":
        return site_names(view, question)
    if rows == "month":
        return {key: french.month_label(date.fromisoformat(f"{key[:7]}-01")) for key in keys}
    known = labels(view, question, rows)
    return {key: known.get(key, key) for key in keys}


@uncached
def ordered_keys(view: View, question: Question, request: TableRequest) -> Sequence[str]:
    """The keys of the rows that the typed words keep, in the order asked for; without a value, or unknown, last."""
    names = names_of(view, question, request.rows)
    home = {p.code: p.department for p in sites(view, question)}
    found = figures(view, question, request.rows)
    keys = [key for key in found if request.keeps(f"{names[key]} {home.get(key, '')}")]
    by_clock = request.rows in ("hour", "month")
    keys.sort(key=lambda k: k if by_clock else french.alphabetical(names[k]))
    if request.sort == NAME:
        keys.sort(key=lambda k: k == UNKNOWN_KEY)
        ordered = keys[::-1] if request.descending else keys
        nothing = {k for k in keys if all(found[k][c].value is None for c in request.columns)}
        return ordered if by_clock else sorted(ordered, key=nothing.__contains__)
    value = {key: found[key][request.sort].value for key in keys}
    known = [key for key in keys if value[key] is not None]
    known.sort(key=lambda k: value[k] or 0, reverse=request.descending)
    return [*known, *(key for key in keys if value[key] is None)]


@cached
def missing_sites(view: View, question: Question, code: str) -> str:
    """« sans Bassila, Lokossa ni Tanguiéta »: the sites that the whole lacks, of which nothing is known; "" where it has all."""
    if "site" not in BY_CODE[code].dimensions:
        return ""
    names, found = distinct_names(sites(view, question)), figures(view, question, "site")
    away = [
        names[key]
        for key, of in found.items()
        if of[code].value is None and not of[code].n and BY_CODE[code].unit != "count"
    ]
    if not away or len(away) == len(found):
        return ""
    if len(away) > NAMED:
        return f"sans {french.number(len(away))} centres"
    return f"sans {french.join_words(sorted(away, key=french.alphabetical), 'ni')}"
