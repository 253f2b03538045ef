"""The fields of a form of the gate, and its token, which proves that it comes from the browser that was shown it (CSRF).

After: `dashboard.web.sign_in_forms`.
"""

import hmac
from urllib.parse import parse_qs

from starlette.types import Receive

from dashboard.accounts import shared_keys

LARGEST = 4_096  # bytes of a form


async def read_fields(receive: Receive) -> dict[str, str] | None:
    """The fields of a form, by name; None where it is longer than any of ours."""
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


def sign_token(token: str) -> str:
    """The token to be put into a form. token: the one in the browser's cookie."""
    return hmac.new(shared_keys.key("form"), token.encode(), "sha256").hexdigest()


def is_signed_token(sent: str, token: str) -> bool:
    """Whether the token that a form sent belongs to the browser's cookie."""
    return hmac.compare_digest(sent.encode(errors="replace"), sign_token(token).encode())
