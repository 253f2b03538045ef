"""Every site is named on a map, whatever its size, and no name covers anything."""

import csv
import math
import re
from dataclasses import replace

import pytest

from dashboard.exports import map_geometry, map_labels, map_svg
from dashboard.exports.map_labels import WIDE, labels_of_size, largest_labels
from dashboard.panel import Legend, Plot
from dashboard.settings import ROOT

PAPERS = {  # width, height, size of type, scale: of what draws maps
    "dossier": (760, 560, 12, None),
    "pdf": (660, 560, 12, None),
    "slide": (620, 400, 12, 0.78),
    "picture": (1100, 620, 15, None),
}


def network(silent: int = 0) -> Plot:
    """The 24 sites of the reference data in their places, with the largest marks that there are and a few signals."""
    with (ROOT / "data/reference/sites.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return Plot(
        tuple(
            {
                "id": row["code"],
                "name": row["name"],
                "kind": row["kind"],
                "lat": float(row["lat"]),
                "lon": float(row["lon"]),
                "label": row["commune"],
                "radius": 5.0 + 13 * (i % 3 == 0),
                "fill": "#123456",
                "missing": False,
                "tip": [],
                "silent": "muet 35 j" if i < silent else "",
                "sign": {"letter": "!", "frame": "square"} if i % 8 == 0 else None,
            }
            for i, row in enumerate(rows)
        ),
        Legend(),
    )


def apart(a, b) -> bool:
    """Whether two boxes share nothing."""
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.fixture(params=PAPERS)
def drawn(request):
    """The network as each of the files draws it, and its names."""
    width, height, size, scale = PAPERS[request.param]
    drawing = map_geometry.draw(
        network(silent=3), width, height, scale, kept_below=200, least_width=250
    )
    return drawing, labels_of_size(drawing, size)


def test_every_site_is_named_once(drawn):
    drawing, found = drawn
    assert sorted(one.text for one in found) == sorted({m.label for m in drawing.marks})


def test_names_cover_neither_marks_nor_one_another_and_stay_in_their_pane(drawn):
    drawing, found = drawn
    for i, one in enumerate(found):
        left, top, right, bottom = one.box
        pane = drawing.panes[one.pane]
        assert pane.x <= left and right <= pane.x + pane.width
        assert pane.y <= top and bottom <= pane.y + pane.height
        assert all(one.pane != o.pane or apart(one.box, o.box) for o in found[:i]), one.text
        for m in drawing.marks:
            if m.pane == one.pane:
                assert apart(one.box, map_geometry.box_of(m, drawing.scale)), (one.text, m.name)


def test_a_name_away_from_its_mark_has_a_line_to_it(drawn):
    drawing, found = drawn
    for one in found:
        mark = next(m for m in drawing.marks if (m.label, m.pane) == (one.text, one.pane))
        left, top, right, bottom = one.box
        nearest = min(max(mark.x, left), right), min(max(mark.y, top), bottom)
        gap = math.dist((mark.x, mark.y), nearest)
        reach = max(
            abs(side - at)
            for side, at in zip(
                map_geometry.box_of(mark, drawing.scale), (mark.x, mark.y) * 2, strict=True
            )
        )
        assert one.line or gap <= reach + 4 * drawing.scale, one.text
        if one.line:
            start, end = one.line[:2], one.line[2:]
            assert math.dist(start, (mark.x, mark.y)) <= reach + 0.01
            assert end == pytest.approx(nearest)


def test_a_silent_site_says_so_under_its_name(drawn):
    drawing, found = drawn
    said = {one.text for one in found if one.silent_words == "muet 35 j"}
    assert said == {m.label for m in drawing.marks if m.silent_words} and len(said) == 3


def test_a_department_names_its_own_sites():
    made = replace(network(), focus="Zou")
    drawing = map_geometry.draw(made, 760, 560)
    assert {"Abomey", "Covè", "Djidja"} <= {one.text for one in labels_of_size(drawing, 12)}


def test_a_long_name_is_cut():
    made = network()
    long = Plot(({**made.marks[0], "label": "nom " * 1000},), made.legend)
    [one] = labels_of_size(map_geometry.draw(long, 760, 500), 12)
    assert len(one.text) == 24 and one.text.endswith("…") and one.width == 24 * 12 * WIDE


def test_a_slide_names_every_site_beside_a_legend_as_large():
    signed = [("alerte", "!", "square"), ("amélioration", "+", "round")]
    legend = Legend(
        title="Attente médiane, nov. 2025 à oct. 2026",
        rows=[
            *({"label": f"{n} à {n + 1} min", "count": n, "fill": "#123456"} for n in range(5)),
            *(
                {
                    "label": f"{word} en octobre 2026",
                    "count": 1,
                    "sign": {"letter": letter, "frame": frame, "badge": None},
                }
                for word, letter, frame in signed
            ),
            {"label": "muet depuis plus de 7 jours, au 24/11/2026", "count": 1, "silent": True},
            {"label": "non mesuré", "count": 3, "missing": True},
        ],
        kinds=[{"kind": "CCSP", "label": "Centre communal (CCSP)"}, {"kind": "GSRU", "label": "Guichet de service (GSRU)"}],
        size_text="Taille : usagers par jour ouvert",
        sizes=[{"radius": 6.3, "label": "5"}, {"radius": 20, "label": "50"}],
    )  # fmt: skip
    plot = replace(network(silent=1), legend=legend)
    drawn = map_svg.map_(plot, 1200, 450, 24)
    told = re.findall(r">([^<>]+)</text>", drawn)
    assert [m["label"] for m in plot.marks if m["label"] not in told] == []
    assert re.findall(r'<g font-size="([\d.]+)"', drawn) == ["24"]
    assert {"CCSP", "GSRU", "muet depuis plus de 7", "50"} <= set(told)


def test_where_there_is_little_room_names_are_smaller_rather_than_missing():
    drawing = map_geometry.draw(network(silent=1), 640, 300, names_width=24 * 11)
    found, type_ = largest_labels(drawing, 24)
    assert (
        len(labels_of_size(drawing, 24)) < 24 == len({one.text for one in found})
        and 19 < type_ < 24
    )
    boxes = {m.label: (m.pane, map_geometry.box_of(m, drawing.scale)) for m in drawing.marks}
    for one in (one for one in found if one.line):
        others = [
            box for name, (pane, box) in boxes.items() if pane == one.pane and name != one.text
        ]
        assert not any(under(one.line, box) for box in others), one.text


def test_on_a_slide_no_line_passes_under_a_mark_and_no_name_stands_beside_that_of_another():
    drawing = map_geometry.draw(network(silent=1), 806, 450, 1.08, names_width=24 * 11)
    found, type_ = largest_labels(drawing, 24)
    assert type_ == 24 and len(found) == 24
    for one in found:
        here = {m.label: m for m in drawing.marks if m.pane == one.pane}
        boxes = {name: map_geometry.box_of(m, drawing.scale) for name, m in here.items()}
        own = boxes.pop(one.text)
        if one.line:
            # Marks may touch one another: then a line begins under the other.
            crossed = [name for name, box in boxes.items() if under(one.line, box)]
            assert [name for name in crossed if apart(own, boxes[name])] == [], one.text
            level = [name for name in boxes if one.y < here[name].y < one.y + one.height]
            assert [name for name in level if gap(one.box, boxes[name]) < 12] == [], one.text


def gap(a, b) -> float:
    """How far two boxes are from each other."""
    return math.hypot(max(a[0] - b[2], b[0] - a[2], 0), max(a[1] - b[3], b[1] - a[3], 0))


def test_where_all_names_have_room_they_keep_their_size():
    drawing = map_geometry.draw(network(silent=1), 700, 360, names_width=24 * 11)
    found, type_ = largest_labels(drawing, 24)
    assert type_ == 24 and len(found) == 24


def under(line, box) -> bool:
    """Whether a line passes under a box, by a thousand of its points."""
    x1, y1, x2, y2 = line
    left, top, right, bottom = box
    return any(
        left < x1 + (x2 - x1) * i / 1000 < right and top < y1 + (y2 - y1) * i / 1000 < bottom
        for i in range(1001)
    )


def test_the_names_of_the_same_marks_are_placed_once_whatever_their_colours(monkeypatch):
    arranged = []
    real = map_labels._arrange
    monkeypatch.setattr(map_labels, "_arrange", lambda *which: arranged.append(1) or real(*which))
    map_labels._labels.cache_clear()
    drawing = map_geometry.draw(network(), 760, 500)
    first = labels_of_size(drawing, 12)
    assert arranged
    arranged.clear()
    other = replace(
        drawing, marks=tuple(replace(m, fill=m.fill and "#123456") for m in drawing.marks)
    )
    assert labels_of_size(other, 12) == first and not arranged


def many(count: int = 90) -> Plot:
    """So many sites where the 24 are, each its own neighbour; one that says nothing among the small is silent."""
    here = network().marks
    marks = [
        {
            **here[n % 24],
            "id": f"s{n}",
            "name": f"Centre {n}",
            "label": f"C{n}",
            "radius": 4 + n / 100,
            "lon": here[n % 24]["lon"] + 0.05 * (n // 24),
        }
        for n in range(count)
    ]
    marks[3] = {**marks[3], "silent": "muet 9 j"}
    return Plot(tuple(marks), Legend(naming="Centres nommés : {named} sur {sites}"))


def test_of_many_sites_the_silent_those_with_a_sign_and_the_largest_have_names():
    plot = many()
    drawing = map_geometry.draw(plot, 1100, 900)
    chosen = {m.name for m in drawing.marks if m.rank is not None}
    assert len(chosen) == 60 and "Centre 3" in chosen
    signs = {m.name for m in drawing.marks if m.letter or m.silent_words}
    rest = sorted(int(name.split()[1]) for name in chosen - signs)
    assert signs <= chosen and min(rest) > 20, "the largest of those that say nothing"
    said = {one.text for one in labels_of_size(drawing, 9)}
    assert said <= {f"C{name.split()[1]}" for name in chosen}
    assert {f"C{name.split()[1]}" for name in signs} <= said


def test_of_many_sites_no_name_stands_at_a_line_under_a_mark_but_of_those_that_say_something():
    drawing = map_geometry.draw(many(200), 760, 500)
    noted = {m.label for m in drawing.marks if m.is_noted}
    found = labels_of_size(drawing, 12)
    assert [one.text for one in found if one.crosses and one.text not in noted] == []
    assert 0 < len(found) < 60


def test_the_legend_says_how_many_of_many_sites_are_named():
    plot = many()
    drawn = map_svg.map_(plot, 760, 560)
    said = [t for t in re.findall(r">([^<>]+)</text>", drawn) if re.fullmatch(r"C\d+", t)]
    told = re.sub(r"<[^<>]+>", " ", drawn)
    assert f"Centres nommés : {len(said)} sur 90" in re.sub(r"\s+", " ", told)
    assert len(said) < 90 and "nommés" not in map_svg.map_(network(), 760, 560)


def test_marks_that_share_a_place_stand_apart_in_files_too():
    one = network().marks[0]
    two = {**one, "id": "b", "name": "Autre", "offset": [12.0, 0.0]}
    made = map_geometry.draw(Plot(({**one, "offset": [-12.0, 0.0]}, two), Legend()), 760, 500, 2.0)
    first, second = sorted(m.x for m in made.marks if m.pane == 0)
    assert second - first == pytest.approx(48)
