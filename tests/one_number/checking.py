"""Whether what is said agrees with itself, on the database in use."""

from dashboard.answers import view
from tests.one_number import reading, said


def read(most: int | None = None) -> tuple[int, int, list[str]]:
    """How many figures are said, of how many things, and each thing that has two numbers, with where each stands. most: of how
    many questions, None for all."""
    with view.run():
        questions = list(said.asked())[:most]
    found: list[reading.Figure] = []
    for one in questions:
        found += reading.figures(said.everything(one), one.places)
    faults = [
        f"{' · '.join(filter(None, key))} : "
        + " | ".join(f"« {number} » {min(where)}" for number, where in numbers.items())
        for key, numbers in reading.disagreeing(found).items()
    ]
    return len(found), len({one.key for one in found}), faults
