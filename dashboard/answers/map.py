"""The map: a mark for each site, whose area is visits per open day, whose colour is the class of an indicator, and whose frame
is a signal."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import french
from dashboard.answers import control_charts, small_counts_for_guests
from dashboard.answers.context import View, cached
from dashboard.answers.figures import figures
from dashboard.answers.map_legend import (
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
    SILENT_DAYS,
    commune_source,
    data_date_in_words,
    departments,
    silences,
    sites,
    usual_period,
)
from dashboard.answers.question import Question
from dashboard.answers.signals import signals_by_site, site_signals
from dashboard.answers.trust import trust_line
from dashboard.indicators import BY_CODE, Figure
from dashboard.judgement.control_charts import CHARTED
from dashboard.judgement.signal_reasons import is_far, reason
from dashboard.judgement.signal_sentences import card_state, named
from dashboard.judgement.signals import Signal
from dashboard.judgement.silence import Silence
from dashboard.map_classes import CLASSES, Classes
from dashboard.panel import MOST_NAMED, Legend, Panel, Plot, figure_cell, make_table, text_cell
from dashboard.period import resolve_period
from dashboard.statistics.sentences import ASSURANCES
from dashboard.statistics.variation import Assurance
from dashboard.wording import basis_in_words, shown_value, who_reported
from db.shared_types import Location, Place

READING = (
    "La taille d'une marque dit combien de visites un centre reçoit par jour ouvert, sa couleur le niveau de l'indicateur."
    " Un cadre marque un signal du dernier mois entier{of} : « ! » alerte, « + » amélioration, « C » changement."
)
OF_ALL = "quel que soit le chiffre"  # the frames of the opening page, whatever gives the colours


@cached
def panel(
    view: View, question: Question, code: str, key: str, *, every_signal: bool = False
) -> Panel:
    """The map as a panel, with a table of what its marks show. every_signal: as for `plot`; that of the opening page, which waits
    for no check."""
    drawing = plot(view, question, code, every_signal=every_signal)
    values, framed = (
        figures(view, question, "site"),
        _framed(view, question, code, every_signal=every_signal),
    )
    lines = [
        (
            text_cell(m["name"]),
            figure_cell(values[m["id"]][code]),
            text_cell(basis_in_words(values[m["id"]][code])),
            figure_cell(values[m["id"]]["visits_per_day"]),
            text_cell(_signal_cell(framed.get(m["id"], ()), every_signal=every_signal)),
        )
        for m in sorted(drawing.marks, key=lambda m: french.alphabetical(m["name"]))
    ]
    return Panel(
        key,
        f"{BY_CODE[code].label}{french.SPACE}: le niveau et les signaux de chaque centre",
        drawing,
        trust_line=trust_line(view, question, code, checked=not every_signal),
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
        caption=READING.format(of=f", {OF_ALL}" if every_signal else ""),
    )


def _signal_cell(framed: Sequence[Signal], *, every_signal: bool) -> str:
    """« signal d'alerte, hors de ses variations habituelles »; of all figures « signal d'alerte (attente médiane, partis
    sans être reçus) »; "" without one."""
    if not framed:
        return ""
    word = named(framed[0])
    if not every_signal:
        return f"{word}, {reason(framed[0])}" if framed[0].is_signal else word
    alike = [s for s in framed if s.variation == framed[0].variation]
    return f"{word} ({french.join_words([french.lower_first(BY_CODE[s.indicator].short) for s in alike])})"


@cached
def plot(view: View, question: Question, code: str, *, every_signal: bool = False) -> Plot:
    """The marks and the legend of the question's sites, coloured by an indicator. every_signal: frame a site by the gravest
    signal of all followed figures, as the lines beside the map tell them; else by its signal of this indicator."""
    values = figures(view, question, "site")
    places = [
        p
        for p in sites(view, question)
        if p.serves_between(question.first, question.last) or values[p.code]["visits"].numerator
    ]
    signals, silences_by_code = _signals(view, question, code), silences(view, question)
    framed = _framed(view, question, code, every_signal=every_signal)
    month, at = (
        french.month_label(control_charts.judged_month(view, question.last)),
        data_date_in_words(view),
    )
    names, classes = labels(places), _classes(view, code)
    volumes = [values[p.code]["visits_per_day"].value for p in places]
    top, most = scale(volumes), largest(len(places))
    day, marks = min(question.last, view.snapshot.day), []
    for site, radius in zip(places, radii(volumes, most, top), strict=True):
        f, signal, silence = (
            values[site.code],
            signals.get(site.code),
            silences_by_code.get(site.code),
        )
        drawn, tooltip = (
            _mark(
                site,
                site.location_on(day),
                names[site.code],
                f[code],
                classes,
                signal_sign(next(iter(framed.get(site.code, ())), None), signal),
                silence,
            ),
            _tooltip(f, code, signal, framed.get(site.code, ()), silence, at),
        )
        if site.closed_on is not None and site.closed_on <= day:
            tooltip.insert(0, f"fermé depuis le {french.date_short(site.closed_on)}")
        marks.append({**drawn, "radius": radius, "tip": tooltip})
    set_apart(marks)
    gaps = [values[m["id"]][code] for m in marks if m["missing"]]
    drawn_sites = {m["id"] for m in marks}
    legend = Legend(
        title=f"{BY_CODE[code].label}, {small_counts_for_guests.complaint_period(view, (code,)) or period_label(question)}",
        rows=legend_rows(
            classes,
            marks,
            [of[0] for site, of in framed.items() if site in drawn_sites],
            signals.values(),
            gaps,
            at,
            OF_ALL if every_signal else "",
        ),
        kinds=kinds(marks),
        size_text=SIZE_TEXT,
        sizes=sizes(top, most),
        note=no_signal_note(_judged(view, question, signals, every_signal=every_signal), month),
        credit=commune_source(view),
        naming=NAMING if len(marks) > MOST_NAMED else "",
    )
    return Plot(tuple(marks), legend, question.department)


def _classes(view: View, code: str) -> Classes:
    """The classes that colour an indicator, by what all sites that one may see have in the usual period, whatever the question
    asks for: with a filter colours would change under the reader."""
    period = resolve_period(
        usual_period(view), view.network.known_until or view.snapshot.day, view.snapshot.day
    )
    assert period
    of_sites = figures(view, Question(period.first, period.last), "site")
    return CLASSES[code].fitted(v for f in of_sites.values() if (v := f[code].value) is not None)


def _mark(
    site: Place,
    at: Location,
    label: str,
    f: Figure,
    classes: Classes,
    sign: dict[str, Any] | None,
    silence: Silence | None,
) -> Mark:
    """The mark of a site, without its size. at: where it stood at the period's end; label: its name on the map; f: its
    figure of the map's indicator; classes: that colour it; sign: what is drawn around it; as `dashboard.panel.Plot` has marks."""
    return {
        "id": site.code,
        "name": site.name,
        "kind": site.kind,
        "lat": float(at.lat),
        "lon": float(at.lon),
        "label": label,
        "missing": f.value is None,
        "fill": None if f.value is None else classes.colour(f.value),
        "sign": sign,
        "silent": silence.map_label if silence else "",
        "after": silence.after if silence else SILENT_DAYS,
        "explained": bool(silence and silence.is_explained),
    }


def _tooltip(
    f: Mapping[str, Figure],
    code: str,
    own: Signal | None,
    framed: Sequence[Signal],
    silence: Silence | None,
    at: str,
) -> list[str]:
    """The lines of a site's tooltip: its figures, signals and silence. own: the signal of the map's indicator; framed: those
    that are framed, the gravest first; at: the date of the data, in words."""
    lines = [f"{BY_CODE[code].label}{french.SPACE}: {shown_value(f[code])}"]
    if code != "visits_per_day":
        lines.append(f"{VOLUME}{french.SPACE}: {shown_value(f['visits_per_day'])}")
    if own is not None and not own.is_signal and is_far(own):
        lines.append(french.upper_first(card_state(own)))  # why it has no frame
    lines += [_signal_line(one, code) for one in framed if one.is_signal]
    if own is not None and own.assurance not in (Assurance.NO_TARGET, Assurance.TOO_FEW):
        lines.append(french.upper_first(ASSURANCES[own.assurance]))
    if silence and silence.in_words:
        lines.append(f"{french.upper_first(silence.in_words_and_who)}, {at}")
    return lines


def _signal_line(one: Signal, code: str) -> str:
    """« Alerte ; octobre seul : 29 min, … »; with its name where it is not of the map's indicator."""
    if one.indicator == code:
        return french.upper_first(card_state(one))
    return f"{BY_CODE[one.indicator].short}, {card_state(one)}"


def _framed(
    view: View, question: Question, code: str, *, every_signal: bool
) -> Mapping[str, Sequence[Signal]]:
    """The signals by site that the map frames, the gravest first: of all followed figures, or of its own indicator, where also
    months without a signal are given."""
    if every_signal:
        return signals_by_site(view, question)
    return {site: (one,) for site, one in _signals(view, question, code).items()}


def _judged(
    view: View, question: Question, own: Mapping[str, Signal], *, every_signal: bool
) -> list[Signal]:
    """The months among which a frame was looked for."""
    if not every_signal:
        return list(own.values())
    return [] if question.service else [one for _, one in site_signals(view, question)]


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


@cached
def tints(view: View, question: Question, code: str, tinted: bool) -> Mapping[str, dict[str, Any]]:
    """The tooltip and, where `tinted`, the fill and the written value of departments, by name: a figure of the department itself,
    never one site's value over a territory."""
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
                "fill": _classes(view, code).pale_colour(f.value),
                "value": f"{name}{french.SPACE}: {shown_value(f)}",
                "tip": f"{BY_CODE[code].label} : {shown_value(f)}\n{who_reported(f)}",
            }
    return tints
