"""Sections of pages: a panel with the choices above it."""

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TypeVar

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person, Role
from dashboard.answers import (
    complaint_delays,
    complaints,
    completeness,
    monthly_series,
    site_comparisons,
    sites,
)
from dashboard.answers.cards import metrics
from dashboard.answers.change_dates import changed_since
from dashboard.answers.figures import overall_figures
from dashboard.answers.question import Question
from dashboard.answers.small_counts_for_guests import DUE, RECEIVED
from dashboard.indicators import BY_CODE, Placement, choices
from dashboard.judgement.control_charts import FOLLOWED
from dashboard.panel import Chart, Listing, Message, Panel
from dashboard.ui import cards, complaint_texts, complaint_view_log, panel_display
from dashboard.ui.markdown_escaping import escape_markdown

Value = TypeVar("Value")

ORDERS: dict[sites.Order, str] = {
    "name": "Par nom",
    "value": "Par valeur",
}
GUESTS = (DUE, RECEIVED)
OF_GUESTS = (
    "Des plaintes, les invités voient deux chiffres, sur douze mois entiers, là où il y en a assez : combien"
    " sont traitées en 30 jours, et combien pour 1 000 visites."
)
CHOICE = 270  # width of a choice of indicators, in pixels
ON_DEMAND = {
    "entonnoir": (
        site_comparisons.has_funnel,
        "Entonnoir",
        "Chaque centre selon sa taille : plus il est petit, plus son chiffre peut s'écarter par hasard.",
    ),
    "rang": (
        site_comparisons.has_ranks,
        "Rang",
        "Un rang n'est connu qu'à quelques places près : il est donné avec son intervalle.",
    ),
}  # choices when sites are compared: when offered, label, help
DETAILS = {"Toutes": None, "Par catégorie": "category", "Par centre": "name"}


def panel_with_finding(panel: Panel, *, open_: bool = False, height: int | None = None) -> None:
    """Draw a panel under its finding; the finding alone where the panel shows nothing more."""
    heading(panel)
    below_finding(panel, open_=open_, height=height)


def below_finding(panel: Panel, *, open_: bool = False, height: int | None = None) -> None:
    """Draw a panel below a heading that is its finding; what it says is not said twice."""
    said_above = _is_its_finding(panel)
    panel = without_finding(panel)
    if said_above:
        panel_display.collect(panel)
        panel_display.note(panel.caption)
    elif panel.table.rows or not isinstance(panel.content, Listing):
        panel_display.panel(panel, open_=open_, height=height)
    elif panel.caption:
        st.caption(escape_markdown(panel.caption))


def _is_its_finding(panel: Panel) -> bool:
    """Whether a panel has nothing but a sentence, which is its heading."""
    said = panel.content.text if isinstance(panel.content, Message) else ""
    return bool(said) and said.rstrip(".") == (panel.finding or panel.title)


def panel_if_chart(panel: Panel) -> None:
    """Draw a panel under its finding where it has a chart; otherwise nothing, since the page's heading says it all."""
    if isinstance(panel.content, Chart):
        panel_with_finding(panel)


def open_complaints(
    person: Person,
    question: Question,
    key: str,
    *,
    height: int | None = None,
    finding: bool = True,
) -> None:
    """Draw the open complaints one by one, as far as the person may see them, and log that. finding: draw the heading; without
    it, only that of a list of some sites, since the page's heading has the other one."""
    panel = complaints.open_complaints(person, question, key)
    if not finding and panel.has_complaint_rows and not panel.finding.startswith(complaints.OWN):
        panel = replace(panel, finding=f"{panel.title}, la plus ancienne d'abord")
    if finding or panel.table.rows or isinstance(panel.content, Message):
        panel_with_finding(panel, height=height)
    complaint_view_log.note_complaint_views(person, question)
    complaint_texts.section(question, key)


def guest_complaints(person: Person, question: Question) -> None:
    """Draw what guests may see of complaints and stop the page; nothing for others."""
    if person.role != Role.GUEST:
        return
    cards.grid(metrics(person, question, GUESTS), OF_GUESTS)
    places = st.columns(len(GUESTS), gap="large")
    for place, code in zip(places, GUESTS, strict=True):
        with place:
            compare(person, question, "site", code, f"invites_{code}")
    st.stop()


def unclosed_days(person: Person, question: Question, key: str) -> None:
    """Draw the working days without a closing by site; the workbook lists each."""
    panel_with_finding(completeness.missing_closings(person, question, key))
    each = f"{key}_jours"
    panel_display.collect_later(
        each, partial(completeness.unclosed_days_listed, person, question, each)
    )


def without_finding(panel: Panel) -> Panel:
    """The panel without the sentence of its caption that is its heading."""
    return replace(panel, caption=panel.remark)


def heading(panel: Panel) -> None:
    """Draw the finding of a panel as its heading."""
    st.header(escape_markdown(french.bind_numbers(panel.finding or panel.title)), anchor=False)


def chosen_value(key: str, options: Collection[Value], first: Value) -> Value:
    """The present value of the choice with that key; read before it is drawn, since the finding above it depends on it. first:
    the default."""
    value: Value = st.session_state.get(key, first)
    return value if value in options else first


def first_known(person: Person, question: Question, place: Placement) -> str | None:
    """The first of a place's indicators that has a figure; None where none has."""
    figures = overall_figures(person, question)
    return next(
        (c for c in choices(lambda i: place in i.places) if figures[c].value is not None), None
    )


def choose_indicator(place: Placement, key: str, first: str | None = None) -> str:
    """Draw a choice of a place's indicators and return the code chosen. first: the default, else the first of them."""
    options = choices(lambda i: place in i.places)
    return st.segmented_control(
        "Indicateur",
        options,
        default=first or options[0],
        format_func=lambda c: BY_CODE[c].short,
        key=key,
        label_visibility="collapsed",
        required=True,
    )


def _choose(options: Sequence[str], key: str, first: str) -> None:
    """Draw the same choice as a list, where buttons have no room."""
    st.selectbox(
        "Indicateur",
        options,
        options.index(first),
        format_func=lambda c: BY_CODE[c].short,
        key=key,
        label_visibility="collapsed",
        width=CHOICE,
    )


def series(person: Person, question: Question, key: str, first: str = FOLLOWED[0]) -> None:
    """Draw a followed indicator month by month under its finding, with its choice. first: the default where it is judged,
    else as `monthly_series.first_curve` has it."""
    chosen = f"{key}_choix"
    first = monthly_series.first_curve(person, question, (first, *FOLLOWED))
    code = chosen_value(chosen, FOLLOWED, first)
    panel = monthly_series.by_month(person, question, code, key)
    heading(panel)
    _choose(FOLLOWED, chosen, first)
    panel_display.panel(without_finding(panel))


def change_date(person: Person, question: Question, code: str) -> None:
    """Draw since when the question's own series has changed; nothing where it has not, or has no date."""
    if sentence := changed_since(person, question, code):
        st.markdown(f"**{escape_markdown(sentence)}**")


def compare_chosen(
    person: Person, question: Question, place: Placement, key: str, first: str | None = None
) -> None:
    """Draw a comparison of sites in a chosen indicator."""
    options, chosen = choices(lambda i: place in i.places), f"{key}_choix"
    first = first or options[0]
    code = chosen_value(chosen, options, first)
    compare(person, question, "site", code, key, above=[partial(_choose, options, chosen, first)])


def compare(
    person: Person,
    question: Question,
    by: str,
    code: str,
    key: str,
    *,
    order: sites.Order = "value",
    above: Sequence[Callable[[], object]] = (),
) -> None:
    """Draw one indicator by site, service or hour, in the order chosen; for sites, funnel and rank on demand. order: the
    default. above: functions that draw other choices, before these."""
    drawn = list(above)
    if by == "hour":
        order = "name"
    else:
        drawn.append(partial(_order, f"{key}_ordre", order))
        order = chosen_value(f"{key}_ordre", ORDERS, order)
    on = {}
    for name, (offered, label, help_) in ON_DEMAND.items():
        toggle = f"{key}_{name}"
        if offered(person, question, by, code):
            drawn.append(partial(st.toggle, label, key=toggle, help=help_))
            on[name] = bool(st.session_state.get(toggle))
    ranked = on.get("rang", False)
    panel = sites.compare(
        person,
        question,
        by,
        code,
        key,
        order=order,
        ranked=ranked,
        funnel=on.get("entonnoir", False),
    )
    heading(panel)
    # No choice of order for a single bar.
    row = st.container(horizontal=True, vertical_alignment="center") if len(drawn) > 1 else None
    with row or nullcontext():
        for draw in drawn:
            draw()
    panel_display.panel(panel, open_=ranked, about=(order,))


def _order(key: str, first: sites.Order) -> None:
    """Draw the choice of the order."""
    st.segmented_control(
        "Ordre",
        list(ORDERS),
        default=first,
        format_func=lambda order: ORDERS.get(order, ""),
        key=key,
        label_visibility="collapsed",
        required=True,
    )


def survival(person: Person, question: Question, key: str) -> None:
    """Draw how long complaints stay unanswered; by category or site on demand."""
    detail = chosen_value(f"{key}_detail", DETAILS, "Toutes")
    curve = f"{key}_courbe_{DETAILS[detail]}"
    panel = complaint_delays.survival(person, question, key, DETAILS[detail])
    names = [row[0].text for row in panel.table.rows]
    several = bool(DETAILS[detail] and names)
    if several:
        chosen = chosen_value(curve, names, names[0])
        panel = complaint_delays.survival(person, question, key, DETAILS[detail], chosen)
    heading(panel)
    st.segmented_control(
        "Détail",
        list(DETAILS),
        default="Toutes",
        key=f"{key}_detail",
        label_visibility="collapsed",
        required=True,
    )
    if several:
        st.selectbox("Courbe", names, key=curve, label_visibility="collapsed")
    panel_display.panel(panel, open_=bool(DETAILS[detail]), about=(detail,))
