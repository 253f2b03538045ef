"""The map: a mark for each site, coloured by an indicator's level or by what its control chart says."""

import math
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
from dashboard.judgement.signals import CHARTED, Signal, against, verdict
from dashboard.palette import CHANGE, CONCERN, IMPROVEMENT, NONE, RAMP
from dashboard.panel import Legend, Panel, Plot, of_figure, table, words
from dashboard.statistics.sentences import ASSURANCES
from dashboard.statistics.variation import Assurance, Variation
from dashboard.wording import base, shown, who_reported

SIGNS = {  # letter, frame, colour, word of each state
    Variation.CONCERN: ("!", "square", CONCERN, "signal d'alerte"),
    Variation.IMPROVEMENT: ("+", "round", IMPROVEMENT, "signal d'amélioration"),
    Variation.NEUTRAL: ("C", "hexagon", CHANGE, "signal de changement"),
    Variation.NO_SIGNAL: ("", None, NONE, "pas de signal"),
    Variation.TOO_FEW: ("", None, "", "trop peu de points"),
    Variation.NO_DATA: ("", None, "", "aucune donnée ce mois-là"),
}
BADGES = {
    Assurance.CONSISTENTLY_MET: "✓",
    Assurance.CONSISTENTLY_MISSED: "✗",
    Assurance.HIT_AND_MISS: "≈",
}
OF_SIGNS = "Une marque par centre : ce que dit le dernier mois entier de la période, à côté de son habitude, et non son niveau."
SIGN_RADIUS = 11
LARGEST = 20  # radius, in pixels, of the busiest site
Mark = dict[str, Any]  # as dashboard.panel.Plot has them
SIZES = (10, 20, 50, 100, 200, 500, 1000)


@answer
def panel(view: View, question: Question, code: str, key: str, *, signs: bool = False) -> Panel:
    """The map as a panel, with the table of what its marks say."""
    drawing = plot(view, question, code, signs=signs)
    values = figures(view, question, "site")
    rows = [
        (
            words(m["name"]),
            of_figure(values[m["id"]][code]),
            words(base(values[m["id"]][code])),
            of_figure(values[m["id"]]["visits_per_day"]),
            words((m.get("sign") or {}).get("word", "")),
        )
        for m in sorted(drawing.marks, key=lambda m: french.alphabetical(m["name"]))
    ]
    subject = (
        "ce que dit la courbe de suivi de chaque centre" if signs else "le niveau de chaque centre"
    )
    return Panel(
        key,
        f"{BY_CODE[code].label}{french.SPACE}: {subject}",
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
        alt=f"Carte du Bénin : {BY_CODE[code].label}, {subject}.",
        caption=OF_SIGNS
        if signs
        else "La surface d'une marque dit combien d'usagers sont reçus par jour ouvert, sa couleur le niveau.",
    )


@answer
def plot(view: View, question: Question, code: str, *, signs: bool = False) -> Plot:
    """The question's sites on the map, coloured by an indicator's level, or by what its control chart says (`signs`)."""
    values, places = figures(view, question, "site"), sites(view, question)
    classes = CLASSES[code]
    volumes = [values[p.code]["visits_per_day"].value for p in places]
    top = next((s for s in SIZES if s >= max((v for v in volumes if v), default=1)), SIZES[-1])
    wanted = [p.code for p in places] + [follow.NATION]
    signals = follow.signals(view, wanted, question.last) if signs else {}
    whole = signals.get(follow.NATION, {}).get(code)
    heard, marks = silences(view, question), []
    for site, radius in zip(places, radii(volumes, LARGEST, top), strict=True):
        f = values[site.code]
        value = f[code].value
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
            "tip": [
                f"{BY_CODE[code].label} : {shown(f[code])}",
                f"Usagers par jour ouvert : {shown(f['visits_per_day'])}",
                *(
                    [heard[site.code].words]
                    if site.code in heard and heard[site.code].silent
                    else []
                ),
            ],
        }
        marks.append(_signed(mark, signals[site.code][code], whole) if signs else mark)
    legend = (
        _sign_legend(code, marks, follow.judged_month(view, question.last))
        if signs
        else _legend(code, marks, top)
    )
    return Plot(tuple(marks), replace(legend, credit=commune_source(view)), question.department)


def shows_signals(layer: str, code: str, question: Question) -> bool:
    """Whether the map shows signals: where they are asked for and the filters leave series that are followed."""
    return layer == "signal" and code in CHARTED and not question.service


def _signed(mark: Mark, signal: Signal, whole: Signal | None) -> Mark:
    """The mark of a site, as its control chart has it; whole: the network's signal, to set it beside."""
    letter, frame_, colour, word = SIGNS[signal.variation]
    badge = BADGES.get(signal.assurance)
    sentence = verdict(signal).removeprefix(BY_CODE[signal.indicator].label).lstrip(" \u00a0:")
    tip = [mark["tip"][0], french.capital(sentence)]
    if beside_whole := against(signal, whole):
        tip.append(french.capital(beside_whole))
    if badge:
        tip.append(french.capital(ASSURANCES[signal.assurance]))
    sign = {"letter": "", "frame": None, "badge": None, "word": word}
    if not signal.charted:
        return {**mark, "missing": True, "fill": None, "tip": tip, "sign": sign}
    # One size for all: a mark of the signal layer says what the chart says, not how busy the site is.
    return {
        **mark,
        "missing": False,
        "fill": colour,
        "radius": SIGN_RADIUS,
        "tip": tip,
        "sign": {"letter": letter, "frame": frame_, "badge": badge, "word": word},
    }


def _sign_legend(code: str, marks: list[Mark], when: date) -> Legend:
    drawn = [m["sign"] for m in marks if not m["missing"]]
    words, badges = [s["word"] for s in drawn], [s["badge"] for s in drawn]
    signs = [
        _line(word, words.count(word), letter=letter, frame=frame, colour=colour)
        for variation, (letter, frame, colour, word) in SIGNS.items()
        if variation not in (Variation.TOO_FEW, Variation.NO_DATA)
    ]
    signs += [
        _line(ASSURANCES[a], badges.count(badge), badge=badge)
        for a, badge in BADGES.items()
        if badge in badges
    ]
    left_out = [m["sign"]["word"] for m in marks if m["missing"]]
    for variation in (Variation.TOO_FEW, Variation.NO_DATA):
        word = SIGNS[variation][3]
        if variation == Variation.TOO_FEW or word in left_out:
            signs.append(_line(word, left_out.count(word)))
    title = f"{BY_CODE[code].label}, {french.month_label(when)}"
    return Legend(title=title, signs=signs)


def _line(
    label: str,
    count: int,
    *,
    letter: str = "",
    frame: str | None = None,
    colour: str | None = None,
    badge: str | None = None,
) -> dict[str, Any]:
    """A line of the legend of signs."""
    return {
        "letter": letter,
        "frame": frame,
        "colour": colour,
        "badge": badge,
        "label": label,
        "count": count,
    }


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


def _legend(code: str, marks: list[Mark], top: float) -> Legend:
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
        title=BY_CODE[code].label,
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
