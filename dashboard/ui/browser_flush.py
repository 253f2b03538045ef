"""When a page's output is sent to the browser: the finding first, the rest after it.

Streamlit sends output every 5 ms, and a page whose answers are cached takes little more: everything came at once, and the
browser drew seventy elements before it showed one. A finding that comes alone is drawn in a fraction of that time.
"""

import time

from streamlit.runtime import runtime

EVERY = 0.001  # seconds between two flushes
HEAD_START = 0.002  # seconds in which the output so far is sent before more is written


def flush_often() -> None:
    """Make Streamlit send a page's output almost at once.

    The interval is no setting of Streamlit's: tests/ui/test_browser_flush.py checks that it is still read there.
    """
    runtime.MESSAGE_FLUSH_INTERVAL_SECS = EVERY  # type: ignore[attr-defined]  # not exported by Streamlit


def flush_to_browser() -> None:
    """Give the browser the output so far before the rest of the page."""
    time.sleep(HEAD_START)
