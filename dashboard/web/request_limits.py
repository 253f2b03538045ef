"""Rate limits of requests: by address without a session, by account or guest link with one. What exceeds them waits before it
is processed, so that a flood from an address delays those there who are not signed in, and nobody else.

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

# Requests a second, and the burst before that. Of an address without a session: a hundred browsers that load
# the form, which is three. A browser asks a hundred times at its first visit, then once a second by each page that is looked at;
# of an account, fifty guests of one link at once.
OF_AN_ADDRESS, ADDRESS_AT_ONCE = 10.0, 300
OF_A_BROWSER, BROWSER_AT_ONCE = 10.0, 250
OF_AN_ACCOUNT, ACCOUNT_AT_ONCE = 100.0, 5_000
MOST = 10_000  # limits of each kind that are kept
Requester = tuple[str, str]  # the account or the address, and which of its browsers
LOCAL: Requester = ("", "")  # everybody at the machine, where nobody signs in


def requester(scope: Scope, cache: SessionCache = SESSION_CACHE) -> Requester:
    """The account or address of a request, and its browser, as far as they are known without asking the database."""
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
    """The rate limits of all requests."""

    def __init__(self) -> None:
        self._addresses = RecentLimits(lambda: AdmissionLimit(OF_AN_ADDRESS, ADDRESS_AT_ONCE))
        self._browsers = RecentLimits(lambda: AdmissionLimit(OF_A_BROWSER, BROWSER_AT_ONCE))
        self._accounts = RecentLimits(lambda: AdmissionLimit(OF_AN_ACCOUNT, ACCOUNT_AT_ONCE))

    async def may_ask(self, asker: Requester) -> bool:
        """Wait until this requester may send a request; False where that takes too long."""
        account, browser = asker
        if asker == LOCAL:
            return True
        if not browser:
            return await self._addresses.limit_of(account).admit()
        if not await self._browsers.limit_of(browser).admit():
            return False
        return await self._accounts.limit_of(account).admit(browser)


class RecentLimits:
    """The limits of those that asked last; the least recent ones are dropped."""

    def __init__(self, make: Callable[[], AdmissionLimit]) -> None:
        self._make, self._of = make, dict[str, AdmissionLimit]()

    def limit_of(self, name: str) -> AdmissionLimit:
        """The limit of a name, made where there is none."""
        found = self._of.pop(name, None) or self._make()
        self._of[name] = found
        if len(self._of) > MOST:
            del self._of[next(iter(self._of))]
        return found


REQUESTS = RequestRateLimits()
