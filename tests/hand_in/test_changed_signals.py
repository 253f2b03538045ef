"""A register that changes an old month, from the page to its receipt: which alerts are there no longer is said; so is which come
back when it is taken out."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.actions import reference
from dashboard.answers import control_charts
from tests.accounts.conftest import House
from tests.builders import Office, closing, csv_text, waited
from tests.hand_in.conftest import COVE, Desk, heading, words

FIRST, LAST = date(2023, 9, 1), date(2025, 10, 31)
OCTOBER = date(2025, 10, 1)
GONE = (
    "Ce fichier change ce qui était conclu de mois passés : l'alerte « Attente médiane » du CCSP de Covè en octobre 2025"
    " n'y est plus"
)


def lines(first: date, last: date, minutes: int) -> list[list]:
    """A visit each working day, whose wait is about so long."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [
        waited(minutes + (n * 7) % 11, site=COVE, day=day.isoformat(), ref=f"v{day}")
        for n, day in enumerate(days)
        if day.weekday() < 5
    ]


@pytest.fixture
def past(closed: House, tmp_path: Path) -> Office:
    """Two years of visits, and an October whose waits are three times as long."""
    office = Office(closed.engine, tmp_path)
    before = OCTOBER - timedelta(days=1)
    office.hand_in("registre", *lines(FIRST, before, 15), *lines(OCTOBER, LAST, 60))
    return office


def october(minutes: int) -> bytes:
    return csv_text("registre", *lines(OCTOBER, LAST, minutes)).encode()


def alerts() -> set[str]:
    """The indicators of Covè of which October is an alert."""
    found = control_charts.signals(LOCAL_READER, [COVE], LAST)[COVE]
    return {code for code, one in found.items() if one.is_signal and one.latest == OCTOBER}


def test_a_register_that_takes_an_alert_back_says_so_from_the_page_to_the_receipt(
    past: Office, desk: Desk
):
    assert "wait_p50" in alerts()
    page = desk.send(october(15))
    assert heading(page).startswith("Bon à garder") and GONE in words(page)
    assert "wait_p50" in alerts(), "nothing is kept yet"
    page = desk.press(page, "confirmer")
    assert heading(page).startswith("C'est fait.") and GONE in words(page)
    assert not alerts()
    number = re.search(r"/remonter/recu/(\d+)/retirer", page.text)[1]
    page = desk.page(f"/remonter/recu/{number}/retirer")
    assert (
        "Le retirer change ce qui était conclu de mois passés : une alerte « Attente médiane » du CCSP de Covè en"
        " octobre 2025 s'y ajoute"
    ) in words(page)
    effect = re.search(r'name="effet" value="([^"]*)"', words(page))[1]
    desk.fill(f"/remonter/recu/{number}", raison="erreur", effet=effect)
    assert "wait_p50" in alerts()


def test_a_register_that_changes_no_signal_says_nothing_of_any(past: Office, desk: Desk):
    page = desk.send(october(61))
    assert heading(page).startswith("Bon à garder") and "conclu de mois passés" not in words(page)
    page = desk.press(page, "confirmer")
    assert heading(page).startswith("C'est fait.") and "conclu de mois passés" not in words(page)
    assert "wait_p50" in alerts()


def test_the_first_register_of_a_new_month_is_no_change_of_the_past(past: Office, desk: Desk):
    november = csv_text("registre", *lines(date(2025, 11, 1), date(2025, 11, 30), 80)).encode()
    page = desk.send(november, mois="2025-11")
    assert heading(page).startswith("Bon à garder") and "conclu de mois passés" not in words(page)


def test_a_change_of_the_reference_that_takes_an_alert_back_says_so(past: Office):
    """Nobody closed a day from the sixteenth of October on: the centre was out of service."""
    days = [FIRST + timedelta(days=n) for n in range((date(2025, 10, 15) - FIRST).days + 1)]
    past.hand_in("cloture", *(closing(COVE, f"{d}") for d in days if d.weekday() < 5))
    assert "completeness" in alerts()
    manager = Person("gestion", Role.DATA_MANAGER)
    looked = reference.look(manager, "fermer", {"centre": COVE, "jour": "2025-10-16"})
    told = " ".join(looked.shown).replace("\xa0", " ")
    assert "conclu de mois passés" in told
    assert (
        "l'alerte « Fiches de clôture remises » du CCSP de Covè en octobre 2025 n'y est plus"
        in told
    )
    away = reference.look(manager, "fermer", {"centre": COVE, "jour": "2025-11-20"})
    assert "conclu de mois passés" not in " ".join(away.shown)
