"""A chart and the table behind it: together, everywhere."""
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.charts.style import enlarge
from dashboard.indicators import BY_CODE
from dashboard.ui import store
from dashboard.wording import base, shown


def chart(spec: dict, table: pd.DataFrame | None, *, alt: str, key: str, open_: bool = False) -> None:
    """The chart, and its figures one click below (on a slide: none, and larger). alt: what the chart shows, in a sentence."""
    st.vega_lite_chart(enlarge(spec) if table is None else spec, width="stretch", theme=None, key=key, alt=alt)
    if table is None:
        return
    with st.expander("Voir les chiffres", expanded=open_):
        frame(table, key=f"{key}_table")


def frame(table: pd.DataFrame, *, key: str, height: int | None = None) -> None:
    """A table of words and numbers, as they are read."""
    st.dataframe(table, hide_index=True, width="stretch", key=key, **({"height": height} if height else {}))


def by_key(figures: store.Figures, codes: Sequence[str], names: dict[str, str], heading: str, *, counts: bool = False
           ) -> pd.DataFrame:
    """One row per key, alphabetically by name: each indicator in words, with what it rests on if `counts`."""
    rows = []
    for key in sorted(figures, key=lambda k: names.get(k, k)):
        row = {heading: names.get(key, key)}
        for code in codes:
            row[BY_CODE[code].short] = shown(figures[key][code])
            if counts:
                row[f"{BY_CODE[code].short} : base"] = base(figures[key][code])
        rows.append(row)
    return pd.DataFrame(rows, columns=[heading] if not rows else None)
