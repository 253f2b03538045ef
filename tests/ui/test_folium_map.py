"""The map asks nothing of the outside, is never rebuilt, and takes hostile text for text."""

import csv
import json
import math
import os
import re
from dataclasses import asdict
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.answers.map_legend import radii
from dashboard.answers.map_places import set_apart
from dashboard.exports import map_geometry
from dashboard.panel import MOST_NAMED, Plot, naming_order
from dashboard.ui import folium_map, map_assets
from tests.browser import served
from tests.browser.screen import enlarge

ROOT = Path(__file__).parents[2]
SCRIPT = """
import streamlit as st
from dashboard.ui import folium_map
folium_map.show_map(**st.session_state["options"])
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
    return json.loads(
        units.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
    )


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


@pytest.mark.pitfall(29)
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


def test_the_frame_is_given_what_folium_s_own_way_gives(monkeypatch):
    ours = arguments(page())
    for one in (folium_map.OfflineMap, folium_map._Group, folium_map._ScriptLine):
        monkeypatch.delattr(one, "render")
    theirs = arguments(page())
    assert "#map_div {" in ours["header"]
    for name in theirs.keys() - {"feature_group"}:
        assert str(ours[name]).split() == str(theirs[name]).split(), name
    # It is put on the map once more, at its end, in both.
    once = theirs["feature_group"].replace("feature_group_feature_group_0.addTo(map_div);", "")
    assert ours["feature_group"].split() == once.split()


def test_limits_of_communes_are_named_in_the_base():
    named = page({"communes": "communes-0123456789ab.js"})
    assert decode(arguments(named)["script"]) == {
        "communes": "communes-0123456789ab.js",
        "colours": folium_map.ON_PAPER,
    }


def test_the_script_s_style_knows_the_colours_that_it_is_given():
    looks = (ROOT / "static" / "map" / "style.css").read_text(encoding="utf-8")
    used = set(re.findall(r"var\(--([a-z]+)\)", looks)) - {"main"}  # a height
    assert (
        used | {"chosen"} == set(folium_map.ON_PAPER["light"]) == set(folium_map.ON_PAPER["dark"])
    )


@pytest.mark.pitfall(39)
def test_moving_the_map_does_not_run_the_page_again():
    assert arguments(page())["returned_objects"] == []


@pytest.mark.pitfall(45)
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text):
    literal = folium_map.literal({"name": text})
    assert decode(literal) == {"name": text}
    inside = literal.removeprefix("JSON.parse('").removesuffix("')")
    assert not set(inside) & set("<>&'$`{}_()/\n\u2028")
    assert re.fullmatch(r"(?:[^\\]|\\u[0-9a-f]{4})*", inside)


@pytest.mark.pitfall(45)
def test_hostile_text_goes_through_the_templates_unchanged():
    sites = [{**SITES[0], "name": " ".join(HOSTILE[:-2]), "label": HOSTILE[-1]}]
    group = arguments(page({"sites": sites}))["feature_group"]
    assert decode(group)["sites"] == sites
    assert "<" not in group and "alert(" not in group


def test_the_legend_says_what_it_was_given():
    rows = [{"fill": "#123456", "label": "<b>", "count": 3}]
    legend = folium_map.Legend("Attente", rows, credit="INStaD")
    assert decode(arguments(page({"legend": legend}))["feature_group"])["legend"] == {
        "title": "Attente", "rows": rows, "kinds": [], "size_text": "", "sizes": [], "note": "", "credit": "INStaD",
        "naming": "", "sources": "Limites indicatives · Natural Earth · INStaD",
    }  # fmt: skip


def test_a_number_that_is_not_one_is_refused():
    with pytest.raises(ValueError):
        folium_map.literal({"radius": math.nan})


@pytest.mark.pitfall(25)
def test_areas_are_in_the_ratio_of_the_values():
    small, large = radii([50, 200], 18)
    assert large == 18
    assert large**2 / small**2 == pytest.approx(200 / 50)


def test_the_scale_may_be_fixed_from_outside():
    assert radii([100], 20, largest=400) == [10]


def test_no_value_has_no_radius():
    assert radii([None, 0, -3, math.nan, 4], 10) == [None, None, None, None, 10]
    assert radii([None, 0], 10) == [None, None]
    assert radii([], 10) == []


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
    assert folium_map._choice(value, {"a", "b"}) == choice


# ---- signs -------------------------------------------------------------------------------------------------

# The names that lie on a mark, or on another name.
COVERED = """() => {
    const box = (node) => node.getBoundingClientRect(), found = [];
    const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    for (const pane of ["#map_div", ".south"]) {
        const names = [...document.querySelectorAll(`${pane} .names text`)];
        const marks = [...document.querySelectorAll(`${pane} .leaflet-sites-pane path`)];
        names.forEach((a, i) => { for (const b of [...names.slice(0, i), ...marks])
            if (meet(box(a), box(b))) found.push([a.textContent, b.textContent || b.getAttribute("aria-label")]); });
    }
    return found; }"""
ALERT = {"letter": "!", "frame": "square", "badge": "✗"}
BETTER = {"letter": "+", "frame": "round", "badge": None}
CHANGE = {"letter": "C", "frame": "hexagon", "badge": "✓"}
CALM = {"letter": "", "frame": None, "badge": None}


def signed(*signs: dict) -> list[dict]:
    """All sites, with these signs in turn."""
    turns = [signs[i % len(signs)] for i in range(len(SITES))]
    return [{**site, "radius": 6.0, "sign": sign} for site, sign in zip(SITES, turns, strict=True)]


def test_signs_reach_the_browser_unchanged_and_remain_small():
    sites = signed(ALERT, BETTER, CHANGE, CALM)
    group = arguments(page({"sites": sites}))["feature_group"]
    assert decode(group)["sites"] == sites
    assert len(group) - len(arguments(page())["feature_group"]) < 8_000


def test_signs_of_the_legend_reach_the_browser_unchanged():
    rows = [{"sign": ALERT, "label": "Alerte", "count": 3}]
    group = arguments(page({"legend": folium_map.Legend("Attente", rows)}))["feature_group"]
    assert decode(group)["legend"]["rows"] == rows


@pytest.mark.parametrize(
    "wrong",
    [
        {"letter": "Z"},
        {"letter": None},
        {"frame": "star"},
        {"frame": ""},
        {"badge": "!"},
        {"badge": ""},
        {"slight": "yes"},
    ],
)
def test_a_sign_that_cannot_be_drawn_is_refused(wrong):
    sign = {**ALERT, **wrong}
    with pytest.raises(ValueError, match=next(iter(wrong))):
        folium_map.check_signs([{**SITES[0], "sign": sign}], folium_map.Legend())
    with pytest.raises(ValueError, match=next(iter(wrong))):
        folium_map.check_signs(
            [], folium_map.Legend(rows=[{"sign": sign, "label": "", "count": 1}])
        )


def test_a_site_may_be_without_a_sign():
    folium_map.check_signs(
        [SITES[0], {**SITES[1], "sign": None}, {**SITES[2], "sign": CALM}], folium_map.Legend()
    )


@pytest.fixture(scope="module")
def screen(tmp_path_factory):
    """The map's script in Chromium, without a server: `draw(screen, sites, ...)` does what the frame does."""
    try:
        served.chromium()
    except served.NoChromium as absent:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(absent))  # as `make test` leaves the browser suite out, and says so
    public = tmp_path_factory.mktemp("static")
    map_assets.prepare(public)
    with served.browsing() as browser:
        found = served.visit(browser)
        tab = found.context.new_page()
        tab.set_content('<body><div><div id="map_div" style="height:500px"></div></div>')
        tab.evaluate("""() => { window.sent = [];
            window.Streamlit = { setFrameHeight() {}, setComponentValue: (value) => window.sent.push(value) }; }""")
        for file in ("ccsp-map.js", "leaflet/1.9.4/leaflet.js", "departments.js"):
            tab.add_script_tag(path=public / file)
        tab.add_style_tag(path=public / "leaflet/1.9.4/leaflet.css")
        tab.evaluate(
            """colours => ccsp.start(L.map("map_div", { zoomControl: false, attributionControl: false,
            center: [9.3, 2.3], zoom: 7 }), { colours })""",
            folium_map.ON_PAPER,
        )
        yield tab
        assert [fault for fault in found.faults() if "leaflet/1.9.4/images" not in fault] == []


def draw(tab, sites: list[dict], legend: folium_map.Legend | None = None, **more) -> None:
    payload = {"sites": sites, "legend": asdict(legend or folium_map.Legend()), "departments": {}, "focus": None,
               "chosen": None, "height": 500, "dark": False, **more}  # fmt: skip
    tab.evaluate("data => ccsp.draw(data)", payload)


def mark(tab, site: dict, pane: str = "site"):
    return tab.locator(f'path.{pane}[aria-label^="{site["name"]},"]')


def counts(tab, pane: str = "#map_div") -> list[int]:
    parts = ("path.sign-frame", "text.sign-letter", "g.sign-badge")
    return [tab.locator(f"{pane} {part}").count() for part in parts]


@pytest.mark.browser
def test_signs_are_drawn_around_24_sites_in_both_panes(screen):
    draw(screen, signed(ALERT, CALM, CALM))
    assert (
        screen.locator("path.site").count() == 24
        and screen.locator("path.site-south").count() == 12
    )
    assert counts(screen) == [8, 8, 8]
    assert 0 < counts(screen, ".south")[0] == counts(screen, ".south")[1] < 12
    draw(screen, signed(BETTER, CHANGE))
    assert counts(screen) == [24, 24, 12]
    assert set(screen.locator("#map_div .sign-letter").all_text_contents()) == {"+", "C"}


@pytest.mark.browser
def test_without_signs_the_map_is_as_before(screen):
    draw(screen, signed(ALERT))
    screen.evaluate(
        "() => { window.held = [...document.querySelectorAll('path.site, path.site-south')] }"
    )
    draw(screen, SITES)
    assert counts(screen) == [0, 0, 0] and screen.locator(".sign").count() == 0
    assert screen.evaluate("() => held.length === 36 && held.every((node) => node.isConnected)")


@pytest.mark.browser
def test_a_site_that_leaves_takes_its_sign_along(screen):
    draw(screen, signed(ALERT))
    draw(screen, signed(ALERT)[:5])
    assert counts(screen) == [5, 5, 5]


@pytest.mark.pitfall(11)
@pytest.mark.browser
def test_each_state_has_a_frame_of_its_own_shape(screen):
    shapes = {}
    for sign in (ALERT, BETTER, CHANGE):
        draw(screen, signed(sign))
        path = screen.locator("#map_div .sign-frame").first.get_attribute("d")
        shapes[sign["frame"]] = re.sub(r"[^A-Za-z]", "", path)
    assert shapes == {"square": "Mhvhz", "round": "Maaz", "hexagon": "Mlhlhz"}


@pytest.mark.browser
def test_a_slight_signal_has_a_thin_frame_on_the_map_and_in_its_legend(screen):
    small = {**ALERT, "badge": None, "slight": True}
    rows = [{"sign": s, "label": "alerte", "count": 1} for s in ({**small, "slight": False}, small)]
    draw(
        screen,
        [{**SITES[0], "sign": ALERT}, {**SITES[1], "sign": small}],
        folium_map.Legend(rows=rows),
    )
    for pane in ("#map_div", ".legend"):
        widths = screen.locator(f"{pane} .sign-frame").evaluate_all(
            "nodes => nodes.map((n) => parseFloat(getComputedStyle(n).strokeWidth))"
        )
        assert min(widths) < max(widths) / 2 and len(widths) == 2, pane


@pytest.mark.browser
def test_a_signal_stands_around_its_mark_and_lets_clicks_through(screen):
    tiny = {**SITES[0], "radius": 2.0, "sign": ALERT}
    draw(screen, [tiny, {**SITES[1], "radius": 15.0, "sign": ALERT}])
    for site in (tiny, SITES[1]):
        own = mark(screen, site)
        box, (frame, letter) = (
            own.bounding_box(),
            own.evaluate(
                """node => { const letter = node.nextElementSibling.querySelector(".sign-letter");
                const place = letter.closest(".sign").getAttribute("transform");
                const frame = document.querySelector(`#map_div .sign[transform="${place}"] .sign-frame`);
                return [frame, letter].map((n) => n.getBoundingClientRect().toJSON()); }"""
            ),
        )
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        assert frame["width"] >= 18 and frame["x"] < box["x"] - 2 and frame["right"] > middle[0]
        assert letter["x"] > middle[0] and letter["bottom"] < middle[1] and letter["height"] > 10
        screen.evaluate("() => window.sent.splice(0)")
        screen.mouse.click(*middle)
        assert [choice["site"] for choice in screen.evaluate("() => window.sent")] == [site["id"]]
    assert mark(screen, tiny).bounding_box()["width"] < 7, "its size says its visits, signal or not"


@pytest.mark.browser
def test_a_silent_site_keeps_its_colour_and_says_so_under_its_name(screen):
    silent = {**SITES[0], "silent": "muet 35 j"}
    draw(screen, [silent, *SITES[1:]])
    assert mark(screen, silent).get_attribute("fill") == SITES[0]["fill"]
    assert screen.locator("#map_div .sign-silent").count() == 1
    assert screen.locator("#map_div .sign-silent.explained").count() == 0
    assert screen.locator(".names .silent").all_text_contents() == ["muet 35 j"]
    draw(screen, [{**silent, "silent": "muet, expliqué", "explained": True}, *SITES[1:]])
    ring = screen.locator("#map_div .sign-silent.explained")
    assert ring.evaluate("e => getComputedStyle(e).strokeDasharray") != "none"
    assert mark(screen, silent).get_attribute("fill") == SITES[0]["fill"]
    assert screen.locator(".names .silent").all_text_contents() == ["muet, expliqué"]


@pytest.mark.browser
def test_every_site_is_named_once_and_no_name_covers_another_or_a_mark(screen):
    crowded = [
        {**site, "radius": 5.0 + 12 * (i % 3 == 0)}
        for i, site in enumerate(signed(ALERT, *[CALM] * 6))
    ]
    draw(
        screen,
        crowded,
        folium_map.Legend("Attente", [{"fill": "#123456", "label": "Classe", "count": 9}]),
    )
    names = screen.locator(".names text")
    assert sorted(names.all_text_contents()) == sorted(site["label"] for site in SITES)
    assert screen.evaluate(COVERED) == []


@pytest.mark.browser
def test_names_stand_near_their_marks_where_another_order_finds_them_room(screen):
    """As narrow as beside the answers; Cotonou's name, placed first, sends that of Sèmè-Kpodji across the map."""
    rows = [{"fill": "#123456", "label": "classe", "count": 1}] * 15
    away = []
    screen.set_viewport_size({"width": 596, "height": 720})
    try:
        for turn in range(8):
            sites = [{**s, "radius": 5.0 + (i * 7 + turn * 5) % 13} for i, s in enumerate(SITES)]
            draw(screen, sites, folium_map.Legend("Attente", rows), height=560)
            away += screen.locator(".south .names line").evaluate_all(
                """nodes => nodes.map(({x1, y1, x2, y2}) =>
                    Math.hypot(x2.baseVal.value - x1.baseVal.value, y2.baseVal.value - y1.baseVal.value))"""
            )
    finally:
        screen.set_viewport_size(served.SCREEN)
    assert all(length < 20 for length in away), away


NAMING = "Centres nommés : {named} sur {sites}"


def network(count: int) -> list[dict]:
    """So many sites, spread over the country; the later the larger, one silent and one with a signal among the first."""
    sites = [
        {
            **SITES[n % 24], "id": f"s{n}", "name": f"Centre {n}", "label": f"C{n}", "radius": 3 + n / count,
            "lat": 6.4 + 5.4 * (n * 0.618 % 1), "lon": 1.5 + 1.2 * (n * 0.414 % 1), "tip": [],
        }
        for n in range(count)
    ]  # fmt: skip
    sites[0]["silent"], sites[1]["sign"] = "muet 35 j", {**ALERT, "badge": None}
    return sites


def draw_many(tab, sites: list[dict], **more) -> None:
    """The map of these, ranked as `show_map` ranks them."""
    legend = folium_map.Legend("Attente", naming=NAMING)
    draw(tab, folium_map._ranked(sites), legend, mostNamed=MOST_NAMED, **more)


def named(tab) -> set[str]:
    return {text for text in tab.locator(".names text").all_text_contents() if text[0] == "C"}


def test_of_many_sites_the_browser_is_told_the_order_that_files_go_by():
    at = page({"sites": network(90)})
    sites = decode(arguments(at)["feature_group"])["sites"]
    order = [site["name"] for site in sorted(sites, key=lambda site: site["rank"])]
    assert set(order[:2]) == {"Centre 0", "Centre 1"} and order[2:4] == ["Centre 89", "Centre 88"]
    drawing = map_geometry.draw(Plot(tuple(network(90)), folium_map.Legend()), 760, 500)
    in_files = {m.name for m in drawing.marks if m.rank is not None}
    assert in_files == set(order[:MOST_NAMED])


@pytest.mark.browser
def test_of_many_sites_the_first_are_named_and_the_legend_counts_them(screen):
    sites = network(90)
    draw_many(screen, sites)
    found, first = named(screen), naming_order(sites)[:MOST_NAMED]
    assert found <= {f"C{code[1:]}" for code in first} and {"C0", "C1", "C89"} <= found
    assert (
        screen.locator(".legend .naming")
        .inner_text()
        .startswith(f"Centres nommés : {len(found)} sur 90. ")
    )
    assert len(found) < 90


@pytest.mark.browser
def test_zooming_in_names_more_and_a_chosen_mark_has_its_name(screen):
    sites = network(300)
    draw_many(screen, sites)
    before = named(screen)
    draw_many(screen, sites, chosen="s7")
    assert "C7" not in before and named(screen) == before | {"C7"}, "and no other moves away"
    draw_many(screen, sites)
    home = screen.get_by_role("button", name="Revenir à la vue d'ensemble")
    for _ in range(3):
        enlarge(screen)
    assert named(screen) - before
    said = screen.locator(".legend .naming").inner_text()
    home.click()
    assert named(screen) == before and screen.locator(".legend .naming").inner_text() != said


@pytest.mark.browser
def test_no_name_of_many_covers_another_or_a_mark(screen):
    draw_many(screen, network(220))
    assert screen.evaluate(COVERED) == []


@pytest.mark.browser
def test_the_same_marks_are_placed_once_for_a_size(screen):
    sites = network(60)
    draw_many(screen, sites)
    # The places of a name around its mark are found by the cosine; so is nothing else of the map's own.
    screen.evaluate("""() => { const real = Math.cos; window.turned = 0;
        Math.cos = (x) => { if (!new Error().stack.includes("leaflet")) window.turned += 1; return real(x); }; }""")
    draw_many(screen, [{**site, "fill": "#123456", "tip": ["Autre"]} for site in sites])
    assert screen.evaluate("window.turned") == 0
    draw_many(screen, [{**site, "radius": 9.0} for site in sites])
    assert screen.evaluate("window.turned") > 0


@pytest.mark.browser
def test_sites_that_share_a_place_stand_side_by_side_at_any_zoom_and_each_can_be_pressed(screen):
    sites = [
        {**SITES[i], "lat": 9.3, "lon": 2.3, "radius": 8.0, "sign": None, "silent": ""}
        for i in range(3)
    ]
    set_apart(sites)
    draw(screen, sites)
    for _ in range(2):
        boxes = [mark(screen, site).bounding_box() for site in sites]
        middles = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
        gaps = [math.dist(a, b) for i, a in enumerate(middles) for b in middles[:i]]
        assert gaps == pytest.approx([17] * 3, abs=1)
        screen.evaluate("() => window.sent.splice(0)")
        for x, y in middles:
            screen.mouse.click(x, y)
        assert [one["site"] for one in screen.evaluate("window.sent")] == [s["id"] for s in sites]
        enlarge(screen)
    screen.get_by_role("button", name="Revenir à la vue d'ensemble").click()


@pytest.mark.browser
def test_both_panes_draw_a_site_of_the_south_in_one_size(screen):
    draw(screen, SITES)
    both = screen.evaluate("""() => [...document.querySelectorAll("path.site-south")].map((south) => {
        const same = [...document.querySelectorAll("path.site")].find((n) =>
            n.getAttribute("aria-label") === south.getAttribute("aria-label"));
        return [south.getBBox().width, same.getBBox().width]; })""")
    assert len(both) == 12 and all(a == pytest.approx(b, abs=0.01) for a, b in both)


@pytest.mark.browser
def test_a_department_has_the_map_to_itself_and_names_its_sites(screen):
    there = [site for site in SITES if site["label"] in ("Abomey", "Covè", "Djidja")]
    draw(screen, there, focus="Zou")
    assert screen.locator(".south").is_hidden() and screen.locator("path.frame").count() == 0
    assert sorted(screen.locator(".names text").all_text_contents()) == ["Abomey", "Covè", "Djidja"]
    draw(screen, SITES)
    assert screen.locator(".south").is_visible()


@pytest.mark.pitfall(30)
@pytest.mark.browser
def test_one_tab_skips_the_marks_and_arrows_go_from_one_to_the_next(screen):
    draw(screen, SITES)
    reached = "() => document.activeElement.getAttribute('aria-label') || ''"
    assert screen.locator("path.site[tabindex='0']").count() == 1
    screen.locator("path.site[tabindex='0']").focus()
    middle = """() => { const box = document.activeElement.getBoundingClientRect(); return box.y + box.height / 2; }"""
    first, high = screen.evaluate(reached), screen.evaluate(middle)
    screen.keyboard.press("ArrowDown")
    second = screen.evaluate(reached)
    assert second != first and screen.evaluate(middle) > high
    screen.keyboard.press("Enter")
    assert screen.evaluate("() => window.sent.at(-1).site") == next(
        site["id"] for site in SITES if second.startswith(f"{site['name']},")
    )
    screen.keyboard.press("Tab")
    assert not screen.evaluate("() => document.activeElement.matches('path.site')")
    screen.keyboard.press("Shift+Tab")
    assert screen.evaluate(reached) == second, "it comes back to where it was"


@pytest.mark.pitfall(11)
@pytest.mark.browser
def test_the_mark_says_its_word(screen):
    draw(screen, [{**site, "tip": ["Attente : 20 min"]} for site in signed(ALERT)])
    label = mark(screen, SITES[0]).get_attribute("aria-label")
    assert label == f"{SITES[0]['name']}, Attente : 20 min"
    mark(screen, SITES[0]).hover()
    assert screen.locator(".card").inner_text().split("\n") == [
        SITES[0]["name"],
        "Attente : 20 min",
    ]


@pytest.mark.browser
def test_signals_lie_above_marks_without_one(screen):
    draw(screen, signed(CALM, ALERT, BETTER))
    letters = screen.locator("#map_div path.site").evaluate_all(
        "nodes => nodes.map((n) => (n.nextElementSibling?.querySelector?.('.sign-letter') || {}).textContent || '')"
    )
    assert letters == [""] * 8 + ["+"] * 8 + ["!"] * 8


@pytest.mark.browser
def test_a_frame_hides_no_neighbour(screen):
    for sites in (signed(ALERT, CALM), signed(CALM, ALERT), SITES, signed(ALERT, CALM)):
        draw(screen, sites)
        over = screen.evaluate("""() => [...document.querySelectorAll("#map_div .sign-frame")].map((frame) =>
            [...document.querySelectorAll("#map_div path.site")].filter((mark) =>
                frame.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_PRECEDING).length)""")
        assert not any(over) and len(over) == counts(screen)[0]


@pytest.mark.browser
@pytest.mark.parametrize("text", HOSTILE[:-2])
def test_hostile_words_stay_text_on_the_map(screen, text):
    row = {"fill": "url(http://example.org)", "label": text, "count": text}
    draw(
        screen,
        [{**site, "tip": [text], "label": text, "silent": text} for site in signed(ALERT)],
        folium_map.Legend(
            text, [row], note=text, size_text=text, sizes=[{"radius": 5, "label": text}]
        ),
    )
    label = mark(screen, SITES[0]).get_attribute("aria-label")
    assert label.startswith(f"{SITES[0]['name']}, {text}")
    assert screen.locator(".legend li span").all_text_contents()[:2] == [text, text]
    assert screen.locator("img, .ccsp script").count() == 0
    assert "example" not in screen.locator(".legend").inner_html().replace(text, "")


@pytest.mark.browser
def test_the_legend_draws_each_row_as_it_is_on_the_map(screen):
    rows = [
        {"fill": "#123456", "label": "12 min", "count": 9},
        {"sign": {**ALERT, "badge": None}, "label": "alerte", "count": 3},
        {"sign": {**CALM, "badge": "✓"}, "label": "cible atteinte", "count": 2},
        {"silent": True, "label": "muet", "count": 1},
        {"missing": True, "label": "non mesuré", "count": 4},
    ]
    kinds = [{"kind": "GSRU", "label": "Guichet de service (GSRU)"}]
    sizes = [{"radius": 6.3, "label": "5"}, {"radius": 20, "label": "50"}]
    draw(screen, SITES, folium_map.Legend("Attente", rows, kinds, "Taille", sizes, "Aucun signal."))
    lines = screen.locator(".legend > ul > li")
    assert lines.all_text_contents() == [
        "12 min9", "!alerte3", "cible atteinte2", "muet1", "non mesuré4", "Guichet de service (GSRU)",
    ]  # fmt: skip
    assert counts(screen, ".legend") == [1, 1, 1]
    assert screen.locator(".legend .sign-silent").count() == 1
    assert lines.locator("path[stroke-dasharray]").count() == 1
    assert screen.locator(".legend .sizes").all_text_contents() == ["Taille550"]
    widths = screen.locator(".legend .sizes path").evaluate_all(
        "nodes => nodes.map((n) => n.getBBox().width)"
    )
    assert widths == pytest.approx([12.6, 40], abs=0.01)
    draw(screen, SITES, folium_map.Legend("Attente"))
    assert lines.count() == 0 and screen.locator(".legend p, .legend .sizes").count() == 0
