"""Starts the application: port, database, fictitious data where there never was any other, public files, server."""

import json
import os
import shutil
import socket
import sys
from dataclasses import replace

from sqlalchemy import Engine, select

from dashboard.accounts.rights import Role
from dashboard.settings import LOOPBACK_HOSTS, ROOT, load_settings
from dashboard.ui import map_assets
from dashboard.web import page_fonts
from db import accounts_and_sessions, error_messages, read, startup_check
from db.__main__ import main as db
from db.console import guard_for_good
from db.engine import make_engine
from db.models import ImportBatch, Journal
from db.write import Refused
from db.write_lock import one_start_at_a_time
from server import listen, serve

FREE_BYTES = 10**9


def open_socket() -> socket.socket:
    """The socket on the port of the settings. Exits with a sentence if it cannot be had."""
    port = load_settings().port
    try:
        return listen(port)
    except PermissionError:
        # Ports under 1024 belong to the administrator.
        sys.exit(
            f"Le port {port} est réservé à l'administrateur : choisir un port à partir de 1024"
            " (PORT=8501 make run)."
        )
    except OSError:
        # Port in use, most often by an earlier start of this very application.
        sys.exit(
            f"Le port {port} est déjà pris (l'application tourne peut-être déjà : http://localhost:{port})."
            f" En choisir un autre : PORT={port + 1} make run"
        )


def prepare_database() -> None:
    """Migrate the tables; load fictitious data where nothing was ever imported nor purged; write the public files
    of maps and pages."""
    engine = make_engine(load_settings().database_url)
    startup_check.quick_check(engine)
    # Of two that start on an empty database the second finds all that the first one made, fictitious data too.
    with one_start_at_a_time(engine):
        _prepare(engine)
    engine.dispose()


def _prepare(engine: Engine) -> None:
    if db(["init"]):
        # The database does not answer, is of another version, or could not be copied: why is said just above.
        sys.exit("L'application n'est pas démarrée : la raison est ci-dessus.")
    with engine.connect() as connection:
        held = connection.execute(select(ImportBatch.id).limit(1)).first()
        purged = connection.execute(
            select(Journal.id).where(Journal.did == "purged").limit(1)
        ).first()
        boundary = read.boundary(connection, "commune")
    map_assets.prepare(ROOT / "static", json.loads(boundary[0]) if boundary else None)
    page_fonts.prepare(ROOT / "static")
    if held or purged:
        return
    if shutil.disk_usage(ROOT).free < FREE_BYTES:
        # Disk full: less than 1 GB free where the embedded database lies.
        sys.exit(
            f"Le disque est plein : il reste moins de 1 Go libre sous {ROOT}. Faire de la place, puis relancer."
        )
    if db(["demo"]):
        sys.exit(1)


def address(port: int) -> str:
    """The address that people type to come here."""
    return replace(load_settings(), port=port).address


def sign_in_notice() -> str:
    """The notice whether one has to sign in, and who makes the first account."""
    settings = load_settings()
    engine = make_engine(settings.database_url)
    with engine.connect() as connection:
        is_open, accounts = (
            accounts_and_sessions.is_open(connection),
            accounts_and_sessions.accounts(connection),
        )
    engine.dispose()
    if is_open and settings.host in LOOPBACK_HOSTS and not settings.public_url:
        return "Données fictives : sur cette machine, on entre sans se connecter."
    if not any(one.role == Role.ADMINISTRATOR for one in accounts):
        return (
            "Il faut se connecter, et il n'y a pas encore d'administrateur. L'ajouter :"
            " python -m dashboard accounts add NOM --role administrator"
            + ("" if settings.local_accounts else " --email ADRESSE")
        )
    return "On entre en se connectant (python -m dashboard accounts list)."


def proxy_notice() -> str:
    """The notice that nothing says where requests come from, behind a proxy that is not named; "" where that is
    known."""
    settings = load_settings()
    if not settings.public_url or settings.trusted_proxies:
        return ""
    return (
        "Derrière PUBLIC_URL, toutes les demandes semblent venir du serveur mandataire : donner aussi son adresse"
        " (TRUSTED_PROXIES=127.0.0.1 make run, s'il est sur cette machine), pour que le journal dise d'où l'on se"
        " connecte et que les essais manqués d'une adresse ne ralentissent pas les autres."
    )


def main() -> None:
    """Prepare everything and start the server."""
    os.chdir(ROOT)
    try:
        door = open_socket()
        prepare_database()
    except Refused as reason:
        sys.exit(str(reason))
    except error_messages.SETTINGS + error_messages.failure_types() as error:
        # A setting that cannot be read, a database that does not answer, a folder that cannot be written.
        sys.exit(error_messages.sentence(error))
    port = door.getsockname()[1]
    said = (
        f"Tableau de bord CCSP : {address(port)} (Ctrl+C pour arrêter)",
        sign_in_notice(),
        proxy_notice(),
    )
    print("\n".join(filter(None, said)), flush=True)
    serve(door)


if __name__ == "__main__":
    guard_for_good()
    main()
