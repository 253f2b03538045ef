"""A chart is sent as Streamlit itself would send it, each time anew."""

from streamlit.testing.v1 import AppTest


def _script() -> None:
    import streamlit as st

    from dashboard.palette import MAIN
    from dashboard.panel import Chart
    from dashboard.ui import cached_charts

    chart = Chart(
        {
            "data": {"values": [{"a": "Bohicon", "b": 12.5}, {"a": "Kandi", "b": None}]},
            "mark": {"type": "bar", "color": MAIN},
            "encoding": {"x": {"field": "b"}, "y": {"field": "a"}},
        }
    )
    for _ in range(2):  # made, then kept
        with st.container():
            cached_charts.draw(chart, "Deux barres.")
    st.vega_lite_chart(
        chart.values, chart.spec_without_rows(), width="stretch", theme=None, alt="Deux barres."
    )


def test_a_chart_is_sent_as_streamlit_sends_it():
    at = AppTest.from_function(_script).run()
    assert not at.exception
    made, kept, theirs = at.get("vega_lite_chart")
    assert made.proto == kept.proto == theirs.proto
    assert "Kandi" in str(theirs.proto.data.data) and theirs.proto.alt == "Deux barres."
    assert [at.main.children[n].children[0].type for n in (0, 1)] == ["vega_lite_chart"] * 2
