"""The map as shapes: places where they are, the south enlarged, marks that look as on the screen, in any unit."""

import json
import math
from dataclasses import replace

import pytest

from dashboard.exports import map_geometry
from dashboard.exports.map_geometry import draw
from dashboard.panel import Legend, Plot
from tests.exports import decks

WIDTH, HEIGHT = 760, 500


@pytest.fixture(scope="module")
def levels():
    """A map of levels of the country."""
    return draw(decks.levels(), WIDTH, HEIGHT)


@pytest.fixture(scope="module")
def signals():
    """A map of signals of the country."""
    return draw(decks.signals(), WIDTH, HEIGHT)


def plot(*places, kind="CCSP", radius=5.0):
    """A map of places (lon, lat)."""
    return Plot(
        tuple(
            {
                "id": str(i),
                "name": f"P{i}",
                "kind": kind,
                "lon": lon,
                "lat": lat,
                "radius": radius,
                "fill": "#123456",
                "missing": False,
                "tip": [],
            }
            for i, (lon, lat) in enumerate(places)
        ),
        Legend(),
    )


def inside(x, y, pane, slack=1e-6) -> bool:
    """Whether a place lies in a pane."""
    return (pane.x - slack <= x <= pane.x + pane.width + slack) and (
        pane.y - slack <= y <= pane.y + pane.height + slack
    )


def area(ring) -> float:
    """The area of a closed line."""
    return (
        abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)))
        / 2
    )


def test_every_site_stands_in_the_first_pane_and_those_of_the_south_in_both(levels):
    assert sum(m.pane == 0 for m in levels.marks) == len(decks.PLACES)
    south = {f"{kind} de {name}" for name, kind, lat, *_ in decks.PLACES if lat < 7.6}
    assert {m.name for m in levels.marks if m.pane == 1} == south
    assert all(inside(m.x, m.y, levels.panes[m.pane]) for m in levels.marks)


def test_panes_lie_side_by_side_within_the_size_asked_for(levels):
    first, second = levels.panes
    assert first.x + first.width <= second.x and second.x + second.width == pytest.approx(WIDTH)
    assert max(p.y + p.height for p in levels.panes) <= HEIGHT + 1e-6
    assert second.title == "Le sud, agrandi"


def test_places_keep_their_order_and_a_degree_of_longitude_is_shorter_by_the_cosine():
    west, east, north = draw(plot((2.0, 9.31), (3.0, 9.31), (2.0, 10.31)), WIDTH, HEIGHT).marks
    assert west.x < east.x and north.y < west.y and west.y == pytest.approx(east.y)
    assert (east.x - west.x) / (west.y - north.y) == pytest.approx(
        math.cos(math.radians(9.31)), rel=1e-3
    )


def test_the_south_is_larger_in_its_pane_and_framed_in_the_other(levels):
    def apart(pane):
        at = {m.name: m for m in levels.marks if m.pane == pane}
        return math.dist(*((at[n].x, at[n].y) for n in ("CCSP de Allada", "CCSP de Ouidah")))

    assert apart(1) > 2 * apart(0)
    x, y, w, h = levels.inset
    for m in levels.marks:
        if m.pane == 0:
            framed = x <= m.x <= x + w and y <= m.y <= y + h
            assert framed == any(o.pane == 1 and o.name == m.name for o in levels.marks)


def test_without_a_site_in_the_south_there_is_one_pane():
    drawing = draw(plot((2.9, 11.1)), WIDTH, HEIGHT)
    assert len(drawing.panes) == 1 and drawing.inset is None and drawing.panes[0].width == WIDTH


def test_a_site_north_of_the_south_is_not_in_its_pane():
    drawing = draw(plot((2.0, 7.46), (2.0, 7.0)), WIDTH, HEIGHT)
    assert [(m.name, m.pane) for m in drawing.marks] == [("P0", 0), ("P1", 0), ("P1", 1)]


def test_a_department_looked_at_fills_its_pane_and_the_others_are_set_back():
    drawing = draw(decks.levels(focus="Zou"), WIDTH, HEIGHT)
    pane = drawing.panes[0]
    zou = [
        p
        for o in drawing.outlines
        if (o.name, o.pane) == ("Zou", 0)
        for ring in o.rings
        for p in ring
    ]
    wide = (max(x for x, _ in zou) - min(x for x, _ in zou)) / pane.width
    high = (max(y for _, y in zou) - min(y for _, y in zou)) / pane.height
    assert max(wide, high) > 0.85 and pane.title == "Zou"
    assert {o.name for o in drawing.outlines if not o.is_outside} == {"Zou"} and {
        o.is_outside for o in drawing.outlines
    } == {True, False}
    shown = {m.name for m in drawing.marks if m.pane == 0}
    assert {"GSRU de Abomey", "CCSP de Covè"} <= shown and "CCSP de Kandi" not in shown


@pytest.mark.parametrize("focus", [None, "Zou", "Littoral", "Nulle part"])
def test_outlines_are_cut_at_the_edges_of_their_pane(focus):
    drawing = draw(decks.levels(focus=focus), WIDTH, HEIGHT)
    for outline in drawing.outlines:
        assert all(
            inside(x, y, drawing.panes[outline.pane]) for ring in outline.rings for x, y in ring
        )


def test_the_twelve_departments_cover_the_country_with_common_borders(levels):
    country = [o for o in levels.outlines if o.pane == 0]
    assert len({o.name for o in country}) == 12
    points = [set(ring) for o in country for ring in o.rings]
    shared = sum(len(a & b) for i, a in enumerate(points) for b in points[:i])
    assert (
        shared > 200
    )  # neighbours keep the same points of their border, so nothing gapes between them
    _, _, w, h = levels.inset  # 1.29 degrees by 1.32
    given = [
        part[0]
        for f in json.loads(map_geometry.OUTLINES.read_text())["features"]
        for part in (
            [f["geometry"]["coordinates"]]
            if f["geometry"]["type"] == "Polygon"
            else f["geometry"]["coordinates"]
        )
    ]
    drawn = [ring for o in country for ring in o.rings]
    assert sum(map(area, drawn)) == pytest.approx(
        sum(map(area, given)) * w / 1.29 * h / 1.32, rel=1e-6
    )


def test_marks_have_the_screen_s_sizes(levels, signals):
    by_name = {m.name: m for m in levels.marks if m.pane == 0}
    assert by_name["CCSP de Kandi"].radius == 12.0 and by_name["GSRU de Cotonou"].radius == 20.0
    assert by_name["CCSP de Bassila"].missing and by_name["CCSP de Bassila"].fill is None
    assert by_name["CCSP de Bassila"].radius == map_geometry.IDLE
    small = draw(plot((2.9, 11.1), radius=2.0), WIDTH, HEIGHT)
    assert small.marks[0].radius == 2.0
    signed = {m.name: m for m in signals.marks if m.pane == 0}
    kandi = signed["CCSP de Kandi"]
    assert (kandi.letter, kandi.frame, kandi.badge) == ("!", "square", "✓")
    assert kandi.radius == 12.0, "a signal does not change its size"


def test_a_signal_stands_around_a_mark_of_its_true_size_and_is_seen_around_a_small_one(signals):
    framed = [m for m in signals.marks if m.frame]
    for m in framed:
        own, ring, frame = map_geometry.sizes(m, 1)
        assert frame > max(own, ring) and frame >= map_geometry.FRAME
        assert bool(ring) == bool(m.silent_words) and (not ring or own < ring)
    tiny = replace(framed[0], radius=2.0, silent_words="")
    assert map_geometry.sizes(tiny, 1)[2] == map_geometry.FRAME
    left, top, right, bottom = map_geometry.box_of(tiny, 1)
    assert left < tiny.x - map_geometry.FRAME and right > tiny.x + map_geometry.FRAME + 5, (
        "with its letter"
    )
    assert top < tiny.y - map_geometry.FRAME - 5 and bottom > tiny.y + map_geometry.FRAME


def test_a_department_looked_at_has_the_map_to_itself():
    assert len(draw(decks.levels(focus="Zou"), WIDTH, HEIGHT).panes) == 1


def test_alerts_lie_over_the_rest_and_small_marks_over_large_ones(levels, signals):
    order = [m.letter for m in signals.marks if m.pane == 0]
    assert order.index("!") > max(i for i, letter in enumerate(order) if letter != "!")
    sizes = [m.radius for m in levels.marks if m.pane == 1]
    assert sizes == sorted(sizes, reverse=True)


def test_units_are_those_of_the_size_asked_for(levels):
    inches = draw(decks.levels(), WIDTH / 96, HEIGHT / 96)
    for a, b in zip(levels.marks, inches.marks, strict=True):
        assert (a.name, a.x / 96, a.y / 96, a.radius / 96) == (
            b.name,
            *map(pytest.approx, (b.x, b.y, b.radius)),
        )


def test_what_is_drawn_cannot_be_changed(levels):
    with pytest.raises(AttributeError):
        levels.marks[0].x = 0
    assert replace(levels.marks[0], x=0).x == 0
