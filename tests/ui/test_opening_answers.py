"""The lines of answers, as they are drawn."""

import re

import pytest

from dashboard.answers.opening_answers import Name, Reply, Statement
from dashboard.panel import site_link
from dashboard.ui import opening_answers


@pytest.mark.parametrize(
    ("names", "read"),
    [
        (("Adjarra",), "Adjarra ont aussi une alerte"),
        (("Adjarra", "Kandi"), "Adjarra et Kandi ont aussi une alerte"),
        (("Adjarra", "Bembèrèkè", "Kandi"), "Adjarra, Bembèrèkè et Kandi ont aussi une alerte"),
    ],
)
def test_names_are_listed_as_in_a_sentence(monkeypatch, names, read):
    drawn: list[str] = []
    monkeypatch.setattr(opening_answers.st, "html", drawn.append)
    told = Statement(tuple(Name(n, site_link(n)) for n in names), "ont aussi une alerte")
    opening_answers.draw([Reply("Ce qui se dégrade", "signaux", "en octobre 2026", (told,))])
    (part,) = re.findall(r"<p>(.*)</p>", drawn[0])
    assert re.sub(r"<[^>]+>", "", part) == read
    assert part.count("<a href") == len(names)


def test_no_line_ends_within_a_date(monkeypatch):
    drawn: list[str] = []
    monkeypatch.setattr(opening_answers.st, "html", drawn.append)
    told = Statement((), "un peu plus d'attente, depuis août 2024")
    opening_answers.draw([Reply("Ce qui se dégrade", "signaux", "en octobre 2026", (told,))])
    assert "août\xa02024" in drawn[0]
