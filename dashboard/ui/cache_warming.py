"""Warming of caches: before the first reader comes the answers of the opening page, beside them those of the others; and again
for each new state of the data, before readers are shown it."""

import gc
import logging
import time
from contextlib import suppress
from enum import Enum
from threading import Thread

import streamlit_folium
from streamlit.runtime import get_instance

from dashboard import filter_names
from dashboard.accounts.rights import LOCAL_READER
from dashboard.actions import simulated_chances
from dashboard.answers import cards as cards_of
from dashboard.answers import (
    context,
    deck,
    figures,
    indicator_panels,
    network,
    news,
    opening_answers,
    opening_cards,
    quality_checks,
)
from dashboard.answers import map as map_of
from dashboard.answers import signals as signals_of
from dashboard.answers.question import Question
from dashboard.period import ClippedPeriod
from dashboard.stories import ready_story
from dashboard.ui import filter_state
from dashboard.ui.news import without_period

LOG = logging.getLogger("ccsp")
# Seconds: between two looks whether something was handed in; and from one new state of the data to the next, at least, where it
# is the only one, and where states keep coming.
LOOK, EVERY, LONGEST = 1, 10, 30
# The dimensions by which pages ask for figures.
CUTS = ("nation", "site", "department", "service", "hour")
AWAY = "the database does not answer, each page asks it by itself"  # a line of the log, once
STORIES = ("national", "plaintes", "attentes")  # together they need nearly all answers of the pages


class Look(Enum):
    """What a look at the data found."""

    SAME = "same"  # nothing new
    WAITS = "waits"  # something new, which is shown later
    SHOWN = "shown"  # something new, which readers are shown from now on


class Pace:
    """How soon after a new state the next one is shown: each makes readers' pages anew. What comes alone waits EVERY seconds at
    most; where one waited already when its turn came, the next waits twice as long as it did, and LONGEST at most."""

    def __init__(self) -> None:
        self.wait, self.shown_at, self.one_waited = float(EVERY), float("-inf"), False

    def is_too_soon(self, now: float) -> bool:
        """Whether a new state has to wait. now: seconds of a clock."""
        return now - self.shown_at < self.wait

    def after(self, found: Look, now: float) -> None:
        """Take in what a look found."""
        if found == Look.SHOWN:
            self.wait = min(2 * self.wait, LONGEST) if self.one_waited else EVERY
            self.shown_at, self.one_waited = now, False
        elif found == Look.WAITS:
            self.one_waited = True


def warm() -> None:
    """Compute what the opening page asks for when a local reader opens it without filters, and show readers this state of the
    data; then, beside them, what the other pages ask, and each new state of the data once it is ready. Called once, after
    Streamlit's start and before the first reader."""
    # The map's component registers itself only when a page first imports it.
    get_instance().component_registry.register_component(streamlit_folium._component_func)
    with suppress(context.Moved):  # a file came in meanwhile: the first look is of what it brought
        _show_latest()
    Thread(target=_follow, name="data", daemon=True).start()


def _follow() -> None:
    """Answer what all pages ask, then look again and again whether the data changed; without end."""
    try:
        with context.page_run():
            _answer_rest()
    except context.Moved:
        pass  # a file came in: what is left is answered when it is asked
    except Exception as error:
        _give_up(error)
    exempt_from_collection()
    pace, away = Pace(), False
    while True:
        time.sleep(LOOK)
        try:
            found = _show_latest(unless_new=pace.is_too_soon(time.monotonic()))
            pace.after(found, time.monotonic())
            if away:
                LOG.warning("the database answers again")
                away = False
            simulated_chances.keep_drawn()
            if found == Look.SHOWN:
                quality_checks.unchecked(LOCAL_READER)  # no opening page waits for it
        except context.Moved:
            continue  # a file came in meanwhile: the next look is of what it brought
        except Exception as error:
            _give_up(error)
            if not away and context.outage_reason(error):
                LOG.warning("%s: %s", AWAY, type(error).__name__)
                away = True


def exempt_from_collection() -> None:
    """Leave what the process holds by now out of garbage collection: looking through all of it holds every reader up for 0.2 s,
    and hardly any of it is ever let go."""
    gc.collect()
    gc.freeze()


def _give_up(error: Exception) -> None:
    """Show nothing in particular: each page asks the database by itself, and says what it answers."""
    context.publish(None)
    if not context.outage_reason(error):
        LOG.error("the data are not followed: readers wait for their answers", exc_info=error)


def _show_latest(*, unless_new: bool = False) -> Look:
    """Publish the latest state of the data, once the opening page's answers are there. unless_new: a new one waits, and the one
    before is shown for longer. Whatever the database raises is raised."""
    latest, shown = context.latest_snapshot(), context.published()
    is_new = latest != shown
    if is_new and unless_new and shown is not None:
        context.publish(shown)
        return Look.WAITS
    if is_new:
        if shown is not None:
            context.publish(shown)  # the database answers: it holds while the new one is readied
        with context.page_run(latest):
            _answer_opening()
    context.publish(latest)
    return Look.SHOWN if is_new else Look.SAME


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
    cards_of.metrics(person, question, opening_cards.codes(person, question), month_ends=True)
    map_of.plot(person, question, filter_names.DEFAULTS["indicateur"])
    opening_answers.shown(person, question)
    news.count(person, without_period(question), news.last_working_day(person))


def _answer_rest() -> None:
    """What the other pages ask, and the ready-made stories, which need nearly all answers."""
    opening = _opening()
    if opening is None:
        return
    person, (question, period) = LOCAL_READER, opening
    quality_checks.unchecked(person)
    indicator_panels.usual_panels(person, question)
    signals_of.signals(person, question)
    for story in filter(None, map(ready_story, STORIES)):
        deck.build(person, question, story, period)
