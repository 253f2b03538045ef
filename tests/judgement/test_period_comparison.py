"""What changed between two periods: parts that add up, warnings, and words that judge nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.judgement.period_comparison import CAVEAT, Row, explain

COUNTS = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
NAMES = ("CCSP d'Allada", "CCSP de Covè", "CCSP de Kandi", "GSRU d'Abomey", "GSRU de Cotonou")
PERIOD = st.dictionaries(st.sampled_from(NAMES), COUNTS, max_size=5)
WAITS = (  # notes, section 8: visits 600, 400 then 400, 600; means 10, 30 then 9, 28
    {"CCSP d'Allada": (600 * 10, 600), "CCSP de Kandi": (400 * 30, 400)},
    {"CCSP d'Allada": (400 * 9, 400), "CCSP de Kandi": (600 * 28, 600)},
)


def plain(text: str) -> str:
    """With ordinary spaces, and none within a number."""
    return re.sub(r"(?<=\d)\u202f(?=\d)", "", text).replace("\u00a0", " ").replace("\u202f", " ")


def said(*periods, **more) -> list[str]:
    return [plain(text) for text in explain("Part", *periods, **more).sentences]


@pytest.mark.pitfall(21)
def test_the_warning_comes_first_where_every_centre_moves_against_the_whole():
    """Section 8 of the notes: 18.0 → 20.4 although both fell; rate −1.5, mix +3.9. Kitagawa 1955."""
    found = explain("Attente moyenne", *WAITS, scale=1)
    change = found.change
    assert (change.before, change.after) == pytest.approx((18.0, 20.4))
    assert (change.rate, change.mix, change.network) == pytest.approx((-1.5, 3.9, 0))
    assert found.label == "Attente moyenne" and change.simpson
    first, second, last = map(plain, found.sentences)
    assert first.startswith("Attention : l'ensemble monte alors qu'aucune de ses parties ne monte")
    assert second == (
        "De 18,0 à 20,4, soit +2,4 : −1,5 à l'intérieur des centres et +3,9 par la répartition des visites entre centres."
    )
    assert last == plain(CAVEAT)
    assert found.rows == (
        Row("CCSP d'Allada", 10, 9, -1, (6000, 600), (3600, 400), 60, 40),
        Row("CCSP de Kandi", 30, 28, -2, (12000, 400), (16800, 600), 40, 60),
    )


@pytest.mark.pitfall(21)
def test_no_warning_where_parts_and_whole_agree():
    texts = said({"a": (50, 100), "b": (20, 100)}, {"a": (60, 100), "b": (30, 100)})
    assert texts[0].startswith(
        "De 35,0 % à 45,0 %, soit +10 points : "
    ) and "Attention" not in "".join(texts)


@pytest.mark.pitfall(18)
@pytest.mark.parametrize(
    "before, after, text",
    [
        (
            40,
            50,
            "De 40,0 % à 50,0 %, soit +10 points : +10 points à l'intérieur des centres et 0 point",
        ),
        (
            41,
            40,
            "De 41,0 % à 40,0 %, soit −1 point : −1 point à l'intérieur des centres et 0 point",
        ),
        (
            42,
            40,
            "De 42,0 % à 40,0 %, soit −2 points : −2 points à l'intérieur des centres et 0 point",
        ),
        (40, 40, "De 40,0 % à 40,0 %, soit 0 point : 0 point à l'intérieur des centres et 0 point"),
    ],
)
def test_percentages_differ_by_points(before, after, text):
    found = explain("Part", {"a": (before, 100)}, {"a": (after, 100)})
    assert plain(found.sentences[0]).startswith(text)
    assert found.rows[0].difference == pytest.approx(after - before)
    assert not re.search(r"[+−][\d,]+ %", plain(found.sentences[0]))


def test_rates_per_1000_are_written_in_their_unit():
    first = said({"a": (10, 1000)}, {"a": (12, 1000)}, scale=1000)[0]
    assert first.startswith(
        "De 10,0 pour 1000 à 12,0 pour 1000, soit +2,0 : +2,0 à l'intérieur des centres et 0,0"
    )


@pytest.mark.pitfall(20)
def test_a_centre_that_comes_in_leaves_the_same_centres_as_they_were():
    before, after = (
        {"CCSP de Kandi": (80, 100)},
        {"CCSP de Kandi": (80, 100), "CCSP d'Allada": (20, 100)},
    )
    found = explain("Part", before, after)
    assert (found.change.same_before, found.change.same_after) == (80, 80)
    assert (found.change.rate, found.change.mix) == (
        0,
        0,
    ) and found.change.network == pytest.approx(-30)
    texts = said(before, after)
    assert "Pas de chiffre dans la première période : CCSP d'Allada." in texts
    assert "Aux seuls centres présents dans les deux périodes : de 80,0 % à 80,0 %." in texts
    assert found.rows[0] == Row("CCSP d'Allada", None, 20, None, None, (20, 100), 0, 50)
    back = said(after, before)
    assert "Pas de chiffre dans la seconde période : CCSP d'Allada." in back


@pytest.mark.pitfall(20)
def test_without_a_common_centre_nothing_is_said_of_the_same_ones():
    found = explain("Part", {"a": (1, 2)}, {"b": (1, 2)})
    assert (found.change.opened, found.change.closed) == (["b"], ["a"])
    assert not re.search("seuls centres|nan", " ".join(found.sentences))


@pytest.mark.pitfall(27)
@pytest.mark.parametrize("nothing", [{}, {"a": (0, 0)}, {"a": (None, None)}, {"a": (0, None)}])
def test_a_period_without_data_explains_nothing(nothing):
    full = {"a": (1, 2)}
    assert explain("Part", nothing, full) is None and explain("Part", full, nothing) is None


@pytest.mark.pitfall(9)
def test_under_the_minimum_a_rate_is_hidden_and_its_counts_are_shown():
    periods = {"a": (3, 9), "b": (50, 100)}, {"a": (3, 10), "b": (50, 100)}
    small = explain("Part", *periods, minimum=10).rows[0]
    assert (small.before, small.after, small.difference) == (None, 30, None)
    assert (small.counts_before, small.counts_after) == ((3, 9), (3, 10))
    assert explain("Part", *periods, minimum=0).rows[0].before == pytest.approx(100 / 3)
    assert explain("Part", {"a": (3, 9)}, {"a": (90, 100)}, minimum=10) is None


@pytest.mark.pitfall(8)
@given(PERIOD, PERIOD, st.sampled_from((1, 100, 1000)), st.sampled_from((0, 5, 10)))
def test_for_any_two_periods(before, after, scale, minimum):
    """Numbers rechecked by hand; nothing is judged, and the last word is that two periods judge nothing."""
    found = explain("Part", before, after, scale, minimum)
    sums = [
        [sum(pair[i] for pair in period.values()) for i in (0, 1)] for period in (before, after)
    ]
    assert (found is None) == any(d < max(minimum, 1) for _, d in sums)
    if found is None:
        return
    whole = [scale * a / d for a, d in sums]
    change = found.change
    assert [change.before, change.after] == pytest.approx(whole)
    assert change.rate + change.mix + change.network == pytest.approx(whole[1] - whole[0], abs=1e-6)
    text = " ".join(map(plain, found.sentences))
    assert not re.search(r"amélior|alerte|dégrad|mieux|pire|hausse|signal|None|nan|  ", text)
    assert found.sentences[-1] == CAVEAT and ("Attention" in found.sentences[0]) == change.simpson
    assert all("Attention" not in s for s in found.sentences[1:])
    known = [{n: c for n, c in period.items() if c[1]} for period in (before, after)]
    assert [row.part for row in found.rows] == sorted({*known[0], *known[1]})
    assert sum(row.weight_before for row in found.rows) == pytest.approx(100)
    assert sum(row.weight_after for row in found.rows) == pytest.approx(100)
    for row in found.rows:
        read_row(row, known, scale, minimum)
    ours = {n for n in NAMES if n in text}
    assert ours == {*known[0]} ^ {*known[1]}


def read_row(row: Row, known: list[dict], scale: float, minimum: int) -> None:
    sides = zip((row.before, row.after), (row.counts_before, row.counts_after), known, strict=True)
    for value, counts, period in sides:
        assert counts == period.get(row.part)
        if counts is None or counts[1] < minimum:
            assert value is None
        else:
            assert value == pytest.approx(scale * counts[0] / counts[1])
    both = row.before is not None and row.after is not None
    assert row.difference == (pytest.approx(row.after - row.before) if both else None)
