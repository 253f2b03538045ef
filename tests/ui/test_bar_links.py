"""Bars lead where the names in the table beneath them lead; what files are made of has no links."""

import json

from streamlit.testing.v1 import AppTest


def _script() -> None:
    from dashboard import charts
    from dashboard.panel import Chart, count_cell, make_table, site_cell, text_cell
    from dashboard.ui import cached_charts

    chart = Chart(charts.bars([("Kandi", 4, "4"), ("inconnu", 2, "2")], unit="plaintes"))
    table = make_table(
        (("Centre", ""), ("Plaintes", "count")),
        [(site_cell("Kandi", "ccsp-kandi"), count_cell(4)), (text_cell("inconnu"), count_cell(2))],
    )
    cached_charts.draw(chart, "Deux barres.", table)
    cached_charts.draw(chart, "Deux barres.")
    assert "lien" not in str(chart.spec)  # what pictures, slides and papers are made of


def test_a_bar_leads_to_its_rows_page_and_one_without_a_link_nowhere():
    at = AppTest.from_function(_script).run()
    assert not at.exception
    linked, plain = (one.proto for one in at.get("vega_lite_chart"))
    assert b"./site?centre=ccsp-kandi" in linked.data.data
    hrefs = [one["encoding"].get("href") for one in json.loads(linked.spec)["layer"]]
    assert hrefs and all(h["condition"]["test"] == "isValid(datum.lien)" for h in hrefs if h)
    assert any(hrefs)
    assert "href" not in plain.spec and b"./site" not in plain.data.data
