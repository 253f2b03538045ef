"""The map: a mark for each site; its area says visits per open day, its colour an indicator's level, its frame a signal."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from dashboard import french
from dashboard.answers import follow
from dashboard.answers.figures import figures
from dashboard.answers.network import commune_source, departments, silences, sites
from dashboard.answers.question import Question
from dashboard.answers.trust import strip
from dashboard.answers.view import View, answer
from dashboard.classes import CLASSES
from dashboard.indicators import BY_CODE
from dashboard.judgement.signals import CHARTED, Signal, in_short
from dashboard.palette import CHANGE, CONCERN, IMPROVEMENT, RAMP
from dashboard.panel import Legend, Panel, Plot, of_figure, table, words
from dashboard.period import Period
from dashboard.statistics.sentences import ASSURANCES, STATES, VARIATIONS
from dashboard.statistics.variation import Assurance, Variation
from dashboard.wording import base, shown, who_reported

SIGNS = {  # letter, frame, colour of each signal
    Variation.CONCERN: ("!", "square", CONCERN),
    Variation.IMPROVEMENT: ("+", "round", IMPROVEMENT),
    Variation.NEUTRAL: ("C", "hexagon", CHANGE),
}
BADGES = {
    Assurance.CONSISTENTLY_MET: "✓",
    Assurance.CONSISTENTLY_MISSED: "✗",
    Assurance.HIT_AND_MISS: "≈",
}
READING = (
    "La taille d'une marque dit combien de visites un centre reçoit par jour ouvert, sa couleur le niveau de l'indicateur,"
    " un cadre et une lettre un signal du dernier mois entier."
)
LARGEST = 20  # radius, in pixels, of the busiest site
Mark = dict[str, Any]  # as dashboard.panel.Plot has them
SIZES = (10, 20, 50, 100, 200, 500, 1000)


@answer
def panel(view: View, question: Question, code: str, key: str) -> Panel:
    """The map as a panel, with the table of what its marks say."""
    drawing = plot(view, question, code)
    values, states = figures(view, question, "site"), _signals(view, question, code)
    rows = [
        (
            words(m["name"]),
            of_figure(values[m["id"]][code]),
            words(base(values[m["id"]][code])),
            of_figure(values[m["id"]]["visits_per_day"]),
            words(VARIATIONS[states[m["id"]].variation] if m["id"] in states else ""),
        )
        for m in sorted(drawing.marks, key=lambda m: french.alphabetical(m["name"]))
    ]
    return Panel(
        key,
        f"{BY_CODE[code].label}{french.SPACE}: le niveau et les signaux de chaque centre",
        drawing,
        strip=strip(view, question, code),
        table=table(
            (
                ("Centre", ""),
                (BY_CODE[code].label, BY_CODE[code].unit),
                ("Base", ""),
                ("Usagers par jour ouvert", "rate"),
                ("Signal", ""),
            ),
            rows,
        ),
        alt=f"Carte du Bénin : {BY_CODE[code].label}, le niveau et les signaux de chaque centre.",
        caption=READING,
    )


@answer
def plot(view: View, question: Question, code: str) -> Plot:
    """The question's sites on the map."""
    values, places = figures(view, question, "site"), sites(view, question)
    classes = CLASSES[code]
    volumes = [values[p.code]["visits_per_day"].value for p in places]
    top = next((s for s in SIZES if s >= max((v for v in volumes if v), default=1)), SIZES[-1])
    signals, heard = _signals(view, question, code), silences(view, question)
    marks = []
    for site, radius in zip(places, radii(volumes, LARGEST, top), strict=True):
        f = values[site.code]
        value, sign, silence = f[code].value, signals.get(site.code), heard.get(site.code)
        mark: Mark = {
            "id": site.code,
            "name": site.name,
            "kind": site.kind,
            "lat": float(site.lat),
            "lon": float(site.lon),
            "label": site.commune,
            "radius": radius,
            "missing": value is None,
            "fill": None if value is None else classes.colour(value),
            "sign": _sign(sign) if sign else None,
            "tip": [
                f"{BY_CODE[code].label} : {shown(f[code])}",
                f"Usagers par jour ouvert : {shown(f['visits_per_day'])}",
                *(_said(sign) if sign else []),
                *([silence.words] if silence and silence.silent else []),
            ],
        }
        marks.append(mark)
    legend = _legend(f"{BY_CODE[code].label}, {_when(question)}", code, marks, top)
    signs = _sign_rows(marks, follow.judged_month(view, question.last))
    return Plot(
        tuple(marks), replace(legend, signs=signs, credit=commune_source(view)), question.department
    )


def _signals(view: View, question: Question, code: str) -> Mapping[str, Signal]:
    """By site, what the last whole month of the period says; nothing where the filters leave no series that is followed."""
    if code not in CHARTED or question.service:
        return {}
    wanted = [p.code for p in sites(view, question)]
    return {
        site: of_site[code] for site, of_site in follow.signals(view, wanted, question.last).items()
    }


def _sign(signal: Signal) -> dict[str, Any] | None:
    """What is drawn around a site's mark; None for nothing."""
    letter, frame, colour = SIGNS.get(signal.variation, ("", None, None))
    badge = BADGES.get(signal.assurance)
    if not letter and not badge:
        return None
    word = STATES.get(signal.variation, "")
    return {"letter": letter, "frame": frame, "badge": badge, "word": word, "colour": colour}


def _said(signal: Signal) -> list[str]:
    """What a signal and a target say, in lines."""
    lines = [in_short(signal)] if signal.flagged else []
    if signal.assurance in BADGES:
        lines.append(ASSURANCES[signal.assurance])
    return [french.capital(line) for line in lines]


def _sign_rows(marks: list[Mark], when: date) -> list[dict[str, Any]]:
    """The legend's lines of the signals and targets that there are."""
    signs = [m["sign"] for m in marks if m["sign"]]
    letters, badges = Counter(s["letter"] for s in signs), Counter(s["badge"] for s in signs)
    rows = [
        {
            "letter": letter,
            "frame": frame,
            "colour": colour,
            "badge": None,
            "label": f"{STATES[variation]} en {french.month_label(when)}",
            "count": letters[letter],
        }
        for variation, (letter, frame, colour) in SIGNS.items()
        if letters[letter]
    ]
    return rows + [
        {
            "letter": "",
            "frame": None,
            "colour": None,
            "badge": badge,
            "label": ASSURANCES[assurance],
            "count": badges[badge],
        }
        for assurance, badge in BADGES.items()
        if badges[badge]
    ]


@answer
def tints(view: View, question: Question, code: str, tinted: bool) -> Mapping[str, dict[str, Any]]:
    """Words of the departments without a site; if `tinted`, fill and words of those that have a figure of their own:
    never one site's value over a territory."""
    there = {p.department for p in sites(view, question)}
    none = f"pas de {question.kind or 'centre'}"
    tints: dict[str, dict[str, Any]] = {
        name: {"fill": None, "tip": f"{name}\n{none}"}
        for name in departments(view)
        if name not in there
    }
    if not tinted:
        return tints
    for name, values in figures(view, question, "department").items():
        f = values[code]
        if f.value is not None and f.sites_reporting > 1:
            tints[name] = {
                "fill": CLASSES[code].pale(f.value),
                "tip": f"{name}\n{BY_CODE[code].label} : {shown(f)}\n{who_reported(f)}",
            }
    return tints


def _when(question: Question) -> str:
    """The period, short: « nov. 2025 à oct. 2026 », « octobre 2026 », « 2025 », « du 01/10/2026 au 24/11/2026 »."""
    period = Period(question.first, question.last)
    if period.whole_months > 1 and not period.label.isdigit():
        return f"{french.month_short(period.first)} à {french.month_short(period.last)}"
    return period.label


def _legend(title: str, code: str, marks: list[Mark], top: float) -> Legend:
    fills = [m["fill"] for m in marks]
    classes = [
        {"colour": colour, "label": label, "count": fills.count(colour)}
        for colour, label in zip(RAMP, CLASSES[code].labels(), strict=True)
    ]
    sizes = [
        {"radius": r, "label": french.number(v)}
        for v, r in zip((top / 10, top), radii((top / 10, top), LARGEST, top), strict=True)
    ]
    return Legend(
        title=title,
        classes=classes,
        missing=fills.count(None),
        size_text="usagers par jour ouvert",
        sizes=sizes,
    )


def radii(
    values: Iterable[float | None], max_px: float, largest: float | None = None
) -> list[float | None]:
    """Radius in px for each value, so that the area of the mark is proportional to the value.

    `largest` is the value drawn at `max_px`; by default the greatest of `values`. None, NaN, zero and
    negative values have no radius.
    """
    known = [
        value if value is not None and value > 0 and math.isfinite(value) else None
        for value in values
    ]
    top = largest or max((value for value in known if value is not None), default=1)
    return [None if value is None else max_px * math.sqrt(value / top) for value in known]
