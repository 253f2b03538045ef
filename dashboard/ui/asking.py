"""How fast is asked: what an address asks without a sign-in, and what an account or a link of guests asks with one, each beyond
what people need waits its turn, before anything is done of it. So whoever floods from an address waits with those there who are
not signed in, and with nobody else.

Before: `dashboard.ui.pace`, whose turns these are. After: `dashboard.ui.connection`, which lets nothing else pass.
"""

from collections.abc import Callable

from starlette.types import Scope

from dashboard.accounts import sign_in_request
from dashboard.accounts.session_cache import SessionCache, State
from dashboard.ui import origin
from dashboard.ui.pace import AdmissionLimit
from dashboard.ui.session import SESSION_CACHE
from dashboard.ui.sign_in import visitor_of

# Requests a second, and at once before that counts. Of an address, by whoever is not signed in: a hundred browsers that come for
# the form, which is three. A browser asks a hundred times at its first visit, then once a second by each page that is looked at;
# of an account, fifty guests of one link at once.
OF_A_PLACE, PLACE_AT_ONCE = 10.0, 300
OF_A_BROWSER, BROWSER_AT_ONCE = 10.0, 250
OF_AN_ACCOUNT, ACCOUNT_AT_ONCE = 100.0, 5_000
MOST = 10_000  # of each kind, of which is known how fast they were
Asker = tuple[str, str]  # the account or the address, and which of its browsers
LOCAL: Asker = ("", "")  # everybody at the machine, where nobody signs in


def requester(scope: Scope, lookout: SessionCache = SESSION_CACHE) -> Asker:
    """Whose request this is, as far as it is known without asking the database."""
    visitor = visitor_of(scope)
    if visitor.token:
        token = sign_in_request.digest(visitor.token)
        seen = lookout.last_session(token)
        if seen.holder and seen.state != State.ENDED:
            return seen.holder.id, token
    reading = lookout.last_snapshot(None)
    if reading and reading.is_open and origin.is_local_request(scope):
        return LOCAL
    return f"at {sign_in_request.address_block(visitor.address)}", ""


class Requests:
    """Of everybody."""

    def __init__(self) -> None:
        self._places = RecentTable(lambda: AdmissionLimit(OF_A_PLACE, PLACE_AT_ONCE))
        self._browsers = RecentTable(lambda: AdmissionLimit(OF_A_BROWSER, BROWSER_AT_ONCE))
        self._accounts = RecentTable(lambda: AdmissionLimit(OF_AN_ACCOUNT, ACCOUNT_AT_ONCE))

    async def may_ask(self, asker: Asker) -> bool:
        """Wait until it is this one's turn; False where that is too long."""
        account, browser = asker
        if asker == LOCAL:
            return True
        if not browser:
            return await self._places.of(account).come()
        return await self._browsers.of(browser).come() and await self._accounts.of(account).come(
            browser
        )


class RecentTable:
    """What is kept of each of many; of those that have not come for longest nothing."""

    def __init__(self, make: Callable[[], AdmissionLimit]) -> None:
        self._make, self._of = make, dict[str, AdmissionLimit]()

    def of(self, name: str) -> AdmissionLimit:
        """That of one."""
        found = self._of.pop(name, None) or self._make()
        self._of[name] = found
        if len(self._of) > MOST:
            del self._of[next(iter(self._of))]
        return found


REQUESTS = Requests()
