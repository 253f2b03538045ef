"""What stands in the map's legend, and the signs and sizes of its marks."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from dashboard import french
from dashboard.answers.network import SILENT_DAYS
from dashboard.answers.question import Question
from dashboard.indicators import Figure
from dashboard.judgement.signals import Signal
from dashboard.map_classes import CLASSES
from dashboard.palette import RAMP
from dashboard.period import Period
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
BADGES = {
    Assurance.CONSISTENTLY_MET: "✓",
    Assurance.CONSISTENTLY_MISSED: "✗",
    Assurance.HIT_AND_MISS: "≈",
}
VOLUME = "Usagers par jour ouvert"
SIZE_TEXT = f"Taille{french.SPACE}: usagers par jour ouvert"
KINDS = (
    {"kind": "CCSP", "label": "Centre communal (CCSP)"},
    {"kind": "GSRU", "label": "Guichet de service (GSRU)"},
)
LARGEST = 20  # radius, in pixels, of the busiest site
SIZES = (10, 20, 50, 100, 200, 500, 1000)


def signal_sign(signal: Signal) -> dict[str, Any] | None:
    """What is drawn around a site's mark; None for nothing. slight: with a thin frame."""
    letter, frame = SIGNS.get(signal.variation, ("", None))
    badge = BADGES.get(signal.assurance)
    if not letter and not badge:
        return None
    return {"letter": letter, "frame": frame, "badge": badge, "slight": _slight(signal)}


def _slight(signal: Signal) -> bool:
    return signal.is_signal and signal.rule != OUTSIDE


def legend_rows(
    code: str,
    marks: Iterable[Mark],
    signals: Iterable[Signal],
    gaps: Iterable[Figure],
    at: str,
) -> Rows:
    """The lines of the legend: classes, signals of the month, silent sites, sites without a figure (gaps)."""
    return [
        *_class_rows(code, marks),
        *_sign_rows(signals),
        *_silent_rows(marks, at),
        *_missing_rows(gaps),
    ]


def _class_rows(code: str, marks: Iterable[Mark]) -> Rows:
    """The classes that a site has."""
    counts = Counter(m["fill"] for m in marks)
    return [
        {"label": label, "count": counts[colour], "fill": colour}
        for colour, label in zip(RAMP, CLASSES[code].labels(), strict=True)
        if counts[colour]
    ]


def _sign_rows(signals: Iterable[Signal]) -> Rows:
    """The signals and targets that there are."""
    counts = Counter((s.variation, _slight(s), _in(s)) for s in signals if s.is_signal)
    met = Counter(s.assurance for s in signals)
    return [
        {
            "label": f"{words[variation]}, {when}",
            # "long" is for the page, where other lines count alerts of all indicators; on a slide this indicator is in the title.
            "long": f"{words[variation]} de ce chiffre, {when}",
            "count": counts[variation, slight, when],
            "sign": {"letter": letter, "frame": frame, "badge": None, "slight": slight},
        }
        for variation, (letter, frame) in SIGNS.items()
        for slight, words in ((False, STATES), (True, SLIGHT))
        for when in sorted({w for v, s, w in counts if (v, s) == (variation, slight)})
    ] + [
        {
            "label": ASSURANCES[assurance],
            "count": met[assurance],
            "sign": {"letter": "", "frame": None, "badge": badge},
        }
        for assurance, badge in BADGES.items()
        if met[assurance]
    ]


def _in(signal: Signal) -> str:
    """« oct. 2026 », « 3ᵉ trimestre 2026 », in one piece."""
    by_month = signal.latest and signal.kind != ChartKind.BY_QUARTER
    when = french.month_short(signal.latest) if by_month else signal.month_label
    return when.replace(" ", french.SPACE)


def _silent_rows(marks: Iterable[Mark], at: str) -> Rows:
    """How many sites are silent, and when."""
    silent = sum(bool(m["silent"]) for m in marks)
    label = f"muet plus de {french.days(SILENT_DAYS)}"
    row = {"label": label, "long": f"{label}, {at}", "count": silent, "silent": True}
    return [row] if silent else []


def _missing_rows(figures: Iterable[Figure]) -> Rows:
    """Why sites have no figure, a line for each reason."""
    reasons = Counter(shown_value(f) for f in figures)
    return [
        {"label": "pas de données" if reason == "—" else reason, "count": n, "missing": True}
        for reason, n in reasons.items()
    ]


def no_signal_note(signals: Iterable[Signal], month: str) -> str:
    """That no site has a signal, where there might be some; "" where there are, or none is possible."""
    states = {s.is_signal for s in signals if s.is_judged}
    return f"Aucun signal en {month}." if states == {False} else ""


def period_label(question: Question) -> str:
    """The period, short: « nov. 2025 à oct. 2026 », « octobre 2026 », « 2025 », « du 01/10/2026 au 24/11/2026 »."""
    period = Period(question.first, question.last)
    if period.whole_months > 1 and not period.label.isdigit():
        first, last = (  # whose year stays beside it
            french.month_short(day).replace(" ", french.SPACE)
            for day in (period.first, period.last)
        )
        return f"{first} à {last}"
    return period.label


def kinds(marks: Iterable[Mark]) -> Rows:
    """The kinds of sites that there are, spelt out."""
    there = {m["kind"] for m in marks}
    return [one for one in KINDS if one["kind"] in there]


def scale(volumes: Iterable[float | None]) -> float:
    """The visits per open day of the largest mark: a round number, so that it seldom moves with filters."""
    most = max((v for v in volumes if v), default=1)
    return next((s for s in SIZES if s >= most), SIZES[-1])


def sizes(top: float) -> Rows:
    """Two samples of the marks' sizes."""
    shown = (top / 10, top)
    return [
        {"radius": r, "label": french.number(v)}
        for v, r in zip(shown, radii(shown, LARGEST, top), strict=True)
    ]


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
