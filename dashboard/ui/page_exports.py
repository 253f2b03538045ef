"""What can be done with a page: told as a story, or its tables taken away as a workbook, made only when asked for."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from dashboard import filter_names, french
from dashboard.accounts.rights import Person, Role
from dashboard.answers.bulletin import scope_in_words
from dashboard.answers.deck import build
from dashboard.answers.figures import whole_figures
from dashboard.answers.network import freshness
from dashboard.answers.question import Question
from dashboard.exports import EXPORTS, Export, panel_for_files
from dashboard.exports.file_names import file_name
from dashboard.exports.xlsx import xlsx
from dashboard.navigation import ACTING, PageSpec
from dashboard.panel import Deck
from dashboard.period import ClippedPeriod
from dashboard.stories import Story
from dashboard.ui import downloads, filter_state, menu, panel_display, session
from dashboard.ui.markdown_escaping import escape_markdown
from dashboard.wording import GUEST_VIEW, who_reported


def page_actions(spec: PageSpec) -> None:
    """What can be done with a page: presented as a story, or taken away as a file, and its tables as a workbook."""
    story, departments = spec.story, filter_state.question(("departement",)).departments
    if story == "departement" and len(departments) != 1:
        story = "national"
    if "centre" in spec.filters and not filter_state.value("centre"):
        return  # of which?
    if story:
        st.page_link(
            menu.page("presenter"),
            label=escape_markdown(_present(spec, departments)),
            help="En diaporama, ou en dossier à emporter : PowerPoint, PDF, HTML.",
            width="content",
            query_params={"histoire": story},
        )
    if not spec.tables:
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


def _present(spec: PageSpec, departments: Sequence[str]) -> str:
    """« Présenter le réseau », « Présenter le Zou », « Présenter ces départements », « Présenter ce centre »: what the
    presentation will speak of."""
    if "centre" in spec.filters:
        return "Présenter ce centre"
    if len(departments) > 1:
        return "Présenter ces départements"
    return f"Présenter {scope_in_words(departments) if departments else 'le réseau'}"


def heading(spec: PageSpec) -> str:
    """The page's heading, and of what it speaks: « Attentes · Zou »."""
    return " · ".join([spec.heading, *scope_words(spec)])


def scope_words(spec: PageSpec) -> list[str]:
    """Of which site, else of what the filters leave, the page speaks; nothing where that is everything."""
    if "centre" in spec.filters:
        site = filter_state.value("centre")
        return [filter_state.options("centre")[site]] if site else []
    place = [n for n in spec.filters if n != "periode"]
    return list(filter_state.scope(place)) if place else []


def workbook(spec: PageSpec) -> Callable[[Person], bytes]:
    """What makes the file, of what the page shows; all that it needs of the session is taken here."""
    shown: panel_display.ShownPanels = st.session_state[
        panel_display.SHOWN
    ]  # the very dict: a part of the page that runs again by itself renews its panels
    title, about, demo = heading(spec), context_lines(spec), freshness(session.person()).demo
    return lambda person: xlsx(
        title,
        [*about, ("Fichier", downloads.made_by(person))],
        [panel_for_files(panel) for panel in shown.panels()],
        demo=demo,
    )


def story(told: Deck, question: Question, story: Story, period: ClippedPeriod) -> None:
    """The files of a story, each told again for whoever asks for it then; and a text to paste."""
    with st.container(horizontal=True, vertical_alignment="center", key="emporter_histoire"):
        for extension, export in EXPORTS.items():
            if export.button:
                downloads.button(
                    export.button,
                    _telling(export, question, story, period),
                    name=file_name(story.name, on=filter_state.as_of()),
                    extension=extension,
                    key=f"emporter_{extension}",
                    mime=export.media_type,
                )
        downloads.ask_recipient()
    with st.expander("Texte à coller dans un message"):
        st.code(EXPORTS["txt"].file(told).decode(), language=None, wrap_lines=True)


def _telling(
    export: Export, question: Question, story: Story, period: ClippedPeriod
) -> Callable[[Person], bytes]:
    return lambda person: export.file(
        replace(build(person, question, story, period), made=downloads.made_by(person))
    )


def context_lines(spec: PageSpec) -> list[tuple[str, str]]:
    """What to know of the page's figures: (label, words) of its filters, who reported, how far the data go."""
    in_force = [
        (
            filter_names.NAMES[n],
            filter_state.period().label
            if n == "periode"
            else filter_state.options(n).get(filter_state.value(n), filter_state.value(n)),
        )
        for n in spec.filters
    ]
    site = filter_state.value("centre") or None if "centre" in spec.filters else None
    question = filter_state.question(tuple(n for n in ACTING if n in spec.filters), site=site)
    figures = whole_figures(session.person(), question)
    as_of = freshness(session.person()).as_of
    return [
        *([("Vue", GUEST_VIEW)] if session.person().role == Role.GUEST else []),
        *in_force,
        ("Remontées", who_reported(figures["visits"])),
        ("Données au", french.date_long(as_of) if as_of else "aucune donnée"),
    ]
