"""A panel on the screen: the chart, what it rests on, and the table behind it; together, everywhere."""

from typing import Literal

import pyarrow as pa
import streamlit as st

from dashboard.panel import Panel
from dashboard.ui.escape import escaped

SHOWN = "panels_shown"  # what this run of the page has shown, to be taken away


def start() -> None:
    """Forget what another run has shown."""
    st.session_state[SHOWN] = {}


def panel(one: Panel, *, open_: bool = False, height: int | None = None) -> None:
    """The panel, its figures one click below (at once where it has no chart). open_: unfolded."""
    collect(one)
    unlisted(one, open_=open_, height=height)


def unlisted(one: Panel, *, open_: bool = False, height: int | None = None) -> None:
    """The same, of what is not taken away with the page."""
    if one.message:
        st.info(one.message)
        return
    if one.chart is None:
        rows = len(one.table.rows)
        frame(one.table.arrow, key=one.key, height=min(38 + 35 * max(rows, 1), height or 380))
    else:
        on_dark = st.context.theme.type == "dark"
        st.vega_lite_chart(
            one.values,
            one.dark if on_dark else one.drawing,
            width="stretch",
            theme=None,
            key=one.key,
            alt=one.alt,
        )
    if one.caption:
        st.caption(escaped(one.caption))
    if one.strip or (one.chart is not None and one.table):
        with st.expander("Voir les chiffres, et s'y fier", expanded=open_):
            if one.strip:
                st.caption(f"**Puis-je m'y fier ?** {escaped(one.strip)}")
            if one.chart is not None and one.table:
                frame(one.table.arrow, key=f"{one.key}_table")


def frame(table: pa.Table, *, key: str, height: int | Literal["auto"] = "auto") -> None:
    """A table of words and numbers, as they are read."""
    st.dataframe(table, hide_index=True, width="stretch", key=key, height=height)


def collect(one: Panel) -> None:
    """Note the panel among those of the page, for the file that takes them away."""
    st.session_state.setdefault(SHOWN, {})[one.key] = one.told
