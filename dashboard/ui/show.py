"""A panel on the screen: the chart, what it rests on, and the table behind it; together, everywhere."""

import streamlit as st

from dashboard.panel import Chart, Message, Panel
from dashboard.ui import picture, tables
from dashboard.ui.escape import escaped

SHOWN = "panels_shown"  # what this run of the page has shown, to be taken away


def start() -> None:
    """Forget what another run has shown."""
    st.session_state[SHOWN] = {}
    st.session_state.pop(picture.ABOUT, None)


def panel(one: Panel, *, open_: bool = False, height: int | None = None) -> None:
    """The panel, its figures one click below (at once where it has no chart). open_: unfolded."""
    collect(one)
    unlisted(one, open_=open_, height=height)


def unlisted(one: Panel, *, open_: bool = False, height: int | None = None) -> None:
    """The same, of what is not taken away with the page."""
    drawn = isinstance(one.content, Chart)
    match one.content:
        case Message(text):
            st.info(text)
            return
        case Chart() as chart:
            st.vega_lite_chart(
                chart.values,
                chart.dark if st.context.theme.type == "dark" else chart.drawing,
                width="stretch",
                theme=None,
                key=one.key,
                alt=one.alt,
            )
        case _:
            tables.draw(one.table, label=one.title, height=height or 380)
    if one.caption:
        st.caption(escaped(one.caption))
    if one.strip or drawn:
        with st.expander("Voir les chiffres, et s'y fier", expanded=open_):
            if one.strip:
                st.caption(f"**Puis-je m'y fier ?** {escaped(one.strip)}")
            if drawn:
                tables.draw(one.table, label=one.title, height=380)
                picture.button(one)


def collect(one: Panel) -> None:
    """Note the panel among those of the page, for the file that takes them away."""
    st.session_state.setdefault(SHOWN, {})[one.key] = one.told
