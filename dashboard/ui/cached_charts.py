"""Charts as the messages that Streamlit sends, made once for each panel and paper: to make them at each run took an eighth of a
run of Attentes.

Before: `dashboard.ui.panel_display`. After: the browser. Private parts of Streamlit are used here alone;
tests/ui/test_cached_charts.py compares the result with what `st.vega_lite_chart` sends.
"""

import json

import streamlit as st
from streamlit.dataframe_util import convert_arrow_table_to_arrow_bytes
from streamlit.elements.lib.layout_utils import LayoutConfig
from streamlit.elements.vega_charts import _prepare_vega_lite_spec
from streamlit.proto.VegaLiteChart_pb2 import VegaLiteChart

from dashboard.panel import Chart

Sent = tuple[VegaLiteChart, LayoutConfig]


def draw(chart: Chart, alt: str) -> None:
    """Draw a chart on the paper that the reader has chosen. alt: what it shows, for screen readers."""
    paper = "dark" if st.context.theme.type == "dark" else "light"
    message, layout = chart.message_cache.get((paper, alt)) or chart.message_cache.setdefault(
        (paper, alt), _message(chart, paper, alt)
    )
    st._main._enqueue("vega_lite_chart", message, layout)


def _message(chart: Chart, paper: str, alt: str) -> Sent:
    """The message of a chart, and its layout."""
    # Not by st.vega_lite_chart, which parses its own JSON again for names that Altair numbers; we have none.
    message = VegaLiteChart(
        spec=json.dumps(_prepare_vega_lite_spec(chart.spec_without_rows(paper), True)), alt=alt
    )
    message.data.data = convert_arrow_table_to_arrow_bytes(chart.values)
    return message, LayoutConfig(width="stretch", height="content")
