"""Sites compared honestly: named bars with intervals, a headline that says what was found, a funnel from ten sites on."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import french
from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import network, site_comparisons, sites
from dashboard.answers.context import Asker
from dashboard.answers.question import Question
from dashboard.answers.uncertainty import intervals
from dashboard.panel import Panel
from dashboard.statistics import sentences
from dashboard.statistics.dispersion import FEWEST_SITES
from tests.builders import Office, complaint, visit, waited

YEAR = Question(date(2025, 1, 1), date(2025, 12, 31))
PLAIN = str.maketrans("\xa0\u202f", "  ")


def codes(_: Office) -> list[str]:
    """Every site's code, in order."""
    return sorted(network.site_names(LOCAL_READER))


def satisfied(office: Office, shares: dict[str, tuple[int, int]]) -> None:
    """So many satisfied of so many, at each site."""
    office.hand_in(
        "registre",
        *[
            visit(site, satisfied="oui" if n < yes else "non")
            for site, (yes, of) in shares.items()
            for n in range(of)
        ],
    )


def compared(who: Asker = LOCAL_READER, code: str = "satisfaction", **how) -> Panel:
    """The comparison of sites in 2025."""
    return sites.compare(who, YEAR, "site", code, "centres", **how)


def column(panel: Panel, name: str) -> list:
    """A column of the panel's table: the numbers, or the words where there is none."""
    at = [c.name for c in panel.table.columns].index(name)
    return [row[at].text if row[at].value is None else row[at].value for row in panel.table.rows]


def test_under_ten_sites_bars_say_that_they_differ_or_that_nothing_is_clear(asked):
    few = codes(asked)[:3]
    satisfied(asked, dict(zip(few, ((30, 60), (55, 60), (54, 60)), strict=True)))
    first = network.site_names(LOCAL_READER)[few[0]]
    assert (
        compared()
        .finding.translate(PLAIN)
        .endswith(
            ": les centres diffèrent réellement entre eux ; l'écart le plus net est celui du"
            f" {first} (50 %, pour 91 % dans les autres)"
        )
    )
    assert not site_comparisons.has_funnel(LOCAL_READER, YEAR, "site", "satisfaction")
    asked_for = compared(funnel=True)
    assert {layer["mark"]["type"] for layer in asked_for.content.spec["layer"]} >= {"bar", "rule"}
    assert "Position" not in [c.name for c in asked_for.table.columns]


def test_where_nothing_is_clear_the_headline_says_so(asked):
    satisfied(asked, dict(zip(codes(asked)[:3], ((50, 60), (52, 60), (53, 60)), strict=True)))
    assert compared().finding.endswith(
        ": trop peu de cas pour voir une différence nette entre centres"
    )


def test_from_ten_sites_on_the_funnel_is_drawn_on_request_and_names_who_is_apart(asked):
    shares = {site: (48 + n % 5, 60) for n, site in enumerate(codes(asked)[:11])}
    shares["gsru-cotonou"] = (6, 60)
    satisfied(asked, shares)
    assert site_comparisons.has_funnel(LOCAL_READER, YEAR, "site", "satisfaction")
    bars, funnel = compared(), compared(funnel=True)
    assert bars.content.spec["layer"][0]["mark"]["type"] == "bar"
    assert funnel.content.spec["layer"][0]["mark"]["type"] == "area"
    assert bars.finding == funnel.finding and bars.table == funnel.table
    assert re.search(
        r": GSRU de Cotonou \(\d+ %, pour \d+ % dans l.ensemble\) se détache nettement des autres$",
        bars.finding.translate(PLAIN),
    )
    assert "compte tenu des différences habituelles entre centres" in funnel.caption
    assert "surdispersion" not in funnel.caption + funnel.reading
    (outside,) = [
        row[0].text
        for row, position in zip(bars.table.rows, column(bars, "Position"), strict=True)
        if "au-dessous de la limite à 99,8" in position.translate(PLAIN)
    ]
    assert outside == "GSRU de Cotonou"
    drawn = {row["k"]: row["side"] for row in funnel.content.spec["data"]["values"]}
    assert drawn["Cotonou (GSRU)"] and sum(bool(side) for side in drawn.values()) > 3


@pytest.mark.pitfall(9)
def test_bars_are_in_the_order_asked_for_and_alphabetical_otherwise(asked):
    one, two, three = codes(asked)[:3]
    satisfied(asked, {one: (40, 60), two: (15, 20), three: (20, 80)})
    everybody = [c for c in codes(asked) if c not in (one, two, three)]
    names = {order: column(compared(order=order), "Centre") for order in ("name", "value")}
    values = [v for v in column(compared(order="value"), "n") if v]
    assert values == [20, 60, 80]
    assert names["name"] == column(compared(), "Centre") != names["value"]
    assert set(names["value"]) == set(names["name"]) and len(names["value"]) == 3 + len(everybody)


def test_rows_without_a_value_are_counted_under_the_bars_where_they_are_most(asked):
    """One file was in, and twenty-three lines « non remonté » stood under its bar."""
    some = codes(asked)
    lengths = lambda panel: len(panel.content.spec["data"]["values"])  # noqa: E731
    satisfied(asked, {some[0]: (40, 60), some[1]: (1, 2)})
    panel = compared()
    assert lengths(panel) == 1 and len(panel.table.rows) == 24
    said = "22 autres : données non remontées ; 1 autre : trop peu de cas"
    assert panel.reading.translate(PLAIN).startswith(said), "on a slide"
    assert f"{said}. " in panel.caption.translate(PLAIN), "on a page"
    satisfied(asked, dict.fromkeys(some[2:13], (40, 60)))
    panel = compared()
    assert lengths(panel) == 24 and " autres : " not in panel.caption.translate(PLAIN)


@pytest.mark.pitfall(19)
@pytest.mark.parametrize("code", ["satisfaction", "complaints_per_1000", "wait_p50", "wait_p90"])
def test_each_value_lies_within_its_interval_which_narrows_with_n(asked, code):
    few, many = codes(asked)[:2]
    lines = [
        waited(5 + n % 40, site=site, satisfied="oui" if n % 3 else "non")
        for site, n_of in ((few, 40), (many, 400))
        for n in range(n_of)
    ]
    asked.hand_in("registre", *lines)
    asked.hand_in(
        "plaintes",
        *[complaint(f"{site}-{n}", site) for site, of in ((few, 2), (many, 20)) for n in range(of)],
    )
    panel = compared(code=code)
    likely = intervals(LOCAL_READER, YEAR, "site", code)
    assert set(likely) == {few, many}
    figures = dict(zip(column(panel, "Centre"), panel.table.rows, strict=True))
    assert len(figures) == 24
    (few_low, few_high), (many_low, many_high) = likely[few], likely[many]
    shown = [v for v in column(panel, panel.table.columns[1].name) if not isinstance(v, str)]
    low = [v for v in column(panel, "Sans doute au moins") if not isinstance(v, str)]
    assert len(shown) == len(low) == 2
    assert all(a <= v for a, v in zip(low, shown, strict=True))
    assert few_high is None or few_high - few_low > many_high - many_low
    drawn = [row for row in panel.content.spec["data"]["values"] if "a" in row]
    assert len(drawn) == 2 and all(row["a"] <= row["v"] <= row["b"] for row in drawn)


def test_delays_of_departments_have_an_interval_as_those_of_sites_have(asked):
    lines = [
        complaint(f"P{n}", site, "2025-03-03", resolved=f"2025-03-{4 + n % 20:02}")
        for n in range(40)
        for site in (codes(asked)[0],)
    ]
    asked.hand_in("plaintes", *lines)
    of_sites = intervals(LOCAL_READER, YEAR, "site", "complaint_delay")
    of_departments = intervals(LOCAL_READER, YEAR, "department", "complaint_delay")
    assert list(of_departments.values()) == list(of_sites.values()) != []


def test_a_single_site_is_not_held_against_a_whole_that_is_itself(asked):
    only, other = codes(asked)[:2]
    satisfied(asked, {only: (30, 60)})
    assert "L'ensemble" not in compared().caption and "l'ensemble" not in compared().reading
    satisfied(asked, {other: (55, 60)})
    assert "L'ensemble" in compared().caption


def test_a_count_has_no_interval(asked):
    asked.hand_in("registre", *[visit(site) for site in codes(asked)[:4]])
    assert not intervals(LOCAL_READER, YEAR, "site", "visits")
    assert "Sans doute au moins" not in [c.name for c in compared(code="visits").table.columns]


def test_a_site_as_large_as_many_others_is_apart_in_the_words_and_in_the_picture(asked):
    """34 % beside ten sites of 81 %, at ten times their size: half of all cases."""
    shares = {site: (48 + n % 3, 60) for n, site in enumerate(codes(asked)[:11])}
    shares["gsru-cotonou"] = (204, 600)
    satisfied(asked, shares)
    funnel = compared(funnel=True)
    assert funnel.finding.translate(PLAIN).endswith(
        " dans l'ensemble) se détache nettement des autres"
    )
    said = funnel.caption.translate(PLAIN)
    assert "Hors des limites à 99,8 % : GSRU de Cotonou." in said
    assert "Trait plein : l'ensemble sans GSRU de Cotonou, 82 %." in said
    assert "trait : l'ensemble sans GSRU de Cotonou" in funnel.reading
    spec = funnel.content.spec
    limits = {
        row["n"]: row for row in next(x for x in spec["layer"] if "data" in x)["data"]["values"]
    }
    beyond = [
        row["k"]
        for row in spec["data"]["values"]
        if not limits[row["n"]]["a"] <= row["v"] <= limits[row["n"]]["b"]
    ]
    assert (
        beyond == [row["k"] for row in spec["data"]["values"] if row["out"]] == ["Cotonou (GSRU)"]
    )
    (line,) = (x["encoding"]["y"]["datum"] for x in spec["layer"] if x["mark"]["type"] == "rule")
    assert 80 < line < 83


@given(
    st.floats(0, 1),
    st.integers(0, 6),
    st.booleans(),
    st.sampled_from(("", "l'écart le plus net est celui du CCSP de Kandi (1 %)")),
)
def test_that_sites_are_alike_is_never_said_where_chance_is_under_one_in_twenty(
    chance, apart, judged, furthest
):
    said = sentences.differences(chance, [f"Centre {n}" for n in range(apart)], judged, furthest)
    assert "hasard" not in said
    if apart:
        assert "nettement des autres" in said and "aucun" not in said
    elif chance < 0.05:
        differ = "diffèrent réellement" if chance < sentences.SURE else "semblent différer"
        assert said.startswith(f"les centres {differ} entre eux")
        assert (furthest in said) and ("l'écart le plus net" in said) == bool(furthest)
        assert ("sans que l'on puisse dire lesquels" in said) == (judged and not furthest)
        assert ("sans sortir des différences habituelles entre centres" in said) == (
            judged and bool(furthest)
        )
    else:
        assert said == "trop peu de cas pour voir une différence nette entre centres"


def test_where_sites_differ_and_none_is_apart_the_furthest_is_named(asked):
    """F5: « ne diffèrent pas plus que le hasard » was printed where χ² has p = 6·10⁻⁵."""
    where = codes(asked)[:FEWEST_SITES]
    satisfied(asked, {site: (30 + 3 * (n % 7), 60) for n, site in enumerate(where)})
    found = site_comparisons.site_comparison(LOCAL_READER, YEAR, "satisfaction")
    farthest = network.site_names(LOCAL_READER)[where[6]]
    assert 0.002 < found.differences.p_value < 0.05 and found.finding.translate(PLAIN) == (
        f"les centres semblent différer entre eux ; l'écart le plus net est celui du {farthest}"
        " (80 %, pour 60 % dans les autres), sans sortir des différences habituelles entre centres"
    )


def test_where_several_lie_furthest_all_are_named(asked):
    where = codes(asked)[:FEWEST_SITES]
    share = (54, 54, 30, 33, 36, 39, 42, 30, 33, 36)
    satisfied(asked, {site: (n, 60) for site, n in zip(where, share, strict=True)})
    found = site_comparisons.site_comparison(LOCAL_READER, YEAR, "satisfaction")
    names = network.site_names(LOCAL_READER)
    both = sorted((names[site] for site in where[:2]), key=french.alphabetical)
    assert f"les écarts les plus nets sont ceux du {both[0]} et du {both[1]} (90 %, pour " in (
        found.finding.translate(PLAIN)
    )


def test_where_sites_differ_and_none_by_more_than_chance_alone_it_is_said_that_one_cannot_tell(
    asked,
):
    """Five at 53 %, five at 72 %, of 60 each."""
    where = codes(asked)[:FEWEST_SITES]
    satisfied(asked, {site: (32 + 11 * (n % 2), 60) for n, site in enumerate(where)})
    found = site_comparisons.site_comparison(LOCAL_READER, YEAR, "satisfaction")
    assert 0.002 < found.differences.p_value < 0.05 and found.finding == (
        "les centres semblent différer entre eux, sans que l'on puisse dire lesquels"
    )


def test_sites_that_all_have_the_same_figure_are_said_to_be_alike(asked):
    satisfied(asked, dict.fromkeys(codes(asked)[:FEWEST_SITES], (60, 60)))
    found = site_comparisons.site_comparison(LOCAL_READER, YEAR, "satisfaction")
    assert found.finding.translate(PLAIN) == "tous les centres ont le même chiffre (100 %)"
