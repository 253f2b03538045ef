"""Where a request comes from and by which name it asks: what the network says, and nothing that a client says of itself.

After: `dashboard.web.access_filter`, `dashboard.web.authentication`.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from dashboard.settings import LOOPBACK_HOSTS, load_settings

# Whatever name leads here, only these are ours: a page elsewhere whose name points to this machine reads nothing.
HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\]")
WITH_PORT = re.compile(r"\[([0-9a-fA-F:.%]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+")
ANY = frozenset({"0.0.0.0", "::", "[::]"})
MOST_PARAMETERS = 30  # of an address of ours, or of a form's
# What a proxy adds: behind one, everybody seems to sit at this machine.
PASSED_ON = frozenset(
    "forwarded via x-forwarded x-real-ip x-client-ip x-cluster-client-ip true-client-ip fastly-client-ip".split()
)
PASSED_ON_BY = ("x-forwarded-", "x-envoy-", "x-arr-", "x-original-", "tailscale-", "cf-")


def host_name(host: str) -> str:
    """The name in a Host header, without the port."""
    return re.sub(r":\d{1,5}$", "", host.lower())


def public_host() -> str:
    """The host of PUBLIC_URL, with its port if it has one; "" without."""
    return urlsplit(load_settings().public_url).netloc.lower()


def is_allowed_host(host: str) -> bool:
    """Whether a Host header names the application by one of its own names."""
    name, settings = host_name(host), load_settings()
    if name in HERE or (public_host() and host.lower() == public_host()):
        return True
    if settings.host in LOOPBACK_HOSTS or public_host():
        return False
    # By our own certificate: a page elsewhere cannot pass for a name that the browser has not checked.
    return bool(NAME.fullmatch(name)) and (settings.host in ANY or name == settings.host.lower())


def is_https(scope: Scope) -> bool:
    """Whether the browser asks by https: our own, or that of the proxy that PUBLIC_URL speaks of."""
    host = Headers(scope=scope).get("host", "").lower()
    return scope["scheme"] in ("https", "wss") or (public_host() != "" and host == public_host())


def is_own_origin(scope: Scope) -> bool:
    """Whether the page that asks is one of ours; a browser always says which page asks, so silence is a no."""
    headers = Headers(scope=scope)
    scheme = "https" if is_https(scope) else "http"
    return headers.get("origin", "").lower() == f"{scheme}://{headers.get('host', '').lower()}"


def is_local_request(scope: Scope) -> bool:
    """Whether somebody asks who sits at this very machine, through nothing that could bring in others.

    A tunnel cannot be seen: who makes one lets in whom he likes.
    """
    headers, settings = Headers(scope=scope), load_settings()
    ends = (scope.get("server"), scope.get("client"))
    return (
        settings.host in LOOPBACK_HOSTS
        and not settings.public_url
        and all(end is not None and _is_loopback(end[0]) for end in ends)
        and host_name(headers.get("host", "")) in HERE
        and not any(n in PASSED_ON or n.startswith(PASSED_ON_BY) for n in headers)
    )


def client_address(scope: Scope) -> str:
    """The address that asks; behind a proxy of TRUSTED_PROXIES, the one that this proxy saw."""
    client = address_without_port((scope.get("client") or ("",))[0])
    trusted = {
        address_without_port(one)
        for one in load_settings().trusted_proxies.replace(",", " ").split()
    }
    forwarded = [
        address_without_port(part.strip())
        for value in Headers(scope=scope).getlist("x-forwarded-for")
        for part in value.split(",")
    ]
    # The last one is what the proxy itself wrote; those before it are what it was sent.
    while client in trusted and forwarded:
        client = forwarded.pop()
    return client[:45]


def address_without_port(written: str) -> str:
    """An address, without the port that some proxies write behind it, in the one way in which it is written: with a port each
    connection would be somebody else. What is none stays as it is."""
    with_port = WITH_PORT.fullmatch(written)
    try:
        one = ip_address(with_port[1] or with_port[2] if with_port else written)
    except ValueError:
        return written
    return str(getattr(one, "ipv4_mapped", None) or one)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address) in (ip_address("127.0.0.1"), ip_address("::1"))
    except ValueError:
        return False
