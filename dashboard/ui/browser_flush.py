"""When what a page says goes to the browser: the finding first, the rest behind it.

Streamlit hands over what was said every 5 ms, and a page whose answers are known is made in little more: all of it came at once,
and the browser drew seventy things before it showed one. A finding that came alone is drawn by itself, in a fraction of that.
"""

import time

from streamlit.runtime import runtime

EVERY = 0.001  # seconds between two flushes
HEAD_START = 0.002  # seconds in which the output so far is sent before more is written


def flush_often() -> None:
    """Have what pages say handed over as soon as it is said, nearly.

    The interval is no setting of Streamlit's: tests/ui/test_browser_flush.py holds that it is still read there.
    """
    runtime.MESSAGE_FLUSH_INTERVAL_SECS = EVERY  # type: ignore[attr-defined]  # not exported by Streamlit


def flush_to_browser() -> None:
    """Let what the page has said so far reach the browser before the rest."""
    time.sleep(HEAD_START)
