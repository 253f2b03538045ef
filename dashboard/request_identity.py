"""Who asks, as the gate says it to the application with each request, and the cache in which it is looked up.

Before: `dashboard.accounts.session_cache`. After: the gate (`dashboard.web`), which writes it; `dashboard.ui.session`, which
reads it.
"""

from contextvars import ContextVar

from dashboard.accounts.session_cache import SessionCache, limits
from dashboard.answers.context import engine

# The gate says who asks in this header, in place of whatever a browser wrote there; Streamlit keeps it as long as the page is
# open, and gives a page back to nobody else.
HEADER = "ccsp-account"
USER_HEADERS = {HEADER: "account"}  # server.trustedUserHeaders
# And in this one the number of the sign-in by which the page's browser came in. Streamlit does not compare it: a page goes on
# with a later sign-in.
ENTRY = "ccsp-entry"
# The same, of the connection on which something is asked at this moment: all that Streamlit does for it runs in its context.
CURRENT_ACCOUNT: ContextVar[str | None] = ContextVar("asking", default=None)
# And in which browser: the SHA-256 of its sign-in's token, "" where nobody signs in.
BROWSER: ContextVar[str] = ContextVar("browser", default="")

SESSION_CACHE = SessionCache(engine, limits)
