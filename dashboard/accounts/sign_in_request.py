"""The browser of a sign-in with its tokens, and the refusal of one.

After: `dashboard.accounts.sign_ins`, `failed_sign_ins` and `guest_links`.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

KNOWN_FOR = timedelta(days=90)  # a browser that signed in does not wait for what others got wrong


class Refusal(Exception):
    """A sign-in or a change was refused; the message says why, in a French sentence."""

    counted = True  # against the client's address: many refusals slow it down


def new_token() -> str:
    """A random token of 256 bits."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Browser:
    """The browser of a sign-in. token, old_mark: the session's token and the browser's mark that it sent, or "";
    new_mark: the one that it gets when the sign-in succeeds, "" for none; address: of the client.

    A mark changes with each sign-in, so that a copied one is worth nothing.
    """

    token: str
    old_mark: str
    address: str
    new_mark: str = field(default_factory=new_token)


def digest(token: str) -> str:
    """The SHA-256 under which the database stores a token or a mark."""
    return sha256(token.encode()).hexdigest()


def address_block(address: str) -> str:
    """The address, of IPv6 its /64 network, since one household has all the addresses of one."""
    try:
        one = ip_address(address)
    except ValueError:
        return address
    if isinstance(one, IPv6Address):
        return str(one.ipv4_mapped or ip_network((one, 64), strict=False))
    return str(one)


def journal_details(browser: Browser, how: str) -> dict[str, str]:
    """The details that the journal keeps of a sign-in: from where, and how (BY of
    `dashboard.actions.access_journal`)."""
    return {"from": browser.address, "by": how}
