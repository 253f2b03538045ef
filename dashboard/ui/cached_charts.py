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

from dashboard.panel import EMPTY, Chart, Table
from dashboard.ui import bar_links

Sent = tuple[VegaLiteChart, LayoutConfig]
KEPT = 8  # messages of one chart: papers, and filters that its links hold


def draw(chart: Chart, alt: str, table: Table = EMPTY) -> None:
    """Draw a chart on the paper that the reader has chosen. alt: what it shows, for screen readers. table: of its figures, whose
    links its bars have, too."""
    paper = "dark" if st.context.theme.type == "dark" else "light"
    leading = bar_links.addresses(chart, table)
    asked, kept = (paper, alt, leading), chart.message_cache
    if asked not in kept:
        if len(kept) >= KEPT:
            kept.clear()
        kept[asked] = _message(bar_links.linked(chart, leading), paper, alt)
    st._main._enqueue("vega_lite_chart", *kept[asked])


def _message(chart: Chart, paper: str, alt: str) -> Sent:
    """The message of a chart, and its layout."""
    # Not by st.vega_lite_chart, which parses its own JSON again for names that Altair numbers; we have none.
    message = VegaLiteChart(
        spec=json.dumps(_prepare_vega_lite_spec(chart.spec_without_rows(paper), True)), alt=alt
    )
    message.data.data = convert_arrow_table_to_arrow_bytes(chart.values)
    return message, LayoutConfig(width="stretch", height="content")
