"""A press on a bar leads where the link of the table beneath it leads.

Nothing in a drawing takes the keyboard: the table's link is its way. Files are made of the chart itself, and have no links.
"""

from typing import Any

from dashboard.charts.style import Spec
from dashboard.panel import Chart, Link, Table
from dashboard.ui import filter_state
from dashboard.ui.links import address

WHERE = "lien"  # field of a row: the address that its bar leads to
Addresses = tuple[tuple[str, str], ...]  # of bars: label, address


def addresses(chart: Chart, table: Table) -> Addresses:
    """The address of each bar whose row in the table has one, with the filters in force; nothing for other charts."""
    if not _has_bars(chart.spec) or not table.has_links:
        return ()
    held = filter_state.non_default().items()
    drawn = [row["k"] for row in chart.spec["data"]["values"]]
    names = [row[0].text for row in table.rows]
    if not set(names) & set(drawn) and len(names) == len(drawn):
        names = drawn  # the same months, in short beside their bars
    first = zip(names, (row[0].link for row in table.rows), strict=True)
    links: dict[str, Link] = {name: link for name, link in first if link}
    return tuple((label, address(links[label], held)) for label in drawn if label in links)


def linked(chart: Chart, leading: Addresses) -> Chart:
    """The chart with bars, and words at their ends, that lead to these addresses."""
    if not leading:
        return chart
    to, spec = dict(leading), chart.spec
    rows = [{**row, WHERE: to.get(row["k"])} for row in spec["data"]["values"]]
    return Chart(
        {**spec, "data": {"values": rows}, "layer": [_layer(one) for one in spec["layer"]]}
    )


def _has_bars(spec: Spec) -> bool:
    """Whether it is a chart of horizontal bars, each with its name."""
    about: dict[str, Any] = spec.get("usermeta", {}).get("native", {})
    return about.get("kind") == "bar" and about.get("x") == "k"


def _layer(layer: Spec) -> Spec:
    """The layer with the addresses of its rows, where it draws some."""
    if layer["encoding"].get("y", {}).get("field") != "k":
        return layer
    leads = f"isValid(datum.{WHERE})"
    href = {"condition": {"test": leads, "field": WHERE, "type": "nominal"}}
    cursor = {"expr": f"{leads} ? 'pointer' : 'default'"}
    return {
        **layer,
        "mark": {**layer["mark"], "cursor": cursor},
        "encoding": {**layer["encoding"], "href": href},
    }
