"""Warming of caches: before the first reader comes the answers of the opening page, beside them those of the others; and again
for each new state of the data, before readers are shown it."""

import logging
import time
from threading import Thread

import streamlit_folium
from streamlit.runtime import get_instance

from dashboard import filter_names
from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import cards as cards_of
from dashboard.answers import (
    context,
    deck,
    figures,
    network,
    opening_answers,
    sites,
)
from dashboard.answers import map as map_of
from dashboard.answers import signals as signals_of
from dashboard.answers.question import Question
from dashboard.indicators import codes_placed_in
from dashboard.period import ClippedPeriod
from dashboard.stories import ready_story
from dashboard.ui import filter_state

LOG = logging.getLogger("ccsp")
# Seconds: between two looks whether something was handed in; and from one new state of the data to the next, at least.
LOOK, EVERY = 1, 10
# The dimensions by which pages ask for figures.
CUTS = ("nation", "site", "department", "service", "hour")
STORIES = ("national", "plaintes", "attentes")  # together they need nearly all answers of the pages


def warm() -> None:
    """Compute what the opening page asks for when a local reader opens it without filters, and show readers this state of the
    data; then, beside them, what the other pages ask, and each new state of the data once it is ready. Called once, after
    Streamlit's start and before the first reader."""
    # The map's component registers itself only when a page first imports it.
    get_instance().component_registry.register_component(streamlit_folium._component_func)
    _show_latest()
    Thread(target=_follow, name="data", daemon=True).start()


def _follow() -> None:
    """Answer what all pages ask, then look again and again whether the data changed; without end."""
    try:
        with context.page_run():
            _answer_rest()
    except Exception as error:
        _give_up(error)
    changed_at = 0.0
    while True:
        time.sleep(LOOK)
        try:
            if _show_latest(unless_new=time.monotonic() - changed_at < EVERY):
                changed_at = time.monotonic()
        except Exception as error:
            _give_up(error)


def _give_up(error: Exception) -> None:
    """Show nothing in particular: each page asks the database by itself, and says what it answers."""
    context.publish(None)
    if not context.outage_reason(error):
        LOG.error("the data are not followed: readers wait for their answers", exc_info=error)


def _show_latest(*, unless_new: bool = False) -> bool:
    """Publish the latest state of the data, once the opening page's answers are there; whether it is a new one. unless_new: a new
    one waits, and the one before is shown for longer. Whatever the database raises is raised."""
    latest, shown = context.latest_snapshot(), context.published()
    is_new = latest != shown
    if is_new and unless_new and shown is not None:
        context.publish(shown)
        return False
    if is_new:
        if shown is not None:
            context.publish(shown)  # the database answers: it holds while the new one is readied
        with context.page_run(latest):
            _answer_opening()
    context.publish(latest)
    return is_new


def _opening() -> tuple[Question, ClippedPeriod] | None:
    """What the pages ask when they are opened without filters; None without data."""
    last = network.freshness(LOCAL_READER).known_to
    period = filter_state.period_of(network.usual_period(LOCAL_READER), last) if last else None
    if period is None:
        return None
    return Question(period.period.first, period.period.last), period


def _answer_opening() -> None:
    """The answers of the opening page."""
    opening = _opening()
    if opening is None:
        return
    person, (question, _) = LOCAL_READER, opening
    for by in CUTS:
        figures.figures(person, question, by)
    cards_of.metrics(person, question, codes_placed_in("period"))
    map_of.plot(person, question, filter_names.DEFAULTS["indicateur"])
    opening_answers.replies(person, question)


def _answer_rest() -> None:
    """What the other pages ask, and the ready-made stories, which need nearly all answers."""
    opening = _opening()
    if opening is None:
        return
    person, (question, period) = LOCAL_READER, opening
    sites.side_by_side(person, question)
    signals_of.signals(person, question)
    for story in filter(None, map(ready_story, STORIES)):
        deck.build(person, question, story, period)
