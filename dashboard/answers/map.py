"""The map: a mark for each site, whose area is visits per open day, whose colour is the class of an indicator, and whose frame
is a signal."""

from collections.abc import Mapping
from typing import Any

from dashboard import french
from dashboard.answers import control_charts, small_counts_for_guests
from dashboard.answers.context import View, cached
from dashboard.answers.figures import figures
from dashboard.answers.map_legend import (
    BADGES,
    NAMING,
    SIZE_TEXT,
    VOLUME,
    Mark,
    kinds,
    largest,
    legend_rows,
    no_signal_note,
    period_label,
    radii,
    scale,
    signal_sign,
    sizes,
)
from dashboard.answers.map_places import labels, set_apart
from dashboard.answers.network import (
    Silence,
    commune_source,
    data_date_in_words,
    departments,
    silences,
    sites,
)
from dashboard.answers.question import Question
from dashboard.answers.trust import trust_line
from dashboard.indicators import BY_CODE, Figure
from dashboard.judgement.control_charts import CHARTED
from dashboard.judgement.signal_sentences import card_state
from dashboard.judgement.signals import Signal
from dashboard.map_classes import CLASSES
from dashboard.panel import MOST_NAMED, Legend, Panel, Plot, figure_cell, make_table, text_cell
from dashboard.statistics.sentences import ASSURANCES, VARIATIONS
from dashboard.wording import basis_in_words, shown_value, who_reported
from db.shared_types import Place

READING = (
    "La taille d'une marque dit combien de visites un centre reçoit par jour ouvert, sa couleur le niveau de l'indicateur."
    " Un cadre marque un signal du dernier mois entier : « ! » alerte, « + » amélioration, « C » changement."
)


@cached
def panel(view: View, question: Question, code: str, key: str) -> Panel:
    """The map as a panel, with a table of what its marks show."""
    drawing = plot(view, question, code)
    values, states = figures(view, question, "site"), _signals(view, question, code)
    lines = [
        (
            text_cell(m["name"]),
            figure_cell(values[m["id"]][code]),
            text_cell(basis_in_words(values[m["id"]][code])),
            figure_cell(values[m["id"]]["visits_per_day"]),
            text_cell(VARIATIONS[states[m["id"]].variation] if m["id"] in states else ""),
        )
        for m in sorted(drawing.marks, key=lambda m: french.alphabetical(m["name"]))
    ]
    return Panel(
        key,
        f"{BY_CODE[code].label}{french.SPACE}: le niveau et les signaux de chaque centre",
        drawing,
        trust_line=trust_line(view, question, code),
        table=make_table(
            (
                ("Centre", ""),
                (BY_CODE[code].label, BY_CODE[code].unit),
                ("Base", ""),
                (VOLUME, "rate"),
                ("Signal", ""),
            ),
            lines,
        ),
        alt=f"Carte du Bénin : {BY_CODE[code].label}, le niveau et les signaux de chaque centre.",
        caption=READING,
    )


@cached
def plot(view: View, question: Question, code: str) -> Plot:
    """The marks and the legend of the question's sites, coloured by an indicator."""
    values, places = figures(view, question, "site"), sites(view, question)
    signals, silences_by_code = _signals(view, question, code), silences(view, question)
    month, at = (
        french.month_label(control_charts.judged_month(view, question.last)),
        data_date_in_words(view),
    )
    names = labels(places)
    volumes = [values[p.code]["visits_per_day"].value for p in places]
    top, most = scale(volumes), largest(len(places))
    marks = []
    for site, radius in zip(places, radii(volumes, most, top), strict=True):
        f, signal, silence = (
            values[site.code],
            signals.get(site.code),
            silences_by_code.get(site.code),
        )
        drawn, tooltip = (
            _mark(site, names[site.code], f[code], signal, silence),
            _tooltip(f, code, signal, silence, at),
        )
        marks.append({**drawn, "radius": radius, "tip": tooltip})
    set_apart(marks)
    gaps = [values[m["id"]][code] for m in marks if m["missing"]]
    legend = Legend(
        title=f"{BY_CODE[code].label}, {small_counts_for_guests.complaint_period(view, (code,)) or period_label(question)}",
        rows=legend_rows(code, marks, signals.values(), gaps, at),
        kinds=kinds(marks),
        size_text=SIZE_TEXT,
        sizes=sizes(top, most),
        note=no_signal_note(signals.values(), month),
        credit=commune_source(view),
        naming=NAMING if len(marks) > MOST_NAMED else "",
    )
    return Plot(tuple(marks), legend, question.department)


def _mark(
    site: Place, label: str, f: Figure, signal: Signal | None, silence: Silence | None
) -> Mark:
    """The mark of a site, without its size. label: its name on the map; f: its figure of the map's indicator; as
    `dashboard.panel.Plot` has marks."""
    return {
        "id": site.code,
        "name": site.name,
        "kind": site.kind,
        "lat": float(site.lat),
        "lon": float(site.lon),
        "label": label,
        "missing": f.value is None,
        "fill": None if f.value is None else CLASSES[f.indicator].colour(f.value),
        "sign": signal_sign(signal) if signal else None,
        "silent": silence.map_label if silence else "",
    }


def _tooltip(
    f: Mapping[str, Figure], code: str, signal: Signal | None, silence: Silence | None, at: str
) -> list[str]:
    """The lines of a site's tooltip: its figures, signal and silence. at: the date of the data, in words."""
    lines = [f"{BY_CODE[code].label}{french.SPACE}: {shown_value(f[code])}"]
    if code != "visits_per_day":
        lines.append(f"{VOLUME}{french.SPACE}: {shown_value(f['visits_per_day'])}")
    lines += _signal_lines(signal) if signal else []
    if silence and silence.in_words:
        lines.append(f"{french.upper_first(silence.in_words)}, {at}")
    return lines


def _signals(view: View, question: Question, code: str) -> Mapping[str, Signal]:
    """The signals of the map's indicator by site code, in the last whole month of the period; empty where the filters leave no
    followed series."""
    if code not in CHARTED or question.service:
        return {}
    wanted = [p.code for p in sites(view, question)]
    return {
        site: of_site[code]
        for site, of_site in control_charts.signals(view, wanted, question.last).items()
    }


def _signal_lines(signal: Signal) -> list[str]:
    """A signal and a target in words, a line each."""
    lines = [card_state(signal)] if signal.is_signal else []
    if signal.assurance in BADGES:
        lines.append(ASSURANCES[signal.assurance])
    return [french.upper_first(line) for line in lines]


@cached
def tints(view: View, question: Question, code: str, tinted: bool) -> Mapping[str, dict[str, Any]]:
    """The tooltip and, where `tinted`, the fill of departments, by name: a figure of the department itself, never one site's
    value over a territory."""
    there = {p.department for p in sites(view, question)}
    none = f"pas de {question.kind or 'centre'}"
    tints: dict[str, dict[str, Any]] = {
        name: {"fill": None, "tip": none} for name in departments(view) if name not in there
    }
    if not tinted:
        return tints
    for name, values in figures(view, question, "department").items():
        f = values[code]
        if f.value is not None and f.sites_reporting > 1:
            tints[name] = {
                "fill": CLASSES[code].pale_colour(f.value),
                "tip": f"{BY_CODE[code].label} : {shown_value(f)}\n{who_reported(f)}",
            }
    return tints
