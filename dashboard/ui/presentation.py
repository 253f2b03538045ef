"""Presenting a story: once started, the whole of it is handed to the browser, which then needs the server for filters alone."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st

from dashboard import filter_names, palette
from dashboard.accounts.rights import Person
from dashboard.answers import deck
from dashboard.answers.question import Question
from dashboard.exports import html
from dashboard.navigation import EVERY_FILTER
from dashboard.panel import Deck
from dashboard.period import ClippedPeriod
from dashboard.settings import ROOT
from dashboard.stories import Story
from dashboard.ui import filter_state

BUTTON = '<button type="button">Commencer la présentation</button>'
BUTTON_COLOURS = {
    "paper": palette.PAPER,
    "main": palette.MAIN,
    "pressed": palette.PRESSED,
    "accent": palette.ACCENT,
}
BUTTON_STYLE = (
    ":host{"
    + palette.variables(BUTTON_COLOURS)
    + "}"
    + """
button{font:600 1rem/1.2 "Source Sans",sans-serif;color:var(--paper);background:var(--main);border:2px solid var(--main);
border-radius:.4rem;padding:.6rem 1.4rem;cursor:pointer}
button:hover{background:var(--pressed)}
button:focus-visible:not([data-quiet]){outline:3px solid var(--accent);outline-offset:2px}
"""
)
Slide = dict[str, Any]  # as the browser takes it
KEY = "presentation"  # of the component; the session holds under it what the browser says
# Of the slides and what surrounds them, as static/ccsp-present.js names them.
COLOURS = {
    "paper": palette.PAPER,
    "ink": palette.SLIDE_INK,
    "soft": palette.QUIET,
    "line": palette.LINE,
    "band": palette.RAISED,
    "main": palette.SLIDE_MAIN,
    "improvement": palette.IMPROVEMENT.from_afar,
    "alert": palette.ALERT.from_afar,
    "neutral": palette.CHANGE.from_afar,
}
NOTICE = {
    "notice": palette.NOTICE,
    "on-notice": palette.ON_NOTICE,
    "notice-edge": palette.NOTICE_EDGE,
}
# The speaker's window is light in every room; so is the notice.
LIGHT = palette.variables(COLOURS)
LOOKS = (
    f".room{{{LIGHT};{palette.variables(NOTICE)}}}"
    + "".join(
        f".room.{theme}{{{palette.variables(COLOURS, theme)}}}"
        + html.recolour_rules(theme, f".{theme}")
        for theme in ("dark", "projector")
    )
    # From the back of a lit room: strong lines.
    + '.projector svg [fill="none"][stroke]{stroke-width:4px}'
)
THEMES = {"light": "Clair", "dark": "Sombre", "projector": "Projecteur"}


@cache
def _component() -> Callable[..., Any]:
    script = (ROOT / "static" / "ccsp-present.js").read_text(encoding="utf-8")
    return st.components.v2.component("ccsp_presentation", html=BUTTON, css=BUTTON_STYLE, js=script)


def is_started() -> bool:
    """Whether the presentation is on the person's screen: the browser says when it starts and when it is closed."""
    said = st.session_state.get(KEY)
    return bool(said.get("running")) if isinstance(said, Mapping) else False


def deck_and_slides(
    person: Person, question: Question, story: Story, period: ClippedPeriod
) -> tuple[Deck, tuple[Slide, ...] | None]:
    """The story over the filters in force; and its slides as the browser takes them, once it is started.

    Until then None: their pictures cost twelve times what the page does, and most who open it do not start.
    """
    slides = deck.slides(person, question, story, period) if is_started() else None
    return deck.build(person, question, story, period), slides


def button(
    story: Story, presentation: Deck, slides: tuple[Slide, ...] | None, theme: str, seconds: int
) -> None:
    """The button that starts the presentation; where there are slides, they go to the browser with it."""
    fixed = (
        {"departement", "type"} if story.site else {"departement"} if story.department else set()
    )
    # A free period is set on the page, where its days can be typed.
    choices = [
        {
            "name": name,
            "label": filter_names.NAMES[name],
            "value": filter_state.value(name),
            "options": [
                [value, text]
                for value, text in filter_state.options(name).items()
                if value != filter_state.OTHER
            ],
        }
        for name in EVERY_FILTER
        if name not in fixed
    ]
    _component()(
        key=KEY,
        on_filter_change=_filtered,
        on_running_change=_asked,
        default={"running": 0},
        data={
            "slides": slides and list(slides),
            "foot": presentation.foot,
            "filters": choices,
            "theme": theme,
            "seconds": seconds,
            "css": LOOKS,
            "light": LIGHT,
        },
    )


def _asked() -> None:
    """The run that follows reads it; Streamlit keeps what a component says only where somebody is to be called."""


def _filtered() -> None:
    said = st.session_state[KEY]
    asked = said.get("filter") if isinstance(said, Mapping) else None
    for name, wanted in asked.items() if isinstance(asked, dict) else ():
        if name in EVERY_FILTER and isinstance(wanted, str) and wanted != filter_state.value(name):
            filter_state.choose(name, wanted)
            st.session_state.pop(f"filtre_{name}", None)
