"""Whether what is said agrees with itself, on the database in use."""

from collections import defaultdict
from collections.abc import Sequence

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import context
from tests.one_number import reading, said


def read(
    most: int | None = None, people: Sequence[Person] = (LOCAL_READER,)
) -> tuple[int, int, list[str]]:
    """How many figures are said, of how many things, and each thing that has two numbers, with where each stands. most: of how
    many questions of each person, None for all."""
    found: dict[str, list[reading.Figure]] = defaultdict(list)
    for person in people:
        with context.page_run():
            questions = list(said.asked(person))[:most]
        # All who answer for the service are told the same; each guest's complaints are blurred in his own way.
        audience = person.name if person.role == Role.GUEST else ""
        for one in questions:
            found[audience] += reading.figures(said.everything(one), one.places)
    faults = [
        f"{' · '.join(filter(None, (audience, *key)))} : "
        + " | ".join(f"« {number} » {min(where)}" for number, where in numbers.items())
        for audience, figures in found.items()
        for key, numbers in reading.disagreeing(figures).items()
    ]
    things = sum(len({one.key for one in figures}) for figures in found.values())
    return sum(map(len, found.values())), things, faults
