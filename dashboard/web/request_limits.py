"""Rate limits of requests: what an address asks without a session, and what an account or a link of guests asks with one, each
beyond what people need waits, before anything is done of it. So whoever floods from an address waits with those there who are not
signed in, and with nobody else.

Before: `dashboard.web.rate_limits`. After: `dashboard.web.connection`, which lets nothing else pass.
"""

from collections.abc import Callable

from starlette.types import Scope

from dashboard.accounts import sign_in_request
from dashboard.accounts.session_cache import SessionCache, State
from dashboard.request_identity import SESSION_CACHE
from dashboard.web import client_address
from dashboard.web.browser_cookies import visitor_of
from dashboard.web.rate_limits import AdmissionLimit

# Requests a second, and at once before that counts. Of an address, by whoever is not signed in: a hundred browsers that come for
# the form, which is three. A browser asks a hundred times at its first visit, then once a second by each page that is looked at;
# of an account, fifty guests of one link at once.
OF_AN_ADDRESS, ADDRESS_AT_ONCE = 10.0, 300
OF_A_BROWSER, BROWSER_AT_ONCE = 10.0, 250
OF_AN_ACCOUNT, ACCOUNT_AT_ONCE = 100.0, 5_000
MOST = 10_000  # of each kind, of which is known how fast they were
Requester = tuple[str, str]  # the account or the address, and which of its browsers
LOCAL: Requester = ("", "")  # everybody at the machine, where nobody signs in


def requester(scope: Scope, cache: SessionCache = SESSION_CACHE) -> Requester:
    """Whose request this is, as far as it is known without asking the database."""
    visitor = visitor_of(scope)
    if visitor.token:
        token = sign_in_request.digest(visitor.token)
        session = cache.last_session(token)
        if session.holder and session.state != State.ENDED:
            return session.holder.id, token
    reading = cache.last_snapshot(None)
    if reading and reading.is_open and client_address.is_local_request(scope):
        return LOCAL
    return f"at {sign_in_request.address_block(visitor.address)}", ""


class RequestRateLimits:
    """The limits of everybody's requests."""

    def __init__(self) -> None:
        self._addresses = RecentLimits(lambda: AdmissionLimit(OF_AN_ADDRESS, ADDRESS_AT_ONCE))
        self._browsers = RecentLimits(lambda: AdmissionLimit(OF_A_BROWSER, BROWSER_AT_ONCE))
        self._accounts = RecentLimits(lambda: AdmissionLimit(OF_AN_ACCOUNT, ACCOUNT_AT_ONCE))

    async def may_ask(self, asker: Requester) -> bool:
        """Wait until this one may ask; False where that takes too long."""
        account, browser = asker
        if asker == LOCAL:
            return True
        if not browser:
            return await self._addresses.of(account).admit()
        if not await self._browsers.of(browser).admit():
            return False
        return await self._accounts.of(account).admit(browser)


class RecentLimits:
    """The limits of those that asked last; of those that have not asked for longest none is kept."""

    def __init__(self, make: Callable[[], AdmissionLimit]) -> None:
        self._make, self._of = make, dict[str, AdmissionLimit]()

    def of(self, name: str) -> AdmissionLimit:
        """The limit of one."""
        found = self._of.pop(name, None) or self._make()
        self._of[name] = found
        if len(self._of) > MOST:
            del self._of[next(iter(self._of))]
        return found


REQUESTS = RequestRateLimits()
