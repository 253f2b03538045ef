"""One OpenID Connect authorization flow, begun in a browser, with the values that are derived from it.

After: `dashboard.accounts.identity_provider`, which sends them to the provider and checks what comes back.
"""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from urllib.parse import quote, unquote

from dashboard.accounts import shared_keys

WITHIN = 600  # seconds from the button to coming back
LONGEST_PAGE = 1_500  # characters of the address of the page that was asked for


@dataclass(frozen=True)
class SignInFlow:
    """One authorization flow, begun in a browser, which keeps `text` in a cookie; the values that the provider gets
    are derived from it."""

    text: str

    @classmethod
    def begin(cls, page: str) -> "SignInFlow":
        """A new flow. page: where the person is sent after signing in."""
        page = page if len(page) <= LONGEST_PAGE else "/"
        return cls(
            f"{secrets.token_urlsafe(32)}.{int(time.time()) + WITHIN}.{quote(page, safe='')}"
        )

    @property
    def state(self) -> str:
        """The OAuth `state`, which has to come back unchanged."""
        return self._derive("state")

    @property
    def nonce(self) -> str:
        """The `nonce` that the ID token must contain: it proves that the token was issued for this flow."""
        return self._derive("nonce")

    @property
    def verifier(self) -> str:
        """The PKCE code verifier, without which the code is worth nothing."""
        return self._derive("verifier")

    @property
    def page(self) -> str:
        """Where the person is sent after signing in."""
        return unquote(self.text.rpartition(".")[2])

    @property
    def expires_at(self) -> int:
        """Until when the person may come back, in seconds of the clock."""
        return int(self.text.split(".")[1])

    @property
    def began_at(self) -> int:
        """When the flow began, in seconds of the clock."""
        return self.expires_at - WITHIN

    def accepts_state(self, state: str) -> bool:
        """Whether `state` is the one of this flow and the flow has not expired."""
        mine = self.state.encode()
        return (
            hmac.compare_digest(state.encode(errors="replace"), mine)
            and self.expires_at > time.time()
        )

    def _derive(self, what: str) -> str:
        """A value derived from the flow's text by a key that all processes of the database have. what: which one."""
        found = hmac.digest(shared_keys.key("flow"), f"{what}:{self.text}".encode(), "sha256")
        return urlsafe_b64encode(found).rstrip(b"=").decode()
