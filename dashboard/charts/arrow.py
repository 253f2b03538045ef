"""Rows as Arrow tables: the form in which charts and tables travel to the browser. Made once for each panel."""

import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from dashboard.charts.style import Row


def of_rows(rows: Sequence[Row]) -> pa.Table:
    """The values of a chart, one column for each name; numbers among which one is a fraction or missing are doubles."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: _column([row.get(name) for row in rows]) for name in names})


def _column(values: list[Any]) -> pa.Array:
    numbers = all(
        v is None or isinstance(v, (int, float)) and not isinstance(v, bool) for v in values
    )
    if numbers and any(v is None or isinstance(v, float) for v in values):
        return pa.array(
            [None if v is None or math.isnan(v) else float(v) for v in values], pa.float64()
        )
    return pa.array(values)
