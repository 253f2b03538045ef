"""The forms of the gate: to sign in, to sign out, to change a password, to come in as a guest. Nothing here needs a script.

Before: `dashboard.ui.sign_in`. After: `dashboard.accounts.sign_ins`, which decides; `dashboard.ui.by_provider`, the way by the
provider of identities.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable, Mapping
from secrets import token_bytes
from urllib.parse import parse_qs, parse_qsl, urlencode

import anyio.to_thread
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope

from dashboard.accounts import guest_links, reauthentication, sign_in_request, sign_ins
from dashboard.accounts.rights import Role
from dashboard.accounts.session_cache import CachedSession, SessionCache, State
from dashboard.accounts.sign_in_request import Browser, Refusal, new_token
from dashboard.answers.context import is_disk_full, outage_reason
from dashboard.navigation import PAGES
from dashboard.settings import load_settings
from dashboard.ui import error_messages, filters, sign_in_pages
from dashboard.ui.by_provider import (
    BACK,
    CONFIRM,
    IN,
    LEAVE,
    UNDER_WAY,
    ProviderSignIn,
    signed_out_page,
)
from dashboard.ui.desk import KNOWN_AT_ONCE, SignInQueue, Visitor
from dashboard.ui.line import QueueFull
from dashboard.ui.origin import MOST_ASKED

LOG = logging.getLogger("ccsp")
OUT, CHANGE, INVITED, FIRST = "/deconnexion", "/mot-de-passe", "/invitation", "/premiere-connexion"
BY_LINK = frozenset({INVITED, FIRST})  # forms that a link fills in
FORMS = BY_LINK | {IN, OUT, CHANGE, LEAVE, BACK, CONFIRM}
LARGEST = 4_096  # bytes of a form
NEXT = "suite"  # the page that was wanted, in the address of the form
NOT_HERE = "On se connecte ici avec le compte du ministère : aucun mot de passe du tableau de bord n'ouvre."
GONE = {
    State.LAPSED: "Votre session a expiré : se connecter de nouveau.",
    State.ENDED: "Votre session a été fermée : se connecter de nouveau.",
}
GUEST_GONE = (
    "Vous étiez entré par un lien d'invités : le rouvrir, ou en demander un autre s'il est fini."
)
OLD_FORM = "Ce formulaire était ouvert depuis trop longtemps : le remplir de nouveau."
SECRET = token_bytes(32)  # of this process: a form of an earlier one is filled in again


def wanted_page(scope: Scope) -> str:
    """The page that is asked for, as the form's address carries it: a name and filters of ours, never an address."""
    name = scope["path"].strip("/")
    if name not in {page.url_path for page in PAGES}:
        return ""
    return f"?{urlencode([(NEXT, name), *_filters(scope)])}"


def _filters(scope: Scope) -> list[tuple[str, str]]:
    return [
        (name, value[:200])
        for name, value in parse_qsl(
            scope["query_string"].decode("latin-1"), max_num_fields=MOST_ASKED
        )
        if name in filters.DEFAULTS
    ]


def page_after_sign_in(scope: Scope) -> str:
    """Where a sign-in leads: the page that the form's address names."""
    asked = dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=MOST_ASKED))
    name = asked.get(NEXT, "")
    if name not in {page.url_path for page in PAGES[1:]}:
        name = ""
    query = urlencode(_filters(scope))
    return f"/{name}{'?' if query else ''}{query}"


class Forms:
    """Answers what is asked of the gate's own pages."""

    def __init__(self, lookout: SessionCache) -> None:
        self.lookout = lookout
        # Who came in from a browser before is not kept waiting by those who try from elsewhere, or from the same office.
        self.desk, self.desk_of_known = SignInQueue(), SignInQueue(KNOWN_AT_ONCE)
        self.by_provider = ProviderSignIn(lookout)

    async def answer(
        self, scope: Scope, receive: Receive, visitor: Visitor, seen: CachedSession
    ) -> Response:
        """The page, or what a form that was sent leads to."""
        path, method = scope["path"], scope["method"]
        # Pressed twice, the form comes a second time with the token that the first one replaced.
        again = path == CONFIRM and method == "POST" and seen.just_replaced
        if path in (CHANGE, CONFIRM) and seen.state != State.OPEN and not again:
            return RedirectResponse(IN, 303)
        if path == CONFIRM and (elsewhere := await self._needs_no_proof(method, seen)):
            return elsewhere
        if path == CHANGE and seen.holder and not (seen.holder.password or seen.holder.must_change):
            return RedirectResponse("/", 303)  # no password opens it: there is none to change
        if path in (LEAVE, BACK):
            return await self._by_provider(scope, visitor)
        if (
            path == IN
            and method == "GET"
            and (answer := self.by_provider.after_leaving(scope, visitor))
        ):
            return answer
        if method in ("GET", "HEAD"):
            return self._shown(scope, visitor, seen)
        if method != "POST":
            return PlainTextResponse("Cette demande n'existe pas.", 405, {"allow": "GET, POST"})
        if path == OUT:
            return await self._out(scope, visitor, seen)
        sent = await _fields(receive)
        if sent is None:
            return PlainTextResponse("Ce formulaire est trop long.", 413)
        typed = sent.get("lien" if path in BY_LINK else "nom", "")
        if path == CONFIRM and seen.session and seen.session.issuer:
            return RedirectResponse(CONFIRM, 303)  # no password opens this account
        if not (visitor.form and _is_of(sent.get("jeton", ""), visitor.form)):
            return self._form(scope, visitor, seen, OLD_FORM, 403, typed)
        try:
            if path == INVITED:
                return await self._invited(scope, visitor, seen, sent)
            if path in (IN, FIRST) and not load_settings().local_accounts:
                return self._form(scope, visitor, seen, NOT_HERE, 403)
            if path == FIRST:
                return await self._first(scope, visitor, seen, sent)
            if path == IN:
                return await self._in(scope, receive, visitor, seen, sent)
            if path == CONFIRM:
                return await self._confirm(scope, receive, visitor, seen, sent)
            return await self._change(scope, receive, visitor, seen, sent)
        except QueueFull:
            answer = self._form(scope, visitor, seen, sign_in_pages.CROWD, 503, typed)
            answer.headers["retry-after"] = "5"
            return answer
        except Exception as error:
            # The form again, with what was typed: who sent it is told that it came to nothing.
            if not (why := await anyio.to_thread.run_sync(_in_vain, error)):
                raise
            return self._form(scope, visitor, seen, why, 503, typed)

    def _shown(self, scope: Scope, visitor: Visitor, seen: CachedSession) -> Response:
        if scope["path"] == OUT:
            return HTMLResponse(sign_in_pages.leave())
        if scope["path"] == IN and seen.state == State.OPEN and seen.holder:
            return HTMLResponse(sign_in_pages.signed_in(seen.holder.name))
        return self._form(scope, visitor, seen, _gone(seen) if scope["path"] == IN else "")

    def _form(
        self,
        scope: Scope,
        visitor: Visitor,
        seen: CachedSession,
        why: str = "",
        status: int = 200,
        typed: str = "",
    ) -> Response:
        """The form, with a token that only this browser can send back. typed: the name or the link that it was sent with."""
        form = visitor.form or new_token()
        query = scope["query_string"].decode("latin-1")
        action = f"{scope['path']}{'?' if query else ''}{query}"
        if scope["path"] in BY_LINK:
            inside = seen.holder.name if seen.state == State.OPEN and seen.holder else ""
            page = sign_in_pages.first_sign_in if scope["path"] == FIRST else sign_in_pages.invited
            body = page(_signed(form), inside, why, typed)
        elif scope["path"] == CONFIRM:
            holder, entry = seen.holder, seen.session
            body = sign_in_pages.confirm(
                _signed(form),
                holder.name if holder else "",
                by_provider=bool(entry and entry.issuer),
                why=why,
            )
        elif scope["path"] == CHANGE:
            first = bool(seen.holder and seen.holder.must_change)
            by_link = first and bool(seen.holder and seen.holder.password is None)
            body = sign_in_pages.new_password(
                _signed(form), action, first=first, by_link=by_link, why=why
            )
        else:
            body = sign_in_pages.sign_in(_signed(form), action, why, typed)
        answer = HTMLResponse(body, status)
        visitor.give(answer, "formulaire", form)
        return answer

    async def _in(
        self,
        scope: Scope,
        receive: Receive,
        visitor: Visitor,
        seen: CachedSession,
        sent: Mapping[str, str],
    ) -> Response:
        name, password = sent.get("nom", ""), sent.get("mot_de_passe", "")
        browser = Browser(visitor.token, visitor.known_by, visitor.address)
        try:
            token = await self._taken(
                visitor,
                receive,
                lambda: sign_ins.sign_in(self.lookout.engine(), name, password, browser),
            )
        except Refusal as reason:
            return self._form(scope, visitor, seen, str(reason), 401, name)
        return self._entered(visitor, browser, token, page_after_sign_in(scope))

    async def _needs_no_proof(self, method: str, seen: CachedSession) -> Response | None:
        """What answers who has nothing to confirm: a guest, who has no password; who has not chosen his yet; who just did."""
        if seen.holder is None or seen.holder.role == Role.GUEST:
            return RedirectResponse("/", 303)
        if seen.holder.must_change:
            return RedirectResponse(CHANGE, 303)
        if method == "GET" and await anyio.to_thread.run_sync(
            reauthentication.is_recent, self.lookout.engine(), seen.holder.id, seen.latest_number
        ):
            return HTMLResponse(sign_in_pages.confirmed(seen.holder.name))
        return None

    async def _confirm(
        self,
        scope: Scope,
        receive: Receive,
        visitor: Visitor,
        seen: CachedSession,
        sent: Mapping[str, str],
    ) -> Response:
        """Who is signed in gives his password again; his pages go on."""
        browser = Browser(visitor.token, visitor.known_by, visitor.address)
        password = sent.get("mot_de_passe", "")
        try:
            token = await self._taken(
                visitor,
                receive,
                lambda: sign_ins.confirm_password(self.lookout.engine(), password, browser),
            )
        except Refusal as reason:
            return self._form(scope, visitor, seen, str(reason), 401)
        return self._entered(visitor, browser, token, CONFIRM)

    async def _invited(
        self, scope: Scope, visitor: Visitor, seen: CachedSession, sent: Mapping[str, str]
    ) -> Response:
        """A guest comes in by his link: by sending the form, for what only looks at an address uses nothing up. He stands in no
        line: no password is looked at, and who tries names keeps no workshop waiting."""
        # It does not become a browser that is known: whoever has the link may open it anywhere.
        browser = Browser(visitor.token, "", visitor.address, new_mark="")
        link = sent.get("lien", "").strip().rpartition("#")[2]
        try:
            token = await anyio.to_thread.run_sync(
                guest_links.sign_in_guest, self.lookout.engine(), link, browser
            )
        except Refusal as reason:
            return self._form(scope, visitor, seen, str(reason), 401)
        return self._entered(visitor, browser, token, "/")

    async def _first(
        self, scope: Scope, visitor: Visitor, seen: CachedSession, sent: Mapping[str, str]
    ) -> Response:
        """Somebody comes in by the link of his first password: in no line, so that nobody who tries names keeps him waiting."""
        browser = Browser(visitor.token, visitor.known_by, visitor.address)
        link = sent.get("lien", "").strip().rpartition("#")[2]
        try:
            token = await anyio.to_thread.run_sync(
                sign_ins.sign_in_by_first_link, self.lookout.engine(), link, browser
            )
        except Refusal as reason:
            return self._form(scope, visitor, seen, str(reason), 401)
        return self._entered(visitor, browser, token, CHANGE)

    async def _by_provider(self, scope: Scope, visitor: Visitor) -> Response:
        """To the provider of identities, or back from it."""
        if scope["method"] != "GET" or not load_settings().oidc_issuer:
            return RedirectResponse(IN, 303)
        try:
            if scope["path"] == LEAVE:
                return await self.by_provider.leave(scope, visitor, page_after_sign_in(scope))
            answer = self._entered(visitor, *await self.by_provider.back(scope, visitor))
        except QueueFull:
            return HTMLResponse(sign_in_pages.too_many_visitors(), 503, {"retry-after": "5"})
        except Refusal as reason:
            return self.by_provider.refused(visitor, reason)
        visitor.give(answer, UNDER_WAY, "")
        return answer

    async def _change(
        self,
        scope: Scope,
        receive: Receive,
        visitor: Visitor,
        seen: CachedSession,
        sent: Mapping[str, str],
    ) -> Response:
        old, new = sent.get("mot_de_passe", ""), sent.get("nouveau", "")
        if new != sent.get("encore", ""):
            why = "Le nouveau mot de passe n'est pas écrit deux fois de la même façon."
            return self._form(scope, visitor, seen, why, 400)
        browser = Browser(visitor.token, visitor.known_by, visitor.address)
        try:
            token = await self._taken(
                visitor,
                receive,
                lambda: sign_ins.change_password(self.lookout.engine(), old, new, browser),
            )
        except Refusal as reason:
            return self._form(scope, visitor, seen, str(reason), 400)
        return self._entered(visitor, browser, token, page_after_sign_in(scope))

    async def _taken(self, visitor: Visitor, receive: Receive, work: Callable[[], str]) -> str:
        """Do the work when the turn of this browser comes: of its account, where it is known, or of its address. Raises Full,
        Refusal."""
        account = await anyio.to_thread.run_sync(
            sign_ins.known_account, self.lookout.engine(), visitor.known_by
        )
        desk, whose = (self.desk_of_known, account) if account else (self.desk, visitor.address)
        gone = asyncio.ensure_future(receive())  # once a form is here, nothing comes but that
        try:
            return await desk.take(whose, work, gone)
        finally:
            gone.cancel()

    def _entered(self, visitor: Visitor, browser: Browser, token: str, where: str) -> Response:
        self.lookout.forget_account_of(sign_in_request.digest(visitor.token))
        answer = RedirectResponse(where, 303)
        visitor.give(answer, "session", token)
        if browser.new_mark:
            known_for = int(sign_in_request.KNOWN_FOR.total_seconds())
            visitor.give(answer, "navigateur", browser.new_mark, known_for)
        visitor.give(answer, "formulaire", "")
        return answer

    async def _out(self, scope: Scope, visitor: Visitor, seen: CachedSession) -> Response:
        further = ""
        if visitor.token:
            await anyio.to_thread.run_sync(sign_ins.sign_out, self.lookout.engine(), visitor.token)
            self.lookout.forget_account_of(sign_in_request.digest(visitor.token))
            further = await self.by_provider.way_out(scope, visitor, seen)
        # Where the provider is left too, the browser keeps a token that opens nothing: by it is seen that it never got there.
        return signed_out_page(visitor, further, forgets=not further)


async def _fields(receive: Receive) -> dict[str, str] | None:
    """What a form sent; None where it is longer than any of ours."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            break
    try:
        found = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def _gone(seen: CachedSession) -> str:
    """Why who was signed in is asked to do it again; "" where nobody was."""
    if seen.holder and seen.holder.role == Role.GUEST:
        return GUEST_GONE
    return GONE.get(seen.state, "") if seen.session else ""


def _in_vain(error: Exception) -> str:
    """Why a form that was sent came to nothing; "" where it is a fault of ours."""
    if why := outage_reason(error):
        LOG.warning("a form came to nothing", exc_info=error)
        return f"{why} Rien n'est fait : recommencer dans un moment."
    if is_disk_full(error):
        return f"{error_messages.failed(error)} {error_messages.to_report(error_messages.incident(error))}"
    return ""


def _is_of(sent: str, form: str) -> bool:
    """Whether what a form sent is the token that this browser was given."""
    return hmac.compare_digest(sent.encode(errors="replace"), _signed(form).encode())


def _signed(form: str) -> str:
    return hmac.new(SECRET, form.encode(), "sha256").hexdigest()
