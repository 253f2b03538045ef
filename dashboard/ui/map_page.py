"""The opening page: the map, and beside it the headline figures, or those of the chosen site."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers import cards, context
from dashboard.answers import map as mapped
from dashboard.answers.network import silences, sites
from dashboard.answers.question import Question
from dashboard.indicators import codes_placed_in
from dashboard.judgement.silence import Silence
from dashboard.panel import Plot
from dashboard.ui import cards as drawn
from dashboard.ui import (
    error_messages,
    filter_state,
    folium_map,
    menu,
    news,
    opening_answers,
    page_frame,
    panel_display,
    panel_picture,
    session,
    site_header,
)
from dashboard.ui.markdown_escaping import escape_markdown
from db.shared_types import Place


@st.fragment
@error_messages.show_failures(again=True)  # a fragment's rerun does not pass through the page frame
@context.page_run()  # nor through its page_run
def map_and_panel() -> None:
    """Draw the map and the panel beside it. A click reruns this fragment alone; the map is updated in place."""
    person, question = session.person(), filter_state.question()
    places = sites(person, question)
    with st.container(key="vue"):
        left, right = st.columns([12, 13], gap="medium")
    with left:
        with st.container(key="choix_carte", horizontal=True):
            filter_state.select("indicateur")
            _pick_list(places, silences(person, question))
        chosen, code = filter_state.value("centre"), filter_state.value("indicateur")
        panel = mapped.panel(person, question, code, "carte", every_signal=True)
        panel_display.collect(panel)
        draw(
            person,
            question,
            mapped.plot(person, question, code, every_signal=True),
            chosen,
            code,
            tinted=st.session_state.get("departements_teintes", False),
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            _tint_choice()
            panel_picture.button(panel)
    with right:
        site = next((p for p in places if p.code == chosen), None)
        if site:
            site_panel(person, question, site)
        else:
            opening_answers.lines(person, question)
            news.line(person, question)
            drawn.opening(person, question)


def _tint_choice() -> None:
    """Draw the choice, under the map, whether departments are coloured."""
    st.toggle(
        "Teinter aussi les départements",
        key="departements_teintes",
        help="Le taux de tous les usagers du département, là où deux centres au moins ont remonté leurs données."
        " La valeur d'un seul centre n'est jamais étendue à un territoire.",
    )


def draw(
    person: Person, question: Question, plot: Plot, chosen: str, code: str, *, tinted: bool
) -> None:
    """Draw the map. tinted: whether departments are coloured."""
    tints = {
        name: dict(tint) for name, tint in mapped.tints(person, question, code, tinted).items()
    }
    folium_map.show_map(
        list(plot.marks),
        legend=plot.legend,
        departments=tints,
        focus=plot.focus,
        chosen=chosen or None,
        on_pick=_pick,
        height=560,
        dark=st.context.theme.type == "dark",
        communes=page_frame.communes_file(),
        key="carte",
    )


def _pick(choice: dict[str, str]) -> None:
    """Callback: choose the site or department that was clicked."""
    if "site" in choice:
        filter_state.choose("centre", choice["site"])
        st.session_state.pop("filtre_centre", None)


def _pick_list(places: tuple[Place, ...], silences_by_code: Mapping[str, Silence]) -> None:
    """Draw the list of sites, for keyboards and telephones, with what the map writes under the names of silent ones."""
    said = {code: one.map_label for code, one in silences_by_code.items() if one.map_label}
    names = {"": "Choisir un centre…"} | {
        p.code: f"{p.name} ({said[p.code]})" if p.code in said else p.name for p in places
    }
    chosen = filter_state.value("centre")
    # At each run, as filters are.
    st.session_state["liste_centres"] = chosen if chosen in names else ""
    st.selectbox(
        "Centre",
        list(names),
        format_func=lambda code: names.get(code, ""),
        key="liste_centres",
        label_visibility="collapsed",
        on_change=lambda: filter_state.choose("centre", st.session_state["liste_centres"]),
    )


def site_panel(person: Person, question: Question, site: Place) -> None:
    """Draw the figures of the chosen site, and the link to its page."""
    own = Question(question.first, question.last, service=question.service, site=site.code)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(escape_markdown(site.name), anchor=False, width="stretch")
        st.button(
            "Revenir à l'ensemble",
            on_click=filter_state.choose,
            args=("centre", ""),
            key="ensemble",
        )
    silence = silences(person, own).get(site.code)
    said = silence.in_words_and_who if silence and silence.is_silent else ""
    st.caption(escape_markdown(" · ".join(filter(None, (site_header.words(site), said)))))
    codes = codes_placed_in("site")
    panel_display.collect_later("chiffres", partial(cards.cards, person, own, codes))
    sources = cards.site_caption(person, own, filter_state.period().label)
    drawn.grid(cards.metrics(person, own, codes), sources, abreast=3)
    st.page_link(menu.page("site"), label="Ouvrir la page de ce centre", width="content")
