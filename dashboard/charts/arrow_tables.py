"""Rows as Arrow tables, the form in which charts and tables are sent to the browser."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from dashboard.charts.style import Row


def table_from_rows(rows: Sequence[Row]) -> pa.Table:
    """The Arrow table of a chart's rows, one column for each name; numbers among which one is a fraction or missing
    are doubles."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: _column([row.get(name) for row in rows]) for name in names})


def _column(values: list[Any]) -> pa.Array:
    column = pa.array(values, from_pandas=True)  # NaN is a missing number
    missing = column.null_count and pa.types.is_integer(column.type)
    return column.cast(pa.float64()) if missing or pa.types.is_null(column.type) else column
