"""What is made ready before the first reader comes: the pages' code, and their answers to the question they open with."""
import streamlit_folium
from streamlit.runtime import get_instance

from dashboard.access import LOCAL_READER
from dashboard.period import clip, resolve
from dashboard.stories import ready
from dashboard.ui import (  # noqa: F401  (the pages' parts are loaded here, so that no reader waits for them)
    alerts,
    attention,
    bulletin,
    changes,
    definitions,
    filters,
    follow,
    frame,
    guide,
    panels,
    present,
    report,
    sections,
    site_head,
    steering_map,
    store,
    targets,
)

# By which keys the pages cut the figures of what they are asked.
CUTS = ("nation", "site", "department", "service", "hour")


def warm() -> None:
    """Answer what every page asks when it is opened without filters, by whoever needs no sign-in; nothing where there
    are no data. Called once, between Streamlit's start and the first reader."""
    # The map's component makes itself known only where it is first loaded by a page.
    get_instance().component_registry.register_component(streamlit_folium._component_func)
    person, last = LOCAL_READER, store.freshness().as_of
    if last is None:
        return
    period = clip(resolve(filters.DEFAULTS["periode"], last), last)
    question = store.Question(period.period.first, period.period.last)
    for by in CUTS:
        store.figures(person, question, by)
    store.trend(person, question)
    store.comparison(person, question)
    sites = store.sites(person)
    follow.signals(person, ["nation", *sorted(set(sites["department"])), *sites["code"]])
    present.told(person, ready("national"), question, period)
