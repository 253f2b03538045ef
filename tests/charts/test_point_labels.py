"""Names beside points: none covers another or a point, those that matter most are always there."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts import point_labels
from dashboard.charts.point_labels import HEIGHT, POINT, WIDTH, Box

SHARE = st.floats(0, 1)
CLOUD = st.lists(
    st.tuples(st.tuples(SHARE, SHARE), st.text("abcdefgh", min_size=3, max_size=14), st.booleans()),
    min_size=1,
    max_size=40,
)


def boxes(points, names, sides) -> list[Box | None]:
    """What each name takes; None where it is not written."""
    return [
        point_labels.box(x * WIDTH, (1 - y) * HEIGHT, name, side) if side else None
        for (x, y), name, side in zip(points, names, sides, strict=True)
    ]


@given(CLOUD)
def test_no_name_that_may_be_left_out_covers_another_name_or_a_point(cloud):
    points, names, first = (list(column) for column in zip(*cloud, strict=True))
    sides = point_labels.sides(points, names, first)
    written = boxes(points, names, sides)
    assert all(side for side, must in zip(sides, first, strict=True) if must)
    for (i, one), (j, other) in combinations(enumerate(written), 2):
        if one and other and not (first[i] and first[j]):
            assert not one.overlaps(other)
    for i, one in enumerate(written):
        for j, (x, y) in enumerate(points):
            across, down = x * WIDTH, (1 - y) * HEIGHT
            spot = Box(across - POINT, down - POINT, across + POINT, down + POINT)
            assert not one or first[i] or i == j or not one.overlaps(spot)


@given(CLOUD)
def test_a_name_that_may_be_left_out_lies_within_the_plot(cloud):
    points, names, first = (list(column) for column in zip(*cloud, strict=True))
    for one, must in zip(
        boxes(points, names, point_labels.sides(points, names, first)), first, strict=True
    ):
        if one and not must:
            assert one.left >= 0 and one.top >= 0 and one.right <= WIDTH and one.bottom <= HEIGHT


def test_where_there_is_room_every_point_is_named():
    points = [(0.1, 0.9), (0.5, 0.5), (0.9, 0.1), (0.98, 0.6)]
    sides = point_labels.sides(points, ["Kandi", "Djougou", "Covè", "Sèmè-Kpodji"], [False] * 4)
    assert sides == ["right", "right", "right", "left"]
