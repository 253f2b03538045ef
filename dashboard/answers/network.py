"""The network: its sites, how far its data go, the words of its lists."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from dashboard import french
from dashboard.answers.question import EVERYTHING, Question
from dashboard.answers.view import View, answer, engine, quick
from dashboard.settings import load
from db import read
from db.codes import ALL
from db.shapes import Place


@quick
def sites(view: View, question: Question = EVERYTHING) -> tuple[Place, ...]:
    """The sites that may be seen (and that the question is about), by name."""
    chosen = view.sites(question)
    return (
        view.book.places
        if chosen == ALL
        else tuple(p for p in view.book.places if p.code in chosen)
    )


@quick
def names(view: View, question: Question = EVERYTHING) -> Mapping[str, str]:
    """Code to name of the question's sites."""
    return {p.code: p.name for p in sites(view, question)}


@dataclass(frozen=True)
class Fresh:
    """How far the data go, and how they are."""

    as_of: date | None
    demo: bool
    age_days: int | None
    empty: bool

    @property
    def stale(self) -> bool:
        """Whether the data are older than their rhythm."""
        return self.age_days is not None and self.age_days > load().stale_days


@answer
def freshness(view: View) -> Fresh:
    """How far the data of the whole network go."""
    book = view.book
    age = (view.moment.day - book.as_of).days if book.as_of else None
    return Fresh(book.as_of, book.demo, age, book.as_of is None)


@answer
def departments(view: View) -> tuple[str, ...]:
    """Every department of the country, with or without a site."""
    return tuple(
        sorted({department for _, department, _ in view.book.communes}, key=french.alphabetical)
    )


@answer
def services(view: View) -> Mapping[str, str]:
    """Code to label of every service, by label; the unknown one last."""
    return {
        **{code: label for _, code, label in view.book.services},
        "inconnu": "Prestation inconnue",
    }


class Outlines(NamedTuple):
    """The limits of communes that the ministry loaded, as GeoJSON, and where they come from."""

    geojson: dict[str, Any]
    source: str


@answer
def commune_outlines(_view: View) -> Outlines | None:
    """The limits of communes; None where there are none."""
    with engine().connect() as connection:
        boundary = read.boundary(connection, "commune")
    return Outlines(json.loads(boundary[0]), boundary[1]) if boundary else None


@answer
def commune_source(view: View) -> str:
    """Where the limits of communes come from, "" where the ministry loaded none."""
    loaded = commune_outlines(view)
    return loaded.source if loaded else ""
