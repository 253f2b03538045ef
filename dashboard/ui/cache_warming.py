"""What is made ready before the first reader comes: the pages' code, and the answers to the question they open with."""

import streamlit_folium
from streamlit.runtime import get_instance

from dashboard import filter_names
from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import cards as cards_of
from dashboard.answers import (
    context,
    control_charts,
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
from dashboard.stories import ready_story
from dashboard.ui import (
    filter_state,
)

# By which keys the pages cut the figures of what they are asked.
CUTS = ("nation", "site", "department", "service", "hour")
STORIES = ("national", "plaintes", "attentes")  # between them they ask nearly all that pages show


def warm() -> None:
    """Answer what every page asks when it is opened without filters, by whoever needs no sign-in; nothing where there
    are no data. Called once, between Streamlit's start and the first reader."""
    # The map's component makes itself known only where it is first loaded by a page.
    get_instance().component_registry.register_component(streamlit_folium._component_func)
    with context.page_run():
        person = LOCAL_READER
        last = network.freshness(person).known_to
        period = filter_state.period_of(network.usual_period(person), last) if last else None
        if period is None:
            return
        question = Question(period.period.first, period.period.last)
        for by in CUTS:
            figures.figures(person, question, by)
        known = network.sites(person)
        control_charts.signals(
            person,
            [
                "nation",
                *sorted({site.department for site in known}),
                *(site.code for site in known),
            ],
        )
        cards_of.metrics(person, question, codes_placed_in("period"))
        map_of.plot(person, question, filter_names.DEFAULTS["indicateur"])
        sites.side_by_side(person, question)
        opening_answers.replies(person, question)
        signals_of.signals(person, question)
        for story in filter(None, map(ready_story, STORIES)):
            deck.build(person, question, story, period)
