"""A register of October: three faults, mended in the page, confirmed, a receipt; and the figure that it gives."""

from datetime import date
from html import unescape

from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers.figures import overall_figures
from dashboard.answers.question import Question
from tests.builders import csv_text, visit
from tests.hand_in.conftest import COVE, Desk, heading

OCTOBER = Question(date(2025, 10, 1), date(2025, 10, 31))


def register(*lines: list) -> bytes:
    return csv_text("registre", *lines).encode()


def october() -> list[list]:
    """Three weeks of October, three visits a day."""
    return [
        visit(COVE, f"{day:02}/10/2025", "08:05", called="08:15", outcome="servi", ref=f"{day}-{n}")
        for day in range(1, 31)
        for n in range(3)
    ]


def test_three_faults_are_mended_in_the_page_and_the_register_is_kept(desk: Desk):
    lines = october()
    good = len(lines)
    lines[1][lines[1].index("08:15")] = "25:15"
    lines[4][lines[4].index("02/10/2025")] = "32/10/2025"
    lines[7][lines[7].index("requête")] = "requette"
    page = desk.send(register(*lines))
    assert page.status == 200, heading(page) + unescape(page.text.partition("<main>")[2])[:600]
    assert heading(page) == f"Pas encore accepté : 3 cases à corriger sur {good} lignes"
    said = unescape(page.text)
    assert "<s>25:15</s>" in said and "<s>32/10/2025</s>" in said and "<s>requette</s>" in said
    fields = {
        "case 0 3 called_at": "08:15",
        "case 0 6 day": "2025-10-02",
        "case 0 9 kind": "requête",
    }
    page = desk.press(page, "corriger", **fields)
    assert heading(page) == f"Bon à garder : {good} lignes de CCSP de Covè. Reste à confirmer"
    assert overall_figures(LOCAL_READER, OCTOBER)["visits"].value is None
    page = desk.press(page, "confirmer")
    assert heading(page).startswith("C'est fait.") and "3 cases corrigées par vous" in unescape(
        page.text
    ).replace("\xa0", " ")
    assert overall_figures(LOCAL_READER, OCTOBER)["visits"].value == good
