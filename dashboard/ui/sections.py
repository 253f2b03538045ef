"""Parts of pages: a panel with the choices that stand above it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.accounts.rights import Person
from dashboard.answers import complaints, completeness, delays, differing, months, sites
from dashboard.answers.dated import since
from dashboard.answers.question import Question
from dashboard.indicators import BY_CODE, Placement, choices, codes
from dashboard.judgement.signals import FOLLOWED
from dashboard.panel import Listing, Panel
from dashboard.ui import looked, show, texts
from dashboard.ui.escape import escaped

VOLUMES = codes(lambda i: i.chart == "volume")
ORDERS: dict[sites.Order, str] = {
    "name": "Par nom",
    "value": "Par valeur",
    "size": "Par effectif",
}
CHOICE = 270  # width of a choice of indicators, in pixels
DETAILS = {"Toutes": None, "Par catégorie": "category", "Par centre": "name"}


def headed(panel: Panel, *, open_: bool = False, height: int | None = None) -> None:
    """A panel under its finding; where there is no more to it than that, the sentence alone."""
    heading(st.container(), panel)
    panel = under(panel)
    if panel.table.rows or not isinstance(panel.content, Listing):
        show.panel(panel, open_=open_, height=height)
    elif panel.caption:
        st.caption(escaped(panel.caption))


def waiting(person: Person, question: Question, key: str, *, height: int | None = None) -> None:
    """The complaints that wait, one by one as far as the person may see them, which is noted."""
    headed(complaints.waiting(person, question, key), height=height)
    looked.at_complaints(person, question)
    texts.section(question, key)


def unclosed(person: Person, question: Question, key: str) -> None:
    """The days not closed, by site; each of them in the workbook."""
    headed(completeness.not_reported(person, question, key))
    each = f"{key}_jours"
    show.later(each, partial(completeness.each_day, person, question, each))


def under(panel: Panel) -> Panel:
    """The panel without the sentence of its caption that its heading has said."""
    rest = panel.caption.removeprefix(f"{panel.finding}.") if panel.finding else panel.caption
    return replace(panel, caption=rest.strip())


def heading(place: DeltaGenerator, panel: Panel) -> None:
    """What the panel finds, at the head of it."""
    place.header(escaped(panel.finding or panel.title), anchor=False)


def choose_indicator(place: Placement, key: str, first: str | None = None) -> str:
    """A small choice of a place's indicators above a chart. first: what it opens with, by default the first of them."""
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


def _choose(options: Sequence[str], key: str, first: str | None) -> str:
    """The same in half a page, where side by side they would not have room."""
    return st.selectbox(
        "Indicateur",
        options,
        options.index(first or options[0]),
        format_func=lambda c: BY_CODE[c].short,
        key=key,
        label_visibility="collapsed",
        width=CHOICE,
    )


def series(person: Person, question: Question, key: str, first: str | None = None) -> None:
    """What is followed, month by month, as it is chosen, under its finding."""
    place = st.container()
    code = _choose(FOLLOWED, f"{key}_choix", first)
    panel = months.by_month(person, question, code, key)
    heading(place, panel)
    show.panel(under(panel))


def dated(person: Person, question: Question, code: str) -> None:
    """Since when the question's own series has changed, where it has and where that can be said."""
    if sentence := since(person, question, code):
        st.markdown(f"**{escaped(sentence)}**")


def compare_chosen(
    person: Person, question: Question, place: Placement, key: str, first: str | None = None
) -> None:
    """Sites compared in an indicator that is chosen."""
    head, row = st.container(), st.container(horizontal=True, vertical_alignment="center")
    with row:
        code = _choose(choices(lambda i: place in i.places), f"{key}_choix", first)
    compare(person, question, "site", code, key, head=head, row=row)


def compare(
    person: Person,
    question: Question,
    by: str,
    code: str,
    key: str,
    *,
    order: sites.Order = "value",
    head: DeltaGenerator | None = None,
    row: DeltaGenerator | None = None,
) -> None:
    """One indicator by site, service or hour, in the order chosen; of sites, the funnel and the rank on demand. order: the
    one it opens with. head: where its finding stands; row: its choices; by default above it."""
    head, ranked, funnel = head or st.container(), False, False
    order = "name" if by == "hour" else order
    with row or st.container(horizontal=True, vertical_alignment="center"):
        if by != "hour":
            order = st.segmented_control(
                "Ordre",
                list(ORDERS),
                default=order,
                format_func=lambda order: ORDERS.get(order, ""),
                key=f"{key}_ordre",
                label_visibility="collapsed",
                required=True,
            )
        if differing.has_funnel(person, question, by, code):
            funnel = st.toggle(
                "Entonnoir",
                key=f"{key}_entonnoir",
                help="Chaque centre selon sa taille : plus il est petit, plus son chiffre peut s'écarter par hasard.",
            )
        if differing.has_ranks(person, question, by, code):
            ranked = st.toggle(
                "Rang",
                key=f"{key}_rang",
                help="Un rang n'est connu qu'à quelques places près : il est donné avec son intervalle.",
            )
    panel = sites.compare(
        person, question, by, code, key, order=order, ranked=ranked, funnel=funnel
    )
    heading(head, panel)
    show.panel(panel, open_=ranked)


def survival(person: Person, question: Question, key: str) -> None:
    """How long complaints stay without an answer; by category or site on demand."""
    head = st.container()
    detail = st.segmented_control(
        "Détail",
        list(DETAILS),
        default="Toutes",
        key=f"{key}_detail",
        label_visibility="collapsed",
        required=True,
    )
    panel = delays.survival(person, question, key, DETAILS[detail])
    if DETAILS[detail] and panel.table.columns:
        names = [row[0].text for row in panel.table.rows]
        chosen = st.selectbox(
            "Courbe", names, key=f"{key}_courbe_{DETAILS[detail]}", label_visibility="collapsed"
        )
        panel = delays.survival(person, question, key, DETAILS[detail], chosen)
    heading(head, panel)
    show.panel(panel, open_=bool(DETAILS[detail]))
