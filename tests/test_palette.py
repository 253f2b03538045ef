"""Colours are roles: one line changes one everywhere, letters and marks stand out on what they stand on, and nobody needs to
tell red from green."""

import copy
import json
import math
import pickle
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import combinations

import pytest

from dashboard import palette
from dashboard.charts.style import recolour_for_paper
from dashboard.exports import html
from dashboard.palette import (
    ACCENT,
    ALERT,
    AWAY,
    CARD,
    CHANGE,
    CHOSEN,
    FOCUS,
    GRID,
    IMPROVEMENT,
    INK,
    LAND,
    MAIN,
    MAP_AWAY,
    MAP_CARD,
    MAP_GAP,
    MAP_INK,
    MAP_MARK,
    MAP_SEA,
    MAP_SOFT,
    MISSING,
    NONE,
    NOTICE,
    ON_NOTICE,
    PALE,
    PAPER,
    PRESSED,
    QUIET,
    RAISED,
    RAMP,
    ROLES,
    SEA,
    SERIES,
    SLIDE_INK,
    SLIDE_MAIN,
    SOFT,
    THEMES,
    WASH,
    contrast,
)
from dashboard.settings import ROOT
from tests.charts.test_specs import EXAMPLES, SPECS, parts
from tests.exports import decks

HEX = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b")
WRITTEN = ("*.py", "*.js", "*.typ", "*.css", "*.html")
OWN = (
    "palette.py",
    "common_passwords.py",
)  # the latter holds keys that are typed one after the other
OF_OTHERS = (
    "leaflet",
    "departments.js",
    "communes-",
)  # public files that the application puts beside its own


# ---- in one place -----------------------------------------------------------------------------------------------------


def test_no_colour_stands_outside_the_palette():
    files = [
        f
        for folder in ("dashboard", "pages", "static")
        for kind in WRITTEN
        for f in (ROOT / folder).rglob(kind)
    ]
    ours = [
        f
        for f in files
        if f.name not in OWN and not any(part.startswith(OF_OTHERS) for part in f.parts)
    ]
    assert {f.suffix for f in ours} >= {".py", ".js", ".typ"}
    assert {
        f.relative_to(ROOT).as_posix(): HEX.findall(text)
        for f in ours
        if HEX.search(text := f.read_text("utf-8"))
    } == {}


def test_streamlit_s_own_theme_is_the_palette_s():
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))[
        "theme"
    ]
    for paper in ("light", "dark"):
        assert {k: v for k, v in theme[paper].items() if "olor" in k} == {
            "primaryColor": MAIN.for_theme(paper),
            "backgroundColor": PAPER.for_theme(paper),
            "secondaryBackgroundColor": RAISED.for_theme(paper),
            "textColor": INK.for_theme(paper),
            "borderColor": palette.LINE.for_theme(paper),
            "chartCategoricalColors": [one.for_theme(paper) for one in SERIES],
        }


def test_a_colour_is_six_digits_for_every_paper_and_a_copy_of_it_is_itself():
    assert len(ROLES) > 30
    for name, one in ROLES.items():
        assert one.role == name and all(
            re.fullmatch("#[0-9a-f]{6}", one.for_theme(theme)) for theme in THEMES
        ), name
        assert copy.deepcopy(one) is one is pickle.loads(pickle.dumps(one))


def colours(spec) -> list[str]:
    """Every colour that a chart names, in the order of its spec."""
    named = {k: v for k, v in spec.items() if k not in ("data", "usermeta")}
    values = [v for part in parts(named) for v in part.values()]
    flat = [one for v in values for one in (v if isinstance(v, list) else [v])]
    return [one for one in flat if isinstance(one, str) and HEX.fullmatch(one)]


@pytest.mark.parametrize("make", SPECS)
def test_every_colour_of_a_chart_is_a_role_and_has_turned_on_dark_paper(make):
    light, turned = colours(make()), colours(recolour_for_paper(make(), "dark"))
    assert light and all(isinstance(one, palette.Colour) for one in light)
    assert turned == [one.dark for one in light]


# ---- one line, everywhere ---------------------------------------------------------------------------------------------

CHANGED = {
    "light": "#a01b5e",
    "dark": "#ff9fd0",
    "projector": "#70003c",
    "words": "#90104e",
    "afar": "#80094a",
}
LINE = 'ALERT = role("alert", "{light}", "{dark}", "{projector}", text="{words}", from_afar="{afar}", french="framboise")'
WORKS = """
import io, json, sys, zipfile
from dataclasses import asdict
from dashboard.charts.style import recolour_for_paper
from dashboard.exports import html, map_svg, pdf, svg, xlsx
from dashboard.exports.pptx import pptx
from dashboard.charts import control_charts
from dashboard.ui import folium_map, presentation
from dashboard.web import page_head
from tests.exports import decks

def zipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return "\\n".join(file.read(n).decode() for n in file.namelist() if n.endswith(".xml"))

def printed(deck):
    kept, real = {}, pdf._compile_in_child
    pdf._compile_in_child = lambda request: kept.update(request["files"]) or b""  # what Typst is asked to set
    pdf.pdf(deck)
    pdf._compile_in_child = real
    return "\\n".join(kept.values())

deck = decks.whole()
chart = next(s.panel.content.spec for s in deck.slides if s.panel.key == "entonnoir")
print(json.dumps({
    "chart": json.dumps(chart, default=float),
    "chart on dark paper": json.dumps(recolour_for_paper(chart, "dark"), default=float),
    "control chart": json.dumps(decks.control()), "picture": svg.chart(chart, 640),
    "map as a picture": map_svg.map_(decks.signals(), 760, 500),
    "map's script": json.dumps(folium_map.ON_PAPER), "slides": "".join(html.slide_html(s, 1, 1) for s in deck.slides),
    "slides' style": presentation.LOOKS, "dossier": html.dossier(deck), "pptx": zipped(pptx(deck)), "pdf": printed(deck),
    "xlsx": zipped(xlsx.deck_workbook(deck)), "button": presentation.BUTTON_STYLE, "page": page_head.head_markup().decode(),
    "reading": " ".join(control_charts.SIGNS.values())}))
"""


def works(root) -> dict[str, str]:
    """Everything that a copy of the project shows or writes of the invented deck."""
    done = subprocess.run(
        [sys.executable, "-c", WORKS], cwd=root, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


LINES = {
    "ALERT": LINE.format(**CHANGED),
    "MAIN": 'MAIN = role("main", "#11516a", "#66c1dd")',
    "NOTICE": 'NOTICE = role("notice", "#e8f1ff", "#10305a")',
    "FOCUS": 'FOCUS = role("focus", "#7030b0", "#d0a0ff")',
    "LAND": 'LAND = role("land", "#d8dfe9", "#30353d")',
}


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, str]:
    """What a copy of the project shows and writes, in whose palette a line is another for each of some roles."""
    root = tmp_path_factory.mktemp("project")
    for name in ("dashboard", "db", "tests", "static", "data/reference", ".streamlit"):
        # With what Python has compiled: to compile all of it again takes longer than what is tried.
        shutil.copytree(
            ROOT / name, root / name, ignore=shutil.ignore_patterns("leaflet", "*.pyc.*")
        )
    text = (ROOT / "dashboard" / "palette.py").read_text(encoding="utf-8")
    for name, line in LINES.items():
        text, lines = re.subn(rf"^{name} = role\(.*$", line, text, flags=re.M)
        assert lines == 1, f"{name} is not one line"
    (root / "dashboard" / "palette.py").write_text(text, encoding="utf-8")
    return works(root)


def test_the_colour_of_alerts_is_one_line_and_is_found_everywhere(found):
    light, on_dark, projector, words, afar = CHANGED.values()
    for what in (
        "chart",
        "control chart",
        "picture",
        "map's script",
        "map as a picture",
        "slides",
        "dossier",
    ):
        assert light in found[what], what
    for what in ("chart on dark paper", "dossier", "slides' style"):
        assert on_dark in found[what], what
    assert projector in found["slides' style"] and afar in found["slides' style"]
    assert words in found["dossier"] and words in found["pdf"] and light in found["pdf"]
    assert light[1:].upper() in found["pptx"]
    for colour in (light, on_dark, words):
        assert colour in found["page"], colour
    assert "■\xa0framboise : alerte" in found["reading"]
    # What was brought out in the same orange judges nothing, and keeps it, even where only the dark value differs.
    assert (
        ACCENT in found["dossier"] and f".stroke-accent{{stroke:{ACCENT.dark}}}" in found["dossier"]
    )
    assert not [w for w, text in found.items() if ALERT.text in text]


def test_the_roles_that_speak_of_no_alert_are_one_line_too(found):
    for what in ("chart", "slides", "dossier", "pdf", "button", "slides' style"):
        assert "#11516a" in found[what] and MAIN not in found[what], what
    for what in ("pptx", "xlsx"):
        assert "11516A" in found[what] and MAIN[1:].upper() not in found[what], what
    assert "#66c1dd" in found["chart on dark paper"]
    assert "E8F1FF" in found["xlsx"]
    assert (
        all("#e8f1ff" in found[what] for what in ("dossier", "pdf", "slides' style"))
        and "#10305a" in found["dossier"]
    )
    assert all(one in found["map's script"] for one in ("#7030b0", "#d0a0ff", "#d8dfe9", "#30353d"))
    assert "#d8dfe9" in found["map as a picture"] and "D8DFE9" in found["pptx"]


# ---- seen by all ------------------------------------------------------------------------------------------------------

JUDGED = (IMPROVEMENT, ALERT, CHANGE)
# (what is written, on what): at least 4.5 to 1, at any size.
LETTERS = (
    *((ink, ground) for ink in (INK, SOFT, MAIN) for ground in (PAPER, CARD, RAISED)),
    *((one.text, ground) for one in JUDGED for ground in (PAPER, CARD)),
    *((one.from_afar, ground) for one in JUDGED for ground in (PAPER, RAISED)),
    *((ink, ground) for ink in (SLIDE_INK, QUIET, SLIDE_MAIN) for ground in (PAPER, RAISED)),
    *((ink, WASH) for ink in (INK, SOFT, MAIN)),
    (ACCENT.text, PAPER),
    (ON_NOTICE, NOTICE),
    (PAPER, MAIN),
    *((ink, ground) for ink in (MAP_INK, MAP_SOFT) for ground in (MAP_CARD, MAP_GAP, PAPER)),
    (MISSING, PAPER),
    *((INK, ground) for ground in (LAND, AWAY, SEA)),
)
# (what is drawn, on what): at least 3 to 1. Gridlines, coasts and surfaces say nothing by themselves; a mark of a map is
# known by its edge, whatever its class.
MARKS = (
    *((one, PAPER) for one in (*JUDGED, NONE, MAIN, PALE, ACCENT, FOCUS, MISSING, *SERIES)),
    *((INK, ground) for ground in (LAND, AWAY, SEA)),
    *(
        (mark, ground)
        for mark in (MAP_MARK, FOCUS, MISSING)
        for ground in (LAND, MAP_AWAY, MAP_SEA)
    ),
    (MISSING, LAND),
)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("pairs", "least"), [(LETTERS, 4.5), (MARKS, 3)], ids=["letters", "marks"])
def test_what_is_read_stands_out_on_what_it_stands_on(theme, pairs, least):
    faint = {
        (a.role, b.role): round(found, 2)
        for a, b in pairs
        if (found := contrast(a.for_theme(theme), b.for_theme(theme))) < least
    }
    assert faint == {}


def test_what_is_the_same_on_any_paper_stands_out_too():
    """The button and the large letters of marks are white on dark paper too; the ring stands out from those around it."""
    assert all(contrast(PAPER, ground) >= 4.5 for ground in (MAIN, PRESSED))
    assert all(contrast(PAPER, one) >= 3 for one in (*JUDGED, NONE))
    assert contrast(CHOSEN, MAP_INK) >= 3 and contrast(ACCENT, PAPER.dark) >= 3
    assert all(max(contrast(one, PAPER), contrast(one, MAP_INK)) >= 3 for one in RAMP)


def test_classes_of_the_map_darken_step_by_step():
    light = [contrast(one, "#000000") for one in RAMP]
    assert light == sorted(light, reverse=True) and all(
        a / b > 1.4 for a, b in zip(light, light[1:], strict=False)
    )


def channels(colour: str) -> list[float]:
    """Linear red, green and blue."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]


# Machado, Oliveira and Fernandes 2009, full severity: what is left of linear red, green and blue.
SIGHT = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}


def lab(colour: str, sight) -> list[float]:
    """CIE L*a*b* (white D65) of a colour as such an eye sees it."""
    r, g, b = (
        min(max(sum(m * c for m, c in zip(row, channels(colour), strict=True)), 0), 1)
        for row in sight
    )
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


OTHER = 20  # a difference (CIE 1976) of about 2 is just seen; so much is another colour


def alike(roles, theme: str, sight: str = "all colours") -> list[tuple[str, str]]:
    """The pairs of roles that such an eye takes for one colour on that paper."""
    seen = [(one.role, lab(one.for_theme(theme), SIGHT[sight])) for one in roles]
    return [(a, b) for (a, x), (b, y) in combinations(seen, 2) if math.dist(x, y) <= OTHER]


@pytest.mark.pitfall(11)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHT)
def test_improving_and_worsening_are_told_apart_by_every_eye(sight, theme):
    assert alike((IMPROVEMENT, ALERT, NONE), theme, sight) == []


@pytest.mark.parametrize("theme", THEMES)
def test_two_colours_of_one_chart_never_look_alike(theme):
    """Letters, grounds and rules aside, which are known by what they are. Roles of one value are equal texts: by their names."""
    around = {INK.role, SOFT.role, PAPER.role, GRID.role, WASH.role}
    around |= {one.text.role for one in ROLES.values() if one.text is not one}
    charts = [
        {one.role for one in colours(make())} for makes in EXAMPLES.values() for make in makes
    ]
    charts.append({one.role for one in SERIES})
    assert [
        found
        for roles in charts
        if (found := alike([ROLES[name] for name in sorted(roles - around)], theme))
    ] == []


@pytest.mark.pitfall(11)
@pytest.mark.parametrize("theme", THEMES)
def test_blue_improves_orange_worsens_grey_says_nothing(theme):
    red, green, blue = channels(IMPROVEMENT.for_theme(theme))
    assert blue > green > red
    red, green, blue = channels(ALERT.for_theme(theme))
    assert red > green > blue
    assert max(channels(NONE.for_theme(theme))) - min(channels(NONE.for_theme(theme))) < 0.1


def test_a_picture_turns_by_role_and_not_by_its_colour():
    """Two roles of one colour on light paper may differ on dark paper."""
    assert ACCENT.role != ALERT.role
    rules = html.recolour_rules("dark", ".dark")
    for one in (ACCENT, ALERT):
        assert f".dark .fill-{one.role}{{fill:{one.dark}}}" in rules
    assert "#" not in re.sub(r"[{][^}]*[}]", "", rules)
    assert 'class="stroke-accent"' in html.dossier(decks.whole())
