"""The map asks nothing of the outside, is never rebuilt, and takes hostile text for text."""

import csv
import json
import math
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.ui import maps

ROOT = Path(__file__).parents[2]
SCRIPT = """
import streamlit as st
from dashboard.ui import maps
maps.show_map(**st.session_state["options"])
"""
HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "${alert(1)}",
    "`;alert(1);`",
    "');alert(1);('",
    '");alert(1);("',
    "{{ 7 * 7 }} {{'map_div'}} {% raw %}",
    "\\u0027); alert(1) \\",
    "fin\u2028de\u2029ligne\n\x00",
    "Sèmè-Kpodji 😀 \ud800",
    "_feature_group_0 map_div",
]


def page(change: dict | None = None) -> AppTest:
    """A page that shows the map of all sites with hostile texts, called with the options of `change`."""
    at = AppTest.from_string(SCRIPT, default_timeout=20)
    return show(at, change)


def show(at: AppTest, change: dict | None) -> AppTest:
    at.session_state["options"] = {"sites": SITES, **(change or {})}
    at.run()
    assert not at.exception
    return at


def arguments(at: AppTest) -> dict:
    return json.loads(at.get("component_instance")[0].proto.json_args)


def decode(literal: str) -> object:
    """What the browser's JSON.parse would give for the literal, its JavaScript escapes undone first."""
    inside = re.search(r"JSON\.parse\('(.*?)'\)", literal).group(1)
    units = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), inside)
    return json.loads(units.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass"))


def read_sites() -> list[dict]:
    with (ROOT / "data/reference/sites.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        {
            "id": row["code"], "name": row["name"], "kind": row["kind"], "lat": float(row["lat"]),
            "lon": float(row["lon"]), "radius": 8.0, "fill": "#5b8fc4", "missing": False,
            "tip": [HOSTILE[i % (len(HOSTILE) - 2)]], "label": row["commune"],
        }
        for i, row in enumerate(rows)
    ]  # fmt: skip


SITES = read_sites()


def test_every_script_and_style_comes_from_the_application():
    given = arguments(page())
    links = given["js_links"] + given["css_links"]
    assert links and all(link.startswith("../../app/static/") for link in links)
    assert not re.search(r"https?:|//[a-z]", json.dumps({**given, "feature_group": ""}))


def test_every_site_reaches_the_browser_unchanged():
    assert decode(arguments(page())["feature_group"])["sites"] == SITES


def test_another_payload_changes_the_group_and_not_the_base():
    at = page()
    first, identity = arguments(at), at.get("component_instance")[0].proto.id
    recoloured = [{**site, "fill": "#d9742b"} for site in SITES]
    show(at, {"sites": recoloured, "focus": "Zou", "chosen": SITES[1]["id"], "dark": True})
    assert arguments(at)["script"] == first["script"]
    assert arguments(at)["feature_group"] != first["feature_group"]
    assert at.get("component_instance")[0].proto.id == identity


def test_limits_of_communes_are_named_in_the_base():
    named = page({"communes": "communes-0123456789ab.js"})
    assert decode(arguments(named)["script"]) == {"communes": "communes-0123456789ab.js"}


def test_moving_the_map_does_not_run_the_page_again():
    assert arguments(page())["returned_objects"] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    literal = maps.literal({"name": text})
    assert decode(literal) == {"name": text}
    inside = literal.removeprefix("JSON.parse('").removesuffix("')")
    assert not set(inside) & set("<>&'$`{}_()/\n\u2028")
    assert re.fullmatch(r"(?:[^\\]|\\u[0-9a-f]{4})*", inside)


def test_hostile_text_goes_through_the_templates_unchanged():
    sites = [{**SITES[0], "name": " ".join(HOSTILE[:-2]), "label": HOSTILE[-1]}]
    group = arguments(page({"sites": sites}))["feature_group"]
    assert decode(group)["sites"] == sites
    assert "<" not in group and "alert(" not in group


def test_the_legend_says_what_it_was_given():
    legend = maps.Legend("Attente", [{"colour": "#123456", "label": "<b>", "count": 3}], missing=2)
    assert decode(arguments(page({"legend": legend}))["feature_group"])["legend"] == {
        "title": "Attente", "classes": [{"colour": "#123456", "label": "<b>", "count": 3}], "missing": 2,
        "size_text": "", "sizes": [], "credit": "",
    }  # fmt: skip


def test_a_number_that_is_not_one_is_refused():
    with pytest.raises(ValueError):
        maps.literal({"radius": math.nan})


def test_areas_are_in_the_ratio_of_the_values():
    small, large = maps.radii([50, 200], 18)
    assert large == 18
    assert large**2 / small**2 == pytest.approx(200 / 50)


def test_the_scale_may_be_fixed_from_outside():
    assert maps.radii([100], 20, largest=400) == [10]


def test_no_value_has_no_radius():
    assert maps.radii([None, 0, -3, math.nan, 4], 10) == [None, None, None, None, 10]
    assert maps.radii([None, 0], 10) == [None, None]
    assert maps.radii([], 10) == []


@pytest.mark.parametrize(
    ("value", "choice"),
    [
        ({"site": "a", "t": 1}, {"site": "a"}),
        ({"department": "Zou", "t": 1}, {"department": "Zou"}),
        ({"site": "unknown", "t": 1}, None),
        ({"site": "unknown", "department": "Zou"}, None),
        ({"site": ["a"]}, None),
        ({"department": 3}, None),
        ({}, None),
        (None, None),
        ("a", None),
    ],
)
def test_only_a_known_site_or_a_named_department_is_a_choice(value, choice):
    assert maps._choice(value, {"a", "b"}) == choice
