"""Rows as they travel to the browser: what pandas would have made of them, without pandas."""

import pandas as pd
import pyarrow as pa
import pytest

from dashboard.charts.arrow_tables import table_from_rows

ROWS = [
    [
        {"k": "Zou", "v": 1, "t": "1 min", "c": True},
        {"k": "Mono", "v": 2, "t": "2 min", "c": False},
    ],
    [{"v": 1}, {"v": None}, {"v": 3}],
    [{"v": 1.5}, {"v": float("nan")}, {"v": 2}],
    [{"t": "a"}, {"t": None}],
    [{"a": 1, "b": "x"}, {"a": 2}],
    [{"v": None}, {"v": None}],
]


@pytest.mark.parametrize("rows", ROWS)
def test_the_values_of_a_chart_are_those_that_pandas_gives(rows):
    made = table_from_rows(rows)
    expected = pa.Table.from_pandas(pd.DataFrame(rows), preserve_index=False)
    assert made.column_names == expected.column_names
    for name in made.column_names:
        assert made[name].to_pylist() == expected[name].to_pylist()
        assert (
            pa.types.is_floating(made[name].type) == pa.types.is_floating(expected[name].type)
            or not made[name].to_pylist()[0]
        )


def test_whole_numbers_stay_whole_and_words_words():
    made = table_from_rows(ROWS[0])
    assert [str(made[name].type) for name in ("k", "v", "t", "c")] == [
        "string",
        "int64",
        "string",
        "bool",
    ]


def test_a_chart_without_rows_is_empty():
    assert table_from_rows([]).num_columns == 0
