"""Horizontal bar charts: comparisons, ages of complaints, their reasons."""

from collections.abc import Sequence
from typing import Any

from dashboard import french
from dashboard.charts.office_chart_data import usermeta, value_series
from dashboard.charts.style import Row, Spec, chart, tooltip_title
from dashboard.palette import ACCENT, INK, MAIN, PALE, PAPER, SOFT

STEP = 22  # height of a bar, in pixels
LETTER = 6.5  # width of a letter of the words beside a bar, in pixels
MOST_WIDE = 2  # how far an interval may widen the scale, in longest bars
LIKELY = "sans doute"


def bars(
    rows: Sequence[tuple[str, float | None, str]],
    *,
    unit: str,
    axis: str = "",
    highlighted: str | None = None,
    reference: float | None = None,
    reference_words: str = "",
    intervals: Sequence[tuple[float | None, float | None, str]] = (),
) -> Spec:
    """A chart of horizontal bars in the order given: (label, value or None, the value in words). A missing value is
    written, not drawn.

    unit: what is drawn; axis: what its axis says, by default the same. reference: a vertical line, the value of the
    whole; reference_words: what is written above it. highlighted: the label of a bar to bring out. intervals: of each
    bar, or none: (low, high, in words), None for an end that is not known.
    """
    values, top = _rows(rows, highlighted, intervals)
    y = _names()
    # Room at the end for the value written there.
    x = {
        "field": "v",
        "type": "quantitative",
        "title": axis or unit,
        "scale": _scale(top, 1.19, [t for _, _, t in rows]),
        "axis": {
            "tickCount": 5,
            "labelBound": True,
            "labelSeparation": 8,
            **(_whole_ticks(top) if _are_whole_numbers(rows) else {}),
        },
    }
    tip = [
        tooltip_title("k"),
        {"field": "t", "type": "nominal", "title": unit},
        *([{"field": "w", "type": "nominal", "title": LIKELY}] if intervals else []),
    ]
    halo: tuple[Spec, ...] = ({"color": PAPER, "stroke": PAPER, "strokeWidth": 4}, {"color": INK})
    # Beside intervals the values stand in a column: at the ends of the lines they would seem to be these.
    place: Spec = {"value": "width"} if intervals else {"field": "e", "type": "quantitative"}
    aside: Spec = {"align": "right", "dx": 0} if intervals else {}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.7}},
            "encoding": {
                "y": y,
                "x": x,
                "tooltip": tip,
                "color": {"condition": {"test": "datum.c", "value": ACCENT}, "value": MAIN},
            },
        },
        *(
            {
                **_words(y, place, tip, **aside, **look),
                "transform": [{"filter": "isValid(datum.v)"}],
            }
            # Twice: paper under the word keeps the reference line out of it.
            for look in halo
        ),
        *(
            {
                **_words(y, {"datum": 0}, tip, fontStyle="italic", **look),
                "transform": [{"filter": "!isValid(datum.v)"}],
            }
            for look in (halo[0], {"color": SOFT})
        ),
    ]
    if intervals:
        # Of the colour of paper on the bar, of ink beyond it: it stands out from both, and the bar keeps its end.
        layers[1:1] = [
            _whiskers(y, x, tip, "b", color=INK),
            _whiskers(y, x, tip, "v", color=PAPER),
        ]
    if reference is not None:
        layers[1:1] = _reference_line(reference, reference_words)
    series: list[Row] = [value_series(unit)]
    if intervals:
        series += [
            {"name": f"trait fin, {end}", "field": field, "role": "interval"}
            for end, field in (("de", "a"), ("à", "e"))
        ]
    if reference is not None:
        series.append({"name": "l'ensemble", "role": "centre", "constant": reference})
    return chart(
        values,
        height={"step": STEP},
        layer=layers,
        usermeta=usermeta("bar", x="k", x_title=axis or unit, series=series),
    )


def _rows(
    rows: Sequence[tuple[str, float | None, str]],
    highlighted: str | None,
    intervals: Sequence[tuple[float | None, float | None, str]],
) -> tuple[list[Row], float]:
    """A row for each bar, with its interval and the place of its value; and the end of the scale."""
    values: list[Row] = [
        {"k": k, "v": v, "t": t, "c": k == highlighted, "i": i} for i, (k, v, t) in enumerate(rows)
    ]
    tallest = top = max((v for _, v, _ in rows if v is not None), default=1) or 1
    if intervals:
        # The smallest sites are so unsure that their lines would leave no room for the bars: these go to the edge.
        top = max(tallest, min(max(high or 0 for _, high, _ in intervals), MOST_WIDE * tallest))
        for row, (low, high, words) in zip(values, intervals, strict=True):
            row["w"] = words or "on ne sait pas"
            if row["v"] is not None and words:
                row |= {"a": low or 0, "b": top if high is None else min(high, top)}
    for row in values:
        row["e"] = max(row.get("b", 0), row["v"]) if row["v"] is not None else None
    return values, top


def _reference_line(value: float, words: str) -> list[Spec]:
    """A dashed line at the value of the whole, with its words above it."""
    return [
        {
            "mark": {"type": "rule", "color": INK, "strokeDash": [4, 3]},
            "encoding": {"x": {"datum": value}},
        },
        {
            "data": {"values": [{}]},
            "mark": {"type": "text", "baseline": "bottom", "dy": -3, "color": SOFT},
            "encoding": {
                "x": {"datum": value},
                "y": {"value": 0},
                "text": {"value": words},
            },
        },
    ]


def _are_whole_numbers(rows: Sequence[tuple[str, float | None, str]]) -> bool:
    """Whether all values are whole numbers, as counts are."""
    return all(v is None or float(v).is_integer() for _, v, _ in rows)


def _whole_ticks(top: float) -> Spec:
    """The axis properties that keep halves off an axis of counts; a few ticks are named each, for Vega would give
    halves all the same."""
    return {
        "tickMinStep": 1,
        "format": ",d",
        **({"values": [*range(int(top) + 1)]} if top < 6 else {}),
    }


def age_bands(
    rows: Sequence[tuple[str, int]], *, late: int, words: Sequence[str] | None = None
) -> Spec:
    """A bar chart of open complaints by age: (band, count), youngest first; the bands from index `late` on are past
    the deadline. words: of each count, where more may wait than are known."""
    said = words or [french.number(v) for _, v in rows]
    values: list[Row] = [
        {"k": k, "v": v, "late": i >= late, "t": said[i]} for i, (k, v) in enumerate(rows)
    ]
    colour = {"condition": {"test": "datum.late", "value": MAIN}, "value": PALE}
    return _counts(values, "Plaintes en cours", "plaintes en cours", 30, 1.12, color=colour)


def pareto(rows: Sequence[tuple[str, int]]) -> Spec:
    """A bar chart of reasons from the most to the least frequent: (reason, count); the cumulative share is written
    beside each bar."""
    ordered = sorted(rows, key=lambda r: (-r[1], r[0]))
    values: list[Row] = []
    total, so_far = sum(n for _, n in ordered), 0
    for reason, count in ordered:
        so_far += count
        share = french.percent(100 * so_far / total) if total else ""
        values.append({"k": reason, "v": count, "t": f"{french.number(count)}  (cumul {share})"})
    return _counts(values, "Plaintes", "plaintes reçues", 26, 1.3)


def _counts(
    values: list[Row],
    what: str,
    title: str,
    step: int,
    room: float,
    **look: Spec,
) -> Spec:
    """A bar chart of counts, in the order given. what, title: what is counted, under the pointer and beside the axis;
    step: the height of a bar with its share of the space; room: of the longest bar with the words at its end."""
    y, tip = _names(), _count_tooltip(what)
    top = max((row["v"] for row in values), default=1) or 1
    x = {
        "field": "v",
        "type": "quantitative",
        "title": title,
        "scale": _scale(top, room, [row["t"] for row in values]),
        "axis": {"tickCount": 5, "labelBound": True, **_whole_ticks(top)},
    }
    return chart(
        values,
        height={"step": step},
        layer=[
            {
                "mark": {"type": "bar", "height": {"band": 0.7}},
                "encoding": {"y": y, "x": x, "tooltip": tip, **look},
            },
            _words(y, tip=tip),
        ],
        usermeta=usermeta("bar", x="k", x_title=title, series=[value_series(title)]),
    )


def _names() -> Spec:
    """The axis with the name of each bar, in the order given."""
    return {
        "field": "k",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"ticks": False, "domain": False},
    }


def _scale(top: float, room: float, words: Sequence[str]) -> Spec:
    """The scale from 0 to the longest bar and the room for the words at its end: a part of the width, or what they
    need in a narrow one."""
    needed = 10 + LETTER * max(map(len, words), default=0)
    return {
        "domain": [0, top * room],
        "range": [0, {"expr": f"min(width, max(40, width - {needed:.0f}) * {room})"}],
        "nice": False,
    }


def _count_tooltip(what: str) -> list[Spec]:
    """The tooltip of a bar of counts."""
    return [tooltip_title("k"), {"field": "t", "type": "nominal", "title": what}]


def _whiskers(y: Spec, x: Spec, tip: list[Spec], end: str, **look: Any) -> Spec:
    """A line along each bar from the lower end of its interval to the field `end` of the row."""
    return {
        "mark": {"type": "rule", "strokeWidth": 2, **look},
        "transform": [{"filter": "isValid(datum.a)"}],
        "encoding": {"y": y, "x": {**x, "field": "a"}, "x2": {"field": end}, "tooltip": tip},
    }


def _words(y: Spec, x: Spec | None = None, tip: Sequence[Spec] = (), **look: Any) -> Spec:
    """The words written at the end of each bar, or at a place of their own."""
    return {
        "mark": {"type": "text", "align": "left", "dx": 4, **look},
        "encoding": {
            "y": y,
            "x": x or {"field": "v", "type": "quantitative"},
            "text": {"field": "t"},
            "tooltip": list(tip),
        },
    }
