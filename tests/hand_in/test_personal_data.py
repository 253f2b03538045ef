"""Names and telephones in what is sent are found nowhere: not while it waits, not once it is kept, not in the log."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.builders import csv_text, visit
from tests.hand_in.conftest import COVE, Desk, heading

pytestmark = pytest.mark.never_unstable

PEOPLE = [(f"Afiavi ZINSOUPLANTEE{n}", f"0197{n:06}") for n in range(1_000)]


def register(*, fault: bool) -> bytes:
    """A register with two columns more than its form, which name who came; and a name where a type belongs."""
    lines = [visit(COVE, f"{1 + n % 28:02}/10/2025", ref=f"{n}") for n in range(len(PEOPLE))]
    if fault:
        lines[5][lines[5].index("requête")] = PEOPLE[5][0]
    text = csv_text("registre", *lines).splitlines()
    more = ["Nom;Téléphone", *(";".join(one) for one in PEOPLE)]
    return "\n".join(f"{a};{b}" for a, b in zip(text, more, strict=True)).encode()


def places(database_url: str, folder: Path) -> list[Path]:
    """Every file in which something could have stayed."""
    found = [p for p in folder.rglob("*") if p.is_file()]
    if database_url.startswith("sqlite"):
        base = Path(database_url.removeprefix("sqlite:///"))
        found += [p for p in base.parent.glob(f"{base.name}*") if p.is_file()]
    spool = Path(tempfile.gettempdir())
    return found + [p for p in spool.glob("tmp*") if p.is_file() and os.access(p, os.R_OK)]


def told(database_url: str, folder: Path) -> list[str]:
    """The places that hold a planted name."""
    found = []
    for place in places(database_url, folder):
        with suppress(FileNotFoundError):  # of another program, which has taken it away since
            if b"ZINSOUPLANTEE" in place.read_bytes():
                found.append(str(place))
    return found


@pytest.mark.parametrize("fault", [True, False], ids=["waits with a fault", "is kept"])
def test_planted_people_are_found_nowhere(desk: Desk, database_url, tmp_path, caplog, fault):
    page = desk.send(register(fault=fault))
    assert told(database_url, tmp_path) == []
    if fault:
        assert heading(page).startswith("Pas encore accepté")
        page = desk.press(page, "corriger", **{"case 0 7 kind": "requête"})
        assert told(database_url, tmp_path) == []
    page = desk.press(page, "confirmer")
    assert heading(page).startswith("C'est fait.")
    assert told(database_url, tmp_path) == []
    assert "ZINSOUPLANTEE" not in caplog.text and "ZINSOUPLANTEE" not in page.text


def test_no_byte_of_a_large_file_is_spooled_to_the_disk(desk: Desk, monkeypatch):
    def rolled(_self):
        raise AssertionError("a file went to the disk")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rolled)
    lines = [visit(COVE, "01/10/2025", ref=f"{n} {'x' * 150}") for n in range(12_000)]
    content = csv_text("registre", *lines).encode()
    assert len(content) > 2**21
    assert heading(desk.send(content)).startswith("Bon à garder")
