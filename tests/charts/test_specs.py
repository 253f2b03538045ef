"""What no chart may do, asked of every chart: two scales on one axis, bars cut short, pies, a scale for each panel."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from dashboard import charts
from dashboard.charts.hour_grid import HourCell
from dashboard.charts.style import Spec
from dashboard.exports import svg
from dashboard.judgement.signals import signal
from dashboard.period import add_months
from dashboard.statistics.dispersion import differences
from tests.judgement.series import counted, follow

MONTHS = [add_months(date(2024, 1, 1), n) for n in range(24)]
NAMES = ["CCSP de Kandi", "CCSP de Nikki", "GSRU de Cotonou"]
# Flat marks without a depth or an angle to judge: an arc (pie, gauge, ring), an image or a shape of one's own is not here.
MARKS = {"area", "bar", "line", "point", "rect", "rule", "text"}


def followed(target: float | None):
    """24 months of a share with a jump, as they are followed."""
    events = [[60 + 25 * (n > 18) + n % 4 for n in range(24)]]
    series = counted("wait_within_30", events, [[100] * 24])
    return signal(follow("wait_within_30", series, MONTHS[-1])["site 0"], MONTHS[-1], target)


WORDS = [f"{n} %" for n in range(24)]
# The charts with example data far from 0, so that a scale that does not begin there would show; by function.
EXAMPLES = {
    "forecast_line": [
        lambda: charts.forecast_line(
            [
                *((m, 900.0 + n, None, "900") for n, m in enumerate(MONTHS[:20])),
                *((m, None, (900.0, 800.0, 1000.0), "900") for m in MONTHS[20:]),
            ],
            unit="Visites",
        )
    ],
    "place_lines": [
        lambda: charts.place_lines(
            [
                (m, [(900.0 + n, "900"), (None if n == 3 else 905.0, "905")])
                for n, m in enumerate(MONTHS)
            ],
            names=NAMES[:2],
            unit="Visites",
        )
    ],
    "place_shares": [
        lambda: charts.place_shares(
            [
                ("Actes", [21.0, 24.5], "21 · 25 %", False),
                ("Pension", [6.0, 17.0], "6 · 17 %", True),
            ],
            names=NAMES[:2],
            unit="Part",
        )
    ],
    "age_bands": [
        lambda: charts.age_bands([("moins de 8 jours", 90), ("8 à 15 jours", 110)], late=1)
    ],
    "bars": [
        lambda: charts.bars(
            [(NAMES[0], 91.0, "91 %"), (NAMES[1], 96.5, "96,5 %"), (NAMES[2], None, "non mesuré")],
            unit="Satisfaction",
            highlighted=NAMES[0],
            reference=94.0,
        ),
        lambda: charts.bars([], unit="Satisfaction"),
        lambda: charts.bars(
            [(NAMES[0], 91.0, "91 %"), (NAMES[1], 96.5, "96,5 %"), (NAMES[2], None, "non mesuré")],
            unit="Satisfaction",
            reference=94.0,
            intervals=[(88.0, 93.0, "88 à 93 %"), (90.0, None, "au moins 90 %"), (None, None, "")],
        ),
    ],
    "control_chart": [
        lambda: charts.control_chart(
            followed(80.0),
            WORDS,
            direction="up",
            unit="%",
            events=[(MONTHS[3], "panne")],
            decisions=[(MONTHS[9], "deux guichets de plus")],
        ),
        lambda: charts.control_chart(followed(None), WORDS, direction="neither", unit="%"),
    ],
    "distribution": [
        lambda: charts.distribution(np.arange(241) + 50, threshold=30, median=12, p90=48),
        lambda: charts.distribution(np.arange(241) + 50, threshold=30, median=None, p90=None),
    ],
    "funnel_chart": [
        lambda: charts.funnel_chart(
            differences([40, 80, 190] * 4, [50, 100, 200] * 4, proportion=True),
            NAMES * 4,
            [50, 100, 200] * 4,
            ["80 %", "80 %", "95 %"] * 4,
            unit="%",
            base="visites",
        )
    ],
    "heat_map": [lambda: charts.heat_map(np.full((7, 24), 4.0))],
    "hour_grid": [
        lambda: charts.hour_grid(
            [HourCell("lundi", 9, 1.5, "1,5", "1,5"), HourCell("lundi", 10, None, "–", "trop peu")],
            "Usagers",
        )
    ],
    "lines": [
        lambda: charts.lines(
            [(m, 80.0 + n, "") for n, m in enumerate(MONTHS)],
            unit="%",
            events=[(MONTHS[3], "panne")],
        )
    ],
    "pareto": [lambda: charts.pareto([("délai", 90), ("accueil", 110)])],
    "small_multiples": [
        lambda: charts.small_multiples(
            [(s, m, 10.0 + 40 * i, "") for i, s in enumerate(NAMES) for m in MONTHS], unit="min"
        )
    ],
    "survival_chart": [
        lambda: charts.survival_chart([(0, 100, 100, 100), (12, 80, 70, 90), (40, 60, None, None)])
    ],
    "two_lines": [
        lambda: charts.two_lines(
            [(m, 80, 90) for m in MONTHS], names=("reçues", "réponses"), unit="plaintes"
        )
    ],
}
SPECS = [
    pytest.param(make, id=f"{name}-{i}")
    for name, makes in EXAMPLES.items()
    for i, make in enumerate(makes)
]
every_chart = pytest.mark.parametrize("make", SPECS)


def parts(value) -> Iterator[dict]:
    """Every object within a spec, itself first."""
    if isinstance(value, dict):
        yield value
    for inside in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from parts(inside)


def units(spec: dict) -> list[dict]:
    """The views of a spec that draw a mark."""
    return [p for p in parts({k: v for k, v in spec.items() if k != "config"}) if "mark" in p]


def kind(unit: dict) -> str:
    """The mark of a view."""
    return unit["mark"]["type"] if isinstance(unit["mark"], dict) else unit["mark"]


def starts_at_zero(scale: dict) -> bool:
    """Whether a bar's scale begins at 0; Vega-Lite's own does, unless told otherwise."""
    given = scale.get("domain")
    return (
        given[0] == 0
        if given
        else scale.get("zero", True) and not {"domainMin", "domainRaw"} & scale.keys()
    )


@pytest.mark.pitfall(22)
@pytest.mark.pitfall(23)
@pytest.mark.pitfall(24)
def test_every_kind_of_chart_is_looked_at():
    exported = {name: getattr(charts, name) for name in charts.__all__}
    assert EXAMPLES.keys() == {
        n for n, f in exported.items() if getattr(f, "__annotations__", {}).get("return") == Spec
    }


@every_chart
def test_what_is_said_under_the_pointer_is_words_under_a_name_or_nothing(make):
    """Else Vega would show the names and all the digits of its fields: « b 97,4511332468 »."""
    spec = make()
    assert spec["config"]["mark"] == {"tooltip": None} and spec["config"]["aria"] is False
    for unit in units(spec):
        rows = unit.get("data", spec["data"])["values"]
        for said in unit["encoding"].get("tooltip", ()):
            assert said["title"].strip()
            shown = [r.get(said["field"]) for r in rows]
            assert "format" in said or all(isinstance(v, str | int | None) for v in shown)


@pytest.mark.pitfall(22)
@every_chart
def test_no_chart_has_two_scales_on_one_axis(make):
    assert not [
        part["resolve"] for part in parts(make()) if "independent" in str(part.get("resolve", ""))
    ]


@pytest.mark.pitfall(22)
@every_chart
def test_a_layered_chart_names_each_axis_once(make):
    """Two names on one axis would be two measures that share it."""
    spec = make()
    for channel in ("x", "y"):
        named = {
            u["encoding"][channel]["title"]
            for u in units(spec)
            if u.get("encoding", {}).get(channel, {}).get("title")
        }
        assert len(named) <= 1


@pytest.mark.pitfall(23)
@every_chart
def test_panels_side_by_side_share_their_scales(make):
    """A facet shares its scales unless told otherwise; views that are put together one by one do not."""
    spec = make()
    if "échelles libres" in str(spec):
        return
    for part in parts(spec):
        assert not part.keys() & {"concat", "hconcat", "vconcat"}
        if part.keys() & {"facet", "repeat"} and "spec" in part:
            assert part.get("resolve", {}).get("scale", {}).get("y", "shared") == "shared"


@pytest.mark.pitfall(24)
@every_chart
def test_only_flat_marks_are_drawn(make):
    assert {kind(u) for u in units(make())} <= MARKS


@pytest.mark.pitfall(24)
@every_chart
def test_bars_begin_at_zero(make):
    """And the scale of a bar's length is that of every layer that shares it."""
    seen = [u["encoding"] for u in units(make())]
    bars = [u["encoding"] for u in units(make()) if kind(u) == "bar"]
    for channel in ("x", "y"):
        lengths = [
            e for e in bars if e[channel]["type"] == "quantitative" and "bin" not in e[channel]
        ]
        assert not [e for e in lengths if f"{channel}2" in e], "a bar that floats"
        if lengths:
            assert all(starts_at_zero(e.get(channel, {}).get("scale") or {}) for e in seen)


@pytest.mark.pitfall(24)
def test_the_charts_with_bars_are_known():
    """The test above would say nothing of a chart whose bars it does not see."""
    with_bars = {
        name for name, makes in EXAMPLES.items() if any(kind(u) == "bar" for u in units(makes[0]()))
    }
    assert with_bars == {"age_bands", "bars", "distribution", "pareto"}


def test_the_signs_of_a_curve_are_those_that_it_has():
    course = followed(80.0).chart
    assert charts.legend_sentence(course, "up", has_closures=False, has_decisions=True) == (
        "Trait : d'habitude · tirets : ce que le hasard permet · ●\u00a0bleu : amélioration · drapeau : décision"
    )
    said = charts.legend_sentence(
        followed(None).chart, "up", has_closures=True, has_decisions=False
    )
    assert said.endswith("pointillés verticaux : fermetures") and "décision" not in said
    waits = replace(course, median=course.values)
    legend = charts.legend_sentence(waits, "up", has_closures=False, has_decisions=False)
    assert legend.startswith("Courbe : attente typique, et non la médiane · trait : d'habitude · ")
    once = replace(course, usual=np.where(np.arange(len(course.usual)) == 3, 5.0, np.nan))
    legend = charts.legend_sentence(once, "up", has_closures=False, has_decisions=False)
    assert "trait" not in legend.lower(), "of a single month there is no line"


@pytest.mark.parametrize(("level", "ends"), [(0.0, 1), (80.0, None)])
def test_an_axis_on_which_all_is_0_has_an_end(level, ends):
    one = followed(None)
    flat = np.full(len(one.chart.values), level)
    none = np.full(len(flat), np.nan)
    course = replace(one.chart, values=flat, given_limits=(none, none))
    spec = charts.control_chart(
        replace(one, chart=course), ["0"] * len(flat), direction="up", unit="plaintes"
    )
    assert spec["layer"][-1]["encoding"]["y"]["scale"].get("domainMax") == ends


@pytest.mark.parametrize("most", [1, 2, 5, 24])
def test_an_axis_of_counts_has_no_halves(most):
    drawn = svg.chart(
        charts.age_bands([("moins de 8 jours", most), ("plus", 0)], late=1), 1200, 450
    )
    assert not re.search(r">\d+,\d<", drawn)
