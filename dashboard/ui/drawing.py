"""A chart as Streamlit sends it, made once for each panel and paper: to write it anew at each run, from the same answer, was an
eighth of a run of Attentes.

Before: `dashboard.ui.show`. After: the browser. What is hidden in Streamlit is used here alone; tests/ui/test_drawing.py holds
it to what `st.vega_lite_chart` sends.
"""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.panel import Chart

Sent = tuple[str, Any, Any]  # kind of element, its message, its width and height


class _Caught(DeltaGenerator):
    """Keeps what an element would send, and sends nothing."""

    sent: Sent

    def _enqueue(  # type: ignore[override]
        self, kind: str, message: Any, layout_config: Any = None, **_: Any
    ) -> DeltaGenerator:
        self.sent = kind, message, layout_config
        return self


def draw(chart: Chart, alt: str) -> None:
    """The chart, on the paper that the reader has chosen. alt: what it shows, for who hears it."""
    paper = "dark" if st.context.theme.type == "dark" else "light"
    kind, message, layout = chart.sent.get((paper, alt)) or chart.sent.setdefault(
        (paper, alt), _message(chart, paper, alt)
    )
    st._main._enqueue(kind, message, layout)


def _message(chart: Chart, paper: str, alt: str) -> Sent:
    place = _Caught()
    place.vega_lite_chart(chart.values, chart.drawing(paper), width="stretch", theme=None, alt=alt)
    return place.sent
