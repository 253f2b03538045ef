"""The page « Côte à côte »: which places the address compares, and the choice of them, there and from a place's own page."""

from collections.abc import Sequence

import streamlit as st

from dashboard import french
from dashboard.accounts.rights import Person
from dashboard.answers import side_by_side as answers
from dashboard.answers import side_by_side_panels as panels
from dashboard.answers.figures import overall_figures
from dashboard.answers.question import Question
from dashboard.answers.side_by_side import MOST, Kind, Side
from dashboard.indicators import BY_CODE
from dashboard.ui import (
    error_messages,
    filter_state,
    menu,
    page_sections,
    panel_display,
    session,
    url_parameters,
)
from dashboard.wording import who_reported

PAGE, WITH = "cote-a-cote", "avec"  # its address, and the parameter of the places beside the first
FILTERS: dict[Kind, str] = {"department": "departement", "site": "centre"}  # of the first place
KINDS: dict[Kind, str] = {"department": "Départements", "site": "Centres"}
LONGEST = 400  # characters of the address that are read as places
PLACES, WHAT = "cote_lieux", "cote_quoi"  # keys of the choices


def kind() -> Kind:
    """What the address compares: sites where it has one, else departments."""
    return "site" if filter_state.value("centre") else "department"


def asked() -> tuple[str, ...]:
    """The places of the address (codes), in its order."""
    first = filter_state.value(FILTERS[kind()]).split(filter_state.COMMA)
    others = url_parameters.read().get(WITH, "")[:LONGEST].split(filter_state.COMMA)
    return tuple(code.strip() for code in (*first, *others) if code.strip())


def compared(person: Person) -> tuple[Side, ...]:
    """The places that are compared: those of the address that may be seen."""
    found: tuple[Side, ...] = answers.sides(person, question(), kind(), asked())
    return found


def question() -> Question:
    """The question about each place: the page's period, type and service."""
    return filter_state.question(("type", "prestation"))


def finding() -> str:
    """The page's finding, for its title."""
    person = session.person()
    found: str = answers.finding(person, question(), kind(), asked())
    return found


def names() -> list[str]:
    """The names of the places that are compared: « Zou et Borgou »; empty without any."""
    words = french.join_words([side.name for side in compared(session.person())])
    return [words] if words else []


def who_reported_of_each() -> list[tuple[str, str]]:
    """(« Remontées, Zou », who reported there) of each place that is compared."""
    person = session.person()
    return [
        (
            f"Remontées, {side.name}",
            who_reported(overall_figures(person, side.question)["visits"]),
        )
        for side in compared(person)
    ]


def choose(person: Person) -> None:
    """Draw the choice of what is compared, and what of the address cannot be."""
    known = answers.choices(person, question(), kind())
    held = [side.code for side in compared(person)]
    # At each run, as filters are: what the address says is shown.
    st.session_state[WHAT], st.session_state[PLACES] = kind(), held
    with st.container(horizontal=True, vertical_alignment="center", key="cote_choix"):
        st.segmented_control(
            "Comparer",
            list(KINDS),
            format_func=lambda one: KINDS.get(one, ""),
            key=WHAT,
            on_change=_other_kind,
            label_visibility="collapsed",
            required=True,
        )
        st.multiselect(
            "Deux à quatre, côte à côte",
            list(known),
            format_func=lambda code: known.get(code, code),
            key=PLACES,
            on_change=_chosen,
            args=(tuple(known),),
            max_selections=MOST,
            placeholder="Deux à quatre, à comparer",
            label_visibility="collapsed",
        )
    for notice in answers.refused(person, question(), kind(), asked()):
        st.warning(notice)


def months(person: Person, key: str, first: str) -> None:
    """Draw the places month by month in a chosen indicator, under what may be said of it. first: the default."""
    options, chosen = panels.FOLLOWED, f"{key}_choix"
    code = page_sections.chosen_value(chosen, options, first)
    panel = panels.months(person, question(), kind(), asked(), code, key)
    page_sections.heading(panel)
    st.selectbox(
        "Indicateur",
        options,
        options.index(first),
        format_func=lambda c: BY_CODE[c].short,
        key=chosen,
        label_visibility="collapsed",
        width=280,
    )
    panel_display.panel(page_sections.without_finding(panel))


def offer(person: Person, what: Kind) -> None:
    """Draw « Comparer avec… » for the place that a page is of, which leads to the comparison."""
    first = filter_state.value(FILTERS[what])
    others = {c: n for c, n in answers.choices(person, None, what).items() if c != first}
    if not first or filter_state.COMMA in first or not others:
        return
    wanted = st.selectbox(
        "Comparer avec…",
        list(others),
        index=None,
        format_func=lambda code: others.get(code, code),
        key="comparer_avec",
        placeholder="Comparer avec…",
        label_visibility="collapsed",
        width=235,
    )
    if wanted in others:
        held = {
            n: v for n, v in filter_state.non_default().items() if n in ("periode", "prestation")
        }
        st.switch_page(menu.page(PAGE), query_params={**held, FILTERS[what]: first, WITH: wanted})


@error_messages.show_failures()  # called between two runs, where nothing else catches
def _chosen(known: Sequence[str]) -> None:
    """Callback: put the chosen places into the address. known: those that were offered."""
    _write(kind(), [code for code in st.session_state[PLACES] if code in known][:MOST])


@error_messages.show_failures()
def _other_kind() -> None:
    """Callback: from departments to a site of each, or from sites to their departments."""
    wanted: Kind = st.session_state[WHAT]
    person = session.person()
    if wanted in KINDS and wanted != kind():
        _write(wanted, answers.others_instead(person, question(), kind(), asked()))


def _write(what: Kind, codes: Sequence[str]) -> None:
    """Set the places in session and address."""
    first, others = (codes[0], codes[1:]) if codes else ("", [])
    for one, name in FILTERS.items():
        filter_state.choose(name, first if one == what else "")
    if others:
        url_parameters.put(WITH, filter_state.COMMA.join(others))
    elif WITH in url_parameters.read():
        url_parameters.drop(WITH)
