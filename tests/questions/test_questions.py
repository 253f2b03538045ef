"""Every question is answered on the page that « Chercher » offers for it, by what is counted anew from raw rows.

The whole, on two databases: `python -m tests.questions`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from dashboard.answers import context
from dashboard.settings import load_settings
from db.engine import make_engine
from tests.questions.asked import PEOPLE, QUESTIONS, Question
from tests.questions.asking import ask, lines_of
from tests.questions.paper import KINDS, PAPER, written
from tests.questions.raw_rows import DATASETS, Raw, prepare
from tests.questions.read_page import opened


@pytest.fixture(scope="module")
def filled(sqlite, tmp_path_factory) -> Iterator[Callable[[int], tuple[str, Raw]]]:
    """filled(number): the address and the rows of a database of the demonstration, made once it is asked for."""
    with ExitStack() as opened_ones:
        made: dict[int, tuple[str, Raw]] = {}

        def fill(number: int) -> tuple[str, Raw]:
            if number not in made:
                url = opened_ones.enter_context(sqlite.fresh())
                engine = make_engine(url)
                opened_ones.callback(engine.dispose)
                prepare(engine, *DATASETS[number])
                folder = tmp_path_factory.mktemp("raw")
                made[number] = url, Raw(engine, folder, *DATASETS[number])
            return made[number]

        yield fill
        context.close_databases()


@pytest.fixture
def rows_of(filled, monkeypatch) -> Iterator[Callable[[int], Raw]]:
    """rows_of(number): the rows of a database, from which the application answers from now on."""

    def use(number: int) -> Raw:
        url, raw = filled(number)
        if url not in context.ENGINES:
            context.close_databases()  # what is kept of the other
        monkeypatch.setenv("DATABASE_URL", url)
        load_settings.cache_clear()
        return raw

    yield use
    load_settings.cache_clear()


# Each question of one of two databases, and then the next of the other: of both by chance's command.
ASKED = [
    pytest.param(
        number, one, marks=[pytest.mark.chance] * ((number + n) % 2), id=f"{number}-{one.asks}"
    )
    for number in range(len(DATASETS))  # one database, then the other
    for n, one in enumerate(QUESTIONS)
]


@pytest.mark.parametrize(("number", "question"), ASKED)
def test_the_page_that_is_offered_says_what_is_counted_from_raw_rows(rows_of, question, number):
    (asked,) = ask(rows_of(number), [question])
    assert asked.fault == ""


def test_a_page_of_other_rows_is_found_wrong(rows_of):
    """What is counted of one database is not what pages say of the other."""
    other, _ = rows_of(1), rows_of(0)
    counted = [one for one in QUESTIONS if one.kind in ("lequel", "combien", "comparer")][::3]
    wrong = [one for one in counted if is_wrong(other, one)]
    assert len(wrong) >= 0.9 * len(counted), [one.asks for one in counted if one not in wrong]


def is_wrong(raw: Raw, question: Question) -> bool:
    page = opened(question.person, question.address)
    return any(check(page) for check in question.answer(raw))


def test_every_kind_of_person_asks_and_every_kind_of_question_is_asked():
    assert len(QUESTIONS) >= 100
    assert len({one.asks for one in QUESTIONS}) == len(QUESTIONS)
    assert {one.kind for one in QUESTIONS} == set(KINDS)
    for who in PEOPLE:
        assert sum(one.who == who for one in QUESTIONS) >= 10, who


def test_the_paper_is_the_list(rows_of):
    rows_of(0)
    labels = {one.asks: label for one, label, _ in lines_of(QUESTIONS)}
    assert PAPER.read_text(encoding="utf-8") == written(labels), "python -m tests.questions --write"
