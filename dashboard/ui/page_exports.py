"""What can be done with a page: present it as a story, take its tables away as a workbook."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from dashboard import filter_names, french
from dashboard.accounts.rights import Person, Role
from dashboard.answers.bulletin import scope_in_words
from dashboard.answers.deck import build
from dashboard.answers.figures import overall_figures
from dashboard.answers.network import freshness
from dashboard.answers.question import Question
from dashboard.exports import EXPORTS, Export, panel_for_files
from dashboard.exports.file_names import file_name
from dashboard.exports.xlsx import xlsx
from dashboard.navigation import ACTING, PageSpec
from dashboard.panel import Deck
from dashboard.period import ClippedPeriod
from dashboard.stories import Story
from dashboard.ui import (
    downloads,
    filter_state,
    menu,
    panel_display,
    presented_place,
    session,
    side_by_side,
)
from dashboard.ui.markdown_escaping import escape_markdown
from dashboard.wording import GUEST_VIEW, who_reported


def page_actions(spec: PageSpec) -> None:
    """Draw the actions of a page: present it or its story's files, and its workbook."""
    story, departments = spec.story, filter_state.question(("departement",)).departments
    if story == "departement" and len(departments) != 1:
        story = "national"
    if "centre" in spec.filters and not filter_state.value("centre"):
        story = ""  # a site has to be chosen first; the list of all of them can be taken away
    if story:
        st.page_link(
            menu.page("presenter"),
            label=escape_markdown(_present_label(spec, departments)),
            help="En diaporama, ou en dossier à emporter : PowerPoint, PDF, HTML.",
            width="content",
            query_params={"histoire": story},
        )
    if not spec.has_tables:
        return
    places = [filter_state.value(n) for n in ("departement", "centre") if n in spec.filters]
    name = file_name(spec.url_path, *places, on=filter_state.as_of())
    downloads.button(
        "Emporter",
        workbook(spec),
        name=name,
        extension="xlsx",
        mime=EXPORTS["xlsx"].media_type,
        help="Les tableaux de cette page, en Excel.",
        key="emporter",
        type="tertiary",
        width="content",
    )
    downloads.ask_recipient()


def _present_label(spec: PageSpec, departments: Sequence[str]) -> str:
    """« Présenter le réseau », « Présenter le Zou », « Présenter ces départements », « Présenter ce centre », by the scope of
    the page's story."""
    if "centre" in spec.filters:
        return "Présenter ce centre"
    if len(departments) > 1:
        return "Présenter ces départements"
    return f"Présenter {scope_in_words(departments) if departments else 'le réseau'}"


def heading(spec: PageSpec) -> str:
    """The page's heading with its scope: « Attentes · Zou »."""
    return " · ".join([spec.heading, *scope_words(spec)])


def scope_words(spec: PageSpec) -> list[str]:
    """The page's scope, in words: the site and the service, else the filters in force; empty for everything."""
    if "centre" in spec.filters:
        chosen = [n for n in spec.filters if n in ("centre", "prestation")]
        acting = [n for n in sorted(chosen) if filter_state.value(n)]
        return list(filter_state.scope(acting)) if "centre" in acting else []
    if spec.url_path == "presenter" and (named := presented_place.words()):
        return [named]
    place = [n for n in spec.filters if n != "periode"]
    if spec.url_path == side_by_side.PAGE:
        acting = [n for n in place if filter_state.value(n)]
        return [*side_by_side.names(), *(filter_state.scope(acting) if acting else [])]
    return list(filter_state.scope(place)) if place else []


def workbook(spec: PageSpec) -> Callable[[Person], bytes]:
    """A function that makes the workbook of the page; what it needs of the session is read now."""
    shown: panel_display.ShownPanels = st.session_state[
        panel_display.SHOWN
    ]  # the dict itself, not a copy: a fragment that reruns replaces its panels there
    title, about, demo = heading(spec), context_lines(spec), freshness(session.person()).demo
    return lambda person: xlsx(
        title,
        [*about, ("Fichier", downloads.made_by(person))],
        [panel_for_files(panel) for panel in shown.panels()],
        demo=demo,
    )


def story(deck: Deck, question: Question, story: Story, period: ClippedPeriod) -> None:
    """Draw the files of a story, each built again for who asks for it, and a text to paste."""
    with st.container(horizontal=True, vertical_alignment="center", key="emporter_histoire"):
        for extension, export in EXPORTS.items():
            if export.button:
                downloads.button(
                    export.button,
                    _story_maker(export, question, story, period),
                    name=file_name(story.name, on=filter_state.as_of()),
                    extension=extension,
                    key=f"emporter_{extension}",
                    mime=export.media_type,
                )
        downloads.ask_recipient()
    with st.expander("Texte à coller dans un message"):
        st.code(EXPORTS["txt"].file(deck).decode(), language=None, wrap_lines=True)


def _story_maker(
    export: Export, question: Question, story: Story, period: ClippedPeriod
) -> Callable[[Person], bytes]:
    """A function that builds a story for a person and exports it."""
    return lambda person: export.file(
        replace(build(person, question, story, period), made_by=downloads.made_by(person))
    )


def context_lines(spec: PageSpec) -> list[tuple[str, str]]:
    """(label, words) of the page's filters, who reported, and how far the data go."""
    chosen = [n for n in spec.filters if n != "centre" or filter_state.value(n)]
    in_force = [
        (
            filter_names.NAMES[n],
            filter_state.period().label
            if n == "periode"
            else filter_state.options(n).get(filter_state.value(n), filter_state.value(n)),
        )
        for n in chosen
    ]
    site = filter_state.value("centre") or None if "centre" in spec.filters else None
    question = filter_state.question(tuple(n for n in ACTING if n in spec.filters), site=site)
    reported = [("Remontées", who_reported(overall_figures(session.person(), question)["visits"]))]
    if spec.url_path == side_by_side.PAGE:
        reported = side_by_side.who_reported_of_each()
    as_of = freshness(session.person()).known_to
    return [
        *([("Vue", GUEST_VIEW)] if session.person().role == Role.GUEST else []),
        *in_force,
        *reported,
        ("Données au", french.date_long(as_of) if as_of else "aucune donnée"),
    ]
