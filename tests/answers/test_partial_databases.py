"""Random partial databases deny nothing that their files leave open; `python -m tests.partial` reads hundreds of them."""

from datetime import date

import pytest

from dashboard.period import today
from tests.builders import COVE, KANDI, closing, complaint, visit
from tests.partial.placing import fault
from tests.partial.reading import read
from tests.partial.said import Said
from tests.partial.truth import Truth
from tests.partial.world import File, World

FIRST = 2027_01  # another year, other databases
MANY = {"sqlite": 5, "postgresql": 2}  # more by `make chance`: python -m tests.partial


def test_what_is_said_of_random_partial_databases_is_true(databases, tmp_path):
    for seed in range(FIRST, FIRST + MANY[databases.name]):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with databases.fresh() as url:
            number, denying, faults = read(url, folder, seed)
        assert number > 1_000 and denying > 100, "everything was read"
        assert not faults, (seed, faults[:5])


SCOPE = (COVE, KANDI)
DAY = date(2026, 11, 20)


def truth(*files: File) -> Truth:
    """Of two sites, of which Covè has visits to the last day."""
    visits = File("registre", (visit(COVE, "2026-11-02"), visit(COVE, DAY.isoformat())))
    return Truth(World(0, today(), [visits, *files]))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("aucune plainte en cours", True),
        ("Aucune plainte n'attend depuis plus de 30 jours", True),
        ("registre des plaintes non remonté", False),
        ("1 plainte connue en cours", False),
        ("Aucune fiche de clôture remise", True),
        ("Toutes les fiches de clôture sont remises", False),
        ("ce centre n'est pas muet", True),
        ("2 n'ont encore remis ni registre des visites ni fiche de clôture", False),
        ("personne n'est venu", False),  # it has no place
    ],
)
def test_the_oracle_sees_what_is_false_and_what_it_cannot_place(text, whole):
    said = Said(text, "titre", SCOPE, date(2026, 11, 1), DAY)
    answered = complaint("a", COVE, "2026-11-03", resolved="2026-11-04")
    covers = (date(2026, 1, 1), DAY)
    assert (not fault(said, truth(File("plaintes", (answered,), covers, SCOPE)))) == whole
    if "plainte" in text and whole:  # the same where nobody handed them in, or one of the two
        assert fault(said, truth())
        assert fault(said, truth(File("plaintes", (answered,), covers, SCOPE[:1])))


def test_the_oracle_asks_the_share_of_days_received_of_registers_alone():
    def said(site: str) -> Said:
        of = (date(2026, 11, 1), DAY)
        return Said("0 sur 4", "panneau completude", (site,), *of, column="Part reçue", row=site)

    fiche = File("cloture", (closing(KANDI, "2026-11-03"),))
    assert not fault(said(KANDI), truth(fiche)), "what a fiche declares is no register"
    assert fault(said(COVE), truth(fiche)), "two days of it were handed in"
