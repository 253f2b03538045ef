"""The one door: `serve` is the only way in which this application is started.

`make run` (scripts/start.py), the browser tests, the measures and production all come through here, so that what is
tested is what people get. tests/test_architecture.py looks for any other way.
"""

import asyncio
import gc
import logging
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st
import uvicorn
from streamlit import config as streamlit_config
from streamlit.runtime import Runtime, get_instance

from dashboard import limited_process, log, memory
from dashboard.accounts import shared_keys
from dashboard.answers.monitoring import Monitor
from dashboard.request_identity import USER_HEADERS
from dashboard.settings import ROOT, load_settings
from dashboard.ui import callbacks, disconnected_sessions, file_expiry, widget_validation
from dashboard.web import message_limits, monitoring
from dashboard.web.connection import Connection
from dashboard.web.gate import MIDDLEWARE
from dashboard.web.websocket_connection import Socket
from db import error_messages, startup_check
from db.engine import make_engine
from db.write import Refused

FRAME = ROOT / "streamlit_app.py"
FILES = 64  # that are asked for, and wait for their turn
OPEN_FILES = 10_000  # connections among them; many machines give a program a thousand, and more only if it asks
# TLS 1.2 with a key of each connection's own and authenticated ciphers; 1.3 has no others.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
# How many more objects made than freed set the collector off, and how many of its rounds the wider ones: with the usual 700
# it takes a tenth of the processor under a hundred readers.
COLLECTED_AFTER = (5_000, 10, 10)
LOG = logging.getLogger("ccsp")


def listen(port: int) -> socket.socket:
    """The socket that the server will answer on, at the address of the settings; until then whoever connects is refused. Port 0
    takes any free one.

    Raises OSError where the port cannot be had.
    """
    # The protocol is named because asyncio sends small messages at once (TCP_NODELAY) only where it reads TCP here;
    # Streamlit's own socket does not say it, and each answer then waits 40 ms for the browser's acknowledgement.
    host = load_settings().host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # there this option would let two programs share the port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    return found


def raise_file_limit() -> None:
    """Ask the machine for as many open files as it gives, up to OPEN_FILES; where it has no such limit, nothing."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        given, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(given, wanted), most))


def exit_if_database_unfit() -> None:
    """End with one sentence where the database does not answer, is damaged or is of another version. Then take its keys."""
    try:
        engine = make_engine(load_settings().database_url)
        try:
            startup_check.check(engine)
            shared_keys.load(engine)
        finally:
            engine.dispose()
    except Refused as reason:
        sys.exit(str(reason))
    except error_messages.SETTINGS + error_messages.failure_types() as error:
        sys.exit(error_messages.sentence(error))


def exit_if_certificate_unfit() -> None:
    """End with one sentence where the certificate and its key are none, or not of each other."""
    if load_settings().tls_cert:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                load_settings().tls_cert, load_settings().tls_key
            )
        except (ssl.SSLError, OSError):
            sys.exit(
                "TLS_CERT et TLS_KEY : ces fichiers ne sont pas un certificat (PEM) et sa clé, ou ne vont pas ensemble."
            )


def readers() -> int:
    """How many pages are open."""
    return get_instance()._session_mgr.num_active_sessions() if Runtime.exists() else 0


def start_monitoring() -> Monitor:
    """The monitor of this process, which answers on METRICS_PORT where there is one. Ends with one sentence where the port cannot
    be had."""
    monitor = Monitor(readers)
    if port := load_settings().metrics_port:
        try:
            monitoring.start(port, monitor)
        except OSError:
            sys.exit(
                f"METRICS_PORT : le port {port} est déjà pris, ou réservé. En choisir un autre."
            )
    return monitor


def warm() -> None:
    """Load the pages' parts, answer what each asks when it is opened, and hand over soon what they say."""
    # Streamlit remarks that no page is running.
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").disabled = True
    # Late: the map's component must be loaded once Streamlit is there to know it.
    from dashboard.ui import browser_flush
    from dashboard.ui.cache_warming import warm as answer

    browser_flush.flush_often()
    answer()


def serve(
    listening: socket.socket, script: Path = FRAME, prepare: Callable[[], None] = warm
) -> None:
    """Answer on `listening` until the process is told to stop (Ctrl+C, SIGTERM).

    script: what Streamlit runs; the measures serve a page of fixed contents in the same way. prepare: called before
    anybody is let in; whatever it raises goes to the log, for a server that starts slowly beats none.
    """
    memory.share()
    raise_file_limit()
    widget_validation.check_widget_values()
    callbacks.make_uninterruptible()
    file_expiry.keep_files_longer()
    disconnected_sessions.install_fair_storage()
    exit_if_database_unfit()
    exit_if_certificate_unfit()
    streamlit_config.set_option("server.maxUploadSize", load_settings().upload_max_mb)
    streamlit_config.set_option("server.trustedUserHeaders", USER_HEADERS)
    log.configure_logging(objects=bool(load_settings().log_json))
    monitor = start_monitoring()

    @asynccontextmanager
    async def ready(_app: st.App) -> AsyncIterator[None]:
        """Between Streamlit's start and the first reader."""
        # Those who wait for a file, four of an account at most, each in a thread.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(FILES, "files"))
        try:
            prepare()
        except Exception:
            LOG.exception("nothing is prepared: the first readers will wait")
        monitor.prepared.set()
        log.limit_log_lines()
        # What is there now stays: the collector need not walk it again and again while people wait.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTED_AFTER)
        memory.give_back()
        yield
        limited_process.end_all()  # Python ends once its threads do, and these wait for them

    app = st.App(script, lifespan=ready, middleware=MIDDLEWARE)
    config = uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        http=Connection,
        ws=Socket,
        ws_max_size=message_limits.LARGEST,
        ws_ping_interval=30,
        ws_ping_timeout=30,
        ssl_certfile=load_settings().tls_cert or None,
        ssl_keyfile=load_settings().tls_key or None,
        ssl_ciphers=CIPHERS,
        # A browser may ask again by a connection that it kept: by TLS it learns too late that we closed it.
        timeout_keep_alive=75,
        proxy_headers=False,  # what a client says of itself in X-Forwarded-For is not believed
        timeout_graceful_shutdown=3,
    )
    with suppress(
        KeyboardInterrupt
    ):  # uvicorn has shut down in order, and says so by raising it again
        uvicorn.Server(config).run(sockets=[listening])
