"""A small server for who watches this one, on a port of its own that only this machine reaches: `/livez`, `/readyz`, `/metrics`.

It runs in threads beside the readers' and asks nothing of Streamlit. Before: `dashboard.answers.monitoring`. After: `server`.
"""

import socketserver
from collections.abc import Callable, Iterable
from threading import Thread
from typing import Any
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dashboard.answers.monitoring import Monitor
from dashboard.metrics import REGISTRY
from dashboard.settings import LOOPBACK_HOSTS

HOST = "127.0.0.1"
PLAIN = "text/plain; charset=utf-8"
Answer = tuple[str, str, bytes]  # status, kind, body


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking anybody for this machine's name, as the one above would."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone: nothing to tell."""


class _Handler(WSGIRequestHandler):
    timeout = 5  # seconds for a request to be said
    server_version, sys_version = "ccsp", ""

    def log_message(self, format: str, *args: Any) -> None:
        """No line for each request."""


ServerHandler.server_software = ""  # what it is made of is nobody's affair


def start(port: int, monitor: Monitor) -> int:
    """Answer on the port from now on, in threads that end with the process; returns the port (0 takes a free one). Raises OSError
    where it cannot be had."""
    REGISTRY.register(monitor)
    try:
        server = _Server((HOST, port), _Handler)
    except OSError:
        REGISTRY.unregister(monitor)
        raise
    server.set_app(lambda environ, begin: _respond(monitor, environ, begin))
    Thread(target=server.serve_forever, name="monitoring", daemon=True).start()
    return server.server_port


def _respond(
    monitor: Monitor, environ: dict[str, Any], begin: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer one request (WSGI)."""
    status, kind, body = _answer(monitor, environ)
    begin(
        status,
        [
            ("content-type", kind),
            ("content-length", str(len(body))),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ],
    )
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _answer(monitor: Monitor, environ: dict[str, Any]) -> Answer:
    named = environ.get("HTTP_HOST", "").rpartition(":")[0] or environ.get("HTTP_HOST", "")
    if named.strip("[]") not in LOOPBACK_HOSTS:
        # A page of elsewhere, opened on this machine, may give a name of its own to this address.
        return "403 Forbidden", PLAIN, "Cette adresse ne répond qu'à cette machine.\n".encode()
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return "405 Method Not Allowed", PLAIN, b"Cette demande n'existe pas.\n"
    found = {"/livez": _alive, "/readyz": _ready, "/metrics": _metrics}.get(environ["PATH_INFO"])
    return found(monitor) if found else ("404 Not Found", PLAIN, b"Rien ici.\n")


def _alive(_monitor: Monitor) -> Answer:
    return "200 OK", PLAIN, b"en marche\n"


def _ready(monitor: Monitor) -> Answer:
    if problem := monitor.problem():
        return "503 Service Unavailable", PLAIN, f"{problem}\n".encode()
    return "200 OK", PLAIN, "prêt\n".encode()


def _metrics(_monitor: Monitor) -> Answer:
    return "200 OK", CONTENT_TYPE_LATEST, generate_latest(REGISTRY)
