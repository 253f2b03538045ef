"""What was decided about one site, and what came of it."""

from dataclasses import replace

from dashboard import french
from dashboard.answers import decisions
from dashboard.answers.context import View, cached
from dashboard.answers.question import Question
from dashboard.panel import Panel, Table

S = french.SPACE
SITE_COLUMN = "Sur"  # of the list of all decisions: here it is the same in each row
NONE = f"Aucune décision n'est notée sur ce centre{S}; elles se notent sur la page Signaux."


@cached
def panel(view: View, question: Question, key: str) -> Panel:
    """A panel of the decisions about the question's site, the newest first; without rows where there are none."""
    every = decisions.panel(view, question)
    if every.table.is_empty:
        return replace(every, key=key)
    kept = [n for n, column in enumerate(every.table.columns) if column.name != SITE_COLUMN]
    table = Table(
        tuple(every.table.columns[n] for n in kept),
        tuple(tuple(row[n] for n in kept) for row in every.table.rows),
    )
    number = french.plural(len(table.rows), "décision notée", "décisions notées")
    latest = table.rows[0][0].text
    said = f"{number} sur ce centre, la dernière le {latest}" if len(table.rows) > 1 else ""
    return replace(
        every,
        key=key,
        table=table,
        finding=said or f"Une décision notée sur ce centre, le {latest}",
    )
