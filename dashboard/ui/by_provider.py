"""The way by the provider of identities: a button leads there, it leads back with a code, and who it says it is comes in.

Before: `dashboard.ui.sign_in_forms`. After: `dashboard.accounts.identity_provider`, `dashboard.accounts.provider_identities`,
which decide.
"""

import time
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from dashboard.accounts import (
    identity_provider,
    provider_identities,
    sign_in_flow,
    sign_in_request,
)
from dashboard.accounts.identity_provider import STALE, Provider
from dashboard.accounts.session_cache import CachedSession, SessionCache
from dashboard.accounts.sign_in_flow import SignInFlow
from dashboard.accounts.sign_in_request import Browser, Refusal, new_token
from dashboard.settings import load_settings
from dashboard.ui import origin, sign_in_pages
from dashboard.ui.desk import SignInQueue, Visitor
from dashboard.ui.line import QueueFull

ANOTHER = "autre=oui"  # in the address: somebody else than who is signed in at the provider
AGAIN = "encore=oui"  # who is signed in here says there anew who he is
IN, LEAVE, BACK, CONFIRM = (
    "/connexion",
    "/connexion/ministere",
    "/connexion/retour",
    "/confirmation",
)
# Who wait for the provider's answers: each in a thread that is for nothing else, ten seconds an answer at most.
AT_ONCE = 64
AT_MOST = 2_000  # people of whom is kept what they need to sign out there
Kept = TypeVar("Kept")
UNDER_WAY = "identite"  # the cookie that knows a way begun in this browser


class ProviderSignIn:
    """Leads to the provider and lets in who comes back."""

    def __init__(self, lookout: SessionCache) -> None:
        self.lookout, self.provider, self.desk = lookout, Provider(), SignInQueue(AT_ONCE)
        self.used: dict[
            str, int
        ] = {}  # ways that were come back by, until they would be too old anyway
        # By the digest of a sign-in's token: what the provider signed, to sign out there; and who signed out here and is not
        # known to be back from there: what he comes back with, and where he is led.
        self.proofs: dict[str, str] = {}
        self.leaving: dict[str, tuple[str, str]] = {}

    async def leave(self, scope: Scope, visitor: Visitor, page: str) -> Response:
        """To the provider, by a new way that this browser keeps, where somebody pressed the button for it: it may let him in
        without a word, and a page elsewhere could lead here too. page: where it leads in the end. Raises Refusal, Full."""
        if Headers(scope=scope).get("sec-fetch-site", "same-origin") != "same-origin":
            return RedirectResponse(IN, 303)
        asked, back = scope["query_string"].decode("latin-1"), _back(scope)
        # A way that leads to the confirmation is one: no page of ours is called so.
        way = SignInFlow.begin(CONFIRM if asked == AGAIN else page)
        anew = asked in (ANOTHER, AGAIN)
        answer = RedirectResponse(
            await self.desk.take(
                visitor.address,
                lambda: self.provider.authorization_url(way, back, force_login=anew),
            ),
            303,
        )
        visitor.give(answer, UNDER_WAY, way.text, sign_in_flow.WITHIN)
        return answer

    async def back(self, scope: Scope, visitor: Visitor) -> tuple[Browser, str, str]:
        """Who comes back, let in: his browser, the token of the new sign-in, the page that was wanted. Raises Refusal, Full."""
        said = dict(
            parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=origin.MOST_ASKED)
        )
        way = self._way(visitor, said)
        if "error" in said or not said.get("code"):
            raise Refusal(identity_provider.DECLINED)
        browser = Browser(visitor.token, visitor.known_by, visitor.address)
        back = _back(scope)

        def enter() -> tuple[str, str]:
            engine = self.lookout.engine()
            told = self.provider.fetch_identity(
                said["code"], way, back, lambda *who: provider_identities.is_known(engine, *who)
            )
            again = way.page == CONFIRM
            if again and (
                told.auth_age is None
                or told.auth_age > time.time() - way.began_at + identity_provider.LEEWAY
            ):
                raise identity_provider.no_fresh_proof()
            return provider_identities.sign_in_by_identity(
                engine, told, browser, same_account=again
            ), told.id_token

        token, proof = await self.desk.take(visitor.address, enter)
        _keep(self.proofs, sign_in_request.digest(token), proof)
        return browser, token, way.page

    def _way(self, visitor: Visitor, said: dict[str, str]) -> SignInFlow:
        """The way that this browser left by, which ends here. Raises Refusal."""
        way, now = SignInFlow(visitor.way), int(time.time())
        if not visitor.way or not way.accepts_state(said.get("state", "")) or way.text in self.used:
            raise Refusal(STALE)
        self.used = {one: ends for one, ends in self.used.items() if ends > now}
        self.used[way.text] = way.expires_at
        if said.get("iss", load_settings().oidc_issuer) != load_settings().oidc_issuer:
            raise identity_provider.untrusted_answer("another issuer came back")
        return way

    async def way_out(self, scope: Scope, visitor: Visitor, seen: CachedSession) -> str:
        """Where who came in by the provider signs out of it too; "" where he did not, or where it has no such place."""
        if not (
            seen.session
            and seen.session.issuer
            and seen.session.issuer == load_settings().oidc_issuer
        ):
            return ""
        key, back = sign_in_request.digest(visitor.token), new_token()
        proof, here = self.proofs.pop(key, ""), f"{_here(scope)}{IN}"
        try:
            further = await self.desk.take(
                visitor.address, lambda: self.provider.logout_url(proof, here, back)
            )
        except QueueFull:
            return ""
        if further:
            _keep(self.leaving, key, (back, further))
        return further

    def after_leaving(self, scope: Scope, visitor: Visitor) -> Response | None:
        """What answers, at the form's address, who signed out and comes back: from the provider, where he did too; or without
        ever having been there. The answer that led him may have been lost, or not been read, and whoever sat down next would
        come in by the provider as him. None for everybody else."""
        key = sign_in_request.digest(visitor.token)
        back, further = self.leaving.pop(key, ("", ""))
        if not back:
            return None
        said = dict(
            parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=origin.MOST_ASKED)
        )
        if said.get("state") != back:
            return signed_out_page(visitor, further, forgets=True)
        answer = RedirectResponse(IN, 303)
        visitor.give(answer, "session", "")
        return answer

    def refused(self, visitor: Visitor, why: Refusal) -> Response:
        """That nobody comes in, and why."""
        answers = not isinstance(why, identity_provider.ProviderUnavailable)
        again = bool(visitor.way) and SignInFlow(visitor.way).page == CONFIRM
        page = sign_in_pages.unconfirmed if again else sign_in_pages.refused
        body = page(str(why), answers=answers)
        answer = HTMLResponse(body, 401 if answers else 503)
        visitor.give(answer, UNDER_WAY, "")
        return answer


def signed_out_page(visitor: Visitor, further: str, *, forgets: bool) -> Response:
    """That nobody is signed in here any more. further: where the provider is left too; forgets: whether the browser is to forget
    who was."""
    headers = {"clear-site-data": '"storage"'}
    if further:
        # A page leads there, and not the answer to the form: to a form's answer the policy opens no other place.
        headers["refresh"] = f"0;url={further}"
    answer = HTMLResponse(sign_in_pages.signed_out(further), headers=headers)
    if forgets:
        visitor.give(answer, "session", "")
    return answer


def _keep(kept: dict[str, Kept], key: str, what: Kept) -> None:
    if len(kept) > AT_MOST:
        kept.clear()
    kept[key] = what


def _here(scope: Scope) -> str:
    """Our own address, by the name that the browser knows us by: one of ours, and one that the provider knows or refuses."""
    scheme = "https" if origin.is_https(scope) else "http"
    return f"{scheme}://{Headers(scope=scope)['host'].lower()}"


def _back(scope: Scope) -> str:
    return f"{_here(scope)}{BACK}"
