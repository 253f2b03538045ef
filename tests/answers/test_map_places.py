"""Sites of one commune share its seat on the map, and are told apart there by place and by name."""

import math
from types import SimpleNamespace

import pytest

from dashboard.answers.map_legend import LARGEST, LEAST, largest
from dashboard.answers.map_places import labels, set_apart


def site(code: str, commune: str, kind: str = "CCSP", name: str = "") -> SimpleNamespace:
    return SimpleNamespace(code=code, commune=commune, kind=kind, name=name or f"{kind} {code}")


def mark(code: str, radius: float | None = 8.0, lat: float = 9.3, **more) -> dict:
    return {
        "id": code,
        "lat": lat,
        "lon": 2.6,
        "radius": radius,
        "silent": "",
        "sign": None,
        **more,
    }


def test_a_site_is_named_by_its_commune_and_by_more_only_where_it_has_to():
    places = [
        site("a", "Covè"),
        site("b", "Parakou"),
        site("c", "Parakou", "GSRU"),
        site("d", "Djougou", name="CCSP de Djougou"),
        site("e", "Djougou", name="CCSP de Djougou II"),
    ]
    assert labels(places) == {
        "a": "Covè",
        "b": "Parakou",
        "c": "Parakou (GSRU)",
        "d": "Djougou",
        "e": "Djougou II",
    }


@pytest.mark.parametrize("count", [2, 3, 6, 7, 8, 20])
def test_marks_of_one_place_lie_around_it_and_none_on_another(count):
    marks = [mark(f"{n:02}", radius=3.0 + n % 4) for n in range(count)]
    set_apart(marks)
    for i, one in enumerate(marks):
        for other in marks[:i]:
            gap = math.dist(one["offset"], other["offset"])
            assert gap >= one["radius"] + other["radius"] - 0.2
    middle = [sum(m["offset"][i] for m in marks) / count for i in (0, 1)]
    assert middle == pytest.approx([0, 0], abs=0.2)


def test_a_mark_alone_keeps_its_place():
    marks = [mark("a"), mark("b", lat=7.0), mark("c", radius=None, lat=8.0)]
    set_apart(marks)
    assert not [m for m in marks if "offset" in m]


def test_a_frame_and_a_ring_have_room_beside_another_mark():
    marks = [
        mark("a", 2.0, sign={"letter": "!", "frame": "square"}),
        mark("b", None, silent="muet"),
    ]
    set_apart(marks)
    assert math.dist(marks[0]["offset"], marks[1]["offset"]) >= 2 * 9


def test_marks_become_smaller_with_their_number_and_are_as_ever_up_to_today_s():
    assert {largest(n) for n in (0, 1, 24)} == {LARGEST}
    sizes = [largest(n) for n in (24, 25, 77, 222, 600, 3_000)]
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] == LEAST
    assert 77 * largest(77) ** 2 < 2 * 24 * LARGEST**2, (
        "together they cover less than twice as much"
    )
