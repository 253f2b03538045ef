"""The legend of the map: its lines, and the signs and sizes of marks."""

import math
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from dashboard import french
from dashboard.answers.network import SILENT_DAYS
from dashboard.answers.question import Question
from dashboard.indicators import Figure
from dashboard.judgement.signals import Signal
from dashboard.judgement.silence import ON_MAP
from dashboard.map_classes import Classes
from dashboard.palette import RAMP
from dashboard.period import Period, add_months
from dashboard.statistics.control_limits import OUTSIDE
from dashboard.statistics.sentences import ASSURANCES, SLIGHT, STATES
from dashboard.statistics.variation import Assurance, ChartKind, Variation
from dashboard.wording import shown_value

Mark = dict[str, Any]  # as dashboard.panel.Plot has them
Rows = list[dict[str, Any]]  # as dashboard.panel.Legend has them
SIGNS = {  # letter and frame of each signal; the frame has its colour
    Variation.ALERT: ("!", "square"),
    Variation.IMPROVEMENT: ("+", "round"),
    Variation.NEUTRAL: ("C", "hexagon"),
}
# A target now met, now missed has no badge: most sites are so, and there is nothing to see there. The tooltip says it.
BADGES = {Assurance.CONSISTENTLY_MET: "✓", Assurance.CONSISTENTLY_MISSED: "✗"}
VOLUME = "Usagers par jour ouvert"
SIZE_TEXT = f"Taille{french.SPACE}: usagers par jour ouvert"
NAMING = (  # with how many have their names of how many that are shown, which each drawing finds by itself
    f"Centres nommés{french.SPACE}: {{named}} sur {{sites}}, d'abord muets ou avec un signal, puis les plus fréquentés"
)
KINDS = (
    {"kind": "CCSP", "label": "Centre communal (CCSP)"},
    {"kind": "GSRU", "label": "Guichet de service (GSRU)"},
)
LARGEST, LEAST = (
    20,
    6,
)  # radius, in pixels, of the busiest site; of so many sites that it would be less
FEW = 24  # sites: of more the marks are smaller, or they would lie on one another
SIZES = (10, 20, 50, 100, 200, 500, 1000)


def signal_sign(framed: Signal | None, own: Signal | None) -> dict[str, Any] | None:
    """The sign around a site's mark, as `dashboard.panel.Plot` has it; None for none. framed: the signal that gives letter and
    frame, a thin one where it is slight; own: of the map's own indicator, whose target gives the badge."""
    letter, frame = SIGNS.get(framed.variation, ("", None)) if framed else ("", None)
    badge = BADGES.get(own.assurance) if own else None
    if not letter and not badge:
        return None
    slight = framed is not None and _slight(framed)
    return {"letter": letter, "frame": frame, "badge": badge, "slight": slight}


def _slight(signal: Signal) -> bool:
    """Whether a signal is a slight alert: within its limits, eight months or more on one side."""
    return signal.is_signal and signal.rule != OUTSIDE


def legend_rows(
    classes: Classes,
    marks: Collection[Mark],
    framed: Iterable[Signal],
    own: Iterable[Signal],
    gaps: Iterable[Figure],
    at: str,
    of: str = "",
) -> Rows:
    """The lines of the legend: classes, signals of the month, targets, silent sites, sites without a figure. framed: the signals
    that are framed, one a site; own: those of the map's own indicator; gaps: the figures of sites without one; at: the date of
    the data, in words; of: words for which figures are framed, where it is not the map's own alone."""
    return [
        *_class_rows(classes, marks),
        *_sign_rows(framed, of),
        *_target_rows(own),
        *_silent_rows(marks, at),
        *_missing_rows(gaps),
    ]


def _class_rows(classes: Classes, marks: Iterable[Mark]) -> Rows:
    """A line for each class that some site has."""
    counts = Counter(m["fill"] for m in marks)
    return [
        {"label": label, "count": counts[colour], "fill": colour}
        for colour, label in zip(RAMP, classes.labels(), strict=True)
        if counts[colour]
    ]


def _sign_rows(framed: Iterable[Signal], of: str) -> Rows:
    """A line for each kind of signal that some site has."""
    # A thin frame has a line of its own where it is an alert.
    counts = Counter(
        (s.variation, _slight(s) and s.variation == Variation.ALERT, _in(s))
        for s in framed
        if s.is_signal
    )
    return [
        {
            "label": ", ".join(filter(None, (words[variation], of, when))),
            "count": counts[variation, slight, when],
            "sign": {"letter": letter, "frame": frame, "badge": None, "slight": slight},
        }
        for variation, (letter, frame) in SIGNS.items()
        for slight, words in ((False, STATES), (True, SLIGHT))
        for when in sorted({w for v, s, w in counts if (v, s) == (variation, slight)})
    ]


def _target_rows(own: Iterable[Signal]) -> Rows:
    """A line for each way in which some site meets a target or misses it."""
    met = Counter(s.assurance for s in own)
    return [
        {
            "label": ASSURANCES[assurance],
            "count": met[assurance],
            "sign": {"letter": "", "frame": None, "badge": badge},
        }
        for assurance, badge in BADGES.items()
        if met[assurance]
    ]


def _in(signal: Signal) -> str:
    """« oct. 2026 », « 3ᵉ trimestre 2026 », with spaces that do not break: the month that a signal is judged in, whether it is of
    it, of its end, or of the year up to it."""
    when = signal.month_label
    if signal.latest and signal.kind != ChartKind.BY_QUARTER:
        when = french.month_short(add_months(signal.latest, signal.chart.lag))
    return when.replace(" ", french.SPACE)


def _silent_rows(marks: Collection[Mark], at: str) -> Rows:
    """The lines that count silent sites: those that did not say why, and those that did; none without one. at: the date of the
    data, in words."""
    counts = Counter(bool(m.get("explained")) for m in marks if m["silent"])
    # A site may be silent after days of its own.
    own = any(m["silent"] and m.get("after", SILENT_DAYS) != SILENT_DAYS for m in marks)
    label = "muet" if own else f"muet plus de {french.days(SILENT_DAYS)}"
    if counts[True]:
        label += ", sans explication"
    rows = ((label, False), (ON_MAP, True))
    return [
        {
            "label": words,
            "long": f"{words}, {at}",
            "count": counts[explained],
            "silent": True,
            "explained": explained,
        }
        for words, explained in rows
        if counts[explained]
    ]


def _missing_rows(figures: Iterable[Figure]) -> Rows:
    """Why sites have no figure, a line for each reason."""
    reasons = Counter(shown_value(f) for f in figures)
    return [
        {"label": "pas de données" if reason == "—" else reason, "count": n, "missing": True}
        for reason, n in reasons.items()
    ]


def no_signal_note(signals: Iterable[Signal], month: str) -> str:
    """« Aucun signal en octobre 2026. », where sites are judged and none has a signal; else "". month: in words."""
    states = {s.is_signal for s in signals if s.is_judged}
    return f"Aucun signal en {month}." if states == {False} else ""


def period_label(question: Question) -> str:
    """The period in short: « nov. 2025 à oct. 2026 », « octobre 2026 », « 2025 », « du 01/10/2026 au 24/11/2026 »."""
    period = Period(question.first, question.last)
    if period.whole_months > 1 and not period.label.isdigit():
        first, last = (  # whose year stays beside it
            french.month_short(day).replace(" ", french.SPACE)
            for day in (period.first, period.last)
        )
        return f"{first} à {last}"
    return period.label


def kinds(marks: Iterable[Mark]) -> Rows:
    """A line for each type of site on the map, its name in full."""
    there = {m["kind"] for m in marks}
    return [one for one in KINDS if one["kind"] in there]


def scale(volumes: Iterable[float | None]) -> float:
    """The visits per open day of the largest mark: a round number, so that filters seldom change it."""
    most = max((v for v in volumes if v), default=1)
    return next((s for s in SIZES if s >= most), SIZES[-1])


def largest(count: int) -> float:
    """The radius in pixels of the largest of so many marks."""
    return max(LARGEST * math.cbrt(min(1, FEW / max(count, 1))), LEAST)


def sizes(top: float, largest: float) -> Rows:
    """Two sample sizes for the legend. top: visits per open day of the largest mark; largest: its radius."""
    shown = (top / 10, top)
    return [
        {"radius": r, "label": french.number(v)}
        for v, r in zip(shown, radii(shown, largest, top), strict=True)
    ]


def radii(
    values: Iterable[float | None], max_px: float, largest: float | None = None
) -> list[float | None]:
    """The radius in pixels of each value, so that a mark's area is proportional to it.

    largest: the value drawn at `max_px`, by default the greatest of `values`. None, NaN, zero and negative values have none.
    """
    known = [
        value if value is not None and value > 0 and math.isfinite(value) else None
        for value in values
    ]
    top = largest or max((value for value in known if value is not None), default=1)
    return [None if value is None else max_px * math.sqrt(value / top) for value in known]
