"""« Image »: a panel as a picture, made on demand.

Before: `dashboard.ui.panel_display`. After: `dashboard.exports.png`.
"""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from dashboard.accounts.rights import Person
from dashboard.answers.deck import filter_words
from dashboard.answers.figures import overall_figures
from dashboard.answers.network import freshness
from dashboard.exports import png
from dashboard.exports.file_names import file_name
from dashboard.navigation import ACTING, PAGES
from dashboard.panel import Panel
from dashboard.settings import load_settings
from dashboard.ui import downloads, filter_state, session
from dashboard.wording import who_reported

ABOUT = "picture_about"  # session key: what the figures of this run are about
LABEL = "Image"


def button(panel: Panel) -> None:
    """Draw the button for the panel's picture; nothing without chart and map."""
    if not png.is_drawable(panel):
        return
    about = st.session_state.get(ABOUT) or st.session_state.setdefault(ABOUT, _about())
    downloads.button(
        LABEL,
        picture_maker(panel, about),
        name=file_name(panel.title, about.scope, on=filter_state.as_of()),
        extension="png",
        mime=png.MEDIA,
        key=f"{panel.key}_image",
        type="tertiary",
        icon=":material/image:",
    )


def picture_maker(panel: Panel, about: png.About) -> Callable[[Person], bytes]:
    """A function that makes the picture for a person."""
    return lambda person: png.png(panel, replace(about, taken_by=downloads.made_by(person)))


def _about() -> png.About:
    """What the page's figures are about: filters in force, who reported, how far the data go."""
    page = st.session_state[filter_state.PAGE]
    acting = next(spec.filters for spec in PAGES if spec.url_path == page)
    site = filter_state.value("centre") or None if "centre" in acting else None
    person, fresh = session.person(), freshness(session.person())
    question = filter_state.question(tuple(n for n in ACTING if n in acting), site=site)
    return png.About(
        filter_words(person, question, filter_state.period()),
        who_reported(overall_figures(person, question)["visits"]),
        fresh.known_to,
        fresh.demo,
        f"Source : registres des centres, {load_settings().issuer_name}",
    )
