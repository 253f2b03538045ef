"""What a browser session holds: who asks, and the names of the session's keys."""

from dashboard.accounts.rights import LOCAL_READER, Person

FILTERS = "filters"  # the filters in force: dict of URL name to value
NOTICES = "notices"  # values of the URL that could not be used, to be said once


def person() -> Person:
    """Who asks, looked up at each run and in each fragment."""
    return LOCAL_READER
