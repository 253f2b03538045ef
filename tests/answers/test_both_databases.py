"""SQLite and PostgreSQL give the same answer to every question that a page asks, whatever the filters and choices."""

import io
import pickle
from collections.abc import Hashable
from importlib import import_module

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.accounts.rights import LOCAL_READER, Person, Role
from dashboard.answers import context, table_request
from dashboard.answers.cache import AnswerCache
from dashboard.indicators import BY_CODE
from dashboard.navigation import pages_of
from dashboard.period import today
from dashboard.settings import load_settings
from dashboard.ui import day_calendar, page_sections, period_comparison, side_by_side
from tests.answers.held import plain
from tests.builders import KANDI, add_decisions
from tests.pages.app import sound, visit_page

pytestmark = pytest.mark.both_databases

PAGES = pages_of(LOCAL_READER)

DIRECTOR = Person("directeur", Role.DIRECTOR, frozenset({"Zou"}))
YEAR = today().year - 1
# Of each filter, what stands for its kinds of values.
VALUES = {
    "periode": ("3m", str(YEAR), f"{YEAR}-02-10..{YEAR}-04-20"),
    "departement": ("Zou",),
    "type": ("GSRU",),
    "prestation": ("cip", "inconnu"),
    "centre": (KANDI,),
}
CHOICES = (
    *(*BY_CODE, *day_calendar.VIEWS, *period_comparison.SPLITS, *page_sections.ORDERS),
    *(*table_request.ROWS, *side_by_side.KINDS),
)
CODES = tuple(dict.fromkeys(CHOICES))  # each once
# What else a page's address says.
MORE = {
    "carte": ({"indicateur": "satisfaction"}, {"centre": KANDI}),
    "site": ({"centre": KANDI, "prestation": "cip"}, {"centre": KANDI, "periode": str(YEAR)}),
    "signaux": ({"centre": KANDI, "indicateur": "satisfaction"},),
    "presenter": (
        {"histoire": "attentes"},
        {"histoire": "plaintes"},
        {"histoire": "departement", "departement": "Zou"},
        {"histoire": "site", "centre": KANDI},
    ),
}


class Heard(AnswerCache):
    """A cache that remembers which questions were put to it, whoever asked and of whichever database."""

    def __init__(self) -> None:
        super().__init__(1_000)
        self.questions: dict[tuple, None] = {}

    def get(self, key: Hashable, compute, weight: int = 1):
        name, _, which, more = key
        self.questions[name, which, more] = None
        return super().get(key, compute, weight)


@pytest.fixture(scope="module")
def both(sqlite, postgresql):
    """The same fictitious data and decisions on SQLite and on PostgreSQL: their addresses."""
    with sqlite.fresh(visits=6_000) as one, postgresql.fresh(visits=6_000) as other:
        for url in (one, other):
            add_decisions(url, "nation", "Zou", "Atlantique", KANDI)
        yield one, other
        context.close_databases()


@pytest.fixture
def heard(monkeypatch) -> Heard:
    """The cache of answers of this test."""
    cache = Heard()
    monkeypatch.setattr(context, "ANSWER_CACHE", cache)
    yield cache
    load_settings.cache_clear()


def use(monkeypatch, url: str) -> None:
    """Ask the database at this address from now on."""
    monkeypatch.setenv("DATABASE_URL", url)
    load_settings.cache_clear()


def choose_everything(at: AppTest) -> None:
    """Each choice between the ways in which a page shows something, and each switch."""
    for key in [w.key for w in at.segmented_control if w.key != "theme_diapo"]:  # colours
        control = at.segmented_control(key=key)
        values = [v for v in (*CODES, *control.options) if label(control, v)]
        assert len(values) == len(control.options), key
        for value in values:
            sound(at.segmented_control(key=key).set_value(value).run())
    for key in [w.key for w in at.toggle]:
        sound(at.toggle(key=key).set_value(True).run())


def label(control, value: str) -> str:
    """How a choice shows the value; nothing, where it is not one of its own."""
    try:
        text = control.format_func(value)
    except KeyError:
        return ""
    return text if text in control.options else ""


def written(answer) -> bytes:
    """The answer as it is pickled, nothing by reference: of two that are the same to the last bit, the same bytes."""
    bytes_ = io.BytesIO()
    pickler = pickle.Pickler(bytes_)
    pickler.fast = True
    try:
        pickler.dump(answer)
    except (pickle.PicklingError, AttributeError, TypeError):
        return b""
    return bytes_.getvalue()


def same(one, other) -> bool:
    """Whether two answers hold the same. Nearly all are pickled to the same bytes, which is seen a hundred times sooner."""
    return (written(one) or 1) == written(other) or plain(one) == plain(other)


def answers(questions, person: Person) -> dict:
    """What the database in use answers to each question."""
    found = {}
    with context.page_run():
        for name, which, more in questions:
            module, _, function = name.rpartition(".")
            asked = getattr(import_module(module), function)
            found[name, which, more] = asked(person, *which, **dict(more))
    return found


@pytest.mark.parametrize("spec", PAGES, ids=lambda spec: spec.url_path)
def test_a_page_s_questions_have_the_same_answers_on_both(both, heard, monkeypatch, spec):
    use(monkeypatch, both[0])
    choose_everything(
        sound(visit_page(spec.url_path, **({"centre": KANDI} if spec.url_path == "site" else {})))
    )
    for wanted in (
        *({name: value} for name in spec.filters for value in VALUES[name]),
        *MORE.get(spec.url_path, ()),
    ):
        sound(visit_page(spec.url_path, **wanted))
    questions = list(heard.questions)
    assert questions
    for person in (LOCAL_READER, DIRECTOR):
        use(monkeypatch, both[0])
        expected = answers(questions, person)
        use(monkeypatch, both[1])
        found = answers(questions, person)
        assert [q for q in questions if not same(found[q], expected[q])] == []
