"""Where a request comes from and by which name: as the network says, never as the client says.

After: `dashboard.web.access_filter`, `dashboard.web.authentication`.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from dashboard.settings import LOOPBACK_HOSTS, load_settings

# Our own names. Another name that resolves to this machine (DNS rebinding) is refused.
HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\]")
WITH_PORT = re.compile(r"\[([0-9a-fA-F:.%]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+")
ANY = frozenset({"0.0.0.0", "::", "[::]"})
MOST_PARAMETERS = 30  # of a query string or a form
# Headers that proxies add: behind one, every request seems to come from this machine.
PASSED_ON = frozenset(
    "forwarded via x-forwarded x-real-ip x-client-ip x-cluster-client-ip true-client-ip fastly-client-ip".split()
)
PASSED_ON_BY = ("x-forwarded-", "x-envoy-", "x-arr-", "x-original-", "tailscale-", "cf-")


def host_name(host: str) -> str:
    """The host of a Host header, without the port."""
    return re.sub(r":\d{1,5}$", "", host.lower())


def public_host() -> str:
    """The host of PUBLIC_URL, with its port if it has one; "" without."""
    return urlsplit(load_settings().public_url).netloc.lower()


def is_allowed_host(host: str) -> bool:
    """Whether a Host header is one of the application's own names."""
    name, settings = host_name(host), load_settings()
    if name in HERE or (public_host() and host.lower() == public_host()):
        return True
    if settings.host in LOOPBACK_HOSTS or public_host():
        return False
    # With our own certificate the browser has checked the name.
    return bool(NAME.fullmatch(name)) and (settings.host in ANY or name == settings.host.lower())


def is_https(scope: Scope) -> bool:
    """Whether the browser uses https: to us, or to the proxy of PUBLIC_URL."""
    host = Headers(scope=scope).get("host", "").lower()
    return scope["scheme"] in ("https", "wss") or (public_host() != "" and host == public_host())


def is_own_origin(scope: Scope) -> bool:
    """Whether the Origin header is of a page of ours; where a browser sends none (old ones do not, with forms), the Referer. One
    that sends neither is refused."""
    headers = Headers(scope=scope)
    scheme = "https" if is_https(scope) else "http"
    ours = f"{scheme}://{headers.get('host', '').lower()}"
    if (origin := headers.get("origin")) is not None:
        return origin.lower() == ours
    try:
        parts = urlsplit(headers.get("referer", ""))
    except ValueError:
        return False
    return scope["type"] == "http" and f"{parts.scheme}://{parts.netloc}".lower() == ours


def is_local_request(scope: Scope) -> bool:
    """Whether a request comes from this very machine, and through no proxy that could bring in others.

    A tunnel cannot be seen: who makes one decides whom it lets in.
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
    """The client's IP address; behind a proxy of TRUSTED_PROXIES, the one that this proxy saw."""
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
    # The last entry is written by the proxy itself; those before it by the client.
    while client in trusted and forwarded:
        client = forwarded.pop()
    return client[:45]


def address_without_port(written: str) -> str:
    """An IP address in its canonical form, without the port that some proxies append: with it each connection would count as
    another client. Other text is returned as it is."""
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
