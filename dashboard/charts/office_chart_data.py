"""The numbers of a chart for office programs, read from the spec that the screen draws.

Each spec says in its `usermeta` which of its fields are categories and which are series; the numbers are those of its
data, so that an editable chart cannot differ from the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.charts.style import Row, Spec

Kind = Literal["line", "bar", "column", "scatter", "table"]


@dataclass(frozen=True)
class Series:
    """One line, set of bars or cloud. y: values, None where missing. x: of a scatter, else (). words: each point's, or ().

    role: "value", "place" (one of several set side by side), "centre", "limit", "target", "points" or "interval" (the ends of the
    line along a bar); it decides the look.
    """

    name: str
    role: str
    y: tuple[float | None, ...]
    x: tuple[float, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Native:
    """A chart for an office program. categories: of every kind but a scatter. "table" stands for a chart that office
    programs do not draw: its panel's table is to be used. spec: what the screen draws."""

    kind: Kind
    x_title: str
    y_title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    spec: Spec

    @property
    def rows(self) -> list[Row]:
        """What the screen draws, a row each point or bar."""
        rows: list[Row] = self.spec["data"]["values"]
        return rows


def usermeta(
    kind: Kind, *, x: str = "", x_title: str = "", y_title: str = "", series: Sequence[Row] = ()
) -> Spec:
    """The `usermeta` of a spec. x: field of the categories, or of a scatter's horizontal axis.

    series: {"name", "field", "role"}, and, where it applies, "words" (field of the words), "layer" (index of the layer
    that holds its data), "match": (field, value) of its rows, "constant": a value for all rows.
    """
    return {
        "native": {
            "kind": kind,
            "x": x,
            "x_title": x_title,
            "y_title": y_title,
            "series": list(series),
        }
    }


def value_series(name: str) -> Row:
    """The series of a chart that has one, its values in words beside it."""
    return {"name": name, "field": "v", "role": "value", "words": "t"}


def native(spec: Spec) -> Native:
    """The chart that a spec describes. KeyError for a spec without description."""
    said = spec["usermeta"]["native"]
    main = spec["data"]["values"]
    scatter = said["kind"] == "scatter"
    # A category that several rows share (one per series) is one category.
    categories = (
        ()
        if scatter or said["kind"] == "table"
        else tuple(dict.fromkeys(str(row[said["x"]]) for row in main))
    )
    return Native(
        said["kind"],
        said["x_title"],
        said["y_title"],
        categories,
        tuple(_series(one, spec, main, said["x"], scatter) for one in said["series"]),
        spec,
    )


def _series(one: Row, spec: Spec, main: list[Row], x: str, scatter: bool) -> Series:
    rows = main if one.get("layer") is None else spec["layer"][one["layer"]]["data"]["values"]
    if "match" in one:
        field, wanted = one["match"]
        rows = [row for row in rows if row[field] == wanted]
    y = tuple(one["constant"] if "constant" in one else row.get(one["field"]) for row in rows)
    said = tuple(str(row[one["words"]]) for row in rows) if "words" in one else ()
    return Series(
        one["name"], one["role"], y, tuple(row[x] for row in rows) if scatter else (), said
    )
