"""The identity of who asks, as the gate passes it to the application with each request, and the cache in which it is looked up.

Before: `dashboard.accounts.session_cache`. After: the gate (`dashboard.web`), which writes it; `dashboard.ui.session`, which
reads it.
"""

from contextvars import ContextVar

from dashboard.accounts.session_cache import SessionCache, limits
from dashboard.answers.context import engine

# The gate sets this header, whatever the browser sent; Streamlit keeps its value as long as the page is
# open, and lets nobody else reconnect to the page.
HEADER = "ccsp-account"
USER_HEADERS = {HEADER: "account"}  # server.trustedUserHeaders
# The number of the sign-in with which the page was opened. Streamlit does not compare it: a page continues
# with a later sign-in.
ENTRY = "ccsp-entry"
# The value of HEADER for the current connection: all that Streamlit does for it runs in its context.
CURRENT_ACCOUNT: ContextVar[str | None] = ContextVar("asking", default=None)
# The current browser: the SHA-256 of its session's token, "" where nobody signs in.
BROWSER: ContextVar[str] = ContextVar("browser", default="")

SESSION_CACHE = SessionCache(engine, limits)
