"""`python -m dashboard table`: the table of indicators printed or written, with the figures and the words of the pages."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pandas as pd

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import indicator_panels, indicator_table
from dashboard.answers.context import Moved, engine, page_run
from dashboard.answers.network import freshness, services, sites, usual_period
from dashboard.answers.question import Question
from dashboard.answers.report import ReportRefused, Unknown, find_period
from dashboard.answers.table_request import COMMA, MOST, NAME, USUAL, TableRequest
from dashboard.indicators import BY_CODE
from dashboard.panel import Table

WHO = LOCAL_READER  # whoever may run the command on the server may read everything
TRIES = 5  # to read one version of the data, while files come in


def run(asked: Namespace) -> None:
    """Print the table that the command asks for, or write it to its file. Raises ReportRefused, with the reason in French."""
    if asked.format == "parquet" and not asked.out:
        raise ReportRefused("--format parquet s'écrit dans un fichier : --out FICHIER.")
    try:
        for _ in range(TRIES):
            with suppress(Moved), page_run():
                return _write(asked, question_of(asked), request_of(asked))
        raise ReportRefused("des fichiers arrivent sans cesse : recommencer dans un instant.")
    except OSError as reason:
        raise ReportRefused(f"{asked.out} ne peut être écrit : {reason.strerror}.") from reason
    finally:
        engine().dispose()


def question_of(asked: Namespace) -> Question:
    """The question of the command. Raises ReportRefused for a name that is not known."""
    there, known = sorted({p.department for p in sites(WHO)}), services(WHO)
    for department in asked.department:
        if department not in there:
            raise Unknown("département", department, there)
    if asked.service is not None and asked.service not in known:
        raise Unknown("prestation", asked.service, known)
    period = find_period(asked.period or usual_period(WHO)).period
    return Question(period.first, period.last, tuple(asked.department), asked.kind, asked.service)


def request_of(asked: Namespace) -> TableRequest:
    """What the command's table shows. Raises ReportRefused for a column that is not known."""
    columns = tuple(dict.fromkeys(asked.columns.split(COMMA))) if asked.columns else USUAL
    for code in columns:
        if code not in BY_CODE:
            raise Unknown("colonne", code, BY_CODE)
    if len(columns) > MOST:
        raise ReportRefused(f"{MOST} colonnes au plus.")
    sort = asked.sort or NAME
    if sort not in (NAME, *columns):
        raise Unknown("colonne", sort, (NAME, *columns))
    return TableRequest(asked.by, columns, sort, asked.descending, asked.words or "")


def _write(asked: Namespace, question: Question, request: TableRequest) -> None:
    """Print or write the table."""
    if freshness(WHO).demo:
        print("DONNÉES FICTIVES : aucun chiffre n'est réel.", file=sys.stderr)
    made: pd.DataFrame = indicator_table.frame(WHO, question, request)
    if asked.format == "parquet":
        made.to_parquet(asked.out)
        print(asked.out)
        return
    text = (
        made.to_csv(lineterminator="\r\n")
        if asked.format == "csv"
        else in_lines(indicator_panels.panel(WHO, question, request, "table").table)
    )
    if asked.out:
        Path(asked.out).write_text(text, encoding="utf-8", newline="")
        print(asked.out)
    else:
        sys.stdout.write(text)


def in_lines(table: Table) -> str:
    """The table as lines of text, its columns below one another."""
    lines: Sequence[Sequence[str]] = [
        [column.name for column in table.columns],
        *([cell.text for cell in row] for row in table.rows),
    ]
    wide = [max(len(line[n]) for line in lines) for n in range(len(table.columns))]
    numbers = [bool(column.unit) for column in table.columns]
    return "".join(
        "  ".join(
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(line, wide, numbers, strict=True)
        ).rstrip()
        + "\n"
        for line in lines
    )
