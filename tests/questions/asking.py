"""Every question put to the application: whether « Chercher » offers its address, and whether the page there answers it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from dashboard.accounts.rights import Person
from dashboard.answers import search_index
from dashboard.web import search_pages
from tests.questions.asked import Question
from tests.questions.raw_rows import Raw
from tests.questions.read_page import opened
from tests.search.matching import FIRST, matched


@dataclass(frozen=True)
class Asked:
    """A question that was put. label: of the line of « Chercher » that leads there, "" for none; offered: all that it offers;
    wrong: what the page does not show."""

    question: Question
    label: str
    offered: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def fault(self) -> str:
        """What is wrong, "" for nothing."""
        if not self.label:
            return f"« {self.question.typed} » offers {self.offered}, not {self.question.address or 'a sentence'}"
        return " ; ".join(self.wrong)


def index_of(person: Person) -> dict:
    """The index as that person's browser is given it."""
    found: dict = json.loads(search_pages.json_of(search_index.index(person)))
    return found


def same_place(a: str, b: str, usual: str) -> bool:
    """Whether two addresses open the same page with the same filters. usual: the period that need not be said."""
    return _parts(a, usual) == _parts(b, usual)


def _parts(address: str, usual: str) -> tuple[str, str, dict[str, str]]:
    parts = urlsplit(address)
    said = {name: v for name, v in parse_qsl(parts.query) if (name, v) != ("periode", usual)}
    # Of pages of figures the part, to which the line scrolls, is left out: the answer is looked for on the whole page.
    explains = parts.path in ("/guide", "/definitions")
    return unquote(parts.path), unquote(parts.fragment) if explains else "", said


def lines_of(questions: Iterable[Question]) -> Iterator[tuple[Question, str, tuple[str, ...]]]:
    """Of each question, the label of the line of « Chercher » that leads to its address, "" for none, and all that is offered."""
    questions = list(questions)
    for person in dict.fromkeys(one.person for one in questions):
        own = [one for one in questions if one.person == person]
        index = index_of(person)
        for one, found in zip(own, matched(index, [q.typed for q in own]), strict=True):
            lines = found["lines"][:FIRST]
            wanted = [
                line["label"]
                for line in lines
                if (
                    same_place(line["address"], one.address, index["period"])
                    if one.address
                    else line["key"].startswith("unknown:")
                )
            ]
            offered = tuple(f"{line['label']} {line['address']}" for line in lines)
            yield one, wanted[0] if wanted else "", offered


def ask(raw: Raw, questions: Iterable[Question]) -> Iterator[Asked]:
    """Put questions to the application, whose database has these rows."""
    for one, label, offered in lines_of(questions):
        checks = one.answer(raw)
        wrong: list[str] = []
        if one.address:
            page = opened(one.person, one.address)
            wrong = [fault for check in checks if (fault := check(page))]
        yield Asked(one, label, offered, tuple(wrong))
