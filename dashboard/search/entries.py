"""What an index is made of: places, subjects, services and fixed lines, each with the words by which it is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Scale = Literal["nation", "department", "site"]  # of what a line is about


@dataclass(frozen=True)
class Target:
    """Where an answer stands. page: its address; filters: of the address, besides place, service and period, which the line
    adds where the page has such a filter; part: which panel or card of the page, by its key, "" for its top."""

    page: str
    filters: tuple[tuple[str, str], ...] = ()
    part: str = ""


@dataclass(frozen=True)
class Subject:
    """What is asked of a place. code: an indicator's, or its own; label; asked: other words for it; places: where its answer
    stands, by scale; cuts: where it stands over one dimension, by scale and dimension; has_value: whether its line shows
    a value; takes_service: whether it can be of one service; usual: whether it is offered for a place alone."""

    code: str
    label: str
    asked: tuple[str, ...]
    places: Mapping[Scale, Target]
    cuts: Mapping[tuple[Scale, str], Target] = field(default_factory=dict)
    has_value: bool = True
    takes_service: bool = False
    usual: bool = False


@dataclass(frozen=True)
class Line:
    """A fixed line: a page, a definition, a chapter of the guide, a story, a question that the data do not hold. kind: its group;
    code: within it; note: a sentence under it; address: "" where there is nothing to open."""

    kind: str
    code: str
    label: str
    asked: tuple[str, ...]
    address: str
    note: str = ""
